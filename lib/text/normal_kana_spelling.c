/* SPDX-License-Identifier: Apache-2.0
 *
 * modern_kana-v1: what of the historical kana spelling can be brought to the modern
 * one without a dictionary: single iteration marks, the letters of wi and we, and
 * a short list of endings and words. The whole list, and what is not done, is in
 * doc/japanese-normal-forms.md. Leans on step_rules, phases, unicode_normal, utf8.
 */
#include <string.h>

#include "text/phases.h"
#include "text/step_rules.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

enum option { MARKS, LETTERS, WORDS, OPTION_COUNT };

enum { DONE = 0 };

static const tkz_normal_option options[OPTION_COUNT] = {
    [MARKS] = {"marks", "expand|keep", "expand", "iteration marks U+309D, 309E, 30FD, 30FE", 0, 0},
    [LETTERS] = {"letters", "modern|keep", "modern", "the kana wi and we, in both scripts", 0, 0},
    [WORDS] = {"words", "modern|keep", "modern", "the listed endings and words", 0, 0},
};

static bool does(const tkz__normal_step *step, enum option option)
{
    return step->values[option].number == DONE;
}

static const tkz__byte_rule letter_places[] = {
    /* wi and we: 3090, 3091, 30F0, 30F1; and 309D, 309E, 30FD, 30FE */
    {{TKZ__HALF(0xE), TKZ__HALF(3), TKZ__HALF(8), TKZ__HALF(2), TKZ__HALF(9),
      TKZ__HALF(0) | TKZ__HALF(1) | TKZ__HALF(0xD) | TKZ__HALF(0xE)}},
    {{TKZ__HALF(0xE), TKZ__HALF(3), TKZ__HALF(8), TKZ__HALF(3), TKZ__HALF(0xB),
      TKZ__HALF(0) | TKZ__HALF(1) | TKZ__HALF(0xD) | TKZ__HALF(0xE)}},
};

/* The words end their changed part with one of these: fu, u. */
static const tkz__byte_rule word_places[] = {
    {{TKZ__HALF(0xE), TKZ__HALF(3), TKZ__HALF(8), TKZ__HALF(1), TKZ__HALF(8) | TKZ__HALF(0xB),
      TKZ__HALF(5) | TKZ__HALF(6)}},
};

enum { LETTER_RULES, WORD_RULES };

/* ---- Letters and iteration marks --------------------------------------------- */

/* The letter that a mark repeats; 0 where it cannot be known: behind anything but a kana of the
 * same script, behind small kana, and, for the plain mark, behind a voiced one (づゝ is づつ, but
 * ばゝ is ばば). */
static uint32_t repeated(uint32_t letter, uint32_t mark)
{
    bool hiragana = mark < 0x30A0;
    uint32_t base = hiragana ? letter : letter - 0x60;
    bool voiced_mark = mark == 0x309E || mark == 0x30FE;
    if (base < 0x3041 || base > 0x3093 || letter < (hiragana ? 0x3041U : 0x30A1U))
        return 0;
    static const char small[] = "\x41\x43\x45\x47\x49\x63\x83\x85\x87\x8E";
    if (memchr(small, (int)(base & 0xFF), sizeof small - 1) != NULL)
        return 0;
    char hangul[TKZ__UNICODE_LONGEST];
    bool voiced = tkz__unicode_decompose(TKZ__UNICODE_VERSION(16, 0), letter, false, hangul).size > 0;
    if (!voiced_mark)
        return voiced ? 0 : letter;
    if (voiced)
        return letter;
    return tkz__unicode_compose(TKZ__UNICODE_VERSION(16, 0), letter, 0x3099);
}

static uint32_t modern_letter(uint32_t c)
{
    return c == 0x3090 ? 0x3044 : c == 0x3091 ? 0x3048 : c == 0x30F0 ? 0x30A4
         : c == 0x30F1 ? 0x30A8 : 0;
}

/* A voiced mark before a parenthesis is the waving hand of a drawn face, or a name and its reading:
 * neither is to be spelled out. */
static bool draws(uint32_t mark, const char *text, size_t behind, size_t size)
{
    bool voiced = mark == 0x309E || mark == 0x30FE;
    return voiced && behind < size &&
           (text[behind] == '(' ||
            (size - behind >= 3 && memcmp(text + behind, "（", 3) == 0));
}

