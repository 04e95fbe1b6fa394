/* SPDX-License-Identifier: Apache-2.0
 *
 * The best path through a stretch of text of any length, in the arithmetic of the model. Leans on the
 * encoder.
 *
 * The search stops wherever no piece that fits the text spans the place: the best path passes there, its
 * tokens are written and only the sum is carried on. So what it keeps is a unit for each
 * character since then, and sums and codes of as many characters as the longest piece has.
 */
#include "subword/unigram_encoder.h"

typedef struct search {
    const uint8_t *text;
    uint32_t size;
    uint32_t read;  /* bytes whose codes are known */
    uint32_t known; /* characters with known codes */
    uint32_t at;    /* character */
} search;

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

#define SUM double
#define SEARCH search_double
#include "subword/unigram_search.h"
#undef SUM
#undef SEARCH

/* unigram_model.cc: kScoreResetThreshold */
#define SUM float
#define SUM_LIMIT 100000.0F
#define SEARCH search_single
#include "subword/unigram_search.h"

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
    uint32_t unit = links[count];
    for (uint32_t at = count; at > 0;) {
        uint32_t own = unit;
        if (own == 0)
            return false;
        at -= length_of(model, own, at);
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
    for (uint32_t at = 0; at < count;) {
        uint32_t unit = worker->links[at], from = *start;
        uint32_t length = length_of(model, unit, count - at), character;
        for (uint32_t i = 0; i < length; i++)
            *start += (uint32_t)tkz__utf8_next((const char *)target->text + *start, end - *start,
                                               &character);
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

tkz_status tkz__unigram_best(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                             uint32_t start, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    search state = {.text = target->text + start, .size = end - start};
    tkz_status status = reserve_rings(worker, model, error);
    while (status == TKZ_OK && (state.at < state.known || state.read < state.size)) {
        uint32_t from = state.at;
        status = model->single ? search_single(worker, model, &state, error)
                               : search_double(worker, model, &state, error);
        if (status == TKZ_OK)
            status = write_path(worker, target, &start, state.at - from, end, error);
    }
    return status;
}
