/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a text that comes in parts may be cut if Metaspace writes it anew before a model of pieces encodes it.
 * Leans on stream_pieces.h and the steps.
 */
#include <string.h>

#include "subword/split_words.h"
#include "subword/stream_pieces.h"
#include "text/utf8.h"

/* Behind the last white space of a text; 0: there is none. */
static size_t last_word(const char *text, size_t size)
{
    size_t last = 0;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_next(text + at, size - at, &character);
        if (tkz__split_is_space(character))
            last = at;
    }
    return last;
}

/* As Metaspace writes it, without what it puts first. */
static tkz_status write_marked(const tkz__split_marks *marks, const char *text, size_t size,
                               tkz__buffer *marked, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    tkz__buffer_clear(marked);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        const char *space = memchr(text + at, ' ', size - at);
        size_t end = space != NULL ? (size_t)(space - text) : size;
        status = tkz__buffer_append(marked, text + at, end - at, error);
        if (status == TKZ_OK && space != NULL)
            status = tkz__buffer_append(marked, marks->mark, marks->mark_size, error);
        at = end + (space != NULL);
    }
    return status;
}

tkz_status tkz__stream_cut_marked(const tkz_encoder *encoder, const tkz__split_marks *marks,
                                  tkz__buffer *marked, const char *text, size_t size, size_t *cut,
                                  bool *is_within, tkz_error *error)
{
    size_t first = marks->drops_spaces ? last_word(text, size) : 0, at = first;
    tkz_status status = write_marked(marks, text + first, size - first, marked, error);
    if (status != TKZ_OK)
        return status;
    size_t place = tkz__stream_cut_pieces(encoder, marked->data, marked->size);
    bool at_mark = place > 0 && marked->size - place >= marks->mark_size &&
                   memcmp(marked->data + place, marks->mark, marks->mark_size) == 0;
    for (size_t done = 0; done < place; at++)
        done += text[at] == ' ' ? marks->mark_size : 1;
    *cut = at;
    *is_within = place > 0 && !(marks->cuts && at_mark);
    return TKZ_OK;
}
