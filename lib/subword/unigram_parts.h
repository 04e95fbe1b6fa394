/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files that make the table of a Unigram model share. Leans on the table.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_PARTS_H
#define TKZ_SUBWORD_UNIGRAM_PARTS_H

#include "subword/unigram.h"

#define TKZ__UNIGRAM_MAGIC UINT32_C(0x31474E55) /* "UNG1" */

/* A piece in codes. */
typedef struct tkz__unigram_piece {
    const uint32_t *codes;
    uint32_t count;
    uint32_t id; /* with TKZ__UNIGRAM_IS_USER_DEFINED, once the pieces are in order */
} tkz__unigram_piece;

typedef struct tkz__unigram_maker {
    const tkz__unigram_parts *parts;
    tkz__buffer *block;
    uint32_t *sequences; /* of all pieces: characters, later codes */
    size_t character_count;
    tkz__unigram_piece *pieces;
    double *piece_scores; /* in the order of pieces */
    uint32_t piece_count;
    uint32_t longest;
    uint32_t code_count;
    uint32_t page_count;
    uint32_t filter_shift;
    uint32_t unit_count;
    bool is_wide; /* a score needs 64 bits */
    double unknown_score;
} tkz__unigram_maker;

/* Appends the double array and the ids of its units; pieces are in order. Errors: LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_write_units(tkz__unigram_maker *maker, tkz_error *error);

#endif
