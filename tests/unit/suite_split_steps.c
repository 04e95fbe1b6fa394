/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-tokenizers that are lists of steps: their text, their chunks and where those came from.
 * tests/oracle/compare_split_steps compares them with the libraries. Leans on split_steps.
 */
#include <string.h>

#include "core/random.h"
#include "subword/split_steps.h"
#include "testing.h"

Suite *suite_split_steps(void);

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define SPACE "\xE2\x96\x81"
#define A "\xE3\x81\x82" /* U+3042 */

/* Chunks as "text@start-end|...". */
static tkz_status run_steps(const tkz__split_steps *steps, const char *text, bool at_start,
                            const tkz_allocator *allocator, tkz__buffer *chunks, tkz_error *error)
{
    tkz__splitter splitter;
    tkz__split_text result;
    tkz__splitter_init(&splitter, allocator);
    tkz_status status =
        tkz__splitter_run(&splitter, steps, text, strlen(text), at_start, true, &result, error);
    for (size_t i = 0; status == TKZ_OK && i < result.chunk_count; i++) {
        uint64_t from = result.chunks[i].start, to = result.chunks[i].end;
        if (result.map != NULL)
            tkz__span_map_to_source(result.map, from, to, &from, &to);
        status = tkz__buffer_append_format(
            chunks, error, "%s%.*s@%d-%d", i > 0 ? "|" : "",
            (int)(result.chunks[i].end - result.chunks[i].start),
            result.text + result.chunks[i].start, (int)from, (int)to);
    }
    tkz__splitter_free(&splitter);
    return status;
}

static tkz_status run(const char *spelling, const char *text, bool at_start,
                      const tkz_allocator *allocator, tkz__buffer *chunks, tkz_error *error)
{
    tkz__split_steps *steps;
    tkz_status status = tkz__split_steps_new(&steps, spelling, strlen(spelling), allocator, error);
    if (status != TKZ_OK)
        return status;
    status = run_steps(steps, text, at_start, allocator, chunks, error);
    tkz__split_steps_free(steps);
    return status;
}

static const struct {
    const char *steps;
    const char *text;
    const char *chunks;
} cuts[] = {
    {"split-hf0.23:text=-:behavior=removed", "a--b-", "a@0-1|b@3-4"},
    {"split-hf0.23:text=-:behavior=isolated", "a--b-", "a@0-1|-@1-2|-@2-3|b@3-4|-@4-5"},
    {"split-hf0.23:text=-:behavior=merged_with_previous", "a--b-", "a-@0-2|-@2-3|b-@3-5"},
    {"split-hf0.23:text=-:behavior=merged_with_next", "a--b-", "a@0-1|-@1-2|-b@2-4|-@4-5"},
    {"split-hf0.23:text=-:behavior=contiguous", "a--b-", "a@0-1|--@1-3|b@3-4|-@4-5"},
    {"split-hf0.23:text=-:behavior=removed:invert=true", "a--b-", "-@1-2|-@2-3|-@4-5"},
    {"split-hf0.23:regex=\\\\d+", "a12b", "a@0-1|12@1-3|b@3-4"},
    {"digits-hf0.23:individual=true", "a12", "a@0-1|1@1-2|2@2-3"},
    {"digits-hf0.23", "a12", "a@0-1|12@1-3"},
    {"punctuation-hf0.23", "a,b" A "\xE3\x80\x82",
     "a@0-1|,@1-2|b" A "@2-6|\xE3\x80\x82@6-9"},
    {"whitespace-hf0.23", "a, b", "a@0-1|,@1-2|b@3-4"},
    {"whitespace_split-hf0.23", "a, b", "a,@0-2|b@3-4"},
    {"delimiter-hf0.23:character=\\:", "a:b", "a@0-1|b@2-3"},
    {"bert-hf0.23", "a, b", "a@0-1|,@1-2|b@3-4"},
    {"unicode_scripts-hf0.23", " a" A "\xE6\xBC\xA2 b", "a@1-2|" A "\xE6\xBC\xA2 @2-9|b@9-10"},
    {"fixed_length-hf0.23:length=2", "a" A "b", "a" A "@0-4|b@4-5"},
    {"metaspace-hf0.23:replacement=" SPACE, "a b", SPACE "a@0-1|" SPACE "b@1-3"},
    {"metaspace-hf0.23:replacement=" SPACE ":prepend=never:split=false", "a b", "a" SPACE "b@0-3"},
    {"metaspace-hf0.23:replacement=" SPACE ":prepend=first", " b", SPACE "b@0-2"},
    {"byte_level-hf0.23", A " b", " " A "@0-3| b@3-5"},
    {"byte_level-hf0.23:prefix_space=false:regex=false", "a b", "a b@0-3"},
    /* Behind ByteLevel a byte is a character, and that of AB is a sign. */
    {"byte_level-hf0.23:prefix_space=false:regex=false,digits-hf0.23", A "1 2",
     A "@0-3|1@3-4| @4-5|2@5-6"},
    {"byte_level-hf0.23:regex=false,punctuation-hf0.23", "\xE3\x82\xAB", " \xE3\x82@0-3|\xAB@0-3"},
    {"whitespace-hf0.23,byte_level-hf0.23:regex=false", "a  b", " a@0-1| b@3-4"},
    {"split-tiktoken0.14:regex=\\\\w+", "a, b", "a@0-1|b@3-4"},
    {"whitespace_split-hf0.23,metaspace-hf0.23:replacement=" SPACE ":prepend=first", " a b",
     "a@1-2|b@3-4"},
    /* Left out behind what was put before it: that still came from the same character. */
    {"metaspace-hf0.23:replacement= :split=false,split-hf0.23:text=a:behavior=removed", "aab",
     " @0-1|b@2-3"},
    {"split-hf0.23:text=a:behavior=removed", "aa", ""},
};

