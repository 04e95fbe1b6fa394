/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a text, and a new text of those that are kept: what splitting at LF, choosing, and joining with LF makes.
 * Leans on edit, char_class and utf8.
 */
#ifndef TKZ_CLEAN_TEXT_LINES_H
#define TKZ_CLEAN_TEXT_LINES_H

#include "text/char_class.h"
#include "text/edit.h"
#include "text/utf8.h"

/* End of the line that starts at `at` (at most `size`): the place of its LF, or `size`. */
static inline size_t tkz__line_end(const char *text, size_t size, size_t at)
{
    const char *end = at < size ? memchr(text + at, '\n', size - at) : NULL;
    return end != NULL ? (size_t)(end - text) : size;
}

/* Size of the line end at the character at `at` (below `size`) as Python's str.splitlines has them, 0: there is none. */
static inline size_t tkz__python_line_end_size(const char *text, size_t size, size_t at)
{
    uint8_t first = (uint8_t)text[at];
    uint32_t character;
    if (first >= 0x20 && first != 0xC2 && first != 0xE2) /* those of U+0085 and U+2028 */
        return 0;
    size_t length = tkz__utf8_next(text + at, size - at, &character);
    if (!tkz__is_python_line_end(character))
        return 0;
    return first == '\r' && at + 1 < size && text[at + 1] == '\n' ? 2 : length;
}

/* Writes the kept lines; those not given to it vanish, with one of the line ends beside them. */
typedef struct tkz__line_keeper {
    tkz__edit *edit;
    const char *text;
    size_t done; /* source bytes that are written or gone */
    bool any;    /* a line was kept */
} tkz__line_keeper;

/* Keeps the line [start, end), which is behind those that were kept before. */
static inline tkz_status tkz__line_keep(tkz__line_keeper *keeper, size_t start, size_t end,
                                        tkz_error *error)
{
    size_t gone = start - keeper->done - keeper->any;
    tkz_status status = tkz__edit_replace(keeper->edit, gone, "", 0, error);
    if (status == TKZ_OK)
        status = tkz__edit_copy(keeper->edit, keeper->text + start - keeper->any,
                                end - start + keeper->any, error);
    keeper->done = end;
    keeper->any = true;
    return status;
}

/* What is left of the text, `size` bytes in all, vanishes. */
static inline tkz_status tkz__line_keep_end(tkz__line_keeper *keeper, size_t size,
                                            tkz_error *error)
{
    return tkz__edit_replace(keeper->edit, size - keeper->done, "", 0, error);
}

#endif
