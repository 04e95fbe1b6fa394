# SPDX-License-Identifier: Apache-2.0
"""Our fastText reader against the fasttext package: classifiers of many kinds are trained by the package on
lines of a corpus, saved, and asked for labels of the same texts by both; a published model is asked too. Labels, their
order and the float32 of each probability must be the same.

    classifiers.py PROBE SCRATCH MODEL.ftz TEXT.jsonl...

PUBLISHED_ONLY=1: no models are trained, and of the published one the three best labels of the texts as they are, for whole corpora.
"""
import json
import os
import random
import struct
import subprocess
import sys

import fasttext

fasttext.FastText.eprint = lambda *_: None

# Name, arguments of training, arguments of quantization or None.
KINDS = [
    ("softmax", dict(loss="softmax", dim=10), None),
    ("softmax-characters", dict(loss="softmax", dim=16, minn=2, maxn=4, bucket=5000), None),
    ("softmax-words", dict(loss="softmax", dim=20, wordNgrams=3, bucket=4000), None),
    ("softmax-all", dict(loss="softmax", dim=100, minn=1, maxn=3, wordNgrams=2, bucket=3000), None),
    ("hs", dict(loss="hs", dim=16, minn=2, maxn=5, bucket=5000), None),
    ("hs-labels", dict(loss="hs", dim=16, minn=2, maxn=4, bucket=5000), None, 300),
    ("threes", dict(loss="softmax", dim=100, minn=3, maxn=3, bucket=3000), None, 100),
    ("hs-words", dict(loss="hs", dim=7, wordNgrams=2, bucket=2000), None),
    ("ns", dict(loss="ns", dim=12, minn=1, maxn=2, bucket=1000), None),
    ("ova", dict(loss="ova", dim=33, minn=3, maxn=6, bucket=2000), None),
    ("quantized", dict(loss="softmax", dim=16, minn=2, maxn=4, bucket=3000), dict()),
    ("quantized-norms", dict(loss="hs", dim=17, minn=2, maxn=3, bucket=3000),
     dict(qnorm=True, dsub=2)),
    ("quantized-parts", dict(loss="ova", dim=16, minn=2, maxn=8, bucket=2000),
     dict(qnorm=True, dsub=5)),
    ("pruned", dict(loss="softmax", dim=16, minn=2, maxn=4, bucket=3000),
     dict(qnorm=True, cutoff=800)),
    ("pruned-labels", dict(loss="hs", dim=50, minn=2, maxn=4, wordNgrams=2, bucket=3000),
     dict(cutoff=1500), 40),
    ("pruned-words-only", dict(loss="softmax", dim=8), dict(cutoff=300)),
    ("quantized-output", dict(loss="softmax", dim=8, minn=2, maxn=3, bucket=1000),
     dict(qnorm=True, qout=True), 300),
]


def read_texts(paths):
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    return texts


def write_training(texts, path, labels):
    """Random stretches of lines; labels are what a stretch is full of, or a sum where many are wanted."""
    rng = random.Random(4)
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    with open(path, "w", encoding="utf-8") as out:
        for _ in range(4000):
            line = rng.choice(lines)
            start = rng.randrange(len(line))
            line = line[start:start + rng.randrange(1, 60)]
            kana = sum("ぁ" <= c <= "ヿ" for c in line)
            latin = sum(c < "\x80" for c in line)
            label = ("n%d" % (sum(line.encode()) % labels) if labels else
                     "en" if latin * 2 > len(line) else "ja" if kana * 4 > len(line)
                     else "kanji" if len(line) > 10 else "short")
            out.write("__label__%s %s\n" % (label, " ".join(line[i:i + 4] for i in
                                                           range(0, len(line), 4))))


def test_texts(texts):
    rng = random.Random(5)
    own = ["", " ", "a", "。", "</s>", "x </s> y", "__label__ja です", "__label__none 語", "\t\v\f\r\0 語\0語",
           "日本語 " * 3000, "𠮷野家\u3000で\n食べる", "ー" * 5000]
    for text in texts:
        own.append(text)
        own.append(" ".join(text[i:i + 4] for i in range(0, min(len(text), 4000), 4)))
        start = rng.randrange(len(text) + 1)
        own.append(text[start:start + rng.randrange(200)])
    return own


def probe(program, model, most, threshold, texts):
    data = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    answer = subprocess.run([program, model, str(most), repr(threshold)], input=data,
                            stdout=subprocess.PIPE, check=True).stdout
    place, results = 0, []
    for _ in texts:
        count, = struct.unpack_from("<I", answer, place)
        place += 4
        results.append([struct.unpack_from("<II", answer, place + 8 * i) for i in range(count)])
        place += 8 * count
    assert place == len(answer), "the probe answered something else"
    return results


def bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def make_model(kind, texts, scratch):
    """The path of a model of this kind, trained on the texts."""
    name, training, quantization, *labels = kind
    source = os.path.join(scratch, "train-%s.txt" % (labels[0] if labels else 4))
    if not os.path.exists(source):
        write_training(texts, source, labels[0] if labels else 0)
    model = fasttext.train_supervised(source, epoch=2, minCount=1, thread=1, verbose=0, **training)
    path = os.path.join(scratch, name + (".bin" if quantization is None else ".ftz"))
    if quantization is not None:
        model.quantize(input=source, **quantization)
    model.save_model(path)
    return path


def compare(program, path, asked, questions=((1, 0.0), (3, 0.0), (-1, 0.0), (-1, 0.05))):
    """Predictions and labels that were compared, and predictions that differ."""
    model = fasttext.load_model(path)
    order = model.f.getLabels("strict")[0] if hasattr(model.f, "getLabels") else model.labels
    predictions = labels = wrong = 0
    for most, threshold in questions:
        ours = probe(program, path, 0 if most < 0 else most, threshold, [t.encode() for t in asked])
        for text, own in zip(asked, ours, strict=True):
            line = text.replace("\n", " ") + "\n"
            theirs = model.f.predict(line, most, threshold, "strict")
            own = [(order[i], p) for i, p in own]
            theirs = [(label, bits(p)) for p, label in theirs]
            predictions += 1
            labels += len(theirs)
            if own != theirs:
                wrong += 1
                if wrong < 10:
                    print("%s k=%d: %r\n  ours   %r\n  theirs %r" %
                          (os.path.basename(path), most, text[:60], own[:4], theirs[:4]))
    return predictions, labels, wrong


def main():
    program, scratch, published, *paths = sys.argv[1:]
    texts = read_texts(paths)
    if os.environ.get("PUBLISHED_ONLY") == "1":
        predictions, labels, wrong = compare(program, published, texts, ((3, 0.0),))
        print("compared %d labels of %d texts by %s: %d predictions differ" % (labels, predictions, os.path.basename(published), wrong))
        return wrong != 0
    asked = test_texts(texts)
    results = [compare(program, make_model(kind, texts, scratch), asked) for kind in KINDS]
    results.append(compare(program, published, asked))
    predictions, labels, wrong = map(sum, zip(*results))
    print("classifiers: %d models made here and %s, compared %d predictions with %d labels, %d of the last: %d wrong" %
          (len(KINDS), os.path.basename(published), predictions, labels, results[-1][1], wrong))
    return wrong != 0


sys.exit(main())
