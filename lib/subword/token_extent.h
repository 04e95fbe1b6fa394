/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes of a text the tokens of merging came from: ids alone do not say where
 * bytes were left out or unknown. Leans on the image.
 */
#ifndef TKZ_SUBWORD_TOKEN_EXTENT_H
#define TKZ_SUBWORD_TOKEN_EXTENT_H

#include "subword/split_steps.h"
#include "subword/tokenizer_image.h"

/* A walk over a text with the tokens that it became. */
typedef struct tkz__token_walk {
    const tkz__image *image;
    const uint8_t *text;
    size_t end;                      /* of the text */
    const tkz__split_piece *chunk;   /* the chunk at hand; NULL: the text is one */
    const tkz__split_piece *chunk_end; /* behind the last */
    size_t chunk_base;                 /* where their text starts in this one */
    const uint32_t *ids;
    size_t count;
    size_t byte_index; /* BYTE pieces of the character at hand that came before, where those have no
                        * extent of their own */
} tkz__token_walk;

/* The extent of token `number`, which is not before `*start`: moves `*start` to its first byte and
 * returns
 * where it ends. Tokens are asked for in order. */
size_t tkz__token_walk_next(tkz__token_walk *walk, size_t number, size_t *start);

#endif
