#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares BPE dropout with HF tokenizers: how often each way to cut a word comes up.

    dropout.py TOKENIZE TEXT [MODEL...]

Two small models are trained on TEXT: one with one merge for each token, and one with all ways to
make a token from two. Each word is encoded many times by both programs. The counts are compared by the
chi-square test of two samples; HF draws other numbers in each run, so the bound is one that equal
distributions pass but once in 10^9 words. At 1 both must give the bytes. Exit status: 0 equal,
1 different, 2 cannot run.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from chi_square import is_alike

ROUNDS = 20000
WORDS = ["tokenization", "\u3059\u3082\u3082\u3082\u3082\u3082\u3082\u3082\u3082\u306e\u3046\u3061",
         "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0", "aaaaaaa", "\u3067\u3059"]


def train(text):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=1500, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    lines = [json.loads(line)["text"] for line in open(text, encoding="utf-8")]
    tokenizer.train_from_iterator(lines + ["tokenization aaaaaaa"] * 50, trainer)
    return json.loads(tokenizer.to_str())


def with_all_ways(model):
    """The same vocabulary with a merge for each way to cut a token in two."""
    model = json.loads(json.dumps(model))
    vocabulary = model["model"]["vocab"]
    merges = []
    for name, rank in sorted(vocabulary.items(), key=lambda item: item[1]):
        ways = [(name[:at], name[at:]) for at in range(1, len(name))]
        merges += sorted((way for way in ways if way[0] in vocabulary and way[1] in vocabulary),
                         key=lambda way: (vocabulary[way[0]], vocabulary[way[1]]))
    model["model"]["merges"] = [list(way) for way in merges]
    return model


def theirs(model, probability, word):
    tokenizer = Tokenizer.from_file(model)
    tokenizer.model.dropout = probability
    tokenizer.post_processor = None
    encoded = tokenizer.encode_batch([word] * ROUNDS, add_special_tokens=False)
    return collections.Counter(tuple(one.ids) for one in encoded)


def ours(tokenize, model, sizes, probability, word):
    """What a text draws depends on the text: the word stands behind a number and a line end, which are
    chunks of their own."""
    lines = "".join(json.dumps({"text": f"{number}\n{word}"}) + "\n" for number in range(ROUNDS))
    command = [tokenize, "encode", "-q", "-t", model, "--dropout", str(probability), "--seed", "1"]
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True, text=True)
    counts = collections.Counter()
    for number, line in enumerate(done.stdout.splitlines()):
        ids = [int(one) for one in line.split()]
        left = len(f"{number}\n")
        while left > 0:
            left -= sizes[ids.pop(0)]
        if left < 0:
            sys.exit(f"{model}: a chunk goes over the line end before {word}")
        counts[tuple(ids)] += 1
    return counts


def compare(tokenize, path, name):
    with open(path, encoding="utf-8") as file:
        model = json.load(file)
    sizes = {rank: len(token) for token, rank in model["model"]["vocab"].items()}
    different = 0
    for word in WORDS:
        for probability in (0.1, 0.5, 0.9, 1.0):
            first = theirs(path, probability, word)
            second = ours(tokenize, path, sizes, probability, word)
            alike, value, bound = is_alike(first, second)
            if not alike or (probability == 1.0 and first != second):
                print(f"{name}: {word} at {probability}: chi-square {value:.1f}, bound {bound:.1f}")
                print("  theirs", first.most_common(5))
                print("  ours  ", second.most_common(5))
                different += 1
    return different


def main():
    if len(sys.argv) < 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    tokenize, text, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    small = train(text)
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, model in enumerate([small, with_all_ways(small)]):
            path = os.path.join(folder, f"{number}.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(model, file)
            different += compare(tokenize, path, ["one merge a token", "all ways"][number])
    for path in paths:
        different += compare(tokenize, path, path)
    count = (2 + len(paths)) * len(WORDS) * 4
    print(f"dropout of {2 + len(paths)} models: {different} of {count} distributions differ")
    return 1 if different else 0


sys.exit(main())