START_TEST(chunks_of)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer chunks;
    tkz_error error = {0};
    tkz__buffer_init(&chunks, &allocator);
    tkz_status status = run(cuts[_i].steps, cuts[_i].text, true, &allocator, &chunks, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_status(tkz__buffer_append_byte(&chunks, 0, NULL));
    ck_assert_msg(strcmp((const char *)chunks.data, cuts[_i].chunks) == 0, "%s: %s",
                  cuts[_i].steps, (const char *)chunks.data);
    tkz__buffer_free(&chunks);
}
END_TEST

START_TEST(not_at_start)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer chunks;
    tkz__buffer_init(&chunks, &allocator);
    ck_assert_status(run("metaspace-hf0.23:replacement=_:prepend=first", "a", false, &allocator,
                         &chunks, NULL));
    ck_assert_uint_eq(chunks.size, strlen("a@0-1"));
    tkz__buffer_free(&chunks);
}
END_TEST

/* ---- The text of steps ------------------------------------------------------ */

static const struct {
    const char *steps;
    tkz_status status;
    uint64_t place;
} bad[] = {
    {"", TKZ_STATUS_BAD_FORMAT, 0},
    {"nope", TKZ_STATUS_BAD_FORMAT, 0},
    {"bert-hf0.23,", TKZ_STATUS_BAD_FORMAT, 12},
    {"bert-hf0.23=", TKZ_STATUS_BAD_FORMAT, 11},
    {"bert-hf0.23:a=b", TKZ_STATUS_BAD_FORMAT, 12},
    {"digits-hf0.23:individual", TKZ_STATUS_BAD_FORMAT, 14},
    {"digits-hf0.23:individual=maybe", TKZ_STATUS_BAD_FORMAT, 25},
    {"digits-hf0.23:individual=true:individual=true", TKZ_STATUS_BAD_FORMAT, 30},
    {"split-hf0.23:behavior=removed", TKZ_STATUS_BAD_FORMAT, 29},
    {"split-hf0.23:text=a:regex=b", TKZ_STATUS_BAD_FORMAT, 26},
    {"split-hf0.23:text=a:behavior=Removed", TKZ_STATUS_BAD_FORMAT, 29},
    {"fixed_length-hf0.23:length=0", TKZ_STATUS_BAD_FORMAT, 27},
    {"fixed_length-hf0.23:length=1000000000", TKZ_STATUS_BAD_FORMAT, 27},
    {"delimiter-hf0.23:character=ab", TKZ_STATUS_BAD_FORMAT, 27},
    {"metaspace-hf0.23:replacement=", TKZ_STATUS_BAD_FORMAT, 29},
    {"split-hf0.23:regex=(", TKZ_STATUS_BAD_FORMAT, 1},
    {"split-hf0.23:regex=\\\\y", TKZ_STATUS_UNSUPPORTED, 0},
    {"byte_level-hf0.23,byte_level-hf0.23", TKZ_STATUS_UNSUPPORTED, UINT64_MAX},
    {"metaspace-hf0.23:replacement=_,metaspace-hf0.23:replacement=a:prepend=first",
     TKZ_STATUS_UNSUPPORTED, UINT64_MAX},
    {"byte_level-hf0.23,digits-hf0.23,metaspace-hf0.23:replacement=_", TKZ_STATUS_UNSUPPORTED,
     UINT64_MAX},
};

