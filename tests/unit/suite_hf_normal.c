/* SPDX-License-Identifier: Apache-2.0
 *
 * HF tokenizers' normalizers: examples whose results are those of the package, code
 * points for the steps that look for places in bytes, options, memory.
 * tests/oracle/compare_hf_normal has the real comparison.
 */
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/char_class.h"
#include "text/lowercase.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_hf_normal(void);

typedef struct machine {
    tkz_normal_form *form;
    tkz_normalizer *worker;
} machine;

static machine machine_of(const char *steps)
{
    machine made;
    tkz_error error;
    tkz_status status = tkz_normal_form_new(&made.form, steps, strlen(steps), NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s", steps, error.message);
    ck_assert_status(tkz_normalizer_new(&made.worker, made.form, NULL, NULL));
    return made;
}

static void machine_free(machine *made)
{
    tkz_normalizer_free(made->worker);
    tkz_normal_form_free(made->form);
}

/* Spans are asked for too: they must cover both texts, and the result is the same without them. */
static tkz_normalized run(machine *m, const char *text, size_t size)
{
    tkz_normalized result;
    ck_assert_status(tkz_normalizer_run(m->worker, text, size, 0, &result, NULL));
    size_t without_size = result.size;
    char *without = malloc(without_size + 1);
    memcpy(without, result.text, without_size);
    ck_assert_status(tkz_normalizer_run(m->worker, text, size, 1, &result, NULL));
    bool same = result.size == without_size && memcmp(result.text, without, without_size) == 0;
    free(without);
    ck_assert(same);
    uint64_t source = 0, target = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < result.span_count; i++) {
        const tkz_span *span = &result.spans[i];
        wrong += span->source_start != source || span->target_start != target;
        if (span->identity)
            wrong += span->source_size != span->target_size ||
                     memcmp(text + source, result.text + target, (size_t)span->source_size) != 0;
        source += span->source_size;
        target += span->target_size;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(source, size);
    ck_assert_uint_eq(target, result.size);
    return result;
}

static void expect(const char *steps, const char *text, const char *expected)
{
    machine m = machine_of(steps);
    tkz_normalized result = run(&m, text, strlen(text));
    ck_assert_msg(result.size == strlen(expected) &&
                      memcmp(result.text, expected, result.size) == 0,
                  "%s: %s gives %.*s, not %s", steps, text, (int)result.size, result.text,
                  expected);
    machine_free(&m);
}

START_TEST(single_characters_change)
{
    expect("nmt-hf0.23", "a\x01\tb\u200D\u061C\x7F\u2581", "a b \u061C ");
    expect("lowercase-hf0.23", "ΑΣ ΑΣ.\u0130Ａ\u1E9E", "ασ ασ.i\u0307ａß");
    expect("strip_accents-hf0.23", "e\u0301か\u3099\u00E9\u20E3", "eか\u00E9");
    /* Marks younger than Unicode 9.0 are none. */
    expect("strip_accents-hf0.23", "\u0897", "\u0897");
}
END_TEST

START_TEST(normal_forms_are_of_unicode_9)
{
    expect("nfc-hf0.23", "か\u3099e\u0301", "が\u00E9");
    expect("nfd-hf0.23", "が\u00E9", "か\u3099e\u0301");
    expect("nfkc-hf0.23", "㍿ｶﾞ①\u32FF", "株式会社ガ1\u32FF"); /* U+32FF is of 12.1 */
    expect("nfkd-hf0.23", "ガ\uFF21", "カ\u3099A");
}
END_TEST

START_TEST(ends_are_stripped)
{
    expect("strip-hf0.23", " \u3000\n a b\u00A0\u2003", "a b");
    expect("strip-hf0.23:right=false", " a ", "a ");
    expect("strip-hf0.23:left=false", " a ", " a");
    expect("strip-hf0.23", " \u3000\n", "");
    expect("strip-hf0.23", "\u200Ba\u200B", "\u200Ba\u200B");
    /* The last byte of U+2003, without the others, is no white space. */
    expect("strip-hf0.23", "\x83 \x80\x83", "\x83 \x80\x83");
}
END_TEST

START_TEST(given_texts_replace_and_precede)
{
    expect("replace-hf0.23:pattern= :content=\u2581", "a b  c", "a\u2581b\u2581\u2581" "c");
    expect("replace-hf0.23:pattern=aba:content=x", "ababa", "xba");
    expect("replace-hf0.23:pattern=ーー", "えーーーっ", "えーっ");
    expect("replace-hf0.23:regex=(?<!\\\\n)^:content=_", "a\nb", "_a\nb"); /* llm-jp-v2.2 */
    expect("replace-hf0.23:regex= {2\\,}:content=\u2581", "a  b   c d", "a\u2581" "b\u2581" "c d");
    expect("replace-hf0.23:regex=x*:content=-", "axxb", "-a-b-");
    expect("replace-hf0.23:regex=^:content=-", "", "");
    expect("replace-hf0.23:regex=(.)\\\\1+:content=-", "abbbcc", "a--");
    /* A map that makes "bc" of "a"; the cluster of a and U+0301 has 3 bytes, with U+FE0F 6. */
    expect("precompiled-hf0.23:map=DAAAAACAAQBhDQAAAAAAgGJjAA\\=\\=",
           "xaa\u0301a\u0301\uFE0Fy", "xbcbcbc\u0301\uFE0Fy");
    expect("prepend-hf0.23:content=\u2581", "a", "\u2581" "a");
    expect("prepend-hf0.23:content=\u2581", "", "");
    expect("prepend-hf0.23", "a", "a");
}
END_TEST

START_TEST(replace_says_what_it_cannot_do)
{
    static const struct {
        const char *steps;
        tkz_status status;
    } cases[] = {{"replace-hf0.23", TKZ_STATUS_INVALID_OPTION},
                 {"replace-hf0.23:content=a", TKZ_STATUS_INVALID_OPTION},
                 {"replace-hf0.23:pattern=a:regex=b", TKZ_STATUS_INVALID_OPTION},
                 {"replace-hf0.23:regex=(b", TKZ_STATUS_BAD_FORMAT},
                 {"replace-hf0.23:regex=(?i\\:(b)\\\\1)", TKZ_STATUS_UNSUPPORTED},
                 {"precompiled-hf0.23:map=AA", TKZ_STATUS_BAD_FORMAT},
                 {"precompiled-hf0.23:map=A A\\=", TKZ_STATUS_BAD_FORMAT},
                 {"precompiled-hf0.23:map=BAAAAAAAAAA\\=", TKZ_STATUS_BAD_FORMAT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tkz_normal_form *form = NULL;
        tkz_error error;
        ck_assert_int_eq(tkz_normal_form_new(&form, cases[i].steps, strlen(cases[i].steps), NULL,
                                             &error),
                         cases[i].status);
        ck_assert_ptr_null(form);
        ck_assert_uint_ne(strlen(error.message), 0);
    }
}
END_TEST

START_TEST(bytes_get_characters)
{
    expect("byte_level-hf0.23", "a b\n", "a\u0120b\u010A");
    expect("byte_level-hf0.23", "あ", "\u00E3\u0123\u0124");
    machine m = machine_of("byte_level-hf0.23");
    bool seen[0x200] = {false};
    for (int byte = 0; byte < 256; byte++) {
        char text = (char)byte;
        uint32_t character;
        tkz_normalized result = run(&m, &text, 1);
        ck_assert_uint_eq(tkz__utf8_decode(result.text, result.size, &character), result.size);
        ck_assert_uint_lt(character, 0x144);
        ck_assert(!seen[character]);
        seen[character] = true;
    }
    machine_free(&m);
}
END_TEST

START_TEST(bert_cleans_and_pads)
{
    expect("bert-hf0.23", "H\u00E9llo 世界\u200D\t!", "hello  世  界  !");
    expect("bert-hf0.23", "がガ\u0130", "かカi");
    expect("bert-hf0.23", "a\u0301\uFFFD\u3000x\u8C48", "a x \u8C48 ");
    expect("bert-hf0.23:strip_accents=false", "H\u00C9\u0130", "h\u00E9i\u0307");
    expect("bert-hf0.23:lowercase=false", "H\u00C9", "H\u00C9");
    expect("bert-hf0.23:lowercase=false:strip_accents=true", "H\u00C9", "HE");
    expect("bert-hf0.23:handle_chinese_chars=false:clean_text=false", "世\u200D", "世\u200D");
}
END_TEST

/* Marks that stay, because they are spacing or too young, are put in order where the others go. */
START_TEST(bert_orders_marks_that_stay)
{
    expect("bert-hf0.23", "か\u302E\u302A\u08D4\U0001D165\u0301\u08E1x",
           "か\U0001D165\u302E\u08D4\u08E1x");
    expect("bert-hf0.23", "\u302E\x01\U0001D165\u0301\U0001D15F\u302F\U0001D165\u1DFB",
           "\U0001D165\u302E\U0001D158\U0001D165\U0001D165\u302F\u1DFB");
}
END_TEST

START_TEST(bert_knows_nul)
{
    static const char text[] = "a long enough text\0 with\0";
    machine m = machine_of("bert-hf0.23");
    tkz_normalized result = run(&m, text, sizeof text - 1);
    ck_assert_uint_eq(result.size, sizeof text - 3);
    ck_assert_mem_eq(result.text, "a long enough text with", result.size);
    machine_free(&m);
    m = machine_of("bert-hf0.23:clean_text=false");
    result = run(&m, text, sizeof text - 1);
    ck_assert_uint_eq(result.size, sizeof text - 1);
    ck_assert_mem_eq(result.text, text, result.size);
    machine_free(&m);
}
END_TEST

/* What goes must not bring the halves of broken bytes together. */
START_TEST(broken_bytes_stay_apart)
{
    static const char *const steps[] = {"bert-hf0.23", "bert-hf0.23:strip_accents=false",
                                        "nmt-hf0.23", "strip_accents-hf0.23"};
    static const char *const texts[] = {"\xE3\x7F\x81\x82", "\xE3\x7F\x7F\x81\x7F\x82",
                                        "\xE3\xCC\x81\x81\xCC\x81\x82", "\xC3\x7F\xA9"};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        machine m = machine_of(steps[i]);
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            tkz_normalized result = run(&m, texts[k], strlen(texts[k]));
            size_t wrong = 0;
            for (size_t at = 0; at < result.size;) {
                uint32_t character;
                at += tkz__utf8_decode(result.text + at, result.size - at, &character);
                wrong += character != 0x7F && character != 0x301 &&
                         character != TKZ__UTF8_INVALID;
            }
            ck_assert_uint_eq(wrong, 0);
        }
        machine_free(&m);
    }
}
END_TEST

