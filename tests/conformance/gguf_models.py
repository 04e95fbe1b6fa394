#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a GGUF file of each model's tokenizer as llama.cpp's converter does, has it encode, and compares
with the library that the model was made for.

    gguf_models.py TOKENIZE TEXT MODEL...

MODEL: a SentencePiece model (as "llama", Unigram ones as "t5" too), a tokenizer.json of byte-level BPE,
or "wordpiece": a vocabulary that is trained here on the TEXT file. Also checked: both versions of the
format, and BOS and EOS. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import gguf

import hf_encode
import models
from protobuf_fields import fields

# What convert_hf_to_gguf.py calls the pre-tokenizers of the models.
PRE = {"llama3": "llama-bpe", "qwen3": "qwen2", "deepseek_v3": "deepseek-v3", "gptoss": "gpt-4o",
       "gpt2": "gpt-2", "command_r": "command-r", "smollm": "smollm"}


class Writer(gguf.GGUFWriter):
    """The package packs a list item by item, even each byte of a map of characters: those seen before are kept."""

    packed = {}

    def _pack_val(self, val, vtype, **options):
        if vtype is not gguf.GGUFValueType.ARRAY:
            return super()._pack_val(val, vtype, **options)
        # Numbers of two types may be equal.
        key = (*options.items(), val if isinstance(val, bytes) else (type(val[0]), tuple(val)))
        if key not in self.packed:
            plain = gguf.GGUFWriter(None, self.arch, endianess=self.endianess)
            self.packed[key] = plain._pack_val(val, vtype, **options)
        return self.packed[key]


class SentencePiece:
    def __init__(self, path):
        import sentencepiece

        self.model = sentencepiece.SentencePieceProcessor(model_file=path)
        self.name = f"sentencepiece {sentencepiece.__version__}"
        with open(path, "rb") as file:
            content = list(fields(file.read()))
        pieces = [dict(fields(value)) for number, value in content if number == 1]
        self.pieces = [piece[1] for piece in pieces]
        self.scores = [struct.unpack("<f", piece.get(2, bytes(4)))[0] for piece in pieces]
        self.types = [piece.get(3, 1) for piece in pieces]
        trainer = dict(next((fields(value) for number, value in content if number == 2), ()))
        self.normalizer = dict(next((fields(value) for number, value in content if number == 3), ()))
        self.is_unigram = trainer.get(3, 1) == 1

    def encode(self, text):
        # sentencepiece ends a text at U+0000 nowhere; encode takes str.
        return self.model.encode(text)

    def strings(self):
        return (piece.decode().replace("\u2581", " ") for piece, kind
                in zip(self.pieces, self.types) if kind in (1, 4))


def write_pieces(writer, model, name):
    writer.add_tokenizer_model(name)
    writer.add_tokenizer_pre("default")
    writer.add_token_list(model.pieces)
    writer.add_token_scores(model.scores)
    writer.add_token_types(model.types)
    writer.add_add_space_prefix(bool(model.normalizer.get(3, 1)))
    writer.add_remove_extra_whitespaces(bool(model.normalizer.get(4, 1)))
    if model.normalizer.get(2):
        writer.add_precompiled_charsmap(model.normalizer[2])


def write_bytes(writer, path):
    with open(path, encoding="utf-8") as file:
        top = json.load(file)
    vocabulary = dict(top["model"]["vocab"])
    added = {token["content"]: token["special"] for token in top["added_tokens"]}
    for content in added:
        vocabulary.setdefault(content, len(vocabulary))
    tokens = sorted(vocabulary, key=vocabulary.get)
    name = next(name for name in PRE if name in path.replace("-", "_"))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE[name])
    writer.add_token_list([token.encode() for token in tokens] + [b"[PAD0]"])
    writer.add_token_types([{None: 1, True: 3, False: 4}[added.get(token)] for token in tokens] + [5])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge)
                             for merge in top["model"]["merges"]])


class WordPiece:
    """BERT's tokenizer with a vocabulary trained on texts."""

    def __init__(self, texts):
        import tokenizers

        trained = tokenizers.BertWordPieceTokenizer()
        trained.train_from_iterator(texts, vocab_size=8000, show_progress=False)
        self.tokens = sorted(trained.get_vocab(), key=trained.get_vocab().get)
        self.model = tokenizers.BertWordPieceTokenizer(vocab=trained.get_vocab())
        self.model._tokenizer.encode_special_tokens = True
        self.name = f"tokenizers {tokenizers.__version__}, BertWordPieceTokenizer"

    def encode(self, text):
        return self.model.encode(text, add_special_tokens=False).ids

    def strings(self):
        return (token.removeprefix("##") for token in self.tokens[5:])

    def write(self, writer):
        spelled = [token if token[0] == "[" and token[-1] == "]" else
                   token[2:] if token.startswith("##") else "\u2581" + token for token in self.tokens]
        writer.add_tokenizer_model("bert")
        writer.add_token_list([token.encode() for token in spelled])
        writer.add_token_types([3 if token in self.tokens[:5] else 1 for token in self.tokens])


def write(path, fill, bos=None):
    writer = Writer(path, "llama")
    writer.add_array("other.list", [1.5, 2.5])
    fill(writer)
    writer.add_add_bos_token(bos is not None)
    writer.add_add_eos_token(False)
    if bos is not None:
        writer.add_bos_token_id(bos)
    writer.add_string("other.text", "\u3042")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def check_template(command, path, reference, fill):
    """BOS in front, and a file of version 2, which differs in nothing that is read."""
    write(path, fill, bos=1)
    with open(path, "r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", 2))
    text = "\u65e5\u672c\u8a9e a"
    found = subprocess.run([command, "encode", "-t", path, "--template"], input=text,
                           capture_output=True, text=True)
    wanted = [1] + reference.encode(text)
    if found.stdout.split() == [str(number) for number in wanted]:
        return 0
    print(f"  with BOS: {found.stdout}{found.stderr}, not {wanted}")
    return 1


def check(command, model, text):
    if model == "wordpiece":
        reference = WordPiece(hf_encode.file_texts(text))
        fills = {"bert": reference.write}
    elif model.endswith(".json"):
        reference = models.HuggingFace(model)
        fills = {"gpt2": lambda writer: write_bytes(writer, model)}
    else:
        reference = SentencePiece(model)
        names = ["llama", "t5"] if reference.is_unigram else ["llama"]
        fills = {name: lambda writer, name=name: write_pieces(writer, reference, name) for name in names}
    failures = 0
    for name, fill in fills.items():
        print(f'{model} as "{name}": {reference.name}')
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "model.gguf")
            write(path, fill)
            failures += models.compare(command, path, reference, models.usual_sets(reference, [text]))
            if name != "bert":
                failures += check_template(command, path, reference, fill)
    return failures


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    command, text = sys.argv[1:3]
    return 1 if sum(check(command, model, text) for model in sys.argv[3:]) else 0


if __name__ == "__main__":
    sys.exit(main())
