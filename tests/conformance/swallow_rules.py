# SPDX-License-Identifier: Apache-2.0
#
# The rules of the Swallow corpus, version 1, written down anew from their published definition (doc/filters.md
# names the source of each), the slow and plain way: what tests/conformance/clean_values.py compares with.
import math
import re
from collections import Counter


def in_ranges(character, *ranges):
    return any(first <= ord(character) <= last for first, last in ranges)


def letter_counts(text, compat):
    kanji = [(0x3005, 0x3005), (0x3007, 0x3007), (0x303B, 0x303B), (0x3400, 0x9FFF), (0xF900, 0xFAFF)]
    if not compat:
        kanji.append((0x20000, 0x3FFFF))
    counts = Counter(text)

    def total(*ranges):
        return sum(n for character, n in counts.items() if in_ranges(character, *ranges))

    return {
        "hiragana": total((0x3041, 0x3096)),
        "katakana": total((0x30A1, 0x30FA)),
        "kanji": total(*kanji),
        "kuten": sum(counts[mark] for mark in "。．！？"),
        "toten": sum(counts[mark] for mark in "、，"),
    }


def sentences_of(line):
    """Runs without an end mark, each with the mark behind it; marks behind nothing are left out."""
    found, start = [], 0
    for place, character in enumerate(line):
        if character in "。．！？!?":
            if place > start:
                found.append(line[start:place + 1])
            start = place + 1
    if start < len(line):
        found.append(line[start:])
    return found


def repetition(items):
    seen, repeated, characters = set(), 0, 0
    for item in items:
        if item in seen:
            repeated += 1
            characters += len(item)
        seen.add(item)
    return repeated, characters


def share(part, whole):
    return part / whole if whole else 0.0


def values(text):
    lines = [sentences_of(line) for line in text.split("\n")]
    sentences = [sentence for line in lines for sentence in line]
    paragraphs = ["".join(line) for line in lines]
    characters = sum(map(len, sentences))
    repeated_lines, line_characters = repetition(paragraphs)
    repeated_sentences, sentence_characters = repetition(sentences)
    result = {
        "swallow_letters": len(text),
        "swallow_repeated_lines": share(repeated_lines, len(paragraphs)),
        "swallow_repeated_sentences": share(repeated_sentences, len(sentences)),
        "swallow_repeated_line_characters": share(line_characters, characters),
        "swallow_repeated_sentence_characters": share(sentence_characters, characters),
        "swallow_sentence_length": share(characters, len(sentences)),
        "unended_sentences": share(sum(len(s) for s in sentences if s[-1] not in "。．！？!?"), len(sentences)),
        "swallow_longest_sentence": max(map(len, sentences), default=0),
        "swallow_ellipses": share(sum(s.strip()[-1:] in ("・", "…") and s.strip() != "" for s in sentences),
                                  len(sentences)),
    }
    for n in range(2, 11):
        counts = Counter(text[i:i + n] for i in range(len(text) - n + 1))
        if n < 5:
            result[f"swallow_top_{n}gram"] = share(max(counts.values(), default=0), sum(counts.values()))
        else:
            result[f"swallow_repeated_{n}gram"] = share(sum(c > 1 for c in counts.values()), len(counts))
    for compat, suffix in ((False, ""), (True, "/compat")):
        letters = letter_counts(text, compat)
        japanese = sum(letters.values())
        result["swallow_japanese_letters" + suffix] = japanese
        result["swallow_hiragana" + suffix] = share(letters["hiragana"], japanese)
        result["swallow_katakana" + suffix] = share(letters["katakana"], japanese)
        result["swallow_japanese" + suffix] = share(japanese, len(text))
    return result


def ng_share(text, words, compat):
    longest = max(map(len, words))
    japanese = sum(letter_counts(text, compat).values())
    place = matched = 0
    while place < len(text):
        for size in range(min(longest, len(text) - place), 0, -1):
            if text[place:place + size] in words:
                break
        else:
            size = 0
        matched += size
        place += size or 1
    return share(matched, japanese)


def detector(text, weights):
    """nanigo.py, whose strings get shorter at the end of a text; sums of floats are another way from Python 3.12 on, and ** 0.5 is
    not always math.sqrt."""
    total = 0.0
    for n in (1, 2, 3):
        for i in range(len(text)):
            total += weights.get(text[i:i + n], 0.0)
    return total / math.sqrt(3 * len(text)) if text else 0.0


def keeps(found):
    """The verdict of version 1, from the values as the reference computes them."""
    most = {"repeated_lines": 0.30, "repeated_sentences": 0.30, "repeated_line_characters": 0.20,
            "repeated_sentence_characters": 0.20, "top_2gram": 0.20, "top_3gram": 0.18, "top_4gram": 0.16,
            "repeated_5gram": 0.15, "repeated_6gram": 0.14, "repeated_7gram": 0.13, "repeated_8gram": 0.12,
            "repeated_9gram": 0.11, "repeated_10gram": 0.10, "katakana": 0.5, "sentence_length": 90,
            "longest_sentence": 200, "ellipses": 0.2}
    least = {"letters": 400, "hiragana": 0.2, "japanese": 0.5, "japanese_letters": 400, "sentence_length": 20}
    return (all(found["swallow_" + name] <= limit for name, limit in most.items()) and
            all(found["swallow_" + name] >= limit for name, limit in least.items()))
