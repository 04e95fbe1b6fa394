/* SPDX-License-Identifier: Apache-2.0
 *
 * What the bench programs share: a file of records (texts, each u32 little-endian
 * size and bytes) in memory, and clocks. Leans on nothing.
 */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void bench_fail(const char *what, const char *message)
{
    fprintf(stderr, "bench: %s: %s\n", what, message);
    exit(EXIT_FAILURE);
}

/* The bytes of a file; free with free. */
static inline char *bench_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        bench_fail(path, "cannot open");
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*size + 1);
    if (data == NULL || fread(data, 1, *size, file) != *size)
        bench_fail(path, "cannot read");
    fclose(file);
    return data;
}

/* Bytes of the text of a record. */
static inline uint32_t bench_record_size(const char *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Seconds of CLOCK_MONOTONIC, or of the processor (CLOCK_PROCESS_CPUTIME_ID: others may be at work on
 * the machine). */
static inline double bench_seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
