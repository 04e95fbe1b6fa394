/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors: what each makes of short texts, at the borders of kana too; span maps, counts and long texts of all of them;
 * their word lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/editor_words.h"
#include "core/memory.h"
#include "testing.h"
#include "tokenize/edit.h"

Suite *suite_editors(void);

typedef struct example {
    const char *chain;
    const char *text;
    const char *expected;
    const char *counts; /* of the last editor, with spaces between */
} example;

/* Takes a text through a chain; the result is the worker's. */
static tkz_normalizer *edit(const char *chain, const char *text, size_t size, tkz_normal_form **form,
                            tkz_normalized *result)
{
    tkz_normalizer *worker;
    tkz_error error;
    ck_assert_msg(tkz_editors_new(form, chain, strlen(chain), NULL, &error) == TKZ_OK, "%s: %s",
                  chain, error.message);
    ck_assert_status(tkz_normalizer_new(&worker, *form, NULL, NULL));
    if (tkz_normal_form_needs_words(*form) != NULL) {
        tkz_boundaries words = tkz_white_space_boundaries();
        ck_assert_status(tkz_normalizer_set_words(worker, &words, NULL));
    }
    ck_assert_status(tkz_normalizer_run(worker, text, size, 1, result, NULL));
    return worker;
}

static void check_example(const example *row)
{
    tkz_normal_form *form;
    tkz_normalized result;
    tkz_normalizer *worker = edit(row->chain, row->text, strlen(row->text), &form, &result);
    char counts[256] = "";
    for (size_t i = 0; i < tkz_normal_form_count_total(form); i++)
        (void)snprintf(counts + strlen(counts), sizeof counts - strlen(counts), "%s%llu",
                       i == 0 ? "" : " ", (unsigned long long)result.counts[i]);
    ck_assert_msg(strlen(row->expected) == result.size &&
                      memcmp(row->expected, result.text, result.size) == 0,
                  "%s of \"%s\" is \"%.*s\"", row->chain, row->text, (int)result.size, result.text);
    ck_assert_msg(strcmp(counts, row->counts) == 0, "%s of \"%s\" counts %s", row->chain, row->text,
                  counts);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
}

