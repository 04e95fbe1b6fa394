/* SPDX-License-Identifier: Apache-2.0
 *
 * A double array of all symbols, for finding the longest one that a text starts with
 * (J. Aoe, "An efficient digital search algorithm by using a double-array structure",
 * IEEE TSE 15(9), 1989). Leans on the image.
 *
 * Node 0 is the root. The child of node n for byte b is node base(n) ^ b, if
 * the check of that node is n. As bytes: u64 nodes, little-endian, with the base in
 * bits 0..30, "a symbol ends here" in bit 31 and the check in bits 32..63.
 */
#ifndef TKZ_SUBWORD_SYMBOL_TRIE_H
#define TKZ_SUBWORD_SYMBOL_TRIE_H

#include "subword/tokenizer_image.h"

enum { TKZ__TRIE_NODE_SIZE = 8 };

#define TKZ__TRIE_END_BIT UINT32_C(0x80000000)

/* The value of the longest entry that `bytes` start with, and its length in bytes; TKZ__NO_TOKEN and 0
 * if there is none. Safe on any nodes: `count` of them, and as many ends. */
static inline uint32_t tkz__trie_longest(const uint8_t *nodes, const uint8_t *ends, uint32_t count,
                                         const uint8_t *bytes, size_t size, size_t *length)
{
    uint32_t node = 0, found = 0;
    uint32_t base = tkz__image_u32(nodes) & ~TKZ__TRIE_END_BIT;
    size_t longest = 0;
    for (size_t at = 0; at < size; at++) {
        uint32_t child = base ^ bytes[at];
        if (child >= count)
            break;
        const uint8_t *entry = nodes + (size_t)child * TKZ__TRIE_NODE_SIZE;
        if (tkz__image_u32(entry + 4) != node)
            break;
        node = child;
        base = tkz__image_u32(entry);
        if (base & TKZ__TRIE_END_BIT) {
            base &= ~TKZ__TRIE_END_BIT;
            found = node;
            longest = at + 1;
        }
    }
    *length = longest;
    return longest == 0 ? TKZ__NO_TOKEN : tkz__image_u32(ends + (size_t)found * 4);
}

/* What the trie is made of. Symbols are added in ascending order, which fixes its bytes. */
typedef struct tkz__trie_builder tkz__trie_builder;

TKZ_CHECKED tkz_status tkz__trie_builder_new(tkz__trie_builder **builder,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__trie_builder_free(tkz__trie_builder *builder); /* accepts NULL */

/* Adds a symbol of 1 or more bytes; one of the same bytes is replaced. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__trie_builder_add(tkz__trie_builder *builder, const uint8_t *bytes,
                                             size_t size, uint32_t symbol, tkz_error *error);

/* The same for a symbol that is the bytes of `node` (0: none) and then these, 1 or more. `*end` is its
 * own node. */
TKZ_CHECKED tkz_status tkz__trie_builder_extend(tkz__trie_builder *builder, uint32_t node,
                                                const uint8_t *bytes, size_t size,
                                                uint32_t symbol, uint32_t *end, tkz_error *error);

/* Sets prefixes[symbol] of every symbol added to the longest other one that it starts with, or
 * TKZ__NO_TOKEN. */
void tkz__trie_builder_prefixes(const tkz__trie_builder *builder, uint32_t *prefixes);

/* Appends the nodes, and for each node a u32: the symbol that ends there or TKZ__NO_TOKEN. Gives back what adding
 * needs, and makes it anew if anything is added afterwards. */
TKZ_CHECKED tkz_status tkz__trie_builder_write(tkz__trie_builder *builder,
                                               tkz__buffer *nodes, tkz__buffer *symbols,
                                               tkz_error *error);

#endif
