/* SPDX-License-Identifier: Apache-2.0
 *
 * The class tables: Unicode 15.0 against ICU, 16.0 against known totals, and
 * the one against the other. Leans on ICU.
 */
#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "testing.h"
#include "text/char_class.h"

Suite *suite_char_class(void);

/* ---- Against ICU -------------------------------------------------------- */

/* U+30FC, U+FF70, U+FF9E, U+FF9F are of script Common and count as katakana by decision. */
static bool is_katakana_by_use(UChar32 character)
{
    return character == 0x30FC || character == 0xFF70 || character == 0xFF9E ||
           character == 0xFF9F;
}

static uint16_t icu_flags(UChar32 character)
{
    uint32_t mask = U_MASK(u_charType(character));
    uint16_t flags = 0;
    if (mask & U_GC_L_MASK)
        flags |= TKZ__CHAR_LETTER;
    if (mask & U_GC_N_MASK)
        flags |= TKZ__CHAR_NUMBER;
    if (mask & U_GC_M_MASK)
        flags |= TKZ__CHAR_MARK;
    if (mask & U_GC_P_MASK)
        flags |= TKZ__CHAR_PUNCTUATION;
    if (mask & U_GC_S_MASK)
        flags |= TKZ__CHAR_SYMBOL;
    if (mask & U_GC_C_MASK)
        flags |= TKZ__CHAR_CONTROL;
    if (mask & (U_GC_LU_MASK | U_GC_LT_MASK))
        flags |= TKZ__CHAR_UPPER;
    if (mask & U_GC_LL_MASK)
        flags |= TKZ__CHAR_LOWER;
    if (u_hasBinaryProperty(character, UCHAR_WHITE_SPACE))
        flags |= TKZ__CHAR_WHITE_SPACE;

    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(character, &status);
    if (U_FAILURE(status))
        ck_abort_msg("uscript_getScript of U+%04X", (unsigned)character);
    if (script == USCRIPT_HIRAGANA)
        flags |= TKZ__CHAR_HIRAGANA;
    if (script == USCRIPT_KATAKANA || is_katakana_by_use(character))
        flags |= TKZ__CHAR_KATAKANA;
    if (script == USCRIPT_HAN)
        flags |= TKZ__CHAR_HAN;
    return flags;
}

/* Code points assigned by 15.0 as far as ICU knows them; with ICU 72 and 73, which are of 15.0,
 * also all that are not assigned. An ICU of another version may differ in the few characters
 * whose properties were changed after they were assigned. */
START_TEST(test_unicode_15_0_equals_icu)
{
    UVersionInfo icu;
    uint32_t compared = 0;
    uint32_t skipped = 0;
    uint32_t differing = 0;
    u_getUnicodeVersion(icu);
    bool same_version = icu[0] == 15 && icu[1] == 0;
    for (UChar32 character = 0; character < 0x110000; character++) {
        UVersionInfo age;
        u_charAge(character, age);
        bool assigned = age[0] != 0 && age[0] <= 15 && !(age[0] == 15 && age[1] > 0);
        if (!assigned && !same_version) {
            skipped++;
            continue;
        }
        compared++;
        uint16_t flags = tkz__char_flags(&tkz__class_table_15_0, (uint32_t)character);
        if (flags != icu_flags(character)) {
            if (differing++ < 10)
                printf("U+%04X: table %03x, ICU %03x\n", (unsigned)character, flags,
                       icu_flags(character));
        }
    }
    printf("char_class: ICU has Unicode %d.%d; %u code points compared, %u skipped, %u differ\n",
           icu[0], icu[1], compared, skipped, differing);
    if (same_version) {
        ck_assert_uint_eq(compared, 0x110000);
        ck_assert_uint_eq(differing, 0);
    }
    /* The characters of Unicode 3.2, older than any ICU in use. */
    ck_assert_uint_ge(compared, 95221);
    /* Between versions a handful of old characters changes category; a wrong table differs in
     * thousands. */
    ck_assert_uint_lt(differing, 100);
}
END_TEST

/* ---- Totals ------------------------------------------------------------- */

static uint32_t total(const tkz__class_table *table, uint16_t flag)
{
    uint32_t found = 0;
    for (uint32_t character = 0; character < 0x110000; character++)
        found += (tkz__char_flags(table, character) & flag) != 0;
    return found;
}

/* Letters and numbers as the regex engine of HF tokenizers 0.23.3 matches \p{L} and \p{N}; the
 * others from Scripts.txt and PropList.txt of that version (katakana: 321, and 4 by decision). */
START_TEST(test_totals_of_unicode_16_0)
{
    const tkz__class_table *table = &tkz__class_table_16_0;
    ck_assert_str_eq(table->unicode_version, "16.0.0");
    ck_assert_uint_eq(total(table, TKZ__CHAR_LETTER), 141028);
    ck_assert_uint_eq(total(table, TKZ__CHAR_NUMBER), 1911);
    ck_assert_uint_eq(total(table, TKZ__CHAR_WHITE_SPACE), 25);
    ck_assert_uint_eq(total(table, TKZ__CHAR_HIRAGANA), 381);
    ck_assert_uint_eq(total(table, TKZ__CHAR_KATAKANA), 321 + 4);
    ck_assert_uint_eq(total(table, TKZ__CHAR_HAN), 99030);
}
END_TEST

