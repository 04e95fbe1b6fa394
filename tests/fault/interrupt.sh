#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills runs at many moments (SIGKILL, SIGINT, SIGTERM) and takes them up again: the results are
# those of an undisturbed run, byte for byte, and nothing is complete before it is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 99

sh "$here/make_corpus.sh" 30000 >corpus.jsonl
recipe() {
    cat <<END
{"input": {"files": ["corpus.jsonl"], "frame_size": 32768},
 "clean": [{"name": "length"}, {"name": "japanese_ratio"}], "dedup": {},
 "vocabulary": {"size": 700, "holdout": 0.05},
 "output": {"directory": "$1", "text": {"shard_size": 500000}, "tokens": {"shard_size": 900000}}}
END
}
# contents DIRECTORY: names and checksums of all files; the manifest holds the directory's name.
contents() {
    (cd "$1" && for file in $(ls -A); do
        if [ "$file" = manifest.json ]; then
            sed "s/\"directory\": \"$1\"/\"directory\"/" "$file" | cksum
        else
            echo "$file $(cksum <"$file")"
        fi
    done)
}
recipe whole >whole.json
"$TOKENIZE" run whole.json --quiet --threads 2
[ $? -eq 3 ] || { echo "the undisturbed run failed"; exit 1; }
contents whole >whole.txt

passed=0
failed=0
kills=0
resumed=0
# await_work DIRECTORY PROCESS: until the run has begun to write, or is over; a loaded machine takes its time.
await_work() {
    while kill -0 "$2" 2>/dev/null && [ ! -e "$1/work/staged.zst" ]; do
        sleep 0.01
    done
}
complain() {
    echo "$1"
    failed=$((failed + 1))
}
round=0
for signal in KILL KILL KILL KILL INT TERM; do
    round=$((round + 1))
    recipe "round$round" >"round$round.json"
    attempts=0
    # The moments differ from attempt to attempt and are longer each time, so that it ends.
    while :; do
        attempts=$((attempts + 1))
        "$TOKENIZE" run "round$round.json" --quiet --json --threads $((round % 3 + 1)) \
            >report.json 2>message.txt &
        process=$!
        if [ "$attempts" -lt 9 ]; then
            # Once surely in the midst of the work: there is something to take up.
            [ "$attempts" -lt 8 ] || await_work "round$round" "$process"
            sleep "0.0$(((round * 7 + attempts * 13) % 10))$attempts"
            if kill -"$signal" "$process" 2>/dev/null; then
                kills=$((kills + 1))
            fi
        fi
        wait "$process" 2>/dev/null
        status=$?
        [ "$status" -ne 3 ] || break
        case $signal-$status in
        KILL-137 | INT-130 | TERM-130 | TERM-143 | INT-2) ;;
        *) complain "round $round, SIG$signal: exit code $status: $(cat message.txt)"; break ;;
        esac
        if [ "$status" -eq 130 ] && ! grep -q "run the same command again" message.txt; then
            complain "round $round: the message is: $(cat message.txt)"
        fi
        if [ -e "round$round/manifest.json" ]; then
            complain "round $round: a manifest without a finished run"
        fi
        # As after a kill in the middle of writing a small file.
        if [ -d "round$round/work" ]; then
            echo '{' >"round$round/work/.journal.json.tmp-1-0"
            echo '{' >"round$round/.manifest.json.tmp-1-0"
        fi
    done
    grep -q '"resumed": true' report.json && resumed=$((resumed + 1))
    contents "round$round" >"round$round.txt"
    if sed "s/round$round/whole/" "round$round.txt" | cmp -s - whole.txt; then
        passed=$((passed + 1))
    else
        complain "round $round (SIG$signal): other bytes than undisturbed:"
        diff "round$round.txt" whole.txt
    fi
done
echo "compared $passed interrupted runs ($kills kills, $resumed resumed) with an undisturbed one"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$kills" -gt 5 ] && [ "$resumed" -gt 0 ]
