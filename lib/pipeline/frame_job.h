/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens to one frame in one pass: its documents are read, judged, signed,
 * staged, counted, encoded, written into memory. No files here. Leans on the rooms below.
 */
#ifndef TKZ_PIPELINE_FRAME_JOB_H
#define TKZ_PIPELINE_FRAME_JOB_H

#include "index/bitmap.h"
#include "morph/word_borders.h"
#include "pipeline/recipe.h"
#include "pipeline/staging.h"
#include "pipeline/statistics.h"
#include "pipeline/tally.h"
#include "tokenize/clean.h"
#include "tokenize/subword.h"
#include "train/word_counter.h"

/* What a pass does with each document. */
typedef struct tkz__pass {
    const char *name;
    bool from_staged; /* documents come from the staged file, otherwise from the inputs */
    bool sign;        /* signatures for deduplication */
    bool stage;       /* kept records for a later pass */
    bool count;       /* words */
    bool encode;
    bool write;       /* kept records as text */
    bool last;        /* the last pass over documents: its accounts are the final ones */
} tkz__pass;

/* Shared by all workers of a pass, and not changed by them. */
typedef struct tkz__job_context {
    const tkz_recipe *recipe;
    const tkz__pass *pass;
    const tkz_normal_form *normal_form; /* NULL: texts stay as they are */
    const tkz_normal_form *editors;    /* behind it; NULL: there are none */
    const tkz_filter_set *filters;     /* NULL: keep all */
    bool needs_url;                    /* they look at the URL of documents */
    const tkz_boundaries *filter_words; /* that filters count; NULL: none does */
    tkz_tokenizer *tokenizer;          /* for encode */
    bool has_append;
    uint32_t append;                   /* id behind every document */
    tkz__word_counter *counter;        /* for count; each worker has its own part of it */
    tkz_dictionary *dictionary;        /* for count; NULL: no boundaries */
    const tkz_boundaries *words;       /* for encode; NULL: the model needs none */
    const tkz__staged_file *staged;    /* for from_staged */
    const tkz__bitmap *repeated;       /* for from_staged: documents to drop; NULL: none */
    bool hold;                         /* some documents are held out of training */
    uint64_t hold_below;               /* those whose hash is below this */
    bool keep_rejects;
    bool keep_bad;
    bool keep_scores;
    const char *made_with; /* for keep_scores: JSON, or "" */
    const tkz__statistics_plan *statistics; /* NULL: none are made */
    bool compress;                     /* text, rejects and bad as zstd frames */
    bool compress_text_stream;         /* text and rejects on their way to streams, where there is much of them */
    bool compress_rejects_stream;
    tkz_allocator allocator;
} tkz__job_context;

/* A kept document of the frame that the encoder refused: its place among the kept ones, and why. */
typedef struct tkz__refused_text {
    uint64_t index;
    tkz_error error;
} tkz__refused_text;

/* The scratch of one worker. */
typedef struct tkz__job_worker {
    tkz__arena arena;
    tkz_normalizer *normalizer;
    tkz_normalizer *editor;
    tkz_cleaner *cleaner;
    tkz_encoder *encoder;
    tkz__boundary_source boundaries;
    uint32_t number; /* among the workers */
    tkz__frame_compressor *fast_compressor; /* level 1, for what is staged */
    tkz__frame_compressor *compressor;      /* for output */
    tkz__buffer block;   /* a staged block, decompressed or being built */
    tkz__buffer texts;   /* texts to encode, one behind the other */
    tkz__buffer borders; /* their u64 offsets */
    tkz__buffer held;    /* a byte for each: 1 if held out */
    tkz__buffer sources; /* a u32 for each: its source */
    tkz__buffer refused; /* tkz__refused_text, ordered by index */
    tkz__buffer names;   /* for ids as JSON: the ids of documents */
    tkz__buffer name_borders;
} tkz__job_worker;

TKZ_CHECKED tkz_status tkz__job_worker_init(tkz__job_worker *worker,
                                            const tkz__job_context *context, uint32_t number,
                                            tkz_error *error);
void tkz__job_worker_free(tkz__job_worker *worker); /* accepts a zeroed struct */

/* Lines for one output, as content and, if the output is compressed, as a zstd frame. */
typedef struct tkz__section {
    tkz__buffer content;
    tkz__buffer stored;
    uint64_t records;
} tkz__section;

/* One frame on its way: what goes in and what comes out. Reused. */
typedef struct tkz__job_item {
    tkz__frame frame;     /* from the inputs */
    uint64_t block;       /* number of the block in the staged file */
    tkz__buffer signatures;
    tkz__buffer staged;   /* compressed block */
    uint32_t staged_count;
    tkz__section text;
    tkz__section rejects;
    tkz__section bad;
    tkz__section scores;
    tkz__buffer ids;      /* u32, appended ones included */
    tkz__buffer offsets;  /* u64, one more than documents */
    uint64_t encoded;     /* documents */
    tkz__buffer ids_text; /* the lines of an ids stream */
    tkz__tally tally;
    tkz__statistics statistics; /* of the pass that judges, where they are asked for */
} tkz__job_item;

void tkz__job_item_init(tkz__job_item *item, const tkz_allocator *allocator);
void tkz__job_item_free(tkz__job_item *item);

/* Does the whole work of `item`. */
TKZ_CHECKED tkz_status tkz__job_run(const tkz__job_context *context, tkz__job_worker *worker,
                                    tkz__job_item *item, tkz_error *error);

#endif
