/* SPDX-License-Identifier: Apache-2.0
 *
 * A chunk of text to the tokens of a Unigram model: chunk to parts or windows, those to paths, paths
 * to tokens. Leans on the encoder.
 */
#include <math.h>

#include "subword/unigram_encoder.h"

enum {
    PLACES = 64, /* that are looked for at a time */
    LOOK = 64    /* bytes that tell how a text is written */
};

void tkz__unigram_worker_init(tkz__unigram_worker *worker, const tkz_allocator *allocator)
{
    *worker = (tkz__unigram_worker){.allocator = *allocator};
}

static const size_t memory_size = sizeof(tkz__unigram_bucket) << TKZ__UNIGRAM_BUCKET_BITS;

void tkz__unigram_worker_free(tkz__unigram_worker *worker)
{
    tkz_allocator allocator = worker->allocator;
    tkz__release(&allocator, worker->buckets, memory_size);
    tkz__release_array(&allocator, worker->codes, worker->ring, sizeof *worker->codes);
    tkz__release_array(&allocator, worker->sums, worker->ring, sizeof *worker->sums);
    tkz__release_array(&allocator, worker->links, worker->link_capacity, sizeof *worker->links);
    tkz__unigram_worker_init(worker, &allocator);
}

/* ---- Tokens ------------------------------------------------------------ */

static tkz_status put_id(const tkz__unigram_target *target, uint32_t id, uint32_t end,
                         tkz_error *error)
{
    if (id >= target->model->token_count)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it cannot encode");
    tkz_status status = tkz__token_list_reserve(target->tokens, 1, error);
    if (status == TKZ_OK)
        tkz__token_list_put(target->tokens, id, end);
    return status;
}

/* The token that has exactly these bytes, or TKZ__UNIGRAM_NO_ID. */
static uint32_t find_token(const tkz__unigram *model, const uint8_t *text, uint32_t size)
{
    uint32_t unit = 0, flags = 0, at = 0;
    while (at < size) {
        uint32_t code, first = at == 0;
        at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &code);
        unit = first ? code : tkz__unigram_child(model, unit, flags, code);
        if (unit == 0)
            return TKZ__UNIGRAM_NO_ID;
        flags = tkz__unigram_base(model, unit);
    }
    return (flags & TKZ__UNIGRAM_IS_PIECE) != 0 ? tkz__unigram_unit_id(model, unit)
                                                : TKZ__UNIGRAM_NO_ID;
}

/* Have all of these bytes a piece? sentencepiece has all 256 or does not load. */
static bool bytes_have_pieces(const tkz__unigram *model, const uint8_t *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (tkz__unigram_u32(model->bytes, text[i]) == UINT32_MAX)
            return false;
    }
    return true;
}

static tkz_status put_bytes(const tkz__unigram_target *target, uint32_t start, uint32_t end,
                            tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = start; status == TKZ_OK && i < end; i++) {
        uint32_t own_end = target->model->single && i + 1 < end ? start : end;
        status = put_id(target, tkz__unigram_u32(target->model->bytes, target->text[i]), own_end,
                        error);
    }
    return status;
}

/* Characters that are no pieces: HF fails if it has no token for the unknown. Else it looks once more for
 * a token that all of them are together (model.rs, tokenize), then both take bytes if they may, and the
 * token for the unknown otherwise. */
static tkz_status put_unknown(const tkz__unigram_target *target, uint32_t start, uint32_t end,
                              tkz_error *error)
{
    const tkz__unigram *model = target->model;
    if (!model->single && model->unknown == UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "a character is no piece of the model, which has no token for unknown "
                              "ones (unk_id null)");
    if (!model->single) {
        uint32_t id = find_token(model, target->text + start, end - start);
        if (id != TKZ__UNIGRAM_NO_ID)
            return put_id(target, id, end, error);
    }
    if (model->byte_fallback && bytes_have_pieces(model, target->text + start, end - start))
        return put_bytes(target, start, end, error);
    return model->unknown == UINT32_MAX ? TKZ_OK : put_id(target, model->unknown, end, error);
}

tkz_status tkz__unigram_close_run(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                                  tkz_error *error)
{
    if (!worker->run_is_open)
        return TKZ_OK;
    worker->run_is_open = false;
    return put_unknown(target, worker->run_start, worker->run_end, error);
}