START_TEST(test_examples)
{
    static const example rows[] = {
        {"swallow_punctuation", "これは，文．", "これは、文。", "1 1 1"},
        {"swallow_punctuation", "あ、い，う，", "あ、い、う、", "1 2 0"},
        {"swallow_punctuation", "あ、い，う", "あ、い，う", "0 0 0"},
        {"swallow_punctuation", "ＡＢ，あ，", "ＡＢ，あ、", "1 1 0"},
        {"swallow_punctuation", "３．１４です．", "３．１４です。", "1 0 1"},
        {"swallow_punctuation", "𠮷，", "𠮷、", "1 1 0"},
        {"swallow_punctuation:compat=true", "𠮷，", "𠮷，", "0 0 0"},
        {"swallow_punctuation", "あ，Ａ，，", "あ、Ａ，，", "1 1 0"},
        {"swallow_punctuation:compat=true", "あ，Ａ，，", "あ、Ａ，、", "1 2 0"},
        {"swallow_punctuation", "，，あ，", "，，あ、", "1 1 0"},
        {"swallow_punctuation", "，", "，", "0 0 0"},
        {"hojichar_phone", "はい06-1234-5678まで", "はい06-1234-XXXXまで", "1 1"},
        {"hojichar_phone", "０６", "０６", "0 0"},
        {"hojichar_email", "連絡はfoo@example.comまで", "連絡はxxxx@yyy.comまで", "1 1"},
        {"hojichar_email", "@", "@", "0 0"},
        {"c4_lines", " It is so [1] indeed.[2]\r\nMenu\nuses cookies a lot.\n\"Yes it is\" ",
         "It is so  indeed.\n\"Yes it is\"", "1 2 2"},
        {"c4_lines", "三語も ない 文。", "", "1 1 0"},
        {"c4_lines:punctuation=japanese:least_words=0", "文。\nメニュー\n「はい」\n", "文。\n「はい」", "1 1 0"},
        {"datatrove_pii", "は foo@example.co.jp と a.b@[8.8.8.8] は 8.8.8.8 か 10.0.0.1",
         "は email@example.com と firstname.lastname@example.org は 22.214.171.124 か 10.0.0.1", "1 2 1"},
        {"datatrove_pii", "連絡はfoo@example.comまで", "連絡はfoo@example.comまで", "0 0 0"},
        {"repeated_lines", "同じ行が二度ある場合\nほか\n同じ行が二度ある場合", "同じ行が二度ある場合\nほか", "1 1 10"},
        {"repeated_lines:minimum=1", "あ\nあ\nい\nあ\n", "あ\nい\n", "1 2 2"},
        {"repeated_lines:minimum=1:scope=adjacent", "あ\nあ\nい\nあ\n", "あ\nい\nあ\n", "1 1 1"},
        {"repeated_lines:minimum=1:scope=adjacent", "あ\n\n\nあ", "あ\n\n\nあ", "0 0 0"},
        {"repeated_lines:minimum=1", "\n\n\n", "\n\n\n", "0 0 0"},
        {"kana_lines", "漢字\nかな\nABC\nカナ", "かな\nカナ", "1 2 5"},
        {"kana_lines", "ｰﾞﾟ\nｶ", "ｶ", "1 1 3"},
        {"kana_lines", "漢字", "", "1 1 2"},
        {"join_lines", "あ\nい\n", "あい", "1 2"},
        {"urls", "見よhttps://a.jp/bを", "見よを", "1 1 14"},
        {"urls:compat=true", "見よhttps://a.jp/bを！", "見よ！", "1 1 15"},
        {"urls", "(HTTP://A.B/c).", "().", "1 1 12"},
        {"urls", "https://a.jp/b(c)。", "。", "1 1 17"},
        {"urls:with=<URL>", "ftp://x/。", "<URL>。", "1 1 8"},
        {"urls", "https://あ", "https://あ", "0 0 0"},
        {"ascii_runs:minimum=3", "あabいabcうab\nc", "あabいうab\nc", "1 1 3"},
        {"ascii_runs:minimum=1", "a", "", "1 1 1"},
        {"empty_brackets", "東京（、とうきょう）（ ）（、）", "東京（とうきょう）", "1 2"},
        {"empty_brackets", "（（））", "（）", "1 1"},
        {"empty_brackets:brackets=ascii", "a () b (;c, )", "a b (c)", "1 1"},
        {"boilerplate_lines", "ホーム > 会社\n本文です。\n[ 前の記事 ]\n", "本文です。\n", "1 1 1 0 0 0"},
        {"boilerplate_lines", "会社|採用|製品|地図\n© 2020 甲\nいいね！ 12件", "", "1 0 0 1 1 1"},
        {"boilerplate_lines", "会社|採用\n戻る道はない。\n2020", "会社|採用\n戻る道はない。\n2020", "0 0 0 0 0 0"},
        {"boilerplate_lines:lines=1", "本文\n戻る\n本文\n戻る", "本文\n戻る\n本文", "1 1 0 0 0 0"},
        {"boilerplate_lines:lines=0", "本文\n戻る\n本文", "本文\n本文", "1 1 0 0 0 0"},
        {"end_sections", "本文\n脚注\n甲", "本文", "1 5"},
        {"end_sections", "脚注\n甲\n参考文献", "脚注\n甲\n参考文献", "0 0"},
        {"pii", "はfoo@example.comと090-1234-5678へ", "は<EMAIL>と<PHONE>へ", "1 1 0 1 0 0 0 0 0 0 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_example(&rows[i]);
}
END_TEST

START_TEST(test_chain)
{
    static const char text[] = "ＡＢＣ，甲は090-1234-5678，乙は０９０－１２３４－５６７８．";
    tkz_normal_form *form;
    tkz_normalized result;
    uint64_t start, end;
    tkz_normalizer *worker = edit("swallow_punctuation,pii,nfkc-16.0", text, strlen(text), &form,
                                  &result);
    ck_assert_str_eq(tkz_normal_form_name(form), "swallow_punctuation-v1,pii-v1,nfkc-16.0");
    const char *found = strstr(result.text, "乙");
    ck_assert_ptr_nonnull(found);
    size_t at = (size_t)(found - result.text);
    ck_assert_status(tkz_normalizer_source_range(worker, at, at + 3, &start, &end, NULL));
    ck_assert_mem_eq(text + start, "乙", 3);
    ck_assert_str_eq(tkz_normal_form_count_name(form, 0), "swallow_punctuation-v1.documents");
    ck_assert_str_eq(tkz_normal_form_count_name(form, 4), "pii-v1.phone");
    ck_assert_uint_eq(result.counts[4], 2);
    ck_assert_ptr_null(tkz_normal_form_count_name(form, tkz_normal_form_count_total(form)));
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
}
END_TEST

/* All that need no file, and some in both of their ways. */
static const char *const all[] = {
    "swallow_punctuation", "swallow_punctuation:compat=true", "hojichar_phone", "hojichar_email",
    "repeated_lines:minimum=1", "repeated_lines:scope=adjacent:minimum=1", "kana_lines",
    "join_lines", "urls", "urls:compat=true:with=x", "ascii_runs:minimum=2", "empty_brackets",
    "empty_brackets:brackets=ascii", "boilerplate_lines:lines=2", "boilerplate_lines:lines=0",
    "end_sections", "pii", "mojibake", "c4_lines:punctuation=any:least_words=0", "c4_lines:punctuation=japanese:least_words=0",
    "datatrove_pii", "datatrove_pii:public=false:emails=false"};

static void check_spans(const char *chain, const char *text, size_t size)
{
    tkz_normal_form *form;
    tkz_normalized result;
    tkz_normalizer *worker = edit(chain, text, size, &form, &result);
    uint64_t source = 0, target = 0, changed = result.counts[0];
    for (size_t i = 0; i < result.span_count; i++) {
        const tkz_span *span = &result.spans[i];
        if (span->source_start != source || span->target_start != target ||
            (span->identity && memcmp(text + source, result.text + target, span->source_size) != 0))
            ck_abort_msg("%s: a span of %zu bytes is wrong", chain, size);
        source += span->source_size;
        target += span->target_size;
    }
    ck_assert_uint_eq(source, size);
    ck_assert_uint_eq(target, result.size);
    ck_assert_uint_eq(changed, (uint64_t)result.changed);
    for (size_t i = 1; i < tkz_normal_form_count_total(form) && changed == 0; i++)
        ck_assert_uint_eq(result.counts[i], 0);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
}

START_TEST(test_spans)
{
    static const char *const pieces[] = {
        "あ", "カ", "漢", "𠮷", "a", "0", "，", "．", "、", "。", "Ａ", "\n", "\n\n", " ", "（", "）", "(", ")", "ー", "@", ".", "-",
        "090-1234-5678", "a@b.jp", "https://", "戻る", "脚注", "|", ">", "ホーム", "© 2020", "\xFF", "\xE3\x81"};
    uint64_t state = 5;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check_spans(all[i], "", 0);
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++)
            check_spans(all[i], pieces[j], strlen(pieces[j]));
        for (size_t round = 0; round < 2000 / TEST_SHORTER; round++) {
            char text[800];
            size_t size = 0;
            for (size_t n = test_random(&state) % 40; n > 0; n--) {
                const char *piece = pieces[test_random(&state) % (sizeof pieces / sizeof *pieces)];
                memcpy(text + size, piece, strlen(piece));
                size += strlen(piece);
            }
            check_spans(all[i], text, size);
        }
    }
}
END_TEST

