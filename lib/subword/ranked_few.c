/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranked merging of few tokens, and of several: where to look at all pairs, or at one block of them and the
 * least of each block, takes less than a queue. Leans on the table of pairs of ranked_merging.c.
 */
#include "subword/least_item.h"
#include "subword/ranked_merging_parts.h"

/* ---- Few tokens -------------------------------------------------------- */

/* Most pieces have few: to look at all pairs for the least takes less than to keep them in order. That is
 * done in blocks, so that how many pairs there are is nobody's guess. */
enum { FEW = TKZ__RANKED_FEW, BLOCK = 8, PLACE_BITS = 8 };

/* Tokens, and what each makes with the one behind it. */
typedef struct few {
    uint32_t ids[FEW + BLOCK];
    uint32_t ranks[FEW + BLOCK]; /* UINT32_MAX: nothing, as behind the last */
    uint32_t made[FEW + BLOCK];
    size_t count;
} few;

static inline void look_up(tkz__ranked_merger *merger, few *own, size_t at)
{
    tkz__ranked_outcome found;
    (void)tkz__ranked_find(merger, own->ids[at], own->ids[at + 1], &found);
    own->ranks[at] = found.rank;
    own->made[at] = found.id;
}

/* The pair of the lowest rank, of equal ones the leftmost; SIZE_MAX: there is none. */
static inline size_t least_pair(const few *own, size_t end)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < end; i += BLOCK) {
#pragma GCC unroll 8
        for (size_t k = i; k < i + BLOCK; k++) {
            uint64_t next = (uint64_t)own->ranks[k] << PLACE_BITS | k;
            least = next < least ? next : least;
        }
    }
    return least >> PLACE_BITS >= UINT32_MAX ? SIZE_MAX : least & ((1 << PLACE_BITS) - 1);
}

/* Moves a block of items down by one. */
static inline void move_block(uint32_t *items)
{
    uint32_t block[BLOCK];
    memcpy(block, items + 1, sizeof block);
    memcpy(items, block, sizeof block);
}

/* Puts what a pair makes in the place of its tokens. */
static inline void join(few *own, size_t at)
{
    uint32_t made = own->made[at];
    for (size_t i = at; i < own->count; i += BLOCK) {
        move_block(own->ids + i);
        move_block(own->ranks + i);
        move_block(own->made + i);
    }
    own->ids[at] = made;
    own->count--;
}

size_t tkz__ranked_merge_few(tkz__ranked_merger *merger, uint32_t *ids, size_t count)
{
    few own;
    size_t end = (count + BLOCK - 1) / BLOCK * BLOCK;
    own.count = count;
    memset(own.ranks, 0xFF, sizeof own.ranks);
    memcpy(own.ids, ids, count * sizeof *ids);
    for (size_t i = 0; i + 1 < count; i++)
        tkz__ranked_prefetch(merger, ids[i], ids[i + 1]);
    for (size_t i = 0; i + 1 < count; i++)
        look_up(merger, &own, i);
    for (size_t at; (at = least_pair(&own, end)) != SIZE_MAX;) {
        join(&own, at);
        if (at > 0)
            look_up(merger, &own, at - 1);
        if (at + 1 < own.count)
            look_up(merger, &own, at);
    }
    memcpy(ids, own.ids, own.count * sizeof *ids);
    return own.count;
}

/* ---- Several tokens ---------------------------------------------------- */

/* Pairs stand in blocks, of each of which the least is known; the least of all is the least of those. Places
 * are not moved: they know their neighbours. 163 letters at random, as they stand between two borders with the
 * vocabulary of Gemma 3, take a fifth of the time that the queue takes. */
enum {
    SPAN_BITS = 5,
    SPAN = 1 << SPAN_BITS, /* places of a block */
    SPANS_BITS = 6,
    SPANS = 1 << SPANS_BITS,
    NOTHING = INT32_MAX /* no pair */
};

_Static_assert(SPAN * SPANS == TKZ__RANKED_SEVERAL, "places");
_Static_assert((int64_t)TKZ__RANKED_LIMIT << SPANS_BITS <= (int64_t)INT32_MAX + 1, "bits");

