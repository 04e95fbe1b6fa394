#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a model with other pre-tokenizers: none of ours by name.

    steps.py TOKENIZER_JSON DIRECTORY [PIECES]

Each file is DIRECTORY/NAME.tokenizer.json; their names are printed. Pre-tokenizers are those of
published models (BLOOM, Kimi K2, OLMo 2, DeepSeek Coder, Falcon, Falcon H1, RoBERTa's ByteLevel) and others that
change text or leave out some. With PIECES the vocabulary is cut to that
many: each file is opened four times, and a long one takes longer than its texts.
"""
import json
import os
import sys

from split_steps import PUBLISHED


def split(name, behavior="Isolated", invert=False):
    pattern = {"Regex": PUBLISHED.get(name, name)}
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def byte_level(space, regex):
    return {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": False,
            "use_regex": regex}


DIGITS = {"type": "Digits", "individual_digits": True}
PRE_TOKENIZERS = {
    "roberta": [byte_level(True, True)],
    "nothing": [byte_level(False, False)],
    "space": [byte_level(True, False)],
    "kimi-k2": [split("kimi-k2"), byte_level(False, False)],
    "olmo2": [split("olmo2"), byte_level(False, False)],
    "bloom": [split("bloom"), byte_level(False, False)],
    "falcon-h1": [split("falcon-h1"), split("llama3"), byte_level(False, False)],
    "falcon": [{"type": "Punctuation", "behavior": "Contiguous"}, byte_level(False, True),
               {"type": "Digits", "individual_digits": False}, split("falcon")],
    "deepseek-coder": [split("deepseek-coder-newline"), split("deepseek-llm-letters"),
                       split("deepseek-llm-signs"), split("deepseek-space-end"),
                       split("deepseek-v3-cjk"), DIGITS, byte_level(False, False)],
    "removed": [split(r"\s+", "Removed"), byte_level(True, False)],
    "words": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}, DIGITS,
              byte_level(True, True)],
    "metaspace": [{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first",
                   "split": True}, byte_level(False, False)],
    "scripts": [{"type": "UnicodeScripts"}, {"type": "FixedLength", "length": 7},
                byte_level(False, True)],
}


def shorten(model, pieces):
    """Leaves the first `pieces` of the vocabulary, and added tokens behind them."""
    bpe, first = model["model"], len(model["model"]["vocab"])
    bpe["vocab"] = {piece: number for piece, number in bpe["vocab"].items() if number < pieces}
    bpe["merges"] = [merge for merge in bpe["merges"]
                     if all(part in bpe["vocab"] for part in (*merge.split(" "), merge.replace(" ", "")))]
    for token in model["added_tokens"]:
        token["id"] += pieces - first


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        model = json.load(file)
    if len(sys.argv) == 4:
        shorten(model, int(sys.argv[3]))
    for name, steps in PRE_TOKENIZERS.items():
        model["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
        path = os.path.join(sys.argv[2], f"{name}.tokenizer.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(model, file, ensure_ascii=False)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