/* What becomes of the character `c` that ends at `behind`; 0: nothing. `previous`: the character
 * before it, as it is written now; 0 where there is none. */
static uint32_t new_letter(const tkz__normal_step *step, uint32_t c, uint32_t previous,
                           const char *text, size_t behind, size_t size)
{
    bool is_mark = c == 0x309D || c == 0x309E || c == 0x30FD || c == 0x30FE;
    if (is_mark)
        return does(step, MARKS) && !draws(c, text, behind, size) ? repeated(previous, c) : 0;
    return does(step, LETTERS) ? modern_letter(c) : 0;
}

/* The character that ends at `at`; kana are all that matters. */
static uint32_t kana_before(const char *text, size_t from, size_t at)
{
    uint32_t c = 0;
    if (at - from < 3 || tkz__utf8_next(text + at - 3, 3, &c) != 3)
        return 0;
    return c;
}

static size_t letters_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, LETTER_RULES);
    size_t at = 0;
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        if (new_letter(step, c, kana_before(text, 0, at), text, at + length, size) != 0)
            return 0;
        at += length;
    }
    return size;
}

static tkz_status run_letters(const tkz__normal_step *step, const char *text, size_t size,
                              tkz__edit *edit, tkz_error *error)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, LETTER_RULES);
    tkz_status status = TKZ_OK;
    size_t at = 0, copied = 0;
    uint32_t written = 0; /* the letter that ends at `copied` */
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size && status == TKZ_OK) {
        uint32_t c;
        size_t length = tkz__utf8_next(text + at, size - at, &c);
        uint32_t previous = at == copied ? written : kana_before(text, copied, at);
        uint32_t letter = new_letter(step, c, previous, text, at + length, size);
        if (letter != 0) {
            char form[4];
            if (at > copied)
                status = tkz__edit_copy(edit, text + copied, at - copied, error);
            if (status == TKZ_OK)
                status = tkz__edit_replace(edit, length, form, tkz__utf8_encode(letter, form),
                                           error);
            copied = at + length;
            written = letter;
        }
        at += length;
    }
    if (status == TKZ_OK && size > copied)
        status = tkz__edit_copy(edit, text + copied, size - copied, error);
    return status;
}

/* ---- Words ---------------------------------------------------------------------- */

/* `core` becomes `becomes` where one of `before` ends in front of it and one of `after` begins behind
 * it. Lists are parted by spaces; an empty one asks for nothing. A core alone is changed, so that
 * what a rule looks at is the same before and after. */
typedef struct word_rule {
    const char *core;
    const char *becomes;
    const char *before;
    const char *after;
    bool at_border; /* nor may a kana stand before `before` */
} word_rule;

static const word_rule words[] = {
    {"せう", "しょう", "で ま", "", false},
    {"らう", "ろう", "だ であ なか", "", false},
    {"やう", "よう", "", "に な だ で", false},
    {"さう", "そう", "", "して いふ いう だ で な に 思 言 云 考", false},
    {"かう", "こう", "", "して いふ いう", false},
    {"ふ", "う", "とい うい", "", false},
    {"ふ", "う", "きの", "は の も 、", true},
    {"けふ", "きょう", "", "は の も 、", true},
    {"ふ", "う",
     "思 言 云 使 違 願 習 食 吸 笑 洗 扱 失 争 疑 従 誘 養 奪 払 救 歌 拾 迷 誓 嫌 狂 漂 補 伴 装 償 競 慕 縫 襲 覆",
     "。 、 」 』 と が の も は に べ を", false},
};

static bool begins(const char *text, size_t size, const char *word, size_t length)
{
    return size >= length && memcmp(text, word, length) == 0;
}

static bool is_kana_before(const char *text, size_t at)
{
    uint32_t c = kana_before(text, 0, at);
    return c >= 0x3041 && c <= 0x30FF;
}

/* One of a list ends at `at`; *start is where it begins. */
static bool one_ends(const char *list, const char *text, size_t at, size_t *start)
{
    *start = at;
    if (*list == '\0')
        return true;
    for (const char *word = list;; word++) {
        size_t length = strcspn(word, " ");
        if (at >= length && memcmp(text + at - length, word, length) == 0) {
            *start = at - length;
            return true;
        }
        word += length;
        if (*word == '\0')
            return false;
    }
}