/* Every code point is in one of the seven groups of categories, or is a separator (Z). */
START_TEST(test_categories_part_the_characters)
{
    const tkz__class_table *tables[] = {&tkz__class_table_15_0, &tkz__class_table_16_0};
    const uint16_t groups = TKZ__CHAR_LETTER | TKZ__CHAR_NUMBER | TKZ__CHAR_MARK |
                            TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL | TKZ__CHAR_CONTROL;
    for (size_t i = 0; i < 2; i++) {
        uint32_t separators = 0;
        for (uint32_t character = 0; character < 0x110000; character++) {
            uint16_t flags = tkz__char_flags(tables[i], character);
            uint16_t group = flags & groups;
            bool has_case = (flags & (TKZ__CHAR_UPPER | TKZ__CHAR_LOWER)) != 0;
            separators += group == 0;
            if ((group & (group - 1)) != 0 || (has_case && group != TKZ__CHAR_LETTER) ||
                (group == 0 && (flags & TKZ__CHAR_WHITE_SPACE) == 0))
                ck_abort_msg("U+%04X: %x", character, flags);
        }
        ck_assert_uint_eq(separators, 19); /* Zs 17, Zl 1, Zp 1 */
    }
}
END_TEST

/* 15.1 and 16.0 added characters; of the older ones few changed their flags. */
START_TEST(test_versions_agree_on_old_characters)
{
    uint32_t added = 0;
    uint32_t changed = 0;
    for (uint32_t character = 0; character < 0x110000; character++) {
        uint16_t old = tkz__char_flags(&tkz__class_table_15_0, character);
        uint16_t new = tkz__char_flags(&tkz__class_table_16_0, character);
        if (old == new)
            continue;
        if (old == TKZ__CHAR_CONTROL)
            added++;
        else
            changed++;
    }
    /* 16.0 has 154,998 characters and 15.0 149,186. */
    ck_assert_uint_eq(added, 154998 - 149186);
    ck_assert_uint_lt(changed, 20);
}
END_TEST

/* ---- Single characters -------------------------------------------------- */

START_TEST(test_japanese)
{
    static const struct {
        uint32_t character;
        uint16_t flags;
    } cases[] = {
        {0x3042, TKZ__CHAR_LETTER | TKZ__CHAR_HIRAGANA},  /* あ */
        {0x309D, TKZ__CHAR_LETTER | TKZ__CHAR_HIRAGANA},  /* ゝ */
        {0x30A2, TKZ__CHAR_LETTER | TKZ__CHAR_KATAKANA},  /* ア */
        {0x30FC, TKZ__CHAR_LETTER | TKZ__CHAR_KATAKANA},  /* ー */
        {0xFF71, TKZ__CHAR_LETTER | TKZ__CHAR_KATAKANA},  /* ｱ */
        {0xFF70, TKZ__CHAR_LETTER | TKZ__CHAR_KATAKANA},  /* ｰ */
        {0xFF9E, TKZ__CHAR_LETTER | TKZ__CHAR_KATAKANA},  /* ﾞ */
        {0x65E5, TKZ__CHAR_LETTER | TKZ__CHAR_HAN},       /* 日 */
        {0x3005, TKZ__CHAR_LETTER | TKZ__CHAR_HAN},       /* 々 */
        {0x3007, TKZ__CHAR_NUMBER | TKZ__CHAR_HAN},       /* 〇 */
        {0x20BB7, TKZ__CHAR_LETTER | TKZ__CHAR_HAN},      /* 𠮷 */
        {0x3000, TKZ__CHAR_WHITE_SPACE},                  /* ideographic space */
        {0x3002, TKZ__CHAR_PUNCTUATION},                  /* 。 */
        {0x30FB, TKZ__CHAR_PUNCTUATION},                  /* ・ */
        {0xFF21, TKZ__CHAR_LETTER | TKZ__CHAR_UPPER},     /* Ａ */
        {0xFF5E, TKZ__CHAR_SYMBOL},                       /* ～ */
        {0x2028, TKZ__CHAR_WHITE_SPACE},                  /* line separator */
        {0x0A, TKZ__CHAR_CONTROL | TKZ__CHAR_WHITE_SPACE},
        {0x200B, TKZ__CHAR_CONTROL},                      /* zero-width space is not white space */
        {0xD800, TKZ__CHAR_CONTROL},
        {0x10FFFF, TKZ__CHAR_CONTROL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_uint_eq(tkz__char_flags(&tkz__class_table_15_0, cases[i].character),
                          cases[i].flags);
        ck_assert_uint_eq(tkz__char_flags(&tkz__class_table_16_0, cases[i].character),
                          cases[i].flags);
    }
}
END_TEST

START_TEST(test_no_code_point)
{
    ck_assert_uint_eq(tkz__char_flags(&tkz__class_table_16_0, 0x110000), 0);
    ck_assert_uint_eq(tkz__char_flags(&tkz__class_table_15_0, 0x8000FFFD), 0);
    ck_assert_uint_eq(tkz__char_flags(&tkz__class_table_15_0, UINT32_MAX), 0);
}
END_TEST

Suite *suite_char_class(void)
{
    Suite *suite = suite_create("char_class");
    TCase *tests = tcase_create("char_class");
    tcase_add_test(tests, test_unicode_15_0_equals_icu);
    tcase_add_test(tests, test_totals_of_unicode_16_0);
    tcase_add_test(tests, test_categories_part_the_characters);
    tcase_add_test(tests, test_versions_agree_on_old_characters);
    tcase_add_test(tests, test_japanese);
    tcase_add_test(tests, test_no_code_point);
    suite_add_tcase(suite, tests);
    return suite;
}
