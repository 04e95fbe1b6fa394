#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# What a preset keeps, and what other thresholds would: clean_tradeoff.py TOKENIZE PRESET LABELLED.jsonl[.zst]
# [COLLECTION.jsonl[.zst]...] [--choose]
# LABELLED has the member "label": "good" or "bad". Prints the shares of both, the curve that moving the bound of
# each value gives, and the share of each collection that the preset keeps. With --choose, for every filter that needs no
# file and no words: bounds that are chosen one after the other on one half of LABELLED (by the hash of the text) so that
# more of the bad goes than of the good, each so wide that 99 % of every collection stays; how they do on the other half;
# and how far a weighted sum of all values (logistic regression on the same half) gets there, which is a ceiling for bounds.
# Of texts that weights of quality_score were learnt from (contrib/train_quality.py) its curve says nothing; a warning says so.
import argparse
import hashlib
import json
import math
import os
import subprocess
import tempfile

WITHOUT_WORDS = ("japanese_ratio", "swallow_", "hojichar_", "nemo_", "hplt_", "oscar_", "uzushio_hiragana", "llm_jp_", "fineweb_ended", "fineweb_short",
                 "fineweb_repeated", "mc4_", "damaged_", "foreign_", "unended_")
STAY = 0.99  # of every collection, behind each bound
STEPS = 8


def run(*arguments):
    return subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout


def scored(tokenize, filters, path):
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as scores:
        run(tokenize, "clean", *filters, "--scores", scores.name, "-o", "/dev/null", "--quiet", path)
        return [json.loads(line) for line in open(scores.name, encoding="utf-8")]


def records(path):
    plain = run("zstd", "-dcqf", path) if path.endswith(".zst") else open(path, "rb").read()
    return [json.loads(line) for line in plain.split(b"\n") if line.strip()]


def share(lines):
    return sum(line["keep"] for line in lines) / len(lines)


def curve(good, bad):
    """For each value and either direction: how much of the bad goes when so much of the good stays."""
    print(f"{'value':40} bad out when good in is  95 %   90 %   75 %")
    for name in good[0]["values"]:
        for sign, word in ((1, "least"), (-1, "most")):
            ordered = sorted(sign * line["values"][name] for line in good)
            cells = []
            for kept in (0.95, 0.90, 0.75):
                bound = ordered[int(len(ordered) * (1 - kept))]
                cells.append(sum(sign * line["values"][name] < bound for line in bad) / len(bad))
            print(f"{name + ', at ' + word:60}" + "".join(f"{100 * cell:5.1f} %" for cell in cells))


# ---- Choosing bounds -------------------------------------------------------------------------------


def outcome(texts, dropped):
    """Shares of the bad that go and of the good that stay."""
    bad = [gone for (_, good), gone in zip(texts, dropped, strict=True) if not good]
    good = [gone for (_, good), gone in zip(texts, dropped, strict=True) if good]
    return f"{100 * sum(bad) / len(bad):.1f} % of the bad go, {100 - 100 * sum(good) / len(good):.1f} % of the good stay"


def choose(train, test, collections):
    """Greedy: the bound that lets more bad than good go, until none does."""
    gone = {id(train): [False] * len(train), id(test): [False] * len(test)}
    bounds = []
    for name in train[0][0]:
        for sign in (1, -1):
            ordered = [sorted(sign * values[name] for values in lines) for lines in collections]
            bounds.append((name, sign, min(lines[int(len(lines) * (1 - STAY))] for lines in ordered)))
    for _ in range(STEPS):
        def gain(bound):
            name, sign, limit = bound
            fresh = [good for (values, good), out in zip(train, gone[id(train)], strict=True)
                     if not out and sign * values[name] < limit]
            return len(fresh) - 2 * sum(fresh)
        best = max(bounds, key=gain)
        if gain(best) <= 1:
            break
        name, sign, limit = best
        for texts in (train, test):
            gone[id(texts)] = [out or sign * values[name] < limit
                               for (values, _), out in zip(texts, gone[id(texts)], strict=True)]
        print(f"{name + (' at least ' if sign > 0 else ' at most ') + f'{sign * limit:.4g}':60} "
              f"this half: {outcome(train, gone[id(train)])}; the other: {outcome(test, gone[id(test)])}")