START_TEST(precompiled_goes_by_cluster)
{
    expect("precompiled-hf0.23", "ｽﾅｯﾌﾟ", "スナッフ\u309A");
    expect("precompiled-hf0.23", "か\u3099e\u0301", "か\u3099\u00E9");
    /* The shortest key takes the place of a whole short cluster, and the rest is lost. */
    expect("precompiled-hf0.23", "①\u0301x", "1x");
    expect("precompiled-hf0.23", "\r\nA", " A");
    expect("precompiled-hf0.23", "①\u20E3", "1\u20E3");
    expect("precompiled-hf0.23", "\u00E9\u0302", "\u00E9\u0302");
    expect("precompiled-hf0.23", "\u0250\u0301Ａ\u0301", "\u0250\u0301A");
}
END_TEST

/* ---- Code points ---------------------------------------------------------- */

enum { AROUND = 36 };

/* What the step makes of code points in the midst of a text longer than a register. */
static void for_each_code_point(const char *steps, size_t (*change)(uint32_t, char *))
{
    machine m = machine_of(steps);
    char text[AROUND * 6 + 8], expected[AROUND * 6 + 16];
    size_t wrong = 0;
    /* Where ideographs and unassigned planes are, some are enough. */
    for (uint32_t point = 0; point < 0x110000;
         point += point < 0x20000 || (point >= 0xE0000 && point < 0xE0200) ? 1 : 64) {
        if (point - 0xD800 < 0x800)
            continue;
        size_t before = 3 * (AROUND - point % 34), after = 3 * AROUND;
        for (size_t i = 0; i < before; i += 3)
            memcpy(text + i, "あ", 3);
        memcpy(expected, text, before);
        size_t length = tkz__utf8_encode(point, text + before);
        size_t changed = change(point, expected + before);
        for (size_t i = 0; i < after; i += 3) {
            memcpy(text + before + length + i, "日", 3);
            memcpy(expected + before + changed + i, "日", 3);
        }
        tkz_normalized result;
        ck_assert(tkz_normalizer_run(m.worker, text, before + length + after, 0, &result, NULL) ==
                  TKZ_OK);
        wrong += result.size != before + changed + after ||
                 memcmp(result.text, expected, result.size) != 0;
    }
    ck_assert_uint_eq(wrong, 0);
    machine_free(&m);
}

