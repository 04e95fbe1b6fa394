/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules of personal information look at: characters with their width folded, groups of digits, and the
 * words before them. Leans on utf8.
 */
#ifndef TKZ_TEXT_PII_H
#define TKZ_TEXT_PII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokenize/pii.h"

/* More digits or groups belong to nothing that is looked for. */
#define TKZ__PII_DIGITS 24
#define TKZ__PII_GROUPS 8

/* The character at a place, which is before the end: letters, digits, signs of full width as those of
 * ASCII, all kinds of hyphens as '-', the ideographic space as ' '. A byte that is no UTF-8 is 0xFFFD. */
uint32_t tkz__pii_at(const char *text, size_t size, size_t at, size_t *length);
/* The one that ends at a place; 0 at the start. */
uint32_t tkz__pii_before(const char *text, size_t at, size_t *length);

static inline bool tkz__pii_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool tkz__pii_is_letter(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

typedef struct tkz__pii_group {
    size_t start;
    size_t end;
    uint8_t first; /* index of its first digit */
    uint8_t count; /* digits */
    char separator; /* behind it, before the next group; 0 behind the last */
} tkz__pii_group;

/* Digits in groups with one separator between two: '-', ' ', '.', '(' or ')'. */
typedef struct tkz__pii_number {
    const char *text;
    size_t size;
    tkz__pii_group groups[TKZ__PII_GROUPS];
    uint32_t count;
    uint8_t digits[TKZ__PII_DIGITS]; /* 0 to 9 */
    bool starts_clean; /* no letter, digit or sign of a longer number before it */
    uint32_t before;   /* the character before it, folded */
} tkz__pii_number;

/* Nothing of a longer number or word follows the first `groups` groups. */
bool tkz__pii_ends_clean(const tkz__pii_number *number, uint32_t groups);

/* One of the words, '|' between them, stands before a place: within `reach` bytes, and in its
 * sentence. Letters of ASCII are of either case. */
bool tkz__pii_has_context(const char *text, size_t at, size_t reach, const char *words);

/* Rules: each says whether the number begins with one of its type, and how far that goes. */
typedef bool tkz__pii_rule(const tkz__pii_number *number, size_t *start, size_t *end);
tkz__pii_rule tkz__pii_phone, tkz__pii_postal_code, tkz__pii_address, tkz__pii_my_number,
    tkz__pii_card, tkz__pii_bank_account, tkz__pii_passport, tkz__pii_driver_licence,
    tkz__pii_ip_address;

#endif
