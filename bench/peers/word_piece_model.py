#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Makes a tokenizer.json with WordPiece for bench/encode, of texts of a corpus, as BERT's are made: BertNormalizer,
# BertPreTokenizer, 30,000 pieces. Published ones are not needed to compare speeds.
#     word_piece_model.py CORPUS.jsonl[.zst] OUTPUT.json [MEGABYTES]
# Leans on the package tokenizers.
import json
import subprocess
import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers


def texts(corpus, limit):
    command = ["zstd", "-dcq", corpus] if corpus.endswith(".zst") else ["cat", corpus]
    size = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as stream:
        for line in stream.stdout:
            text = json.loads(line)["text"]
            size += len(text.encode())
            yield text
            if size >= limit:
                stream.kill()
                return


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: word_piece_model.py CORPUS.jsonl[.zst] OUTPUT.json [MEGABYTES]")
    limit = float(sys.argv[3]) * 1e6 if len(sys.argv) > 3 else 3e6
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=30000, show_progress=False,
                                        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.train_from_iterator(texts(sys.argv[1], limit), trainer)
    tokenizer.save(sys.argv[2])


main()
