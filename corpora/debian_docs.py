# SPDX-License-Identifier: Apache-2.0
#
# Extractor of the corpus recipe "debian-docs": reads unpacked Debian packages
# with Japanese documentation (HTML, man pages, plain text) and writes one JSON
# record a line.  Started by corpora/debian-docs; Python 3 standard library only.

import argparse
import collections
import gzip
import hashlib
import html.parser
import json
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import unicodedata

# Goes up whenever the extracted text changes, so that a corpus made by an
# older recipe is not taken for an up-to-date one.
RECIPE_REVISION = 1

MIN_CHARS = 20          # shorter texts are index, search and redirect pages
MIN_KANA = 10           # fewer kana than this: not a Japanese text
MIN_JAPANESE = 0.10     # ... nor one with a smaller share of Japanese letters
MB = 1000 * 1000


# ---------------------------------------------------------------------------
# Japanese text
# ---------------------------------------------------------------------------

# Letters and marks that are written without spaces between them: CJK marks,
# kana, ideographs, full-width and half-width forms.
WIDE = ("\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
        "\uff01-\uffef\U00020000-\U0003ffff")
RE_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
RE_LETTER = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf"
                       "\u4e00-\u9fff\uff66-\uff9f\U00020000-\U0003ffff]")
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


def is_japanese(text):
    letters = len(RE_LETTER.findall(text))
    solid = len(text) - sum(map(text.count, " \t\n\u3000"))
    return (letters >= MIN_JAPANESE * solid
            and len(RE_KANA.findall(text)) >= MIN_KANA)


# ---------------------------------------------------------------------------
# Character sets
# ---------------------------------------------------------------------------

RE_DECLARED = re.compile(
    rb"""(?:charset\s*=|<\?xml[^>]*encoding\s*=|coding[:=])\s*["']?\s*([A-Za-z0-9_.:-]+)""")
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8",
            "euc-jp": "euc_jp", "eucjp": "euc_jp", "euc_jp": "euc_jp",
            "x-euc-jp": "euc_jp", "ujis": "euc_jp",
            "iso-2022-jp": "iso2022_jp", "shift_jis": "cp932",
            "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
            "iso-8859-1": "latin-1", "iso8859-1": "latin-1",
            "windows-1252": "cp1252"}


