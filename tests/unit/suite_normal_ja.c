/* SPDX-License-Identifier: Apache-2.0
 *
 * ja-v1: every rule of doc/japanese-normal-forms.md, and its laws (a second run changes
 * nothing, the result is NFC but for kept ideographs) with all options mixed.
 */
#include <stdio.h>

#include "normal_check.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

Suite *suite_normal_ja(void);

START_TEST(test_width)
{
    static const normal_example rows[] = {
        {"ja-v1", "Ａｂｃ１２３！（笑）？；［１］", "Abc123！（笑）？；［1］"},
        {"ja-v1", "３．１４ １，０００ ｆｏｏ＠ｂａｒ．ｃｏｍ Ｃ：＼ｗ Ａ＆Ｂ",
         "3.14 1,000 foo@bar.com C:\\w A&B"},
        {"ja-v1", "ｈｔｔｐ：／／ｗ．ｊｐ／", "http://w.jp／"},
        {"ja-v1", "５０％ －５ ＋３ ＄１ ＃２ Ａ＋ ％５", "50% -5 +3 $1 #2 A＋ ％5"},
        {"ja-v1", "東京－大阪 はＡ．これ，それ 彼：", "東京－大阪 はA．これ，それ 彼："},
        {"ja-v1", "ﾊﾝｶｸｶﾞﾅﾊﾟ｡｢｣､･ｰ あﾞ かﾞ ｶ\xE3\x82\x99 ﾞ",
         "ハンカクガナパ。「」、・ー あ゛ が ガ ゛"},
        {"ja-v1", "￩￮ ￥１００ ￣ ﾡ", "←○ ￥100 ￣ ﾡ"},
        {"ja-v1:width=half", "Ａ！（笑）－ ￥１ サ－ビス", "A!(笑)- ¥1 サービス"},
        {"ja-v1:width=keep", "Ａ！１．２ｶﾞ", "Ａ！１．２ｶﾞ"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_space_and_lines)
{
    static const normal_example rows[] = {
        {"ja-v1", "　段落  は　　そのまま　 で  \n    code  x\n \n終 ", "　段落 は　そのまま で\n    code x\n\n終"},
        {"ja-v1", "a\xC2\xA0" "b\xC2\xA0\xC2\xA0" "c\t\td \t e\t\n", "a b c\t\td \t e\n"},
        {"ja-v1:space=half", "　ア　イ　　ウ", " ア イ ウ"},
        {"ja-v1:space=keep", "ア  イ　　ウ \xC2\xA0\n", "ア  イ　　ウ \xC2\xA0\n"},
        {"ja-v1", "a\r\nb\rc\xE2\x80\xA8" "d\xE2\x80\xA9" "e\xC2\x85" "f \r\n\r\n",
         "a\nb\nc\nd\ne\nf\n\n"},
        {"ja-v1:lines=keep", "a \r\nb\r c", "a\r\nb\r c"},
    };
    CHECK_EXAMPLES(rows);
    size_t size;
    char *made = normal_of("ja-v1", "a \0b", 4, &size); /* NUL ends no line */
    ck_assert_uint_eq(size, 4);
    free(made);
}
END_TEST

START_TEST(test_dashes_and_marks)
{
    static const normal_example rows[] = {
        {"ja-v1", "1～2〜3~4", "1〜2〜3~4"},
        {"ja-v1:wave=tilde", "1～2〜3~4", "1～2～3~4"},
        {"ja-v1:wave=keep", "1～2〜3", "1～2〜3"},
        {"ja-v1", "サ－ビス デ－タ ア－－イ かれは――ニ―プ シ−ツ", "サービス データ ア－－イ かれは――ニ―プ シ−ツ"},
        {"ja-v1:long=loose", "ニ―プ シ−ツ ニ――プ か―プ", "ニープ シーツ ニ――プ か―プ"},
        {"ja-v1:long=keep", "サ－ビス", "サ－ビス"},
        {"ja-v1", "ラーーメン", "ラーーメン"},
        {"ja-v1:long_runs=collapse", "ラーーｰメン", "ラーメン"},
        {"ja-v1", "か\xE3\x82\x99は\xE3\x82\x9A e\xCC\x81 か゛", "がぱ é か゛"},
        {"ja-v1:marks=compose", "か゛は゜う゛あ゛が゛", "がぱゔあ゛が゛"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_nothing_is_lost)
{
    static const normal_example rows[] = {
        {"ja-v1", "①㍿㌔²ﬁ㍻½℃Ⅳ…‥″ª", "①㍿㌔²ﬁ㍻½℃Ⅳ…‥″ª"},
        {"ja-v1:compat=expand", "①㍿㌔㌘²ﬁ㍻½…‥ゟ", "1株式会社キログラム2fi平成1⁄2…‥より"},
        {"ja-v1", "\xEF\xA8\x99社 葛\xF3\xA0\x84\x80 ☎\xEF\xB8\x8F", "\xEF\xA8\x99社 葛\xF3\xA0\x84\x80 ☎\xEF\xB8\x8F"},
        {"ja-v1:ideographs=unify", "\xEF\xA8\x99社", "神社"},
        {"ja-v1:variation=remove", "葛\xF3\xA0\x84\x80 ☎\xEF\xB8\x8F", "葛 ☎"},
        {"ja-v1", "👨\xE2\x80\x8D👩 あ\xE2\x80\x8Dい a\xE2\x80\x8B" "b\xEF\xBB\xBF" "c\xC2\xAD" "d\xE2\x81\xA0" "e",
         "👨\xE2\x80\x8D👩 あい abcde"},
        {"ja-v1", "क्\xE2\x80\x8Dष می\xE2\x80\x8Cخواهم", "क्\xE2\x80\x8Dष می\xE2\x80\x8Cخواهم"},
        {"ja-v1:zero_width=keep", "a\xE2\x80\x8B" "b", "a\xE2\x80\x8B" "b"},
        {"ja-v1", "K：５ Ａ\xCC\x80 ＝\xCC\xB8", "K:5 À ＝\xCC\xB8"},
        {"ja-v1", "", ""},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

/* ---- Laws ------------------------------------------------------------------------ */

static const uint32_t alphabet[] = {
    ' ', ' ', '\t', '\n', '\r', 0xA0, 0x3000, 0x3000, 0x85, 0x2028, 'a', 'K', '5', '%', '+', '-',
    '.', ':', '/', '~', 0x301C, 0xFF5E, 0xFF0D, 0xFF0D, 0xFF0E, 0xFF1A, 0xFF05, 0xFF0B, 0xFF04,
    0xFF1D, 0xFF11, 0xFF21, 0xFF01, 0xFF3C, 0xFFE5, 0xFFE3, 0xFFE9, 0x30AB, 0x30CF, 0x30FC, 0x30FC,
    0x30A6, 0x304B, 0x306F, 0x3042, 0x309D, 0x30F0, 0xFF76, 0xFF8A, 0xFF70, 0xFF71, 0xFF9E, 0xFF9F,
    0xFF9E, 0x3099, 0x309A, 0x309B, 0x309C, 0x2015, 0x2212, 0x2500, 0x301, 0x338, 0x327, 0x323,
    0x212A, 0x212B, 0x2126, 0x1FEF, 0x37E, 0x387, 0x2329, 0xFA19, 0xF900, 0x2F800, 0xFE0F, 0xE0100,
    0x200B, 0x200C, 0x200D, 0x200D, 0xFEFF, 0xAD, 0x2060, 0x1F468, 0x94D, 0x915, 0x2460, 0x337F,
    0x3314, 0x3318, 0xBD, 0x2026, 0x309F, 0x30FF, 0x1100, 0x1161, 0xAC00, 0x4E00, 0x302A, 0xE9,
    0x101, 0x3B1, 0xFFFD, 0x3131, 0xFFA1, 0xFB01, 0xFE19, 0x203C};

/* A random choice for every option. */
static void mix_options(uint64_t *state, const tkz_normal_step_info *info, char *form)
{
    strcpy(form, "ja-v1");
    for (size_t i = 0; i < info->option_count; i++) {
        const char *choice = info->options[i].choices;
        size_t skip = test_random(state) % 3;
        for (; skip > 0 && strchr(choice, '|') != NULL; skip--)
            choice = strchr(choice, '|') + 1;
        sprintf(form + strlen(form), ":%s=%.*s", info->options[i].name,
                (int)strcspn(choice, "|"), choice);
    }
}

static size_t mix_text(uint64_t *state, char *text, size_t characters)
{
    size_t size = 0;
    size_t narrow = 1 + test_random(state) % (sizeof alphabet / sizeof *alphabet);
    size_t shift = test_random(state);
    for (size_t i = test_random(state) % characters; i > 0; i--) {
        size_t index = (shift + test_random(state) % narrow) %
                       (sizeof alphabet / sizeof *alphabet);
        if (test_random(state) % 50 == 0)
            text[size++] = (char)(0x80 + test_random(state) % 0x80);
        else
            size += tkz__utf8_encode(alphabet[index], text + size);
    }
    return size;
}

static const tkz_normal_step_info *find_info(void)
{
    for (size_t i = 0; tkz_normal_step_at(i) != NULL; i++)
        if (strcmp(tkz_normal_step_at(i)->name, "ja-v1") == 0)
            return tkz_normal_step_at(i);
    ck_abort_msg("ja-v1 is not registered");
    return NULL;
}

static void check_laws(const char *form, tkz_normalizer *worker, const char *text, size_t size)
{
    tkz_normalized result;
    ck_assert(tkz_normalizer_run(worker, text, size, 0, &result, NULL) == TKZ_OK);
    char *once = malloc(result.size + 1);
    size_t once_size = result.size;
    memcpy(once, result.text, once_size);
    once[once_size] = '\0';
    if (tkz_normalizer_run(worker, once, once_size, 1, &result, NULL) != TKZ_OK ||
        result.changed)
        ck_abort_msg("%s makes \"%.*s\" to \"%s\", and that to \"%.*s\"", form, (int)size, text,
                     once, (int)result.size, result.text);
    const tkz__unicode_target nfc = {TKZ__UNICODE_NFC, TKZ__UNICODE_VERSION(16, 0)};
    if (strstr(form, "ideographs=unify") != NULL &&
        tkz__unicode_unchanged(&nfc, once, once_size) != once_size) {
        size_t made_size;
        char *made = normal_of("nfc-16.0", once, once_size, &made_size);
        ck_assert_msg(made_size == once_size && memcmp(made, once, made_size) == 0,
                      "%s gives \"%s\", which is not NFC", form, once);
        free(made);
    }
    free(once);
}

START_TEST(test_laws)
{
    uint64_t state = 20;
    const tkz_normal_step_info *info = find_info();
    for (size_t round = 0; round < 1500; round++) {
        char form[400], text[400];
        tkz_normal_form *chain;
        tkz_normalizer *worker;
        mix_options(&state, info, form);
        ck_assert(tkz_normal_form_new(&chain, form, strlen(form), NULL, NULL) == TKZ_OK);
        ck_assert(tkz_normalizer_new(&worker, chain, NULL, NULL) == TKZ_OK);
        for (size_t i = 0; i < 60; i++)
            check_laws(form, worker, text, mix_text(&state, text, 40));
        tkz_normalizer_free(worker);
        tkz_normal_form_free(chain);
    }
}
END_TEST

/* A text that changes in every part of the step, so that every buffer is asked for. */
static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const char *text = context;
    tkz_normal_form *form = NULL;
    tkz_normalizer *worker = NULL;
    tkz_normalized result;
    tkz_status status = tkz_normal_form_new(&form, "ja-v1", 5, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_new(&worker, form, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_run(worker, text, strlen(text), 1, &result, NULL);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
    return status;
}

START_TEST(test_anywhere)
{
    static const char *const pieces[] = {" ", "  ", "\t", "\n", "\n   ", "\n\t\t", "\r\n", "a", ")",
                                         "あ", "　", "　　", "\xC2\xA0", "！", "％", "＋", "１", "ｶ",
                                         "ﾞ", "…", "～", "\xE2\x80\x8B", "む", "\xE3", "\xFF"};
    check_anywhere("ja-v1", pieces, sizeof pieces / sizeof *pieces, 31);
}
END_TEST

START_TEST(test_allocation_failures)
{
    char text[] = "Ａ  ｶﾞ e\xCC\x81  １．２  か\xE3\x82\x99";
    test_all_allocation_failures(attempt, text);
}
END_TEST

Suite *suite_normal_ja(void)
{
    Suite *suite = suite_create("normal_ja");
    TCase *cases = tcase_create("ja");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, test_width);
    tcase_add_test(cases, test_space_and_lines);
    tcase_add_test(cases, test_dashes_and_marks);
    tcase_add_test(cases, test_nothing_is_lost);
    tcase_add_test(cases, test_laws);
    tcase_add_test(cases, test_anywhere);
    tcase_add_test(cases, test_allocation_failures);
    suite_add_tcase(suite, cases);
    return suite;
}
