# SPDX-License-Identifier: Apache-2.0
#
# Reads a man page: lines of text and the requests of troff, which define, expand and
# choose.  The macro sets are in man_macros.py and mdoc_macros.py, tables in table.py.

import collections
import re

from .japanese import RE_LETTER
from .man_macros import ManMacros
from .mdoc_macros import MdocMacros
from .mdoc_symbols import MDOC_CALLABLE, MDOC_MACROS
from .table import table
from .troff_escapes import Escapes
from .troff_expression import condition, number
from .troff_output import NOJOIN, Output
from .white_space import LINE, clean

# Blocks of the preprocessors whose pictures and formulas are not text
BLOCKS = {"EQ": "EN", "PS": "PE", "GS": "GE", "cstart": "cend"}
# A page that only points to another one
RE_SO = re.compile(r"(?:\s*[.']\s*\\\".*\n)*\s*\.so\s+\S+\s*(?:\n|$)")


class ManPage:
    """A light troff: macros, strings and conditionals are followed, looks are
    not.  Enough for the man(7), mdoc(7) and Pod pages in Debian."""

    MAX_EXPANSIONS = 20000

    def __init__(self, text):
        self.source = text
        self.escapes = Escapes()
        self.output = Output()
        self.macros = {}         # those the page itself defines: their lines
        self.man = ManMacros(self)
        self.mdoc = MdocMacros(self)
        self.is_mdoc = False
        self.expansions = 0
        self.else_true = []      # for each open .ie: whether its .el holds
        self.requests = {}
        for names, method in (
                ("if", self.if_request), ("ie", self.ie_request),
                ("el", self.el_request), ("while", self.while_request),
                ("de de1 dei", self.define), ("am am1 ami", self.define_more),
                ("ig", self.ignore), ("ds ds1 as as1", self.define_string),
                ("nr", self.set_register), ("tr", self.translate),
                ("als rn", self.rename), ("TS", self.table_request),
                (" ".join(BLOCKS), self.skip_picture)):
            self.requests.update(dict.fromkeys(names.split(), method))

    # -- reading -----------------------------------------------------------

    def render(self):
        """The text of the page."""
        joined = collections.deque()
        carry = ""
        for line in self.source.split("\n"):
            line = carry + line
            carry = ""
            if line.endswith("\\") and not line.endswith("\\\\"):
                carry = line[:-1]
            else:
                joined.append(line)
        if carry:
            joined.append(carry)
        self.process(joined)
        return self.output.text().replace(NOJOIN, "")

    def process(self, lines):
        while lines:
            line = lines.popleft()
            if line[:1] in (".", "'"):
                body = line[1:].lstrip(" \t")
                if body:
                    self.request(body, lines)
            else:
                self.text_line(line)

    def nested(self, lines):
        """The text of lines in a table, as one line."""
        outside, self.output = self.output, Output()
        self.process(collections.deque(lines))
        text = self.output.text()
        self.output = outside
        return re.sub(r"\s*\n\s*", " ", text)

    def text_line(self, line):
        output = self.output
        shown = self.escapes.shown(line)
        if shown.strip(" \t"):
            if output.fill and shown[0] in " \t":
                output.line_break()
            output.emit(shown)
        elif not line.strip(" \t") and output.fill:
            output.paragraph()
        elif not output.fill and (shown or not line.strip(" \t")):
            output.pieces.append(LINE)
        # A line that held only a comment or a \} is nothing.

    def until(self, end, lines):
        """Takes off the lines up to the request of that name, and that too."""
        taken = []
        while lines:
            line = lines.popleft()
            body = line[1:].lstrip(" \t")
            if line[:1] in (".", "'") and (body == end or body.startswith(end + " ")
                                           or (end == "." and body.startswith("."))):
                break
            taken.append(line)
        return taken

    def request(self, body, lines):
        """A request or macro, and how it is found: troff's own, those of the
        page's macro set, those it defines.  One that is none of these is about
        looks and leaves no text."""
        if body.startswith("\\"):
            if body[1:2] in ("\"", "#", "}"):
                if body.startswith("\\}") and body[2:].strip():
                    rest = body[2:].lstrip(" \t")
                    lines.appendleft(rest if rest[:1] in ".'" else "." + rest)
                return
        found = re.match(r"([^ \t\\]+|\\.)", body)
        name = found.group(1) if found else body
        rest = body[len(name):].lstrip(" \t")
        if name in self.requests:
            self.requests[name](name, rest, lines)
            return
        if name in ("Dd", "Sh"):
            self.is_mdoc = True
        if self.is_mdoc and name in MDOC_MACROS:
            self.mdoc.run(name, rest, lines)
        elif self.man.run(name, rest):
            pass
        elif name in self.macros:
            self.call(name, rest, lines)
        elif name in MDOC_CALLABLE:
            self.mdoc.run(name, rest, lines)
        elif RE_LETTER.match(name):
            # no macro at all: a line of text that happens to begin with a dot
            self.output.emit(self.escapes.shown(body))

    # -- conditionals ------------------------------------------------------

    def if_request(self, name, rest, lines):
        truth, rest = condition(rest, self.escapes, self.macros)
        self.conditional(truth, rest, lines)

    def ie_request(self, name, rest, lines):
        truth, rest = condition(rest, self.escapes, self.macros)
        self.else_true.append(not truth)
        self.conditional(truth, rest, lines)

    def el_request(self, name, rest, lines):
        truth = self.else_true.pop() if self.else_true else False
        self.conditional(truth, rest, lines)

    def while_request(self, name, rest, lines):
        """Loops are not run: what they would show, call() does."""
        _, rest = condition(rest, self.escapes, self.macros)
        self.conditional(False, rest, lines)

    def conditional(self, truth, rest, lines):
        """The one-line or \\{ \\} body of a conditional: taken or left out."""
        if truth:
            rest = rest.lstrip(" \t")
            while rest.startswith("\\{"):
                rest = rest[2:].lstrip(" \t")
            if rest:
                lines.appendleft(rest)
            return
        depth = rest.count("\\{") - rest.count("\\}")
        while depth > 0 and lines:
            line = lines.popleft()
            depth += line.count("\\{") - line.count("\\}")

    # -- definitions -------------------------------------------------------

    def define(self, name, rest, lines):
        args, taken = self.definition(rest, lines)
        if args:
            self.macros[args[0]] = taken

    def define_more(self, name, rest, lines):
        args, taken = self.definition(rest, lines)
        if args:
            self.macros[args[0]] = self.macros.get(args[0], []) + taken

    def definition(self, rest, lines):
        """The arguments and the lines of a macro definition."""
        args = self.escapes.interpolate(rest).split()
        return args, self.until(args[1] if len(args) > 1 else ".", lines)

    def ignore(self, name, rest, lines):
        args = rest.split()
        self.until(args[0] if args and not args[0].startswith("\\") else ".", lines)

    def define_string(self, name, rest, lines):
        key, _, value = rest.partition(" ")
        value = value.lstrip(" ")
        value = re.sub(r'[ \t]*(?<!\\)\\".*', "", value)
        if value.startswith('"'):
            value = value[1:]
        if name.startswith("as"):
            value = self.escapes.strings.get(key, "") + value
        self.escapes.strings[key] = value

    def set_register(self, name, rest, lines):
        args = self.escapes.interpolate(rest).split()
        if len(args) < 2:
            return
        value = number(args[1].lstrip("+-"), self.escapes)
        old = self.escapes.registers.get(args[0], 0)
        if args[1][0] == "+":
            value = old + value
        elif args[1][0] == "-":
            value = old - value
        self.escapes.registers[args[0]] = value

    def translate(self, name, rest, lines):
        # only "special character -> letter" pairs, as Pod::Man writes
        for glyph, to in re.findall(r"\\\((..)(\\\(..|\\.|.)", rest):
            self.escapes.glyphs[glyph] = self.escapes.shown(to)

    def rename(self, name, rest, lines):
        args = rest.split()
        if len(args) == 2:
            new, old = args if name == "als" else args[::-1]
            if old in self.macros:
                self.macros[new] = self.macros[old]

    # -- blocks and calls --------------------------------------------------

    def table_request(self, name, rest, lines):
        table(self.until("TE", lines), self)

    def skip_picture(self, name, rest, lines):
        self.until(BLOCKS[name], lines)

    def call(self, name, rest, lines):
        """Expands a macro that the page itself defines."""
        body = self.macros[name]
        args = self.escapes.arguments(rest)
        self.expansions += 1
        if any(re.match(r"[.'][ \t]*(while|shift)\b", line) for line in body):
            # Loops over the arguments: what they show is the arguments.
            if args:
                lines.appendleft("\\&" + " ".join(args))
            return
        if self.expansions > self.MAX_EXPANSIONS:
            return

        def argument(found):
            text = found.group(1)
            if text in "*@":
                return " ".join(args)
            place = int(text)
            if place == 0:
                return name
            return args[place - 1] if place <= len(args) else ""

        for line in reversed(body):
            line = re.sub(r"\\\\\$([0-9*@])", argument, line)
            line = re.sub(r"\\\$([0-9*@])", argument, line)
            line = line.replace("\\\\", "\\")
            if line.startswith(("." + name + " ", "'" + name + " ")) or \
                    line[1:] == name:
                continue
            lines.appendleft(line)


def is_redirection(text):
    return RE_SO.fullmatch(text) is not None


def man_text(text):
    """The text of a man page, given its decoded source."""
    return ManPage(clean(text)).render()
