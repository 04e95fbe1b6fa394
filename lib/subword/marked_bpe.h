/* SPDX-License-Identifier: Apache-2.0
 *
 * BPE whose symbols depend on where in a chunk they stand, or that leaves characters out: that of HF
 * tokenizers with continuing_subword_prefix or end_of_word_suffix, with some of the bytes to fall back
 * on, or without a token for what is unknown. Leans on the image, whose list of merges it reads.
 */
#ifndef TKZ_SUBWORD_MARKED_BPE_H
#define TKZ_SUBWORD_MARKED_BPE_H

#include "core/buffer.h"
#include "subword/tokenizer_image.h"

/* A view of tables; any thread. */
typedef struct tkz__marked_bpe {
    const tkz__image *image; /* with the tokens, the merges, the settings */
    const uint8_t *byte_ids; /* u32 of each byte: what it falls back on, or no token */
    const uint8_t *pieces;   /* hash table of token ids */
    const uint8_t *pairs;    /* hash table of numbers of merges */
    uint32_t piece_bits;
    uint32_t pair_bits;
    uint32_t reach; /* slots behind its first one in which an entry of either may be */
    const uint8_t *prefix; /* of symbols that do not begin a chunk */
    size_t prefix_size;
    const uint8_t *suffix; /* of the one that ends it */
    size_t suffix_size;
} tkz__marked_bpe;

struct tkz__marked_symbol;

/* Memory of one thread. */
typedef struct tkz__marked_bpe_worker {
    tkz_allocator allocator;
    struct tkz__marked_symbol *symbols;
    size_t symbol_count;
    size_t symbol_capacity;
    size_t chunk_size;
    size_t place; /* in the chunk: where the symbols so far end */
    uint64_t *queue; /* merges that can happen, a heap: number << 32 | symbol */
    size_t queue_count;
    size_t queue_capacity;
    tkz__buffer spelled; /* a character with its marks */
} tkz__marked_bpe_worker;

void tkz__marked_bpe_worker_init(tkz__marked_bpe_worker *worker, const tkz_allocator *allocator);
void tkz__marked_bpe_worker_free(tkz__marked_bpe_worker *worker);

/* Appends the tables of a model, the same bytes for the same parts; its mark is the prefix, a NUL, the
 * suffix. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__marked_bpe_make(const tkz__image_parts *parts, tkz__buffer *blob,
                                            tkz_error *error);

/* Checks sizes and fills the view of an image, which must live as long; encoding is safe on any tables.
 * Errors: CORRUPT. */
TKZ_CHECKED tkz_status tkz__marked_bpe_open(tkz__marked_bpe *view, const tkz__image *image,
                                            const char *where, tkz_error *error);

/* Appends the tokens of one chunk of less than 4 GiB; n log n. Errors: CORRUPT, LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__marked_bpe_encode(tkz__marked_bpe_worker *worker,
                                              const tkz__marked_bpe *model, const uint8_t *text,
                                              size_t size, tkz__token_list *tokens,
                                              tkz_error *error);

#endif
