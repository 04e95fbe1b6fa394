# SPDX-License-Identifier: Apache-2.0
"""Compares ids and offsets with tiktoken's for rank files and tekken.json: for models.py.

tiktoken's decode_with_offsets gives the character in which each token starts. Each text is also given
to the encoder in small parts.
"""
import itertools
import os

import hf_encode
import models
import offsets


def encoding_of(reference):
    """tiktoken's encoding in one of models.py, and the id of its first rank."""
    # mistral-common's is one with the special tokens before the ranks.
    first = getattr(reference.model, "num_special_tokens", None)
    return (reference.model, 0) if first is None else (reference.model._model, first)


def compare(probe, model, reference):
    """1 if anything differs from `reference`."""
    encoding, first = encoding_of(reference)
    number = int(os.environ.get("OFFSET_TEXTS", "6000"))
    texts = [text for text in itertools.islice(itertools.chain(models.nasties(), hf_encode.generated()),
                                               2 * number) if 0 < len(text) < 3000][:number]
    different = ids = 0
    whole, parts = offsets.ours(probe, model, texts), offsets.ours(probe, model, texts, "parts")
    for text, (found, spans), in_parts in zip(texts, whole, parts):
        expected = encoding.encode_ordinary(text)
        starts = encoding.decode_with_offsets(expected)[1]
        ids += len(expected)
        equal = (found == [number + first for number in expected] and
                 [start for start, _ in spans] == starts and in_parts == (found, spans))
        if not equal and different < 3:
            print(f"  {text!a}:\n    tiktoken {expected[:20]} {starts[:20]}\n"
                  f"    ours     {found[:20]} {spans[:20]}")
        different += not equal
    print(f"{model}: tiktoken: {len(texts)} texts, as a whole and in parts: {ids} ids and offsets, "
          f"{different} texts different")
    return 1 if different or not ids else 0
