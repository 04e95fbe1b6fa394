/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of an image that are made from its tokens and merges. Leans on the
 * image.
 */
#ifndef TKZ_SUBWORD_IMAGE_TABLES_H
#define TKZ_SUBWORD_IMAGE_TABLES_H

#include "subword/tokenizer_image.h"

typedef struct tkz__image_tables {
    tkz__buffer sections[TKZ__SECTION_END]; /* only those made here are filled */
    uint32_t slot_bits;                     /* of the table of pairs */
    uint32_t reach;
} tkz__image_tables;

/* Makes HALVES, PAIRS, the trie, PREFIXES, both tables of borders, LONE and WHOLE. On failure nothing is
 * left to free.
 * Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_tables_make(tkz__image_tables *tables,
                                              const tkz__image_parts *parts,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__image_tables_free(tkz__image_tables *tables);

/* log2 of the slots for this many merges: at most half of them are taken. */
uint32_t tkz__image_pair_bits(uint64_t merges);

/* Adds a merge to a table of pairs of `1 << slot_bits` slots, all ones where free; raises `*reach`.
 * False if it would stand too far from its first slot. */
bool tkz__image_pairs_add(uint8_t *slots, uint32_t slot_bits, const uint32_t halves[2],
                          uint32_t symbol, uint32_t *reach);

#endif
