#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares models of pieces with HF tokenizers: ids, offsets, decoding, and files that we write.

    pieces.py TOKENIZE ENCODE_PROBE SAMPLE [TOKENIZER_JSON ...]

Without a file: models that HF's trainers make on the spot of generated text and SAMPLE (JSON lines):
WordPiece, WordLevel, Unigram and BPE of characters behind different normalizers, pre-tokenizers,
decoders. Texts are nasty ones, generated ones, lines of the sample, and every string of the
vocabulary alone and in runs. HF is asked with encode_special_tokens, so that special tokens are
text. Offsets are compared where the normalizer leaves a text as it is, but not those of BPE that leaves
characters out or gives bytes for marks too: HF's are then too small, or too large, from there on. Lists of ids to decode are those
of texts and random ones. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import functools
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import hf_encode
import models
import offsets
from tokenizers import (Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors,
                        trainers)
from tokenizers import models as hf

SPACE = "\u2581"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]


def sample_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def training_texts(sample):
    english = ["The quick brown fox jumps over the lazy dog, isn't it?", "A b c, 12 345; x=y(z)",
               "unaffable un-known words wording reworded"]
    return sample * 3 + english * 30


def trained(sample, model, trainer, **parts):
    tokenizer = Tokenizer(model)
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.train_from_iterator(training_texts(sample), trainer)
    return json.loads(tokenizer.to_str())


def word_piece(sample, **parts):
    return trained(sample, hf.WordPiece(unk_token="[UNK]"),
                   trainers.WordPieceTrainer(vocab_size=1200, special_tokens=SPECIALS,
                                             show_progress=False), **parts)


def word_level(sample, **parts):
    return trained(sample, hf.WordLevel(unk_token="[UNK]"),
                   trainers.WordLevelTrainer(vocab_size=500, special_tokens=SPECIALS,
                                             show_progress=False), **parts)


def unigram(sample, **parts):
    return trained(sample, hf.Unigram(),
                   trainers.UnigramTrainer(vocab_size=1100, special_tokens=["<unk>", "<s>"],
                                           unk_token="<unk>", show_progress=False), **parts)


def bpe(sample, **parts):
    return marked_bpe(sample, {}, **parts)


def marked_bpe(sample, marks, **parts):
    return trained(sample, hf.BPE(unk_token="<unk>", **marks),
                   trainers.BpeTrainer(vocab_size=1200, special_tokens=["<unk>", "<s>"] + BYTES,
                                       limit_alphabet=300, show_progress=False, **marks), **parts)


def changed(model, **fields):
    """The model with other fields; its added tokens stay."""
    copy = json.loads(json.dumps(model))
    copy["model"].update(fields)
    return copy


def with_parts(model, **parts):
    copy = json.loads(json.dumps(model))
    copy.update(parts)
    return copy


def word_models(sample):
    bert = word_piece(sample, normalizer=normalizers.BertNormalizer(),
                      pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
                      decoder=decoders.WordPiece(),
                      post_processor=processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1)))
    yield "bert", bert
    yield "bert-short-words", changed(bert, max_input_chars_per_word=3)
    yield "bert-no-mark", changed(bert, continuing_subword_prefix="")
    yield "bert-untyped", {**bert, "model": {key: value for key, value in bert["model"].items()
                                             if key != "type"}}
    yield "bert-no-decoder", with_parts(bert, decoder=None)
    yield "cased", word_piece(sample, normalizer=normalizers.BertNormalizer(lowercase=False),
                              pre_tokenizer=pre_tokenizers.Sequence([
                                  pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(),
                                  pre_tokenizers.Digits(individual_digits=True)]),
                              decoder=decoders.WordPiece(prefix="##", cleanup=False))
    yield "whole-texts", word_piece(sample, pre_tokenizer=pre_tokenizers.WhitespaceSplit(),
                                    decoder=decoders.WordPiece(cleanup=True))
    words = word_level(sample, normalizer=normalizers.NFKC(),
                       pre_tokenizer=pre_tokenizers.Whitespace())
    yield "words", words
    yield "words-ctc", with_parts(words, decoder={
        "type": "CTC", "pad_token": "[PAD]", "word_delimiter_token": "|", "cleanup": True})
    yield "words-byte-level", word_level(sample, pre_tokenizer=pre_tokenizers.ByteLevel(
        add_prefix_space=False), decoder=decoders.ByteLevel())
    yield "bert-byte-level", word_piece(sample, pre_tokenizer=pre_tokenizers.Sequence([
        pre_tokenizers.ByteLevel(add_prefix_space=True),
        pre_tokenizers.Split(Regex("[\u3001-\u3002]|\u00e3"), "isolated")]), decoder=decoders.ByteLevel())
    yield "words-metaspace", word_level(sample, pre_tokenizer=pre_tokenizers.Metaspace(),
                                        decoder=decoders.Metaspace())


