/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors of what is no Japanese within lines: addresses of the web, long runs of ASCII, brackets left empty. Leans on
 * editor.
 */
#define _GNU_SOURCE /* memmem */
#include "clean/editor.h"
#include "clean/text_lines.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* ---- Web addresses ------------------------------------------------------- */

enum { WITH = 0, COMPAT = 1 };

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Size of "http://", "https://" or "ftp://" that ends with the "://" at `colon`, 0 if none does; compat knows no ftp,
 * and small letters only. */
static size_t scheme_size(const char *text, size_t colon, size_t from, bool compat)
{
    static const char *const schemes[] = {"http", "https", "ftp"};
    for (size_t i = 0; i < (compat ? 2 : 3); i++) {
        size_t size = strlen(schemes[i]);
        if (colon - from < size)
            continue;
        size_t same = 0;
        for (; same < size; same++) {
            uint8_t c = (uint8_t)text[colon - size + same];
            if (!compat && c >= 'A' && c <= 'Z')
                c |= 0x20;
            if (c != (uint8_t)schemes[i][same])
                break;
        }
        if (same == size)
            return size;
    }
    return 0;
}

/* Characters of an address by RFC 3986: unreserved, reserved, per cent. */
static bool in_address(uint8_t c)
{
    return is_alphanumeric(c) || (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

/* Marks that end a sentence or close a bracket are no part of an address that they stand behind. */
static size_t without_marks(const char *text, size_t start, size_t end)
{
    size_t opened = 0;
    for (size_t at = start; at < end; at++)
        opened += text[at] == '(' || text[at] == '[';
    for (; end > start; end--) {
        char c = text[end - 1];
        bool closes = c == ')' || c == ']';
        if (!(strchr(".,;:!?'", c) != NULL || (closes && opened == 0)))
            break;
    }
    return end;
}

/* [\w/:%#\$&\?\(\)~\.=\+\-]+, where letters are those of all scripts. */
static size_t compat_end(const char *text, size_t size, size_t at)
{
    while (at < size) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        bool inside = c < 0x80 ? is_alphanumeric((uint8_t)c) ||
                                     (c != 0 && strchr("_/:%#$&?()~.=+-", (int)c) != NULL)
                               : (tkz__char_flags(&tkz__class_table_16_0, c) & TKZ__CHAR_WORD) != 0;
        if (!inside)
            break;
        at += length;
    }
    return at;
}

static size_t address_end(const char *text, size_t size, size_t start, bool compat)
{
    size_t end = start;
    if (compat)
        return compat_end(text, size, start);
    while (end < size && in_address((uint8_t)text[end]))
        end++;
    return without_marks(text, start, end);
}

/* The first address at or behind `from`; false if there is none. */
static bool next_address(const char *text, size_t size, size_t from, bool compat, size_t *start,
                         size_t *end)
{
    for (size_t at = from; at < size;) {
        const char *found = memmem(text + at, size - at, "://", 3);
        if (found == NULL)
            return false;
        size_t colon = (size_t)(found - text), scheme = scheme_size(text, colon, from, compat);
        *start = colon - scheme;
        if (scheme > 0 && (*end = address_end(text, size, colon + 3, compat)) > colon + 3)
            return true;
        at = colon + 3;
    }
    return false;
}

static size_t urls_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    size_t start, end;
    bool compat = step->values[COMPAT].number == TKZ__EDITOR_TRUE;
    return next_address(text, size, 0, compat, &start, &end) ? start : size;
}

static tkz_status urls_run(const tkz__normal_step *step, const char *text, size_t size,
                           tkz__edit *edit, tkz_error *error)
{
    const tkz__normal_value *with = &step->values[WITH];
    bool compat = step->values[COMPAT].number == TKZ__EDITOR_TRUE;
    size_t at = 0, start, end;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && next_address(text, size, at, compat, &start, &end)) {
        status = tkz__edit_copy(edit, text + at, start - at, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(edit, end - start, with->text, with->size, error);
        tkz__edit_count(edit, 0, 1);
        tkz__edit_count(edit, 1, tkz_utf8_count(text + start, end - start));
        at = end;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + at, size - at, error) : status;
}

static const tkz_normal_option url_options[] = {
    {"with", NULL, "", "what stands in place of each", 0, 0},
    TKZ__EDITOR_COMPAT("letters and digits of all scripts belong to an address, so that Japanese right behind "
                       "it goes too, and so do marks at its end; no ftp, no capitals in the scheme"),
};
static const char *const url_counts[] = {"urls", "characters"};

/* ---- Runs of ASCII ------------------------------------------------------- */

enum { MINIMUM = 0 };

static tkz_status ascii_run(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    size_t minimum = (size_t)step->values[MINIMUM].number, done = 0, start = 0;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at <= size && status == TKZ_OK; at++) {
        if (at < size && (uint8_t)text[at] < 0x80 && text[at] != '\n')
            continue;
        if (at - start >= minimum) {
            status = tkz__edit_copy(edit, text + done, start - done, error);
            if (status == TKZ_OK)
                status = tkz__edit_replace(edit, at - start, "", 0, error);
            tkz__edit_count(edit, 0, 1);
            tkz__edit_count(edit, 1, at - start);
            done = at;
        }
        start = at + 1;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + done, size - done, error) : status;
}

static const tkz_normal_option ascii_options[] = {
    {"minimum", NULL, "100", "characters of a run that goes", 1, 1000000000},
};
static const char *const ascii_counts[] = {"runs", "characters"};

