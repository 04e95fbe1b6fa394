# SPDX-License-Identifier: Apache-2.0
"""hf_normal.py [TEXT.jsonl[.zst]...]

Compares the steps of the family "hf", and chains of them, with the normalizers of the package
tokenizers: code points between others, those of most scripts alone, random texts, and the texts of
the files. RANDOM_TEXTS=1000000 gives each step a million random texts and every code point (half an
hour); without it a test run compares a few thousand and the code points that are assigned."""
import random
import re
import sys

import sentencepiece
from normal_texts import (FULL, batches, charsmap_of, code_points, corpus_texts, random_count,
                          random_texts, valid)
from text_probe import Comparison, normalize
from tokenizers import Regex
from tokenizers.normalizers import (NFC, NFD, NFKC, NFKD, BertNormalizer, ByteLevel, Lowercase, Nmt,
                                    Precompiled, Prepend, Replace, Sequence, Strip, StripAccents)

RANDOM_TEXTS = random_count(2500)


def steps():
    """What models use: alone, and as Llama 2 and ALBERT have it."""
    yield "nfc-hf0.23", NFC()
    yield "nfd-hf0.23", NFD()
    yield "nfkc-hf0.23", NFKC()
    yield "nfkd-hf0.23", NFKD()
    yield "nmt-hf0.23", Nmt()
    yield "lowercase-hf0.23", Lowercase()
    yield "strip-hf0.23", Strip()
    yield "strip_accents-hf0.23", StripAccents()
    yield "byte_level-hf0.23", ByteLevel()
    yield "prepend-hf0.23:content=\u2581", Prepend("\u2581")
    yield "replace-hf0.23:pattern= :content=\u2581", Replace(" ", "\u2581")
    precompiled = Precompiled(charsmap_of(sentencepiece, "nmt_nfkc"))
    yield "precompiled-hf0.23", precompiled
    yield "bert-hf0.23", BertNormalizer()
    yield ("prepend-hf0.23:content=\u2581,replace-hf0.23:pattern= :content=\u2581",
           Sequence([Prepend("\u2581"), Replace(" ", "\u2581")]))
    yield ("replace-hf0.23:pattern=``:content=\",replace-hf0.23:pattern='':content=\",nfkd-hf0.23,"
           "strip_accents-hf0.23,lowercase-hf0.23,precompiled-hf0.23",
           Sequence([Replace("``", '"'), Replace("''", '"'), NFKD(), StripAccents(), Lowercase(),
                     precompiled]))


def bert_steps():
    """Every combination of the options."""
    accents = {"auto": None, "true": True, "false": False}
    for clean in (True, False):
        for chinese in (True, False):
            for lower in (True, False):
                for name, accent in accents.items():
                    step = (f"bert-hf0.23:clean_text={clean}:handle_chinese_chars={chinese}"
                            f":strip_accents={name}:lowercase={lower}").lower()
                    yield step, BertNormalizer(clean, chinese, accent, lower)


def odd_steps():
    """Options that few use, and chains whose steps meddle with each other."""
    for left in (True, False):
        for right in (True, False):
            yield (f"strip-hf0.23:left={left}:right={right}".lower(),
                   Strip(left=left, right=right))
    yield "prepend-hf0.23:content=か", Prepend("か")
    yield "replace-hf0.23:pattern=ーー:content=", Replace("ーー", "")
    yield "replace-hf0.23:pattern=\u3099:content=.*", Replace("\u3099", ".*")
    yield "replace-hf0.23:pattern=a:content=aa", Replace("a", "aa")
    for regex, content in ((r"(?<!\n)^", "\u2581"), (r" {2,}", " "), (r"\p{M}+", ""),
                           (r"[\u3041-\u3096]", "x"), (r"a*", "-"), (r"$", "\u3042")):
        spelled = re.sub(r"([,:=\\])", r"\\\1", regex)
        yield f"replace-hf0.23:regex={spelled}:content={content}", Replace(Regex(regex), content)
    precompiled = Precompiled(charsmap_of(sentencepiece, "nmt_nfkc"))
    yield "", Sequence([])  # DeepSeek V3
    yield ("strip-hf0.23,precompiled-hf0.23,replace-hf0.23:pattern=  :content=\u2581",
           Sequence([Strip(), precompiled, Replace("  ", "\u2581")]))
    yield ("nfd-hf0.23,lowercase-hf0.23,strip_accents-hf0.23",
           Sequence([NFD(), Lowercase(), StripAccents()]))
    yield "nfc-hf0.23,byte_level-hf0.23", Sequence([NFC(), ByteLevel()])
    yield ("nmt-hf0.23,nfkc-hf0.23,strip-hf0.23,bert-hf0.23",
           Sequence([Nmt(), NFKC(), Strip(), BertNormalizer()]))
    yield "nfkd-hf0.23,nfc-hf0.23,nfkc-hf0.23", Sequence([NFKD(), NFC(), NFKC()])


def compare(comparison, step, normalizer, texts):
    theirs = [normalizer.normalize_str(text.decode()).encode() for text in texts]
    comparison.add(texts, normalize(step, texts), theirs)


def compare_steps(chosen, source, texts, count):
    passed = True
    for step, normalizer in chosen:
        comparison = Comparison(step or "no step")
        compare(comparison, step, normalizer, texts)
        for start in range(0, count, 100000):
            compare(comparison, step, normalizer,
                    list(valid(random_texts(source, min(count - start, 100000)))))
        passed &= comparison.report()
    return passed


def compare_files(chosen, paths):
    comparisons = [Comparison(f"{step or 'no step'}: files") for step, _ in chosen]
    for path in paths:
        for texts in batches(valid(corpus_texts(path)), 1 << 25):
            for (step, normalizer), comparison in zip(chosen, comparisons):
                compare(comparison, step, normalizer, texts)
    return all([comparison.report() for comparison in comparisons])


def main():
    full = RANDOM_TEXTS >= FULL
    points = [chr(point) for point in code_points(full)]
    # Many at once, each among others that it may join; and those that may stand alone.
    joined = ["".join(f"a{point}か{point}\u0301" for point in points[at:at + 64]).encode()
              for at in range(0, len(points), 64)]
    single = [point.encode() for point in points if ord(point) < (0x110000 if full else 0x3400)]
    usual, bert, odd = list(steps()), list(bert_steps()), list(odd_steps())
    source = random.Random(9)
    passed = compare_steps(usual, source, [b""] + single + joined, RANDOM_TEXTS)
    passed &= compare_steps(bert + odd, source, [b""] + (joined if full else joined[:1100]),
                            RANDOM_TEXTS // 5)
    passed &= compare_files(usual, sys.argv[1:])
    sys.exit(not passed)


main()
