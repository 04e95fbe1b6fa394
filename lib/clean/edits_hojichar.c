/* SPDX-License-Identifier: Apache-2.0
 *
 * HojiChar's editors: telephone numbers, e-mail addresses, header and footer sentences. Leans on editor and
 * editor_words.
 */
#define _GNU_SOURCE /* memmem */
#include "clean/editor.h"
#include "clean/editor_words.h"
#include "text/char_class.h"
#include "text/utf8.h"

/* ---- Telephone numbers --------------------------------------------------- */

/* Size of the digit at `at`, 0 if none stands there. Digits are those of all scripts, as \d has it. */
static size_t digit_at(const char *text, size_t size, size_t at)
{
    uint32_t c;
    if (at >= size)
        return 0;
    if ((uint8_t)text[at] < 0x80)
        return text[at] >= '0' && text[at] <= '9';
    size_t length = tkz__utf8_next(text + at, size - at, &c);
    bool is_digit = tkz__char_record(&tkz__class_table_15_0, c)->category == TKZ__CATEGORY_ND;
    return is_digit ? length : 0;
}

/* Goes over `count` digits; false if there are fewer. */
static bool take_digits(const char *text, size_t size, size_t *at, size_t count)
{
    for (; count > 0; count--) {
        size_t length = digit_at(text, size, *at);
        if (length == 0)
            return false;
        *at += length;
    }
    return true;
}

static void take_separator(const char *text, size_t size, size_t *at)
{
    if (*at < size && (text[*at] == '-' || text[*at] == ' '))
        ++*at;
}

/* Area and exchange behind the first 0 or +81, in the order of the reference's alternatives, then four digits. */
static bool take_number(const char *text, size_t size, size_t at, size_t *last_four, size_t *end)
{
    static const uint8_t parts[][2] = {{2, 4}, {1, 4}, {2, 3}, {3, 2}, {4, 1}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t here = at;
        if (!take_digits(text, size, &here, parts[i][0]))
            continue;
        take_separator(text, size, &here);
        if (!take_digits(text, size, &here, parts[i][1]))
            continue;
        take_separator(text, size, &here);
        *last_four = here;
        if (!take_digits(text, size, &here, 4))
            continue;
        *end = here;
        return true;
    }
    return false;
}

static bool phone_at(const char *text, size_t size, size_t at, size_t *last_four, size_t *end)
{
    if (text[at] == '0')
        return take_number(text, size, at + 1, last_four, end);
    for (size_t count = 3; count > 0; count--) {
        size_t here = at + 1;
        if (!take_digits(text, size, &here, count))
            continue;
        take_separator(text, size, &here);
        if (take_number(text, size, here, last_four, end))
            return true;
    }
    return false;
}

/* The first number at or behind `at`; false if there is none. */
static bool next_phone(const char *text, size_t size, size_t at, size_t *last_four, size_t *end)
{
    for (; at < size; at++)
        if ((text[at] == '0' || text[at] == '+') && phone_at(text, size, at, last_four, end))
            return true;
    return false;
}

static size_t phone_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    size_t last_four, end;
    (void)step;
    return next_phone(text, size, 0, &last_four, &end) ? last_four : size;
}

static tkz_status phone_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    size_t at = 0, last_four, end;
    tkz_status status = TKZ_OK;
    (void)step;
    while (status == TKZ_OK && next_phone(text, size, at, &last_four, &end)) {
        status = tkz__edit_copy(edit, text + at, last_four - at, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(edit, end - last_four, "XXXX", 4, error);
        tkz__edit_count(edit, 0, 1);
        at = end;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + at, size - at, error) : status;
}

static const char *const phone_counts[] = {"phones"};

