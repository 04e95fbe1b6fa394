/* SPDX-License-Identifier: Apache-2.0
 *
 * What the charsmap of a sentencepiece model does to single characters, for places where a text that comes
 * in parts may be cut. Leans on the charsmap of text.
 */
#ifndef TKZ_SUBWORD_STREAM_CHARSMAP_H
#define TKZ_SUBWORD_STREAM_CHARSMAP_H

#include "core/buffer.h"

enum { TKZ__STREAM_CHARACTERS = 0x10000 }; /* that there are bits of */

/* Reads a charsmap in base64 and makes `bits`, which is empty, a bit for each character of the first plane: of
 * those that some rule has behind its first character, or that a rule which begins with them makes nothing,
 * or something with a space, of. Every rule is looked at once; one of darts-clone has fewer than units. Errors:
 * BAD_FORMAT (as tkz__own_charsmap_read), UNSUPPORTED (a rule for bytes that are no text, rules without an
 * end), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__stream_charsmap_read(tkz__buffer *bits, const char *base64, size_t size,
                                                 tkz_error *error);

static inline int tkz__stream_charsmap_has(const tkz__buffer *bits, uint32_t character)
{
    return character >= TKZ__STREAM_CHARACTERS || (bits->data[character / 8] >> character % 8 & 1) != 0;
}

#endif
