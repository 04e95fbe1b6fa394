#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes lib/text/charset_models_*.c and lib/text/cp932_*code.c (maintainers only).

How often characters occur, counted over texts that are named on the command line, as bits of
surprise in four bits each, in the order of the charsets: what charset detection weighs readings
with. And the characters of Windows-31J in both directions, from Python's codec; the unit tests
compare them with ICU.

    generate_charset_models.py --japanese FILE... --chinese FILE... --korean FILE...

FILE: JSON lines (.jsonl, .jsonl.zst with the `zstd` command), of which the longest string of every
second record is counted (the others are left for measuring). Every Japanese file weighs the same.
/usr/share/unicode (Debian package unicode-data) gives what the Chinese files lack: the word counts
of kHanyuPinlu, the grades of kFrequency, and kTraditionalVariant for Big5.
"""
import argparse
import bz2
import collections
import json
import math
import pathlib
import subprocess
import unicodedata

FOLDER = pathlib.Path(__file__).resolve().parent
UNIHAN = "/usr/share/unicode/Unihan_%s.txt.bz2"
# Bits of surprise that the nibbles 0 and 15 stand for.
LOWEST = 4


def texts(path):
    if path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
    else:
        data = open(path, "rb").read()
    lines = data.split(b"\n")[:-1]
    # Blocks of lines: neighbours may be one document.
    for number, line in enumerate(lines):
        if number // 4 % 2 == 0:
            strings = [v for v in json.loads(line).values() if isinstance(v, str)]
            yield max(strings, key=len, default="")


def shares(path):
    counts = collections.Counter()
    for text in texts(path):
        counts.update(c for c in text if ord(c) >= 0x80)
    total = sum(counts.values())
    return {c: n / total for c, n in counts.items()}


def mixture(parts):
    """Of (weight, shares) pairs."""
    mixed = collections.Counter()
    for weight, part in parts:
        for character, share in part.items():
            mixed[character] += weight * share
    return mixed


def unihan(name, field):
    with bz2.open(UNIHAN % name, "rt", encoding="utf-8") as file:
        for line in file:
            columns = line.rstrip("\n").split("\t")
            if len(columns) == 3 and columns[1] == field:
                yield chr(int(columns[0][2:], 16)), columns[2]


def normalised(counts):
    total = sum(counts.values())
    return {c: n / total for c, n in counts.items()}


def word_counts():
    return normalised({c: sum(int(w.split("(")[1].rstrip(")")) for w in value.split())
                       for c, value in unihan("Readings", "kHanyuPinlu")})


def grade_counts():
    """kFrequency, 1 the most frequent: taken as a fourth as frequent from grade to grade."""
    return normalised({c: 4.0 ** -int(value)
                       for c, value in unihan("DictionaryLikeData", "kFrequency")})


def traditional(part):
    variants = {c: chr(int(value.split()[0].split("<")[0][2:], 16))
                for c, value in unihan("Variants", "kTraditionalVariant")}
    mixed = collections.Counter()
    for character, share in part.items():
        mixed[variants.get(character, character)] += share
    return mixed


def nibbles(model, cells, floor):
    """`cells`: characters (or None) in the order of the table; `floor(index)`: bits for a character
    that was never seen."""
    values = []
    for index, character in enumerate(cells):
        if character is None:
            values.append(15)
            continue
        share = model.get(character, 0) + 2.0 ** -floor(index)
        values.append(min(15, max(0, round(-math.log2(share)) - LOWEST)))
    if len(values) % 2:
        values.append(15)
    return [values[i] | values[i + 1] << 4 for i in range(0, len(values), 2)]


def decoded(data, codec):
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


def shifted(row, cell):
    """JIS row and cell, from 0, as Shift_JIS bytes."""
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    if row % 2:
        return bytes([lead, cell + 0x9F])
    return bytes([lead, cell + 0x40 + (cell >= 63)])


def jis_cells():
    return [decoded(shifted(row, cell), "cp932") for row in range(94) for cell in range(94)]


def euc_cells(codec):
    return [decoded(bytes([0xA1 + row, 0xA1 + cell]), codec)
            for row in range(94) for cell in range(94)]


def big5_cells():
    trails = list(range(0x40, 0x7F)) + list(range(0xA1, 0xFF))
    return [decoded(bytes([lead, trail]), "cp950") for lead in range(0xA1, 0xFA) for trail in trails]


def array(kind, name, values, each):
    lines = [f"const {kind} {name}[{len(values)}] = {{"]
    line = "   "
    for value in values:
        item = " " + each(value) + ","
        if len(line) + len(item) > 100:
            lines.append(line)
            line = "   "
        line += item
    lines.append(line.rstrip(","))
    lines.append("};")
    return "\n".join(lines) + "\n"


HEADER = """/* SPDX-License-Identifier: Apache-2.0
 *
%s
 * Generated by lib/text/generate_charset_models.py; do not edit.
 */
