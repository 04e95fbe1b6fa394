#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shared library exports exactly the functions that the public headers declare, and they are
# those of tests/guards/symbols.txt. `tests/guards/symbols.sh --record` rewrites the list.
library=$builddir/.libs/libtokenize.so
if [ ! -f "$library" ]; then
    echo "no shared library in this build"
    exit 77
fi
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
nm -D --defined-only "$library" | sed -n 's/.* [TDRBV] \([^@]*\).*/\1/p' |
    grep -v '^TKZ_' | sort >"$scratch/exported"
# A declaration ends its name with an opening parenthesis and begins with TKZ_API.
cat "$srcdir"/include/tokenize/*.h | tr '\n' ' ' | sed 's/TKZ_API/\n&/g' |
    sed -n 's/^TKZ_API[^(;]*[ *]\(tkz_[a-z0-9_]*\)(.*/\1/p' | sort -u >"$scratch/declared"
if [ "${1-}" = --record ]; then
    cp "$scratch/exported" "$srcdir/tests/guards/symbols.txt"
fi
failed=0
diff "$scratch/declared" "$scratch/exported" >"$scratch/diff" || {
    echo "declared in headers (<) and exported (>) differ:"
    cat "$scratch/diff"
    failed=1
}
diff "$srcdir/tests/guards/symbols.txt" "$scratch/exported" >"$scratch/diff" || {
    echo "listed (<) and exported (>) differ; an intended change is recorded with --record:"
    cat "$scratch/diff"
    failed=1
}
echo "compared $(wc -l <"$scratch/exported") exported symbols"
[ -s "$scratch/exported" ] && [ "$failed" -eq 0 ]
