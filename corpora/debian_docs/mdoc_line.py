# SPDX-License-Identifier: Apache-2.0
#
# One line of mdoc(7), along which macros may call each other: its words, the enclosures
# around them and the spaces between.  Tables of the macros: mdoc_symbols.py.

import re

from .mdoc_symbols import (CLOSERS, MDOC_CALLABLE, MDOC_CLOSE, MDOC_OPEN, MDOC_QUOTES,
                           MDOC_STANDARDS, MDOC_SYSTEMS, OPENERS)
from .troff_output import NOJOIN

RE_WORD = re.compile(r'"((?:[^"]|"")*)"?|((?:\\.|[^ \t])+)')
# Macros that stand for a fixed text
PHRASES = {"Nd": "-", "Bt": "is currently in beta test.",
           "Ud": "currently under development."}
# Macros of which, along a line, only the arguments are shown
SILENT = frozenset("Xo Xc Ta Eo Ec Fo Fc Ex Rv".split())


def words_of(rest):
    """Arguments as (word, quoted); a quoted one is never a macro name."""
    words = []
    for found in RE_WORD.finditer(rest):
        if found.group(2) is None:
            words.append((found.group(1).replace('""', '"'), True))
        else:
            words.append((found.group(2), False))
    return words


class MdocLine:
    """The words of a line on their way to its text.  names.name is what .Nm
    stands for: the line may use it or set it."""

    def __init__(self, words, names, escapes):
        self.words = words
        self.names = names
        self.shown = escapes.shown
        self.at = 0             # the next word
        self.out = []           # (text, glue): glue = no space before it
        self.glue_next = False
        self.closing = []       # enclosures that end with the line
        self.current = None     # the macro whose arguments are read
        self.taken = 0          # how many it has had

    def text(self):
        while self.at < len(self.words):
            word, quoted = self.words[self.at]
            self.at += 1
            if not quoted and word in MDOC_CALLABLE:
                self.macro(word)
                continue
            text = self.shown(word)
            if not quoted and text in CLOSERS:
                self.closer(text)
            elif not quoted and text in OPENERS:
                self.put(text)
                self.glue_next = True
            else:
                self.argument(text, quoted)
        self.finish()
        self.close_all()
        return self.joined()

    def put(self, text, glue=False):
        self.out.append((text, glue or self.glue_next))
        self.glue_next = False

    def joined(self):
        line = ""
        for text, glue in self.out:
            apart = line and not glue and not line.endswith(NOJOIN)
            line += " " + text if apart else text
        if self.glue_next and self.words:
            # a trailing Ns or opening enclosure: the next line follows at once
            line += NOJOIN
        return line.replace(NOJOIN, "") + (NOJOIN if line.endswith(NOJOIN) else "")

    def close_all(self):
        while self.closing:
            self.put(self.closing.pop(), True)

    def finish(self):
        """The current macro ends; some show something without arguments too."""
        if self.taken:
            return
        if self.current == "Fl":
            self.put("-")
        elif self.current == "Ar":
            self.put("file ...")
        elif self.current == "Nm" and self.names.name:
            self.put(self.names.name)
        elif self.current in MDOC_SYSTEMS:
            self.put(MDOC_SYSTEMS[self.current])

    def macro(self, word):
        """A macro begins.  It is the current one if it waits for arguments."""
        self.finish()
        self.current, self.taken = None, 0
        if word in MDOC_QUOTES:
            before, after = MDOC_QUOTES[word]
            self.put(before)
            self.glue_next = True
            self.closing.append(after)
        elif word in MDOC_OPEN:
            self.put(MDOC_OPEN[word])
            self.glue_next = True
        elif word in MDOC_CLOSE:
            self.put(MDOC_CLOSE[word], True)
        elif word in PHRASES:
            self.put(PHRASES[word])
        elif word == "Ns":
            self.glue_next = True
        elif word == "Ap":
            self.put("'", True)
            self.glue_next = True
        elif word in ("Pf", "Xr", "In", "Fn"):
            self.leading_argument(word)
        elif word == "St" and self.at < len(self.words):
            name = self.next_word()
            self.put(MDOC_STANDARDS.get(name, name.lstrip("-")))
        elif word not in SILENT:
            self.current = word

    def next_word(self):
        word = self.words[self.at][0]
        self.at += 1
        return word

    def leading_argument(self, word):
        """Macros that take what follows as it is, macro names too."""
        if self.at < len(self.words):
            text = self.shown(self.next_word())
            if word == "Pf":
                self.put(text)
            elif word == "In":
                self.put("<" + text + ">")
            elif word == "Xr":
                self.put(text + self.section())
            else:
                self.put(text + "(" + ", ".join(self.parameters()) + ")")
        if word == "Pf":
            self.glue_next = True

    def section(self):
        """The section of a reference to another page, in parentheses."""
        if self.at < len(self.words) and re.match(r"[0-9n]\w*$", self.words[self.at][0]):
            return "(" + self.next_word() + ")"
        return ""

    def parameters(self):
        """The parameters of a function, up to punctuation or a macro."""
        texts = []
        while self.at < len(self.words):
            word, quoted = self.words[self.at]
            if word in CLOSERS or (word in MDOC_CALLABLE and not quoted):
                break
            texts.append(self.shown(self.next_word()))
        return texts

    def closer(self, text):
        """Closing punctuation: no space before it."""
        if self.current is not None and self.taken == 0:
            self.finish()
            self.current = None
        # Punctuation at the end of the line goes behind a quotation.
        if all(word in CLOSERS and not quoted for word, quoted in self.words[self.at:]):
            self.close_all()
        self.put(text, True)

    def argument(self, text, quoted):
        """An argument of the current macro, or a word of its own."""
        self.taken += 1
        if self.current == "Fl":
            self.put("-" + text)
        elif self.current in MDOC_SYSTEMS:
            self.put(self.release(text))
            self.current = None
        elif self.current == "Nm":
            if not self.names.name:
                self.names.name = text
            self.put(text)
        elif self.current == "Mt" or (self.current == "Lk" and self.taken == 1):
            self.put("<" + text + ">")
        elif text or quoted:
            self.put(text)

    def release(self, version):
        """An operating system with its version."""
        if self.current == "Bx":
            return version + "BSD"
        return MDOC_SYSTEMS[self.current] + " " + version
