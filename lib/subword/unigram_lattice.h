/* SPDX-License-Identifier: Apache-2.0
 *
 * All paths of a Unigram model through one text: the n best of them, samples, entropy. Leans on the
 * encoder.
 *
 * The arithmetic of scores is sentencepiece's (src/unigram_model.cc, class Lattice), for any model: HF
 * has no public call for these. A USER_DEFINED piece counts by characters here, by bytes in encoding;
 * so says the reference.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_LATTICE_H
#define TKZ_SUBWORD_UNIGRAM_LATTICE_H

#include "subword/unigram_encoder.h"

/* A piece at a place of the text. */
typedef struct tkz__unigram_node {
    uint32_t start; /* characters */
    uint32_t end;
    uint32_t id; /* TKZ__UNIGRAM_NO_ID: a character that is no piece */
    float score;
} tkz__unigram_node;

/* All nodes, by start and length; those that end at place i are by_end[ends[i]] to by_end[ends[i +
 * 1] - 1],
 * in the same order. */
typedef struct tkz__unigram_lattice {
    tkz_allocator allocator;
    tkz__unigram_node *nodes;
    size_t node_count;
    size_t node_capacity;
    uint32_t *codes;
    uint32_t *bytes; /* where each character starts; count + 1 */
    uint32_t *begins; /* first node of each place; count + 2 */
    uint32_t *ends;   /* count + 2 */
    uint32_t *by_end;
    size_t count;      /* characters */
    size_t item_count; /* of the arrays but nodes, which are one allocation with `codes` first */
    size_t by_end_count;
} tkz__unigram_lattice;

/* All paths through a text. Errors: LIMIT, OUT_OF_MEMORY; the lattice is empty then. */
TKZ_CHECKED tkz_status tkz__unigram_lattice_make(tkz__unigram_lattice *lattice,
                                                 const tkz__unigram *model, const uint8_t *text,
                                                 size_t size, const tkz_allocator *allocator,
                                                 tkz_error *error);
void tkz__unigram_lattice_free(tkz__unigram_lattice *lattice);

enum {
    TKZ__UNIGRAM_MOST_PATHS = 1024 /* as the models of sentencepiece; its calls stop at 512 */
};

/* The `count` (1 .. TKZ__UNIGRAM_MOST_PATHS) best paths, the best first, in the order of
 * sentencepiece's NBest: appends
 * each to a list of `lists`, its score to `scores`; *found is how many there are. As there, one path
 * is that of encoding and has the score 0, and a search that grows too large gives the best
 * path alone. Errors: INVALID_ARGUMENT, CORRUPT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_nbest(tkz__unigram_worker *worker, const tkz__unigram *model,
                                          const uint8_t *text, size_t size, uint32_t count,
                                          tkz__token_list *lists, float *scores, uint32_t *found,
                                          tkz_error *error);

/* A path drawn with a probability in proportion to exp(alpha * score), appended to `tokens`.
 * `nbest` below 0: of all
 * paths; 0 or 1: the best one; otherwise of the `nbest` best. alpha: finite, not below 0. The same
 * seed draws the same path. Errors: as above. */
TKZ_CHECKED tkz_status tkz__unigram_sample(tkz__unigram_worker *worker, const tkz__unigram *model,
                                           const uint8_t *text, size_t size, int32_t nbest,
                                           double alpha, uint64_t seed, tkz__token_list *tokens,
                                           tkz_error *error);

/* The entropy, in nats, of the distribution that such samples of all paths have. Errors: as above. */
TKZ_CHECKED tkz_status tkz__unigram_entropy(const tkz__unigram *model, const uint8_t *text,
                                            size_t size, double alpha,
                                            const tkz_allocator *allocator, double *entropy,
                                            tkz_error *error);

/* Writes the tokens of a path: `count` nodes. */
TKZ_CHECKED tkz_status tkz__unigram_write_nodes(tkz__unigram_worker *worker,
                                                const tkz__unigram *model, const uint8_t *text,
                                                const tkz__unigram_lattice *lattice,
                                                const uint32_t *nodes, size_t count,
                                                tkz__token_list *tokens, tkz_error *error);

#endif