/* sentencepiece makes bytes of each unknown character for itself, HF of a run as a whole. */
tkz_status tkz__unigram_put(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                            uint32_t id, uint32_t start, uint32_t end, tkz_error *error)
{
    const tkz__unigram *model = target->model;
    if (id == TKZ__UNIGRAM_NO_ID) {
        if (!model->fuse_unknown || (model->single && model->byte_fallback))
            return put_unknown(target, start, end, error);
        if (!worker->run_is_open)
            worker->run_start = start;
        worker->run_is_open = true;
        worker->run_end = end;
        return TKZ_OK;
    }
    tkz_status status = tkz__unigram_close_run(worker, target, error);
    return status == TKZ_OK ? put_id(target, id, end, error) : status;
}

/* ---- Parts ------------------------------------------------------------- */

/* A path that is remembered, tokens that need more than a copy. */
static tkz_status write_slowly(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                               const tkz__unigram_entry *entry,
                               const tkz__unigram_waiting *part, tkz_error *error)
{
    uint32_t middle = part->start + tkz__unigram_entry_first(entry);
    tkz_status status =
        tkz__unigram_put(worker, target, entry->ids[0], part->start, middle, error);
    if (status == TKZ_OK && tkz__unigram_entry_count(entry) == 2)
        status = tkz__unigram_put(worker, target, entry->ids[1], middle,
                                  part->start + part->size, error);
    if (status == TKZ_OK) /* the room that those behind it count on */
        status = tkz__token_list_reserve(target->tokens,
                                         TKZ__UNIGRAM_PARTS * TKZ__UNIGRAM_MOST_TOKENS, error);
    return status;
}

/* Both scores are added, that behind the last is 0. */
static inline void add_scores(tkz__unigram_worker *worker, bool single,
                              const tkz__unigram_entry *entry)
{
    if (single)
        worker->sum = (double)((float)worker->sum + entry->scores[0] + entry->scores[1]);
    else
        worker->sum = worker->sum + (double)entry->scores[0] + (double)entry->scores[1];
}

/* There is room for the most tokens. */
static inline tkz_status write_entry(tkz__unigram_worker *worker,
                                     const tkz__unigram_target *target,
                                     const tkz__unigram_entry *entry,
                                     const tkz__unigram_waiting *part, tkz_error *error)
{
    add_scores(worker, target->model->single, entry);
    if (__builtin_expect((entry->facts & TKZ__UNIGRAM_HAS_UNKNOWN) != 0 || worker->run_is_open, 0))
        return write_slowly(worker, target, entry, part, error);
    tkz__token_list *tokens = target->tokens;
    memcpy(tokens->ids + tokens->count, entry->ids, sizeof entry->ids);
    if (tokens->wants_ends) {
        tokens->ends[tokens->count] = part->start + tkz__unigram_entry_first(entry);
        tokens->ends[tokens->count + 1] = part->start + part->size;
    }
    tokens->count += tkz__unigram_entry_count(entry);
    return TKZ_OK;
}

static inline bool is_entry(const tkz__unigram_entry *entry, const tkz__unigram_waiting *part)
{
    return ((entry->low ^ part->low) | (entry->high ^ part->high) |
            ((entry->facts & TKZ__UNIGRAM_KEY_FACTS) ^ part->facts)) == 0;
}

/* The entry of a short part, made if it is not there. */
static inline const tkz__unigram_entry *entry_of(tkz__unigram_worker *worker,
                                                 const tkz__unigram_target *target,
                                                 const tkz__unigram_waiting *part)
{
    tkz__unigram_entry *entries = worker->buckets[part->bucket].entries;
    bool first = is_entry(&entries[0], part), second = is_entry(&entries[1], part);
    if (__builtin_expect(first | second, 1))
        return &entries[second];
    entries[1] = entries[0];
    entries[0].low = part->low;
    entries[0].high = part->high;
    entries[0].facts = part->facts;
    tkz__unigram_part(target->model, target->text + part->start, part->size, &entries[0]);
    return &entries[0];
}

