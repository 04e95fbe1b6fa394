/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of an evaluation of vocabularies: what its pass over the texts adds up, and what the report is made
 * of. Leans on train's figures, corpus's frames and jansson.
 */
#ifndef TKZ_PIPELINE_EVALUATE_H
#define TKZ_PIPELINE_EVALUATE_H

#include <jansson.h>
#include <stdatomic.h>

#include "corpus/frame_reader.h"
#include "pipeline/tally.h"
#include "tokenize/evaluate.h"
#include "train/resample.h"
#include "train/token_classes.h"

/* Of the texts alone. */
typedef struct tkz__text_sums {
    uint64_t documents;
    uint64_t characters;
    uint64_t bytes;
    uint64_t words;
    uint64_t word_borders;
} tkz__text_sums;

/* Of one vocabulary. */
typedef struct tkz__model_sums {
    uint64_t tokens;
    uint64_t token_borders;
    uint64_t common_borders;
    uint64_t whole_words;
    uint64_t not_restored; /* documents that decoding does not give back */
} tkz__model_sums;

/* The columns that are resampled: those of the texts, then four for each vocabulary. */
enum {
    TKZ__COLUMN_CHARACTERS,
    TKZ__COLUMN_BYTES,
    TKZ__COLUMN_WORDS,
    TKZ__COLUMN_WORD_BORDERS,
    TKZ__TEXT_COLUMNS
};
enum {
    TKZ__COLUMN_TOKENS,
    TKZ__COLUMN_TOKEN_BORDERS,
    TKZ__COLUMN_COMMON,
    TKZ__COLUMN_WHOLE_WORDS,
    TKZ__MODEL_COLUMNS
};
static inline uint32_t tkz__model_column(size_t model, int column)
{
    return TKZ__TEXT_COLUMNS + (uint32_t)model * TKZ__MODEL_COLUMNS + (uint32_t)column;
}

/* The first document that decoding does not give back. */
typedef struct tkz__lost_text {
    bool found;
    uint32_t source;
    uint64_t line;
    uint64_t offset;  /* of the first byte that differs, in the text */
    char text[64];    /* from there on; whole bytes, cut anywhere */
    char decoded[64];
    uint8_t text_size;
    uint8_t decoded_size;
} tkz__lost_text;

/* A vocabulary, and its sums over one domain. */
typedef struct tkz__evaluated {
    tkz__token_classes classes;
    bool cuts_words; /* its pre-tokenizer is "morph" */
    _Atomic uint64_t *counts; /* of each id, in the domain at hand */
    uint64_t *all_counts;     /* in those before, and at last in all */
    tkz__model_sums sums;
    tkz__model_sums all_sums;
    tkz__lost_text lost; /* in the domain at hand */
    uint64_t bytes_encoded;  /* in all, with what they took on all threads together */
    double seconds;
    double *tokens_per_byte; /* of the domains done */
} tkz__evaluated;

typedef struct tkz__evaluation {
    const tkz_evaluation *what;
    const tkz_executor *executor;
    const tkz_progress_callback *progress;
    tkz_allocator allocator;
    tkz__input_format format;
    tkz__record_options record;
    uint32_t largest; /* ids of the largest vocabulary */
    tkz__evaluated *models;
    /* Of the domain at hand: */
    size_t domain;
    tkz__text_sums text;
    uint64_t bad;
    uint64_t bytes_before; /* stored bytes of the domains before */
    tkz__bad_sample bad_first;
    bool has_bad_first;
    uint32_t bad_source;
    tkz__resample resample;
    /* Of all: */
    tkz__text_sums all_text;
    uint64_t all_bad;
    uint64_t documents; /* told to the progress callback */
    tkz__resample all_resample;
    json_t *domains; /* of the report */
    json_t *results;
} tkz__evaluation;

/* Reads the texts of domain `evaluation->domain` with all threads and adds up. */
TKZ_CHECKED tkz_status tkz__evaluate_domain(tkz__evaluation *evaluation, tkz_error *error);

/* Adds the domain at hand to the report, and its sums to those of all. */
TKZ_CHECKED tkz_status tkz__evaluation_close_domain(tkz__evaluation *evaluation,
                                                    tkz_error *error);
/* The whole report, once all domains are closed. */
TKZ_CHECKED tkz_status tkz__evaluation_report(tkz__evaluation *evaluation, tkz_bytes *report,
                                              tkz_error *error);

#endif
