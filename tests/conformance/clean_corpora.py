#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# A comparison of cleaning on whole corpora: cuts them into parts that fit into memory and runs the comparison on each.
#     clean_corpora.py COMPARISON PATH... [--megabytes 8] [--longest BYTES] [--every N [--first M]] [--done FILE]
# COMPARISON: a script that takes JSON-lines files, as tests/oracle/compare_hojichar. PATH: a .jsonl or .jsonl.zst file
# with texts, or a folder, whose files of these kinds are taken, also those of folders in it. --longest: documents of
# more bytes are cut into pieces at line ends, and within longer lines, for references that take time for the square of
# a document. --every: only each Nth document of each file, from the Mth on, counted from 0. --done: parts that were equal are
# written there and left out when it is run again. Exit 1: a part differs.
import argparse
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
from oracle_texts import find_files  # noqa: E402

KINDS = (".jsonl", ".jsonl.zst")


def read_texts(path):
    process = subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) if path.endswith(".zst") else None
    with io.TextIOWrapper(process.stdout if process else open(path, "rb"), encoding="utf-8", newline="\n") as lines:
        for line in lines:
            text = json.loads(line).get("text") if line.strip() else None
            if isinstance(text, str):
                yield text
    if process and process.wait() != 0:
        sys.exit(f"{path}: zstd failed")


def pieces(text, longest):
    """The text, or if it has more bytes, pieces of about so many."""
    if not longest or len(text.encode("utf-8", "surrogatepass")) <= longest:
        yield text
        return
    piece, size = [], 0
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), longest // 3):
            part = line[start:start + longest // 3]
            length = len(part.encode("utf-8", "surrogatepass"))
            if piece and size + length > longest:
                yield "".join(piece)
                piece, size = [], 0
            piece.append(part)
            size += length
    yield "".join(piece)


class Part:
    def __init__(self):
        self.lines, self.size, self.documents, self.cut = [], 0, 0, 0

    def add(self, text, longest):
        found = list(pieces(text, longest))
        self.documents += 1
        self.cut += len(found) > 1
        self.size += len(text.encode("utf-8", "surrogatepass"))
        self.lines += [json.dumps({"text": piece}) + "\n" for piece in found]


def parts_of(paths, megabytes, longest, first, every):
    part = Part()
    for path in find_files(paths, KINDS):
        for text in itertools.islice(read_texts(path), first, None, every):
            part.add(text, longest)
            if part.size >= megabytes << 20:
                yield path, part
                part = Part()
    if part.documents:
        yield path, part


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("comparison")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--megabytes", type=int, default=8)
    parser.add_argument("--longest", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--done")
    arguments = parser.parse_args()
    done = set()
    if arguments.done and os.path.exists(arguments.done):
        with open(arguments.done, encoding="utf-8") as file:
            done = set(file.read().split())
    environment = dict(os.environ, CLEAN_TEXTS="0", CLEAN_REAL="1000000000", CLEAN_LINES=os.environ.get("CLEAN_LINES", "20"), CI="true")
    documents = size = values = cut = differing = before = number = 0
    for number, (path, part) in enumerate(parts_of(arguments.paths, arguments.megabytes, arguments.longest, arguments.first, arguments.every), 1):
        records = "".join(part.lines).encode()
        key = hashlib.sha256(records).hexdigest()
        documents, size, cut = documents + part.documents, size + part.size, cut + part.cut
        if key in done:
            before += 1
            continue
        start = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            file.write(records)
            file.flush()
            run = subprocess.run([arguments.comparison, file.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        output = run.stdout.decode(errors="replace")
        values += sum(map(int, re.findall(r"compared (\d+)", output)))
        print(f"part {number}, to {os.path.basename(path)}: {part.documents} documents, {part.size / 1e6:.1f} MB, "
              f"{time.monotonic() - start:.0f} s: {'equal' if run.returncode == 0 else output}", flush=True)
        if run.returncode != 0:
            differing += 1
        elif arguments.done:
            with open(arguments.done, "a", encoding="utf-8") as file:
                file.write(key + "\n")
    print(f"{os.path.basename(arguments.comparison)}: {documents} documents ({cut} in pieces), {size / 1e6:.1f} MB in {number} parts "
          f"({before} of them equal before), {values} values and verdicts: {differing} parts differ")
    sys.exit(1 if differing or not number else 0)


main()
