/* SPDX-License-Identifier: Apache-2.0
 *
 * shinjitai-v1 and modern_kana-v1: the examples of doc/japanese-normal-forms.md, what
 * they must leave alone, and the laws of the table.
 */
#include "normal_check.h"
#include "text/shinjitai_table.h"

Suite *suite_normal_kana(void);

START_TEST(test_shinjitai)
{
    static const normal_example rows[] = {
        {"shinjitai-v1", "國語學の齒車、辯護士と辨當と花瓣", "国語学の歯車、弁護士と弁当と花弁"},
        {"shinjitai-v1", "\xEF\xA8\x99社 \xEF\xA9\x9B", "神社 者"},
        {"shinjitai-v1", "龍と澤と學", "竜と沢と学"},
        {"shinjitai-v1:pairs=safe", "龍と澤と學と聲", "龍と澤と學と声"},
        {"shinjitai-v1:pairs=safe", "眞知子、讀賣新聞、慶應、東條、與那嶺", "眞知子、讀賣新聞、慶應、東條、與那嶺"},
        {"shinjitai-v1", "說明を敎へる、笑顏、飮む、\uFA42に\uFA12れ", "説明を教へる、笑顔、飲む、既に晴れ"},
        {"shinjitai-v1", "登録の欠缺、缺席、缺缺", "登録の欠缺、欠席、欠欠"},
        {"shinjitai-v1", "葛飾 髙﨑 鷗 剝", "葛飾 髙﨑 鷗 剝"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

static bool has_bit(uint32_t c)
{
    return tkz__shinjitai_bits[c / 64] >> c % 64 & 1;
}

/* Sorted, no new form is an old one, and the bits say the same as the list. */
START_TEST(test_table)
{
    size_t bits = 0;
    for (size_t i = 0; i < TKZ__SHINJITAI_COUNT; i++) {
        const tkz__shinjitai_pair *pair = &tkz__shinjitai_pairs[i];
        ck_assert(i == 0 || pair[-1].old_form < pair->old_form);
        ck_assert(pair->new_form >= 0x4E00 && pair->new_form <= 0x9FFF);
        ck_assert(!has_bit(pair->new_form));
        ck_assert(has_bit(pair->old_form));
    }
    for (uint32_t c = 0; c < 0x10000; c++)
        bits += has_bit(c);
    ck_assert_uint_eq(bits, TKZ__SHINJITAI_COUNT);
}
END_TEST

START_TEST(test_marks_and_letters)
{
    static const normal_example rows[] = {
        {"modern_kana-v1", "こゝろ たゞ いすゞ バナヽ サヾ あゝゝ", "こころ ただ いすず バナナ サザ あああ"},
        /* not to be known, or nothing to repeat */
        {"modern_kana-v1", "づゝ ばゝ ゝ 人々ゝ っゝ カゝ あゞ ーヽ", "づゝ ばゝ ゝ 人々ゝ っゝ カゝ あゞ ーヽ"},
        {"modern_kana-v1", "書きましたゞ(^^; みすゞ（かねこ）", "書きましたゞ(^^; みすゞ（かねこ）"},
        {"modern_kana-v1", "ゐる こゑ ヰスキー ヱビス", "いる こえ イスキー エビス"},
        {"modern_kana-v1", "ゐゝ", "いい"},
        {"modern_kana-v1:letters=keep", "ゐる こゝ", "ゐる ここ"},
        {"modern_kana-v1:marks=keep", "ゐる こゝ", "いる こゝ"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_words)
{
    static const normal_example rows[] = {
        {"modern_kana-v1", "さうでせう。やうに思ふ。といふことだらう、であらう",
         "そうでしょう。ように思う。ということだろう、であろう"},
        {"modern_kana-v1", "ませう なからう さういふ かうして どういふ",
         "ましょう なかろう そういう こうして どういう"},
        {"modern_kana-v1", "けふは、きのふも 言ふと", "きょうは、きのうも 言うと"},
        {"modern_kana-v1", "場合ふたつ 意思はない さいふ たけふの つきのふね 向かう側 ふう",
         "場合ふたつ 意思はない さいふ たけふの つきのふね 向かう側 ふう"},
        {"modern_kana-v1", "さう思ふと、立ち向かう思い", "そう思うと、立ち向かう思い"},
        {"modern_kana-v1:words=keep", "でせう", "でせう"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

Suite *suite_normal_kana(void)
{
    Suite *suite = suite_create("normal_kana");
    TCase *cases = tcase_create("kana");
    tcase_add_test(cases, test_shinjitai);
    tcase_add_test(cases, test_table);
    tcase_add_test(cases, test_marks_and_letters);
    tcase_add_test(cases, test_words);
    suite_add_tcase(suite, cases);
    return suite;
}
