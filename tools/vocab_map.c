/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab map: which tokens of an old vocabulary the tokens of a new one are made of. Leans on the
 * library's vocabularies.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/table.h"
#include "tools/vocab_change.h"

/* Rows by where they come from. */
struct map_counts {
    uint64_t same;  /* one old token */
    uint64_t parts; /* several */
    uint64_t none;
    uint64_t pairs; /* of a row and an old token */
};

static struct map_counts count_rows(const tkz_vocabulary_map *map)
{
    struct map_counts counts = {0};
    for (uint64_t row = 0; row < tkz_vocabulary_map_rows(map); row++) {
        const uint32_t *ids;
        size_t count;
        tkz_vocabulary_map_row(map, row, &ids, &count);
        counts.same += count == 1;
        counts.parts += count > 1;
        counts.none += count == 0;
        counts.pairs += count;
    }
    return counts;
}

static int report(const struct arguments *arguments, const tkz_vocabulary_map *map, uint32_t ids)
{
    const struct map_counts counts = count_rows(map);
    uint64_t rows = tkz_vocabulary_map_rows(map);
    if (option_given(arguments, "json")) {
        json_t *object =
            json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "rows", (json_int_t)rows, "padding",
                      (json_int_t)(rows - ids), "one_old_token", (json_int_t)counts.same,
                      "several_old_tokens", (json_int_t)counts.parts, "no_old_token",
                      (json_int_t)(counts.none - (rows - ids)), "pairs", (json_int_t)counts.pairs);
        if (object == NULL)
            return message_no_memory();
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(object);
        return EXIT_DONE;
    }
    if (strcmp(option_text(arguments, "output"), "-") == 0)
        return EXIT_DONE;
    struct table table = {.columns = 2, .right_aligned = 2};
    table_add(&table, "rows");
    table_add_count(&table, rows);
    table_add(&table, "  of one old token");
    table_add_count(&table, counts.same);
    table_add(&table, "  of several");
    table_add_count(&table, counts.parts);
    table_add(&table, "  of none");
    table_add_count(&table, counts.none - (rows - ids));
    table_add(&table, "  padding");
    table_add_count(&table, rows - ids);
    table_print(&table, stdout);
    return EXIT_DONE;
}

int vocab_write_map(const char *target, const tkz_vocabulary_map *map)
{
    size_t size = strlen(target);
    bool is_npy = size > 4 && strcmp(target + size - 4, ".npy") == 0;
    tkz_bytes bytes;
    tkz_error error;
    tkz_status status =
        tkz_vocabulary_map_serialize(map, is_npy ? TKZ_MAP_NPY : TKZ_MAP_TSV, &bytes, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = write_whole(target, bytes.data, bytes.size);
    tkz_bytes_free(&bytes);
    return code;
}

static int map_models(const struct arguments *arguments, const tkz_tokenizer *old,
                      const tkz_tokenizer *new)
{
    tkz_vocabulary_map *map;
    tkz_error error;
    uint64_t ids = tkz_tokenizer_size(new), multiple = option_integer(arguments, "pad-to");
    uint64_t rows = (ids + multiple - 1) / multiple * multiple;
    tkz_status status = tkz_vocabulary_map_new(&map, old, new, rows, NULL, &error);
    if (status != TKZ_OK)
        return message_model_failure(status, &error);
    int code = vocab_write_map(option_text(arguments, "output"), map);
    if (code == EXIT_DONE)
        code = report(arguments, map, (uint32_t)ids);
    tkz_vocabulary_map_free(map);
    return code;
}

int vocab_map(const struct arguments *arguments, const char *path)
{
    const char *target = option_text(arguments, "output");
    if (target == NULL || arguments->operand_count < 3) {
        message("vocab", "map needs an old model, a new one and --output");
        return EXIT_USAGE;
    }
    if (strcmp(target, "-") == 0 && option_given(arguments, "json")) {
        message("vocab", "only one result can go to standard output");
        return EXIT_USAGE;
    }
    tkz_tokenizer *old, *new;
    int code = open_model(&old, arguments, path);
    if (code != EXIT_DONE)
        return code;
    code = open_model(&new, arguments, arguments->operands[2]);
    if (code == EXIT_DONE) {
        code = map_models(arguments, old, new);
        tkz_tokenizer_free(new);
    }
    tkz_tokenizer_free(old);
    return code;
}
