/* SPDX-License-Identifier: Apache-2.0
 *
 * HTML character references to characters, as Python's html.unescape reads them:
 * all names of HTML, old ones without their semicolon, numbers with the remaps of
 * windows-1252 (HTML Living Standard, 13.2.5.72 to 80). Leans on entity_table, utf8.
 */
#include <string.h>

#include "text/entity_table.h"
#include "text/normal_step.h"
#include "text/utf8.h"

/* What a reference stands for. */
typedef struct reference {
    size_t size; /* in the source, with '&'; 0: it is no reference */
    char text[8];
    size_t text_size; /* 0: it vanishes */
} reference;

static void put_character(reference *found, uint32_t character)
{
    found->text_size += tkz__utf8_encode(character, found->text + found->text_size);
}

/* ---- Numbers ---------------------------------------------------------------- */

/* 0x80..0x9F as windows-1252; what is unassigned there stays. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

static bool vanishes(uint32_t number)
{
    return (number < 0x20 && number != '\t' && number != '\n' && number != '\f' &&
            number != '\r') ||
           number == 0x7F || (number >= 0xFDD0 && number <= 0xFDEF) ||
           (number & 0xFFFE) == 0xFFFE;
}

static void put_number(reference *found, uint32_t number)
{
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
        put_character(found, 0xFFFD);
    else if (number >= 0x80 && number <= 0x9F)
        put_character(found, windows_1252[number - 0x80]);
    else if (!vanishes(number))
        put_character(found, number);
}

/* Value of a digit, or a number above all bases. */
static uint32_t digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return (uint32_t)(letter - '0');
    char small = letter | 0x20;
    return small >= 'a' && small <= 'f' ? (uint32_t)(small - 'a') + 10 : UINT32_MAX;
}

/* `text` begins with "&#". */
static void read_number(const char *text, size_t size, reference *found)
{
    bool hexadecimal = size > 2 && (text[2] | 0x20) == 'x';
    uint32_t base = hexadecimal ? 16 : 10;
    size_t start = hexadecimal ? 3 : 2;
    size_t at = start;
    uint32_t number = 0;
    for (; at < size && digit_of(text[at]) < base; at++)
        if (number <= 0x10FFFF)
            number = number * base + digit_of(text[at]);
    if (at == start)
        return;
    if (at < size && text[at] == ';')
        at++;
    found->size = at;
    put_number(found, number);
}

/* ---- Names ------------------------------------------------------------------ */

static bool is_name_letter(char letter)
{
    char small = letter | 0x20;
    return (small >= 'a' && small <= 'z') || (letter >= '0' && letter <= '9');
}

/* -1, 0, 1: `name` before, equal to, behind entry `index`. */
static int compare_name(const char *name, size_t size, size_t index)
{
    size_t start = tkz__entity_offsets[index];
    size_t other = (size_t)tkz__entity_offsets[index + 1] - start;
    int order = memcmp(name, tkz__entity_names + start, size < other ? size : other);
    return order != 0 ? order : (size > other) - (size < other);
}

/* The entry of `name`, which is not empty; TKZ__ENTITY_COUNT if there is none. */
static size_t find_name(const char *name, size_t size)
{
    if (name[0] < 'A')
        return TKZ__ENTITY_COUNT;
    size_t low = tkz__entity_firsts[name[0] - 'A'];
    size_t high = tkz__entity_firsts[name[0] - 'A' + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_name(name, size, middle);
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return TKZ__ENTITY_COUNT;
}

static void put_entry(reference *found, size_t size, size_t index)
{
    uint32_t value = tkz__entity_values[index];
    uint32_t second = value >> 24 & 0x7F;
    found->size = size;
    put_character(found, value & 0xFFFFFF);
    if (second != 0)
        put_character(found, tkz__entity_seconds[second]);
}

/* A whole name with its semicolon, or else the longest name that needs none. */
static void read_name(const char *text, size_t size, reference *found)
{
    const char *name = text + 1;
    size_t length = 0;
    while (length <= TKZ__ENTITY_LONGEST && 1 + length < size && is_name_letter(name[length]))
        length++;
    if (length == 0)
        return;
    if (1 + length < size && name[length] == ';') {
        size_t index = find_name(name, length);
        if (index < TKZ__ENTITY_COUNT) {
            put_entry(found, length + 2, index);
            return;
        }
    }
    if (length > TKZ__ENTITY_LONGEST_BARE)
        length = TKZ__ENTITY_LONGEST_BARE;
    for (; length >= 2; length--) {
        size_t index = find_name(name, length);
        if (index < TKZ__ENTITY_COUNT && tkz__entity_values[index] >> 31) {
            put_entry(found, length + 1, index);
            return;
        }
    }
}

/* ---- The step ---------------------------------------------------------------- */

static size_t find_ampersand(const char *text, size_t from, size_t size)
{
    const char *found = from < size ? memchr(text + from, '&', size - from) : NULL;
    return found == NULL ? size : (size_t)(found - text);
}

/* The reference at or behind `from`; returns its place, or `size`. */
static size_t next_reference(const char *text, size_t from, size_t size, reference *found)
{
    for (size_t at = find_ampersand(text, from, size); at < size;
         at = find_ampersand(text, at + 1, size)) {
        *found = (reference){.size = 0};
        if (size - at > 2 && text[at + 1] == '#')
            read_number(text + at, size - at, found);
        else
            read_name(text + at, size - at, found);
        if (found->size > 0)
            return at;
    }
    return size;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)step;
    return find_ampersand(text, 0, size);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    (void)step;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        reference found = {.size = 0};
        size_t place = next_reference(text, at, size, &found);
        if (place > at)
            status = tkz__edit_copy(edit, text + at, place - at, error);
        if (place < size && status == TKZ_OK)
            status = tkz__edit_replace(edit, found.size, found.text, found.text_size, error);
        at = place + found.size;
    }
    return status;
}

/* Not idempotent, as one pass of &amp;lt; gives &lt;. */
static const tkz__normal_kind kinds[] = {
    {.info = {"entities-v1", "HTML character references to characters, once, as html.unescape.",
              NULL, 0},
     .traits = TKZ__NORMAL_LOCAL,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_entities = {kinds, sizeof kinds / sizeof kinds[0]};
