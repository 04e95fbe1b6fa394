# SPDX-License-Identifier: Apache-2.0
#
# Our own filters of characters and the preset ja-web-v1 by their definitions, the slow and plain way, compared:
# own_rules.py TOKENIZE WEIGHTS [TEXT.jsonl...]. CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import itertools
import json
import os
import random
import subprocess
import sys

import near_bounds
import regex
import swallow_rules
from clean_texts import compare_values, made_texts, read_texts, scores
from quality_rules import quality, read_model
from unicodedata2 import category

SCRIPTS = {name: regex.compile(rf"\p{{Script={name}}}") for name in ("Hiragana", "Katakana", "Han", "Latin", "Common")}
WHITE_SPACE = regex.compile(r"\p{White_Space}")
KATAKANA_MARKS = "ー\uff70\uff9e\uff9f"

# The preset, so that a change of it is seen: each filter with its parameters, and what it keeps.
PRESET = [{"name": "japanese_ratio", "minimum": 0.06, "minimum_kana": 0.05}, {"name": "swallow_katakana", "maximum": 0.65},
          {"name": "unended_sentences"}, {"name": "swallow_repeated_6gram", "maximum": 0.5},
          {"name": "quality_score", "minimum": 0.31, "minimum_short": 0.18, "short": 100}]
UNENDED = 147
CHARACTERS = ("length", "japanese_ratio", "damaged_characters", "foreign_letters")
NAMES = ("swallow_katakana", "unended_sentences", "swallow_repeated_6gram", "quality_score")


def share(part, whole):
    return part / whole if whole else 0.0


def kind(c, known={}):
    """Of a character: is it white space, hiragana or katakana, Japanese, damaged, a letter, a foreign letter."""
    if c not in known:
        of = {name: category(c) != "Cn" and pattern.match(c) is not None for name, pattern in SCRIPTS.items()}
        kana = of["Hiragana"] or of["Katakana"] or c in KATAKANA_MARKS
        sign = "\u3001" <= c <= "\u30ff" and category(c) not in ("Cn", "Cc") or "\uff01" <= c <= "\uff65" and category(c)[0] in "PS"
        letter = category(c)[0] == "L"
        known[c] = (WHITE_SPACE.match(c) is not None, kana, kana or of["Han"] or sign,
                    c == "\ufffd" or category(c) == "Co" or category(c) == "Cc" and c not in "\t\n\r", letter,
                    letter and not (kana or of["Han"] or of["Latin"] or of["Common"]))
    return known[c]


def values(text, model):
    sums = [sum(flags) for flags in zip(*map(kind, text))] or [0] * 6
    white, kana, japanese, damaged, letters, foreign = sums
    swallow = swallow_rules.values(text)
    return {
        "length": len(text),
        "japanese_ratio": share(japanese, len(text) - white), "japanese_ratio.kana": share(kana, japanese),
        "damaged_characters": share(damaged, len(text)), "foreign_letters": share(foreign, letters),
        "quality_score": quality(text, model), "quality_score.characters": len(text),
        **{name: swallow[name] for name in ("swallow_katakana", "unended_sentences", "swallow_repeated_6gram")},
    }


def keeps(row):
    """Of each filter of the preset whether it keeps a document of these values."""
    least = 0.18 if row["quality_score.characters"] < 100 else 0.31
    return {"japanese_ratio": row["japanese_ratio"] >= 0.06 and row["japanese_ratio.kana"] >= 0.05,
            "swallow_katakana": row["swallow_katakana"] <= 0.65, "unended_sentences": row["unended_sentences"] <= UNENDED,
            "swallow_repeated_6gram": row["swallow_repeated_6gram"] <= 0.5, "quality_score": row["quality_score"] >= least}


# Of each bound: the filter, its value, the bound, and of which documents it decides. Those of the preset, and defaults.
ONES = {filter["name"]: filter["name"] + "".join(f"{',' if i else ':'}{key}={value}" for i, (key, value) in
                                                  enumerate(list(filter.items())[1:])) for filter in PRESET}
