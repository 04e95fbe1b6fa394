/* SPDX-License-Identifier: Apache-2.0
 *
 * Broken decodings: recognised, repaired with their spans, and sound text left alone.
 * Leans on mojibake and the step mojibake-v1.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/charset_names.h"
#include "text/cp932_table.h"
#include "text/mojibake.h"
#include "text/normal_step.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_mojibake(void);

/* The opening of a novel by Natsume Soseki (1905). */
static const char sound[] = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。";

/* ---- Help: the wrong decodings ----------------------------------------- */

/* What `data` (NUL-terminated) becomes when it is read in `charset`; free() it. */
static char *read_as(const char *charset, const char *data)
{
    tkz_converter *converter;
    tkz_converted result;
    char *text;

    ck_assert_status(tkz_converter_new(&converter, charset, TKZ_BAD_BYTES_REPLACE, NULL, NULL));
    ck_assert_status(tkz_converter_run(converter, data, strlen(data), 0, &result, NULL));
    text = calloc(result.size + 1, 1);
    ck_assert_ptr_nonnull(text);
    memcpy(text, result.text, result.size);
    tkz_converter_free(converter);
    return text;
}

/* Every byte as the character of its number: ISO 8859-1. */
static char *read_as_latin_1(const char *data)
{
    char *text = calloc(2 * strlen(data) + 1, 1);
    size_t size = 0;

    ck_assert_ptr_nonnull(text);
    for (; *data != '\0'; data++)
        size += tkz__utf8_encode((uint8_t)*data, text + size);
    return text;
}

/* EUC-JP of a text of JIS X 0208. */
static char *euc_jp(const char *text)
{
    char *bytes = calloc(strlen(text) + 1, 1);
    size_t size = 0;

    ck_assert_ptr_nonnull(bytes);
    for (size_t at = 0; text[at] != '\0';) {
        uint32_t character;
        uint32_t code;
        size_t index;

        at += tkz__utf8_next(text + at, strlen(text + at), &character);
        code = tkz__cp932_code(character);
        ck_assert_uint_ge(code, 0x8140);
        index = tkz__jis_index(code >> 8, code & 0xFF);
        bytes[size++] = (char)(0xA1 + index / 94);
        bytes[size++] = (char)(0xA1 + index % 94);
    }
    return bytes;
}

/* ---- Help: the step ---------------------------------------------------- */

static const tkz__normal_kind *kind(void)
{
    extern const tkz__normal_family tkz__normal_mojibake;

    return &tkz__normal_mojibake.kinds[0];
}

typedef struct outcome {
    tkz__buffer target;
    tkz__span_map map;
    size_t unchanged;
} outcome;

static void run_step(const char *text, size_t size, outcome *got)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__normal_step step = {.kind = kind()};
    tkz__edit edit = {.target = &got->target, .map = &got->map};

    tkz__buffer_init(&got->target, NULL);
    tkz__span_map_init(&got->map, NULL);
    ck_assert_status(step.kind->prepare(&step, &allocator, NULL));
    got->unchanged = step.kind->unchanged(&step, text, size);
    ck_assert_status(step.kind->run(&step, text, size, &edit, NULL));
    step.kind->dispose(&step, &allocator);
    if (tkz__span_map_source_size(&got->map) != size ||
        tkz__span_map_target_size(&got->map) != got->target.size)
        ck_abort_msg("the span map does not cover the texts");
    if (got->unchanged > size || got->unchanged > got->target.size ||
        (got->unchanged > 0 && memcmp(text, got->target.data, got->unchanged) != 0))
        ck_abort_msg("the unchanged prefix is changed");
}

static void end_step(outcome *got)
{
    tkz__buffer_free(&got->target);
    tkz__span_map_free(&got->map);
}

static void check_repair(const char *broken, const char *wanted, const char *name)
{
    outcome got;
    tkz_mojibake found;

    run_step(broken, strlen(broken), &got);
    ck_assert_msg(got.target.size == strlen(wanted) &&
                      memcmp(got.target.data, wanted, got.target.size) == 0,
                  "%s gives %.*s", broken, (int)got.target.size, (const char *)got.target.data);
    end_step(&got);
    tkz_mojibake_find(broken, strlen(broken), &found);
    ck_assert_ptr_nonnull(found.kind);
    ck_assert_str_eq(found.kind, name);
    ck_assert_int_eq(found.repairable, 1);
    ck_assert(found.share > 0.0 && found.share <= 1.0);
}

