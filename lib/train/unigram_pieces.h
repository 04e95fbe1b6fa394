/* SPDX-License-Identifier: Apache-2.0
 *
 * The pieces of a Unigram vocabulary while it is trained, and where in a text each can stand. Leans on
 * memory.
 *
 * No lattice is built. For each place of a text the longest piece that begins there is kept, and each
 * piece knows the longest of those that it begins with: following these gives all pieces at a place.
 */
#ifndef TKZ_TRAIN_UNIGRAM_PIECES_H
#define TKZ_TRAIN_UNIGRAM_PIECES_H

#include <stdbool.h>

#include "core/memory.h"

#define TKZ__NO_PIECE UINT32_MAX

/* Segments of text that no piece crosses, as characters; all different. */
typedef struct tkz__unigram_text {
    tkz_allocator allocator;
    uint32_t *characters;
    size_t size;
    size_t capacity;
    uint64_t *starts; /* of each segment; and `size` behind the last */
    uint64_t *counts; /* how often each occurs */
    size_t count;
    size_t start_capacity;
    size_t count_capacity;
} tkz__unigram_text;

void tkz__unigram_text_init(tkz__unigram_text *text, const tkz_allocator *allocator);
void tkz__unigram_text_free(tkz__unigram_text *text); /* accepts an all-zero struct */
/* Appends a segment. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_text_add(tkz__unigram_text *text, const uint32_t *characters,
                                             size_t size, uint64_t count, tkz_error *error);

typedef struct tkz__unigram_piece {
    double probability; /* 0: it stands nowhere */
    uint32_t shorter;   /* the longest other piece that it begins with, or TKZ__NO_PIECE */
    uint32_t length;    /* characters */
} tkz__unigram_piece;

typedef struct tkz__unigram_pieces {
    tkz_allocator allocator;
    tkz__unigram_piece *pieces;
    double *scores;      /* natural logarithms */
    uint8_t *is_kept;    /* 1: never pruned */
    size_t count;
    size_t capacity;       /* of `pieces` */
    size_t score_capacity;
    size_t kept_capacity;
    tkz__unigram_text texts; /* segment i is what piece i spells; counts say how often it occurs */
    uint32_t *inner;       /* the longest piece at each place of `texts` */
    uint32_t *longest;     /* and of the text that is trained on */
    size_t inner_size;
    size_t longest_size;
} tkz__unigram_pieces;

void tkz__unigram_pieces_init(tkz__unigram_pieces *pieces, const tkz_allocator *allocator);
void tkz__unigram_pieces_free(tkz__unigram_pieces *pieces);

/* Makes `copy` the same as matched pieces, without room for more. Errors: OUT_OF_MEMORY; `copy` is empty then. */
TKZ_CHECKED tkz_status tkz__unigram_pieces_copy(tkz__unigram_pieces *copy, const tkz__unigram_pieces *pieces,
                                                tkz_error *error);

/* Adds a piece that is not there yet, with its frequency; its score is set later. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_pieces_add(tkz__unigram_pieces *pieces,
                                               const uint32_t *characters, size_t size,
                                               uint64_t count, bool is_kept, tkz_error *error);

/* Finds out where the pieces stand in `text` and in each other. Every character of the text must be a
 * piece by itself. To be called once all have been added. Errors: LIMIT (2^32-2 characters of pieces),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_pieces_match(tkz__unigram_pieces *pieces,
                                                 const tkz__unigram_text *text, tkz_error *error);

/* Counts the places of `text` where each piece stands, with the counts of segments, into the counts of
 * `texts`. After matching. Errors: OVERFLOW. */
TKZ_CHECKED tkz_status tkz__unigram_pieces_recount(tkz__unigram_pieces *pieces,
                                                   const tkz__unigram_text *text,
                                                   tkz_error *error);

/* Removes pieces whose flag is 0 in `keep`; the others keep their order. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_pieces_select(tkz__unigram_pieces *pieces, const uint8_t *keep,
                                                  tkz_error *error);

/* Sets the score of a piece, and its probability. */
void tkz__unigram_pieces_score(tkz__unigram_pieces *pieces, size_t piece, double score);

static inline const uint32_t *tkz__unigram_pieces_text(const tkz__unigram_pieces *pieces,
                                                       size_t piece)
{
    return pieces->texts.characters + pieces->texts.starts[piece];
}

#endif
