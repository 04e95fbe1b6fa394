/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and writing what texts of steps have in common. Leans on step_spelling.h and utf8.
 */
#include "subword/step_spelling.h"

#include <string.h>

#include "core/memory.h"
#include "text/utf8.h"

static const char marks[] = ",:=\\";

tkz_status tkz__step_malformed(const tkz__step_cursor *cursor, const char *what)
{
    return tkz__error_set(cursor->error, TKZ_STATUS_BAD_FORMAT, NULL, cursor->at,
                          "the steps of %s, at byte %zu: %s", cursor->what, cursor->at, what);
}

/* The size of the name that stands here. */
static size_t name_size(const tkz__step_cursor *cursor)
{
    size_t end = cursor->at;
    while (end < cursor->size && strchr(marks, cursor->text[end]) == NULL)
        end++;
    return end - cursor->at;
}

bool tkz__step_is_named(const tkz__step_cursor *cursor, const char *name)
{
    size_t length = name_size(cursor);
    return strlen(name) == length && memcmp(name, cursor->text + cursor->at, length) == 0;
}

tkz_status tkz__step_read_option(tkz__step_cursor *cursor, const tkz__step_option *options,
                                 size_t count, uint32_t *seen, int *kind)
{
    cursor->at++;
    size_t length = name_size(cursor), known = count;
    for (size_t i = 0; i < count; i++) {
        if (options[i].name != NULL && tkz__step_is_named(cursor, options[i].name) &&
            (*seen >> i & 1) == 0)
            known = i;
    }
    if (known == count || cursor->at + length >= cursor->size ||
        cursor->text[cursor->at + length] != '=')
        return tkz__step_malformed(cursor, "no such option");
    *seen |= UINT32_C(1) << known;
    *kind = options[known].kind;
    cursor->at += length + 1;
    return TKZ_OK;
}

tkz_status tkz__step_read_value(tkz__step_cursor *cursor, size_t most, char **value, size_t *size)
{
    const char *text = cursor->text;
    size_t end = cursor->at, length = 0;
    for (; end < cursor->size && text[end] != ',' && text[end] != ':'; end++, length++)
        end += text[end] == '\\' && end + 1 < cursor->size;
    if (length > most)
        return tkz__error_set(cursor->error, TKZ_STATUS_LIMIT, NULL, cursor->at,
                              "a text of %s has more than %zu bytes", cursor->what, most);
    *value = tkz__allocate(cursor->allocator, length + 1);
    if (*value == NULL)
        return tkz__error_memory(cursor->error, length + 1);
    *size = length;
    for (size_t i = 0; i < length; i++, cursor->at++) {
        cursor->at += text[cursor->at] == '\\' && cursor->at + 1 < cursor->size;
        (*value)[i] = text[cursor->at];
    }
    (*value)[length] = '\0';
    return TKZ_OK;
}

bool tkz__step_read_count(const char *value, uint32_t most, uint32_t *count)
{
    *count = 0;
    for (const char *digit = value; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || *count > most)
            return false;
        *count = *count * 10 + (uint32_t)(*digit - '0');
    }
    return *count > 0 && *count <= most;
}

bool tkz__step_is_character(const char *value, size_t size)
{
    uint32_t character;
    return size > 0 && tkz__utf8_next(value, size, &character) == size &&
           character != TKZ__UTF8_INVALID;
}

tkz_status tkz__steps_read(tkz__step_cursor *cursor, size_t most, void *items, size_t item_size,
                           tkz_status (*read)(tkz__step_cursor *cursor, void *item), size_t *count)
{
    for (*count = 0; *count < most;) {
        tkz_status status = read(cursor, (char *)items + (*count)++ * item_size);
        if (status != TKZ_OK || cursor->at == cursor->size)
            return status;
        if (cursor->text[cursor->at] != ',')
            return tkz__step_malformed(cursor, "a comma should be here");
        cursor->at++;
    }
    return tkz__error_set(cursor->error, TKZ_STATUS_LIMIT, NULL, cursor->at,
                          "%s of more than %zu steps", cursor->what, most);
}

tkz_status tkz__step_append_value(const char *what, const char *text, size_t size,
                                  tkz__buffer *steps, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (size > 0 && memchr(text, '\0', size) != NULL)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "%s with U+0000 in a text", what);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        if (strchr(marks, text[i]) != NULL)
            status = tkz__buffer_append_byte(steps, '\\', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(steps, (uint8_t)text[i], error);
    }
    return status;
}
