#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the rows of batches with HF tokenizers: templates of one text and of two, truncation with
its windows, padding.

    rows.py ROWS_PROBE TEXT

A small model is trained on TEXT; post-processors, options and texts are drawn at random (ROUNDS=N).
Spans are compared where HF's are of the text. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import os
import random
import struct
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

import hf_encode

SIDES = ["right", "left"]
STRATEGIES = ["longest_first", "only_first", "only_second"]


def train(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=600, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=["<pad>", "<s>", "</s>", "<sep>"])
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def processors_of(source):
    """A post-processor, and how many ids it adds to one text and to two."""
    kind = source.randrange(6)
    if kind == 0:
        return None, (0, 0)
    if kind == 1:
        return processors.BertProcessing(("</s>", 2), ("<s>", 1)), (2, 3)
    if kind == 2:
        return processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=False), (2, 4)
    words = ["<s>", "</s>", "<sep>", "both"]

    def ids(count):
        return [f"{word}:{source.randrange(3)}" for word in source.choices(words, k=count)]

    single = ids(source.randrange(3)) + [f"$A:{source.randrange(3)}"] + ids(source.randrange(3))
    texts = [f"$A:{source.randrange(3)}", f"$B:{source.randrange(3)}"]
    source.shuffle(texts)
    pair = ids(source.randrange(3)) + texts[:1] + ids(source.randrange(3)) + texts[1:] + \
        ids(source.randrange(2))
    tokens = [("<s>", 1), ("</s>", 2), ("<sep>", 3),
              {"id": "both", "ids": [2, 3], "tokens": ["</s>", "<sep>"]}]

    def added(items):
        return sum(2 if item.startswith("both") else 1 for item in items if item[0] != "$")

    template = processors.TemplateProcessing(single=single, pair=pair, special_tokens=tokens)
    return template, (added(single), added(pair))


def texts_of(source, lines):
    return "".join(source.choices(lines, k=source.randint(0, 3)))[:source.randint(0, 60)]


def options_of(source, added, pairs, lengths):
    """Options that HF takes without a panic: windows advance, and what may be cut is long enough."""
    chosen = {"template": source.randrange(2), "pairs": int(pairs)}
    single = added[0]
    added = added[int(pairs)] if chosen["template"] else 0
    if source.random() < 0.8:
        chosen.update(length=added + source.randint(1, 30), side=source.randrange(2),
                      strategy=source.randrange(3 if pairs else 2), windows=source.randrange(2))
        room = chosen["length"] - added
        most = room
        for one in lengths:
            over = sum(one) - room
            if over <= 0:
                continue
            if chosen["strategy"] == 0 and pairs:
                most = min(most, room // 2)
            elif chosen["strategy"] > 0:
                most = min(most, one[chosen["strategy"] - 1] - over)
        most = min(most, chosen["length"] - single) # which enable_truncation asks for
        if most <= 0:
            del chosen["length"]
        else:
            chosen["stride"] = source.randrange(most)
    if source.random() < 0.7:
        chosen.update(pad=1, pad_id=source.randrange(4), pad_type=source.randrange(3),
                      pad_side=source.randrange(2), multiple=source.choice([0, 0, 8, 7]),
                      pad_length=source.choice([0, 0, 16, 50]))
    return chosen


def expected(tokenizer, chosen, texts):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if "length" in chosen:
        tokenizer.enable_truncation(chosen["length"], stride=chosen["stride"],
                                    strategy=STRATEGIES[chosen["strategy"]],
                                    direction=SIDES[chosen["side"]])
    if "pad" in chosen:
        tokenizer.enable_padding(direction=SIDES[chosen["pad_side"]], pad_id=chosen["pad_id"],
                                 pad_type_id=chosen["pad_type"], pad_token="<pad>",
                                 length=chosen["pad_length"] or None,
                                 pad_to_multiple_of=chosen["multiple"] or None)
    batch = tokenizer.encode_batch(texts, add_special_tokens=bool(chosen["template"]))
    for number, encoding in enumerate(batch):
        later = encoding.overflowing if chosen.get("windows") else []
        for row in [encoding] + later:
            yield (number, row.ids, row.type_ids, row.attention_mask, row.special_tokens_mask,
                   [tuple(span) for span in row.offsets])


def found(probe, model, chosen, texts):
    records = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)
    words = [f"{name}={value}" for name, value in chosen.items()]
    output = subprocess.run([probe, model, *words], input=records, stdout=subprocess.PIPE,
                            check=True).stdout
    numbers = struct.unpack(f"<{len(output) // 4}I", output)
    at = 1
    for _ in range(numbers[0]):
        number, count = numbers[at:at + 2]
        columns = [list(numbers[at + 2 + i * count:at + 2 + (i + 1) * count]) for i in range(6)]
        yield (number, *columns[:4], list(zip(columns[4], columns[5])))
        at += 2 + 6 * count


def same(ours, theirs, spans, later):
    """Spans of ids that come from no text are (0, 0) there, and a template's types of texts are not set in
    windows after the first."""
    types = all(left == right for left, right, special in zip(ours[2], theirs[2], ours[4])
                if special or not later)
    places = all(left == right for left, right, special in zip(ours[5], theirs[5], ours[4])
                 if not special)
    return ours[:2] == theirs[:2] and ours[3:5] == theirs[3:5] and types and (places or not spans)


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    probe, path = sys.argv[1:]
    source = random.Random(11)
    japanese = list(hf_encode.file_texts(path))
    bare = train(japanese).to_str()
    # Spans are compared in ASCII, as HF's count characters.
    lines = ["to be ", "or not ", "a ", "encode the text whole, ", "x", "1234 "]
    rows = batches = ids = windows = different = 0
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "tokenizer.json")
        for round_number in range(int(os.environ.get("ROUNDS", "40"))):
            processor, added = processors_of(source)
            tokenizer = Tokenizer.from_str(bare)
            if processor is not None:
                tokenizer.post_processor = processor
            tokenizer.save(model)
            for _ in range(12):
                pairs = source.random() < 0.5
                own = japanese if batches % 3 == 0 else lines
                texts = [texts_of(source, own) for _ in range(source.randint(1, 5) * (2 if pairs else 1))]
                tokenizer.no_truncation()
                tokenizer.no_padding()
                sizes = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
                groups = list(zip(texts[::2], texts[1::2])) if pairs else texts
                lengths = list(zip(sizes[::2], sizes[1::2])) if pairs else [(size,) for size in sizes]
                chosen = options_of(source, added, pairs, lengths)
                theirs = list(expected(tokenizer, chosen, groups))
                ours = list(found(probe, model, chosen, texts))
                batches += 1
                rows += len(theirs)
                windows += len(theirs) - len(groups)
                ids += sum(len(row[1]) for row in theirs)
                equal = len(ours) == len(theirs) and all(
                    same(left, right, own is lines, at > 0 and theirs[at - 1][0] == right[0])
                    for at, (left, right) in enumerate(zip(ours, theirs)))
                if not equal and different < 3:
                    print(f"  {chosen} {groups!a}:\n    HF   {theirs}\n    ours {ours}")
                different += not equal
    print(f"rows: {batches} batches, {rows} rows, {windows} of them windows, {ids} ids, types, masks; "
          f"{different} batches different")
    return 1 if different or not windows else 0


if __name__ == "__main__":
    sys.exit(main())
