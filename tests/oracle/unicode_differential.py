# SPDX-License-Identifier: Apache-2.0
"""Compares what unicode_probe answers with the Unicode Character Database, Unicode's break tests
and programs that are pinned to a Unicode version. Arguments: a folder of packages, each in a
folder NAME==VERSION; folders of the crate unicode-segmentation."""
import bz2
import gc
import itertools
import json
import os
import re
import subprocess
import sys

PROBE = os.environ["UNICODE_PROBE"]
DATA = os.environ["UNICODE_DATA"]
CODE_POINTS = 0x110000
SCALARS = [point for point in range(CODE_POINTS) if not 0xD800 <= point <= 0xDFFF]
SURROGATES = frozenset(range(0xD800, 0xE000))

# As in lib/text/char_class.h.
FLAGS = {name: 1 << number for number, name in enumerate(
    """LETTER NUMBER WHITE_SPACE MARK PUNCTUATION SYMBOL HIRAGANA KATAKANA HAN UPPER LOWER CONTROL
    WORD HALF_WIDTH FULL_WIDTH EXTENSION EXTENSION_B COMPATIBILITY_IDEOGRAPH EMOJI
    VARIATION_SELECTOR DEFAULT_IGNORABLE PRIVATE_USE NONCHARACTER ALPHABETIC
    UNASSIGNED""".split())}

failures = 0
# Millions of small objects that live to the end: looking through them takes half the time.
gc.disable()


def report(what, compared, differing, examples=()):
    global failures
    failures += differing != 0 or compared == 0
    print(f"compared {compared} {what}: {differing} differ", flush=True)
    for example in list(examples)[:10]:
        print("   ", example)


def probe(commands):
    answer = subprocess.run([PROBE], input="".join(line + "\n" for line in commands),
                            capture_output=True, text=True, check=True).stdout
    return answer.split("\n")[:-1]


def columns(command):
    """For each column of the answer the values of all code points."""
    rows = [row.split(" ") for row in probe([command])]
    starts = [int(row[0]) for row in rows]
    sizes = [end - start for start, end in zip(starts, starts[1:] + [CODE_POINTS])]
    assert starts[0] == 0 and min(sizes) > 0
    return [list(itertools.chain.from_iterable(map(itertools.repeat, column, sizes)))
            for column in list(zip(*rows))[1:]]


class Table:
    """All properties of one version, as the library has them."""

    def __init__(self, version):
        self.version = version
        self.category, self.script, self.width, flags, self.age = columns("properties " + version)
        numbers = {value: int(value, 16) for value in set(flags)}
        self.flags = [numbers[value] for value in flags]

    def having(self, names):
        wanted = sum(FLAGS[name] for name in names.split())
        kinds = {flags for flags in set(self.flags) if flags & wanted}
        return {point for point, flags in enumerate(self.flags) if flags in kinds} - SURROGATES


# ---- The database ----------------------------------------------------------


def open_data(name):
    path = os.path.join(DATA, name)
    if os.path.exists(path):
        return open(path, encoding="utf-8")
    return bz2.open(path + ".bz2", "rt", encoding="utf-8")


def ranges(name):
    with open_data(name) as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) >= 2:
                first, _, last = fields[0].partition("..")
                yield int(first, 16), int(last or first, 16), fields[1]


def enumerated(name, default):
    values = [default] * CODE_POINTS
    for first, last, value in ranges(name):
        values[first:last + 1] = [value] * (last + 1 - first)
    return values


def widths_of(name):
    """Listed ones, over the defaults that the comments of the file have for ranges."""
    values = ["N"] * CODE_POINTS
    with open_data(name) as lines:
        for first, last in re.findall(r"@missing: (\w+)\.\.(\w+); Wide", lines.read()):
            first, last = int(first, 16), int(last, 16)
            values[first:last + 1] = ["W"] * (last + 1 - first)
    for first, last, value in ranges(name):
        values[first:last + 1] = [value] * (last + 1 - first)
    return values