static bool one_begins(const char *list, const char *text, size_t size)
{
    if (*list == '\0')
        return true;
    for (const char *word = list;; word++) {
        size_t length = strcspn(word, " ");
        if (begins(text, size, word, length))
            return true;
        word += length;
        if (*word == '\0')
            return false;
    }
}

/* False where no core can end with the letter at `at`, as for most u of a modern text. */
static bool may_end_core(const char *text, size_t at)
{
    static const char behind[] = "せらやさか";
    if (memcmp(text + at, "ふ", 3) == 0)
        return true;
    if (memcmp(text + at, "う", 3) != 0 || at < 3)
        return false;
    for (size_t i = 0; i + 3 < sizeof behind; i += 3)
        if (memcmp(text + at - 3, behind + i, 3) == 0)
            return true;
    return false;
}

/* The rule whose core ends with the letter at `at`; *start is where the core begins. */
static const word_rule *find_word(const char *text, size_t at, size_t size, size_t *start)
{
    if (size - at < 3 || !may_end_core(text, at))
        return NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i].core);
        size_t outer;
        if (at + 3 < length || size < at + 3 ||
            memcmp(text + at + 3 - length, words[i].core, length) != 0)
            continue;
        *start = at + 3 - length;
        if (one_ends(words[i].before, text, *start, &outer) &&
            one_begins(words[i].after, text + at + 3, size - at - 3) &&
            !(words[i].at_border && is_kana_before(text, outer)))
            return &words[i];
    }
    return NULL;
}

static size_t words_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    if (!does(step, WORDS))
        return size;
    const tkz__byte_rules *rules = tkz__step_rule_set(step, WORD_RULES);
    size_t at = 0, start;
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size) {
        if (find_word(text, at, size, &start) != NULL)
            return 0;
        at++;
    }
    return size;
}

static tkz_status run_words(const tkz__normal_step *step, const char *text, size_t size,
                            tkz__edit *edit, tkz_error *error)
{
    const tkz__byte_rules *rules = tkz__step_rule_set(step, WORD_RULES);
    tkz_status status = TKZ_OK;
    size_t at = 0, copied = 0;
    while ((at = tkz__byte_rules_find(rules, text, at, size)) < size && status == TKZ_OK) {
        size_t start;
        const word_rule *word = find_word(text, at, size, &start);
        if (word != NULL && start >= copied) {
            if (start > copied)
                status = tkz__edit_copy(edit, text + copied, start - copied, error);
            if (status == TKZ_OK)
                status = tkz__edit_replace(edit, at + 3 - start, word->becomes,
                                           strlen(word->becomes), error);
            copied = at + 3;
        }
        at++;
    }
    if (status == TKZ_OK && size > copied)
        status = tkz__edit_copy(edit, text + copied, size - copied, error);
    return status;
}

/* ---- The step -------------------------------------------------------------------- */

static const tkz__phase phases[] = {{letters_unchanged, run_letters},
                                    {words_unchanged, run_words}};

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__step_rules *rules;
    tkz_status status = tkz__step_rules_new(step, allocator, &rules, error);
    if (status != TKZ_OK)
        return status;
    tkz__byte_rules_set(&rules->sets[LETTER_RULES], letter_places,
                        sizeof letter_places / sizeof letter_places[0]);
    tkz__byte_rules_set(&rules->sets[WORD_RULES], word_places,
                        sizeof word_places / sizeof word_places[0]);
    return TKZ_OK;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    bool stays = letters_unchanged(step, text, size) == size &&
                 words_unchanged(step, text, size) == size;
    return stays ? size : 0;
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    return tkz__run_phases(phases, sizeof phases / sizeof phases[0], step, text, size, edit,
                           error);
}

static const tkz__normal_kind kinds[] = {
    {.info = {"modern_kana-v1", "Safe parts of historical kana spelling to the modern one.",
              options, OPTION_COUNT},
     .traits = TKZ__NORMAL_IDEMPOTENT,
     .prepare = prepare,
     .dispose = tkz__step_rules_dispose,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_kana_spelling = {kinds, sizeof kinds / sizeof kinds[0]};
