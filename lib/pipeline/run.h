/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a run while it goes through its passes. Leans on everything in
 * this room.
 */
#ifndef TKZ_PIPELINE_RUN_H
#define TKZ_PIPELINE_RUN_H

#include "corpus/frame_reader.h"
#include "pipeline/frame_job.h"
#include "pipeline/journal.h"
#include "pipeline/sinks.h"
#include "tokenize/train.h"

/* The steps of a run, in their order; a recipe needs some of them. */
typedef enum tkz__step {
    TKZ__STEP_READ,  /* inputs: clean, sign; stage, or everything at once */
    TKZ__STEP_DEDUP, /* decide which documents repeat earlier ones */
    TKZ__STEP_COUNT, /* words of what is left */
    TKZ__STEP_TRAIN,
    TKZ__STEP_WRITE, /* encode and write what is left */
    TKZ__STEP_END
} tkz__step;

typedef struct tkz__run {
    const tkz_recipe *recipe;
    const tkz_executor *executor;
    const tkz_progress_callback *progress;
    tkz_allocator allocator;
    uint64_t memory;

    bool needed[TKZ__STEP_END];
    tkz__pass passes[TKZ__STEP_END]; /* of READ, COUNT and WRITE */
    uint32_t step_index;             /* for progress: among those needed */
    uint32_t step_count;

    tkz__journal journal;
    tkz__streams streams;
    tkz_filter_set *filters;
    tkz_dictionary *filter_dictionary; /* whose words the filters count; NULL: none */
    tkz_boundaries filter_words;       /* the same as a boundary source, or white space */
    char *made_with;           /* of scores: what values depend on, as JSON; NULL without scores */
    tkz_dictionary *dictionary;
    tkz__word_rules rules;
    tkz__word_counter *counter; /* of the pass that counts, and its words afterwards */
    tkz__word_sums word_sums;   /* once they were gone through */
    tkz_dictionary *encode_dictionary; /* of a model that cuts text into its words */
    tkz_boundaries words;              /* the same as a boundary source; `open` NULL: there is none */
    tkz_tokenizer *tokenizer;
    tkz__staged_file staged;
    tkz__bitmap repeated;

    tkz__statistics_plan statistics_plan;
    tkz__statistics statistics; /* of all frames that were judged; `plan` NULL: not asked for */
    tkz__tally total;
    uint64_t staged_documents; /* kept by READ, before deduplication */
    tkz__written written;      /* of finished passes */
    json_t *files;             /* finished shards, in order */
    json_t *timings;           /* {"name","seconds","bytes"} of the steps of this process */
    json_t *not_exported;      /* why there is no tokenizer.json, or NULL */
    json_t *vocabulary;        /* {"size","types","tokens",...} once trained, or NULL */
    uint64_t stored_in;
    bool resumed;
} tkz__run;

/* run_frames.c: carries out a step that goes over documents. */
TKZ_CHECKED tkz_status tkz__run_frames(tkz__run *run, tkz__step step, tkz_error *error);

/* run_vocabulary.c: opens, trains and publishes the vocabulary. */
TKZ_CHECKED tkz_status tkz__run_open_vocabulary(tkz__run *run, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_train(tkz__run *run, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_publish_vocabulary(tkz__run *run, tkz_error *error);

/* run_words.c: bytes of the longest record that there is memory for, at most the recipe's limit. A longer one within that limit
 * ends a run: were it bad, what is counted would depend on the memory. */
uint64_t tkz__run_record_room(const tkz__run *run, uint32_t workers);

/* run_words.c: makes the counter for so many workers, closes it, publishes its words, and says what
 * was counted (a new reference; NULL: nothing was). */
TKZ_CHECKED tkz_status tkz__run_make_counter(tkz__run *run, uint32_t workers, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_close_counter(tkz__run *run, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_publish_counts(tkz__run *run, tkz_error *error);
json_t *tkz__run_words(const tkz__run *run);

/* The words for training, within the memory allowed. Free with tkz_word_counts_free. */
TKZ_CHECKED tkz_status tkz__run_load_words(tkz__run *run, tkz_word_counts **counts,
                                           tkz_error *error);

/* run_report.c: the accounts. */
TKZ_CHECKED tkz_status tkz__run_check_accounts(const tkz__run *run, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_write_manifest(const tkz__run *run, tkz_error *error);
TKZ_CHECKED tkz_status tkz__run_report(const tkz__run *run, tkz_bytes *report, tkz_error *error);

/* Seconds of a clock that only goes forward. */
double tkz__run_clock(void);

/* Adds a step's time to `timings`. */
void tkz__run_add_timing(tkz__run *run, const char *name, double seconds, uint64_t bytes);

/* Saves where the run stands: `step` with its own state (reference taken over; NULL: at its
 * beginning). */
TKZ_CHECKED tkz_status tkz__run_save(tkz__run *run, tkz__step step, json_t *state,
                                     tkz_error *error);

#endif
