/* SPDX-License-Identifier: Apache-2.0
 *
 * The greedy loop of BPE training. Leans on bpe_words and bpe_pairs.
 *
 * The result equals that of HF tokenizers' BpeTrainer (tokenizers/src/models/bpe/trainer.rs):
 * the same counts (each neighbouring pair in a word, overlaps included: "aaa"
 * holds (a,a) twice), the same choice, merging from left to right. HF takes the id
 * of an existing token if a merge spells one; that cannot happen with merges alone.
 * Proof: if a stretch of a word begins and ends at token borders, then it
 * did so before each earlier step (merging only removes borders), no merge ever
 * reached over its ends, and so it is cut as if it stood alone. A text thus has one cut
 * at any time; from the step that makes a token for it, that token.
 */
#include "train/bpe_merges.h"

#include <string.h>

#include "subword/byte_level.h"
#include "train/bpe_pairs.h"

/* What one token gains as left or right neighbour of the token being made. */
typedef struct neighbour_sum {
    uint64_t count;
    uint32_t places;
    uint32_t record; /* of the new pair, NOT_KEPT if it is too rare */
} neighbour_sum;

#define NOT_KEPT UINT32_MAX

/* An occurrence of a new pair: the other token and the place of the pair's left token. */
typedef struct occurrence {
    uint32_t other;
    uint32_t place;
} occurrence;

/* One side of the token being made. */
typedef struct token_side {
    neighbour_sum *neighbours; /* by id */
    size_t capacity;
    occurrence *found; /* in ascending order of places */
    size_t found_count;
    size_t found_capacity;
    uint32_t *touched; /* ids with something in `neighbours` */
    size_t touched_count;
    size_t touched_capacity;
} token_side;

typedef struct merge_state {
    const tkz__bpe_plan *plan;
    tkz__bpe_words *words;
    tkz__bpe_merges *merges;
    tkz__bpe_pairs pairs;
    uint32_t *lengths; /* of each token, in bytes, which are places */
    size_t length_capacity;
    token_side before;
    token_side behind;
    size_t longest_reserved; /* bytes of the longest reserved text */
    tkz_allocator allocator;
} merge_state;

/* ---- Setting up --------------------------------------------------------- */

static void free_side(const merge_state *merger, token_side *side)
{
    tkz__release_array(&merger->allocator, side->neighbours, side->capacity,
                       sizeof *side->neighbours);
    tkz__release_array(&merger->allocator, side->found, side->found_capacity,
                       sizeof *side->found);
    tkz__release_array(&merger->allocator, side->touched, side->touched_capacity,
                       sizeof *side->touched);
}

/* Room for tokens with ids below `ids`; the new ones have met nobody yet. */
static tkz_status reserve_neighbours(const merge_state *merger, token_side *side, size_t ids,
                                     tkz_error *error)
{
    size_t old = side->capacity;
    tkz_status status = tkz__array_reserve(&merger->allocator, (void **)&side->neighbours,
                                           &side->capacity, ids, sizeof *side->neighbours, error);
    if (status == TKZ_OK && side->capacity > old)
        memset(side->neighbours + old, 0, (side->capacity - old) * sizeof *side->neighbours);
    return status;
}

static tkz_status reserve_side(const merge_state *merger, token_side *side, size_t ids,
                               size_t occurrences, tkz_error *error)
{
    tkz_status status = reserve_neighbours(merger, side, ids, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&merger->allocator, (void **)&side->found,
                                    &side->found_capacity, occurrences, sizeof *side->found, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&merger->allocator, (void **)&side->touched,
                                    &side->touched_capacity,
                                    occurrences < ids ? occurrences : ids, sizeof *side->touched,
                                    error);
    return status;
}

/* All tables hold ids below `ids` afterwards. */
static tkz_status reserve_ids(merge_state *merger, size_t ids, size_t occurrences, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&merger->allocator, (void **)&merger->lengths,
                                           &merger->length_capacity, ids, sizeof *merger->lengths,
                                           error);
    if (status == TKZ_OK)
        status = reserve_side(merger, &merger->before, ids, occurrences, error);
    if (status == TKZ_OK)
        status = reserve_side(merger, &merger->behind, ids, occurrences, error);
    return status;
}

/* Counts the pairs of bytes: table[left * 256 + right], bytes by their id less first_byte. */
static void count_byte_pairs(const merge_state *merger, neighbour_sum *table)
{
    const tkz__bpe_words *words = merger->words;
    size_t run = 0;
    for (uint32_t place = 1; place + 1 < words->size; place++) {
        uint32_t left = words->places[place], right = words->places[place + 1];
        if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
            continue;
        run = tkz__bpe_words_run(words, run, place);
        neighbour_sum *pair = &table[(left - merger->plan->first_byte) * 256 +
                                 (right - merger->plan->first_byte)];
        pair->count += words->runs[run].count;
        pair->places++;
    }
}

