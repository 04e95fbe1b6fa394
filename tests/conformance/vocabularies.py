#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compare_vocabularies runs: vocabularies made of others, against tokenizers, sentencepiece, tiktoken
and numpy.

    vocabularies.py TOKENIZE SAMPLE ROUNDS

Exit status: 0 equal, 1 different, 2 cannot run."""
import base64
import collections
import json
import os
import random
import re
import sys
import tempfile

import numpy
import oracle_texts
import sentencepiece
import tiktoken
from commands import fail, run
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

WORDS = "[\u3041-\u30ff]+|[\u4e00-\u9fff]+|[^\\s\u3041-\u30ff\u4e00-\u9fff]+"
ALPHABETS = ["ab", "abc", "a1b", "\u3042\u3044\u6f22\u30a2\u30fc", "\u3042", "abcdefghijk"]


def compare_lists(what, ours, theirs):
    for number, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            fail(f"{what}: number {number} differs: ours {one!r}, theirs {other!r}")
    if len(ours) != len(theirs):
        fail(f"{what}: {len(ours)} of ours, {len(theirs)} of theirs")
    return len(ours)


def random_words(source, alphabet):
    words = collections.Counter()
    for _ in range(source.randint(20, 80)):
        size = source.choice([1, 2, 3, 5, 8, 20])
        words["".join(source.choices(alphabet, k=size))] += source.choice([1, 1, 2, 3, 40])
    return words


def cut_words(texts):
    words = collections.Counter()
    for text in texts:
        words.update(re.findall(WORDS, re.sub("[\u2581\u2585\\\\]", "", text)))
    return words


def write_table(directory, words):
    path = os.path.join(directory, "words.tsv")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for word, count in words.items():
            file.write(f"{word}\t{count}\n")
    return path


def repeat(words):
    for word, count in words.items():
        for _ in range(count):
            yield word


def our_ids(command, path, directory, texts, *options):
    documents = os.path.join(directory, "texts.jsonl")
    with open(documents, "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}) + "\n")
    lines = run(command, "encode", "-t", path, "--quiet", *options, documents).decode()
    return [[int(i) for i in line.split()] for line in lines.splitlines()]


def extend(command, model, table, add, target, *options):
    run(command, "vocab", "extend", model, "--counts", table, "--add", str(add), "-o", target,
        "--quiet", *options)


# ---- HF --------------------------------------------------------------------------------------


def train_hf(words, size, minimum):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=minimum, show_progress=False,
                                  special_tokens=["<s>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(repeat(words), trainer)
    return tokenizer


def compare_hf(what, command, directory, words, small, large, minimum):
    """Trained to `small` by HF and extended by us, against HF's own training to `large`."""
    table = write_table(directory, words)
    old, new = (os.path.join(directory, name) for name in ("old.json", "new.json"))
    train_hf(words, small, minimum).save(old)
    whole = train_hf(words, large, minimum)
    with open(old, encoding="utf-8") as file:
        there = len(json.load(file)["model"]["vocab"])
    add = len(whole.get_vocab()) - there
    if add == 0:
        return 0
    extend(command, old, table, add, new, "--minimum-count", str(minimum))
    with open(new, encoding="utf-8") as file:
        ours = json.load(file)["model"]
    theirs = json.loads(whole.to_str())["model"]
    merges = [[tuple(m) for m in model["merges"]] for model in (ours, theirs)]
    compare_lists(f"{what}, merges", *merges)
    if ours["vocab"] != theirs["vocab"]:
        fail(f"{what}: vocabularies differ")
    return add


# ---- sentencepiece -----------------------------------------------------------------------------


def train_sentencepiece(directory, table, name, size):
    prefix = os.path.join(directory, name)
    sentencepiece.SentencePieceTrainer.train(
        input=table, input_format="tsv", model_prefix=prefix, model_type="bpe", vocab_size=size,
        hard_vocab_limit=False, normalization_rule_name="identity", add_dummy_prefix=False,
        remove_extra_whitespaces=False, minloglevel=3, num_threads=1, character_coverage=1.0, byte_fallback=True)
    return prefix + ".model"


def normal_pieces(path):
    """Pieces of two characters and more, in the order in which they were made."""
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return [model.id_to_piece(i) for i in range(model.get_piece_size())
            if len(model.id_to_piece(i)) > 1 and not model.is_control(i) and
            not model.is_unknown(i) and not model.is_byte(i)]


def compare_sentencepiece(what, command, directory, words, merges, more):
    table = write_table(directory, words)
    characters = len(set("".join(words)))
    old = train_sentencepiece(directory, table, "old", 259 + characters + merges)
    new = os.path.join(directory, "new.model")
    size = sentencepiece.SentencePieceProcessor(model_file=old).get_piece_size()
    extend(command, old, table, more, new, "--minimum-count", "1", "--coverage", "1", "--split",
           "scripts,numbers,spaces")
    ours = normal_pieces(new)
    # sentencepiece goes on with pairs that occur nowhere any more, we do not.
    theirs = normal_pieces(train_sentencepiece(directory, table, "whole",
                                               259 + characters + len(ours)))
    compare_lists(f"{what}, pieces", ours, theirs)
    return sentencepiece.SentencePieceProcessor(model_file=new).get_piece_size() - size


