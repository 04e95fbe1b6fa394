/* SPDX-License-Identifier: Apache-2.0
 *
 * The best path through a stretch of text of any length, in the arithmetic of the model. Leans on the
 * encoder.
 *
 * The search stops wherever no piece that fits the text spans the place: the best path passes
 * there, its
 * tokens are written and only the sum is carried on. So what it keeps is a unit for each
 * character since then, and sums and codes of as many characters as the longest piece has.
 */
#include <math.h>

#include "subword/unigram_encoder.h"
#include "subword/unigram_run.h"

enum {
    MOST_SHORT = 64, /* characters of a part that is searched at once */
    MOST_CHAIN = 32, /* lengths of one character again and again; published models have 16 */
    LEAST_CHAIN = 8  /* of the same character, that make it worth while */
};

/* How the best path comes to a place. */
typedef struct step {
    uint32_t unit;
    uint32_t from; /* place */
} step;

typedef struct search {
    const uint8_t *text;
    uint32_t size;
    uint32_t read;  /* bytes whose codes are known */
    uint32_t known; /* characters with known codes */
    uint32_t at;    /* character */
    uint32_t same_end; /* characters up to here are the same, from one before `at` or later on */
    /* The pieces of one character again and again, of `chain_size` characters at most: runs of spaces and
     * signs have one of each length, and looking each up at each place took ten times as long. */
    uint32_t chain_code;
    uint32_t chain_size; /* 0: none is known */
    uint32_t chain_count;
    uint32_t chain_units[MOST_CHAIN];
    uint32_t chain_depths[MOST_CHAIN];
    double chain_scores[MOST_CHAIN];
} search;

/* Is the chain that of the character at `at`, and are there as many as it asks for? */
static inline bool chain_serves(const tkz__unigram_worker *worker, search *state)
{
    const uint32_t mask = worker->ring - 1;
    uint32_t code = worker->codes[state->at & mask];
    if (state->same_end <= state->at)
        state->same_end = state->at + 1;
    while (state->same_end < state->known && worker->codes[state->same_end & mask] == code)
        state->same_end++;
    return state->chain_code == code && state->chain_size > 0 &&
           state->same_end - state->at >= state->chain_size;
}

/* Learns the chain of the character at `at`, if enough of them stand there. */
static void learn_chain(const tkz__unigram_worker *worker, const tkz__unigram *model, search *state)
{
    uint32_t code = worker->codes[state->at & (worker->ring - 1)], unit = code, depth = 1;
    uint32_t same = state->same_end - state->at;
    state->chain_size = state->chain_count = 0;
    while (unit != 0 && depth <= same) {
        uint32_t flags = tkz__unigram_base(model, unit);
        if ((flags & TKZ__UNIGRAM_IS_PIECE) != 0) {
            if (state->chain_count == MOST_CHAIN)
                return;
            state->chain_units[state->chain_count] = unit;
            state->chain_depths[state->chain_count] = depth;
            state->chain_scores[state->chain_count++] = tkz__unigram_score(model, unit);
        }
        unit = tkz__unigram_child(model, unit, flags, code);
        depth++;
    }
    if (unit != 0)
        return;
    state->chain_code = code;
    state->chain_size = depth < model->longest ? depth : model->longest;
}

/* Reads the codes that pieces from `at` on may need. */
static inline void read_ahead(tkz__unigram_worker *worker, const tkz__unigram *model,
                              search *state)
{
    while (state->known - state->at < model->longest && state->read < state->size) {
        uint32_t code;
        state->read += (uint32_t)tkz__unigram_read(model, state->text + state->read,
                                                   state->size - state->read, &code);
        worker->codes[state->known++ & (worker->ring - 1)] = code;
    }
}

#if TKZ__PATH_AVX2 || TKZ__PATH_NEON