/* ---- Empty brackets ------------------------------------------------------ */

enum { BRACKETS = 0, ASCII = 1 };

typedef struct bracket_rules {
    uint32_t open, close;
    const char *marks; /* separators but white space */
    bool takes_space;  /* one white space before an empty pair goes with it */
} bracket_rules;

static const bracket_rules rules_of[] = {
    {0xFF08, 0xFF09, ",\uFF0C\u3001;\uFF1B", false}, /* （） */
    {'(', ')', ",;", true},
};

static bool is_space(uint32_t c)
{
    return (tkz__char_flags(&tkz__class_table_16_0, c) & TKZ__CHAR_WHITE_SPACE) != 0;
}

static bool is_separator(const bracket_rules *rules, uint32_t c)
{
    for (size_t at = 0, size = strlen(rules->marks); at < size;) {
        uint32_t mark;
        at += tkz__utf8_next(rules->marks + at, size - at, &mark);
        if (c == mark)
            return true;
    }
    return is_space(c);
}

/* Separators from `at` on; `*last` is where the last one starts if it is white space, else their end. */
static size_t separators_end(const bracket_rules *rules, const char *text, size_t size, size_t at,
                             size_t *last)
{
    uint32_t c;
    *last = at;
    while (at < size) {
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        if (!is_separator(rules, c))
            break;
        *last = is_space(c) ? at : at + length;
        at += length;
    }
    return at;
}

static bool character_is(const char *text, size_t size, size_t at, uint32_t wanted, size_t *length)
{
    uint32_t c;
    if (at >= size)
        return false;
    *length = tkz__utf8_next(text + at, size - at, &c);
    return c == wanted;
}

/* End of an empty pair that opens at `at`, or 0. */
static size_t empty_pair(const bracket_rules *rules, const char *text, size_t size, size_t at)
{
    size_t length, last;
    if (!character_is(text, size, at, rules->open, &length))
        return 0;
    at = separators_end(rules, text, size, at + length, &last);
    return character_is(text, size, at, rules->close, &length) ? at + length : 0;
}

/* Cuts [start, end) out, after what is before it. */
static tkz_status cut_out(tkz__edit *edit, const char *text, size_t *done, size_t start, size_t end,
                          tkz_error *error)
{
    if (start == end)
        return TKZ_OK;
    tkz_status status = tkz__edit_copy(edit, text + *done, start - *done, error);
    *done = end;
    return status == TKZ_OK ? tkz__edit_replace(edit, end - start, "", 0, error) : status;
}

static tkz_status brackets_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    const bracket_rules *rules = &rules_of[step->values[BRACKETS].number];
    size_t done = 0, length, last, pair;
    bool opened = false; /* the last character is an opening bracket that stays */
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t end = separators_end(rules, text, size, at, &last);
        if (end > at) { /* beside a bracket they go; before an empty pair only a white space does */
            if (opened || character_is(text, size, end, rules->close, &length))
                status = cut_out(edit, text, &done, at, end, error);
            else if (rules->takes_space && empty_pair(rules, text, size, end) > 0)
                status = cut_out(edit, text, &done, last, end, error);
            opened = false;
            at = end;
        } else if ((pair = empty_pair(rules, text, size, at)) > 0) {
            status = cut_out(edit, text, &done, at, pair, error);
            tkz__edit_count(edit, 0, 1);
            opened = false;
            at = pair;
        } else {
            opened = character_is(text, size, at, rules->open, &length);
            at += length;
        }
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + done, size - done, error) : status;
}

static const tkz_normal_option bracket_options[] = {
    {"brackets", "wide|ascii", "wide", "which: （） or ()", 0, 0},
};
static const char *const bracket_counts[] = {"pairs"};

/* ---- The table ----------------------------------------------------------- */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "urls-v1",
                       .text = "Addresses that begin with http://, https:// or ftp:// go.",
                       TKZ__EDITOR_OPTIONS(url_options)},
              TKZ__EDITOR_COUNTS(url_counts),
              .unchanged = urls_unchanged,
              .run = urls_run},
     .source = "RFC 3986; compat: llm-jp/llm-jp-corpus, scripts/filters.py, extract_japanese_text",
     .difference = "an address ends where no character of RFC 3986 follows, and without marks of the sentence; there "
                   "https://a.jp/をご覧 goes as a whole. compat=true does as the reference"},
    {.kind = {.info = {.name = "ascii_runs-v1",
                       .text = "Runs of ASCII within a line that are long enough to be code or markup go.",
                       TKZ__EDITOR_OPTIONS(ascii_options)},
              TKZ__EDITOR_COUNTS(ascii_counts),
              .run = ascii_run},
     .source = "llm-jp/llm-jp-corpus, scripts/filters.py, extract_japanese_text"},
    {.kind = {.info = {.name = "empty_brackets-v1",
                       .text = "Brackets in which nothing stands go, and in others the separators at both ends.",
                       TKZ__EDITOR_OPTIONS(bracket_options)},
              TKZ__EDITOR_COUNTS(bracket_counts),
              .run = brackets_run},
     .source = "llm-jp/llm-jp-corpus, scripts/filters.py, remove_empty_parenthesis, which is "
               "empty_brackets,empty_brackets:brackets=ascii"},
};

extern const tkz__editor_family tkz__edits_links;
const tkz__editor_family tkz__edits_links = {editors, sizeof editors / sizeof editors[0]};
