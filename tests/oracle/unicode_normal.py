# SPDX-License-Identifier: Apache-2.0
"""The steps nfc, nfd, nfkc, nfkd and nfkc_cf against what others say.

unicode_normal.py conformance UCD: NormalizationTest.txt of that database (15.0), for the
steps of that version and of the newest, and every other code point, which must stay.
unicode_normal.py python UCD [FILE...]: the unicodedata2 that Python finds, for the steps of
its version: all code points, random texts, the texts of JSON-lines files. nfkc_cf is compared with
the mappings of UCD, where that is of the same version.
"""
import bz2
import itertools
import os
import random
import sys

from normal_texts import batches, corpus_texts, valid
from text_probe import Comparison, normalize

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
NEWEST = "18.0"
# Five versions, four forms each and one with case folding.
RANDOM_TEXTS = int(os.environ.get("RANDOM_TEXTS", 200000)) // 5
# All but U+0001, which parts texts: it joins with nothing and no form changes it.
SCALARS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and code != 1]


def open_database(folder, name):
    path = os.path.join(folder, name)
    if os.path.exists(path):
        return open(path, encoding="utf-8")
    return bz2.open(path + ".bz2", "rt", encoding="utf-8")


def characters(field):
    return "".join(chr(int(code, 16)) for code in field.split())


# ---- NormalizationTest -------------------------------------------------------

def conformance(folder):
    """The invariants in the head of NormalizationTest.txt."""
    lines, listed, part = [], set(), ""
    with open_database(folder, "NormalizationTest.txt") as text:
        for line in text:
            line = line.split("#")[0].strip()
            if line.startswith("@"):
                part = line
            elif line:
                columns = [characters(field) for field in line.split(";")[:5]]
                lines.append(columns)
                if part == "@Part1":
                    listed.add(columns[0])
    if len(lines) < 18000 or len(listed) < 16000:
        sys.exit("NormalizationTest.txt is not whole")
    # All of them in one text, and some alone.
    unlisted = [c.encode() for c in SCALARS if c not in listed]
    alone = unlisted[::16] + [c.encode() for c in map(chr, range(1, 0x3400)) if c not in listed]
    # For each form: which column the columns must become.
    expected = {"nfc": (1, 1, 1, 3, 3), "nfd": (2, 2, 2, 4, 4), "nfkc": (3,) * 5, "nfkd": (4,) * 5}
    equal = True
    sources = [column.encode() for columns in lines for column in columns]
    for version in ("15.0", NEWEST):
        for form, targets in expected.items():
            comparison = Comparison(f"NormalizationTest, {form}-{version}")
            wanted = [columns[target].encode() for columns in lines for target in targets]
            comparison.add(sources, normalize(f"{form}-{version}", sources), wanted)
            if version == "15.0":
                comparison.add(alone, normalize(f"{form}-{version}", alone), alone)
                ours, = normalize(f"{form}-{version}", [b"\x01".join(unlisted)])
                comparison.add(unlisted, ours.split(b"\x01"), unlisted)
            equal = comparison.report() and equal
    return equal


# ---- Python ------------------------------------------------------------------

def pools(unicodedata):
    """Kinds of characters, each list as likely in a random text as another."""
    def between(first, last):
        return [chr(code) for code in range(first, last + 1)]

    return [
        between(0x3041, 0x30FF) + ["\u3099"] * 30 + ["\u309a"] * 10,
        between(0xFF61, 0xFF9F) + ["\uff9e"] * 8 + ["\uff9f"] * 4,
        between(0xFF01, 0xFFEE),
        between(0x1100, 0x11FF) + between(0xAC00, 0xAC00 + 200),
        [c for c in SCALARS if unicodedata.combining(c)],
        [c for c in SCALARS if unicodedata.decomposition(c) and not "\uac00" <= c <= "\ud7a3"],
        between(0x3200, 0x33FF) + between(0x2460, 0x24FF),
        between(0xF900, 0xFAFF) + between(0x2F800, 0x2FA1D),
        between(0x4E00, 0x9FFF),
        between(0x1F300, 0x1F6FF) + ["\u200d", "\ufe0f", "\u00ad"],
        between(0x20, 0x7E),
        between(0xA0, 0x2FF) + between(0x1E00, 0x1FFF),
        SCALARS]


def random_texts(unicodedata, seed):
    source = random.Random(seed)
    kinds = pools(unicodedata)
    for _ in range(RANDOM_TEXTS):
        few = source.choices(kinds, k=source.randint(1, 4))
        size = source.randint(1, 30)
        # As many of each kind as would do for all, and of them each place takes any.
        letters = [letter for kind in few for letter in source.choices(kind, k=size)]
        yield "".join(source.sample(letters, size))


def fold_mappings(folder, version):
    """NFKC_CF of UCD as a table for str.translate, or None where it is of another version."""
    mappings = {}
    with open_database(folder, "DerivedNormalizationProps.txt") as text:
        if f"-{version}.txt" not in text.readline():
            return None
        for line in text:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) > 2 and fields[1] == "NFKC_CF":
                first, _, last = fields[0].partition("..")
                for code in range(int(first, 16), int(last or first, 16) + 1):
                    mappings[code] = characters(fields[2])
    return mappings


def python(folder, files):
    import unicodedata2 as unicodedata

    version = unicodedata.unidata_version
    name = ".".join(version.split(".")[:2])
    references = {form.lower(): lambda text, form=form: unicodedata.normalize(form, text)
                  for form in FORMS}
    mappings = fold_mappings(folder, version)
    if mappings is not None:
        references["nfkc_cf"] = lambda text: unicodedata.normalize("NFC", text.translate(mappings))
    comparisons = {form: Comparison(f"unicodedata2 {version}, {form}") for form in references}
    # All code points in one text.
    everything = "\x01".join(SCALARS)
    signs = everything.encode().split(b"\x01")
    for form, reference in references.items():
        ours, = normalize(f"{form}-{name}", [everything.encode()])
        comparisons[form].add(signs, ours.split(b"\x01"), reference(everything).encode().split(b"\x01"))
    groups = [[text.encode() for text in random_texts(unicodedata, int(name.replace(".", "")))]]
    for path in files:
        groups = itertools.chain(groups, batches(valid(corpus_texts(path)), 1 << 25))
    for sources in groups:
        texts = [text.decode() for text in sources]
        for form, reference in references.items():
            comparisons[form].add(sources, normalize(f"{form}-{name}", sources),
                                  [reference(text).encode() for text in texts])
    return all([comparison.report() for comparison in comparisons.values()])


def main():
    if sys.argv[1] == "conformance":
        return conformance(sys.argv[2])
    return python(sys.argv[2], sys.argv[3:])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
