/* SPDX-License-Identifier: Apache-2.0
 *
 * Every registered step and chains of them: names and options, span maps that
 * lead back to the right bytes, and the traits that steps claim, on random and
 * on hostile text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "text/normal_form.h"
#include "text/utf8.h"

Suite *suite_normal_form(void);

/* Check writes to a file at every assertion, which is too slow in hot loops. */
#define demand(condition, ...)                                                                    \
    do {                                                                                          \
        if (!(condition))                                                                         \
            ck_abort_msg(__VA_ARGS__);                                                            \
    } while (0)

/* ---- Helpers -------------------------------------------------------------- */

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

/* A copy of a result that outlives the next run. */
typedef struct outcome {
    char *text;
    size_t size;
    tkz_span *spans;
    size_t span_count;
} outcome;

static outcome run(machine *m, const char *text, size_t size, bool want_spans)
{
    tkz_normalized result;
    tkz_error error;
    tkz_status status = tkz_normalizer_run(m->worker, text, size, want_spans, &result, &error);
    demand(status == TKZ_OK, "%s: %s", tkz_normal_form_name(m->form), error.message);
    demand(result.changed == (result.size != size || memcmp(result.text, text, size) != 0),
           "%s says wrongly whether it changed", tkz_normal_form_name(m->form));
    outcome copy = {malloc(result.size + 1), result.size, NULL, result.span_count};
    memcpy(copy.text, result.text, result.size);
    if (want_spans) {
        copy.spans = malloc((result.span_count + 1) * sizeof *copy.spans);
        if (result.span_count > 0)
            memcpy(copy.spans, result.spans, result.span_count * sizeof *copy.spans);
    }
    return copy;
}

static void outcome_free(outcome *copy)
{
    free(copy->text);
    free(copy->spans);
}

