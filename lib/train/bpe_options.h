/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of BPE training from inside. Leans on core's byte map and subword's
 * pre-tokenizers.
 */
#ifndef TKZ_TRAIN_BPE_OPTIONS_H
#define TKZ_TRAIN_BPE_OPTIONS_H

#include "core/byte_map.h"
#include "subword/pre_tokenizer.h"
#include "tokenize/train.h"

struct tkz_bpe_options {
    tkz_allocator allocator;
    uint32_t size;
    uint64_t minimum_count;
    int32_t unit;  /* of tkz_bpe_unit */
    int32_t order; /* of tkz_bpe_order */
    uint32_t longest_bytes;      /* 0: the default */
    uint32_t longest_characters; /* 0: the default */
    double coverage;
    uint32_t alphabet_limit; /* 0: none */
    uint32_t split;          /* of tkz_bpe_split */
    bool is_split_set;
    bool byte_fallback;
    uint64_t memory; /* 0: any */
    const tkz__pre_tokenizer *pre_tokenizer; /* NULL: not said, or `steps` */
    char *steps; /* of a pre-tokenizer without a name; NULL: none */
    tkz__byte_map specials;  /* in order of insertion */
    tkz__byte_map required;  /* characters */
    tkz__byte_map required_tokens; /* whole ones */
    tkz__byte_map forbidden; /* texts that no merge may make -> 1; 0 of those that tokens have already, as the specials */
};

/* A text that a token has already, so that no merge makes it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_options_reserve(tkz_bpe_options *options, const char *text, size_t size,
                                                tkz_error *error);

/* Is the text one of those given to tkz_bpe_options_forbid? */
bool tkz__bpe_options_is_forbidden(const tkz_bpe_options *options, const void *text, size_t size);

/* Do the options contradict each other? Errors: INVALID_OPTION. */
TKZ_CHECKED tkz_status tkz__bpe_options_check(const tkz_bpe_options *options, tkz_error *error);

/* How the pre-tokenizer is spelled; "" if none is said. */
const char *tkz__bpe_options_words(const tkz_bpe_options *options);

/* A copy of its own. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_options_copy(tkz_bpe_options **copy,
                                             const tkz_bpe_options *options,
                                             const tkz_allocator *allocator, tkz_error *error);

/* XXH3 of all that merges depend on: not the size, not the memory, not whole required tokens. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_options_hash(const tkz_bpe_options *options, uint64_t *hash,
                                             tkz_error *error);

#endif
