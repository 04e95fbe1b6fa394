# SPDX-License-Identifier: Apache-2.0
#
# The peers of bench/clean: reads JSON lines from standard input, judges each text, and prints one JSON line with the CPU
# seconds of the judging alone and every verdict: peer_clean.py swallow|hojichar < TEXT.jsonl. Swallow's rules are those
# of tests/conformance/swallow_rules.py, as plain Python as the published ones; HojiChar is the package.
import json
import sys
import time


def swallow():
    import swallow_rules
    return lambda text: swallow_rules.keeps(swallow_rules.values(text))


def hojichar():
    import os

    import hojichar as package
    from hojichar.filters import document_filters as f
    lists = os.path.join(os.path.dirname(package.__file__), "dict")
    ng = [f.NgWordsFilterJa(os.path.join(lists, f"{name}_keywords_ja.txt"))
          for name in ("adult", "discrimination", "violence")]
    chain = package.Compose([f.DocumentLengthFilter(200, 50000), f.AcceptJapanese(), f.DiscardRareKuten(),
                             f.DiscardTooShortLines(), f.DiscardTooManyEndingEllipsis(),
                             f.SingleCharacterRepetitionFilter(), f.DiscardTooManySpecialToken(),
                             f.DiscardBBSComments(), f.DiscardAds(), *ng, f.CharRepetitionRatioFilter()])
    return lambda text: not chain.apply(package.Document(text)).is_rejected


judge = {"swallow": swallow, "hojichar": hojichar}[sys.argv[1]]()
texts = [json.loads(line)["text"] for line in sys.stdin]
start = time.process_time()
keep = [int(judge(text)) for text in texts]
print(json.dumps({"seconds": time.process_time() - start, "keep": keep}))
