#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Counting in little memory, killed at many moments (SIGKILL, SIGINT): no table is there before it is
# whole, an older one stays as it was, and nothing is left in the temporary directory by a
# signal that can be caught; what SIGKILL leaves, the next run removes, but nothing of one that still runs.
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
    # What is there is of this run: those before are removed by the next.
    left=$(ls -A tmp .table.wct.tmp-* 2>/dev/null | grep -c -e '^tokenize' -e '^\.table')
    [ "$left" -le 2 ] || complain "SIG$signal: $left files of runs before are there: $(ls -A tmp .table.wct.tmp-*)"
    [ "$signal" = KILL ] || [ "$(ls -A tmp)" = "" ] || complain "SIG$signal: $(ls -A tmp) stays behind"
done
# A run that waits for its input keeps its folder while another one comes and goes.
mkfifo slow.jsonl
(exec "$TOKENIZE" count -q --pre-tokenizer none --cut lines --memory 8M --threads 2 slow.jsonl -o slow.wct 2>/dev/null) &
slow=$!
exec 3>slow.jsonl
until [ -n "$(ls -A tmp)" ]; do
    sleep 0.01
done
(count table.wct)
[ "$(ls -A tmp | wc -l)" -eq 1 ] || complain "of a run that goes on there is in the temporary directory: $(ls -A tmp)"
[ -z "$(ls -A | grep '^\.table')" ] || complain "what killed runs left beside the table is still there"
cat corpus.jsonl >&3
exec 3>&-
wait "$slow"
cmp -s slow.wct whole.wct || complain "a run that another one came between has another table"
[ -z "$(ls -A tmp)" ] || complain "$(ls -A tmp) stays behind"
(count again.wct)
cmp -s again.wct whole.wct || complain "two undisturbed runs differ"
echo "stopped $kills counting runs"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$kills" -gt 1 ]