#include "text/%s.h"
"""


def models(arguments):
    japanese = mixture([(1 / len(arguments.japanese), shares(f)) for f in arguments.japanese])
    chinese_files = mixture([(1 / len(arguments.chinese), shares(f)) for f in arguments.chinese])
    chinese = mixture([(0.5, chinese_files), (0.5, word_counts())])
    old_chinese = mixture([(0.6, traditional(chinese)), (0.4, grade_counts())])
    korean = mixture([(1 / len(arguments.korean), shares(f)) for f in arguments.korean])
    # Level 1 kanji and hanzi (rows 16..47, 16..55) are likelier than level 2, Hangul (rows 16..40)
    # than Hanja; Big5 puts its 5401 frequent characters before C6A1.
    tables = [
        ("japanese", nibbles(japanese, jis_cells(), lambda i: 17 if i // 94 < 47 else 19)),
        ("chinese", nibbles(chinese, euc_cells("gb2312"), lambda i: 17 if i // 94 < 55 else 19)),
        ("korean", nibbles(korean, euc_cells("euc_kr"),
                           lambda i: 15 if 15 <= i // 94 < 40 else 18)),
        ("big5", nibbles(old_chinese, big5_cells(), lambda i: 17 if i // 157 < 37 else 19)),
    ]
    # Half-width kana follow each other: the full-width ones and their marks, among themselves.
    kana = collections.Counter()
    for code in range(0xFF61, 0xFFA0):
        full = unicodedata.normalize("NFKC", chr(code))
        kana[code] += japanese.get(full, 0)
    for character in (c for c in japanese if "ァ" <= c <= "ヴ"):
        parts = unicodedata.normalize("NFD", character)
        if len(parts) == 2:
            base = next((c for c in range(0xFF66, 0xFF9E)
                         if unicodedata.normalize("NFKC", chr(c)) == parts[0]), None)
            if base:
                kana[base] += japanese[character]
                kana[0xFF9E if parts[1] == "\u3099" else 0xFF9F] += japanese[character]
    # Full-width punctuation is counted over all text, so that it would drown the kana here.
    letters = sum(kana[c] for c in range(0xFF66, 0xFFA0))
    for code in range(0xFF61, 0xFF66):
        kana[code] = letters / 64
    total = sum(kana.values())
    half = [min(15, max(2, round(-math.log2(kana[c] / total + 2.0 ** -12))))
            for c in range(0xFF61, 0xFFA0)]
    about = (" * How surprising each character is, in bits less %d, two of them a byte, low half"
             "\n * first. See charset_models.h." % LOWEST)
    for part, members in (("chinese", tables[1::2]), ("japanese", tables[0::2])):
        body = HEADER % (about, "charset_models")
        for name, values in members:
            body += "\n" + array("uint8_t", "tkz__model_" + name, values, str)
        if part == "japanese":
            body += "\n" + array("uint8_t", "tkz__model_half_width", half, str)
        (FOLDER / f"charset_models_{part}.c").write_text(body)


def cp932():
    cells = jis_cells()
    to_unicode = [ord(c) if c else 0 for c in cells]
    # What Windows writes: the IBM rows FA..FC before the NEC selection of them (ED, EE), NEC row 13
    # before the IBM rows; U+FFE2 at 81CA. Python's encoder decides. User-defined F0..F9 are left
    # out: they are private use and no text.
    codes = {}
    for code in range(0x80, 0x10000):
        try:
            data = chr(code).encode("cp932")
        except UnicodeEncodeError:
            continue
        if data.decode("cp932") != chr(code) or 0xE000 <= code <= 0xF8FF or code < 0xA0:
            continue
        codes[code] = int.from_bytes(data, "big")
    words = [sum(1 << bit for bit in range(32) if base + bit in codes)
             for base in range(0, 0x10000, 32)]
    ranks = []
    rank = 0
    for word in words:
        ranks.append(rank)
        rank += bin(word).count("1")
    body = HEADER % (" * Rows of Windows-31J. See cp932_table.h.", "cp932_table")
    body += "\n" + array("uint16_t", "tkz__jis_characters", to_unicode, hex)
    (FOLDER / "cp932_decode.c").write_text(body)
    body = HEADER % (" * Codes of Windows-31J. See cp932_table.h.", "cp932_table")
    body += "\n" + array("uint32_t", "tkz__cp932_known", words, hex)
    body += "\n" + array("uint16_t", "tkz__cp932_ranks", ranks, str)
    body += "\n" + array("uint16_t", "tkz__cp932_codes", [codes[c] for c in sorted(codes)], hex)
    (FOLDER / "cp932_encode.c").write_text(body)
    return len(codes)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for language in ("japanese", "chinese", "korean"):
        parser.add_argument("--" + language, nargs="+", required=True, metavar="FILE")
    arguments = parser.parse_args()
    models(arguments)
    print(cp932(), "characters of Windows-31J")


main()
