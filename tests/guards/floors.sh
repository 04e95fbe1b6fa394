#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes run downwards only: a room may include its own headers, those of lower floors, and
# public headers; tools, fuzzing aside, only public ones (doc/architecture.md).
cd "$srcdir" || exit 99

floor() {
    case $1 in
    core) echo 0 ;;
    index) echo 1 ;;
    text) echo 2 ;;
    io) echo 3 ;;
    morph | subword | corpus) echo 4 ;;
    format | train | clean | dedup) echo 5 ;;
    pipeline) echo 6 ;;
    *) echo none ;;
    esac
}

# edges: "FILE HEADER" for every quoted include of the files given.
edges() {
    grep -n '^#include "' "$@" /dev/null |
        sed 's/^\([^:]*\):[0-9]*:#include "\([^"]*\)".*/\1 \2/'
}

checked=0
failed=0
complain() {
    echo "$1 includes $2: $3"
    failed=$((failed + 1))
}

for room in lib/*/; do
    room=$(basename "$room")
    [ "$(floor "$room")" != none ] || complain "lib/$room" "-" "the room has no floor"
done
list=$(mktemp) || exit 99
trap 'rm -f "$list"' EXIT
edges lib/*/*.c lib/*/*.h >"$list"
while read -r file header; do
    checked=$((checked + 1))
    from=$(echo "$file" | cut -d/ -f2)
    case $header in
    tokenize/* | config.h) continue ;;
    esac
    to=${header%%/*}
    if [ "$(floor "$to")" = none ]; then
        complain "$file" "$header" "name it room/file.h"
    elif [ "$from" != "$to" ] && [ "$(floor "$to")" -ge "$(floor "$from")" ]; then
        complain "$file" "$header" "$to is not below $from"
    fi
done <"$list"
edges tools/*.c tools/*.h >"$list"
while read -r file header; do
    checked=$((checked + 1))
    case $header in
    tokenize/* | tools/* | config.h) ;;
    */*) complain "$file" "$header" "tools use public headers only" ;;
    esac
done <"$list"
edges include/tokenize/*.h >"$list"
while read -r file header; do
    checked=$((checked + 1))
    case $header in
    tokenize/*) ;;
    *) complain "$file" "$header" "public headers include public headers only" ;;
    esac
done <"$list"

# File names are unique across the tree, so that a name tells the room.
for name in $(find lib tools fuzz -name '*.[ch]' | sed 's,.*/,,' | sort | uniq -d); do
    complain "$name" "-" "two files have this name"
done
echo "compared $checked includes with the floors"
[ "$checked" -gt 300 ] && [ "$failed" -eq 0 ]
