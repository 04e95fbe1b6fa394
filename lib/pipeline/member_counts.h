/* SPDX-License-Identifier: Apache-2.0
 *
 * How much text there is for each value of a member of the records (its source, its licence), in bounded memory.
 * The values with the least hashes are kept: whichever those are among all, they are so among the values of
 * every part, so that their counts are exact, however the corpus is cut into parts. Leans on amount, hash, jansson.
 */
#ifndef TKZ_PIPELINE_MEMBER_COUNTS_H
#define TKZ_PIPELINE_MEMBER_COUNTS_H

#include "core/memory.h"
#include "pipeline/amount.h"

enum { TKZ__MEMBER_VALUES = 1024, TKZ__MEMBER_VALUE_BYTES = 240 };

typedef struct tkz__member_count {
    uint64_t hash; /* of the whole value */
    uint32_t size;
    char value[TKZ__MEMBER_VALUE_BYTES]; /* its beginning, whole characters */
    tkz__amount in;
    tkz__amount kept;
} tkz__member_count;

typedef struct tkz__member_counts {
    tkz__member_count *entries; /* ascending by hash */
    size_t count;
    size_t capacity;
    tkz__amount in;   /* of all records that have the member */
    tkz__amount kept;
    tkz_allocator allocator;
} tkz__member_counts;

void tkz__member_counts_init(tkz__member_counts *counts, const tkz_allocator *allocator);
void tkz__member_counts_free(tkz__member_counts *counts);
void tkz__member_counts_clear(tkz__member_counts *counts); /* keeps the memory */

/* Counts a record whose member is `value` (`size` bytes of UTF-8); `kept` is nothing or `in`. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__member_counts_add(tkz__member_counts *counts, const char *value,
                                              size_t size, const tkz__amount *in,
                                              const tkz__amount *kept, tkz_error *error);

/* total += part. */
TKZ_CHECKED tkz_status tkz__member_counts_merge(tkz__member_counts *total,
                                                const tkz__member_counts *part, tkz_error *error);

/* {"in","kept","values":[{"value","in","kept"},...],"others"?}: values in the order of their documents, most
 * first. NULL: out of memory. */
json_t *tkz__member_counts_to_json(const tkz__member_counts *counts);
TKZ_CHECKED tkz_status tkz__member_counts_from_json(tkz__member_counts *counts, const json_t *json,
                                                    tkz_error *error);

#endif
