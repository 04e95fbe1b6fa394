/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of ranked_merging.h share. Leans on the image.
 */
#ifndef TKZ_SUBWORD_RANKED_MERGING_PARTS_H
#define TKZ_SUBWORD_RANKED_MERGING_PARTS_H

#include "subword/ranked_merging.h"

/* A token of the piece, at the place that it, or its first part, had at first. Those that went into the
 * one before them have `id` NO_TOKEN. */
typedef struct tkz__ranked_place {
    uint32_t id;
    uint32_t next; /* place of the token behind it; the number of places: there is none */
    uint32_t previous;
} tkz__ranked_place;

/* What a pair makes. */
typedef struct tkz__ranked_outcome {
    uint32_t rank;
    uint32_t id;
} tkz__ranked_outcome;

/* Pairs that were looked up of late, and what they make: nearly all of natural text are among them,
 * and a look-up in the table reads places that the caches do not hold. Half of all that are looked up are
 * no merge; those a filter finds, which is one eighth of the table. */
enum { TKZ__RANKED_KNOWN_BITS = 16 };
typedef struct tkz__ranked_pair {
    uint32_t left; /* all zero: nothing known */
    uint32_t right;
    uint32_t rank_after; /* rank + 1; 0: they are no merge */
    uint32_t id;
} tkz__ranked_pair;

/* Ranks are below it (tkz__ranked_merger_new sees to it), so that one and a number of a block of places are
 * 31 bits. */
enum { TKZ__RANKED_LIMIT = 1 << 25 };

/* Most pieces have few tokens; those of letters at random or of one kind of character have several. */
enum { TKZ__RANKED_FEW = 24, TKZ__RANKED_SEVERAL = 2048 };

struct tkz__ranked_several;

struct tkz__ranked_merger {
    tkz_allocator allocator;
    const tkz__image *image;
    uint32_t token_count;
    uint32_t merge_count;
    uint8_t *slots; /* of pairs, as in an image, with numbers of merges for symbols */
    uint32_t slot_bits;
    uint32_t reach;
    tkz__ranked_pair *known; /* 1 << TKZ__RANKED_KNOWN_BITS */
    uint64_t *filter; /* 1 << filter_bits words; of a pair that merges all bits of its mask are set */
    uint32_t filter_bits;
    uint32_t *characters; /* of code points below 0x10000: token, or TKZ__NO_TOKEN; NULL if nothing composes */
    bool goes_on[256]; /* may the byte be the right half of a merge that composes? */
    struct tkz__ranked_several *several; /* memory of tkz__ranked_merge_several */
    tkz__ranked_place *places;
    size_t place_capacity;
    /* A queued merge is rank << 32 | place. Merges that were passed over lie at the end of the same
     * array: the two together are never more than two a byte. */
    uint64_t *queue;
    size_t queue_capacity;
    size_t queued;
    size_t passed;
};

/* What a pair makes by the table of all of them; false: nothing. */
bool tkz__ranked_ask(const tkz__ranked_merger *merger, uint32_t left, uint32_t right,
                     tkz__ranked_outcome *made);

/* The topmost bits count. Halves are below 2^24, so that no two pairs have one. */
static inline uint64_t tkz__ranked_hash(uint32_t left, uint32_t right)
{
    return ((uint64_t)left << 24 | right) * UINT64_C(0x9E3779B97F4A7C15) << 16;
}

static inline tkz__ranked_pair *tkz__ranked_known(tkz__ranked_merger *merger, uint64_t hash)
{
    return &merger->known[hash >> (64 - TKZ__RANKED_KNOWN_BITS)];
}

static inline uint64_t *tkz__ranked_filter(tkz__ranked_merger *merger, uint64_t hash)
{
    return &merger->filter[hash >> (64 - merger->filter_bits)];
}

/* The bits of a pair in its word of the filter. */
static inline uint64_t tkz__ranked_filter_mask(uint64_t hash)
{
    return UINT64_C(1) << (hash >> 30 & 63) | UINT64_C(1) << (hash >> 36 & 63) |
           UINT64_C(1) << (hash >> 42 & 63);
}

/* Asks the memory for what tkz__ranked_find reads. */
static inline void tkz__ranked_prefetch(tkz__ranked_merger *merger, uint32_t left, uint32_t right)
{
    uint64_t hash = tkz__ranked_hash(left, right);
    __builtin_prefetch(tkz__ranked_filter(merger, hash));
    __builtin_prefetch(tkz__ranked_known(merger, hash));
}

/* What two tokens of the image make; false: nothing, `made` then has the rank UINT32_MAX. */
static inline bool tkz__ranked_find(tkz__ranked_merger *merger, uint32_t left, uint32_t right,
                                    tkz__ranked_outcome *made)
{
    uint64_t hash = tkz__ranked_hash(left, right), mask = tkz__ranked_filter_mask(hash);
    *made = (tkz__ranked_outcome){UINT32_MAX, 0};
    if ((*tkz__ranked_filter(merger, hash) & mask) != mask)
        return false;
    tkz__ranked_pair *known = tkz__ranked_known(merger, hash);
    if (__builtin_expect(known->left != left || known->right != right || (left | right) == 0, 0)) {
        tkz__ranked_outcome own = {UINT32_MAX, 0};
        (void)tkz__ranked_ask(merger, left, right, &own);
        *known = (tkz__ranked_pair){left, right, own.rank + 1, own.id};
    }
    *made = (tkz__ranked_outcome){known->rank_after - 1, known->id};
    return known->rank_after > 0;
}

/* Merge up to TKZ__RANKED_FEW and up to TKZ__RANKED_SEVERAL tokens in place, without dropout. Return how many
 * are left. */
size_t tkz__ranked_merge_few(tkz__ranked_merger *merger, uint32_t *ids, size_t count);
size_t tkz__ranked_merge_several(tkz__ranked_merger *merger, uint32_t *ids, size_t count);

/* The memory of the second; NULL: out of memory. Free accepts NULL. */
struct tkz__ranked_several *tkz__ranked_several_new(const tkz_allocator *allocator);
void tkz__ranked_several_free(struct tkz__ranked_several *several, const tkz_allocator *allocator);

#endif