/* Prints bytes for a message. */
static const char *hex(const char *text, size_t size)
{
    static char line[400];
    size_t used = 0;
    line[0] = '\0';
    for (size_t i = 0; i < size && used + 4 < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%02x ", (uint8_t)text[i]);
    return line;
}

/* ---- Random text ------------------------------------------------------------ */

static const uint32_t nasty[] = {
    0x0020, 0x0009, 0x000A, 0x000D, 0x0041, 0x0061, 0x0030, 0x002D, 0x007E, 0x0026, 0x003B,
    0x0023, 0x0000, 0x007F, 0x0085, 0x00A0, 0x00AD, 0x00C5, 0x0130, 0x00DF, 0x0301, 0x0323,
    0x0345, 0x03A3, 0x0E33, 0x1100, 0x1161, 0x11A8, 0x1E9B, 0x200B, 0x200D, 0x2010, 0x2011,
    0x2014, 0x2026, 0x202E, 0x212B, 0x2126, 0x2212, 0x2460, 0x2500, 0x3000, 0x3001, 0x3002,
    0x3042, 0x304B, 0x304C, 0x3046, 0x3099, 0x309A, 0x309B, 0x309C, 0x301C, 0x30A6, 0x30AB,
    0x30CF, 0x30D1, 0x30FC, 0x30FB, 0x3231, 0x337F, 0x33A1, 0x4E00, 0x5B66, 0x5B78, 0x9AD8,
    0xAC00, 0xAC01, 0xD7A3, 0xE000, 0xF900, 0xFA11, 0xFB01, 0xFE0E, 0xFE0F, 0xFEFF, 0xFF01,
    0xFF0D, 0xFF10, 0xFF21, 0xFF41, 0xFF5E, 0xFF61, 0xFF66, 0xFF70, 0xFF76, 0xFF8A, 0xFF9E,
    0xFF9F, 0xFFE3, 0xFFE5, 0xFFFC, 0xFFFD, 0xFFFF, 0x1D15E, 0x1F468, 0x1F3FD, 0x20BB7, 0x2F800,
    0xE0001, 0xE0100, 0x10FFFF};

static uint32_t random_character(uint64_t *state)
{
    switch (test_random(state) % 8) {
    case 0:
        return 0x3040 + (uint32_t)(test_random(state) % 0xC0);
    case 1:
        return 0xFF00 + (uint32_t)(test_random(state) % 0xF0);
    case 2:
        return (uint32_t)(test_random(state) % 0x110000);
    case 3:
        return 0x20 + (uint32_t)(test_random(state) % 0x60);
    default:
        return nasty[test_random(state) % (sizeof nasty / sizeof *nasty)];
    }
}

/* Up to `characters` characters; now and then bytes that are no UTF-8. */
static size_t random_text(uint64_t *state, char *text, size_t characters, bool broken)
{
    size_t size = 0, count = test_random(state) % (characters + 1);
    for (size_t i = 0; i < count; i++) {
        if (broken && test_random(state) % 8 == 0) {
            text[size++] = (char)(0x80 + test_random(state) % 0x80);
            continue;
        }
        uint32_t character = random_character(state);
        if (character >= 0xD800 && character < 0xE000)
            character = 0xFFFD;
        size += tkz__utf8_encode(character, text + size);
    }
    return size;
}

/* The name of a step, with the options that it does not go without. */
static const char *usable(const char *name)
{
    return strncmp(name, "replace-", 8) == 0 ? "replace-hf0.23:pattern=a:content=bb" : name;
}

/* ---- Every step, every choice ------------------------------------------------- */

/* Calls `check` for each kind with its defaults, and with each choice of each option. */
static void for_each_variant(void (*check)(const tkz__normal_kind *kind, machine *m))
{
    for (size_t i = 0; tkz__normal_kind_at(i) != NULL; i++) {
        const tkz__normal_kind *kind = tkz__normal_kind_at(i);
        machine plain = machine_of(usable(kind->info.name));
        check(kind, &plain);
        machine_free(&plain);
        for (size_t k = 0; k < kind->info.option_count; k++) {
            const tkz_normal_option *option = &kind->info.options[k];
            for (const char *at = option->choices; at != NULL;) {
                char steps[200];
                size_t length = strcspn(at, "|");
                snprintf(steps, sizeof steps, "%s:%s=%.*s", usable(kind->info.name), option->name,
                         (int)length, at);
                machine chosen = machine_of(steps);
                check(kind, &chosen);
                machine_free(&chosen);
                at = at[length] == '|' ? at + length + 1 : NULL;
            }
        }
    }
}

static void check_spans(machine *m, const char *text, size_t size, const outcome *result)
{
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];
        demand(span->source_start == source, "spans do not add up");
        demand(span->target_start == target, "spans do not add up");
        source += span->source_size;
        target += span->target_size;
        demand(source <= size && target <= result->size, "spans go beyond the text");
        if (span->identity)
            demand(span->source_size == span->target_size &&
                              memcmp(text + span->source_start, result->text + span->target_start,
                                     span->source_size) == 0,
                          "%s: identity of different bytes in %s", tkz_normal_form_name(m->form),
                          hex(text, size));
    }
    demand(source == size, "spans do not add up");
    demand(target == result->size, "spans do not add up");
}

static void check_unchanged(const tkz__normal_kind *kind, machine *m, const char *text,
                            size_t size, const outcome *result)
{
    if (kind->unchanged == NULL)
        return;
    size_t prefix = kind->unchanged(&m->form->steps[0], text, size);
    demand(prefix <= size && prefix <= result->size &&
                      memcmp(text, result->text, prefix) == 0,
                  "%s: says %zu bytes stay as they are in %s", tkz_normal_form_name(m->form),
                  prefix, hex(text, size));
    if (prefix == size)
        demand(result->size == size, "%s: says that nothing changes in %s",
                      tkz_normal_form_name(m->form), hex(text, size));
}

static void check_local(machine *m, const char *text, const outcome *result)
{
    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];
        outcome alone = run(m, text + span->source_start, span->source_size, false);
        demand(alone.size == span->target_size &&
                          memcmp(alone.text, result->text + span->target_start, alone.size) == 0,
                      "%s: the stretch %s alone gives something else",
                      tkz_normal_form_name(m->form),
                      hex(text + span->source_start, span->source_size));
        outcome_free(&alone);
    }
}

