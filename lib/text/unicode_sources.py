# SPDX-License-Identifier: Apache-2.0
"""Reads the properties of one Unicode version, for generate_classes.py (maintainers only).

Two kinds of source hold them:
  a folder of the Unicode Character Database (Debian package unicode-data, or
  unicode.org/Public/VERSION/ucd);
  a folder of the npm package @unicode/unicode-VERSION ("npm pack", unpacked), which needs node
  to read it and does not have East_Asian_Width: that is asked of the PyPI package unicodedata2
  of the same version.
"""
import json
import os
import subprocess
import sys

CODE_POINTS = 0x110000

CATEGORIES = {
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

# Binary properties, and the file of the database that has each.
BINARY = {"White_Space": "PropList.txt", "Join_Control": "PropList.txt",
          "Variation_Selector": "PropList.txt", "Noncharacter_Code_Point": "PropList.txt",
          "Unified_Ideograph": "PropList.txt", "Alphabetic": "DerivedCoreProperties.txt",
          "Default_Ignorable_Code_Point": "DerivedCoreProperties.txt",
          "Extended_Pictographic": "emoji/emoji-data.txt"}

# Indic_Conjunct_Break is of the grapheme rules from Unicode 15.1 on. Version 16.0 of the npm
# package merges its values into one set; they are parted as UAX #44 derives them.
CONJUNCT_SCRIPTS = ("Bengali", "Devanagari", "Gujarati", "Malayalam", "Oriya", "Telugu")


def fail(text):
    sys.exit("generate_classes.py: " + text)


class Properties:
    """One value for each code point of each enumerated property; sets of the binary ones."""

    def __init__(self, version):
        self.version = version
        self.category = ["Cn"] * CODE_POINTS
        self.script = ["Unknown"] * CODE_POINTS
        self.width = ["N"] * CODE_POINTS
        self.grapheme = ["Other"] * CODE_POINTS
        self.conjunct = ["None"] * CODE_POINTS
        self.sentence = ["Other"] * CODE_POINTS
        self.binary = {name: set() for name in BINARY}
        self.sources = []

    def at_least(self, major, minor):
        return tuple(map(int, self.version.split(".")))[:2] >= (major, minor)


def property_ranges(path):
    """(first, last, value) of each line "0041..005A ; Value # comment"."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) < 2:
                continue
            first, _, last = fields[0].partition("..")
            yield int(first, 16), int(last or first, 16), fields[1]


def set_ranges(values, ranges):
    for first, last, value in ranges:
        values[first:last + 1] = [value] * (last + 1 - first)


# ---- The database ----------------------------------------------------------


def check_file_version(path, version):
    with open(path, encoding="utf-8") as lines:
        head = lines.readline() + lines.readline() + lines.readline()
    short = ".".join(version.split(".")[:2])
    if f"-{version}.txt" not in head and f"-{short}.txt" not in head:
        fail(f"{path} is not of version {version}: {head.strip()}")


def read_categories(path):
    category = ["Cn"] * CODE_POINTS
    start = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.split(";")
            code, name, value = int(fields[0], 16), fields[1], fields[2]
            if name.endswith(", First>"):
                start = code
                continue
            first = code if start is None else start
            category[first:code + 1] = [value] * (code + 1 - first)
            start = None
    return category


def read_database(folder, version):
    properties = Properties(version)
    if properties.at_least(15, 1):
        fail("the database is read up to 15.0: Indic_Conjunct_Break is a matter of its own")
    path = lambda name: os.path.join(folder, name)
    enumerated = (("Scripts.txt", properties.script), ("EastAsianWidth.txt", properties.width),
                  ("auxiliary/GraphemeBreakProperty.txt", properties.grapheme),
                  ("auxiliary/SentenceBreakProperty.txt", properties.sentence))
    properties.category = read_categories(path("UnicodeData.txt"))
    for name, values in enumerated:
        check_file_version(path(name), version)
        set_ranges(values, property_ranges(path(name)))
    for first, last, value in ((0x3400, 0x4DBF, "W"), (0x4E00, 0x9FFF, "W"),
                               (0xF900, 0xFAFF, "W"), (0x20000, 0x2FFFD, "W"),
                               (0x30000, 0x3FFFD, "W")):
        for point in range(first, last + 1):  # defaults, from the head of EastAsianWidth.txt
            if properties.category[point] == "Cn":
                properties.width[point] = value
    for file in sorted(set(BINARY.values())):
        if not file.startswith("emoji/"):
            check_file_version(path(file), version)
        for first, last, name in property_ranges(path(file)):
            if name in properties.binary:
                properties.binary[name].update(range(first, last + 1))
    properties.sources.append(f"the Unicode Character Database {version}")
    return properties


def read_ages(path):
    """The Unicode version that assigned each code point, "" for none."""
    age = [""] * CODE_POINTS
    set_ranges(age, property_ranges(path))
    return age


def read_script_codes(path):
    """ISO 15924 code of each script name."""
    codes = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if fields[0] == "sc":
                codes[fields[2]] = fields[1]
    return codes


# ---- The npm package -------------------------------------------------------


def npm_values(folder, group):
    path = os.path.join(folder, group)
    return sorted(name for name in os.listdir(path) if os.path.isdir(os.path.join(path, name)))


def npm_ranges(folder, names):
    """Has node print the ranges, [begin, end) each, of all `names`."""
    script = """
        const [folder, ...wanted] = process.argv.slice(1);
        const result = {};
        for (const name of wanted) {
            const module = await import('file://' + folder + '/' + name + '/ranges.mjs');
            result[name] = module.default.map((range) => [range.begin, range.end]);
        }
        console.log(JSON.stringify(result));"""
    output = subprocess.run(["node", "--input-type=module", "-e", script, "--",
                             os.path.abspath(folder)] + names,
                            check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def npm_enumerated(folder, group, values, whole=False):
    """Fills `values`; no code point may have two, and with `whole` each must have one."""
    names = npm_values(folder, group)
    seen = bytearray(CODE_POINTS)
    for name, ranges in npm_ranges(folder, [group + "/" + name for name in names]).items():
        value = name.split("/")[1]
        value = CATEGORIES.get(value, value) if group == "General_Category" else value
        if group == "General_Category" and len(value) != 2:
            continue  # a union of categories, such as "Letter"
        for begin, end in ranges:
            if any(seen[begin:end]):
                fail(f"{folder}: two values of {group} in U+{begin:04X}..{end:04X}")
            seen[begin:end] = b"\1" * (end - begin)
            values[begin:end] = [value] * (end - begin)
    if whole and seen.count(0) != 0:
        fail(f"{folder}: {seen.count(0)} code points have no {group}")


def npm_conjuncts(folder, properties):
    if os.path.isdir(os.path.join(folder, "Indic_Conjunct_Break")):
        npm_enumerated(folder, "Indic_Conjunct_Break", properties.conjunct)
        return
    syllabic = [""] * CODE_POINTS
    npm_enumerated(folder, "Indic_Syllabic_Category", syllabic)
    merged = npm_ranges(folder, ["Binary_Property/InCB"])["Binary_Property/InCB"]
    for begin, end in merged:
        for point in range(begin, end):
            ours = properties.script[point] in CONJUNCT_SCRIPTS
            if ours and syllabic[point] == "Virama":
                properties.conjunct[point] = "Linker"
            elif ours and syllabic[point] == "Consonant":
                properties.conjunct[point] = "Consonant"
            else:
                properties.conjunct[point] = "Extend"


def check_npm_package(folder, version):
    with open(os.path.join(folder, "package.json"), encoding="utf-8") as text:
        package = json.load(text)
    if package["name"] != "@unicode/unicode-" + version:
        fail(f"{folder} holds {package['name']}, not version {version}")
    return f"npm {package['name']} {package['version']}"


def read_npm(folder, version):
    """All but the widths; of versions before 15.1 also without what the breaks need."""
    properties = Properties(version)
    properties.sources.append(check_npm_package(folder, version))
    npm_enumerated(folder, "General_Category", properties.category, whole=True)
    npm_enumerated(folder, "Script", properties.script)
    names = [name for name in BINARY
             if os.path.isdir(os.path.join(folder, "Binary_Property", name))]
    for name, ranges in npm_ranges(folder, ["Binary_Property/" + name for name in names]).items():
        for begin, end in ranges:
            properties.binary[name.split("/")[1]].update(range(begin, end))
    if properties.at_least(15, 1):
        npm_enumerated(folder, "Grapheme_Cluster_Break", properties.grapheme, whole=True)
        npm_enumerated(folder, "Sentence_Break", properties.sentence, whole=True)
        npm_conjuncts(folder, properties)
    return properties


def npm_assigned(folder, version):
    """The code points that a version assigns."""
    check_npm_package(folder, version)
    name = "General_Category/Unassigned"
    assigned = set(range(CODE_POINTS))
    for begin, end in npm_ranges(folder, [name])[name]:
        assigned.difference_update(range(begin, end))
    return assigned


# ---- unicodedata2 ----------------------------------------------------------


def add_widths(properties, folder):
    """Widths from the unicodedata2 installed in `folder`; its categories must be the same."""
    script = """
import json, sys, unicodedata2
points = [chr(point) for point in range(0x110000)]
json.dump([unicodedata2.unidata_version, [unicodedata2.category(point) for point in points],
           [unicodedata2.east_asian_width(point) for point in points]], sys.stdout)"""
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True,
                            text=True, env=dict(os.environ, PYTHONPATH=folder)).stdout
    version, categories, properties.width = json.loads(output)
    if version != properties.version:
        fail(f"{folder} has unicodedata2 of Unicode {version}, not {properties.version}")
    for point in range(CODE_POINTS):
        if categories[point] != properties.category[point]:
            fail(f"U+{point:04X} is {properties.category[point]}, unicodedata2 says "
                 f"{categories[point]}")
    properties.sources.append(f"widths of PyPI unicodedata2 {version}, whose categories are equal")