static tkz_status add_byte_pairs(merge_state *merger, neighbour_sum *table, tkz_error *error)
{
    uint32_t first = merger->plan->first_byte;
    uint64_t pair_count = 0, place_count = 0;
    for (size_t i = 0; i < 65536; i++) {
        if (table[i].count >= merger->pairs.minimum) {
            pair_count++;
            place_count += table[i].places;
        }
    }
    tkz_status status = tkz__bpe_pairs_reserve(&merger->pairs, pair_count, place_count, error);
    for (uint32_t i = 0; status == TKZ_OK && i < 65536; i++) {
        if (table[i].count < merger->pairs.minimum)
            table[i].record = NOT_KEPT;
        else
            status = tkz__bpe_pairs_add(&merger->pairs, first + i / 256, first + i % 256,
                                        table[i].count, table[i].places, &table[i].record, error);
    }
    const tkz__bpe_words *words = merger->words;
    for (uint32_t place = 1; status == TKZ_OK && place + 1 < words->size; place++) {
        uint32_t left = words->places[place], right = words->places[place + 1];
        if (left == TKZ__BPE_BORDER || right == TKZ__BPE_BORDER)
            continue;
        uint32_t record = table[(left - first) * 256 + (right - first)].record;
        if (record != NOT_KEPT)
            tkz__bpe_pairs_append(&merger->pairs, record, place);
    }
    return status;
}

/* The pairs before the first merge. */
static tkz_status start_pairs(merge_state *merger, tkz_error *error)
{
    neighbour_sum *table = tkz__allocate_zeroed(&merger->allocator, 65536 * sizeof *table);
    if (table == NULL)
        return tkz__error_memory(error, 65536 * sizeof *table);
    count_byte_pairs(merger, table);
    tkz_status status = add_byte_pairs(merger, table, error);
    tkz__release(&merger->allocator, table, 65536 * sizeof *table);
    return status;
}

/* ---- One merge ---------------------------------------------------------- */

static void meet(token_side *side, uint32_t other, uint32_t place, uint64_t count)
{
    neighbour_sum *neighbour = &side->neighbours[other];
    if (neighbour->count == 0)
        side->touched[side->touched_count++] = other;
    neighbour->count += count;
    neighbour->places++;
    side->found[side->found_count++] = (occurrence){other, place};
}

/* Takes the token that was met last out of `side` again, but not out of its count. */
static void unmeet_last(token_side *side)
{
    side->found_count--;
    side->neighbours[side->found[side->found_count].other].places--;
}

/* Writes the token `made` over its two halves, from `start` to `end` with `middle` between them. */
static void write_token(uint32_t *places, uint32_t start, uint32_t middle, uint32_t end,
                        uint32_t made)
{
    places[middle - 1] = TKZ__BPE_INSIDE;
    places[middle] = TKZ__BPE_INSIDE;
    places[start] = made;
    places[end - 1] = made;
}

/* Merges `pair` wherever it still stands, and notes the neighbours of the new token. Returns by how
 * much the new pair (made, pair->left) is counted too high: where the token behind a merge is
 * itself merged next. */
static uint64_t merge_everywhere(merge_state *merger, const tkz__bpe_pair *pair, uint32_t made)
{
    uint32_t *places = merger->words->places;
    const uint32_t *lengths = merger->lengths;
    const uint32_t *list = merger->pairs.pool + pair->postings;
    uint64_t too_high = 0;
    size_t run = 0;
    /* Nearly every place is a cache miss; asking for it some steps before took a seventh off the
     * training time of 32,000 tokens from 100 MB of Japanese. */
    enum { AHEAD = 16 };
    for (uint32_t i = 0; i < pair->posting_count; i++) {
        uint32_t start = list[i];
        if (i + AHEAD < pair->posting_count)
            __builtin_prefetch(&places[list[i + AHEAD]], 1);
        if (places[start] != pair->left)
            continue;
        uint32_t middle = start + lengths[pair->left];
        if (places[middle] != pair->right)
            continue;
        uint32_t end = middle + lengths[pair->right];
        run = tkz__bpe_words_run(merger->words, run, start);
        uint64_t count = merger->words->runs[run].count;
        uint32_t before = places[start - 1], behind = places[end];
        if (before == made) {
            too_high += count;
            unmeet_last(&merger->behind);
        }
        if (before != TKZ__BPE_BORDER)
            meet(&merger->before, before, start - lengths[before], count);
        if (behind != TKZ__BPE_BORDER)
            meet(&merger->behind, behind, start, count);
        write_token(places, start, middle, end, made);
    }
    return too_high;
}

