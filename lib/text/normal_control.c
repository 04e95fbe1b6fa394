/* SPDX-License-Identifier: Apache-2.0
 *
 * control-v1: removes characters that only steer old devices or the display. What it
 * takes, and what it leaves, is in doc/japanese-normal-forms.md. Leans on step_rules, utf8.
 */
#include "text/step_rules.h"
#include "text/utf8.h"

enum option { LINE_ENDS, BYTE_ORDER_MARK, BIDI, ANNOTATION, NONCHARACTERS, OPTION_COUNT };

enum { KEEP_FIRST = 0 };

static const tkz_normal_option options[OPTION_COUNT] = {
    [LINE_ENDS] = {"line_ends", "keep|remove", "keep", "U+000D and U+0085", 0, 0},
    [BYTE_ORDER_MARK] = {"byte_order_mark", "keep|remove", "remove", "U+FEFF, anywhere", 0, 0},
    [BIDI] = {"bidi", "keep|remove", "remove",
              "marks and controls of the direction of writing, and U+206A..U+206F", 0, 0},
    [ANNOTATION] = {"annotation", "keep|remove", "remove",
                    "the three marks U+FFF9..U+FFFB, not the text between them", 0, 0},
    [NONCHARACTERS] = {"noncharacters", "keep|remove", "remove",
                       "the 66 code points that are never characters", 0, 0},
};

/* Which option decides about `c`; OPTION_COUNT: it is always removed; -1: never. */
static int decides(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
        return c == '\t' || c == '\n' ? -1 : c == '\r' || c == 0x85 ? LINE_ENDS : OPTION_COUNT;
    if (c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x206F))
        return BIDI;
    if (c == 0xFEFF)
        return BYTE_ORDER_MARK;
    if (c >= 0xFFF9 && c <= 0xFFFB)
        return ANNOTATION;
    if (c <= 0x10FFFF && ((c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE))
        return NONCHARACTERS;
    return -1;
}

static bool removes(const tkz__normal_step *step, uint32_t c)
{
    int option = decides(c);
    return option == OPTION_COUNT || (option >= 0 && step->values[option].number != KEEP_FIRST);
}

#define BIT TKZ__HALF
#define ANY TKZ__ANY_HALF

static const tkz__byte_rule places[] = {
    {{BIT(0), (uint16_t)~(BIT(9) | BIT(0xA)), ANY, ANY, ANY, ANY}},
    {{BIT(1), ANY, ANY, ANY, ANY, ANY}},
    {{BIT(7), BIT(0xF), ANY, ANY, ANY, ANY}},
    /* C2 80..9F, D8 9C */
    {{BIT(0xC) | BIT(0xD), BIT(2) | BIT(8), BIT(8) | BIT(9), ANY, ANY, ANY}},
    /* U+200E, U+200F, U+202A..U+202E */
    {{BIT(0xE), BIT(2), BIT(8), BIT(0), BIT(8) | BIT(0xA),
      BIT(0xA) | BIT(0xB) | BIT(0xC) | BIT(0xD) | BIT(0xE) | BIT(0xF)}},
    /* U+2066..U+206F */
    {{BIT(0xE), BIT(2), BIT(8), BIT(1), BIT(0xA),
      (uint16_t)~(BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5))}},
    /* EF B7 9x and Ax, EF BB BF, EF BF Bx */
    {{BIT(0xE), BIT(0xF), BIT(0xB), BIT(7) | BIT(0xB) | BIT(0xF),
      BIT(9) | BIT(0xA) | BIT(0xB), ANY}},
    /* Fx xF BF */
    {{BIT(0xF), ANY, BIT(8) | BIT(9) | BIT(0xA) | BIT(0xB), BIT(0xF), BIT(0xB), BIT(0xF)}},
};

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__step_rules_prepare(step, places, sizeof places / sizeof places[0], allocator,
                                   error);
}

/* The next character from `at` on that is removed; `size` if there is none. */
static size_t find(const tkz__normal_step *step, const char *text, size_t at, size_t size,
                   size_t *length)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, 0);
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size) {
        uint32_t c;
        *length = tkz__utf8_next(text + at, size - at, &c);
        if (removes(step, c) && !tkz__utf8_is_stray(text, at + *length, size))
            return at;
        at += *length;
    }
    return size;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    size_t length;
    return find(step, text, 0, size, &length);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t length = 0;
        size_t place = find(step, text, at, size, &length);
        if (place > at)
            status = tkz__edit_copy(edit, text + at, place - at, error);
        if (place < size && status == TKZ_OK)
            status = tkz__edit_replace(edit, length, "", 0, error);
        at = place < size ? place + length : size;
    }
    return status;
}

static const tkz__normal_kind kinds[] = {
    {.info = {"control-v1", "Removes control characters, byte order marks and noncharacters.",
              options, OPTION_COUNT},
     .traits = TKZ__NORMAL_IDEMPOTENT | TKZ__NORMAL_LOCAL,
     .prepare = prepare,
     .dispose = tkz__step_rules_dispose,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_control = {kinds, sizeof kinds / sizeof kinds[0]};
