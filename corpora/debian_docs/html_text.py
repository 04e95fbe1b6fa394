# SPDX-License-Identifier: Apache-2.0
#
# The readable text of an HTML page, without the menus, tables of contents and links
# that manual generators put around it.  Marks and white space: white_space.py.

import html.parser
import re

from .white_space import CELL, LINE, PARA, RE_CONTROL, ROW, SPACE, clean, flow

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
    """The text of a page, given its decoded source."""
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
