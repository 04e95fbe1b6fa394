# SPDX-License-Identifier: Apache-2.0
"""The step neologdn-0.5.6 against the PyPI package of that version, with every option.

neologdn_step.py [--full] [--random COUNT] [FILE...]: all code points alone and beside neighbours of
every class, COUNT random texts over an alphabet of everything the rules name, shared out to the
option sets, and the texts of JSON-lines files (FILE may be compressed with zstd). Without --full one
option set sees all code points and the others those near a rule.
"""
import argparse
import io
import itertools
import json
import random
import sys

import neologdn
from text_probe import Comparison, normalize

if neologdn.VERSION != (0, 5, 6):
    sys.exit(f"neologdn {neologdn.VERSION} is not the version that is compared with")

TILDES = ("remove", "ignore", "normalize", "normalize_zenkaku")

# Everything the rules name, and neighbours of all kinds.
ALPHABET = ("aあ漢アー- 　*~é\u0000\ufeff\U0001F600"
            "˗֊‐‑‒–⁃⁻₋−﹣－ｰ—―─━〜〰～∼∾¥‘’“”゛゜ﾞﾟウうカかハはﾊｶｳ、。！＂＇（＼｀～｛｝Ａ０｡･"
            "がパヴ\u3099\u309a〄㍿①\u2003\u00a0\n\t!~[\u9fff\ua000\u4dff\u3100\u3000\u3001\uff00"
            "\uffef\ufff0")
NEIGHBOURS = ("", "a", "*", " ", "a ", "é", "é ", "か", "カ", "ハ ", "漢", "ー", "-", "~", "　", "a　")


def option_sets():
    for remove_space, tilde in itertools.product((True, False), TILDES):
        yield {"remove_space": remove_space, "tilde": tilde}
    for repeat, length in ((1, 8), (1, 1), (2, 8), (3, 2), (7, 8), (1, 255), (2, 30)):
        yield {"repeat": repeat, "max_repeat_substr_length": length, "tilde": "ignore"}
    yield {"repeat": 2, "remove_space": False}


def form_of(options):
    words = [f"{name}={str(value).lower() if isinstance(value, bool) else value}"
             for name, value in options.items()]
    return ":".join(["neologdn-0.5.6"] + words)


def every_character(everywhere):
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    if everywhere:
        yield from characters
    interesting = [c for c in characters if c < "\u3400" or "\u9ff0" < c < "\ua010" or c > "\uf8ff"]
    interesting = [c for c in interesting if c < "\U00010010" or "\U0001f600" <= c < "\U0001f610"]
    if not everywhere:
        interesting = [c for c in interesting if c in ALPHABET or 0x2000 <= ord(c) < 0x3100]
    for before, after in itertools.product(NEIGHBOURS, repeat=2):
        # One text for each pair of neighbours would need a billion of characters for all; each
        # character meets each neighbour on each side once, and all pairs where a rule is near.
        if before == "" or after == "":
            yield from (before + c + after for c in interesting)
        else:
            yield from (before + c + after for c in ALPHABET)


def random_texts(count):
    source = random.Random(56)
    for _ in range(count):
        letters = source.sample(ALPHABET, source.randint(1, 8)) if source.random() < 0.7 \
            else ALPHABET
        yield "".join(source.choices(letters, k=source.randint(0, 40)))


def repetitive_texts(count):
    source = random.Random(65)
    for _ in range(count):
        text = "".join(source.choices("あいaー", k=source.randint(1, 6)))
        for _ in range(source.randint(1, 6)):
            part = source.randrange(len(text))
            text += text[part:part + source.randint(1, 9)] * source.randint(1, 6)
        yield text[:200]


def file_texts(path):
    if path.endswith(".zst"):
        import zstandard
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(open(path, "rb")),
                                 encoding="utf-8")
    else:
        lines = open(path, encoding="utf-8")
    with lines:
        for line in lines:
            text = json.loads(line).get("text")
            if isinstance(text, str):
                yield text.encode("utf-8", "replace").decode("utf-8")


def batches(texts, limit=1 << 25):
    batch, size = [], 0
    for text in texts:
        batch.append(text)
        size += len(text) + 50
        if size > limit:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def compare(name, options, texts):
    comparison = Comparison(f"{name}, {form_of(options)}")
    for batch in batches(texts):
        sources = [text.encode() for text in batch]
        theirs = [neologdn.normalize(text, **options).encode() for text in batch]
        comparison.add(sources, normalize(form_of(options), sources), theirs)
    return comparison.report()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=200_000)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    good = True
    sets = list(option_sets())
    count = arguments.random // len(sets)
    for number, options in enumerate(sets):
        everywhere = number == 0 or (arguments.full and number < 8)
        good &= compare("all code points" if everywhere else "code points near the rules", options,
                        every_character(everywhere) if number < 8 else iter(ALPHABET))
        if "repeat" in options:
            good &= compare("repetitive texts", options, repetitive_texts(count // 2))
            good &= compare("random texts", options, random_texts(count - count // 2))
        else:
            good &= compare("random texts", options, random_texts(count))
    for path in arguments.files:
        for options in ({}, {"remove_space": False, "tilde": "normalize"}):
            good &= compare(path, options, file_texts(path))
        # The reference takes quadratic time to shorten repeats.
        good &= compare(path, {"repeat": 3}, (text for text in file_texts(path) if len(text) < 2000))
    sys.exit(0 if good else 1)


main()
