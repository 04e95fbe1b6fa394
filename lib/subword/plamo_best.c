/* SPDX-License-Identifier: Apache-2.0
 *
 * PLaMo 2's pieces: the table, and the search for the best path. Leans on the trie of symbols.
 *
 * As bytes, integers little-endian: u32 nodes, tokens, bytes of the longest piece, and 0; u32 ids of
 * the 256 BYTE pieces; i32 score of each token; nodes and u32 ends of the trie.
 */
#include "subword/plamo_best.h"

#include <math.h>
#include <string.h>

#include "subword/symbol_trie.h"
#include "text/utf8.h"

enum { HEADER_SIZE = 16, BYTE_IDS_SIZE = 256 * 4 };

#define INVALID_SCORE (-20000000)
#define UNKNOWN_SCORE (-10000000)

/* ---- Making -------------------------------------------------------------- */

static tkz__piece_type type_of(const tkz__plamo_parts *parts, uint32_t id)
{
    return parts->types != NULL ? (tkz__piece_type)parts->types[id] : TKZ__PIECE_NORMAL;
}

static double scaled_score(const tkz__plamo_parts *parts, uint32_t id)
{
    double scaled = parts->scores != NULL ? parts->scores[id] * 1e4 : 0;
    return isfinite(scaled) ? nearbyint(scaled) : INVALID_SCORE;
}

/* Is the token a piece that text can become? */
static bool is_found(const tkz__plamo_parts *parts, uint32_t id)
{
    tkz__piece_type type = type_of(parts, id);
    return (type == TKZ__PIECE_NORMAL || type == TKZ__PIECE_USER_DEFINED) &&
           scaled_score(parts, id) > INVALID_SCORE;
}

static tkz_status put_byte_ids(const tkz__plamo_parts *parts, tkz__buffer *blob, tkz_error *error)
{
    uint32_t ids[256];
    tkz_status status = TKZ_OK;
    memset(ids, 0xFF, sizeof ids);
    for (uint32_t id = 0; id < parts->token_count; id++) {
        size_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        int byte = tkz__piece_byte(parts->token_bytes + parts->token_offsets[id], size);
        if (byte >= 0 && type_of(parts, id) == TKZ__PIECE_BYTE)
            ids[byte] = id;
    }
    for (unsigned byte = 0; status == TKZ_OK && byte < 256; byte++) {
        if (ids[byte] == TKZ__NO_TOKEN)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a PLaMo model without a BYTE piece <0x%02X>", byte);
        status = tkz__buffer_append_u32(blob, ids[byte], error);
    }
    return status;
}

static tkz_status put_scores(const tkz__plamo_parts *parts, tkz__buffer *blob, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < parts->token_count; id++) {
        double score = is_found(parts, id) ? scaled_score(parts, id) : INVALID_SCORE;
        if (score == UNKNOWN_SCORE || score > INT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the score of token %u is -1000, which unknown characters have, "
                                  "or does not fit in 32 bits",
                                  id);
        status = tkz__buffer_append_u32(blob, (uint32_t)(int32_t)score, error);
    }
    return status;
}

static tkz_status fill_trie(const tkz__plamo_parts *parts, tkz__trie_builder *trie,
                            uint32_t *longest, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < parts->token_count; id++) {
        uint32_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        if (size == 0 || !is_found(parts, id))
            continue;
        *longest = size > *longest ? size : *longest;
        status = tkz__trie_builder_add(trie, parts->token_bytes + parts->token_offsets[id], size,
                                       id, error);
    }
    return status;
}

