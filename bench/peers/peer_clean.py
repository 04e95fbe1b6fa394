# SPDX-License-Identifier: Apache-2.0
#
# The peers of bench/clean: peer_clean.py swallow|hojichar IN.jsonl.zst OUT.jsonl.zst reads records out of a zstd file,
# judges each text, writes the records that stay into a zstd file (level 3), as our command does, and prints one JSON line
# with the CPU seconds from the first read to the last write (not of starting Python and opening lists, which ours has in
# its seconds) and every verdict. Swallow's rules are those of tests/conformance/swallow_rules.py, as plain Python as the
# published ones; HojiChar is the package.
import io
import json
import sys
import time

import zstandard


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
keep = []
start = time.process_time()
with open(sys.argv[2], "rb") as stored, open(sys.argv[3], "wb") as out:
    lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(stored), encoding="utf-8", newline="\n")
    with zstandard.ZstdCompressor(level=3).stream_writer(out) as kept:
        for line in lines:
            record = json.loads(line)
            keep.append(int(judge(record["text"])))
            if keep[-1]:
                kept.write((json.dumps(record, ensure_ascii=False) + "\n").encode())
print(json.dumps({"seconds": time.process_time() - start, "keep": keep}))