/* Bytes of the last character that is read. */
static uint32_t last_character(const search *state)
{
    uint32_t bytes = 1;
    while (bytes < state->read && (state->text[state->read - bytes] & 0xC0) == 0x80)
        bytes++;
    return bytes;
}

/* How often the last character that is read, of `bytes` bytes, comes again behind it. */
static uint32_t count_again(const search *state, uint32_t bytes)
{
    uint32_t at = state->read;
    while (at + 8 <= state->size &&
           tkz__load_u64(state->text + at) == tkz__load_u64(state->text + at - bytes))
        at += 8;
    while (at < state->size && state->text[at] == state->text[at - bytes])
        at++;
    return (at - state->read) / bytes;
}

/* What is known at the place `at`; false if a path leads further than pieces of the run do. */
static bool start_run(tkz__unigram_worker *worker, const search *state, uint32_t base,
                      uint32_t frontier, tkz__unigram_run *run)
{
    const uint32_t mask = worker->ring - 1;
    const float *sums = (const float *)worker->sums;
    if (frontier - state->at > TKZ__UNIGRAM_RUN_LENGTHS)
        return false;
    for (uint32_t k = 0; k < TKZ__UNIGRAM_RUN_LENGTHS; k++) {
        uint32_t place = state->at + 1 + k;
        uint32_t unit = place <= frontier ? worker->links[place - base] : 0;
        run->next_units[k] = unit;
        run->next_sums[k] = unit == 0 ? -INFINITY : sums[place & mask];
        run->scores[k] = -INFINITY;
        run->units[k] = 0;
    }
    run->sum = sums[state->at & mask];
    for (uint32_t i = 0; i < state->chain_count; i++) {
        if (state->chain_depths[i] > TKZ__UNIGRAM_RUN_LENGTHS)
            return false;
        run->scores[state->chain_depths[i] - 1] = (float)state->chain_scores[i];
        run->units[state->chain_depths[i] - 1] = state->chain_units[i];
    }
    return true;
}

/* Goes on from the place behind the run, where nothing is read yet. */
static void end_run(tkz__unigram_worker *worker, search *state, uint32_t base, uint32_t *frontier,
                    const tkz__unigram_run *run)
{
    const uint32_t mask = worker->ring - 1;
    float *sums = (float *)worker->sums;
    sums[state->at & mask] = run->sum;
    *frontier = state->at;
    for (uint32_t k = 0; k < TKZ__UNIGRAM_RUN_LENGTHS; k++) {
        uint32_t place = state->at + 1 + k;
        bool is_reached = run->next_sums[k] > -INFINITY;
        worker->links[place - base] = is_reached ? run->next_units[k] : 0;
        if (!is_reached)
            continue;
        sums[place & mask] = run->next_sums[k];
        *frontier = place;
    }
}

/* Where a long run of one character begins, with pieces that are known, goes on to nearly its end. */
static tkz_status search_run(tkz__unigram_worker *worker, const tkz__unigram *model, search *state,
                             uint32_t base, uint32_t *frontier, bool *has_run, tkz_error *error)
{
    tkz__unigram_run run;
    tkz__unigram_run_move *move = tkz__unigram_run_mover();
    *has_run = false;
    uint32_t unit = worker->codes[state->at & (worker->ring - 1)];
    if (!chain_serves(worker, state) || state->same_end != state->known ||
        (tkz__unigram_base(model, unit) & TKZ__UNIGRAM_IS_PIECE) == 0 || /* it may be unknown */
        !(model->greatest < 1e30) || move == NULL)
        return TKZ_OK;
    uint32_t bytes = last_character(state);
    uint32_t count = state->known - state->at + count_again(state, bytes) - state->chain_size;
    if (count < TKZ__UNIGRAM_LEAST_RUN)
        return TKZ_OK;
    size_t needed = (size_t)(state->at - base) + count + model->longest + TKZ__UNIGRAM_RUN_LENGTHS + 1;
    tkz_status status =
        tkz__array_reserve(&worker->allocator, (void **)&worker->links, &worker->link_capacity,
                           needed, sizeof *worker->links, error);
    if (status != TKZ_OK || !start_run(worker, state, base, *frontier, &run))
        return status;
    move(&run, worker->links + (state->at + 1 - base), count);
    state->read -= (state->known - state->at) * bytes;
    state->read += count * bytes;
    state->at += count;
    state->known = state->same_end = state->at;
    end_run(worker, state, base, frontier, &run);
    *has_run = true;
    return TKZ_OK;
}

