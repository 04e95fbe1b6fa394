/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts the words of documents, on several threads, in bounded memory: a thread whose table is
 * full writes it out in order, and at the end all that was written is merged. The result does not
 * depend on threads, memory, or the order of documents. Leans on word_cells, word_cut, word_table
 * and word_merge.
 */
#ifndef TKZ_TRAIN_WORD_COUNTER_H
#define TKZ_TRAIN_WORD_COUNTER_H

#include "train/word_cut.h"
#include "train/word_table.h"

/* The least memory for one worker. */
#define TKZ__COUNTER_LEAST_MEMORY (UINT64_C(2) << 20)

typedef struct tkz__word_counter tkz__word_counter;

typedef struct tkz__word_counter_options {
    const tkz__word_rules *rules; /* borrowed for the counter's life */
    const char *normal_form;      /* for the head of the table; NULL: none */
    const char *boundaries;
    const char *const *sources; /* names, ascending; NULL: one that is called "all" */
    uint32_t source_count;
    uint32_t workers;
    uint64_t memory;    /* bytes of all tables together; 0: no bound */
    const char *folder; /* for what has no room; NULL: there is none */
} tkz__word_counter_options;

/* What was counted, and out of what. */
typedef struct tkz__word_intake {
    uint64_t documents;
    uint64_t lines; /* LFs, and an end without one */
    uint64_t bytes;
    uint64_t cut_words; /* longer than TKZ__WORD_LIMIT, and counted as several */
    uint64_t runs;      /* tables written out */
} tkz__word_intake;

/* Errors: LIMIT (less than TKZ__COUNTER_LEAST_MEMORY for each worker), INVALID_ARGUMENT (sources), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_counter_new(tkz__word_counter **counter,
                                             const tkz__word_counter_options *options,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__word_counter_free(tkz__word_counter *counter); /* accepts NULL */

/* Counts the words of one document. Calls for different workers may come at the same time.
 * `boundaries`, the worker's own, may be NULL. Errors: LIMIT (memory is full and there is no
 * folder; or 4 GiB of text), OVERFLOW, OUT_OF_MEMORY, those of files and of the boundary source;
 * after one the counter can only be freed. */
TKZ_CHECKED tkz_status tkz__word_counter_add(tkz__word_counter *counter, uint32_t worker,
                                             uint32_t source, const char *text, size_t size,
                                             const tkz__boundary_source *boundaries,
                                             tkz_error *error);

/* Adds `count` (0 adds nothing) occurrences of a word of 1 .. TKZ__WORD_LIMIT bytes. */
TKZ_CHECKED tkz_status tkz__word_counter_add_word(tkz__word_counter *counter, uint32_t worker,
                                                  uint32_t source, const void *word, size_t size,
                                                  uint64_t count, tkz_error *error);

/* Ends counting and brings everything into order, on `executor` (NULL: the calling thread). */
TKZ_CHECKED tkz_status tkz__word_counter_finish(tkz__word_counter *counter,
                                                const tkz_executor *executor, tkz_error *error);

/* After finish: the words from the first one on, as often as wanted, one pass at a time. */
TKZ_CHECKED tkz_status tkz__word_counter_begin(tkz__word_counter *counter,
                                               tkz__word_stream *stream, tkz_error *error);
/* After finish: gives the words' memory and files back; head and intake stay. */
void tkz__word_counter_drop_words(tkz__word_counter *counter);

const tkz__word_head *tkz__word_counter_head(const tkz__word_counter *counter);
tkz__word_intake tkz__word_counter_intake(const tkz__word_counter *counter);

#endif