/* The parts that are collected, in the order of the text. */
static tkz_status encode_parts(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                               tkz_error *error)
{
    size_t count = worker->waiting_count;
    worker->waiting_count = 0;
    tkz_status status =
        tkz__token_list_reserve(target->tokens, count * TKZ__UNIGRAM_MOST_TOKENS, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        const tkz__unigram_waiting *part = &worker->waiting[i];
        if (part->facts != 0) {
            const tkz__unigram_entry *entry = entry_of(worker, target, part);
            if (__builtin_expect(fabs(worker->sum) < (double)tkz__unigram_entry_limit(entry), 1)) {
                status = write_entry(worker, target, entry, part, error);
                continue;
            }
        }
        status = tkz__unigram_best(worker, target, part->start, part->start + part->size, error);
        if (status == TKZ_OK)
            status = tkz__token_list_reserve(target->tokens,
                                             (count - i) * TKZ__UNIGRAM_MOST_TOKENS, error);
    }
    return status;
}

/* ---- Chunks to parts --------------------------------------------------- */

/* The words of a key: `size` (0..12) bytes, of which 12 may be read. */
static inline void read_key(tkz__unigram_waiting *part, const uint8_t *bytes, uint32_t size)
{
    part->low = tkz__load_u64(bytes) & tkz__piece_mask(size);
    part->high = tkz__load_u32(bytes + 8) & (uint32_t)tkz__piece_mask(size > 8 ? size - 8 : 0);
}

static inline uint32_t bucket_of(const tkz__unigram_waiting *part)
{
    uint64_t mixed = part->low * UINT64_C(0x9E3779B97F4A7C15);
    uint64_t rest = (uint64_t)part->facts << 32 | part->high;
    mixed = (mixed ^ mixed >> 32 ^ rest) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> (64 - TKZ__UNIGRAM_BUCKET_BITS));
}

/* Collects a part and asks for its entry, so that the memory answers while others are collected. */
static inline tkz_status add_part(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                                  uint32_t start, uint32_t end, uint32_t size, tkz_error *error)
{
    tkz__unigram_waiting *part = &worker->waiting[worker->waiting_count++];
    const uint8_t *bytes = target->text + start;
    part->start = start;
    part->size = end - start;
    part->facts = 0;
    bool has_space = part->size >= 3 && bytes[0] == 0xE2 && bytes[1] == 0x96 && bytes[2] == 0x81;
    uint32_t before = has_space ? 3 : 0, kept = part->size - before;
    if (kept <= TKZ__UNIGRAM_SHORT) {
        part->facts = kept | (has_space ? TKZ__UNIGRAM_HAS_SPACE : 0);
        if (size - start - before >= TKZ__UNIGRAM_SHORT) {
            read_key(part, bytes + before, kept);
        } else {
            uint8_t copy[TKZ__UNIGRAM_SHORT] = {0};
            memcpy(copy, bytes + before, kept);
            read_key(part, copy, kept);
        }
        part->bucket = bucket_of(part);
        __builtin_prefetch(worker->buckets + part->bucket);
    }
    return worker->waiting_count < TKZ__UNIGRAM_PARTS ? TKZ_OK
                                                      : encode_parts(worker, target, error);
}

/* A chunk on its way into parts. */
typedef struct cutting {
    uint32_t at;
    uint32_t left; /* code of the character before `at`; 0 at first */
} cutting;

/* How many letters of ASCII the text begins with, up to 16; of the last 15 bytes of a text none count. */
static inline uint32_t count_letters(const uint8_t *text, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), low = 0x7F * ones;
    if (size < 16)
        return 0;
    for (uint32_t at = 0; at < 16; at += 8) {
        uint64_t word = tkz__load_u64(text + at), small = (word | 0x20 * ones) & low;
        uint64_t from_a = small + (0x80 - 'a') * ones, behind_z = small + (0x7F - 'z') * ones;
        uint64_t others = (~from_a | behind_z | word) & 0x80 * ones;
        if (others != 0)
            return at + (uint32_t)__builtin_ctzll(others) / 8;
    }
    return 16;
}

/* Writes places that no piece spans, from `cut->at` on, until there is no room or the chunk ends. The
 * first character of a chunk has such a place before it, since nothing is joined with code 0. Those
 * inside words of ASCII letters that can be remembered are not looked for: most such words are known. */