static void check_text(const tkz__normal_kind *kind, machine *m, const char *text, size_t size)
{
    outcome plain = run(m, text, size, false);
    outcome mapped = run(m, text, size, true);
    demand(plain.size == mapped.size && memcmp(plain.text, mapped.text, plain.size) == 0,
                  "%s: another text with spans for %s", tkz_normal_form_name(m->form),
                  hex(text, size));
    check_spans(m, text, size, &mapped);
    check_unchanged(kind, m, text, size, &plain);
    if (kind->traits & TKZ__NORMAL_IDEMPOTENT) {
        outcome again = run(m, plain.text, plain.size, false);
        demand(again.size == plain.size &&
                          memcmp(again.text, plain.text, plain.size) == 0,
                      "%s: a second run changes the result of %s", tkz_normal_form_name(m->form),
                      hex(text, size));
        outcome_free(&again);
    }
    if (kind->traits & TKZ__NORMAL_LOCAL)
        check_local(m, text, &mapped);
    outcome_free(&plain);
    outcome_free(&mapped);
}

static void check_random(const tkz__normal_kind *kind, machine *m)
{
    char text[256];
    uint64_t state = 20261121;
    for (size_t round = 0; round < 40; round++) {
        size_t size = random_text(&state, text, 40, round % 4 == 0);
        check_text(kind, m, text, size);
    }
}

START_TEST(test_random_text)
{
    for_each_variant(check_random);
}
END_TEST

/* Every string of one and two bytes, and every byte behind a lead byte with one continuation. */
static void check_short(const tkz__normal_kind *kind, machine *m)
{
    char text[3];
    check_text(kind, m, "", 0);
    for (unsigned a = 0; a < 256; a++) {
        text[0] = (char)a;
        check_text(kind, m, text, 1);
    }
    for (unsigned a = 0x60; a < 256; a += a < 0xC0 ? 31 : 5)
        for (unsigned b = 0; b < 256; b += b < 0x80 ? 31 : 7) {
            text[0] = (char)a;
            text[1] = (char)b;
            check_text(kind, m, text, 2);
            text[2] = (char)(a ^ b);
            check_text(kind, m, text, 3);
        }
}

START_TEST(test_short_strings)
{
    for (size_t i = 0; tkz__normal_kind_at(i) != NULL; i++) {
        machine m = machine_of(usable(tkz__normal_kind_at(i)->info.name));
        check_short(tkz__normal_kind_at(i), &m);
        machine_free(&m);
    }
}
END_TEST

/* Long runs of one character: linear, or this test would not end in time. */
static void check_long_runs(const tkz__normal_kind *kind, machine *m)
{
    static const uint32_t runs[] = {' ', 'a', '&', 0x0301, 0x3099, 0x304B, 0x30FC,
                                    0x301C, 0x1100, 0xFF8A, 0xFFFD, 0x3000};
    enum { SIZE = 20000 };
    char *text = malloc(SIZE + 4);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        size_t size = 0;
        while (size < SIZE)
            size += tkz__utf8_encode(runs[i], text + size);
        outcome result = run(m, text, size, true);
        check_spans(m, text, size, &result);
        check_unchanged(kind, m, text, size, &result);
        outcome_free(&result);
    }
    for (size_t size = 0, i = 0; size < SIZE; i++) /* two classes of marks in turn */
        size += tkz__utf8_encode(i % 2 ? 0x0301 : 0x0323, text + size);
    outcome result = run(m, text, SIZE, true);
    check_spans(m, text, SIZE, &result);
    outcome_free(&result);
    free(text);
}

START_TEST(test_long_runs)
{
    for_each_variant(check_long_runs);
}
END_TEST

/* ---- Chains -------------------------------------------------------------------- */

