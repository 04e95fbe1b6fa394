# SPDX-License-Identifier: Apache-2.0
"""sentencepiece_normal.py [TEXT.jsonl[.zst]...]

Compares the steps of the family "sentencepiece" with the package sentencepiece: every rule of
every name, code points, random texts with all options, and the texts of the files.
RANDOM_TEXTS=1000000 gives each name a million random texts and every code point (ten minutes);
without it a test run compares some ten thousand and the code points that are assigned."""
import random
import sys

import sentencepiece
from normal_texts import (FULL, batches, code_points, corpus_texts, model_of, random_count,
                          random_texts)
from text_probe import Comparison, normalize

NAMES = ("nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity")
OPTIONS = ("add_dummy_prefix", "remove_extra_whitespaces", "escape_whitespaces")
# What `spm_normalize` sets, and with it a step without options.
USUAL = {"add_dummy_prefix": False, "remove_extra_whitespaces": True, "escape_whitespaces": False}
RANDOM_TEXTS = random_count(10000)
BATCH = 100000


def reference(name, options):
    """A function from bytes to bytes. Only a model can have the space at the end, and only with
    escape_whitespaces."""
    if "treat_whitespace_as_suffix" in options:
        return sentencepiece.SentencePieceProcessor(
            model_proto=model_of(sentencepiece, name, **options)).Normalize
    return sentencepiece.SentencePieceNormalizer(
        rule_name=name, **{**USUAL, **options})._normalizer._Normalize


def all_options():
    for number in range(2 ** len(OPTIONS)):
        options = {key: bool(number >> at & 1) for at, key in enumerate(OPTIONS)}
        yield options
        if options["escape_whitespaces"]:
            yield {**options, "treat_whitespace_as_suffix": True}


def form(name, options):
    chosen = "".join(f":{key}={str(value).lower()}" for key, value in options.items())
    return f"{name}-spm1{chosen}"


def compare(comparison, name, texts, **options):
    theirs = reference(name, options)
    for start in range(0, len(texts), BATCH):
        batch = texts[start:start + BATCH]
        comparison.add(batch, normalize(form(name, options), batch),
                       [theirs(text) for text in batch])


def compare_rules(name, points):
    comparison = Comparison(f"{name}: rules and code points")
    if name != "identity":
        rules = sentencepiece.SentencePieceNormalizer(rule_name=name).Decompile()
        compare(comparison, name, [key.encode() for key, _ in rules],
                remove_extra_whitespaces=False)
    compare(comparison, name, points, remove_extra_whitespaces=False)
    return comparison.report()


def compare_random(name, source):
    comparison = Comparison(f"{name}: random texts, all options")
    chosen = list(all_options())
    for options in chosen:
        compare(comparison, name, [b""] + random_texts(source, RANDOM_TEXTS // len(chosen)),
                **options)
    return comparison.report()


def compare_files(paths):
    comparisons = [Comparison(f"{name}: files") for name in NAMES]
    for path in paths:
        for texts in batches(corpus_texts(path), 1 << 25):
            for name, comparison in zip(NAMES, comparisons):
                compare(comparison, name, texts)
                compare(comparison, name, texts, add_dummy_prefix=True, escape_whitespaces=True)
    return all([comparison.report() for comparison in comparisons])


def main():
    # Surrogates too: bytes that are no UTF-8 are welcome here.
    points = [chr(point).encode() for point in code_points(RANDOM_TEXTS >= FULL)]
    points += [chr(point).encode("utf-8", "surrogatepass") for point in range(0xD800, 0xE000)]
    source = random.Random(17)
    passed = all([compare_rules(name, points) for name in NAMES])
    passed &= all([compare_random(name, source) for name in NAMES])
    passed &= compare_files(sys.argv[1:])
    sys.exit(not passed)


main()
