/* SPDX-License-Identifier: Apache-2.0
 *
 * Dictionaries in EUC-JP and Shift_JIS: the same words as in UTF-8, by MeCab's
 * tables of characters. Leans on mecab-dict-index.
 */
#include <iconv.h>
#include <string.h>

#include "morph/local_charset.h"
#include "morph/word_borders.h"
#include "morph_fixture.h"

Suite *suite_local_charset(void);

/* ---- Characters ---- */

typedef struct code {
    tkz__local_charset charset;
    const char *bytes;
    size_t size;
    size_t length;
    uint32_t character;
} code;

START_TEST(takes_codes_for_characters)
{
    static const code codes[] = {
        {TKZ__LOCAL_EUC_JP, "a", 1, 1, 'a'},
        {TKZ__LOCAL_EUC_JP, "\xA4\xA2", 2, 2, 0x3042},
        {TKZ__LOCAL_EUC_JP, "\xA1\xB1", 2, 2, 0x203E}, /* three signs are JIS X 0201's */
        {TKZ__LOCAL_EUC_JP, "\xA1\xBD", 2, 2, 0x2014},
        {TKZ__LOCAL_EUC_JP, "\xA1\xEF", 2, 2, 0xA5},
        {TKZ__LOCAL_EUC_JP, "\xA4\xF7", 2, 2, 0x304B}, /* the first of two characters */
        {TKZ__LOCAL_EUC_JP, "\xAE\xA2", 2, 2, 0},      /* beyond U+FFFF */
        {TKZ__LOCAL_EUC_JP, "\xFE\xF9", 2, 2, 0x9FA2},
        {TKZ__LOCAL_EUC_JP, "\x8E\xB1", 2, 2, 0xFF71},
        {TKZ__LOCAL_EUC_JP, "\x8E\xE0", 2, 2, 0},
        {TKZ__LOCAL_EUC_JP, "\xA4 ", 2, 2, 0}, /* takes a sound byte with it */
        {TKZ__LOCAL_EUC_JP, "\x80\xA2", 2, 2, 0},
        {TKZ__LOCAL_EUC_JP, "\xA4", 1, 1, 0xA4},
        {TKZ__LOCAL_EUC_JP, "\x8F\xA1\xA2", 3, 3, 0x4E02},
        {TKZ__LOCAL_EUC_JP, "\x8F\xFE\xF5", 3, 3, 0x9F75},
        {TKZ__LOCAL_EUC_JP, "\x8F\xB0\xA1", 3, 3, 0}, /* JIS X 0212 */
        {TKZ__LOCAL_EUC_JP, "\x8F\xA0\x9F", 3, 1, 0x8F},
        {TKZ__LOCAL_EUC_JP, "\x8F\xA0\xA0", 3, 3, 0},
        {TKZ__LOCAL_EUC_JP, "\x8F\xA1", 2, 2, 0},
        {TKZ__LOCAL_CP932, "a", 1, 1, 'a'},
        {TKZ__LOCAL_CP932, "\x82\xA0", 2, 2, 0x3042},
        {TKZ__LOCAL_CP932, "\x83\\", 2, 2, 0x30BD},
        {TKZ__LOCAL_CP932, "\xB1\xB1", 2, 1, 0xFF71},
        {TKZ__LOCAL_CP932, "\x87\x40", 2, 2, 0x2460},
        {TKZ__LOCAL_CP932, "\xFA\x40", 2, 2, 0x2170},
        {TKZ__LOCAL_CP932, "\xFC\x4B", 2, 2, 0x9ED1},
        {TKZ__LOCAL_CP932, "\xF0\x40", 2, 2, 0}, /* private use */
        {TKZ__LOCAL_CP932, "\x82\x7F", 2, 2, 0},
        {TKZ__LOCAL_CP932, "\xA0 ", 2, 2, 0},
        {TKZ__LOCAL_CP932, "\x82", 1, 1, 0x82},
        {TKZ__LOCAL_ASCII, "\xE3\x81", 2, 1, 0xE3},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        uint32_t character;
        size_t length = tkz__local_charset_decode(codes[i].charset, codes[i].bytes, codes[i].size,
                                                  &character);
        ck_assert_msg(length == codes[i].length && character == codes[i].character,
                      "case %zu: %zu bytes, U+%04X", i, length, (unsigned)character);
    }
}
END_TEST