def unigram_models(sample):
    plain = unigram(sample, normalizer=normalizers.NFKC(),
                    pre_tokenizer=pre_tokenizers.Metaspace(), decoder=decoders.Metaspace())
    yield "unigram", plain
    pieces = plain["model"]["vocab"]
    yield "unigram-bytes", changed(plain, byte_fallback=True,
                                   vocab=pieces + [[name, -20.25] for name in BYTES])
    yield "unigram-some-bytes", changed(plain, byte_fallback=True, vocab=pieces + [
        [name, -20.25] for name in BYTES if name not in ("<0x09>", "<0x81>", "<0xE6>")])
    yield "unigram-equal", changed(plain, vocab=[[text, -7.1] for text, _ in pieces])
    source = random.Random(9)
    yield "unigram-digits", changed(plain, vocab=[
        [text, -source.randrange(10**18) / 1e17 - source.random()] for text, _ in pieces])
    yield "unigram-whole", with_parts(
        plain, pre_tokenizer=None,
        normalizer={"type": "Sequence", "normalizers": [
            {"type": "Nmt"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            {"type": "Prepend", "prepend": SPACE},
            {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}]},
        decoder={"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})
    yield "unigram-byte-level", unigram(sample, pre_tokenizer=pre_tokenizers.ByteLevel(),
                                        decoder=decoders.ByteLevel())
    yield "unigram-byte-split", unigram(sample, pre_tokenizer=pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex("\\s"), "removed"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        decoder=decoders.ByteLevel())
    yield "unigram-no-decoder", with_parts(plain, decoder=None)


def bpe_models(sample):
    whole = bpe(sample, normalizer=normalizers.Sequence([
        normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)]))
    llama = changed(whole, byte_fallback=True, fuse_unk=True)
    decoder = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    yield "bpe-llama", with_parts(llama, decoder=decoder)
    yield "bpe-unknown", with_parts(whole, decoder=decoder)
    yield "bpe-fused", changed(whole, fuse_unk=True)
    words = bpe(sample, normalizer=normalizers.NFKC(), pre_tokenizer=pre_tokenizers.Metaspace(),
                decoder=decoders.Metaspace())
    yield "bpe-words", words
    yield "bpe-ignore-merges", changed(words, ignore_merges=True)
    yield "bpe-suffix-decoder", with_parts(words, decoder={"type": "BPEDecoder", "suffix": SPACE})
    merges = list(words["model"]["merges"])
    random.Random(2).shuffle(merges)
    yield "bpe-shuffled", changed(words, merges=merges)
    yield "bpe-added", with_parts(words, added_tokens=words["added_tokens"] + [
        {"id": 1200, "content": "<new>", "single_word": False, "lstrip": True, "rstrip": False,
         "normalized": False, "special": False},
        {"id": 1201, "content": "\uff21\u3042", "single_word": False, "lstrip": False,
         "rstrip": True, "normalized": True, "special": False}])
    alphabet = bpe(sample, normalizer=normalizers.ByteLevel(),
                   pre_tokenizer=pre_tokenizers.Split(Regex("\u0120"), "merged_with_next"),
                   decoder=decoders.ByteLevel())
    yield "bpe-byte-normalizer", alphabet


def without_tokens(model, left_out):
    """BPE without some tokens of its vocabulary, which no merge has."""
    kept = [token for token in model["model"]["vocab"] if token not in left_out]
    numbers = {token: number for number, token in enumerate(kept)}
    return with_parts(changed(model, vocab=numbers), added_tokens=[
        {**token, "id": numbers[token["content"]]} for token in model["added_tokens"]
        if token["content"] not in left_out])


def marked_models(sample):
    words = bpe(sample, pre_tokenizer=pre_tokenizers.Whitespace(), decoder=decoders.Fuse())
    yield "bpe-no-unknown", changed(words, unk_token=None)
    yield "bpe-no-unknown-whole-chunks", changed(words, unk_token=None, ignore_merges=True)
    yield "bpe-no-unknown-one-chunk", with_parts(changed(words, unk_token=None), pre_tokenizer=None)
    some = without_tokens(changed(words, byte_fallback=True), set(BYTES[0x80:0xFF:3]))
    yield "bpe-some-bytes", changed(some, fuse_unk=True)
    yield "bpe-some-bytes-no-unknown", changed(some, unk_token=None)
    prefix = marked_bpe(sample, {"continuing_subword_prefix": "##"},
                        pre_tokenizer=pre_tokenizers.Whitespace(), decoder=decoders.WordPiece())
    yield "bpe-prefix", prefix
    yield "bpe-prefix-fused", changed(prefix, fuse_unk=True)
    yield "bpe-prefix-no-unknown", changed(prefix, unk_token=None)
    yield "bpe-prefix-bytes", changed(prefix, byte_fallback=True)
    merges = list(prefix["model"]["merges"])
    random.Random(2).shuffle(merges)
    yield "bpe-prefix-shuffled", changed(prefix, merges=merges + merges[:50])
    suffix = marked_bpe(sample, {"end_of_word_suffix": "</w>"}, normalizer=normalizers.NFKC(),
                        pre_tokenizer=pre_tokenizers.WhitespaceSplit(),
                        decoder=decoders.BPEDecoder("</w>"))
    yield "bpe-suffix", suffix
    yield "bpe-suffix-whole-chunks", changed(suffix, ignore_merges=True)
    yield "bpe-both-marks", marked_bpe(
        sample, {"continuing_subword_prefix": "\u3042##", "end_of_word_suffix": "\u3044"},
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(), decoder=decoders.BPEDecoder("\u3044"))
    yield "bpe-clip", marked_bpe(
        sample, {"end_of_word_suffix": "</w>"},
        normalizer=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex("\\s+"), " "),
                                         normalizers.Lowercase()]),
        pre_tokenizer=pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex("'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"),
                                 "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False)]),
        decoder=decoders.ByteLevel())


