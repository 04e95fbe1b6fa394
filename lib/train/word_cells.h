/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of one counting thread: words with the source they stand in, and how often. Open
 * addressing with linear probing over cells of 32 bytes, which hold words of up to 12 bytes
 * themselves: most Japanese words are not longer, so that a word costs one cache miss. Bounded
 * memory: who is told that it is full empties it. Leans on word_table and core's hash.
 */
#ifndef TKZ_TRAIN_WORD_CELLS_H
#define TKZ_TRAIN_WORD_CELLS_H

#include "core/hash.h"
#include "core/little_endian.h"
#include "train/word_table.h"

/* A place in the chunks is a chunk and 20 bits; no word is larger. */
enum { TKZ__CELL_BYTES = 12, TKZ__CELL_CHUNK_BITS = 20 };

typedef struct tkz__word_cell {
    uint32_t hash;
    uint32_t size; /* 0: the cell is free */
    uint8_t bytes[TKZ__CELL_BYTES]; /* the word, then zeros; a longer one: its first seven bytes,
                                     * then 40 bits, where it lies in the chunks */
    uint32_t source;
    uint64_t count;
} tkz__word_cell;

typedef struct tkz__word_chunk {
    uint8_t *data;
    size_t size;
    size_t used;
} tkz__word_chunk;

typedef struct tkz__word_cells {
    tkz_allocator allocator;
    tkz__word_cell *cells;
    size_t capacity; /* a power of two */
    size_t count;
    tkz__word_chunk *chunks; /* bytes of words above 12 */
    size_t chunk_count;
    size_t chunk_capacity;
    size_t chunk; /* the one in use */
    size_t held;  /* bytes of memory */
    size_t limit; /* of them; 0: none */
    bool sorted;  /* the first `count` cells are the words in order, and none is to be added */
} tkz__word_cells;

/* An empty table. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_cells_init(tkz__word_cells *cells, size_t limit,
                                            const tkz_allocator *allocator, tkz_error *error);
void tkz__word_cells_free(tkz__word_cells *cells); /* accepts an all-zero struct */

/* A word on its way into a table. */
typedef struct tkz__word_key {
    const uint8_t *word;
    uint32_t size;
    uint32_t hash;
    uint64_t low;  /* bytes 0..7 of a short word, little-endian */
    uint32_t high; /* bytes 8..11 */
} tkz__word_key;

/* Sets the hash of a short word. */
static inline void tkz__word_key_hash(tkz__word_key *key)
{
    uint64_t rest = ((uint64_t)key->high << 32 | key->size) * UINT64_C(0x9E3779B97F4A7C15);
    key->hash = (uint32_t)tkz__hash_u64(key->low ^ rest);
}

tkz__word_key tkz__word_key_of(const void *word, size_t size);

/* The same, of a word in a text that has `readable` bytes from there on. Written in place: to be copied, a key would be
 * loaded in other pieces than it was stored in, which makes the processor wait. */
static inline void tkz__word_key_in(tkz__word_key *key, const uint8_t *word, size_t size, size_t readable)
{
    if (size > TKZ__CELL_BYTES || readable < TKZ__CELL_BYTES) {
        *key = tkz__word_key_of(word, size);
        return;
    }
    /* Sizes of words are hard to foresee: without branches. */
    size_t over = size > 8 ? size - 8 : 0;
    key->word = word;
    key->size = (uint32_t)size;
    key->low = tkz__load_u64(word) & UINT64_MAX >> (8 * (8 - (size - over)));
    key->high = (uint32_t)(tkz__load_u32(word + 8) & ((UINT64_C(1) << 8 * over) - 1));
    tkz__word_key_hash(key);
}

/* Where the bytes of a long word lie. */
static inline const uint8_t *tkz__word_cell_long(const tkz__word_cells *cells, const tkz__word_cell *cell)
{
    uint64_t place = tkz__load_u64(cell->bytes + TKZ__CELL_BYTES - 8) >> 24;
    return cells->chunks[place >> TKZ__CELL_CHUNK_BITS].data + (place & ((1U << TKZ__CELL_CHUNK_BITS) - 1));
}

/* Compares words of equal size, 8 bytes and more: most are short, so that a call would cost more than this. */
static inline bool tkz__word_is_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    for (size_t at = 0; at + 8 < size; at += 8)
        if (tkz__load_u64(a + at) != tkz__load_u64(b + at))
            return false;
    return tkz__load_u64(a + size - 8) == tkz__load_u64(b + size - 8);
}

static inline bool tkz__word_cell_is(const tkz__word_cells *cells, const tkz__word_cell *cell, const tkz__word_key *key)
{
    if (cell->hash != key->hash || cell->size != key->size)
        return false;
    if (key->size > TKZ__CELL_BYTES)
        return tkz__word_is_same(tkz__word_cell_long(cells, cell), key->word, key->size);
    return tkz__load_u64(cell->bytes) == key->low && tkz__load_u32(cell->bytes + 8) == key->high;
}

/* Has the cell fetched where the word will be looked for. */
static inline void tkz__word_cells_fetch(const tkz__word_cells *cells, uint32_t hash)
{
    __builtin_prefetch(&cells->cells[hash & (cells->capacity - 1)], 1);
}

/* Adds `count` (not 0) occurrences of a word of 1 to TKZ__WORD_LIMIT bytes. `*full`: nothing was
 * added, because there is no memory for one word more. Errors: OVERFLOW, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_cells_add(tkz__word_cells *cells, const tkz__word_key *key,
                                           uint32_t source, uint64_t count, bool *full,
                                           tkz_error *error);

/* Adds one occurrence if the word stands in the first cell where it is looked for, as most do; false if nothing was added. */
static inline bool tkz__word_cells_again(tkz__word_cells *cells, const tkz__word_key *key, uint32_t source)
{
    tkz__word_cell *cell = &cells->cells[key->hash & (cells->capacity - 1)];
    if (cell->source != source || cell->count == UINT64_MAX || !tkz__word_cell_is(cells, cell, key))
        return false;
    cell->count++;
    return true;
}

/* Forgets all words, and takes as many cells as the limit allows. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_cells_clear(tkz__word_cells *cells, tkz_error *error);

/* Puts the words into order, in place. */
void tkz__word_cells_sort(tkz__word_cells *cells);

/* The words of a sorted table as a stream. */
typedef struct tkz__word_cells_stream {
    const tkz__word_cells *cells;
    size_t next;
    uint32_t source_count;
    uint64_t counts[TKZ__SOURCE_LIMIT];
} tkz__word_cells_stream;
tkz__word_stream tkz__word_cells_begin(tkz__word_cells_stream *stream,
                                       const tkz__word_cells *cells, uint32_t source_count);

#endif
