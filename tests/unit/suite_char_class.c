/* SPDX-License-Identifier: Apache-2.0
 *
 * The class tables: Unicode 15.0 against ICU, the others against known totals and
 * each other; what the public description says of a character. Leans on ICU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "testing.h"
#include "text/char_class.h"
#include "tokenize/text.h"

Suite *suite_char_class(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

static const tkz__class_table *const tables[] = {
    &tkz__class_table_8_0,  &tkz__class_table_9_0,  &tkz__class_table_15_0,
    &tkz__class_table_16_0, &tkz__class_table_17_0,
};

enum { TABLES = sizeof tables / sizeof tables[0] };

/* ---- Against ICU -------------------------------------------------------- */

/* U+30FC, U+FF70, U+FF9E, U+FF9F are of script Common and count as katakana by decision. */
static bool is_katakana_by_use(UChar32 character)
{
    return character == 0x30FC || character == 0xFF70 || character == 0xFF9E ||
           character == 0xFF9F;
}

static UScriptCode icu_script(UChar32 character)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(character, &status);
    if (U_FAILURE(status))
        ck_abort_msg("uscript_getScript of U+%04X", (unsigned)character);
    return script;
}

static uint32_t icu_category_flags(UChar32 character)
{
    static const struct {
        uint32_t categories;
        uint32_t flags;
    } pairs[] = {
        {U_GC_L_MASK, TKZ__CHAR_LETTER},
        {U_GC_N_MASK, TKZ__CHAR_NUMBER},
        {U_GC_M_MASK, TKZ__CHAR_MARK | TKZ__CHAR_WORD},
        {U_GC_P_MASK, TKZ__CHAR_PUNCTUATION},
        {U_GC_S_MASK, TKZ__CHAR_SYMBOL},
        {U_GC_C_MASK, TKZ__CHAR_CONTROL},
        {U_GC_LU_MASK | U_GC_LT_MASK, TKZ__CHAR_UPPER},
        {U_GC_LL_MASK, TKZ__CHAR_LOWER},
        {U_GC_ND_MASK | U_GC_PC_MASK, TKZ__CHAR_WORD},
        {U_GC_CO_MASK, TKZ__CHAR_PRIVATE_USE},
        {U_GC_CN_MASK, TKZ__CHAR_UNASSIGNED},
    };
    uint32_t mask = U_MASK(u_charType(character));
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        flags |= mask & pairs[i].categories ? pairs[i].flags : 0;
    return flags;
}

static uint32_t icu_property_flags(UChar32 character)
{
    static const struct {
        UProperty property;
        uint32_t flags;
    } pairs[] = {
        {UCHAR_WHITE_SPACE, TKZ__CHAR_WHITE_SPACE},
        {UCHAR_ALPHABETIC, TKZ__CHAR_ALPHABETIC | TKZ__CHAR_WORD},
        {UCHAR_JOIN_CONTROL, TKZ__CHAR_WORD},
        {UCHAR_VARIATION_SELECTOR, TKZ__CHAR_VARIATION_SELECTOR},
        {UCHAR_DEFAULT_IGNORABLE_CODE_POINT, TKZ__CHAR_DEFAULT_IGNORABLE},
        {UCHAR_NONCHARACTER_CODE_POINT, TKZ__CHAR_NONCHARACTER},
        {UCHAR_EXTENDED_PICTOGRAPHIC, TKZ__CHAR_EMOJI},
    };
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        flags |= u_hasBinaryProperty(character, pairs[i].property) ? pairs[i].flags : 0;
    return flags;
}

/* What is made of blocks and of forms: by ICU's blocks and decomposition types. */
static uint32_t icu_form_flags(UChar32 character)
{
    int32_t form = u_getIntPropertyValue(character, UCHAR_DECOMPOSITION_TYPE);
    uint32_t flags = 0;
    if (form == U_DT_NARROW)
        flags |= TKZ__CHAR_HALF_WIDTH;
    if (form == U_DT_WIDE)
        flags |= TKZ__CHAR_FULL_WIDTH;
    bool unified = u_hasBinaryProperty(character, UCHAR_UNIFIED_IDEOGRAPH);
    switch (ublock_getCode(character)) {
    case UBLOCK_CJK_UNIFIED_IDEOGRAPHS:
        break;
    case UBLOCK_CJK_COMPATIBILITY_IDEOGRAPHS:
    case UBLOCK_CJK_COMPATIBILITY_IDEOGRAPHS_SUPPLEMENT:
        if (u_charType(character) == U_OTHER_LETTER && !unified)
            flags |= TKZ__CHAR_COMPATIBILITY_IDEOGRAPH;
        break;
    case UBLOCK_CJK_UNIFIED_IDEOGRAPHS_EXTENSION_A:
        flags |= unified ? TKZ__CHAR_EXTENSION : 0;
        break;
    default:
        flags |= unified ? TKZ__CHAR_EXTENSION | TKZ__CHAR_EXTENSION_B : 0;
        break;
    }
    return flags;
}