static uint32_t find_places(const tkz__unigram *model, const uint8_t *text, uint32_t size,
                            cutting *cut, uint32_t *places)
{
    /* By value: what is written to `places` cannot change them. */
    const tkz__unigram table = *model;
    uint32_t count = 0, at = cut->at, left = cut->left;
    while (at < size && count < PLACES) {
        uint32_t place = at, code;
        uint32_t letters = count_letters(text + at, size - at);
        if (letters == 0 || letters > TKZ__UNIGRAM_SHORT)
            letters = 1;
        at += (uint32_t)tkz__unigram_read(&table, text + at, size - at, &code);
        /* Written always and kept or not: whether a place is one is nobody's guess. */
        places[count] = place;
        count += !tkz__unigram_joined(&table, left, code);
        if (letters > 1) {
            at = place + letters;
            code = tkz__unigram_code(&table, text[at - 1]);
        }
        left = code;
    }
    cut->at = at;
    cut->left = left;
    return count;
}

/* Encodes text[*at..), which no piece spans the start of, by parts, up to the last of some places that no
 * piece spans. */
static tkz_status encode_by_parts(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                                  uint32_t *at, uint32_t size, tkz_error *error)
{
    cutting cut = {.at = *at};
    uint32_t places[PLACES + 1];
    if (worker->buckets == NULL)
        worker->buckets = tkz__allocate_zeroed(&worker->allocator, memory_size);
    if (worker->buckets == NULL)
        return tkz__error_memory(error, memory_size);
    tkz_status status = TKZ_OK;
    uint32_t count = find_places(target->model, target->text, size, &cut, places);
    if (cut.at == size)
        places[count++] = size;
    for (uint32_t i = 1; status == TKZ_OK && i < count; i++)
        status = add_part(worker, target, places[i - 1], places[i], size, error);
    *at = places[count - 1];
    return status == TKZ_OK ? encode_parts(worker, target, error) : status;
}

/* ---- Chunks to windows ------------------------------------------------- */

/* Is less than about three fifths of what comes East Asian? Words in letters are remembered, most of
 * them; parts of Japanese are too many, and searched as fast. Counts first bytes from E3 on: U+2581, which
 * stands for a space, has a lower one. */
static bool is_in_letters(const uint8_t *text, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), low = 0x7F * ones;
    uint64_t found = 0; /* in each of eight lanes */
    size_t end = size < LOOK ? size : LOOK;
    for (size_t at = 0; at + 8 <= end; at += 8) {
        uint64_t word = tkz__load_u64(text + at);
        found += (((word & low) + (0x80 - 0x63) * ones) & word) >> 7 & ones;
    }
    return (found * ones >> 56) < end * 3 / 16;
}

enum { ROOM = TKZ__UNIGRAM_STARTS, IDS_AT_ONCE = 8 };

/* A path through the window, from its end on. */
typedef struct path {
    uint32_t first; /* token: it and those behind it, of these: */
    uint32_t ids[ROOM + IDS_AT_ONCE];
    uint32_t ends[ROOM]; /* places */
    bool is_plain; /* all ids are tokens that need no more than a copy */
} path;

/* Reads the path to place `last`; false if it leads nowhere. */
static bool read_path(const tkz__unigram_window *window, const tkz__unigram *model, uint32_t last,
                      path *own)
{
    const uint32_t unit_count = model->unit_count;
    uint32_t greatest = 0, first = ROOM;
    for (uint32_t at = last; at > 0;) {
        uint32_t from = window->from[at], length = at - from;
        if (__builtin_expect(length - 1 >= TKZ__UNIGRAM_LEVELS, 0)) /* none, or not before it */
            return false;
        uint32_t unit = window->units[length - 1][from];
        /* What is no piece has an id that is no token's, as has unit 0. */
        uint32_t id = tkz__unigram_unit_id(model, unit < unit_count ? unit : 0);
        greatest = id > greatest ? id : greatest;
        first--;
        own->ids[first] = id;
        own->ends[first] = at;
        at = from;
    }
    own->first = first;
    /* sentencepiece does not look for the token for the unknown in text. */
    own->is_plain = greatest < model->token_count && model->single;
    return true;
}

