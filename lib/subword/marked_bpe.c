/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding a chunk by BPE with marks. Leans on the tables of marked_bpe_tables.c.
 *
 * Follows tokenizers 0.23.3 step by step: src/models/bpe/model.rs (merge_word: which symbols a chunk
 * begins as) and src/models/bpe/word.rs (merge_all: in which order they merge).
 */
#include "core/hash.h"
#include "subword/marked_bpe_parts.h"
#include "text/utf8.h"

/* A symbol of the chunk; those that were merged into another have no size. */
typedef struct tkz__marked_symbol {
    uint32_t id;
    uint32_t end;    /* in the chunk */
    uint32_t before; /* the number of the one before it, NONE: it is the first */
    uint32_t next;
    bool is_there;
} symbol;

#define NONE UINT32_MAX

void tkz__marked_bpe_worker_init(tkz__marked_bpe_worker *worker, const tkz_allocator *allocator)
{
    *worker = (tkz__marked_bpe_worker){.allocator = *allocator};
    tkz__buffer_init(&worker->spelled, allocator);
}

void tkz__marked_bpe_worker_free(tkz__marked_bpe_worker *worker)
{
    tkz__release_array(&worker->allocator, worker->symbols, worker->symbol_capacity,
                       sizeof *worker->symbols);
    tkz__release_array(&worker->allocator, worker->queue, worker->queue_capacity,
                       sizeof *worker->queue);
    tkz__buffer_free(&worker->spelled);
}

/* ---- Look-ups ------------------------------------------------------------ */

/* The token of the model's vocabulary that has exactly these bytes, or TKZ__NO_TOKEN. */
static uint32_t find_piece(const tkz__marked_bpe *model, const uint8_t *bytes, size_t size)
{
    uint32_t mask = (UINT32_C(1) << model->piece_bits) - 1;
    uint32_t slot = (uint32_t)(tkz__hash64(bytes, size) >> (64 - model->piece_bits));
    for (uint32_t step = 0; step <= model->reach; step++) {
        uint32_t id = tkz__image_u32(model->pieces + (size_t)slot * 4);
        const uint8_t *own;
        size_t own_size;
        if (id >= model->image->id_count)
            break;
        if (tkz__image_token(model->image, id, &own, &own_size) && own_size == size &&
            memcmp(own, bytes, size) == 0)
            return id;
        slot = (slot + 1) & mask;
    }
    return TKZ__NO_TOKEN;
}

/* The number of the merge of two tokens, which is its rank, or NONE. */
static uint32_t find_merge(const tkz__marked_bpe *model, uint32_t left, uint32_t right)
{
    uint32_t mask = (UINT32_C(1) << model->pair_bits) - 1;
    uint32_t slot = (uint32_t)(tkz__marked_pair_hash(left, right) >> (64 - model->pair_bits));
    for (uint32_t step = 0; step <= model->reach; step++) {
        uint32_t number = tkz__image_u32(model->pairs + (size_t)slot * 4);
        if (number >= model->image->merge_count)
            break;
        tkz__image_merge merge = tkz__image_merge_at(model->image, number);
        if (merge.left == left && merge.right == right)
            return number;
        slot = (slot + 1) & mask;
    }
    return NONE;
}

/* ---- The first symbols --------------------------------------------------- */

/* Symbols follow each other in the chunk, as in HF, also where an unknown one comes later than its place;
 * bytes of marks are no part of the chunk. Room is there. */
static void add_symbol(tkz__marked_bpe_worker *worker, uint32_t id, size_t size)
{
    size_t count = worker->symbol_count++, left = worker->chunk_size - worker->place;
    worker->place += size < left ? size : left;
    worker->symbols[count] = (symbol){.id = id,
                                      .end = (uint32_t)worker->place,
                                      .before = count > 0 ? (uint32_t)count - 1 : NONE,
                                      .next = (uint32_t)count + 1,
                                      .is_there = true};
}

