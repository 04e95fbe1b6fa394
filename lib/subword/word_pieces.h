/* SPDX-License-Identifier: Apache-2.0
 *
 * Models that look pieces up and weigh nothing: the longest piece first (WordPiece), whole words, and
 * single characters. Leans on piece_model.h and the trie of symbols.
 */
#ifndef TKZ_SUBWORD_WORD_PIECES_H
#define TKZ_SUBWORD_WORD_PIECES_H

#include "core/buffer.h"
#include "subword/piece_cache.h"
#include "subword/piece_model.h"

/* What the tables are made of. */
typedef struct tkz__word_pieces_parts {
    tkz__model_kind kind;                /* WORD_PIECE, WORD_LEVEL or CHARACTER */
    const tkz__piece_settings *settings;
    const uint32_t *token_offsets; /* token_count + 1; equal ones: no such token */
    const uint8_t *token_bytes;
    uint32_t token_count;
    const uint8_t *types; /* tkz__piece_type of each token; NULL: all NORMAL */
    const char *mark;     /* WORD_PIECE: begins pieces that do not begin a word */
    size_t mark_size;
} tkz__word_pieces_parts;

/* Nodes of symbol_trie.h, and the token that ends at each. */
typedef struct tkz__word_trie {
    const uint8_t *nodes;
    const uint8_t *ends;
    uint32_t count;
} tkz__word_trie;

/* A view of tables; any thread. */
typedef struct tkz__word_pieces {
    const uint8_t *blob;
    size_t size;
    tkz__model_kind kind;
    tkz__piece_settings settings;
    uint32_t token_count;
    tkz__word_trie pieces;
    tkz__word_trie frozen;   /* CHARACTER: USER_DEFINED pieces, which go before characters */
    const uint8_t *byte_ids; /* u32 of each byte; NULL: there is no fallback */
    uint32_t middle;         /* node behind the mark; TKZ__NO_TOKEN: no piece has it */
} tkz__word_pieces;

/* Memory of one thread. */
typedef struct tkz__word_pieces_worker {
    tkz_allocator allocator;
    tkz__piece_bucket *cache; /* short words; NULL until the first one */
} tkz__word_pieces_worker;

void tkz__word_pieces_worker_init(tkz__word_pieces_worker *worker, const tkz_allocator *allocator);
void tkz__word_pieces_worker_free(tkz__word_pieces_worker *worker);

/* Appends the tables of a model, the same bytes for the same parts. Errors: UNSUPPORTED (byte fallback
 * without all 256 BYTE pieces), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_pieces_make(const tkz__word_pieces_parts *parts, tkz__buffer *blob,
                                             tkz_error *error);

/* Checks sizes and fills the view; the cost does not depend on the vocabulary, and encoding is safe on
 * any tables. `blob` must live as long as the view. Errors: CORRUPT. */
TKZ_CHECKED tkz_status tkz__word_pieces_open(tkz__word_pieces *view, const uint8_t *blob,
                                             size_t size, uint32_t token_count, const char *where,
                                             tkz_error *error);

/* Are the tables what would be made of these parts? Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_pieces_verify(const tkz__word_pieces *view,
                                               const tkz__word_pieces_parts *parts,
                                               const tkz_allocator *allocator, const char *where,
                                               tkz_error *error);

/* Says which chunk comes soon: see tkz__engine_expect. */
void tkz__word_pieces_expect(const tkz__word_pieces_worker *worker, const uint8_t *text, size_t size,
                             size_t readable);

/* The last place in the start of a text, for models of characters and sentencepiece's of words, where what
 * comes before it is encoded apart from what comes behind, whatever that is; 0: there is none. */
size_t tkz__word_pieces_last_cut(const tkz__word_pieces *model, const uint8_t *text, size_t size);

/* Appends the tokens of one chunk of less than 4 GiB; of a sentencepiece model it is all of a text.
 * What is unknown is left out where the settings name no token for it. Linear for a vocabulary.
 * Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_pieces_encode(tkz__word_pieces_worker *worker,
                                               const tkz__word_pieces *model, const uint8_t *text,
                                               size_t size, tkz__token_list *tokens,
                                               tkz_error *error);

#endif
