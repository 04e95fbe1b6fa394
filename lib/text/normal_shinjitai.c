/* SPDX-License-Identifier: Apache-2.0
 *
 * shinjitai-v1: old forms of kanji to those of the Joyo kanji table. The pairs, and
 * which of them are risky, are in doc/japanese-normal-forms.md.
 * Leans on shinjitai_table, normal_step, utf8.
 */
#include "text/normal_step.h"
#include "text/shinjitai_table.h"
#include "text/utf8.h"

enum option { PAIRS, OPTION_COUNT };

enum { PAIRS_ALL = 0 };

static const tkz_normal_option options[OPTION_COUNT] = {
    [PAIRS] = {"pairs", "all|safe", "all",
               "\"safe\" leaves old forms that mean more than the new one, or live on in names", 0,
               0},
};

static const tkz__shinjitai_pair *find_pair(uint32_t c)
{
    size_t low = 0, high = TKZ__SHINJITAI_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tkz__shinjitai_pairs[middle].old_form == c)
            return &tkz__shinjitai_pairs[middle];
        if (tkz__shinjitai_pairs[middle].old_form < c)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool may_be_old(uint32_t c)
{
    if (c - 0x4E00 < 0x5200)
        return tkz__shinjitai_bits[(c - 0x4E00) / 32] >> (c - 0x4E00) % 32 & 1;
    return c >= 0xF900 && c <= 0xFAFF;
}

/* Place of the next old form, or `size`. Three-byte characters that begin with E4..E9 or EF are
 * looked up, all other bytes are passed one by one. */
static size_t next_old(const tkz__normal_step *step, const char *text, size_t at, size_t size,
                       uint32_t *new_form)
{
    const uint8_t *bytes = (const uint8_t *)text;
    while (at + 3 <= size) {
        uint8_t lead = bytes[at];
        if (lead < 0xE4) {
            bool is_kana = lead == 0xE3 && (bytes[at + 1] & bytes[at + 2] & 0xC0) == 0x80;
            at += is_kana ? 3 : 1;
            continue;
        }
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        if (may_be_old(c)) {
            const tkz__shinjitai_pair *pair = find_pair(c);
            if (pair != NULL && (step->values[PAIRS].number == PAIRS_ALL || !pair->risky)) {
                *new_form = pair->new_form;
                return at;
            }
        }
        at += length;
    }
    return size;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    uint32_t new_form;
    return next_old(step, text, 0, size, &new_form);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        uint32_t new_form = 0;
        size_t place = next_old(step, text, at, size, &new_form);
        char form[4];
        if (place > at)
            status = tkz__edit_copy(edit, text + at, place - at, error);
        if (place < size && status == TKZ_OK)
            status = tkz__edit_replace(edit, 3, form, tkz__utf8_encode(new_form, form), error);
        at = place < size ? place + 3 : size;
    }
    return status;
}

static const tkz__normal_kind kinds[] = {
    {.info = {"shinjitai-v1", "Old forms of kanji to those in use since 1949, one to one.",
              options, OPTION_COUNT},
     .traits = TKZ__NORMAL_IDEMPOTENT | TKZ__NORMAL_LOCAL,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_shinjitai = {kinds, sizeof kinds / sizeof kinds[0]};