def binary(name, wanted):
    return {point for first, last, value in ranges(name) if value == wanted
            for point in range(first, last + 1)}


def compare_values(what, ours, theirs):
    differing = [] if ours == theirs else [point for point in range(CODE_POINTS) if ours[point] != theirs[point]]
    assert len(ours) == len(theirs) == CODE_POINTS
    report(what, CODE_POINTS, len(differing),
           (f"U+{point:04X} {ours[point]}, there {theirs[point]}" for point in differing))


def compare_sets(what, ours, theirs):
    differing = sorted(ours ^ theirs)
    report(what, len(SCALARS), len(differing), (f"U+{point:04X}" for point in differing))


def compare_database(table):
    with open_data("EastAsianWidth.txt") as lines:
        head = lines.readline()
    if "-15.0.0.txt" not in head:
        print(f"{DATA} is of another version ({head.strip()}): not compared")
        return
    # The derived files, not the ones that the tables were made from.
    compare_values("general categories with DerivedGeneralCategory.txt 15.0", table.category,
                   enumerated("extracted/DerivedGeneralCategory.txt", "Cn"))
    compare_values("widths with DerivedEastAsianWidth.txt 15.0", table.width,
                   widths_of("extracted/DerivedEastAsianWidth.txt"))
    codes = {}
    with open_data("PropertyValueAliases.txt") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if fields[0] == "sc":
                codes[fields[2]] = fields[1]
    scripts = [codes[name] for name in enumerated("Scripts.txt", "Unknown")]
    compare_values("scripts with Scripts.txt 15.0", table.script, scripts)
    ages = enumerated("DerivedAge.txt", "")
    # A noncharacter has an age there, though it never will be assigned.
    compare_values("ages with DerivedAge.txt 15.0", table.age,
                   [age if table.category[point] != "Cn" else "" for point, age in
                    enumerate(ages)])
    for flag, name, value in (
            ("WHITE_SPACE", "PropList.txt", "White_Space"),
            ("NONCHARACTER", "PropList.txt", "Noncharacter_Code_Point"),
            ("VARIATION_SELECTOR", "PropList.txt", "Variation_Selector"),
            ("ALPHABETIC", "DerivedCoreProperties.txt", "Alphabetic"),
            ("DEFAULT_IGNORABLE", "DerivedCoreProperties.txt", "Default_Ignorable_Code_Point"),
            ("EMOJI", "emoji/emoji-data.txt", "Extended_Pictographic")):
        compare_sets(f"code points with {value} 15.0", table.having(flag), binary(name, value))


# ---- Break tests -----------------------------------------------------------


def compare_breaks(what, command, version, cases):
    """`cases`: lists of pieces, which are to be cut from their concatenation."""
    cases = [[piece.encode("utf-8") for piece in pieces] for pieces in cases]
    answers = probe([f"{command} {version} {b''.join(pieces).hex()}" for pieces in cases])
    examples = []
    for pieces, answer in zip(cases, answers, strict=True):
        ends, at = [], 0
        for piece in pieces:
            at += len(piece)
            ends.append(str(at))
        if answer != " ".join(ends):
            examples.append(f"{b'|'.join(pieces)!r}: cut at {answer}")
    report(f"texts with {what}", len(cases), len(examples), examples)


def unicode_cases(name):
    with open_data(name) as lines:
        for line in lines:
            marked = line.split("#")[0].split()
            if not marked:
                continue
            pieces = []
            for sign, code in zip(marked[0::2], marked[1::2]):
                if sign == "÷":
                    pieces.append("")
                pieces[-1] += chr(int(code, 16))
            if not any(0xD800 <= ord(sign) <= 0xDFFF for piece in pieces for sign in piece):
                yield pieces


