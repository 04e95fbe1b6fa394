/* SPDX-License-Identifier: Apache-2.0
 *
 * Lower case of a character in its word. Leans on the class tables and lowercase of text.
 */
#include "subword/split_lowercase.h"

#include <stdbool.h>

#include "text/char_class.h"
#include "text/lowercase.h"
#include "text/utf8.h"

enum { CAPITAL_SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2, CAPITAL_I_WITH_DOT = 0x130, DOT_ABOVE = 0x307 };

static int category_of(uint32_t character)
{
    return tkz__char_record(&tkz__class_table_17_0, character)->category;
}

/* Cased, but for what NFKC leaves of Other_Lowercase and Other_Uppercase. */
static bool is_cased(uint32_t character)
{
    int category = category_of(character);
    return category == TKZ__CATEGORY_LU || category == TKZ__CATEGORY_LL ||
           category == TKZ__CATEGORY_LT;
}

/* Case_Ignorable: some categories, and what stands within words (Word_Break MidLetter, MidNumLet and
 * Single_Quote). */
static bool is_ignorable(uint32_t character)
{
    switch (character) {
    case '\'': case '.': case ':': case 0xB7: case 0x387: case 0x55F: case 0x5F4: case 0x2018:
    case 0x2019: case 0x2024: case 0x2027: case 0xFE13: case 0xFE52: case 0xFE55: case 0xFF07:
    case 0xFF0E: case 0xFF1A:
        return true;
    default:
        break;
    }
    switch (category_of(character)) {
    case TKZ__CATEGORY_MN: case TKZ__CATEGORY_ME: case TKZ__CATEGORY_CF: case TKZ__CATEGORY_LM:
    case TKZ__CATEGORY_SK:
        return true;
    default:
        return false;
    }
}

/* The start of the character that ends at byte `end`, which is not 0. */
static size_t character_before(const char *word, size_t end)
{
    size_t start = end - 1;
    while (start > 0 && end - start < 4 && ((uint8_t)word[start] & 0xC0) == 0x80)
        start--;
    return start;
}

/* Is the letter word[at, end) the last one of a word (Final_Sigma of SpecialCasing.txt; handle_capital_sigma
 * of CPython, Objects/unicodeobject.c)? Each run of ignorable characters is read twice at most. */
static bool is_final(const char *word, size_t size, size_t at, size_t end)
{
    uint32_t character = 0;
    bool found = false;
    while (at > 0 && !found) {
        size_t start = character_before(word, at);
        tkz__utf8_next(word + start, at - start, &character);
        found = !is_ignorable(character);
        at = start;
    }
    if (!found || !is_cased(character))
        return false;
    for (found = false; end < size && !found;) {
        end += tkz__utf8_next(word + end, size - end, &character);
        found = !is_ignorable(character);
    }
    return !found || !is_cased(character);
}

size_t tkz__split_lowercase(const char *word, size_t size, size_t at, size_t length,
                            uint32_t character, char *target)
{
    uint32_t lower = tkz__lowercase(character);
    if (lower == character)
        return 0;
    if (character == CAPITAL_SIGMA && is_final(word, size, at, at + length))
        lower = FINAL_SIGMA;
    size_t written = tkz__utf8_encode(lower, target);
    if (character == CAPITAL_I_WITH_DOT)
        written += tkz__utf8_encode(DOT_ABOVE, target + written);
    return written;
}