/* The pairs that the merge has broken up become rarer. */
static void lower_broken_pairs(merge_state *merger, const tkz__bpe_pair *pair, uint32_t made)
{
    for (size_t i = 0; i < merger->before.touched_count; i++) {
        uint32_t other = merger->before.touched[i];
        /* What stands before a merge and was made by the one just before it: that merge has counted
         * the broken pair already, as (pair->right, pair->left). */
        if (other != made)
            tkz__bpe_pairs_lower(&merger->pairs, other, pair->left,
                                 merger->before.neighbours[other].count);
    }
    for (size_t i = 0; i < merger->behind.touched_count; i++) {
        uint32_t other = merger->behind.touched[i];
        tkz__bpe_pairs_lower(&merger->pairs, pair->right, other,
                             merger->behind.neighbours[other].count);
    }
}

static void measure_new_pairs(const merge_state *merger, const token_side *side,
                              uint64_t *pair_count, uint64_t *place_count)
{
    for (size_t i = 0; i < side->touched_count; i++) {
        const neighbour_sum *neighbour = &side->neighbours[side->touched[i]];
        if (neighbour->count >= merger->pairs.minimum) {
            ++*pair_count;
            *place_count += neighbour->places;
        }
    }
}

/* Adds the new pairs of one side and empties it. */
static tkz_status add_new_pairs(merge_state *merger, token_side *side, uint32_t made,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    bool is_left = side == &merger->before;
    for (size_t i = 0; status == TKZ_OK && i < side->touched_count; i++) {
        uint32_t other = side->touched[i];
        neighbour_sum *neighbour = &side->neighbours[other];
        if (neighbour->count < merger->pairs.minimum)
            neighbour->record = NOT_KEPT;
        else
            status = tkz__bpe_pairs_add(&merger->pairs, is_left ? other : made,
                                        is_left ? made : other, neighbour->count,
                                        neighbour->places, &neighbour->record, error);
    }
    for (size_t i = 0; status == TKZ_OK && i < side->found_count; i++) {
        uint32_t record = side->neighbours[side->found[i].other].record;
        if (record != NOT_KEPT)
            tkz__bpe_pairs_append(&merger->pairs, record, side->found[i].place);
    }
    for (size_t i = 0; i < side->touched_count; i++)
        side->neighbours[side->touched[i]] = (neighbour_sum){0};
    side->touched_count = side->found_count = 0;
    return status;
}

static tkz_status merge_pair(merge_state *merger, const tkz__bpe_pair *pair, tkz_error *error)
{
    uint32_t made = merger->plan->first_byte + 256 + (uint32_t)merger->merges->count;
    tkz_status status = reserve_ids(merger, (size_t)made + 1, pair->posting_count, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&merger->allocator, (void **)&merger->merges->items,
                                    &merger->merges->capacity, merger->merges->count + 1,
                                    sizeof *merger->merges->items, error);
    if (status != TKZ_OK)
        return status;
    merger->merges->items[merger->merges->count++] = (tkz__bpe_merge){pair->left, pair->right};
    merger->lengths[made] = merger->lengths[pair->left] + merger->lengths[pair->right];

    uint64_t too_high = merge_everywhere(merger, pair, made);
    lower_broken_pairs(merger, pair, made);
    merger->behind.neighbours[pair->left].count -= too_high;

    uint64_t pair_count = 0, place_count = 0;
    measure_new_pairs(merger, &merger->before, &pair_count, &place_count);
    measure_new_pairs(merger, &merger->behind, &pair_count, &place_count);
    status = tkz__bpe_pairs_reserve(&merger->pairs, pair_count, place_count, error);
    if (status == TKZ_OK)
        status = add_new_pairs(merger, &merger->before, made, error);
    if (status == TKZ_OK)
        status = add_new_pairs(merger, &merger->behind, made, error);
    return status;
}

/* ---- The loop ----------------------------------------------------------- */

/* Writes the bytes of token `id`, at most `size` of them, to `text`. `stack` has room for `size` +
 * 1 ids. */
static void spell(const merge_state *merger, uint32_t id, uint8_t *text, uint32_t *stack)
{
    uint8_t bytes[256];
    uint32_t first_byte = merger->plan->first_byte;
    size_t depth = 0;
    tkz__byte_level_order(bytes);
    stack[depth++] = id;
    while (depth > 0) {
        id = stack[--depth];
        if (id < first_byte + 256) {
            *text++ = bytes[id - first_byte];
        } else {
            const tkz__bpe_merge *merge = &merger->merges->items[id - first_byte - 256];
            stack[depth++] = merge->right;
            stack[depth++] = merge->left;
        }
    }
}

