#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# What a preset keeps: clean_tradeoff.py TOKENIZE PRESET LABELLED.jsonl[.zst] [COLLECTION.jsonl[.zst]...]
# LABELLED has the member "label": "good" or "bad". Prints the shares of both, the curve that moving the bound of
# each value gives, and the share of each collection that the preset keeps.
import json
import os
import subprocess
import sys
import tempfile


def run(*arguments):
    return subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout


def scored(tokenize, preset, path):
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as scores:
        run(tokenize, "clean", "-p", preset, "--scores", scores.name, "-o", "/dev/null", "--quiet", path)
        return [json.loads(line) for line in open(scores.name, encoding="utf-8")]


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


def main():
    tokenize, preset, labelled, *collections = sys.argv[1:]
    plain = run("zstd", "-dcqf", labelled) if labelled.endswith(".zst") else open(labelled, "rb").read()
    labels = [json.loads(line)["label"] for line in plain.splitlines()]
    lines = scored(tokenize, preset, labelled)
    good, bad = ([line for line, label in zip(lines, labels, strict=True) if label == wanted]
                 for wanted in ("good", "bad"))
    print(f"{preset}: of {len(good)} good {100 * share(good):.1f} % stay, of {len(bad)} bad {100 * (1 - share(bad)):.1f} % go")
    curve(good, bad)
    for path in collections:
        report = json.loads(run(tokenize, "clean", "-p", preset, "-o", "/dev/null", "--json", "--quiet", path))
        counts = report["documents"]
        print(f"{os.path.basename(path):48} {counts['kept']:8} of {counts['kept'] + counts['dropped']:8} kept, "
              f"{100 * counts['kept'] / (counts['kept'] + counts['dropped']):.2f} %  {counts['dropped_by_reason']}")


main()
