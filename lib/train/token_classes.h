/* SPDX-License-Identifier: Apache-2.0
 *
 * What each token of a vocabulary is, as evaluation asks it: told once for all ids. Leans on subword's
 * tokenizer.
 */
#ifndef TKZ_TRAIN_TOKEN_CLASSES_H
#define TKZ_TRAIN_TOKEN_CLASSES_H

#include "core/memory.h"
#include "subword/tokenizer.h"

enum tkz__token_flag {
    TKZ__TOKEN_PRESENT = 1, /* the id has a token */
    TKZ__TOKEN_SPECIAL = 2, /* never made of text unless that is allowed */
    TKZ__TOKEN_UNKNOWN = 4, /* stands for text that the vocabulary does not have */
    TKZ__TOKEN_BYTE = 8,    /* stands for one byte: a piece of byte fallback, or of byte-level BPE a
                             * byte above 7F that no merge took in */
    TKZ__TOKEN_BROKEN = 16, /* its bytes are no whole characters */
    TKZ__TOKEN_SCORED = 32  /* has the logarithm of a probability: a normal piece of a Unigram model */
};

/* Characters of tokens are counted up to this. */
enum { TKZ__TOKEN_LONGEST = 32 };

typedef struct tkz__token_class {
    uint8_t flags;      /* of tkz__token_flag */
    uint8_t characters; /* 0 for BROKEN ones; TKZ__TOKEN_LONGEST: so many or more */
} tkz__token_class;

typedef struct tkz__token_classes {
    tkz__token_class *classes; /* one for each id */
    uint32_t count;
    uint32_t usable; /* ids with a token that text can become: neither SPECIAL nor UNKNOWN */
    tkz_allocator allocator;
} tkz__token_classes;

/* Errors: CORRUPT (a damaged image), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__token_classes_init(tkz__token_classes *classes,
                                               const tkz_tokenizer *tokenizer,
                                               const tkz_allocator *allocator, tkz_error *error);
void tkz__token_classes_free(tkz__token_classes *classes); /* accepts an all-zero struct */

#endif
