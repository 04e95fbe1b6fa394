/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds where personal information may be, digits and '@', reads what is there, and asks the rules. Every
 * look around a place is bounded, so the whole is linear. Leans on utf8.
 */
#include <string.h>

#include "text/pii.h"
#include "text/utf8.h"

/* RFC 5321: 64 bytes before the '@', 255 behind it. */
#define LONGEST_LOCAL 64
#define LONGEST_DOMAIN 255

/* ---- Characters --------------------------------------------------------- */

static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFF01 - 0x21;
    switch (c) {
    case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2015: case 0x2212:
    case 0x30FC: case 0xFF70: case 0xFE63: case 0x2500:
        return '-';
    case 0x3000: case 0xA0:
        return ' ';
    default:
        return c;
    }
}

uint32_t tkz__pii_at(const char *text, size_t size, size_t at, size_t *length)
{
    uint32_t c;
    *length = tkz__utf8_next(text + at, size - at, &c);
    return c == TKZ__UTF8_INVALID ? 0xFFFD : fold(c);
}

uint32_t tkz__pii_before(const char *text, size_t at, size_t *length)
{
    size_t start = at, own;
    *length = 0;
    if (at == 0)
        return 0;
    do
        start--;
    while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80);
    uint32_t c = tkz__pii_at(text, at, start, &own);
    if (own != at - start) {
        *length = 1;
        return 0xFFFD;
    }
    *length = own;
    return c;
}

/* ---- Numbers ------------------------------------------------------------ */

static bool is_alphanumeric(uint32_t c)
{
    return tkz__pii_is_digit(c) || tkz__pii_is_letter(c) || c == '_';
}

static bool starts_clean(const char *text, size_t at, uint32_t *before)
{
    size_t length, further;
    *before = tkz__pii_before(text, at, &length);
    if (is_alphanumeric(*before))
        return false;
    if (*before != '-' && *before != '.' && *before != ',' && *before != '/')
        return true;
    /* A hyphen of full width may be the long mark of a word: サーバー090. */
    if (*before == '-' && length == 3 && !tkz__pii_is_digit(tkz__pii_before(text, at - 3, &further)))
        return true;
    return !is_alphanumeric(tkz__pii_before(text, at - length, &further));
}

bool tkz__pii_ends_clean(const tkz__pii_number *number, uint32_t groups)
{
    const tkz__pii_group *last = &number->groups[groups - 1];
    size_t length, further;
    /* Of several numbers in a row the next may follow. */
    if (last->separator == ' ')
        return true;
    if (last->separator != 0)
        return false;
    if (last->end >= number->size)
        return true;
    uint32_t c = tkz__pii_at(number->text, number->size, last->end, &length);
    if (is_alphanumeric(c))
        return false;
    if ((c == '-' || c == '.' || c == ',' || c == '/' || c == ':') &&
        last->end + length < number->size)
        return !tkz__pii_is_digit(
            tkz__pii_at(number->text, number->size, last->end + length, &further));
    return true;
}

static bool is_separator(uint32_t c)
{
    return c == '-' || c == ' ' || c == '.' || c == '(' || c == ')';
}

/* Reads the groups that begin at a digit. Returns where the first ends. */
static size_t read_number(const char *text, size_t size, size_t at, tkz__pii_number *number)
{
    uint32_t digits = 0;
    number->text = text;
    number->size = size;
    number->count = 0;
    number->starts_clean = starts_clean(text, at, &number->before);
    while (number->count < TKZ__PII_GROUPS) {
        tkz__pii_group *group = &number->groups[number->count];
        uint32_t c = 0;
        size_t length = 0, after;
        *group = (tkz__pii_group){.start = at, .first = (uint8_t)digits};
        while (at < size && digits < TKZ__PII_DIGITS &&
               tkz__pii_is_digit(c = tkz__pii_at(text, size, at, &length))) {
            number->digits[digits++] = (uint8_t)(c - '0');
            group->count++;
            at += length;
        }
        group->end = at;
        number->count++;
        if (at >= size || digits == TKZ__PII_DIGITS)
            break;
        if (!is_separator(c) || at + length >= size ||
            !tkz__pii_is_digit(tkz__pii_at(text, size, at + length, &after)))
            break;
        group->separator = (char)c;
        at += length;
    }
    number->groups[number->count - 1].separator = 0;
    /* A run of more digits than any number has is left behind as a whole. */
    size_t end = number->groups[0].end, length;
    while (end < size && tkz__pii_is_digit(tkz__pii_at(text, size, end, &length))) {
        end += length;
        number->starts_clean = false;
    }
    return end;
}

/* ---- Context ------------------------------------------------------------ */

static bool equals_word(const char *text, const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if (c != word[i])
            return false;
    }
    return true;
}

bool tkz__pii_has_context(const char *text, size_t at, size_t reach, const char *words)
{
    size_t first = at > reach ? at - reach : 0;
    for (size_t i = at; i > first; i--) {
        if (text[i - 1] == '\n' ||
            (at - i >= 3 && memcmp(text + i, "。", 3) == 0)) {
            first = i;
            break;
        }
    }
    for (size_t i = first; i < at; i++) {
        for (const char *word = words; *word != '\0';) {
            size_t size = strcspn(word, "|");
            if (size <= at - i && equals_word(text + i, word, size))
                return true;
            word += size + (word[size] == '|');
        }
    }
    return false;
}

