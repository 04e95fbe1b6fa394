/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the census of pairs share: its state, and the loops over all pairs of neighbours. Leans on bpe_choice, bpe_pairs,
 * bpe_tokens, bpe_words and index's pair table. How the census works is told in bpe_census.c.
 */
#ifndef TKZ_TRAIN_BPE_CENSUS_STATE_H
#define TKZ_TRAIN_BPE_CENSUS_STATE_H

#include "train/bpe_choice.h"
#include "train/bpe_pairs.h"
#include "train/bpe_tokens.h"
#include "train/bpe_words.h"

/* A threshold is looked for between the greatest count that there may be and an eighth of it: fewer passes over the
 * words against fewer pairs at a time. */
enum { TKZ__BPE_CENSUS_STEP = 8 };

/* In place of a number: the pair is not kept, or all pairs of the cell are too rare. */
#define TKZ__BPE_NO_PAIR UINT32_MAX

/* A pair of the square. */
typedef struct tkz__bpe_square_cell {
    uint64_t count;
    uint32_t places;
    uint32_t record; /* + 1; 0: the pair is not kept */
} tkz__bpe_square_cell;

typedef struct tkz__bpe_census_state {
    const tkz__bpe_words *words;
    const tkz__bpe_tokens *tokens;
    tkz__bpe_pairs *pairs;
    tkz_error *error;
    tkz__pair_count behind; /* pairs up to this bound have had their turn */
    tkz__bpe_square_cell *square; /* by left id * number of ids + right id; NULL: there are cells */
    uint32_t *cells; /* sums, not above UINT32_MAX; then numbers */
    uint64_t *marks; /* a bit for each cell that has a number: most places need no more than this, which is small */
    size_t cell_count;
    unsigned shift;         /* of a hash, to the index of its cell */
    tkz__pair_table table;  /* pairs whose cell has another one -> number */
    tkz__bpe_counted *list; /* by number */
    size_t count;
    size_t capacity;
    size_t limit;     /* of pairs that are listed at once */
    bool is_too_many; /* there were more */
    /* While cells are gone through part by part: */
    tkz__bpe_choice *choice; /* of the parts before; NULL: none */
    uint64_t top;            /* no open pair occurs more often */
    uint64_t greatest;       /* count of an open pair of the parts before */
} tkz__bpe_census_state;

/* ---- What is done with lists ------------------------------------------------------------ */

/* Makes room for one more in own->list. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_reserve(tkz__bpe_census_state *own);

/* Is it a pair that has not had its turn, and may be joined? */
bool tkz__bpe_census_is_open(const tkz__bpe_census_state *own, const tkz__bpe_counted *pair);

/* Offers the open pairs of own->list that reach `lowest`; own->greatest becomes no less than the count of any. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_offer(tkz__bpe_census_state *own, tkz__bpe_choice *choice, uint64_t lowest);

/* ---- The square (bpe_census_square.c) ---------------------------------------------------- */

/* Counts all pairs, each in a cell of its own, and lists them; own->square is the caller's to free. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_count_square(tkz__bpe_census_state *own);

/* Writes the places of all pairs of own->list that have a record. */
TKZ_CHECKED tkz_status tkz__bpe_census_list_square(tkz__bpe_census_state *own);

/* ---- Cells (bpe_census_cells.c) ------------------------------------------------------------ */

/* Makes cells, at most in half of `room` bytes and for pairs that occur up to `below` times, and adds up all counts in them. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_sum_cells(tkz__bpe_census_state *own, uint64_t below, uint64_t room);
void tkz__bpe_census_free_cells(tkz__bpe_census_state *own);

/* The greatest sum of a cell; UINT32_MAX stands for all that are no less. */
uint32_t tkz__bpe_census_greatest_sum(const tkz__bpe_census_state *own);

/* The lowest threshold from `lowest` to `top` that no more than `wanted` cells reach, or `top`. */
uint64_t tkz__bpe_census_threshold(const tkz__bpe_census_state *own, uint64_t lowest, uint64_t top, uint64_t wanted);

