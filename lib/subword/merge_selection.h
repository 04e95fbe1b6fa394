/* SPDX-License-Identifier: Apache-2.0
 *
 * Which merges of a vocabulary can ever happen, and the symbols they make. Leans on
 * matching.
 *
 * Files often list every way to cut a token into two (tokenizer.json made from tiktoken's
 * ranks has two merges a token). Only one of them counts: while the bytes of a token
 * are joined, merges of lower rank act first, always in the same way, and what is left
 * before its own merge are two certain symbols. If they are no merge of the file, merging
 * never makes the token. This holds in any text as long as no merge crosses the token's
 * ends, and if one does, the token is not made there at all.
 *
 * All this needs an order of merges in which each comes behind those that make its halves. Early
 * merges, which the file has before one of these, T, act as soon as T has, at that place: what T
 * made grows there, by neighbours on its right and left, until no early merge is left. Taking
 * the early merges behind T in the order, as if T acted in all places first, gives the same if what
 * happens at two places of T has nothing to do with each other: no token is ever taken in both from its
 * left and from its right; none is taken in from its left that T begins with, as the next place of T
 * may; no two tokens that have grown are joined; and of two early merges of one token the one of lower
 * rank comes first. Otherwise no order may be exact, and the selection says so: `out_of_order`.
 */
#ifndef TKZ_SUBWORD_MERGE_SELECTION_H
#define TKZ_SUBWORD_MERGE_SELECTION_H

#include "subword/tokenizer_image.h"

typedef struct tkz__merge_selection {
    tkz_allocator allocator;
    uint32_t *symbol_ids; /* symbol_count; the bytes first */
    uint32_t *halves;     /* left, right symbol of each merge taken */
    uint32_t symbol_count;
    uint32_t symbol_limit; /* room for this many */
    uint32_t *symbols;     /* token_count: the symbol of each token, or TKZ__NO_TOKEN */
    uint32_t token_count;
    uint32_t slot_bits;
    struct tkz__waiting_merge *waiting; /* those that came too early */
    size_t waiting_count;
    size_t waiting_capacity;
    uint32_t *lists;         /* token_count: number + 1 of the last merge that waits for the token */
    uint32_t *fresh;         /* tokens that were made and whose lists have not been looked at */
    uint32_t fresh_count;
    uint32_t offered; /* merges */
    uint32_t trigger;  /* T: symbol of the last merge that came in its order */
    uint8_t *notes;    /* token_count: what T and its early merges do with a token */
    bool out_of_order; /* what is selected is of no use; only carrying out all merges is exact */
    tkz__buffer view_halves; /* the merges taken, as an image has them */
    tkz__buffer view_pairs;
    tkz__image view;
} tkz__merge_selection;

/* For at most `most_merges` merges. byte_ids: the token of each byte, or TKZ__NO_TOKEN. Free with
 * tkz__merge_selection_free, also after a failure. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__merge_selection_start(tkz__merge_selection *selection,
                                                  const uint32_t byte_ids[256],
                                                  uint32_t token_count, uint32_t most_merges,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
void tkz__merge_selection_free(tkz__merge_selection *selection);

/* The next merge in rank order: ids of tokens, all below token_count. A merge that can never happen
 * is passed over. Errors: LIMIT (merges chosen so that they collide), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__merge_selection_offer(tkz__merge_selection *selection, uint32_t left,
                                                  uint32_t right, uint32_t result,
                                                  tkz_error *error);

#endif
