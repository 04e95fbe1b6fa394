#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes lib/text/normal_table.c, the normalisation data (maintainers only).

  generate_normal.py UCD NPM OUTPUT

UCD is a folder of the Unicode Character Database 15.0.0 (Debian package unicode-data: ages up to
15.0, and the NFKC_Casefold mappings that ours must equal). NPM holds the unpacked npm packages
@unicode/unicode-15.1.0, -16.0.0, -17.0.0 and -18.0.0 ("npm install" makes node_modules/@unicode):
they give the later ages, the case foldings, and Changes_When_NFKC_Casefolded to check with; node
reads them. Decompositions and combining classes come from the Python package unicodedata2 18.0.0.

NFKC_Casefold is derived as UAX #44 says: NFKC and full case folding, without
Default_Ignorable_Code_Point, until nothing changes.

The table serves every version from 4.1 (NFKC_CF: 15.0) on, because neither decompositions nor
combining classes of an assigned character ever change
(https://www.unicode.org/policies/stability_policy.html).
"""
import json
import os
import re
import subprocess
import sys

import unicodedata2

NEWEST = "18.0.0"
LATER = ("15.1.0", "16.0.0", "17.0.0", NEWEST)
FIRST_EXACT_AGE = 41
BLOCK, PAGE = 64, 4096
PAIR_SLOTS, PAIR_BUCKETS = 1024, 256
READ_BEHIND = 40

# Forms and bits, as in unicode_normal.h and normal_table.h.
NFD, NFC, NFKD, NFKC, NFKC_CF = range(5)
FORMS = ("NFD", "NFC", "NFKD", "NFKC", "NFKC_CF")
COMPOSING = (NFC, NFKC, NFKC_CF)
CHANGES, JOINS = 0, 5
CANONICAL, COMPATIBILITY, FOLD = 1 << 10, 1 << 11, 1 << 12
CANONICAL_OPEN, COMPATIBILITY_OPEN, GONE = 1 << 13, 1 << 14, 1 << 15

HANGUL = range(0xAC00, 0xAC00 + 11172)
SCALARS = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]

NODE = """
const [folder] = process.argv.slice(1);
const load = async (path) => (await import('file://' + folder + '/' + path)).default;
const ranges = async (path) =>
    (await load(path + '/ranges.mjs')).map((range) => [range.begin, range.end]);
console.log(JSON.stringify({
    common: [...await load('Case_Folding/C/code-points.mjs')],
    full: [...await load('Case_Folding/F/code-points.mjs')],
    ignorable: await ranges('Binary_Property/Default_Ignorable_Code_Point'),
    changes: await ranges('Binary_Property/Changes_When_NFKC_Casefolded'),
    unassigned: await ranges('General_Category/Unassigned')}));"""


def fail(text):
    sys.exit("generate_normal.py: " + text)


def normalize(form, text):
    return unicodedata2.normalize(form, text)


def property_lines(path):
    """Fields of each line "0041..005A ; Value # comment", the first made a range."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) > 1:
                first, _, last = fields[0].partition("..")
                yield range(int(first, 16), int(last or first, 16) + 1), fields[1:]


def read_npm(folder):
    output = subprocess.run(["node", "--input-type=module", "-e", NODE, "--",
                             os.path.abspath(folder)], check=True, capture_output=True).stdout
    data = json.loads(output)
    for name in ("ignorable", "changes", "unassigned"):
        data[name] = {point for begin, end in data[name] for point in range(begin, end)}
    return data


def version_number(version):
    major, minor = version.split(".")[:2]
    return 10 * int(major) + int(minor)


def read_ages(database, later):
    """Version numbers of the characters, 0 for unassigned ones (they are inert but for NFKC_CF,
    which removes the ignorable among them in every version)."""
    ages = {}
    for points, (version,) in property_lines(os.path.join(database, "DerivedAge.txt")):
        for point in points:
            ages[point] = version_number(version)
    for version, data in later.items():
        for point in SCALARS:
            if point not in data["unassigned"]:
                ages.setdefault(point, version_number(version))
    return ages


def derive_folds(data):
    folding = {}
    for point, target in data["common"] + data["full"]:
        folding[chr(point)] = "".join(map(chr, target if isinstance(target, list) else [target]))
    folds = {}
    for point in SCALARS:
        text = normalize("NFD", chr(point))
        while True:
            folded = normalize("NFKC", "".join(folding.get(one, one) for one in text
                                               if ord(one) not in data["ignorable"]))
            if folded == text:
                break
            text = folded
        if text != chr(point):
            folds[point] = text
    if set(folds) != data["changes"]:
        fail("Changes_When_NFKC_Casefolded differs from the derived mappings")
    return folds


def check_folds(folds, ages, database):
    """The mappings of 15.0 must be ours for every character of that age."""
    old = {}
    for points, fields in property_lines(os.path.join(database, "DerivedNormalizationProps.txt")):
        if fields[0] == "NFKC_CF":
            for point in points:
                old[point] = "".join(chr(int(word, 16)) for word in fields[1].split())
    ours = {point: fold for point, fold in folds.items() if ages.get(point, 0) <= 150}
    if ours != old:
        fail("NFKC_CF differs from that of 15.0")


def composition_pairs():
    pairs = {}
    for point in SCALARS:
        fields = unicodedata2.decomposition(chr(point)).split()
        if len(fields) == 2 and "<" not in fields[0] and point not in HANGUL and \
                normalize("NFC", chr(point)) == chr(point):
            pairs[int(fields[0], 16), int(fields[1], 16)] = point
    return pairs


def hash_pairs(pairs):
    """Slots and displacements, as tkz__normal_pair_slot reads them."""
    buckets = {}
    for (first, second), composite in pairs.items():
        hashed = first * 0x9E3779B1 + second * 0x27D4EB2F & 0xFFFFFFFF
        buckets.setdefault(hashed >> 24, []).append(
            (hashed, composite << 42 | first << 21 | second))
    slots, displacements = [0] * PAIR_SLOTS, [0] * PAIR_BUCKETS
    for number, bucket in sorted(buckets.items(), key=lambda item: (-len(item[1]), item[0])):
        for displacement in range(1 << 16):
            places = [((hashed ^ displacement * 0x85EBCA6B) * 0xC2B2AE35 & 0xFFFFFFFF) >> 22
                      for hashed, _ in bucket]
            if len(set(places)) == len(places) and not any(slots[place] for place in places):
                break
        else:
            fail("no displacement fits; take more slots")
        displacements[number] = displacement
        for place, (_, packed) in zip(places, bucket):
            slots[place] = packed
    return slots, displacements


class Table:
    def __init__(self, folds, ages, pairs):
        self.ages, self.folds = ages, folds
        self.seconds = {second for _, second in pairs}
        self.seconds.update(range(0x1161, 0x1176), range(0x11A8, 0x11C3))
        self.pieces, self.piece_places = bytearray(), {}
        self.records, self.record_places = [0, 0], {}
        self.values = [0] * 0x110000
        self.safe = [[True] * 0x10000 for _ in FORMS]
        for point in SCALARS:
            self.add(point)

    def piece(self, text):
        data = text.encode("utf-8")
        if data not in self.piece_places:
            if len(data) > READ_BEHIND:
                fail("a piece is too long")
            self.piece_places[data] = len(self.pieces)
            self.pieces += bytes([len(data)]) + data
        return self.piece_places[data]

    def joins(self, form, text):
        """Whether `text`, the result for one character, may join with what stands before."""
        if text == "":
            return True
        first = normalize("NFD", text)[0]
        return unicodedata2.combining(first) != 0 or (
            form in COMPOSING and ord(first) in self.seconds)

    def add(self, point):
        one = chr(point)
        results = [normalize(form, one) for form in FORMS[:4]]
        results.append(self.folds.get(point, one))
        bits = 0
        for form, result in enumerate(results):
            bits |= (result != one) << (CHANGES + form) | self.joins(form, result) << (JOINS + form)
            if point < 0x10000:
                self.safe[form][point] = result == one and not self.joins(form, result)
        places = []
        if point not in HANGUL:
            if results[NFD] != one:
                bits |= CANONICAL
                places.append(self.piece(results[NFD]))
                if results[NFC] != results[NFD]:
                    bits |= CANONICAL_OPEN
            if results[NFKD] != results[NFD]:
                bits |= COMPATIBILITY
                places.append(self.piece(results[NFKD]))
            if results[NFKC] != results[NFKD]:
                bits |= COMPATIBILITY_OPEN
        if results[NFKC_CF] not in (one, results[NFKD]):
            bits |= FOLD
            places.append(self.piece(results[NFKC_CF]))
        if normalize("NFC", results[NFKC_CF]) != results[NFKC_CF]:
            fail(f"NFKC_CF of U+{point:04X} is not in NFC")
        if results[NFKC_CF] == "":
            bits |= GONE
        combining = unicodedata2.combining(one)
        if bits == 0 and combining == 0:
            return
        age = self.ages.get(point, 0)
        record = (max(age, FIRST_EXACT_AGE) << 8 if age else 0) | combining, bits, *places
        if record not in self.record_places:
            self.record_places[record] = len(self.records)
            self.records += record
        self.values[point] = self.record_places[record]

    def trie(self):
        """Pages, blocks, values without repetition."""
        blocks, contents = self.fold_up(self.values, BLOCK)
        pages, block_numbers = self.fold_up(blocks, PAGE // BLOCK)
        return pages, block_numbers, contents

    @staticmethod
    def fold_up(values, size):
        numbers, contents, seen = [], [], {}
        for start in range(0, len(values), size):
            block = tuple(values[start:start + size])
            if block not in seen:
                seen[block] = len(seen)
                contents += block
            numbers.append(seen[block])
        return numbers, contents

    def masks(self):
        """For each form the mask numbers of three bytes and of two; the masks, 0 first."""
        seen, long, short = {0: 0}, [], []
        for safe in self.safe:
            numbers = []
            for start in range(0, 0x10000, 64):
                mask = sum(1 << at for at in range(64)
                           if safe[start + at] and not 0xD800 <= start < 0xE000)
                numbers.append(seen.setdefault(mask, len(seen)))
            short.append([0, 0] + numbers[2:32])
            long.append([0] * 32 + numbers[32:])
        if len(seen) > 256:
            fail("masks do not fit into 8 bits")
        return long, short, list(seen)


def kana_rows(safe):
    """Safe characters of U+3000..30FF, by the low four bits of the number: a bit for each value of
    the high four bits, 16 bytes for 0..7, then 16 for 8..15."""
    return [sum(1 << high for high in range(8) if safe[0x3000 + 16 * (half * 8 + high) + low])
            for half in range(2) for low in range(16)]


def numbers(values):
    """Lines of at most 100 columns."""
    text = re.sub(r"(.{1,94},) ", r"    \1\n", ", ".join(map(str, values)) + ", ")
    return text.rstrip("\n") + "\n"


def write_array(out, kind, name, values, extent=""):
    top = 1 << int(re.search(r"\d+", kind).group())
    if max(values) >= top:
        fail(f"{name} does not fit into {kind}")
    if kind == "uint64_t":
        values = [f"UINT64_C({value:#x})" for value in values]
    out.write(f"\nconst {kind} tkz__normal_{name}[{extent or len(values)}] = {{\n"
              f"{numbers(values)}}};\n")


def write_rows(out, name, rows):
    out.write(f"\nconst uint8_t tkz__normal_{name}[{len(rows)}][{len(rows[0])}] = {{\n")
    for form, row in zip(FORMS, rows):
        out.write(f"    /* {form} */\n    {{\n{numbers(row)}    }},\n")
    out.write("};\n")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    database, npm, path = sys.argv[1:]
    if unicodedata2.unidata_version != NEWEST:
        fail(f"unicodedata2 is of {unicodedata2.unidata_version}, not {NEWEST}")
    later = {version: read_npm(os.path.join(npm, "unicode-" + version)) for version in LATER}
    ages = read_ages(database, later)
    folds = derive_folds(later[NEWEST])
    check_folds(folds, ages, database)
    pairs = composition_pairs()
    for (first, second), composite in pairs.items():
        if max(ages[first], ages[second]) > max(ages[composite], FIRST_EXACT_AGE):
            fail(f"U+{composite:04X} is older than what it is made of")
    table = Table(folds, ages, pairs)
    pages, blocks, values = table.trie()
    slots, displacements = hash_pairs(pairs)
    long, short, masks = table.masks()
    with open(path, "w", encoding="ascii") as out:
        out.write(f"""/* SPDX-License-Identifier: Apache-2.0
 *
 * Normalisation data of Unicode {NEWEST}, with the ages of the characters.
 * Generated by lib/text/generate_normal.py; do not edit.
 * Made from: PyPI unicodedata2 {NEWEST}; npm @unicode/unicode-{", ".join(LATER)};
 * DerivedAge.txt 15.0.0. NFKC_CF compared with DerivedNormalizationProps.txt 15.0.0.
 * Derived from Unicode data: Copyright (c) Unicode, Inc., Unicode License v3
 * (https://www.unicode.org/license.txt).
 */
#include "text/normal_table.h"
""")
        write_array(out, "uint8_t", "pages", pages, "0x110")
        write_array(out, "uint16_t", "blocks", blocks)
        write_array(out, "uint16_t", "values", values)
        write_array(out, "uint16_t", "records", table.records)
        write_array(out, "uint8_t", "pieces", table.pieces + bytes(READ_BEHIND))
        write_array(out, "uint64_t", "pairs", slots, "TKZ__NORMAL_PAIR_SLOTS")
        write_array(out, "uint16_t", "displacements", displacements, "TKZ__NORMAL_PAIR_BUCKETS")
        write_rows(out, "safe", long)
        write_rows(out, "safe_short", short)
        write_array(out, "uint64_t", "safe_masks", masks)
        write_rows(out, "safe_kana", [kana_rows(safe) for safe in table.safe])
    total = (len(pages) + 2 * len(blocks) + 2 * len(values) + 2 * len(table.records) +
             len(table.pieces) + 8 * PAIR_SLOTS + 2 * PAIR_BUCKETS + 5 * 1088 + 8 * len(masks))
    print(f"{path}: {total} bytes; values {len(values)}, records {len(table.records)}, "
          f"pieces {len(table.pieces)}, pairs {len(pairs)}, masks {len(masks)}")


if __name__ == "__main__":
    main()
