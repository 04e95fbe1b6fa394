/* SPDX-License-Identifier: Apache-2.0
 *
 * The greedy loop of BPE training. Leans on bpe_census, bpe_words and bpe_pairs.
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

#include "train/bpe_census.h"

#define NOT_KEPT UINT32_MAX

/* ---- Setting up --------------------------------------------------------- */

static void free_side(const tkz__bpe_merger *merger, tkz__bpe_side *side)
{
    tkz__release_array(&merger->allocator, side->neighbours, side->capacity,
                       sizeof *side->neighbours);
    tkz__release_array(&merger->allocator, side->touched, side->touched_capacity,
                       sizeof *side->touched);
}

/* Room for tokens with ids below `ids`; the new ones have met nobody yet. */
static tkz_status reserve_neighbours(const tkz__bpe_merger *merger, tkz__bpe_side *side,
                                     size_t ids, tkz_error *error)
{
    size_t old = side->capacity;
    tkz_status status = tkz__array_reserve(&merger->allocator, (void **)&side->neighbours,
                                           &side->capacity, ids, sizeof *side->neighbours, error);
    if (status == TKZ_OK && side->capacity > old)
        memset(side->neighbours + old, 0, (side->capacity - old) * sizeof *side->neighbours);
    return status;
}

static tkz_status reserve_side(const tkz__bpe_merger *merger, tkz__bpe_side *side, size_t ids,
                               size_t occurrences, tkz_error *error)
{
    tkz_status status = reserve_neighbours(merger, side, ids, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&merger->allocator, (void **)&side->touched,
                                    &side->touched_capacity,
                                    occurrences < ids ? occurrences : ids, sizeof *side->touched,
                                    error);
    return status;
}

/* Both sides hold ids below `ids` afterwards. */
static tkz_status reserve_ids(tkz__bpe_merger *merger, size_t ids, size_t occurrences,
                              tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&merger->allocator, (void **)&merger->widths, &merger->width_capacity, ids,
                                           sizeof *merger->widths, error);
    if (status == TKZ_OK)
        status = reserve_side(merger, &merger->before, ids, occurrences, error);
    if (status == TKZ_OK)
        status = reserve_side(merger, &merger->behind, ids, occurrences, error);
    return status;
}

static bool is_wanted(const tkz__bpe_merger *merger, uint64_t count, uint32_t left, uint32_t right)
{
    return !tkz__bpe_pairs_is_behind(&merger->pairs, (tkz__pair_count){count, left, right}, &merger->pairs.last) &&
           tkz__bpe_tokens_may_join(merger->tokens, left, right);
}

/* ---- One merge ---------------------------------------------------------- */

