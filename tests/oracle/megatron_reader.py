#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads Megatron .bin/.idx pairs; written from the format alone.

Shares no code with libtokenize and needs only the standard library. Format:
NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py.

    megatron_reader.py PREFIX                documents and tokens
    megatron_reader.py PREFIX NUMBER...      the ids of these documents, one line each
    megatron_reader.py --all PREFIX          the ids of every document, one line each
"""
import mmap
import os
import struct
import sys

MAGIC = b"MMIDIDX\x00\x00"
# Code of the element type: letter of the struct module and size.
TYPES = {1: ("B", 1), 2: ("b", 1), 3: ("h", 2), 4: ("i", 4), 5: ("q", 8), 8: ("H", 2)}


class FormatError(Exception):
    """The files are not a Megatron pair, or contradict each other."""


def map_file(path):
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class MegatronReader:
    """A pair of files. len() is the number of documents; reader[i] the list of ids of one."""

    def __init__(self, prefix):
        for suffix in (".bin", ".idx"):
            if prefix.endswith(suffix):
                prefix = prefix[: -len(suffix)]
        self.index = map_file(prefix + ".idx")
        self.data = map_file(prefix + ".bin")
        if self.index[:9] != MAGIC:
            raise FormatError("no MMIDIDX at the beginning of the index")
        version, code, sequences, indexes = struct.unpack_from("<QBQQ", self.index, 9)
        if version != 1:
            raise FormatError(f"version {version}")
        if code not in TYPES:
            raise FormatError(f"element type {code}")
        self.letter, self.width = TYPES[code]
        if len(self.index) != 34 + 12 * sequences + 8 * indexes:
            raise FormatError("the counts do not add up to the size of the index")
        self.lengths = struct.unpack_from(f"<{sequences}i", self.index, 34)
        self.pointers = struct.unpack_from(f"<{sequences}q", self.index, 34 + 4 * sequences)
        self.documents = struct.unpack_from(f"<{indexes}q", self.index, 34 + 12 * sequences)
        self.check()

    def check(self):
        expected = 0
        for number, (length, pointer) in enumerate(zip(self.lengths, self.pointers)):
            if length < 0 or pointer != expected:
                raise FormatError(f"sequence {number} is not where the one before it ends")
            expected += length * self.width
        if expected != len(self.data):
            raise FormatError(f"{expected} bytes of tokens in the index, {len(self.data)} in .bin")
        if not self.documents or self.documents[0] != 0:
            raise FormatError("the document indexes do not begin with 0")
        if list(self.documents) != sorted(self.documents):
            raise FormatError("the document indexes are not ascending")
        if self.documents[-1] != len(self.lengths):
            raise FormatError("the document indexes do not end with the number of sequences")

    def __len__(self):
        return len(self.documents) - 1

    def tokens(self):
        return sum(self.lengths)

    def __getitem__(self, number):
        if not 0 <= number < len(self):
            raise IndexError(number)
        ids = []
        for sequence in range(self.documents[number], self.documents[number + 1]):
            ids.extend(
                struct.unpack_from(
                    f"<{self.lengths[sequence]}{self.letter}", self.data, self.pointers[sequence]
                )
            )
        return ids


def main(arguments):
    every = arguments[:1] == ["--all"]
    if every:
        arguments = arguments[1:]
    if not arguments or (every and len(arguments) != 1):
        sys.stderr.write(__doc__)
        return 2
    try:
        reader = MegatronReader(arguments[0])
        if not every and len(arguments) == 1:
            print(f"documents {len(reader)}\ntokens {reader.tokens()}")
        for number in range(len(reader)) if every else map(int, arguments[1:]):
            print(*reader[number])
    except (FormatError, OSError, IndexError, ValueError, struct.error) as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