static uint32_t icu_flags(UChar32 character)
{
    uint32_t flags = icu_category_flags(character) | icu_property_flags(character) |
                     icu_form_flags(character);
    UScriptCode script = icu_script(character);
    if (script == USCRIPT_HIRAGANA)
        flags |= TKZ__CHAR_HIRAGANA;
    if (script == USCRIPT_KATAKANA || is_katakana_by_use(character))
        flags |= TKZ__CHAR_KATAKANA;
    if (script == USCRIPT_HAN)
        flags |= TKZ__CHAR_HAN;
    return flags;
}

static bool icu_value_is(UChar32 character, UProperty property, const char *expected)
{
    const char *name = u_getPropertyValueName(
        property, u_getIntPropertyValue(character, property), U_SHORT_PROPERTY_NAME);
    return name != NULL && strcmp(name, expected) == 0;
}

static bool icu_age_is(UChar32 character, const char *expected)
{
    UVersionInfo age;
    char name[16] = "";
    u_charAge(character, age);
    if (u_charType(character) != U_UNASSIGNED)
        (void)snprintf(name, sizeof name, "%d.%d", age[0], age[1]);
    return strcmp(name, expected) == 0;
}

static bool record_equals_icu(UChar32 character, const tkz__class_record *record)
{
    /* By number of the class. */
    static const char *const graphemes[] = {"XX", "CR", "LF",  "CN", "PP",  "SM", "L",  "V",  "T",
                                            "LV", "LVT", "RI", "ZWJ", "EX", "EX", "EX", "XX", "XX"};
    static const char *const sentences[] = {"XX", "CR", "LF", "SE", "EX", "FO", "SP", "LO",
                                            "UP", "LE", "NU", "AT", "SC", "ST", "CL"};
    bool pictograph = u_hasBinaryProperty(character, UCHAR_EXTENDED_PICTOGRAPHIC);
    return icu_value_is(character, UCHAR_GENERAL_CATEGORY,
                        tkz__category_names[record->category]) &&
           strcmp(uscript_getShortName(icu_script(character)),
                  tkz__script_codes[record->script]) == 0 &&
           icu_value_is(character, UCHAR_EAST_ASIAN_WIDTH, tkz__width_names[record->width]) &&
           icu_value_is(character, UCHAR_GRAPHEME_CLUSTER_BREAK, graphemes[record->grapheme]) &&
           pictograph == (record->grapheme == TKZ__GRAPHEME_PICTOGRAPH) &&
           icu_value_is(character, UCHAR_SENTENCE_BREAK, sentences[record->sentence]) &&
           icu_age_is(character, tkz__ages[record->age]);
}

/* Code points assigned by 15.0 as far as ICU knows them; with ICU 72 and 73, which are of 15.0,
 * also all that are not assigned. An ICU of another version may differ in the few characters
 * whose properties were changed after they were assigned. */
START_TEST(test_unicode_15_0_equals_icu)
{
    const tkz__class_table *table = &tkz__class_table_15_0;
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
        uint32_t flags = tkz__char_flags(table, (uint32_t)character);
        if (flags == icu_flags(character) &&
            record_equals_icu(character, tkz__char_record(table, (uint32_t)character)))
            continue;
        if (differing++ < 10)
            printf("U+%04X: table %07x, ICU %07x, or the record\n", (unsigned)character,
                   (unsigned)flags, (unsigned)icu_flags(character));
    }
    printf("char_class: ICU has Unicode %d.%d; %u code points compared, %u skipped, %u differ\n",
           icu[0], icu[1], compared, skipped, differing);
    if (same_version) {
        ck_assert_uint_eq(compared, 0x110000);
        ck_assert_uint_eq(differing, 0);
    }
    /* The characters of Unicode 3.2, older than any ICU in use. */
    ck_assert_uint_ge(compared, 95221);
    /* Between versions a few hundred old characters change something; a wrong table differs in
     * thousands. */
    ck_assert_uint_lt(differing, 1000);
}
END_TEST

