/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1: our normal form of Japanese text. It unifies what is written the same way by
 * intention and loses nothing that a reader would miss; every rule and why it is so is
 * in doc/japanese-normal-forms.md. Leans on ja_step, phases, utf8.
 */
#include "text/ja_step.h"
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
        {{BIT(0), BIT(0xD), ANY, ANY, ANY, ANY}},
        /* white space before white space, a line end, or the end of the text */
        {{BIT(0) | BIT(2), BIT(0) | BIT(9), BIT(0) | BIT(2),
          BIT(0) | BIT(9) | BIT(0xA) | BIT(0xD), ANY, ANY}},
        /* two and four bytes */
        {{BIT(0xC) | BIT(0xD) | BIT(0xF), ANY, ANY, ANY, ANY, ANY}},
        /* three bytes, without U+3000..U+9FFF */
        {{BIT(0xE), (uint16_t)~(BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(9)),
          ANY, ANY, ANY, ANY}},
        /* U+3000 */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0), BIT(8), BIT(0)}},
        /* U+302A..U+302F */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0), BIT(0xA), FROM(0xA)}},
        /* U+301C, U+3099..U+309C */
        {{BIT(0xE), BIT(3), BIT(8), BIT(0) | BIT(2), BIT(9), FROM(9) & (uint16_t)~FROM(0xD)}},
    };
    uint32_t count = 7;
    if (tkz__ja_value(step, TKZ__JA_COMPAT) == TKZ__JA_COMPAT_EXPAND) /* U+3000..U+33FF */
        list[count++] = (tkz__byte_rule){{BIT(0xE), BIT(3), BIT(8), ANY, ANY, ANY}};
    else if (tkz__ja_value(step, TKZ__JA_LONG_RUNS) == TKZ__JA_LONG_RUNS_COLLAPSE)
        list[count++] =
            (tkz__byte_rule){{BIT(0xE), BIT(3), BIT(8), BIT(3), BIT(0xB), BIT(0xC)}};
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

/* Characters at places that no part has to do with unless an option asks for it. */
static bool is_inert(uint32_t c)
{
    return (c >= 0xAE && c <= 0x2FF) || (c >= 0x2016 && c <= 0x2027) ||
           (c >= 0x2190 && c <= 0x2328) || (c >= 0x25A0 && c <= 0x2ADB) || c == 0xFF01 ||
           c == 0xFF08 || c == 0xFF09 || c == 0xFF1B || c == 0xFF1F;
}

static bool has_inert(const tkz__normal_step *step)
{
    return tkz__ja_value(step, TKZ__JA_COMPAT) == TKZ__JA_COMPAT_KEEP &&
           tkz__ja_value(step, TKZ__JA_WIDTH) != TKZ__JA_WIDTH_HALF &&
           tkz__ja_value(step, TKZ__JA_LONG) != TKZ__JA_LONG_LOOSE;
}

/* The three parts in one scan: where one acts the others need not be asked. */
static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, TKZ__JA_PLACES);
    tkz__ja_pass character = {.step = step, .text = text, .size = size};
    tkz__ja_pass context = character;
    bool inert = has_inert(step), composes = false;
    tkz__byte_search search = tkz__byte_search_start(rules, text, size);
    size_t at = 0;
    while ((at = tkz__byte_search_next(&search, at)) < size) {
        uint32_t c;
        if (text[at] == ' ') { /* indentation: only the third part knows spaces, a run at once */
            if (tkz__ja_context_acts(&context, at))
                return 0;
            do
                at++;
            while (at < context.settled && text[at] == ' ');
            continue;
        }
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        if (!inert || !is_inert(c)) {
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
