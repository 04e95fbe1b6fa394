# SPDX-License-Identifier: Apache-2.0
#
# Tables of tbl(1) in man pages: a line a row, tabs between the cells.  What is in a
# block cell, or between rows, is read by the page (troff_page.py).

import collections
import re

from .troff_output import NOJOIN
from .white_space import LINE, PARA, TAB

RULES = ("_", "=", "\\_", "\\=", "\\^")     # cells that are lines or go on from above


def skip_format(queue):
    """Takes off the format lines of a table; the last one ends in a dot."""
    while queue:
        if queue.popleft().rstrip().endswith("."):
            break


def options_of(queue):
    """Takes off the line of options; returns the cell separator."""
    if queue and queue[0].rstrip().endswith(";"):
        found = re.search(r"tab\s*\((.)\)", queue.popleft())
        if found:
            return found.group(1)
    return "\t"


def block_of(queue):
    """The lines of a cell between T{ and T}, and what follows the latter."""
    block = []
    while queue:
        line = queue.popleft()
        if line.startswith("T}"):
            return block, line[2:]
        block.append(line)
    return block, ""


def row_of(line, queue, separator):
    """The cells of a row: strings, and lists of lines for block cells."""
    row = []
    while True:
        *before, last = line.split(separator)
        row += before
        if not last.endswith("T{") and last.strip() != "T{":
            row.append(last)
            return row
        block, rest = block_of(queue)
        row.append(block)
        if not rest.startswith(separator):
            return row
        line = rest[len(separator):]


def cell_text(cell, page):
    if isinstance(cell, list):
        return page.nested(cell)
    if cell.strip() in RULES:
        return ""
    return page.escapes.shown(cell).strip().rstrip(NOJOIN)


def row_text(row, page):
    shown = [cell_text(cell, page) for cell in row]
    while shown and not shown[-1]:
        shown.pop()
    return TAB.join(part.replace("\t", " ") for part in shown)


def request_in_table(line, queue, page):
    """A line between rows that begins with a dot."""
    body = line[1:].lstrip(" \t")
    if body.startswith("T&"):
        skip_format(queue)
    elif not re.match(r"(br|sp|SP|PP|P)\b", body):
        text = page.nested([line])
        if text:
            page.output.pieces.append(text + LINE)


def table(lines, page):
    """Puts the table in these lines, those between .TS and .TE, into the page."""
    page.output.pieces.append(PARA)
    queue = collections.deque(lines)
    separator = options_of(queue)
    skip_format(queue)
    while queue:
        line = queue.popleft()
        if line.startswith((".", "'")) and not re.match(r"\.\d", line):
            request_in_table(line, queue, page)
        elif not re.match(r"[_=]$", line.strip()):
            row = row_of(line, queue, separator)
            page.output.pieces.append(row_text(row, page) + LINE)
    page.output.pieces.append(PARA)
