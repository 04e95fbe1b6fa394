#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes doc/recipe.md from the option table of the command: doc/generate_recipe.py TOKENIZE
import json
import os
import subprocess
import sys

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by doc/generate_recipe.py from `tokenize list recipe --json`. -->
# Recipes

A recipe is a JSON object that says what goes in, what is done, and what comes out. `tokenize run RECIPE.json` carries it
out; `tokenize run --check-only RECIPE.json` prints it with every default filled in.

```json
{
  "input": {"files": ["corpus-1.jsonl.zst", "corpus-2.jsonl.gz"]},
  "clean": [{"name": "length", "minimum": 100}, {"name": "japanese_ratio"}],
  "dedup": {"method": "exact"},
  "vocabulary": {"size": 32000, "boundaries": "ipadic", "holdout": 0.01},
  "output": {"directory": "out"}
}
```

Leave a part out and it is not done: without `clean` nothing is dropped, without `dedup` nothing is compared, without
`vocabulary` nothing is encoded; `"vocabulary": {"file": "out/tokenizer.tkz"}` encodes with a finished one. Instead of a
`directory`, `output` can name streams (`records`, `ids`, `counts`, `tokenizer` ...), which is what the other commands do;
streams are not journalled. Unknown members are errors.

A run into a directory that was stopped goes on when it is started again with the same recipe and unchanged inputs.
`--overwrite` starts anew.

| member | type | default | range | meaning |
|---|---|---|---|---|
"""

options = json.loads(
    subprocess.run([sys.argv[1], "list", "recipe", "--json"], stdout=subprocess.PIPE, check=True).stdout
)


def cell(text):
    return text.replace("|", "\\|")


target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipe.md")
with open(target, "w", encoding="utf-8") as file:
    file.write(HEAD)
    for option in options:
        default = option.get("default", "")
        default = f"`{json.dumps(default)}`" if default != "" else ""
        span = f"`{cell(option['range'])}`" if option["range"] else ""
        row = [f"`{option['path']}`", cell(option["type"]), cell(default), span, cell(option["text"])]
        file.write("| " + " | ".join(row) + " |\n")
