/* SPDX-License-Identifier: Apache-2.0
 *
 * What HojiChar's filters count in lines, of random texts: against one place after the other, as the patterns
 * stand. Leans on Check.
 */
#include <string.h>

#include "clean/measuring.h"
#include "testing.h"
#include "text/utf8.h"

Suite *suite_board_marks(void);

enum { MOST_CHARACTERS = 1200 };

static const char *const parts[] = {
    "0", "1", "9", "２", "٣", "\xF0\x9D\x9F\x98" /* a bold 0, of another plane */, "年", "月", "日", "話", "/", "-", ".", " ",
    "(", ")", "(月)", "(祝)", "コメント", "コ", "SOLD OUT", "SOLD", "レビュー", "投稿", "投", "ページ", "質問", "楽天市場", "\n",
    "…", "...", "...\n", "…\n", "あ", "漢", "\xF0\xA0\x80\x80", "\xEF\xBF\xBF", "2024年1月2日日", "2024/01-02", "112話", "ก",
};

/* ---- The patterns, place by place ---------------------------------------- */

typedef struct decoded {
    const tkz__character_kinds *kinds;
    uint32_t characters[MOST_CHARACTERS + 1]; /* and a zero behind them */
    size_t count;
} decoded;

static bool digit_at(const decoded *text, size_t at)
{
    return at < text->count &&
           (tkz__character_flags(text->kinds, text->characters[at]) >> TKZ__KIND_DECIMAL_DIGIT & 1) != 0;
}

static size_t digits_at(const decoded *text, size_t at, size_t most)
{
    size_t count = 0;
    while (count < most && digit_at(text, at + count))
        count++;
    return count;
}

static bool is_mark(uint32_t character, uint32_t word)
{
    return character == word || character == '.' || character == '-' || character == '/';
}

static size_t date_at(const decoded *text, size_t at)
{
    static const uint32_t words[] = {0x5E74, 0x6708};
    size_t start = at;
    for (size_t i = 0; i < 2; i++) {
        size_t digits = digits_at(text, at, i == 0 ? 4 : 2);
        if (digits < (i == 0 ? 4u : 1u) || !is_mark(text->characters[at + digits], words[i]))
            return 0;
        at += digits + 1;
        while (text->characters[at] == ' ')
            at++;
    }
    size_t digits = digits_at(text, at, 2);
    at += digits;
    while (text->characters[at] == 0x65E5)
        at++;
    return digits > 0 ? at - start : 0;
}

static size_t text_at(const decoded *text, size_t at, const char *word)
{
    size_t size = 0, length = strlen(word);
    for (size_t i = 0; i < length; size++) {
        uint32_t character;
        i += tkz__utf8_next(word + i, length - i, &character);
        if (text->characters[at + size] != character)
            return 0;
    }
    return size;
}

static size_t mark_at(const decoded *text, size_t at)
{
    static const char *const words[] = {"コメント", "SOLD OUT", "レビュー", "投稿", "ページ", "(月)", "(火)", "(水)", "(木)",
                                        "(金)", "(土)", "(日)", "質問", "楽天市場", "-"};
    size_t size = date_at(text, at);
    for (size_t i = 0; i < sizeof words / sizeof words[0] && size == 0; i++)
        size = text_at(text, at, words[i]);
    size_t digits = digits_at(text, at, SIZE_MAX);
    if (size == 0 && digits > 0 && text->characters[at + digits] == 0x8A71)
        size = digits + 1;
    return size;
}

static tkz__hojichar_measures count_slowly(const decoded *text)
{
    tkz__hojichar_measures found = {.lines = 1, .first_kana = UINT64_MAX};
    size_t line = 0;
    for (size_t i = 0; i < text->count;) {
        size_t size = mark_at(text, i);
        found.board_marks += size > 0;
        i += size > 0 ? size : 1;
    }
    for (size_t i = 0; i < text->count; i++) {
        uint32_t character = text->characters[i];
        size_t run = 1;
        while (i + run < text->count && text->characters[i + run] == character)
            run++;
        if (run > found.longest_run) {
            found.longest_run = run;
            found.longest_run_start = i;
        }
        if (found.first_kana == UINT64_MAX && ((character >= 0x3041 && character <= 0x3093) ||
                                               (character >= 0x30A1 && character <= 0x30F3)))
            found.first_kana = i;
        if (character != '\n')
            continue;
        found.lines++;
        found.short_lines += i - line <= 10;
        found.ellipses += (i > 0 && text->characters[i - 1] == 0x2026) ||
                          (i >= 3 && memcmp(text->characters + i - 3, (uint32_t[]){'.', '.', '.'}, 12) == 0);
        line = i + 1;
    }
    found.short_lines += text->count - line <= 10;
    return found;
}

/* ---- Texts --------------------------------------------------------------- */

/* Parts in a row, of a few kinds, some repeated often. Returns the size. */
static size_t make_text(char *text, size_t room, uint64_t *state)
{
    size_t kinds = 1 + test_random(state) % 8, count = test_random(state) % 60, size = 0;
    const char *chosen[8];
    for (size_t i = 0; i < kinds; i++)
        chosen[i] = parts[test_random(state) % (sizeof parts / sizeof parts[0])];
    for (size_t i = 0; i < count; i++) {
        const char *part = chosen[test_random(state) % kinds];
        size_t times = test_random(state) % 10 == 0 ? test_random(state) % 40 : 1;
        for (; times > 0 && size + strlen(part) < room; times--) {
            memcpy(text + size, part, strlen(part));
            size += strlen(part);
        }
    }
    return size;
}

START_TEST(test_random_texts)
{
    static tkz__character_kinds kinds;
    static decoded text;
    char bytes[MOST_CHARACTERS];
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__measuring measuring;
    uint64_t state = 5;
    ck_assert(tkz__character_kinds_init(&kinds));
    tkz__measuring_init(&measuring, &kinds, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &memory);
    text.kinds = &kinds;
    for (int round = 0; round < 6000; round++) {
        size_t size = make_text(bytes, sizeof bytes, &state);
        text.count = 0;
        for (size_t i = 0; i < size;)
            i += tkz__utf8_next(bytes + i, size - i, &text.characters[text.count++]);
        text.characters[text.count] = 0;
        ck_assert_status(tkz__measuring_start(&measuring, bytes, size, NULL));
        ck_assert_status(tkz__measuring_need(&measuring, TKZ__MEASURE_HOJICHAR, NULL));
        tkz__hojichar_measures expected = count_slowly(&text);
        const tkz__hojichar_measures *found = &measuring.measures.hojichar;
        ck_assert_uint_eq(found->lines, expected.lines);
        ck_assert_uint_eq(found->short_lines, expected.short_lines);
        ck_assert_uint_eq(found->ellipses, expected.ellipses);
        ck_assert_uint_eq(found->longest_run, expected.longest_run);
        ck_assert_uint_eq(found->longest_run_start, expected.longest_run_start);
        ck_assert_uint_eq(found->first_kana, expected.first_kana);
        ck_assert_uint_eq(found->board_marks, expected.board_marks);
    }
    tkz__measuring_free(&measuring);
}
END_TEST

Suite *suite_board_marks(void)
{
    Suite *suite = suite_create("board_marks");
    TCase *tests = tcase_create("board_marks");
    tcase_add_test(tests, test_random_texts);
    suite_add_tcase(suite, tests);
    return suite;
}
