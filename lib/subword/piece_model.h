/* SPDX-License-Identifier: Apache-2.0
 *
 * What tokenizers whose tokens are pieces of characters have beside those whose tokens are
 * bytes: the kinds of models, the types of pieces, and the tokens that an engine makes of a chunk.
 * Leans on core.
 */
#ifndef TKZ_SUBWORD_PIECE_MODEL_H
#define TKZ_SUBWORD_PIECE_MODEL_H

#include <stdbool.h>

#include "core/memory.h"

/* What makes tokens of a chunk. */
typedef enum tkz__model_kind {
    TKZ__MODEL_BYTE_BPE = 0,      /* merges of bytes */
    TKZ__MODEL_CHARACTER_BPE = 1, /* merges of characters: sentencepiece's BPE, HF's BPE otherwise */
    TKZ__MODEL_UNIGRAM = 2,       /* the most probable pieces */
    TKZ__MODEL_WORD_PIECE = 3,    /* the longest piece first */
    TKZ__MODEL_WORD_LEVEL = 4,    /* a chunk is a token or unknown */
    TKZ__MODEL_CHARACTER = 5,     /* a character is a token or unknown */
    TKZ__MODEL_PLAMO = 6,         /* the pieces of the best scores, in whole numbers: plamo_best.h */
    TKZ__MODEL_MARKED_BPE = 7,    /* merges of characters that their place in a chunk marks: marked_bpe.h */
    TKZ__MODEL_KINDS
} tkz__model_kind;

/* What a piece is; the numbers are those of sentencepiece_model.proto. */
typedef enum tkz__piece_type {
    TKZ__PIECE_NORMAL = 1,
    TKZ__PIECE_UNKNOWN = 2,
    TKZ__PIECE_CONTROL = 3,
    TKZ__PIECE_USER_DEFINED = 4, /* never cut, whatever the scores say */
    TKZ__PIECE_UNUSED = 5,       /* never a token; in BPE a step on the way to longer ones */
    TKZ__PIECE_BYTE = 6          /* "<0x0A>": a byte of a character that is no piece */
} tkz__piece_type;

/* How a model of pieces treats what it does not know. */
typedef struct tkz__piece_settings {
    uint32_t unknown;   /* id of the token for it; UINT32_MAX: what is unknown is left out */
    bool byte_fallback; /* it becomes the BYTE pieces of its bytes, if there are all 256 */
    bool fuse_unknown;  /* neighbouring unknown characters become one token */
    /* Where sentencepiece and HF tokenizers differ, as sentencepiece: sums of scores in 32 bits,
     * offsets
     * of BYTE pieces, ties. */
    bool sentencepiece;
    uint32_t word_limit; /* WORD_PIECE: characters of the longest chunk that is not unknown as a whole */
} tkz__piece_settings;

/* Tokens of a chunk, in order. */
typedef struct tkz__token_list {
    tkz_allocator allocator;
    uint32_t *ids;
    uint32_t *ends; /* where each ends in the chunk, in bytes; NULL unless wanted */
    size_t count;
    size_t capacity;
    size_t end_capacity;
    bool wants_ends;
} tkz__token_list;

void tkz__token_list_init(tkz__token_list *list, const tkz_allocator *allocator);
void tkz__token_list_free(tkz__token_list *list);

/* Makes room for `extra` more tokens. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__token_list_reserve(tkz__token_list *list, size_t extra,
                                               tkz_error *error);

/* Appends a token for which there is room. */
static inline void tkz__token_list_put(tkz__token_list *list, uint32_t id, size_t end)
{
    list->ids[list->count] = id;
    if (list->wants_ends)
        list->ends[list->count] = (uint32_t)end;
    list->count++;
}

/* The value of the byte that a piece spells as "<0x0A>", or -1. */
int tkz__piece_byte(const uint8_t *bytes, size_t size);

#endif
