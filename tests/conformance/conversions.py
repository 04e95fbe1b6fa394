#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Converts every model to every format that is written, and compares what comes of it with the model itself.

    conversions.py [--models MODEL...] [--made SAMPLE [--only NAME...]] [--texts CORPUS.jsonl[.zst]...] [--fill SECTION]

A conversion is exact or refused with the reason. Exact: `tokenize` gives with the new file, and so does the library that the format
is for, the ids that the model's own library gives with the old file, on more than 2,000 texts; with special tokens and template,
and for decoding, the native image and tokenizer.json do what the model did. A .model that was one is the same bytes. Where a
rank file is opened, the cut is named, as the file does not say it.
--fill: the table goes into that section of doc/compatibility.md. Exit status: 0 exact or refused all, 1 not, 2 cannot run."""
import argparse
import base64
import collections
import functools
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import corpus_texts
import fill_section
import hf_encode
import kinds
import models
import pieces
import references
import tiktoken
from tokenizers import Tokenizer, pre_tokenizers

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENIZE = os.environ["TOKENIZE"]
TARGETS = {"sentencepiece": ".model", "hf": "tokenizer.json", "tiktoken": ".tiktoken", "tkz": "native image"}
Result = collections.namedtuple("Result", "state why")  # state: exact, refused, wrong


class Wrong(Exception):
    """What a conversion gives is not what it should be."""


def run(*arguments):
    return subprocess.run([TOKENIZE, *arguments], capture_output=True, text=True, check=False)


def encoded(path, texts, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
        file.flush()
        answer = run("encode", "-t", path, "--quiet", "--input-format", "jsonl", *options, file.name)
    if answer.returncode != 0:
        raise Wrong(f"encode ended with status {answer.returncode}: {answer.stderr.strip()}")
    return [list(map(int, line.split())) for line in answer.stdout.split("\n")[:-1]]


def info(path):
    return json.loads(run("vocab", "info", "--json", path).stdout)


def need_equal(what, texts, found, expected):
    for text, one, other in zip(texts, found, expected, strict=True):
        if one != other:
            raise Wrong(f"{what}: {str(text)[:100]!a}: {str(one)[:200]}, not {str(other)[:200]}")


# ---- Texts ------------------------------------------------------------------


def texts_for(reference, sample, corpora):
    source = random.Random(16)
    strings = [text for text in reference.strings() if text]
    yield from models.NASTIES
    yield from itertools.islice(models.nasties(), len(models.NASTIES), len(models.NASTIES) + 500)
    yield from (text for text in itertools.islice(hf_encode.generated(), 900) if text)
    yield from sample[:150]
    yield from source.sample(strings, min(len(strings), 300))
    for _ in range(400):
        yield "".join(source.choices(strings, k=source.randint(2, 12))).replace(pieces.SPACE, " ")
    for run_of in ("\u3042", " ", "a ", "\u30fc", "x\n"):
        for count in (2, 3, 17, 64, 1000):
            yield run_of * count
    yield from corpora


def special_texts(path):
    """Texts with what the model does not take for text, by its tokenizer.json."""
    with open(path, encoding="utf-8") as file:
        contents = [token["content"] for token in json.load(file)["added_tokens"]]
    source = random.Random(5)
    for content in source.sample(contents, min(len(contents), 60)):
        yield content
        yield f"a {content} \u3042{content}{content}\n {content}"
    for _ in range(100):
        yield "".join(source.choices(models.NASTIES + contents, k=source.randint(2, 6)))


# ---- The libraries, with what we write ----------------------------------------


@functools.lru_cache(None)
def patterns():
    rows = json.loads(run("list", "pre-tokenizers", "--json").stdout)
    return {row["name"]: row["pattern"] for row in rows if ", then " not in row["pattern"]}


def byte_alphabet():
    """The characters that HF writes bytes as."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    return {**{chr(byte): byte for byte in kept}, **{chr(256 + i): byte for i, byte in enumerate(others)}}


def rank_ids(path, name, texts, cut):
    """tiktoken's ids: by its own pattern, or chunk by chunk where the cut is none of one expression."""
    with open(path, "rb") as file:
        ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, file)}
    pattern = patterns().get(name)
    encoding = tiktoken.Encoding("written", pat_str=pattern or "(?s:.)+", mergeable_ranks=ranks, special_tokens={})
    if pattern is not None:
        return encoding.encode_ordinary_batch(texts, num_threads=2)
    alphabet = byte_alphabet()
    return [[number for chunk, _ in cut.pre_tokenize_str(text)
             for number in encoding._core_bpe.encode_single_piece(bytes(alphabet[letter] for letter in chunk))]
            for text in texts]


