# SPDX-License-Identifier: Apache-2.0
#
# Values of ccnet_perplexity: a SentencePiece model is trained on the texts, an ARPA file with weights drawn at random is
# written of their pieces, and documents are scored by kenlm and by the filter: ccnet.py TOKENIZE SCRATCH TEXT.jsonl...
import itertools
import json
import math
import os
import random
import re
import subprocess
import sys
import unicodedata

import kenlm
import near_bounds
import sentencepiece
from clean_texts import made_texts, read_texts

# What becomes what, as published; the digit that the table has by mistake is 0 before it is looked up.
PLAIN = {"，": ",", "。": ".", "、": ",", "–": "-", "—": " - ", "．": ". ", "～": "~", "’": "'", "´": "'", "…": "...", "━": "-", "►": "-",
         "∶": ":", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")", "；": ";", "〈": "<", "〉": ">", "【": "[", "】": "]", "％": "%"}
PLAIN.update(dict.fromkeys("„”“«»」「《》", '"'))


def normalized(line):
    line = unicodedata.normalize("NFD", "".join(c.lower() for c in line.strip()))
    line = "".join(c for c in line if unicodedata.category(c) != "Mn")
    line = re.sub(r"\d", "0", line)
    return "".join(PLAIN.get(c, c) for c in line if ord(c) > 31 and not 127 <= ord(c) < 160)


def write_arpa(path, sentences, source):
    ngrams = [{}, {}, {}]
    for words in sentences:
        words = ["<s>", *words, "</s>"]
        for n in range(3):
            for i in range(len(words) - n):
                ngrams[n][tuple(words[i:i + n + 1])] = None
    ngrams[0].update({("<unk>",): None})
    for n in (1, 2):
        ngrams[n] = {gram: None for gram in ngrams[n] if gram[:-1] in ngrams[n - 1] and source.random() < 0.8}
    with open(path, "w", encoding="utf-8") as out:
        out.write("\\data\\\n" + "".join(f"ngram {n + 1}={len(ngrams[n])}\n" for n in range(3)))
        for n in range(3):
            out.write(f"\n\\{n + 1}-grams:\n")
            for gram in ngrams[n]:
                weight = {("<s>",): -99, ("<unk>",): -6}.get(gram, -source.random() * 4)
                backoff = f"\t{-source.random():.5f}" if n < 2 else ""
                out.write(f"{weight:.5f}\t{' '.join(gram)}{backoff}\n")
        out.write("\n\\end\\\n")


def perplexity(lines, pieces, model):
    total, length = 0, 0
    for line in lines:
        line = " ".join(pieces.encode_as_pieces(line))
        total += model.score(line)
        length += len(line.split()) + 1
    return 10.0 ** (-total / length)


def measured(tokenize, options, records):
    command = [tokenize, "clean", "-f", "ccnet_perplexity:" + options, "--scores", "-", "-o", os.devnull, "--quiet", "--no-progress"]
    run = subprocess.run(command, input=records, stdout=subprocess.PIPE, check=True)
    return [next(iter(json.loads(line)["values"].values())) for line in run.stdout.splitlines()]


def near_texts(lines):
    """The same document with more and more characters that the model does not know, in one line and in several."""
    plain = "".join(lines)
    for size in (300, 1200):
        for count in range(size):
            text = plain[:size - count] + "\U0002a6d6\U0002a6d5"[count % 2] * count
            yield text
            yield text[:size // 3] + "\n" + text[size // 3:]


def check_near(tokenize, options, texts, expected):
    """Verdicts of documents around the published bound, which are chosen by our own values, and at bounds that are values."""
    command, argument = [tokenize, "clean"], "ccnet_perplexity:" + options
    values = measured(tokenize, options, "".join(json.dumps({"text": text}) + "\n" for text in texts).encode())
    (how, bound), = near_bounds.KEPT["ccnet_perplexity"]
    chosen = [texts[i] for side in near_bounds.nearest(values, bound, 4) for _, i in side]
    rows = [{"ccnet_perplexity": expected(text)} for text in chosen]
    compared, wrong = near_bounds.judge(command, argument, "ccnet_perplexity", how, bound, chosen, rows,
                                        lambda row: near_bounds.OPERATORS[how](row["ccnet_perplexity"], bound))
    print(f"compared {compared} verdicts within one step of the bound of ccnet_perplexity: {wrong} differ")
    exact = [(texts[i], values[i]) for i in range(50, len(texts), len(texts) // 20) if values[i] > 0][:4]
    return wrong + near_bounds.check_at_value(command, argument, "maximum", how, *zip(*exact))


def main():
    tokenize, scratch, *files = sys.argv[1:]
    source = random.Random(8)
    count = int(os.environ.get("CLEAN_TEXTS", "600"))
    texts = list(made_texts(31, count))
    texts += ["がぎぐげご ΑΣ Σ İI Ｂ", "１２３٣", "—…．►", "\x00\x7f\x80", "ㅎ힣각", "  \n\u3000", "Å é ñ"]
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "400")))
    lines = [normalized(line) for text in texts for line in text.split("\n")]
    lines = [line for line in lines if line.strip()]
    wrong = compared = 0
    records = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    for kind, normalization, coverage in (("unigram", "nmt_nfkc", 0.99), ("bpe", "identity", 0.995)):
        base = os.path.join(scratch, kind)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=base + ".sp", model_type=kind, vocab_size=2000, hard_vocab_limit=False,
            character_coverage=coverage, normalization_rule_name=normalization, minloglevel=2, num_threads=1)
        pieces = sentencepiece.SentencePieceProcessor(model_file=base + ".sp.model")
        cut = [pieces.encode_as_pieces(line) for line in source.sample(lines, min(len(lines), 1500))]
        write_arpa(base + ".arpa", [words for words in cut if not any(re.search(r"\s", word) for word in words)], source)
        model = kenlm.Model(base + ".arpa")
        for compat in (False, True):
            values = measured(tokenize, f"file={base}.arpa,compat={str(compat).lower()}", records)

            def of(text):
                if compat:
                    whole = normalized(text)
                    return round(perplexity([whole], pieces, model), 1) if pieces.encode_as_pieces(whole) else 0
                return perplexity([normalized(line) for line in text.split("\n")], pieces, model)
            if count:
                wrong += check_near(tokenize, f"file={base}.arpa,compat={str(compat).lower()}", list(near_texts(lines)), of)
            for text, value in zip(texts, values, strict=True):
                expected = of(text)
                compared += 1
                # The last bit of a power may differ between C libraries.
                if not math.isclose(value, expected, rel_tol=1e-14):
                    wrong += 1
                    if wrong < 10:
                        print(f"{kind}, compat {compat}: {value!r}, not {expected!r}, of {text[:80]!r}")
    print(f"compared {compared} perplexities of {made} made and {len(texts) - made} real documents: {wrong} differ")
    sys.exit(1 if wrong else 0)


main()
