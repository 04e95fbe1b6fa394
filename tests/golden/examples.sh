#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the examples of the documents: in every ```console block of doc/*.md, a line "$ COMMAND" is
# followed by exactly what the command prints on standard output.
#   examples.sh             run all
#   examples.sh --record    write what the commands print into the documents; read the diff!
TOKENIZE=${TOKENIZE:-tokenize}
case $TOKENIZE in
/*) ;;
*/*) TOKENIZE=$PWD/$TOKENIZE ;;
esac
root=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
"$TOKENIZE" --version >/dev/null || exit 1
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/work"
ln -s "$TOKENIZE" "$scratch/bin/tokenize"
PATH=$scratch/bin:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL

# answer FILE: the file with what its commands print now.
answer() {
    block=no
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        '```console') block=yes ;;
        '```') block=no ;;
        esac
        case $block-$line in
        'yes-$ '*)
            printf '%s\n' "$line"
            echo run >>"$scratch/count"
            (cd "$scratch/work" && sh -c "${line#??}" 2>&1 </dev/null)
            ;;
        'yes-```console' | no-*) printf '%s\n' "$line" ;;
        esac
    done <"$1"
}

failed=0
: >"$scratch/count"
for document in "$root"/doc/*.md; do
    grep -q '^```console$' "$document" || continue
    answer "$document" >"$scratch/new"
    if [ "$1" = --record ]; then
        cat "$scratch/new" >"$document"
    elif ! diff -u "$document" "$scratch/new"; then
        echo "$document: the examples print something else"
        failed=1
    fi
done
count=$(wc -l <"$scratch/count")
echo "compared the output of $count examples with the documents"
[ "$1" = --record ] || { [ "$count" -gt 20 ] && [ "$failed" -eq 0 ]; }
