/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab prune: a model without some of its tokens. Leans on the library's vocabularies.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/piece_lines.h"
#include "tools/table.h"
#include "tools/vocab_change.h"

static int print_json(const char *path, const tkz_pruning *pruning)
{
    json_t *object = json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "path", path, "before", (json_int_t)pruning->before,
        "named", (json_int_t)pruning->named, "dependent", (json_int_t)pruning->dependent, "rare",
        (json_int_t)pruning->rare, "after", (json_int_t)pruning->after, "unreachable",
        (json_int_t)pruning->unreachable, "short", (int)pruning->is_short);
    if (object == NULL)
        return message_no_memory();
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
    return EXIT_DONE;
}

static void print_table(const tkz_pruning *pruning)
{
    struct table table = {.columns = 2, .right_aligned = 2};
    const struct {
        const char *name;
        uint32_t count;
    } rows[] = {{"tokens before", pruning->before},
                {"named by a rule", pruning->named},
                {"made only of those", pruning->dependent},
                {"rare", pruning->rare},
                {"tokens now", pruning->after}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        table_add(&table, "%s", rows[i].name);
        table_add_count(&table, rows[i].count);
    }
    table_print(&table, stdout);
}

/* Which old id each new one was, if that is asked for. */
static int write_map(const struct arguments *arguments, const tkz_tokenizer *tokenizer, const tkz_tokenizer *pruned)
{
    const char *target = option_text(arguments, "map");
    tkz_vocabulary_map *map;
    tkz_error error;
    if (target == NULL)
        return EXIT_DONE;
    tkz_status status = tkz_vocabulary_map_new(&map, tokenizer, pruned, 0, NULL, &error);
    if (status != TKZ_OK)
        return message_model_failure(status, &error);
    int code = vocab_write_map(target, map);
    tkz_vocabulary_map_free(map);
    return code;
}

static int report(const struct arguments *arguments, const char *path, const tkz_pruning *pruning)
{
    int code = EXIT_DONE;
    if (option_given(arguments, "json"))
        code = print_json(path, pruning);
    else if (strcmp(option_text(arguments, "output"), "-") != 0 &&
             (option_text(arguments, "map") == NULL || strcmp(option_text(arguments, "map"), "-") != 0))
        print_table(pruning);
    if (pruning->is_short)
        message(path, "%" PRIu32 " tokens are left: no more of them can go", pruning->after);
    if (code != EXIT_DONE || pruning->unreachable == 0)
        return code;
    message(path, "%" PRIu32 " tokens no longer encode to themselves", pruning->unreachable);
    return EXIT_CHECK;
}

static int prune(const struct arguments *arguments, const char *path,
                 const tkz_tokenizer *tokenizer, const tkz_prune_rules *rules)
{
    struct train_words words = {0};
    tkz_tokenizer *pruned;
    tkz_pruning pruning;
    tkz_error error;
    int code = rules->size > 0 ? vocab_read_words(&words, arguments, tokenizer) : EXIT_DONE;
    if (code == EXIT_DONE) {
        tkz_status status = tkz_vocabulary_prune(tokenizer, rules,
                                                 rules->size > 0 ? &words.words : NULL, NULL,
                                                 &pruned, &pruning, &error);
        code = status == TKZ_OK ? vocab_write_changed(arguments, pruned, path)
                                : message_model_failure(status, &error);
        if (code == EXIT_DONE)
            code = write_map(arguments, tokenizer, pruned);
        if (code == EXIT_DONE)
            code = report(arguments, path, &pruning);
        tkz_tokenizer_free(pruned);
    }
    train_words_free(&words);
    return code;
}

int vocab_prune(const struct arguments *arguments, const char *path)
{
    const char *matching = option_text(arguments, "matching");
    const char *list = option_text(arguments, "list");
    struct piece_lines pieces = {0};
    tkz_prune_rules rules = {
        .size = (uint32_t)option_integer(arguments, "size"),
        .matching = matching,
        .matching_size = matching != NULL ? strlen(matching) : 0,
        .longest_characters = (uint32_t)option_integer(arguments, "longest-characters")};
    int code = vocab_need_output(arguments, "prune");
    if (code != EXIT_DONE)
        return code;
    if (option_text(arguments, "map") != NULL && strcmp(option_text(arguments, "map"), "-") == 0 &&
        (option_given(arguments, "json") || strcmp(option_text(arguments, "output"), "-") == 0)) {
        message("vocab", "only one result can go to standard output");
        return EXIT_USAGE;
    }
    if ((rules.size > 0) != option_given(arguments, "counts")) {
        message("vocab", "prune: --size and --counts go together");
        return EXIT_USAGE;
    }
    if (rules.size == 0 && matching == NULL && list == NULL && rules.longest_characters == 0) {
        message("vocab", "prune needs --size, --matching, --list or --longest-characters");
        return EXIT_USAGE;
    }
    tkz_tokenizer *tokenizer;
    code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    if (list != NULL) {
        code = piece_lines_read(&pieces, list);
        rules.list = &pieces.list;
    }
    if (code == EXIT_DONE)
        code = prune(arguments, path, tokenizer, &rules);
    piece_lines_free(&pieces);
    tkz_tokenizer_free(tokenizer);
    return code;
}
