/* SPDX-License-Identifier: Apache-2.0
 *
 * What one thread of an evaluation does with a frame: documents are read and cut into words once, and
 * encoded with one vocabulary after the other. Leans on evaluate.h.
 */
#ifndef TKZ_PIPELINE_EVALUATE_TEXTS_H
#define TKZ_PIPELINE_EVALUATE_TEXTS_H

#include "pipeline/evaluate.h"

/* The scratch of one thread, and its share of the sums. */
typedef struct tkz__evaluation_worker {
    tkz__arena arena;
    tkz_encoder **encoders; /* one for each model */
    void *words;            /* worker of the boundary source; NULL: none */
    tkz__buffer documents;  /* of the frame: text, line, words of each */
    tkz__buffer ranges;     /* of tkz_word_range */
    tkz__buffer values;     /* u64: the columns of each document */
    uint32_t *seen;         /* how often each id occurred in the frame with the model at hand */
    uint32_t *touched;      /* ids whose number is not 0 */
    size_t touched_count;
    tkz__text_sums text;
    tkz__model_sums *sums;
    double *seconds;
    tkz__resample resample;
} tkz__evaluation_worker;

/* One frame on its way. Reused. */
typedef struct tkz__evaluation_slot {
    tkz__frame frame;
    uint64_t stored_done;
    uint64_t documents;
    uint64_t bad;
    tkz__bad_sample bad_first;
    tkz__lost_text *lost; /* one for each model */
} tkz__evaluation_slot;

TKZ_CHECKED tkz_status tkz__evaluation_worker_init(tkz__evaluation_worker *worker,
                                                   const tkz__evaluation *evaluation,
                                                   tkz_error *error);
/* Accepts a zeroed struct, and one whose making failed. */
void tkz__evaluation_worker_free(tkz__evaluation_worker *worker,
                                 const tkz__evaluation *evaluation);

/* Does the whole work of a frame of the domain at hand. */
TKZ_CHECKED tkz_status tkz__evaluate_frame(tkz__evaluation *evaluation,
                                           tkz__evaluation_worker *worker,
                                           tkz__evaluation_slot *slot, tkz_error *error);

/* Adds the sums of a worker to those of the domain. */
void tkz__evaluation_add_worker(tkz__evaluation *evaluation,
                                const tkz__evaluation_worker *worker);

#endif
