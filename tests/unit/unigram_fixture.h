/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of Unigram models share: a model as its parts, the engine made of it, the example of
 * tokenizers' documentation. Leans on testing.h and the lattice of the engine.
 */
#ifndef TKZ_TESTS_UNIGRAM_FIXTURE_H
#define TKZ_TESTS_UNIGRAM_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subword/unigram_lattice.h"
#include "testing.h"

#define SPACE "\xE2\x96\x81"
#define A "\xE3\x81\x82" /* U+3042 */
#define I "\xE3\x81\x84"
#define CLEF "\xF0\x9D\x84\x9E"

enum { MOST_TOKENS = 400, MOST_BYTES = 1 << 13, MOST_TEXT = 4096 };

/* A model as its parts. */
typedef struct model {
    uint32_t offsets[MOST_TOKENS + 1];
    uint8_t bytes[MOST_BYTES];
    uint8_t types[MOST_TOKENS];
    double scores[MOST_TOKENS];
    tkz__unigram_parts parts;
} model;

static inline void model_init(model *made, bool sentencepiece)
{
    memset(made, 0, sizeof *made);
    made->parts = (tkz__unigram_parts){
        .token_bytes = made->bytes,
        .token_offsets = made->offsets,
        .scores = made->scores,
        .types = made->types,
        .settings = {.unknown = 0, .fuse_unknown = true, .sentencepiece = sentencepiece}};
}

static inline void model_add_bytes(model *made, const void *bytes, size_t size, double score,
                            tkz__piece_type type)
{
    uint32_t id = made->parts.token_count++;
    ck_assert(id < MOST_TOKENS && made->offsets[id] + size <= MOST_BYTES);
    memcpy(made->bytes + made->offsets[id], bytes, size);
    made->offsets[id + 1] = made->offsets[id] + (uint32_t)size;
    made->types[id] = (uint8_t)type;
    made->scores[id] = score;
}

static inline void model_add(model *made, const char *piece, double score, tkz__piece_type type)
{
    model_add_bytes(made, piece, strlen(piece), score, type);
}

static inline void model_add_byte_pieces(model *made)
{
    made->parts.settings.byte_fallback = true;
    for (int byte = 0; byte < 256; byte++) {
        char piece[8];
        snprintf(piece, sizeof piece, "<0x%02X>", (unsigned)byte);
        model_add(made, piece, 0, TKZ__PIECE_BYTE);
    }
}

/* An open model with a worker. */
typedef struct engine {
    tkz__buffer block;
    tkz__unigram view;
    tkz__unigram_worker worker;
    tkz__token_list tokens;
} engine;

static inline tkz_status engine_open(engine *made, const model *source, const tkz_allocator *allocator)
{
    tkz__buffer_init(&made->block, allocator);
    tkz__unigram_worker_init(&made->worker, allocator);
    tkz__token_list_init(&made->tokens, allocator);
    made->tokens.wants_ends = true;
    tkz_status status = tkz__unigram_make(&source->parts, &made->block, NULL);
    if (status != TKZ_OK)
        return status;
    return tkz__unigram_open(&made->view, made->block.data, made->block.size,
                             source->parts.token_count, "model", NULL);
}

static inline void engine_close(engine *made)
{
    tkz__token_list_free(&made->tokens);
    tkz__unigram_worker_free(&made->worker);
    tkz__buffer_free(&made->block);
}

static inline void engine_encode(engine *made, const void *text, size_t size)
{
    made->tokens.count = 0;
    ck_assert_status(
        tkz__unigram_encode(&made->worker, &made->view, text, size, &made->tokens, NULL));
}

/* The model and the answer of tokenizers' documentation of Unigram::encode. */
static inline void example_model(model *made, bool sentencepiece)
{
    model_init(made, sentencepiece);
    model_add(made, "<unk>", 0, TKZ__PIECE_UNKNOWN);
    model_add(made, "a", 0, TKZ__PIECE_NORMAL);
    model_add(made, "b", 0, TKZ__PIECE_NORMAL);
    model_add(made, "c", 0, TKZ__PIECE_NORMAL);
    model_add(made, "d", 0, TKZ__PIECE_NORMAL);
    model_add(made, "cd", 1, TKZ__PIECE_NORMAL);
    model_add(made, "ab", 2, TKZ__PIECE_NORMAL);
    model_add(made, "abc", 5, TKZ__PIECE_NORMAL);
    model_add(made, "abcd", 10, TKZ__PIECE_NORMAL);
}

#endif
