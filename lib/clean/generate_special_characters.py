#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes the sets of characters of the reference packages as ranges into lib/clean:
# special_characters.inc (HojiChar's DiscardTooManySpecialToken), datatrove_symbols.inc (PUNCTUATION_SET) and
# datatrove_terminals.inc (TERMINAL_PUNCTUATION): generate_special_characters.py [hojichar|datatrove]...
# Needs hojichar[all] and datatrove installed, whichever is asked for.
import importlib.metadata
import os
import sys


def write(name, characters, packages):
    ranges = []
    for point in sorted(ord(c) for c in characters if len(c) == 1):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(target, "w", encoding="utf-8") as file:
        file.write("/* SPDX-License-Identifier: Apache-2.0\n"
                   f" * Written by lib/clean/generate_special_characters.py from {versions}; do not edit. */\n")
        for at in range(0, len(ranges), 5):
            file.write(" ".join(f"{{0x{first:04X}, 0x{last:04X}}}," for first, last in ranges[at:at + 5]) + "\n")


for source in sys.argv[1:] or ("hojichar", "datatrove"):
    if source == "hojichar":
        from hojichar.filters.document_filters import DiscardTooManySpecialToken
        write("special_characters.inc", DiscardTooManySpecialToken().special_characters, ("hojichar", "emoji"))
    else:
        from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION
        write("datatrove_symbols.inc", PUNCTUATION_SET, ("datatrove",))
        write("datatrove_terminals.inc", TERMINAL_PUNCTUATION, ("datatrove",))
