# SPDX-License-Identifier: Apache-2.0
#
# Escape sequences of troff (groff(7)): strings, number registers and special characters
# are put in, sizes, fonts and movements taken out.  Symbols: troff_symbols.py.

import re
import unicodedata

from .troff_output import NOJOIN
from .troff_symbols import ACCENTS, GLYPHS, STRINGS
from .white_space import SPACE

MAX_STRING_DEPTH = 10    # strings within strings; one may name itself
CHARACTER_WIDTH = 24     # of \w'...' in troff's units: all characters are alike here


def argument(text, at):
    """The argument of an escape at text[at], x, (xx or [xxx], and where it ends."""
    if at >= len(text):
        return "", at
    if text[at] == "(":
        return text[at + 1:at + 3], at + 3
    if text[at] == "[":
        end = text.find("]", at)
        if end < 0:
            return text[at + 1:], len(text)
        return text[at + 1:end], end + 1
    return text[at], at + 1


def quoted(text, at):
    """The argument of an escape like \\h'...', and where it ends."""
    if at >= len(text):
        return "", at
    end = at + 1
    while end < len(text):
        if text[end] == text[at]:
            return text[at + 1:end], end + 1
        if text[end] == "\\" and end + 2 < len(text) and text[end + 1] in "wh":
            # a nested \w'...'
            close = text.find(text[end + 2], end + 3)
            if close > 0:
                end = close + 1
                continue
        end += 1
    return text[at + 1:], len(text)


def after_size(text, at):
    """Where the argument of \\s ends: a digit or two, a sign, brackets or quotes."""
    if text[at:at + 1] in ("+", "-"):
        at += 1
    following = text[at:at + 1]
    if following == "'":
        return quoted(text, at)[1]
    if following in ("(", "["):
        return argument(text, at)[1]
    if following.isdigit():
        # \s10 to \s39 have two digits
        if following in "123" and text[at + 1:at + 2].isdigit():
            at += 1
        at += 1
    return at


def quoted_word(rest, at):
    """The macro argument after the quote at rest[at], and where it ends."""
    at += 1
    out = []
    while at < len(rest):
        if rest[at] == '"':
            if rest[at + 1:at + 2] != '"':
                return "".join(out), at + 1
            at += 1
        out.append(rest[at])
        at += 1
    return "".join(out), at


def split(rest):
    """Arguments of a macro: separated by spaces, quoted by "."""
    args = []
    at = 0
    size = len(rest)
    while at < size:
        while at < size and rest[at] in " \t":
            at += 1
        if at >= size:
            break
        if rest[at] == '"':
            word, at = quoted_word(rest, at)
            args.append(word)
        else:
            start = at
            while at < size and rest[at] != " " and rest[at] != "\t":
                at += 2 if rest[at] == "\\" else 1
            args.append(rest[start:at])
    return args


class Escapes:
    """The strings, registers and special characters of a page, and what the
    escape sequences in a line come to."""

    def __init__(self):
        self.strings = dict(STRINGS)
        self.registers = {".g": 1, "F": 0}
        self.glyphs = dict(GLYPHS)

    def arguments(self, rest):
        """Arguments of a macro, strings and registers put in."""
        return split(self.interpolate(rest))

    def interpolate(self, text, depth=0):
        """Replaces strings and number registers, and ends at a comment."""
        if "\\" not in text:
            return text
        out = []
        at = 0
        while True:
            back = text.find("\\", at)
            if back < 0 or back + 1 >= len(text):
                out.append(text[at:])
                break
            out.append(text[at:back])
            kind = text[back + 1]
            if kind in "\"#":
                break
            if kind == "*":
                name, at = argument(text, back + 2)
                value = self.strings.get(name.split(" ")[0], "")
                if depth < MAX_STRING_DEPTH:
                    value = self.interpolate(value, depth + 1)
                out.append(value)
            elif kind == "n":
                start = back + 2
                if text[start:start + 1] in ("+", "-"):
                    start += 1
                name, at = argument(text, start)
                out.append(str(self.registers.get(name, 0)))
            else:
                out.append(text[back:back + 2])
                at = back + 2
        return "".join(out)

    def glyph(self, name):
        """The special character of that name; nothing where there is none."""
        if name in self.glyphs:
            return self.glyphs[name]
        found = re.match(r"u([0-9A-Fa-f]{4,6})(?:_([0-9A-Fa-f]{4}))?$", name)
        if found:
            try:
                return "".join(chr(int(code, 16)) for code in found.groups() if code)
            except ValueError:
                return ""
        found = re.match(r"char(\d{1,3})$", name)
        if found:
            return chr(int(found.group(1)))
        if len(name) == 2 and name[0] in ACCENTS and name[1].isalpha():
            return unicodedata.normalize("NFC", name[1] + ACCENTS[name[0]])
        return name if len(name) == 1 else ""

    def shown(self, text):
        """The text of an input line, all escapes replaced."""
        text = self.interpolate(text)
        if "\\" not in text:
            return text
        out = []
        at = 0
        while True:
            back = text.find("\\", at)
            if back < 0:
                out.append(text[at:])
                break
            out.append(text[at:back])
            if back + 1 >= len(text):
                break
            piece, at = self.escape(text[back + 1], text, back + 2)
            out.append(piece)
        return "".join(out)

    def escape(self, kind, text, at):
        """What the escape of that kind shows, and where it ends; its argument
        begins at text[at]."""
        if kind in "fgkFmMYV$":
            return "", argument(text, at)[1]
        if kind == "(":
            return self.glyph(text[at:at + 2]), at + 2
        if kind == "[":
            end = text.find("]", at)
            return ("", at) if end < 0 else (self.glyph(text[at:end]), end + 1)
        if kind == "s":
            return "", after_size(text, at)
        if kind in "wCNo" or (kind in "hvxlLDXRAbBSZ" and text[at:at + 1] not in ("", " ")):
            value, at = quoted(text, at)
            return self.quoting_escape(kind, value), at
        if kind == "c":
            return NOJOIN, len(text)
        return self.plain_escape(kind), at

    def quoting_escape(self, kind, value):
        """What an escape with an argument in quotes shows."""
        if kind == "Z":     # prints without moving on
            return self.shown(value)
        if kind == "w":
            return str(CHARACTER_WIDTH * len(self.shown(value)))
        if kind == "C":
            return self.glyph(value)
        if kind == "N":
            if value.isdigit() and 32 <= int(value) < 0x110000:
                return chr(int(value))
        elif kind == "o":
            return self.shown(value)[:1]
        return ""

    def plain_escape(self, kind):
        """What an escape without an argument shows."""
        if kind in "e\\":
            return "\\"
        if kind == "t":
            return "\t"
        if kind in " ~0":
            return SPACE
        if kind in "&|^%:/,)!?{}udraPp\nEz" or kind == NOJOIN:
            return ""
        return kind