static tkz_status reserve_symbols(tkz__marked_bpe_worker *worker, size_t extra, tkz_error *error)
{
    if (worker->symbol_count + extra >= NONE)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a chunk of the text has too many symbols; cut it first");
    return tkz__array_reserve(&worker->allocator, (void **)&worker->symbols,
                              &worker->symbol_capacity, worker->symbol_count + extra,
                              sizeof *worker->symbols, error);
}

/* What begins the chunk has no prefix, what ends it has the suffix. */
static tkz_status spell(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model,
                        const uint8_t *bytes, size_t size, bool is_first, bool is_last,
                        tkz_error *error)
{
    tkz__buffer *spelled = &worker->spelled;
    tkz__buffer_clear(spelled);
    tkz_status status = TKZ_OK;
    if (!is_first && model->prefix_size > 0)
        status = tkz__buffer_append(spelled, model->prefix, model->prefix_size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(spelled, bytes, size, error);
    if (status == TKZ_OK && is_last && model->suffix_size > 0)
        status = tkz__buffer_append(spelled, model->suffix, model->suffix_size, error);
    return status;
}

/* The bytes of what is no token, if each has one: those of its marks too, as in HF. `*added`: they have
 * been added. */
static tkz_status add_bytes(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model, bool *added,
                            tkz_error *error)
{
    const tkz__buffer *spelled = &worker->spelled;
    *added = false;
    if (!model->image->pieces.byte_fallback)
        return TKZ_OK;
    for (size_t i = 0; i < spelled->size; i++) {
        if (tkz__image_u32(model->byte_ids + 4 * (size_t)spelled->data[i]) >= model->image->id_count)
            return TKZ_OK;
    }
    tkz_status status = reserve_symbols(worker, spelled->size, error);
    for (size_t i = 0; status == TKZ_OK && i < spelled->size; i++)
        add_symbol(worker, tkz__image_u32(model->byte_ids + 4 * (size_t)spelled->data[i]), 1);
    *added = true;
    return status;
}

/* Unknown characters that have not become a symbol yet. In HF they wait for the next known one, so that
 * what falls back on bytes goes before them. */
typedef struct waiting {
    bool is_there;
    size_t size;
} waiting;

static void flush(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model, waiting *unknown)
{
    if (unknown->is_there)
        add_symbol(worker, model->image->pieces.unknown, unknown->size);
    *unknown = (waiting){false, 0};
}

static tkz_status add_character(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model,
                                size_t size, waiting *unknown, tkz_error *error)
{
    const tkz__piece_settings *settings = &model->image->pieces;
    uint32_t id = find_piece(model, worker->spelled.data, worker->spelled.size);
    bool added = false;
    tkz_status status = reserve_symbols(worker, 2, error);
    if (status == TKZ_OK && id != TKZ__NO_TOKEN) {
        flush(worker, model, unknown);
        add_symbol(worker, id, size);
        return TKZ_OK;
    }
    if (status == TKZ_OK)
        status = add_bytes(worker, model, &added, error);
    if (status != TKZ_OK || added)
        return status;
    if (settings->unknown == TKZ__NO_TOKEN) { /* it vanishes, and what is around it merges */
        worker->place += size;
        return TKZ_OK;
    }
    if (!settings->fuse_unknown)
        flush(worker, model, unknown);
    *unknown = (waiting){true, unknown->size + size};
    return TKZ_OK;
}

static tkz_status begin(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model,
                        const uint8_t *text, size_t size, tkz_error *error)
{
    waiting unknown = {false, 0};
    tkz_status status = TKZ_OK;
    worker->symbol_count = 0;
    worker->chunk_size = size;
    worker->place = 0;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        uint32_t character;
        size_t length = tkz__utf8_next((const char *)text + at, size - at, &character);
        status = spell(worker, model, text + at, length, at == 0, at + length == size, error);
        if (status == TKZ_OK)
            status = add_character(worker, model, length, &unknown, error);
        at += length;
    }
    if (status == TKZ_OK)
        status = reserve_symbols(worker, 1, error);
    if (status == TKZ_OK)
        flush(worker, model, &unknown);
    if (status == TKZ_OK && worker->symbol_count > 0)
        worker->symbols[worker->symbol_count - 1].next = NONE;
    return status;
}

/* ---- Merging ------------------------------------------------------------- */