/* Whether the halves of `pair` together would be too long, or spell a reserved text. */
static tkz_status check_pair(const merge_state *merger, const tkz__bpe_pair *pair, bool *refused,
                             tkz_error *error)
{
    size_t left = merger->lengths[pair->left], size = left + merger->lengths[pair->right];
    *refused = size > merger->plan->token_size_limit;
    if (*refused || size > merger->longest_reserved)
        return TKZ_OK;
    size_t room = size + (size + 1) * sizeof(uint32_t);
    uint32_t *stack = tkz__allocate(&merger->allocator, room);
    if (stack == NULL)
        return tkz__error_memory(error, room);
    uint8_t *text = (uint8_t *)(stack + size + 1);
    spell(merger, pair->left, text, stack);
    spell(merger, pair->right, text + left, stack);
    *refused = tkz__byte_map_find(merger->plan->reserved, text, size) != NULL;
    tkz__release(&merger->allocator, stack, room);
    return TKZ_OK;
}

static tkz_status report(const merge_state *merger, const tkz_progress_callback *progress,
                         tkz_error *error)
{
    if (progress == NULL)
        return TKZ_OK;
    tkz_progress now = {.pass = "train",
                        .pass_count = 1,
                        .steps_done = merger->merges->count,
                        .steps_total = merger->plan->merge_limit};
    if (progress->report(progress->context, &now) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, NULL, TKZ__NO_OFFSET,
                          "cancelled after %zu merges", merger->merges->count);
}

static tkz_status run_merges(merge_state *merger, const tkz_progress_callback *progress,
                             tkz_error *error)
{
    /* The first merges visit millions of places, the last ones a few: report after so many of
     * either, which is a fraction of a second. */
    enum { MERGES = 256, PLACES = 1 << 20 };
    tkz__bpe_pair best;
    uint64_t visited = 0;
    size_t reported = 0;
    tkz_status status = report(merger, progress, error);
    while (status == TKZ_OK && merger->merges->count < merger->plan->merge_limit &&
           tkz__bpe_pairs_take(&merger->pairs, &best)) {
        bool refused;
        status = check_pair(merger, &best, &refused, error);
        if (status == TKZ_OK && !refused)
            status = merge_pair(merger, &best, error);
        visited += best.posting_count;
        if (status == TKZ_OK &&
            (visited >= PLACES || merger->merges->count - reported >= MERGES)) {
            status = report(merger, progress, error);
            visited = 0;
            reported = merger->merges->count;
        }
    }
    return status == TKZ_OK ? report(merger, progress, error) : status;
}

tkz_status tkz__bpe_merges_find(tkz__bpe_merges *merges, tkz__bpe_words *words,
                                const tkz__bpe_plan *plan, const tkz_progress_callback *progress,
                                tkz_error *error)
{
    merge_state merger = {.plan = plan, .words = words, .merges = merges};
    merger.allocator = merges->allocator;
    tkz__bpe_pairs_init(&merger.pairs, plan->minimum_count, &merger.allocator);
    for (size_t i = 0; plan->reserved != NULL && i < plan->reserved->count; i++)
        if (plan->reserved->entries[i].key_size > merger.longest_reserved)
            merger.longest_reserved = plan->reserved->entries[i].key_size;

    tkz_status status = reserve_ids(&merger, (size_t)plan->first_byte + 256, 0, error);
    if (status == TKZ_OK) {
        for (size_t id = 0; id < (size_t)plan->first_byte + 256; id++)
            merger.lengths[id] = 1;
        status = start_pairs(&merger, error);
    }
    if (status == TKZ_OK)
        status = run_merges(&merger, progress, error);

    free_side(&merger, &merger.before);
    free_side(&merger, &merger.behind);
    tkz__release_array(&merger.allocator, merger.lengths, merger.length_capacity,
                       sizeof *merger.lengths);
    tkz__bpe_pairs_free(&merger.pairs);
    return status;
}

void tkz__bpe_merges_init(tkz__bpe_merges *merges, const tkz_allocator *allocator)
{
    memset(merges, 0, sizeof *merges);
    merges->allocator = tkz__allocator_or_default(allocator);
}

void tkz__bpe_merges_free(tkz__bpe_merges *merges)
{
    tkz__release_array(&merges->allocator, merges->items, merges->capacity, sizeof *merges->items);
    merges->items = NULL;
    merges->count = merges->capacity = 0;
}
