# SPDX-License-Identifier: Apache-2.0
#
# sentencepiece: trains its BPE of the same size on at most 5 MB of lines and encodes all texts.
# Another vocabulary, hence other tokens: for speed only. Leans on sentencepiece.
import importlib.metadata
import io
import os

import sentencepiece

import peer

TRAINING_BYTES = 5_000_000

texts, directory, _ = peer.arguments()
program = "sentencepiece " + importlib.metadata.version("sentencepiece")


def lines():
    size = 0
    for text in texts:
        for line in text.split("\n"):
            size += len(line.encode())
            if line:
                yield line
        if size > TRAINING_BYTES:
            return


model = io.BytesIO()
start = peer.clock()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=lines(),
    model_writer=model,
    model_type="bpe",
    vocab_size=8000,
    max_sentence_length=100000,
    byte_fallback=True,
    num_threads=1,
    minloglevel=2,
)
seconds = peer.clock() - start
size = min(peer.megabytes(texts), TRAINING_BYTES / 1e6)
peer.report(program, "train bpe 8000 of 5 MB", seconds, size)

processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
start = peer.clock()
tokens = sum(len(processor.encode(text)) for text in texts)
peer.report(program, "encode (own bpe 8000)", peer.clock() - start, peer.megabytes(texts), tokens)
