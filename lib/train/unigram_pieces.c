/* SPDX-License-Identifier: Apache-2.0
 *
 * The pieces of a Unigram vocabulary while it is trained. Leans on unigram_pieces.h and hash.
 */
#include "train/unigram_pieces.h"

#include <math.h>
#include <string.h>

#include "core/hash.h"

/* ---- Text -------------------------------------------------------------------------- */

void tkz__unigram_text_init(tkz__unigram_text *text, const tkz_allocator *allocator)
{
    memset(text, 0, sizeof *text);
    text->allocator = *allocator;
}

void tkz__unigram_text_free(tkz__unigram_text *text)
{
    tkz_allocator allocator = text->allocator;
    tkz__release_array(&allocator, text->characters, text->capacity, sizeof *text->characters);
    tkz__release_array(&allocator, text->starts, text->start_capacity, sizeof *text->starts);
    tkz__release_array(&allocator, text->counts, text->count_capacity, sizeof *text->counts);
    memset(text, 0, sizeof *text);
    text->allocator = allocator;
}

tkz_status tkz__unigram_text_add(tkz__unigram_text *text, const uint32_t *characters, size_t size,
                                 uint64_t count, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&text->allocator, (void **)&text->characters, &text->capacity,
                           text->size + size, sizeof *text->characters, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&text->allocator, (void **)&text->starts,
                                    &text->start_capacity, text->count + 2, sizeof *text->starts,
                                    error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&text->allocator, (void **)&text->counts,
                                    &text->count_capacity, text->count + 1, sizeof *text->counts,
                                    error);
    if (status != TKZ_OK)
        return status;
    memcpy(text->characters + text->size, characters, size * sizeof *characters);
    text->starts[text->count] = text->size;
    text->counts[text->count++] = count;
    text->size += size;
    text->starts[text->count] = text->size;
    return TKZ_OK;
}

/* ---- Pieces ------------------------------------------------------------------------ */

void tkz__unigram_pieces_init(tkz__unigram_pieces *pieces, const tkz_allocator *allocator)
{
    memset(pieces, 0, sizeof *pieces);
    pieces->allocator = *allocator;
    tkz__unigram_text_init(&pieces->texts, allocator);
}

void tkz__unigram_pieces_free(tkz__unigram_pieces *pieces)
{
    tkz_allocator allocator = pieces->allocator;
    tkz__release_array(&allocator, pieces->pieces, pieces->capacity, sizeof *pieces->pieces);
    tkz__release_array(&allocator, pieces->scores, pieces->score_capacity,
                       sizeof *pieces->scores);
    tkz__release_array(&allocator, pieces->is_kept, pieces->kept_capacity, 1);
    tkz__release_array(&allocator, pieces->inner, pieces->inner_size, sizeof *pieces->inner);
    tkz__release_array(&allocator, pieces->longest, pieces->longest_size,
                       sizeof *pieces->longest);
    tkz__unigram_text_free(&pieces->texts);
    memset(pieces, 0, sizeof *pieces);
    pieces->allocator = allocator;
}

/* A copy of `count` items of `size` bytes; *status tells if there is no memory. */
static void *copy_array(const tkz_allocator *allocator, const void *items, size_t count, size_t size,
                        tkz_status *status, tkz_error *error)
{
    void *copy = *status == TKZ_OK ? tkz__allocate_array(allocator, count, size) : NULL;
    if (copy != NULL && count > 0)
        memcpy(copy, items, count * size);
    else if (copy == NULL && *status == TKZ_OK)
        *status = tkz__error_memory(error, count * size);
    return copy;
}