static void check_sound(const char *text, size_t size)
{
    outcome got;
    tkz_mojibake found;

    run_step(text, size, &got);
    ck_assert_uint_eq(got.unchanged, size);
    ck_assert_uint_eq(got.target.size, size);
    if (size > 0)
        ck_assert_int_eq(memcmp(got.target.data, text, size), 0);
    end_step(&got);
    tkz_mojibake_find(text, size, &found);
    ck_assert_ptr_null(found.kind);
}

/* ---- Tests ------------------------------------------------------------- */

START_TEST(utf_8_read_as_latin_is_repaired)
{
    char *broken = read_as("windows-1252", sound);
    char *twice = read_as("windows-1252", broken);
    char *latin_1 = read_as_latin_1(sound);
    char *mixed = calloc(strlen(broken) + 64, 1);

    check_repair(broken, sound, "utf-8 read as windows-1252");
    check_repair(latin_1, sound, "utf-8 read as windows-1252");
    check_repair(twice, sound, "utf-8 read twice");
    /* Amid sound text, and with English between its parts. */
    ck_assert_ptr_nonnull(mixed);
    strcpy(mixed, "日本語 abc ");
    strcat(mixed, broken);
    strcat(mixed, " end");
    outcome got;
    run_step(mixed, strlen(mixed), &got);
    ck_assert_uint_eq(got.unchanged, strlen("日本語 abc "));
    ck_assert_uint_eq(got.target.size, strlen("日本語 abc ") + strlen(sound) + 4);
    ck_assert_int_eq(memcmp(got.target.data + got.target.size - 4, " end", 4), 0);
    end_step(&got);
    free(mixed);
    free(broken);
    free(twice);
    free(latin_1);
}
END_TEST

START_TEST(utf_8_read_as_cp932_is_repaired)
{
    /* Pieces that cp932 can read to the last byte; others leave U+FFFD and are lost. */
    static const char *const texts[] = {"こんにちは", "ありがと", "東京都", "勉強する",
                                        "🎉ありがと", "ありがと🙏"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *broken = read_as("cp932", texts[i]);

        ck_assert_ptr_null(strstr(broken, "\xEF\xBF\xBD"));
        check_repair(broken, texts[i], "utf-8 read as cp932");
        free(broken);
    }
    /* Others read the byte A0 as private use, ours as bad. */
    check_repair("縺\uF8F0繧√□", "だめだ", "utf-8 read as cp932");
}
END_TEST

START_TEST(what_is_lost_is_said)
{
    char *broken = read_as("cp932", sound);
    tkz_mojibake found;

    ck_assert_ptr_nonnull(strstr(broken, "\xEF\xBF\xBD"));
    tkz_mojibake_find(broken, strlen(broken), &found);
    ck_assert_str_eq(found.kind, "utf-8 read as cp932");
    ck_assert_int_eq(found.repairable, 0);
    free(broken);
    const char *replaced = "日本\xEF\xBF\xBD語";
    tkz_mojibake_find(replaced, strlen(replaced), &found);
    ck_assert_str_eq(found.kind, "replaced characters");
    ck_assert_int_eq(found.repairable, 0);
}
END_TEST

START_TEST(euc_jp_read_as_cp932_is_repaired)
{
    /* ん is A4 F3 and makes private use of the byte behind it; 建 is B7 FA, and FA C3 a kanji that
     * cp932 has twice; the last is mostly kanji. */
    static const char *const texts[] = {"このテストはとてもむずかしいのです。",
                                        "そんなかんたんなはなしではありません。",
                                        "ート建築おすすめをたのむことができ",
                                        "しており、主御祭神に玉依姫命を祭"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *bytes = euc_jp(texts[i]);
        char *broken = read_as("cp932", bytes);

        ck_assert_ptr_null(strstr(broken, "\xEF\xBF\xBD"));
        check_repair(broken, texts[i], "euc-jp read as cp932");
        free(broken);
        free(bytes);
    }
}
END_TEST

