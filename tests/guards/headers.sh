#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone as C11 and as C++17, without warnings.
cd "$srcdir" || exit 99
checked=0
failed=0
for header in include/tokenize/*.h; do
    name=tokenize/$(basename "$header")
    for mode in "${CC:-cc} -std=c11 -x c -Wpedantic -Wstrict-prototypes" \
        "${CXX:-c++} -std=c++17 -x c++ -Wpedantic"; do
        checked=$((checked + 1))
        if ! printf '#include "%s"\n' "$name" |
            $mode -Wall -Wextra -Werror -fsyntax-only -Iinclude -; then
            echo "$name does not compile alone with: $mode"
            failed=$((failed + 1))
        fi
    done
done
echo "compared $checked compilations of headers"
[ "$checked" -gt 10 ] && [ "$failed" -eq 0 ]
