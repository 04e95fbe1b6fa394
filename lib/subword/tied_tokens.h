/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens whose merges have one rank with those of others: of such merges the leftmost acts first, which
 * symbols in an order of their own do not say. Only ranked_merging.h encodes a piece exactly in
 * which such
 * a token stands; in all others these merges cannot happen, and their order does not matter.
 * Llama 2 has 14 of them, runs of spaces. Leans on the image and the trie.
 */
#ifndef TKZ_SUBWORD_TIED_TOKENS_H
#define TKZ_SUBWORD_TIED_TOKENS_H

#include "subword/tokenizer_image.h"

/* A trie of those tokens; empty if there are none. */
typedef struct tkz__tied_tokens {
    tkz__buffer nodes;
    tkz__buffer ends;
    uint32_t node_count;
    uint32_t count;
} tkz__tied_tokens;

/* Leaves nothing to free on failure. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__tied_tokens_make(tkz__tied_tokens *tied, const tkz__image *image,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__tied_tokens_free(tkz__tied_tokens *tied);

/* Does one of them stand in these bytes? */
bool tkz__tied_tokens_in(const tkz__tied_tokens *tied, const uint8_t *bytes, size_t size);

#endif