/* Writes a path token by token. There is room for all. */
static tkz_status write_strange_path(tkz__unigram_worker *worker,
                                     const tkz__unigram_target *target, const path *own,
                                     tkz_error *error)
{
    const tkz__unigram *model = target->model;
    uint32_t start = worker->window.ends[0];
    tkz_status status = TKZ_OK;
    for (uint32_t i = own->first; status == TKZ_OK && i < ROOM; i++) {
        uint32_t id = own->ids[i], end = worker->window.ends[own->ends[i]];
        bool is_unknown = id >= model->token_count || (id == model->unknown && model->fuse_unknown);
        if (is_unknown || worker->run_is_open) {
            status = tkz__unigram_put(worker, target, is_unknown ? TKZ__UNIGRAM_NO_ID : id, start,
                                      end, error);
            if (status == TKZ_OK)
                status = tkz__token_list_reserve(target->tokens, ROOM - i, error);
        } else {
            tkz__token_list_put(target->tokens, id, end);
        }
        start = end;
    }
    return status;
}

/* Writes the path to place `last` of the window. */
static tkz_status write_path(tkz__unigram_worker *worker, const tkz__unigram_target *target,
                             uint32_t last, tkz_error *error)
{
    path own;
    tkz__token_list *tokens = target->tokens;
    if (!read_path(&worker->window, target->model, last, &own))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it cannot encode");
    tkz_status status = tkz__token_list_reserve(tokens, ROOM + IDS_AT_ONCE, error);
    if (status != TKZ_OK)
        return status;
    if (!own.is_plain || worker->run_is_open)
        return write_strange_path(worker, target, &own, error);
    /* Eight ids at a time, those behind the last into room that is free. */
    for (uint32_t i = own.first; i < ROOM; i += IDS_AT_ONCE)
        memcpy(tokens->ids + tokens->count + (i - own.first), own.ids + i,
               IDS_AT_ONCE * sizeof *own.ids);
    for (uint32_t i = own.first; tokens->wants_ends && i < ROOM; i++)
        tokens->ends[tokens->count + (i - own.first)] = worker->window.ends[own.ends[i]];
    tokens->count += ROOM - own.first;
    return TKZ_OK;
}

/* Encodes text[*at..), which no piece spans the start of, by windows, until letters come. */
static tkz_status encode_by_windows(tkz__unigram_worker *worker,
                                    const tkz__unigram_target *target, uint32_t *at, uint32_t size,
                                    tkz_error *error)
{
    tkz__unigram_window *window = &worker->window;
    const tkz__unigram *model = target->model;
    tkz__unigram_window_run *run = tkz__unigram_window_best_run(model);
    tkz_status status = TKZ_OK;
    tkz__unigram_window_start(window, *at);
    do {
        uint32_t last = run(window, model, target->text, size, &worker->sum);
        if (last > 0) {
            status = write_path(worker, target, last, error);
            tkz__unigram_window_move(window, last);
            *at = window->ends[0];
        } else { /* a piece that a window does not know, or no place that none spans */
            status = tkz__unigram_search(worker, target, at, size, error);
            tkz__unigram_window_start(window, *at);
        }
    } while (status == TKZ_OK && *at < size && !is_in_letters(target->text + *at, size - *at));
    return status;
}

/* ---- Chunks ------------------------------------------------------------ */

tkz_status tkz__unigram_encode(tkz__unigram_worker *worker, const tkz__unigram *model,
                               const uint8_t *text, size_t size, tkz__token_list *tokens,
                               tkz_error *error)
{
    if (size > UINT32_MAX - TKZ__PIECE_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a chunk of %zu bytes", size);
    tkz__unigram_target target = {model, text, tokens};
    if (!worker->goes_on)
        worker->sum = 0;
    worker->goes_on = false; /* chunks behind it are their own */
    worker->run_is_open = false;
    worker->waiting_count = 0;
    tkz_status status = TKZ_OK;
    const bool has_windows = tkz__unigram_window_serves(model);
    for (uint32_t at = 0; status == TKZ_OK && at < size;) {
        if (has_windows && !is_in_letters(text + at, size - at))
            status = encode_by_windows(worker, &target, &at, (uint32_t)size, error);
        else
            status = encode_by_parts(worker, &target, &at, (uint32_t)size, error);
    }
    return status == TKZ_OK ? tkz__unigram_close_run(worker, &target, error) : status;
}
