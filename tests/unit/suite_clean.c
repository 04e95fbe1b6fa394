/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters: the registry, the measures against a naive count, sets from JSON and
 * their complaints, verdicts.
 */
#include <stdio.h>
#include <string.h>

#include "clean/filter_set.h"
#include "clean/measuring.h"
#include "clean/presets.h"
#include "core/nearest_name.h"
#include "testing.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

Suite *suite_clean(void);

static tkz_filter_set *make_set(const char *json)
{
    tkz_filter_set *set;
    tkz_error error;
    tkz_status status = tkz_filter_set_new(&set, json, strlen(json), NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s: %s: %s", json, error.where, error.message);
    return set;
}

static tkz_verdict judge(const char *json, const char *text)
{
    tkz_filter_set *set = make_set(json);
    tkz_cleaner *cleaner;
    tkz_verdict verdict;
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_judge(cleaner, text, strlen(text), &verdict, NULL));
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    return verdict;
}

static void assert_kept(const char *json, const char *text)
{
    tkz_verdict verdict = judge(json, text);
    ck_assert_msg(verdict.keep == 1, "%s: %s (%f < %f)", text, verdict.reason, verdict.value,
                  verdict.threshold);
    ck_assert_ptr_null(verdict.filter);
    ck_assert_ptr_null(verdict.reason);
}

static void assert_dropped(const char *json, const char *text, const char *reason)
{
    tkz_verdict verdict = judge(json, text);
    ck_assert_msg(verdict.keep == 0, "%s is kept", text);
    ck_assert_str_eq(verdict.reason, reason);
    ck_assert_ptr_nonnull(verdict.filter);
}

/* ---- Registry ----------------------------------------------------------- */

START_TEST(test_registry)
{
    ck_assert_uint_ge(tkz_filter_count(), 2);
    ck_assert_str_eq(tkz_filter_at(0)->name, "length");
    ck_assert_str_eq(tkz_filter_at(1)->name, "japanese_ratio");
    ck_assert_ptr_null(tkz_filter_at(tkz_filter_count()));
    ck_assert_ptr_null(tkz_filter_at(SIZE_MAX));
    ck_assert_ptr_eq(&tkz__filter_find("length", 6)->info, tkz_filter_at(0));
    ck_assert_ptr_null(tkz__filter_find("length", 5));
    ck_assert_ptr_null(tkz__filter_find("length\0", 7));
    ck_assert_ptr_null(tkz__filter_find("", 0));
}
END_TEST

/* A word of which nothing is said. */
static const char *no_feature(void *worker, size_t index, size_t *size)
{
    (void)worker;
    (void)index;
    *size = 0;
    return "";
}