START_TEST(knows_the_names_that_mecab_knows)
{
    tkz__local_charset charset;
    ck_assert(tkz__local_charset_find("utf_8", &charset));
    ck_assert_int_eq(charset, TKZ__LOCAL_UTF_8);
    ck_assert(tkz__local_charset_find("EUC-JP", &charset));
    ck_assert_int_eq(charset, TKZ__LOCAL_EUC_JP);
    ck_assert(tkz__local_charset_find("SJIS", &charset));
    ck_assert_int_eq(charset, TKZ__LOCAL_CP932);
    ck_assert(tkz__local_charset_find("Ascii", &charset));
    ck_assert_int_eq(charset, TKZ__LOCAL_ASCII);
    ck_assert(!tkz__local_charset_find("UTF-16LE", &charset));
    ck_assert(!tkz__local_charset_find("", &charset));
}
END_TEST

/* ---- Words ---- */

/* Compiles the dictionary in dict/test for another charset. */
static void compile_for(const char *charset, char *path)
{
    const char *source = getenv("srcdir");
    char command[2048];
    test_make_directory(path, SHORT_PATH);
    snprintf(command, sizeof command,
             "set -e; tool=$(mecab-config --libexecdir)/mecab-dict-index; src='%s/dict/test'; "
             "{ $tool -f utf-8 -t %s -d \"$src\" -o %s; "
             "iconv -f utf-8 -t %s \"$src/dicrc\" >%s/dicrc; } >%s/log 2>&1",
             source != NULL ? source : ".", charset, path, charset, path, path);
    run(command);
}

/* Into `to`, which has room for as many bytes as `text` has. */
static size_t convert(iconv_t converter, const char *text, size_t size, char *to)
{
    char *in = (char *)(uintptr_t)text, *out = to;
    size_t in_left = size, out_left = size;
    ck_assert_uint_ne(iconv(converter, &in, &in_left, &out, &out_left), (size_t)-1);
    ck_assert_uint_eq(in_left, 0);
    return (size_t)(out - to);
}

static void compare_charsets(const char *charset, const char *name)
{
    static const char *const texts[] = {"今日は東京都に行きます。", "ｱｱｱｱ カタカナー 猫が見た",
                                        "ア漢字１２３abc　、", "食べます東京 都"};
    char path[SHORT_PATH];
    compile_for(charset, path);
    tkz_dictionary *dictionary;
    tkz_error error;
    tkz_status status = tkz_dictionary_open(&dictionary, path, NULL, 0, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", error.where, error.message);
    tkz_dictionary_info info;
    ck_assert_status(tkz_dictionary_describe(dictionary, &info, NULL));
    ck_assert_str_eq(info.charset, name);
    tkz_tagger *other, *utf_8 = open_tagger(false);
    ck_assert_status(tkz_tagger_new(&other, dictionary, NULL, NULL));
    iconv_t converter = iconv_open(charset, "UTF-8");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *expected, *found;
        size_t size = strlen(texts[i]), expected_size, found_size;
        char converted[256], lines[4096];
        ck_assert_status(tkz_tagger_format(utf_8, texts[i], size, TKZ_MORPH_FORMAT_DEFAULT,
                                           &expected, &expected_size, NULL));
        ck_assert_uint_lt(expected_size, sizeof lines);
        size_t lines_size = convert(converter, expected, expected_size, lines);
        size = convert(converter, texts[i], size, converted);
        ck_assert_status(tkz_tagger_format(other, converted, size, TKZ_MORPH_FORMAT_DEFAULT,
                                           &found, &found_size, NULL));
        ck_assert_uint_eq(found_size, lines_size);
        ck_assert_mem_eq(found, lines, found_size);
    }
    iconv_close(converter);
    tkz__boundary_source source;
    ck_assert_int_eq(tkz__word_borders_new(&source, dictionary, NULL, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_int_eq(tkz_dictionary_make_image(path, "", 0, NULL, &error), TKZ_STATUS_UNSUPPORTED);
    tkz_tagger_free(utf_8);
    tkz_tagger_free(other);
    tkz_dictionary_free(dictionary);
    test_remove_tree(path);
}

START_TEST(finds_the_words_of_utf_8)
{
    compare_charsets("euc-jp", "EUC-JP");
    compare_charsets("shift_jis", "CP932");
}
END_TEST

Suite *suite_local_charset(void)
{
    Suite *suite = suite_create("local_charset");
    TCase *cases = tcase_create("local_charset");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, takes_codes_for_characters);
    tcase_add_test(cases, knows_the_names_that_mecab_knows);
    tcase_add_test(cases, finds_the_words_of_utf_8);
    suite_add_tcase(suite, cases);
    return suite;
}
