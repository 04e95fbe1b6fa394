/* SPDX-License-Identifier: Apache-2.0
 *
 * Word counts from inside: walking the table in its fixed order. Leans on core's byte map and subword's pre-tokenizers.
 */
#ifndef TKZ_TRAIN_WORD_COUNTS_H
#define TKZ_TRAIN_WORD_COUNTS_H

#include "core/byte_map.h"
#include "subword/pre_tokenizer.h"
#include "tokenize/train.h"

/* The entries sorted by word bytes (memcmp, shorter first); owned by `counts`, valid until it
 * changes. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_counts_sorted(tkz_word_counts *counts,
                                               const tkz__byte_map_entry *const **entries,
                                               size_t *count, tkz_error *error);
const tkz__byte_map *tkz__word_counts_map(const tkz_word_counts *counts);
const tkz__pre_tokenizer *tkz__word_counts_pre_tokenizer(const tkz_word_counts *counts);

/* Bytes of memory that the table holds. */
size_t tkz__word_counts_memory(const tkz_word_counts *counts);

#endif