/* ---- Totals ------------------------------------------------------------- */

static uint32_t total(const tkz__class_table *table, uint32_t flag)
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

/* Every code point is in one of the seven groups of categories, or is a separator (Z); the flags
 * that repeat a category agree with it. */
START_TEST(test_categories_part_the_characters)
{
    static const char letters[] = "LNMPSC";
    static const uint32_t flags_of[] = {TKZ__CHAR_LETTER,      TKZ__CHAR_NUMBER,
                                        TKZ__CHAR_MARK,        TKZ__CHAR_PUNCTUATION,
                                        TKZ__CHAR_SYMBOL,      TKZ__CHAR_CONTROL};
    const uint32_t groups = TKZ__CHAR_LETTER | TKZ__CHAR_NUMBER | TKZ__CHAR_MARK |
                            TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL | TKZ__CHAR_CONTROL;
    for (size_t i = 0; i < TABLES; i++) {
        uint32_t separators = 0;
        for (uint32_t character = 0; character < 0x110000; character++) {
            uint32_t flags = tkz__char_flags(tables[i], character);
            uint8_t category = tkz__char_record(tables[i], character)->category;
            const char *group = strchr(letters, tkz__category_names[category][0]);
            uint32_t expected = group == NULL ? 0 : flags_of[group - letters];
            bool has_case = (flags & (TKZ__CHAR_UPPER | TKZ__CHAR_LOWER)) != 0;
            separators += group == NULL;
            if ((flags & groups) != expected || (has_case && expected != TKZ__CHAR_LETTER) ||
                (group == NULL && (flags & TKZ__CHAR_WHITE_SPACE) == 0) ||
                ((flags & TKZ__CHAR_UNASSIGNED) != 0) != (category == TKZ__CATEGORY_CN))
                ck_abort_msg("U+%04X: %x", character, flags);
        }
        /* Zs 17, Zl 1, Zp 1 */
        ck_assert_uint_eq(separators, 19);
    }
}
END_TEST

/* Graphic and format characters, as each version of the Standard counts its own. */
START_TEST(test_characters_of_each_version)
{
    static const uint32_t counts[TABLES] = {120672, 128172, 149186, 154998, 159801};
    static const char *const names[TABLES] = {"8.0.0", "9.0.0", "15.0.0", "16.0.0", "17.0.0"};
    for (size_t i = 0; i < TABLES; i++) {
        uint32_t characters = 0;
        for (uint32_t character = 0; character < 0x110000; character++) {
            uint8_t category = tkz__char_record(tables[i], character)->category;
            characters += category != TKZ__CATEGORY_CN && category != TKZ__CATEGORY_CC &&
                          category != TKZ__CATEGORY_CO && category != TKZ__CATEGORY_CS;
        }
        ck_assert_uint_eq(characters, counts[i]);
        ck_assert_str_eq(tables[i]->unicode_version, names[i]);
    }
}
END_TEST

/* A character is assigned for good, and few change; the age tells the version that brought it. */
START_TEST(test_versions_agree_on_old_characters)
{
    for (size_t i = 0; i + 1 < TABLES; i++) {
        uint32_t changed = 0;
        for (uint32_t character = 0; character < 0x110000; character++) {
            const tkz__class_record *old = tkz__char_record(tables[i], character);
            const tkz__class_record *new = tkz__char_record(tables[i + 1], character);
            if (old->category == TKZ__CATEGORY_CN) {
                if (strtod(tkz__ages[new->age], NULL) > 0 &&
                    strtod(tkz__ages[new->age], NULL) <= strtod(tables[i]->unicode_version, NULL))
                    ck_abort_msg("U+%04X is older than it was", character);
                continue;
            }
            if (old->age != new->age || new->category == TKZ__CATEGORY_CN)
                ck_abort_msg("U+%04X changed its age", character);
            changed += old->category != new->category || old->script != new->script;
        }
        ck_assert_uint_lt(changed, 100);
    }
}
END_TEST

