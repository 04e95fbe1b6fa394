/* SPDX-License-Identifier: Apache-2.0
 *
 * What a recipe accepts and refuses, and how it says so. Leans on Check.
 */
#include <string.h>

#include "pipeline/recipe.h"
#include "testing.h"

Suite *suite_recipe(void);

static tkz_status parse(const char *text, tkz_error *error)
{
    tkz_recipe *recipe;
    tkz_status status = tkz_recipe_parse(&recipe, text, strlen(text), NULL, error);
    tkz_recipe_free(recipe);
    return status;
}

#define INPUT "\"input\":{\"files\":[\"a.jsonl\"]}"
#define DIRECTORY "\"output\":{\"directory\":\"out\"}"

START_TEST(good_recipes_are_taken)
{
    static const char *const good[] = {
        "{" INPUT "," DIRECTORY "}",
        "{" INPUT ",\"clean\":[],\"dedup\":{}," DIRECTORY "}",
        "{" INPUT ",\"vocabulary\":{\"size\":300,\"holdout\":0}," DIRECTORY "}",
        "{" INPUT ",\"vocabulary\":{\"file\":\"x.tkz\"}," DIRECTORY "}",
        "{" INPUT ",\"vocabulary\":{\"file\":\"x.tkz\"},\"output\":{\"ids\":\"-\"}}",
        "{" INPUT ",\"output\":{\"records\":\"-\",\"rejects\":\"r\",\"bad\":\"b\"}}",
        "{" INPUT ",\"vocabulary\":{},\"output\":{\"counts\":\"-\"}}",
        "{\"input\":{\"files\":[\"a\"],\"sources\":[\"ja=a*\",\"en=b\"]}," DIRECTORY "}",
        "{" INPUT ",\"vocabulary\":{},\"work\":\"w\",\"output\":{\"tokenizer\":\"t\"}}",
        "{" INPUT ",\"output\":{\"directory\":\"o\",\"text\":{\"level\":19},\"rejects\":false}}",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        tkz_error error;
        ck_assert_msg(parse(good[i], &error) == TKZ_OK, "%s: %s: %s", good[i], error.where,
                      error.message);
    }
}
END_TEST

