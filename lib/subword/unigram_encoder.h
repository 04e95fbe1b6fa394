/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding with a Unigram model: the worker, and what its files share. Leans on the table.
 *
 * There are two ways, and a chunk goes over from one to the other at places that no piece spans.
 *
 * East Asian text is searched in the reference's own arithmetic by windows (unigram_window.h). Of its
 * parts between such places most are long or new, so that remembering them gains nothing.
 *
 * Other text falls into parts between such places, words mostly. What is best inside a part follows
 * from the part alone, but for rounding: a sum of N scores behind a sum of S is off by at most
 * N * |S| * u, u = 2^-24 or 2^-53. So a worker's memory of short parts keeps, beside the best path,
 * up to which |S| no rounding can make another one win (unigram_part.c); beyond it, and where two paths
 * are exactly as good, the part is searched again in the reference's own arithmetic
 * (unigram_best.c). The running sum is carried in that arithmetic always, one score after the other.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_ENCODER_H
#define TKZ_SUBWORD_UNIGRAM_ENCODER_H

#include "subword/piece_cache.h" /* tkz__piece_mask */
#include "subword/unigram_window.h"

enum {
    TKZ__UNIGRAM_SHORT = 12, /* bytes of a part that is remembered, without U+2581 in front: of longer ones,
                              * most are new */
    TKZ__UNIGRAM_MOST_TOKENS = 2, /* of such a part */
    TKZ__UNIGRAM_BUCKET_BITS = 16, /* buckets of 64 bytes: 4 MiB */
    TKZ__UNIGRAM_PARTS = 128      /* that are collected before they are encoded */
};

/* In place of an id: a character that is no piece. */
#define TKZ__UNIGRAM_NO_ID UINT32_MAX

/* A part and its best path. `facts`: the bytes of the part that are kept in the lowest 4 bits,
 * whether U+2581 stands
 * before them, the bytes of the first token in 4 bits, the number of tokens in 2, whether one of
 * them is
 * unknown; the upper half is that of a float (rounded down): the path holds where the sum before
 * the part
 * is nearer to 0. */
typedef struct tkz__unigram_entry {
    uint64_t low; /* the bytes, zero-padded */
    uint32_t high;
    uint32_t facts; /* 0: free */
    uint32_t ids[TKZ__UNIGRAM_MOST_TOKENS];
    float scores[TKZ__UNIGRAM_MOST_TOKENS]; /* 0 behind the last */
} tkz__unigram_entry;

/* Two entries fill a cache line; the one entered last stands first. */
typedef struct tkz__unigram_bucket {
    tkz__unigram_entry entries[2];
} tkz__unigram_bucket;

#define TKZ__UNIGRAM_HAS_SPACE (UINT32_C(1) << 4)
#define TKZ__UNIGRAM_HAS_UNKNOWN (UINT32_C(1) << 11)
#define TKZ__UNIGRAM_KEY_FACTS (TKZ__UNIGRAM_HAS_SPACE | UINT32_C(15))

static inline uint32_t tkz__unigram_entry_first(const tkz__unigram_entry *entry)
{
    return entry->facts >> 5 & 15;
}

static inline uint32_t tkz__unigram_entry_count(const tkz__unigram_entry *entry)
{
    return entry->facts >> 9 & 3;
}

static inline float tkz__unigram_entry_limit(const tkz__unigram_entry *entry)
{
    uint32_t bits = entry->facts & UINT32_C(0xFFFF0000);
    float limit;
    memcpy(&limit, &bits, sizeof limit);
    return limit;
}

/* A part that waits for its memory. */
typedef struct tkz__unigram_waiting {
    uint64_t low;
    uint32_t high;
    uint32_t facts; /* as far as they belong to the key; 0: too long */
    uint32_t bucket;
    uint32_t start;
    uint32_t size;
} tkz__unigram_waiting;

/* What one thread needs to encode with one model, from its first chunk to its last. */
typedef struct tkz__unigram_worker {
    tkz_allocator allocator;
    tkz__unigram_bucket *buckets; /* made for the first parts */
    bool goes_on; /* the next chunk is the rest of the last one: the sum stays */
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
    tkz__unigram_window window;
} tkz__unigram_worker;

/* Allocates nothing. `allocator` is copied. */
void tkz__unigram_worker_init(tkz__unigram_worker *worker, const tkz_allocator *allocator);
void tkz__unigram_worker_free(tkz__unigram_worker *worker); /* leaves it empty, for any model */

/* Appends the tokens of a chunk of normalized text; a worker serves one model until it is freed.
 * With ends:
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

/* Searches text[start..end), on whose sides no piece spans the place, in the model's arithmetic,
 * writes the
 * tokens and adds their scores to the worker's sum. */
TKZ_CHECKED tkz_status tkz__unigram_best(tkz__unigram_worker *worker,
                                         const tkz__unigram_target *target, uint32_t start,
                                         uint32_t end, tkz_error *error);

/* The same from *start on to the next place that no piece spans, which becomes *start. */
TKZ_CHECKED tkz_status tkz__unigram_search(tkz__unigram_worker *worker,
                                           const tkz__unigram_target *target, uint32_t *start,
                                           uint32_t end, tkz_error *error);

/* Finds the best path of a part of at most TKZ__UNIGRAM_SHORT + 3 bytes and how far it holds;
 * `entry` has its
 * key and gets the rest. */
void tkz__unigram_part(const tkz__unigram *model, const uint8_t *text, uint32_t size,
                       tkz__unigram_entry *entry);

/* The id of a unit, which is TKZ__UNIGRAM_NO_ID for characters that HF takes into a run. */
static inline uint32_t tkz__unigram_id(const tkz__unigram *model, uint32_t unit)
{
    if (unit == TKZ__UNIGRAM_UNKNOWN)
        return TKZ__UNIGRAM_NO_ID;
    uint32_t id = tkz__unigram_unit_id(model, unit);
    return id == model->unknown && model->fuse_unknown ? TKZ__UNIGRAM_NO_ID : id;
}

#endif
