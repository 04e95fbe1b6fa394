#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `tokenize morph` on MeCab's own test cases: mecab_cases.sh FOLDER [CHARSET]
# FOLDER is mecab/tests of taku910/mecab, whose cases are in EUC-JP: each is compiled by mecab-dict-index, and what is
# printed must be test.gld and what mecab prints. TOKENIZE names the command. Exit 1: a case differs.
set -u
tokenize=${TOKENIZE:-tokenize}
charset=${2:-euc-jp}
compiler=$(mecab-config --libexecdir)/mecab-dict-index
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
cases=0
failed=0
for case in "$1"/*/; do
    [ -f "$case/dic.csv" ] && [ -f "$case/test" ] || continue
    dictionary=$scratch/$(basename "$case")
    mkdir "$dictionary"
    "$compiler" -d "$case" -o "$dictionary" -f "$charset" -c "$charset" >"$scratch/log" 2>&1 ||
        { cat "$scratch/log"; exit 99; }
    cp "$case/dicrc" "$dictionary/"
    mecab -r /dev/null -d "$dictionary" "$case/test" >"$scratch/theirs"
    "$tokenize" morph -d "$dictionary" "$case/test" >"$scratch/ours"
    cases=$((cases + 1))
    if ! cmp "$scratch/ours" "$scratch/theirs" || ! diff -b "$case/test.gld" "$scratch/ours"; then
        echo "$(basename "$case") differs"
        failed=$((failed + 1))
    fi
done
echo "compared $cases cases, $failed differ"
[ "$cases" -gt 0 ] && [ "$failed" -eq 0 ]
