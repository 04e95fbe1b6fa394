#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# UTF-8 by NEON, built by a cross compiler and run by an emulator. With `all`, every string of three
# bytes and not a sample. On Debian or Ubuntu:
#   apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
cd "${srcdir:-$(dirname "$0")/../..}" || exit 99
compiler=aarch64-linux-gnu-gcc
emulator=qemu-aarch64
for program in $compiler $emulator; do
    if ! command -v $program >/dev/null; then
        echo "$program is missing. On Debian or Ubuntu:" \
            "apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
        exit 77
    fi
done
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
$compiler -static -std=gnu11 -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
    -Werror -Iinclude -Ilib -Itests/unit tests/arm64/utf8_main.c lib/text/utf8.c \
    lib/text/utf8_neon.c lib/text/utf8_scalar.c lib/text/utf8_tables.c -o "$scratch/utf8" || exit 1
$emulator "$scratch/utf8" "$@" >"$scratch/log"
status=$?
cat "$scratch/log"
# The chosen, the scalar and the NEON implementation, each with every case.
grep -q '^compared .*: neon, ' "$scratch/log" && exit $status
echo "NEON was not compared"
exit 1
