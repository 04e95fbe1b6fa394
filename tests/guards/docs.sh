#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The documents name everything that the command offers: recipe members, filters and their reasons'
# parameters, pre-tokenizers and formats; the units of filters have Japanese names.
failed=0
checked=0
# named DOCUMENT LIST: each name of `tokenize list LIST --json` stands in the document.
named() {
    for name in $("$TOKENIZE" list "$2" --json | sed -n 's/^ *"\(path\|name\)": "\(.*\)",*$/\2/p'); do
        checked=$((checked + 1))
        if ! grep -qF "\`$name\`" "$srcdir/doc/$1"; then
            echo "doc/$1 does not name \`$name\` of 'tokenize list $2'"
            failed=1
        fi
    done
}
named recipe.md recipe
named filters.md filters
named filters.md presets
if ! python3 "$srcdir/doc/generate_filters.py" "$TOKENIZE" "${TMPDIR:-/tmp}/filters.$$" ||
    ! cmp "$srcdir/doc/filters.md" "${TMPDIR:-/tmp}/filters.$$"; then
    echo "doc/filters.md is not what doc/generate_filters.py writes; run it anew"
    failed=1
fi
rm -f "${TMPDIR:-/tmp}/filters.$$"
# The page of statistics has the unit of every filter in Japanese.
"$TOKENIZE" list filters --json | sed -n 's/^ *"unit": "\(.*\)",*$/\1/p' | sort -u >"${TMPDIR:-/tmp}/units.$$"
while read -r unit; do
    checked=$((checked + 1))
    if ! grep -qF ", \"$unit\"}" "$srcdir/tools/statistics_page.c"; then
        echo "tools/statistics_page.c has no Japanese for the unit \"$unit\" of a filter"
        failed=1
    fi
done <"${TMPDIR:-/tmp}/units.$$"
rm -f "${TMPDIR:-/tmp}/units.$$"
named editors.md editors
if ! python3 "$srcdir/doc/generate_editors.py" "$TOKENIZE" "${TMPDIR:-/tmp}/editors.$$" ||
    ! cmp "$srcdir/doc/editors.md" "${TMPDIR:-/tmp}/editors.$$"; then
    echo "doc/editors.md is not what doc/generate_editors.py writes; run it anew"
    failed=1
fi
rm -f "${TMPDIR:-/tmp}/editors.$$"
named compatibility.md pre-tokenizers
named compatibility.md formats
for file in $(sed -n 's/.*](\([a-zA-Z][^):#]*\)).*/\1/p' "$srcdir/README.md"); do
    checked=$((checked + 1))
    if [ ! -e "$srcdir/$file" ]; then
        echo "README.md links to $file, which is not there"
        failed=1
    fi
done
echo "compared $checked names with the documents"
[ "$checked" -gt 30 ] && [ "$failed" -eq 0 ]