/* What every filter owes the registry, whichever filters are there. */
START_TEST(test_every_filter_is_well_formed)
{
    for (size_t i = 0; i < tkz_filter_count(); i++) {
        const tkz__filter *filter = tkz__filter_at(i);
        const tkz_filter_info *info = &filter->info;
        char json[128];
        double defaults[16];
        uint32_t lower = info->comparison & (TKZ_DROP_BELOW | TKZ_DROP_AT_OR_BELOW);
        uint32_t upper = info->comparison & (TKZ_DROP_ABOVE | TKZ_DROP_AT_OR_ABOVE);
        bool has_file = false;
        ck_assert_msg((filter->value != NULL) + (filter->evaluate != NULL) == 1, "%s", info->name);
        ck_assert_msg((info->comparison != 0) + (filter->decide != NULL) == 1, "%s", info->name);
        ck_assert(lower == 0 || (info->below != NULL && filter->decide == NULL));
        ck_assert(upper == 0 || (info->above != NULL && filter->decide == NULL));
        ck_assert_uint_gt(strlen(info->text), 0);
        ck_assert_uint_gt(strlen(info->unit), 0);
        ck_assert_uint_gt(strlen(info->source), 0);
        if (lower)
            ck_assert_str_eq(info->parameters[0].name, "minimum");
        if (upper)
            ck_assert_str_eq(info->parameters[lower != 0].name, "maximum");
        ck_assert_uint_le(info->parameter_count, sizeof defaults / sizeof defaults[0]);
        for (size_t j = 0; j < info->parameter_count; j++) {
            const tkz_parameter_info *parameter = &info->parameters[j];
            ck_assert_str_ne(parameter->name, "name"); /* taken by the filter's own name */
            ck_assert_uint_gt(strlen(parameter->text), 0);
            ck_assert(parameter->minimum <= parameter->default_value);
            ck_assert(parameter->default_value <= parameter->maximum);
            defaults[j] = parameter->default_value;
            has_file |= parameter->type == TKZ_PARAMETER_FILE;
        }
        ck_assert(has_file == (filter->open != NULL));
        ck_assert(has_file == (filter->close != NULL));
        ck_assert(filter->conflict == NULL || filter->conflict(defaults) == NULL);
        for (size_t j = i + 1; j < tkz_filter_count(); j++)
            ck_assert_str_ne(info->name, tkz_filter_at(j)->name);
        snprintf(json, sizeof json, "[{\"name\": \"%s\"}]", info->name);
        if (has_file)
            continue;
        tkz_filter_set *set = make_set(json);
        tkz_cleaner *cleaner;
        double values[2] = {0};
        ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
        tkz_boundaries words = tkz_white_space_boundaries();
        words.feature = no_feature;
        ck_assert_status(tkz_cleaner_set_words(cleaner, &words, NULL));
        ck_assert_status(tkz_cleaner_measure(cleaner, "", 0, values, NULL)); /* the empty document */
        ck_assert(values[0] == values[0] && values[1] == values[1]);         /* not NaN */
        tkz_cleaner_free(cleaner);
        tkz_filter_set_free(set);
    }
}
END_TEST

static const char *fruit_at(const void *context, size_t index)
{
    static const char *const fruits[] = {"apple", "apricot", "cherry"};
    (void)context;
    return index < 3 ? fruits[index] : NULL;
}

START_TEST(test_nearest_name)
{
    char longer[300];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    ck_assert_str_eq(tkz__nearest_name("aple", fruit_at, NULL), "apple");
    ck_assert_str_eq(tkz__nearest_name("apricots", fruit_at, NULL), "apricot");
    ck_assert_str_eq(tkz__nearest_name("chrery", fruit_at, NULL), "cherry");
    ck_assert_ptr_null(tkz__nearest_name("", fruit_at, NULL));
    ck_assert_ptr_null(tkz__nearest_name("banana", fruit_at, NULL));
    ck_assert_ptr_null(tkz__nearest_name(longer, fruit_at, NULL));
}
END_TEST

/* ---- Measures ----------------------------------------------------------- */

/* Japanese signs written down as the documentation does. */
static bool is_sign(uint32_t character, uint32_t flags)
{
    if (flags & (TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN))
        return false;
    if (character >= 0x3001 && character <= 0x30FF)
        return character != 0x3040 && character != 0x3097 && character != 0x3098; /* unassigned */
    if (character >= 0xFF01 && character <= 0xFF65)
        return (flags & (TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL)) != 0;
    return false;
}

/* Counts one by one, straight from the definition of each flag. */
static void count_naively(uint64_t counts[TKZ__KINDS], const char *text, size_t size)
{
    memset(counts, 0, TKZ__KINDS * sizeof *counts);
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_decode(text + at, size - at, &character);
        uint32_t flags = tkz__character_kind(character);
        for (int kind = 0; kind < TKZ__KINDS; kind++)
            counts[kind] += flags >> kind & 1;
    }
}

static tkz__character_kinds kinds;
static tkz__measuring measuring;

static void setup_measuring(void)
{
    ck_assert(tkz__character_kinds_init(&kinds));
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz_boundaries words = tkz_white_space_boundaries();
    tkz__ngram_orders all = {TKZ__NGRAM_LEAST, TKZ__NGRAM_MOST};
    tkz__measuring_init(&measuring, &kinds, all, all, &memory);
    ck_assert_status(tkz__document_words_use(&measuring.words, &words, NULL));
}

