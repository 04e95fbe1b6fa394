/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of how text is cut into words: rules, steps, boundary sources, and all of them together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "train/word_cut.h"
#include "train/word_table.h"

Suite *suite_word_cut(void);

/* The words of a text with bars between. */
static void expect_words(const char *pre_tokenizer, const char *cuts,
                         const tkz__boundary_source *source, const char *text,
                         const char *expected)
{
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    char words[512];
    size_t used = 0, count = 1;
    uint32_t ends[3], start = 0;
    ck_assert_status(tkz__word_rules_init(&rules, pre_tokenizer, cuts, NULL, NULL));
    tkz__word_cutter_init(&cutter, &rules);
    ck_assert_status(tkz__word_cutter_begin(&cutter, text, strlen(text), source, NULL));
    while (count > 0) {
        ck_assert_status(tkz__word_cutter_next(&cutter, ends, 3, &count, NULL));
        for (size_t i = 0; i < count; i++) {
            used += (size_t)snprintf(words + used, sizeof words - used, "%s%.*s",
                                     used > 0 ? "|" : "", (int)(ends[i] - start),
                                     cutter.text + start);
            start = ends[i];
        }
    }
    ck_assert_uint_eq(start, cutter.size);
    words[used] = '\0';
    ck_assert_str_eq(words, expected);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
}

START_TEST(test_rules)
{
    expect_words("none", NULL, NULL, "a b\nc", "a b\nc");
    expect_words("none", "lines", NULL, "a b\n\nc", "a b\n|\n|c");
    expect_words("none", "lines", NULL, "\n", "\n");
    expect_words("none", "punctuation", NULL, "「今日」は、$5。", "「|今日|」|は|、|$|5|。");
    expect_words("none", "digits", NULL, "第12回a3", "第|1|2|回a|3");
    expect_words("none", "scripts", NULL, "東京タワーへ行くABCの日", "東京|タワー|へ|行|く|ABC|の|日");
    /* Marks and sound marks go with what is before them, white space with what follows. */
    expect_words("none", "scripts", NULL, "らーめん cafe\xCC\x81 日々", "らーめん| cafe\xCC\x81| 日々");
    expect_words("none", "scripts", NULL, "ﾃﾞｰﾀは12個", "ﾃﾞｰﾀ|は|12|個");
    expect_words("none", "scripts,lines", NULL, "a\nb", "a|\n|b");
    expect_words("none", "punctuation,lines,scripts,digits", NULL, "1日、\nx", "1|日|、|\n|x");
}
END_TEST

START_TEST(test_pre_tokenizers)
{
    expect_words("llama3", NULL, NULL, "the cat 1234", "the| cat| |123|4");
    expect_words("llama3", "scripts", NULL, "今日はthe 東京へ", "今日|は|the| 東京|へ");
    expect_words("gpt2", "digits", NULL, "ab 123", "ab| |1|2|3");
    /* Steps, which may take away text or put some there. */
    expect_words("whitespace_split-hf0.23", NULL, NULL, " ab  cd ", "ab|cd");
    expect_words("whitespace_split-hf0.23", "punctuation", NULL, "ab, cd", "ab|,|cd");
}
END_TEST

/* A source whose words are as long as their place in a list, and that knows what it was shown. */
typedef struct paced {
    size_t width;
    uint64_t ends[1 << 17];
    size_t calls;
    bool whole_lines;
} paced;

static tkz_status find_paced(void *context, const char *text, size_t size, const uint64_t **ends,
                             size_t *count, tkz_error *error)
{
    paced *source = context;
    (void)error;
    source->calls++;
    *count = 0;
    for (size_t i = source->width; i < size; i += source->width)
        source->ends[(*count)++] = i;
    source->ends[(*count)++] = size;
    source->whole_lines = source->whole_lines && text[size - 1] == '\n';
    *ends = source->ends;
    return TKZ_OK;
}

START_TEST(test_source)
{
    static paced each = {.width = 3, .whole_lines = true};
    tkz__boundary_source source = {&each, find_paced};
    expect_words("none", NULL, &source, "今日は", "今|日|は");
    expect_words("llama3", NULL, &source, "今日 ab", "今|日| ab");
    expect_words("llama3", NULL, &source, "abcd ef", "abc|d| e|f");
    ck_assert_uint_eq(each.calls, 3);

    /* A long text is shown in runs of whole lines, and the ends are where they belong. */
    enum { LINES = 30000 };
    char *text = malloc(LINES * 10);
    uint32_t ends[100], start = 0;
    size_t count = 1, words = 0;
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * 10, "012345678\n", 10);
    each.width = 5;
    each.calls = 0;
    each.whole_lines = true;
    ck_assert_status(tkz__word_rules_init(&rules, "none", "", NULL, NULL));
    tkz__word_cutter_init(&cutter, &rules);
    ck_assert_status(tkz__word_cutter_begin(&cutter, text, LINES * 10, &source, NULL));
    while (count > 0) {
        ck_assert_status(tkz__word_cutter_next(&cutter, ends, 100, &count, NULL));
        for (size_t i = 0; i < count; start = ends[i++], words++)
            ck_assert_uint_eq(ends[i], start + 5);
    }
    ck_assert_uint_eq(words, LINES * 2);
    ck_assert(each.whole_lines && each.calls > 2 && each.calls < 10);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
    free(text);
}
END_TEST

