# SPDX-License-Identifier: Apache-2.0
#
# What the drivers of peers share: the texts, the clock, the hash of ids in the form our token
# shards have them, the line that bench/run reads. Leans on xxhash.
import json
import struct
import sys
import time

import xxhash


def arguments():
    """(texts as a list, directory of our run, threads)"""
    path, directory, threads = sys.argv[1:4]
    with open(path, encoding="utf-8", newline="\n") as file:
        texts = [json.loads(line)["text"] for line in file]
    return texts, directory, int(threads)


def megabytes(texts):
    return sum(len(text.encode()) for text in texts) / 1e6


def hash_of(documents, append, wide):
    """XXH3 of the ids as a Megatron .bin holds them, an appended id behind each document."""
    state = xxhash.xxh3_64()
    code = "i" if wide else "H"
    for ids in documents:
        ids = list(ids) + [append]
        state.update(struct.pack(f"<{len(ids)}{code}", *ids))
    return f"{state.intdigest():016x}"


def report(program, job, seconds, size, tokens=None, ids_hash=None):
    row = {"program": program, "job": job, "seconds": seconds, "megabytes": size}
    row.update(tokens=tokens, ids_hash=ids_hash)
    print(json.dumps(row))


clock = time.perf_counter
