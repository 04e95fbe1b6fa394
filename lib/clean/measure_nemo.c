/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines and paragraphs as NeMo Curator has them (nemo_curator/stages/text/utils/text_utils.py and constants.py): lines
 * are what line feeds part, without the blank ones; paragraphs what two line feeds part, also if nothing stands
 * there. Leans on measuring and char_class.
 */
#include <string.h>

#include "clean/measuring.h"
#include "text/char_class.h"

static tkz_status add(tkz__measuring *measuring, tkz__distinct_items *items, size_t start, size_t end, tkz_error *error)
{
    bool seen;
    tkz_status status = tkz__item_set_add(&measuring->lines, measuring->characters + start,
                                          (end - start) * sizeof *measuring->characters, &seen, error);
    items->count++;
    items->characters += end - start;
    if (status == TKZ_OK && !seen) {
        items->distinct++;
        items->distinct_characters += end - start;
    }
    return status;
}

/* bullet_list */
static bool is_bullet(uint32_t character)
{
    static const uint32_t bullets[] = {0x2022, 0x2023, 0x2043, 0x204C, 0x204D, 0x2219,
                                       0x25CB, 0x25CF, 0x25D8, 0x25E6, 0x29BE, 0x29BF};
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (character == bullets[i])
            return true;
    return false;
}

/* end_marks */
static bool is_end_mark(uint32_t character)
{
    return character == '.' || character == '?' || character == '!' || character == '"' || character == '\'';
}

/* A mark of ellipsis_marks at the end, letters of ASCII in either case: no other letter has one of these for its small
 * one. */
static bool ends_in_ellipsis(const uint32_t *line, size_t size)
{
    static const char *const marks[] = {"...", "[...]", "(...)", "read more..", "read more"};
    static const uint32_t others[][3] = {{0x2026}, {'[', 0x2026, ']'}, {'-', 0xBB}};
    static const size_t sizes[] = {1, 3, 2};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t length = strlen(marks[i]), same = 0;
        while (size >= length && same < length) {
            uint32_t character = line[size - length + same];
            if (character - 'A' < 26)
                character |= 0x20;
            if (character != (uint8_t)marks[i][same])
                break;
            same++;
        }
        if (same == length)
            return true;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (size >= sizes[i] && memcmp(line + size - sizes[i], others[i], sizes[i] * sizeof *line) == 0)
            return true;
    return false;
}

static tkz_status end_line(tkz__measuring *measuring, size_t start, size_t end, tkz_error *error)
{
    tkz__nemo_measures *found = &measuring->measures.nemo;
    const uint32_t *characters = measuring->characters;
    size_t first = start, last = end;
    while (first < last && tkz__is_python_space(characters[first]))
        first++;
    while (first < last && tkz__is_python_space(characters[last - 1]))
        last--;
    if (first == last)
        return TKZ_OK;
    found->bullet_lines += is_bullet(characters[first]);
    found->unended_lines += !is_end_mark(characters[last - 1]);
    found->ellipsis_lines += ends_in_ellipsis(characters + first, last - first);
    return add(measuring, &found->lines, start, end, error);
}

tkz_status tkz__measure_nemo(tkz__measuring *measuring, tkz_error *error)
{
    tkz__nemo_measures *found = &measuring->measures.nemo;
    tkz_status status = tkz__measuring_decode(measuring, error);
    const uint32_t *characters = measuring->characters;
    size_t count = measuring->count, start = 0;
    *found = (tkz__nemo_measures){0};
    tkz__item_set_clear(&measuring->lines);
    for (size_t i = 0; i <= count && status == TKZ_OK; i++) {
        if (i < count && characters[i] != '\n')
            continue;
        status = end_line(measuring, start, i, error);
        start = i + 1;
    }
    start = 0;
    tkz__item_set_clear(&measuring->lines);
    for (size_t i = 0; i + 1 < count && status == TKZ_OK; i++) {
        if (characters[i] != '\n' || characters[i + 1] != '\n')
            continue;
        status = add(measuring, &found->paragraphs, start, i, error);
        start = ++i + 1;
    }
    return status == TKZ_OK ? add(measuring, &found->paragraphs, start, count, error) : status;
}