static tkz_status fail_to_find(void *context, const char *text, size_t size, const uint64_t **ends,
                               size_t *count, tkz_error *error)
{
    (void)context, (void)text, (void)size, (void)ends, (void)count, (void)error;
    return TKZ_STATUS_BAD_UTF8;
}

/* Ends that are no use (twice the same, beyond the text) change nothing; failures are handed on. */
static tkz_status find_strange(void *context, const char *text, size_t size, const uint64_t **ends,
                               size_t *count, tkz_error *error)
{
    static const uint64_t strange[] = {0, 3, 3, 500};
    (void)context, (void)text, (void)size, (void)error;
    *ends = strange;
    *count = 4;
    return TKZ_OK;
}

static tkz_status find_known(void *context, const char *text, size_t size, const uint64_t **ends,
                             size_t *count, tkz_error *error)
{
    static const uint64_t known[] = {6, 9, 12, 18, 24, 27, 30};
    (void)context, (void)text, (void)size, (void)error;
    *ends = known;
    *count = 7;
    return TKZ_OK;
}

/* Words 今日|は|、|晴れ|です|。| ab. The pre-tokenizer joins 今日は and 、晴れです. */
START_TEST(test_known_words)
{
    tkz__boundary_source source = {NULL, find_known};
    expect_words("llama3", NULL, &source, "今日は、晴れです。 ab", "今日|は|、|晴れ|です|。| ab");
}
END_TEST

START_TEST(test_strange_source)
{
    tkz__boundary_source source = {NULL, find_strange};
    expect_words("none", NULL, &source, "今日は", "今|日は");
    source.find = fail_to_find;
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    uint32_t end;
    size_t count;
    ck_assert_status(tkz__word_rules_init(&rules, "none", NULL, NULL, NULL));
    tkz__word_cutter_init(&cutter, &rules);
    ck_assert_status(tkz__word_cutter_begin(&cutter, "ab", 2, &source, NULL));
    ck_assert_int_eq(tkz__word_cutter_next(&cutter, &end, 1, &count, NULL), TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(count, 0);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
}
END_TEST

/* A word above the limit is cut at the end of a character, and told. */
START_TEST(test_long_words)
{
    size_t size = TKZ__WORD_LIMIT * 2 + 10;
    size -= size % 3;
    char *text = malloc(size);
    uint32_t ends[8];
    size_t count;
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < size; i += 3)
        memcpy(text + i, "あ", 3);
    ck_assert_status(tkz__word_rules_init(&rules, "none", "lines", NULL, NULL));
    tkz__word_cutter_init(&cutter, &rules);
    ck_assert_status(tkz__word_cutter_begin(&cutter, text, size, NULL, NULL));
    ck_assert_status(tkz__word_cutter_next(&cutter, ends, 8, &count, NULL));
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(ends[0], TKZ__WORD_LIMIT - TKZ__WORD_LIMIT % 3);
    ck_assert_uint_eq(ends[1], ends[0] * 2);
    ck_assert_uint_eq(ends[2], size);
    ck_assert_uint_eq(cutter.cut_words, 2);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
    free(text);
}
END_TEST

START_TEST(test_names)
{
    tkz__word_rules rules;
    tkz_error error;
    ck_assert_status(tkz__word_rules_init(&rules, "gpt2", "scripts,lines,scripts", NULL, NULL));
    ck_assert_str_eq(rules.cut_names, "lines,scripts");
    ck_assert_str_eq(rules.pre_tokenizer_name, "gpt2");
    tkz__word_rules_free(&rules);
    ck_assert_status(
        tkz__word_rules_init(&rules, "none", "digits,lines,punctuation,scripts", NULL, NULL));
    ck_assert_str_eq(rules.cut_names, "digits,lines,punctuation,scripts");
    tkz__word_rules_free(&rules);
    static const char *const bad[][2] = {
        {"gpt2", "script"}, {"gpt2", "lines,,scripts"}, {"gpt2", " lines"}, {"gpt22", ""}, {"", ""},
        {"whitespace_split-hf0.24", ""}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(tkz__word_rules_init(&rules, bad[i][0], bad[i][1], NULL, &error),
                         TKZ_STATUS_NOT_FOUND);
        tkz__word_rules_free(&rules);
    }
}
END_TEST

static tkz_status cut_some(void *context, const tkz_allocator *allocator)
{
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    uint32_t ends[8];
    size_t count = 1;
    (void)context;
    tkz_status status = tkz__word_rules_init(
        &rules, "split-hf0.23:regex=\\\\s+:behavior=isolated:invert=false", "lines", allocator,
        NULL);
    if (status != TKZ_OK)
        return status;
    tkz__word_cutter_init(&cutter, &rules);
    status = tkz__word_cutter_begin(&cutter, "ab cd\nef", 8, NULL, NULL);
    while (status == TKZ_OK && count > 0)
        status = tkz__word_cutter_next(&cutter, ends, 8, &count, NULL);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
    return status;
}

START_TEST(test_failing_allocator)
{
    test_all_allocation_failures(cut_some, NULL);
}
END_TEST

Suite *suite_word_cut(void)
{
    Suite *suite = suite_create("word_cut");
    TCase *tcase = tcase_create("core");
    tcase_add_test(tcase, test_rules);
    tcase_add_test(tcase, test_pre_tokenizers);
    tcase_add_test(tcase, test_source);
    tcase_add_test(tcase, test_known_words);
    tcase_add_test(tcase, test_strange_source);
    tcase_add_test(tcase, test_long_words);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_failing_allocator);
    suite_add_tcase(suite, tcase);
    return suite;
}
