/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of an image that are made from its tokens and merges. Leans on the
 * image, matching and the trie.
 */
#ifndef TKZ_SUBWORD_IMAGE_TABLES_H
#define TKZ_SUBWORD_IMAGE_TABLES_H

#include "subword/tokenizer_image.h"

typedef struct tkz__image_tables {
    tkz__buffer sections[TKZ__SECTION_END]; /* only those made here are filled */
    uint32_t slot_bits;                     /* of the table of pairs */
    uint32_t reach;
} tkz__image_tables;

/* Makes HALVES, PAIRS, TRIE_NODES, TRIE_TOKENS and PREFIXES. On failure nothing is left to free.
 * Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_tables_make(tkz__image_tables *tables,
                                              const tkz__image_parts *parts,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__image_tables_free(tkz__image_tables *tables);

#endif