static inline void meet(tkz__bpe_side *side, uint32_t other, uint64_t count)
{
    tkz__bpe_neighbour *neighbour = &side->neighbours[other];
    if (neighbour->count == 0)
        side->touched[side->touched_count++] = other;
    neighbour->count += count;
    neighbour->places++;
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

/* Nearly every place is a cache miss; asking for it some steps before took a seventh off the training time of 32,000
 * tokens from 100 MB of Japanese. */
enum { AHEAD = 16 };

/* Merges `pair` wherever it still stands, and counts the neighbours of the new token; the list of places becomes that of
 * the new tokens. Returns by how much the new pair (made, pair->left) is counted too high: where the token behind a
 * merge is itself merged next. */
static uint64_t merge_everywhere(tkz__bpe_merger *merger, tkz__bpe_pair *pair, uint32_t made)
{
    uint32_t *places = merger->words->places;
    uint32_t *list = merger->pairs.pool + pair->postings;
    uint32_t left_width = merger->widths[pair->left], right_width = merger->widths[pair->right], kept = 0;
    uint64_t too_high = 0;
    size_t run = 0;
    for (uint32_t i = 0; i < pair->posting_count; i++) {
        uint32_t start = list[i];
        if (i + AHEAD < pair->posting_count)
            __builtin_prefetch(&places[list[i + AHEAD]], 1);
        if (places[start] != pair->left)
            continue;
        uint32_t middle = start + left_width;
        if (places[middle] != pair->right)
            continue;
        uint32_t end = middle + right_width;
        run = tkz__bpe_words_run(merger->words, run, start);
        uint64_t count = merger->words->runs[run].count;
        uint32_t before = places[start - 1], behind = places[end];
        if (before == made) { /* whose token behind was this one's left half */
            too_high += count;
            merger->behind.neighbours[pair->left].places--;
        }
        if (before != TKZ__BPE_BORDER)
            meet(&merger->before, before, count);
        if (behind != TKZ__BPE_BORDER)
            meet(&merger->behind, behind, count);
        write_token(places, start, middle, end, made);
        list[kept++] = start;
    }
    pair->posting_count = kept;
    return too_high;
}

/* The pairs that the merge has broken up become rarer. */
static void lower_broken_pairs(tkz__bpe_merger *merger, const tkz__bpe_pair *pair, uint32_t made)
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

/* Decides which new pairs of a side are kept, and measures them. */
static void choose_new_pairs(const tkz__bpe_merger *merger, tkz__bpe_side *side, uint32_t made,
                             uint64_t *pair_count, uint64_t *place_count)
{
    bool is_left = side == &merger->before;
    for (size_t i = 0; i < side->touched_count; i++) {
        uint32_t other = side->touched[i];
        tkz__bpe_neighbour *neighbour = &side->neighbours[other];
        bool wanted = is_wanted(merger, neighbour->count, is_left ? other : made,
                                is_left ? made : other);
        neighbour->record = wanted ? 0 : NOT_KEPT;
        if (wanted) {
            ++*pair_count;
            *place_count += neighbour->places;
        }
    }
}

/* Adds the new pairs of one side, with lists that are empty yet. */
static tkz_status add_new_pairs(tkz__bpe_merger *merger, tkz__bpe_side *side, uint32_t made,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    bool is_left = side == &merger->before;
    for (size_t i = 0; status == TKZ_OK && i < side->touched_count; i++) {
        uint32_t other = side->touched[i];
        tkz__bpe_neighbour *neighbour = &side->neighbours[other];
        if (neighbour->record != NOT_KEPT)
            status = tkz__bpe_pairs_add(&merger->pairs, is_left ? other : made,
                                        is_left ? made : other, neighbour->count,
                                        neighbour->places, &neighbour->record, error);
    }
    return status;
}

/* Lists the places of the new pairs: of what stands before and behind the tokens just made. */
static void list_new_places(tkz__bpe_merger *merger, const tkz__bpe_pair *pair, uint32_t made)
{
    const uint32_t *places = merger->words->places;
    const uint32_t *list = merger->pairs.pool + pair->postings;
    const tkz__bpe_neighbour *before_made = merger->before.neighbours;
    const tkz__bpe_neighbour *behind_made = merger->behind.neighbours;
    uint32_t width = merger->widths[made];
    for (uint32_t i = 0; i < pair->posting_count; i++) {
        uint32_t start = list[i];
        if (i + AHEAD < pair->posting_count)
            __builtin_prefetch(&places[list[i + AHEAD]], 0);
        uint32_t before = places[start - 1], behind = places[start + width];
        if (before != TKZ__BPE_BORDER && before_made[before].record != NOT_KEPT)
            tkz__bpe_pairs_append(&merger->pairs, before_made[before].record, start - merger->widths[before]);
        /* Two new tokens side by side are listed by the second one. */
        if (behind != TKZ__BPE_BORDER && behind != made && behind_made[behind].record != NOT_KEPT)
            tkz__bpe_pairs_append(&merger->pairs, behind_made[behind].record, start);
    }
}

static void clear_side(tkz__bpe_side *side)
{
    for (size_t i = 0; i < side->touched_count; i++)
        side->neighbours[side->touched[i]] = (tkz__bpe_neighbour){0};
    side->touched_count = 0;
}

static tkz_status join_tokens(tkz__bpe_merger *merger, const tkz__bpe_pair *pair, tkz_error *error)
{
    size_t made = merger->tokens->count;
    tkz_status status = reserve_ids(merger, made + 1, pair->posting_count, error);
    if (status == TKZ_OK)
        status = tkz__bpe_tokens_join(merger->tokens, pair->left, pair->right, error);
    if (status == TKZ_OK)
        merger->widths[made] = merger->widths[pair->left] + merger->widths[pair->right];
    return status;
}

static tkz_status merge_pair(tkz__bpe_merger *merger, uint32_t record, tkz_error *error)
{
    uint32_t made = (uint32_t)merger->tokens->count;
    tkz__bpe_pair *pair = &merger->pairs.records[record];
    tkz_status status = join_tokens(merger, pair, error);
    if (status != TKZ_OK)
        return status;

    uint64_t too_high = merge_everywhere(merger, pair, made);
    lower_broken_pairs(merger, pair, made);
    merger->behind.neighbours[pair->left].count -= too_high;

    uint64_t pair_count = 0, place_count = 0;
    choose_new_pairs(merger, &merger->before, made, &pair_count, &place_count);
    choose_new_pairs(merger, &merger->behind, made, &pair_count, &place_count);
    status = tkz__bpe_pairs_reserve(&merger->pairs, pair_count, place_count, error);
    if (status == TKZ_OK)
        status = add_new_pairs(merger, &merger->before, made, error);
    if (status == TKZ_OK)
        status = add_new_pairs(merger, &merger->behind, made, error);
    if (status == TKZ_OK && place_count > 0)
        list_new_places(merger, &merger->pairs.records[record], made); /* adding moves records */
    clear_side(&merger->before);
    clear_side(&merger->behind);
    tkz__bpe_pairs_release(&merger->pairs, record);
    return status;
}

/* ---- The loop ----------------------------------------------------------- */

/* Bytes for words and pairs: so much for each place at the beginning, four of which
 * are the place itself, and never less than a few pairs take. */
enum { PLACE_MEMORY = 6, LEAST_MEMORY = 1 << 20 };

/* Goes on with the pairs that are rarer than those that are used up, if there are any. */
static tkz_status find_pairs(tkz__bpe_merger *merger, size_t last, tkz_error *error)
{
    tkz__bpe_census_bounds bounds = {.minimum = merger->minimum, .behind = merger->pairs.last};
    bool found = false;
    tkz__bpe_pairs_clear(&merger->pairs);
    tkz_status status = tkz__bpe_words_compact(merger->words, merger->widths, error);
    for (size_t id = 0; id < merger->tokens->count; id++)
        merger->widths[id] = 1;
    uint64_t taken = merger->words->capacity * sizeof *merger->words->places;
    uint64_t wanted = last - merger->tokens->count;
    bounds.room = merger->memory > taken ? merger->memory - taken : 0;
    /* Some fall below the threshold before it is their turn; another census costs more than these. */
    bounds.wanted = wanted * 2 + 4096;
    if (status == TKZ_OK)
        status = tkz__bpe_census(&merger->pairs, merger->words, merger->tokens, &bounds, &found, error);
    merger->is_done = status == TKZ_OK && !found;
    return status;
}

static tkz_status report(const tkz__bpe_merger *merger, size_t base, size_t total,
                         const tkz_progress_callback *progress, tkz_error *error)
{
    if (progress == NULL)
        return TKZ_OK;
    tkz_progress now = {.pass = "train",
                        .pass_count = 1,
                        .steps_done = merger->tokens->count - base,
                        .steps_total = total - base};
    if (progress->report(progress->context, &now) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, NULL, TKZ__NO_OFFSET,
                          "cancelled after %zu merges", merger->tokens->count - base);
}

tkz_status tkz__bpe_merger_run(tkz__bpe_merger *merger, size_t token_limit, size_t base,
                               size_t total, const tkz_progress_callback *progress,
                               tkz_error *error)
{
    /* The first merges visit millions of places, the last ones a few: report after so many of
     * either, which is a fraction of a second. */
    enum { MERGES = 256, PLACES = 1 << 20 };
    uint32_t best;
    uint64_t visited = 0;
    size_t reported = merger->tokens->count;
    tkz_status status = report(merger, base, total, progress, error);
    while (status == TKZ_OK && merger->tokens->count < token_limit && !merger->is_done) {
        if (!tkz__bpe_pairs_take(&merger->pairs, &best)) {
            status = find_pairs(merger, total > token_limit ? total : token_limit, error);
            visited += merger->words->size;
            continue;
        }
        const tkz__bpe_pair *pair = &merger->pairs.records[best];
        if (tkz__bpe_tokens_is_forbidden(merger->tokens, pair->left, pair->right)) {
            tkz__bpe_pairs_release(&merger->pairs, best);
            continue;
        }
        visited += pair->posting_count;
        status = merge_pair(merger, best, error);
        if (status == TKZ_OK &&
            (visited >= PLACES || merger->tokens->count - reported >= MERGES)) {
            status = report(merger, base, total, progress, error);
            visited = 0;
            reported = merger->tokens->count;
        }
    }
    return status == TKZ_OK ? report(merger, base, total, progress, error) : status;
}

tkz_status tkz__bpe_merger_init(tkz__bpe_merger *merger, tkz__bpe_words *words,
                                tkz__bpe_tokens *tokens, const tkz_allocator *allocator,
                                tkz_error *error)
{
    const tkz_bpe_options *options = tokens->options;
    memset(merger, 0, sizeof *merger);
    merger->allocator = tkz__allocator_or_default(allocator);
    merger->words = words;
    merger->tokens = tokens;
    merger->minimum = options->minimum_count > 0 ? options->minimum_count : 1;
    merger->memory = words->size * (uint64_t)PLACE_MEMORY + LEAST_MEMORY;
    tkz__bpe_pairs_init(&merger->pairs, UINT64_MAX, &merger->allocator);
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE) {
        merger->pairs.queue.order = tkz__bpe_tokens_shorter_first;
        merger->pairs.queue.context = tokens;
    }
    tkz_status status = reserve_ids(merger, tokens->count, 0, error);
    if (status == TKZ_OK && tokens->count > 0)
        memcpy(merger->widths, tokens->lengths, tokens->count * sizeof *merger->widths);
    if (status != TKZ_OK)
        tkz__bpe_merger_free(merger);
    return status;
}

void tkz__bpe_merger_free(tkz__bpe_merger *merger)
{
    free_side(merger, &merger->before);
    free_side(merger, &merger->behind);
    tkz__bpe_pairs_free(&merger->pairs);
    tkz__release_array(&merger->allocator, merger->widths, merger->width_capacity, sizeof *merger->widths);
    memset(merger, 0, sizeof *merger);
}