/* ---- E-mail addresses ---------------------------------------------------- */

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool in_address(uint8_t c)
{
    return is_alphanumeric(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool in_label(uint8_t c)
{
    return is_alphanumeric(c) || c == '-';
}

typedef struct address {
    size_t start;
    size_t last_dot; /* of the last label, which stays */
    size_t end;
} address;

/* The address whose @ is at `sign`, not before `from`; false if there is none. */
static bool address_at(const char *text, size_t size, size_t from, size_t sign, address *found)
{
    size_t start = sign, end = sign + 1;
    while (start > from && in_address((uint8_t)text[start - 1]))
        start--;
    while (end < size && in_address((uint8_t)text[end]))
        end++;
    /* The last dot that has something of the name before it and a label behind it. */
    for (size_t dot = end; start < sign && dot-- > sign + 2;) {
        if (text[dot] != '.' || dot + 1 >= end || !in_label((uint8_t)text[dot + 1]))
            continue;
        *found = (address){start, dot, dot + 1};
        while (found->end < end && in_label((uint8_t)text[found->end]))
            found->end++;
        return true;
    }
    return false;
}

static bool next_address(const char *text, size_t size, size_t from, address *found)
{
    for (size_t at = from; at < size;) {
        const char *sign = memchr(text + at, '@', size - at);
        if (sign == NULL)
            return false;
        if (address_at(text, size, from, (size_t)(sign - text), found))
            return true;
        at = (size_t)(sign - text) + 1;
    }
    return false;
}

static size_t email_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    address found;
    (void)step;
    return next_address(text, size, 0, &found) ? found.start : size;
}

static tkz_status email_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    static const char mask[] = "xxxx@yyy";
    size_t at = 0;
    address found;
    tkz_status status = TKZ_OK;
    (void)step;
    while (status == TKZ_OK && next_address(text, size, at, &found)) {
        status = tkz__edit_copy(edit, text + at, found.start - at, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(edit, found.last_dot - found.start, mask, sizeof mask - 1,
                                       error);
        if (status == TKZ_OK)
            status = tkz__edit_copy(edit, text + found.last_dot, found.end - found.last_dot, error);
        tkz__edit_count(edit, 0, 1);
        at = found.end;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + at, size - at, error) : status;
}

static const char *const email_counts[] = {"emails"};

/* ---- Header and footer sentences ----------------------------------------- */

enum { WORDS = 0, COMPAT = 1, MOST_LOOKED_AT = 3, PERIOD_SIZE = 3 };

static const char period[] = "\u3002"; /* 。 */

static tkz_status words_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                tkz_error *error)
{
    if (step->values[WORDS].size == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, step->kind->info.name,
                              TKZ__NO_OFFSET,
                              "it needs words=FILE, a list of one word a line, such as "
                              "header_footer_keywords_ja.txt of the PyPI package hojichar");
    return tkz__editor_words_open(step, WORDS, allocator, error);
}

static void words_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__editor_words_free(step->state);
}

/* What Python's str.strip takes away: White_Space, and the four separators of ASCII. */
static bool is_space(uint32_t c)
{
    return (tkz__char_flags(&tkz__class_table_15_0, c) & TKZ__CHAR_WHITE_SPACE) != 0 ||
           (c >= 0x1C && c <= 0x1F);
}

/* Takes white space away on both sides. */
static void strip(const char **text, size_t *size)
{
    size_t start = 0, end = 0;
    uint32_t c;
    for (size_t at = 0; at < *size;) {
        at += tkz__utf8_next(*text + at, *size - at, &c);
        if (is_space(c) && end == 0)
            start = at;
        else if (!is_space(c))
            end = at;
    }
    *text += start;
    *size = end > start ? end - start : 0;
}

/* Whether a sentence begins with a word of the list, whose lines count without the white space around them. */
static bool begins_with_word(const tkz__editor_words *words, const char *text, size_t size)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->words[i].text;
        size_t length = words->words[i].size;
        strip(&word, &length);
        if (length <= size && memcmp(text, word, length) == 0)
            return true;
    }
    return false;
}

typedef struct sentence {
    size_t start;
    size_t end;
    bool gone;
} sentence;

/* Start of the sentence that ends at `end`: behind the 。 before its own. */
static size_t sentence_start(const char *text, size_t end)
{
    size_t at = end;
    if (at >= PERIOD_SIZE && memcmp(text + at - PERIOD_SIZE, period, PERIOD_SIZE) == 0)
        at -= PERIOD_SIZE;
    for (; at >= PERIOD_SIZE; at--)
        if (memcmp(text + at - PERIOD_SIZE, period, PERIOD_SIZE) == 0)
            return at;
    return 0;
}