def all_models(sample):
    return itertools.chain(word_models(sample), unigram_models(sample), bpe_models(sample),
                           marked_models(sample))


# ---- Texts ----------------------------------------------------------------


def few(texts, number, source):
    texts = list(texts)
    return texts if len(texts) <= number else source.sample(texts, number)


@functools.cache
def generated():
    """Made once for all models: it took a fifth of the time."""
    return [text for text in hf_encode.generated() if len(text) < 2000]


def texts_of(tokenizer, sample):
    strings = [text for text in tokenizer.get_vocab() if text]
    source = random.Random(len(strings))  # other texts for other models
    yield from models.NASTIES
    yield from sample
    for _ in range(300):
        yield "".join(source.choices(models.NASTIES, k=source.randint(2, 6)))
    yield from few(generated(), 1000, source)
    yield from few(strings, 1000, source)
    for text in few(strings, 600, source):
        yield "\u3042" + text + "\u6f22a" + text + text
    for _ in range(600):
        yield "".join(source.choices(strings, k=source.randint(2, 12))).replace(SPACE, " ")
    for letters in ("\u3042", "a ", "\u65e5\u672c\u8a9e\u3067", "x\n"):
        yield letters * 2000
    for sign in (" ", "-", "="):  # runs, of which models have every length
        for count in (*range(40, 70, 3), 255, 4096):
            for end in ("", "def x", "\u6f22"):
                yield sign * count + end


def id_lists(tokenizer, texts):
    source = random.Random(5)
    for text in texts[::4]:
        yield tokenizer.encode(text, add_special_tokens=False).ids
    size = tokenizer.get_vocab_size()
    for _ in range(500):
        yield source.choices(range(size), k=source.randint(1, 12))


# ---- Comparing ------------------------------------------------------------


def decoded(command, model, lists):
    """Our texts of lists of ids."""
    lines = "".join(" ".join(map(str, ids)) + "\n" for ids in lists)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lines)
        file.flush()
        answer = subprocess.run([command, "decode", "-t", model, file.name],
                                capture_output=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr.decode())
    return [json.loads(line)["text"] for line in answer.stdout.decode().split("\n") if line]


