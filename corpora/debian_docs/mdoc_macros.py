# SPDX-License-Identifier: Apache-2.0
#
# The macros of mdoc(7) pages that begin a line: sections, lists, displays, references.
# What is along the line: mdoc_line.py.  Each writes to the output of its page.

import re

from .mdoc_line import MdocLine, words_of
from .mdoc_symbols import SYNOPSIS
from .troff_output import NOJOIN
from .white_space import CELL, PARA

BULLETS = {"-bullet": "• ", "-dash": "- ", "-hyphen": "- "}
# Macros that begin a line of their own in a synopsis
SYNOPSIS_LINES = ("Nm", "Ft", "Cd", "In")


def attach(text, more):
    """Two pieces of one line, a space between them unless the first forbids it."""
    if not text or not more or text.endswith(NOJOIN):
        return text.rstrip(NOJOIN) + more
    return text + " " + more


class MdocMacros:
    """The mdoc macros of one page."""

    def __init__(self, page):
        self.page = page
        self.escapes = page.escapes
        self.name = ""           # what .Nm stands for
        self.lists = []          # kinds of the open .Bl
        self.fill_outside = []   # fill modes around the open .Bd
        self.synopsis = False    # within the synopsis
        self.blocks = {"Sh": self.section, "Ss": self.heading,
                       "Bl": self.begin_list, "El": self.end_list, "It": self.item,
                       "Bd": self.begin_display, "Ed": self.end_display,
                       "D1": self.display_line, "Dl": self.display_line,
                       "Rs": self.reference, "Re": self.nothing,
                       "Nd": self.description, "Fo": self.function,
                       "Fd": self.directive}

    def run(self, name, rest, lines):
        """Carries out a macro that begins a line."""
        rest = self.escapes.interpolate(rest)
        if name in self.blocks:
            self.blocks[name](rest, lines)
            return
        if self.synopsis and name in SYNOPSIS_LINES:
            self.page.output.line_break()
        text = MdocLine([(name, False)] + words_of(rest), self, self.escapes).text()
        if text:
            self.page.output.emit(text)

    def inline(self, rest):
        return MdocLine(words_of(rest), self, self.escapes).text()

    def section(self, rest, lines):
        self.synopsis = self.heading(rest, lines) in SYNOPSIS

    def heading(self, rest, lines):
        output = self.page.output
        output.fill = True
        output.pieces.append(PARA)
        title = self.inline(rest)
        output.emit(title)
        output.line_break()
        return title

    # -- lists -------------------------------------------------------------

    def begin_list(self, rest, lines):
        self.lists.append(rest.split()[0] if rest.split() else "-tag")
        self.page.output.line_break()

    def end_list(self, rest, lines):
        if self.lists:
            self.lists.pop()
        self.page.output.paragraph()

    def item(self, rest, lines):
        output = self.page.output
        kind = self.lists[-1] if self.lists else "-tag"
        output.pieces.append(PARA)
        if kind in BULLETS:
            output.pieces.append(BULLETS[kind])
        elif kind == "-column":
            cells = re.split(r"\t| Ta ", rest)
            output.pieces.append(CELL.join(map(self.inline, cells)) + "\n")
        elif rest:
            text = self.inline(rest)
            if re.search(r"(^|\s)Xo(\s|$)", rest):
                text = self.long_tag(text, lines)
            output.emit(text)
            output.line_break()

    def long_tag(self, text, lines):
        """.It Xo ... .Xc: the tag goes on over the following lines."""
        while lines:
            line = lines.popleft()
            if re.match(r"\.\s*Xc", line):
                return attach(text, self.inline(line[1:].strip()[2:]))
            if line.startswith("."):
                body = line[1:].strip()
                if body.startswith("\\\""):
                    continue
                text = attach(text, self.inline(body))
            else:
                text = attach(text, self.escapes.shown(line))
            if line.rstrip().endswith(" Xc"):
                break
        return text

    # -- displays ----------------------------------------------------------

    def begin_display(self, rest, lines):
        output = self.page.output
        output.line_break()
        self.fill_outside.append(output.fill)
        if "-literal" in rest or "-unfilled" in rest:
            output.fill = False

    def end_display(self, rest, lines):
        output = self.page.output
        output.fill = self.fill_outside.pop() if self.fill_outside else True
        output.line_break()

    def display_line(self, rest, lines):
        self.line(self.inline(rest))

    def directive(self, rest, lines):
        """.Fd: a line of the preprocessor, such as #include."""
        self.line(self.escapes.shown(rest))

    def line(self, text):
        output = self.page.output
        output.line_break()
        output.emit(text)
        output.line_break()

    # -- names and references ----------------------------------------------

    def description(self, rest, lines):
        """.Nd: what the page is about, after its name."""
        self.page.output.emit("- " + self.inline(rest))

    def function(self, rest, lines):
        """.Fo ... .Fc: a function with a parameter a line."""
        parameters = []
        for line in self.page.until("Fc", lines):
            found = re.match(r"\.\s*Fa\s+(.*)", line)
            if found:
                parameters += [self.escapes.shown(word)
                               for word, _ in words_of(found.group(1))]
        self.page.output.emit(self.escapes.shown(rest.partition(" ")[0])
                              + "(" + ", ".join(parameters) + ")")

    def reference(self, rest, lines):
        """.Rs ... .Re: author, title and so on, each in a line %A, %T, ..."""
        output = self.page.output
        output.line_break()
        taken = []
        for line in self.page.until("Re", lines):
            found = re.match(r"\.\s*%([A-Z])\s+(.*)", line)
            if found:
                taken.append(self.inline(self.escapes.interpolate(found.group(2))))
        if taken:
            output.emit(", ".join(taken) + ".")
        output.line_break()

    def nothing(self, rest, lines):
        """.Re without .Rs"""
