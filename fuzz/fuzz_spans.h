/* SPDX-License-Identifier: Apache-2.0
 *
 * What the span map of every normalised text must be: spans that follow one another and cover both texts.
 */
#ifndef FUZZ_SPANS_H
#define FUZZ_SPANS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"

static inline void demand(bool condition)
{
    if (!condition)
        abort();
}

/* `text` is what `result` was made from. */
static inline void demand_spans(const char *text, size_t size, const tkz_normalized *result)
{
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];
        demand(span->source_start == source && span->target_start == target);
        source += span->source_size;
        target += span->target_size;
        demand(source <= size && target <= result->size);
        demand(!span->identity || memcmp(text + span->source_start,
                                         result->text + span->target_start,
                                         span->source_size) == 0);
    }
    demand(source == size && target == result->size);
}

#endif
