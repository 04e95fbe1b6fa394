/* SPDX-License-Identifier: Apache-2.0
 *
 * What the probes of comparisons share: u32 little-endian numbers and records (u32
 * size, bytes) on standard input and output. Leans on nothing.
 */
#ifndef TESTS_ORACLE_PROBE_RECORDS_H
#define TESTS_ORACLE_PROBE_RECORDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void probe_fail(const char *what, const char *message)
{
    fprintf(stderr, "probe: %s: %s\n", what, message);
    exit(1);
}

static inline void probe_put(uint64_t number)
{
    uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                        (uint8_t)(number >> 24)};
    if (fwrite(bytes, 1, 4, stdout) != 4)
        probe_fail("standard output", "cannot write");
}

/* False at the end of the input. */
static inline int probe_get(uint32_t *number)
{
    uint8_t bytes[4];
    size_t count = fread(bytes, 1, 4, stdin);
    if (count == 0)
        return 0;
    if (count != 4)
        probe_fail("standard input", "ends inside a record");
    *number = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
              (uint32_t)bytes[3] << 24;
    return 1;
}

#endif
