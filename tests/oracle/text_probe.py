# SPDX-License-Identifier: Apache-2.0
"""Drives tests/oracle/text_probe, so that comparisons can normalise many texts at once."""
import os
import struct
import subprocess
import tempfile

PROBE = os.environ.get("TEXT_PROBE", "build/text_probe")


def normalize(form, texts):
    """The normalised bytes of each of `texts` (bytes) under the normal form."""
    # A file, not a pipe, for what goes in: both sides may be large.
    with tempfile.TemporaryFile() as records:
        size = struct.Struct("<I").pack
        for start in range(0, len(texts), 1 << 16):
            records.write(b"".join([size(len(text)) + text for text in texts[start:start + (1 << 16)]]))
        records.seek(0)
        answer = subprocess.run([PROBE, form], stdin=records, stdout=subprocess.PIPE,
                                check=True).stdout
    results, at, size_at = [], 0, struct.Struct("<I").unpack_from
    while at < len(answer):
        start = at + 4
        at = start + size_at(answer, at)[0]
        results.append(answer[start:at])
    if len(results) != len(texts):
        raise SystemExit(f"text_probe answered {len(results)} of {len(texts)} texts")
    return results


def excerpt(text, at):
    """Some of `text` around the byte `at`."""
    start = max(0, at - 30)
    return f"{'...' if start else ''}{text[start:at + 50]!r}{'...' if at + 50 < len(text) else ''}"


def first_difference(one, other):
    for at, (mine, its) in enumerate(zip(one, other)):
        if mine != its:
            return at
    return min(len(one), len(other))


class Comparison:
    """Counts what was compared, and shows the first differences."""

    def __init__(self, name, limit=10):
        self.name = name
        self.limit = limit
        self.texts = 0
        self.bytes = 0
        self.differing = 0

    def add(self, texts, ours, theirs):
        """Lists of bytes, of each text one."""
        if not len(texts) == len(ours) == len(theirs):
            raise SystemExit(f"{self.name}: {len(ours)} and {len(theirs)} answers of {len(texts)} texts")
        self.texts += len(texts)
        self.bytes += sum(map(len, texts))
        if ours == theirs:
            return
        for text, our, their in zip(texts, ours, theirs):
            if our == their:
                continue
            self.differing += 1
            if self.differing <= self.limit:
                at = first_difference(our, their)
                place = at * len(text) // max(len(our), len(their), 1)  # about there
                print(f"{self.name}: {excerpt(text, place)} gives {excerpt(our, at)}, "
                      f"the reference {excerpt(their, at)}")

    def report(self):
        print(f"compared {self.texts} texts, {self.bytes} bytes with {self.name}: "
              f"{self.differing} differ", flush=True)
        return self.differing == 0