def crate_cases(path):
    """Of tests/testdata/mod.rs: pieces of TEST_SAME and TEST_DIFF, and of TEST_SENTENCE."""
    with open(os.path.join(path, "tests/testdata/mod.rs"), encoding="utf-8") as file:
        text = file.read()
    version = re.search(r"Public/([\d.]+)/", text).group(1)
    literals = lambda text: [
        json.loads('"' + re.sub(r"\\u\{([0-9a-f]+)\}",
                                lambda code: json.dumps(chr(int(code.group(1), 16)))[1:-1],
                                literal) + '"')
        for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', text, re.S)]
    # A name, its type, and what is between "&[" and "];".
    parts = dict(re.findall(r"pub const (TEST_\w+): [^=]*= &\[(.*?)\n    \];", text, re.S))
    # ("text", &["piece", ...]) or, in TEST_DIFF, extended pieces and then legacy ones.
    entry = re.compile(r'\(\s*"(?:[^"\\]|\\.)*",\s*&\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]')
    for name, command in (("TEST_SAME", "graphemes"), ("TEST_DIFF", "graphemes"),
                          ("TEST_SENTENCE", "sentences")):
        cases = [literals(pieces) for pieces in entry.findall(parts.get(name, ""))]
        if cases:
            compare_breaks(f"Unicode's {name} {version} in {os.path.basename(path)}", command,
                           version, cases)
    if "TEST_SENTENCE" not in parts or "TEST_SAME" not in parts:
        report(f"tests found in {path}", 0, 1)


# ---- Programs that are pinned to a version ---------------------------------


def compare_unicodedata2(table, packages):
    script = """
import json, sys, unicodedata2
points = [chr(point) for point in range(0x110000)]
print(json.dumps([unicodedata2.unidata_version, " ".join(map(unicodedata2.category, points)),
                  " ".join(map(unicodedata2.east_asian_width, points))]))"""
    folder = os.path.join(packages, f"unicodedata2=={table.version}")
    version, categories, widths = json.loads(subprocess.run(
        [sys.executable, "-c", script], env=dict(os.environ, PYTHONPATH=folder),
        capture_output=True, text=True, check=True).stdout)
    assert version == table.version
    compare_values(f"general categories with unicodedata2 {version}", table.category, categories.split(" "))
    compare_values(f"widths with unicodedata2 {version}", table.width, widths.split(" "))


def compare_tokenizers(tables):
    from tokenizers import Regex, __version__, normalizers, pre_tokenizers
    everything = "".join(map(chr, SCALARS))
    # Each character between two letters; "a" itself is as every letter.
    others = [point for point in SCALARS if point != ord("a")]
    between = "a" + "a".join(map(chr, others)) + "a"

    def removed(normalizer):
        parts = normalizer.normalize_str(between).split("a")[1:-1]
        return {point for point, part in zip(others, parts, strict=True) if part == ""}

    def words(cutter):
        """Characters that become words of their own, and those that stay in one with the letters."""
        alone, kept = set(), set()
        # Part by part: new memory for millions of pieces took most of the time.
        for start in range(0, len(between) - 1, 8192):
            pieces = {piece for piece, _ in cutter.pre_tokenize_str(between[start:start + 8193])}
            alone.update(piece for piece in pieces if len(piece) == 1 and piece != "a")
            kept.update(*pieces)
        return set(map(ord, alone)), set(map(ord, kept - alone))

    matched = lambda pattern: set(SCALARS) - set(map(ord, normalizers.Replace(
        Regex(pattern), "").normalize_str(everything)))
    name = f"of HF tokenizers {__version__}"
    ascii_signs = {point for point in range(33, 127) if not chr(point).isalnum()}

    old, marks, new, newest = (tables[version] for version in ("8.0.0", "9.0.0", "16.0.0",
                                                               "17.0.0"))
    compare_sets(f"code points with Punctuation {name} = 8.0",
                 old.having("PUNCTUATION") | ascii_signs,
                 words(pre_tokenizers.Punctuation("isolated"))[0])
    # TAB, LF and CR are kept as white space; U+FFFD goes with the controls.
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False,
                                       strip_accents=False, lowercase=False)
    compare_sets(f"code points with BertNormalizer clean_text {name} = 8.0",
                 old.having("CONTROL") - old.having("UNASSIGNED") - {9, 10, 13} | {0xFFFD},
                 removed(clean))
    compare_sets(f"code points with StripAccents {name} = 9.0", marks.having("MARK"),
                 removed(normalizers.StripAccents()))
    for pattern, flag in ((r"\p{L}", "LETTER"), (r"\p{N}", "NUMBER"), (r"\s", "WHITE_SPACE"),
                          (r"\p{M}", "MARK"), (r"\p{P}", "PUNCTUATION"), (r"\p{S}", "SYMBOL"),
                          (r"\p{Han}", "HAN"), (r"\p{Hiragana}", "HIRAGANA")):
        compare_sets(f"code points with Regex {pattern} {name} = 16.0", new.having(flag),
                     matched(pattern))
    compare_sets(f"code points with Whitespace (\\w) {name} = 16.0", new.having("WORD"),
                 words(pre_tokenizers.Whitespace())[1])
    compare_sets(f"code points with Digits {name} = 17.0", newest.having("NUMBER"),
                 words(pre_tokenizers.Digits(True))[0])
    compare_sets(f"code points with WhitespaceSplit {name} = 17.0", newest.having("WHITE_SPACE"),
                 set(SCALARS).difference(*words(pre_tokenizers.WhitespaceSplit())))


