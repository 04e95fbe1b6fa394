# SPDX-License-Identifier: Apache-2.0
"""compare_sentencepiece_normal.py [TEXT.jsonl[.zst]...]

Compares the steps of the family "sentencepiece" with the package sentencepiece: every rule of
every name, every code point, random texts with all options, and the texts of the files."""
import os
import random
import sys

import sentencepiece
from normal_texts import batches, corpus_texts, random_texts
from text_probe import Comparison, normalize

NAMES = ("nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity")
OPTIONS = ("add_dummy_prefix", "remove_extra_whitespaces", "escape_whitespaces")
# What `spm_normalize` sets, and with it a step without options.
USUAL = {"add_dummy_prefix": False, "remove_extra_whitespaces": True, "escape_whitespaces": False}
RANDOM_TEXTS = int(os.environ.get("RANDOM_TEXTS", 1000000))
BATCH = 20000


def reference(name, **options):
    return sentencepiece.SentencePieceNormalizer(rule_name=name, **{**USUAL, **options})


def form(name, options):
    chosen = "".join(f":{key}={str(value).lower()}" for key, value in options.items())
    return f"{name}-spm1{chosen}"


def compare(comparison, name, texts, **options):
    normalizer = reference(name, **options)._normalizer
    for start in range(0, len(texts), BATCH):
        batch = texts[start:start + BATCH]
        theirs = [normalizer._Normalize(text) for text in batch]
        comparison.add(batch, normalize(form(name, options), batch), theirs)


def main():
    passed = True
    source = random.Random(17)
    for name in NAMES:
        comparison = Comparison(f"{name}: rules and code points")
        rules = [] if name == "identity" else [key.encode() for key, _ in
                                               sentencepiece.SentencePieceNormalizer(
                                                   rule_name=name).Decompile()]
        points = [chr(point).encode("utf-8", "surrogatepass") for point in range(0x110000)]
        compare(comparison, name, rules, remove_extra_whitespaces=False)
        compare(comparison, name, points, remove_extra_whitespaces=False)
        passed &= comparison.report()
    share = RANDOM_TEXTS // (len(NAMES) * 2 ** len(OPTIONS))
    for name in NAMES:
        comparison = Comparison(f"{name}: random texts, all options")
        for number in range(2 ** len(OPTIONS)):
            options = {key: bool(number >> at & 1) for at, key in enumerate(OPTIONS)}
            compare(comparison, name, random_texts(source, share), **options)
        passed &= comparison.report()
    if sys.argv[1:]:
        comparisons = [Comparison(f"{name}: files") for name in NAMES]
        for path in sys.argv[1:]:
            for texts in batches(corpus_texts(path), 1 << 25):
                for name, comparison in zip(NAMES, comparisons):
                    compare(comparison, name, texts)
        passed &= all([comparison.report() for comparison in comparisons])
    sys.exit(not passed)


main()
