# SPDX-License-Identifier: Apache-2.0
#
# A SentencePiece .model with the vocabulary of a tokenizer.json whose BPE is that of SentencePiece
# (bytes for what is unknown, as Gemma's), so that peers which read only .model can be measured with it.
#   model_of_json.py TOKENIZER_JSON MODEL
# A piece's score is the place of its first merge. Whether the two are one is seen from the hashes of
# their ids. Exit status 1 and the reason where the file is of another kind.
import json
import re
import struct
import sys

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
BPE = 2


def varint(number):
    coded = bytearray()
    while number >= 0x80:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*coded, number])


def number_field(field, number):
    return varint(field << 3) + varint(number)


def bytes_field(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def float_field(field, number):
    return varint(field << 3 | 5) + struct.pack("<f", number)


def scores(merges):
    """The score of each piece that merging makes: the earlier, the higher."""
    found = {}
    for place, merge in enumerate(merges):
        pair = merge.split(" ") if isinstance(merge, str) else merge
        found.setdefault("".join(pair), -float(place))
    return found


def kind_of(piece, number, unknown, added):
    if piece == unknown:
        return UNKNOWN
    if number in added:
        return CONTROL if added[number]["special"] else USER_DEFINED
    return BYTE if re.fullmatch("<0x[0-9A-F]{2}>", piece) else NORMAL


def pieces(top):
    model, added = top["model"], {token["id"]: token for token in top["added_tokens"]}
    names = {number: piece for piece, number in model["vocab"].items()}
    names.update({number: token["content"] for number, token in added.items()})
    score = scores(model["merges"])
    for number in range(len(names)):
        kind = kind_of(names[number], number, model["unk_token"], added)
        # User-defined pieces have the escaped space that the texts have.
        name = names[number].replace(" ", "\u2581") if kind == USER_DEFINED else names[number]
        value = score.get(name, -float(len(score))) if kind == NORMAL else 0.0
        yield bytes_field(1, name.encode()) + float_field(2, value) + number_field(3, kind)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        top = json.load(file)
    model = top["model"]
    if model.get("type") != "BPE" or not model.get("byte_fallback"):
        sys.exit("not SentencePiece's BPE")
    prefix = "Prepend" in json.dumps(top["normalizer"])
    coded = list(pieces(top))
    trainer = number_field(3, BPE) + number_field(4, len(coded)) + number_field(35, 1)
    trainer += number_field(40, model["vocab"][model["unk_token"]])
    normalizer = bytes_field(1, b"identity") + number_field(3, int(prefix)) + number_field(4, 0)
    with open(sys.argv[2], "wb") as file:
        for piece in coded:
            file.write(bytes_field(1, piece))
        file.write(bytes_field(2, trainer) + bytes_field(3, normalizer + number_field(5, 1)))


main()
