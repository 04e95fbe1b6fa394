/* SPDX-License-Identifier: Apache-2.0
 *
 * Words as the tokens that a model makes of them, for those who change its vocabulary. Leans on
 * subword's edited tokenizers and encoder.
 */
#ifndef TKZ_TRAIN_VOCABULARY_ROWS_H
#define TKZ_TRAIN_VOCABULARY_ROWS_H

#include "core/buffer.h"
#include "subword/tokenizer_edit.h"
#include "tokenize/train.h"

/* Does the model write a space as U+2581, as sentencepiece does? */
bool tkz__vocabulary_has_marks(const tkz_tokenizer *tokenizer);

/* Appends a word, its spaces as U+2581 if `marks`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__vocabulary_put_word(tkz__buffer *text, const char *word, size_t size,
                                                bool marks, tkz_error *error);

/* The model with nothing around its tokens (tkz__tokenizer_edit.is_bare). */
TKZ_CHECKED tkz_status tkz__vocabulary_bare(const tkz_tokenizer *tokenizer,
                                            const tkz_allocator *allocator, tkz_tokenizer **bare,
                                            tkz_error *error);

/* Ids of each word: those of word i are ids[offsets[i]] .. ids[offsets[i+1]-1]. */
typedef struct tkz__vocabulary_rows {
    tkz_allocator allocator;
    uint32_t *ids;
    size_t id_count;
    size_t id_capacity;
    uint64_t *offsets; /* count + 1 */
    size_t count;
} tkz__vocabulary_rows;

/* Encodes words with a bare model, spaces as U+2581 if `marks`. Linear in the bytes of the words.
 * Errors: those of encoding, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__vocabulary_rows_make(tkz__vocabulary_rows *rows, tkz_tokenizer *bare,
                                                 const tkz_word_list *words, bool marks,
                                                 const tkz_allocator *allocator, tkz_error *error);
void tkz__vocabulary_rows_free(tkz__vocabulary_rows *rows); /* accepts an all-zero struct */

/* How many of `words`, which are the texts of the tokens from `first` on, does a model encode to something
 * else than that token? `*example` (may be NULL) is the first such token. Errors: as above. */
TKZ_CHECKED tkz_status tkz__vocabulary_count_others(tkz_tokenizer *model, const tkz_word_list *words,
                                                    uint32_t first, const tkz_allocator *allocator,
                                                    uint32_t *others, uint32_t *example,
                                                    tkz_error *error);

/* Is a token one that no word may become: special, unknown, a byte of an unknown character? */
bool tkz__vocabulary_is_wall(const tkz_tokenizer *tokenizer, uint32_t id);

#endif
