#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compare_vocab_eval runs: figures of `tokenize vocab eval` computed again from what the reference
programs give.

    vocab_eval.py TOKENIZE SCRATCH [MODEL...] -- FILE.jsonl...

Without models, four are trained here. Exit status: 0 equal, 1 different, 2 cannot run."""
import bisect
import collections
import contextlib
import io
import itertools
import json
import math
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree

import sentencepiece
import tokenizers
from tokenization_scorer.metrics import get_metric

ALPHA = 2.5
compared = collections.Counter()


def fail(text):
    print(text)
    sys.exit(1)


def run(*arguments, text=None):
    result = subprocess.run(arguments, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        print(" ".join(arguments), "ended with status", result.returncode)
        print(result.stderr.decode(errors="replace"))
        sys.exit(2)
    return result.stdout


def close(mine, theirs, what):
    compared["figures"] += 1
    if mine is None or theirs is None:
        if mine is not theirs:
            fail(f"{what}: {mine}, not {theirs}")
    elif abs(mine - theirs) > 1e-9 * max(1, abs(theirs)):
        fail(f"{what}: {mine!r}, not {theirs!r}")


# ---- Texts ------------------------------------------------------------------------


def generated():
    """Texts that no vocabulary has seen: spaces, digits, other scripts, nothing at all."""
    source = random.Random(7)
    texts = ["", " ", "\n", "a", "\u3042", "  two  words \n\n next line ", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0e20\u0e32\u0e29\u0e32",
             "\u682a\u5f0f\u4f1a\u793e\u3000\u30c6\u30b9\u30c8\uff11\uff12\uff13", "\u2581mark \u2581", "tab\tand\u00a0nbsp \u200b",
             "\U00029e3d\u91ce\u5bb6", "e\u0301 \u304b\u3099 \ufb01 \u2460"]
    letters = "ab1 .\n\u3042\u3044\u306e\u3001\u3002\u6f22\u5b57\u30ab\u30bf\u30fc\u0416\uac00\U0001f600"
    for _ in range(40):
        texts.append("".join(source.choices(letters, k=source.randint(1, 60))))
    return texts


def read(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line)["text"] for line in file if line.strip()]


def words_of(texts):
    """For each text the byte ranges of the words that mecab prints of its lines."""
    lines = [line for text in texts for line in text.split("\n")]
    printed = run("mecab", "-b", "1000000", "-F", "%m\\n", "-U", "%m\\n", "-E", "\x01\\n", "-d", dictionary,
                  text="".join(line + "\n" for line in lines).encode()).decode()
    sentences = iter(printed.split("\x01\n")[:-1])
    result = []
    for text in texts:
        words, start = [], 0
        for line in text.split("\n"):
            at = 0
            for word in next(sentences).split("\n")[:-1]:
                at = line.index(word, at)
                first = start + len(line[:at].encode())
                words.append((first, first + len(word.encode())))
                at += len(word)
            start += len(line.encode()) + 1
        result.append(words)
    assert next(sentences, None) is None
    return result


# ---- Models -----------------------------------------------------------------------


class HuggingFace:
    def __init__(self, path):
        self.model = tokenizers.Tokenizer.from_file(path)
        self.model.no_padding()
        self.model.no_truncation()
        self.specials = {i for i, t in self.model.get_added_tokens_decoder().items() if t.special}
        # What stands in the text for a special token is text.
        self.model.encode_special_tokens = True
        # GPT-2's characters for bytes.
        visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
        self.bytes = {chr(b): b for b in visible}
        for number, byte in enumerate(b for b in range(256) if b not in visible):
            self.bytes[chr(256 + number)] = byte

    def ids(self):
        return self.model.get_vocab_size(with_added_tokens=True)

    def token(self, number):
        spelled = self.model.id_to_token(number)
        if number in self.model.get_added_tokens_decoder():
            return spelled.encode()
        return bytes(self.bytes[c] for c in spelled)

    def encode(self, text):
        """Ids and where in the text, in bytes, each begins: behind the bytes of those before it. The offsets of
        tokenizers have whole characters where a token has a part of one."""
        ids = self.model.encode(text, add_special_tokens=False).ids
        ends = list(itertools.accumulate(len(self.token(i)) for i in ids))
        assert not ids or ends[-1] == len(text.encode()), "a byte-level model that changes text"
        return ids, [0, *ends][:len(ids)]

    def decode(self, ids):
        return self.model.decode(ids, skip_special_tokens=False)

    def flags(self, number):
        token = self.token(number)
        return number in self.specials, False, len(token) == 1 and token[0] >= 0x80, token, False

    def score(self, number):
        return None


class SentencePiece:
    def __init__(self, path):
        self.model = sentencepiece.SentencePieceProcessor(model_file=path)

    def ids(self):
        return self.model.get_piece_size()

    def encode(self, text):
        encoded = self.model.encode(text, return_type="offset_mapping")
        places = [0, *itertools.accumulate(len(c.encode()) for c in text)] # of characters, in bytes
        return list(encoded["ids"]), [places[start] for start, _ in encoded["offsets"]]

    def decode(self, ids):
        return self.model.decode(ids)

    def flags(self, number):
        piece = self.model.id_to_piece(number)
        is_byte = self.model.is_byte(number)
        token = bytes([int(piece[3:5], 16)]) if is_byte else piece.encode()
        special = self.model.is_control(number) or self.model.is_unused(number)
        normal = not (special or is_byte or self.model.is_unknown(number))
        return special, self.model.is_unknown(number), is_byte, token, normal

    def score(self, number):
        return self.model.get_score(number)


def train_models(scratch, texts):
    lines = os.path.join(scratch, "lines.txt")
    with open(lines, "w", encoding="utf-8") as file:
        for text in texts:
            file.write("\n".join(line[:500] for line in text.split("\n")) + "\n")
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = tokenizers.decoders.ByteLevel()
    bpe.train([lines], tokenizers.trainers.BpeTrainer(
        vocab_size=1500, special_tokens=["<s>", "</s>"], show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    paths = [os.path.join(scratch, "bytes.json")]
    bpe.save(paths[0])
    for name, options in {
            "unigram": {"model_type": "unigram", "byte_fallback": True, "character_coverage": 0.98,
                        "normalization_rule_name": "identity"},
            "nfkc": {"model_type": "unigram", "character_coverage": 0.99,
                     "normalization_rule_name": "nmt_nfkc"},
            "pieces": {"model_type": "bpe", "byte_fallback": True, "character_coverage": 0.99,
                       "remove_extra_whitespaces": False, "normalization_rule_name": "identity"},
    }.items():
        with open(os.devnull, "w") as quiet:
            sentencepiece.SentencePieceTrainer.train(
                input=lines, model_prefix=os.path.join(scratch, name), vocab_size=1800,
                num_threads=1, minloglevel=2, logstream=quiet, hard_vocab_limit=False, **options)
        paths.append(os.path.join(scratch, name + ".model"))
    return paths


# ---- Figures -----------------------------------------------------------------------


def agreement(words, starts, text):
    """Borders, by sets: of words, of tokens, those in common, words without a border inside."""
    data = text.encode()
    borders = {start for start, _ in words[1:]}
    tokens, last, ends = set(), -1, [end for _, end in words]
    for start in starts:
        if start <= last or (start < len(data) and data[start] & 0xC0 == 0x80):
            continue
        last = start
        if not words or start <= words[0][0]:
            continue
        # White space before a word belongs to it.
        behind = bisect.bisect_right(ends, start)
        if behind < len(words):
            tokens.add(max(start, words[behind][0]))
    places = sorted(tokens)
    whole = sum(bisect.bisect_right(places, first) == bisect.bisect_left(places, end)
                for first, end in words)
    return len(borders), len(tokens), len(borders & tokens), whole


def entropy(metric, ids, **options):
    with contextlib.redirect_stderr(io.StringIO()):
        return float(get_metric(metric)([[str(i) for i in ids]], **options))


def figures(model, texts, words):
    f = collections.Counter()
    counts = collections.Counter()
    lost = 0
    for text, ranges in zip(texts, words):
        ids, starts = model.encode(text)
        counts.update(ids)
        borders, tokens, common, whole = agreement(ranges, starts, text)
        f["word_borders"] += borders
        f["token_borders"] += tokens
        f["common"] += common
        f["whole"] += whole
        lost += model.decode(ids) != text
    total = sum(counts.values())
    flags = {i: model.flags(i) for i in range(model.ids())}
    usable = {i for i, (special, unknown, *_) in flags.items() if not special and not unknown}

    def is_broken(token):
        try:
            token.decode()
            return False
        except UnicodeDecodeError:
            return True

    lengths = [0] * 33
    for i, count in counts.items():
        token = flags[i][3]
        lengths[0 if is_broken(token) else min(32, len(token.decode()))] += count
    scored = {i: c for i, c in counts.items() if flags[i][4] and model.score(i)}
    every = list(counts.elements())
    result = {
        "tokens": total,
        "characters_per_token": sum(map(len, texts)) / total,
        "bytes_per_token": sum(len(t.encode()) for t in texts) / total,
        "tokens_per_word": total / sum(map(len, words)),
        "whole_words": f["whole"] / sum(map(len, words)),
        "border_precision": f["common"] / f["token_borders"],
        "border_recall": f["common"] / f["word_borders"],
        "border_f1": 2 * f["common"] / (f["token_borders"] + f["word_borders"]),
        "used": len(counts),
        "unused": len(usable - counts.keys()),
        "utilization": len(usable & counts.keys()) / len(usable),
        "unknown": sum(c for i, c in counts.items() if flags[i][1]),
        "bytes": sum(c for i, c in counts.items() if flags[i][2]),
        "broken": sum(c for i, c in counts.items() if is_broken(flags[i][3])),
        "shannon_entropy": entropy("shannon_entropy", every),
        "shannon_efficiency": entropy("shannon_efficiency", every),
        "renyi_entropy": entropy("renyi_entropy", every, power=ALPHA),
        "renyi_efficiency": entropy("renyi_efficiency", every, power=ALPHA),
        "perplexity": 2 ** entropy("shannon_entropy", every),
        "token_characters": lengths,
        "lost": lost,
        "counts": counts,
    }
    if scored and "unigram" in kind_of(model):
        result["model_perplexity"] = math.exp(
            -sum(c * model.score(i) for i, c in scored.items()) / sum(scored.values()))
    return result


def kind_of(model):
    return getattr(model, "kind", "")


def compare(mine, theirs, what):
    for name, value in theirs.items():
        place = f"{what}: {name}"
        if name in ("lost", "counts", "token_characters"):
            continue
        own = mine[name]
        if isinstance(own, dict):
            own = own.get("value", own.get("tokens"))
        close(own, value, place)
    close(mine["round_trip"]["failures"], theirs["lost"], what + ": round trip")
    compared["figures"] += 33
    if mine["token_characters"] != theirs["token_characters"]:
        fail(f"{what}: {mine['token_characters']}, not {theirs['token_characters']}")
    if "rank_frequency" in mine:
        ranks = sorted(theirs["counts"].values(), reverse=True)
        for rank, count in mine["rank_frequency"]:
            close(count, ranks[rank - 1], f"{what}: rank {rank}")
        if mine["rank_frequency"][-1][0] != len(ranks):
            fail(f"{what}: the last rank is {mine['rank_frequency'][-1]}, not {len(ranks)}")


# ---- The page -----------------------------------------------------------------------


def numbers_of_page(path):
    """Rows of every table of the page: texts of name cells, numbers of the others."""
    space = "{http://www.w3.org/1999/xhtml}"
    with open(path, encoding="utf-8") as file:
        page = xml.etree.ElementTree.fromstring(file.read().replace("<!DOCTYPE html>", ""))
    outside = re.findall(r"(?:src|href)\s*=|https?://(?!www\.w3\.org/)", open(path, encoding="utf-8").read())
    if outside:
        fail(f"the page refers to something outside: {outside}")
    tables = []
    for table in page.iter(space + "table"):
        tables.append([[float(c.get("data-value")) if c.get("data-value") else "".join(c.itertext())
                        for c in row] for row in table.find(space + "tbody")])
    plots = [list(svg.itertext()) for svg in page.iter("{http://www.w3.org/2000/svg}svg")]
    return tables, plots


def compare_page(path, report):
    tables, plots = numbers_of_page(path)
    if len(tables) != 3:
        fail(f"the page has {len(tables)} tables")
    results = {(r["domain"], r["model"]): r for r in report["results"]}
    for row in tables[1]:
        result = results[row[0], row[1]]
        expected = [result["tokens"]]
        for name, factor in (("characters_per_token", 1), ("bytes_per_token", 1),
                             ("normalized_sequence_length", 1), ("tokens_per_word", 1), ("whole_words", 100),
                             ("border_precision", 100), ("border_recall", 100), ("border_f1", 100)):
            expected.append(factor * result[name]["value"])
        for mine, theirs in zip(row[2:], expected):
            close(mine, theirs, f"page, {row[:2]}")
    if len(tables[1]) != len(results):
        fail(f"the page has {len(tables[1])} of {len(results)} results")
    shown = {text for plot in plots for text in plot}
    for (domain, model), result in results.items():
        value = f"{result['characters_per_token']['value']:.3f}"
        compared["page"] += 1
        if value not in shown:
            fail(f"no plot of the page shows {value}, of {model} in {domain}")


# ---- Everything ------------------------------------------------------------------------


def open_models(paths):
    models = {}
    for path in paths:
        name = os.path.basename(path)
        models[name] = SentencePiece(path) if name.endswith(".model") else HuggingFace(path)
        models[name].kind = "unigram" if name in ("unigram.model", "nfkc.model") else ""
    return models


def main(command, scratch, *arguments):
    global dictionary
    cut = arguments.index("--")
    paths, files = list(arguments[:cut]), list(arguments[cut + 1:])
    dictionary = os.path.realpath("/var/lib/mecab/dic/ipadic-utf8")
    made = os.path.join(scratch, "generated.jsonl")
    with open(made, "w", encoding="utf-8") as file:
        for text in generated():
            file.write(json.dumps({"text": text}) + "\n")
    domains = {os.path.basename(f).split(".")[0]: read(f) for f in [*files, made]}
    if not paths:
        paths = train_models(scratch, [t[:3000] for f in files for t in read(f)])
    models = open_models(paths)
    page = os.path.join(scratch, "page.html")
    line = [command, "vocab", "eval", *paths, "--dictionary", dictionary, "--json", "--html", page,
            "--quiet", "--bootstrap", "200", "--alpha", str(ALPHA)]
    for name, path in zip(domains, [*files, made]):
        line += ["--domain", f"{name}={path}"]
    printed = run(*line, "--threads", "1")
    if printed != run(*line, "--threads", "3"):
        fail("three threads give another report than one")
    report = json.loads(printed)
    results = {(r["domain"], r["model"]): r for r in report["results"]}
    words = {name: words_of(texts) for name, texts in domains.items()}
    domains["all"] = [t for texts in domains.values() for t in texts]
    words["all"] = [w for ranges in words.values() for w in ranges]
    first, rates = {}, collections.defaultdict(list)
    for domain, texts in domains.items():
        sizes = next((d for d in report["domains"] if d["name"] == domain), report["all"])
        for name, value in (("documents", len(texts)), ("characters", sum(map(len, texts))),
                            ("bytes", sum(len(t.encode()) for t in texts)),
                            ("words", sum(map(len, words[domain])))):
            close(sizes[name], value, f"{domain}: {name}")
        compared["documents"] += len(texts)
        for name, model in models.items():
            theirs = figures(model, texts, words[domain])
            mine = results[domain, name]
            compare(mine, theirs, f"{name}, {domain}")
            first.setdefault(domain, theirs["tokens"])
            close(mine["normalized_sequence_length"]["value"], theirs["tokens"] / first[domain],
                  f"{name}, {domain}: sequence length")
            for figure in ("characters_per_token", "tokens_per_word", "border_f1"):
                ratio = mine[figure]
                compared["intervals"] += 1
                if not ratio["low"] <= ratio["value"] <= ratio["high"]:
                    fail(f"{name}, {domain}: {figure} {ratio} is outside of its interval")
            if domain != "all":
                rates[name].append(theirs["tokens"] / sizes["bytes"])
    for name, numbers in rates.items():
        mean = sum(numbers) / len(numbers)
        gini = sum(abs(a - b) for a in numbers for b in numbers) / (2 * len(numbers) ** 2 * mean)
        close(results["all", name]["gini"], gini, f"{name}: Gini")
    compare_page(page, report)
    print(f"compared {compared['figures']} figures of {len(models)} models on {compared['documents']} "
          f"documents, {compared['intervals']} intervals, {compared['page']} values in plots")
    if compared["figures"] < 1000:
        fail("too little was compared")


main(*sys.argv[1:])
