# SPDX-License-Identifier: Apache-2.0
#
# Precision, recall and F1 of words against human ones, for mecab and for `tokenize morph`, which must
# be equal in every number and every word.
#     segmentation_f1.py FILE... [--dictionary DIR]... [--tokenize COMMAND]
# FILE: CoNLL-U, or MeCab format (.mecab: surface TAB features, EOS), either as .zst too.
# A word counts if both find it at the same place, in characters that are not white space. Exit 1: the two
# differ; 77: mecab or a dictionary is missing.
import argparse
import os
import shutil
import subprocess
import sys

DICTIONARIES = ["/var/lib/mecab/dic/ipadic-utf8", "/var/lib/mecab/dic/juman-utf8"]
MARK = "\x01"  # an end of a sentence that is in no text


def read_lines(path):
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], check=True,
                              stdout=subprocess.PIPE).stdout.decode("utf-8").split("\n")
    return open(path, encoding="utf-8").read().split("\n")


def read_gold(path):
    """A list of sentences: the text and its words."""
    is_mecab = path.removesuffix(".zst").endswith(".mecab")
    sentences, words, text = [], [], ""
    for line in read_lines(path) + [""]:
        if line == "EOS" if is_mecab else line == "":
            if words:
                sentences.append((text.strip(), words))
            words, text = [], ""
        elif is_mecab:
            if line:
                words.append(line.split("\t")[0])
                text += words[-1]
        elif not line.startswith("#"):
            columns = line.split("\t")
            if columns[0].isdigit():
                words.append(columns[1])
                text += columns[1] + ("" if "SpaceAfter=No" in columns[9] else " ")
    return sentences


def spans(words):
    """Places of words in characters that are not white space."""
    found, at = [], 0
    for word in words:
        size = len("".join(word.split()))
        if size:
            found.append((at, at + size))
        at += size
    return found


def analyse(command, texts):
    data = "\n".join(texts).encode("utf-8") + b"\n"
    command = command + ["-O", "", "-F", "%m\\n", "-U", "%m\\n", "-E", MARK + "\\n"]
    output = subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE).stdout
    sentences = output.decode("utf-8").split(MARK + "\n")
    return [sentence.split("\n")[:-1] for sentence in sentences[:-1]]


def score(gold, found):
    hits = wanted = given = 0
    for (_, words), other in zip(gold, found, strict=True):
        a, b = set(spans(words)), set(spans(other))
        hits, wanted, given = hits + len(a & b), wanted + len(a), given + len(b)
    precision, recall = hits / given, hits / wanted
    return precision, recall, 2 * precision * recall / (precision + recall), wanted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--dictionary", action="append")
    parser.add_argument("--tokenize", default=os.environ.get("TOKENIZE", "tokenize"))
    options = parser.parse_args()
    dictionaries = [d for d in options.dictionary or DICTIONARIES
                    if os.path.exists(os.path.join(d, "sys.dic"))]
    if shutil.which("mecab") is None or not dictionaries:
        print("oracle missing: mecab, a dictionary (apt-get install mecab mecab-ipadic-utf8)")
        sys.exit(77)
    differences = 0
    print("| gold | dictionary | sentences | words | precision | recall | F1 of `mecab` | F1 of ours |")
    print("|---|---|---|---|---|---|---|---|")
    for path in options.files:
        gold = read_gold(path)
        texts = [text for text, _ in gold]
        for dictionary in dictionaries:
            theirs = analyse(["mecab", "-b", "5242880", "-d", dictionary], texts)
            ours = analyse([options.tokenize, "morph", "--quiet", "--no-progress", "-d",
                            dictionary], texts)
            differences += theirs != ours
            precision, recall, f1, count = score(gold, theirs)
            print(f"| {os.path.basename(path).removesuffix('.zst')} | {os.path.basename(dictionary)} "
                  f"| {len(gold):,} | {count:,} | {precision:.4f} | {recall:.4f} | {f1:.4f} "
                  f"| {score(gold, ours)[2]:.4f} |")
    print(f"{differences} differences")
    sys.exit(differences > 0)


main()