static void teardown_measuring(void)
{
    tkz__measuring_free(&measuring);
}

static void measure(const char *text, size_t size, uint32_t wanted)
{
    ck_assert_status(tkz__measuring_start(&measuring, text, size, NULL));
    ck_assert_status(tkz__measuring_need(&measuring, wanted, NULL));
}

/* Classes of Unicode, and the signs as the documentation has them; that the table gives what the
 * definition does. */
START_TEST(test_kinds_of_every_character)
{
    for (uint32_t character = 0; character < 0x110000; character++) {
        uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
        uint32_t found = tkz__character_flags(&kinds, character);
        if (character >= 0xD800 && character < 0xE000)
            continue;
        bool right = found == tkz__character_kind(character) &&
                     (found >> TKZ__KIND_WHITE_SPACE & 1) == ((flags & TKZ__CHAR_WHITE_SPACE) != 0) &&
                     (found >> TKZ__KIND_HIRAGANA & 1) == ((flags & TKZ__CHAR_HIRAGANA) != 0) &&
                     (found >> TKZ__KIND_KATAKANA & 1) == ((flags & TKZ__CHAR_KATAKANA) != 0) &&
                     (found >> TKZ__KIND_HAN & 1) == ((flags & TKZ__CHAR_HAN) != 0) &&
                     (found >> TKZ__KIND_JAPANESE_SIGN & 1) == is_sign(character, flags);
        ck_assert_msg(right, "U+%04X", character);
    }
}
END_TEST

START_TEST(test_counts_of_random_texts)
{
    static const uint32_t starts[] = {0x20, 0x3000, 0x3040, 0x30A0, 0x4E00, 0xFF00, 0x20000, 0xA0};
    uint64_t state = 5;
    for (int round = 0; round < 300; round++) {
        static char text[65536];
        size_t size = 0;
        size_t characters = test_random(&state) % 9000; /* beyond several chunks */
        uint64_t expected[TKZ__KINDS];
        for (size_t i = 0; i < characters; i++) {
            uint64_t random = test_random(&state) >> 8;
            size += tkz__utf8_encode(starts[random % 8] + (uint32_t)(random >> 8) % 96,
                                     text + size);
        }
        count_naively(expected, text, size);
        measure(text, size, TKZ__MEASURE_KINDS | TKZ__MEASURE_LENGTH);
        ck_assert_mem_eq(measuring.measures.kinds, expected, sizeof expected);
        ck_assert_uint_eq(measuring.measures.characters, characters);
        measure(text, size, TKZ__MEASURE_SENTENCES); /* decodes all at once */
        ck_assert_status(tkz__measuring_need(&measuring, TKZ__MEASURE_KINDS, NULL));
        ck_assert_mem_eq(measuring.measures.kinds, expected, sizeof expected);
        ck_assert_uint_eq(measuring.count, characters);
    }
}
END_TEST

START_TEST(test_measures_refuse_invalid_text)
{
    static const char text[] = "日本\xE8\xAAgo";
    tkz_error error;
    ck_assert_int_eq(tkz__measuring_start(&measuring, text, sizeof text - 1, &error),
                     TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.offset, 6);
    measure(NULL, 0, (1 << TKZ__MEASURE_GROUPS) - 1);
    ck_assert_uint_eq(measuring.measures.characters, 0);
    ck_assert_uint_eq(measuring.measures.sentences.lines, 1); /* "".split("\n") is one line */
    ck_assert_uint_eq(measuring.measures.sentences.sentences, 0);
}
END_TEST