static tkz_status put_trie(const tkz__plamo_parts *parts, tkz__buffer *blob, size_t start,
                           tkz_error *error)
{
    tkz__trie_builder *trie;
    tkz__buffer nodes, ends;
    uint32_t longest = 0;
    tkz_status status = tkz__trie_builder_new(&trie, &blob->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer_init(&nodes, &blob->allocator);
    tkz__buffer_init(&ends, &blob->allocator);
    status = fill_trie(parts, trie, &longest, error);
    if (status == TKZ_OK)
        status = tkz__trie_builder_write(trie, &nodes, &ends, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(blob, nodes.data, nodes.size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(blob, ends.data, ends.size, error);
    if (status == TKZ_OK) {
        tkz__store_u32(blob->data + start, (uint32_t)(nodes.size / TKZ__TRIE_NODE_SIZE));
        tkz__store_u32(blob->data + start + 8, longest);
    }
    tkz__trie_builder_free(trie);
    tkz__buffer_free(&nodes);
    tkz__buffer_free(&ends);
    return status;
}

tkz_status tkz__plamo_make(const tkz__plamo_parts *parts, tkz__buffer *blob, tkz_error *error)
{
    size_t start = blob->size;
    tkz_status status = tkz__buffer_append_fill(blob, 0, HEADER_SIZE, error);
    if (status == TKZ_OK)
        tkz__store_u32(blob->data + start + 4, parts->token_count);
    if (status == TKZ_OK)
        status = put_byte_ids(parts, blob, error);
    if (status == TKZ_OK)
        status = put_scores(parts, blob, error);
    return status == TKZ_OK ? put_trie(parts, blob, start, error) : status;
}

/* ---- Opening ------------------------------------------------------------- */

tkz_status tkz__plamo_open(tkz__plamo *view, const uint8_t *blob, size_t size,
                           uint32_t token_count, const char *where, tkz_error *error)
{
    uint32_t nodes = size >= HEADER_SIZE ? tkz__load_u32(blob) : 0;
    uint64_t needed = HEADER_SIZE + BYTE_IDS_SIZE + 4 * (uint64_t)token_count +
                      (uint64_t)nodes * (TKZ__TRIE_NODE_SIZE + 4);
    if (nodes == 0 || needed != size || tkz__load_u32(blob + 4) != token_count ||
        tkz__load_u32(blob + 8) > TKZ__IMAGE_TOKEN_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, TKZ__NO_OFFSET,
                              "the tables of the pieces are damaged");
    const uint8_t *scores = blob + HEADER_SIZE + BYTE_IDS_SIZE;
    const uint8_t *trie = scores + 4 * (size_t)token_count;
    *view = (tkz__plamo){.byte_ids = blob + HEADER_SIZE,
                         .scores = scores,
                         .nodes = trie,
                         .ends = trie + (size_t)nodes * TKZ__TRIE_NODE_SIZE,
                         .node_count = nodes,
                         .token_count = token_count,
                         .longest = tkz__load_u32(blob + 8)};
    return TKZ_OK;
}

/* ---- Encoding ------------------------------------------------------------ */

void tkz__plamo_worker_init(tkz__plamo_worker *worker, const tkz_allocator *allocator)
{
    *worker = (tkz__plamo_worker){.allocator = *allocator};
}

void tkz__plamo_worker_free(tkz__plamo_worker *worker)
{
    tkz__release_array(&worker->allocator, worker->steps, worker->step_capacity,
                       sizeof *worker->steps);
    tkz__release_array(&worker->allocator, worker->costs, worker->cost_capacity,
                       sizeof *worker->costs);
    *worker = (tkz__plamo_worker){.allocator = worker->allocator};
}

/* The pieces that a text starts with, the shortest first. */
typedef struct walk {
    uint32_t node;
    uint32_t base;
    size_t at;
} walk;

/* Goes on to the next piece; its token, or TKZ__NO_TOKEN behind the last. */
static inline uint32_t next_piece(const tkz__plamo *model, walk *state, const uint8_t *text,
                                  size_t size)
{
    while (state->at < size) {
        uint32_t child = state->base ^ text[state->at];
        if (child >= model->node_count)
            return TKZ__NO_TOKEN;
        const uint8_t *entry = model->nodes + (size_t)child * TKZ__TRIE_NODE_SIZE;
        if (tkz__load_u32(entry + 4) != state->node)
            return TKZ__NO_TOKEN;
        uint32_t base = tkz__load_u32(entry);
        state->node = child;
        state->base = base & ~TKZ__TRIE_END_BIT;
        state->at++;
        if ((base & TKZ__TRIE_END_BIT) != 0) {
            uint32_t id = tkz__load_u32(model->ends + (size_t)child * 4);
            return id < model->token_count ? id : TKZ__NO_TOKEN;
        }
    }
    return TKZ__NO_TOKEN;
}

static inline walk start_walk(const tkz__plamo *model)
{
    return (walk){.base = tkz__load_u32(model->nodes) & ~TKZ__TRIE_END_BIT};
}

/* Finds the end of the part that starts at `text`, and where its characters begin. */
static tkz_status find_part(tkz__plamo_worker *worker, const tkz__plamo *model,
                            const uint8_t *text, size_t size, size_t *end, tkz_error *error)
{
    size_t at = 0, reach = 0;
    do {
        uint32_t character;
        size_t length = tkz__utf8_next((const char *)text + at, size - at, &character);
        tkz_status status = tkz__array_reserve(&worker->allocator, (void **)&worker->steps,
                                               &worker->step_capacity, at + length,
                                               sizeof *worker->steps, error);
        if (status != TKZ_OK)
            return status;
        worker->steps[at] = (tkz__plamo_step){TKZ__NO_TOKEN, (uint32_t)length};
        for (size_t i = 1; i < length; i++)
            worker->steps[at + i] = (tkz__plamo_step){TKZ__NO_TOKEN, 0};
        walk state = start_walk(model);
        reach = at + length > reach ? at + length : reach;
        while (next_piece(model, &state, text + at, size - at) != TKZ__NO_TOKEN)
            reach = at + state.at > reach ? at + state.at : reach;
        at += length;
    } while (at < reach);
    *end = at;
    return TKZ_OK;
}

size_t tkz__plamo_last_cut(const tkz__plamo *model, const uint8_t *text, size_t size)
{
    size_t last = 0, reach = 0;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        walk state = start_walk(model);
        if (at >= reach)
            last = at;
        while (next_piece(model, &state, text + at, size - at) != TKZ__NO_TOKEN)
            reach = at + state.at > reach ? at + state.at : reach;
        if (state.at == size - at) /* a piece may go on behind the end */
            return last;
        at += tkz__utf8_next((const char *)text + at, size - at, &character);
    }
    return last;
}

static tkz_status reserve_costs(tkz__plamo_worker *worker, const tkz__plamo *model,
                                tkz_error *error)
{
    size_t ring = 8;
    while (ring <= model->longest)
        ring *= 2;
    if (worker->cost_capacity >= ring)
        return TKZ_OK;
    tkz__release_array(&worker->allocator, worker->costs, worker->cost_capacity,
                       sizeof *worker->costs);
    worker->costs = tkz__allocate_array(&worker->allocator, ring, sizeof *worker->costs);
    worker->cost_capacity = worker->costs != NULL ? ring : 0;
    return worker->costs != NULL ? TKZ_OK : tkz__error_memory(error, ring * sizeof *worker->costs);
}

/* From the end of a part to its start: the best way to go on from each character. Pieces come the
 * shortest first here, so the later one wins where sums are equal. */
static void search_part(tkz__plamo_worker *worker, const tkz__plamo *model, const uint8_t *text,
                        size_t size)
{
    size_t mask = worker->cost_capacity - 1;
    worker->costs[size & mask] = 0;
    for (size_t at = size; at-- > 0;) {
        tkz__plamo_step *step = &worker->steps[at];
        if (step->length == 0)
            continue;
        int64_t best = worker->costs[(at + step->length) & mask] - UNKNOWN_SCORE;
        walk state = start_walk(model);
        uint32_t id;
        while ((id = next_piece(model, &state, text + at, size - at)) != TKZ__NO_TOKEN) {
            int32_t score = (int32_t)tkz__load_u32(model->scores + 4 * (size_t)id);
            int64_t cost = worker->costs[(at + state.at) & mask] - score;
            if (cost <= best) {
                best = cost;
                *step = (tkz__plamo_step){id, (uint32_t)state.at};
            }
        }
        worker->costs[at & mask] = best;
    }
}

/* Appends the tokens of a part that starts at byte `start` of the text. */
static tkz_status write_part(const tkz__plamo_worker *worker, const tkz__plamo *model,
                             const uint8_t *text, size_t start, size_t size,
                             tkz__token_list *tokens, tkz_error *error)
{
    tkz_status status = tkz__token_list_reserve(tokens, size, error);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        tkz__plamo_step step = worker->steps[at];
        if (step.length == 0)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "the tokenizer image is damaged: it cannot encode");
        for (size_t i = 0; step.id == TKZ__NO_TOKEN && i < step.length; i++) {
            uint32_t id = tkz__load_u32(model->byte_ids + 4 * (size_t)text[start + at + i]);
            tkz__token_list_put(tokens, id < model->token_count ? id : 0,
                                start + at + step.length);
        }
        at += step.length;
        if (step.id != TKZ__NO_TOKEN)
            tkz__token_list_put(tokens, step.id, start + at);
    }
    return status;
}

tkz_status tkz__plamo_encode(tkz__plamo_worker *worker, const tkz__plamo *model,
                             const uint8_t *text, size_t size, tkz__token_list *tokens,
                             tkz_error *error)
{
    tkz_status status = reserve_costs(worker, model, error);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        size_t part = 0;
        status = find_part(worker, model, text + at, size - at, &part, error);
        if (status != TKZ_OK)
            break;
        search_part(worker, model, text + at, part);
        status = write_part(worker, model, text, at, part, tokens, error);
        at += part;
    }
    return status;
}