# ---- Files ----------------------------------------------------------------------------------------


def compare_tokenizer_json(what, command, directory, path, texts):
    tokenizer = Tokenizer.from_file(path)
    compare_lists(what, our_ids(command, path, directory, texts),
                  [tokenizer.encode(t, add_special_tokens=False).ids for t in texts])


def compare_model(what, command, directory, path, texts):
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    compare_lists(what, our_ids(command, path, directory, texts, "--compat", "sentencepiece"),
                  model.encode(texts))


PATTERN = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""


def read_ranks(path):
    with open(path, "rb") as file:
        return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, file)}


def extended_files(command, directory, sample, texts):
    """A model of English and code, extended with Japanese: every file, in the program that it is for."""
    latin = [re.sub("[^\x00-\x7f]", "", text) for text in texts] + [
        "def main(argument):\n    return argument + 1\n", "The quick brown fox jumps over it. "] * 9
    plain, table = (os.path.join(directory, name) for name in ("latin.txt", "ja.wct"))
    with open(plain, "w", encoding="utf-8") as file:
        file.write("\n".join(latin))
    base = os.path.join(directory, "base")
    run(command, "count", "--quiet", "-o", base + ".wct", "--input-format", "document", plain)
    run(command, "train", "--quiet", "--counts", base + ".wct", "--size", "600", "--hf",
        base + ".json", "--special", "<|begin|>", "--special", "<|end|>")
    run(command, "train", "--quiet", "--counts", base + ".wct", "--size", "600", "--tiktoken",
        base + ".tiktoken", "--special", "", "--order", "rustbpe")
    run(command, "count", "--quiet", "-o", table, sample)
    names = [os.path.join(directory, "new." + name) for name in ("json", "tiktoken")]
    extend(command, base + ".json", table, 900, names[0])
    compare_tokenizer_json("ids of the extended tokenizer.json", command, directory, names[0], texts)
    extend(command, base + ".tiktoken", table, 900, names[1], "--pre-tokenizer", "llama3")
    encoding = tiktoken.Encoding("ours", pat_str=PATTERN, mergeable_ranks=read_ranks(names[1]),
                                 special_tokens={})
    native = os.path.join(directory, "new.tkz")
    run(command, "vocab", "convert", names[1], "--pre-tokenizer", "llama3", "-o", native)
    compare_lists("ids of the extended rank file", our_ids(command, native, directory, texts),
                  [encoding.encode(t) for t in texts])
    words = cut_words(latin)
    write_table(directory, {"\u2581" + word: count for word, count in words.items()})
    old = os.path.join(directory, "base.model")
    run(command, "train", "--quiet", "--counts", os.path.join(directory, "words.tsv"), "--size",
        "500", "--unit", "characters", "--order", "sentencepiece", "--byte-fallback", "--special", "",
        "--sentencepiece", old)
    new = os.path.join(directory, "new.model")
    extend(command, old, table, 1500, new)
    compare_model("ids of the extended SentencePiece model", command, directory, new, texts)
    changed = sum(one != other for one, other in zip(
        our_ids(command, old, directory, latin), our_ids(command, new, directory, latin)))
    print(f"extended: {len(texts)} texts have our ids in tokenizers, tiktoken and sentencepiece; "
          f"{changed} of {len(latin)} texts without Japanese have other ids than before")
    return old


def appended_files(command, directory, texts):
    """Pieces appended to a BPE and to a Unigram model, which sentencepiece reads and encodes alike."""
    lines, source = (os.path.join(directory, name) for name in ("ja.txt", "pieces.list"))
    with open(lines, "w", encoding="utf-8") as file:
        file.write("\n".join(line for text in texts for line in text.split("\n")))
    base = {"bpe": os.path.join(directory, "base.model")}
    for kind, size in (("unigram", 900), ("japanese", 1200)):
        prefix = os.path.join(directory, kind)
        sentencepiece.SentencePieceTrainer.train(
            input=lines, model_prefix=prefix, model_type="unigram", vocab_size=size,
            minloglevel=3, num_threads=1, byte_fallback=True, character_coverage=0.99,
            hard_vocab_limit=False)
        base[kind] = prefix + ".model"
    japanese = sentencepiece.SentencePieceProcessor(model_file=base["japanese"])
    pieces = [japanese.id_to_piece(i) for i in range(japanese.get_piece_size())
              if not (japanese.is_control(i) or japanese.is_unknown(i) or japanese.is_byte(i))]
    with open(source, "w", encoding="utf-8") as file:
        file.write("".join(piece + "\n" for piece in pieces))
    target, compared = os.path.join(directory, "appended.model"), 0
    for kind in ("bpe", "unigram"):
        for scores in ("below", "above", "zero"):
            run(command, "vocab", "append", base[kind], source, "--scores", scores, "-o", target)
            compare_model(f"ids of appended pieces, {kind}, {scores}", command, directory, target,
                          texts)
            model = sentencepiece.SentencePieceProcessor(model_file=target)
            old = sentencepiece.SentencePieceProcessor(model_file=base[kind])
            there = {old.id_to_piece(i) for i in range(old.get_piece_size())}
            compare_lists("pieces", [model.id_to_piece(i) for i in range(
                old.get_piece_size(), model.get_piece_size())],
                          [piece for piece in pieces if piece not in there])
            compared += 1
        run(command, "vocab", "merge", base[kind], base["japanese"], "-o", target, "--strip-marks")
        compare_model(f"ids of merged models, {kind}", command, directory, target, texts)
        compared += 1
    print(f"appended and merged: {compared} models have our ids of {len(texts)} texts in "
          "sentencepiece")