/* What a text of lines and sentences gives, written down by hand. */
START_TEST(test_sentences)
{
    static const char text[] = "。。あ。い！\nあ。い！\n\n\nそれは…  \nう？？え\nうえ";
    measure(text, sizeof text - 1, TKZ__MEASURE_SENTENCES);
    const tkz__sentence_measures *found = &measuring.measures.sentences;
    ck_assert_uint_eq(found->lines, 7);
    /* The first two are equal once stray marks are gone; the empty ones are. */
    ck_assert_uint_eq(found->repeated_lines, 2);
    ck_assert_uint_eq(found->repeated_line_characters, 4);
    ck_assert_uint_eq(found->line_characters, 4 + 4 + 6 + 3 + 2);
    ck_assert_uint_eq(found->sentences, 2 + 2 + 1 + 2 + 1);
    ck_assert_uint_eq(found->repeated_sentences, 2);
    ck_assert_uint_eq(found->repeated_sentence_characters, 4);
    ck_assert_uint_eq(found->longest, 6);
    ck_assert_uint_eq(found->ellipses, 1);
}
END_TEST

/* Against counting each n-gram with each other. */
START_TEST(test_ngrams)
{
    uint64_t state = 77;
    for (int round = 0; round < 60; round++) {
        char text[400];
        size_t size = test_random(&state) % 300;
        uint32_t letters = 1 + (uint32_t)(test_random(&state) % 6);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)('a' + (test_random(&state) >> 20) % letters);
        measure(text, size, TKZ__MEASURE_NGRAMS);
        for (size_t n = 2; n <= TKZ__NGRAM_MOST; n++) {
            tkz__ngram_counts expected = {.total = size >= n ? size - n + 1 : 0};
            const tkz__ngram_counts *found = &measuring.measures.ngrams[n];
            for (size_t i = 0; i < expected.total; i++) {
                uint64_t before = 0, times = 0;
                for (size_t j = 0; j < expected.total; j++) {
                    bool equal = memcmp(text + i, text + j, n) == 0;
                    times += equal;
                    before += equal && j < i;
                }
                expected.distinct += before == 0;
                expected.repeated += before == 0 && times > 1;
                if (times > expected.most_common)
                    expected.most_common = times;
            }
            ck_assert_uint_eq(found->total, expected.total);
            ck_assert_uint_eq(found->distinct, expected.distinct);
            ck_assert_uint_eq(found->repeated, expected.repeated);
            ck_assert_uint_eq(found->most_common, expected.most_common);
        }
    }
}
END_TEST

/* ---- Sets from JSON ----------------------------------------------------- */

START_TEST(test_set)
{
    tkz_filter_set *set = make_set("[{\"name\": \"japanese_ratio\"},"
                                   " {\"maximum\": 70, \"name\": \"length\", \"minimum\": 7},"
                                   " {\"name\": \"japanese_ratio\", \"minimum\": 1}]");
    ck_assert_uint_eq(tkz_filter_set_count(set), 3);
    ck_assert_str_eq(tkz_filter_set_name(set, 0), "japanese_ratio");
    ck_assert_str_eq(tkz_filter_set_name(set, 1), "length");
    ck_assert_ptr_null(tkz_filter_set_name(set, 3));
    ck_assert_double_eq(set->chosen[0].parameters[0], 0.1);
    ck_assert_double_eq(set->chosen[0].parameters[1], 0.02);
    ck_assert_double_eq(set->chosen[1].parameters[0], 7);
    ck_assert_double_eq(set->chosen[1].parameters[1], 70);
    ck_assert_double_eq(set->chosen[2].parameters[0], 1); /* a whole number is a number */
    tkz_filter_set_free(set);
    tkz_filter_set_free(NULL);

    set = make_set(" [ ] ");
    ck_assert_uint_eq(tkz_filter_set_count(set), 0);
    tkz_filter_set_free(set);
    assert_kept("[]", "");
}
END_TEST

