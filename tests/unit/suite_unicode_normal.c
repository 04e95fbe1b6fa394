/* SPDX-License-Identifier: Apache-2.0
 *
 * Unicode normalisation against ICU, and by its own laws: idempotence, spans, bytes
 * that are no UTF-8, long sequences. Conformance data and Python are compared in tests/oracle.
 */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "testing.h"
#include "text/unicode_normal.h"
#include "text/utf8.h"

Suite *suite_unicode_normal(void);

/* Hot loops compare by themselves: Check writes a mark to a file at each of its assertions. */

enum { FORMS = 5, FEW = 40 };

static const char *const form_names[FORMS] = {"NFD", "NFC", "NFKD", "NFKC", "NFKC_CF"};

/* ---- One normaliser under test ----------------------------------------- */

typedef struct workbench {
    tkz__unicode_target target;
    tkz__buffer text;
    tkz__span_map map;
    tkz__arena scratch;
} workbench;

static void bench_init(workbench *bench, uint32_t form, uint32_t version,
                       const tkz_allocator *allocator)
{
    bench->target = (tkz__unicode_target){(tkz__unicode_form)form, version};
    tkz__buffer_init(&bench->text, allocator);
    tkz__span_map_init(&bench->map, allocator);
    tkz__arena_init(&bench->scratch, allocator);
}

static void bench_free(workbench *bench)
{
    tkz__buffer_free(&bench->text);
    tkz__span_map_free(&bench->map);
    tkz__arena_free(&bench->scratch);
}

static tkz_status bench_run(workbench *bench, const char *text, size_t size, bool want_map)
{
    tkz__edit edit = {
        .target = &bench->text, .map = want_map ? &bench->map : NULL, .scratch = &bench->scratch};
    tkz__buffer_clear(&bench->text);
    tkz__span_map_clear(&bench->map);
    tkz__arena_reset(&bench->scratch);
    return tkz__unicode_normalize(&bench->target, text, size, &edit, NULL);
}

static bool gives(const workbench *bench, const char *text, size_t size)
{
    return bench->text.size == size && (size == 0 || memcmp(bench->text.data, text, size) == 0);
}

static void check_gives(uint32_t form, uint32_t version, const char *source, const char *target)
{
    workbench bench;
    bench_init(&bench, form, version, NULL);
    ck_assert_status(bench_run(&bench, source, strlen(source), false));
    ck_assert_msg(gives(&bench, target, strlen(target)), "%s of %s is %.*s, not %s",
                  form_names[form], source, (int)bench.text.size, (const char *)bench.text.data,
                  target);
    bench_free(&bench);
}

/* ---- Laws that hold for every text ------------------------------------- */

/* The spans are adjacent and cover both texts; each stretch alone gives its target. */
static const char *span_fault(const workbench *whole, workbench *part, const char *text,
                              size_t size)
{
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < whole->map.count; i++) {
        const tkz__span_run *run = &whole->map.runs[i];
        const char *result = (const char *)whole->text.data + target;
        if (run->source_start != source || run->target_start != target ||
            run->source_size > size - source || run->target_size > whole->text.size - target)
            return "a run is not where the one before ends";
        if (run->identity && (run->source_size != run->target_size ||
                              memcmp(text + source, result, run->source_size) != 0))
            return "an identity run has other bytes";
        if (bench_run(part, text + source, run->source_size, false) != TKZ_OK ||
            !gives(part, result, run->target_size))
            return "a stretch alone gives something else";
        source += run->source_size;
        target += run->target_size;
    }
    return source == size && target == whole->text.size ? NULL : "the runs do not cover all";
}

