/* SPDX-License-Identifier: Apache-2.0
 *
 * For suites of texts that come in parts. Leans on Check.
 */
#ifndef STREAM_FIXTURE_H
#define STREAM_FIXTURE_H

#include <check.h>

#include "testing.h"
#include "tokenize/subword.h"

/* `parts` gets `text` in random parts of 1 to 12 bytes, and gives the ids and spans that `whole` gives of
 * the whole text. */
static void compare_parts(tkz_encoder *whole, tkz_encoder *parts, uint64_t *random, const char *text,
                          size_t size)
{
    const tkz_batch *expected, *batch;
    uint64_t offsets[2] = {0, size};
    size_t count = 0, at = 0;
    ck_assert_status(tkz_encoder_encode(whole, text, offsets, 1, &expected, NULL));
    do {
        size_t part = 1 + test_random(random) % 12;
        part = part < size - at ? part : size - at;
        at += part;
        ck_assert_status(
            tkz_encoder_encode_next(parts, text + at - part, part, at == size, &batch, NULL));
        for (uint64_t i = 0; i < batch->offsets[1]; i++, count++) {
            ck_assert_uint_lt(count, expected->offsets[1]);
            ck_assert_msg(batch->ids[i] == expected->ids[count], "id %zu of %.*s", count, (int)size,
                          text);
            ck_assert_uint_eq(batch->spans[i].start, expected->spans[count].start);
            ck_assert_uint_eq(batch->spans[i].end, expected->spans[count].end);
        }
    } while (at < size);
    ck_assert_uint_eq(count, expected->offsets[1]);
}

#endif