/* Each complaint: the JSON, where it is, and what the message must hold. */
static const struct {
    const char *json;
    const char *where;
    const char *message;
} bad_sets[] = {
    {"", "filters", "invalid JSON"},
    {"[{\"name\": \"length\"}", "filters", "invalid JSON"},
    {"[] []", "filters", "invalid JSON"},
    {"{\"name\": \"length\"}", "filters", "must be an array"},
    {"null", "filters", "must be an array"},
    {"[\"length\"]", "filters[0]", "with a \"name\""},
    {"[[]]", "filters[0]", "with a \"name\""},
    {"[{}]", "filters[0]", "with a \"name\""},
    {"[{\"name\": 3}]", "filters[0]", "with a \"name\""},
    {"[{\"name\": \"length\"}, {\"name\": \"lenght\"}]", "filters[1]",
     "did you mean \"length\"? There are: length, japanese_ratio, swallow_letters"},
    {"[{\"name\": \"entropy\"}]", "filters[0]",
     "unknown filter \"entropy\"; there are: length, japanese_ratio, swallow_letters"},
    {"[{\"name\": \"\"}]", "filters[0]", "unknown filter \"\""},
    {"[{\"name\": \"length\\u0000\"}]", "filters", "invalid JSON"},
    {"[{\"name\": \"length\", \"minimun\": 3}]", "filters[0]",
     "unknown parameter \"minimun\", did you mean \"minimum\"? There are: minimum, maximum"},
    {"[{\"name\": \"length\", \"Name\": \"x\"}]", "filters[0]", "unknown parameter \"Name\""},
    {"[{\"name\": \"length\", \"minimum\": 3, \"minimum\": 4}]", "filters", "duplicate"},
    {"[{\"name\": \"length\", \"minimum\": -1}]", "filters[0].minimum",
     "whole number from 0 to 1e+15 (default 50)"},
    {"[{\"name\": \"length\", \"maximum\": 9223372036854775807}]", "filters[0].maximum",
     "whole number from 0 to 1e+15"},
    {"[{\"name\": \"length\", \"minimum\": 2.5}]", "filters[0].minimum", "whole number"},
    {"[{\"name\": \"length\", \"minimum\": \"50\"}]", "filters[0].minimum", "whole number"},
    {"[{\"name\": \"length\", \"minimum\": null}]", "filters[0].minimum", "whole number"},
    {"[{\"name\": \"japanese_ratio\", \"minimum_kana\": 1.5}]", "filters[0].minimum_kana",
     "must be a number from 0 to 1 (default 0.02)"},
    {"[{\"name\": \"japanese_ratio\", \"minimum\": true}]", "filters[0].minimum", "a number"},
    {"[{\"name\": \"swallow_japanese\", \"compat\": 1}]", "filters[0].compat",
     "must be true or false (default false)"},
    {"[{\"name\": \"swallow_ng_words\"}]", "filters[0].file", "list of words"},
    {"[{\"name\": \"swallow_ng_words\", \"file\": \"\"}]", "filters[0].file", "name of a file"},
    {"[{\"name\": \"length\"}, {\"preset\": \"swallow\"}]", "filters[1].preset",
     "unknown preset \"swallow\", did you mean"},
    {"[{\"preset\": \"swallow-v1\"}]", "filters[0].preset", "github.com/MosasoM"},
    {"[{\"preset\": \"swallow-v1\", \"list\": \"x\"}]", "filters[0].list", "only \"lists\""},
    {"[{\"preset\": 3}]", "filters[0].preset", "must be a string"},
    {"[{\"name\": \"length\", \"minimum\": 9, \"maximum\": 8}]", "filters[0]",
     "\"minimum\" is above \"maximum\""},
    {"[{\"name\": \"length\", \"minimum\": 100000001}]", "filters[0]",
     "\"minimum\" is above \"maximum\""},
};

START_TEST(test_complaints)
{
    const char *json = bad_sets[_i].json;
    tkz_filter_set *set;
    tkz_error error;
    ck_assert_int_eq(tkz_filter_set_new(&set, json, strlen(json), NULL, &error),
                     TKZ_STATUS_INVALID_RECIPE);
    ck_assert_ptr_null(set);
    ck_assert_str_eq(error.where, bad_sets[_i].where);
    ck_assert_msg(strstr(error.message, bad_sets[_i].message) != NULL, "%s: %s", json,
                  error.message);
    ck_assert_int_eq(tkz_filter_set_new(&set, json, strlen(json), NULL, NULL),
                     TKZ_STATUS_INVALID_RECIPE);
}
END_TEST

