#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares conversion with Python's codecs: every string of one and two bytes, in ISO-2022-JP
behind each escape sequence; those of three that begin 8F in EUC-JP; a sample of the characters of
four bytes of GB18030; and random strings. Bad sequences are found by a reference written from the
definition in doc/charsets.md. `--labelled DIRECTORY` instead detects files in folders named by
charset.

    charset_codecs.py PROBE [--count RANDOM_STRINGS] [--labelled DIRECTORY]

RANDOM_STRINGS: of each charset.

Python differs from us on purpose in what `our_character` lists; nothing else may differ.
"""
import argparse
import codecs
import functools
import pathlib
import random
import struct
import subprocess
import sys

REPLACEMENT = "\ufffd"


class Probe:
    def __init__(self, program, argument):
        self.command = [program, argument]

    def run(self, records, numbers=2):
        data = b"".join(struct.pack("<I", len(r)) + r for r in records)
        output = subprocess.run(self.command, input=data, stdout=subprocess.PIPE,
                                check=True).stdout
        answers = []
        at = 0
        for _ in records:
            size, = struct.unpack_from("<I", output, at)
            text = output[at + 4:at + 4 + size].decode()
            at += 4 + size
            answers.append((text, *struct.unpack_from("<%dI" % numbers, output, at)))
            at += 4 * numbers
        assert at == len(output)
        return answers


@functools.lru_cache(maxsize=None)
def python_character(data, codec):
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    # Python reads ESC and others as ASCII behind a lead byte here and there: one character only,
    # but for the sequences of Big5-HKSCS.
    return text if len(text) == 1 or text in BIG5_SEQUENCES else None


BIG5_SEQUENCES = ("\u00ca\u0304", "\u00ca\u030c", "\u00ea\u0304", "\u00ea\u030c")

# Big5: Python's big5hkscs keeps the forms of 1984 for these eleven; ours are those of cp950 and of
# the WHATWG index.
BIG5_SIGNS = {0xA145: 0x2027, 0xA14E: 0xFE51, 0xA1C2: 0xAF, 0xA1E3: 0xFF5E, 0xA1F2: 0x2295,
              0xA1F3: 0x2299, 0xA241: 0x2215, 0xA242: 0xFE68, 0xA244: 0xFFE5, 0xA246: 0xFFE0,
              0xA247: 0xFFE1, 0xA3E1: 0x20AC}


def jis_character(row, cell):
    """By cp932, which the JIS rows of all Japanese charsets follow. From 1."""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    if row % 2 == 0:
        trail = cell + 0x9E
    else:
        trail = cell + 0x3F + (cell > 63)
    return python_character(bytes([lead, trail]), "cp932")


def supplement_character(row, cell):
    """JIS X 0212, with the full-width tilde of Windows, and the IBM characters of eucJP-ms in rows
    83 and 84, of which Python knows none."""
    if (row, cell) == (2, 23):
        return "\uff5e"
    character = python_character(bytes([0x8F, 0xA0 + row, 0xA0 + cell]), "euc_jp")
    if character is None and row == 83:
        return IBM_ROW.get(cell)
    return character


# eucJP-ms 8FF3A1.. : small and large Roman numerals and some signs (Open Group Japan, 1996).
IBM_ROW = {1 + i: chr(0x2170 + i) for i in range(10)}
IBM_ROW.update({11 + i: chr(0x2160 + i) for i in range(10)})
IBM_ROW[23] = "\u3231"


def our_character(charset, data):
    """The character that `data` is, None if it is none."""
    first = data[0]
    if len(data) == 1:
        if first < 0x80:
            return chr(first)
        if charset == "cp932":
            # Python takes A0 and FD..FF for U+F8F0..F8F3, private use, the WHATWG standard does not.
            if first == 0x80:
                return "\x80"
            return chr(0xFF61 + first - 0xA1) if 0xA1 <= first <= 0xDF else None
        if charset == "windows-1252":
            # Python refuses 81 8D 8F 90 9D, which are control characters to browsers.
            return python_character(data, "cp1252") or chr(first)
        return None
    if charset == "cp932":
        if first < 0x80 or 0xA0 <= first <= 0xDF:
            return None
        return python_character(data, "cp932")
    if charset == "euc-jp":
        if len(data) == 2 and 0xA1 <= first <= 0xFE and 0xA1 <= data[1] <= 0xFE:
            # Python has U+301C, 2016, 2212, 00A2, 00A3, 00AC where Windows has full-width forms,
            # and lacks rows 13 and 89..92.
            return jis_character(first - 0xA0, data[1] - 0xA0)
        if len(data) == 2 and first == 0x8E and 0xA1 <= data[1] <= 0xDF:
            return chr(0xFF61 + data[1] - 0xA1)
        if len(data) == 3 and first == 0x8F and data[1] >= 0xA1 and data[2] >= 0xA1:
            return supplement_character(data[1] - 0xA0, data[2] - 0xA0)
        return None
    if charset == "euc-kr":
        return python_character(data, "cp949") if first >= 0x80 else None
    if charset == "big5":
        if first < 0x80:
            return None
        code = data[0] << 8 | data[1]
        if code in BIG5_SIGNS:
            return chr(BIG5_SIGNS[code])
        return python_character(data, "big5hkscs")
    if charset == "gb18030":
        if first < 0x80:
            return None
        # Of 2000: this one character moved out of private use in 2005.
        if data == b"\xa8\xbc":
            return "\u1e3f"
        if data == b"\x81\x35\xf4\x37":
            return "\ue7c7"
        return python_character(data, "gb18030")
    raise KeyError(charset)


LENGTHS = {"windows-1252": (1,), "euc-jp": (2, 3), "gb18030": (2, 4)}
TRAILS = {"cp932": range(0x40, 0xFD), "euc-jp": range(0xA1, 0xFF), "gb18030": range(0x40, 0xFF),
          "big5": range(0x40, 0xFF), "euc-kr": range(0x41, 0xFF), "windows-1252": ()}


def is_lead(charset, byte):
    if charset == "cp932":
        return 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC
    if charset == "euc-jp":
        return byte in (0x8E, 0x8F) or 0xA1 <= byte <= 0xFE
    return charset != "windows-1252" and 0x81 <= byte <= 0xFE


def bad_length(charset, data):
    """Of the bad sequence that `data` begins with."""
    if len(data) == 1 or not is_lead(charset, data[0]):
        return 1
    if charset == "gb18030" and 0x30 <= data[1] <= 0x39:
        whole = len(data) >= 4 and 0x81 <= data[2] <= 0xFE and 0x30 <= data[3] <= 0x39
        return 4 if whole else 1
    if data[1] not in TRAILS[charset] or data[1] < 0x80:
        return 1
    if charset == "euc-jp" and data[0] == 0x8F:
        return 3 if len(data) > 2 and data[2] in TRAILS[charset] else 2
    return 2


def reference(charset, data):
    text = []
    at = bad = bad_bytes = 0
    while at < len(data):
        for length in (1,) + LENGTHS.get(charset, (2,)):
            piece = data[at:at + length]
            character = our_character(charset, piece) if len(piece) == length else None
            if character is not None:
                break
        if character is None:
            length = bad_length(charset, data[at:at + 4])
            character = REPLACEMENT
            bad += 1
            bad_bytes += length
        text.append(character)
        at += length
    return "".join(text), bad, bad_bytes


def compare(charset, records, answers, expect):
    differences = 0
    for record, answer in zip(records, answers):
        expected = expect(charset, record)
        if answer[:len(expected)] != expected:
            differences += 1
            if differences <= 10:
                print("  %s %s: ours %s, reference %s" % (charset, record.hex(), ascii(answer),
                                                        ascii(expected)))
    print("%s: %d strings, %d differences" % (charset, len(records), differences), flush=True)
    compare.strings += len(records)
    return differences


compare.strings = 0


def random_strings(charset, count):
    source = random.Random(charset)
    for _ in range(count):
        kind = source.randrange(3)
        size = source.randrange(1, 24)
        if kind == 0:
            yield bytes(source.randrange(256) for _ in range(size))
        elif kind == 1:
            yield bytes(source.randrange(0x80, 256) for _ in range(size))
        else:
            yield bytes(source.choice((0x20, 0x30, 0x41, 0x5C, 0x7F, 0x81, 0x8F, 0xA1, 0xC1, 0xFE,
                                       source.randrange(256))) for _ in range(size))


def double_bytes(program, count):
    differences = 0
    for charset in ("cp932", "euc-jp", "euc-kr", "big5", "gb18030", "windows-1252"):
        records = [bytes([a]) for a in range(256)]
        records += [bytes([a, b]) for a in range(256) for b in range(256)]
        if charset == "euc-jp":
            records += [bytes([0x8F, a, b]) for a in range(256) for b in range(256)]
        if charset == "gb18030":
            records += [bytes([0x81 + n // 12600, 0x30 + n // 1260 % 10, 0x81 + n // 10 % 126,
                               0x30 + n % 10]) for n in range(126 * 12600)
                        if n < 40000 or n % 97 == 0 or 188900 < n < 189100]
        records += random_strings(charset, count)
        if charset == "big5":
            # HKSCS-2008 put its new characters behind 87; Python's table is of 2004.
            records = [r for r in records if b"\x87" not in r]
        # A mark at the start is dropped by us and kept by Python's codec.
        records = [r for r in records if not r.startswith(b"\x84\x31\x95\x33")]
        differences += compare(charset, records, Probe(program, charset).run(records), reference)
    return differences


# What each escape sequence selects; None: nothing.
ESCAPES = {b"\x1b(B": "ascii", b"\x1b(J": "roman", b"\x1b(H": "roman", b"\x1b(I": "katakana",
           b"\x1b$@": "208", b"\x1b$B": "208", b"\x1b$(@": "208", b"\x1b$(B": "208",
           b"\x1b$(D": "212", b"\x1b&@": None}


def iso_2022_jp_character(data, selected):
    """(character or None, bytes) at the start of `data`, which is no control character."""
    first = data[0]
    if 0xA1 <= first <= 0xDF:
        return chr(0xFF61 + first - 0xA1), 1
    if first >= 0x80:
        return None, 1
    if selected in ("208", "212"):
        if len(data) < 2 or not 0x21 <= data[1] <= 0x7E:
            return None, 1
        find = jis_character if selected == "208" else supplement_character
        return find(first - 0x20, data[1] - 0x20), 2
    if selected == "katakana":
        return (chr(0xFF61 + first - 0x21), 1) if first <= 0x5F else (None, 1)
    if selected == "roman" and chr(first) in "\\~":
        return ("\u00a5" if first == 0x5C else "\u203e"), 1
    return chr(first), 1


def iso_2022_jp_reference(_, data):
    text = []
    at = bad = bad_bytes = 0
    selected = "ascii"
    shifted = False
    while at < len(data):
        byte = data[at]
        escape = next((e for e in ESCAPES if data.startswith(e, at)), None) if byte == 27 else None
        if escape:
            selected = ESCAPES[escape] or selected
            shifted = False
            at += len(escape)
            continue
        if byte in (0x0E, 0x0F):
            shifted = byte == 0x0E
            at += 1
            continue
        if byte in b"\r\n":
            selected = "ascii"
            shifted = False
        if byte == 27:
            character, length = None, 1
        elif byte <= 0x20 or byte == 0x7F:
            character, length = chr(byte), 1
        else:
            character, length = iso_2022_jp_character(data[at:at + 2],
                                                      "katakana" if shifted else selected)
        if character is None:
            bad += 1
            bad_bytes += length
        text.append(character or REPLACEMENT)
        at += length
    return "".join(text), bad, bad_bytes


def iso_2022_jp(program, count):
    probe = Probe(program, "iso-2022-jp")
    short = [bytes([a]) for a in range(256)]
    short += [bytes([a, b]) for a in range(256) for b in range(256)]
    differences = 0
    for start in (b"", b"\x0e", *ESCAPES):
        # All of two bytes behind the first sequence of those that select the same.
        whole = start not in (b"\x1b(H", b"\x1b$@", b"\x1b$(@", b"\x1b$(B", b"\x1b(B", b"\x1b&@")
        records = [start + s for s in (short if whole else short[:256] + short[256::37])]
        differences += compare("iso-2022-jp", records, probe.run(records), iso_2022_jp_reference)
    source = random.Random(7)
    pieces = [*ESCAPES, b"\x1b", b"\x1b$", b"\x0e", b"\x0f", b"\n", b" ", b"\x7f", b"\\~"]
    records = []
    for _ in range(count):
        record = b""
        for _ in range(source.randrange(1, 12)):
            kind = source.randrange(4)
            if kind == 0:
                record += source.choice(pieces)
            elif kind == 1:
                record += bytes([source.randrange(256)])
            else:
                record += bytes([source.randrange(0x21, 0x7F), source.randrange(0x21, 0x7F)])
        records.append(record)
    differences += compare("iso-2022-jp", records, probe.run(records), iso_2022_jp_reference)
    return differences + iso_2022_jp_of_python(probe, count)


def iso_2022_jp_of_python(probe, count):
    """What Python writes, for which the reference above is not needed."""
    def expect(_, record):
        return (record.decode("iso2022_jp_ext"), 0, 0)

    source = random.Random(5)
    letters = [c for c in map(chr, range(0x20, 0xA000))
               if encodes(c, "iso2022_jp_ext") and c not in "\u301c\u2016\u2212\u00a2\u00a3\u00ac"
               and supplement_tilde(c)]
    letters += [chr(c) for c in range(0xFF61, 0xFFA0)] + list("abc \n") * 200
    records = ["".join(source.choice(letters) for _ in range(source.randrange(1, 30)))
               .encode("iso2022_jp_ext") for _ in range(count // 10)]
    return compare("iso-2022-jp", records, probe.run(records), expect)


def encodes(character, codec):
    try:
        return character.encode(codec).decode(codec) == character
    except UnicodeError:
        return False


def supplement_tilde(character):
    """False for what the supplement has in two forms."""
    return character != "~" and not 0x80 <= ord(character) < 0xA0


class Counter:
    """An error handler that replaces, and counts."""

    def __init__(self):
        codecs.register_error("counted", self)

    def __call__(self, error):
        self.bad += 1
        self.bad_bytes += error.end - error.start
        return REPLACEMENT, error.end

    def decode(self, charset, data):
        self.bad = self.bad_bytes = 0
        return data.decode(charset, "counted"), self.bad, self.bad_bytes


def unicode_strings(charset, count):
    source = random.Random(9)
    yield from (bytes([a]) for a in range(256))
    yield from (bytes([a, b]) for a in range(256) for b in range(256))
    if charset == "utf-8":
        yield from (bytes([a, b, c]) for a in range(0xE0, 0xF8) for b in range(0x7E, 0xC2)
                    for c in range(0x7E, 0xC2))
        yield from (bytes([a, b, c, d]) for a in range(0xEF, 0xF8) for b in range(0x7F, 0xC1)
                    for c in (0x7F, 0x80, 0xBF, 0xC0) for d in (0x7F, 0x80, 0xBF, 0xC0))
    order = "little" if charset.endswith("le") else "big"
    for _ in range(count):
        units = source.randrange(1, 12)
        if charset == "utf-8":
            yield bytes(source.choice((source.randrange(256), source.randrange(0x80, 0xC0),
                                       source.randrange(0xE0, 0xF6))) for _ in range(units * 2))
        elif charset.startswith("utf-16"):
            yield b"".join(source.choice((0x41, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFFFF, 0x3042,
                                          source.randrange(0x10000))).to_bytes(2, order)
                           for _ in range(units)) + bytes(source.randrange(2))
        else:
            yield b"".join(source.choice((0x41, 0xD800, 0x10FFFF, 0x110000, 0x3042,
                                          source.randrange(0x120000))).to_bytes(4, order)
                           for _ in range(units)) + bytes(source.choice((0, 0, 1, 3)))


def unicode_forms(program, count):
    """Python's decoders replace maximal subparts of UTF-8, unpaired surrogates and units of UTF-32
    that are no scalar values one by one, as we do."""
    counter = Counter()
    differences = 0
    for charset in ("utf-8", "utf-16le", "utf-16be", "utf-32le", "utf-32be"):
        records = [r for r in unicode_strings(charset, count)
                   if not r.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE,
                                        codecs.BOM_UTF16_BE))]
        differences += compare(charset, records, Probe(program, charset).run(records),
                               counter.decode)
    return differences


LABELS = {"big5": "big5", "cp932": "cp932", "cp949": "euc-kr", "euc-jp": "euc-jp",
          "euc-kr": "euc-kr", "gb2312": "gb18030", "shift_jis": "cp932",
          "iso-2022-jp": "iso-2022-jp", "utf-8": "utf-8"}


def labelled(program, directory):
    """98 in 100 of the Japanese files must be right."""
    right = total = 0
    for folder in sorted(pathlib.Path(directory).iterdir()):
        wanted = LABELS.get(folder.name.lower())
        if wanted is None:
            continue
        files = sorted(f for f in folder.iterdir() if f.is_file())
        answers = Probe(program, "detect").run([f.read_bytes() for f in files], 0)
        good = sum(answer[0] == wanted for answer in answers)
        print("%s: %d of %d right" % (folder.name, good, len(files)))
        if wanted in ("cp932", "euc-jp", "iso-2022-jp", "utf-8"):
            right += good
            total += len(files)
    print("Japanese: %d of %d" % (right, total))
    return 0 if total and right >= 0.98 * total else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("probe")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--labelled")
    arguments = parser.parse_args()
    if arguments.labelled:
        return labelled(arguments.probe, arguments.labelled)
    differences = double_bytes(arguments.probe, arguments.count)
    differences += iso_2022_jp(arguments.probe, arguments.count)
    differences += unicode_forms(arguments.probe, arguments.count)
    print("compared %d strings: %d differences" % (compare.strings, differences))
    return 1 if differences else 0


sys.exit(main())
