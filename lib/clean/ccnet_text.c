/* SPDX-License-Identifier: Apache-2.0
 *
 * CCNet's normalisation, in its order: strip, small letters, decompose and drop marks, digits, punctuation, control
 * characters. Leans on normal forms.
 */
#include "clean/ccnet_text.h"

#include <string.h>

#include "text/char_class.h"
#include "text/lowercase.h"
#include "text/utf8.h"

/* White space as str.strip takes it. */
static void strip(const char **text, size_t *size)
{
    size_t start = 0, end = 0;
    uint32_t c;
    for (size_t at = 0; at < *size;) {
        at += tkz__utf8_next(*text + at, *size - at, &c);
        if (!tkz__is_python_space(c))
            end = at;
        else if (end == 0)
            start = at;
    }
    *text += start;
    *size = end > start ? end - start : 0;
}

static tkz_status append(tkz__buffer *target, uint32_t c, tkz_error *error)
{
    char bytes[4];
    return tkz__buffer_append(target, bytes, tkz__utf8_encode(c, bytes), error);
}

static tkz_status lower(const char *text, size_t size, tkz__buffer *target, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(target, size, error);
    tkz__buffer_clear(target);
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        uint32_t small = c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c)
                         : c >= 0x3000 && c < 0xA000 ? c
                                                     : tkz__lowercase(c);
        if (small == c)
            status = tkz__buffer_append(target, text + at, length, error);
        else
            status = append(target, small, error);
        if (c == 0x0130 && status == TKZ_OK)
            status = append(target, 0x0307, error);
        at += length;
    }
    return status;
}

/* The published table (UNICODE_PUNCT); its １ is a digit before it is looked up. */
static const struct {
    uint32_t from;
    const char *to;
} punctuation[] = {
    {0x00AB, "\""}, {0x00B4, "'"}, {0x00BB, "\""}, {0x2013, "-"},  {0x2014, " - "}, {0x2019, "'"},
    {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2026, "..."}, {0x2236, ":"},  {0x2501, "-"},
    {0x25BA, "-"},  {0x3001, ","}, {0x3002, "."},  {0x3008, "<"},  {0x3009, ">"},   {0x300A, "\""},
    {0x300B, "\""}, {0x300C, "\""}, {0x300D, "\""}, {0x3010, "["},  {0x3011, "]"},  {0xFF01, "!"},
    {0xFF05, "%"},  {0xFF08, "("}, {0xFF09, ")"},  {0xFF0C, ","},  {0xFF0E, ". "},  {0xFF1A, ":"},
    {0xFF1B, ";"},  {0xFF1F, "?"}, {0xFF5E, "~"},
};

/* What a character becomes, NULL if it stays. */
static const char *plain_form(uint32_t c)
{
    size_t low = 0, high = sizeof punctuation / sizeof *punctuation;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (punctuation[middle].from == c)
            return punctuation[middle].to;
        if (punctuation[middle].from < c)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static tkz_status make_plain(const char *text, size_t size, tkz__buffer *target, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(target, size, error);
    tkz__buffer_clear(target);
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        tkz__category category = tkz__char_record(&tkz__class_table_15_0, c)->category;
        const char *form;
        if (category == TKZ__CATEGORY_ND)
            status = tkz__buffer_append_byte(target, '0', error);
        else if ((form = plain_form(c)) != NULL)
            status = tkz__buffer_append_text(target, form, error);
        else if (category != TKZ__CATEGORY_MN && category != TKZ__CATEGORY_CC)
            status = tkz__buffer_append(target, text + at, length, error);
        at += length;
    }
    return status;
}

tkz_status tkz__ccnet_normalize(const char *text, size_t size, tkz_normalizer *decomposer,
                                tkz__buffer *scratch, tkz__buffer *target, tkz_error *error)
{
    tkz_normalized decomposed;
    strip(&text, &size);
    tkz_status status = lower(text, size, scratch, error);
    if (status == TKZ_OK)
        status = tkz_normalizer_run(decomposer, (const char *)scratch->data, scratch->size, 0,
                                    &decomposed, error);
    return status == TKZ_OK ? make_plain(decomposed.text, decomposed.size, target, error) : status;
}
