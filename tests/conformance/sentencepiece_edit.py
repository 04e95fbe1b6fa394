# SPDX-License-Identifier: Apache-2.0
"""sentencepiece_edit.py TOKENIZE FOLDER COUNT [SEED]

Edits COUNT of the models *.model in FOLDER as no trainer does: pieces become UNUSED, USER_DEFINED or CONTROL, scores equal, the
flags of the normalizer any. The edited models lie beside them. One that ours refuses, because an unused piece of BPE can be made in
several ways, is taken away again; any other refusal fails."""
import os
import random
import struct
import subprocess
import sys

from protobuf_fields import fields

PIECE, TRAINER, NORMALIZER = 1, 2, 3
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5


def number(value):
    encoded = b""
    while value > 127:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


def field(index, value):
    if isinstance(value, int):
        return number(index << 3) + number(value)
    if isinstance(value, float):
        return number(index << 3 | 5) + struct.pack("<f", value)
    return number(index << 3 | 2) + number(len(value)) + value


def read(path):
    """Pieces as [text, score, type], and the other fields."""
    pieces, others = [], []
    with open(path, "rb") as file:
        for index, value in fields(file.read()):
            if index == PIECE:
                piece = dict(fields(value))
                pieces.append([piece[1], struct.unpack("<f", piece.get(2, bytes(4)))[0], piece.get(3, NORMAL)])
            else:
                others.append([index, value])
    return pieces, others


def edit(pieces, others, source):
    unused = source.choice((0, 0.1, 0.3))
    for piece in pieces:
        if piece[2] != NORMAL:
            continue
        chance = source.random()
        piece[2] = (UNUSED if chance < unused else USER_DEFINED if chance < unused + 0.01 else
                    CONTROL if chance > 0.995 else NORMAL)
    if source.random() < 0.3:
        for piece in pieces:
            if piece[2] in (NORMAL, UNUSED):
                piece[1] = source.choice((-3.0, -2.0, -1.0, 0.0, 2.5))
    # A field that is there again counts: add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces.
    flags = b"".join(field(index, int(source.random() < share)) for index, share in ((3, 0.5), (4, 0.5), (5, 0.8)))
    suffix = field(24, 1) if source.random() < 0.3 else b""  # treat_whitespace_as_suffix
    for other in others:
        other[1] += flags if other[0] == NORMALIZER else suffix if other[0] == TRAINER else b""


def main():
    command, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    source = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".model"))
    refused = 0
    for index in range(count):
        name = source.choice(names)
        pieces, others = read(os.path.join(folder, name))
        edit(pieces, others, source)
        path = os.path.join(folder, f"edited-{index}-{name}")
        with open(path, "wb") as file:
            for text, score, kind in pieces:
                file.write(field(PIECE, field(1, text) + field(2, float(score)) + field(3, kind)))
            for other in others:
                file.write(field(*other))
        answer = subprocess.run([command, "vocab", "info", path], capture_output=True, check=False)
        if answer.returncode == 0:
            continue
        if b"can be made in more than one way" not in answer.stderr:
            sys.exit(answer.stderr.decode())
        refused += 1
        os.unlink(path)
    print(f"{count} edited models, {refused} of them refused")


main()