def hf_cut(path):
    """The pre-tokenizer of a tokenizer.json."""
    with open(path, encoding="utf-8") as file:
        return Tokenizer.from_str(file.read()).pre_tokenizer or pre_tokenizers.ByteLevel(False, use_regex=False)


# ---- One model ------------------------------------------------------------------


class Conversions:
    def __init__(self, kind, sample, corpora, folder):
        self.kind, self.folder = kind, folder
        self.reference = kinds.open_kind(kind)
        self.texts = list(texts_for(self.reference, sample, corpora))
        self.ids = [list(ids) for ids, _ in self.reference.batch(self.texts)]
        need_equal(f"{kind.path}, {self.reference.name}", self.texts, self.encoded(kind.path), self.ids)
        self.compared = len(self.texts)

    def encoded(self, path, *options):
        return encoded(path, self.texts, *options)

    def decoded(self, path, lists):
        return pieces.decoded(TOKENIZE, path, lists)

    def check_sentencepiece(self, path, compat):
        del compat
        need_equal("sentencepiece", self.texts, [ids for ids, _ in references.SentencePiece(path).batch(self.texts)], self.ids)
        need_equal(".model, ours", self.texts, self.encoded(path), self.ids)
        with open(path, "rb") as one, open(self.kind.path, "rb") as other:
            if one.read() != other.read():
                raise Wrong("the written .model has other bytes than the one that was read")

    def check_hf(self, path, compat):
        """`compat`: the ids are those that HF gives, whatever the model's own library says."""
        options = ("--compat", "hf") if compat else ()
        expected = self.encoded(self.kind.path, *options) if compat else self.ids
        library = references.HuggingFace(path)
        need_equal("tokenizers", self.texts, [ids for ids, _ in library.batch(self.texts)], expected)
        need_equal("tokenizer.json, ours", self.texts, self.encoded(path), expected)
        lists = [ids for ids in expected if ids][::3]
        need_equal("text of tokenizer.json", lists, self.decoded(path, lists), library.decode(lists))
        texts = [text for text in special_texts(path) if text]
        with open(path, encoding="utf-8") as file:
            special = Tokenizer.from_str(file.read())
        found = encoded(path, texts, "--special", "--template")
        need_equal("special tokens, tokenizers", texts, found, [one.ids for one in special.encode_batch(texts)])
        need_equal("special tokens, the model", texts, found,
                   encoded(self.kind.path, texts, "--special", "--template", *options))
        self.compared += len(texts)

    def check_tiktoken(self, path, compat):
        del compat
        name = info(self.kind.path)["pre_tokenizer"]["name"]
        cut = hf_cut(self.kind.source) if name not in patterns() else None
        need_equal("tiktoken", self.texts, rank_ids(path, name, self.texts, cut), self.ids)
        if name in ("steps", "none"):
            return
        native = os.path.join(self.folder, "ranks.tkz")
        answer = run("vocab", "convert", path, "--pre-tokenizer", name, "-o", native)
        if answer.returncode != 0:
            raise Wrong(f"the rank file does not open: {answer.stderr.strip()}")
        need_equal("ranks, ours", self.texts, self.encoded(native), self.ids)

    def check_tkz(self, path, compat):
        del compat
        need_equal("native image", self.texts, self.encoded(path), self.ids)
        lists = [ids for ids in self.ids if ids]
        need_equal("text of the native image", lists, self.decoded(path, lists), self.decoded(self.kind.path, lists))
        for options in (("--special",), ("--special", "--template")):
            need_equal("native image, special tokens", self.texts, self.encoded(path, *options),
                       self.encoded(self.kind.path, *options))
        answer = run("vocab", "check", path)
        if answer.returncode != 0:
            raise Wrong(f"vocab check: {answer.stderr.strip()}")
        # The image again in every format: what the model itself becomes.
        for target in TARGETS:
            both = [self.written(source, target, f"again-{number}") for number, source in enumerate((self.kind.path, path))]
            if both[0][0] != both[1][0]:
                raise Wrong(f"the native image becomes {target} otherwise than the model: {both[0][1] or 'written'}, "
                            f"{both[1][1] or 'written'}")

    def written(self, path, target, name, *options):
        """The bytes of the file, or None and why not."""
        output = os.path.join(self.folder, name)
        if os.path.exists(output):
            os.unlink(output)
        answer = run("vocab", "convert", path, "--to", target, *options, "-o", output)
        if answer.returncode == 0:
            with open(output, "rb") as file:
                return file.read(), ""
        if answer.returncode != 2 or os.path.exists(output) or not answer.stderr.startswith("tokenize: "):
            raise Wrong(f"a conversion that is refused ended with status {answer.returncode}: {answer.stderr.strip()}")
        return None, answer.stderr.strip().split("tokenize: ", 1)[1].replace(path + ": ", "")

    def convert(self, target, *options):
        try:
            content, why = self.written(self.kind.path, target, "written", *options)
            if content is None:
                return Result("refused", why)
            getattr(self, "check_" + target)(os.path.join(self.folder, "written"), bool(options))
        except Wrong as wrong:
            return Result("wrong", str(wrong))
        return Result("exact", "")

    def run(self):
        results = {target: self.convert(target) for target in TARGETS}
        if self.encodes_as_sentencepiece():
            results["hf of HF"] = self.convert("hf", "--compat", "hf")
        return results

    def encodes_as_sentencepiece(self):
        return isinstance(self.reference, references.SentencePiece) and not self.kind.path.endswith(".gguf")