/* What is wrong with the result for `text`, or NULL. `first` holds it afterwards. */
static const char *fault(workbench *first, workbench *second, const char *text, size_t size)
{
    size_t unchanged = tkz__unicode_unchanged(&first->target, text, size);
    const char *result;
    if (bench_run(first, text, size, false) != TKZ_OK ||
        bench_run(second, text, size, true) != TKZ_OK)
        return "it fails";
    result = (const char *)first->text.data;
    if (!gives(second, result, first->text.size))
        return "it differs when a map is asked for";
    if (unchanged > size || unchanged > first->text.size ||
        (unchanged > 0 && memcmp(text, result, unchanged) != 0) ||
        (unchanged == size && first->text.size != size))
        return "the unchanged prefix changes";
    const char *spans = span_fault(second, first, text, size);
    if (spans != NULL)
        return spans;
    /* Once more on its own result. */
    if (bench_run(first, (const char *)second->text.data, second->text.size, false) != TKZ_OK ||
        !gives(first, (const char *)second->text.data, second->text.size))
        return "it is not idempotent";
    return NULL;
}

static void check_laws(workbench *first, workbench *second, const char *text, size_t size)
{
    const char *what = fault(first, second, text, size);
    if (what == NULL)
        return;
    char bytes[3 * FEW + 1] = "";
    for (size_t i = 0; i < size && i < FEW; i++)
        sprintf(bytes + 3 * i, "%02X ", (uint8_t)text[i]);
    ck_abort_msg("%s %u on %s: %s", form_names[first->target.form], first->target.version, bytes,
                 what);
}

/* ---- Random texts ------------------------------------------------------ */

/* Ranges from which characters are drawn; each is as likely as another. */
static const uint32_t ranges[][2] = {
    {0x20, 0x7E}, {0x80, 0x24F}, {0x300, 0x36F}, {0x300, 0x345}, {0x591, 0x5C7}, {0x900, 0x9FF},
    {0xDC0, 0xDDF}, {0x1100, 0x11FF}, {0x1E00, 0x1FFF}, {0x2000, 0x206F}, {0x2100, 0x21FF},
    {0x3000, 0x30FF}, {0x3041, 0x309F}, {0x3099, 0x309A}, {0x3099, 0x309C}, {0x30A1, 0x30FF},
    {0x3131, 0x33FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFB00, 0xFDFF},
    {0xFE00, 0xFE0F}, {0xFF01, 0xFFEE}, {0xFF66, 0xFF9F}, {0xFF9E, 0xFF9F}, {0x11000, 0x116FF},
    {0x1D15E, 0x1D1C0}, {0x1D400, 0x1D7FF}, {0x1F1E6, 0x1F6FF}, {0x2F800, 0x2FA1D},
    {0xE0000, 0xE01EF}, {0x80, 0x2FFFF}};

enum { RANGES = sizeof ranges / sizeof ranges[0] };

/* One of the ranges, mostly one of the two that `taste` names. */
static uint32_t random_character(uint64_t *state, uint64_t taste)
{
    uint64_t draw = test_random(state) >> 8;
    uint64_t which = draw % 4 == 0 ? draw / 4 : draw % 4 == 1 ? taste / RANGES : taste;
    const uint32_t *range = ranges[which % RANGES];
    uint32_t character = range[0] + (uint32_t)((draw >> 16) % (range[1] - range[0] + 1));
    return character - 0xD800 < 0x800 ? 'a' : character;
}

static size_t random_text(uint64_t *state, char *text, size_t characters)
{
    uint64_t taste = test_random(state) >> 8;
    size_t size = 0;
    for (size_t i = 0; i < characters; i++)
        size += tkz__utf8_encode(random_character(state, taste), text + size);
    return size;
}

/* ---- ICU --------------------------------------------------------------- */

typedef struct icu_forms {
    const UNormalizer2 *forms[FORMS];
    uint32_t version;
} icu_forms;

