#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `tokenize encode` with the reference of one model file, id by id.

    models.py TOKENIZE ENCODE_PROBE MODEL [TEXT ...]

The reference of tokenizer.json is HF tokenizers with encode_special_tokens, so that special tokens
are text; of .model sentencepiece; of OpenAI's rank files tiktoken; of tekken.json mistral-common.
TEXT files are as in hf_encode.py. Offsets are compared by offsets.py and rank_offsets.py. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import base64
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import hf_encode

# Beside what hf_encode.py generates: what Japanese text, hostile text and new Unicode bring.
NASTIES = [
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f3f4\U000e0067\U000e007f",
    "\u8fbb\U000e0100\u8fbb\U000e0101", "\u845b\ufe00", "\uff76\uff9e\uff77\uff9e\uff8a\uff9f",
    "\u304b\u3099\u306f\u309a\u30a6\u3099", "\u3000\u3000\u3042\u3000", "\u30fb\u30fc\u30fd\u30fe",
    "\u3005\u3007\u3006", "\U00020000\U0002a6df\U0002ebf0\U000323af", "\ue000\uf8ff\U000f0000",
    "\ufdd0\uffff\U0001fffe\U0010ffff", "a\x00b\x00\x00c", "\x1c\x1d\x1e\x1f", "\u2ffc\u2fff\u31ef",
    "\U0002ebf0\U0002ee5d", "\u0897\u1c89\u1c8a\ua7cb\ua7da", "\U000105c0\U00010d40\U00016100",
    "\u08be\U00010ec5\U00016ea0\U00032000", "don't DON'T don\u017ft it'S I'LL we'Re",
    "1234567890 \u0661\u0662\u0663 \uff11\uff12\uff13\uff14 \u2160\u2161\u00b2\u00bd",
    "\r\n\r\n \r\n\t\n  \n", "x = [\n    1,\n\t\t2,\n]\n\n\n", "\u200b\u200c\u200d\u2060\ufeff",
    "\u0085\u00a0\u1680\u2000\u2028\u2029\u202f\u205f", "<|endoftext|><|im_start|><s></s>[INST]",
    "\t\x0b\x0c\r\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u3000",
    "\u2764\ufe0f\u200d\U0001f525\U0001f44d\U0001f3fd1\ufe0f\u20e3", "\u8fbb\ufe00\u795e\ufe01\u2049\ufe0e\u3001\ufe00",
    "\uff73\uff9e\uff66\uff9f\uff9e\uff9e\uff70\uff65", "\u304b\u309b\u306f\u309c\u3099\u304b \u3046\u3099\u309d\u3099",
    "\U0002a700\U0002b739\U0002b740\U0002b81d\U0002b820\U0002cea1\U0002ceb0\U0002ebe0\U00030000\U0003134a\U00031350",
    "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xfffe, 0xffff)),
    "".join(map(chr, range(0xfdd0, 0xfdf0))), "\U000ffffd\U00100000\U0010fffd\ue0ff",
    "\ua7cc\ua7cd\ua7dc\u1c89\U00011380\U00016d43\U0001e5d0\U00010d4e", "\ua7ce\ua7d2\ua7d4\U00010940\U00011db0\U0001cc00\U00033479\u088f\u0cdc",
    "\u1100\u1161\u11a8\uac01", "A\u030a\u00c5\u212b", "\ufb01\u2126\u2329\u2000",
]


class HuggingFace:
    def __init__(self, path):
        import tokenizers

        with open(path, encoding="utf-8") as file:
            self.model = tokenizers.Tokenizer.from_str(file.read())
        self.model.encode_special_tokens = True
        self.model.no_truncation()
        self.model.no_padding()
        self.name = f"tokenizers {tokenizers.__version__}"

    def encode(self, text):
        return self.model.encode(text, add_special_tokens=False).ids

    def encode_batch(self, texts):
        return [encoding.ids for encoding in
                self.model.encode_batch_fast(texts, add_special_tokens=False)]

    def strings(self):
        special = set(self.model.get_added_tokens_decoder())
        for number in range(self.model.get_vocab_size()):
            if number not in special:
                yield self.model.decode([number], skip_special_tokens=False)


class Tiktoken:
    """The published rank files, with the pattern that tiktoken has for that many ranks."""

    NAMES = {50256: "r50k_base", 50280: "p50k_base", 100256: "cl100k_base", 199998: "o200k_base"}

    def __init__(self, path):
        import tiktoken
        import tiktoken_ext.openai_public as public

        self.ranks = {}
        with open(path, "rb") as file:
            for line in file:
                token, rank = line.split()
                self.ranks[base64.b64decode(token)] = int(rank)
        public.load_tiktoken_bpe = lambda *_, **__: {}
        pattern = getattr(public, self.NAMES[len(self.ranks)])()["pat_str"]
        self.model = tiktoken.Encoding("model", pat_str=pattern, mergeable_ranks=self.ranks,
                                       special_tokens={})
        self.name = f"tiktoken, {self.NAMES[len(self.ranks)]}"

    def encode(self, text):
        return self.model.encode_ordinary(text)

    def strings(self):
        return (token.decode(errors="replace") for token in self.ranks)


class Tekken:
    def __init__(self, path):
        import mistral_common
        from mistral_common.tokens.tokenizers.tekken import Tekkenizer

        self.model = Tekkenizer.from_file(path)
        self.name = f"mistral-common {mistral_common.__version__}"

    def encode(self, text):
        return self.model.encode(text, bos=False, eos=False)

    def strings(self):
        first = self.model.num_special_tokens
        for number in range(first, self.model.n_words):
            yield self.model.id_to_byte_piece(number).decode(errors="replace")


