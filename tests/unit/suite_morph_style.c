/* SPDX-License-Identifier: Apache-2.0
 *
 * Output styles: templates, formats of dicrc, mecab's own. Leans on the
 * dictionary in dict/test, to whose dicrc formats are added.
 */
#include <string.h>

#include "morph/csv_fields.h"
#include "morph_fixture.h"

Suite *suite_morph_style(void);

static const char added_settings[] =
    "node-format-plain = %m/%f[0] \n"
    "unk-format-plain = %M?\n"
    "eos-format-plain = \\n\n"
    "node-format-silent = %m,\n"
    "node-format-wrong = %m%q\n";

static void prepare(void)
{
    char path[LONG_PATH];
    compile_dictionary();
    join(path, home, "dicrc");
    FILE *file = fopen(path, "a");
    ck_assert_ptr_nonnull(file);
    fputs(added_settings, file);
    fclose(file);
}

typedef struct bench {
    tkz_dictionary *dictionary;
    tkz_lattice *lattice;
    tkz_morph_style *style;
} bench;

static bench begin(uint32_t requests)
{
    bench b = {.dictionary = open_dictionary(true)};
    ck_assert_status(tkz_lattice_new(&b.lattice, b.dictionary, NULL, NULL));
    ck_assert_status(tkz_lattice_set_requests(b.lattice, requests, NULL));
    ck_assert_status(tkz_morph_style_new(&b.style, b.dictionary, NULL, NULL));
    return b;
}

static void end(bench *b)
{
    tkz_morph_style_free(b->style);
    tkz_lattice_free(b->lattice);
    tkz_dictionary_free(b->dictionary);
}

