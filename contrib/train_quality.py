#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Weights of the filter quality_score: train_quality.py LABELLED.jsonl[.zst] [GOOD.jsonl[.zst]...] -o WEIGHTS
# LABELLED has the member "label", "good" or "bad"; all texts of GOOD, collections that must be kept, count as good: half of
# each is learnt from (by the hash of the text), the other half is judged. Prints how much of the bad goes at which share of
# the good by ten-fold cross-validation in which texts that share 13 characters stay together, and writes a file for
# "file"; with --c the table of the library, lib/clean/quality_weights.inc; with --held-out FILE the labelled records with
# the score that each had in the fold that it was held out of; with --groupings N what N ways of putting the groups into folds
# come to, mean and standard deviation. Needs numpy.
# What is counted is said in lib/clean/quality_model.h. Logistic regression with a penalty on the square of the weights,
# by gradient descent after Nesterov; nothing is random.
import argparse
import hashlib
import json
import os
import subprocess

import numpy

BITS, PIECE, LEAST_PIECE = 15, 512, 256
BUCKETS = 1 << BITS
MULTIPLIER = numpy.uint64(0x9E3779B97F4A7C15)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
FOLDS, PENALTY, ITERATIONS = 10, 1 / 20, 400
COLLECTION_CHARACTERS = 60000  # of each collection that are learnt from
COLLECTION_WEIGHT = 0.3        # of all of them, as much of each, the labelled texts having 1
TESTED_TEXTS = 300


def read(path):
    plain = subprocess.run(["zstd", "-dcqf", path], stdout=subprocess.PIPE, check=True).stdout if path.endswith(".zst") \
        else open(path, "rb").read()
    return [json.loads(line) for line in plain.split(b"\n") if line.strip()]


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def pieces(text):
    """Of 512 characters; a rest below 256 belongs to the one before it."""
    cut = [text[at:at + PIECE] for at in range(0, len(text), PIECE)] or [""]
    if len(cut) > 1 and len(cut[-1]) < LEAST_PIECE:
        rest = cut.pop()
        cut[-1] += rest
    return cut


def features(piece):
    """Buckets of the characters and pairs of characters, and 1 + floor(log2(occurrences)) divided by the norm."""
    characters = numpy.frombuffer(piece.encode("utf-32-le", "surrogatepass"), dtype=numpy.uint32).astype(numpy.uint64)
    pairs = numpy.uint64(1 << 42) | characters[:-1] << numpy.uint64(21) | characters[1:]
    hashes = numpy.concatenate([characters, pairs]) * MULTIPLIER >> numpy.uint64(64 - BITS)
    buckets, counts = numpy.unique(hashes, return_counts=True)
    values = numpy.floor(numpy.log2(counts)) + 1
    return buckets.astype(numpy.int64), values / max(1.0, numpy.sqrt((values * values).sum()))


class Rows:
    """Pieces of texts as a sparse matrix."""

    def __init__(self, texts):
        self.owner, self.share, buckets, values, self.start = [], [], [], [], [0]
        for index, text in enumerate(texts):
            for piece in pieces(text):
                found, weights = features(piece)
                buckets.append(found)
                values.append(weights)
                self.start.append(self.start[-1] + len(found))
                self.owner.append(index)
                self.share.append(len(piece) / max(1, len(text)))
        self.texts = len(texts)
        self.owner, self.share = numpy.array(self.owner), numpy.array(self.share)
        self.buckets, self.values = numpy.concatenate(buckets), numpy.concatenate(values)
        self.row = numpy.repeat(numpy.arange(len(self.owner)), numpy.diff(self.start))

    def sums(self, weights):
        return numpy.bincount(self.row, self.values * weights[self.buckets], len(self.owner))

    def slopes(self, faults):
        return numpy.bincount(self.buckets, self.values * faults[self.row], BUCKETS)

    def scores(self, model):
        """Of the texts: the mean of their pieces by characters."""
        weights, bias = model
        return numpy.bincount(self.owner, self.share * (self.sums(weights) + bias), self.texts)


def train(rows, good, importance):
    """good, importance: by text. Minimises half the square of the weights * PENALTY + the loss."""
    wanted, importance = good[rows.owner].astype(float), importance[rows.owner] * rows.share
    weights, bias = numpy.zeros(BUCKETS), 0.0
    ahead, ahead_bias = weights.copy(), bias
    step = 4 / importance.sum()  # the rows have norm 1: the slope of the loss changes by a quarter of this at most
    for k in range(ITERATIONS):
        faults = importance * (1 / (1 + numpy.exp(-(rows.sums(ahead) + ahead_bias))) - wanted)
        fresh = ahead - step * (rows.slopes(faults) + PENALTY * ahead)
        fresh_bias = ahead_bias - step * faults.sum()
        momentum = k / (k + 3)
        ahead, ahead_bias = fresh + momentum * (fresh - weights), fresh_bias + momentum * (fresh_bias - bias)
        weights, bias = fresh, fresh_bias
    return weights, bias


def rounded(model):
    """As it is written: 64 steps, the outermost for the 0.5 % that are greater, and millionths."""
    weights, bias = model
    used = numpy.abs(weights[weights != 0])
    scale = max(1, round(1e6 * float(numpy.quantile(used, 0.995)) / 31))
    steps = numpy.clip(numpy.rint(weights * 1e6 / scale), -32, 31)
    return steps * scale / 1e6, round(bias * 1e6) / 1e6, steps.astype(int), scale