def weigh(train, test):
    """A weighted sum of all values, standardised, by gradient descent with a penalty on the weights."""
    names = list(train[0][0])
    mean = {name: sum(values[name] for values, _ in train) / len(train) for name in names}
    spread = {name: math.sqrt(sum((values[name] - mean[name]) ** 2 for values, _ in train) / len(train)) or 1 for name in names}

    def standard(texts):
        return [[max(-4, min(4, (values[name] - mean[name]) / spread[name])) for name in names] for values, _ in texts]
    rows, weights, bias = standard(train), [0.0] * len(names), 0.0
    for _ in range(300):
        faults = [1 / (1 + math.exp(-(sum(map(float.__mul__, weights, map(float, row))) + bias))) - good
                  for row, (_, good) in zip(rows, train, strict=True)]
        for k in range(len(names)):
            slope = sum(fault * row[k] for fault, row in zip(faults, rows, strict=True)) / len(rows)
            weights[k] -= 0.3 * (slope + 0.1 * weights[k])
        bias -= 0.3 * sum(faults) / len(rows)
    for word, texts in (("this half", train), ("the other half", test)):
        sums = [sum(map(float.__mul__, weights, map(float, row))) for row in standard(texts)]
        good = sorted(value for value, (_, label) in zip(sums, texts, strict=True) if label)
        cells = []
        for kept in (0.95, 0.90, 0.75):
            bound = good[int(len(good) * (1 - kept))]
            cells.append(f"with {100 * kept:.0f} % of the good in, {outcome(texts, [value < bound for value in sums]).split(' of')[0]}")
        print(f"weighted sum of {len(names)} values, {word}: bad out " + "; ".join(cells))


def choose_bounds(tokenize, labelled, paths):
    listed = json.loads(run(tokenize, "list", "filters", "--json"))
    listed = listed if isinstance(listed, list) else next(iter(listed.values()))
    filters = []
    for entry in listed:
        parameters = [parameter.get("type") for parameter in entry["parameters"]]
        if entry["name"].startswith(WITHOUT_WORDS) and "file" not in parameters:
            filters += ["-f", entry["name"]]
    halves = ([], [])
    for record, line in zip(records(labelled), scored(tokenize, filters, labelled), strict=True):
        half = hashlib.sha256(record["text"].encode()).digest()[0] % 2
        halves[half].append((line["values"], record["label"] == "good"))
    collections = [[line["values"] for line in scored(tokenize, filters, path)] for path in paths]
    choose(*halves, collections)
    weigh(*halves)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokenize")
    parser.add_argument("preset")
    parser.add_argument("labelled")
    parser.add_argument("collections", nargs="*")
    parser.add_argument("--choose", action="store_true")
    options = parser.parse_args()
    labels = [record["label"] for record in records(options.labelled)]
    lines = scored(options.tokenize, ["-p", options.preset], options.labelled)
    good, bad = ([line for line, label in zip(lines, labels, strict=True) if label == wanted]
                 for wanted in ("good", "bad"))
    print(f"{options.preset}: of {len(good)} good {100 * share(good):.1f} % stay, "
          f"of {len(bad)} bad {100 * (1 - share(bad)):.1f} % go")
    if any("quality_score" in name for name in good[0]["values"]):
        print("quality_score: of texts that its weights were learnt from these are no figures; contrib/train_quality.py has them")
    curve(good, bad)
    for path in options.collections:
        report = json.loads(run(options.tokenize, "clean", "-p", options.preset, "-o", "/dev/null", "--json", "--quiet", path))
        counts = report["documents"]
        print(f"{os.path.basename(path):48} {counts['kept']:8} of {counts['kept'] + counts['dropped']:8} kept, "
              f"{100 * counts['kept'] / (counts['kept'] + counts['dropped']):.2f} %  {counts['dropped_by_reason']}")
    if options.choose:
        choose_bounds(options.tokenize, options.labelled, options.collections)


main()
