/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of a text in characters. Leans on the properties of characters.
 *
 * The place of a byte is the number of characters that begin before it. In UTF-8 each byte
 * but those from 80 to BF begins one, whatever is broken; elsewhere text is cut as MeCab cuts it.
 */
#ifndef TKZ_MORPH_CHARACTER_OFFSETS_H
#define TKZ_MORPH_CHARACTER_OFFSETS_H

#include "morph/char_property.h"

/* Counts on: from `byte`, before which `count` characters begin. All-zero at the beginning of a text. */
typedef struct tkz__character_place {
    uint64_t byte; /* a character begins there, or the last place that was asked for */
    uint64_t count;
} tkz__character_place;

/* The place of byte `to` of the text, which is not before the one asked for last. */
uint64_t tkz__character_place_of(tkz__character_place *place, tkz__local_charset charset,
                                 const char *text, size_t size, uint64_t to);

#endif