def groups(texts):
    """Texts that share 13 characters are of one group, named by a member."""
    parent, seen = list(range(len(texts))), {}

    def root(index):
        while parent[index] != index:
            parent[index] = index = parent[parent[index]]
        return index
    for index, text in enumerate(texts):
        for at in range(max(1, len(text) - 12)):
            parent[root(index)] = root(seen.setdefault(text[at:at + 13], index))
    return [root(index) for index in range(len(texts))]


def score(odds):
    return 0.5 + 0.5 * odds / (1 + abs(odds))


SHARES = (0.95, 0.90, 0.85, 0.80, 0.75, 0.70, 0.65, 0.60)  # of the good that stay


def bound_of(odds, good, kept):
    return numpy.sort(odds[good])[int(good.sum() * (1 - kept))]


def print_curve(odds, good):
    for kept in SHARES:
        bound = bound_of(odds, good, kept)
        print(f"minimum {score(bound):.3f}: {100 * kept:.0f} % of the good stay, {100 * (odds[~good] < bound).mean():.1f} % of the bad go")


def fold_of(texts, member, grouping):
    """Of each text, that of its group: by the hash of its member, and of the grouping from the second on."""
    digests = [digest(texts[root] + (f"\n{grouping}" if grouping > 0 else "")) for root in member]
    return numpy.array([found[0] * 256 + found[1] for found in digests]) % FOLDS


def hold_out(rows, wanted, importance, fold):
    """The odds of the labelled texts, each by weights that were learnt without its fold."""
    odds = numpy.zeros(len(fold))
    for k in range(FOLDS):
        held = numpy.concatenate([fold == k, numpy.zeros(len(wanted) - len(fold), bool)])
        weights, bias, _, _ = rounded(train(rows, wanted, importance * ~held))
        odds[fold == k] = rows.scores((weights, bias))[:len(fold)][fold == k]
    return odds


def print_groupings(curves):
    for kept, gone in zip(SHARES, numpy.array(curves).T):
        print(f"{len(curves)} groupings: {100 * kept:.0f} % of the good stay, {100 * gone.mean():.1f} % of the bad go, "
              f"standard deviation {100 * gone.std():.1f}")


def write(path, model, is_table):
    _, bias, steps, scale = rounded(model)
    letters = "".join(LETTERS[step + 32] for step in steps)
    lines = ["tokenize-quality 1", f"bias {round(bias * 1e6)}", f"scale {scale}"]
    lines += [letters[at:at + 128] for at in range(0, BUCKETS, 128)]
    if is_table:
        head = "/* SPDX-License-Identifier: Apache-2.0\n *\n * Written by contrib/train_quality.py --c, do not edit. */\n"
        lines = [head.rstrip("\n")] + [f'"{line}",' for line in lines]
    temporary = path + ".new"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(temporary, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labelled")
    parser.add_argument("collections", nargs="*")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--c", action="store_true")
    parser.add_argument("--held-out")
    parser.add_argument("--groupings", type=int, default=1)
    options = parser.parse_args()
    records = read(options.labelled)
    texts = [record["text"] for record in records]
    good = numpy.array([record["label"] == "good" for record in records])
    more, shares, tests = [], [], {}
    for path in options.collections:
        halves = ([], [])
        for text in sorted((record["text"] for record in read(path)), key=digest):
            halves[digest(text)[-1] % 2].append(text)
        learnt, left = [], COLLECTION_CHARACTERS
        for text in halves[0]:
            if left > 0:
                learnt.append(text[:PIECE])
                left -= len(learnt[-1])
        more += learnt
        shares += [1 / len(learnt)] * len(learnt)
        tests[os.path.basename(path)] = halves[1][:TESTED_TEXTS]
    rows = Rows(texts + more)
    wanted = numpy.concatenate([good, numpy.ones(len(more), bool)])
    importance = numpy.ones(len(wanted))
    if more:
        importance[len(texts):] = COLLECTION_WEIGHT * len(texts) / len(tests) * numpy.array(shares)
    member = groups(texts)
    print(f"{good.sum()} good and {(~good).sum()} bad texts in {len(set(member))} groups; {len(more)} texts of collections")
    odds = hold_out(rows, wanted, importance, fold_of(texts, member, 0))
    print_curve(odds, good)
    curves = []
    for grouping in range(options.groupings if options.groupings > 1 else 0):
        found = odds if grouping == 0 else hold_out(rows, wanted, importance, fold_of(texts, member, grouping))
        curves.append([(found[~good] < bound_of(found, good, kept)).mean() for kept in SHARES])
    if curves:
        print_groupings(curves)
    if options.held_out:
        with open(options.held_out, "w", encoding="utf-8") as file:
            for record, value in zip(records, odds):
                file.write(json.dumps({**record, "quality_score": float(score(value))}, ensure_ascii=False) + "\n")
    bound = bound_of(odds, good, 0.75)
    model = train(rows, wanted, importance)
    weights, bias, _, _ = rounded(model)
    for name, held_texts in tests.items():
        found = Rows([text[:100 * PIECE] for text in held_texts]).scores((weights, bias))
        print(f"{name:48} of {len(found):4} texts that were not learnt from {100 * (found >= bound).mean():.1f} % stay "
              f"at minimum {score(bound):.3f}; 95 % would at {score(numpy.quantile(found, 0.05)):.3f}")
    write(options.output, model, options.c)


main()
