#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compare_exports runs: models of every kind are trained on TRAINING, written, and opened by tokenizers, transformers
(PreTrainedTokenizerFast), tiktoken and sentencepiece, which must give the ids that `tokenize encode` gives with the native
file and with each of the written ones, and the text again.

    exports.py TOKENIZE DIRECTORY SIZE LINES TRAINING [TEXT...]

Exit status: 0 equal, 1 different, 2 cannot run."""
import base64
import itertools
import json
import os
import random
import re
import sys

import oracle_texts
import sentencepiece
import tiktoken
import tokenizers
import transformers
from commands import fail, run

# Tokens that every model must have, among them such as no training finds.
REQUIRED = ["国立国会図書館", "るとい", "です", "鬱鬱驫", "tokenizer", "ヸヹヺ", "コロナ"]

# Lines that real texts have few of.
HARD = ["", " ", "  ", "\u3000", "a  b", " \u3042", "\u3042 ", "\u2581", "\u2581\u2581a", "\t", "a\tb", "\u0000", "\u304b\u3099", "\uff76\uff9e", "\U00020b9f\u91ce\u5bb6",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ue000\U0010ffff", "<s>", "<unk>", "<|endoftext|>", "<0xE3>", "x" * 300,
        "\u3042" * 300, " " * 40, "\u0e01\u0e33", "don't I'LL", "1234567 \uff11\uff12\uff13", "\u00ad\u200b\u200e"]


def read_lines(path, most):
    lines = (line for text in oracle_texts.json_texts(path) for line in re.split(r"[\r\n]+", text))
    return list(itertools.islice((line for line in lines if line.strip()), most))


class Ours:
    def __init__(self, command, directory):
        self.command, self.directory = command, directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def train(self, *options):
        run(self.command, "train", "--quiet", *options)

    def ids(self, path, documents):
        lines = run(self.command, "encode", "-t", path, "--quiet", documents).decode()
        return [[int(i) for i in line.split()] for line in lines.split("\n")[:-1]]


def pattern_of(path):
    """The regular expression that tokenizer.json cuts with."""
    with open(path, encoding="utf-8") as file:
        steps = json.load(file)["pre_tokenizer"]
    return next(step["pattern"]["Regex"] for step in steps.get("pretokenizers", [steps]) if step["type"] == "Split")


def ranks_of(path):
    with open(path, "rb") as file:
        return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, file)}


def open_json(path):
    """As tokenizers and as transformers open it; special tokens in the text are text."""
    plain = tokenizers.Tokenizer.from_file(path)
    plain.encode_special_tokens = True
    fast = transformers.PreTrainedTokenizerFast(tokenizer_file=path)
    return {
        f"tokenizers {tokenizers.__version__}": (lambda texts: [e.ids for e in plain.encode_batch(texts, add_special_tokens=False)],
                                                 lambda ids: plain.decode_batch(ids, skip_special_tokens=False)),
        f"transformers {transformers.__version__}": (
            lambda texts: fast(texts, add_special_tokens=False, split_special_tokens=True)["input_ids"],
            lambda ids: fast.batch_decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)),
    }


def open_ranks(path, pattern):
    encoding = tiktoken.Encoding("ours", pat_str=pattern, mergeable_ranks=ranks_of(path), special_tokens={})
    return {f"tiktoken {tiktoken.__version__}": (
        lambda texts: encoding.encode_ordinary_batch(texts, num_threads=2), encoding.decode_batch)}


def open_model(path):
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return {f"sentencepiece {sentencepiece.__version__}": (model.encode, model.decode)}


def compare(what, ours, theirs, texts):
    for text, one, other in zip(texts, ours, theirs, strict=True):
        if one != other:
            fail(f"{what}: {text!r}: {one} here, {other} there")


class Report:
    def __init__(self):
        self.files = self.ids = self.lines = self.ties = self.required = 0


def check_required(ours, native, written):
    """Each required token by itself is one id, the same one, in each program."""
    documents = ours.path("required.jsonl")
    with open(documents, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in REQUIRED)
    expected = ours.ids(native, documents)
    for path, programs in {native: {}, **written}.items():
        for program, (encode, _) in {"ours": (lambda texts, path=path: ours.ids(path, documents), None), **programs}.items():
            ids = encode(REQUIRED)
            compare(f"required tokens, {os.path.basename(path)}, {program}", expected, ids, REQUIRED)
            if any(len(one) != 1 for one in ids):
                fail(f"{program}, {path}: required tokens have the ids {ids}")
    return sum(len(REQUIRED) * (1 + len(programs)) for programs in written.values())


def check(ours, native, written, texts, documents, report, has_ties=False, lossless=False):
    """`written`: path -> the programs that open it. All must give our ids of this file, and the same text, that which was
    encoded if the model is `lossless`. These
    are the ids of the native file too; but `has_ties`: sums of scores that are equal as sentencepiece adds them up, in 32
    bits, need not be so as tokenizers does, in 64, so that a few lines may be cut otherwise by tokenizer.json."""
    expected = ours.ids(native, documents)
    for path, programs in written.items():
        name, own = os.path.basename(path), ours.ids(path, documents)
        if has_ties and name.endswith(".json"):
            report.ties += sum(one != other for one, other in zip(expected, own, strict=True))
        else:
            compare(f"{name} and the native file, opened by ours", expected, own, texts)
        report.files += 1
        first = None
        for program, (encode, decode) in programs.items():
            compare(f"{name}, {program}", own, encode(texts), texts)
            back = decode(own)
            first = first or back
            compare(f"{name}, text of {program}", texts if lossless else first, back, texts)
            report.lines += len(texts)
            report.ids += sum(map(len, own))


def main():
    command, directory, size, most, *paths = sys.argv[1:]
    ours, report, size = Ours(command, directory), Report(), int(size)
    texts = list(HARD)
    for path in paths:
        texts += read_lines(path, int(most))
    random.Random(size).shuffle(texts)
    documents = ours.path("texts.jsonl")
    with open(documents, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)

    listed = ours.path("required.list")
    with open(listed, "w", encoding="utf-8") as file:
        file.writelines(text + "\n" for text in REQUIRED)
    require = ["--require-list", listed]

    for pattern in ("cl100k", "o200k"):
        table, base = ours.path(pattern + ".wct"), ours.path(pattern)
        run(command, "count", "--quiet", "--pre-tokenizer", pattern, "-o", table, paths[0])
        ours.train("--counts", table, "--size", str(size), "--special", "", "-o", base + ".tkz", "--hf", base + ".json",
                   "--tiktoken", base + ".tiktoken", "--order", "rustbpe", *require)
        check(ours, base + ".tkz", {base + ".json": open_json(base + ".json")}, texts, documents, report, lossless=True)
        # The ids of ranks are those of tokenizer.json here; ours opens such a file with the pattern said.
        own = ours.path("ranks.tkz")
        run(command, "vocab", "convert", base + ".tiktoken", "--pre-tokenizer", pattern, "-o", own)
        check(ours, base + ".tkz", {own: open_ranks(base + ".tiktoken", pattern_of(base + ".json"))}, texts, documents, report,
              lossless=True)
        report.required += check_required(ours, base + ".tkz", {
            base + ".json": open_json(base + ".json"), own: open_ranks(base + ".tiktoken", pattern_of(base + ".json"))})

    base = ours.path("characters")
    run(command, "count", "--quiet", "--pre-tokenizer", "metaspace-hf0.23:replacement=\u2581", "-o", base + ".wct", paths[0])
    ours.train("--counts", base + ".wct", "--size", str(size), "--unit", "characters", "--order", "sentencepiece", "--coverage",
               "0.9995", "--byte-fallback", "--special", "<|end|>", "--sentencepiece", base + ".model", "-o", base + ".tkz",
               "--hf", base + ".json", *require)
    written = {base + ".json": open_json(base + ".json"), base + ".model": open_model(base + ".model")}
    check(ours, base + ".tkz", written, texts, documents, report)

    base = ours.path("unigram")
    ours.train("--model", "unigram", "--size", str(size), "--byte_fallback=true", "--character_coverage=0.9995",
               "--remove_extra_whitespaces=false", "--sentencepiece", base + ".model", "-o", base + ".tkz", "--hf", base + ".json",
               paths[0])
    check(ours, base + ".tkz", {base + ".json": open_json(base + ".json"), base + ".model": open_model(base + ".model")}, texts,
          documents, report, True)

    # With nothing put before a text.
    base = ours.path("required-characters")
    ours.train("--counts", ours.path("characters.wct"), "--size", str(size), "--unit", "characters", "--order", "sentencepiece",
               "--coverage", "0.9995", "--byte-fallback", "--no-dummy-prefix", "--sentencepiece", base + ".model", "-o",
               base + ".tkz", "--hf", base + ".json", *require)
    report.required += check_required(ours, base + ".tkz", {base + ".json": open_json(base + ".json"),
                                                            base + ".model": open_model(base + ".model")})
    base = ours.path("required-unigram")
    ours.train("--model", "unigram", "--size", str(size), "--byte_fallback=true", "--character_coverage=0.9995",
               "--add_dummy_prefix=false", "--sentencepiece", base + ".model", "-o", base + ".tkz", "--hf", base + ".json",
               *require, paths[0])
    report.required += check_required(ours, base + ".tkz", {base + ".json": open_json(base + ".json"),
                                                            base + ".model": open_model(base + ".model")})
    if report.ties > len(texts) // 100:
        fail(f"{report.ties} of {len(texts)} lines have other ids by tokenizer.json of Unigram, which ties do not explain")
    print(f"compared {report.files} files of 6 models of {size} ids in tokenizers, transformers, tiktoken and sentencepiece: "
          f"{len(texts)} lines, {report.lines} times a line, {report.ids} ids and their text, 0 different "
          f"({report.ties} lines with ties in tokenizer.json of Unigram); {report.required} times a required token, one id each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
