/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands behind the surfaces of words that were printed lately, in one small
 * piece of memory: the dictionary has it in a file of 50 MB and more, each word's in another place.
 * Leans on core.
 */
#ifndef TKZ_MORPH_KEPT_LINES_H
#define TKZ_MORPH_KEPT_LINES_H

#include <string.h>

#include "core/memory.h"

enum {
    /* Of the words of 15 MB of novels 98 in 100 are found in it. With 4 MB UniDic-lite, whose lines have 150 bytes,
     * looks up twice as many in its file, and default output took 8 % longer; IPADIC fills 3 MB. */
    TKZ__KEPT_BYTES = 16 << 20,
    TKZ__KEPT_LINE = 1024, /* longer ones are not kept */
    TKZ__KEPT_COPY = 96,   /* bytes of a text that may be read at once */
};

/* All-zero before it is made and behind its end. One thread at a time. */
typedef struct tkz__kept_lines {
    uint32_t *places; /* of each word: where in `texts` its size in two bytes and its text are; 0: nowhere */
    size_t word_count;
    uint8_t *texts;
    uint32_t used; /* bytes of `texts` */
} tkz__kept_lines;

/* For words numbered below `word_count`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__kept_lines_make(tkz__kept_lines *kept, size_t word_count,
                                            const tkz_allocator *allocator, tkz_error *error);
void tkz__kept_lines_free(tkz__kept_lines *kept, const tkz_allocator *allocator);

/* Keeps the text of a word of which none is kept, if it is not too long. Where there is no room
 * all others are forgotten: what a corpus uses changes on its way. */
void tkz__kept_lines_add(tkz__kept_lines *kept, uint32_t number, const uint8_t *text, size_t size);

/* What is kept of a word: its size in two bytes, then the text, TKZ__KEPT_COPY bytes at once. NULL: nothing. */
static inline const uint8_t *tkz__kept_lines_find(const tkz__kept_lines *kept, uint32_t number)
{
    uint32_t place = kept->places[number];
    return place != 0 ? kept->texts + place : NULL;
}

/* Of what tkz__kept_lines_find gave. */
static inline size_t tkz__kept_size(const uint8_t *kept)
{
    uint16_t size;
    memcpy(&size, kept, sizeof size);
    return size;
}

/* Copies the text of what tkz__kept_lines_find gave; up to TKZ__KEPT_COPY bytes more are written. */
static inline void tkz__kept_copy(uint8_t *to, const uint8_t *kept, size_t size)
{
    const uint8_t *from = kept + sizeof(uint16_t);
    memcpy(to, from, TKZ__KEPT_COPY);
    for (size_t i = TKZ__KEPT_COPY; __builtin_expect(i < size, 0); i += TKZ__KEPT_COPY)
        memcpy(to + i, from + i, TKZ__KEPT_COPY);
}

#endif
