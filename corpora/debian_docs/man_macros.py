# SPDX-License-Identifier: Apache-2.0
#
# The macros of man(7) pages, with those of Pod::Man, an-ext and the like.  Each writes
# to the output of its page (troff_output.py).

from .white_space import LINE, PARA

HEADINGS = frozenset("SH SS Ss sh".split())
PARAGRAPH = frozenset("PP P LP Pp Lp LI sp SP Sp HD He".split())
BREAK = frozenset("br RS RE HP LINE".split())
FILL_OFF = frozenset("nf EX Vb CS DS NF Ex Ds".split())
FILL_ON = frozenset("fi EE Ve CE DE FI Ee De".split())
FONT_MACROS = frozenset("B I R SM SB C CW BS FB".split())
ALTERNATING = frozenset("BI BR IB IR RB RI BIR".split())
LINKS = frozenset("URL MTO MAILTO LINKS FTP".split())
WORDS = FONT_MACROS | ALTERNATING | LINKS | frozenset("UR MT UE ME OP".split())


class ManMacros:
    """The man macros of one page."""

    def __init__(self, page):
        self.page = page
        self.escapes = page.escapes
        self.url = None          # of the link that .UR or .MT began

    def run(self, name, rest):
        """Carries out a macro.  False when name is none of these."""
        return self.layout(name, rest) or self.words(name, rest)

    def layout(self, name, rest):
        """Headings, paragraphs, tags and displays."""
        output = self.page.output
        if name in HEADINGS:
            self.heading(rest)
        elif name in PARAGRAPH:
            if output.fill or name != "sp":
                output.paragraph()
            else:
                output.pieces.append(LINE)
        elif name in ("TP", "Tp"):
            output.pieces.append(PARA)
            output.pending = "tag"
        elif name == "TQ":
            output.line_break()
            output.pending = "tag"
        elif name in ("IP", "TT"):
            self.indented(rest)
        elif name in BREAK:
            output.line_break()
        elif name in FILL_OFF:
            output.line_break()
            output.fill = False
        elif name in FILL_ON:
            output.line_break()
            output.fill = True
        else:
            return False
        return True

    def heading(self, rest):
        output = self.page.output
        output.fill = True
        output.pending = None
        output.pieces.append(PARA)
        text = " ".join(self.escapes.arguments(rest))
        if text:
            output.emit(self.escapes.shown(text))
            output.line_break()
        else:
            output.pending = "head"

    def indented(self, rest):
        """.IP: a paragraph, its tag given as argument."""
        output = self.page.output
        args = self.escapes.arguments(rest)
        output.pieces.append(PARA)
        output.pending = None
        tag = self.escapes.shown(args[0]).strip() if args else ""
        if tag:
            output.pending = "tag"
            fill, output.fill = output.fill, True
            output.emit(tag)
            output.fill = fill

    def words(self, name, rest):
        """Words in a font, links and options."""
        emit, shown = self.page.output.emit, self.escapes.shown
        if name == "nop":
            emit(shown(rest))
            return True
        if name not in WORDS:
            return False
        args = self.escapes.arguments(rest)
        if name in FONT_MACROS:
            if args:
                emit(shown(" ".join(args)))
        elif name in ALTERNATING:
            if args:
                emit(shown("".join(args)))
        elif name in ("UR", "MT"):
            self.url = shown(args[0]) if args else ""
        elif name in ("UE", "ME"):
            if self.url:
                emit("<" + self.url + ">" + shown("".join(args)))
            self.url = None
        elif name in LINKS:
            self.link([shown(arg) for arg in args])
        else:
            emit(shown("[" + " ".join(args) + "]"))
        return True

    def link(self, args):
        """.URL and its like: address, text and what follows at once."""
        if args:
            link = "<" + args[0] + ">"
            if len(args) > 1 and args[1]:
                link = args[1] + " " + link
            self.page.output.emit(link + "".join(args[2:]))
