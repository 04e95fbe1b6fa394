/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of one counting thread: words with the source they stand in, and how often. Open
 * addressing with linear probing over cells of 32 bytes, which hold words of up to 12 bytes
 * themselves: most Japanese words are not longer, so that a word costs one cache miss. Bounded
 * memory: who is told that it is full empties it. Leans on word_table.
 */
#ifndef TKZ_TRAIN_WORD_CELLS_H
#define TKZ_TRAIN_WORD_CELLS_H

#include "train/word_table.h"

enum { TKZ__CELL_BYTES = 12 };

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

tkz__word_key tkz__word_key_of(const void *word, size_t size);

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
