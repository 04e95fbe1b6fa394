#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the suites of unit_tests side by side, each in a process of its own, and says of each how many
# checks it made and how many seconds of a processor it took.
#   tests/unit/run.sh               every suite of $builddir, as make check calls it
#   tests/unit/run.sh BUILD SUITE... these of BUILD
# Each leaves BUILD/tests/unit/SUITE.log; of those that fail the end is shown.
set -u
build=${1-${builddir-.}}
[ $# -eq 0 ] || shift
srcdir=$(cd "${srcdir-$(dirname "$0")/../..}" && pwd)
export srcdir
CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT-300}
export CK_DEFAULT_TIMEOUT

# The slowest first, so that none of them runs alone at the end.
slow='piece_images stream_words character_bpe dictionary_image tagger_stream stream_pieces
    encode_stream unicode_normal utf8 run morph pre_tokenizer hf_models gguf'
[ $# -gt 0 ] || {
    every=$(sed 's/X(\(.*\))/\1/' "$build/tests/unit/suites.inc")
    # shellcheck disable=SC2046
    set -- $(for suite in $slow; do printf '%s\n' "$every" | grep -x "$suite"; done) \
        $(printf '%s\n' "$every" | grep -vxF "$(printf '%s\n' $slow)")
}

results=$build/tests/unit
for suite in "$@"; do
    rm -f "$results/$suite.status"
done
# shellcheck disable=SC2016
printf '%s\n' "$@" | BUILD=$build RESULTS=$results xargs -P "$(nproc)" -I '{}' sh -c '
    CK_RUN_SUITE={} sh "$srcdir/tests/timed.sh" "$RESULTS/{}.status" "$BUILD/unit_tests" >"$RESULTS/{}.log" 2>&1'

passed=0
failed=0
checks=0
for suite in "$@"; do
    status=99
    seconds=0
    [ ! -f "$results/$suite.status" ] || read -r status seconds <"$results/$suite.status"
    count=$(sed -n 's/.*Checks: \([0-9]*\),.*/\1/p' "$results/$suite.log")
    checks=$((checks + ${count:-0}))
    # A suite that makes no check is a name that Check does not know.
    if [ "$status" -eq 0 ] && [ "${count:-0}" -gt 0 ]; then
        passed=$((passed + 1))
        echo "ok: $suite: $count checks ($seconds s)"
    else
        failed=$((failed + 1))
        echo "failed: $suite"
        tail -n 60 "$results/$suite.log"
    fi
done
echo "compared $checks checks of $# suites with what they expect"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