/* Whatever stands again and again takes no more than linear time. */
START_TEST(test_long_texts)
{
    static const char *const pieces[] = {"@", "a@", "0", "+1", "（", "(,", "，", "\n", "\n ", ">", "|a", "http://", ".", "あ\n",
                                         "://", "脚注\n", "。", "- "};
    size_t size = ((size_t)1 << 19) / TEST_SHORTER;
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
            size_t length = strlen(pieces[j]);
            for (size_t at = 0; at < size; at++)
                text[at] = pieces[j][at % length];
            check_spans(all[i], text, size - size % length);
        }
    free(text);
}
END_TEST

/* ---- Lists ---------------------------------------------------------------- */

static char folder[64], list[128], chain_text[512];

static void make_list(const char *content)
{
    test_make_directory(folder, sizeof folder);
    (void)snprintf(list, sizeof list, "%s/list", folder);
    test_write_file(list, content, strlen(content));
}

/* A chain of one editor with the list. */
static const char *with_list(const char *name, const char *options)
{
    (void)snprintf(chain_text, sizeof chain_text, "%s:words=%s%s", name, list, options);
    return chain_text;
}

START_TEST(test_footer)
{
    make_list("一覧\r\n一覧を見る\n\nPR\n一覧\n");
    check_example(&(example){with_list("swallow_footer", ""), "本文です。\n一覧を見る\n本文です。", "本文です。", "1 2 12"});
    check_example(&(example){with_list("swallow_footer", ""), "一覧", "", "1 1 2"});
    check_example(&(example){with_list("swallow_footer", ""), "PRの七文字です", "PRの七文字です", "0 0 0"});
    check_example(&(example){with_list("swallow_footer", ":share=24"), "PRの七文字です", "", "1 1 8"});
    check_example(&(example){with_list("swallow_footer", ":lines=1"), "一覧\nほか", "一覧\nほか", "0 0 0"});
    check_example(&(example){with_list("swallow_footer", ""), "\n\n一覧", "\n", "1 1 3"});
    /* Taking a word out makes another one, which counts too. */
    check_example(&(example){with_list("swallow_footer", ""), "一一覧を見る覧", "", "1 1 7"});
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_header_footer)
{
    make_list("検索\n 前の記事 \n");
    check_example(&(example){with_list("hojichar_header_footer", ""), "あ。い。検索", "あ。い。", "1 1"});
    check_example(&(example){with_list("hojichar_header_footer", ":compat=true"), "あ。い。検索", "い。検索", "1 1"});
    check_example(&(example){with_list("hojichar_header_footer", ""), "検索。あ。い。う。え。前の記事へ。", "あ。い。う。え。", "1 2"});
    check_example(&(example){with_list("hojichar_header_footer", ""), "検索", "", "1 1"});
    check_example(&(example){with_list("hojichar_header_footer", ""), "", "", "0 0"});
    check_example(&(example){with_list("boilerplate_lines", ""), "検索する\n前の記事\n検索", "検索する", "1 2 0 0 0 0"});
    check_example(&(example){with_list("end_sections", ""), "甲\n検索 \n乙", "甲", "1 6"});
    test_remove_tree(folder);
}
END_TEST

