#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command and writes its exit status and the seconds that it kept processors busy, which are
# the same beside other work.
#   timed.sh RESULT COMMAND [ARGUMENT...]
result=$1
shift
"$@"
status=$?
# Not in a pipe: that would be another process, with times of its own.
times >"$result.times"
echo "$status $(awk -F '[ms ]+' 'NR == 2 { printf "%.0f", ($1 + $3) * 60 + $2 + $4 }' "$result.times")" >"$result"
rm -f "$result.times"
exit "$status"
