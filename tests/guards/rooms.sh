#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `tokenize run` reaches every room: each room's objects have a symbol that is called, directly or
# not, from tkz_run. Seen in the call graph of the objects, so that no room is an island.
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
# Shared builds have their objects in .libs, static ones beside the sources.
find "$builddir"/lib/*/ -name '*.o' >"$scratch/objects"
# One line a symbol: "FILE: [ADDRESS] KIND NAME", and the room is the folder behind lib/.
xargs nm -A <"$scratch/objects" >"$scratch/symbols" || exit 1
sed -n "s,^\($builddir/lib/\([^/]*\)/[^:]*\):.* \([TU]\) \(tkz_.*\)$,\3 \1 \4 \2,p" \
    "$scratch/symbols" >"$scratch/graph"
awk '
    $1 == "T" { owner[$3] = $2; room[$2] = $4 }
    $1 == "U" { edge[$2] = edge[$2] " " $3 }
    END {
        queue[n++] = owner["tkz_run"]
        seen[queue[0]] = 1
        for (i = 0; i < n; i++) {
            reached[room[queue[i]]] = 1
            count = split(edge[queue[i]], names, " ")
            for (j = 1; j <= count; j++) {
                o = owner[names[j]]
                if (o != "" && !(o in seen)) { seen[o] = 1; queue[n++] = o }
            }
        }
        for (r in reached) print r
    }' "$scratch/graph" | sort >"$scratch/reached"
for room in "$srcdir"/lib/*/; do
    basename "$room"
done | sort >"$scratch/rooms"
if ! diff "$scratch/rooms" "$scratch/reached"; then
    echo "rooms (<) that tkz_run does not reach"
    exit 1
fi
echo "compared $(wc -l <"$scratch/rooms") rooms with the call graph of tkz_run"
