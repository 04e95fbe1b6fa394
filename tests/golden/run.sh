#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Golden cases of the command. A case is a directory COMMAND/CASE with
#   cmd   shell snippet, run in an empty scratch directory; uses "$TOKENIZE"
#   out   its standard output, byte for byte
#   err   shell patterns, one for each line of its standard error (absent: no line)
#   exit  its exit code (absent: 0)
#   need  shell snippet; where it fails the case is skipped (absent: always run)
# Other files of the case, and those of shared/, are copied beside it first.
#
#   run.sh [COMMAND[/CASE]...]            run all cases, or those named
#   run.sh --record COMMAND/CASE...       write out, err and exit anew; read the diff!
TOKENIZE=${TOKENIZE:-tokenize}
case $TOKENIZE in
/*) ;;
*/*) TOKENIZE=$PWD/$TOKENIZE ;;
esac
golden=${srcdir:+$srcdir/tests/golden}
golden=${golden:-$(cd "$(dirname "$0")" && pwd)}
"$TOKENIZE" --version > /dev/null || exit 1
LC_ALL=C
export TOKENIZE LC_ALL

record=no
if [ "$1" = --record ]; then
    record=yes
    shift
fi
scratch=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
TMPDIR=$scratch/tmp
export TMPDIR

# Are the lines of file $1 matched by the patterns in file $2, one by one?
lines_match() {
    [ "$(wc -l < "$1")" -eq "$(wc -l < "$2")" ] || return 1
    exec 3< "$1" 4< "$2"
    while IFS= read -r line <&3 && IFS= read -r pattern <&4; do
        # shellcheck disable=SC2254
        case $line in
        $pattern) ;;
        *) exec 3<&- 4<&-; return 1 ;;
        esac
    done
    exec 3<&- 4<&-
}

run_case() {
    rm -rf "$scratch/case" "$scratch/tmp"
    mkdir -p "$scratch/case" "$scratch/tmp"
    cp "$golden"/shared/* "$scratch/case"
    for file in "$1"/*; do
        case ${file##*/} in
        cmd | out | err | exit | need) ;;
        *) cp "$file" "$scratch/case" ;;
        esac
    done
    chmod -R u+w "$scratch/case"
    (cd "$scratch/case" && sh "$1/cmd") > "$scratch/out" 2> "$scratch/err" < /dev/null
    echo $? > "$scratch/exit"
    # Whatever a command keeps between passes must be gone.
    if [ -n "$(ls -A "$scratch/tmp")" ]; then
        echo "temporary files left: $(ls -A "$scratch/tmp")" >> "$scratch/err"
    fi
}

record_case() {
    cp "$scratch/out" "$1/out"
    rm -f "$1/err" "$1/exit"
    [ -s "$scratch/err" ] && sed 's/[][*?\\]/\\&/g' "$scratch/err" > "$1/err"
    [ "$(cat "$scratch/exit")" = 0 ] || cp "$scratch/exit" "$1/exit"
    return 0
}

compare_case() {
    good=yes
    expected=0
    [ -f "$1/exit" ] && expected=$(cat "$1/exit")
    if [ "$(cat "$scratch/exit")" != "$expected" ]; then
        echo "    exit code $(cat "$scratch/exit"), not $expected"
        good=no
    fi
    if ! cmp -s "$scratch/out" "$1/out"; then
        echo "    standard output differs:"
        diff "$1/out" "$scratch/out" | head -20 | sed 's/^/    /'
        good=no
    fi
    patterns=$1/err
    [ -f "$patterns" ] || patterns=/dev/null
    if ! lines_match "$scratch/err" "$patterns"; then
        echo "    standard error differs:"
        diff "$patterns" "$scratch/err" | head -20 | sed 's/^/    /'
        good=no
    fi
    [ $good = yes ]
}

[ $# -gt 0 ] || set -- '*'
passed=0 failed=0 skipped=0
for chosen in "$@"; do
    for cmd in "$golden"/$chosen/cmd "$golden"/$chosen/*/cmd; do
        [ -f "$cmd" ] || continue
        case=${cmd%/cmd}
        name=${case#"$golden"/}
        if [ -f "$case/need" ] && ! sh "$case/need" > /dev/null 2>&1; then
            echo "skipped $name"
            skipped=$((skipped + 1))
            continue
        fi
        run_case "$case"
        if [ $record = yes ]; then
            record_case "$case"
            echo "recorded $name"
        elif report=$(compare_case "$case"); then
            passed=$((passed + 1))
        else
            echo "FAILED $name"
            echo "$report"
            failed=$((failed + 1))
        fi
    done
done
[ $record = yes ] && exit 0
echo "$passed passed, $failed failed, $skipped skipped"
# No case at all means that the tests were not found.
[ $failed -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
