#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the pre-tokenizers with HF tokenizers and tiktoken, chunk by chunk.

    pre_tokenizers.py PROBE [FILE ...]

PROBE is pre_tokenizer_probe. Every pattern and every other spelling that the library knows is
compared with the libraries that it names: HF's Split, Digits and ByteLevel, and tiktoken. Texts:
code points among others (one of EVERY of them, all unless told; which ones differs from pattern to
pattern), generated ones (RANDOM_TEXTS of them, 200000 unless told; a tenth for tiktoken), each FILE. Needs the Python packages `tokenizers` and `tiktoken`. Exit status: 0 equal,
1 different, 2 cannot run.

tiktoken shows no chunks, but a chunk that is in its vocabulary becomes one token. For each text the
vocabulary is made to hold every union of neighbouring chunks of ours. If its ids are those of our
chunks one by one, its chunks are ours: had it one that is longer, that would be the token of a
union, or would end inside a chunk of ours, and so would one that is shorter; then no token for that
chunk could come out.
"""
import array
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import oracle_texts

ONIGURUMA, RUST = 1, 2
CASE_FOLDED = ["s", "t", "re", "ve", "m", "ll", "d"]
NASTY = (
    [" ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", " \n", "\x0b", "\x0c", "\x1c", "\x1f",
     "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u2029", "\u200b", "\u3000", "\u3000\u3000"] +
    ["'", "'", "'", "''", " '", "\u2019"] +
    ["'" + ending for ending in CASE_FOLDED] + ["'" + ending.upper() for ending in CASE_FOLDED] +
    ["'Re", "'rE", "'Ll", "'\u017f", "'\u017fa", "\u017f", "\u212a", "'\ufb06", "'\xdf"] +
    ["s", "t", "re", "a", "Z", "abc", "ABC", "aB", "Ab", "\xe9", "\xc9", "\u01c5", "\u01c8", "\u0130",
     "\u02b0", "\u02bc", "\xaa", "\u0627", "\u05d0", "\u0e01", "\u0e31", "\u0915\u093e", "\uff21",
     "\uff41", "\U0001d400", "\U0001d41a", "\u03a3", "\u0434"] +
    ["\u3099", "\u309a", "\u0301", "\u0345", "\ufe0f", "\U000e0100", "\u20dd", "\u0903", "\u3099\u3099"] +
    ["\u3042", "\u306e", "\u30ab", "\u30fc", "\u30fb", "\u30a0", "\u309b", "\u3040", "\u3097", "\u30ff",
     "\uff76\uff9e", "\uff70", "\uff65", "\u3005", "\u3006", "\u3007", "\u303b", "\u302a", "\u6f22",
     "\u9fa5", "\u9fa6", "\u9fff", "\u4dff", "\u3400", "\u4dc0", "\U00020bb7", "\uac00", "\ud7a3",
     "\u3105", "\u3021", "\uf900"] +
    ["1", "12", "123", "1234", "9999999", "\u0663", "\u0663\u0664\u0665\u0666", "\xb2", "\xbd", "\u2160",
     "\uff11", "\uff11\uff12\uff13\uff14", "\U0001d7ce", "\u3221"] +
    [".", ",", "!", "!!", "/", "//", "/\n", "\n/", "-", "_", "$", "^", "`", "|", "\u3001", "\u3002",
     "\u300c", "\uff01", "\u301c", "\uff5e", "\u2014", "\u20ac", "\ufffd", "\xa9", "\xad"] +
    ["\U0001f600", "\U0001f468\u200d\U0001f469", "\u2764\ufe0f", "\U0001f1ef\U0001f1f5", "1\ufe0f\u20e3",
     "\ue000", "\U0010ffff", "\ufdd0", "\x00", "\x00\x00", "\x7f", "\x01", "\u0378", "\u061c", "\u2060",
     "\u200d", "\U000e0041"]
)
RUNS = ["a", "A", " ", "\n", "\u3042", "\u30fc", "\u3002", "\u3000", "0", "\uff10", "\U0001f600", "\x00",
        "=", "/", "'", "\r\n", " \n", "\n ", "\n/", "ab", "aA", "\u3042A", "A\u3042", "\u3099", "!\u3099",
        "'s", "a's", "\u3042\u30fb", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]


CODE_POINTS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
# Planes 0 and 1 and what is assigned above; which classes tiktoken has is asked of all code points by
# compare_unicode.
TIKTOKEN_POINTS = [c for c in CODE_POINTS if c < "\U00020000" or "\U000e0000" <= c < "\U000e0200" or ord(c) % 61 == 0]


def chosen(characters, name):
    """One of EVERY characters, others for each name."""
    every = int(os.environ.get("EVERY", "1"))
    return characters[sum(name.encode()) % every::every]


def among_others(character):
    """One text with a character alone, between letters, behind spaces, before and behind signs."""
    c = character
    return (f"{c}a{c}{c}A{c}'s{c} {c}1{c}!{c}B '{c} !{c}\u3042{c}C\n{c}x'{c}  {c}\n {c}\u30fb{c}/\n{c}"
            f"!!{c}{c}")


def few_others(character):
    return f"a{character}b {character}!!{character}1"


def random_text(source):
    pieces = NASTY if source.random() < 0.5 else source.choices(NASTY, k=source.randint(2, 8))
    return "".join(source.choices(pieces, k=source.randint(1, source.choice((6, 12, 40)))))


def random_texts(count):
    source = random.Random(4)
    for _ in range(count):
        yield random_text(source)


def long_texts():
    source = random.Random(5)
    for run in RUNS:
        for length in (1, 2, 3, 7, 21, 63, 64, 65, 127, 128, 1000):
            yield run * length
            yield "x" + run * length + "y"
            yield run * length + "\u3042 "
    for _ in range(200):
        yield "".join(source.choices(NASTY, k=2000))


def file_texts(path):
    texts = oracle_texts.json_texts(path)
    if texts is not None:
        yield from texts
        return
    with open(path, encoding="utf-8", newline="\n") as file:
        yield file.read()


def our_ends(probe, name, texts, *units):
    """For each text the list of ends of our chunks, in bytes if `units` are not others."""
    with tempfile.TemporaryFile() as records:
        for text in texts:
            data = text.encode()
            records.write(struct.pack("<I", len(data)) + data)
        records.seek(0)
        process = subprocess.Popen([probe, name, *units], stdin=records, stdout=subprocess.PIPE)
        for _ in texts:
            count, = struct.unpack("<I", process.stdout.read(4))
            yield array.array("I", process.stdout.read(4 * count)).tolist()
        if process.stdout.read(1) or process.wait() != 0:
            sys.exit(f"{probe} {name} failed or answered too much")


def batches(texts, most):
    batch, size = [], 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if len(batch) >= most or size > 1 << 24:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Hf:
    """A pre-tokenizer of HF tokenizers: a pattern or the steps of a Sequence."""

    name = "HF"
    most = 10000
    units = ("characters",)

    def __init__(self, pattern, steps=()):
        from tokenizers import Regex, pre_tokenizers
        kinds = [lambda pattern: pre_tokenizers.Split(Regex(pattern), "isolated"),
                 lambda _: pre_tokenizers.Digits(individual_digits=True),
                 lambda _: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
        made = [kinds[kind](step) for kind, step in steps] or [kinds[0](pattern)]
        self.reference = pre_tokenizers.Sequence(made) if len(made) > 1 else made[0]

    def compare(self, texts, ends):
        """Yields whether the chunks of each text are equal, and what the reference has."""
        for text, ours in zip(texts, ends):
            spans = [span for _, span in self.reference.pre_tokenize_str(text)]
            expected = [last for _, last in spans]
            if [first for first, _ in spans] != [0] + expected[:-1]:
                sys.exit(f"HF leaves out a part of {text!a}")
            yield expected == ours, expected


class Tiktoken:
    name = "tiktoken"
    most = 1000
    units = ()

    def __init__(self, pattern):
        self.pattern = pattern

    def compare(self, texts, ends):
        import tiktoken
        ranks = {bytes([byte]): byte for byte in range(256)}
        all_ends = list(ends)
        for text, ours in zip(texts, all_ends):
            data = text.encode()
            starts = [0] + ours[:-1]
            for i, start in enumerate(starts):
                for end in ours[i:]:
                    ranks.setdefault(data[start:end], len(ranks))
        encoding = tiktoken.Encoding("test", pat_str=self.pattern, mergeable_ranks=ranks,
                                     special_tokens={})
        for text, ours in zip(texts, all_ends):
            data = text.encode()
            expected = [ranks[data[start:end]] for start, end in zip([0] + ours[:-1], ours)]
            ids = encoding.encode_ordinary(text)
            yield ids == expected, [encoding.decode_single_token_bytes(one) for one in ids]


def windows(texts, size=150):
    """Texts of a size whose unions of chunks are not too many."""
    for text in texts:
        for start in range(0, len(text), size):
            yield text[start:start + size]


def compare(probe, name, reference, title, texts):
    """Prints what was compared; returns how many texts differ."""
    count = size = chunks = different = 0
    for batch in batches((text for text in texts if text), reference.most):
        ends = list(our_ends(probe, name, batch, *reference.units))
        for text, ours, (equal, expected) in zip(batch, ends, reference.compare(batch, ends)):
            count += 1
            size += len(text.encode())
            chunks += len(ours)
            if not equal:
                different += 1
                if different <= 5:
                    print(f"{name}: {text[:300]!a}\n  {reference.name} {expected[:60]}\n"
                          f"  ours {ours[:60]}")
    print(f"{name} and {reference.name}: {title}: {count} texts, {size} bytes, {chunks} chunks, "
          f"{different} different", flush=True)
    return different if count else 1


def compare_hf(probe, name, pattern, steps, number, files):
    reference = Hf(pattern, steps)
    failures = compare(probe, name, reference, "code points",
                       (among_others(character) for character in chosen(CODE_POINTS, name)))
    failures += compare(probe, name, reference, "generated", random_texts(number))
    failures += compare(probe, name, reference, "long", long_texts())
    for path in files:
        failures += compare(probe, name, reference, os.path.basename(path), file_texts(path))
    return failures


def compare_tiktoken(probe, name, pattern, number, files):
    reference = Tiktoken(pattern)
    failures = compare(probe, name, reference, "code points",
                       (few_others(character) for character in chosen(TIKTOKEN_POINTS, name)))
    failures += compare(probe, name, reference, "generated", random_texts(number // 10))
    for path in files:
        failures += compare(probe, name, reference, os.path.basename(path),
                            windows(file_texts(path)))
    return failures


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        import tiktoken
        import tokenizers
    except ImportError as error:
        print(f"{error}: pip install tokenizers tiktoken", file=sys.stderr)
        return 2
    print(f"HF tokenizers {tokenizers.__version__}, tiktoken {tiktoken.__version__}")
    probe, files = sys.argv[1], sys.argv[2:]
    number = int(os.environ.get("RANDOM_TEXTS", "200000"))
    wanted = os.environ.get("PRE_TOKENIZERS", "").split()
    listed = subprocess.run([probe, "list"], stdout=subprocess.PIPE, check=True).stdout.decode()
    failures = compared = 0
    for line in listed.splitlines():
        one = json.loads(line)
        if wanted and one["name"] not in wanted:
            continue
        patterns = [(one["dialects"], one["pattern"])] + one["spellings"]
        if one["steps"]:
            failures += compare_hf(probe, one["name"], None, one["steps"], number, files)
            compared += 1
        for dialects, pattern in patterns:
            if dialects & ONIGURUMA:
                failures += compare_hf(probe, one["name"], pattern, (), number, files)
                compared += 1
            if dialects & RUST:
                failures += compare_tiktoken(probe, one["name"], pattern, number, files)
                compared += 1
    print(f"{compared} spellings compared, {failures} texts different")
    return 1 if failures or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
