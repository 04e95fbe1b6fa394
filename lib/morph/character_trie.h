/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the trie of an image: a double array over the numbers of characters. Leans
 * on the image.
 */
#ifndef TKZ_MORPH_CHARACTER_TRIE_H
#define TKZ_MORPH_CHARACTER_TRIE_H

#include "morph/dictionary_image.h"

/* A surface as numbers of characters, none of them 0. */
typedef struct tkz__trie_surface {
    size_t first; /* in the array of all numbers */
    uint32_t size;
    uint32_t words; /* number of the first word in sys.dic << 8 | how many are left, not 0 */
    uint64_t uses;  /* how often a text has it, in any unit; their sum is below 2^64 */
} tkz__trie_surface;

typedef struct tkz__character_trie {
    tkz_allocator allocator;
    tkz__image_node *nodes;
    uint32_t *next_free; /* a ring of the free nodes through number 0 */
    uint32_t *previous_free;
    bool *is_base; /* of a node, by place */
    size_t count; /* nodes that a look-up may reach */
    uint32_t word_count; /* of all nodes, which have their first ones in the order of their placement */
    size_t capacity;
} tkz__character_trie;

/* Surfaces that begin alike stand together, the shorter ones first, and none twice. On failure
 * nothing is left to free. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__character_trie_make(tkz__character_trie *trie,
                                                const tkz__trie_surface *surfaces, size_t count,
                                                const uint16_t *numbers, uint32_t number_count,
                                                const tkz_allocator *allocator, tkz_error *error);
void tkz__character_trie_free(tkz__character_trie *trie); /* all-zero is fine */

#endif