#endif

#define SUM double
#define SCORE tkz__unigram_score
#define SEARCH search_double
#include "subword/unigram_search.h"
#define SEARCH_SHORT short_wide
#include "subword/unigram_short.h"
#undef SCORE
#undef SEARCH_SHORT
#define SCORE tkz__unigram_narrow_score
#define SEARCH_SHORT short_double
#include "subword/unigram_short.h"
#undef SUM
#undef SEARCH
#undef SEARCH_SHORT

/* unigram_model.cc: kScoreResetThreshold */
#define SUM float
#define SUM_LIMIT 100000.0F
#define SEARCH search_single
#if TKZ__PATH_AVX2 || TKZ__PATH_NEON
#define SEARCH_RUN search_run
#endif
#include "subword/unigram_search.h"
#define SEARCH_SHORT short_single
#include "subword/unigram_short.h"

/* Characters of a unit's piece: steps to the root, in a table that may be damaged at most `most`. */
static uint32_t length_of(const tkz__unigram *model, uint32_t unit, uint32_t most)
{
    uint32_t length = 1;
    if (unit == TKZ__UNIGRAM_UNKNOWN)
        return 1;
    while (length < most) {
        unit = tkz__unigram_parent(model, unit);
        if (unit == 0 || unit >= model->unit_count)
            break;
        length++;
    }
    return length;
}

/* Turns the links around: links[i] becomes the unit that the path goes on with from place i. False if
 * they lead nowhere. */
static bool turn_links(const tkz__unigram *model, uint32_t *links, uint32_t count)
{
    uint32_t unit = links[count], last = 0, length = 0;
    for (uint32_t at = count; at > 0;) {
        uint32_t own = unit;
        if (own == 0)
            return false;
        if (own != last || length > at)
            length = length_of(model, own, at);
        last = own;
        at -= length;
        unit = links[at];
        links[at] = own;
    }
    return true;
}

static tkz_status write_path(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                             uint32_t *start, uint32_t count, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    if (!turn_links(model, worker->links, count))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it cannot encode");
    uint32_t last = TKZ__UNIGRAM_UNKNOWN, length = 0, size = 0;
    for (uint32_t at = 0; at < count;) {
        uint32_t unit = worker->links[at], from = *start, character;
        if (unit == TKZ__UNIGRAM_UNKNOWN || unit != last || length > count - at ||
            size > end - from) {
            length = length_of(model, unit, count - at);
            for (uint32_t i = 0; i < length; i++)
                *start += (uint32_t)tkz__utf8_next((const char *)target->text + *start,
                                                   end - *start, &character);
            size = *start - from;
        } else { /* the same piece again, as in runs: the same bytes */
            *start += size;
        }
        last = unit;
        tkz_status status = tkz__unigram_put(worker, target, tkz__unigram_id(model, unit), from,
                                             *start, error);
        if (status != TKZ_OK)
            return status;
        at += length;
    }
    return TKZ_OK;
}

