/* SPDX-License-Identifier: Apache-2.0
 *
 * Charsets: labels, declarations, detection, conversion with counted bad bytes and
 * spans, hostile input. Leans on charset_table and cp932_table for the tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/span_map.h"
#include "testing.h"
#include "text/charset_table.h"
#include "text/cp932_table.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_charset(void);

/* ---- Help -------------------------------------------------------------- */

typedef struct conversion_case {
    const char *charset;
    const char *data;
    size_t size;
    const char *text;
    uint64_t bad_sequences;
    uint64_t bad_bytes;
} conversion_case;

#define CASE(charset, data, text, sequences, bytes)                                               \
    {                                                                                             \
        charset, data, sizeof data - 1, text, sequences, bytes                                    \
    }

static void check_spans(const tkz_converted *result, size_t source_size)
{
    uint64_t source = 0;
    uint64_t target = 0;

    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];

        if (span->source_start != source || span->target_start != target)
            ck_abort_msg("spans do not adjoin");
        if (span->identity && span->source_size != span->target_size)
            ck_abort_msg("identity of two sizes");
        source += span->source_size;
        target += span->target_size;
    }
    if (source != source_size || target != result->size)
        ck_abort_msg("spans do not cover the text");
}

static void check_case(const conversion_case *wanted)
{
    tkz_converter *converter;
    tkz_converted result;
    tkz_error error;

    ck_assert_status(tkz_converter_new(&converter, wanted->charset, TKZ_BAD_BYTES_REPLACE, NULL,
                                       &error));
    ck_assert_status(tkz_converter_run(converter, wanted->data, wanted->size, 1, &result, &error));
    ck_assert_msg(result.size == strlen(wanted->text) &&
                      memcmp(result.text, wanted->text, result.size) == 0,
                  "%s: %.*s, not %s", wanted->charset, (int)result.size, result.text,
                  wanted->text);
    ck_assert_uint_eq(result.bad_sequences, wanted->bad_sequences);
    ck_assert_uint_eq(result.bad_bytes, wanted->bad_bytes);
    check_spans(&result, wanted->size);
    tkz_converter_free(converter);
}

static void check_guess(const char *data, size_t size, const char *charset, const char *evidence)
{
    tkz_charset_guess guess;

    tkz_charset_detect(data, size, NULL, 0, &guess);
    if (charset == NULL) {
        ck_assert_ptr_null(guess.charset);
    } else {
        ck_assert_ptr_nonnull(guess.charset);
        ck_assert_str_eq(guess.charset, charset);
    }
    if (evidence != NULL)
        ck_assert_str_eq(guess.evidence, evidence);
    ck_assert(guess.confidence >= 0.0 && guess.confidence <= 1.0);
}

#define CHECK_GUESS(data, charset, evidence) check_guess(data, sizeof data - 1, charset, evidence)

/* ---- Names ------------------------------------------------------------- */