def pruned_files(command, directory, texts):
    """Models without some tokens, read by the programs that they are for."""
    table = os.path.join(directory, "ja.wct")
    new = os.path.join(directory, "pruned.json")
    run(command, "vocab", "prune", os.path.join(directory, "new.json"), "--counts", table, "--size",
        "800", "-o", new)
    compare_tokenizer_json("ids of the pruned tokenizer.json", command, directory, new, texts)
    ids = sorted(Tokenizer.from_file(new).get_vocab().values())
    compare_lists("ids of the pruned tokenizer.json", ids, list(range(800)))
    for kind, size in (("bpe", 0), ("unigram", 700), ("japanese", 900)):
        old = os.path.join(directory, "base.model" if kind == "bpe" else kind + ".model")
        new = os.path.join(directory, "pruned.model")
        rules = ["--counts", table, "--size", str(size)] if size else ["--matching", "a.|\\p{Hiragana}."]
        run(command, "vocab", "prune", old, *rules, "-o", new)
        compare_model(f"ids of the pruned model, {kind}", command, directory, new, texts)
    print(f"pruned: 4 models have our ids of {len(texts)} texts in tokenizers and sentencepiece")


def compare_maps(command, directory, texts):
    """The map as numpy reads it: its rows are what the old model, in its own program, makes of the new
    tokens."""
    old, new = (os.path.join(directory, name) for name in ("base.json", "new.json"))
    path, lines = (os.path.join(directory, name) for name in ("map.npy", "map.tsv"))
    run(command, "vocab", "map", old, new, "--pad-to", "64", "-o", path)
    run(command, "vocab", "map", old, new, "--pad-to", "64", "-o", lines)
    rows = collections.defaultdict(list)
    records = numpy.load(path)
    for row, part, weight in records.tolist():
        rows[row].append((part, weight))
    with open(lines, encoding="utf-8") as file:
        written = [line.rstrip("\n").split("\t") for line in file][1:]
    compare_lists("map, records and lines", [(r, o, f"{w:.9g}") for r, o, w in records.tolist()],
                  [(int(r), int(o), w) for r, o, w in written if o])
    before, after = Tokenizer.from_file(old), Tokenizer.from_file(new)
    compared = 0
    for token, row in after.get_vocab().items():
        if row in (0, 1):  # special
            expected = [before.token_to_id(token)]
        else:
            expected = [part.id for part in before.model.tokenize(token)]
        if [part for part, _ in rows[row]] != expected:
            fail(f"map: row {row} is of {rows[row]}, {expected} in tokenizers")
        if abs(sum(weight for _, weight in rows[row]) - 1) > 1e-6:
            fail(f"map: the weights of row {row} do not add up to 1")
        compared += 1
    if int(written[-1][0]) + 1 != -(-len(after.get_vocab()) // 64) * 64:
        fail("map: the rows are no multiple of 64")
    print(f"map: {compared} rows are those of tokenizers, read by numpy")


def main():
    command, sample, rounds = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        counts = collections.Counter()
        for number in range(int(rounds)):
            source = random.Random(number)
            words = random_words(source, ALPHABETS[number % len(ALPHABETS)])
            small = 257 + source.choice([0, 1, 5, 20])
            counts["HF"] += compare_hf(f"random table {number}, HF", command, directory, words,
                                       small, small + source.choice([3, 20, 100]),
                                       source.choice([1, 2]))
            counts["sentencepiece"] += compare_sentencepiece(
                f"random table {number}, sentencepiece", command, directory, words,
                source.choice([1, 4, 10]), source.choice([3, 10, 40]))
        texts = [text for text in oracle_texts.json_texts(sample) if text.strip()]
        words = cut_words(texts)
        counts["HF"] += compare_hf("sample, HF", command, directory, words, 500, 1500, 2)
        counts["sentencepiece"] += compare_sentencepiece(
            "sample, sentencepiece", command, directory, words, 300, 500)
        for name, count in counts.items():
            print(f"trained by {name} and extended: {count} new tokens, 0 different")
        extended_files(command, directory, sample, texts)
        appended_files(command, directory, texts)
        pruned_files(command, directory, texts)
        compare_maps(command, directory, texts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
