# SPDX-License-Identifier: Apache-2.0
"""Our reader of n-gram models against the kenlm package: ARPA files with random weights are written out of a
corpus (with gaps, as pruning leaves them; with and without <unk>; with zeros), made into every kind of binary
file by KenLM's build_binary, and sentences are scored by both. The float32 of each score, of each word, and
the length of each n-gram found must be the same.

    ngram_models.py PROBE BUILD_BINARY SCRATCH TEXT.jsonl...
"""
import json
import os
import random
import struct
import subprocess
import sys

import kenlm

# Name, order, share of n-grams left out, whether there is <unk>, decimals of the weights.
MODELS = [("bigram", 2, 0.0, True, 4), ("rests", 3, 0.0, True, 5), ("trigram", 3, 0.2, True, 6), ("gaps", 5, 0.15, False, 7),
          ("six", 6, 0.05, True, 1)]
KINDS = [("probing", []), ("probing", ["-p", "2.5"]), ("trie", []),
         ("trie", ["-q", "8", "-b", "8"]), ("trie", ["-a", "64"]),
         ("trie", ["-a", "8", "-q", "4", "-b", "7"])]


def sentences_of(paths, rng):
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                for text in json.loads(line)["text"].split("\n"):
                    text = "".join(c for c in text if c > " " and not c.isspace() and c != "\x7f")
                    words, place = [], 0
                    while place < len(text):
                        step = rng.choice((1, 1, 2, 3))
                        words.append(text[place:place + step])
                        place += step
                    if words:
                        yield words


def write_arpa(path, sentences, order, gaps, has_unknown, decimals, rng):
    ngrams = [dict() for _ in range(order)]
    for words in sentences:
        words = ["<s>"] + words + ["</s>"]
        for n in range(order):
            for i in range(len(words) - n):
                ngrams[n][tuple(words[i:i + n + 1])] = None
    ngrams[0].update({("<s>",): None, ("</s>",): None})
    for n in range(1, order):
        ngrams[n] = {g: None for g in ngrams[n]
                     if g[:-1] in ngrams[n - 1] and rng.random() >= gaps}
    if has_unknown:
        ngrams[0][("<unk>",)] = None
    lines = [[] for _ in range(order)]
    for n in range(order):
        for gram in ngrams[n]:
            value = -99 if gram == ("<s>",) else -rng.random() * 6
            backoff = ""
            if rng.random() < 0.7:
                backoff = "\t%.*f" % (decimals, rng.choice((0, -1, -1, 1)) * rng.random())
            lines[n].append(("%.*f\t%s" % (decimals, value, " ".join(gram)), backoff))
    for top in range(1, order + 1):
        with open(path if top == order else path + str(top), "w", encoding="utf-8") as out:
            out.write("\\data\\\n")
            for n in range(top):
                out.write("ngram %d=%d\n" % (n + 1, len(lines[n])))
            for n in range(top):
                out.write("\n\\%d-grams:\n" % (n + 1))
                for line, backoff in lines[n]:
                    out.write(line + (backoff if n + 1 < top else "") + "\n")
            out.write("\n\\end\\\n")


def asked_sentences(sentences, rng):
    own = ["", "<unk>", "知らない語 unknown", "</s>", "<s> a </s>", "  a  ", "語 " * 500]
    words = [w for s in sentences for w in s]
    for sentence in sentences:
        own.append(" ".join(sentence))
        mixed = [rng.choice(words) if rng.random() < 0.2 else "OOV" if rng.random() < 0.1 else w
                 for w in sentence]
        own.append(" ".join(mixed))
    return own


def probe(program, model, texts):
    data = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    return subprocess.run([program, model], input=data, stdout=subprocess.PIPE, check=True).stdout


def bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def compare(program, path, texts):
    """Number of words compared, number of texts that are wrong."""
    model = kenlm.Model(path)
    answer = probe(program, path, [t.encode() for t in texts])
    place, words, wrong = 0, 0, 0
    for text in texts:
        *scores, unknown = struct.unpack_from("<5I", answer, place)
        perplexity, = struct.unpack_from("<d", answer, place + 20)
        place += 28
        full = list(model.full_scores(text))
        own = [struct.unpack_from("<2I", answer, place + 8 * i) for i in range(len(full))]
        place += 8 * len(full)
        theirs = [bits(model.score(text, bos=b, eos=e)) for b, e in
                  ((True, True), (False, True), (True, False), (False, False))]
        same = (scores == theirs and unknown == sum(f[2] for f in full)
                and own == [(bits(f[0]), f[1]) for f in full])
        same = same and abs(perplexity - model.perplexity(text)) <= 1e-12 * perplexity
        words += len(full)
        if not same:
            wrong += 1
            if wrong < 4:
                print("%s: %r\n  ours   %r %r\n  theirs %r %r" % (
                    os.path.basename(path), text[:60], scores, own[:6], theirs,
                    [(bits(f[0]), f[1]) for f in full[:6]]))
    assert place == len(answer), "the probe answered something else"
    return words, wrong


def main():
    program, build_binary, scratch, paths = *sys.argv[1:4], sys.argv[4:]
    rng = random.Random(11)
    sentences = list(sentences_of(paths, rng))
    rng.shuffle(sentences)
    limit = int(os.environ.get("SENTENCES", "300"))
    known, asked = sentences[:limit], asked_sentences(sentences[:2 * limit], rng)
    files = words = wrong = 0
    for name, order, gaps, has_unknown, decimals in MODELS:
        arpa = os.path.join(scratch, name + ".arpa")
        write_arpa(arpa, known, order, gaps, has_unknown, decimals, rng)
        made = [arpa]
        lower = " ".join(arpa + str(n) for n in range(1, order))
        kinds = KINDS + [("probing", ["-r", lower])] * (order == 3 and gaps == 0.0)
        for i, (kind, options) in enumerate(kinds):
            made.append(os.path.join(scratch, "%s-%d.klm" % (name, i)))
            subprocess.run([build_binary, *options, kind, arpa, made[-1]], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for path in made:
            count, bad = compare(program, path, asked)
            files, words, wrong = files + 1, words + count, wrong + bad
    print("n-gram models: %d files, %d sentences each, %d words compared, %d sentences wrong" %
          (files, len(asked), words, wrong))
    return wrong != 0


sys.exit(main())
