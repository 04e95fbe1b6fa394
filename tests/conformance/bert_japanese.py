#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares vocab.txt with the words of a MeCab dictionary before it with BertJapaneseTokenizer of
transformers: ids, and the text that they become again.

    bert_japanese.py TOKENIZE VOCAB_TXT|made DICTIONARY[,...] [TEXT ...]

DICTIONARY is a Python package with one: ipadic, unidic_lite. "made": a vocabulary of words and parts of
words of the TEXT files. Exit status: 0 equal, 1 different, 2 cannot run.

Texts go without NUL, at which libmecab ends them, and without characters that Python's Unicode does not
have yet, as ours is another version.
"""
import collections
import importlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unicodedata

import transformers.models.bert_japanese.tokenization_bert_japanese as bert_japanese

import hf_encode
import models

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
HERE = [
    "吾輩は猫である。名前はまだ無い。", "ﾊﾝｶｸの①と㍿、ＡＢＣ１２３", "  空白　と\t改行\nと\r\nを 含む  ", "Ðの字\u2028と\x1c\x1d間",
    "ΟΔΟΣ ΣΑΣ. Σ ΑΣ' 𝚺𝚨𝚺", "İstanbul ǅ Straße", "[CLS]すもも[MASK]もも[SEP][UNK]", "a" * 100, "a" * 101, "漢" * 300,
    "か\u3099は\u309a", "\U0001f468\u200d\U0001f469\u200d\U0001f467絵文字", "##の ## [未知]", "",
]


class BertJapanese:
    def __init__(self, vocab, dictionary, lowercase, characters):
        self.model = bert_japanese.BertJapaneseTokenizer(
            vocab, word_tokenizer_type="mecab", mecab_kwargs={"mecab_dic": dictionary},
            do_lower_case=lowercase,
            subword_tokenizer_type="character" if characters else "wordpiece")
        self.name = "BertJapaneseTokenizer"

    def encode(self, text):
        return self.model.convert_tokens_to_ids(self.model.tokenize(text))


def known(text):
    return "".join(character for character in text
                   if character != "\0" and unicodedata.category(character) not in ("Cn", "Cs"))


def make(path, texts):
    """Words that are often there, starts and ends of those, and characters."""
    import fugashi
    import ipadic

    tagger = fugashi.GenericTagger(ipadic.MECAB_ARGS)
    words, starts, ends = (collections.Counter() for _ in range(3))
    for text in texts:
        text = unicodedata.normalize("NFKC", known(text))
        for word in tagger(text):
            word = word.surface
            for form in {word, word.lower()}:
                words[form] += 1
                for character in form:
                    starts[character] += 1
                    ends["##" + character] += 1
                for at in range(1, len(form)):
                    starts[form[:at]] += 1
                    ends["##" + form[at:]] += 1
    chosen = {}
    for counter, most in ((words, 6000), (starts, 6000), (ends, 6000)):
        chosen.update(dict.fromkeys(token for token, _ in counter.most_common(most)
                                    if token.strip() == token and token not in SPECIALS))
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(token + "\n" for token in SPECIALS + list(chosen))


def compare_decoding(command, model, reference, texts):
    rows = [ids for ids in map(reference.encode, texts) if ids]
    found = subprocess.run(
        [command, "decode", "-t", model], check=True, stdout=subprocess.PIPE,
        input="".join(json.dumps({"ids": ids}) + "\n" for ids in rows).encode()).stdout
    different = 0
    for ids, line in itertools.zip_longest(rows, found.decode().splitlines()):
        expected = reference.model.decode(ids, clean_up_tokenization_spaces=False)
        text = json.loads(line)["text"] if line else None
        if text != expected:
            different += 1
            if different == 1:
                print(f"  decoding {ids[:20]}\n    {reference.name}: {expected[:100]!r}\n"
                      f"    ours: {text[:100]!r}")
    print(f"  {len(rows)} decoded, {different} different")
    return different


def check_refusals(command, model):
    """No other format can say that words are those of a dictionary."""
    accepted = 0
    for target in ("hf", "tiktoken", "sentencepiece"):
        answer = subprocess.run([command, "vocab", "convert", model, "--to", target, "-o", model + ".other"],
                                capture_output=True, text=True, check=False)
        if answer.returncode != 2 or os.path.exists(model + ".other"):
            accepted += 1
            print(f"  it was written as {target}, which cannot hold it: {answer.stderr}")
    return accepted


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    command, vocab, dictionaries, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    generated = int(os.environ.get("GENERATED", 10**9))
    texts = [known(text) for text in itertools.chain.from_iterable(map(hf_encode.file_texts, files))]
    hard = [known(text) for text in itertools.chain(
        HERE, itertools.islice(models.nasties(), generated),
        itertools.islice(hf_encode.generated(), generated))]
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        if vocab == "made":
            vocab = os.path.join(directory, "vocab.txt")
            make(vocab, texts)
        for dictionary in dictionaries.split(","):
            folder = importlib.import_module(dictionary).DICDIR
            for name, lowercase, characters in (("morph", False, False), ("morph:lowercase", True, False),
                                                ("morph:characters", False, True)):
                model = os.path.join(directory, "model.tkz")
                subprocess.run([command, "vocab", "convert", vocab, "--pre-tokenizer", name,
                                "--boundaries", folder, "-o", model], check=True)
                reference = BertJapanese(vocab, dictionary, lowercase, characters)
                print(f"{name}, {dictionary}: {reference.name}")
                options = ["--special", "--boundaries", folder]
                failures += models.compare(command, model, reference,
                                           {"hard": hard, "texts": texts}, options)
                failures += compare_decoding(command, model, reference, hard[:300] + texts[:300])
                failures += check_refusals(command, model)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
