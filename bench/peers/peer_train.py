# SPDX-License-Identifier: Apache-2.0
#
# One training of one peer in a process of its own, for bench/train:
#   peer_train.py NAME TEXT HOW SIZE TARGET
# TEXT is a file of lines; HOW says how words are cut: `split` (at spaces), `pattern` (GPT-4's regular expression),
# `lines` (not at all). TARGET gets what was learned: ranks as tiktoken writes them, or a SentencePiece model. Prints
# one JSON object: seconds of the clock and of the processor behind the imports, the process's peak of memory, the
# number of merges and the hash of the merged tokens in their order.
import base64
import hashlib
import json
import resource
import sys
import time

# That of cl100k (OpenAI's tiktoken, tiktoken_ext/openai_public.py) for a line; rustbpe has its own spelling of it, the
# default, which is the faster one there
GPT4 = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|"
        r"\s+(?!\S)|\s+")
PATTERNS = {"split": r"[^ ]+", "pattern": GPT4, "lines": r"[\s\S]+"}


def read_lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.rstrip("\n")


def run_rustbpe(path, how, size):
    import rustbpe
    trainer = rustbpe.Tokenizer()
    start = begin()
    pattern = None if how == "pattern" else PATTERNS[how]
    trainer.train_from_iterator(read_lines(path), vocab_size=size, pattern=pattern)
    tokens = [bytes(token) for token, _ in trainer.get_mergeable_ranks()][256:]
    return start, tokens


def run_bpeasy(path, how, size):
    import bpeasy
    start = begin()
    tokens = bpeasy.train_bpe(read_lines(path), PATTERNS[how], 65535, size)
    return start, [token for token, _ in sorted(tokens.items(), key=lambda item: item[1])][256:]


def run_tokenizers(path, how, size):
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    cut = {"split": [pre_tokenizers.WhitespaceSplit()], "lines": [],
           "pattern": [pre_tokenizers.Split(Regex(GPT4), "isolated")]}[how]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cut, byte_level])
    start = begin()
    tokenizer.train_from_iterator(read_lines(path), trainers.BpeTrainer(
        vocab_size=size, min_frequency=1, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return start, list(unmapped(merges))


def unmapped(merges):
    """Merges of a byte-level tokenizer.json as bytes."""
    letters = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    table = {chr(b): b for b in letters}
    table.update({chr(256 + i): b for i, b in enumerate(sorted(set(range(256)) - set(letters)))})
    for merge in merges:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        yield bytes(table[c] for c in left + right)


def run_sentencepiece(path, how, size):
    import sentencepiece
    if how != "split":
        sys.exit("sentencepiece is compared on words at spaces")
    start = begin()
    sentencepiece.SentencePieceTrainer.train(
        input=path, model_prefix=sys.argv[5], vocab_size=size, model_type="bpe", num_threads=1,
        character_coverage=0.9995, normalization_rule_name="identity",
        max_sentence_length=1 << 30, minloglevel=3)
    return start, pieces(sys.argv[5] + ".model")


def pieces(path):
    """Pieces of two characters and more: the merges."""
    import sentencepiece
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    texts = (model.id_to_piece(i) for i in range(3, model.get_piece_size()))
    return [text.encode() for text in texts if len(text) > 1]


def hash_of(tokens):
    return hashlib.sha256(b"\n".join(base64.b64encode(token) for token in tokens)).hexdigest()[:12]


def write_ranks(path, tokens):
    with open(path, "wb") as file:
        for rank, token in enumerate([bytes([b]) for b in range(256)] + tokens):
            file.write(base64.b64encode(token) + b" %d\n" % rank)


def begin():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), used.ru_utime, used.ru_stime


PEERS = {"rustbpe": run_rustbpe, "bpeasy": run_bpeasy, "tokenizers": run_tokenizers,
         "sentencepiece": run_sentencepiece}


def main():
    _, name, path, how, size, target = sys.argv
    (clock, user, system), tokens = PEERS[name](path, how, int(size))
    used = resource.getrusage(resource.RUSAGE_SELF)
    if name != "sentencepiece":
        write_ranks(target, tokens)
    print(json.dumps({"clock": time.monotonic() - clock, "user": used.ru_utime - user,
                      "system": used.ru_stime - system, "megabytes": used.ru_maxrss / 1024,
                      "merges": len(tokens), "hash": hash_of(tokens)}))


if __name__ == "__main__":
    main()
