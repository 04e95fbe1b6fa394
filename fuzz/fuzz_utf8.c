/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the UTF-8 validators, counters and decoders, plain and by vectors, against the table
 * of the Unicode standard (Table 3-7, well-formed byte sequences), read row by row.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8_kernels.h"
#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* A row: the ranges of the first and the second byte; all later ones are 80..BF. */
typedef struct row {
    uint8_t first_low, first_high;
    uint8_t second_low, second_high;
    uint8_t length;
} row;

static const row rows[] = {
    {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

/* Length of the well-formed sequence at `data`, or 0. */
static size_t sequence_length(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        if (data[0] < r->first_low || data[0] > r->first_high)
            continue;
        if (r->length > size)
            return 0;
        if (r->length > 1 && (data[1] < r->second_low || data[1] > r->second_high))
            return 0;
        for (size_t k = 2; k < r->length; k++)
            if (data[k] < 0x80 || data[k] > 0xBF)
                return 0;
        return r->length;
    }
    return 0;
}

static uint32_t sequence_value(const uint8_t *data, size_t length)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t value = data[0] & masks[length];
    for (size_t i = 1; i < length; i++)
        value = value * 64 + (data[i] - 0x80u);
    return value;
}

/* Decodes all of the input, invalid bytes included. */
static void check_decoder(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        size_t step = tkz__utf8_decode(text + at, size - at, &character);
        size_t length = sequence_length(data + at, size - at);
        if (length == 0) {
            demand(step == 1 && character == (0xFFFDu | 0x80000000u));
        } else {
            char again[4];
            demand(step == length && character == sequence_value(data + at, length));
            demand(tkz__utf8_encode(character, again) == length &&
                   memcmp(again, text + at, length) == 0);
        }
        at += step;
    }
}

typedef size_t decode_run(const char *text, size_t size, uint32_t *characters, size_t capacity,
                          size_t *read);

/* Pieces of changing capacity are what tkz__utf8_decode gives one by one. */
static void check_runs(decode_run *decode, const char *text, size_t size)
{
    uint32_t characters[97];
    size_t capacity = 1;
    for (size_t at = 0; at < size;) {
        size_t read = 0;
        size_t count = decode(text + at, size - at, characters, capacity, &read);
        size_t end = at + read;
        demand(count > 0 && count <= capacity && read <= size - at);
        demand(count == capacity || end == size);
        for (size_t i = 0; i < count; i++) {
            uint32_t character;
            size_t length = tkz__utf8_decode(text + at, size - at, &character);
            demand(character == characters[i] && length == tkz__utf8_length(character));
            at += length;
        }
        demand(at == end);
        capacity = capacity * 2 % 97;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t valid = 0;
    uint64_t count = 0;
    while (valid < size) {
        size_t length = sequence_length(data + valid, size - valid);
        if (length == 0)
            break;
        valid += length;
        count++;
    }
    demand(tkz_utf8_valid_prefix(text, size) == valid);
    demand(tkz__utf8_valid_prefix_scalar(text, size) == valid);
    demand(tkz_utf8_count(text, valid) == count);
    demand(tkz__utf8_count_scalar(text, valid) == count);
    check_decoder(data, size);
    check_runs(tkz__utf8_decode_run, text, size);
    check_runs(tkz__utf8_decode_run_scalar, text, size);
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2()) {
        demand(tkz__utf8_valid_prefix_avx2(text, size) == valid);
        demand(tkz__utf8_count_avx2(text, valid) == count);
        check_runs(tkz__utf8_decode_run_avx2, text, size);
    }
#elif TKZ__PATH_NEON
    demand(tkz__utf8_valid_prefix_neon(text, size) == valid);
    demand(tkz__utf8_count_neon(text, valid) == count);
    check_runs(tkz__utf8_decode_run_neon, text, size);
#endif
    return 0;
}