/* A word in the output leads back to exactly the bytes it was written with. */
START_TEST(test_masked_word_leads_back)
{
    static const char *const chains[] = {"nfkc", "nfkc,nfd", "ja-v1,nfkc,control-v1",
                                         "neologdn,nfkc_cf", "entities-v1,ja-v1",
                                         "nmt_nfkc", "nfd,nfc,ja-v1"};
    static const char *const written[] = {"SECRET", "ＳＥＣＲＥＴ", "SＥCＲEＴ"};
    uint64_t state = 7;
    size_t found = 0;
    for (size_t c = 0; c < sizeof chains / sizeof *chains; c++) {
        machine m = machine_of(chains[c]);
        for (size_t round = 0; round < 600; round++) {
            char text[600];
            const char *word = written[round % 3];
            size_t before = random_text(&state, text, 20, false);
            memcpy(text + before, "。", 3); /* so that no mark joins the word */
            memcpy(text + before + 3, word, strlen(word));
            size_t size = before + 3 + strlen(word);
            memcpy(text + size, "。", 3);
            size += 3 + random_text(&state, text + size + 3, 20, false);
            outcome result = run(&m, text, size, true);
            for (size_t at = 0; at + 6 <= result.size; at++) {
                if (memcmp(result.text + at, "SECRET", 6) != 0 &&
                    memcmp(result.text + at, "secret", 6) != 0)
                    continue;
                uint64_t start, end;
                ck_assert_status(tkz_normalizer_source_range(m.worker, at, at + 6, &start, &end,
                                                             NULL));
                demand(start == before + 3 && end == before + 3 + strlen(word),
                              "%s: %llu..%llu in %s", chains[c], (unsigned long long)start,
                              (unsigned long long)end, hex(text, size));
                found++;
            }
            outcome_free(&result);
        }
        machine_free(&m);
    }
    ck_assert_uint_gt(found, 4000);
}
END_TEST

/* The chain gives what its steps give one after the other, and each output byte comes from a range
 * that holds what the steps' own maps say. */
START_TEST(test_chains_equal_steps)
{
    uint64_t state = 99;
    size_t kinds = tkz_normal_step_count();
    for (size_t round = 0; round < 60; round++) {
        const char *one = usable(tkz_normal_step_at(test_random(&state) % kinds)->name);
        const char *two = usable(tkz_normal_step_at(test_random(&state) % kinds)->name);
        char steps[200], text[256];
        snprintf(steps, sizeof steps, "%s,%s", one, two);
        machine both = machine_of(steps), first = machine_of(one), second = machine_of(two);
        for (size_t i = 0; i < 10; i++) {
            size_t size = random_text(&state, text, 30, i == 0);
            outcome middle = run(&first, text, size, true);
            outcome last = run(&second, middle.text, middle.size, true);
            outcome whole = run(&both, text, size, true);
            demand(whole.size == last.size &&
                              memcmp(whole.text, last.text, last.size) == 0,
                          "%s of %s", steps, hex(text, size));
            check_spans(&both, text, size, &whole);
            for (uint64_t at = 0; at < whole.size; at++) {
                uint64_t a, b, start, end, s, e;
                ck_assert_status(
                    tkz_normalizer_source_range(second.worker, at, at + 1, &a, &b, NULL));
                ck_assert_status(tkz_normalizer_source_range(first.worker, a, b, &start, &end,
                                                             NULL));
                ck_assert_status(tkz_normalizer_source_range(both.worker, at, at + 1, &s, &e,
                                                             NULL));
                demand((start == end && s == e) || (s <= start && e >= end) ||
                                  (start == end && start >= s && start <= e),
                              "%s: byte %llu of %s", steps, (unsigned long long)at,
                              hex(text, size));
            }
            outcome_free(&middle);
            outcome_free(&last);
            outcome_free(&whole);
        }
        machine_free(&both);
        machine_free(&first);
        machine_free(&second);
    }
}
END_TEST

/* ---- Names and options ----------------------------------------------------------- */

START_TEST(test_names)
{
    for (size_t i = 0; tkz_normal_step_at(i) != NULL; i++) {
        const tkz_normal_step_info *info = tkz_normal_step_at(i);
        machine m = machine_of(usable(info->name));
        ck_assert_str_eq(tkz_normal_form_name(m.form), usable(info->name));
        machine_free(&m);
        ck_assert_msg(strrchr(info->name, '-') != NULL, "%s has no version", info->name);
        ck_assert_msg(info->text[0] != '\0', "%s says nothing", info->name);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(tkz_normal_step_at(k)->name, info->name);
    }
    ck_assert_uint_gt(tkz_normal_step_count(), 20);
    ck_assert_ptr_null(tkz_normal_step_at(tkz_normal_step_count()));
}
END_TEST

