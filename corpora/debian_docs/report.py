# SPDX-License-Identifier: Apache-2.0
#
# What the extractor tells on standard error: a line a package, and the summary at the
# end.  Packages come as corpus.py counts them.

import collections
import sys

from .document import VERDICTS

MB = 1000 * 1000
LICENCE_WIDTH = 100     # longer ones are cut in the summary; the sidecar has them whole


def say(text):
    sys.stderr.write("debian-docs: " + text + "\n")
    sys.stderr.flush()


def printable(path):
    """A path as valid UTF-8, whatever bytes the file name had."""
    return path.encode("utf-8", "replace").decode("utf-8")


def left_out(skipped):
    return ", ".join("%d %s" % (skipped[name], words)
                     for name, words in VERDICTS if skipped[name])


def report(package):
    """One package is done."""
    skipped = left_out(package.skipped)
    say("%s: %d documents, %.2f MB%s" % (
        package.name, package.documents, package.text_bytes / MB,
        " (left out: %s)" % skipped if skipped else ""))


def summary(packages, documents, text_bytes):
    """The table of all packages, and what was left out of all."""
    rows = [("package", "version", "documents", "MB of text", "licence")]
    skipped = collections.Counter()
    for package in packages:
        licence = package.licence
        if len(licence) > LICENCE_WIDTH:
            licence = licence[:LICENCE_WIDTH - 3] + "..."
        rows.append((package.name, package.version, str(package.documents),
                     "%.2f" % (package.text_bytes / MB), licence))
        skipped.update(package.skipped)
    rows.append(("total", "", str(documents), "%.2f" % (text_bytes / MB), ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    sys.stderr.write("\n")
    for row in rows:
        sys.stderr.write("%-*s  %-*s  %*s  %*s  %s\n" % (
            widths[0], row[0], widths[1], row[1], widths[2], row[2],
            widths[3], row[3], row[4]))
    sys.stderr.write("left out: " + (left_out(skipped) or "nothing") + "\n\n")
    sys.stderr.flush()