class Report:
    def __init__(self, name):
        self.name, self.different, self.counts = name, 0, {}

    def add(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def differs(self, *what):
        self.different += 1
        if self.different <= 3:
            print(f"  {self.name}:", *what)


def shifts_offsets(tokenizer):
    model = tokenizer.model
    return isinstance(model, hf.BPE) and (model.unk_token is None or model.byte_fallback and bool(
        model.continuing_subword_prefix or model.end_of_word_suffix))


def compare_ids(report, tokenizer, texts, ours):
    normalizer = tokenizer.normalizer
    has_offsets = not shifts_offsets(tokenizer)
    for text, (found, spans) in zip(texts, ours):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        report.add("texts")
        report.add("ids", len(encoding.ids))
        if found != encoding.ids:
            report.differs(f"{text[:200]!a}:\n    HF   {encoding.ids[:30]}\n    ours {found[:30]}")
        elif has_offsets and (normalizer is None or normalizer.normalize_str(text) == text):
            report.add("offsets", len(spans))
            expected = [tuple(offset) for offset in encoding.offsets]
            if spans != expected:
                at = next(i for i, (a, b) in enumerate(zip(spans, expected)) if a != b)
                report.differs(f"{text[:200]!a}: token {at}: HF {expected[at:at + 4]}, ours "
                               f"{spans[at:at + 4]}")


def compare_parts(report, probe, path, texts, ours):
    """A text that comes in parts has the ids and offsets of the whole, where the model can be cut."""
    if not offsets.takes_parts(probe, path):
        return
    for text, whole, parts in zip(texts, ours, offsets.ours(probe, path, texts, "parts")):
        report.add("in parts")
        if whole != parts:
            report.differs(f"in parts: {text[:200]!a}")


def compare_decoding(report, command, path, tokenizer, texts):
    lists = list(id_lists(tokenizer, texts))
    for ids, found in zip(lists, decoded(command, path, lists)):
        expected = tokenizer.decode(ids, skip_special_tokens=False)
        report.add("decoded")
        if found != expected:
            report.differs(f"decoding {ids[:20]}: HF {expected[:100]!a}, ours {found[:100]!a}")


def compare_written(report, command, path, tokenizer, texts, directory):
    """What we write is read by HF as the same."""
    written = os.path.join(directory, "written.json")
    answer = subprocess.run([command, "vocab", "convert", path, "--to", "hf", "-o",
                             written], capture_output=True)
    if answer.returncode != 0:
        report.differs("writing:", answer.stderr.decode().strip())
        return
    with open(written, encoding="utf-8") as file:
        other = Tokenizer.from_str(file.read())
    other.encode_special_tokens = True
    for text in texts[::5]:
        first, second = tokenizer.encode(text), other.encode(text)
        report.add("written")
        if (first.ids, first.offsets) != (second.ids, second.offsets) or \
                tokenizer.decode(first.ids) != other.decode(first.ids):
            report.differs(f"written: {text[:100]!a}")


def compare(name, path, command, probe, sample, directory):
    with open(path, encoding="utf-8") as file:
        tokenizer = Tokenizer.from_str(file.read())
    tokenizer.encode_special_tokens = True
    tokenizer.no_truncation()
    tokenizer.no_padding()
    report = Report(name)
    texts = [text for text in texts_of(tokenizer, sample) if text]
    ours = list(offsets.ours(probe, path, texts))
    compare_ids(report, tokenizer, texts, ours)
    compare_parts(report, probe, path, texts, ours)
    compare_decoding(report, command, path, tokenizer, texts)
    compare_written(report, command, path, tokenizer, texts, directory)
    counts = ", ".join(f"{number} {what}" for what, number in report.counts.items())
    print(f"{name}: {counts}, {report.different} different", flush=True)
    return report


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    command, probe = sys.argv[1:3]
    sample = sample_lines(sys.argv[3])
    total, different, number = {}, 0, 0
    with tempfile.TemporaryDirectory() as directory:
        def paths():
            yield from ((path, path) for path in sys.argv[4:])
            for name, model in all_models(sample) if len(sys.argv) == 4 else ():
                if os.environ.get("ONLY", name) != name:
                    continue
                path = os.path.join(directory, f"{name}.json")
                with open(path, "w", encoding="utf-8") as file:
                    json.dump(model, file, ensure_ascii=False)
                yield name, path

        for name, path in paths():
            report = compare(name, path, command, probe, sample, directory)
            number += 1
            different += report.different
            for what, count in report.counts.items():
                total[what] = total.get(what, 0) + count
    counts = ", ".join(f"{number} {what}" for what, number in total.items())
    print(f"{number} models: {counts}, {different} different")
    return 1 if different or not total else 0


if __name__ == "__main__":
    sys.exit(main())
