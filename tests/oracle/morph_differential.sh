#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares `tokenize morph` with `mecab` byte by byte, in the default format and every second line in wakati, on the sample
# corpus, on generated lines, and on text files given as arguments, with each dictionary that Debian's
# packages install (or the one that DICTIONARY names; the packages in EUC-JP are mecab-ipadic,
# mecab-jumandic and mecab-naist-jdic-eucjp). For a dictionary that is not in UTF-8 text is converted, and the
# generated lines are given as they are too: to it they are broken codes. Exit 1: a difference; 99: mecab or a
# dictionary is missing. Text must be free of NUL, behind which mecab drops the rest of a line. LINES=N takes N
# random lines.
set -eu
. "$(dirname "$0")/oracle.sh"

command -v mecab >/dev/null || {
    echo "mecab is missing. On Debian or Ubuntu: apt-get install mecab mecab-ipadic-utf8"
    exit 99
}

# The sample's lines, then every kind of line that has its own path through the analyser.
python3 "$oracle_directory/morph_texts.py" "$sample" lines "${LINES:-80000}" >"$scratch/generated"

# compare FILE DICTIONARY NAME FORMAT-OPTION...: the outputs go through pipes, so that a corpus of any size
# needs no room on disk; cmp names the first difference.
differences=0
compare() {
    input=$1
    dictionary=$2
    shift 2
    mkfifo "$scratch/theirs" "$scratch/ours"
    mecab -b 5242880 -d "$dictionary" "$@" <"$input" >"$scratch/theirs" 2>"$scratch/mecab.log" &
    "$TOKENIZE" morph --quiet --no-progress -d "$dictionary" "$@" <"$input" >"$scratch/ours" &
    cmp "$scratch/theirs" "$scratch/ours" || differences=$((differences + 1))
    wait
    rm -f "$scratch/theirs" "$scratch/ours"
    if [ -s "$scratch/mecab.log" ]; then
        echo "mecab says of $input: $(head -n 1 "$scratch/mecab.log")"
    fi
}

compare_both() {
    compare "$1" "$dictionary"
    # The words are those of the default format.
    LC_ALL=C sed 'n;d' "$1" >"$scratch/second"
    compare "$scratch/second" "$dictionary" -Owakati
    echo "compared $(wc -l <"$1") lines, $(wc -c <"$1") bytes of $(basename "$1"), $(wc -l <"$scratch/second") of them" \
        "in both formats, with $(basename "$dictionary")"
}

# The charset in the header of sys.dic.
charset_of() {
    dd if="$1/sys.dic" bs=1 skip=40 count=32 2>/dev/null | tr -d '\0' | tr '[:upper:]' '[:lower:]'
}

convert_lines() {
    python3 -c '
import sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(line.decode("utf-8", "ignore").encode(sys.argv[1], "ignore"))
' "$2" <"$1"
}

folder=/var/lib/mecab/dic
found=0
for dictionary in ${DICTIONARY:-$folder/ipadic-utf8 $folder/juman-utf8 $folder/ipadic $folder/juman \
    $folder/naist-jdic-eucjp /usr/share/mecab/dic/naist-jdic-eucjp}; do
    [ -f "$dictionary/sys.dic" ] || continue
    found=1
    charset=$(charset_of "$dictionary")
    for file in "$scratch/generated" "$@"; do
        case $charset in
        utf8 | utf_8 | utf-8) compare_both "$file" ;;
        *)
            [ "$file" != "$scratch/generated" ] || compare_both "$file"
            convert_lines "$file" "$charset" >"$scratch/$(basename "$file").$charset"
            compare_both "$scratch/$(basename "$file").$charset"
            ;;
        esac
    done
done
if [ "$found" -eq 0 ]; then
    echo "no dictionary found. On Debian or Ubuntu: apt-get install mecab-ipadic-utf8"
    exit 99
fi
echo "$differences differences"
[ "$differences" -eq 0 ]
