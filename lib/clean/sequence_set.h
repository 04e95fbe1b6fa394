/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a sequence of words stood first: a set of sequences that are stretches of one array, each known
 * by the number of its first word, in 12 to 32 bytes a place. Leans on memory and hash.
 */
#ifndef TKZ_CLEAN_SEQUENCE_SET_H
#define TKZ_CLEAN_SEQUENCE_SET_H

#include "core/memory.h"

/* The sequence that begins with word i: `size` bytes at `data` + i * `step`, or, with `starts`, from
 * starts[i] to starts[i + words]. */
typedef struct tkz__sequences {
    const uint8_t *data;
    const uint32_t *starts; /* NULL: each has `size` bytes */
    size_t words;
    size_t step;
    size_t size;
} tkz__sequences;

typedef struct tkz__sequence_set {
    uint64_t *slots; /* upper half of the hash, and the number + 1; 0: free */
    size_t slot_count;
    size_t slots_used; /* of those, from the first on */
    size_t used;       /* of those, the ones that are not free */
    tkz_allocator allocator;
} tkz__sequence_set;

void tkz__sequence_set_init(tkz__sequence_set *set, const tkz_allocator *allocator); /* allocates nothing */
void tkz__sequence_set_free(tkz__sequence_set *set);

/* Empties the set and makes room for `count` sequences (below 2^32 - 1). What only a huge document needed
 * is given back. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__sequence_set_start(tkz__sequence_set *set, size_t count,
                                               tkz_error *error);

/* The number of the first sequence added that is equal to sequence `number`, which is added if it is the
 * first. At most as many are added as there is room for. */
uint32_t tkz__sequence_set_add(tkz__sequence_set *set, const tkz__sequences *sequences,
                               uint32_t number);

/* The same in two steps, the first of which asks the memory for the place: in a set that no cache holds, several of
 * them ahead of the second is several times as fast. */
uint64_t tkz__sequence_set_hash(const tkz__sequence_set *set, const tkz__sequences *sequences,
                                uint32_t number);
uint32_t tkz__sequence_set_add_hashed(tkz__sequence_set *set, const tkz__sequences *sequences,
                                      uint32_t number, uint64_t hash);

/* Makes twice the room where one more would be too many: between additions, for a set of which it is not known how
 * many different ones will come. Errors: OUT_OF_MEMORY, the set stays as it is. */
TKZ_CHECKED tkz_status tkz__sequence_set_widen(tkz__sequence_set *set,
                                               const tkz__sequences *sequences, tkz_error *error);

/* The number of the sequence that consists of these bytes; UINT32_MAX: there is none. */
uint32_t tkz__sequence_set_find(const tkz__sequence_set *set, const tkz__sequences *sequences,
                                const void *data, size_t size);

#endif