START_TEST(bad_recipes_are_named)
{
    static const struct {
        const char *text, *where, *hint;
    } bad[] = {
        {"", "recipe", "not valid JSON"},
        {"[]", "recipe", "JSON object"},
        {"{" INPUT "}", "output", "missing"},
        {"{" DIRECTORY "}", "input", "missing"},
        {"{\"input\":{\"files\":[]}," DIRECTORY "}", "input.files", "at least one"},
        {"{\"input\":{\"files\":[3]}," DIRECTORY "}", "input.files", "string"},
        {"{\"input\":{\"files\":\"a\"}," DIRECTORY "}", "input.files", "array"},
        {"{\"input\":{\"files\":[\"a\"],\"format\":\"xml\"}," DIRECTORY "}", "input.format",
         "auto|jsonl"},
        {"{\"input\":{\"files\":[\"a\"],\"colour\":1}," DIRECTORY "}", "input", "text_key"},
        {"{\"input\":{\"files\":[\"a\"],\"sources\":{}}," DIRECTORY "}", "input.sources", "array"},
        {"{\"input\":{\"files\":[\"a\"],\"sources\":[\"ja\"]}," DIRECTORY "}", "input.sources",
         "NAME=GLOB"},
        {"{\"input\":{\"files\":[\"a\"],\"sources\":[\"=a\"]}," DIRECTORY "}", "input.sources",
         "NAME=GLOB"},
        {"{\"input\":{\"files\":[\"a\"],\"sources\":[\"a=\"]}," DIRECTORY "}", "input.sources",
         "NAME=GLOB"},
        {"{\"input\":{\"files\":[\"a\"],\"sources\":[3]}," DIRECTORY "}", "input.sources",
         "NAME=GLOB"},
        {"{" INPUT ",\"clean\":{}," DIRECTORY "}", "clean", "array"},
        {"{" INPUT ",\"vocabulary\":{\"size\":256}," DIRECTORY "}", "vocabulary.size", "257"},
        {"{" INPUT ",\"vocabulary\":{\"size\":1e5}," DIRECTORY "}", "vocabulary.size", "integer"},
        {"{" INPUT ",\"vocabulary\":{\"holdout\":0.9}," DIRECTORY "}", "vocabulary.holdout",
         "0..0.5"},
        {"{" INPUT ",\"vocabulary\":{\"file\":\"x\",\"size\":300}," DIRECTORY "}", "vocabulary",
         "finished vocabulary"},
        {"{" INPUT ",\"vocabulary\":{\"specials\":[\"\"]}," DIRECTORY "}",
         "vocabulary.specials", "not empty"},
        {"{" INPUT ",\"output\":{\"directory\":\"o\",\"records\":\"-\"}}", "output", "stream"},
        {"{" INPUT ",\"output\":{\"directory\":\"o\",\"tokens\":{}}}", "output.tokens",
         "vocabulary"},
        {"{" INPUT ",\"output\":{\"directory\":\"o\",\"text\":false}}", "output", "nothing"},
        {"{" INPUT ",\"output\":{}}", "output", "records, ids"},
        {"{" INPUT ",\"output\":{\"ids\":\"-\"}}", "output", "vocabulary"},
        {"{" INPUT ",\"dedup\":{},\"output\":{\"records\":\"-\"}}", "work", "between passes"},
        {"{" INPUT ",\"dedup\":{\"method\":\"near\"}," DIRECTORY "}", "dedup.method", "exact"},
        {"{" INPUT "," DIRECTORY "," DIRECTORY "}", "recipe", "duplicate"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tkz_error error;
        tkz_status status = parse(bad[i].text, &error);
        ck_assert_msg(status == TKZ_STATUS_INVALID_RECIPE, "%s: %s", bad[i].text,
                      tkz_status_name(status));
        ck_assert_msg(strcmp(error.where, bad[i].where) == 0, "%s: where is %s", bad[i].text,
                      error.where);
        ck_assert_msg(strstr(error.message, bad[i].hint) != NULL, "%s: message is %s",
                      bad[i].text, error.message);
    }
}
END_TEST

/* The first rule that fits a file names its source; names are in order, "other" where needed. */
START_TEST(sources_are_told_apart)
{
    static const char text[] =
        "{\"input\":{\"files\":[\"web/x\",\"b.txt\",\"c\"],"
        "\"sources\":[\"web=web/*\",\"books=*.txt\",\"all=b*\"]}," DIRECTORY "}";
    static const char *const expected[] = {"all", "books", "other", "web"};
    tkz_recipe *recipe;
    ck_assert_status(tkz_recipe_parse(&recipe, text, sizeof text - 1, NULL, NULL));
    ck_assert_uint_eq(recipe->source_count, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(recipe->sources[i], expected[i]);
    ck_assert_uint_eq(recipe->path_sources[0], 3);
    ck_assert_uint_eq(recipe->path_sources[1], 1);
    ck_assert_uint_eq(recipe->path_sources[2], 2);
    tkz_recipe_free(recipe);
}
END_TEST

START_TEST(defaults_are_filled_in)
{
    const char *text = "{" INPUT ",\"vocabulary\":{}," DIRECTORY "}";
    tkz_recipe *recipe;
    ck_assert_status(tkz_recipe_parse(&recipe, text, strlen(text), NULL, NULL));
    ck_assert_uint_eq(recipe->vocabulary_size, 32000);
    ck_assert_uint_eq(recipe->frame_size, 1 << 20);
    ck_assert_str_eq(recipe->append, "<|endoftext|>");
    ck_assert(recipe->train && recipe->count && recipe->encode && recipe->text_shards);
    size_t size;
    const char *full = tkz_recipe_text(recipe, &size);
    ck_assert_uint_eq(strlen(full), size);
    ck_assert(strstr(full, "\"pre_tokenizer\": \"llama3\"") != NULL);
    /* What is printed is a recipe again, and the same one. */
    tkz_recipe *again;
    ck_assert_status(tkz_recipe_parse(&again, full, size, NULL, NULL));
    ck_assert_str_eq(tkz_recipe_text(again, NULL), full);
    tkz_recipe_free(again);
    tkz_recipe_free(recipe);
}
END_TEST

static tkz_status make(void *context, const tkz_allocator *allocator)
{
    const char *text = context;
    tkz_recipe *recipe;
    tkz_status status = tkz_recipe_parse(&recipe, text, strlen(text), allocator, NULL);
    tkz_recipe_free(recipe);
    return status;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    char text[] = "{\"input\":{\"files\":[\"a\"],\"sources\":[\"ja=b*\"]},\"vocabulary\":{}," DIRECTORY
                  "}";
    test_all_allocation_failures(make, text);
}
END_TEST

START_TEST(every_option_has_a_description)
{
    for (size_t i = 0; i < tkz_recipe_option_count(); i++) {
        const tkz_recipe_option *option = tkz_recipe_option_at(i);
        ck_assert_uint_gt(strlen(option->text), 5);
        ck_assert_ptr_eq(tkz__recipe_option_find(option->path), option);
    }
    ck_assert_ptr_null(tkz_recipe_option_at(tkz_recipe_option_count()));
}
END_TEST

Suite *suite_recipe(void)
{
    Suite *suite = suite_create("recipe");
    TCase *tests = tcase_create("recipe");
    tcase_add_test(tests, sources_are_told_apart);
    tcase_add_test(tests, good_recipes_are_taken);
    tcase_add_test(tests, bad_recipes_are_named);
    tcase_add_test(tests, defaults_are_filled_in);
    tcase_add_test(tests, failing_allocations_leave_nothing_behind);
    tcase_add_test(tests, every_option_has_a_description);
    suite_add_tcase(suite, tests);
    return suite;
}
