#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts what a script measured into its place in a document, between the lines `<!-- begin NAME -->`
and `<!-- end NAME -->`. For bench/fill_performance and tests/conformance/fill_compatibility."""
import os
import tempfile


def fill(path, name, lines):
    """Replaces the section `name` of the document by `lines`; the file changes whole or not at all."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    with open(path, encoding="utf-8") as file:
        old = file.read().split("\n")
    if old.count(begin) != 1 or old.count(end) != 1 or old.index(end) < old.index(begin):
        raise SystemExit(f"{path}: there must be one line {begin} and one {end} behind it")
    new = old[:old.index(begin) + 1] + list(lines) + old[old.index(end):]
    directory = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=directory, delete=False) as file:
        file.write("\n".join(new))
    os.chmod(file.name, os.stat(path).st_mode & 0o777)
    os.replace(file.name, path)
