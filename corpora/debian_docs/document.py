# SPDX-License-Identifier: Apache-2.0
#
# One file to its text or to the reason why it is left out; what the worker processes
# do.  Charset, then HTML, man page or plain text, then the filters.

import signal

from .charset import decode
from .html_text import html_text
from .japanese import is_japanese
from .package_files import read
from .troff_page import is_redirection, man_text
from .white_space import plain_text

MIN_CHARS = 20          # shorter texts are index, search and redirect pages

# Why a file is left out, and how the summary says it
VERDICTS = (("short", "nearly empty"), ("foreign", "not Japanese"),
            ("redirect", "redirections"), ("double", "second renderings"),
            ("undecodable", "undecodable"), ("unreadable", "unreadable"))


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
        if is_redirection(text):
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
