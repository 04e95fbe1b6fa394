/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1, second part: NFC. The CJK compatibility ideographs (U+F900..U+FAFF,
 * U+2F800..U+2FA1F) are left as they are unless asked otherwise: NFC would turn
 * 神 U+FA19 into 神 U+795E, and what the author chose is lost. They take part in no
 * composition, so the text is normalised between them.
 * Leans on ja_stay, unicode_normal, utf8.
 */
#include "text/ja_stay.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

static const tkz__unicode_target nfc = {TKZ__UNICODE_NFC, TKZ__JA_UNICODE};

static bool is_compatibility_ideograph(uint32_t c)
{
    return (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

static bool keeps_ideographs(const tkz__normal_step *step)
{
    return tkz__ja_value(step, TKZ__JA_IDEOGRAPHS) == TKZ__JA_IDEOGRAPHS_KEEP;
}

/* Ranges of which every character has NFC_Quick_Check=Yes, is a starter, and composes with nothing
 * before it; together nearly all of what Japanese texts hold beside kana and kanji. The usual ones
 * first. */
bool tkz__ja_may_compose(const tkz__normal_step *step, uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } quiet[] = {
        {0xFE30, 0xFFFF},    {0x2E80, 0x3029},    {0x309B, 0x9FFF},    {0, 0x2FF},
        {0x2010, 0x2027},    {0x2190, 0x2328},    {0x232B, 0x2ADB},    {0x1F000, 0x1FAFF},
        {0x202A, 0x205E},    {0x2070, 0x20CF},    {0x2100, 0x2125},    {0x2127, 0x2129},
        {0x212C, 0x218F},    {0x400, 0x482},      {0xFE00, 0xFE0F},    {0x20000, 0x2F7FF},
        {0x30000, 0x3FFFF},  {0x2ADD, 0x2BFF},    {0x3030, 0x3098},    {0xE000, 0xF8FF},
        {0xE0100, 0xE01EF}};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        if (c >= quiet[i].first && c <= quiet[i].last)
            return false;
    return c != TKZ__UTF8_INVALID && !(keeps_ideographs(step) && is_compatibility_ideograph(c));
}

/* Every compatibility ideograph begins so. */
static const tkz__byte_rule ideograph_places[] = {
    {{TKZ__HALF(0xE), TKZ__HALF(0xF), TKZ__HALF(0xA), TKZ__ANY_HALF, TKZ__ANY_HALF,
      TKZ__ANY_HALF}},
    {{TKZ__HALF(0xF), TKZ__HALF(0), TKZ__HALF(0xA), TKZ__HALF(0xF), TKZ__HALF(0xA),
      TKZ__ANY_HALF}},
};

/* The next ideograph that is left alone, or `size`; its length. */
static size_t find_kept(const tkz__normal_step *step, const char *text, size_t at, size_t size,
                        size_t *length)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, TKZ__JA_IDEOGRAPH_PLACES);
    *length = 0;
    if (!keeps_ideographs(step))
        return size;
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size) {
        uint32_t c;
        *length = tkz__utf8_next(text + at, size - at, &c);
        if (is_compatibility_ideograph(c))
            return at;
        at += *length;
    }
    *length = 0;
    return size;
}

void tkz__ja_compose_places(tkz__byte_rules *rules)
{
    tkz__byte_rules_set(rules, ideograph_places,
                        sizeof ideograph_places / sizeof ideograph_places[0]);
}

/* True where no character asks for a closer look. */
static bool is_quiet(const tkz__normal_step *step, const char *text, size_t size)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, TKZ__JA_PLACES);
    tkz__byte_search search = tkz__byte_search_start(rules, text, size);
    tkz__ja_glance glance = tkz__ja_glance_start(step, text, size);
    size_t at = 0;
    while ((at = tkz__byte_search_next(&search, at)) < size) {
        uint32_t c;
        size_t behind = tkz__ja_skip_white(&glance, at);
        if (behind > at) {
            at = behind;
            continue;
        }
        at += tkz__utf8_next(text + at, size - at, &c);
        if (!tkz__ja_is_inert(c) && tkz__ja_may_compose(step, c))
            return false;
    }
    return true;
}

size_t tkz__ja_compose_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    if (is_quiet(step, text, size))
        return size;
    for (size_t at = 0; at < size;) {
        size_t length;
        size_t end = find_kept(step, text, at, size, &length);
        if (tkz__unicode_unchanged(&nfc, text + at, end - at) != end - at)
            return 0;
        at = end + length;
    }
    return size;
}

tkz_status tkz__ja_compose_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t length;
        size_t end = find_kept(step, text, at, size, &length);
        if (end > at)
            status = tkz__unicode_normalize(&nfc, text + at, end - at, edit, error);
        if (length > 0 && status == TKZ_OK)
            status = tkz__edit_copy(edit, text + end, length, error);
        at = end + length;
    }
    return status;
}
