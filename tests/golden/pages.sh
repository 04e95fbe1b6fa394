#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The committed man pages and completion script must be what the command prints
# from its option tables. `pages.sh --record` writes them anew.
TOKENIZE=${TOKENIZE:-tokenize}
case $TOKENIZE in
/*) ;;
*/*) TOKENIZE=$PWD/$TOKENIZE ;;
esac
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
"$TOKENIZE" --version > /dev/null || exit 1
LC_ALL=C
export LC_ALL
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

failed=no
page() {
    target=$srcdir/$1
    shift
    if ! "$TOKENIZE" dump-options "$@" > "$scratch/page"; then
        echo "FAILED: dump-options $*"
        failed=yes
    elif [ "$record" = yes ]; then
        cp "$scratch/page" "$target"
    elif ! diff "$target" "$scratch/page" > "$scratch/diff" 2>&1; then
        echo "FAILED: $target is not what the command prints; tests/golden/pages.sh --record"
        head -20 "$scratch/diff"
        failed=yes
    fi
}

record=no
[ "$1" = --record ] && record=yes
commands=$("$TOKENIZE" list commands | sed 's/ .*//')
[ -n "$commands" ] || exit 1
page doc/man/tokenize.1 --man
for command in $commands; do
    page "doc/man/tokenize-$command.1" --man "$command"
done
page tools/completions/tokenize --bash
count=$(ls "$srcdir"/doc/man/tokenize*.1 | wc -l)
if [ "$count" -ne $(($(echo "$commands" | wc -l) + 1)) ]; then
    echo "FAILED: doc/man holds $count pages, which is not one for each command and one for all"
    failed=yes
fi
[ $failed = no ]
