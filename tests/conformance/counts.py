# SPDX-License-Identifier: Apache-2.0
"""Counts of words, ours and those of HF tokenizers and MeCab: counts.py TOKENIZE SCRATCH FILE.jsonl..."""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

import tokenizers
from tokenizers import Regex, models, pre_tokenizers

# The pattern of GPT-4 as tiktoken has it (openai_public.py, cl100k_base), and that of Llama 3.
GPT4 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_characters():
    """The character that ByteLevel writes for each byte, as GPT-2's encoder.py has it."""
    kept = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    other = [byte for byte in range(256) if byte not in kept]
    return {chr(byte): byte for byte in kept} | {
        chr(256 + number): byte for number, byte in enumerate(other)}


BYTES = byte_characters()


def undo_byte_level(word):
    return bytes(BYTES[character] for character in word)


def undo_escapes(word):
    letters = {b"\\": b"\\", b"t": b"\t", b"n": b"\n", b"r": b"\r"}

    def one(match):
        text = match.group(1)
        return bytes([int(text[1:], 16)]) if len(text) == 3 else letters[text]
    return re.sub(rb"\\(x[0-9a-f]{2}|[\\tnr])", one, word)


def read_table(command, options, files, scratch, threads):
    """The table that our command makes and prints."""
    table = scratch / "table.wct"
    subprocess.run([command, "count", "-q", "-j", str(threads), *options, *files, "-o", table],
                   check=True)
    text = subprocess.run([command, "count", "--dump", table], check=True,
                          stdout=subprocess.PIPE).stdout
    counts = {}
    for line in text.split(b"\n")[:-1]:
        word, count = line.rsplit(b"\t", 1)
        counts[undo_escapes(word)] = int(count)
    return counts


def count_chunks(pre_tokenizer, texts, byte_level):
    counts = collections.Counter()
    for text in texts:
        for word, _ in pre_tokenizer.pre_tokenize_str(text):
            counts[undo_byte_level(word) if byte_level else word.encode()] += 1
    return counts


def count_morphemes(texts):
    """Words of each line as mecab prints them; white space in front of a word is lost there."""
    lines = "\n".join(texts).split("\n")
    output = subprocess.run(["mecab", "-O", "wakati", "-b", str(1 << 20)],
                            input="\n".join(lines).encode() + b"\n",
                            check=True, stdout=subprocess.PIPE).stdout
    return collections.Counter(word for line in output.split(b"\n") for word in line.split(b" ")
                               if word)


def without_space(counts):
    stripped = collections.Counter()
    for word, count in counts.items():
        if word.strip(b" \n\t"):
            stripped[word.strip(b" \n\t")] += count
    return stripped


def compare(name, ours, theirs):
    different = [word for word in ours.keys() | theirs.keys()
                 if ours.get(word, 0) != theirs.get(word, 0)]
    print(f"{name}: {len(theirs)} words, {sum(theirs.values())} occurrences, "
          f"{len(different)} different")
    for word in sorted(different)[:5]:
        print(f"    {word!r}: {ours.get(word, 0)}, there {theirs.get(word, 0)}")
    return not different


def main():
    command, scratch, files = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    texts = [json.loads(line)["text"] for file in files
             for line in pathlib.Path(file).read_text(encoding="utf-8").split("\n") if line.strip()]
    sequence = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"), pre_tokenizers.Punctuation(),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    prefix = pre_tokenizers.ByteLevel(add_prefix_space=True)
    for name, one in (("sequence", sequence), ("prefix", prefix)):
        model = tokenizers.Tokenizer(models.BPE(
            {character: number for number, character in enumerate(sorted(BYTES))}, []))
        model.pre_tokenizer = one
        model.save(str(scratch / f"{name}.json"))
    cases = (
        ("GPT-4", ["--pre-tokenizer", "cl100k"], pre_tokenizers.Split(Regex(GPT4), "isolated"), False),
        ("ByteLevel", ["--pre-tokenizer", "gpt2"], pre_tokenizers.ByteLevel(add_prefix_space=False),
         True),
        ("ByteLevel with a space in front", ["--pre-tokenizer", scratch / "prefix.json"], prefix, True),
        ("Sequence of a tokenizer.json", ["--pre-tokenizer", scratch / "sequence.json"], sequence, True),
    )
    good = True
    for number, (name, options, theirs, byte_level) in enumerate(cases):
        ours = read_table(command, options, files, scratch, number % 3 + 1)
        good = compare(name, ours, count_chunks(theirs, texts, byte_level)) and good
    if shutil.which("mecab"):
        ours = read_table(command, ["--pre-tokenizer", "none", "--boundaries", "ipadic"], files,
                          scratch, 2)
        good = compare("morphemes", without_space(ours), without_space(count_morphemes(texts))) and good
    sys.exit(0 if good else 1)


main()
