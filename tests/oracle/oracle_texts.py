# SPDX-License-Identifier: Apache-2.0
#
# The documents of the files that comparisons are given: JSON lines, plain or .zst, give the
# longest string field of every record; other files are the caller's business.
import io
import json
import os


def find_files(paths, endings):
    """The files of these, and of folders those in and below them whose names end so, in the order of names."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(endings))


def json_texts(path):
    """The texts of a JSON-lines file, or None if the file is not one by its name."""
    if path.endswith(".jsonl.zst"):
        import zstandard

        file = open(path, "rb")
        stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return longest_strings(io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))
    if path.endswith(".jsonl"):
        return longest_strings(open(path, encoding="utf-8", newline="\n"))
    return None


def longest_strings(lines):
    with lines:
        for line in lines:
            strings = [value for value in json.loads(line).values() if isinstance(value, str)]
            yield max(strings, key=len, default="")
