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
python3 "$oracle_directory/morph_texts.py" "$sample" lines 100000 >"$scratch/generated"

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
