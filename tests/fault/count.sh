#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Counting in little memory, killed at many moments (SIGKILL, SIGINT): no table is there before it is
# whole, an older one stays as it was, and nothing is left in the temporary directory by a
# signal that can be caught; and nothing of what was written out by any.
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 99
mkdir tmp
TMPDIR=$scratch/tmp
export TMPDIR

sh "$here/make_corpus.sh" 30000 >corpus.jsonl
count() {
    exec "$TOKENIZE" count -q --pre-tokenizer none --cut lines --memory 8M --threads 2 \
        corpus.jsonl -o "$1" 2>/dev/null
}
(count whole.wct)
[ $? -eq 3 ] || { echo "the undisturbed run failed"; exit 1; }
echo old >old.wct

passed=0
failed=0
kills=0
complain() {
    echo "$1"
    failed=$((failed + 1))
}
for signal in KILL KILL KILL KILL KILL KILL INT INT INT; do
    cp old.wct table.wct
    count table.wct &
    process=$!
    sleep "0.$(((passed * 7 + failed) % 10))"
    kill -"$signal" "$process" 2>/dev/null
    wait "$process" 2>/dev/null
    if cmp -s table.wct old.wct; then
        kills=$((kills + 1))
        passed=$((passed + 1))
    elif cmp -s table.wct whole.wct; then
        passed=$((passed + 1))
    else
        complain "SIG$signal: the table is neither the old one nor whole"
    fi
    # A directory may stay behind SIGKILL, but nothing large in it.
    size=$(du -sk tmp | cut -f 1)
    [ "$size" -lt 100 ] || complain "SIG$signal: $size KB stay in the temporary directory"
    [ "$signal" = KILL ] || [ -z "$(ls -A tmp)" ] || complain "SIG$signal: $(ls -A tmp) stays behind"
    rm -rf tmp/* .table.wct.tmp-*
done
(count again.wct)
cmp -s again.wct whole.wct || complain "two undisturbed runs differ"
echo "stopped $kills counting runs"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$kills" -gt 1 ]
