/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokens that BPE training has made so far: their lengths and texts, and which of them may be
 * joined. Leans on bpe_alphabet and core's byte map.
 */
#ifndef TKZ_TRAIN_BPE_TOKENS_H
#define TKZ_TRAIN_BPE_TOKENS_H

#include "core/buffer.h"
#include "index/pair_queue.h"
#include "train/bpe_alphabet.h"

typedef struct tkz__bpe_token {
    uint32_t bytes;
    uint32_t characters;
    uint32_t left; /* of what a merge has made */
    uint32_t right;
    uint64_t text; /* where its bytes start in `texts`, or TKZ__BPE_NO_TEXT */
    uint8_t first; /* the script that it begins with, of those a piece may not mix */
    uint8_t last;  /* and the one that it ends with */
    uint8_t flags;
} tkz__bpe_token;

#define TKZ__BPE_NO_TEXT UINT64_MAX

typedef struct tkz__bpe_tokens {
    tkz_allocator allocator;
    const tkz_bpe_options *options; /* with all defaults filled in */
    tkz__bpe_token *tokens;
    uint32_t *lengths; /* of each token, in symbols, which are places */
    size_t count;
    size_t capacity;
    size_t length_capacity;
    uint8_t *texts; /* of tokens that are not too long for `text_limit` */
    size_t text_size;
    size_t text_capacity;
    size_t text_limit;       /* longer ones are never asked for */
    size_t longest_reserved; /* bytes of the longest forbidden text */
    uint8_t *spelled;        /* room for that */
} tkz__bpe_tokens;

/* The symbols of the alphabet. `options` must live as long. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_tokens_init(tkz__bpe_tokens *tokens,
                                            const tkz_bpe_options *options,
                                            const tkz__bpe_alphabet *alphabet, tkz_error *error);
void tkz__bpe_tokens_free(tkz__bpe_tokens *tokens); /* accepts an all-zero struct */

/* No symbols yet: for a vocabulary that is there, whose tokens become symbols one by one. `options` must
 * live as long, and forbid no more texts. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_tokens_start(tkz__bpe_tokens *tokens,
                                             const tkz_bpe_options *options,
                                             const tkz_allocator *allocator, tkz_error *error);
/* The next symbol: a token of `size` bytes, or of 0 where there is none. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_tokens_add(tkz__bpe_tokens *tokens, const uint8_t *text,
                                           size_t size, tkz_error *error);

/* Adds the token that a merge makes. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_tokens_join(tkz__bpe_tokens *tokens, uint32_t left, uint32_t right,
                                            tkz_error *error);

/* Appends the bytes of a token of an alphabet to `text`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_tokens_spell(const tkz__bpe_tokens *tokens, const tkz__bpe_alphabet *alphabet, uint32_t id,
                                             tkz__buffer *text, tkz_error *error);

/* May two neighbours become one token, as far as lengths, scripts, digits and spaces go? */
bool tkz__bpe_tokens_may_join(const tkz__bpe_tokens *tokens, uint32_t left, uint32_t right);

/* Do they spell a forbidden text? */
bool tkz__bpe_tokens_is_forbidden(const tkz__bpe_tokens *tokens, uint32_t left, uint32_t right);

/* For the queue of pairs, of equal counts: is the token of the first pair made before that of the
 * second one? `context` is the tokens. That of sentencepiece: fewer characters, then by code point
 * (src/bpe_model_trainer.cc). */
bool tkz__bpe_tokens_shorter_first(const void *context, const tkz__pair_count *a,
                                   const tkz__pair_count *b);

#endif
