/* SPDX-License-Identifier: Apache-2.0
 *
 * entities-v1 on every kind of right and wrong character reference. All names are
 * compared with Python's by tests/oracle/compare_entities.
 */
#include <stdio.h>

#include "normal_check.h"
#include "text/entity_table.h"

Suite *suite_normal_entities(void);

START_TEST(test_references)
{
    static const normal_example rows[] = {
        {"entities-v1", "&lt;p&gt; &amp; &quot;&apos;&nbsp;", "<p> & \"'\xC2\xA0"},
        {"entities-v1", "&amp;lt;", "&lt;"},
        {"entities-v1", "&lt&gtx&ampあ", "<>x&あ"},
        {"entities-v1", "&notit; &notin; &not", "¬it; ∉ ¬"},
        {"entities-v1", "&hearts &hearts;", "&hearts ♥"},
        {"entities-v1", "&CounterClockwiseContourIntegral; &CounterClockwiseContourIntegralx;",
         "∳ &CounterClockwiseContourIntegralx;"},
        {"entities-v1", "&fjlig;&NotEqualTilde;", "fj≂̸"},
        {"entities-v1", "&#12354;&#x3042;&#X3042&#12354x", "ああああx"},
        {"entities-v1", "&#0;&#xD800;&#x110000;&#99999999999999999999;", "����"},
        {"entities-v1", "&#128;&#x9F;&#x81;&#13;", "€Ÿ\xC2\x81\r"},
        {"entities-v1", "a&#1;b&#xFFFE;c&#x7f;d", "abcd"},
        {"entities-v1", "& &; &# &#; &#x; &#xg; &unknown; &&", "& &; &# &#; &#x; &#xg; &unknown; &&"},
        {"entities-v1", "&&lt;&", "&<&"},
    };
    CHECK_EXAMPLES(rows);
}
END_TEST

START_TEST(test_table)
{
    ck_assert_uint_eq(tkz__entity_offsets[TKZ__ENTITY_COUNT], sizeof tkz__entity_names - 1);
    for (size_t i = 0; i < TKZ__ENTITY_COUNT; i++) {
        char text[64] = "&", expected[16];
        size_t length = (size_t)(tkz__entity_offsets[i + 1] - tkz__entity_offsets[i]), size;
        ck_assert_uint_le(length, TKZ__ENTITY_LONGEST);
        memcpy(text + 1, tkz__entity_names + tkz__entity_offsets[i], length);
        strcpy(text + 1 + length, ";");
        char *made = normal_of("entities-v1", text, length + 2, &size);
        /* by its first character, given as a number */
        snprintf(expected, sizeof expected, "&#%u;", tkz__entity_values[i] & 0xFFFFFF);
        size_t first_size;
        char *first = normal_of("entities-v1", expected, strlen(expected), &first_size);
        ck_assert_msg(size >= first_size && memcmp(made, first, first_size) == 0, "%s", text);
        ck_assert_msg((size > first_size) == ((tkz__entity_values[i] >> 24 & 0x7F) != 0), "%s",
                      text);
        free(first);
        free(made);
    }
}
END_TEST

Suite *suite_normal_entities(void)
{
    Suite *suite = suite_create("normal_entities");
    TCase *cases = tcase_create("entities");
    tcase_add_test(cases, test_references);
    tcase_add_test(cases, test_table);
    suite_add_tcase(suite, cases);
    return suite;
}
