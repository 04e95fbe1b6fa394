#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compare_bpe_trainers runs: the same tables of words through `tokenize train` and through the
trainers of tokenizers, rustbpe and sentencepiece; then the files that it writes.

    bpe_trainers.py TOKENIZE SAMPLE ROUNDS [TEXT...]

Exit status: 0 equal, 1 different, 2 cannot run."""
import base64
import collections
import json
import os
import random
import re
import sys
import tempfile

import oracle_texts
import rustbpe
import sentencepiece
import super_words
import tiktoken
from commands import fail, run, run_killed
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

PATTERN = r"[\s\S]+"  # a word is one chunk
# Words for sentencepiece have what its normalizer leaves alone: no spaces but the mark.
ALPHABETS = ["ab", "abc", "a1\uff12b", "\u3042\u3044\u6f22\u30a2\u30fc", "\u2581ab", "\u3042",
             "\u2581a\u3042\u6f22\u03b11", "abcdefghijk", "a\u0301\u3099\u304b", "\U0001f600\u200da"]


def random_words(source, alphabet):
    words = collections.Counter()
    for _ in range(source.randint(2, 60)):
        size = source.choice([1, 2, 3, 5, 8, 20])
        word = "".join(source.choices(alphabet, k=size))
        if source.random() < 0.2:
            word = source.choice(alphabet) * size
        words[word] += source.choice([1, 1, 2, 3, 40])
    return words


def write_table(path, words):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for word, count in words.items():
            file.write(f"{word}\t{count}\n")


def train(command, table, directory, *options):
    """Runs the command; returns the directory of what it wrote."""
    run(command, "train", "--quiet", "--counts", table, *options)
    return directory


def repeat(words):
    for word, count in words.items():
        for _ in range(count):
            yield word


def merge_list(model):
    return [tuple(m.split(" ") if isinstance(m, str) else m) for m in model["merges"]]


def read_ranks(path):
    """Tokens and ranks of a file of tiktoken; its own loader keeps what it once read of a path."""
    with open(path, "rb") as file:
        return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, file)}


def compare_lists(what, ours, theirs):
    for rank, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            fail(f"{what}: number {rank} differs: ours {one!r}, theirs {other!r}")
    if len(ours) != len(theirs):
        fail(f"{what}: {len(ours)} of ours, {len(theirs)} of theirs")
    return len(ours)


# ---- HF ---------------------------------------------------------------------------


def compare_hf(what, command, directory, words, size, minimum, longest, characters):
    """Merges and vocabulary of BpeTrainer, of bytes or of characters; `longest` 0: any."""
    table, path = os.path.join(directory, "words.tsv"), os.path.join(directory, "hf.json")
    write_table(table, words)
    options = ["--size", str(size), "--minimum-count", str(minimum), "--hf", path,
               "--longest-characters" if characters else "--longest-bytes", str(longest),
               "--special", "<unk>" if characters else "<s>"]
    train(command, table, directory, *options, "--unit", "characters" if characters else "bytes")
    with open(path, encoding="utf-8") as file:
        ours = json.load(file)["model"]
    tokenizer = Tokenizer(models.BPE())
    more = {"max_token_length": longest + 1} if longest else {}
    if not characters:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        more["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=minimum, show_progress=False,
                                  special_tokens=["<unk>" if characters else "<s>"], **more)
    tokenizer.train_from_iterator(repeat(words), trainer)
    theirs = json.loads(tokenizer.to_str())["model"]
    count = compare_lists(what, merge_list(ours), merge_list(theirs))
    if ours["vocab"] != theirs["vocab"]:
        different = sorted(set(ours["vocab"].items()) ^ set(theirs["vocab"].items()))
        fail(f"{what}: vocabularies differ: {different[:6]}")
    return count


# ---- rustbpe ------------------------------------------------------------------------


def compare_rustbpe(what, command, directory, words, size):
    table, path = os.path.join(directory, "words.tsv"), os.path.join(directory, "ranks.tiktoken")
    write_table(table, words)
    train(command, table, directory, "--size", str(size), "--minimum-count", "1", "--special", "",
          "--order", "rustbpe", "--tiktoken", path)
    ours = sorted(read_ranks(path).items(), key=lambda item: item[1])
    trainer = rustbpe.Tokenizer()
    trainer.train_from_iterator(repeat(words), vocab_size=size, pattern=PATTERN)
    return compare_lists(what, ours, [(bytes(b), i) for b, i in trainer.get_mergeable_ranks()])


# ---- sentencepiece --------------------------------------------------------------------


def train_sentencepiece(directory, table, size, rules, **more):
    prefix = os.path.join(directory, "theirs")
    sentencepiece.SentencePieceTrainer.train(
        input=table, input_format="tsv", model_prefix=prefix, model_type="bpe", vocab_size=size,
        hard_vocab_limit=False, normalization_rule_name="identity", add_dummy_prefix=False,
        remove_extra_whitespaces=False, minloglevel=3, num_threads=1, **rules, **more)
    return prefix + ".model"


def pieces(path):
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return [(model.id_to_piece(i), model.get_score(i), model.is_byte(i), model.is_control(i))
            for i in range(model.get_piece_size())]


def compare_sentencepiece(what, command, directory, words, extra, coverage, fallback, rules,
                          longest):
    """Pieces, scores and types. `extra`: room for so many merges beside the alphabet. sentencepiece goes
    on with pairs that occur nowhere any more; it is asked for as many pieces as there are."""
    table, path = os.path.join(directory, "words.tsv"), os.path.join(directory, "ours.model")
    write_table(table, words)
    size = len(set("".join(words))) + 3 + extra + (256 if fallback else 0)
    names = {"split_by_unicode_script": "scripts", "split_by_number": "numbers",
             "split_digits": "digits", "split_by_whitespace": "spaces",
             "allow_whitespace_only_pieces": "keep-spaces"}
    split = ",".join(name for rule, name in names.items() if rules[rule]) or "none"
    train(command, table, directory, "--size", str(max(size, 257)), "--minimum-count", "1",
          "--special", "", "--unit", "characters", "--order", "sentencepiece", "--coverage",
          str(coverage), "--split", split, "--longest-characters", str(longest),
          "--sentencepiece", path, "--no-dummy-prefix", *(["--byte-fallback"] if fallback else []))
    ours = pieces(path)
    theirs = train_sentencepiece(directory, table, len(ours), rules, byte_fallback=fallback,
                                 character_coverage=coverage, max_sentencepiece_length=longest)
    return compare_lists(what, ours, pieces(theirs))


# ---- Random tables -----------------------------------------------------------------------


def random_rules(source):
    rules = {name: source.random() < 0.5
             for name in ("split_by_unicode_script", "split_by_number", "split_digits",
                          "split_by_whitespace", "allow_whitespace_only_pieces")}
    if rules["split_by_whitespace"]:
        rules["allow_whitespace_only_pieces"] = False  # sentencepiece cuts such words itself
    return rules


def cut_at_marks(words):
    """Words as sentencepiece cuts them with split_by_whitespace: before each mark."""
    cut = collections.Counter()
    for word, count in words.items():
        for part in re.findall("\u2581?[^\u2581]+|\u2581", word):
            cut[part] += count
    return cut


def compare_random(command, rounds, directory):
    counts = collections.Counter()
    for number in range(rounds):
        source = random.Random(number)
        alphabet = ALPHABETS[number % len(ALPHABETS)]
        words = random_words(source, alphabet)
        what = f"random table {number}"
        size = 257 + source.choice([0, 3, 30, 300])
        longest = source.choice([0, 0, 2, 3, 7])
        minimum = source.choice([1, 2, 4])
        counts["HF, bytes"] += compare_hf(f"{what}, HF, bytes", command, directory, words, size,
                                          minimum, longest, False)
        counts["HF, characters"] += compare_hf(f"{what}, HF, characters", command, directory,
                                               words, size, minimum, longest, True)
        counts["rustbpe"] += compare_rustbpe(f"{what}, rustbpe", command, directory, words, size)
        rules = random_rules(source)
        if rules["split_by_whitespace"]:
            words = cut_at_marks(words)
        counts["sentencepiece"] += compare_sentencepiece(
            f"{what}, sentencepiece, {rules}", command, directory, words, source.choice([0, 5, 80]),
            source.choice([1.0, 1.0, 0.99]), source.random() < 0.4, rules,
            source.choice([2, 5, 16]))
    for name, count in counts.items():
        print(f"{name}: {rounds} random tables, {count} merges or pieces, 0 different")


# ---- Real text -----------------------------------------------------------------------------


WORDS = "[\u3041-\u30ff]+|[\u4e00-\u9fff]+|[^\\s\u3041-\u30ff\u4e00-\u9fff]+"
USUAL = {"split_by_unicode_script": True, "split_by_number": True, "split_digits": False,
         "split_by_whitespace": True, "allow_whitespace_only_pieces": False}


def compare_text(what, command, directory, texts, merges):
    """Words by script, the marks of sentencepiece before them."""
    plain, marked = collections.Counter(), collections.Counter()
    for text in texts:
        for word in re.findall(WORDS, text):
            word = re.sub("[\u2581\u2585\\\\]", "", word)
            if word:
                plain[word] += 1
                marked["\u2581" + word] += 1
    count = compare_hf(f"{what}, HF, bytes", command, directory, plain, 257 + merges, 2, 0, False)
    count += compare_hf(f"{what}, HF, characters", command, directory, plain, 4000 + merges, 2, 15,
                        True)
    count += compare_rustbpe(f"{what}, rustbpe", command, directory, plain, 256 + merges)
    count += compare_sentencepiece(f"{what}, sentencepiece", command, directory, marked, merges,
                                   0.999, True, USUAL, 16)
    print(f"{what}: {len(plain)} words, {count} merges or pieces, 0 different")
    return plain


# ---- What is written -------------------------------------------------------------------------


def our_ids(command, path, directory, texts):
    documents = os.path.join(directory, "texts.jsonl")
    with open(documents, "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}) + "\n")
    lines = run(command, "encode", "-t", path, "--no-progress", "--quiet", documents).decode()
    return [[int(i) for i in line.split()] for line in lines.splitlines()]


def compare_files(command, directory, words, texts):
    """Each file that is written gives our ids, opened by the library that it is for."""
    table = os.path.join(directory, "words.tsv")
    write_table(table, words)
    names = {name: os.path.join(directory, "out." + name)
             for name in ("tkz", "json", "tiktoken", "model")}
    texts = [text for text in texts if text.strip()]
    train(command, table, directory, "--size", "1500", "--size", "1200", "--hf",
          os.path.join(directory, "{size}.json"), "--tiktoken",
          os.path.join(directory, "{size}.tiktoken"), "-o", os.path.join(directory, "{size}.tkz"),
          "--order", "rustbpe", "--special", "")
    for size in ("1200", "1500"):
        base = os.path.join(directory, size)
        ours = our_ids(command, base + ".tkz", directory, texts)
        tokenizer = Tokenizer.from_file(base + ".json")
        compare_lists(f"ids of {size}.json", ours,
                      [tokenizer.encode(t, add_special_tokens=False).ids for t in texts])
        ranks = read_ranks(base + ".tiktoken")
        encoding = tiktoken.Encoding("ours", pat_str=PATTERN, mergeable_ranks=ranks,
                                     special_tokens={})
        compare_lists(f"ids of {size}.tiktoken", ours, [encoding.encode(t) for t in texts])
    marked = collections.Counter({"\u2581" + word: count for word, count in words.items()})
    write_table(table, marked)
    train(command, table, directory, "--size", "6000", "--unit", "characters", "--order",
          "sentencepiece", "--coverage", "0.998", "--byte-fallback", "--sentencepiece",
          names["model"], "-o", names["tkz"], "--hf", names["json"], "--special", "<|end|>")
    ours = our_ids(command, names["tkz"], directory, texts)
    model = sentencepiece.SentencePieceProcessor(model_file=names["model"])
    compare_lists("ids of the SentencePiece model", ours, model.encode(texts))
    tokenizer = Tokenizer.from_file(names["json"])
    compare_lists("ids of its tokenizer.json", our_ids(command, names["json"], directory, texts),
                  [tokenizer.encode(t, add_special_tokens=False).ids for t in texts])
    print(f"files: {len(texts)} texts have our ids in tokenizers, tiktoken and sentencepiece")


# ---- Interruptions ------------------------------------------------------------------------------


def kill_and_resume(command, directory, words):
    table, state = os.path.join(directory, "words.tsv"), os.path.join(directory, "state")
    write_table(table, words)
    paths = [os.path.join(directory, name) for name in ("whole.tkz", "resumed.tkz")]
    train(command, table, directory, "--size", "6000", "-o", paths[0])
    arguments = [command, "train", "--quiet", "--counts", table, "--size", "6000", "-o", paths[1],
                 "--checkpoint", state, "--checkpoint-every", "50"]
    kills = run_killed(arguments, state, paths)
    print(f"killed {kills} times and resumed: the same tokenizer")


def main():
    command, sample, rounds, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        compare_random(command, int(rounds), directory)
        texts = list(oracle_texts.json_texts(sample))
        words = compare_text("sample", command, directory, texts, 1500)
        for path in files:
            with open(path, encoding="utf-8") as file:
                compare_text(path, command, directory, file, 8000)
        lines = [line for text in texts for line in text.split("\n")]
        compare_files(command, directory, words, lines[:2000])
        kill_and_resume(command, directory, words)
        super_words.compare(command, directory, lines, int(rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