/* ---- E-mail ------------------------------------------------------------- */

static bool is_local(uint32_t c)
{
    return is_alphanumeric(c) || c == '.' || c == '+' || c == '%';
}

/* A hyphen, but not the long mark of a word before the address. */
static bool is_hyphen(const char *text, size_t at, uint32_t c, size_t length)
{
    return c == '-' && (length == 1 || memcmp(text + at, "－", 3) == 0);
}

static bool find_email(const char *text, size_t size, size_t from, size_t at, size_t length,
                       tkz_pii_match *match)
{
    size_t start = at, end = at + length, step, last_dot = 0, last = end;
    while (start > from && at - start < 3 * LONGEST_LOCAL) {
        uint32_t c = tkz__pii_before(text, start, &step);
        if (step > start - from || !(is_local(c) || is_hyphen(text, start - step, c, step)))
            break;
        start -= step;
    }
    while (start < at) { /* it begins with a letter or a digit */
        uint32_t c = tkz__pii_at(text, size, start, &step);
        if (is_alphanumeric(c))
            break;
        start += step;
    }
    size_t letters = 0;
    while (end < size && end - at < LONGEST_DOMAIN) {
        uint32_t c = tkz__pii_at(text, size, end, &step);
        if (c == '.') {
            if (last != end)
                break;
            last_dot = end;
            letters = 0;
        } else if (tkz__pii_is_letter(c) || tkz__pii_is_digit(c)) {
            letters += tkz__pii_is_letter(c);
            last = end + step;
        } else if (is_hyphen(text, end, c, step)) {
            last = end + step;
        } else {
            break;
        }
        end += step;
    }
    if (start == at || last_dot <= at + length || last <= last_dot + 2 || letters < 2)
        return false;
    *match = (tkz_pii_match){start, last, TKZ_PII_EMAIL};
    return true;
}

/* ---- Text --------------------------------------------------------------- */

/* In the order in which they are asked: those with a check digit or a sign first. */
static const struct {
    int32_t type;
    tkz__pii_rule *rule;
} rules[] = {
    {TKZ_PII_IP_ADDRESS, tkz__pii_ip_address},
    {TKZ_PII_MY_NUMBER, tkz__pii_my_number},
    {TKZ_PII_DRIVER_LICENCE, tkz__pii_driver_licence},
    {TKZ_PII_PASSPORT, tkz__pii_passport},
    {TKZ_PII_CARD, tkz__pii_card},
    {TKZ_PII_PHONE, tkz__pii_phone},
    {TKZ_PII_POSTAL_CODE, tkz__pii_postal_code},
    {TKZ_PII_BANK_ACCOUNT, tkz__pii_bank_account},
    {TKZ_PII_ADDRESS, tkz__pii_address},
};

static bool apply_rules(const tkz__pii_number *number, size_t from, uint32_t types,
                        tkz_pii_match *match)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        size_t start = number->groups[0].start, end;
        if ((types >> rules[i].type & 1) != 0 && rules[i].rule(number, &start, &end) &&
            start >= from) {
            *match = (tkz_pii_match){start, end, rules[i].type};
            return true;
        }
    }
    return false;
}

/* From `at` on, where an ASCII digit, '@' or a character of full width may be. */
static size_t next_candidate(const char *text, size_t at, size_t size)
{
    for (; at < size; at++) {
        uint8_t byte = (uint8_t)text[at];
        if ((byte >= '0' && byte <= '9') || byte == '@')
            return at;
        if (byte == 0xEF && size - at >= 3 && (uint8_t)text[at + 1] == 0xBC)
            return at;
    }
    return size;
}

int32_t tkz_pii_next(const char *text, size_t size, size_t from, uint32_t types,
                     tkz_pii_match *match)
{
    for (size_t at = from; (at = next_candidate(text, at, size)) < size;) {
        size_t length;
        uint32_t c = tkz__pii_at(text, size, at, &length);
        if (c == '@' && (types >> TKZ_PII_EMAIL & 1) != 0 &&
            find_email(text, size, from, at, length, match))
            return 1;
        if (tkz__pii_is_digit(c)) {
            tkz__pii_number number;
            size_t end = read_number(text, size, at, &number);
            if (apply_rules(&number, from, types, match))
                return 1;
            length = end - at;
        }
        at += length;
    }
    return 0;
}

const char *tkz_pii_mask(int32_t type)
{
    switch (type) {
#define MASK(name, number, mask, option, text)                                                    \
    case number:                                                                                  \
        return mask;
        TKZ_PII_LIST(MASK)
#undef MASK
    default:
        return NULL;
    }
}

const char *tkz_pii_name(int32_t type)
{
    switch (type) {
#define NAME(name, number, mask, option, text)                                                    \
    case number:                                                                                  \
        return option;
        TKZ_PII_LIST(NAME)
#undef NAME
    default:
        return NULL;
    }
}