tkz_status tkz__unigram_pieces_copy(tkz__unigram_pieces *copy, const tkz__unigram_pieces *pieces, tkz_error *error)
{
    const tkz_allocator *allocator = &pieces->allocator;
    const tkz__unigram_text *texts = &pieces->texts;
    size_t count = pieces->count, size = texts->size;
    tkz_status status = TKZ_OK;
    tkz__unigram_pieces_init(copy, allocator);
    copy->count = copy->capacity = copy->score_capacity = copy->kept_capacity = count;
    copy->pieces = copy_array(allocator, pieces->pieces, count, sizeof *pieces->pieces, &status, error);
    copy->scores = copy_array(allocator, pieces->scores, count, sizeof *pieces->scores, &status, error);
    copy->is_kept = copy_array(allocator, pieces->is_kept, count, 1, &status, error);
    copy->texts.count = copy->texts.count_capacity = count;
    copy->texts.size = copy->texts.capacity = size;
    copy->texts.start_capacity = count + 1;
    copy->texts.characters = copy_array(allocator, texts->characters, size, sizeof *texts->characters, &status, error);
    copy->texts.starts = copy_array(allocator, texts->starts, count + 1, sizeof *texts->starts, &status, error);
    copy->texts.counts = copy_array(allocator, texts->counts, count, sizeof *texts->counts, &status, error);
    copy->inner_size = size;
    copy->longest_size = pieces->longest_size;
    copy->inner = copy_array(allocator, pieces->inner, size, sizeof *pieces->inner, &status, error);
    copy->longest = copy_array(allocator, pieces->longest, copy->longest_size, sizeof *pieces->longest, &status, error);
    if (status != TKZ_OK)
        tkz__unigram_pieces_free(copy);
    return status;
}