/* A message is cut between characters, however long the wrong name, and nesting is no danger. */
START_TEST(test_hostile_json)
{
    static char json[200000];
    tkz_filter_set *set;
    tkz_error error;
    for (size_t start = 0; start < 3; start++) {
        size_t size = (size_t)snprintf(json, sizeof json, "[{\"name\": \"%.*s", (int)start, "xx");
        for (int i = 0; i < 10000; i++, size += 3)
            memcpy(json + size, "字", 3);
        memcpy(json + size, "\"}]", 3);
        size += 3;
        ck_assert_int_eq(tkz_filter_set_new(&set, json, size, NULL, &error),
                         TKZ_STATUS_INVALID_RECIPE);
        ck_assert_ptr_nonnull(strstr(error.message, "字\"; there are: length"));
        for (size_t at = 0; at < strlen(error.message);) {
            uint32_t character;
            at += tkz__utf8_decode(error.message + at, strlen(error.message) - at, &character);
            ck_assert_uint_ne(character, TKZ__UTF8_INVALID);
        }
    }
    memset(json, '[', sizeof json);
    ck_assert_int_eq(tkz_filter_set_new(&set, json, sizeof json, NULL, &error),
                     TKZ_STATUS_INVALID_RECIPE);
    ck_assert_int_eq(tkz_filter_set_new(&set, "[\"\xFF\"]", 5, NULL, &error),
                     TKZ_STATUS_INVALID_RECIPE);
}
END_TEST

static tkz_status make_all(void *context, const tkz_allocator *allocator)
{
    const char *json = context;
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error;
    tkz_status status = tkz_filter_set_new(&set, json, strlen(json), allocator, &error);
    if (status != TKZ_OK)
        return status;
    double values[64];
    status = tkz_cleaner_new(&cleaner, set, allocator, &error);
    if (status == TKZ_OK) {
        status = tkz_cleaner_measure(cleaner, "。あ。い。。う\n", 22, values, &error);
        tkz_cleaner_free(cleaner);
    }
    tkz_filter_set_free(set);
    return status;
}

START_TEST(test_memory_use)
{
    char json[] = "[{\"name\": \"length\"}, {\"name\": \"japanese_ratio\"}]";
    char preset[] = "[{\"preset\": \"swallow-v1-quality\"}]";
    char empty[] = "[]";
    test_all_allocation_failures(make_all, preset);
    test_all_allocation_failures(make_all, json);
    test_all_allocation_failures(make_all, empty);

    test_memory memory;
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_verdict verdict;
    double values[3];
    test_memory_init(&memory);
    ck_assert_int_eq(tkz_filter_set_new(&set, "[{\"name\": \"length\", \"minimum\": -1}]", 34,
                                        &memory.allocator, NULL),
                     TKZ_STATUS_INVALID_RECIPE);
    ck_assert_int_eq(memory.blocks, 0);
    ck_assert_status(tkz_filter_set_new(&set, json, strlen(json), &memory.allocator, NULL));
    ck_assert_status(tkz_cleaner_new(&cleaner, set, &memory.allocator, NULL));
    ck_assert_status(tkz_cleaner_judge(cleaner, "あ1", 4, &verdict, NULL));
    uint64_t requests = memory.requests;
    for (int i = 0; i < 100; i++) {
        ck_assert_status(tkz_cleaner_judge(cleaner, "あ1", 4, &verdict, NULL));
        ck_assert_status(tkz_cleaner_measure(cleaner, "あ1", 4, values, NULL));
    }
    ck_assert_uint_eq(memory.requests, requests); /* judging allocates nothing */
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    ck_assert_int_eq(memory.blocks, 0);
}
END_TEST

