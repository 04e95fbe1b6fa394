/* SPDX-License-Identifier: Apache-2.0
 *
 * Several streams of words seen as one: counts of the same word are added. Leans on word_table.
 */
#ifndef TKZ_TRAIN_WORD_MERGE_H
#define TKZ_TRAIN_WORD_MERGE_H

#include "train/word_table.h"

typedef struct tkz__word_merge tkz__word_merge;

/* A merge into words with `source_count` counts. */
TKZ_CHECKED tkz_status tkz__word_merge_new(tkz__word_merge **merge, uint32_t source_count,
                                           const tkz_allocator *allocator, tkz_error *error);
void tkz__word_merge_free(tkz__word_merge *merge); /* accepts NULL; frees no stream */

/* Adds a stream of words with `source_count` counts, before the first word is taken. `columns` says
 * which source of the result each of them is (copied); NULL: the same ones. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_merge_add(tkz__word_merge *merge, tkz__word_stream stream,
                                           const uint32_t *columns, uint32_t source_count,
                                           tkz_error *error);

/* The merged words. Errors: OVERFLOW, OUT_OF_MEMORY, those of the streams. */
tkz__word_stream tkz__word_merge_stream(tkz__word_merge *merge);

#endif