def compare_tiktoken(table, packages):
    sys.path.append(os.path.join(packages, "tiktoken==0.14.0"))
    import tiktoken
    ranks = {bytes([byte]): byte for byte in range(256)}
    everything = "".join(map(chr, SCALARS))
    for pattern, flag in ((r"\p{L}", "LETTER"), (r"\p{N}", "NUMBER"), (r"\s", "WHITE_SPACE"),
                          (r"\p{M}", "MARK"), (r"\w", "WORD"), (r"\p{Han}", "HAN")):
        # What the pattern does not match is lost on the way to ids and back.
        coder = tiktoken.Encoding("probe", pat_str=pattern, mergeable_ranks=ranks,
                                  special_tokens={})
        matched = set(map(ord, coder.decode(coder.encode(everything, disallowed_special=()))))
        compare_sets(f"code points with tiktoken {tiktoken.__version__} {pattern} = 16.0",
                     table.having(flag), matched)


def compare_description(table):
    """tkz_character_describe tells of the newest table."""
    rows = list(zip(*columns("describe")))
    expected = zip(table.category, table.script, table.width, table.age)
    differing = [point for point, (row, wanted) in enumerate(zip(rows, expected, strict=True))
                 if row[:3] + (row[4],) != wanted or row[5] not in ("0", "1", "2")]
    report("descriptions with the newest table", len(rows), len(differing),
           (f"U+{point:04X}" for point in differing))


def main():
    packages, crates = sys.argv[1], sys.argv[2:]
    tables = {version: Table(version)
              for version in ("8.0.0", "9.0.0", "15.0.0", "16.0.0", "17.0.0")}
    compare_database(tables["15.0.0"])
    compare_breaks("GraphemeBreakTest.txt of " + DATA, "graphemes", "15.0.0",
                   list(unicode_cases("auxiliary/GraphemeBreakTest.txt")))
    compare_breaks("SentenceBreakTest.txt of " + DATA, "sentences", "15.0.0",
                   list(unicode_cases("auxiliary/SentenceBreakTest.txt")))
    for path in crates:
        crate_cases(path)
    for version in ("16.0.0", "17.0.0"):
        compare_unicodedata2(tables[version], packages)
    compare_description(tables["17.0.0"])
    compare_tiktoken(tables["16.0.0"], packages)
    compare_tokenizers(tables)
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
