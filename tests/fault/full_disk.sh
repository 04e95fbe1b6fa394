#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A disk without space: a message that says so, exit code 1, nothing under a final name, and the
# same run goes on when there is space again. Uses /dev/full, and a small tmpfs where the
# system lets us mount one (as root).
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 99
trap 'umount "$scratch/disk" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 99
passed=0
failed=0
expect() {
    if eval "$2"; then
        passed=$((passed + 1))
    else
        echo "not so: $1"
        failed=$((failed + 1))
    fi
}
sh "$here/make_corpus.sh" 6000 | grep -v broken >corpus.jsonl

"$TOKENIZE" clean corpus.jsonl >/dev/full 2>message.txt
expect "a full standard output gives exit code 1" '[ $? -eq 1 ]'
expect "and says that there is no space" 'grep -q "No space left" message.txt'

mkdir disk
if mount -t tmpfs -o size=1500k tmpfs disk 2>/dev/null; then
    cat >recipe.json <<'END'
{"input": {"files": ["corpus.jsonl"], "frame_size": 65536}, "clean": [{"name": "length"}],
 "dedup": {}, "vocabulary": {"size": 500}, "output": {"directory": "disk/run"}}
END
    "$TOKENIZE" run recipe.json --quiet 2>message.txt
    expect "a full disk gives exit code 1" '[ $? -eq 1 ]'
    expect "and says that there is no space" 'grep -q "No space left" message.txt'
    expect "and what to do" 'grep -q "free some space" message.txt'
    expect "no manifest" '[ ! -e disk/run/manifest.json ]'
    "$TOKENIZE" clean corpus.jsonl -o disk/out.jsonl 2>message.txt
    expect "a full disk gives exit code 1 for a file" '[ $? -eq 1 ]'
    expect "the file is not there" '[ ! -e disk/out.jsonl ]'
    expect "nor a temporary one" '[ -z "$(ls -A disk | grep out)" ]'
    mount -o remount,size=60m disk
    "$TOKENIZE" run recipe.json --quiet 2>message.txt
    expect "with space again the run is finished" '[ $? -eq 0 ]'
    expect "and whole" '"$TOKENIZE" check --deep disk/run >/dev/null'
else
    echo "cannot mount a tmpfs here; only /dev/full was tried"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
