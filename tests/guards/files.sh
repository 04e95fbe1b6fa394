#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No source file over 1,000 lines (generated tables aside), a licence line in each, no tabs in C.
cd "$srcdir" || exit 99
checked=0
failed=0
for file in $(find include lib tools tests fuzz bench corpora contrib dict -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.py' -o -name '*.sh' -o -name '*.inc' \)) \
    configure.ac Makefile.am autogen.sh quickstart runtests .ci/run; do
    case $file in
    *suites.inc | *_table.inc | */corpus/*) continue ;;
    esac
    [ -f "$file" ] || continue
    checked=$((checked + 1))
    if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0'; then
        echo "$file: no SPDX line"
        failed=$((failed + 1))
    fi
    lines=$(wc -l <"$file")
    # Tables that a generator writes say so in their head.
    if head -n 12 "$file" | grep -q 'do not edit'; then
        continue
    fi
    if [ "$lines" -gt 1000 ]; then
        echo "$file: $lines lines; the limit is 1000"
        failed=$((failed + 1))
    fi
    case $file in
    *.[ch])
        if grep -q "$(printf '\t')" "$file"; then
            echo "$file: tabs"
            failed=$((failed + 1))
        fi
        ;;
    esac
done
echo "compared $checked files with the rules"
[ "$checked" -gt 100 ] && [ "$failed" -eq 0 ]