START_TEST(test_full_name_reads_back)
{
    static const char *const steps[][2] = {
        {"nfkc,ja", "nfkc-18.0,ja-v1"},
        {"neologdn:repeat=3:tilde=ignore", "neologdn-0.5.6:repeat=3:tilde=ignore"},
        {"replace:pattern=a\\,b\\:\\=\\\\:content=x", "replace-hf0.23:pattern=a\\,b\\:\\=\\\\:"
                                                      "content=x"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        machine m = machine_of(steps[i][0]);
        const char *name = tkz_normal_form_name(m.form);
        ck_assert_str_eq(name, steps[i][1]);
        machine again = machine_of(name);
        ck_assert_str_eq(tkz_normal_form_name(again.form), name);
        machine_free(&again);
        machine_free(&m);
    }
}
END_TEST

START_TEST(test_complaints)
{
    static const struct {
        const char *steps;
        tkz_status status;
        const char *part;
    } cases[] = {
        {"nfck-15.0", TKZ_STATUS_NOT_FOUND, "did you mean \"nf"},
        {"zzzzzzzz", TKZ_STATUS_NOT_FOUND, "tokenize list normalizers"},
        {",", TKZ_STATUS_NOT_FOUND, "no step \"\""},
        {"nfc,", TKZ_STATUS_NOT_FOUND, "no step \"\""},
        {"nfc:x=1", TKZ_STATUS_INVALID_OPTION, "no options"},
        {"neologdn:tild=ignore", TKZ_STATUS_INVALID_OPTION, "did you mean \"tilde\""},
        {"neologdn:tilde", TKZ_STATUS_INVALID_OPTION, "needs a value"},
        {"neologdn:tilde=perhaps", TKZ_STATUS_INVALID_OPTION, "is one of"},
        {"neologdn:repeat=x", TKZ_STATUS_INVALID_OPTION, "whole number"},
        {"neologdn:repeat=-99", TKZ_STATUS_INVALID_OPTION, "whole number"},
        {"nfc=3", TKZ_STATUS_INVALID_OPTION, "unexpected '='"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tkz_normal_form *form;
        tkz_error error;
        tkz_status status = tkz_normal_form_new(&form, cases[i].steps, strlen(cases[i].steps),
                                                NULL, &error);
        ck_assert_msg(status == cases[i].status, "%s: %s %s", cases[i].steps,
                      tkz_status_name(status), error.message);
        ck_assert_msg(strstr(error.message, cases[i].part) != NULL, "%s: %s", cases[i].steps,
                      error.message);
        ck_assert_ptr_null(form);
    }
    ck_assert_int_eq(tkz_normal_form_new(NULL, "", 0, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
}
END_TEST

START_TEST(test_source_range_needs_spans)
{
    machine m = machine_of("nfc");
    uint64_t start, end;
    outcome result = run(&m, "abc", 3, false);
    ck_assert_int_eq(tkz_normalizer_source_range(m.worker, 0, 1, &start, &end, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    outcome_free(&result);
    machine_free(&m);
}
END_TEST

/* ---- Memory ------------------------------------------------------------------------ */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    static const char text[] = "ｶﾞ①Ｋ\xE3\x81\x8B\xE3\x82\x99 ―～ e\xCC\x81\xCC\xA3 &amp; 國\r\n\xFF";
    tkz_normal_form *form = NULL;
    tkz_normalizer *worker = NULL;
    tkz_normalized result;
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

START_TEST(test_allocation_failures)
{
    for (size_t i = 0; tkz_normal_step_at(i) != NULL; i++) {
        char steps[200];
        snprintf(steps, sizeof steps, "nfd,%s", usable(tkz_normal_step_at(i)->name));
        test_all_allocation_failures(attempt, steps);
    }
}
END_TEST

Suite *suite_normal_form(void)
{
    Suite *suite = suite_create("normal_form");
    TCase *steps = tcase_create("steps");
    tcase_add_test(steps, test_random_text);
    tcase_add_test(steps, test_short_strings);
    tcase_add_test(steps, test_long_runs);
    suite_add_tcase(suite, steps);
    TCase *chains = tcase_create("chains");
    tcase_add_test(chains, test_masked_word_leads_back);
    tcase_add_test(chains, test_chains_equal_steps);
    suite_add_tcase(suite, chains);
    TCase *names = tcase_create("names");
    tcase_add_test(names, test_names);
    tcase_add_test(names, test_full_name_reads_back);
    tcase_add_test(names, test_complaints);
    tcase_add_test(names, test_source_range_needs_spans);
    tcase_add_test(names, test_allocation_failures);
    suite_add_tcase(suite, names);
    return suite;
}
