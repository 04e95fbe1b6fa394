/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules for a line after datatrove 0.10.1, c4_filters.py, C4QualityFilter. Leans on char_class.
 */
#include "clean/c4_text.h"

#include <string.h>

#include "text/char_class.h"

size_t tkz__c4_words(const uint32_t *line, size_t size, bool *too_long)
{
    size_t words = 0, length = 0;
    *too_long = false;
    for (size_t i = 0; i < size; i++) {
        length = tkz__is_python_space(line[i]) ? 0 : length + 1;
        *too_long |= length > TKZ__C4_LONGEST_WORD;
        words += length == 1;
    }
    return words;
}

static bool begins(const uint32_t *at, size_t left, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++)
        if (i >= left || at[i] != (uint32_t)text[i])
            return false;
    return true;
}

size_t tkz__c4_citation(const uint32_t *at, size_t left)
{
    size_t size = 1;
    if (begins(at, left, "[edit]"))
        return 6;
    if (begins(at, left, "[citation needed]"))
        return 17;
    while (size < left && tkz__char_record(&tkz__class_table_16_0, at[size])->category == TKZ__CATEGORY_ND)
        size++;
    return size < left && at[size] == ']' ? size + 1 : 0;
}

bool tkz__c4_ends_well(const tkz__c4_line *line)
{
    const uint32_t *end = line->characters + line->size;
    if (line->size == 0 || end[-1] == 0 || end[-1] >= 0x80 || strchr(".?!\"'", (int)end[-1]) == NULL)
        return false;
    return line->size < 3 || end[-1] != '.' || end[-2] != '.' || end[-3] != '.';
}

/* str.lower where it comes to an ASCII letter. */
static uint32_t lower(uint32_t character)
{
    if (character - 'A' < 26)
        return character + 0x20;
    return character == 0x212A ? 'k' : character; /* KELVIN SIGN */
}

bool tkz__c4_contains(const tkz__c4_line *line, const char *phrase)
{
    size_t size = strlen(phrase);
    for (size_t i = 0; i + size <= line->size; i++) {
        size_t same = 0;
        while (same < size && lower(line->characters[i + same]) == (uint32_t)phrase[same])
            same++;
        if (same == size)
            return true;
    }
    return false;
}

bool tkz__c4_has_policy(const tkz__c4_line *line)
{
    static const char *const phrases[] = {"terms of use",  "privacy policy", "cookie policy",
                                          "uses cookies", "use of cookies", "use cookies"};
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (tkz__c4_contains(line, phrases[i]))
            return true;
    return false;
}
