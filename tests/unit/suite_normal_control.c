/* SPDX-License-Identifier: Apache-2.0
 *
 * control-v1: every code point, by the list in doc/japanese-normal-forms.md.
 */
#include "normal_check.h"
#include "text/utf8.h"

Suite *suite_normal_control(void);

static bool among(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

/* 0: stays; else the option that must be "keep" for it to stay; "-": nothing keeps it. */
static const char *kept_by(uint32_t c)
{
    if (c == 0x0D || c == 0x85)
        return NULL; /* kept unless asked */
    if (c == 0x09 || c == 0x0A)
        return NULL;
    if (among(c, 0, 0x1F) || among(c, 0x7F, 0x9F))
        return "-";
    if (c == 0x061C || among(c, 0x200E, 0x200F) || among(c, 0x202A, 0x202E) ||
        among(c, 0x2066, 0x206F))
        return "bidi";
    if (c == 0xFEFF)
        return "byte_order_mark";
    if (among(c, 0xFFF9, 0xFFFB))
        return "annotation";
    if (among(c, 0xFDD0, 0xFDEF) || c % 0x10000 >= 0xFFFE)
        return "noncharacters";
    return NULL;
}

START_TEST(test_every_code_point)
{
    tkz_normal_form *form;
    tkz_normalizer *worker;
    ck_assert_status(tkz_normal_form_new(&form, "control-v1", 10, NULL, NULL));
    ck_assert_status(tkz_normalizer_new(&worker, form, NULL, NULL));
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (among(c, 0xD800, 0xDFFF))
            continue;
        char text[8] = "a";
        tkz_normalized result;
        size_t size = 1 + tkz__utf8_encode(c, text + 1);
        text[size++] = 'b';
        if (tkz_normalizer_run(worker, text, size, 0, &result, NULL) != TKZ_OK ||
            result.size != (kept_by(c) == NULL ? size : 2))
            ck_abort_msg("U+%04X", c);
    }
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
}
END_TEST

START_TEST(test_options)
{
    static const uint32_t samples[] = {0x061C, 0x202E, 0x206F, 0xFEFF, 0xFFFA, 0xFDD0, 0x1FFFF};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char form[64] = "control-v1:", text[8];
        size_t size = tkz__utf8_encode(samples[i], text), made;
        strcat(strcat(form, kept_by(samples[i])), "=keep");
        free(normal_of(form, text, size, &made));
        ck_assert_uint_eq(made, size);
        free(normal_of("control-v1", text, size, &made));
        ck_assert_uint_eq(made, 0);
    }
    static const normal_example rows[] = {
        {"control-v1", "a\r\nb\xC2\x85" "c", "a\r\nb\xC2\x85" "c"},
        {"control-v1:line_ends=remove", "a\r\nb\xC2\x85" "c", "a\nbc"},
        {"control-v1", "\xEF\xBB\xBF吾輩\x07は\x1B[0m猫", "吾輩は[0m猫"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

Suite *suite_normal_control(void)
{
    Suite *suite = suite_create("normal_control");
    TCase *cases = tcase_create("control");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, test_every_code_point);
    tcase_add_test(cases, test_options);
    suite_add_tcase(suite, cases);
    return suite;
}
