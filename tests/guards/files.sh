#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No source file over 1,000 lines (generated tables aside), a licence line in each, no tabs in C.
cd "$srcdir" || exit 99
list=$(mktemp) || exit 99
trap 'rm -f "$list"' EXIT
for file in $(find include lib tools tests fuzz bench corpora contrib dict -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.py' -o -name '*.sh' -o -name '*.inc' \)) \
    configure.ac Makefile.am autogen.sh quickstart runtests .ci/run; do
    case $file in
    *suites.inc | *_table.inc | */corpus/*) continue ;;
    esac
    [ ! -f "$file" ] || echo "$file"
done >"$list"
# Tables that a generator writes say so in their head, and may be longer and hold tabs.
# shellcheck disable=SC2046
awk '
    function finish() {
        if (file == "")
            return
        if (!is_licensed) { print file ": no SPDX line"; failed++ }
        if (is_generated)
            return
        if (lines > 1000) { print file ": " lines " lines; the limit is 1000"; failed++ }
        if (has_tabs) { print file ": tabs"; failed++ }
    }
    FNR == 1 {
        finish()
        file = FILENAME
        is_licensed = is_generated = has_tabs = 0
    }
    { lines = FNR }
    FNR <= 3 && /SPDX-License-Identifier: Apache-2\.0/ { is_licensed = 1 }
    FNR <= 12 && /do not edit/ { is_generated = 1 }
    /\t/ && file ~ /\.[ch]$/ { has_tabs = 1 }
    END { finish(); exit failed > 0 }' $(cat "$list") || failed=yes
# awk sees no line in an empty file.
while read -r file; do
    [ -s "$file" ] || { echo "$file: no SPDX line"; failed=yes; }
done <"$list"
checked=$(wc -l <"$list")
echo "compared $checked files with the rules"
[ "$checked" -gt 100 ] && [ "${failed-no}" = no ]
