# SPDX-License-Identifier: Apache-2.0
"""The library that each kind of model file is for, asked in one way: ids and offsets of many texts, and the text of
ids. For conversions.py and corpora.py. Special tokens in a text are text.

Offsets are None where a library has none, or other ones by its design (pieces.py says which): those of HF behind a
normalizer that changed the text."""
import array
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import models
import offsets
import pieces


class Reference:
    """`unit`: what offsets count. `decode` answers None where the library has none."""

    unit = "characters"
    suffix = ""

    def batch(self, texts):
        """[(ids, offsets or None)]"""
        raise NotImplementedError

    def decode(self, lists):
        raise NotImplementedError

    def same_spans(self, own, expected):
        return own == expected


class SentencePiece(Reference):
    unit = "bytes"
    suffix = ".model"

    def __init__(self, path):
        own = models.SentencePiece(path)
        self.model, self.name, self.strings = own.model, own.name, own.strings

    def batch(self, texts):
        answers = self.model.encode([text.encode() for text in texts], return_type="offset_mapping", num_threads=2)
        return [(list(one["ids"]), [tuple(span) for span in one["offsets"]]) for one in answers]

    def decode(self, lists):
        return self.model.decode(lists)


def spaced(text):
    """Without what BERT's normalizer puts around ideographs, and in lower case."""
    return re.sub("[ \\n\\t\\r]", "", text).lower()


class HuggingFace(Reference):
    suffix = ".json"

    def __init__(self, path, model=None):
        own = models.HuggingFace(path) if model is None else None
        self.model = model or own.model
        self.model.encode_special_tokens = True
        self.strings = own.strings if own else lambda: (text for text in self.model.get_vocab() if text)
        import tokenizers
        self.name = f"tokenizers {tokenizers.__version__}"
        vocabulary = self.model.get_vocab()
        is_bytes = all(letter in vocabulary for letter in tokenizers.pre_tokenizers.ByteLevel.alphabet())
        self.has_offsets = is_bytes or not pieces.shifts_offsets(self.model)
        # ByteLevel there takes white space off the offsets.
        self.model.post_processor = tokenizers.processors.Sequence([])

    def keeps_places(self, text):
        normalizer = self.model.normalizer
        if normalizer is None:
            return True
        normalized = normalizer.normalize_str(text)
        return offsets.keeps_places(normalized, text) or spaced(normalized) == spaced(text)

    def batch(self, texts):
        for text, one in zip(texts, self.model.encode_batch(texts, add_special_tokens=False)):
            kept = self.has_offsets and self.keeps_places(text)
            yield one.ids, [tuple(span) for span in one.offsets] if kept else None

    def decode(self, lists):
        return self.model.decode_batch(lists, skip_special_tokens=False)

    def same_spans(self, own, expected):
        return len(own) == len(expected) and all(map(offsets.same_span, own, expected))


class Bert(HuggingFace):
    """vocab.txt as BertWordPieceTokenizer opens it."""

    suffix = ".txt"

    def __init__(self, path):
        import tokenizers

        with open(path, encoding="utf-8") as file:
            vocabulary = {line.rstrip("\n"): number for number, line in enumerate(file)}
        cased = any(token[0] != "[" and any("A" <= c <= "Z" for c in token) for token in vocabulary if token)
        model = tokenizers.BertWordPieceTokenizer(vocab=vocabulary, lowercase=not cased)
        super().__init__(path, model._tokenizer)
        self.name += ", BertWordPieceTokenizer"

    def decode(self, lists):
        return None  # BERT's own cleans up; vocab.txt says nothing of it


class Ranks(Reference):
    """tiktoken, and mistral-common's tekken.json, which is its ranks behind special tokens."""

    suffix = ".tiktoken"

    def __init__(self, path):
        own = models.reference_of(path)
        self.name, self.strings = own.name, own.strings
        self.first = 0 if isinstance(own, models.Tiktoken) else own.model.num_special_tokens
        self.model = own.model if isinstance(own, models.Tiktoken) else own.model._model

    def batch(self, texts):
        for ids in self.model.encode_ordinary_batch(texts, num_threads=2):
            starts = self.model.decode_with_offsets(ids)[1]
            yield [number + self.first for number in ids], starts

    def same_spans(self, own, expected):
        """tiktoken says only where tokens start."""
        return [start for start, _ in own] == expected

    def decode(self, lists):
        return self.model.decode_batch([[number - self.first for number in ids] for ids in lists], num_threads=2)


class Plamo(Reference):
    suffix = ".jsonl"

    def __init__(self, path):
        import plamo  # brings gguf

        self.model = plamo.Plamo(path)
        self.name, self.strings = self.model.name, self.model.strings
        self.spelled = [bytes([int(row[0][3:5], 16)]) if row[2] == "BYTE" else row[0].encode() for row in self.model.rows]

    def batch(self, texts):
        for text in texts:
            ids, spans, at, left = [], [], 0, 0
            for number in self.model.encode(text):
                ids.append(number)
                if left == 0:  # a token, or the first byte of a character
                    is_byte = self.model.rows[number][2] == "BYTE"
                    size = 1 if is_byte else len(self.model.rows[number][0])
                    left = len(text[at].encode()) if is_byte else 1
                    at += size
                spans.append((at - size, at))
                left -= 1
            yield ids, spans

    def decode(self, lists):
        return [b"".join(self.spelled[number] for number in ids).decode() for ids in lists]


def open_reference(path):
    """By what the file is."""
    if path.endswith(".jsonl"):
        return Plamo(path)
    if path.endswith(".txt"):
        return Bert(path)
    with open(path, "rb") as file:
        start = file.read(4096)
    if start.startswith(b"\n"):
        return SentencePiece(path)
    if not start.lstrip().startswith(b"{"):
        return Ranks(path)
    with open(path, encoding="utf-8") as file:
        return HuggingFace(path) if "model" in json.load(file) else Ranks(path)


def our_answers(probe, path, unit, texts, *options):
    """For each text what the probe answers: the ids and behind them two numbers for each, where it starts and ends, as bytes."""
    units = ["characters"] if unit == "characters" else []
    with tempfile.TemporaryFile() as records:
        for text in texts:
            data = text.encode()
            records.write(struct.pack("<I", len(data)) + data)
        records.seek(0)
        with subprocess.Popen([probe, path, *units, *options], stdin=records, stdout=subprocess.PIPE) as process:
            for _ in texts:
                count, = struct.unpack("<I", process.stdout.read(4))
                yield process.stdout.read(12 * count)
    if process.returncode != 0:
        sys.exit(f"{probe} failed with status {process.returncode}")


def ids_of(answer):
    return list(array.array("I", answer[:len(answer) // 3]))


def spans_of(answer):
    numbers = array.array("I", answer[len(answer) // 3:])
    return list(zip(numbers[::2], numbers[1::2]))


def base_name(path):
    """Files of packages have one name for all: then with the folder's."""
    name = os.path.basename(path)
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return f"{folder}/{name}" if name in ("tokenizer.json", "tokenizer.model", "vocab.txt") else name