/* Counts the pairs whose cells reach the threshold, in as many parts as it takes to list no more than own->limit at a
 * time. One part: all of these are listed. Several: the best `most` that reach `lowest` too; *last is behind them. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_count_pairs(tkz__bpe_census_state *own, uint64_t lowest, size_t most,
                                                   tkz__pair_count *last);

/* Writes the places of all pairs of own->list that have a record. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_census_list_cells(tkz__bpe_census_state *own);

/* ---- All pairs ---------------------------------------------------------------------- */

/* What is done with each pair of neighbours: its word occurs `count` times. */
typedef void tkz__bpe_visit_pair(tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint64_t count);

/* Visits all pairs. Inline, so that each visit has a loop of its own. */
static inline __attribute__((always_inline)) void tkz__bpe_visit_pairs(tkz__bpe_census_state *own, tkz__bpe_visit_pair *visit)
{
    const tkz__bpe_words *words = own->words;
    const uint32_t *places = words->places;
    uint32_t place = 1;
    for (size_t run = 0; run < words->run_count; run++) {
        uint64_t count = words->runs[run].count;
        uint32_t end = words->runs[run].end;
        for (uint32_t left = TKZ__BPE_BORDER, right; place < end; place++, left = right) {
            right = places[place];
            if (left != TKZ__BPE_BORDER && right != TKZ__BPE_BORDER)
                visit(own, left, right, count);
        }
    }
}

/* A pair of neighbours that may matter. */
typedef struct tkz__bpe_open_place {
    uint64_t key;
    uint32_t place; /* of the left one */
    uint32_t found; /* the index of its cell; then what stands there */
} tkz__bpe_open_place;

/* So many are looked up side by side: one after the other each would wait for memory, and for a jump that nobody can
 * foresee. From 256 on it is no faster. */
enum { TKZ__BPE_BLOCK = 256 };

/* Is the pair, which may be of borders, one of those that are looked for? Then *cell is the index of its cell. */
typedef bool tkz__bpe_select_pair(const tkz__bpe_census_state *own, uint32_t left, uint32_t right, uint32_t *cell);

/* What is done with `size` of them, whose words occur `count` times each. */
typedef tkz_status tkz__bpe_visit_block(tkz__bpe_census_state *own, tkz__bpe_open_place *block, size_t size, uint64_t count);

/* Visits the selected pairs in the order of places, block by block. Inline, as above. */
static inline __attribute__((always_inline)) tkz_status
tkz__bpe_visit_selected(tkz__bpe_census_state *own, tkz__bpe_select_pair *select, tkz__bpe_visit_block *visit)
{
    const tkz__bpe_words *words = own->words;
    const uint32_t *places = words->places;
    tkz__bpe_open_place block[TKZ__BPE_BLOCK + 1]; /* the last one is never more than written */
    tkz_status status = TKZ_OK;
    uint32_t place = 1;
    for (size_t run = 0; status == TKZ_OK && run < words->run_count; run++) {
        uint32_t end = words->runs[run].end, left = TKZ__BPE_BORDER;
        while (status == TKZ_OK && place < end) {
            size_t size = 0;
            for (; place < end && size < TKZ__BPE_BLOCK; place++) {
                uint32_t right = places[place];
                /* Each is written, and the next one over it unless it is selected: no jump */
                block[size].key = tkz__pair_key(left, right);
                block[size].place = place - 1;
                size += select(own, left, right, &block[size].found);
                left = right;
            }
            status = visit(own, block, size, words->runs[run].count);
        }
    }
    return status;
}

/* Writes the places of pairs whose records are known: that is what `found` is. A visit. */
tkz_status tkz__bpe_census_list_block(tkz__bpe_census_state *own, tkz__bpe_open_place *block, size_t size, uint64_t count);

/* A count as a cell has it. */
static inline uint32_t tkz__bpe_as_sum(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

#endif
