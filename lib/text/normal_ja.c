/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1: our normal form of Japanese text. It unifies what is written the same way by
 * intention and loses nothing that a reader would miss; every rule and why it is so is
 * in doc/japanese-normal-forms.md. Leans on ja_stay, phases, utf8.
 */
#include "text/ja_stay.h"
#include "text/phases.h"
#include "text/utf8.h"

static const tkz_normal_option options[TKZ__JA_OPTION_COUNT] = {
    [TKZ__JA_WIDTH] = {"width", "japanese|half|keep", "japanese",
                       "full-width letters, digits and the signs between them; \"half\": all "
                       "full-width ASCII; both widen half-width katakana",
                       0, 0},
    [TKZ__JA_SPACE] = {"space", "collapse|half|keep", "collapse",
                       "runs of spaces become one, trailing ones vanish, indentation stays; "
                       "\"half\": and U+3000 becomes U+0020",
                       0, 0},
    [TKZ__JA_LINES] = {"lines", "lf|keep", "lf", "what ends a line", 0, 0},
    [TKZ__JA_WAVE] = {"wave", "dash|tilde|keep", "dash",
                      "wave dash U+301C and full-width tilde U+FF5E become this one", 0, 0},
    [TKZ__JA_LONG] = {"long", "hyphen|loose|keep", "hyphen",
                      "a lone U+FF0D between two katakana becomes U+30FC; \"loose\": dashes too",
                      0, 0},
    [TKZ__JA_LONG_RUNS] = {"long_runs", "keep|collapse", "keep", "runs of U+30FC become one", 0,
                           0},
    [TKZ__JA_MARKS] = {"marks", "keep|compose", "keep",
                       "spacing voicing marks U+309B and U+309C behind kana", 0, 0},
    [TKZ__JA_ZERO_WIDTH] = {"zero_width", "remove|keep", "remove",
                            "invisible characters; joiners only where they do nothing", 0, 0},
    [TKZ__JA_VARIATION] = {"variation", "keep|remove", "keep", "variation selectors", 0, 0},
    [TKZ__JA_IDEOGRAPHS] = {"ideographs", "keep|unify", "keep",
                            "CJK compatibility ideographs that NFC would replace", 0, 0},
    [TKZ__JA_COMPAT] = {"compat", "keep|expand", "keep",
                        "circled, squared, superscript and other compatibility characters", 0, 0},
};

#define BIT TKZ__HALF
#define ANY TKZ__ANY_HALF
#define FROM(n) (uint16_t)(0xFFFFU << (n))

static void set_places(const tkz__normal_step *step, tkz__byte_rules *rules)
{
    tkz__byte_rule list[TKZ__BYTE_RULE_LIMIT] = {
        {{BIT(0), BIT(9) | BIT(0xD), ANY, ANY, ANY, ANY}},
        /* a space before a space; before another white character, a line end, the end of the text */
        {{BIT(2), BIT(0), BIT(2), BIT(0), ANY, ANY}},
        {{BIT(2), BIT(0), BIT(0), BIT(0) | BIT(9) | BIT(0xA) | BIT(0xD), ANY, ANY}},
        /* two and four bytes */
        {{BIT(0xC) | BIT(0xD) | BIT(0xF), ANY, ANY, ANY, ANY, ANY}},
        /* three bytes, without U+3000..U+9FFF */
        {{BIT(0xE), (uint16_t)~(BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(9)),
          ANY, ANY, ANY, ANY}},
        /* U+302A..U+302F */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0), BIT(0xA), FROM(0xA)}},
        /* U+301C, U+3099..U+309C */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0) | BIT(2), BIT(9), FROM(9) & (uint16_t)~FROM(0xD)}},
        /* U+3000 */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0), BIT(8), BIT(0)}},
    };
    enum { COMPAT_RULE = 5, LAST_RULE = 7 };
    uint32_t count = LAST_RULE + 1;
    if (tkz__ja_value(step, TKZ__JA_COMPAT) == TKZ__JA_COMPAT_EXPAND) { /* U+3000..U+33FF */
        list[COMPAT_RULE] = (tkz__byte_rule){{BIT(0xE), BIT(3), BIT(8), ANY, ANY, ANY}};
        count = COMPAT_RULE + 1;
    } else if (tkz__ja_value(step, TKZ__JA_LONG_RUNS) == TKZ__JA_LONG_RUNS_COLLAPSE) {
        list[LAST_RULE] = (tkz__byte_rule){ /* with U+30FC, and six others */
            {BIT(0xE), BIT(3), BIT(8), BIT(0) | BIT(3), BIT(8) | BIT(0xB), BIT(0) | BIT(0xC)}};
    }
    tkz__byte_rules_set(rules, list, count);
}

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__step_rules *rules;
    tkz_status status = tkz__step_rules_new(step, allocator, &rules, error);
    if (status != TKZ_OK)
        return status;
    set_places(step, &rules->sets[TKZ__JA_PLACES]);
    tkz__ja_compose_places(&rules->sets[TKZ__JA_IDEOGRAPH_PLACES]);
    return TKZ_OK;
}

size_t tkz__ja_last_character(const char *text, size_t from, size_t end, uint32_t *character)
{
    for (size_t length = 4; length >= 2; length--)
        if (end - from >= length &&
            tkz__utf8_next(text + end - length, length, character) == length)
            return end - length;
    tkz__utf8_next(text + end - 1, 1, character);
    return end - 1;
}

static const tkz__phase phases[] = {
    {tkz__ja_character_unchanged, tkz__ja_character_run},
    {tkz__ja_compose_unchanged, tkz__ja_compose_run},
    {tkz__ja_context_unchanged, tkz__ja_context_run},
};

enum { PHASE_COUNT = sizeof phases / sizeof phases[0] };

/* The three parts in one scan: where one acts the others need not be asked. */
static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, TKZ__JA_PLACES);
    tkz__ja_pass character = {.step = step, .text = text, .size = size};
    tkz__ja_pass context = character;
    tkz__ja_glance glance = tkz__ja_glance_start(step, text, size);
    bool composes = false;
    tkz__byte_search search = tkz__byte_search_start(rules, text, size);
    size_t at = 0;
    while ((at = tkz__byte_search_next(&search, at)) < size) {
        size_t length = tkz__ja_stays(&glance, at);
        if (length == 0 && tkz__ja_is_blank(text[at])) { /* only the third part knows them */
            if (tkz__ja_context_acts(&context, at))
                return 0;
            length = tkz__ja_skip_blanks(&glance, at) - at;
        } else if (length == 0) {
            uint32_t c;
            length = tkz__utf8_next(text + at, size - at, &c);
            if (tkz__ja_character_acts(&character, at) || tkz__ja_context_acts(&context, at))
                return 0;
            composes = composes || tkz__ja_may_compose(step, c);
        }
        at += length;
    }
    return !composes ? size : tkz__ja_compose_unchanged(step, text, size) == size ? size : 0;
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    return tkz__run_phases(phases, PHASE_COUNT, step, text, size, edit, error);
}

static const tkz__normal_kind kinds[] = {
    {.info = {"ja-v1", "Japanese text: widths, marks, dashes, spaces, lines; loses no character.",
              options, TKZ__JA_OPTION_COUNT},
     .traits = TKZ__NORMAL_IDEMPOTENT,
     .prepare = prepare,
     .dispose = tkz__step_rules_dispose,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_ja = {kinds, sizeof kinds / sizeof kinds[0]};
