#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes lib/clean/special_characters.inc, the characters that HojiChar's DiscardTooManySpecialToken counts,
# as ranges, out of the installed packages: generate_special_characters.py (needs hojichar[all]).
import importlib.metadata
import os

from hojichar.filters.document_filters import DiscardTooManySpecialToken

points = sorted(ord(c) for c in DiscardTooManySpecialToken().special_characters if len(c) == 1)
ranges = []
for point in points:
    if ranges and point == ranges[-1][1] + 1:
        ranges[-1][1] = point
    else:
        ranges.append([point, point])
target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "special_characters.inc")
with open(target, "w", encoding="utf-8") as file:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("hojichar", "emoji"))
    file.write("/* SPDX-License-Identifier: Apache-2.0\n"
               f" * Written by lib/clean/generate_special_characters.py from {versions}; do not edit. */\n")
    for at in range(0, len(ranges), 5):
        file.write(" ".join(f"{{0x{first:04X}, 0x{last:04X}}}," for first, last in ranges[at:at + 5]) + "\n")