/* ---- Single characters -------------------------------------------------- */

START_TEST(test_japanese)
{
    static const struct {
        uint32_t character;
        uint32_t flags;
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
        for (size_t table = 0; table < TABLES; table++)
            ck_assert_uint_eq(tkz__char_flags(tables[table], cases[i].character) & 0xFFF,
                              cases[i].flags);
    }
}
END_TEST

START_TEST(test_forms)
{
    static const uint32_t kinds = TKZ__CHAR_HALF_WIDTH | TKZ__CHAR_FULL_WIDTH |
                                  TKZ__CHAR_EXTENSION | TKZ__CHAR_EXTENSION_B |
                                  TKZ__CHAR_COMPATIBILITY_IDEOGRAPH | TKZ__CHAR_EMOJI |
                                  TKZ__CHAR_VARIATION_SELECTOR;
    static const struct {
        uint32_t character;
        uint32_t flags;
    } cases[] = {
        {0x3042, 0},
        {0xFF71, TKZ__CHAR_HALF_WIDTH},
        {0xFF61, TKZ__CHAR_HALF_WIDTH},
        {0x20A9, 0}, /* won sign: narrow, a form of nothing */
        {0xFFE8, TKZ__CHAR_HALF_WIDTH},
        {0xFF21, TKZ__CHAR_FULL_WIDTH},
        {0xFFE5, TKZ__CHAR_FULL_WIDTH},
        {0x3000, TKZ__CHAR_FULL_WIDTH},
        {0x4E00, 0},
        {0x9FFF, 0},
        {0x3400, TKZ__CHAR_EXTENSION},
        {0x4DBF, TKZ__CHAR_EXTENSION},
        {0x4DC0, 0}, /* hexagram */
        {0x20BB7, TKZ__CHAR_EXTENSION | TKZ__CHAR_EXTENSION_B},
        {0x2EBF0, TKZ__CHAR_EXTENSION | TKZ__CHAR_EXTENSION_B},
        {0x323AF, TKZ__CHAR_EXTENSION | TKZ__CHAR_EXTENSION_B},
        {0xF900, TKZ__CHAR_COMPATIBILITY_IDEOGRAPH},
        {0xFA11, 0}, /* a unified ideograph among the compatibility ones */
        {0x2F800, TKZ__CHAR_COMPATIBILITY_IDEOGRAPH},
        {0x1F600, TKZ__CHAR_EMOJI},
        {0xA9, TKZ__CHAR_EMOJI},
        {0x33, 0},
        {0xFE0F, TKZ__CHAR_VARIATION_SELECTOR},
        {0xE0100, TKZ__CHAR_VARIATION_SELECTOR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg((tkz__char_flags(&tkz__class_table_17_0, cases[i].character) & kinds) ==
                          cases[i].flags,
                      "U+%04X", (unsigned)cases[i].character);
}
END_TEST

START_TEST(test_no_code_point)
{
    static const uint32_t none[] = {0x110000, 0x110001, 0x8000FFFD, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        for (size_t table = 0; table < TABLES; table++) {
            const tkz__class_record *record = tkz__char_record(tables[table], none[i]);
            ck_assert_uint_eq(tkz__char_flags(tables[table], none[i]), 0);
            ck_assert_str_eq(tkz__category_names[record->category], "Cn");
            ck_assert_str_eq(tkz__script_codes[record->script], "Zzzz");
            ck_assert_int_eq(record->grapheme, TKZ__GRAPHEME_OTHER);
        }
    }
}
END_TEST

/* ---- Descriptions ------------------------------------------------------- */

START_TEST(test_description)
{
    static const struct {
        uint32_t code_point;
        const char *category, *script, *width, *age;
        uint32_t columns;
        uint32_t flags;
    } cases[] = {
        {0x41, "Lu", "Latn", "Na", "1.1", 1, TKZ_CHARACTER_WORD},
        {0x3042, "Lo", "Hira", "W", "1.1", 2, TKZ_CHARACTER_WORD | TKZ_CHARACTER_HIRAGANA},
        {0x30FC, "Lm", "Zyyy", "W", "1.1", 2, TKZ_CHARACTER_WORD | TKZ_CHARACTER_KATAKANA},
        {0xFF9E, "Lm", "Zyyy", "H", "1.1", 1,
         TKZ_CHARACTER_WORD | TKZ_CHARACTER_KATAKANA | TKZ_CHARACTER_HALF_WIDTH},
        {0x3000, "Zs", "Zyyy", "F", "1.1", 2,
         TKZ_CHARACTER_WHITE_SPACE | TKZ_CHARACTER_FULL_WIDTH},
        {0x32FF, "So", "Zyyy", "W", "12.1", 2, 0},
        {0x3099, "Mn", "Zinh", "W", "1.1", 0, TKZ_CHARACTER_WORD},
        {0x20BB7, "Lo", "Hani", "W", "3.1", 2,
         TKZ_CHARACTER_WORD | TKZ_CHARACTER_HAN | TKZ_CHARACTER_EXTENSION},
        {0xF900, "Lo", "Hani", "W", "1.1", 2,
         TKZ_CHARACTER_WORD | TKZ_CHARACTER_HAN | TKZ_CHARACTER_COMPATIBILITY_IDEOGRAPH},
        {0x1F469, "So", "Zyyy", "W", "6.0", 2, TKZ_CHARACTER_EMOJI},
        {0xE0100, "Mn", "Zinh", "A", "4.0", 0,
         TKZ_CHARACTER_WORD | TKZ_CHARACTER_VARIATION_SELECTOR |
             TKZ_CHARACTER_DEFAULT_IGNORABLE},
        {0x00, "Cc", "Zyyy", "N", "1.1", 0, 0},
        {0xAD, "Cf", "Zyyy", "A", "1.1", 1, TKZ_CHARACTER_DEFAULT_IGNORABLE},
        {0x200B, "Cf", "Zyyy", "N", "1.1", 0, TKZ_CHARACTER_DEFAULT_IGNORABLE},
        {0xAC00, "Lo", "Hang", "W", "2.0", 2, TKZ_CHARACTER_WORD},
        {0x1161, "Lo", "Hang", "N", "1.1", 0, TKZ_CHARACTER_WORD},
        {0xA1, "Po", "Zyyy", "A", "1.1", 1, 0},
        {0xE000, "Co", "Zzzz", "A", "1.1", 1, TKZ_CHARACTER_PRIVATE_USE},
        {0xD800, "Cs", "Zzzz", "N", "2.0", 1, 0},
        {0x378, "Cn", "Zzzz", "N", "", 1, 0},
        {0x10FFFF, "Cn", "Zzzz", "N", "", 1, TKZ_CHARACTER_NONCHARACTER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_character character;
        tkz_error error;
        ck_assert_status(tkz_character_describe(cases[i].code_point, &character, &error));
        ck_assert_uint_eq(character.code_point, cases[i].code_point);
        ck_assert_str_eq(character.category, cases[i].category);
        ck_assert_str_eq(character.script, cases[i].script);
        ck_assert_str_eq(character.width, cases[i].width);
        ck_assert_str_eq(character.age, cases[i].age);
        ck_assert_msg(character.columns == cases[i].columns, "columns of U+%04X",
                      (unsigned)cases[i].code_point);
        ck_assert_msg(character.flags == cases[i].flags, "flags of U+%04X: %x",
                      (unsigned)cases[i].code_point, (unsigned)character.flags);
        ck_assert_str_eq(character.unicode_version, "17.0.0");
    }
}
END_TEST

START_TEST(test_no_description)
{
    tkz_character character;
    tkz_error error;
    ck_assert_int_eq(tkz_character_describe(0x110000, &character, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_character_describe(UINT32_MAX, &character, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_character_describe(0x41, NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

Suite *suite_char_class(void)
{
    Suite *suite = suite_create("char_class");
    TCase *tests = tcase_create("char_class");
    tcase_add_test(tests, test_unicode_15_0_equals_icu);
    tcase_add_test(tests, test_totals_of_unicode_16_0);
    tcase_add_test(tests, test_categories_part_the_characters);
    tcase_add_test(tests, test_characters_of_each_version);
    tcase_add_test(tests, test_versions_agree_on_old_characters);
    tcase_add_test(tests, test_japanese);
    tcase_add_test(tests, test_forms);
    tcase_add_test(tests, test_no_code_point);
    tcase_add_test(tests, test_description);
    tcase_add_test(tests, test_no_description);
    suite_add_tcase(suite, tests);
    return suite;
}
