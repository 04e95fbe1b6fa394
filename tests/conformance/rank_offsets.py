#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares ids and offsets with tiktoken's for rank files and tekken.json.

    rank_offsets.py ENCODE_PROBE MODEL

tiktoken's decode_with_offsets gives the character in which each token starts. Each text is also given
to the encoder in small parts. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import itertools
import os
import sys

import hf_encode
import models
import offsets


def reference_of(path):
    """tiktoken's encoding, and the id of its first rank."""
    reference = models.reference_of(path)
    if isinstance(reference, models.Tiktoken):
        return reference.model, 0
    # mistral-common's is one with the special tokens before the ranks.
    return reference.model._model, reference.model.num_special_tokens


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    probe, model = sys.argv[1:]
    encoding, first = reference_of(model)
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


if __name__ == "__main__":
    sys.exit(main())
