# SPDX-License-Identifier: Apache-2.0
"""sentencepiece_train.py TEXT.jsonl FOLDER

Trains small SentencePiece models of all kinds and with all options that change how text is read."""
import itertools
import json
import sys

import sentencepiece

SYMBOLS = ["<mask>", "<|x|>", "  ", "\u30a2\u30a4", " a", "1\uff11", "\u2581\u2581\u2581"]
# Each is trained with Unigram and BPE.
OPTIONS = {
    "usual": {},
    "bytes": {"byte_fallback": True, "normalization_rule_name": "identity",
              "remove_extra_whitespaces": False},
    "symbols": {"user_defined_symbols": SYMBOLS, "control_symbols": ["<c>", "[CLS]"]},
    "symbols-bytes": {"user_defined_symbols": SYMBOLS, "byte_fallback": True,
                      "normalization_rule_name": "identity", "remove_extra_whitespaces": False,
                      "add_dummy_prefix": False},
    "folding": {"normalization_rule_name": "nfkc_cf", "unk_surface": "?"},
    "nfkc": {"normalization_rule_name": "nfkc", "add_dummy_prefix": False},
    "suffix": {"treat_whitespace_as_suffix": True},
    "suffix-kept": {"treat_whitespace_as_suffix": True, "remove_extra_whitespaces": False,
                    "byte_fallback": True},
    "whitespace-only": {"allow_whitespace_only_pieces": True, "remove_extra_whitespaces": False,
                        "normalization_rule_name": "identity", "split_digits": True},
    "across-words": {"split_by_whitespace": False, "max_sentencepiece_length": 8},
}


def sentences(path):
    with open(path, encoding="utf-8") as lines:
        for line in itertools.islice(lines, 60):
            text = json.loads(line).get("text", "")
            for start in range(0, min(len(text), 600), 60):
                yield text[start:start + 60].replace("\n", " ")
    for number in range(200):
        yield f"the {number} words of a text, and {number * 7} more; \uff21\uff22\uff23 caf\u00e9"


def train(texts, folder, kind, name, **options):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=f"{folder}/{kind}-{name}", model_type=kind,
        vocab_size=options.pop("vocab_size", 1200), hard_vocab_limit=False, minloglevel=2,
        character_coverage=0.98, num_threads=1, **options)


def main():
    path, folder = sys.argv[1:]
    texts = list(sentences(path))
    for name, options in OPTIONS.items():
        for kind in ("unigram", "bpe"):
            train(texts, folder, kind, name, **options)
    # What decoding changes at last: a and U+3042, and a pair of characters.
    rules = f"{folder}/rules.tsv"
    with open(rules, "w", encoding="utf-8") as file:
        file.write("61\t41\n3042\t3044 3046\n20 74\t20 20 54\n")
    for kind in ("unigram", "bpe"):
        train(texts, folder, kind, "denormalizing", denormalization_rule_tsv=rules,
              byte_fallback=True)
    for kind in ("word", "char"):
        for name in ("usual", "bytes", "symbols"):
            # Trained words end where the whitespace does; a smaller vocabulary leaves unknown ones.
            train(texts, folder, kind, name, vocab_size=900, **OPTIONS[name])


main()