START_TEST(sound_text_is_left_alone)
{
    static const char *const texts[] = {
        "", "ASCII only", sound, "縺", "縺れた糸を繧ぐ", "ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｽ｡", "･････････････････",
        "ｶﾌﾞｼｷｶﾞｲｼｬ､ﾔﾏﾀﾞｼｮｳﾃﾝ､ｵｵｻｶｼﾃﾝ", "\uE000\uE058\uE757", "ｱｲｳ\uE0A1ｶﾅ",
        "L'été à la plage, où l'on s'arrête: Ãé",
        "Größe, Übermut, fließen", "ä½ã", "Ã©", "料金は￥１，０００です", "譁譛蜷縲"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_sound(texts[i], strlen(texts[i]));
}
END_TEST

START_TEST(spans_follow_the_characters)
{
    char *broken = read_as_latin_1("猫だ。");
    outcome got;
    uint64_t start;
    uint64_t end;

    run_step(broken, strlen(broken), &got);
    ck_assert_uint_eq(got.target.size, 9);
    /* Each character was three, of two bytes each. */
    tkz__span_map_to_source(&got.map, 3, 6, &start, &end);
    ck_assert_uint_eq(start, 6);
    ck_assert_uint_eq(end, 12);
    end_step(&got);
    free(broken);
}
END_TEST

#if TKZ__PATH_AVX2
/* Where the fast scan stops, the plain one does, and the other way round. */
START_TEST(scans_agree)
{
    tkz__mojibake_marks marks;
    uint64_t state = 5;

    if (!tkz__processor_has_avx2())
        return;
    tkz__mojibake_marks_init(&marks);
    for (int round = 0; round < 3000; round++) {
        static const char *const pieces[] = {"あ", "漢", "字", "ー", "ASCII text of some length 123",
                                             "ü", "😀", "！", "\xC2\xA0", "a", "。"};
        static const char *const stops[] = {"縺", "ｱ", "Ã", "ã", "\xEF\xBF\xBD", "蜷", "ｦ", ""};
        const char *stop = stops[test_random(&state) % (sizeof stops / sizeof *stops)];
        char text[3000];
        size_t size = 0;
        size_t stop_at;

        for (size_t part = 0; part < 2; part++) {
            for (size_t count = test_random(&state) % 40; count > 0; count--) {
                const char *piece = pieces[test_random(&state) % (sizeof pieces / sizeof *pieces)];

                memcpy(text + size, piece, strlen(piece));
                size += strlen(piece);
            }
            if (part == 1)
                break;
            stop_at = size;
            memcpy(text + size, stop, strlen(stop));
            size += strlen(stop);
        }
        if (*stop == '\0')
            stop_at = size;
        if (tkz__mojibake_next_avx2(&marks, text, size) != stop_at ||
            tkz__mojibake_next_scalar(&marks, text, size) != stop_at)
            ck_abort_msg("round %d", round);
    }
}
END_TEST
#endif

START_TEST(any_bytes_have_a_result)
{
    uint64_t state = 3;

    for (int round = 0; round < 2000; round++) {
        static const char *const pieces[] = {"縺", "ゅ", "ｱ", "､", "Ã", "ã", "\xC2\x81", "‚", "é",
                                             "\xE7\xB8", "\xFF", "a", "\xEF\xBF\xBD", "荳", "\0"};
        size_t size = 0;
        char text[400];
        outcome got;
        tkz_mojibake found;

        for (size_t count = test_random(&state) % 60; count > 0; count--) {
            const char *piece = pieces[test_random(&state) % (sizeof pieces / sizeof *pieces)];

            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        char *exact = malloc(size + 1);
        ck_assert_ptr_nonnull(exact);
        exact = realloc(exact, size == 0 ? 1 : size);
        memcpy(exact, text, size);
        run_step(exact, size, &got);
        end_step(&got);
        tkz_mojibake_find(exact, size, &found);
        free(exact);
    }
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    const char *broken = context;
    tkz__normal_step step = {.kind = kind()};
    tkz__buffer target;
    tkz__span_map map;
    tkz__edit edit = {.target = &target, .map = &map};
    tkz_status status;

    tkz__buffer_init(&target, allocator);
    tkz__span_map_init(&map, allocator);
    status = step.kind->prepare(&step, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    status = step.kind->run(&step, broken, strlen(broken), &edit, NULL);
    step.kind->dispose(&step, allocator);
    tkz__buffer_free(&target);
    tkz__span_map_free(&map);
    return status;
}

START_TEST(memory_may_run_out)
{
    char *broken = read_as_latin_1(sound);

    test_all_allocation_failures(attempt, broken);
    free(broken);
}
END_TEST

Suite *suite_mojibake(void)
{
    Suite *suite = suite_create("mojibake");
    TCase *cases = tcase_create("mojibake");

    tcase_add_test(cases, utf_8_read_as_latin_is_repaired);
    tcase_add_test(cases, utf_8_read_as_cp932_is_repaired);
    tcase_add_test(cases, what_is_lost_is_said);
    tcase_add_test(cases, euc_jp_read_as_cp932_is_repaired);
    tcase_add_test(cases, sound_text_is_left_alone);
    tcase_add_test(cases, spans_follow_the_characters);
#if TKZ__PATH_AVX2
    tcase_add_test(cases, scans_agree);
#endif
    tcase_add_test(cases, any_bytes_have_a_result);
    tcase_add_test(cases, memory_may_run_out);
    suite_add_tcase(suite, cases);
    return suite;
}