/* Rings for the longest piece, whose both ends are in them. */
static tkz_status reserve_rings(tkz__unigram_worker *worker, const tkz__unigram *model,
                                tkz_error *error)
{
    uint32_t ring = 64;
    while (ring <= model->longest)
        ring *= 2;
    if (worker->ring >= ring)
        return TKZ_OK;
    tkz__release_array(&worker->allocator, worker->codes, worker->ring, sizeof *worker->codes);
    tkz__release_array(&worker->allocator, worker->sums, worker->ring, sizeof *worker->sums);
    worker->codes = tkz__allocate_array(&worker->allocator, ring, sizeof *worker->codes);
    worker->sums = tkz__allocate_array(&worker->allocator, ring, sizeof *worker->sums);
    worker->ring = ring;
    if (worker->codes != NULL && worker->sums != NULL)
        return TKZ_OK;
    tkz__release_array(&worker->allocator, worker->codes, ring, sizeof *worker->codes);
    tkz__release_array(&worker->allocator, worker->sums, ring, sizeof *worker->sums);
    worker->codes = NULL;
    worker->sums = NULL;
    worker->ring = 0;
    return tkz__error_memory(error, ring * sizeof *worker->sums);
}

tkz_status tkz__unigram_search(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                               uint32_t *start, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    search state = {.text = target->text + *start, .size = end - *start};
    tkz_status status = reserve_rings(worker, model, error);
    if (status == TKZ_OK)
        status = model->single ? search_single(worker, model, &state, error)
                               : search_double(worker, model, &state, error);
    return status == TKZ_OK ? write_path(worker, target, start, state.at, end, error) : status;
}

/* A part of any length. */
static tkz_status search_long(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                              uint32_t start, uint32_t end, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end)
        status = tkz__unigram_search(worker, target, &start, end, error);
    return status;
}

static void search_short(tkz__unigram_worker *worker, const tkz__unigram *model,
                         const uint32_t *codes, uint32_t count, step *steps)
{
    /* Two characters, as most pieces begin: the units that are not in the near memories. */
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t base = tkz__unigram_base(model, codes[i]) & TKZ__UNIGRAM_BASE;
        __builtin_prefetch(tkz__unigram_unit(model, base + codes[i + 1]));
    }
    if (model->single)
        short_single(worker, model, codes, count, steps);
    else if (model->scores == NULL)
        short_double(worker, model, codes, count, steps);
    else
        short_wide(worker, model, codes, count, steps);
}

/* Writes the tokens of a short path, which has its last step at `count`. */
static tkz_status write_steps(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                              step *steps, uint32_t count, const uint32_t *ends, tkz_error *error)
{
    tkz_status status = tkz__token_list_reserve(target->tokens, count, error);
    /* Turned around: steps[i] becomes the one that goes on from place i, and where it goes to. */
    step next = steps[count];
    for (uint32_t at = count; at > 0;) {
        step own = next;
        next = steps[own.from];
        steps[own.from] = (step){own.unit, at};
        at = own.from;
    }
    for (uint32_t at = 0; status == TKZ_OK && at < count;) {
        uint32_t id = tkz__unigram_id(target->model, steps[at].unit), end = steps[at].from;
        if (id < target->model->token_count && !worker->run_is_open) {
            tkz__token_list_put(target->tokens, id, ends[end]);
        } else {
            status = tkz__unigram_put(worker, target, id, ends[at], ends[end], error);
            if (status == TKZ_OK)
                status = tkz__token_list_reserve(target->tokens, count - at, error);
        }
        at = end;
    }
    return status;
}

tkz_status tkz__unigram_best(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                             uint32_t start, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    uint32_t codes[MOST_SHORT], ends[MOST_SHORT + 1], count = 0, at = start;
    step steps[MOST_SHORT + 1];
    ends[0] = start;
    while (at < end && count < MOST_SHORT) {
        at += (uint32_t)tkz__unigram_read(model, target->text + at, end - at, &codes[count]);
        ends[++count] = at;
    }
    if (at < end || !(model->greatest < 1e30)) /* an infinite sum would need as much */
        return search_long(worker, target, start, end, error);
    search_short(worker, model, codes, count, steps);
    return write_steps(worker, target, steps, count, ends, error);
}