struct tkz__ranked_several {
    int32_t pairs[TKZ__RANKED_SEVERAL]; /* with the token behind: rank << SPAN_BITS | place in the block */
    int32_t spans[SPANS]; /* rank of the least pair << SPANS_BITS | number of the block */
    int32_t least[SPANS]; /* the pair itself */
    uint32_t ids[TKZ__RANKED_SEVERAL];
    uint32_t made[TKZ__RANKED_SEVERAL];
    uint16_t next[TKZ__RANKED_SEVERAL]; /* place of the token behind it */
    uint16_t previous[TKZ__RANKED_SEVERAL];
};

struct tkz__ranked_several *tkz__ranked_several_new(const tkz_allocator *allocator)
{
    return tkz__allocate_zeroed(allocator, sizeof(struct tkz__ranked_several));
}

void tkz__ranked_several_free(struct tkz__ranked_several *several, const tkz_allocator *allocator)
{
    tkz__release(allocator, several, sizeof *several);
}

/* Looks at a block again. */
static inline void look_at_span(struct tkz__ranked_several *own, size_t span)
{
    int32_t least = tkz__least_item(own->pairs + span * SPAN, SPAN);
    own->least[span] = least;
    own->spans[span] =
        least == NOTHING ? NOTHING : (least >> SPAN_BITS) * SPANS + (int32_t)span;
}

/* What the tokens at two places make. */
static inline void look_up_pair(tkz__ranked_merger *merger, struct tkz__ranked_several *own, size_t at,
                                size_t right)
{
    tkz__ranked_outcome found;
    bool merges = tkz__ranked_find(merger, own->ids[at], own->ids[right], &found);
    own->pairs[at] =
        merges ? (int32_t)(found.rank << SPAN_BITS | (uint32_t)(at % SPAN)) : NOTHING;
    own->made[at] = found.id;
}

static void start_several(tkz__ranked_merger *merger, const uint32_t *ids, size_t count, size_t spans)
{
    enum { AHEAD = 16 };
    struct tkz__ranked_several *own = merger->several;
    memcpy(own->ids, ids, count * sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        own->next[i] = (uint16_t)(i + 1);
        own->previous[i] = (uint16_t)(i - 1);
        if (i + AHEAD + 1 < count)
            tkz__ranked_prefetch(merger, ids[i + AHEAD], ids[i + AHEAD + 1]);
        if (i + 1 < count)
            look_up_pair(merger, own, i, i + 1);
    }
    for (size_t i = count - 1; i < spans * SPAN; i++)
        own->pairs[i] = NOTHING;
    for (size_t span = 0; span < spans; span++)
        look_at_span(own, span);
    for (size_t span = spans; span < SPANS && span % 8 != 0; span++)
        own->spans[span] = NOTHING;
}

/* Puts what a pair makes in the place of its left token. */
static inline void merge_pair(tkz__ranked_merger *merger, size_t at, size_t count)
{
    struct tkz__ranked_several *own = merger->several;
    size_t right = own->next[at], behind = own->next[right], before = own->previous[at];
    own->ids[at] = own->made[at];
    own->next[at] = (uint16_t)behind;
    own->pairs[right] = NOTHING;
    if (behind < count) {
        own->previous[behind] = (uint16_t)at;
        look_up_pair(merger, own, at, behind);
    } else {
        own->pairs[at] = NOTHING;
    }
    if (at > 0)
        look_up_pair(merger, own, before, at);
    look_at_span(own, at / SPAN);
    if (right / SPAN != at / SPAN)
        look_at_span(own, right / SPAN);
    if (at > 0 && before / SPAN != at / SPAN)
        look_at_span(own, before / SPAN);
}

size_t tkz__ranked_merge_several(tkz__ranked_merger *merger, uint32_t *ids, size_t count)
{
    struct tkz__ranked_several *own = merger->several;
    size_t spans = (count + SPAN - 1) / SPAN, made = 0;
    if (count < 2)
        return count;
    start_several(merger, ids, count, spans);
    for (;;) {
        int32_t least = tkz__least_item(own->spans, (spans + TKZ__LEAST_LANES - 1) /
                                                        TKZ__LEAST_LANES * TKZ__LEAST_LANES);
        if (least == NOTHING)
            break;
        size_t span = (uint32_t)least % SPANS;
        merge_pair(merger, span * SPAN + (uint32_t)own->least[span] % SPAN, count);
    }
    for (size_t at = 0; at < count; at = own->next[at])
        ids[made++] = own->ids[at];
    return made;
}
