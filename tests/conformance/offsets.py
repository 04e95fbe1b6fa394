# SPDX-License-Identifier: Apache-2.0
"""Compares ids and offsets with HF tokenizers, special tokens taken from text and template added.

    offsets.py ENCODE_PROBE MODEL...

Offsets are in characters: a token that has a part of a character has the whole of it. HF's offsets of
normalized text are those of single characters, ours of the whole that was composed: texts that
the normalizer changes otherwise than by U+2581 are compared by their ids only. Each text is also given to the encoder in small parts,
which must give the same, if the model's texts can come in parts. Exit status: 0 equal, 1 different,
2 cannot run.
"""
import array
import os
import random
import struct
import subprocess
import sys
import tempfile

import hf_encode
import models


def texts_of(tokenizer):
    source = random.Random(6)
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    for text in special:
        yield text
        yield f"a {text} \u3042{text}{text}\n {text}"
    for _ in range(3000):
        yield "".join(source.choices(models.NASTIES + special * (1 if special else 0),
                                     k=source.randint(2, 8)))
    for text in hf_encode.generated():
        if len(text) < 3000:
            yield text


def ours(probe, model, texts, *options):
    """Ids and spans in characters of each text; `options` are those of the probe."""
    with tempfile.TemporaryFile() as records:
        for text in texts:
            data = text.encode()
            records.write(struct.pack("<I", len(data)) + data)
        records.seek(0)
        with subprocess.Popen([probe, model, "characters", *options], stdin=records,
                              stdout=subprocess.PIPE) as process:
            for _ in texts:
                count, = struct.unpack("<I", process.stdout.read(4))
                numbers = array.array("I", process.stdout.read(12 * count)).tolist()
                yield numbers[:count], list(zip(numbers[count::2], numbers[count + 1::2]))
    if process.returncode != 0:
        sys.exit(f"{probe} failed with status {process.returncode}")


def takes_parts(probe, model):
    """False: the model's normalizer or pre-tokenizer needs whole texts."""
    record = struct.pack("<I", 1) + b"a"
    answer = subprocess.run([probe, model, "parts"], input=record, capture_output=True)
    if answer.returncode != 0 and b"as a whole" not in answer.stderr:
        sys.exit(answer.stderr.decode())
    return answer.returncode == 0


def keeps_places(normalized, text):
    """Is it the text but for spaces, as Llama 2 and Gemma have them: one before it, U+2581 for each?"""
    marked = text.replace(" ", "\u2581")
    return normalized in (text, marked, "\u2581" + marked)


def same_span(own, expected):
    """A token that Prepend made stands for nothing; HF gives it the character behind it."""
    return own == tuple(expected) or own == (expected[0], expected[0])


def compare(probe, model, reference):
    """1 if anything differs from `reference`, a models.HuggingFace, which is changed."""
    from tokenizers import processors

    tokenizer = reference.model
    tokenizer.encode_special_tokens = False
    normalizer = tokenizer.normalizer
    number = int(os.environ.get("OFFSET_TEXTS", "12000"))
    texts = [text for text, _ in zip(texts_of(tokenizer), range(number)) if text]
    with_template = tokenizer.encode("a").ids
    expected_ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
    # Without it offsets are those of the tokens; ByteLevel there takes white space off them.
    tokenizer.post_processor = processors.Sequence([])
    # Tokens of the template that stand before a text.
    before = with_template.index(tokenizer.encode("a").ids[0])
    different = compared = ids = 0
    ways = ["parts"] if takes_parts(probe, model) else []
    options = ["special", "template"]
    parts = ours(probe, model, texts, *options, *ways)
    whole = ours(probe, model, texts, *options)
    for text, expected, encoding, (found, spans), in_parts in zip(
            texts, expected_ids, tokenizer.encode_batch(texts), whole, parts):
        ids += len(expected)
        equal = found == expected
        if equal and (normalizer is None or keeps_places(normalizer.normalize_str(text), text)):
            own = spans[before:before + len(encoding.ids)]
            compared += len(own)
            equal = len(own) == len(encoding.offsets) and all(map(same_span, own, encoding.offsets))
            if not equal and different < 3:
                at = next(i for i, (a, b) in enumerate(zip(own, encoding.offsets)) if not same_span(a, b))
                print(f"  {text!a}: token {at}: HF {encoding.offsets[at:at + 4]}, ours "
                      f"{own[at:at + 4]}")
        elif not equal and different < 3:
            print(f"  {text!a}:\n    HF   {expected[:40]}\n    ours {found[:40]}")
        if equal and in_parts != (found, spans):
            equal = False
            if different < 3:
                print(f"  {text!a} in parts: {in_parts[0][:40]}, as a whole {found[:40]}")
        different += not equal
    print(f"{model}: {reference.name}: {len(texts)} texts with special tokens and "
          f"template, as a whole{' and in parts' if ways else ''}: {ids} ids, {compared} offsets, "
          f"{different} texts different")
    return 1 if different or not compared else 0


def main():
    if len(sys.argv) < 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    probe, *paths = sys.argv[1:]
    return max([compare(probe, path, models.HuggingFace(path)) for path in paths])


if __name__ == "__main__":
    sys.exit(main())
