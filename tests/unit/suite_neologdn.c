/* SPDX-License-Identifier: Apache-2.0
 *
 * neologdn-0.5.6: cases where its state matters, with the results of the PyPI package;
 * shortening of repeats against the definition. tests/oracle/compare_neologdn runs
 * the package itself.
 */
#include "normal_check.h"
#include "text/neologdn_repeat.h"

Suite *suite_neologdn(void);

START_TEST(test_rules)
{
    static const normal_example rows[] = {
        {"neologdn", "ﾊﾝｶｸ０Ａ！＂～", "ハンカク0A!＂"},
        {"neologdn", "検索 エンジン  自作　入門", "検索エンジン自作入門"},
        {"neologdn", "南アルプスの　天然水-　Ｓｐａｒｋｉｎｇ*　Ｌｅｍｏｎ+　レモン",
         "南アルプスの天然水- Sparking*Lemon+レモン"},
        {"neologdn", "スーパーーｰ－", "スーパー"},
        {"neologdn", "a˗֊‐‑‒–⁃⁻₋−b", "a-b"},
        {"neologdn", "A ˗あ A ーあ A ～あ A あ", "A -あA ーあAあAあ"},
        /* a mark joins across what was deleted, but of hiragana only う takes the voiced one */
        {"neologdn", "カ ~ ゛う゛ほﾟか゛あ゛", "ガゔぽかﾞあﾞ"},
        {"neologdn", "é あ é a", "éあéa"},
        {"neologdn", "a  ", "a"},
        {"neologdn", "\xEF\xBB\xBF" "a\xEF\xBB\xBF", "a\xEF\xBB\xBF"},
        {"neologdn", "¥‘’“”", "\\`'\"\""},
        {"neologdn", "㍿①㌔。", "㍿①㌔。"},
        /* what is before a space or a mark may be gone, or something else, by then */
        {"neologdn", "~ a", "a"},
        {"neologdn", "a ~b あ~ b A ~あ", "a bあb Aあ"},
        {"neologdn", "※ a …ー a* b& あ", "※a …ーa*b&あ"},
        {"neologdn", "ー~ー ー―ーｰ a～ーｰ", "ーaー"},
        {"neologdn", "if a:\n    b = c  # d\n", "if a:\n b = c # d\n"},
        {"neologdn", "", ""},
        {"neologdn", " 　 ", ""},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_options)
{
    static const normal_example rows[] = {
        {"neologdn:remove_space=false", " 巴　マミ  ", " 巴 マミ "},
        {"neologdn:tilde=ignore", "1~2∼3〜4～", "1~2∼3〜4～"},
        {"neologdn:tilde=normalize", "1~2∼3〜4～ A ～あ", "1~2~3~4~ A ~あ"},
        {"neologdn:tilde=normalize_zenkaku", "1~2∼3", "1〜2〜3"},
        {"neologdn:repeat=6", "かわいいいいいいいいい", "かわいいいいいい"},
        {"neologdn:repeat=1", "無駄無駄無駄無駄ァ", "無駄ァ"},
        /* the reference does not look at the last half of what is left */
        {"neologdn:repeat=1", "aa", "aa"},
        {"neologdn:repeat=1", "aaaa", "a"},
        {"neologdn:repeat=1:max_repeat_substr_length=1", "ababab", "ababab"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_anywhere)
{
    static const char *const pieces[] = {" ", "  ", "a", "*", "~", "&", "あ", "ー", "ー", "―", "セ",
                                         "。", "　", "゛", "か", "Ａ", "※", "‐", "\xC2\xA5",
                                         "\xD6\x8A", "\xE3", "\x80"};
    check_anywhere("neologdn", pieces, sizeof pieces / sizeof *pieces, 30);
}
END_TEST

/* Bytes that are no UTF-8 are in no class: a space behind them goes, as behind é. */
START_TEST(test_stray_bytes)
{
    size_t size;
    char *made = normal_of("neologdn", "\xE3\x82 \xFF \xFF~a", 8, &size);
    ck_assert_uint_eq(size, 5);
    ck_assert_mem_eq(made, "\xE3\x82\xFF\xFF" "a", 5);
    free(made);
}
END_TEST

/* ---- Repeats ----------------------------------------------------------------- */

/* shorten_repeat as it is defined: deletes in place, on letters of one byte. */
static size_t shorten_by_definition(char *text, size_t size, size_t kept, size_t longest)
{
    for (size_t i = 0; i < size; i++) {
        size_t limit = (size - i) / 2;
        if (longest < limit)
            limit = longest + 1;
        for (size_t length = 1; length < limit; length++) {
            size_t copies = 1;
            while (i + length * (copies + 1) <= size &&
                   memcmp(text + i, text + i + length * copies, length) == 0)
                copies++;
            if (copies <= kept)
                continue;
            memmove(text + i + length * kept, text + i + length * copies,
                    size - i - length * copies);
            size -= length * (copies - kept);
        }
    }
    return size;
}

static size_t random_repeats(uint64_t *state, char *text, size_t capacity)
{
    size_t size = 0;
    while (size == 0 || (size < capacity && test_random(state) % 12 != 0)) {
        size_t part = test_random(state) % 6, times = 1 + test_random(state) % 6;
        size_t start = size > part ? test_random(state) % (size - part) : 0;
        if (part == 0 || size <= part) {
            text[size++] = (char)('a' + test_random(state) % 3);
            continue;
        }
        for (size_t i = 0; i < part * times && size < capacity; i++, size++)
            text[size] = text[start + i % part];
    }
    return size;
}

static void check_repeats(const char *text, size_t size, size_t kept, size_t longest)
{
    char expected[200];
    memcpy(expected, text, size);
    size_t left = shorten_by_definition(expected, size, kept, longest);
    tkz__buffer target;
    tkz__arena scratch;
    tkz__span_map map;
    tkz__buffer_init(&target, NULL);
    tkz__arena_init(&scratch, NULL);
    tkz__span_map_init(&map, NULL);
    tkz__edit edit = {.target = &target, .map = &map, .scratch = &scratch};
    ck_assert_status(tkz__neologdn_shorten_repeat(text, size, kept, longest, &edit, NULL));
    if (target.size != left || memcmp(target.data, expected, left) != 0 ||
        tkz__span_map_source_size(&map) != size || tkz__span_map_target_size(&map) != left)
        ck_abort_msg("%.*s kept %zu longest %zu: %.*s, not %.*s", (int)size, text, kept, longest,
                     (int)target.size, (const char *)target.data, (int)left, expected);
    tkz__span_map_free(&map);
    tkz__arena_free(&scratch);
    tkz__buffer_free(&target);
}

START_TEST(test_repeats_by_definition)
{
    uint64_t state = 8;
    for (size_t round = 0; round < 20000; round++) {
        char text[200];
        size_t size = random_repeats(&state, text, sizeof text);
        check_repeats(text, size, 1 + test_random(&state) % 4, 1 + test_random(&state) % 12);
    }
}
END_TEST

/* Quadratic in the reference. */
START_TEST(test_long_repeats)
{
    enum { SIZE = 3000000 };
    char *text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "abcabd"[i % 6];
    size_t size;
    char *made = normal_of("neologdn:repeat=2:max_repeat_substr_length=255", text, SIZE, &size);
    ck_assert_uint_eq(size, 12);
    ck_assert_mem_eq(made, "abcabdabcabd", 12);
    free(made);
    free(text);
}
END_TEST

Suite *suite_neologdn(void)
{
    Suite *suite = suite_create("neologdn");
    TCase *cases = tcase_create("neologdn");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, test_rules);
    tcase_add_test(cases, test_options);
    tcase_add_test(cases, test_anywhere);
    tcase_add_test(cases, test_stray_bytes);
    tcase_add_test(cases, test_repeats_by_definition);
    tcase_add_test(cases, test_long_repeats);
    suite_add_tcase(suite, cases);
    return suite;
}
