/* SPDX-License-Identifier: Apache-2.0
 *
 * Shortening of repeats in O(characters * longest substring). The reference deletes
 * the last copies of a run and copies all the text each time; deleting the first
 * ones gives the same text, and then all to the right is still the source.
 * Leans on neologdn_repeat.h, utf8.
 */
#include "text/neologdn_repeat.h"

#include "text/utf8.h"

/* Bytes that are no UTF-8 are characters of their own, equal when the bytes are. */
#define STRAY_BYTE UINT32_C(0x80000000)

typedef struct shortening {
    const uint32_t *characters;
    size_t count;
    size_t at;        /* the reference's `i`, in source characters */
    size_t at_byte;   /* the same in bytes */
    size_t copied_to; /* bytes before it are written */
    uint64_t kept;
    const char *text;
    tkz__edit *edit;
    /* equal_to[n]: the first place behind some earlier `at` where a character differs from the one
     * n further on; counts only where it is behind `at` */
    size_t equal_to[TKZ__NEOLOGDN_SUBSTRING_LIMIT + 1];
} shortening;

static size_t bytes_of(uint32_t c)
{
    return c < 0x80 || c >= STRAY_BYTE ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static size_t count_characters(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        uint32_t c;
        at += tkz__utf8_next(text + at, size - at, &c);
    }
    return count;
}

static size_t decode(const char *text, size_t size, uint32_t *characters)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        characters[count] = c == TKZ__UTF8_INVALID ? STRAY_BYTE | (uint8_t)text[at] : c;
        at += length;
    }
    return count;
}

/* Number of characters from `at` on that equal the one `length` further on. Each place is compared
 * once for each length, as the answer holds for all places up to it. */
static size_t equal_run(shortening *s, size_t length)
{
    if (s->equal_to[length] <= s->at) {
        size_t end = s->at;
        while (end + length < s->count && s->characters[end] == s->characters[end + length])
            end++;
        s->equal_to[length] = end;
    }
    return s->equal_to[length] - s->at;
}

static tkz_status delete_characters(shortening *s, size_t count, tkz_error *error)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += bytes_of(s->characters[s->at + i]);
    tkz_status status = TKZ_OK;
    if (s->at_byte > s->copied_to)
        status = tkz__edit_copy(s->edit, s->text + s->copied_to, s->at_byte - s->copied_to, error);
    if (status == TKZ_OK)
        status = tkz__edit_replace(s->edit, bytes, "", 0, error);
    s->at += count;
    s->at_byte += bytes;
    s->copied_to = s->at_byte;
    return status;
}

/* The reference tries substrings of up to `longest` characters, but near the end, where that is
 * half of what is left or more, of less than half of it. */
static tkz_status shorten_here(shortening *s, size_t longest, tkz_error *error)
{
    size_t half = (s->count - s->at) / 2;
    size_t limit = longest < half ? longest + 1 : half;
    tkz_status status = TKZ_OK;
    for (size_t length = 1; length < limit && status == TKZ_OK; length++) {
        if (s->at + length >= s->count ||
            s->characters[s->at] != s->characters[s->at + length])
            continue;
        size_t copies = 1 + equal_run(s, length) / length;
        if (copies > s->kept)
            status = delete_characters(s, length * (copies - (size_t)s->kept), error);
    }
    return status;
}

tkz_status tkz__neologdn_shorten_repeat(const char *text, size_t size, uint64_t kept,
                                        size_t longest, tkz__edit *edit, tkz_error *error)
{
    if (size == 0)
        return TKZ_OK;
    size_t count = count_characters(text, size);
    if (count > SIZE_MAX / sizeof(uint32_t))
        return tkz__error_memory(error, size);
    uint32_t *characters = tkz__arena_allocate(edit->scratch, count * sizeof *characters);
    if (characters == NULL)
        return tkz__error_memory(error, count * sizeof *characters);
    shortening s = {.characters = characters,
                    .count = decode(text, size, characters),
                    .kept = kept,
                    .text = text,
                    .edit = edit};
    tkz_status status = TKZ_OK;
    while (s.at < s.count && status == TKZ_OK) {
        status = shorten_here(&s, longest, error);
        s.at_byte += bytes_of(s.characters[s.at]);
        s.at++;
    }
    if (status == TKZ_OK && size > s.copied_to)
        status = tkz__edit_copy(edit, text + s.copied_to, size - s.copied_to, error);
    return status;
}