static void icu_init(icu_forms *icu)
{
    UErrorCode error = U_ZERO_ERROR;
    UVersionInfo version;
    u_getUnicodeVersion(version);
    icu->version = TKZ__UNICODE_VERSION(version[0], version[1]);
    icu->forms[TKZ__UNICODE_NFD] = unorm2_getNFDInstance(&error);
    icu->forms[TKZ__UNICODE_NFC] = unorm2_getNFCInstance(&error);
    icu->forms[TKZ__UNICODE_NFKD] = unorm2_getNFKDInstance(&error);
    icu->forms[TKZ__UNICODE_NFKC] = unorm2_getNFKCInstance(&error);
    icu->forms[TKZ__UNICODE_NFKC_CF] = unorm2_getNFKCCasefoldInstance(&error);
    ck_assert(U_SUCCESS(error));
    ck_assert_uint_ge(icu->version, TKZ__UNICODE_VERSION(15, 0));
}

/* The result in UTF-8 of at most `capacity` bytes; its size. */
static size_t icu_normalize(const icu_forms *icu, uint32_t form, const char *text, size_t size,
                            char *result, size_t capacity)
{
    UChar source[64], target[1024];
    int32_t source_size, target_size, result_size;
    UErrorCode error = U_ZERO_ERROR;
    u_strFromUTF8(source, 64, &source_size, text, (int32_t)size, &error);
    target_size = unorm2_normalize(icu->forms[form], source, source_size, target, 1024, &error);
    u_strToUTF8(result, (int32_t)capacity, &result_size, target, target_size, &error);
    ck_assert(U_SUCCESS(error));
    return (size_t)result_size;
}

static const char *icu_fault(const icu_forms *icu, workbench *bench, const char *text, size_t size)
{
    char expected[3072];
    size_t expected_size =
        icu_normalize(icu, bench->target.form, text, size, expected, sizeof expected);
    if (bench_run(bench, text, size, false) != TKZ_OK)
        return "it fails";
    return gives(bench, expected, expected_size) ? NULL : "ICU differs";
}

/* One whole form a call: Check runs them in turn. */
START_TEST(equals_icu_on_every_character)
{
    icu_forms icu;
    workbench bench;
    icu_init(&icu);
    bench_init(&bench, (uint32_t)_i, icu.version, NULL);
    for (uint32_t character = 0; character < 0x110000; character += TEST_SHORTER) {
        char text[4];
        if (character >= 0x40000 && character < 0xE0000) /* ten planes without characters */
            character = 0xE0000;
        if (character - 0xD800 < 0x800)
            continue;
        const char *what = icu_fault(&icu, &bench, text, tkz__utf8_encode(character, text));
        if (what != NULL)
            ck_abort_msg("%s of U+%04X: %s", form_names[_i], character, what);
    }
    bench_free(&bench);
}
END_TEST

START_TEST(equals_icu_on_random_text)
{
    icu_forms icu;
    workbench bench;
    uint64_t state = 72 + (uint64_t)_i;
    icu_init(&icu);
    bench_init(&bench, (uint32_t)_i, icu.version, NULL);
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[4 * 30];
        size_t size = random_text(&state, text, 1 + round % 30);
        const char *what = icu_fault(&icu, &bench, text, size);
        if (what != NULL)
            ck_abort_msg("%s, text %d: %s", form_names[_i], round, what);
    }
    bench_free(&bench);
}
END_TEST

/* ---- Laws -------------------------------------------------------------- */

START_TEST(laws_hold_on_random_text)
{
    static const uint32_t versions[] = {41, 90, 150, 160, TKZ__UNICODE_NEWEST};
    uint64_t state = 15 + (uint64_t)_i;
    for (size_t v = 0; v < sizeof versions / sizeof versions[0]; v++) {
        workbench first, second;
        bench_init(&first, (uint32_t)_i, versions[v], NULL);
        bench_init(&second, (uint32_t)_i, versions[v], NULL);
        for (int round = 0; round < 2000 / TEST_SHORTER; round++) {
            char text[4 * 100];
            size_t size = random_text(&state, text, 1 + (size_t)round % 100);
            /* Every other text gets broken bytes. */
            for (int broken = 0; round % 2 == 1 && broken < 3; broken++)
                text[test_random(&state) % size] = (char)test_random(&state);
            check_laws(&first, &second, text, size);
        }
        bench_free(&first);
        bench_free(&second);
    }
}
END_TEST

