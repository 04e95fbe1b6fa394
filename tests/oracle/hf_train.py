#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `tokenize train` with HF tokenizers' BpeTrainer: merges in order, and vocabulary.

    hf_train.py TOKENIZE [--size N] [--minimum-count N] [--boundaries DICTIONARY] [FILE ...]

TOKENIZE is the command. First, small generated corpora (few letters, long runs, ties, bytes of
all kinds) are counted by the command; HF gets each word of the table as often as its count says.
Then each FILE is counted and trained on: HF reads the same documents through the pre-tokenizer
that the command wrote to tokenizer.json, or, with --boundaries, the words of the table again.
JSON-lines files (.jsonl, and .jsonl.zst where the module zstandard is there) give their longest
string fields as documents, other files their whole text. Needs the Python package `tokenizers`.
Exit status: 0 equal, 1 different, 2 cannot run.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import oracle_texts

try:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
except ImportError:
    print("the Python package tokenizers is missing")
    sys.exit(2)

ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


def generated():
    """(documents, size, minimum count, special tokens) of small corpora; always the same ones."""
    source = random.Random(29)
    alphabets = ["a", "ab", "abc", "aab ", "\u3042\u3044", "\u3042", "ab\n", "\x00\x7f\xe9",
                 "\u8a9e\u672c", "abcdefgh", "\t\\a\r", "\U0001f600\u200d", "\xa0\xad\u0120"]
    for number in range(60):
        alphabet = alphabets[number % len(alphabets)]
        documents = []
        for _ in range(source.randint(1, 60)):
            if source.random() < 0.2:
                text = source.choice(alphabet) * source.randint(1, 40)
            else:
                text = "".join(source.choices(alphabet, k=source.randint(1, 40)))
            documents += [text] * source.choice([1, 1, 1, 2, 3, source.randint(1, 30)])
        specials = [f"<|special {i}|>" for i in range(source.choice([0, 1, 3]))]
        size = 256 + len(specials) + source.choice([1, 5, 50, 400, 2000])
        yield documents, size, source.choice([1, 1, 2, 3]), specials


def file_texts(path):
    texts = oracle_texts.json_texts(path)
    if texts is not None:
        yield from texts
        return
    with open(path, encoding="utf-8", newline="") as file:
        yield file.read()


def run(*arguments):
    result = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        print(" ".join(arguments), "ended with status", result.returncode)
        print(result.stderr.decode(errors="replace"))
        sys.exit(2)


def write_documents(path, documents):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for number, text in enumerate(documents):
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")


def read_documents(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["text"]


def read_words(path):
    """Each word of a table as often as its count says. JSON documents have no bytes to escape."""
    with open(path, encoding="utf-8", newline="\n") as file:
        next(file)
        for line in file:
            count, word = line[:-1].split("\t")
            word = re.sub(r"\\[\\tnr]", lambda match: ESCAPES[match.group()], word)
            for _ in range(int(count)):
                yield word


def train_ours(command, directory, size, minimum, specials, boundaries):
    """The model part of the tokenizer.json that the command makes, and the path of that file."""
    table = os.path.join(directory, "counts.tsv")
    written = os.path.join(directory, "tokenizer.json")
    more = ["--boundaries", boundaries] if boundaries else []
    run(command, "count", "--no-progress", *more, "-o", table,
        os.path.join(directory, "documents.jsonl"))
    more = []
    for special in specials or [""]:
        more += ["--special", special]
    run(command, "train", "--no-progress", "--counts", table, "--size", str(size),
        "--minimum-count", str(minimum), *more, "-o", os.path.join(directory, "native.tkz"),
        "--hf", written)
    with open(written, encoding="utf-8") as file:
        return json.load(file)["model"], written


def train_hf(texts, pre_tokenizer, size, minimum, specials):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=minimum, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


def merge_list(model):
    """Merges as pairs; older files have them as texts with a space."""
    return [tuple(merge.split(" ") if isinstance(merge, str) else merge)
            for merge in model["merges"]]


def compare(name, ours, theirs):
    """Prints the first difference; returns how many merges were compared, or None."""
    our_merges, their_merges = merge_list(ours), merge_list(theirs)
    for rank, (left, right) in enumerate(zip(our_merges, their_merges)):
        if left != right:
            print(f"{name}: merge {rank} differs: ours {left}, HF {right}")
            return None
    if len(our_merges) != len(their_merges):
        print(f"{name}: {len(our_merges)} merges, HF makes {len(their_merges)}")
        return None
    if ours["vocab"] != theirs["vocab"]:
        different = sorted(set(ours["vocab"].items()) ^ set(theirs["vocab"].items()))
        print(f"{name}: vocabularies differ: {different[:5]}")
        return None
    return len(our_merges)


def compare_corpus(name, command, documents, size, minimum, specials, boundaries, from_words):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "documents.jsonl")
        write_documents(path, documents)
        ours, written = train_ours(command, directory, size, minimum, specials, boundaries)
        if from_words:
            texts = read_words(os.path.join(directory, "counts.tsv"))
            cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        else:
            texts = read_documents(path)
            cut = Tokenizer.from_file(written).pre_tokenizer
        return compare(name, ours, train_hf(texts, cut, size, minimum, specials))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", metavar="TOKENIZE")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--minimum-count", type=int, default=2)
    parser.add_argument("--boundaries")
    parser.add_argument("files", nargs="*", metavar="FILE")
    arguments = parser.parse_intermixed_args()

    results = []
    for number, (documents, size, minimum, specials) in enumerate(generated()):
        results.append(compare_corpus(f"generated corpus {number}", arguments.command, documents,
                                      size, minimum, specials, None, True))
    merges = sum(count for count in results if count is not None)
    print(f"generated: {len(results)} corpora, {merges} merges, {results.count(None)} different")
    for path in arguments.files:
        count = compare_corpus(path, arguments.command, file_texts(path), arguments.size,
                               arguments.minimum_count, ["<|endoftext|>"], arguments.boundaries,
                               arguments.boundaries is not None)
        if count is not None:
            print(f"{path}: {count} merges, 0 different")
        results.append(count)
    return 1 if None in results else 0


if __name__ == "__main__":
    sys.exit(main())
