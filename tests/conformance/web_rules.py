# SPDX-License-Identifier: Apache-2.0
#
# Counters of web corpora, written down anew from their published definitions (doc/filters.md names the source of each),
# and compared: web_rules.py TOKENIZE WORDS [TEXT.jsonl...]. CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how
# many of each file.
import itertools
import math
import os
import random
import re
import sys
import unicodedata
import zlib

import regex
from clean_texts import made_texts, read_texts, scores

HOST = re.compile(r"https?://(?:[a-zA-Z0-9]|[$\-_@.&+]|[!*(),]|%[0-9a-fA-F]{2})+")
ADDRESS = re.compile(r"https?://[a-zA-Z0-9$\-_@.&+!*(),/?#:~;=\[\]'%]+")
DIGIT = regex.compile("[[:digit:]]")


def share(part, whole, otherwise=0.0):
    return part / whole if whole else otherwise


def rust_lines(text):
    """str::lines: between line feeds, one carriage return off the end of a line that has a line feed."""
    lines = text.split("\n")
    last = lines.pop()
    return [line.removesuffix("\r") for line in lines] + ([last] if last else [])


def longest_words(text, words):
    """The different words that stand in the text, the longest at each place, from left to right."""
    found, at, longest = set(), 0, max(map(len, words))
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at:at + n] in words and at + n <= len(text)), 0)
        if size:
            found.add(text[at:at + size])
        at += size or 1
    return found


def values(text, words, name):
    size = len(text)
    lines = rust_lines(text)
    header = math.floor(len(lines) * 0.2)
    short = [len(line.encode()) < 100 for line in lines]
    long = sum(len(line) for line in lines if len(line) >= 100)
    code = [len(line) for line in text.splitlines()]
    units = len(text.encode("utf-16-le")) // 2
    data = text.encode()
    return {
        "nemo_other_characters": share(size - len(re.findall("[a-zA-Z0-9\n?!,.]", text)), size, 1.0),
        "nemo_digits": share(len(DIGIT.findall(text)), size, 1.0),
        "nemo_urls": share(sum(map(len, ADDRESS.findall(text))), size, 1.0),
        "nemo_urls/compat": share(sum(map(len, HOST.findall(text))), size, 1.0),
        "nemo_white_space": share(sum(c in "\t\n\r\b " for c in text), size, 1.0),
        "nemo_parentheses": share(sum(c in "{}⟨⟩[]()" for c in text), size, 1.0),
        "oscar_header": share(sum(short[:header]), header),
        "oscar_footer": share(sum(short[len(short) - header:]), header),
        "oscar_long_lines": share(long, sum(map(len, lines)), 1.0),
        "hplt_line_length": sum(map(len, lines)) / (text.count("\n") + 1),
        "uzushio_hiragana": share(sum(0x3040 <= ord(c) <= 0x309F for c in text), units),
        "uzushio_length": units,
        f"uzushio_word_types:{name}": len(longest_words(text, words)),
        "llm_jp_compression": share(len(zlib.compress(data, level=9)), len(data)),
        "code_longest_line": max(code, default=0),
        "code_line_length": share(sum(code), len(code)),
        "code_alphanumeric": share(sum(unicodedata.category(c)[0] in "LN" for c in text), size),
    }


def addresses(source, count):
    parts = ["http://", "https://", "http:/", "httpss://", "h", "http", "a.jp", "/b?c=d#e", "%E3", "%zz", "%", "日本", " ", "\n",
             "\r\n", "\r", "\b", "()", "[1]", "⟨", "{", "12", "１２", "あ" * 33, "い" * 100, "x" * 99, "。\n", "\x0b", "𠮷", "\u2028"]
    for _ in range(count):
        pool = source.sample(parts, source.randint(1, 9))
        yield "".join(source.choice(pool) for _ in range(source.randrange(60)))


def near_thresholds():
    for lines in range(12):
        for short in range(4):
            yield "\n".join(["短い"] * short + ["長い" * 60] * lines + ["短い"] * short)
    for long in (59, 60, 61):
        yield "\n".join(["あ" * 100] * long + ["い" * 50] * (2 * (100 - long)))
    for size in (99, 100, 101):
        yield "あ" * size + "\n" + "x" * size + "\r\n"
    for repeat in range(1, 40):
        yield "今日は良い天気です。" * repeat + "".join(chr(0x4E00 + 37 * i % 5000) for i in range(20))


def main():
    tokenize, list_path, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1000"))
    texts = list(made_texts(31, count)) + list(addresses(random.Random(32), count)) + list(near_thresholds())
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "300")))
    with open(list_path, encoding="utf-8") as file:
        words = {line.rstrip("\n") for line in file if line.strip("\n")}
    name = os.path.basename(list_path).rsplit(".", 1)[0]
    expected = [values(text, words, name) for text in texts]
    filters = [{f"uzushio_word_types:{name}": f"uzushio_word_types:file={list_path}",
                "nemo_urls/compat": "nemo_urls:compat=true"}.get(key, key) for key in expected[0]]
    wrong = compared = 0
    seen = {key: set() for key in expected[0]}
    for text, values_of_text, line in zip(texts, expected, scores([tokenize, "clean"], filters, texts), strict=True):
        assert values_of_text.keys() == line["values"].keys(), values_of_text.keys() ^ line["values"].keys()
        for key, value in values_of_text.items():
            compared += 1
            seen[key].add(value)
            if value != line["values"][key]:
                wrong += 1
                if wrong < 10:
                    print(f"{key}: {line['values'][key]!r}, not {value!r}, of {text[:80]!r}")
    constant = [key for key, found in seen.items() if len(found) < 3]
    print(f"compared {compared} values of {made} made and {len(texts) - made} real documents: {wrong} differ")
    sys.exit(1 if wrong or constant else 0)


main()
