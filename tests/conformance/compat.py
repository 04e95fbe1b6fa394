#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what is read of one model to encode as sentencepiece and as HF tokenizers with both.

    compat.py TOKENIZE ENCODE_PROBE SAMPLE MODEL...

Each SentencePiece model is turned into tokenizer.json here, by the rules of doc/formats/model-files.md
and with the merges of transformers (generate_merges). Then, on generated texts, lines of SAMPLE and
strings of the vocabulary:
  the model read as "hf" gives HF's ids; so does the tokenizer.json that we write of it;
  that tokenizer.json read as "sentencepiece" gives sentencepiece's ids;
  the tokenizer.json that we write of the model as it is, if we do, has HF give sentencepiece's ids.
User-defined symbols, behind which HF treats spaces as at the start of a text and which Unigram has compete
by scores, and pieces of equal scores in BPE cannot be turned back: texts with such are passed over in the
third comparison. Exit
status: 0 equal, 1 different.
"""
import base64
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import models
import sentencepiece
from normal_texts import random_count, random_texts
from protobuf_fields import fields
from tokenizers import Tokenizer

RANDOM_TEXTS = random_count(700)
MARK = "\u2581"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
UNIGRAM, BPE, WORD, CHAR = range(1, 5)


# ---- The file ---------------------------------------------------------------


class Proto:
    def __init__(self, path):
        self.pieces, trainer, normalizer, self.denormalizes = [], {}, {}, False
        with open(path, "rb") as file:
            for number, value in fields(file.read()):
                if number == 1:
                    piece = {1: b"", 2: bytes(4), 3: NORMAL, **dict(fields(value))}
                    self.pieces.append((piece[1].decode(), struct.unpack("<f", piece[2])[0],
                                        piece[3]))
                elif number == 2:
                    trainer.update(fields(value))
                elif number == 3:
                    normalizer.update(fields(value))
                elif number == 5:
                    self.denormalizes = bool(dict(fields(value)).get(2))
        self.kind = trainer.get(3, UNIGRAM)
        self.suffix = trainer.get(24, 0)
        self.bytes = bool(trainer.get(35, 0))
        self.map = normalizer.get(2, b"")
        self.prefix, self.extra, self.marks = (bool(normalizer.get(i, 1)) for i in (3, 4, 5))
        self.unknown = next((i for i, piece in enumerate(self.pieces) if piece[2] == UNKNOWN), None)


# ---- tokenizer.json -----------------------------------------------------------


def merges_of(proto):
    scores = {text: score for text, score, kind in proto.pieces
              if kind in (NORMAL, USER_DEFINED, UNUSED)}
    ids = {text: i for i, (text, _, _) in enumerate(proto.pieces)}
    merges = []
    for text, score in scores.items():
        ways = [(text[:at], text[at:], score) for at in range(1, len(text))
                if text[:at] in scores and text[at:] in scores]
        merges += sorted(ways, key=lambda way: (ids[way[0]], ids[way[1]]))
    merges.sort(key=lambda way: (way[2], len(way[0]), len(way[1])), reverse=True)
    return [[left, right] for left, right, _ in merges]


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def normalizers_of(proto):
    if proto.map:
        yield {"type": "Precompiled",
               "precompiled_charsmap": base64.b64encode(proto.map).decode()}
    if proto.extra:
        yield replace("Regex", "\\A +", "")
        yield replace("Regex", " {2,}", " ")
    if proto.prefix:
        yield {"type": "Prepend", "prepend": MARK if proto.marks else " "}
    if proto.marks:
        yield replace("String", " ", MARK)
    if proto.extra:
        yield replace("Regex", (MARK if proto.marks else " ") + "+\\z", "")


def decoders_of(proto):
    yield replace("String", MARK, " ")
    if proto.bytes:
        yield {"type": "ByteFallback"}
    yield {"type": "Fuse"}
    if proto.prefix or proto.extra:
        yield {"type": "Strip", "content": " ", "start": 1, "stop": 0}


def model_of(proto):
    unknown = None if proto.unknown is None else proto.pieces[proto.unknown][0]
    vocabulary = {text: i for i, (text, _, _) in enumerate(proto.pieces)}
    if proto.kind == UNIGRAM:
        return {"type": "Unigram", "unk_id": proto.unknown, "byte_fallback": proto.bytes,
                "vocab": [[text, score] for text, score, _ in proto.pieces]}
    if proto.kind == WORD:
        return {"type": "WordLevel", "unk_token": unknown, "vocab": vocabulary}
    return {"type": "BPE", "dropout": None, "unk_token": unknown, "fuse_unk": True,
            "byte_fallback": proto.bytes, "vocab": vocabulary,
            "merges": merges_of(proto) if proto.kind == BPE else []}


def convert(proto):
    plain = not proto.map and not proto.prefix and not proto.extra
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": kind == USER_DEFINED and plain, "special": kind != USER_DEFINED}
            for i, (text, _, kind) in enumerate(proto.pieces)
            if kind in (UNKNOWN, CONTROL) or
            kind == USER_DEFINED and not (proto.marks and " " in text)],
        "normalizer": {"type": "Sequence", "normalizers": list(normalizers_of(proto))},
        "pre_tokenizer": {"type": "Metaspace", "replacement": MARK, "prepend_scheme": "never",
                          "split": True} if proto.kind == WORD else None,
        "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": list(decoders_of(proto))},
        "model": model_of(proto)}


# ---- Texts --------------------------------------------------------------------


def texts_of(proto, sample):
    source = random.Random(4)
    strings = [piece[0] for piece in proto.pieces]
    yield from models.NASTIES
    yield from (" a", "a ", "  a   b ", MARK, f"a{MARK} ", f" {MARK}a", "   ", "\n a\n ")
    yield from sample
    for _ in range(300):
        yield "".join(source.choices(models.NASTIES, k=source.randint(2, 6)))
    for text in source.sample(strings, min(len(strings), 700)):
        yield text.replace(MARK, " ")
        yield "x" + text + text + " \u3042" + text
    for _ in range(700):
        yield "".join(source.choices(strings, k=source.randint(2, 12))).replace(MARK, " ")
    for letters in ("\u3042", "a ", "\u30fc", " ", "\u65e5\u672c\u8a9e\u3067", "x\n"):
        for count in (3, 8, 500):
            yield letters * count
    for text in random_texts(source, RANDOM_TEXTS):
        yield text.decode(errors="ignore")


# ---- Comparing ------------------------------------------------------------------


def ours(probe, model, texts, *options):
    """Our ids of each text."""
    with tempfile.TemporaryFile() as file:
        for text in texts:
            file.write(struct.pack("<I", len(text.encode())) + text.encode())
        file.seek(0)
        answer = subprocess.run([probe, model, *options], stdin=file, stdout=subprocess.PIPE,
                                check=True).stdout
    at = 0
    for _ in texts:
        count, = struct.unpack_from("<I", answer, at)
        yield list(struct.unpack_from(f"<{count}I", answer, at + 4))
        at += 4 + 12 * count


class Comparison:
    def __init__(self, command, probe, path, sample, folder):
        self.command, self.probe, self.path, self.folder = command, probe, path, folder
        self.proto = Proto(path)
        self.sentencepiece = sentencepiece.SentencePieceProcessor(model_file=path)
        self.texts = [text for text in texts_of(self.proto, sample) if text]
        self.counts, self.wrong, self.notes = {}, 0, []

    def check(self, what, found, expected):
        found, expected = list(found), list(expected)
        self.counts[what] = len(found)
        for text, our, their in zip(self.texts, found, expected):
            if our is None or our == their:
                continue
            self.wrong += 1
            if self.wrong <= 3:
                print(f"{self.path}: {what}: {text[:100]!a}: {our[:20]}, not {their[:20]}")

    def load(self, text):
        tokenizer = Tokenizer.from_str(text)
        tokenizer.encode_special_tokens = True
        return lambda: [one.ids for one in tokenizer.encode_batch(self.texts,
                                                                  add_special_tokens=False)]

    def written(self, *options):
        """HF's ids by what we write, or None and the reason."""
        path = os.path.join(self.folder, "written.json")
        answer = subprocess.run([self.command, "vocab", "convert", self.path, "--to", "hf", *options,
                                 "-o", path], capture_output=True, text=True)
        if answer.returncode != 0:
            return None, answer.stderr.strip()
        with open(path, encoding="utf-8") as file:
            return self.load(file.read())(), ""

    def can_turn_back(self):
        """Which texts tokenizer.json says as much of as the model."""
        proto = self.proto
        symbols = [text for text, _, kind in proto.pieces if kind == USER_DEFINED]
        plain = not proto.map and not proto.prefix and not proto.extra
        scores = {}
        if proto.kind == BPE:
            for text, score, kind in proto.pieces:
                if kind == NORMAL and len(text) > 1:
                    scores.setdefault(score, []).append(text)
        tied = [text for group in scores.values() if len(group) > 1 for text in group]
        unused = [text for text, _, kind in proto.pieces if kind == UNUSED]
        passed = (symbols if not plain or proto.kind == UNIGRAM else []) + tied + unused
        marked = [text.replace(MARK, " ") for text in passed]
        return [not any(symbol in text or symbol in " " + text.replace(MARK, " ")
                        for symbol in set(passed + marked)) for text in self.texts]

    def run(self):
        proto = self.proto
        if proto.suffix or proto.denormalizes or (proto.kind == WORD and proto.bytes):
            answer = subprocess.run([self.probe, self.path, "hf"], input=b"", capture_output=True)
            self.counts["refused"] = 1
            self.wrong += answer.returncode == 0 or b"HF tokenizers cannot say it" not in answer.stderr
            self.report()
            return
        whole = json.dumps(convert(proto), ensure_ascii=False)
        path = os.path.join(self.folder, "converted.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole)
        hf = self.load(whole)()
        self.check("as hf", ours(self.probe, self.path, self.texts, "hf"), hf)
        written, reason = self.written("--compat", "hf")
        if written is None:
            sys.exit(f"{self.path}: {reason}")
        self.check("hf written as hf", written, hf)
        theirs = [self.sentencepiece.encode(text) for text in self.texts]
        if proto.kind in (UNIGRAM, BPE):
            kept = self.can_turn_back()
            found = list(ours(self.probe, path, self.texts, "sentencepiece"))
            self.check("as sentencepiece", [ids if keep else None
                                            for ids, keep in zip(found, kept)], theirs)
            self.counts["as sentencepiece"] = sum(kept)
        self.counts["texts in which HF differs from sentencepiece"] = sum(
            one != other for one, other in zip(hf, theirs))
        exact, reason = self.written()
        if exact is not None:
            self.check("hf written", exact, theirs)
        elif "in some texts: " not in reason:
            self.wrong += 1
            print(f"{self.path}: {reason}")
        else:
            self.notes.append(reason.split("in some texts: ")[1].split("; read")[0])
        self.report()

    def report(self):
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        notes = "".join(f"; not written exactly: {note}" for note in self.notes)
        print(f"{os.path.basename(self.path)}: {counts}: {self.wrong} wrong{notes}", flush=True)


def main():
    command, probe, sample = sys.argv[1:4]
    with open(sample, encoding="utf-8") as file:
        lines = [json.loads(line)["text"] for line in file][:60]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sys.argv[4:]:
            comparison = Comparison(command, probe, path, lines, folder)
            comparison.run()
            wrong += comparison.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