BOUNDS = [
    (ONES["japanese_ratio"], "japanese_ratio", ">=", 0.06, lambda row: row["japanese_ratio.kana"] >= 0.05),
    (ONES["japanese_ratio"], "japanese_ratio.kana", ">=", 0.05, lambda row: row["japanese_ratio"] >= 0.06),
    (ONES["swallow_katakana"], "swallow_katakana", "<=", 0.65, None),
    (ONES["unended_sentences"], "unended_sentences", "<=", UNENDED, None),
    (ONES["swallow_repeated_6gram"], "swallow_repeated_6gram", "<=", 0.5, None),
    (ONES["quality_score"], "quality_score", ">=", 0.31, lambda row: row["length"] >= 100),
    (ONES["quality_score"], "quality_score", ">=", 0.18, lambda row: row["length"] < 100),
    (ONES["quality_score"], "length", "<", 100, lambda row: 0.18 <= row["quality_score"] < 0.31),
    ("japanese_ratio", "japanese_ratio", ">=", 0.1, lambda row: row["japanese_ratio.kana"] >= 0.02),
    ("japanese_ratio", "japanese_ratio.kana", ">=", 0.02, lambda row: row["japanese_ratio"] >= 0.1),
    ("damaged_characters", "damaged_characters", "<=", 0.01, None),
    ("foreign_letters", "foreign_letters", "<=", 0.1, None),
    ("length", "length", ">=", 50, None),
    ("length:maximum=2000", "length", "<=", 2000, lambda row: row["length"] >= 50),
]


def mixtures(source, model):
    """Documents around the bounds: characters that the weights like, with more and more of those that they do not; and others."""
    candidates = [chr(c) for c in (*range(0x3041, 0x3094), *range(0x4E00, 0x9000, 7))]
    liked = sorted(candidates, key=lambda c: quality(c, model))
    for size in (90, 99, 100, 101, 160, 900):
        for count in range(0, size + 1, max(size // 150, 1)):
            text = [source.choice(liked[:40]) if i < count else source.choice(liked[-40:]) for i in range(size)]
            source.shuffle(text)
            yield "".join(text)
    for plain, other in (("ab.", "ひ"), ("日本ひらカ", "\ufffd"), ("日本ひらカ", "\ue000"), ("日本ひらカ", "\x01"), ("日本aひ.", "д"), ("あa", "한")):
        for size in (100, 200, 300):
            yield from near_bounds.among(source, plain, other, size // 4, size)
    for size in (1999, 2000, 2001):
        yield "長い文。" * (size // 4) + "。" * (size % 4)


def check_bounds(command, texts, rows):
    compared = wrong = 0
    for argument, name, how, bound, condition in BOUNDS:
        fit = [i for i, row in enumerate(rows) if condition is None or condition(row)]
        found = near_bounds.judge(command, argument, name, how, bound, [texts[i] for i in fit], [rows[i] for i in fit],
                                  lambda row: near_bounds.OPERATORS[how](row[name], bound))
        compared, wrong = compared + found[0], wrong + found[1]
    print(f"compared {compared} verdicts within one step of {len(BOUNDS)} bounds of ours: {wrong} differ")
    return wrong


def near(command, texts):
    """Those of the texts that lie nearest to the bounds, by our own measures."""
    rows = [line["values"] for line in scores(command, [*CHARACTERS, *NAMES], texts)]
    chosen = set()
    for _, name, _, bound, condition in BOUNDS:
        fit = [i for i, row in enumerate(rows) if condition is None or condition(row)]
        chosen |= {fit[i] for side in near_bounds.nearest([rows[i][name] for i in fit], bound, 4) for _, i in side}
    return [texts[i] for i in sorted(chosen)]


def main():
    tokenize, table, *files = sys.argv[1:]
    command, (model, _) = [tokenize, "clean"], read_model(table)
    count = int(os.environ.get("CLEAN_TEXTS", "600"))
    source = random.Random(71)
    texts = list(made_texts(72, count))
    texts += near(command, [*texts, *near_bounds.near_texts(73), *mixtures(source, model)]) if count else []
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "300")))
    listed = json.loads(subprocess.run([tokenize, "list", "presets", "--json"], stdout=subprocess.PIPE, check=True).stdout)
    (preset,) = [one["filters"] for one in listed if one["name"] == "ja-web-v1"]
    wrong = kept = 0
    if preset != PRESET:
        wrong += 1
        print(f"ja-web-v1 is {preset}, not {PRESET}")
    rows = [values(text, model) for text in texts]
    compared, different = compare_values(texts, rows, scores(command, [*CHARACTERS, *NAMES], texts))
    wrong += different
    for text, row, line in zip(texts, rows, scores([*command, "-p", "ja-web-v1"], [], texts), strict=True):
        of_filters = keeps(row)
        compared, kept = compared + 1, kept + all(of_filters.values())
        if line["keep"] != all(of_filters.values()) or not line["keep"] and of_filters[line["filter"]]:
            wrong += 1
            print(f"verdict {line}, not {of_filters}, of {text[:60]!r}")
    wrong += check_bounds(command, texts[:made], rows[:made]) if count else 0
    print(f"compared {compared} values and verdicts of {made} made and {len(texts) - made} real documents, {kept} kept: {wrong} differ")
    sys.exit(1 if wrong or (count and not kept) else 0)


main()
