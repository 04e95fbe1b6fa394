/* SPDX-License-Identifier: Apache-2.0
 *
 * shinjitai-v1: old forms of kanji to those of the Joyo kanji table. The pairs, and
 * which of them are risky, are in doc/japanese-normal-forms.md.
 * Leans on shinjitai_table, normal_step, utf8.
 */
#include <string.h>

#include "core/little_endian.h"
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

/* Lowest bit: the three bytes that `word` begins with, little-endian, are an old form, given that
 * they are a character. */
static uint64_t is_old(uint64_t word)
{
    return tkz__shinjitai_bits[(word & 0xF) << 6 | (word >> 8 & 0x3F)] >> (word >> 16 & 0x3F);
}

/* What tells characters of three bytes: one, and two in sequence. */
#define ONE_MASK UINT64_C(0xC0C0F0)
#define ONE UINT64_C(0x8080E0)
#define TWO_MASK (ONE_MASK << 24 | ONE_MASK)
#define TWO (ONE << 24 | ONE)

/* From `at` on, the next place where an old form may be; less than 8 bytes before the end it stops
 * in any case. Characters of three bytes are looked at in pairs, kana as kanji, because a branch
 * on which they are would be guessed wrong all the time. */
static size_t next_candidate(const char *text, size_t at, size_t size)
{
    while (size - at >= 8) {
        uint64_t word = tkz__load_u64(text + at);
        if ((word & TWO_MASK) == TWO) {
            if ((is_old(word) | is_old(word >> 24)) & 1)
                return is_old(word) & 1 ? at : at + 3;
            at += 6;
        } else if ((word & ONE_MASK) == ONE) {
            if (is_old(word) & 1)
                return at;
            at += 3;
        } else {
            at += (word & UINT64_C(0x8080808080808080)) == 0 ? 8 : 1;
        }
    }
    return at;
}

/* In the legal word 欠缺 the second character is not the old form of the first one. */
static bool stays_in_word(uint32_t c, const char *text, size_t at)
{
    return c == 0x7F3A && at >= 3 && memcmp(text + at - 3, "欠", 3) == 0;
}

/* Place of the next old form, or `size`. */
static size_t next_old(const tkz__normal_step *step, const char *text, size_t at, size_t size,
                       uint32_t *new_form)
{
    while ((at = next_candidate(text, at, size)) < size) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        const tkz__shinjitai_pair *pair = c >= 0x4E00 ? find_pair(c) : NULL;
        if (pair != NULL && (step->values[PAIRS].number == PAIRS_ALL || !pair->risky) &&
            !stays_in_word(c, text, at)) {
            *new_form = pair->new_form;
            return at;
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
