# SPDX-License-Identifier: Apache-2.0
"""compare_hf_normal.py [TEXT.jsonl[.zst]...]

Compares the steps of the family "hf" with the normalizers of the package tokenizers: every code
point between others, those of the first planes alone, random texts, and the texts of the files."""
import os
import random
import sys

import sentencepiece
from normal_texts import batches, charsmap_of, corpus_texts, random_texts
from text_probe import Comparison, normalize
from tokenizers import normalizers

RANDOM_TEXTS = int(os.environ.get("RANDOM_TEXTS", 1000000))


def bert_steps():
    """Every combination of the options, the usual one first."""
    accents = {"auto": None, "true": True, "false": False}
    for clean in (True, False):
        for chinese in (True, False):
            for lower in (True, False):
                for name, accent in accents.items():
                    step = (f"bert-hf0.23:clean_text={clean}:handle_chinese_chars={chinese}"
                            f":strip_accents={name}:lowercase={lower}").lower()
                    yield step, normalizers.BertNormalizer(clean, chinese, accent, lower)


def steps():
    yield "nfc-hf0.23", normalizers.NFC()
    yield "nfd-hf0.23", normalizers.NFD()
    yield "nfkc-hf0.23", normalizers.NFKC()
    yield "nfkd-hf0.23", normalizers.NFKD()
    yield "nmt-hf0.23", normalizers.Nmt()
    yield "lowercase-hf0.23", normalizers.Lowercase()
    yield "strip-hf0.23", normalizers.Strip()
    yield "strip-hf0.23:right=false", normalizers.Strip(left=True, right=False)
    yield "strip-hf0.23:left=false", normalizers.Strip(left=False, right=True)
    yield "strip_accents-hf0.23", normalizers.StripAccents()
    yield "byte_level-hf0.23", normalizers.ByteLevel()
    yield "prepend-hf0.23:content=\u2581", normalizers.Prepend("\u2581")
    yield "replace-hf0.23:pattern= :content=\u2581", normalizers.Replace(" ", "\u2581")
    yield "replace-hf0.23:pattern=ーー:content=", normalizers.Replace("ーー", "")
    yield ("precompiled-hf0.23",
           normalizers.Precompiled(charsmap_of(sentencepiece, "nmt_nfkc")))
    yield from bert_steps()


def valid(texts):
    """HF takes no bytes that are not UTF-8."""
    return [text.decode("utf-8", "ignore").encode() for text in texts]


def compare(comparison, step, normalizer, texts):
    theirs = [normalizer.normalize_str(text.decode()).encode() for text in texts]
    comparison.add(texts, normalize(step, texts), theirs)


def main():
    all_steps = list(steps())
    usual = len(all_steps) - 23  # without the odder combinations of options of Bert
    points = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    # All of them, many at once, each among others that it may join; and most of those that are
    # assigned alone.
    joined = ["".join(f"a{point}か{point}\u0301" for point in points[at:at + 64]).encode()
              for at in range(0, len(points), 64)]
    single = [point.encode() for point in points[:0x20000] + points[0xE0000 - 0x800:][:0x200]]
    passed = True
    source = random.Random(9)
    for number, (step, normalizer) in enumerate(all_steps):
        comparison = Comparison(step)
        if number < usual:
            compare(comparison, step, normalizer, single)
        compare(comparison, step, normalizer, joined if number < usual else joined[:1700])
        compare(comparison, step, normalizer,
                valid(random_texts(source, RANDOM_TEXTS // len(all_steps))))
        passed &= comparison.report()
    if sys.argv[1:]:
        chosen = all_steps[:usual]
        comparisons = [Comparison(f"{step}: files") for step, _ in chosen]
        for path in sys.argv[1:]:
            for texts in batches(valid(corpus_texts(path)), 1 << 25):
                for (step, normalizer), comparison in zip(chosen, comparisons):
                    compare(comparison, step, normalizer, texts)
        passed &= all([comparison.report() for comparison in comparisons])
    sys.exit(not passed)


main()
