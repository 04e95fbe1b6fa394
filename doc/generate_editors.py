#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes doc/editors.md from the registry of editors: doc/generate_editors.py TOKENIZE [TARGET]
import json
import os
import subprocess
import sys

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by doc/generate_editors.py from `tokenize list editors --json`. -->
# Editors

An editor cuts something out of a text or mends it. Editors are chosen as a chain, in the recipe and on the command line, and
work in the order in which they stand there:

    "edit": "mojibake,swallow_punctuation,repeated_lines:minimum=20,pii:phone=keep"
    tokenize clean --edit mojibake,swallow_punctuation,pii raw.jsonl.zst -o clean.jsonl.zst

Options are written behind the name with colons; a backslash takes `,` `:` `=` and itself literally in their values. A name
without its version means the first of that name; recipes, manifests and reports hold the full one, and a version never gets
another meaning. The steps of normal forms (`tokenize list normalizers`), such as `mojibake-v1`, `pii-v1` and `nfkc-16.0`, may
stand in the chain too.

**Order.** A document goes through the normal form (`normalize`), then the editors (`edit`), then the filters (`clean`), then
deduplication; filters measure the text that the editors leave. To edit after filtering, as Swallow does, run `tokenize clean`
a second time with `--edit` and `-f length:minimum=0`. A document whose text an editor changes is written anew with that text;
all other members of its record stay as they are, and so does a text that nothing changed, byte for byte. A text of which nothing
is left is a text of length 0: the filter `length` drops it.

**Accounts.** Each editor counts the documents that it changed and what it changed in them, by kind. The summary shows the counts,
`--json` and the manifest hold them as `changes` ([report.md](report.md)): `"pii-v1.phone": 12`. They are sums over
documents, the same for any number of threads and after a resumed run, whatever later becomes of the documents. Personal information is counted by
type, in `--normalize` as in `--edit`.

**Places.** Every editor reports a span map: `tokenize clean --explain --edit ... FILE` shows each change with its place in the text
as it was given. All work in linear time, on any text.

**Charsets.** Records are UTF-8; `tokenize text convert` brings other charsets to it before. What was decoded with the wrong one is
mended by `mojibake-v1`.

Word lists are files of the user's, one word a line; the project has none of others. LLM-jp's corpus v1 is edited by
`kana_lines,urls:compat=true,ascii_runs,join_lines` (web) and by `end_sections:words=FILE,empty_brackets,empty_brackets:brackets=ascii`
(Wikipedia), HojiChar's `MaskPersonalInformation` is `hojichar_phone,hojichar_email`.
"""


def listing(topic):
    command = [sys.argv[1], "list", topic, "--json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def cell(text):
    return text.replace("|", "\\|")


def option(entry):
    default = f" (`{entry['default']}`)" if entry["default"] else ""
    values = f": {entry['values']}" if entry["values"] not in ("text", "false|true") else ""
    return f"`{entry['name']}`{default}{values}, {entry['text']}"


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    target = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "editors.md")
    out = [HEAD, "\n| editor | what it does | options (default) | counts besides documents | source | where it departs |\n"
           "|---|---|---|---|---|---|\n"]
    for entry in listing("editors"):
        row = [f"`{entry['name']}`", entry["text"], "; ".join(map(option, entry["options"])), ", ".join(entry["counts"]),
               entry["source"], entry.get("difference", "")]
        out.append("| " + " | ".join(map(cell, row)) + " |\n")
    out.append("\nOf the steps of normal forms, `pii-v1` counts what it masks by type, `mojibake-v1` the stretches it mends.\n")
    with open(target, "w", encoding="utf-8") as file:
        file.write("".join(out))


main()