START_TEST(labels_lead_to_names)
{
    static const char *const pairs[][2] = {
        {"Shift_JIS", "cp932"},     {"x-sjis", "cp932"},          {"Windows-31J", "cp932"},
        {" MS_Kanji ", "cp932"},    {"EUC-JP", "euc-jp"},         {"x-euc-jp", "euc-jp"},
        {"ISO-2022-JP", "iso-2022-jp"}, {"csISO2022JP", "iso-2022-jp"}, {"UTF8", "utf-8"},
        {"utf-16", "utf-16le"},     {"GB2312", "gb18030"},        {"gbk", "gb18030"},
        {"Big5-HKSCS", "big5"},     {"ks_c_5601-1987", "euc-kr"}, {"cp949", "euc-kr"},
        {"ISO_8859-1:1987", "windows-1252"}, {"latin1", "windows-1252"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *name = tkz_charset_find(pairs[i][0], strlen(pairs[i][0]));

        ck_assert_msg(name != NULL && strcmp(name, pairs[i][1]) == 0, "%s", pairs[i][0]);
    }
    for (size_t i = 0; i < tkz_charset_count(); i++) {
        const char *name = tkz_charset_at(i);

        ck_assert_ptr_eq(tkz_charset_find(name, strlen(name)), name);
    }
    ck_assert_ptr_null(tkz_charset_at(tkz_charset_count()));
    ck_assert_ptr_null(tkz_charset_find("klingon", 7));
    ck_assert_ptr_null(tkz_charset_find("", 0));
    ck_assert_ptr_null(tkz_charset_find(NULL, 0));
    ck_assert_ptr_null(tkz_charset_find("utf-8\0", 6));
    ck_assert_ptr_null(tkz_charset_find("utf88888888888888888888888888888888888888", 41));
}
END_TEST

START_TEST(converters_refuse_what_they_are_not)
{
    tkz_converter *converter = NULL;
    tkz_error error;

    ck_assert_int_eq(tkz_converter_new(&converter, "klingon", 0, NULL, &error),
                     TKZ_STATUS_NOT_FOUND);
    ck_assert_ptr_null(converter);
    ck_assert_int_eq(tkz_converter_new(&converter, "utf-8", 3, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_converter_new(&converter, NULL, 0, NULL, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_converter_free(NULL);
}
END_TEST

/* ---- Conversion -------------------------------------------------------- */

START_TEST(texts_convert)
{
    static const conversion_case cases[] = {
        CASE("utf-8", "", "", 0, 0),
        CASE("utf-8", "\xEF\xBB\xBF猫", "猫", 0, 0),
        CASE("utf-8", "a\xE3\x81z\xF0\x9F\x98", "a\uFFFDz\uFFFD", 2, 5),
        CASE("utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", 3, 3),
        CASE("utf-8", "\xC0\x80\xF5\xFF", "\uFFFD\uFFFD\uFFFD\uFFFD", 4, 4),
        CASE("cp932", "\x93\xFA\x96{\x8C\xEA \x87@\x81`\x81|\x83\\", "日本語 ①～－ソ", 0, 0),
        CASE("cp932", "\xB6\xC5\xED\x40\xFB\xFC\xF0\x40", "ｶﾅ纊髙\uE000", 0, 0),
        CASE("cp932", "\x81\xFF\xA0\x82", "\uFFFD\uFFFD\uFFFD\uFFFD", 4, 4),
        CASE("cp932", "\x85\x41<\x81", "\uFFFD\x41<\uFFFD", 2, 2),
        CASE("cp932", "\x85\xA0x", "\uFFFDx", 1, 2),
        CASE("euc-jp", "\xC6\xFC\xCB\xDC\xAD\xA1\xA1\xC1\x8E\xB6\x8F\xB0\xA1", "日本①～ｶ丂", 0, 0),
        CASE("euc-jp", "\x8F\xA1\xA1\x8F\xA1x\x8F\xA9\xA1", "\uFFFD\uFFFDx\u00C6", 2, 5),
        CASE("iso-2022-jp", "a\x1B$BF|K\\\x1B(Bb\x1B(I1\x1B(J\\~\x1B$(D0!", "a日本bｱ¥‾丂", 0, 0),
        CASE("iso-2022-jp", "\x0E\x31\x0F" "1\xB1", "ｱ1ｱ", 0, 0),
        CASE("iso-2022-jp", "\x1B$BF|\nab", "日\nab", 0, 0),
        CASE("iso-2022-jp", "\x1B$BF\x1B$", "\uFFFD\uFFFD\uFFFD", 3, 3),
        CASE("iso-2022-jp", "\x1B[1m", "\uFFFD[1m", 1, 1),
        CASE("iso-2022-jp", "\x1B$Buu", "\uFFFD", 1, 2),
        CASE("gb18030", "\xC4\xE3\x81\x30\x81\x30\x90\x30\x81\x30\x84\x31\xA4\x37",
             "你\xC2\x80\U00010000\uFFFD", 0, 0),
        CASE("gb18030", "\x81\x30\x81\xFF\xFF", "\uFFFD0\uFFFD\uFFFD\uFFFD", 4, 4),
        CASE("big5", "\xA7\x41\x88\x62\x88\x40\xC6\xE7", "你Ê̄㇀ぁ", 0, 0),
        CASE("euc-kr", "\xB0\xA1\x81\x41", "가갂", 0, 0),
        CASE("windows-1252", "caf\xE9 \x80\x81", "café €\xC2\x81", 0, 0),
        CASE("utf-16le", "\xFF\xFE" "B0=\xD8\x00\xDE", "あ😀", 0, 0),
        CASE("utf-16be", "0B\xD8=0B\xDE\x00" "0", "あ\uFFFDあ\uFFFD\uFFFD", 3, 5),
        CASE("utf-16le", "\x3D\xD8" "0", "\uFFFD", 1, 3),
        CASE("utf-32be", "\0\0\xFE\xFF\0\0" "0B\0\x11\0\0\0", "あ\uFFFD\uFFFD", 2, 5),
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i]);
}
END_TEST

START_TEST(bad_bytes_are_dropped_or_refused)
{
    tkz_converter *converter;
    tkz_converted result;
    tkz_error error;

    ck_assert_status(tkz_converter_new(&converter, "cp932", TKZ_BAD_BYTES_DROP, NULL, &error));
    ck_assert_status(tkz_converter_run(converter, "a\xFF\x82\xA0\x81", 5, 1, &result, &error));
    ck_assert_uint_eq(result.size, 4);
    ck_assert_int_eq(memcmp(result.text, "aあ", 4), 0);
    ck_assert_uint_eq(result.bad_sequences, 2);
    ck_assert_uint_eq(result.first_bad, 1);
    check_spans(&result, 5);
    tkz_converter_free(converter);
    ck_assert_status(tkz_converter_new(&converter, "utf-8", TKZ_BAD_BYTES_REJECT, NULL, &error));
    ck_assert_int_eq(tkz_converter_run(converter, "ab\xFFz", 4, 0, &result, &error),
                     TKZ_STATUS_BAD_ENCODING);
    ck_assert_uint_eq(error.offset, 2);
    /* The next text is not concerned, and valid text is handed through. */
    const char *text = "猫";
    ck_assert_status(tkz_converter_run(converter, text, 3, 0, &result, &error));
    ck_assert_ptr_eq(result.text, text);
    ck_assert_ptr_null(result.spans);
    tkz_converter_free(converter);
}
END_TEST

/* Every string of 1 and 2 bytes, and of 3 from some: valid UTF-8 out, spans that add up. */
START_TEST(short_strings_have_results)
{
    for (size_t charset = 0; charset < tkz_charset_count(); charset++) {
        tkz_converter *converter;
        tkz_error error;

        ck_assert_status(tkz_converter_new(&converter, tkz_charset_at(charset),
                                           TKZ_BAD_BYTES_REPLACE, NULL, &error));
        for (uint32_t number = 0; number < 0x20000; number++) {
            char data[3] = {(char)(number >> 8), (char)number, (char)(number * 7 >> 3)};
            size_t size = number < 0x100 ? 1 : number < 0x10000 ? 2 : 3;
            tkz_converted result;

            if (tkz_converter_run(converter, size == 1 ? data + 1 : data, size, 1, &result,
                                  &error) != TKZ_OK ||
                tkz_utf8_valid_prefix(result.text, result.size) != result.size)
                ck_abort_msg("%s: %05X", tkz_charset_at(charset), number);
            check_spans(&result, size);
        }
        tkz_converter_free(converter);
    }
}
END_TEST

START_TEST(random_strings_have_results)
{
    uint64_t state = 7;

    for (size_t charset = 0; charset < tkz_charset_count(); charset++) {
        tkz_converter *converter;
        tkz_error error;

        ck_assert_status(tkz_converter_new(&converter, tkz_charset_at(charset),
                                           TKZ_BAD_BYTES_REPLACE, NULL, &error));
        for (int round = 0; round < 300; round++) {
            size_t size = test_random(&state) % 300;
            char *data = malloc(size + 1);
            tkz_charset_guess guess;
            tkz_converted result;

            ck_assert_ptr_nonnull(data);
            /* A block of exactly this size, so that a sanitizer sees what reads beyond it. */
            data = realloc(data, size == 0 ? 1 : size);
            for (size_t i = 0; i < size; i++)
                data[i] = (char)(test_random(&state) >> 24 | (round % 2 != 0 ? 0x80 : 0));
            if (tkz_converter_run(converter, data, size, 1, &result, &error) != TKZ_OK ||
                tkz_utf8_valid_prefix(result.text, result.size) != result.size)
                ck_abort_msg("%s", tkz_charset_at(charset));
            check_spans(&result, size);
            tkz_charset_detect(data, size, NULL, 0, &guess);
            free(data);
        }
        tkz_converter_free(converter);
    }
}
END_TEST

/* Blocks of the decoders end inside characters. */
START_TEST(long_texts_convert)
{
    size_t count = 40001;
    char *data = malloc(2 * count + 1);
    tkz_converter *converter;
    tkz_converted result;
    tkz_error error;

    ck_assert_ptr_nonnull(data);
    data[0] = 'x';
    for (size_t i = 0; i < count; i++)
        memcpy(data + 1 + 2 * i, "\x83\x5C", 2);
    ck_assert_status(tkz_converter_new(&converter, "cp932", 0, NULL, &error));
    ck_assert_status(tkz_converter_run(converter, data, 2 * count + 1, 1, &result, &error));
    ck_assert_uint_eq(result.size, 3 * count + 1);
    ck_assert_uint_eq(result.bad_sequences, 0);
    ck_assert_int_eq(memcmp(result.text + 3 * count - 2, "ソ", 3), 0);
    check_spans(&result, 2 * count + 1);
    tkz_converter_free(converter);
    free(data);
}
END_TEST

/* The static table of cp932 against ICU's. */
START_TEST(static_table_agrees_with_icu)
{
    tkz__charset_table *table;

    ck_assert_status(tkz__charset_table_new(&table, TKZ__CHARSET_EUC_JP, NULL, NULL));
    for (uint32_t row = 0; row < 94; row++) {
        const tkz__charset_cell *cells =
            tkz__charset_table_row(table, TKZ__CHARSET_PLANE_TWO, (uint8_t)(0xA1 + row));

        for (uint32_t cell = 0; cell < 94; cell++) {
            uint32_t character = tkz__jis_characters[row * 94 + cell];
            uint32_t packed = 0;
            char bytes[4] = {0};

            if (character != 0) {
                tkz__utf8_encode(character, bytes);
                for (size_t i = 0; i < 4; i++)
                    packed |= (uint32_t)(uint8_t)bytes[i] << 8 * i;
            }
            if (packed != cells[0xA1 + cell])
                ck_abort_msg("row %u cell %u", row + 1, cell + 1);
            if (character != 0) {
                uint32_t code = tkz__cp932_code(character);

                if (code == 0 || (code < 0xF000 &&
                                  tkz__jis_characters[tkz__jis_index(code >> 8, code & 0xFF)] !=
                                      character))
                    ck_abort_msg("U+%04X", character);
            }
        }
    }
    tkz__charset_table_free(table);
    ck_assert_uint_eq(tkz__cp932_code(0x10000), 0);
    ck_assert_uint_eq(tkz__cp932_code(0xFF71), 0xB1);
}
END_TEST

/* ---- Detection --------------------------------------------------------- */

START_TEST(marks_and_declarations_count)
{
    tkz_charset_guess guess;

    CHECK_GUESS("", "utf-8", "ascii");
    CHECK_GUESS("plain text", "utf-8", "ascii");
    CHECK_GUESS("\xEF\xBB\xBFx", "utf-8", "byte order mark");
    CHECK_GUESS("\xFF\xFEx\0", "utf-16le", "byte order mark");
    CHECK_GUESS("\xFE\xFF\0x", "utf-16be", "byte order mark");
    CHECK_GUESS("\xFF\xFE\0\0x\0\0\0", "utf-32le", "byte order mark");
    CHECK_GUESS("<meta charset=shift_jis>", "cp932", "declaration");
    CHECK_GUESS("<?xml version='1.0' encoding='EUC-JP'?><a>\xC6\xFC\xCB\xDC</a>", "euc-jp",
                "declaration");
    CHECK_GUESS("<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; CHARSET = x-sjis\">\x93\xFA",
                "cp932", "declaration");
    /* Not in comments, not where the bytes say otherwise, not beyond 4 KiB. */
    CHECK_GUESS("<!-- <meta charset=big5> --><p>", "utf-8", "ascii");
    CHECK_GUESS("<meta charset=shift_jis>吾輩は猫である。名前はまだ無い。", "utf-8", "valid utf-8");
    CHECK_GUESS("<meta charset=utf-8>\x8C\xE1\x94\x79\x82\xCD\x94\x4C\x82\xC5\x82\xA0\x82\xE9",
                "cp932", "characters");
    tkz_charset_detect("\xB0\xA1\xB0\xA2", 4, "gb2312", 6, &guess);
    ck_assert_str_eq(guess.charset, "gb18030");
    ck_assert_str_eq(guess.evidence, "declaration");
    tkz_charset_detect("\xEF\xBB\xBFx", 4, "gb2312", 6, &guess);
    ck_assert_uint_eq(guess.mark_size, 3);
}
END_TEST

START_TEST(bytes_show_their_charset)
{
    CHECK_GUESS("吾輩は猫である。", "utf-8", "valid utf-8");
    CHECK_GUESS("吾輩は\xFF猫である。名前はまだ無い。", "utf-8", "characters");
    CHECK_GUESS("\x8C\xE1\x94\x79\x82\xCD\x94\x4C\x82\xC5\x82\xA0\x82\xE9\x81\x42", "cp932", NULL);
    CHECK_GUESS("\xB1\xD8\xB6\xDE\xC4\xB3\xBA\xDE\xBB\xDE\xB2\xCF\xBC\xC0\xA1\x20\xCA\xDD\xB6\xB8",
                "cp932", NULL);
    CHECK_GUESS("\xB8\xE3\xC7\xDA\xA4\xCF\xC7\xAD\xA4\xC7\xA4\xA2\xA4\xEB\xA1\xA3", "euc-jp", NULL);
    CHECK_GUESS("\x1B$B8cGZ$OG-\x1B(B", "iso-2022-jp", "escape sequences");
    CHECK_GUESS("\x1B[31mred\x1B[0m", "utf-8", "ascii");
    CHECK_GUESS("\xCE\xD2\xC3\xC7\xD2\xBB\xC6\xF0\xC8\xA5\xD1\xA7\xCF\xB0\xD6\xD0\xCE\xC4\xA1\xA3",
                "gb18030", NULL);
    CHECK_GUESS("\xA7\xDA\xAD\xCC\xA4\x40\xB0\x5F\xA5\x68\xBE\xC7\xB2\xDF\xA4\xA4\xA4\xE5\xA1\x43",
                "big5", NULL);
    CHECK_GUESS("\xBE\xC8\xB3\xE7\xC7\xCF\xBC\xBC\xBF\xE4 \xC7\xD1\xB1\xB9\xBE\xEE", "euc-kr", NULL);
    CHECK_GUESS("L'\xE9t\xE9 dernier, le ch\xE2teau o\xF9 naquit la c\xE9l\xE8" "bre", "windows-1252",
                NULL);
    CHECK_GUESS("\x3E\x54\x69\x8F\x6F\x30\x2B\x73\x67\x30\x42\x30\x8B\x30\x02\x30", "utf-16le",
                NULL);
    CHECK_GUESS("t\0e\0x\0t\0\n\0", "utf-16le", NULL);
    /* Headings: U+3000 is 0 in the other byte order, and line feeds are nothing there. */
    CHECK_GUESS("\0\x30\0\x30\0\x30\0\x30\0\x30\0\x4E\n\0\n\0\0\x30\x28\x67\xFE\x66",
                "utf-16le", NULL);
    CHECK_GUESS("\x30\0\x30\0\x30\0\x30\0\x30\0\x4E\0\0\n\0\n\x30\0\x67\x28\x66\xFE",
                "utf-16be", NULL);
}
END_TEST

START_TEST(binary_data_is_none)
{
    static char zeros[1000];
    char noise[1000];
    uint64_t state = 99;

    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)(test_random(&state) >> 30);
    check_guess(noise, sizeof noise, NULL, "none");
    check_guess(zeros, sizeof zeros, NULL, "none");
    CHECK_GUESS("\1\2\3\4\5\0\0\0", NULL, "none");
    CHECK_GUESS("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\2\0\0\0", NULL, "none");
}
END_TEST

/* ---- Memory ------------------------------------------------------------ */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const char *charset = context;
    tkz_converter *converter;
    tkz_converted result;
    tkz_status status = tkz_converter_new(&converter, charset, 0, allocator, NULL);

    if (status != TKZ_OK)
        return status;
    status = tkz_converter_run(converter, "a\x8F\xB0\xA1\x82\xA0\xFF\x1B$BF|\x1B$(D0!", 18, 1,
                               &result, NULL);
    tkz_converter_free(converter);
    return status;
}

START_TEST(memory_may_run_out)
{
    for (size_t i = 0; i < tkz_charset_count(); i++) {
        char name[32];

        snprintf(name, sizeof name, "%s", tkz_charset_at(i));
        test_all_allocation_failures(attempt, name);
    }
}
END_TEST

Suite *suite_charset(void)
{
    Suite *suite = suite_create("charset");
    TCase *names = tcase_create("names");
    TCase *conversion = tcase_create("conversion");
    TCase *detection = tcase_create("detection");

    tcase_add_test(names, labels_lead_to_names);
    tcase_add_test(names, converters_refuse_what_they_are_not);
    tcase_set_timeout(conversion, 120);
    tcase_add_test(conversion, texts_convert);
    tcase_add_test(conversion, bad_bytes_are_dropped_or_refused);
    tcase_add_test(conversion, short_strings_have_results);
    tcase_add_test(conversion, random_strings_have_results);
    tcase_add_test(conversion, long_texts_convert);
    tcase_add_test(conversion, static_table_agrees_with_icu);
    tcase_add_test(conversion, memory_may_run_out);
    tcase_add_test(detection, marks_and_declarations_count);
    tcase_add_test(detection, bytes_show_their_charset);
    tcase_add_test(detection, binary_data_is_none);
    suite_add_tcase(suite, names);
    suite_add_tcase(suite, conversion);
    suite_add_tcase(suite, detection);
    return suite;
}
