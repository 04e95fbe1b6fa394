# SPDX-License-Identifier: Apache-2.0
"""The step entities-v1 against Python's html.unescape.

entities.py [--random COUNT]: every name with and without its semicolon, every prefix of every
name, each before several neighbours; numbers around every border; random texts.
"""
import argparse
import html
import random
import sys
from html.entities import html5

from text_probe import Comparison, normalize

BEHIND = ("", ";", "x", "1", "あ", " ", "&", "=", ";;", "&amp;", "\n", "#")


def names():
    known = {name[:end] for name in html5 for end in range(1, len(name) + 1)}
    for name in sorted(known):
        for behind in BEHIND:
            yield "&" + name + behind
        yield "A&&" + name + "lt"
    for length in range(1, 40):
        yield "&" + "x" * length + "; &" + "lt" * length + ";"


def numbers():
    borders = list(range(0x180)) + [base + step for base in
                                    (0xD800, 0xE000, 0xFDD0, 0xFDF0, 0xFFFE, 0x10000, 0x10FFFE,
                                     0x110000, 2**31, 2**32, 2**64, 10**40)
                                    for step in range(-20, 20)]
    borders += [plane * 0x10000 + low for plane in range(18) for low in (0xFFFD, 0xFFFE, 0xFFFF)]
    for number in borders:
        for behind in BEHIND:
            yield f"&#{number}{behind}"
            yield f"&#x{number & (2**256 - 1):x}{behind}"
            yield f"&#X{number:08X}{behind}"
            yield f"&#000{number}{behind}"
    yield from ("&", "&#", "&#x", "&#;", "&#x;", "&#xg;", "&#-1;", "&#１;", "&#x１;", "&;")


def random_texts(count):
    source = random.Random(5)
    every = sorted(html5)
    for _ in range(count):
        parts = []
        for _ in range(source.randint(1, 8)):
            parts.append(source.choice(("&", "&#", "&#x", "&amp", ";", "あ", " ", "&" +
                                        source.choice(every), source.choice(every),
                                        str(source.randrange(400)),
                                        f"{source.randrange(0x120000):x}",
                                        "".join(source.choices("&#x;ltgamp0123漢 ", k=6)))))
        yield "".join(parts)


def compare(name, texts):
    comparison = Comparison(name)
    texts = list(texts)
    sources = [text.encode() for text in texts]
    comparison.add(sources, normalize("entities-v1", sources),
                   [html.unescape(text).encode() for text in texts])
    return comparison.report()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=200_000)
    arguments = parser.parse_args()
    good = compare("html.unescape, names", names())
    good &= compare("html.unescape, numbers", numbers())
    good &= compare("html.unescape, random texts", random_texts(arguments.random))
    sys.exit(0 if good else 1)


main()
