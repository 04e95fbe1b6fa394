#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes doc/filters.md from the registry of filters and presets: doc/generate_filters.py TOKENIZE [TARGET]
import json
import os
import subprocess
import sys

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by doc/generate_filters.py from `tokenize list filters --json` and `tokenize list presets --json`. -->
# Filters

A filter measures one value of a document and holds it against its bounds. Filters are chosen in the recipe, as an array,
and are asked in the order of that array; the first one that drops a document decides, and its name, reason, value and
threshold are recorded (`--rejects`).

    "clean": [
        {"name": "length", "minimum": 100},
        {"name": "japanese_ratio"},
        {"preset": "swallow-v1-quality"}
    ]

On the command line: `tokenize clean --preset swallow-v1-quality --filter length:minimum=100`. Presets come before filters there.

Parameters that are left out have their defaults. The same filter may stand there more than once. An empty array keeps
everything. An unknown filter or parameter, a value of the wrong type or out of range, and a minimum above its maximum are
refused before any document is read, with the place and what would be right:

    filters[1]: unknown filter "lenght", did you mean "length"? There are: length, japanese_ratio, ...
    filters[0].minimum: "minimum" must be a whole number from 0 to 1e+15 (default 50)

A **character** is a Unicode scalar value: 𠮷 is one, a decomposed が (か and a combining mark) is two, a line end CR LF is
two. Classes of characters are those of Unicode 16.0.0 whatever the system's libraries say, so that a document has the same
verdict everywhere. All filters read one set of measures: what two of them need is measured once, and what none of those asked
needs is not measured. Text that is not valid UTF-8 has no verdict: it is an error that names the first invalid byte. Word
lists are files of the user's; the project has none of others.

The time of a document grows with its size, whatever is in it: with all values of a preset one of 200 MB of mixed Japanese took 1.1 to 1.5 times as
long for each MB as one of 4 MB, 1.0 to 1.5 times as one of 25 MB (`bench/clean_growth`; on a busy machine, where the first touch of
fresh memory is slow: a fifth of the time of 200 MB). The memory of a worker grows in proportion: a huge document decides it and the next
one gives it back. The command took 1.3 GB for that document with `swallow-v1`, `ja-web-v1`, `llm-jp-v1` and `hojichar` (6.5 times the text: the record, the text, 4 bytes for each
character, and 6 more while n-grams are counted), 2.1 GB with `gopher-ja` and `fineweb2-jpn` (10.5 times: their words too). `input.record_limit` says above which size a record is bad; a shorter one that has
no room in `--memory` ends the command, which says its line.

Bounds: *below* and *above* say that a value equal to the bound is kept; *at or below*, *at or above*, that it is dropped.
`compat` makes a value what the reference computes even where that is a mistake of its.

Of the heuristic filters of NeMo Curator 1.4.0 these are left out: BoilerPlateStringFilter (whole sentences of others),
PornographicUrlsFilter and SubstringFilter (a list of words and `hojichar_ng_words` do it), RepeatingTopNGramsFilter (which sequence is
looked for among equally frequent ones depends on the hash seed of Python, and in Japanese it looks for it with spaces between
the words: `gopher_top_2gram`), RepeatingDuplicateNGramsFilter (`gopher_repeated_5gram`), and those that parse program code.
"""


def listing(topic):
    command = [sys.argv[1], "list", topic, "--json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def cell(text):
    return text.replace("|", "\\|")


def number(value):
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def default(parameter):
    if parameter["type"] == "file":
        return "may be left out" if parameter.get("optional") else "none: must be given"
    if parameter["type"] == "flag":
        return "`true`" if parameter["default"] else "`false`"
    return f"`{number(parameter['default'])}`"


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    target = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "filters.md")
    out = [HEAD]
    out.append("\n## Presets\n")
    for preset in listing("presets"):
        out.append(f"\n### `{preset['name']}`\n\n{preset['text']} Source: {preset['source']}.\n")
        if "lists" in preset:
            out.append(f"Needs `--lists DIR`, a folder with {preset['lists']}.\n")
        chosen = []
        for item in preset["filters"]:
            extra = ", ".join(f"{key} {value}" for key, value in item.items() if key != "name")
            chosen.append(f"`{item['name']}`" + (f" ({extra})" if extra else ""))
        out.append("\n" + ", ".join(chosen) + "\n")
    out.append("\n## Filters\n\n| filter | value | unit | drops | parameters | source | where it departs |\n")
    out.append("|---|---|---|---|---|---|---|\n")
    for item in listing("filters"):
        parameters = "; ".join(f"`{p['name']}` {default(p)}" for p in item["parameters"])
        row = [f"`{item['name']}`", item["text"], item["unit"], item["drops"], parameters, item["source"],
               item.get("difference", "")]
        out.append("| " + " | ".join(cell(text) for text in row) + " |\n")
    with open(target, "w", encoding="utf-8") as file:
        file.write("".join(out))


main()
