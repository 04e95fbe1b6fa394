/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of web corpora: NeMo Curator (nemo_curator/stages/text/filters/heuristic/string.py and
 * utils/constants.py), Ungoliant (src/transformers/header.rs, src/filtering/record.rs), Uzushio
 * (HiraganaRatio.scala), The Stack. Leans on measuring and char_class.
 */
#include <string.h>

#include "clean/measuring.h"
#include "text/char_class.h"
#include "text/utf8.h"

enum { HEADER_BYTES = 100, LONG_LINE = 100 };

static bool is_alphanumeric(uint32_t character)
{
    return character - '0' < 10 || (character | 0x20) - 'a' < 26;
}

static bool is_one_of(uint32_t character, const char *list)
{
    return character < 0x80 && character != 0 && strchr(list, (int)character) != NULL;
}

/* ---- Characters ---------------------------------------------------------- */

static void walk_characters(tkz__counter_measures *found, const uint32_t *characters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t character = characters[i];
        found->utf16_units += character >= 0x10000 ? 2 : 1;
        found->hiragana_block += character - 0x3040 < 0x60;
        if (character >= 0x80) {
            found->parentheses += character == 0x27E8 || character == 0x27E9;
            continue;
        }
        found->plain += is_alphanumeric(character) || is_one_of(character, "\n?!,.");
        found->digits += character - '0' < 10;
        found->spaces += is_one_of(character, "\t\n\r\b ");
        found->parentheses += is_one_of(character, "{}[]()");
    }
}

/* ---- Addresses ----------------------------------------------------------- */

static bool is_hexadecimal(uint32_t character)
{
    return character - '0' < 10 || (character | 0x20) - 'a' < 6;
}

/* Behind "://", by regex_url of NeMo Curator 1.4.0: % stands before two digits of base 16 alone. Before, the pattern had
 * [$-_@.&+], in which $-_ is a range: all from $ to _, % among them. */
static size_t address_end(const uint32_t *characters, size_t at, size_t count, bool is_old)
{
    while (at < count) {
        uint32_t character = characters[at];
        if (is_alphanumeric(character) || (is_old && character - '$' <= '_' - '$') || is_one_of(character, "$-_@.&+!*(),"))
            at++;
        else if (!is_old && is_one_of(character, "/:=?#~"))
            at++;
        else if (!is_old && character == '%' && count - at > 2 && is_hexadecimal(characters[at + 1]) &&
                 is_hexadecimal(characters[at + 2]))
            at += 3;
        else
            break;
    }
    return at;
}

/* http:// or https:// at `at`: the place behind it, or 0. */
static size_t match_scheme(const uint32_t *characters, size_t at, size_t count)
{
    static const char scheme[] = "http";
    for (size_t i = 0; i < 4; i++, at++)
        if (at == count || characters[at] != (uint32_t)scheme[i])
            return 0;
    at += at < count && characters[at] == 's';
    if (count - at < 3 || characters[at] != ':' || characters[at + 1] != '/' ||
        characters[at + 2] != '/')
        return 0;
    return at + 3;
}

static uint64_t count_addresses(const uint32_t *characters, size_t count, bool is_old)
{
    uint64_t found = 0;
    for (size_t i = 0; i < count;) {
        size_t behind = characters[i] == 'h' ? match_scheme(characters, i, count) : 0;
        size_t end = behind > 0 ? address_end(characters, behind, count, is_old) : 0;
        bool is_address = behind > 0 && end > behind;
        found += is_address ? end - i : 0;
        i = is_address ? end : i + 1;
    }
    return found;
}

/* ---- Lines of Ungoliant -------------------------------------------------- */

/* From `start` to the line feed or the end; `*end` without one carriage return before the line feed. Returns
 * the place of the next line. */
static size_t next_line(const uint32_t *characters, size_t start, size_t count, size_t *end)
{
    size_t at = start;
    while (at < count && characters[at] != '\n')
        at++;
    bool cut = at < count && at > start && characters[at - 1] == '\r';
    *end = at - cut;
    return at + 1;
}

static bool is_short(const uint32_t *characters, size_t start, size_t end)
{
    size_t bytes = 0;
    for (size_t i = start; i < end && bytes < HEADER_BYTES; i++)
        bytes += tkz__utf8_length(characters[i]);
    return bytes < HEADER_BYTES;
}

static void walk_lines(tkz__counter_measures *found, const uint32_t *characters, size_t count)
{
    uint64_t lines = 0;
    size_t end;
    for (size_t at = 0; at < count; lines++) {
        size_t start = at;
        at = next_line(characters, at, count, &end);
        found->line_characters += end - start;
        found->long_line_characters += end - start >= LONG_LINE ? end - start : 0;
    }
    found->header_lines = (uint64_t)((double)lines * 0.2);
    uint64_t number = 0;
    for (size_t at = 0; at < count; number++) {
        size_t start = at;
        at = next_line(characters, at, count, &end);
        if (number >= found->header_lines && number < lines - found->header_lines)
            continue;
        bool is_header = number < found->header_lines;
        bool is_footer = number >= lines - found->header_lines;
        bool is_counted = is_short(characters, start, end);
        found->short_header_lines += is_header && is_counted;
        found->short_footer_lines += is_footer && is_counted;
    }
}

/* ---- Lines of The Stack -------------------------------------------------- */

static void walk_code_lines(tkz__counter_measures *found, const uint32_t *characters, size_t count)
{
    size_t start = 0;
    for (size_t i = 0; i <= count; i++) {
        if (i < count ? !tkz__is_python_line_end(characters[i]) : start == count)
            continue;
        found->code_lines++;
        found->code_line_characters += i - start;
        if (i - start > found->longest_code_line)
            found->longest_code_line = i - start;
        if (i + 1 < count && characters[i] == '\r' && characters[i + 1] == '\n')
            i++;
        start = i + 1;
    }
}

tkz_status tkz__measure_counters(tkz__measuring *measuring, tkz_error *error)
{
    tkz__counter_measures *found = &measuring->measures.counters;
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    const uint32_t *characters = measuring->characters;
    size_t count = measuring->count;
    memset(found, 0, sizeof *found);
    walk_characters(found, characters, count);
    found->url_characters = count_addresses(characters, count, false);
    found->old_url_characters = count_addresses(characters, count, true);
    walk_lines(found, characters, count);
    walk_code_lines(found, characters, count);
    return TKZ_OK;
}
