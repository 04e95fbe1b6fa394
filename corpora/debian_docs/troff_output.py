# SPDX-License-Identifier: Apache-2.0
#
# What a man page has put out so far: pieces of text and the marks of white_space.py,
# filled or line by line.  All macro sets write through it.

from .japanese import RE_LETTER
from .white_space import LINE, PARA, SPACE, flow

NOJOIN = "\x06"          # ends a line whose successor follows without a space


class Output:
    """The text of a page, or of a table cell, as it is put together."""

    def __init__(self):
        self.pieces = []
        self.fill = True
        self.pending = None      # what the next text line is: tag, head

    def emit(self, text):
        """Adds one line of output text."""
        if not self.fill:
            text = text.replace(" ", SPACE).replace("\t", SPACE * 8)
        if text.endswith(NOJOIN):
            self.pieces.append(text[:-1])
        else:
            self.pieces.append(text + ("\n" if self.fill else LINE))
        if self.pending == "tag":
            # A bullet or a number stands on the line of its text, a tag on its own.
            bullet = len(text.strip()) <= 3 and not RE_LETTER.search(text)
            self.pieces.append(" " if bullet else LINE)
        elif self.pending == "head":
            self.pieces.append(LINE)
        self.pending = None

    def paragraph(self):
        if self.pending != "head":
            self.pending = None
        self.pieces.append(PARA)

    def line_break(self):
        if not self.pieces or not self.pieces[-1].endswith((LINE, PARA)):
            self.pieces.append(LINE)

    def text(self):
        return flow(self.pieces)
