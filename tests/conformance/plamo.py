#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `tokenize encode` on PLaMo 2's tokenizer.jsonl, and on the same in GGUF, with the rules of its own
tokenizer, written down here once more (tokenization_plamo.py of PLaMo 2): code point by code point from the
end, whole-number scores, the longest piece first. The ids of GGUF are compared with those of llama.cpp too (LLAMA_ADDON
names its addon for Node), which has a tokenizer of this kind of its own.

    plamo.py TOKENIZE TOKENIZER_JSONL|made [TEXT ...]

"made": a vocabulary of strings of the TEXT files, with few different scores, so that many sums are equal.
Exit status: 0 equal, 1 different, 2 cannot run.
"""
import collections
import itertools
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile

import gguf

import hf_encode
import models
import offsets

UNKNOWN = 10_000_000
TYPES = {"NORMAL": 1, "UNKNOWN": 2, "CONTROL": 3, "USER_DEFINED": 4, "BYTE": 6}


class Plamo:
    name = "the rules of tokenization_plamo.py"

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.rows = [json.loads(line) for line in file]
        self.bytes = {}
        self.pieces = {}
        for number, (token, score, kind, *_) in enumerate(self.rows):
            if kind == "BYTE":
                self.bytes[int(token[3:5], 16)] = number
            elif kind in ("NORMAL", "USER_DEFINED") and not token.startswith("<|plamo:"):
                if math.isfinite(score):
                    self.pieces[token] = number, round(score * 1e4)
        self.longest = max(map(len, self.pieces))

    def encode(self, text):
        costs = [0] * (len(text) + 1)
        steps = [None] * len(text)
        for at in range(len(text) - 1, -1, -1):
            costs[at] = 1 << 60
            for length in range(min(self.longest, len(text) - at), 0, -1):
                number, score = self.pieces.get(text[at:at + length], (None, 0))
                if number is not None and costs[at + length] - score < costs[at]:
                    costs[at] = costs[at + length] - score
                    steps[at] = length, number
            if costs[at + 1] + UNKNOWN < costs[at]:
                costs[at] = costs[at + 1] + UNKNOWN
                steps[at] = 1, None
        ids = []
        at = 0
        while at < len(text):
            length, number = steps[at]
            ids += [number] if number is not None else [self.bytes[byte] for byte in text[at].encode()]
            at += length
        return ids

    def strings(self):
        return self.pieces

    def write_gguf(self, path):
        writer = gguf.GGUFWriter(path, "plamo2")
        writer.add_tokenizer_model("plamo2")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([row[0].encode() for row in self.rows])
        writer.add_token_scores([row[1] for row in self.rows])
        writer.add_token_types([TYPES[row[2]] for row in self.rows])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()


def make(path, texts):
    source = random.Random(11)
    counts = collections.Counter()
    for text in itertools.islice(texts, 300):
        for at in range(len(text[:2000])):
            for length in (1, 2, 3, 5, 8):
                counts[text[at:at + length]] += 1
    rows = [[f"<|plamo:{name}|>", 0.0, kind] for name, kind in
            (("unk", "UNKNOWN"), ("bos", "CONTROL"), ("eos", "CONTROL"), ("pad", "CONTROL"))]
    rows += [[f"<0x{byte:02X}>", 0.0, "BYTE"] for byte in range(256)]
    for number, (token, count) in enumerate(counts.most_common(20000)):
        score = -float(source.randint(3, 9)) if number % 2 else -source.random() * 12
        score = struct.unpack("f", struct.pack("f", score))[0]  # as GGUF has it
        rows.append([token, score, "NORMAL", None, 1])
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def compare_parts(path, reference, files):
    """Texts in parts of 1 to 40 bytes have the ids and offsets of the whole, the ids those of the reference."""
    probe = os.environ["ENCODE_PROBE"]
    texts = [text for text in itertools.chain(models.nasties(), itertools.islice(hf_encode.generated(), 500),
                                              *map(hf_encode.file_texts, files)) if 0 < len(text) < 20000]
    different = sum((ids, spans) != whole or ids != reference.encode(text) for text, (ids, spans), whole in zip(
        texts, offsets.ours(probe, path, texts, "parts"), offsets.ours(probe, path, texts)))
    print(f"  in parts: {len(texts)} texts, {different} different")
    return different


def compare_llama(path, sets, directory):
    """llama.cpp's ids of the texts, which go without those of its special tokens."""
    here = os.path.dirname(os.path.abspath(__file__))
    texts = [text for some in sets.values() for text in some if 0 < len(text) < 100000 and "<|plamo:" not in text]
    lines = os.path.join(directory, "texts")
    with open(lines, "w", encoding="ascii") as file:
        file.writelines(json.dumps(text) + "\n" for text in texts)
    answer = subprocess.run(["node", os.path.join(here, "llama_tokens.cjs"), os.environ["LLAMA_ADDON"], path, lines],
                            stdout=subprocess.PIPE, check=True).stdout.decode()
    theirs = [list(map(int, line.split())) for line in answer.split("\n")[:-1]]
    different = ids = 0
    for text, expected, (found, _) in zip(texts, theirs, offsets.ours(os.environ["ENCODE_PROBE"], path, texts), strict=True):
        ids += len(expected)
        if found != expected:
            different += 1
            if different <= 3:
                print(f"  {text[:100]!a}: llama.cpp {expected[:20]}, ours {found[:20]}")
    print(f"  llama.cpp: {len(texts)} texts, {ids} ids, {different} different")
    return different


def main():
    if len(sys.argv) < 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    command, model, texts = sys.argv[1], sys.argv[2], sys.argv[3:]
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        if model == "made":
            model = os.path.join(directory, "tokenizer.jsonl")
            make(model, itertools.chain.from_iterable(map(hf_encode.file_texts, texts)))
        reference = Plamo(model)
        other = os.path.join(directory, "model.gguf")
        reference.write_gguf(other)
        for path in (model, other):
            print(f"{path}: {reference.name}")
            sets = {name: list(some) for name, some in models.usual_sets(reference, texts).items()}
            failures += models.compare(command, path, reference, sets)
            failures += compare_parts(path, reference, texts)
        failures += compare_llama(other, sets, directory)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
