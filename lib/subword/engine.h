/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine of a tokenizer whose merges, if any, are not those of symbols of the image: its tables in the image, opened, and a
 * worker on them. Leans on the engines.
 */
#ifndef TKZ_SUBWORD_ENGINE_H
#define TKZ_SUBWORD_ENGINE_H

#include "subword/marked_bpe.h"
#include "subword/plamo_best.h"
#include "subword/tokenizer_image.h"
#include "subword/unigram_encoder.h"
#include "subword/word_pieces.h"

/* Immutable; any thread. */
typedef struct tkz__engine {
    tkz__model_kind kind;
    union {
        tkz__unigram unigram;
        tkz__word_pieces word_pieces;
        tkz__plamo plamo;
        tkz__marked_bpe marked_bpe;
    };
} tkz__engine;

/* Appends the tables that the parts of an image ask for; nothing for models with merges. Errors:
 * INVALID_ARGUMENT, UNSUPPORTED, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__engine_make(const tkz__image_parts *parts, tkz__buffer *blob,
                                        tkz_error *error);

/* Opens those of an image, which must live as long. Errors: CORRUPT. */
TKZ_CHECKED tkz_status tkz__engine_open(tkz__engine *engine, const tkz__image *image,
                                        const char *where, tkz_error *error);

/* What one thread needs. */
typedef struct tkz__engine_worker {
    const tkz__engine *engine;
    tkz__unigram_worker unigram;
    tkz__word_pieces_worker word_pieces;
    tkz__plamo_worker plamo;
    tkz__marked_bpe_worker marked_bpe;
} tkz__engine_worker;

/* Allocates nothing. */
void tkz__engine_worker_init(tkz__engine_worker *worker, const tkz__engine *engine,
                             const tkz_allocator *allocator);
void tkz__engine_worker_free(tkz__engine_worker *worker);

/* Says which chunk comes soon, so that the memory that knows it answers while others are encoded.
 * `readable` bytes from `text` on, at least `size`, may be read. */
void tkz__engine_expect(const tkz__engine_worker *worker, const uint8_t *text, size_t size,
                        size_t readable);

/* Appends the tokens of a chunk. Errors: CORRUPT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__engine_encode(tkz__engine_worker *worker, const uint8_t *text,
                                          size_t size, tkz__token_list *tokens, tkz_error *error);

#endif