static size_t lowercase(uint32_t point, char *target)
{
    size_t size = tkz__utf8_encode(tkz__lowercase(point), target);
    return point == 0x130 ? size + tkz__utf8_encode(0x307, target + size) : size;
}

static size_t without_marks(uint32_t point, char *target)
{
    bool mark = (tkz__char_flags(&tkz__class_table_9_0, point) & TKZ__CHAR_MARK) != 0;
    return mark ? 0 : tkz__utf8_encode(point, target);
}

static size_t nmt(uint32_t point, char *target)
{
    static const uint32_t blanks[] = {0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B, 0x200C, 0x200D,
                                      0x200E, 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (point == blanks[i])
            return tkz__utf8_encode(' ', target);
    if ((point > 0 && point < 0x20) || point == 0x7F || point == 0x8F || point == 0x9F)
        return 0;
    return tkz__utf8_encode(point, target);
}

START_TEST(every_lowercase_is_found)
{
    for_each_code_point("lowercase-hf0.23", lowercase);
}
END_TEST

START_TEST(every_mark_is_found)
{
    for_each_code_point("strip_accents-hf0.23", without_marks);
}
END_TEST

START_TEST(every_odd_space_is_found)
{
    for_each_code_point("nmt-hf0.23", nmt);
}
END_TEST

/* ---- Hostile texts and memory --------------------------------------------- */

static const char *const all_steps[] = {
    "nfc-hf0.23", "nfkd-hf0.23", "nmt-hf0.23", "lowercase-hf0.23", "strip-hf0.23",
    "strip_accents-hf0.23", "bert-hf0.23", "bert-hf0.23:strip_accents=false",
    "replace-hf0.23:pattern=aa:content=b", "prepend-hf0.23:content=x", "byte_level-hf0.23",
    "precompiled-hf0.23"};

START_TEST(one_character_many_times_is_linear)
{
    static const char *const hostile[] = {" ", "\u3099", "\u0301", "\xFF", "a", "\xE3", "日",
                                          "\u0915\u094D", "😀\u200D", "\U0001F1E6", "\u0600",
                                          "\u0915", "😀", "①"};
    char *text = malloc(1 << 16);
    for (size_t i = 0; i < sizeof all_steps / sizeof all_steps[0]; i++) {
        machine m = machine_of(all_steps[i]);
        for (size_t k = 0; k < sizeof hostile / sizeof hostile[0]; k++) {
            size_t size = 0, part = strlen(hostile[k]);
            while (size + part + 3 <= 1 << 16) {
                memcpy(text + size, hostile[k], part);
                size += part;
            }
            memcpy(text + size, "①", 3);
            run(&m, text, size + 3);
        }
        machine_free(&m);
    }
    free(text);
}
END_TEST

START_TEST(any_bytes_will_do)
{
    uint64_t state = 5;
    for (size_t i = 0; i < sizeof all_steps / sizeof all_steps[0]; i++) {
        machine m = machine_of(all_steps[i]);
        for (int round = 0; round < 2000; round++) {
            size_t size = test_random(&state) % 90;
            char *text = malloc(size + 1);
            for (size_t at = 0; at < size; at++)
                text[at] = "\xE3\x81\x82\xCC\x81 aA\xFF\xF0\x9F"[test_random(&state) % 11];
            run(&m, text, size);
            free(text);
        }
        machine_free(&m);
    }
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_normal_form *form = NULL;
    tkz_normalizer *worker = NULL;
    tkz_normalized result;
    static const char text[] = " H\u00E9\u0302llo 世aa界\u200D\t!①か\u3099 ";
    const char *steps = context;
    tkz_status status = tkz_normal_form_new(&form, steps, strlen(steps), allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_new(&worker, form, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_run(worker, text, sizeof text - 1, 1, &result, NULL);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    char steps[100];
    for (size_t i = 0; i < sizeof all_steps / sizeof all_steps[0]; i++) {
        memcpy(steps, all_steps[i], strlen(all_steps[i]) + 1);
        test_all_allocation_failures(attempt, steps);
    }
}
END_TEST

Suite *suite_hf_normal(void)
{
    Suite *suite = suite_create("hf_normal");
    TCase *tests = tcase_create("steps");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, single_characters_change);
    tcase_add_test(tests, normal_forms_are_of_unicode_9);
    tcase_add_test(tests, ends_are_stripped);
    tcase_add_test(tests, given_texts_replace_and_precede);
    tcase_add_test(tests, replace_says_what_it_cannot_do);
    tcase_add_test(tests, bytes_get_characters);
    tcase_add_test(tests, bert_cleans_and_pads);
    tcase_add_test(tests, bert_orders_marks_that_stay);
    tcase_add_test(tests, bert_knows_nul);
    tcase_add_test(tests, broken_bytes_stay_apart);
    tcase_add_test(tests, precompiled_goes_by_cluster);
    tcase_add_test(tests, every_lowercase_is_found);
    tcase_add_test(tests, every_mark_is_found);
    tcase_add_test(tests, every_odd_space_is_found);
    tcase_add_test(tests, one_character_many_times_is_linear);
    tcase_add_test(tests, any_bytes_will_do);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