tkz_status tkz__unigram_pieces_add(tkz__unigram_pieces *pieces, const uint32_t *characters,
                                   size_t size, uint64_t count, bool is_kept, tkz_error *error)
{
    const tkz_allocator *allocator = &pieces->allocator;
    size_t needed = pieces->count + 1;
    tkz_status status = tkz__array_reserve(allocator, (void **)&pieces->pieces, &pieces->capacity,
                                           needed, sizeof *pieces->pieces, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&pieces->scores, &pieces->score_capacity,
                                    needed, sizeof *pieces->scores, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(allocator, (void **)&pieces->is_kept, &pieces->kept_capacity,
                                    needed, 1, error);
    if (status == TKZ_OK)
        status = tkz__unigram_text_add(&pieces->texts, characters, size, count, error);
    if (status != TKZ_OK)
        return status;
    pieces->pieces[pieces->count] =
        (tkz__unigram_piece){.shorter = TKZ__NO_PIECE, .length = (uint32_t)size};
    pieces->scores[pieces->count] = 0;
    pieces->is_kept[pieces->count++] = is_kept;
    return TKZ_OK;
}

void tkz__unigram_pieces_score(tkz__unigram_pieces *pieces, size_t piece, double score)
{
    pieces->scores[piece] = score;
    pieces->pieces[piece].probability = exp(score);
}

/* ---- Where they stand ---------------------------------------------------------------- */

/* A trie as a hash table of edges; node 0 is the root. */
struct trie {
    tkz_allocator allocator;
    uint64_t *edges; /* node << 21 | character, plus 1; 0: free */
    uint32_t *nodes; /* where the edge leads */
    size_t mask;
    uint32_t *best;  /* of each node: the longest piece on the way to it */
    size_t capacity; /* nodes */
    uint32_t count;
};

static void trie_free(struct trie *trie)
{
    if (trie->mask > 0) {
        tkz__release_array(&trie->allocator, trie->edges, trie->mask + 1, sizeof *trie->edges);
        tkz__release_array(&trie->allocator, trie->nodes, trie->mask + 1, sizeof *trie->nodes);
    }
    tkz__release_array(&trie->allocator, trie->best, trie->capacity, sizeof *trie->best);
}

static tkz_status trie_init(struct trie *trie, size_t nodes, const tkz_allocator *allocator,
                            tkz_error *error)
{
    memset(trie, 0, sizeof *trie);
    trie->allocator = *allocator;
    if (nodes >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the pieces have more than 2^32-2 characters");
    size_t slots = 64;
    while (slots < nodes + nodes / 2)
        slots *= 2;
    trie->edges = tkz__allocate_zeroed(allocator, slots * sizeof *trie->edges);
    trie->nodes = tkz__allocate_array(allocator, slots, sizeof *trie->nodes);
    trie->mask = slots - 1;
    trie->capacity = nodes;
    trie->best = tkz__allocate_array(allocator, nodes, sizeof *trie->best);
    if (trie->edges != NULL && trie->nodes != NULL && trie->best != NULL) {
        trie->best[0] = TKZ__NO_PIECE;
        trie->count = 1;
        return TKZ_OK;
    }
    trie_free(trie);
    return tkz__error_memory(error, slots * sizeof *trie->edges);
}

static size_t edge_slot(const struct trie *trie, uint64_t edge)
{
    /* Knuth's multiplier for 64 bits: the golden ratio. */
    return (size_t)((edge * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & trie->mask;
}

static size_t find_edge(const struct trie *trie, uint64_t edge)
{
    size_t slot = edge_slot(trie, edge);
    while (trie->edges[slot] != 0 && trie->edges[slot] != edge)
        slot = (slot + 1) & trie->mask;
    return slot;
}

static uint64_t name_edge(uint32_t node, uint32_t character)
{
    return ((uint64_t)node << 21 | character) + 1;
}

/* Pieces go in shortest first, so that what is on the way to one is known. */
static void insert_piece(struct trie *trie, tkz__unigram_pieces *pieces, uint32_t id)
{
    const uint32_t *text = tkz__unigram_pieces_text(pieces, id);
    uint32_t node = 0;
    for (uint32_t i = 0; i < pieces->pieces[id].length; i++) {
        uint64_t edge = name_edge(node, text[i]);
        size_t slot = find_edge(trie, edge);
        if (trie->edges[slot] == 0) {
            trie->edges[slot] = edge;
            trie->nodes[slot] = trie->count;
            trie->best[trie->count++] = trie->best[node];
        }
        node = trie->nodes[slot];
    }
    pieces->pieces[id].shorter = trie->best[node];
    trie->best[node] = id;
}

static tkz_status fill_trie(struct trie *trie, tkz__unigram_pieces *pieces, tkz_error *error)
{
    size_t longest = 0, at = 0;
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->pieces[i].length > longest)
            longest = pieces->pieces[i].length;
    size_t *starts = tkz__allocate_zeroed(&pieces->allocator, (longest + 2) * sizeof *starts);
    uint32_t *order =
        tkz__allocate_array(&pieces->allocator, pieces->count, sizeof *order);
    tkz_status status = TKZ_OK;
    if (starts == NULL || order == NULL)
        status = tkz__error_memory(error, pieces->count * sizeof *order);
    for (size_t i = 0; status == TKZ_OK && i < pieces->count; i++)
        starts[pieces->pieces[i].length + 1]++;
    for (size_t i = 1; status == TKZ_OK && i <= longest + 1; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; status == TKZ_OK && i < pieces->count; i++)
        order[starts[pieces->pieces[i].length]++] = (uint32_t)i;
    for (; status == TKZ_OK && at < pieces->count; at++)
        insert_piece(trie, pieces, order[at]);
    tkz__release(&pieces->allocator, starts, (longest + 2) * sizeof *starts);
    tkz__release_array(&pieces->allocator, order, pieces->count, sizeof *order);
    return status;
}

/* A way down the trie from one place of a text. */
struct descent {
    uint64_t at;
    uint64_t next; /* the character that is looked up */
    uint64_t end;  /* of the segment */
    uint32_t node;
};

/* Asks for what the next step reads. */
static void ask(const struct trie *trie, const struct descent *way, const uint32_t *characters)
{
    size_t slot = edge_slot(trie, name_edge(way->node, characters[way->next]));
    __builtin_prefetch(&trie->edges[slot]);
    __builtin_prefetch(&trie->nodes[slot]);
}

/* One character further; false at the end of the way. */
static bool step_down(const struct trie *trie, struct descent *way, const uint32_t *characters)
{
    size_t slot = find_edge(trie, name_edge(way->node, characters[way->next]));
    if (trie->edges[slot] == 0)
        return false;
    way->node = trie->nodes[slot];
    return ++way->next < way->end;
}

/* Each step of a way waits for memory, so many are gone side by side: all of training takes an eighth
 * less time with 29 MB of lines and a million pieces. */
static void match_text(const struct trie *trie, const tkz__unigram_text *text, uint32_t *longest)
{
    enum { WAYS = 16 };
    struct descent ways[WAYS];
    size_t count = 0, segment = 0;
    for (uint64_t at = 0; at < text->size || count > 0;) {
        for (; count < WAYS && at < text->size; at++) {
            while (at >= text->starts[segment + 1])
                segment++;
            ways[count] = (struct descent){at, at, text->starts[segment + 1], 0};
            ask(trie, &ways[count++], text->characters);
        }
        for (size_t i = 0; i < count;) {
            if (step_down(trie, &ways[i], text->characters)) {
                ask(trie, &ways[i++], text->characters);
                continue;
            }
            longest[ways[i].at] = trie->best[ways[i].node];
            ways[i] = ways[--count];
        }
    }
}

tkz_status tkz__unigram_pieces_match(tkz__unigram_pieces *pieces, const tkz__unigram_text *text,
                                     tkz_error *error)
{
    struct trie trie;
    tkz_status status = trie_init(&trie, pieces->texts.size + 1, &pieces->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = fill_trie(&trie, pieces, error);
    pieces->inner =
        tkz__allocate_array(&pieces->allocator, pieces->texts.size, sizeof *pieces->inner);
    pieces->inner_size = pieces->texts.size;
    pieces->longest = tkz__allocate_array(&pieces->allocator, text->size, sizeof *pieces->longest);
    pieces->longest_size = text->size;
    if (status == TKZ_OK && (pieces->inner == NULL || pieces->longest == NULL))
        status = tkz__error_memory(error, text->size * sizeof *pieces->longest);
    if (status == TKZ_OK) {
        match_text(&trie, &pieces->texts, pieces->inner);
        match_text(&trie, text, pieces->longest);
    }
    trie_free(&trie);
    return status;
}

tkz_status tkz__unigram_pieces_recount(tkz__unigram_pieces *pieces, const tkz__unigram_text *text,
                                       tkz_error *error)
{
    uint64_t *counts = pieces->texts.counts;
    bool is_over = false;
    memset(counts, 0, pieces->count * sizeof *counts);
    for (size_t i = 0; i < text->count; i++)
        for (uint64_t at = text->starts[i]; at < text->starts[i + 1]; at++)
            for (uint32_t id = pieces->longest[at]; id != TKZ__NO_PIECE;
                 id = pieces->pieces[id].shorter)
                is_over |= __builtin_add_overflow(counts[id], text->counts[i], &counts[id]);
    if (is_over)
        return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                              "a piece occurs more than 2^64-1 times");
    return TKZ_OK;
}

/* ---- Removing ------------------------------------------------------------------------ */

/* New number of each piece, or of the longest that it begins with and that stays. Shorter pieces may
 * come later in the list, so each chain is followed to one that is known. */
static void number_pieces(const tkz__unigram_pieces *pieces, const uint8_t *keep,
                          uint32_t *numbers)
{
    uint32_t next = 0;
    for (size_t i = 0; i < pieces->count; i++)
        numbers[i] = keep[i] ? next++ : TKZ__NO_PIECE;
    for (size_t i = 0; i < pieces->count; i++) {
        if (keep[i])
            continue;
        uint32_t id = pieces->pieces[i].shorter;
        while (id != TKZ__NO_PIECE && !keep[id])
            id = pieces->pieces[id].shorter;
        numbers[i] = id == TKZ__NO_PIECE ? id : numbers[id];
    }
}

static void move_pieces(tkz__unigram_pieces *pieces, const uint8_t *keep, const uint32_t *numbers)
{
    tkz__unigram_text *texts = &pieces->texts;
    size_t count = 0, size = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        if (!keep[i])
            continue;
        uint64_t start = texts->starts[i], end = texts->starts[i + 1];
        uint32_t shorter = pieces->pieces[i].shorter;
        pieces->pieces[count] = pieces->pieces[i];
        pieces->pieces[count].shorter = shorter == TKZ__NO_PIECE ? shorter : numbers[shorter];
        pieces->scores[count] = pieces->scores[i];
        pieces->is_kept[count] = pieces->is_kept[i];
        texts->counts[count] = texts->counts[i];
        texts->starts[count++] = size;
        for (uint64_t at = start; at < end; at++, size++) {
            texts->characters[size] = texts->characters[at];
            uint32_t inner = pieces->inner[at];
            pieces->inner[size] = inner == TKZ__NO_PIECE ? inner : numbers[inner];
        }
    }
    texts->starts[count] = size;
    pieces->count = texts->count = count;
    texts->size = size;
}

tkz_status tkz__unigram_pieces_select(tkz__unigram_pieces *pieces, const uint8_t *keep,
                                      tkz_error *error)
{
    size_t count = pieces->count;
    uint32_t *numbers = tkz__allocate_array(&pieces->allocator, count, sizeof *numbers);
    if (numbers == NULL)
        return tkz__error_memory(error, count * sizeof *numbers);
    number_pieces(pieces, keep, numbers);
    move_pieces(pieces, keep, numbers);
    for (size_t at = 0; at < pieces->longest_size; at++)
        if (pieces->longest[at] != TKZ__NO_PIECE)
            pieces->longest[at] = numbers[pieces->longest[at]];
    tkz__release_array(&pieces->allocator, numbers, count, sizeof *numbers);
    return TKZ_OK;
}