def convert_all(kind, sample, corpora):
    """One model: its name, its library, how many texts, what each conversion is."""
    with tempfile.TemporaryDirectory() as folder:
        one = Conversions(kind, sample, corpora, folder)
        results = one.run()
        return kind.name, one.reference.name, one.compared, results


# ---- The table --------------------------------------------------------------------


def short(why):
    """Without what is only advice, and without numbers of one model."""
    return why.split("; read the model with")[0].split("; the native image")[0].strip()


def table(rows):
    letters, lines = {}, []
    for name, count, results in rows:
        cells = []
        for target in (*TARGETS, "hf of HF"):
            result = results.get(target)
            if result is None:
                cells.append("")
            elif result.state == "refused":
                cells.append(f"refused ({letters.setdefault(short(result.why), len(letters) + 1)})")
            else:
                cells.append(result.state)
        lines.append(f"| {name} | {count:,} | {' | '.join(cells)} |")
    yield f"| model | texts | {' | '.join(TARGETS.values())} | tokenizer.json with `--compat hf` |"
    yield "|---|---|" + "---|" * (len(TARGETS) + 1)
    yield from lines
    yield ""
    for why, number in letters.items():
        yield f"{number}. {why}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=[])
    parser.add_argument("--made")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--sample", default=os.path.join(HERE, "..", "..", "corpora", "sample-ja.jsonl"))
    parser.add_argument("--texts", nargs="+", default=[])
    parser.add_argument("--fill")
    arguments = parser.parse_args()
    sample = pieces.sample_lines(arguments.sample)
    corpora = [text[:3000] for path in arguments.texts
               for text in itertools.islice(corpus_texts.texts_of(path, 1e6), 20) if text]
    rows, counts = [], collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        chosen = [kinds.Kind(references.base_name(path), path, path) for path in arguments.models]
        if arguments.made:
            chosen += kinds.make(folder, arguments.made, arguments.only)
        # One after the other: HF's threads do not live through a fork.
        for name, library, compared, results in (convert_all(kind, sample, corpora) for kind in chosen):
            rows.append((name, compared, results))
            counts.update(result.state for result in results.values())
            counts["texts"] += compared
            said = ", ".join(f"{target} {result.state}" for target, result in results.items())
            print(f"{name}: {compared} texts, {library}: {said}", flush=True)
            for target, result in results.items():
                if result.state == "wrong":
                    print(f"  {name} as {target}: {result.why}", flush=True)
    if arguments.fill:
        fill_section.fill(os.path.join(HERE, "..", "..", "doc", "compatibility.md"), arguments.fill, list(table(rows)))
    print(f"compared {len(rows)} models in {sum(len(row[2]) for row in rows)} conversions, {counts['texts']:,} texts: "
          f"{counts['exact']} exact, {counts['refused']} refused with the reason, {counts['wrong']} wrong")
    return 1 if counts["wrong"] or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