/* Words are what stands between white space. */
START_TEST(test_ng_words)
{
    tkz_normal_form *form;
    tkz_normalizer *worker;
    tkz_normalized result;
    tkz_error error;
    make_list(" アス \n甘い 物\n甘い\n\n");
    check_example(&(example){with_list("ng_words", ""), "アス は アスパラガス\nアス", " は アスパラガス\n", "1 2 4"});
    check_example(&(example){with_list("ng_words", ":with=*"), "甘い 物 と 甘い と甘い 物", "* と * と甘い 物", "1 2 6"});
    check_example(&(example){with_list("ng_words", ":with="), "", "", "0 0 0"});
    check_example(&(example){with_list("ng_words", ""), "無事 な 文", "無事 な 文", "0 0 0"});
    check_example(&(example){with_list("ng_words", ":with=x"), "\xFF" "アス\xE3\x81 アス", "\xFF" "x\xE3\x81 x", "1 2 4"}); /* between broken bytes */

    const char *chain = with_list("ng_words", "");
    ck_assert_status(tkz_editors_new(&form, chain, strlen(chain), NULL, NULL));
    ck_assert_str_eq(tkz_normal_form_needs_words(form), "ng_words-v1");
    ck_assert_ptr_null(tkz_normal_form_needs_words(NULL));
    ck_assert_status(tkz_normalizer_new(&worker, form, NULL, NULL));
    ck_assert_int_eq(tkz_normalizer_run(worker, "a", 1, 0, &result, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "source of words"));
    tkz_boundaries words = tkz_white_space_boundaries();
    ck_assert_status(tkz_normalizer_set_words(worker, &words, NULL));
    ck_assert_status(tkz_normalizer_run(worker, "a", 1, 0, &result, &error));
    ck_assert_status(tkz_normalizer_set_words(worker, NULL, NULL)); /* and away again */
    ck_assert_int_eq(tkz_normalizer_run(worker, "a", 1, 0, &result, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_normalizer_set_words(NULL, &words, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_normalizer_set_words(worker, &(tkz_boundaries){0}, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
    test_remove_tree(folder);
}
END_TEST

static void check_refused(const char *chain, tkz_status expected, const char *message)
{
    tkz_normal_form *form;
    tkz_error error;
    ck_assert_int_eq(tkz_editors_new(&form, chain, strlen(chain), NULL, &error), expected);
    ck_assert_msg(strstr(error.message, message) != NULL, "%s: %s", chain, error.message);
    ck_assert_ptr_null(form);
}

START_TEST(test_refused)
{
    check_refused("swallow_foter", TKZ_STATUS_NOT_FOUND, "did you mean \"swallow_footer-v1\"");
    check_refused("qqqqqqqqqqq", TKZ_STATUS_NOT_FOUND, "tokenize list editors");
    check_refused("swallow_footer", TKZ_STATUS_INVALID_OPTION, "words=FILE");
    check_refused("hojichar_header_footer", TKZ_STATUS_INVALID_OPTION, "words=FILE");
    check_refused("ng_words", TKZ_STATUS_INVALID_OPTION, "words=FILE");
    check_refused("ng_words:words=/nowhere/at/all", TKZ_STATUS_OPEN_FAILED, "cannot open");
    check_refused("swallow_footer:words=/nowhere/at/all", TKZ_STATUS_OPEN_FAILED, "cannot open");
    check_refused("repeated_lines:scope=page", TKZ_STATUS_INVALID_OPTION, "document|adjacent");
    check_refused("urls,", TKZ_STATUS_NOT_FOUND, "editor");
    make_list("よい\n\xFF\n");
    check_refused(with_list("end_sections", ""), TKZ_STATUS_BAD_UTF8, "line 2");
    test_write_file(list, "\n\r\n", 3);
    check_refused(with_list("end_sections", ""), TKZ_STATUS_BAD_FORMAT, "one a line");
    test_remove_tree(folder);
}
END_TEST

static tkz_status make(void *context, const tkz_allocator *allocator)
{
    static const char text[] = "あ，い．\n前の記事\n一覧\n前の記事です\n前の記事です\nhttps://a.b\n一覧";
    tkz_normal_form *form = NULL;
    tkz_normalizer *worker = NULL;
    tkz_normalized result;
    tkz_error error;
    tkz_status status = tkz_editors_new(&form, context, strlen(context), allocator, &error);
    if (status == TKZ_OK)
        status = tkz_normalizer_new(&worker, form, allocator, &error);
    tkz_boundaries words = tkz_white_space_boundaries();
    if (status == TKZ_OK)
        status = tkz_normalizer_set_words(worker, &words, &error);
    if (status == TKZ_OK)
        status = tkz_normalizer_run(worker, text, sizeof text - 1, 1, &result, &error);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
    return status;
}

START_TEST(test_memory_failures)
{
    make_list("一覧\n前の記事\nほか\n一覧\n");
    char chain[600];
    (void)snprintf(chain, sizeof chain,
                   "mojibake,swallow_punctuation,repeated_lines:minimum=2,urls,swallow_footer:words=%s,pii,"
                   "ng_words:words=%s,boilerplate_lines:words=%s",
                   list, list, list);
    test_all_allocation_failures(make, chain);
    test_remove_tree(folder);
}
END_TEST

START_TEST(test_registry)
{
    tkz_editor_info info;
    ck_assert_int_eq(tkz_editor_at(tkz_editor_count(), &info), 0);
    for (size_t i = 0; tkz_editor_at(i, &info); i++) {
        ck_assert_ptr_nonnull(strstr(info.step->name, "-v1"));
        ck_assert_ptr_nonnull(info.source);
        ck_assert_uint_gt(info.count_total, 0);
        for (size_t j = 0; j < info.step->option_count; j++)
            if (strcmp(info.step->options[j].name, "compat") == 0)
                ck_assert_msg(info.difference != NULL, "%s has compat, but nothing departs",
                              info.step->name);
    }
}
END_TEST

Suite *suite_editors(void)
{
    Suite *suite = suite_create("editors");
    TCase *tests = tcase_create("editors");
    tcase_add_test(tests, test_examples);
    tcase_add_test(tests, test_chain);
    tcase_add_test(tests, test_spans);
    tcase_add_test(tests, test_long_texts);
    tcase_add_test(tests, test_footer);
    tcase_add_test(tests, test_header_footer);
    tcase_add_test(tests, test_ng_words);
    tcase_add_test(tests, test_refused);
    tcase_add_test(tests, test_memory_failures);
    tcase_add_test(tests, test_registry);
    suite_add_tcase(suite, tests);
    return suite;
}