class SentencePiece:
    def __init__(self, path):
        import sentencepiece

        self.model = sentencepiece.SentencePieceProcessor(model_file=path)
        self.name = f"sentencepiece {sentencepiece.__version__}"

    def encode(self, text):
        return self.model.encode(text)

    def strings(self):
        for number in range(self.model.get_piece_size()):
            if not (self.model.is_control(number) or self.model.is_unknown(number) or
                    self.model.is_byte(number)):
                yield self.model.id_to_piece(number).replace("\u2581", " ")


def reference_of(path):
    with open(path, "rb") as file:
        start = file.read(4096)
    if start.startswith(b"\n"):  # the protocol buffer's first field, a piece
        return SentencePiece(path)
    if not start.lstrip().startswith(b"{"):
        return Tiktoken(path)
    with open(path, encoding="utf-8") as file:
        top = json.load(file)
    return HuggingFace(path) if "model" in top else Tekken(path)


def nasties():
    yield from NASTIES
    source = random.Random(4)
    for _ in range(3000):
        yield "".join(source.choices(NASTIES, k=source.randint(2, 6)))
    for letters in ("\u3042", "a ", "\u65e5\u672c\u8a9e\u3067", "x\n", "\u3042\u3044\u3046\u3048\u304a\u3002"):
        for length in (1, 10, 1000, 100000, 1000000):
            if length <= int(os.environ.get("LONGEST", 10**9)):
                yield (letters * length)[:length]
    # Longer than any word: cut and merged otherwise than words.
    for length in (*range(240, 280), *range(500, 530), 1000, 20000):
        letters = "".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=length))
        yield letters
        yield letters + source.choice(("\u3042", "\u00e9", ".", "\u3099", " ")) + letters.title()
        yield "".join(source.choices("-=*_#.~", k=length)) + "\u2026" + letters
        yield "".join(source.choices(" \t\n\r\u3000\u00a0\u2003\u0085", k=length))


def vocabulary(reference):
    """Strings of the vocabulary: alone every ALONE-th, inside runs every INSIDE-th, and beside others at random."""
    strings = [text for text in reference.strings() if text]
    yield from strings[::int(os.environ.get("ALONE", 1))]
    inside = int(os.environ.get("INSIDE", 1))
    for text in strings[::inside]:
        yield "\u3042" + text + "\u6f22a" + text + text
    source = random.Random(8)
    for _ in range(20000 // inside):
        yield "".join(source.choices(strings, k=source.randint(2, 12)))


def usual_sets(reference, files):
    """What every model is given: see compare."""
    generated = itertools.islice(hf_encode.generated(), int(os.environ.get("GENERATED", 10**9)))
    return {"nasties": nasties(), "generated": generated, "vocabulary": vocabulary(reference),
            **{path: hf_encode.file_texts(path) for path in files}}


def our_ids(command, model, path, options):
    process = subprocess.Popen([command, "encode", "-t", model, "--quiet", "--input-format",
                                "jsonl", *options, path], stdout=subprocess.PIPE)
    for line in process.stdout:
        yield list(map(int, line.split()))
    if process.wait() != 0:
        sys.exit(f"{command} encode failed with status {process.returncode}")


def expected_ids(reference, texts, most=512):
    """The reference's ids of each text, by its call for many texts where it has one."""
    if not hasattr(reference, "encode_batch"):
        yield from map(reference.encode, texts)
        return
    for start in range(0, len(texts), most):
        yield from reference.encode_batch(texts[start:start + most])


def show_difference(reference, texts, document, expected, found):
    at = next((i for i, (left, right) in enumerate(zip(expected, found)) if left != right),
              min(len(expected), len(found)))
    print(f"  {texts}: document {document} differs from id {at} on\n"
          f"    {reference.name}: {expected[max(0, at - 3):at + 8]}\n"
          f"    ours: {found[max(0, at - 3):at + 8]}")


def compare_set(ours, reference, name, texts):
    count = size = different = 0
    begun = time.process_time()
    for document, (text, expected) in enumerate(zip(texts, expected_ids(reference, texts)), 1):
        found = next(ours, [])
        count += len(expected)
        size += len(text.encode())
        if found == expected:
            continue
        different += 1
        if different == 1:
            show_difference(reference, name, document, expected, found)
            print(f"    text: {ascii(text[:200])}")
    print(f"  {name}: {len(texts)} documents, {size} bytes, {count} ids, {different} different; "
          f"took {time.process_time() - begun:.1f} s of a processor")
    return different


def compare(command, model, reference, sets, options=()):
    """Compares the texts of all sets, {name: texts}; one run of the command encodes them all."""
    sets = {name: list(texts) for name, texts in sets.items()}
    escaped = json.encoder.encode_basestring_ascii
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "documents.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            for texts in sets.values():
                file.writelines(f'{{"text": {escaped(text)}}}\n' for text in texts)
        ours = our_ids(command, model, path, options)
        failures = sum(compare_set(ours, reference, name, texts) for name, texts in sets.items())
        extra = sum(1 for _ in ours)
    if extra:
        print(f"  {extra} documents too many")
    return failures + extra


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    command, probe, model = sys.argv[1:4]
    reference = reference_of(model)
    print(f"{model}: {reference.name}")
    different = compare(command, model, reference, usual_sets(reference, sys.argv[4:]))
    # In the same process: opening a reference takes seconds.
    import offsets
    import rank_offsets

    kind = offsets if isinstance(reference, HuggingFace) else rank_offsets
    return 1 if kind.compare(probe, model, reference) + (different != 0) else 0


if __name__ == "__main__":
    sys.exit(main())
