# SPDX-License-Identifier: Apache-2.0
#
# Which files of an unpacked package may hold Japanese text, by their names, and their
# bytes.  Nothing outside the package is read: links are not followed.

import gzip
import os
import re
import zlib

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
    """The bytes of a file, unpacked where it is gzip.  OSError, EOFError or
    ValueError when it cannot be read or is damaged."""
    with open(path, "rb") as handle:
        data = handle.read()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except zlib.error as error:
            raise ValueError(str(error)) from error
    return data
