#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares models of every kind with the library that each is for, on texts of every corpus: ids, offsets, decoded text, and
that texts in parts of 1 to 40 bytes have the ids and offsets of the whole.

    corpora.py [--megabytes N] [--only NAME...] [--models MODEL[=SOURCE]...] [--made SAMPLE] --texts CORPUS.jsonl[.zst]...

--made: the kinds of kinds.py, made of SAMPLE. MODEL is any file that references.py knows, SOURCE what its reference opens where
that is another (of GGUF). --megabytes: of each corpus, from its start. Behind a normalizer documents are lines, so that offsets
can be compared where a line stays as it is. Nasty and generated texts come with the corpora.
Exit status: 0 equal, 1 different, 2 cannot run."""
import argparse
import array
import itertools
import os
import sys
import tempfile

import corpus_texts
import hf_encode
import kinds
import models
import offsets
import pieces
import references

LONGEST = 100000  # characters of a text: of models of characters a token each


def nasty_texts():
    yield from models.NASTIES
    yield from itertools.islice(models.nasties(), len(models.NASTIES), len(models.NASTIES) + 600)
    yield from (text for text in itertools.islice(hf_encode.generated(), 1500) if text)


def texts_of(path, limit, by_lines):
    for text in corpus_texts.texts_of(path, limit):
        for start in range(0, len(text), LONGEST):
            part = text[start:start + LONGEST]
            yield from (line for line in part.splitlines(keepends=True)) if by_lines else ([part] if part else [])


class Comparison:
    def __init__(self, kind, command, probe):
        self.kind, self.command, self.probe = kind, command, probe
        self.reference = kinds.open_kind(kind)
        self.takes_parts = offsets.takes_parts(probe, kind.path)
        self.counts = dict.fromkeys(("texts", "bytes", "ids", "offsets", "decoded", "in parts"), 0)
        self.different = 0

    def differs(self, what, text, ours, theirs):
        self.different += 1
        if self.different <= 3:
            at = next((i for i, (one, other) in enumerate(zip(ours, theirs)) if one != other), min(len(ours), len(theirs)))
            print(f"  {self.kind.name}: {what} of {text[:120]!a}, from {at} on:\n    {self.reference.name} "
                  f"{theirs[max(0, at - 2):at + 8]}\n    ours {ours[max(0, at - 2):at + 8]}", flush=True)

    def compare_text(self, text, answer, expected, places):
        own = references.ids_of(answer)
        self.counts["texts"] += 1
        self.counts["bytes"] += len(text.encode())
        self.counts["ids"] += len(expected)
        if own != expected:
            self.differs("ids", text, own, expected)
        elif places is not None:
            self.counts["offsets"] += len(places)
            spans = references.spans_of(answer)
            if not self.reference.same_spans(spans, places):
                self.differs("offsets", text, spans, places)

    def compare_batch(self, texts):
        unit, lists = self.reference.unit, []
        whole = list(references.our_answers(self.probe, self.kind.path, unit, texts))
        for text, answer, (expected, places) in zip(texts, whole, self.reference.batch(texts), strict=True):
            self.compare_text(text, answer, expected, places)
            if expected:
                lists.append(expected)
        if self.takes_parts:
            parts = references.our_answers(self.probe, self.kind.path, unit, texts, "parts")
            for text, one, other in zip(texts, whole, parts, strict=True):
                self.counts["in parts"] += 1
                if one != other:
                    self.differs("parts", text, array.array("I", other), array.array("I", one))
        expected = self.reference.decode(lists)
        if expected is None or not lists:
            return
        for ids, own, text in zip(lists, pieces.decoded(self.command, self.kind.path, lists), expected, strict=True):
            self.counts["decoded"] += 1
            if own != text:
                self.differs("decoding", str(ids[:20]), own, text)

    def run(self, paths, limit):
        by_lines = getattr(self.reference.model, "normalizer", None) is not None
        for batch in corpus_texts.batches(nasty_texts()):
            self.compare_batch(batch)
        for path in paths:
            before = self.different
            for batch in corpus_texts.batches(texts_of(path, limit, by_lines)):
                self.compare_batch(batch)
            if self.different > before:
                print(f"  {self.kind.name}: {path}: {self.different - before} different")
        counts = ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
        print(f"{self.kind.name}: {self.reference.name}: {counts}: {self.different} different", flush=True)


def chosen_kinds(arguments, folder):
    for model in arguments.models:
        path, _, source = (model, "", "") if os.path.exists(model) else model.partition("=")
        yield kinds.Kind(references.base_name(path), path, source or path)
    if arguments.made:
        yield from kinds.make(folder, arguments.made, arguments.only)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--models", nargs="+", default=[])
    parser.add_argument("--made")
    parser.add_argument("--texts", nargs="+", required=True)
    arguments = parser.parse_args()
    total, different, number = {}, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in chosen_kinds(arguments, folder):
            comparison = Comparison(kind, os.environ["TOKENIZE"], os.environ["ENCODE_PROBE"])
            comparison.run(arguments.texts, arguments.megabytes * 1e6)
            number += 1
            different += comparison.different
            for what, count in comparison.counts.items():
                total[what] = total.get(what, 0) + count
    counts = ", ".join(f"{count:,} {what}" for what, count in total.items())
    print(f"compared {number} models on {len(arguments.texts)} corpora: {counts}: {different} different")
    return 1 if different or not number else 0


if __name__ == "__main__":
    sys.exit(main())