START_TEST(laws_hold_on_random_bytes)
{
    uint64_t state = 8 + (uint64_t)_i;
    workbench first, second;
    bench_init(&first, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    bench_init(&second, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    for (int round = 0; round < 2000; round++) {
        char text[64];
        size_t size = (size_t)round % sizeof text;
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(test_random(&state) >> 16);
        check_laws(&first, &second, text, size);
    }
    bench_free(&first);
    bench_free(&second);
}
END_TEST

/* A byte that no character has parts a text: what is before it and what is behind are normalised apart. */
START_TEST(stray_bytes_part_a_text)
{
    uint64_t state = 22 + (uint64_t)_i;
    workbench whole, part;
    bench_init(&whole, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    bench_init(&part, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    for (int round = 0; round < 1000 / TEST_SHORTER; round++) {
        char text[200 * 9], expected[200 * 200];
        size_t size = 0, expected_size = 0;
        for (int i = 0; i < 1 + round % 200; i++) {
            /* Few characters in every second text, as in what is no text at all. */
            size_t few = round % 2 == 0 ? 2 : 12;
            size_t own = random_text(&state, text + size, (test_random(&state) >> 8) % few == 0);
            ck_assert_status(bench_run(&part, text + size, own, false));
            memcpy(expected + expected_size, part.text.data, part.text.size);
            expected_size += part.text.size;
            /* 80..C1 behind a whole character, or F5..FF. */
            uint32_t stray = 0x80 + (uint32_t)(test_random(&state) >> 8) % 77;
            text[size + own] = (char)(stray < 0xC2 ? stray : stray - 0xC2 + 0xF5);
            expected[expected_size++] = text[size + own];
            size += own + 1;
        }
        ck_assert_status(bench_run(&whole, text, size, false));
        ck_assert(gives(&whole, expected, expected_size));
    }
    bench_free(&whole);
    bench_free(&part);
}
END_TEST

/* Every string (with sanitizers, a tenth) of one and of two bytes, and every one of three with a
 * lead byte in front of what
 * may follow it or just not. */
START_TEST(laws_hold_on_short_strings)
{
    workbench first, second;
    char text[3];
    bench_init(&first, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    bench_init(&second, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    check_laws(&first, &second, text, 0);
    for (uint32_t number = 0; number < 0x10000; number += TEST_SHORTER) {
        text[0] = (char)(number >> 8);
        text[1] = (char)number;
        check_laws(&first, &second, text, 2);
        if (number < 0x100)
            check_laws(&first, &second, text + 1, 1);
    }
    for (uint32_t number = 0xE07F7F; number < 0xF00000; number += TEST_SHORTER) {
        uint8_t middle = (uint8_t)(number >> 8), last = (uint8_t)number;
        if (middle - 0x7Fu > 0x42u || last - 0x7Fu > 0x42u)
            continue;
        text[0] = (char)(number >> 16);
        text[1] = (char)middle;
        text[2] = (char)last;
        check_laws(&first, &second, text, 3);
    }
    bench_free(&first);
    bench_free(&second);
}
END_TEST

/* Something to do, or something broken, at every place of a text that is longer than a scan looks
 * ahead: the text around it must not matter. */
START_TEST(every_place_of_a_long_text)
{
    static const char *const events[] = {
        "か\u3099", "が", "ﾊﾞ", "ｶ", "A\u0301", "e\u0301", "E\u0323\u0301", "\u1100\u1161\u11A8", "각",
        "\u00E9", "\u00AD", "a\u00AD\u0301", "😀", "👍\U0001F3FD", "\U0001D400", "！", "\u0344", "㍿",
        "\xE3", "\xE3\x81", "\x81", "\xF0\x9F\x98", "\xC3", "\xED\xA0\x80", "\xE3\x81\u3099"};
    static const char *const fillers[] = {"の", "7", "漢7", "Ab", "\u00B7"};
    enum { LONGEST = 1200, STEP = 1 + TEST_SHORTER / 2 };
    workbench whole, part;
    char text[LONGEST + 128];
    bench_init(&whole, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    bench_init(&part, (uint32_t)_i, TKZ__UNICODE_NEWEST, NULL);
    for (size_t number = 0; number < sizeof events / sizeof events[0]; number++) {
        const char *filler = fillers[number % (sizeof fillers / sizeof fillers[0])];
        size_t unit = strlen(filler), event = strlen(events[number]);
        for (size_t before = 0; before + unit <= LONGEST; before += STEP * unit) {
            size_t size = 0;
            while (size < before)
                size += (size_t)sprintf(text + size, "%s", filler);
            memcpy(text + size, events[number], event);
            for (size += event; size + unit <= before + 100; size += unit)
                memcpy(text + size, filler, unit);
            check_laws(&whole, &part, text, size);
            const size_t ends[] = {before, before + event, size};
            size_t at = 0, place = 0;
            bool same = true;
            for (size_t i = 0; i < 3 && same; at = ends[i++]) {
                ck_assert_status(bench_run(&part, text + at, ends[i] - at, false));
                same = whole.text.size - place >= part.text.size &&
                       memcmp(whole.text.data + place, part.text.data, part.text.size) == 0;
                place += part.text.size;
            }
            ck_assert_msg(same && place == whole.text.size, "%s: event %zu behind %zu bytes of %s",
                          form_names[_i], number, before, filler);
        }
    }
    bench_free(&whole);
    bench_free(&part);
}
END_TEST

/* ---- Single cases ------------------------------------------------------ */

START_TEST(known_results)
{
    enum { NFD, NFC, NFKD, NFKC, CF };
    check_gives(NFC, 150, "か\u3099き\u309A", "がき\u309A");
    check_gives(NFD, 150, "がぱ", "か\u3099は\u309A");
    check_gives(NFKC, 150, "ｶﾞｷﾞﾊﾟ①㍿\uFF21", "ガギパ1株式会社A");
    check_gives(NFKD, 150, "ｶﾞ㌀", "カ\u3099アハ\u309Aート");
    check_gives(NFC, 150, "\uFA19神", "神神");
    check_gives(NFC, 150, "\u1100\u1161\u11A8\uAC00\u11A8", "\uAC01\uAC01");
    check_gives(NFD, 150, "\uAC01", "\u1100\u1161\u11A8");
    /* An excluded composite stays apart, a singleton goes, a blocked mark stays. */
    check_gives(NFC, 150, "\u0915\u093C\u0958", "\u0915\u093C\u0915\u093C");
    check_gives(NFC, 150, "\u212B\u2126", "\u00C5\u03A9");
    check_gives(NFC, 150, "a\u0323\u0301\u0302", "\u1EA1\u0301\u0302");
    check_gives(NFC, 150, "\u1E0B\u0323", "\u1E0D\u0307");
    check_gives(NFC, 150, "a\u0315\u0300", "\u00E0\u0315");
    /* What vanishes does not part what joins; what follows nothing vanishes alone. */
    check_gives(CF, 150, "E\u00AD\u0301 \u00ADＡｶ\uFE0Fﾞ", "\u00E9 aガ");
    check_gives(CF, 150, "\u00AD\u00AD", "");
    check_gives(CF, 150, "Stra\u00DFe \u1E9E", "strasse ss");
}
END_TEST

/* U+32FF (REIWA) is of 12.1, U+105C9 = U+105D2 U+0307 of 16.0. */
START_TEST(younger_characters_are_inert)
{
    check_gives(TKZ__UNICODE_NFKC, 121, "\u32FF", "令和");
    check_gives(TKZ__UNICODE_NFKC, 120, "\u32FF", "\u32FF");
    check_gives(TKZ__UNICODE_NFC, 160, "\U000105D2\u0307", "\U000105C9");
    check_gives(TKZ__UNICODE_NFC, 151, "\U000105D2\u0307", "\U000105D2\u0307");
    check_gives(TKZ__UNICODE_NFD, 151, "\U000105C9", "\U000105C9");
    ck_assert_uint_eq(tkz__unicode_age(0x32FF), 121);
    ck_assert_uint_eq(tkz__unicode_age('~'), 0);
}
END_TEST

START_TEST(lookups)
{
    char hangul[TKZ__UNICODE_LONGEST];
    tkz__unicode_piece piece = tkz__unicode_decompose(150, 0x304C, false, hangul);
    ck_assert_uint_eq(piece.size, 6);
    ck_assert_int_eq(memcmp(piece.text, "か\u3099", 6), 0);
    ck_assert_uint_eq(tkz__unicode_decompose(150, 0x2460, false, hangul).size, 0);
    ck_assert_uint_eq(tkz__unicode_decompose(150, 0x2460, true, hangul).size, 1);
    ck_assert_uint_eq(tkz__unicode_decompose(150, 0xAC01, false, hangul).size, 9);
    ck_assert_uint_eq(tkz__unicode_decompose(150, 0xFDFA, true, hangul).size, 33);
    ck_assert_uint_eq(tkz__unicode_decompose(150, 0xFFFFFFFF, true, hangul).size, 0);
    ck_assert_uint_eq(tkz__unicode_combining_class(150, 0x3099), 8);
    ck_assert_uint_eq(tkz__unicode_combining_class(150, 0x110000), 0);
    ck_assert_uint_eq(tkz__unicode_compose(150, 0x304B, 0x3099), 0x304C);
    ck_assert_uint_eq(tkz__unicode_compose(150, 0xAC00, 0x11A7), 0);
    ck_assert_uint_eq(tkz__unicode_compose(150, 0xAC00, 0x11A8), 0xAC01);
    ck_assert_uint_eq(tkz__unicode_compose(150, 0, 0), 0);
    ck_assert_uint_eq(tkz__unicode_compose(150, 0xFFFFFFFF, 0x3099), 0);
    ck_assert(tkz__unicode_fold(150, 'A', &piece) && piece.size == 1 && piece.text[0] == 'a');
    ck_assert(tkz__unicode_fold(150, 0xAD, &piece) && piece.size == 0);
    ck_assert(!tkz__unicode_fold(150, 'a', &piece));
}
END_TEST

START_TEST(spans_are_fine)
{
    static const char text[] = "ＡａｶﾞがE\u0301\u0323x";
    static const uint64_t expected[][3] = {/* source, target, identity */
                                           {3, 1, 0}, {3, 1, 0}, {6, 3, 0}, {3, 3, 1},
                                           {5, 5, 0}, {1, 1, 1}};
    workbench bench;
    bench_init(&bench, TKZ__UNICODE_NFKC, 150, NULL);
    ck_assert_status(bench_run(&bench, text, sizeof text - 1, true));
    ck_assert_uint_eq(bench.map.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < bench.map.count; i++) {
        ck_assert_uint_eq(bench.map.runs[i].source_size, expected[i][0]);
        ck_assert_uint_eq(bench.map.runs[i].target_size, expected[i][1]);
        ck_assert_int_eq(bench.map.runs[i].identity, (int)expected[i][2]);
    }
    bench_free(&bench);
}
END_TEST

/* Megabytes of marks in the wrong order, of characters that vanish, of letters that join: a
 * quadratic cost would take hours. */
START_TEST(long_sequences_are_linear)
{
    static const char *const units[] = {"\u0301\u0323", "\u00AD\u034F", "\u1161\u1161", "\u0344"};
    enum { REPEATS = 2500000 / TEST_SHORTER };
    char *text = malloc(4 * (size_t)REPEATS + 4);
    ck_assert_ptr_nonnull(text);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        workbench bench;
        size_t unit = strlen(units[u]), size = 1;
        text[0] = 'a';
        for (; size + unit <= 4 * (size_t)REPEATS; size += unit)
            memcpy(text + size, units[u], unit);
        bench_init(&bench, (uint32_t)_i, 150, NULL);
        ck_assert_status(bench_run(&bench, text, size, true));
        (void)tkz__unicode_unchanged(&bench.target, text, size);
        if (u == 0) { /* all of U+0323 before all of U+0301 */
            const uint8_t *last = bench.text.data + bench.text.size - 2;
            const uint8_t *higher = memmem(bench.text.data, bench.text.size, "\u0301", 2);
            ck_assert_ptr_nonnull(higher);
            ck_assert_int_eq(memcmp(last, "\u0301", 2), 0);
            ck_assert_ptr_null(memmem(higher, (size_t)(last + 2 - higher), "\u0323", 2));
        }
        bench_free(&bench);
    }
    free(text);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    workbench bench;
    char text[2000];
    size_t size = 0;
    tkz_status status;
    while (size + 4 <= sizeof text) /* longer than what needs no memory */
        size += tkz__utf8_encode(size % 8 < 4 ? 0x301 : 0x323, text + size);
    bench_init(&bench, *(const uint32_t *)context, 150, allocator);
    status = bench_run(&bench, text, size, true);
    bench_free(&bench);
    return status;
}

START_TEST(memory_runs_out)
{
    uint32_t form = (uint32_t)_i;
    test_all_allocation_failures(attempt, &form);
}
END_TEST

/* The registered kinds: names, order, and what they run. */
extern const tkz__normal_family tkz__normal_unicode;

START_TEST(kinds)
{
    ck_assert_uint_eq(tkz__normal_unicode.count, 25);
    ck_assert_str_eq(tkz__normal_unicode.kinds[0].info.name, "nfc-18.0");
    ck_assert_str_eq(tkz__normal_unicode.kinds[24].info.name, "nfkc_cf-15.0");
    for (size_t i = 0; i < tkz__normal_unicode.count; i++) {
        const tkz__normal_kind *kind = &tkz__normal_unicode.kinds[i];
        tkz__normal_step step = {.kind = kind};
        tkz__buffer text;
        tkz__buffer_init(&text, NULL);
        tkz__edit edit = {.target = &text};
        ck_assert_status(kind->run(&step, "が", 3, &edit, NULL));
        ck_assert_uint_eq(text.size, strstr(kind->info.name, "d-") != NULL ? 6 : 3);
        ck_assert_uint_eq(kind->unchanged(&step, "abc", 3), 3);
        tkz__buffer_free(&text);
    }
}
END_TEST

Suite *suite_unicode_normal(void)
{
    Suite *suite = suite_create("unicode_normal");
    TCase *cases = tcase_create("unicode_normal");
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, known_results);
    tcase_add_test(cases, younger_characters_are_inert);
    tcase_add_test(cases, lookups);
    tcase_add_test(cases, spans_are_fine);
    tcase_add_test(cases, kinds);
    tcase_add_loop_test(cases, equals_icu_on_every_character, 0, FORMS);
    tcase_add_loop_test(cases, equals_icu_on_random_text, 0, FORMS);
    tcase_add_loop_test(cases, laws_hold_on_random_text, 0, FORMS);
    tcase_add_loop_test(cases, laws_hold_on_random_bytes, 0, FORMS);
    tcase_add_loop_test(cases, stray_bytes_part_a_text, 0, FORMS);
    tcase_add_loop_test(cases, laws_hold_on_short_strings, 0, FORMS);
    tcase_add_loop_test(cases, every_place_of_a_long_text, 0, FORMS);
    tcase_add_loop_test(cases, long_sequences_are_linear, 0, FORMS);
    tcase_add_loop_test(cases, memory_runs_out, 0, FORMS);
    suite_add_tcase(suite, cases);
    return suite;
}
