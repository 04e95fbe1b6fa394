#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares `tokenize morph` with `mecab` byte by byte, in both output formats, on the sample
# corpus, on generated lines, and on text files given as arguments, with each dictionary in UTF-8
# that Debian's packages install (or the one that DICTIONARY names). Exit 1: a difference; 99: mecab or
# a dictionary is missing. Text must be free of NUL, behind which mecab drops the rest of a line.
set -eu
. "$(dirname "$0")/oracle.sh"

command -v mecab >/dev/null || {
    echo "mecab is missing. On Debian or Ubuntu: apt-get install mecab mecab-ipadic-utf8"
    exit 99
}

# The sample's lines, then every kind of line that has its own path through the analyser.
python3 - "$sample" >"$scratch/generated" <<'PYTHON'
import json
import random
import sys

write = sys.stdout.buffer.write
sentences = []
for record in open(sys.argv[1], encoding="utf-8"):
    sentences += json.loads(record)["text"].split("\n")
for sentence in sentences:
    write(sentence.encode("utf-8", "replace") + b"\n")

# Empty and white lines, carriage returns, runs around the 25 characters that MeCab groups, a line
# longer than mecab's usual 8 KiB, white space up to where MeCab loses text.
edges = ["", " ", "\t", " \t ", "\u3000", "\u3000 \u3000", "今日は\r", "\r", "、", "。。。", " 猫 ", "\uffff猫"]
for count in (1, 2, 23, 24, 25, 26, 27, 60, 400):
    for character in "アーあ漢aA1１Ａｱ・=#😀𠮷é":
        edges.append(character * count)
        edges.append("猫が" + character * count + "を見た")
edges.append("東京都に行きました。" * 2000)
for count in (100, 8192, 16384, 16385, 32768, 65000):
    edges.append("東" + " " * count + "京")
for edge in edges:
    write(edge.encode("utf-8") + b"\n")

random.seed(1)
pieces = [sentence[start:start + random.randrange(1, 12)].encode("utf-8", "replace")
          for sentence in sentences for start in range(0, len(sentence), 7)]
pieces += [piece.encode("utf-8") for piece in (
    " ", "  ", "\t", "\u3000", "\r", "\v", "\f", "\u00a0", "abc", "New York", "3.14", "１２", "％", "ｶﾞｷﾞ", "カタカナ",
    "ー", "〜", "😀", "👍🏽", "𠮷野家", "한국어", "été", "Ω", "\u200b", "\ufeff", "\uffff", "①", "㍿", "か\u3099", "...", "://")]
for number in range(20000):
    line = b"".join(random.choice(pieces) for _ in range(random.randrange(1, 14)))
    if number % 4 == 3:  # bytes that are no UTF-8
        line = bytearray(line)
        for _ in range(random.randrange(1, 6)):
            where = random.randrange(len(line) + 1)
            if random.random() < 0.5:
                line[where:where] = bytes(random.choices(range(1, 256), k=random.randrange(1, 4)))
            else:
                del line[where:where + random.randrange(1, 3)]
        line = bytes(line)
    write(line.replace(b"\n", b" ").replace(b"\0", b" ") + b"\n")
write("改行のない最後の行".encode("utf-8"))
PYTHON

# compare FILE DICTIONARY NAME FORMAT-OPTION...: the outputs go through pipes, so that a corpus of any size
# needs no room on disk; cmp names the first difference.
differences=0
compare() {
    file=$1
    dictionary=$2
    shift 2
    mkfifo "$scratch/theirs" "$scratch/ours"
    mecab -b 5242880 -d "$dictionary" "$@" <"$file" >"$scratch/theirs" 2>"$scratch/mecab.log" &
    "$TOKENIZE" morph --quiet --no-progress -d "$dictionary" "$@" <"$file" >"$scratch/ours" &
    cmp "$scratch/theirs" "$scratch/ours" || differences=$((differences + 1))
    wait
    rm -f "$scratch/theirs" "$scratch/ours"
    if [ -s "$scratch/mecab.log" ]; then
        echo "mecab says of $file: $(head -n 1 "$scratch/mecab.log")"
    fi
}

found=0
for dictionary in ${DICTIONARY:-/var/lib/mecab/dic/ipadic-utf8 /var/lib/mecab/dic/juman-utf8}; do
    [ -f "$dictionary/sys.dic" ] || continue
    found=1
    for file in "$scratch/generated" "$@"; do
        compare "$file" "$dictionary"
        compare "$file" "$dictionary" -Owakati
        echo "compared $(wc -l <"$file") lines, $(wc -c <"$file") bytes of $(basename "$file")" \
            "in both formats with $(basename "$dictionary")"
    done
done
if [ "$found" -eq 0 ]; then
    echo "no dictionary found. On Debian or Ubuntu: apt-get install mecab-ipadic-utf8"
    exit 99
fi
echo "$differences differences"
[ "$differences" -eq 0 ]