/* Up to `most` sentences from the start; returns how many. */
static size_t first_sentences(const char *text, size_t size, sentence *list, size_t most)
{
    size_t count = 0, at = 0;
    while (count < most && (at < size || count == 0)) {
        const char *next = size > at ? memmem(text + at, size - at, period, PERIOD_SIZE) : NULL;
        size_t end = next != NULL ? (size_t)(next - text) + PERIOD_SIZE : size;
        list[count++] = (sentence){at, end, false};
        at = end;
    }
    return count;
}

static tkz_status sentences_run(const tkz__normal_step *step, const char *text, size_t size,
                                tkz__edit *edit, tkz_error *error)
{
    const tkz__editor_words *words = step->state;
    bool compat = step->values[COMPAT].number == TKZ__EDITOR_TRUE;
    sentence first[2 * MOST_LOOKED_AT], last[MOST_LOOKED_AT];
    size_t count = first_sentences(text, size, first, 2 * MOST_LOOKED_AT);
    size_t looked_at = count < 4 ? 1 : count < 6 ? 2 : MOST_LOOKED_AT;
    size_t end = size, at = 0;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < looked_at; i++) {
        sentence *own = &first[i];
        last[i] = (sentence){sentence_start(text, end), end, false};
        end = last[i].start;
        own->gone |= begins_with_word(words, text + own->start, own->end - own->start);
        bool found = begins_with_word(words, text + last[i].start, last[i].end - last[i].start);
        if (compat)
            own->gone |= found;
        else
            last[i].gone = found;
    }
    for (size_t i = 0; i < 2 * looked_at && status == TKZ_OK; i++) {
        const sentence *s = i < looked_at ? &first[i] : &last[2 * looked_at - 1 - i];
        if (!s->gone || s->start < at)
            continue; /* it may be among the first and among the last */
        status = tkz__edit_copy(edit, text + at, s->start - at, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(edit, s->end - s->start, "", 0, error);
        tkz__edit_count(edit, 0, s->end > s->start);
        at = s->end;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + at, size - at, error) : status;
}

static const tkz_normal_option sentence_options[] = {
    {"words", NULL, "", "file with one word a line", 0, 0},
    TKZ__EDITOR_COMPAT("where one of the last sentences is a footer, one of the first goes"),
};
static const char *const sentence_counts[] = {"sentences"};

/* ---- The table ----------------------------------------------------------- */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "hojichar_phone-v1",
                       .text = "The last four digits of what looks like a telephone number become XXXX."},
              TKZ__EDITOR_COUNTS(phone_counts),
              .unchanged = phone_unchanged,
              .run = phone_run},
     .source = "HojiChar, document_filters.py, MaskPersonalInformation: the first of its two patterns"},
    {.kind = {.info = {.name = "hojichar_email-v1",
                       .text = "An e-mail address becomes xxxx@yyy with its last label behind."},
              TKZ__EDITOR_COUNTS(email_counts),
              .unchanged = email_unchanged,
              .run = email_run},
     .source = "HojiChar, document_filters.py, MaskPersonalInformation: the second, behind hojichar_phone"},
    {.kind = {.info = {.name = "hojichar_header_footer-v1",
                       .text = "Among the first and the last sentences (three each of six or more; they end with 。) "
                               "those that begin with a word of the list go.",
                       TKZ__EDITOR_OPTIONS(sentence_options)},
              TKZ__EDITOR_COUNTS(sentence_counts),
              .prepare = words_prepare,
              .dispose = words_dispose,
              .run = sentences_run},
     .source = "HojiChar, document_filters.py, HeaderFooterTagsRemover between SentenceTokenizer and MergeTokens",
     .difference = "a footer among the last sentences goes itself; there one of the first goes for it (あ。い。検索 loses "
                   "あ。). compat=true does as the reference"},
};

extern const tkz__editor_family tkz__edits_hojichar;
const tkz__editor_family tkz__edits_hojichar = {editors, sizeof editors / sizeof editors[0]};
