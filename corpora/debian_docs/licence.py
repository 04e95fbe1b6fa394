# SPDX-License-Identifier: Apache-2.0
#
# The licences of a package, from its debian/copyright where that is machine readable
# (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/).

import os
import re

from .package_files import read


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