START_TEST(refused)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__split_steps *steps;
    tkz_error error = {0};
    tkz_status status =
        tkz__split_steps_new(&steps, bad[_i].steps, strlen(bad[_i].steps), &allocator, &error);
    ck_assert_msg(status == bad[_i].status, "%s: %d %s", bad[_i].steps, (int)status, error.message);
    if (bad[_i].place != UINT64_MAX)
        ck_assert_msg(error.offset == bad[_i].place, "%s: %llu", bad[_i].steps,
                      (unsigned long long)error.offset);
}
END_TEST

START_TEST(too_many)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer text;
    tkz__split_steps *steps;
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_SCRIPTS);
    tkz__buffer_init(&text, &allocator);
    for (int i = 0; i < TKZ__SPLIT_MOST_STEPS; i++)
        ck_assert_status(tkz__split_spec_append(&spec, &text, NULL));
    ck_assert_status(tkz__split_steps_new(&steps, (const char *)text.data, text.size, &allocator,
                                          NULL));
    tkz__split_steps_free(steps);
    ck_assert_status(tkz__split_spec_append(&spec, &text, NULL));
    ck_assert_int_eq(tkz__split_steps_new(&steps, (const char *)text.data, text.size, &allocator,
                                          NULL),
                     TKZ_STATUS_LIMIT);
    tkz__buffer_free(&text);
}
END_TEST

/* Each kind of step, written and read and written again. */
START_TEST(spelled_again)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    char text[] = ",:=\\" A, mark[] = "_";
    for (int kind = 0; kind < TKZ__SPLIT_KINDS; kind++) {
        tkz__buffer first, second;
        tkz__split_spec spec = tkz__split_spec_default((tkz__split_kind)kind), *specs;
        size_t count;
        spec.text = kind == TKZ__SPLIT_DELIMITER || kind == TKZ__SPLIT_METASPACE ? mark : text;
        spec.text_size = strlen(spec.text);
        spec.behavior = TKZ__BEHAVIOR_CONTIGUOUS;
        spec.prepend = TKZ__PREPEND_FIRST;
        spec.is_inverted = true;
        tkz__buffer_init(&first, &allocator);
        tkz__buffer_init(&second, &allocator);
        ck_assert_status(tkz__split_spec_append(&spec, &first, NULL));
        spec.is_regex = !spec.is_regex;
        spec.each = !spec.each;
        ck_assert_status(tkz__split_spec_append(&spec, &first, NULL));
        ck_assert_status(tkz__split_specs_read(&specs, &count, (const char *)first.data,
                                               first.size, &allocator, NULL));
        ck_assert_uint_eq(count, 2);
        ck_assert_status(tkz__split_spec_append(&specs[0], &second, NULL));
        ck_assert_status(tkz__split_spec_append(&specs[1], &second, NULL));
        ck_assert_uint_eq(first.size, second.size);
        ck_assert_mem_eq(first.data, second.data, first.size);
        tkz__split_specs_free(specs, count, &allocator);
        tkz__buffer_free(&first);
        tkz__buffer_free(&second);
    }
}
END_TEST

static tkz_status run_all(void *context, const tkz_allocator *allocator)
{
    tkz__buffer chunks;
    tkz__buffer_init(&chunks, allocator);
    tkz_status status = run(context, "a b1" A "c -d", true, allocator, &chunks, NULL);
    tkz__buffer_free(&chunks);
    return status;
}

START_TEST(memory)
{
    char steps[] = "metaspace-hf0.23:replacement=_,split-hf0.23:regex=\\\\d:behavior=removed,"
                   "bert-hf0.23,delimiter-hf0.23:character=-,byte_level-hf0.23";
    test_all_allocation_failures(run_all, steps);
}
END_TEST

