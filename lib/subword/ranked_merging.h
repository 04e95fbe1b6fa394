/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out every merge of the model in rank order, with or
 * without dropout. Leans on the image.
 *
 * matching.h needs one pair of halves for each symbol and merges in the order of their
 * results. Two cases have neither. With dropout a merge that would come first may be
 * passed over, and then any merge of the model can happen. And of some vocabularies the
 * merges act out of the order of their ranks (merge_selection.h). Here merges wait in a
 * queue, lowest rank first, of equal ranks the leftmost: n log n for n bytes. Where there are few tokens, or several,
 * all pairs or blocks of them are looked at instead (ranked_few.c).
 */
#ifndef TKZ_SUBWORD_RANKED_MERGING_H
#define TKZ_SUBWORD_RANKED_MERGING_H

#include "core/random.h"
#include "subword/tokenizer_image.h"

/* Looks merges up and holds the memory of merging. A worker has its own. */
typedef struct tkz__ranked_merger tkz__ranked_merger;

/* `image` must outlive it. Takes 7 to 14 bytes a merge and 1.4 MB. Errors: CORRUPT (the
 * merges are not of the tokens), LIMIT (merges chosen so that they collide), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__ranked_merger_new(tkz__ranked_merger **merger, const tkz__image *image,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__ranked_merger_free(tkz__ranked_merger *merger); /* accepts NULL */

/* Makes room for pieces of up to `size` bytes. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__ranked_merger_reserve(tkz__ranked_merger *merger, size_t size,
                                                  tkz_error *error);

/* Whether a merge that comes to its turn is passed over. */
typedef struct tkz__dropout {
    uint64_t bound; /* tkz__random_bound of the probability; 0: never */
    bool forgets;   /* what was passed over does not come again (sentencepiece: src/bpe_model.cc) */
    tkz__random random;
} tkz__dropout;

/* Encodes a piece of 1 or more bytes, all of them with tokens, that there is room for, into `ids`,
 * which
 * has room for one a byte. A merge that is passed over, unless it is forgotten, is queued again
 * behind the next one that
 * is not (HF tokenizers 0.23: src/models/bpe/word.rs, merge_all), which makes the time
 * n log n / (1 - p), and n where p is 1. Returns the number of ids; 0 if the image is damaged. */
size_t tkz__ranked_merge(tkz__ranked_merger *merger, tkz__dropout *dropout, const uint8_t *bytes,
                         size_t size, uint32_t *ids);

#endif
