/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine of PLaMo 2's models: the pieces whose scores, as whole numbers, add up to most. Leans on
 * piece_model.h and the trie of symbols.
 *
 * As tokenization_plamo.py of PLaMo 2 has it (llama.cpp: src/llama-vocab.cpp,
 * llm_tokenizer_plamo2): a score
 * counts as round(score * 10000), a character that is no piece as -10,000,000 and becomes the BYTE
 * pieces of
 * its bytes. The search goes from the end of the text to its start and tries the longest piece
 * first, so that
 * of equal sums the path wins whose first piece is the longest. Sums are exact, so the text may be
 * searched in parts: those that no piece reaches across.
 */
#ifndef TKZ_SUBWORD_PLAMO_BEST_H
#define TKZ_SUBWORD_PLAMO_BEST_H

#include "core/buffer.h"
#include "subword/piece_model.h"

/* What a table is made of. NORMAL and USER_DEFINED tokens are found in text. */
typedef struct tkz__plamo_parts {
    const uint8_t *token_bytes;
    const uint32_t *token_offsets; /* token_count + 1 */
    const double *scores;          /* NULL: all are 0 */
    const uint8_t *types;          /* tkz__piece_type of each; NULL: all NORMAL */
    uint32_t token_count;
} tkz__plamo_parts;

/* A view of a table; any thread. */
typedef struct tkz__plamo {
    const uint8_t *byte_ids; /* u32 of each byte */
    const uint8_t *scores;   /* i32 of each token */
    const uint8_t *nodes;    /* symbol_trie.h */
    const uint8_t *ends;     /* u32 of each node: the token that ends there */
    uint32_t node_count;
    uint32_t token_count;
    uint32_t longest; /* bytes of the longest piece */
} tkz__plamo;

/* How the best path goes on from a byte. */
typedef struct tkz__plamo_step {
    uint32_t id;     /* no token: a character that is no piece */
    uint32_t length; /* bytes; 0: no character begins here */
} tkz__plamo_step;

/* Memory of one thread. */
typedef struct tkz__plamo_worker {
    tkz_allocator allocator;
    tkz__plamo_step *steps; /* of the part that is searched */
    size_t step_capacity;
    int64_t *costs; /* of the bytes that the longest piece can reach, a ring */
    size_t cost_capacity;
} tkz__plamo_worker;

void tkz__plamo_worker_init(tkz__plamo_worker *worker, const tkz_allocator *allocator);
void tkz__plamo_worker_free(tkz__plamo_worker *worker);

/* Appends the table, the same bytes for the same parts. Errors: INVALID_ARGUMENT (a score that a
 * search cannot tell from that of what is unknown, or one too great), UNSUPPORTED (a byte has no BYTE
 * piece), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__plamo_make(const tkz__plamo_parts *parts, tkz__buffer *blob,
                                       tkz_error *error);

/* Opens the table of a tokenizer with `token_count` tokens; encoding is safe on any bytes. Errors:
 * CORRUPT. */
TKZ_CHECKED tkz_status tkz__plamo_open(tkz__plamo *view, const uint8_t *blob, size_t size,
                                       uint32_t token_count, const char *where, tkz_error *error);

/* The last place in the start of a text that no piece reaches across, whatever comes behind; 0: there is
 * none. */
size_t tkz__plamo_last_cut(const tkz__plamo *model, const uint8_t *text, size_t size);

/* Appends the tokens of a text of less than 4 GiB. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__plamo_encode(tkz__plamo_worker *worker, const tkz__plamo *model,
                                         const uint8_t *text, size_t size,
                                         tkz__token_list *tokens, tkz_error *error);

#endif
