/* SPDX-License-Identifier: Apache-2.0
 *
 * The precompiled_charsmap of sentencepiece models: a double array (darts-clone) of
 * keys, and the texts they are replaced with. Leans on memory.
 */
#ifndef TKZ_TEXT_CHARSMAP_H
#define TKZ_TEXT_CHARSMAP_H

#include <stdbool.h>

#include "core/memory.h"

/* sentencepiece looks at no more candidates (src/normalizer.h, kMaxTrieResultsSize). */
#define TKZ__CHARSMAP_CANDIDATES 32

/* A view on a blob that the caller keeps. Every look-up is safe on any bytes. */
typedef struct tkz__charsmap {
    const uint8_t *units; /* little-endian u32, at no particular alignment */
    size_t unit_count;
    const char *texts; /* NUL-terminated, one after the other */
    size_t text_size;  /* the last byte is NUL */
} tkz__charsmap;

/* Checks the sizes: u32 size of the double array, its units, the texts. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__charsmap_open(tkz__charsmap *charsmap, const void *blob, size_t size,
                                          tkz_error *error);

/* Walking by hand: the node of the empty key, and from a node down by a byte; false: no key goes on so.
 * `*ends`: a key ends there. */
bool tkz__charsmap_root(const tkz__charsmap *charsmap, size_t *node);
bool tkz__charsmap_step(const tkz__charsmap *charsmap, size_t *node, uint8_t byte, bool *ends);

/* Length of the longest key at the start of `text`, with its replacement; 0: there is none. */
size_t tkz__charsmap_longest(const tkz__charsmap *charsmap, const char *text, size_t size,
                             const char **replacement, size_t *replacement_size);

/* The same for the shortest key, as HF tokenizers wants it; no key goes beyond a NUL. */
size_t tkz__charsmap_shortest(const tkz__charsmap *charsmap, const char *text, size_t size,
                              const char **replacement, size_t *replacement_size);

/* A charsmap with its bytes. */
typedef struct tkz__own_charsmap {
    tkz__charsmap charsmap;
    uint8_t *blob;
    size_t room;
} tkz__own_charsmap;

/* Reads one in base64, as the options of steps have it. Errors: BAD_FORMAT (no base64, as
 * tkz__charsmap_open, a text that is no UTF-8), OUT_OF_MEMORY; nothing is held then. */
TKZ_CHECKED tkz_status tkz__own_charsmap_read(tkz__own_charsmap *own, const char *text, size_t size,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__own_charsmap_free(tkz__own_charsmap *own, const tkz_allocator *allocator);

#endif
