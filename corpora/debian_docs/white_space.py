# SPDX-License-Identifier: Apache-2.0
#
# White space: cleans what is read, and joins pieces of running text and private marks
# into paragraphs, lines and table rows.  Knows which letters go without spaces (japanese.py).

import re

from .japanese import WIDE

RE_NEWLINE_RUN = re.compile("[ \t]*\n[ \t\n]*")
RE_WIDE_NEWLINE = re.compile("(?<=[%s])\n(?=[%s])" % (WIDE, WIDE))
RE_BLANKS = re.compile("[ \t\n]+")
RE_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")

# Private marks used while a text is put together; RE_CONTROL takes them out
# of the input beforehand.
PARA, LINE, SPACE, TAB = "\x01", "\x02", "\x03", "\x04"
CELL, ROW = "\x05", "\x0e"     # start of a table cell; start or end of a row
RE_ROW_EDGE = re.compile("[\x01\x02\x05 ]*\x0e[\x01\x02\x05\x0e ]*")
RE_CELL = re.compile("[\x01\x02 ]*\x05[\x01\x02\x05 ]*")


def flow(pieces):
    """Joins pieces of running text and the marks above into the final text."""
    text = "".join(pieces)
    # In running text a newline between two wide letters is nothing at all,
    # any other run of white space is one space.
    text = RE_NEWLINE_RUN.sub("\n", text)
    text = RE_WIDE_NEWLINE.sub("", text)
    text = RE_BLANKS.sub(" ", text)
    # No white space at the edges of lines; at most one empty line.
    text = RE_ROW_EDGE.sub(ROW, text)
    text = RE_CELL.sub(TAB, text)
    text = text.replace(ROW, LINE)
    text = re.sub("[ \x03\x04]*([\x01\x02]) *", r"\1", text)
    text = re.sub("[\x01\x02]*\x01[\x01\x02]*|\x02{3,}", "\n\n", text)
    text = text.replace(LINE, "\n").replace(SPACE, " ").replace(TAB, "\t")
    return text.strip(" \t\n")


def clean(text):
    """Line ends, no-break spaces and control characters of an input file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = text.replace("\u00a0", " ").replace("\u00ad", "")
    return RE_CONTROL.sub("", text)


def plain_text(text):
    """A plain text file: its own lines, without blanks at their ends."""
    text = clean(text).expandtabs()
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", text).strip("\n")
