# SPDX-License-Identifier: Apache-2.0
#
# F1 of sentence boundaries against human ones, for our splitter, a naive one and peers.
#     sentence_f1.py --driver SENTENCE_ENDS FILE...  [--peers] [--joins A,B] [--errors N]
# FILE: CoNLL-U ("# text" lines, "# newdoc" ends a document) or MeCab format (.mecab; EOS ends a
# sentence), either one as .zst too. Documents are rebuilt: the sentences of a CoNLL-U document, or
# five in a row where every sentence is its own document; three in a row of MeCab format, as KWDLC
# has them. They are joined in several ways, given to the splitters, and the inner boundaries are
# compared, in characters that are not white space. The end of a document is not counted.
# "marked": only documents whose sentences, but for the last one, end in an end mark; in KWDLC the
# others hold fragments cut out of their sentences, which no splitter can find.
# Driver: built from bench/sentence_ends.c and the library.
# Peers, if they can be imported: bunkai, sengiri, ja_sentence_segmenter, pysbd, konoha.
import argparse
import importlib
import re
import struct
import subprocess
import sys
import time
import unicodedata

ENDS = "。．.！？!?｡…‥☆★♪♥）」』"
WRAP = 70  # columns a line of the wrapped form


def read_lines(path):
    if path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    else:
        with open(path, "rb") as file:
            data = file.read()
    return data.decode().split("\n")


def groups(sentences, size):
    return [sentences[i : i + size] for i in range(0, len(sentences), size)]


def read_documents(path):
    lines = read_lines(path)
    if ".mecab" in path:
        sentences, surface = [], ""
        for line in lines:
            if line == "EOS":
                sentences.append(surface)
                surface = ""
            else:
                surface += line.split("\t")[0]
        return groups([s for s in sentences if s], 3)
    documents = []
    for line in lines:
        if line.startswith("# newdoc"):
            documents.append([])
        elif line.startswith("# text = "):
            if not documents:
                documents.append([])
            documents[-1].append(line[9:])
    if max(map(len, documents)) == 1:
        return groups([d[0] for d in documents if d], 5)
    return [d for d in documents if d]


def wrap(text):
    """Lines of WRAP columns, with the closing marks that Japanese never puts at a line's head."""
    lines, columns = [""], 0
    for character in text:
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if columns + width > WRAP and character not in "。、．，」』）！？ーっ":
            lines.append("")
            columns = 0
        lines[-1] += character
        columns += width
    return "\n".join(lines)


JOINS = {
    "joined": lambda d: "".join(d),
    "lines": lambda d: "\n".join(d),
    "spaces": lambda d: "\u3000".join(d),
    "wrapped": lambda d: wrap("".join(d)),
}


def boundaries(sentences):
    """Inner ends, counted in characters that are no white space."""
    ends, position = set(), 0
    for sentence in sentences:
        position += len(re.sub(r"\s", "", sentence))
        ends.add(position)
    ends.discard(position)
    ends.discard(0)
    return ends


class Ours:
    def __init__(self, driver, mode):
        self.command = [driver, str(mode)]

    def __call__(self, texts):
        data = b"".join(struct.pack("<I", len(t)) + t for t in (t.encode() for t in texts))
        run = subprocess.run(self.command, input=data, check=True, stdout=subprocess.PIPE)
        for text, line in zip(texts, run.stdout.decode().split("\n")):
            start, result, raw = 0, [], text.encode()
            for end in map(int, line.split()):
                result.append(raw[start:end].decode())
                start = end
            yield result


def each(function):
    return lambda texts: (list(function(text)) for text in texts)


def naive(text):
    return [s for s in re.split(r"(?<=[。！？!?])|\n", text) if s]


def peers():
    """(name, function of texts) of what is installed."""
    def sengiri():
        return each(importlib.import_module("sengiri").tokenize)

    def bunkai():
        splitter = importlib.import_module("bunkai").Bunkai()
        # Its own sign for a line break goes in and comes out.
        return each(lambda t: [s.replace("▁", "\n") for s in splitter(t.replace("\n", "▁"))])

    def segmenter():
        package = "ja_sentence_segmenter"
        simple = importlib.import_module(f"{package}.split.simple_splitter")
        make = importlib.import_module(f"{package}.common.pipeline").make_pipeline
        normalize = importlib.import_module(f"{package}.concatenate.simple_concatenator")
        matching = r"^(?P<result>.+)(?P<remaining>て)$"
        import functools
        join = functools.partial(normalize.concatenate_matching,
                                 former_matching_rule=matching, remove_former_matched=False)
        return each(make(simple.split_newline, join, simple.split_punctuation))

    def pysbd():
        return each(importlib.import_module("pysbd").Segmenter(language="ja", clean=False).segment)

    def konoha():
        return each(importlib.import_module("konoha").SentenceTokenizer().tokenize)

    for make in (bunkai, sengiri, segmenter, pysbd, konoha):
        try:
            yield make.__name__, make()
        except Exception as error:  # not installed, or broken by a newer dependency
            print(f"# {make.__name__}: {error}", file=sys.stderr)


def measure(split, texts, gold, errors):
    found = right = wanted = 0
    start = time.perf_counter()
    results = list(split(texts))
    seconds = time.perf_counter() - start
    for text, result, sentences in zip(texts, results, gold):
        have, want = boundaries(result), boundaries(sentences)
        found += len(have)
        wanted += len(want)
        right += len(have & want)
        bare = re.sub(r"\s", "", text)
        for place in sorted(have ^ want):
            if errors > 0:
                errors -= 1
                kind = "extra" if place in have else "missed"
                print(f"  {kind}: {bare[max(0, place - 25) : place]} ## {bare[place : place + 25]}")
    precision = right / found if found else 0.0
    recall = right / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return precision, recall, f1, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--driver", required=True)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--errors", type=int, default=0, help="errors of ours to show, each time")
    parser.add_argument("--joins", default=",".join(JOINS), help="which of " + ",".join(JOINS))
    options = parser.parse_args()
    splitters = [("ours", Ours(options.driver, 0)), ("naive", each(naive))]
    if options.peers:
        splitters += peers()
    print("| file | documents | joined by | splitter | precision | recall | F1 | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for path in options.files:
        every = read_documents(path)
        marked = [d for d in every if all(s[-1] in ENDS for s in d[:-1])]
        name = path.split("/")[-1].split(".")[0]
        for label, documents in (("all", every), ("marked", marked)):
            if label == "marked" and len(marked) == len(every):
                continue
            for join in options.joins.split(","):
                function = JOINS[join]
                texts = [function(d) for d in documents]
                for splitter, split in splitters:
                    errors = options.errors if splitter == "ours" else 0
                    row = measure(split, texts, documents, errors)
                    print(f"| {name} {label} | {len(documents)} | {join} | {splitter} | "
                          + " | ".join(f"{value:.4f}" for value in row[:3])
                          + f" | {row[3]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
