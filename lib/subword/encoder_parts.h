/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of an encoder, for its files. Leans on the image and the piece
 * cache.
 */
#ifndef TKZ_SUBWORD_ENCODER_PARTS_H
#define TKZ_SUBWORD_ENCODER_PARTS_H

#include "subword/batch_rows.h"
#include "subword/matching.h"
#include "subword/piece_cache.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_image.h"

/* How many pieces and chunks are worked on at a time: the first is enough to hide the latency of
 * the cache, and both stay in the first-level cache. */
enum { TKZ__ENCODER_PIECES = 128, TKZ__ENCODER_CHUNKS = 128 };

/* A part of the text that is encoded by itself. */
typedef struct tkz__encoder_piece {
    tkz__piece_key key; /* of a short one */
    uint32_t bucket;
    uint32_t start;
    uint32_t size;
    uint32_t is_whole; /* it is a chunk, of a tokenizer that has tokens for whole chunks only */
} tkz__encoder_piece;

/* The bytes of a token of up to 15 bytes, for decoding by one look-up. */
typedef struct tkz__short_token {
    uint8_t bytes[15];
    uint8_t size; /* TKZ__NO_SHORT_TOKEN: it is longer, or not there */
} tkz__short_token;

enum { TKZ__NO_SHORT_TOKEN = 255 };

struct tkz_encoder {
    tkz_allocator allocator;
    tkz_tokenizer *tokenizer;
    const tkz__image *image;
    tkz__piece_bucket *cache;
    tkz__match_memory *memory; /* of matching, as is: */
    uint64_t *scratch;
    size_t scratch_capacity;
    uint8_t *kept; /* a piece without the bytes that have no tokens */
    size_t kept_capacity;
    uint32_t *ids;
    size_t id_count;
    size_t id_capacity;
    uint64_t *offsets;
    size_t offset_capacity;
    tkz_token_span *spans; /* of the ids, where wanted */
    size_t span_count;
    size_t span_capacity;
    tkz_normalizer *normalizer; /* NULL: text is not changed */
    bool allow_special;
    bool add_template;
    bool want_offsets;
    bool counts_only; /* ids are counted and thrown away */
    uint64_t counted;
    tkz__short_token *short_tokens; /* one for each id, once much is decoded; NULL before */
    tkz__buffer decoded;
    uint8_t held[4]; /* of a stream: the start of a character whose end has not come */
    size_t held_size;
    tkz__batch_rows rows;
    tkz_batch batch;
    size_t piece_count;
    tkz__encoder_piece pieces[TKZ__ENCODER_PIECES];
};

/* Appends an id. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encoder_push(tkz_encoder *encoder, uint32_t id, tkz_error *error);

/* Appends the ids of a document of less than 4 GiB, and their spans where wanted. Errors: CORRUPT,
 * LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_document(tkz_encoder *encoder, const char *text, size_t size,
                                            tkz_error *error);

/* Appends the ids of a text in which no added token is looked for, of less than 4 GiB. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__encode_text(tkz_encoder *encoder, const char *text, size_t size,
                                        tkz_error *error);

#endif
