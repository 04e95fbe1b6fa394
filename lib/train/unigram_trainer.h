/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of Unigram training from text to model. Leans on unigram_options and unigram_sentences.
 */
#ifndef TKZ_TRAIN_UNIGRAM_TRAINER_H
#define TKZ_TRAIN_UNIGRAM_TRAINER_H

#include "train/unigram_em.h"
#include "train/unigram_sentences.h"

/* A piece of the finished vocabulary. */
typedef struct tkz__final_piece {
    float score;
    size_t start; /* in `texts` */
    uint32_t size;
} tkz__final_piece;

typedef struct tkz__final_pieces {
    tkz_allocator allocator;
    tkz__final_piece *pieces;
    size_t count;
    size_t capacity;
    tkz__buffer texts; /* UTF-8 */
} tkz__final_pieces;

void tkz__final_pieces_init(tkz__final_pieces *pieces, const tkz_allocator *allocator);
void tkz__final_pieces_free(tkz__final_pieces *pieces);
TKZ_CHECKED tkz_status tkz__final_pieces_add(tkz__final_pieces *pieces,
                                             const uint32_t *characters, size_t size, float score,
                                             tkz_error *error);

/* Chooses from what training has left, all in `trained`: the alphabet, which gets a score if it has none
 * (sentencepiece: src/unigram_model_trainer.cc, FinalizeSentencePieces), then the highest scores, `room`
 * in all. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_finish(tkz__final_pieces *trained, size_t room,
                                           const tkz__unigram_sentences *sentences,
                                           tkz_error *error);

/* Tokens that are not trained, with their ids. */
typedef struct tkz__meta_token {
    uint32_t id;
    int type; /* of the file: 2 unknown, 3 control, 4 user-defined, 6 byte */
    const char *text; /* of the options; NULL: that of a byte */
    uint32_t size;
    unsigned byte;
} tkz__meta_token;

typedef struct tkz__meta_tokens {
    tkz_allocator allocator;
    tkz__meta_token *tokens; /* by id */
    size_t count;
    size_t capacity;
} tkz__meta_tokens;

/* Errors: INVALID_OPTION (ids or names that collide, no unknown token, no room), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__meta_tokens_init(tkz__meta_tokens *meta,
                                             const tkz_unigram_options *options,
                                             tkz_error *error);
void tkz__meta_tokens_free(tkz__meta_tokens *meta);

/* The bytes of the model. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_model(const tkz_unigram_options *options,
                                          const tkz__meta_tokens *meta,
                                          const tkz__final_pieces *pieces,
                                          const tkz_allocator *allocator, tkz_bytes *model,
                                          tkz_error *error);

/* A size that is asked for. */
typedef struct tkz__unigram_target {
    uint32_t size; /* ids */
    bool is_done;
    tkz_bytes model;
    tkz_unigram_report report;
} tkz__unigram_target;

struct tkz_unigram_trainer {
    tkz_allocator allocator;
    const tkz_unigram_options *options; /* `own` */
    tkz_unigram_options own; /* those of the caller, whose texts it shares, with the largest size */
    const tkz_executor *executor;
    tkz__unigram_sentences sentences; /* without lines, unless `compat` needs them */
    tkz__unigram_text text;
    uint64_t longest;    /* characters of the longest segment */
    uint64_t words_hash; /* of text and alphabet */
    tkz__unigram_target *targets; /* the largest first: so they are done */
    size_t target_count;
    size_t done_count;
    /* From the search for seeds on: what all sizes that are not done yet have in common. */
    tkz__unigram_pieces pieces;
    tkz__unigram_em em;
    bool has_pieces;
    tkz_unigram_report report;
};

/* The next part of training, after which the state may be saved: the search for seeds; or rounds between two prunings, the
 * sizes that these reach, and a pruning. Errors: those of tkz_unigram_trainer_run. */
TKZ_CHECKED tkz_status tkz__unigram_trainer_step(tkz_unigram_trainer *trainer, const tkz_progress_callback *progress,
                                                 tkz_error *error);

/* Finds out how much memory the pieces that are there need, or before there are any, those that are likely. Errors:
 * LIMIT. */
TKZ_CHECKED tkz_status tkz__unigram_trainer_check_memory(tkz_unigram_trainer *trainer, tkz_error *error);

/* Pieces that have been added become those that are trained. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_trainer_place(tkz_unigram_trainer *trainer, tkz_error *error);

/* Training with the arithmetic of sentencepiece, one thread of it: `trained` as for
 * tkz__unigram_finish, of which it does the part that is its own. Errors: LIMIT, CANCELLED,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_train_compat(const tkz_unigram_options *options,
                                                 const tkz__unigram_sentences *sentences,
                                                 const tkz_progress_callback *progress,
                                                 tkz__final_pieces *trained,
                                                 tkz_unigram_report *report, tkz_error *error);

/* Tells of progress. Errors: CANCELLED. */
TKZ_CHECKED tkz_status tkz__unigram_tell(const tkz_progress_callback *progress, uint64_t done,
                                         uint64_t total, tkz_error *error);

#endif
