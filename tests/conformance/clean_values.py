#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Values and verdicts of Swallow's filters against swallow_rules.py: clean_values.py TOKENIZE WORDS [TEXT.jsonl...]
# CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import itertools
import json
import os
import random
import sys

import near_bounds
import swallow_rules
from clean_texts import compare_values, made_texts, read_texts, scores


def make_weights(texts, path):
    """Weights of the detector, drawn at random: Swallow's own are not in this project."""
    source = random.Random(12)
    grams = {text[i:i + n] for text in texts for i in range(0, len(text), 7) for n in (1, 2, 3)} - {""} | set("日本語のはで")
    weights = {gram: source.uniform(-2, 2) for gram in sorted(grams) if "\0" not in gram}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(weights, file, ensure_ascii=source.random() < 0.5)
    return weights


def main():
    tokenize, list_path, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1500"))
    texts = list(made_texts(11, count))
    with open(list_path, encoding="utf-8") as file:
        words = {line.rstrip("\n") for line in file if line.strip("\n")}
    base = os.path.basename(list_path).rsplit(".", 1)[0]
    weights = make_weights(texts, os.path.join(os.path.dirname(list_path), "weights.json"))
    arguments = {name: name for name in near_bounds.KEPT if name.startswith("swallow_") or name == "unended_sentences"}
    arguments[f"swallow_ng_words:{base}"] = f"swallow_ng_words:file={list_path}"
    arguments["swallow_detector:weights"] = f"swallow_detector:file={os.path.dirname(list_path)}/weights.json"
    del arguments["swallow_ng_words"], arguments["swallow_detector"]
    texts += near_bounds.near([tokenize, "clean"], arguments, texts) if count else []
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "300")))
    command = [tokenize, "clean", "-p", "swallow-v1-quality"]
    compat = [f"swallow_{name}:compat=true" for name in ("japanese_letters", "hiragana", "katakana", "japanese")]
    found = scores(command, [*compat, "unended_sentences", f"swallow_ng_words:file={list_path}",
                             f"swallow_ng_words:file={list_path},compat=true",
                             f"swallow_detector:file={os.path.dirname(list_path)}/weights.json"], texts)
    measured = []
    for text in texts:
        expected = swallow_rules.values(text)
        measured.append(expected)
        expected[f"swallow_ng_words:{base}"] = swallow_rules.ng_share(text, words, False)
        expected["swallow_detector:weights"] = swallow_rules.detector(text, weights)
        expected[f"swallow_ng_words:{base}/compat"] = swallow_rules.ng_share(text, words, True)
    compared, wrong = compare_values(texts, measured, found)
    if count:
        wrong += near_bounds.check([tokenize, "clean"], arguments, texts[:made], measured[:made])
    plain = scores(command, [], texts)
    kept = 0
    for text, line, values in zip(texts, plain, measured):
        compared += 1
        expected = swallow_rules.keeps(values)
        kept += expected
        if expected != line["keep"]:
            wrong += 1
            print(f"verdict {line}, of {text[:60]!r}")
    print(f"compared {compared} values and verdicts of {made} made and {len(texts) - made} real documents, "
          f"{kept} kept: {wrong} differ")
    sys.exit(1 if wrong or (count and not kept) else 0)  # of a part of a corpus in English nothing may be kept


main()
