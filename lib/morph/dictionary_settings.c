/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of a dictionary (dicrc), read as MeCab reads them (Param::load in
 * mecab/src/param.cpp). Leans on the dictionary.
 */
#include <string.h>

#include "morph/dictionary.h"

/* isspace of the C locale, in which mecab runs. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next line at `*position`, without LF; false at the end. */
static bool next_line(const tkz__mapped_file *file, size_t *position, const char **line,
                      size_t *size)
{
    if (*position >= file->size)
        return false;
    const char *start = (const char *)file->data + *position;
    const char *end = memchr(start, '\n', file->size - *position);
    *line = start;
    *size = end != NULL ? (size_t)(end - start) : file->size - *position;
    *position += *size + 1;
    return true;
}

static bool is_comment(const char *line, size_t size)
{
    return size == 0 || line[0] == ';' || line[0] == '#';
}

bool tkz__dictionary_find_setting(const tkz_dictionary *dictionary, const char *key,
                                  tkz__dictionary_setting *setting)
{
    size_t key_size = strlen(key), position = 0, size;
    const char *line;
    while (next_line(&dictionary->settings, &position, &line, &size)) {
        const char *equals = is_comment(line, size) ? NULL : memchr(line, '=', size);
        if (equals == NULL)
            continue;
        size_t key_end = (size_t)(equals - line), start = key_end + 1;
        while (key_end > 0 && is_space(line[key_end - 1]))
            key_end--;
        if (key_end != key_size || memcmp(line, key, key_size) != 0)
            continue;
        while (start < size && is_space(line[start]))
            start++;
        *setting = (tkz__dictionary_setting){line + start, size - start};
        return true;
    }
    return false;
}

tkz_status tkz__dictionary_check_settings(const tkz_dictionary *dictionary, const char *path,
                                          tkz_error *error)
{
    size_t position = 0, size;
    const char *line;
    while (next_line(&dictionary->settings, &position, &line, &size)) {
        if (!is_comment(line, size) && memchr(line, '=', size) == NULL)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path,
                                  (uint64_t)(line - (const char *)dictionary->settings.data),
                                  "this line of dicrc is no setting: it has no \"=\"");
    }
    return TKZ_OK;
}