/* Puts the merge of a symbol with the next one into the queue, if there is one: the lowest rank comes
 * first, of equal ones the leftmost. */
static tkz_status offer(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model, uint32_t at,
                        tkz_error *error)
{
    const symbol *own = &worker->symbols[at];
    uint32_t number =
        own->next != NONE ? find_merge(model, own->id, worker->symbols[own->next].id) : NONE;
    if (number == NONE)
        return TKZ_OK;
    tkz_status status = tkz__array_reserve(&worker->allocator, (void **)&worker->queue,
                                           &worker->queue_capacity, worker->queue_count + 1,
                                           sizeof *worker->queue, error);
    if (status != TKZ_OK)
        return status;
    uint64_t key = (uint64_t)number << 32 | at;
    size_t place = worker->queue_count++;
    for (; place > 0 && worker->queue[(place - 1) / 2] > key; place = (place - 1) / 2)
        worker->queue[place] = worker->queue[(place - 1) / 2];
    worker->queue[place] = key;
    return TKZ_OK;
}

/* Takes the first of the queue, which is not empty. */
static uint64_t take(tkz__marked_bpe_worker *worker)
{
    uint64_t *queue = worker->queue, first = queue[0];
    size_t count = --worker->queue_count, place = 0;
    uint64_t last = queue[count];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= count)
            break;
        child += child + 1 < count && queue[child + 1] < queue[child];
        if (queue[child] >= last)
            break;
        queue[place] = queue[child];
        place = child;
    }
    if (count > 0)
        queue[place] = last;
    return first;
}

/* Does a merge that was put into the queue still make the same of its symbol? */
static bool is_current(const tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model, uint32_t at,
                       uint32_t result)
{
    const symbol *own = &worker->symbols[at];
    if (!own->is_there || own->next == NONE)
        return false;
    uint32_t number = find_merge(model, own->id, worker->symbols[own->next].id);
    return number != NONE && tkz__image_merge_at(model->image, number).result == result;
}

static tkz_status merge_all(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model,
                            tkz_error *error)
{
    tkz_status status = TKZ_OK;
    worker->queue_count = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < worker->symbol_count; i++)
        status = offer(worker, model, i, error);
    while (status == TKZ_OK && worker->queue_count > 0) {
        uint64_t first = take(worker);
        uint32_t at = (uint32_t)first;
        uint32_t result = tkz__image_merge_at(model->image, (uint32_t)(first >> 32)).result;
        if (!is_current(worker, model, at, result))
            continue;
        symbol *own = &worker->symbols[at], *right = &worker->symbols[own->next];
        right->is_there = false;
        own->id = result;
        own->end = right->end;
        own->next = right->next;
        if (own->next != NONE)
            worker->symbols[own->next].before = at;
        if (own->before != NONE)
            status = offer(worker, model, own->before, error);
        if (status == TKZ_OK)
            status = offer(worker, model, at, error);
    }
    return status;
}

/* ---- A chunk ------------------------------------------------------------- */

tkz_status tkz__marked_bpe_encode(tkz__marked_bpe_worker *worker, const tkz__marked_bpe *model,
                                  const uint8_t *text, size_t size, tkz__token_list *tokens,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if ((model->image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0) {
        uint32_t whole = find_piece(model, text, size);
        status = tkz__token_list_reserve(tokens, 1, error);
        if (status == TKZ_OK && whole != TKZ__NO_TOKEN)
            tkz__token_list_put(tokens, whole, size);
        if (status != TKZ_OK || whole != TKZ__NO_TOKEN)
            return status;
    }
    status = begin(worker, model, text, size, error);
    if (status == TKZ_OK)
        status = merge_all(worker, model, error);
    if (status == TKZ_OK)
        status = tkz__token_list_reserve(tokens, worker->symbol_count, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < worker->symbol_count; i++) {
        const symbol *own = &worker->symbols[i];
        if (own->is_there && own->id >= model->image->id_count)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "the tokenizer image is damaged: it cannot encode; make or copy it "
                                  "again");
        if (own->is_there)
            tkz__token_list_put(tokens, own->id, own->end);
    }
    return TKZ_OK;
}