static void set_template(bench *b, int32_t which, const char *text)
{
    tkz_error error;
    tkz_status status = tkz_morph_style_set_template(b->style, which, text, strlen(text), &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", text, error.message);
}

static void check_output(bench *b, const char *text, const char *expected)
{
    const char *output;
    size_t size;
    tkz_error error;
    ck_assert_status(tkz_lattice_parse(b->lattice, text, strlen(text), NULL));
    tkz_status status = tkz_lattice_format(b->lattice, b->style, &output, &size, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_msg(size == strlen(expected) && memcmp(output, expected, size) == 0,
                  "found '%.*s', expected '%s'", (int)size, output, expected);
}

/* The word template `text` on " 猫が". */
static void check_template(const char *text, const char *expected)
{
    bench b = begin(TKZ_LATTICE_MARGINALS);
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, text);
    set_template(&b, TKZ_MORPH_TEMPLATE_END, "");
    check_output(&b, " 猫が", expected);
    end(&b);
}

START_TEST(knows_every_code)
{
    check_template("%m ", "猫 が ");
    check_template("[%M]", "[ 猫][が]");
    check_template("<%pS>", "< ><>");
    check_template("%S;", " 猫が; 猫が;");
    check_template("%L ", "7 7 ");
    check_template("%h ", "1 1 ");
    check_template("%c %pw,", "3000 3000,500 500,");
    check_template("%H;", "名詞,一般,ネコ;助詞,格助詞,ガ;");
    check_template("%t%s ", "20 30 ");
    check_template("%P %pP;", "1.000000 1.000000;1.000000 1.000000;");
    check_template("%pi ", "1 2 ");
    check_template("%ps-%pe ", "1-4 4-7 ");
    check_template("%pC %pc %pn,", "-500 2500 2500,-2000 1000 -1500,");
    check_template("%pb", "**");
    check_template("%pA %pB;", "-1875.000000 375.000000;-750.000000 -750.000000;");
    check_template("%pl %pL;", "3 4;3 3;");
    check_template("%phl %phr;", "1 1;2 2;");
    check_template("%ppi, %ppc\\s %ppP_;", "0 2500 1.000000;1 -1500 1.000000;");
    check_template("%%\\\\\\t\\s\\n|", "%\\\t \n|%\\\t \n|");

}
END_TEST

START_TEST(writes_fields)
{
    check_template("%f[0];", "名詞;助詞;");
    check_template("%f[0,2];", "名詞\tネコ;助詞\tガ;");
    check_template("%F-[2,1,0];", "ネコ-一般-名詞;ガ-格助詞-助詞;");
    check_template("%F\\n[0,1]", "名詞\n一般助詞\n格助詞");
    check_template("%f[]%f[1,]", "名詞一般\t名詞助詞格助詞\t助詞");
    bench b = begin(0); /* a field "*" is left out, with the separator behind it */
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%F-[0,2,1];");
    check_output(&b, "a", "名詞欧文;EOS\n");
    end(&b);
}
END_TEST

START_TEST(tells_what_a_word_lacks)
{
    bench b = begin(0);
    const char *output;
    size_t size;
    tkz_error error;
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%f[3]");
    ck_assert_status(tkz_lattice_parse(b.lattice, "猫", 3, NULL));
    ck_assert_int_eq(tkz_lattice_format(b.lattice, b.style, &output, &size, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.message, "field 3"));
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%f[99999999999999999999]");
    ck_assert_int_eq(tkz_lattice_format(b.lattice, b.style, &output, &size, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_lattice_format_text(b.lattice, b.style, "猫", 3, &output, &size, &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_status(tkz_lattice_parse(b.lattice, "猫", 3, NULL));
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%ppi,");
    ck_assert_int_eq(tkz_lattice_format(b.lattice, b.style, &output, &size, &error),
                     TKZ_STATUS_INVALID_OPTION);
    end(&b);
    b = begin(TKZ_LATTICE_NBEST);
    set_template(&b, TKZ_MORPH_TEMPLATE_LAST, "%m%H%pC%f[0]");
    ck_assert_status(tkz_lattice_parse(b.lattice, "猫", 3, NULL));
    ck_assert_int_eq(tkz_lattice_format_best(b.lattice, b.style, 1, &output, &size, &error),
                     TKZ_STATUS_INVALID_OPTION);
    end(&b);
}
END_TEST

START_TEST(refuses_what_is_no_template)
{
    static const char *const wrong[] = {
        "%", "%q", "%p", "%pq", "%ph", "%phx", "%pp", "%ppx,", "%ppi", "%f", "%f0", "%f[0", "%f[a]",
        "%F", "%F-", "%F\\", "%F-0", "\\", "ab%", "%ppi\\",
    };
    bench b = begin(0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tkz_error error;
        tkz_status status =
            tkz_morph_style_set_template(b.style, TKZ_MORPH_TEMPLATE_WORD, wrong[i],
                                         strlen(wrong[i]), &error);
        ck_assert_msg(status == TKZ_STATUS_INVALID_OPTION, "%s", wrong[i]);
        ck_assert_uint_le(error.offset, strlen(wrong[i]));
    }
    ck_assert_int_eq(tkz_morph_style_set_template(b.style, 5, "", 0, NULL),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_int_eq(tkz_morph_style_set_template(b.style, -1, "", 0, NULL),
                     TKZ_STATUS_INVALID_OPTION);
    check_output(&b, "猫", "猫\t名詞,一般,ネコ\nEOS\n"); /* the style is as before */
    end(&b);
}
END_TEST

START_TEST(has_mecabs_own_formats)
{
    bench b = begin(TKZ_LATTICE_MARGINALS);
    ck_assert_int_eq(tkz_morph_style_tagger_format(b.style), TKZ_MORPH_FORMAT_DEFAULT);
    check_output(&b, "猫x", "猫\t名詞,一般,ネコ\nx\t名詞,欧文,*\nEOS\n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "wakati", NULL));
    ck_assert_int_eq(tkz_morph_style_tagger_format(b.style), TKZ_MORPH_FORMAT_WAKATI);
    check_output(&b, "猫x", "猫 x \n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "none", NULL));
    ck_assert_int_eq(tkz_morph_style_tagger_format(b.style), -1);
    check_output(&b, "猫x", "");
    ck_assert_status(tkz_morph_style_set_name(b.style, "em", NULL));
    check_output(&b, "猫",
                 "U\t猫\t名詞,一般,ネコ\t1.000000\nB\tBOS/EOS,*,*\t名詞,一般,ネコ\t1.000000\n"
                 "U\tEOS\tBOS/EOS,*,*\t1.000000\nB\t名詞,一般,ネコ\tBOS/EOS,*,*\t1.000000\nEOS\n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "dump", NULL));
    check_output(&b, "猫",
                 "0 BOS BOS/EOS,*,* 0 0 0 0 0 0 2 1 0.000000 -2625.000000 0.000000 0\n"
                 "1 猫 名詞,一般,ネコ 0 3 1 1 1 2 0 1 -1875.000000 -750.000000 1.000000 2500 "
                 "0:2500:1.000000\n"
                 "2 EOS BOS/EOS,*,* 3 3 0 0 0 0 3 1 -2625.000000 0.000000 1.000000 3500 "
                 "1:1000:1.000000\n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "", NULL));
    check_output(&b, "", "EOS\n");
    end(&b);
}
END_TEST

START_TEST(has_the_formats_of_dicrc)
{
    bench b = begin(0);
    tkz_error error;
    ck_assert_status(tkz_morph_style_set_name(b.style, "plain", NULL));
    ck_assert_int_eq(tkz_morph_style_is_named(b.style), 1);
    check_output(&b, "猫 x", "猫/名詞  x?\n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "silent", NULL));
    check_output(&b, "猫x犬", "猫,犬,"); /* nothing for unknown words and the end, as mecab */
    ck_assert_int_eq(tkz_morph_style_set_name(b.style, "chasen", &error), TKZ_STATUS_NOT_FOUND);
    ck_assert_int_eq(tkz_morph_style_set_name(b.style, "wrong", &error),
                     TKZ_STATUS_INVALID_OPTION);
    ck_assert_ptr_nonnull(strstr(error.where, "node-format-wrong"));
    check_output(&b, "猫x犬", "猫,犬,");
    set_template(&b, TKZ_MORPH_TEMPLATE_BEGIN, "<");
    check_output(&b, "猫x", "<猫\t名詞,一般,ネコ\nx\t名詞,欧文,*\nEOS\n");
    ck_assert_int_eq(tkz_morph_style_is_named(b.style), 0);
    end(&b);
}
END_TEST

START_TEST(obeys_the_type_that_dicrc_asks_for)
{
    char path[LONG_PATH];
    join(path, home, "dicrc");
    FILE *file = fopen(path, "a");
    fputs("output-format-type = plain\n", file);
    fclose(file);
    bench b = begin(0);
    check_output(&b, "猫", "猫/名詞 \n");
    ck_assert_status(tkz_morph_style_set_name(b.style, "default", NULL));
    check_output(&b, "猫", "猫\t名詞,一般,ネコ\nEOS\n");
    end(&b);
}
END_TEST

START_TEST(takes_templates_one_by_one)
{
    bench b = begin(TKZ_LATTICE_NBEST);
    const char *output;
    size_t size;
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%m ");
    check_output(&b, "猫x", "猫 x EOS\n");
    set_template(&b, TKZ_MORPH_TEMPLATE_UNKNOWN, "%m? ");
    set_template(&b, TKZ_MORPH_TEMPLATE_END, "%s%pC\\n");
    set_template(&b, TKZ_MORPH_TEMPLATE_BEGIN, "%s%pC%pn ");
    check_output(&b, "猫x", "200 猫 x? 31000\n");
    set_template(&b, TKZ_MORPH_TEMPLATE_UNKNOWN, "%m\\t%H\\n"); /* as if it were not set */
    check_output(&b, "x", "200 x 31000\n");
    set_template(&b, TKZ_MORPH_TEMPLATE_LAST, "%s%m%H%pc;");
    ck_assert_status(tkz_lattice_parse(b.lattice, "明日", 6, NULL));
    ck_assert_status(tkz_lattice_format_best(b.lattice, b.style, 2, &output, &size, NULL));
    ck_assert_uint_eq(size, strlen("200 明日 31000\n200 明日 3900\n40;"));
    ck_assert_mem_eq(output, "200 明日 31000\n200 明日 3900\n40;", size);
    end(&b);
}
END_TEST

START_TEST(makes_mecabs_mistakes_on_request)
{
    bench b = begin(TKZ_LATTICE_NBEST);
    const char *output;
    size_t size;
    set_template(&b, TKZ_MORPH_TEMPLATE_LAST, "last");
    ck_assert_status(tkz_lattice_parse(b.lattice, "私", 3, NULL));
    ck_assert_status(tkz_lattice_format_best(b.lattice, b.style, 1, &output, &size, NULL));
    ck_assert_mem_eq(output + size - 8, "EOS\nlast", 8);
    uint32_t requests = TKZ_LATTICE_NBEST | TKZ_LATTICE_AS_MECAB;
    ck_assert_status(tkz_lattice_set_requests(b.lattice, requests, NULL));
    ck_assert_status(tkz_lattice_parse(b.lattice, "私", 3, NULL));
    ck_assert_status(tkz_lattice_format_best(b.lattice, b.style, 1, &output, &size, NULL));
    ck_assert_mem_eq(output + size - 4, "EOS\n", 4);
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%m\\0");
    check_output(&b, "猫犬", "猫"); /* a C string */
    ck_assert_status(tkz_lattice_set_requests(b.lattice, 0, NULL));
    ck_assert_status(tkz_lattice_parse(b.lattice, "猫犬", 6, NULL));
    ck_assert_status(tkz_lattice_format(b.lattice, b.style, &output, &size, NULL));
    ck_assert_uint_eq(size, 12);
    ck_assert_mem_eq(output, "猫\0犬\0EOS\n", 12);
    ck_assert_status(tkz_lattice_set_requests(b.lattice, TKZ_LATTICE_ALL, NULL));
    ck_assert_status(tkz_morph_style_set_name(b.style, "", NULL));
    check_output(&b, "猫 ", "猫\t名詞,一般,ネコ\nEOS\n");
    ck_assert_status(tkz_lattice_set_requests(
        b.lattice, TKZ_LATTICE_ALL | TKZ_LATTICE_AS_MECAB, NULL));
    check_output(&b, "猫 ", "猫\t名詞,一般,ネコ\n"); /* a word behind the sentence: its NUL */
    end(&b);
}
END_TEST

START_TEST(wants_what_it_needs)
{
    bench b = begin(0);
    const char *output;
    size_t size;
    ck_assert_int_eq(tkz_lattice_format(b.lattice, b.style, &output, &size, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_morph_style_set_name(b.style, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    tkz_morph_style *none;
    ck_assert_int_eq(tkz_morph_style_new(&none, NULL, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(none);
    end(&b);
    tkz_morph_style_free(NULL);
}
END_TEST

/* Writes `text` at once, twice: what is kept of its words the first time is used the second time. Both are what
 * is written of a lattice. */
static void check_at_once(bench *b, const char *text)
{
    const char *output;
    size_t size;
    const tkz_lattice_word *words;
    char *copies[2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_status(
            tkz_lattice_format_text(b->lattice, b->style, text, strlen(text), &output, &size, NULL));
        copies[i] = malloc(size + 1);
        memcpy(copies[i], output, size);
        copies[i][size] = '\0';
    }
    ck_assert_int_eq(tkz_lattice_words(b->lattice, &words, &size, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    for (size_t i = 0; i < 2; i++) {
        check_output(b, text, copies[i]);
        free(copies[i]);
    }
}

/* Both ways to write a sentence, with templates that a tagger can fill and one that it cannot. */
START_TEST(writes_the_same_at_once)
{
    static const struct {
        const char *word, *unknown, *end;
    } templates[] = {
        {"%m|%M|%pS|%S|%h|%c|%H|%s|%ps|%pC|%pc|%pn|%pb|%P|%pA;", NULL, "%s%ps%pc%pC%L%M\\n"},
        {"%pi %t %m;", NULL, "%pc"},
        {"%m\\t%f[0]\\t%F-[0,1]\\n", "%m?\\n", "EOS\\n"},
        {"%m\\t%f[0]\\t%F-[0,1]\\n", NULL, "EOS\\n"},
        {"%m\\t%f[0]\\t%F-[0,1]\\n", "", "EOS\\n"},
        {"%pS%f[2]", "%M", "%pS\\n"},
        {"[%f[0]]%M[%H%h]%m[%phl%phr%c%pw]%ps", "%H%m%H", "%M"},
        {"<%m>", "%f[1]%f[0]", "%L"},
        {"%m,", NULL, "%pc %pC"},
        {"%pl %pL %pe%s ", NULL, "%pe"},
        {"%S%L%m", NULL, "%S"},
        {"%H%pC;", "%pn%H", "\\n"},
        {"%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%H%m%H%H%H%H%H%H%H%H%H%H%H%H",
         "%m%f[0]", "\\n"}, /* longer than what is kept */
        {"", "", ""},
    };
    static const char *const texts[] = {"", " ", " 猫が😀 東京都\t", "明日はabc", "大大大大", "\xFF\xE3猫",
                                        "猫猫猫 犬犬犬abc abc今日 "};
    bench b = begin(0);
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        if (templates[i].unknown == NULL) /* a style of its own */
            ck_assert_status(tkz_morph_style_set_name(b.style, "", NULL));
        set_template(&b, TKZ_MORPH_TEMPLATE_WORD, templates[i].word);
        if (templates[i].unknown != NULL)
            set_template(&b, TKZ_MORPH_TEMPLATE_UNKNOWN, templates[i].unknown);
        set_template(&b, TKZ_MORPH_TEMPLATE_BEGIN, i % 2 == 0 ? "<%s%pC%H>" : "");
        set_template(&b, TKZ_MORPH_TEMPLATE_END, templates[i].end);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            check_at_once(&b, texts[k]);
    }
    ck_assert_status(tkz_lattice_constrain_border(b.lattice, 3, TKZ_LATTICE_BORDER_FIXED, NULL));
    const char *output;
    size_t size;
    set_template(&b, TKZ_MORPH_TEMPLATE_WORD, "%m ");
    set_template(&b, TKZ_MORPH_TEMPLATE_END, "EOS\\n");
    set_template(&b, TKZ_MORPH_TEMPLATE_BEGIN, "");
    ck_assert_status(
        tkz_lattice_format_text(b.lattice, b.style, "東京都", 9, &output, &size, NULL));
    ck_assert_uint_gt(size, strlen("東 京都 "));
    ck_assert_mem_eq(output, "東 京都 ", strlen("東 京都 "));
    end(&b);
}
END_TEST

/* ---- Fields of a feature ---- */

static void check_fields(const char *text, const char *expected)
{
    tkz__csv_fields fields;
    tkz__csv_field field;
    char found[1024] = "", byte;
    size_t used = 0;
    tkz__csv_begin(&fields, text, strlen(text));
    while (tkz__csv_next(&fields, &field)) {
        while (tkz__csv_byte(&field, &byte))
            found[used++] = byte;
        found[used++] = '|';
    }
    found[used] = '\0';
    ck_assert_str_eq(found, expected);
}

START_TEST(cuts_fields_as_mecab)
{
    check_fields("", "");
    check_fields("a", "a|");
    check_fields("a,b,,c", "a|b||c|");
    check_fields("a,b,", "a|b|");
    check_fields(" a,\t b ,c", "a|b |c|");
    check_fields("a, ", "a||");
    check_fields("\"a,b\",c", "a,b|c|");
    check_fields("\"a\"\"b\"x,c", "a\"b|c|");
    check_fields("\"a", "a|");
    check_fields("\"\"", "|");
    check_fields("a\"b,c", "a\"b|c|");
    char many[300] = "", expected[300] = "";
    for (int i = 0; i < 70; i++) {
        strcat(many, "x,");
        strcat(expected, i < 63 ? "x|" : "x,");
    }
    strcat(expected, "|"); /* all behind the 63rd is one field */
    check_fields(many, expected);
}
END_TEST

Suite *suite_morph_style(void)
{
    Suite *suite = suite_create("morph_style");
    TCase *cases = tcase_create("styles");
    tcase_add_unchecked_fixture(cases, prepare, remove_dictionary);
    tcase_add_test(cases, knows_every_code);
    tcase_add_test(cases, writes_fields);
    tcase_add_test(cases, tells_what_a_word_lacks);
    tcase_add_test(cases, refuses_what_is_no_template);
    tcase_add_test(cases, has_mecabs_own_formats);
    tcase_add_test(cases, has_the_formats_of_dicrc);
    tcase_add_test(cases, takes_templates_one_by_one);
    tcase_add_test(cases, makes_mecabs_mistakes_on_request);
    tcase_add_test(cases, wants_what_it_needs);
    tcase_add_test(cases, writes_the_same_at_once);
    tcase_add_test(cases, cuts_fields_as_mecab);
    tcase_add_test(cases, obeys_the_type_that_dicrc_asks_for); /* the last: it changes dicrc */
    suite_add_tcase(suite, cases);
    return suite;
}
