# SPDX-License-Identifier: Apache-2.0
#
# The fields of a protocol buffer, as its wire format says them, for tests that look into SentencePiece
# models without sentencepiece's own reader.


def fields(message):
    """Number and value of each field: an integer, or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        else:
            size = varint() if tag & 7 == 2 else {1: 8, 5: 4}[tag & 7]
            yield tag >> 3, message[at:at + size]
            at += size