/* One pass over the text cuts as the steps one after the other do. */
START_TEST(words_in_one_pass)
{
    static const char *const pairs[][2] = {
        {"bert-hf0.23", "whitespace_split-hf0.23,punctuation-hf0.23"},
        {"whitespace_split-hf0.23", "whitespace_split-hf0.23,whitespace_split-hf0.23"},
        {"whitespace-hf0.23", "split-tiktoken0.14:regex=\\\\w+|[^\\\\w\\\\s]+"}};
    static const char *const letters[] = {
        "a", "Z", "0", "_", "-", "'", ",", " ", "\t", "\n", A, "\xE6\xBC\xA2", "\xE3\x83\xBB",
        "\xE3\x83\xBC", "\xE3\x80\x82", "\xE3\x80\x80", "\xC2\xA0", "\xE3\x82\x99", "\xEF\xBD\x9E",
        "\xF0\x9F\x98\x80", "\xE2\x80\x8D", "\xC2\xB2", "\xE2\x82\xAC", "\xF0\xA0\xAE\xB7"};
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer chunks[2];
    tkz__split_steps *steps[2];
    uint64_t random = 3;
    for (size_t i = 0; i < 2; i++) {
        const char *spelling = pairs[_i][i];
        tkz__buffer_init(&chunks[i], &allocator);
        ck_assert_status(
            tkz__split_steps_new(&steps[i], spelling, strlen(spelling), &allocator, NULL));
    }
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        char text[128] = "";
        for (uint64_t left = test_random(&random) % 20; left > 0; left--)
            strcat(text, letters[test_random(&random) % COUNT(letters)]);
        for (size_t i = 0; i < 2; i++) {
            tkz__buffer_clear(&chunks[i]);
            ck_assert_status(run_steps(steps[i], text, true, &allocator, &chunks[i], NULL));
            ck_assert_status(tkz__buffer_append_byte(&chunks[i], 0, NULL));
        }
        ck_assert_msg(strcmp((char *)chunks[0].data, (char *)chunks[1].data) == 0,
                      "\"%s\": %s instead of %s", text, (char *)chunks[0].data,
                      (char *)chunks[1].data);
    }
    for (size_t i = 0; i < 2; i++) {
        tkz__split_steps_free(steps[i]);
        tkz__buffer_free(&chunks[i]);
    }
}
END_TEST

/* Spaces become marks in the same places and number whether a map is asked for, which is another way, or not: marks of
 * each size, texts around the sizes of blocks. */
START_TEST(marks_without_map)
{
    static const char *const names[] = {"metaspace-hf0.23:replacement=_", "metaspace-hf0.23:replacement=\xC2\xB7",
                                        "metaspace-hf0.23:replacement=" SPACE,
                                        "metaspace-hf0.23:replacement=\xF0\x9F\x98\x80"};
    static char text[9000];
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__split_steps *steps;
    tkz__splitter splitters[2];
    tkz__split_text results[2];
    tkz__random random = {(uint64_t)_i + 1};
    ck_assert_status(tkz__split_steps_new(&steps, names[_i], strlen(names[_i]), &allocator, NULL));
    for (size_t round = 0; round < 400; round++) {
        size_t size = round < 300 ? round % 100 + 1 : 4090 + round % 100 * 40;
        uint64_t rare = tkz__random_next(&random) % 12 + 1;
        for (size_t i = 0; i < size; i++)
            text[i] = tkz__random_next(&random) % rare == 0 ? ' ' : (char)('!' + tkz__random_next(&random) % 80);
        for (size_t i = 0; i < 2; i++) {
            tkz__splitter_init(&splitters[i], &allocator);
            ck_assert_status(tkz__splitter_run(&splitters[i], steps, text, size, true, i == 0, &results[i], NULL));
        }
        ck_assert_uint_eq(results[0].size, results[1].size);
        ck_assert_int_eq(memcmp(results[0].text, results[1].text, results[0].size), 0);
        ck_assert_uint_eq(results[0].chunk_count, results[1].chunk_count);
        for (size_t i = 0; i < results[0].chunk_count; i++)
            ck_assert_uint_eq(results[0].chunks[i].end, results[1].chunks[i].end);
        tkz__splitter_free(&splitters[0]);
        tkz__splitter_free(&splitters[1]);
    }
    tkz__split_steps_free(steps);
}
END_TEST

Suite *suite_split_steps(void)
{
    Suite *suite = suite_create("split_steps");
    TCase *cases = tcase_create("split_steps");
    tcase_add_loop_test(cases, chunks_of, 0, COUNT(cuts));
    tcase_add_test(cases, not_at_start);
    tcase_add_loop_test(cases, refused, 0, COUNT(bad));
    tcase_add_test(cases, too_many);
    tcase_add_test(cases, spelled_again);
    tcase_add_test(cases, memory);
    tcase_add_loop_test(cases, words_in_one_pass, 0, 3);
    tcase_add_loop_test(cases, marks_without_map, 0, 4);
    suite_add_tcase(suite, cases);
    return suite;
}
