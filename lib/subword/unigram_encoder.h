/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding with a Unigram model: the worker, and what its files share. Leans on the table.
 *
 * A chunk falls into parts between places that no piece spans. What is best inside a part follows
 * from the part alone, but for rounding: a sum of N scores behind a sum of S is off by at most
 * N * |S| * u, u = 2^-24 or 2^-53. So a worker's memory of short parts keeps, beside the best path, up to
 * which |S| no rounding can make another one win (unigram_part.c); beyond it, and where two paths are
 * exactly as good, the part is searched again in the reference's own arithmetic
 * (unigram_best.c). The running sum is carried in that arithmetic always, one score after the other.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_ENCODER_H
#define TKZ_SUBWORD_UNIGRAM_ENCODER_H

#include "subword/piece_cache.h"
#include "subword/unigram.h"

enum {
    TKZ__UNIGRAM_MOST_TOKENS = 3, /* of a part that is remembered */
    TKZ__UNIGRAM_ENTRY_BITS = 16, /* entries of 64 bytes: 4 MiB */
    TKZ__UNIGRAM_PARTS = 128      /* that are collected before they are encoded */
};

/* In place of an id: a character that is no piece. */
#define TKZ__UNIGRAM_NO_ID UINT32_MAX

/* A part and its best path. */
typedef struct tkz__unigram_entry {
    tkz__piece_key key; /* all zero: free */
    uint32_t ids[TKZ__UNIGRAM_MOST_TOKENS];
    float limit; /* the path holds where the sum before the part is nearer to 0 */
    double scores[TKZ__UNIGRAM_MOST_TOKENS]; /* 0 behind the last */
    uint8_t ends[TKZ__UNIGRAM_MOST_TOKENS];
    uint8_t count;
    bool has_unknown;
} tkz__unigram_entry;

/* A part that waits for its memory. */
typedef struct tkz__unigram_waiting {
    tkz__piece_key key;
    uint32_t entry;
    uint32_t start;
    uint32_t size;
} tkz__unigram_waiting;

/* What one thread needs to encode with one model, from its first chunk to its last. */
typedef struct tkz__unigram_worker {
    tkz_allocator allocator;
    tkz__unigram_entry *entries; /* made by the first chunk */
    double sum; /* of the chosen scores so far in the chunk; single: a number of 32 bits */
    /* The search: rings of codes and sums around a place, and the unit that the best path to each
     * place ends in, from the last place that no piece spanned. */
    uint32_t *codes;
    double *sums;
    uint32_t ring; /* items of each, a power of two */
    uint32_t *links;
    size_t link_capacity;
    /* A run of characters that are no pieces, not yet written. */
    bool run_is_open;
    uint32_t run_start;
    uint32_t run_end;
    uint32_t waiting_count;
    tkz__unigram_waiting waiting[TKZ__UNIGRAM_PARTS];
} tkz__unigram_worker;

/* Allocates nothing. `allocator` is copied. */
void tkz__unigram_worker_init(tkz__unigram_worker *worker, const tkz_allocator *allocator);
void tkz__unigram_worker_free(tkz__unigram_worker *worker); /* leaves it empty, for any model */

/* Appends the tokens of a chunk of normalized text; a worker serves one model until it is freed. With ends:
 * of BYTE pieces, as sentencepiece says, the last one has the whole character and those before it
 * are empty; as HF, all end where the unknown characters end, which is also where each of them
 * has its end in HF's offsets. Errors: CORRUPT, LIMIT (4 GiB), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_encode(tkz__unigram_worker *worker, const tkz__unigram *model,
                                           const uint8_t *text, size_t size,
                                           tkz__token_list *tokens, tkz_error *error);

/* ---- Inside the engine ------------------------------------------------- */

/* Where tokens go. */
typedef struct tkz__unigram_target {
    const tkz__unigram *model;
    const uint8_t *text;
    tkz__token_list *tokens;
} tkz__unigram_target;

/* Writes a token (or TKZ__UNIGRAM_NO_ID) that is text[start..end). Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_put(tkz__unigram_worker *worker,
                                        const tkz__unigram_target *target, uint32_t id,
                                        uint32_t start, uint32_t end, tkz_error *error);

/* Writes the open run of unknown characters, if there is one. */
TKZ_CHECKED tkz_status tkz__unigram_close_run(tkz__unigram_worker *worker,
                                              const tkz__unigram_target *target, tkz_error *error);

/* Searches text[start..end), on whose sides no piece spans the place, in the model's arithmetic, writes the
 * tokens and adds their scores to the worker's sum. */
TKZ_CHECKED tkz_status tkz__unigram_best(tkz__unigram_worker *worker,
                                         const tkz__unigram_target *target, uint32_t start,
                                         uint32_t end, tkz_error *error);

/* Finds the best path of a part of at most TKZ__PIECE_MOST_BYTES bytes and how far it holds. */
void tkz__unigram_part(const tkz__unigram *model, const uint8_t *text, uint32_t size,
                       tkz__unigram_entry *entry);

/* The id of a unit, which is TKZ__UNIGRAM_NO_ID for characters that HF takes into a run. */
static inline uint32_t tkz__unigram_id(const tkz__unigram *model, uint32_t unit)
{
    if (unit == TKZ__UNIGRAM_UNKNOWN)
        return TKZ__UNIGRAM_NO_ID;
    uint32_t id = tkz__unigram_u32(model->ids, unit);
    return id == model->unknown && model->fuse_unknown ? TKZ__UNIGRAM_NO_ID : id;
}

#endif
