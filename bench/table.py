#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Turns the JSON lines of bench/run into the Markdown tables of doc/performance.md:
#   bench/table.py RESULTS.jsonl
# For each corpus and job: seconds of run 1 / run 2 for one and two threads, MB/s of the better one.
import json
import os
import sys

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
corpora = list(dict.fromkeys(row["corpus"] for row in rows))
for corpus in corpora:
    mine = [row for row in rows if row["corpus"] == corpus]
    print(f"\n### {os.path.basename(corpus)}\n")
    print("| program | job | threads | MB | seconds, run 1 / run 2 | MB/s, better run | tokens | hash of ids |")
    print("|---|---|---|---|---|---|---|---|")
    groups = {}
    for row in mine:
        if row["job"] == "dedup":
            continue
        # The two ways of counting give two vocabularies, and so two groups of train and encode.
        key = (row["program"], row["job"], row["threads"], row["megabytes"], row["tokens"], row["ids_hash"])
        if row["job"] == "train":
            key += (len([r for r in mine[: mine.index(row)] if r["job"] == "count+ipadic"]) > 0,)
        groups.setdefault(key, []).append(row["seconds"])
    for key, seconds in groups.items():
        program, job, threads, megabytes, tokens, ids = key[:6]
        if job == "train":
            job = "train (ipadic)" if key[6] else "train (none)"
        rate = "" if job.startswith("train (") else f"{megabytes / min(seconds):.1f}"
        times = " / ".join(f"{s:.2f}" for s in seconds[:2])
        print(
            f"| {program} | {job} | {threads} | {megabytes:.1f} | {times} | {rate} "
            f"| {tokens or ''} | {'`' + ids + '`' if ids else ''} |"
        )
