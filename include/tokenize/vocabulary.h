/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies made of others: extended, appended to, merged, pruned, mapped and checked.
 */
#ifndef TOKENIZE_VOCABULARY_H
#define TOKENIZE_VOCABULARY_H

#include "tokenize/base.h"
#include "tokenize/subword.h"
#include "tokenize/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an extension has added. */
typedef struct tkz_extension {
    uint32_t first;       /* the first new id; those below are as they were */
    uint32_t characters;  /* new tokens that are characters, which come first */
    uint32_t merges;      /* and those that merges make */
    uint32_t unreachable; /* of the new ones: merging makes something else of their own text */
    uint32_t example;     /* the first of those */
    uint32_t cut;         /* of bytes: the pre-tokenizer cuts the text of so many where it stands alone */
    int32_t is_done;      /* 1: no pair was left before the size was reached */
} tkz_extension;

/* Goes on with the merges of a BPE, of bytes or of characters, on new words: each is cut as the model
 * does it, then the most frequent pair of tokens is merged again and again, exactly, as in training
 * (Purason et al., arXiv:2512.03989). The new merges stand behind all old ones, so that a text changes only
 * where one of them acts, and each new token is made of tokens that the model makes. Old ids stay. Of
 * characters, those of the words that the vocabulary does not have come first, as far as the coverage of
 * the options asks for them; control characters are never among them. Of pieces with scores the new ones
 * have lower scores than all old ones.
 *
 * Of the options hold: size (ids in the end), minimum count, longest, coverage, limit, required and
 * forbidden texts, split, memory; unit and order follow from the model: equal counts go by the smaller
 * ids, or by length and code point where the model has U+2581 for spaces. There, unless a split is set,
 * new pieces keep digits apart if all old ones do. Words must have been cut by the model's own
 * pre-tokenizer. The result depends on nothing but these. `progress` may be NULL.
 * Errors: UNSUPPORTED (no BPE), INVALID_OPTION (the size is too small; options of the other unit),
 * EMPTY_INPUT, LIMIT, CANCELLED, OUT_OF_MEMORY, CORRUPT. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_extend(const tkz_tokenizer *tokenizer,
                                                     const tkz_bpe_options *options,
                                                     const tkz_word_list *words,
                                                     const tkz_progress_callback *progress,
                                                     const tkz_allocator *allocator,
                                                     tkz_tokenizer **extended,
                                                     tkz_extension *extension, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_VOCABULARY_H */