START_TEST(test_arguments)
{
    tkz_filter_set *set = make_set("[{\"name\": \"length\"}]");
    tkz_cleaner *cleaner;
    tkz_verdict verdict;
    double value;
    tkz_filter_set *other;
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_int_eq(tkz_filter_set_new(NULL, "[]", 2, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_filter_set_new(&other, NULL, 0, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_new(&cleaner, NULL, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_new(NULL, set, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_judge(NULL, "", 0, &verdict, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_judge(cleaner, NULL, 1, &verdict, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_judge(cleaner, "", 0, NULL, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, "", 0, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, NULL, 1, &value, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_cleaner_free(cleaner);
    tkz_cleaner_free(NULL);
    tkz_filter_set_free(set);
}
END_TEST

/* ---- Verdicts ----------------------------------------------------------- */

START_TEST(test_length)
{
    const char *json = "[{\"name\": \"length\", \"minimum\": 3, \"maximum\": 5}]";
    tkz_verdict verdict = judge(json, "漢字");
    ck_assert_int_eq(verdict.keep, 0);
    ck_assert_str_eq(verdict.filter, "length");
    ck_assert_str_eq(verdict.reason, "too_short");
    ck_assert_uint_eq(verdict.filter_index, 0);
    ck_assert_double_eq(verdict.value, 2);
    ck_assert_double_eq(verdict.threshold, 3);
    assert_kept(json, "漢字か");
    assert_kept(json, "𠮷野家です");
    verdict = judge(json, "abcdef");
    ck_assert_str_eq(verdict.reason, "too_long");
    ck_assert_double_eq(verdict.value, 6);
    ck_assert_double_eq(verdict.threshold, 5);
    assert_dropped(json, "", "too_short");
    assert_kept("[{\"name\": \"length\", \"minimum\": 0}]", "");
}
END_TEST

START_TEST(test_japanese_ratio)
{
    const char *defaults = "[{\"name\": \"japanese_ratio\"}]";
    const char *half = "[{\"name\": \"japanese_ratio\", \"minimum\": 0.5}]";
    assert_kept(defaults, "吾輩は猫である。名前はまだ無い。");
    assert_kept(defaults, "第一條　大日本帝國ハ萬世一系ノ天皇之ヲ統治ス"); /* kanji and katakana */
    assert_kept(defaults, "ｱｲｳｴｵ ｶﾞｷﾞ");
    assert_kept(defaults, "は\xE3\x82\x99行"); /* decomposed ば: the mark counts as Japanese */
    assert_kept(defaults, "int main(void) { return 0; } // ここで終わる");
    assert_dropped(half, "int main(void) { return 0; } // ここで終わる", "too_little_japanese");
    assert_dropped(defaults, "The quick brown fox jumps over the lazy dog.",
                   "too_little_japanese");
    assert_dropped(defaults, "我们的目标是让每个人都能使用开放的软件。", "no_kana");
    assert_dropped(defaults, "모든 인간은 태어날 때부터 자유롭다.", "too_little_japanese");
    assert_dropped(defaults, "", "too_little_japanese");
    assert_dropped(defaults, " \n\t　", "too_little_japanese");
    assert_dropped(defaults, "東京都", "no_kana");

    /* White space, full-width too, is left out: 3 of 6. */
    tkz_verdict verdict = judge("[{\"name\": \"japanese_ratio\", \"minimum\": 1}]",
                                "あ 　ア\n漢\r\na1Ａ");
    ck_assert_str_eq(verdict.reason, "too_little_japanese");
    ck_assert_double_eq(verdict.value, 0.5);
    ck_assert_double_eq(verdict.threshold, 1);

    /* 1 kana of 4 Japanese characters; signs are among them. */
    verdict = judge("[{\"name\": \"japanese_ratio\", \"minimum_kana\": 0.5}]", "漢字の。");
    ck_assert_str_eq(verdict.reason, "no_kana");
    ck_assert_double_eq(verdict.value, 0.25);
    ck_assert_double_eq(verdict.threshold, 0.5);
    assert_kept("[{\"name\": \"japanese_ratio\", \"minimum_kana\": 0.25}]", "漢字の。");
    assert_kept("[{\"name\": \"japanese_ratio\", \"minimum_kana\": 0}]", "東京都");
    assert_kept("[{\"name\": \"japanese_ratio\", \"minimum\": 0, \"minimum_kana\": 0}]", "");
}
END_TEST

START_TEST(test_first_filter_decides)
{
    tkz_verdict verdict = judge("[{\"name\": \"japanese_ratio\"}, {\"name\": \"length\"}]", "a");
    ck_assert_str_eq(verdict.filter, "japanese_ratio");
    ck_assert_uint_eq(verdict.filter_index, 0);
    verdict = judge("[{\"name\": \"length\"}, {\"name\": \"japanese_ratio\"}]", "a");
    ck_assert_str_eq(verdict.filter, "length");
    verdict = judge("[{\"name\": \"length\", \"minimum\": 1}, {\"name\": \"japanese_ratio\"}]",
                    "a");
    ck_assert_str_eq(verdict.filter, "japanese_ratio");
    ck_assert_uint_eq(verdict.filter_index, 1);
}
END_TEST

/* Values do not depend on thresholds, and an invalid document is an error, not a verdict. */
START_TEST(test_measure)
{
    tkz_filter_set *set = make_set("[{\"name\": \"length\"}, {\"name\": \"japanese_ratio\"},"
                                   " {\"name\": \"length\", \"minimum\": 99}]");
    tkz_cleaner *cleaner;
    tkz_verdict verdict;
    tkz_error error;
    double values[4];
    ck_assert_status(tkz_cleaner_new(&cleaner, set, NULL, NULL));
    ck_assert_status(tkz_cleaner_measure(cleaner, "日本 ab", 9, values, NULL));
    ck_assert_double_eq(values[0], 5);
    ck_assert_double_eq(values[1], 0.5);
    ck_assert_double_eq(values[2], 0); /* share of kana */
    ck_assert_double_eq(values[3], 5);
    ck_assert_uint_eq(tkz_filter_set_value_count(set), 4);
    ck_assert_str_eq(tkz_filter_set_value_name(set, 2), "japanese_ratio.kana");
    ck_assert_ptr_null(tkz_filter_set_value_name(set, 4));
    ck_assert_status(tkz_cleaner_measure(cleaner, NULL, 0, values, NULL));
    ck_assert_double_eq(values[0], 0);
    ck_assert_double_eq(values[1], 0);
    ck_assert_int_eq(tkz_cleaner_measure(cleaner, "日\xE6\x97", 5, values, &error),
                     TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.offset, 3);
    ck_assert_int_eq(tkz_cleaner_judge(cleaner, "\xC0\x80", 2, &verdict, &error),
                     TKZ_STATUS_BAD_UTF8);
    ck_assert_uint_eq(error.offset, 0);
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
}
END_TEST

Suite *suite_clean(void)
{
    Suite *suite = suite_create("clean");
    TCase *tests = tcase_create("clean");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_registry);
    tcase_add_test(tests, test_every_filter_is_well_formed);
    tcase_add_test(tests, test_nearest_name);
    tcase_add_test(tests, test_set);
    tcase_add_loop_test(tests, test_complaints, 0, sizeof bad_sets / sizeof bad_sets[0]);
    tcase_add_test(tests, test_hostile_json);
    tcase_add_test(tests, test_memory_use);
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_length);
    tcase_add_test(tests, test_japanese_ratio);
    tcase_add_test(tests, test_first_filter_decides);
    tcase_add_test(tests, test_measure);
    suite_add_tcase(suite, tests);
    tests = tcase_create("measures");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup_measuring, teardown_measuring);
    tcase_add_test(tests, test_kinds_of_every_character);
    tcase_add_test(tests, test_counts_of_random_texts);
    tcase_add_test(tests, test_measures_refuse_invalid_text);
    tcase_add_test(tests, test_sentences);
    tcase_add_test(tests, test_ngrams);
    suite_add_tcase(suite, tests);
    return suite;
}
