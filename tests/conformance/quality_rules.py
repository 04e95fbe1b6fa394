# SPDX-License-Identifier: Apache-2.0
#
# quality_score by the definition in lib/clean/quality_model.h, compared: quality_rules.py TOKENIZE WEIGHTS [TEXT.jsonl...].
# CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import collections
import itertools
import math
import os
import re
import sys
import tempfile

from clean_texts import made_texts, read_texts, scores

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"


def bucket(key):
    return (key * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 49


def odds(piece, weights, bias, scale):
    numbers = [ord(character) for character in piece]
    counts = collections.Counter(bucket(number) for number in numbers)
    counts.update(bucket(1 << 42 | first << 21 | second) for first, second in itertools.pairwise(numbers))
    values = {place: 1 + int(math.log2(count)) for place, count in counts.items()}
    total = sum(weights[place] * value for place, value in values.items())
    return bias + scale * total / math.sqrt(sum(value * value for value in values.values())) if values else bias


def quality(text, model):
    starts = list(range(0, len(text), 512))
    if len(starts) > 1 and len(text) - starts[-1] < 256:
        starts.pop()
    total = 0.0
    for start, end in zip(starts, starts[1:] + [len(text)]):
        total += odds(text[start:end], *model) * (end - start)
    mean = total / len(text) if text else model[1]
    return 0.5 + 0.5 * mean / (1 + abs(mean))


def read_model(table):
    """Weights by bucket, bias and scale of a file of weights, and its lines."""
    with open(table, encoding="utf-8") as file:
        lines = [line.strip().removeprefix('"').removesuffix('",') for line in file if line.startswith('"')]
    numbers = [int(re.fullmatch(r"\w+ (-?\d+)", line)[1]) / 1e6 for line in lines[1:3]]
    weights = [LETTERS.index(letter) - 32 for letter in "".join(lines[3:])]
    assert len(weights) == 1 << 15
    return (weights, *numbers), lines


def edges(texts):
    """Lengths at which pieces change."""
    long = "".join(texts)[:3000]
    for size in (0, 1, 2, 255, 256, 257, 511, 512, 513, 767, 768, 769, 1023, 1024, 1279, 1280, 1281):
        yield long[:size]
    yield "あ" * 5000
    yield "\U0010ffff" * 600


def main():
    tokenize, table, *files = sys.argv[1:]
    model, lines = read_model(table)
    texts = list(made_texts(17, int(os.environ.get("CLEAN_TEXTS", "800"))))
    texts += edges(texts)
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "300")))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as own:
        own.write("\n".join(lines) + "\n")
        own.flush()
        found = scores([tokenize, "clean"], ["quality_score", f"quality_score:file={own.name}"], texts)
    assert len(found) == len(texts), (len(found), len(texts))
    wrong = 0
    for text, line in zip(texts, found):
        score = quality(text, model)
        for name, value in line["values"].items():
            expected = len(text) if "characters" in name else score
            if value != expected:
                wrong += 1
                if wrong < 10:
                    print(f"{name}: {value!r}, not {expected!r}, of {text[:60]!r}")
    print(f"compared {4 * len(texts)} values of {made} made and {len(texts) - made} real documents: {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
