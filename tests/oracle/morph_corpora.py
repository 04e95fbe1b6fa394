# SPDX-License-Identifier: Apache-2.0
#
# `tokenize morph` against mecab on whole corpora, by hashes of the output.
#     morph_corpora.py PATH... [--dictionary DIR]... [--format NAME]... [--tokenize COMMAND] [--key text]
# NAME: a format of -O, or dicrc for what comes without -O; without --format dicrc and wakati.
# PATH: a .jsonl or .jsonl.zst file with texts under a key, a .txt file (.txt.zst), or a folder, whose
# files of these kinds are taken, also those of folders in it. Lines over mecab's 5,242,880 bytes and what
# follows a NUL in a line are left out: mecab takes neither. Exit 1: an output differs; 77: mecab or a
# dictionary is missing.
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from oracle_texts import find_files

DICTIONARIES = ["/var/lib/mecab/dic/ipadic-utf8", "/var/lib/mecab/dic/juman-utf8"]
KINDS = (".jsonl", ".jsonl.zst", ".txt", ".txt.zst")
LIMIT = 5242880 - 1


def read_texts(path, key):
    process = None
    if path.endswith(".zst"):
        process = subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE)
    lines = process.stdout if process else open(path, "rb")
    for line in lines:
        if ".jsonl" in os.path.basename(path):
            yield str(json.loads(line).get(key, "")).encode("utf-8", "surrogatepass") + b"\n"
        else:
            yield line
    if process and process.wait() != 0:
        sys.exit(f"{path}: zstd failed")


def write_lines(path, key, to):
    """Writes the lines that mecab can take; their number and bytes, and how many were left out."""
    count = size = left_out = 0
    for text in read_texts(path, key):
        for line in text.rstrip(b"\n").split(b"\n"):
            line = line.split(b"\0")[0]
            if len(line) >= LIMIT:
                left_out += 1
                continue
            to.write(line + b"\n")
            count, size = count + 1, size + len(line) + 1
    to.flush()
    return count, size, left_out


def hash_of(command, path):
    with open(path, "rb") as lines, \
            subprocess.Popen(command, stdin=lines, stdout=subprocess.PIPE) as process:
        digest = hashlib.file_digest(process.stdout, "sha256").hexdigest()
    if process.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return digest


def compare(path, dictionary, formats, tokenize):
    """The number of outputs that differ."""
    differences = 0
    for name in formats:
        form = [] if name == "dicrc" else ["-O", "" if name == "default" else name]
        theirs = hash_of(["mecab", "-b", str(LIMIT + 1), "-d", dictionary] + form, path)
        ours = hash_of([tokenize, "morph", "--quiet", "--no-progress", "-d", dictionary] + form, path)
        differences += theirs != ours
    return differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--dictionary", action="append")
    parser.add_argument("--format", action="append")
    parser.add_argument("--tokenize", default=os.environ.get("TOKENIZE", "tokenize"))
    parser.add_argument("--key", default="text")
    options = parser.parse_args()
    dictionaries = [d for d in options.dictionary or DICTIONARIES
                    if os.path.exists(os.path.join(d, "sys.dic"))]
    if shutil.which("mecab") is None or not dictionaries:
        print("oracle missing: mecab, a dictionary (apt-get install mecab mecab-ipadic-utf8)")
        sys.exit(77)
    formats = options.format or ["dicrc", "wakati"]
    totals = [0, 0, 0]
    print("| corpus | lines | MB | " + " | ".join(os.path.basename(d) for d in dictionaries) + " |")
    print("|---|---|---|" + "---|" * len(dictionaries), flush=True)
    for path in find_files(options.paths, KINDS):
        with tempfile.NamedTemporaryFile() as lines:
            count, size, left_out = write_lines(path, options.key, lines)
            found = [compare(lines.name, dictionary, formats, options.tokenize)
                     for dictionary in dictionaries]
        cells = ["equal" if different == 0 else f"{different} of {len(formats)} differ" for different in found]
        note = f" ({left_out} left out)" if left_out else ""
        print(f"| {os.path.basename(path)} | {count:,}{note} | {size / 1e6:.1f} | "
              + " | ".join(cells) + " |", flush=True)
        totals = [totals[0] + count, totals[1] + size, totals[2] + sum(found)]
    print(f"{totals[0]:,} lines, {totals[1] / 1e6:.1f} MB in each format ({', '.join(formats)}) with each dictionary, "
          f"{totals[2]} differences")
    sys.exit(totals[2] > 0)


main()