def decode(data):
    """bytes -> str by declaration, else UTF-8, ISO-2022-JP or EUC-JP; always
    strictly.  None when the bytes are none of these."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    tries = []
    found = RE_DECLARED.search(data[:4096])
    if found:
        declared = CHARSETS.get(found.group(1).decode("ascii").lower())
        # A Latin declaration is believed only after the Japanese guesses.
        if declared and declared not in ("latin-1", "cp1252"):
            tries.append(declared)
    if b"\x1b$" in data:
        tries.append("iso2022_jp")
    tries += ["utf-8", "euc_jp"]
    for name in tries:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            pass
    return None


# ---------------------------------------------------------------------------
# HTML
# ---------------------------------------------------------------------------

VOID = frozenset("area base br col embed hr img input link meta param source "
                 "track wbr basefont frame isindex keygen".split())
PARA_TAGS = frozenset("p h1 h2 h3 h4 h5 h6 pre table ul ol dl blockquote "
                      "article section figure fieldset details address body "
                      "center dir menu xmp listing".split())
LINE_TAGS = frozenset("div li dt dd caption figcaption legend summary main "
                      "thead tbody tfoot header aside option".split())
PRE_TAGS = frozenset("pre xmp listing textarea".split())
DROP_TAGS = frozenset("script style head nav noscript iframe object svg math "
                      "button select template footer rt rp applet map audio "
                      "video".split())
# Parts of a page that are not its text, by class or id: what the manual
# generators seen in Debian put around it (DocBook, Publican, Sphinx,
# Asciidoctor, texi2html, SiSU, mdBook, the Apache and LibreOffice styles).
DROP_MARKS = frozenset((
    "navheader navfooter docnav sphinxsidebar related headerlink permalink "
    "toc contents-treeview tocframe nav_table nav footer footer_version "
    "footer_report languages toplang bottomlang up top path page-header "
    "quickview lang-toggle nav-chapters sidebar-nav mobile-nav-chapters "
    "footer-text backtotop TopLeftHeader DonationFrame SearchFrame DEBUG "
    "searchbox bd-toc bd-sidebar bd-search prev-next-area highlighting-settings "
    "menu MAC indexterm longdesc-link reportbug language_switcher_placeholder "
    "doc-backlink noteicon outofdate menu-bar theme-list linenos "
    "list-of-figures list-of-tables list-of-examples toctree-wrapper lnkocn "
    "tiny tiny_left"
    ).split())
# Of a table of contents only these tags are meant: <h2 class="toc"> is not.
DROP_MARKS_TAGS = {"toc": ("div", "ul", "ol", "dl", "table", "nav"),
                   "top": ("div", "p", "ul", "table"),
                   "up": ("div", "p"),
                   "path": ("div",),
                   "nav": ("div", "ul", "table", "p", "nav"),
                   "footer": ("div", "p", "table", "footer"),
                   "related": ("div",),
                   "languages": ("p", "div", "ul"),
                   "menu": ("table", "p")}
# Where a page says which part is its text, only that part is taken.
MAIN_MARKS = frozenset(("DisplayArea", "main-content"))


class PageText(html.parser.HTMLParser):
    """Collects the readable text of an HTML page."""

    def __init__(self, has_main, references):
        super().__init__(convert_charrefs=True)
        self.stack = []         # open elements, outermost first
        self.pieces = []
        self.drop = None        # depth at which a dropped element began
        self.pre = 0
        self.main = None        # depth of the main element
        self.has_main = has_main
        self.references = references    # numeric ones can be control characters
        self.switch = []        # [depth, pieces before the alternative taken]

    def handle_starttag(self, tag, attrs):
        if tag == "body" and self.drop is not None:
            # <head> may be left open
            del self.stack[self.drop:]
            self.drop = None
        marks = []
        for name, value in attrs:
            if value and (name == "class" or name == "id"):
                marks += value.split()
            elif name == "role" and value in ("navigation", "search"):
                marks.append("navheader")
        if tag in VOID:
            if self.drop is None and self.taking():
                if tag == "br":
                    self.pieces.append(LINE)
                elif tag == "hr":
                    self.pieces.append(PARA)
            return
        depth = len(self.stack)
        self.stack.append(tag)
        if self.drop is not None:
            return
        if self.is_dropped(tag, marks, depth):
            self.drop = depth
            if tag in PARA_TAGS or tag in LINE_TAGS:
                self.pieces.append(LINE)
            return
        if "switchinline" in marks:
            self.switch.append([depth, None])
        if self.has_main and self.main is None and (
                tag == "main" or not MAIN_MARKS.isdisjoint(marks)):
            self.main = depth
        if not self.taking():
            return
        if tag in PARA_TAGS:
            self.pieces.append(PARA)
        elif tag in LINE_TAGS:
            self.pieces.append(LINE)
        elif tag in ("td", "th"):
            self.pieces.append(CELL)
        elif tag == "tr":
            self.pieces.append(ROW)
        if tag in PRE_TAGS:
            self.pre += 1

    def is_dropped(self, tag, marks, depth):
        if tag in DROP_TAGS:
            return True
        for mark in marks:
            if mark in DROP_MARKS and tag not in ("body", "html", "main"):
                tags = DROP_MARKS_TAGS.get(mark)
                if tags is None or tag in tags:
                    return True
        # LibreOffice help: alternatives within a sentence, by system or by
        # program, of which the browser shows one.  The default is taken, or
        # the first where there is none.
        if self.switch and self.switch[-1][0] == depth - 1:
            start = self.switch[-1][1]
            if "WIN" in marks:
                return True
            if start is None:
                self.switch[-1][1] = len(self.pieces)
            elif any(mark.startswith("default") for mark in marks):
                del self.pieces[start:]
            else:
                return True
        return False

    def handle_endtag(self, tag):
        if tag in VOID:
            if tag == "br" and self.drop is None and self.taking():
                self.pieces.append(LINE)
            return
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth] == tag:
                break
        else:
            return
        # An end tag never closes the table cell around it.
        if tag not in ("table", "tr", "body", "html", "thead", "tbody"):
            if "table" in self.stack[depth + 1:]:
                return
        closed = self.stack[depth:]
        del self.stack[depth:]
        while self.switch and self.switch[-1][0] >= depth:
            self.switch.pop()
        if self.drop is not None:
            if self.drop < depth:
                return
            closed = closed[:max(0, self.drop - depth)]
            self.drop = None
            if tag in PARA_TAGS or tag in LINE_TAGS:
                self.pieces.append(LINE)
        if self.taking():
            if tag in PARA_TAGS:
                self.pieces.append(PARA)
            elif tag in LINE_TAGS:
                self.pieces.append(LINE)
            elif tag == "tr":
                self.pieces.append(ROW)
        for name in closed:
            if name in PRE_TAGS and self.pre:
                self.pre -= 1
        if self.main is not None and self.main >= depth:
            self.main = None

    def updatepos(self, i, j):
        """Line numbers, which the parser counts for error messages only."""
        return j

    def taking(self):
        return not self.has_main or self.main is not None

    def handle_data(self, data):
        if self.drop is not None or not self.taking():
            return
        if not data.isascii():
            data = data.replace("\u00a0", " ").replace("\u00ad", "")
        if self.references:
            data = RE_CONTROL.sub("", data)
        if self.pre:
            data = (data.expandtabs().replace("\n", LINE).replace(" ", SPACE))
        self.pieces.append(data)


# Lines of links above and below a page that no markup tells apart
# (LinuxDoc, QDBM, FontForge).
RE_LINK_LINE = re.compile(r"^(?:次のページ|前のページ|目次へ|\[(?:API|English)\] ?)+\n+|"
                          r"\n+(?:(?:次のページ|前のページ|目次へ)+|[— ]*前 — 目次 — 次[— ]*)$",
                          re.M)
RE_MAIN_START = re.compile(r"<main\b|<div\b[^>]*\bid=\"(?:DisplayArea|main-content)\"")
RE_REST_START = re.compile(r"</main>|<div\b[^>]*\bid=\"(?:tocframe|SearchFrame)\"")


def html_text(text):
    text = clean(text)
    # Most of some pages is a table of contents of the whole manual; not to
    # parse it in the first place is three times as fast.
    main = RE_MAIN_START.search(text)
    if main:
        text = text[main.start():]
    rest = RE_REST_START.search(text)
    if rest:
        text = text[:rest.start()]
    page = PageText(main is not None, "&#" in text)
    page.feed(text)
    page.close()
    return RE_LINK_LINE.sub("", flow(page.pieces)).lstrip("\n")


# ---------------------------------------------------------------------------
# Man pages
# ---------------------------------------------------------------------------

# troff special characters \(xx and \[xx]
GLYPHS = {
    "aq": "'", "dq": '"', "bu": "•", "co": "©", "rg": "®", "tm": "™",
    "em": "—", "en": "–", "hy": "-", "mi": "−", "pl": "+", "eq": "=",
    "+-": "±", "mu": "×", "di": "÷", "ha": "^", "ti": "~", "rs": "\\",
    "ga": "`", "aa": "´", "cq": "’", "oq": "‘", "lq": "“", "rq": "”",
    "Fo": "«", "Fc": "»", "fo": "‹", "fc": "›", "de": "°", "**": "*",
    "ts": "ς", "sl": "/", "ul": "_", "or": "|", "ba": "|", "br": "│",
    "bv": "|", "rn": "‾", "ci": "○", "sq": "□", "at": "@", "sh": "#",
    "Do": "$", "ct": "¢", "Eu": "€", "eu": "€", "Po": "£", "Ye": "¥",
    "sc": "§", "ps": "¶", "dg": "†", "dd": "‡", "14": "¼", "12": "½",
    "34": "¾", "S1": "¹", "S2": "²", "S3": "³", "<=": "≤", ">=": "≥",
    "!=": "≠", "==": "≡", "=~": "≅", "~=": "≈", "~~": "≈", "ap": "∼",
    "->": "→", "<-": "←", "ua": "↑", "da": "↓", "<>": "↔", "rA": "⇒",
    "lA": "⇐", "hA": "⇔", "if": "∞", "in": "∞", "no": "¬", "mo": "∈",
    "is": "∫", "sr": "√", "pt": "∝", "gr": "∇", "pd": "∂", "es": "∅",
    "ca": "∩", "cu": "∪", "fa": "∀", "te": "∃", "AN": "∧", "OR": "∨",
    "lh": "☜", "rh": "☞", "OK": "✓", "lB": "[", "rB": "]", "lC": "{",
    "rC": "}", "la": "⟨", "ra": "⟩", "lc": "⌈", "rc": "⌉", "lf": "⌊",
    "rf": "⌋", "fm": "′", "sd": "″", "pc": "·", "md": "⋅", "a~": "~",
    "a^": "^", "ho": "˛", "ss": "ß", "AE": "Æ", "ae": "æ", "OE": "Œ",
    "oe": "œ", "O/": "Ø", "o/": "ø", "oA": "Å", "oa": "å", "-D": "Ð",
    "Sd": "ð", "TP": "Þ", "Tp": "þ", ",C": "Ç", ",c": "ç", "r!": "¡",
    "r?": "¿", "Of": "ª", "Om": "º", "lz": "◊", "DI": "♦", "HE": "♥",
    "CL": "♣", "SP": "♠", "f/": "⁄", "c*": "⊗", "c+": "⊕", "3d": "∴",
    "tf": "∴", "%0": "‰", "fi": "fi", "fl": "fl", "ff": "ff", "Fi": "ffi",
    "Fl": "ffl", "nb": "⊄", "sb": "⊂", "sp": "⊃", "ib": "⊆", "ip": "⊇",
    "-h": "ℏ", "Ah": "ℵ", "Im": "ℑ", "Re": "ℜ", "wp": "℘", "hbar": "ℏ",
    "/L": "Ł", "/l": "ł", "/O": "Ø", "/o": "ø", "IJ": "Ĳ", "ij": "ĳ",
    ".i": "ı", ".j": "ȷ", "Cs": "¤", "Fn": "ƒ", "va": "↕", "dA": "⇓",
    "uA": "⇑", "vA": "⇕", "bb": "¦", "ru": "_", "Bq": "„", "bq": "‚",
    "-+": "∓", "nc": "⊅", "ne": "≢", "nm": "∉", "pp": "⊥", "CR": "↵",
    "st": "∋", "/_": "∠", "<<": "≪", ">>": "≫", "an": "⎯", "mc": "µ",
    "a\"": "˝", "a-": "¯", "a.": "˙", "ab": "˘", "ac": "¸", "ad": "¨",
    "ah": "ˇ", "ao": "˚", "+f": "ϕ", "+h": "ϑ", "+p": "ϖ", "+e": "ϵ",
    "radicalex": "", "barex": "", "integral": "∫", "sum": "∑",
    "product": "∏", "u2026": "…",
    "*a": "α", "*b": "β", "*g": "γ", "*d": "δ", "*e": "ε", "*z": "ζ",
    "*y": "η", "*h": "θ", "*i": "ι", "*k": "κ", "*l": "λ", "*m": "μ",
    "*n": "ν", "*c": "ξ", "*o": "ο", "*p": "π", "*r": "ρ", "*s": "σ",
    "*t": "τ", "*u": "υ", "*f": "φ", "*x": "χ", "*q": "ψ", "*w": "ω",
    "*A": "Α", "*B": "Β", "*G": "Γ", "*D": "Δ", "*E": "Ε", "*Z": "Ζ",
    "*Y": "Η", "*H": "Θ", "*I": "Ι", "*K": "Κ", "*L": "Λ", "*M": "Μ",
    "*N": "Ν", "*C": "Ξ", "*O": "Ο", "*P": "Π", "*R": "Ρ", "*S": "Σ",
    "*T": "Τ", "*U": "Υ", "*F": "Φ", "*X": "Χ", "*Q": "Ψ", "*W": "Ω",
}
ACCENTS = {"v": "\u030c", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303",
           ":": "\u0308", ",": "\u0327", "o": "\u030a"}

# \*(xx strings the man and mdoc packages define
STRINGS = {"R": "®", "Tm": "™", "lq": "“", "rq": "”", "S": "",
           "Lt": "<", "Gt": ">", "Le": "≤", "Ge": "≥", "Ne": "≠", "Pm": "±",
           "Am": "&", "Ba": "|", "Br": "[", "Ket": "]", "Lq": "“", "Rq": "”",
           "q": '"', "If": "∞", "Pi": "π", "Na": "NaN", "L\"": '"', "R\"": '"',
           "C`": "", "C'": "", "--": "—", "PI": "π", "C+": "C++", "Aa": "´",
           "Ga": "`", "<=": "≤", ">=": "≥", "aa": "´", "ga": "`",
           ".T": "utf8"}

NOJOIN = "\x06"          # ends a line whose successor follows without a space
FONT_MACROS = frozenset("B I R SM SB C CW BS FB".split())
ALTERNATING = frozenset("BI BR IB IR RB RI BIR".split())
# Requests and macros about the looks of a page, which leave no text
IGNORED = frozenset("""
    TH Dt Dd Os PD in ti ad na nh hy ne ta tr ft fam ps vs ll nr rr rm rn bp
    pl lf ns rs ss UC DT IX hw ce cs lg mso do fl ev di da wh ch it nx ec eo cc
    c2 tm tmc ab pc po lt tl fp hc hcode hl hla hlm hpf char fchar schar ftr
    pso trf cflags special color defcolor kern fspecial mk rt os sv tag tc sy
    open close write ex warn nroff troff shift return break continue while
    chop substring length asciify unformat cp evc tkf uf ul cu bd lc fc
    rd nm nn pm pi sizes aln psbb RT Sm Bk Ek Bf Ef TA TC blm lsm em AT PU
    box boxa trnt trin hym hys als output xflag minss cwidth pnr ptr pev
    BB EB KS KE BS BE VS VE AS SY YS HF UN hl PS PE so 1C 2C Xo Xc Db PM
    """.split())
PARAGRAPH = frozenset("PP P LP Pp Lp LI sp SP Sp HD He".split())
BREAK = frozenset("br RS RE HP LINE".split())
SYNOPSIS = ("SYNOPSIS", "書式", "形式", "書 式", "概要")

# mdoc macros: (before, after) of enclosures that hold the rest of the line
MDOC_QUOTES = {"Dq": ("“", "”"), "Sq": ("‘", "’"), "Qq": ('"', '"'),
               "Ql": ("‘", "’"), "Pq": ("(", ")"), "Bq": ("[", "]"),
               "Brq": ("{", "}"), "Aq": ("<", ">"), "Op": ("[", "]"),
               "Eq": ("", "")}
MDOC_OPEN = {"Do": "“", "So": "‘", "Qo": '"', "Po": "(", "Bo": "[", "Bro": "{",
             "Ao": "<", "Oo": "["}
MDOC_CLOSE = {"Dc": "”", "Sc": "’", "Qc": '"', "Pc": ")", "Bc": "]",
              "Brc": "}", "Ac": ">", "Oc": "]"}
MDOC_PLAIN = frozenset("""Ad An Ar Cd Cm Dv Em Er Ev Fa Ft Ic Li Lk Ms Mt Nm No
    Pa Sx Sy Tn Va Vt Fd Lb St Hf""".split())
MDOC_SYSTEMS = {"Bx": "BSD", "Fx": "FreeBSD", "Nx": "NetBSD", "Ox": "OpenBSD",
                "Ux": "UNIX", "At": "AT&T UNIX", "Bsx": "BSD/OS",
                "Dx": "DragonFly"}
MDOC_STANDARDS = {"-ansiC": "ANSI X3.159-1989 (“ANSI C”)",
                  "-ansiC-89": "ANSI X3.159-1989 (“ANSI C”)",
                  "-isoC": "ISO/IEC 9899:1990 (“ISO C90”)",
                  "-isoC-90": "ISO/IEC 9899:1990 (“ISO C90”)",
                  "-isoC-99": "ISO/IEC 9899:1999 (“ISO C99”)",
                  "-p1003.1": "IEEE Std 1003.1 (“POSIX.1”)",
                  "-p1003.1-88": "IEEE Std 1003.1-1988 (“POSIX.1”)",
                  "-p1003.1-90": "IEEE Std 1003.1-1990 (“POSIX.1”)",
                  "-p1003.1-96": "ISO/IEC 9945-1:1996 (“POSIX.1”)",
                  "-p1003.1-2001": "IEEE Std 1003.1-2001 (“POSIX.1”)",
                  "-p1003.2": "IEEE Std 1003.2 (“POSIX.2”)",
                  "-p1003.2-92": "IEEE Std 1003.2-1992 (“POSIX.2”)",
                  "-susv2": "Version 2 of the Single UNIX Specification (“SUSv2”)",
                  "-svid4": "System V Interface Definition, Fourth Edition (“SVID4”)",
                  "-xpg4": "X/Open Portability Guide Issue 4 (“XPG4”)"}
MDOC_CALLABLE = (MDOC_PLAIN | set(MDOC_QUOTES) | set(MDOC_OPEN)
                 | set(MDOC_CLOSE) | set(MDOC_SYSTEMS)
                 | {"Fl", "Xr", "Fn", "Ns", "Ap", "Pf", "Xo", "Xc", "Ta", "In",
                    "Fo", "Fc", "Nd", "Bt", "Ud", "Ex", "Rv", "Eo", "Ec"})
MDOC_MACROS = MDOC_CALLABLE | {"Sh", "Ss", "Bl", "El", "It", "Bd", "Ed", "D1",
                               "Dl", "Rs", "Re"}
CLOSERS = frozenset((".", ",", ":", ";", ")", "]", "?", "!", "。", "、", "）",
                     "」", "}"))
OPENERS = frozenset(("(", "[", "（", "「"))

# A troff expression: registers, widths, numbers with units, operators
RE_EXPRESSION = re.compile(r"(?:\\[wn](?:'[^']*'|\(..|\[[^]]*\]|.)|[-+*/%<>=&:|().\d]|"
                           r"[a-zA-Z](?=[-+*/%<>=&:|) ]))+")


class ManPage:
    """A light troff: macros, strings and conditionals are followed, looks are
    not.  Enough for the man(7), mdoc(7) and Pod pages in Debian."""

    MAX_EXPANSIONS = 20000

    def __init__(self, text):
        self.text = text
        self.macros = {}
        self.strings = dict(STRINGS)
        self.registers = {".g": 1, "F": 0}
        self.glyphs = dict(GLYPHS)
        self.pieces = []
        self.fill = True
        self.pending = None      # what the next text line is: tag, head
        self.url = None
        self.name = ""           # mdoc .Nm
        self.mdoc = False
        self.expansions = 0
        self.else_true = []
        self.lists = []          # mdoc .Bl kinds
        self.synopsis = False    # within the synopsis of an mdoc page
        self.literal = []        # fill modes saved by displays
        self.unknown = collections.Counter()

    # -- output ------------------------------------------------------------

    def emit(self, text):
        """Adds one line of output text."""
        if self.fill:
            if text.endswith(NOJOIN):
                self.pieces.append(text[:-1])
            else:
                self.pieces.append(text + "\n")
        else:
            text = text.replace(" ", SPACE).replace("\t", SPACE * 8)
            if text.endswith(NOJOIN):
                self.pieces.append(text[:-1])
            else:
                self.pieces.append(text + LINE)
        if self.pending == "tag":
            self.pending = None
            if len(text.strip()) <= 3 and not RE_LETTER.search(text):
                self.pieces.append(" ")
            else:
                self.pieces.append(LINE)
        elif self.pending == "head":
            self.pending = None
            self.pieces.append(LINE)

    def paragraph(self):
        if self.pending != "head":
            self.pending = None
        self.pieces.append(PARA)

    def line_break(self):
        if not self.pieces or not self.pieces[-1].endswith((LINE, PARA)):
            self.pieces.append(LINE)

    # -- escapes -----------------------------------------------------------

    def argument(self, text, at):
        """The argument of an escape at text[at]: x, (xx or [xxx]."""
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

    def quoted(self, text, at):
        """The argument of an escape like \\h'...'."""
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
                name, at = self.argument(text, back + 2)
                name = name.split(" ")[0]
                value = self.strings.get(name, "")
                if depth < 10:
                    value = self.interpolate(value, depth + 1)
                out.append(value)
            elif kind == "n":
                start = back + 2
                if text[start:start + 1] in ("+", "-"):
                    start += 1
                name, at = self.argument(text, start)
                out.append(str(self.registers.get(name, 0)))
            else:
                out.append(text[back:back + 2])
                at = back + 2
        return "".join(out)

    def glyph(self, name):
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
        if len(name) == 2:
            if name[0] in ACCENTS and name[1].isalpha():
                return unicodedata.normalize("NFC", name[1] + ACCENTS[name[0]])
        if len(name) == 1:
            return name
        self.unknown["\\(" + name] += 1
        return ""

    def escapes(self, text):
        """The text of an input line, all escapes replaced."""
        text = self.interpolate(text)
        if "\\" not in text:
            return text
        out = []
        at = 0
        size = len(text)
        while True:
            back = text.find("\\", at)
            if back < 0:
                out.append(text[at:])
                break
            out.append(text[at:back])
            if back + 1 >= size:
                break
            kind = text[back + 1]
            at = back + 2
            if kind in "fgkFmMYV":
                _, at = self.argument(text, at)
            elif kind == "(":
                out.append(self.glyph(text[at:at + 2]))
                at += 2
            elif kind == "[":
                end = text.find("]", at)
                if end < 0:
                    continue
                out.append(self.glyph(text[at:end]))
                at = end + 1
            elif kind == "s":
                if text[at:at + 1] in ("+", "-"):
                    at += 1
                if text[at:at + 1] == "'":
                    _, at = self.quoted(text, at)
                elif text[at:at + 1] in ("(", "["):
                    _, at = self.argument(text, at)
                elif text[at:at + 1].isdigit():
                    # \s10 to \s39 have two digits
                    if text[at] in "123" and text[at + 1:at + 2].isdigit():
                        at += 1
                    at += 1
            elif kind in "hvxlLDXRAbBSZ" and text[at:at + 1] not in ("", " "):
                value, at = self.quoted(text, at)
                if kind == "Z":     # prints without moving on
                    out.append(self.escapes(value))
            elif kind == "w":
                value, at = self.quoted(text, at)
                out.append(str(24 * len(self.escapes(value))))
            elif kind == "C":
                value, at = self.quoted(text, at)
                out.append(self.glyph(value))
            elif kind == "N":
                value, at = self.quoted(text, at)
                if value.isdigit() and 32 <= int(value) < 0x110000:
                    out.append(chr(int(value)))
            elif kind == "o":
                value, at = self.quoted(text, at)
                out.append(self.escapes(value)[:1])
            elif kind == "c":
                out.append(NOJOIN)
                break
            elif kind in "e\\":
                out.append("\\")
            elif kind == "-":
                out.append("-")
            elif kind == "t":
                out.append("\t")
            elif kind in " ~0":
                out.append(SPACE)
            elif kind == "'":
                out.append("'")
            elif kind == "$":
                _, at = self.argument(text, at)
            elif kind in "&|^%:/,)!?{}udraPp\nEz" or kind == "\x06":
                pass
            else:
                out.append(kind)
        return "".join(out)

    # -- reading -----------------------------------------------------------

    def split(self, rest):
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
                at += 1
                out = []
                while at < size:
                    if rest[at] == '"':
                        if rest[at + 1:at + 2] == '"':
                            out.append('"')
                            at += 2
                            continue
                        at += 1
                        break
                    out.append(rest[at])
                    at += 1
                args.append("".join(out))
            else:
                start = at
                while at < size and rest[at] != " " and rest[at] != "\t":
                    at += 2 if rest[at] == "\\" else 1
                args.append(rest[start:at])
        return args

    def render(self):
        lines = self.text.split("\n")
        joined = []
        carry = ""
        for line in lines:
            line = carry + line
            carry = ""
            if line.endswith("\\") and not line.endswith("\\\\"):
                carry = line[:-1]
                continue
            joined.append(line)
        if carry:
            joined.append(carry)
        self.process(collections.deque(joined))
        return flow(self.pieces).replace(NOJOIN, "")

    def process(self, lines):
        while lines:
            line = lines.popleft()
            if line[:1] in (".", "'"):
                body = line[1:].lstrip(" \t")
                if body:
                    self.request(body, lines)
            else:
                self.text_line(line)

    def text_line(self, line):
        shown = self.escapes(line)
        if not shown.strip(" \t"):
            # An empty line ends a paragraph; one that held only a comment
            # or a \} is nothing.
            if not line.strip(" \t"):
                if self.fill:
                    self.paragraph()
                else:
                    self.pieces.append(LINE)
            elif shown and not self.fill:
                self.pieces.append(LINE)
            return
        if self.fill and shown[0] in " \t":
            self.line_break()
        self.emit(shown)

    def skip_block(self, rest, lines):
        """Leaves out the body of a conditional that does not hold."""
        depth = rest.count("\\{") - rest.count("\\}")
        while depth > 0 and lines:
            line = lines.popleft()
            depth += line.count("\\{") - line.count("\\}")

    def condition(self, rest):
        """Evaluates a condition; returns (truth, remainder of the line)."""
        rest = rest.lstrip(" \t")
        negate = False
        while rest[:1] == "!":
            negate = not negate
            rest = rest[1:].lstrip(" ")
        if not rest:
            return False, ""
        kind = rest[0]
        if kind in "noe" and not rest[1:2].isalnum():
            truth, rest = True, rest[1:]
        elif kind in "tv" and not rest[1:2].isalnum():
            truth, rest = False, rest[1:]
        elif kind in "rdcmF" and rest[1:2] not in ("", "'"):
            found = re.match(r"\S+\s*?(?=\s|\\\{|$)", rest)
            name = rest[1:found.end()].strip() if found else ""
            if not name:
                found = re.match(r".\s+(\S+)", rest)
                name = found.group(1) if found else ""
            truth = {"r": name in self.registers,
                     "d": name in self.strings or name in self.macros}.get(kind, False)
            rest = rest[found.end():] if found else ""
        elif kind == "'" or kind == '"':
            parts = rest[1:].split(kind, 2)
            if len(parts) < 3:
                return False, ""
            truth, rest = self.escapes(parts[0]) == self.escapes(parts[1]), parts[2]
        else:
            found = RE_EXPRESSION.match(rest)
            if not found:
                return False, rest.partition(" ")[2]
            truth = self.number(found.group()) > 0
            rest = rest[found.end():]
        return truth != negate, rest.lstrip(" \t")

    def number(self, expression):
        """troff arithmetic, left to right; good for \\nX>0 and the like."""
        expression = re.sub(r"\\w'((?:[^'\\]|\\.)*)'",
                            lambda m: str(24 * len(self.escapes(m.group(1)))), expression)
        expression = self.escapes(expression)
        expression = re.sub(r"(\d)[a-zA-Z]", r"\1", expression)
        try:
            tokens = re.findall(r"\d+(?:\.\d+)?|<=|>=|==|[-+*/%<>=&:()]", expression)
            return self.sum_of(tokens, 0)[0]
        except (IndexError, ValueError, ZeroDivisionError, RecursionError):
            return 0

    def sum_of(self, tokens, at):
        def operand(at):
            if tokens[at] == "(":
                value, at = self.sum_of(tokens, at + 1)
                return value, at + 1
            if tokens[at] == "-":
                value, at = operand(at + 1)
                return -value, at
            if tokens[at] == "+":
                return operand(at + 1)
            return int(float(tokens[at])), at + 1
        value, at = operand(at)
        while at < len(tokens) and tokens[at] != ")":
            sign = tokens[at]
            other, at = operand(at + 1)
            value = {"+": lambda: value + other, "-": lambda: value - other,
                     "*": lambda: value * other,
                     "/": lambda: int(value / other),
                     "%": lambda: value % other,
                     "<": lambda: int(value < other),
                     ">": lambda: int(value > other),
                     "<=": lambda: int(value <= other),
                     ">=": lambda: int(value >= other),
                     "=": lambda: int(value == other),
                     "==": lambda: int(value == other),
                     "&": lambda: int(value > 0 and other > 0),
                     ":": lambda: int(value > 0 or other > 0)}[sign]()
        return value, at

    def body_of(self, rest, lines):
        """The one-line or \\{ \\} body of a conditional that holds."""
        rest = rest.lstrip(" \t")
        while rest.startswith("\\{"):
            rest = rest[2:].lstrip(" \t")
        if rest:
            lines.appendleft(rest)

    def until(self, end, lines):
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
        if body.startswith("\\"):
            if body[1:2] in ("\"", "#", "}"):
                if body.startswith("\\}") and body[2:].strip():
                    rest = body[2:].lstrip(" \t")
                    lines.appendleft(rest if rest[:1] in ".'" else "." + rest)
                return
        found = re.match(r"([^ \t\\]+|\\.)", body)
        name = found.group(1) if found else body
        rest = body[len(name):].lstrip(" \t")

        if name in ("if", "ie", "el", "while"):
            if name == "el":
                truth = self.else_true.pop() if self.else_true else False
            else:
                truth, rest = self.condition(rest)
                if name == "ie":
                    self.else_true.append(not truth)
                elif name == "while":
                    truth = False
            if truth:
                self.body_of(rest, lines)
            else:
                self.skip_block(rest, lines)
            return
        if name in ("de", "am", "de1", "am1", "dei", "ami"):
            args = self.interpolate(rest).split()
            taken = self.until(args[1] if len(args) > 1 else ".", lines)
            if args:
                if name.startswith("de"):
                    self.macros[args[0]] = taken
                else:
                    self.macros[args[0]] = self.macros.get(args[0], []) + taken
            return
        if name == "ig":
            args = rest.split()
            self.until(args[0] if args and not args[0].startswith("\\") else ".", lines)
            return
        if name in ("ds", "ds1", "as", "as1"):
            key, _, value = rest.partition(" ")
            value = value.lstrip(" ")
            value = re.sub(r'[ \t]*(?<!\\)\\".*', "", value)
            if value.startswith('"'):
                value = value[1:]
            if name.startswith("as"):
                value = self.strings.get(key, "") + value
            self.strings[key] = value
            return
        if name == "nr":
            args = self.interpolate(rest).split()
            if len(args) > 1:
                value = self.number(args[1].lstrip("+-"))
                if args[1][0] in "+-":
                    old = self.registers.get(args[0], 0)
                    value = old + value if args[1][0] == "+" else old - value
                self.registers[args[0]] = value
            return
        if name == "tr":
            # only "special character -> letter" pairs, as Pod::Man writes
            for glyph, to in re.findall(r"\\\((..)(\\\(..|\\.|.)", rest):
                self.glyphs[glyph] = self.escapes(to)
            return
        if name in ("als", "rn"):
            args = rest.split()
            if len(args) == 2:
                new, old = args if name == "als" else args[::-1]
                if old in self.macros:
                    self.macros[new] = self.macros[old]
            return
        if name == "TS":
            self.table(self.until("TE", lines))
            return
        if name in ("EQ", "PS", "GS", "cstart"):
            self.until({"EQ": "EN", "PS": "PE", "GS": "GE", "cstart": "cend"}[name], lines)
            return
        if name == "Dd" or name == "Sh":
            self.mdoc = True
        if self.mdoc and name in MDOC_MACROS:
            self.mdoc_macro(name, rest, lines)
            return
        if self.macro(name, rest):
            return
        if name in self.macros:
            self.call(name, rest, lines)
            return
        if name in MDOC_MACROS and (name in MDOC_CALLABLE):
            self.mdoc_macro(name, rest, lines)
            return
        if name in IGNORED or name.startswith("\\"):
            return
        if RE_LETTER.match(name):
            # no macro at all: a line of text that happens to begin with a dot
            self.emit(self.escapes(body))
            return
        self.unknown[name] += 1

    def call(self, name, rest, lines):
        """Expands a macro that the page itself defines."""
        body = self.macros[name]
        args = self.split(self.interpolate(rest))
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
            number = int(text)
            if number == 0:
                return name
            return args[number - 1] if number <= len(args) else ""

        for line in reversed(body):
            line = re.sub(r"\\\\\$([0-9*@])", argument, line)
            line = re.sub(r"\\\$([0-9*@])", argument, line)
            line = line.replace("\\\\", "\\")
            if line.startswith(("." + name + " ", "'" + name + " ")) or \
                    line[1:] == name:
                continue
            lines.appendleft(line)

    # -- man(7) ------------------------------------------------------------

    def macro(self, name, rest):
        """The man macros.  False when name is none of them."""
        if name in ("SH", "SS", "Sh", "Ss", "sh"):
            self.fill = True
            self.pending = None
            self.pieces.append(PARA)
            text = " ".join(self.split(self.interpolate(rest)))
            if text:
                self.emit(self.escapes(text))
                self.line_break()
            else:
                self.pending = "head"
        elif name in PARAGRAPH:
            if self.fill or name != "sp":
                self.paragraph()
            else:
                self.pieces.append(LINE)
        elif name in ("TP", "Tp"):
            self.pieces.append(PARA)
            self.pending = "tag"
        elif name == "TQ":
            self.line_break()
            self.pending = "tag"
        elif name in ("IP", "TT"):
            args = self.split(self.interpolate(rest))
            self.pieces.append(PARA)
            self.pending = None
            if args and self.escapes(args[0]).strip():
                tag = self.escapes(args[0]).strip()
                self.pending = "tag"
                fill, self.fill = self.fill, True
                self.emit(tag)
                self.fill = fill
        elif name in BREAK:
            self.line_break()
        elif name in ("nf", "EX", "Vb", "CS", "DS", "NF", "Ex", "Ds"):
            self.line_break()
            self.fill = False
        elif name in ("fi", "EE", "Ve", "CE", "DE", "FI", "Ee", "De"):
            self.line_break()
            self.fill = True
        elif name in FONT_MACROS:
            args = self.split(self.interpolate(rest))
            if args:
                self.emit(self.escapes(" ".join(args)))
        elif name in ALTERNATING:
            args = self.split(self.interpolate(rest))
            if args:
                self.emit(self.escapes("".join(args)))
        elif name in ("UR", "MT"):
            args = self.split(self.interpolate(rest))
            self.url = self.escapes(args[0]) if args else ""
        elif name in ("UE", "ME"):
            args = self.split(self.interpolate(rest))
            if self.url:
                self.emit("<" + self.url + ">" + self.escapes("".join(args)))
            self.url = None
        elif name in ("URL", "MTO", "MAILTO", "LINKS", "FTP"):
            args = [self.escapes(arg) for arg in self.split(self.interpolate(rest))]
            if args:
                link = "<" + args[0] + ">"
                if len(args) > 1 and args[1]:
                    link = args[1] + " " + link
                self.emit(link + "".join(args[2:]))
        elif name == "OP":
            args = self.split(self.interpolate(rest))
            self.emit(self.escapes("[" + " ".join(args) + "]"))
        elif name == "nop":
            self.emit(self.escapes(rest))
        else:
            return False
        return True

    # -- mdoc(7) -----------------------------------------------------------

    def mdoc_words(self, rest):
        """Arguments; a quoted one is never a macro name."""
        words = []
        for found in re.finditer(r'"((?:[^"]|"")*)"?|((?:\\.|[^ \t])+)', rest):
            if found.group(2) is None:
                words.append((found.group(1).replace('""', '"'), True))
            else:
                words.append((found.group(2), False))
        return words

    def mdoc_macro(self, name, rest, lines):
        rest = self.interpolate(rest)
        if name in ("Sh", "Ss"):
            self.fill = True
            self.pieces.append(PARA)
            title = self.mdoc_inline(self.mdoc_words(rest))
            if name == "Sh":
                self.synopsis = title in SYNOPSIS
            self.emit(title)
            self.line_break()
        elif name == "Bl":
            self.lists.append(rest.split()[0] if rest.split() else "-tag")
            self.line_break()
        elif name == "El":
            if self.lists:
                self.lists.pop()
            self.paragraph()
        elif name == "It":
            kind = self.lists[-1] if self.lists else "-tag"
            self.pieces.append(PARA)
            if kind in ("-bullet", "-dash", "-hyphen"):
                self.pieces.append("• " if kind == "-bullet" else "- ")
            elif kind == "-column":
                cells = re.split(r"\t| Ta ", rest)
                self.pieces.append(CELL.join(
                    self.mdoc_inline(self.mdoc_words(cell)) for cell in cells) + "\n")
            elif rest:
                text = self.mdoc_inline(self.mdoc_words(rest))
                # .It Xo ... .Xc: the tag goes on over the following lines
                if re.search(r"(^|\s)Xo(\s|$)", rest):
                    while lines:
                        line = lines.popleft()
                        if re.match(r"\.\s*Xc", line):
                            tail = self.mdoc_inline(self.mdoc_words(line[1:].strip()[2:]))
                            text = self.attach(text, tail)
                            break
                        if line.startswith("."):
                            body = line[1:].strip()
                            if body.startswith("\\\""):
                                continue
                            text = self.attach(text, self.mdoc_inline(self.mdoc_words(body)))
                        else:
                            text = self.attach(text, self.escapes(line))
                        if line.rstrip().endswith(" Xc"):
                            break
                self.emit(text)
                self.line_break()
        elif name == "Bd":
            self.line_break()
            self.literal.append(self.fill)
            if "-literal" in rest or "-unfilled" in rest:
                self.fill = False
        elif name == "Ed":
            self.fill = self.literal.pop() if self.literal else True
            self.line_break()
        elif name in ("D1", "Dl"):
            self.line_break()
            self.emit(self.mdoc_inline(self.mdoc_words(rest)))
            self.line_break()
        elif name == "Rs":
            self.line_break()
            taken = []
            for line in self.until("Re", lines):
                found = re.match(r"\.\s*%([A-Z])\s+(.*)", line)
                if found:
                    words = self.mdoc_words(self.interpolate(found.group(2)))
                    taken.append(self.mdoc_inline(words))
            if taken:
                self.emit(", ".join(taken) + ".")
            self.line_break()
        elif name == "Re":
            pass
        elif name == "Nd":
            self.emit("- " + self.mdoc_inline(self.mdoc_words(rest)))
        elif name == "Fo":
            words = []
            for line in self.until("Fc", lines):
                found = re.match(r"\.\s*Fa\s+(.*)", line)
                if found:
                    words += [self.escapes(w) for w, _ in self.mdoc_words(found.group(1))]
            self.emit(self.escapes(rest.partition(" ")[0]) + "(" + ", ".join(words) + ")")
        elif name == "Fd":
            self.line_break()
            self.emit(self.escapes(rest))
            self.line_break()
        else:
            if self.synopsis and name in ("Nm", "Ft", "Cd", "In"):
                self.line_break()
            text = self.mdoc_inline([(name, False)] + self.mdoc_words(rest))
            if text:
                self.emit(text)

    def attach(self, text, more):
        if not text or not more or text.endswith(NOJOIN):
            return text.rstrip(NOJOIN) + more
        return text + " " + more

    def mdoc_inline(self, words):
        """One mdoc line: macros may call each other along it."""
        out = []            # (text, glue): glue = no space before it
        glue_next = False
        closing = []        # enclosures that end with the line
        at = 0

        def put(text, glue=False):
            nonlocal glue_next
            out.append((text, glue or glue_next))
            glue_next = False

        current = None
        taken = 0           # arguments the current macro has had

        def finish():
            nonlocal glue_next
            if current == "Fl" and taken == 0:
                put("-")
            elif current == "Ar" and taken == 0:
                put("file ...")
            elif current == "Nm" and taken == 0 and self.name:
                put(self.name)
            elif current in MDOC_SYSTEMS and taken == 0:
                put(MDOC_SYSTEMS[current])

        while at < len(words):
            word, quoted = words[at]
            at += 1
            if not quoted and word in MDOC_CALLABLE:
                finish()
                current, taken = word, 0
                if word in MDOC_QUOTES:
                    put(MDOC_QUOTES[word][0])
                    glue_next = True
                    closing.append(MDOC_QUOTES[word][1])
                    current = None
                elif word in MDOC_OPEN:
                    put(MDOC_OPEN[word])
                    glue_next = True
                    current = None
                elif word in MDOC_CLOSE:
                    put(MDOC_CLOSE[word], True)
                    current = None
                elif word == "Ns":
                    glue_next = True
                    current = None
                elif word == "Ap":
                    put("'", True)
                    glue_next = True
                    current = None
                elif word == "Pf":
                    if at < len(words):
                        put(self.escapes(words[at][0]))
                        at += 1
                    glue_next = True
                    current = None
                elif word == "Nd":
                    put("-")
                    current = None
                elif word == "Xr":
                    if at < len(words):
                        text = self.escapes(words[at][0])
                        at += 1
                        if at < len(words) and re.match(r"[0-9n]\w*$", words[at][0]):
                            text += "(" + words[at][0] + ")"
                            at += 1
                        put(text)
                    current = None
                elif word == "In":
                    if at < len(words):
                        put("<" + self.escapes(words[at][0]) + ">")
                        at += 1
                    current = None
                elif word == "Fn":
                    if at < len(words):
                        text = self.escapes(words[at][0]) + "("
                        at += 1
                        args = []
                        while at < len(words) and words[at][0] not in CLOSERS and (
                                words[at][1] or words[at][0] not in MDOC_CALLABLE):
                            args.append(self.escapes(words[at][0]))
                            at += 1
                        put(text + ", ".join(args) + ")")
                    current = None
                elif word in ("Xo", "Xc", "Ta", "Eo", "Ec", "Fo", "Fc", "Ex", "Rv"):
                    current = None
                elif word == "Bt":
                    put("is currently in beta test.")
                    current = None
                elif word == "Ud":
                    put("currently under development.")
                    current = None
                elif word == "St" and at < len(words):
                    put(MDOC_STANDARDS.get(words[at][0], words[at][0].lstrip("-")))
                    at += 1
                    current = None
                continue
            text = self.escapes(word)
            if not quoted and text in CLOSERS:
                if current is not None and taken == 0:
                    finish()
                    current = None
                # Punctuation at the end of the line goes behind a quotation.
                if all(w in CLOSERS and not q for w, q in words[at:]):
                    while closing:
                        put(closing.pop(), True)
                put(text, True)
                continue
            if not quoted and text in OPENERS:
                put(text)
                glue_next = True
                continue
            taken += 1
            if current == "Fl":
                put("-" + text)
            elif current in MDOC_SYSTEMS:
                put(MDOC_SYSTEMS[current] + " " + text if current not in ("Bx", "At")
                    else (text + "BSD" if current == "Bx" else "AT&T UNIX " + text))
                current = None
            elif current == "Nm":
                if not self.name:
                    self.name = text
                put(text)
            elif current == "Mt":
                put("<" + text + ">")
            elif current == "Lk" and taken == 1:
                put("<" + text + ">")
            else:
                if text or quoted:
                    put(text)
        finish()
        while closing:
            put(closing.pop(), True)
        line = ""
        for text, glue in out:
            line = line + text if glue or not line or line.endswith(NOJOIN) else line + " " + text
        if glue_next and words:
            # a trailing Ns or opening enclosure: the next line follows at once
            line += NOJOIN
        return line.replace(NOJOIN, "") + (NOJOIN if line.endswith(NOJOIN) else "")

    # -- tables ------------------------------------------------------------

    def table(self, lines):
        """A tbl table: its cells as plain text, tabs between them."""
        self.pieces.append(PARA)
        separator = "\t"
        queue = collections.deque(lines)
        if queue and queue[0].rstrip().endswith(";"):
            found = re.search(r"tab\s*\((.)\)", queue.popleft())
            if found:
                separator = found.group(1)
        self.table_format(queue)
        row = None
        while queue:
            line = queue.popleft()
            if line.startswith((".", "'")) and not re.match(r"\.\d", line):
                body = line[1:].lstrip(" \t")
                if body.startswith("T&"):
                    self.table_format(queue)
                elif re.match(r"(br|sp|SP|PP|P)\b", body):
                    pass
                else:
                    inner = self.nested([line])
                    if inner:
                        self.pieces.append(inner + LINE)
                continue
            if re.match(r"[_=]$", line.strip()):
                continue
            cells = line.split(separator)
            row = []
            while True:
                last = cells[-1]
                row += cells[:-1]
                if last.strip() != "T{" and not last.endswith("T{"):
                    row.append(last)
                    break
                block = []
                rest = ""
                while queue:
                    inner = queue.popleft()
                    if inner.startswith("T}"):
                        rest = inner[2:]
                        break
                    block.append(inner)
                row.append(("block", block))
                if not rest.startswith(separator):
                    break
                cells = rest[len(separator):].split(separator)
            shown = []
            for cell in row:
                if isinstance(cell, tuple):
                    shown.append(self.nested(cell[1]))
                elif cell.strip() in ("_", "=", "\\_", "\\=", "\\^"):
                    shown.append("")
                else:
                    shown.append(self.escapes(cell).strip().rstrip(NOJOIN))
            while shown and not shown[-1]:
                shown.pop()
            text = TAB.join(part.replace("\t", " ") for part in shown)
            self.pieces.append(text + LINE)
        self.pieces.append(PARA)

    def table_format(self, queue):
        """Skips the format lines of a table; the last one ends in a dot."""
        while queue:
            if queue.popleft().rstrip().endswith("."):
                break

    def nested(self, lines):
        """The text of a table cell, as one line."""
        saved = (self.pieces, self.fill, self.pending)
        self.pieces, self.fill, self.pending = [], True, None
        self.process(collections.deque(lines))
        text = flow(self.pieces)
        self.pieces, self.fill, self.pending = saved
        return re.sub(r"\s*\n\s*", " ", text)


RE_SO = re.compile(r"(?:\s*[.']\s*\\\".*\n)*\s*\.so\s+\S+\s*(?:\n|$)")


def man_text(text):
    return ManPage(clean(text)).render()


# ---------------------------------------------------------------------------
# Plain text
# ---------------------------------------------------------------------------

def plain_text(text):
    text = clean(text).expandtabs()
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", text).strip("\n")


# ---------------------------------------------------------------------------
# Which files of a package
# ---------------------------------------------------------------------------

RE_HTML = re.compile(r"\.x?html?(?:\.ja)?(?:\.utf-?8|\.euc-?jp)?(?:\.gz)?$", re.I)
RE_MAN = re.compile(r"/man/ja(?:[._@][^/]*)?/man[0-9n][^/]*/[^/]+$")
RE_PLAIN = re.compile(r"(?:\.(?:txt|text)(?:\.ja)?|(?:README|FAQ|NEWS)[^/]*)(?:\.gz)?$", re.I)
RE_PAGE_OF_JA = re.compile(r"(?:^|[/._-])ja(?:[_-]JP)?(?:[./_-]|$)", re.I)
RE_JA_PACKAGE = re.compile(r"-ja(?:-|$)")
# Never text of the manual: packaging files and the machine's own indexes.
RE_NEVER = re.compile(r"/(?:copyright|changelog[^/]*|NEWS\.Debian[^/]*|"
                      r"(?:gen|theme|py-mod)?(?:index|modindex)-all\.html|"
                      r"genindex[^/]*|search\.html|searchindex[^/]*|_sources/.*|"
                      r"lilypond-(?:command-)?index\.ja\.html|"
                      r"objects\.inv|toc\.ja\.html|[^/]*\.info(?:-\d+)?\.gz)$")
# A second rendering of pages that are in the package anyway: whole manual on
# one page beside the pages themselves, or plain text beside HTML.
RE_WHOLE_BOOK = re.compile(r"-big-page\.|/singlehtml/|/print\.html$|"
                           r"/ja/developers-reference\.html$|"
                           r"/live-manual/html/live-manual\.ja\.html$")


def list_files(root, package):
    """Paths below root to look at, sorted, and the count of second renderings
    among them."""
    everything = RE_JA_PACKAGE.search(package) is not None
    pages, plains, doubles = [], [], 0
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in names:
            path = os.path.join(folder, name)
            inner = "/" + os.path.relpath(path, root)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            if RE_NEVER.search(inner):
                continue
            if RE_MAN.search(inner):
                pages.append((inner[1:], "man"))
                continue
            if not everything and not RE_PAGE_OF_JA.search(inner):
                continue
            if RE_HTML.search(name):
                if RE_WHOLE_BOOK.search(inner):
                    doubles += 1
                else:
                    pages.append((inner[1:], "html"))
            elif RE_PLAIN.search(name):
                plains.append((inner[1:], "plain"))
    if any(kind == "html" for _, kind in pages):
        doubles += len(plains)
    else:
        pages += plains
    return sorted(pages), doubles


def read(path):
    with open(path, "rb") as handle:
        data = handle.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return data


def in_worker():
    """A signal is the parent's to handle, which then ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def extract(job):
    """One file -> (verdict, text).  Runs in the worker processes."""
    path, kind = job
    try:
        data = read(path)
    except (OSError, EOFError, ValueError) as error:
        return "unreadable", str(error)
    text = decode(data)
    if text is None:
        return "undecodable", ""
    if kind == "html":
        text = html_text(text)
    elif kind == "man":
        if RE_SO.fullmatch(text):
            return "redirect", ""
        text = man_text(text)
    else:
        text = plain_text(text)
    # A lone surrogate could come from a bad character reference; it is no text.
    text = text.encode("utf-8", "ignore").decode("utf-8")
    if len(text) < MIN_CHARS:
        return "short", ""
    if not is_japanese(text):
        return "foreign", ""
    return "text", text


# ---------------------------------------------------------------------------
# Licences
# ---------------------------------------------------------------------------

def licence_of(root, package):
    """The short licence names of a machine-readable debian/copyright, or where
    to read about it.  The names are those of the whole source package."""
    fallback = "see /usr/share/doc/%s/copyright" % package
    path = os.path.join(root, "usr/share/doc", package, "copyright")
    try:
        if os.path.islink(path) or os.path.islink(os.path.dirname(path)):
            return fallback
        text = read(path).decode("utf-8", "replace")
    except (OSError, EOFError, ValueError):
        return fallback
    if not re.search(r"^Format(?:-Specification)?:\s*\S*(?:copyright-format|dep5)",
                     text, re.M | re.I):
        return fallback
    names = []
    for line in re.findall(r"^License:[ \t]*(\S.*)$", text, re.M | re.I):
        line = " ".join(line.split())
        choices = re.search(r"\bor\b|[,(|]", line, re.I) is not None
        for name in [line] if choices else re.split(r"\s+and\s+", line, flags=re.I):
            if choices and re.search(r"\sor\s", line, re.I):
                name = "(" + name + ")"
            if name and name not in names:
                names.append(name)
    return " and ".join(names) if names else fallback


# ---------------------------------------------------------------------------
# Output
# ---------------------------------------------------------------------------

def sidecar_of(out):
    base = out[:-len(".jsonl")] if out.endswith(".jsonl") else out
    return base + ".sources.json"


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def say(text):
    sys.stderr.write("debian-docs: " + text + "\n")
    sys.stderr.flush()


def printable(path):
    """A path as valid UTF-8, whatever bytes the file name had."""
    return path.encode("utf-8", "replace").decode("utf-8")


class AtomicFile:
    """A file that appears under its name complete or not at all."""

    def __init__(self, path):
        self.path = path
        self.folder = os.path.dirname(os.path.abspath(path))
        number, self.temp = tempfile.mkstemp(
            prefix="." + os.path.basename(path) + ".", dir=self.folder)
        self.handle = os.fdopen(number, "w", encoding="utf-8", newline="\n")

    def commit(self):
        self.handle.flush()
        os.fsync(self.handle.fileno())
        self.handle.close()
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(self.temp, 0o666 & ~mask)
        os.rename(self.temp, self.path)
        number = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def abandon(self):
        try:
            self.handle.close()
        finally:
            if os.path.exists(self.temp):
                os.unlink(self.temp)


def read_plan(path):
    """Lines "PACKAGE<TAB>VERSION[<TAB>ROOT]" written by the driver."""
    plan = []
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            fields = line.rstrip("\n").split("\t")
            if len(fields) >= 2:
                plan.append(fields)
    return sorted(plan)


def command_check(options):
    """Exit 0 when OUT is what this recipe would make of the planned packages."""
    try:
        with open(sidecar_of(options.out), encoding="utf-8") as handle:
            made = json.load(handle)
        wanted = {fields[0]: fields[1] for fields in read_plan(options.plan)}
        got = {item["package"]: item["version"] for item in made["packages"]}
        if not wanted or got != wanted or made["recipe_revision"] != RECIPE_REVISION:
            return 1
        if os.path.getsize(options.out) != made["bytes"] or \
                sha256_of(options.out) != made["sha256"]:
            return 1
    except (OSError, ValueError, KeyError, TypeError):
        return 1
    return 0


VERDICTS = (("short", "nearly empty"), ("foreign", "not Japanese"),
            ("redirect", "redirections"), ("double", "second renderings"),
            ("undecodable", "undecodable"), ("unreadable", "unreadable"))


def command_extract(options):
    plan = read_plan(options.plan)
    if not plan:
        say("no package to read")
        return 1
    jobs, owners = [], []
    packages = []
    for package, version, root in plan:
        files, doubles = list_files(root, package)
        item = {"package": package, "version": version,
                "license": licence_of(root, package), "documents": 0,
                "text_bytes": 0, "skipped": collections.Counter()}
        item["skipped"]["double"] += doubles
        item["left"] = len(files)
        packages.append(item)
        for inner, kind in files:
            jobs.append((os.path.join(root, inner), kind))
            owners.append((item, inner))
    try:
        out = AtomicFile(options.out)
    except OSError as error:
        say("cannot write %s: %s" % (options.out, error.strerror or error))
        return 1
    done = False
    digest = hashlib.sha256()
    size = 0
    try:
        workers = max(1, min(options.workers, len(jobs) or 1))
        with multiprocessing.Pool(workers, in_worker) as pool:
            for item in packages:
                if not item["left"]:
                    report(item)
            for (item, inner), (verdict, text) in zip(
                    owners, pool.imap(extract, jobs, chunksize=8)):
                if verdict == "text":
                    record = json.dumps(
                        {"id": item["package"] + "/" + printable(inner), "text": text,
                         "source": "debian:" + item["package"],
                         "version": item["version"],
                         "license": item["license"]},
                        ensure_ascii=False) + "\n"
                    out.handle.write(record)
                    data = record.encode("utf-8")
                    digest.update(data)
                    size += len(data)
                    item["documents"] += 1
                    item["text_bytes"] += len(text.encode("utf-8"))
                else:
                    item["skipped"][verdict] += 1
                    if verdict in ("undecodable", "unreadable"):
                        say("%s: %s: %s" % (item["package"], printable(inner),
                                            text or "neither UTF-8 nor EUC-JP; left out"))
                item["left"] -= 1
                if not item["left"]:
                    report(item)
        total = sum(item["text_bytes"] for item in packages)
        documents = sum(item["documents"] for item in packages)
        summary(packages, documents, total)
        if total < options.minimum * MB or not documents:
            say("only %.1f MB of text, at least %g MB are needed; %s is not written"
                % (total / MB, options.minimum, options.out))
            return 3
        out.commit()
        done = True
    except OSError as error:
        say("cannot write %s: %s" % (options.out, error.strerror or error))
        return 1
    finally:
        if not done:
            out.abandon()
    sources = {"recipe": "debian-docs", "recipe_revision": RECIPE_REVISION,
               "bytes": size, "sha256": digest.hexdigest(),
               "documents": documents, "text_bytes": total,
               "packages": [{"package": item["package"], "version": item["version"],
                             "license": item["license"],
                             "documents": item["documents"],
                             "text_bytes": item["text_bytes"],
                             "skipped": {name: item["skipped"][name]
                                         for name, _ in VERDICTS
                                         if item["skipped"][name]}}
                            for item in packages]}
    side = AtomicFile(sidecar_of(options.out))
    try:
        json.dump(sources, side.handle, ensure_ascii=False, indent=1)
        side.handle.write("\n")
        side.commit()
    except OSError as error:
        side.abandon()
        say("cannot write %s: %s" % (side.path, error.strerror or error))
        return 1
    say("wrote %s (%.1f MB) and %s" % (options.out, size / MB, side.path))
    return 0


def report(item):
    left_out = ", ".join("%d %s" % (item["skipped"][name], words)
                         for name, words in VERDICTS if item["skipped"][name])
    say("%s: %d documents, %.2f MB%s" % (
        item["package"], item["documents"], item["text_bytes"] / MB,
        " (left out: %s)" % left_out if left_out else ""))


def summary(packages, documents, total):
    rows = [("package", "version", "documents", "MB of text", "licence")]
    for item in packages:
        rows.append((item["package"], item["version"], str(item["documents"]),
                     "%.2f" % (item["text_bytes"] / MB), item["license"]))
    rows.append(("total", "", str(documents), "%.2f" % (total / MB), ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    sys.stderr.write("\n")
    for row in rows:
        sys.stderr.write("%-*s  %-*s  %*s  %*s  %s\n" % (
            widths[0], row[0], widths[1], row[1], widths[2], row[2],
            widths[3], row[3], row[4] if len(row[4]) <= 100 else row[4][:97] + "..."))
    left_out = collections.Counter()
    for item in packages:
        left_out.update(item["skipped"])
    sys.stderr.write("left out: " + (", ".join(
        "%d %s" % (left_out[name], words) for name, words in VERDICTS
        if left_out[name]) or "nothing") + "\n\n")
    sys.stderr.flush()


def main():
    parser = argparse.ArgumentParser(
        prog="debian_docs.py",
        description="The extractor behind corpora/debian-docs; run that instead.")
    parser.add_argument("command", choices=("check", "extract"))
    parser.add_argument("--plan", required=True,
                        help="lines of PACKAGE, VERSION and unpacked ROOT, tabs between")
    parser.add_argument("--out", required=True, help="the JSON lines file to write")
    parser.add_argument("--minimum", type=float, default=0,
                        help="fail with less text than this many MB")
    parser.add_argument("--workers", type=int, default=max(2, os.cpu_count() or 1))
    options = parser.parse_args()

    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        if options.command == "check":
            return command_check(options)
        return command_extract(options)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
