#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `tokenize encode` with HF tokenizers, id by id, and HF's decoding with the text.

    hf_encode.py TOKENIZE X.tkz X.json [FILE ...]

TOKENIZE is the command; X.tkz and X.json are one tokenizer in both formats. The documents are
generated ones (hostile text: white space, apostrophes, emoji, long runs, all scripts) and, of each
FILE, every line and the whole file. JSON-lines files (.jsonl, and .jsonl.zst where the module
zstandard is there) give their longest string fields instead. Needs the Python package
`tokenizers`. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

import oracle_texts

ALPHABET = (
    "'''sStTrReEvVmMlLdDaZ19  \t\r\n\n\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u2029\u200b"
    "\u3000\u30fb\u30fc\u3042\u6f22\u3099\uff9e\u3005\u3007\u017f\u212a\u0130\xdf\ufb05\u0345"
    "\u0301\u0660\xb2\u2160\U0001f600\u200d\ufe0f\U0001f1ef\x00\ufffd\U00020bb7\U0010ffff"
    ".,!?-_\u300c\u300d\u3002\u3001%$\uff03\uff11\uff41"
)
RUNS = ["a", " ", "\n", "\u3042", "\u30fc", "\u3002", "\u3000", "0", "\U0001f600", "\x00", "=",
        "\r\n", " \n", "\u306e", "ab", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]
BATCH = 512  # texts that HF is given at a time


def random_text(source, alphabet, most):
    return "".join(source.choices(alphabet, k=source.randint(0, most)))


def generated():
    """Documents that try the corners of pre-tokenizer and merging; always the same ones."""
    source = random.Random(20)
    kana = [chr(code) for code in range(0x3041, 0x30FF)]
    han = [chr(code) for code in range(0x4E00, 0x9FFF)]
    for _ in range(10000):
        yield random_text(source, ALPHABET, 60)
    # Made where the first are not enough, as it takes its time.
    anything = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for alphabet, count, most in ((kana, 3000, 100), (han, 1000, 60),
                                  (anything, 2000, 60), ("\u3042\u3044\u306e\u3001 ", 1000, 400)):
        for _ in range(count):
            yield random_text(source, alphabet, most)
    for start in range(0, len(anything), 997):
        yield "".join(anything[start:start + 997])
    for run in RUNS:
        for length in (1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 1000, 30000):
            yield run * length
    yield "<|endoftext|>"


def file_texts(path):
    texts = oracle_texts.json_texts(path)
    if texts is not None:
        yield from texts
        return
    with open(path, encoding="utf-8", newline="\n") as file:
        whole = file.read()
    yield from whole.split("\n")
    yield whole


def our_ids(command, tokenizer, path):
    """One list of ids per document of a JSON-lines file."""
    process = subprocess.Popen(
        [command, "encode", "-t", tokenizer, "--input-format", "jsonl", path],
        stdout=subprocess.PIPE)
    for line in process.stdout:
        yield list(map(int, line.split()))
    if process.wait() != 0:
        sys.exit(f"{command} encode failed with status {process.returncode}")


def compare(command, native, hf, name, texts):
    """Prints what was compared; returns the number of documents that differ."""
    texts = list(texts)
    documents = size = count = different = undecoded = 0
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "documents.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f'{{"text": {json.encoder.encode_basestring_ascii(text)}}}\n' for text in texts)
        ours = our_ids(command, native, path)
        for start in range(0, len(texts), BATCH):
            batch = texts[start:start + BATCH]
            rows = [encoding.ids for encoding in hf.encode_batch_fast(batch, add_special_tokens=False)]
            for text, expected, again in zip(batch, rows, hf.decode_batch(rows, skip_special_tokens=False)):
                found = next(ours, None)
                documents += 1
                size += len(text.encode())
                count += len(expected)
                if found != expected:
                    different += 1
                    if different <= 5:
                        print(f"{name}: document {documents} differs: {ascii(text[:100])}\n"
                              f"  HF   {expected[:20]}\n  ours {(found or [])[:20]}")
                elif again != text:
                    undecoded += 1
                    if undecoded <= 5:
                        print(f"{name}: HF decodes document {documents} to another text")
        extra = sum(1 for _ in ours)
    if extra:
        print(f"{name}: {extra} documents too many")
    print(f"{name}: {documents} documents, {size} bytes, {count} ids, {different} different, "
          f"{undecoded} decoded to another text")
    return different + undecoded + extra


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        import tokenizers
    except ImportError:
        print("the Python package tokenizers is missing: pip install tokenizers", file=sys.stderr)
        return 2
    command, native, exported = sys.argv[1:4]
    with open(exported, encoding="utf-8") as file:
        hf = tokenizers.Tokenizer.from_str(file.read())
    # Our encoder never takes special tokens from text.
    hf.encode_special_tokens = True
    print(f"HF tokenizers {tokenizers.__version__}")
    failures = compare(command, native, hf, "generated", generated())
    for path in sys.argv[4:]:
        failures += compare(command, native, hf, path, file_texts(path))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
