/* SPDX-License-Identifier: Apache-2.0
 *
 * A build without morphological analysis says so. Leans on nothing else.
 */
#include <string.h>

#include "morph/word_borders.h"
#include "testing.h"

Suite *suite_morph_absent(void);

static void check_error(tkz_status status, const tkz_error *error)
{
    ck_assert_int_eq(status, TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error->message, "--without-mecab"));
}

START_TEST(every_function_says_so)
{
    tkz_error error;
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    tkz_dictionary_info info;
    tkz__boundary_source source;
    const tkz_morpheme *morphemes;
    const char *output;
    size_t count;
    check_error(tkz_dictionary_open(&dictionary, "ipadic", NULL, 0, NULL, &error), &error);
    ck_assert_ptr_null(dictionary);
    check_error(tkz_dictionary_describe(NULL, &info, &error), &error);
    check_error(tkz_tagger_new(&tagger, NULL, NULL, &error), &error);
    ck_assert_ptr_null(tagger);
    check_error(tkz_tagger_parse(NULL, "a", 1, &morphemes, &count, &error), &error);
    check_error(tkz_tagger_format(NULL, "a", 1, 0, &output, &count, &error), &error);
    check_error(tkz__word_borders_new(&source, NULL, NULL, &error), &error);
    tkz__word_borders_free(&source);
    tkz_tagger_free(NULL);
    tkz_dictionary_free(NULL);
}
END_TEST

Suite *suite_morph_absent(void)
{
    Suite *suite = suite_create("morph_absent");
    TCase *cases = tcase_create("absent");
    tcase_add_test(cases, every_function_says_so);
    suite_add_tcase(suite, cases);
    return suite;
}
