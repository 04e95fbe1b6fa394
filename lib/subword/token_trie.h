/* SPDX-License-Identifier: Apache-2.0
 *
 * A double array of all tokens that encoding can give, for finding the longest
 * one that a text starts with (J. Aoe, "An efficient digital search algorithm by
 * using a double-array structure", IEEE TSE 15(9), 1989). Leans on
 * the image.
 *
 * Node 0 is the root. The child of node n for byte b is node base(n) ^ b, if
 * the check of that node is n. As bytes: u64 nodes, little-endian, with the base in
 * bits 0..30, "a token ends here" in bit 31 and the check in bits 32..63.
 */
#ifndef TKZ_SUBWORD_TOKEN_TRIE_H
#define TKZ_SUBWORD_TOKEN_TRIE_H

#include "subword/tokenizer_image.h"

enum { TKZ__TRIE_NODE_SIZE = 8 };

#define TKZ__TRIE_TOKEN_BIT UINT32_C(0x80000000)

/* What the trie is made of. Tokens are added in ascending order of ids, which fixes its bytes. */
typedef struct tkz__trie_builder tkz__trie_builder;

TKZ_CHECKED tkz_status tkz__trie_builder_new(tkz__trie_builder **builder,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__trie_builder_free(tkz__trie_builder *builder); /* accepts NULL */

/* Adds a token of 1 or more bytes that has not been added. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__trie_builder_add(tkz__trie_builder *builder, const uint8_t *bytes,
                                             size_t size, uint32_t id, tkz_error *error);

/* Sets prefixes[id] of every token added to the longest other token that it starts with, or
 * TKZ__NO_TOKEN. */
void tkz__trie_builder_prefixes(const tkz__trie_builder *builder, uint32_t *prefixes);

/* Appends the nodes, and for each node a u32: the token that ends there or TKZ__NO_TOKEN. */
TKZ_CHECKED tkz_status tkz__trie_builder_write(const tkz__trie_builder *builder,
                                               tkz__buffer *nodes, tkz__buffer *tokens,
                                               tkz_error *error);

#endif
