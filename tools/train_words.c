/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the words of a table into memory: of a .wct file one by one, of a text table through a
 * .wct file that is made of it. Leans on the library's word tables.
 */
#include "tools/train_words.h"

#include <stdlib.h>
#include <string.h>

#include "tokenize/count.h"
#include "tools/messages.h"
#include "tools/table_weights.h"
#include "tools/work_folder.h"

void train_words_free(struct train_words *words)
{
    free(words->data);
    free(words->offsets);
    free(words->counts);
    free(words->pre_tokenizer);
    memset(words, 0, sizeof *words);
}

/* Room for one word more of this size. */
static bool reserve(struct train_words *words, size_t size)
{
    if (words->words.count + 1 >= words->capacity) {
        size_t capacity = words->capacity == 0 ? 1024 : words->capacity * 2;
        uint64_t *offsets = realloc(words->offsets, (capacity + 1) * sizeof *offsets);
        if (offsets == NULL)
            return false;
        words->offsets = offsets;
        uint64_t *counts = realloc(words->counts, capacity * sizeof *counts);
        if (counts == NULL)
            return false;
        words->counts = counts;
        words->capacity = capacity;
    }
    if (size > words->data_capacity - words->size) {
        size_t capacity = words->data_capacity + words->data_capacity / 2 + size + 65536;
        char *data = realloc(words->data, capacity);
        if (data == NULL)
            return false;
        words->data = data;
        words->data_capacity = capacity;
    }
    return true;
}

static bool add_word(struct train_words *words, const tkz_word *word)
{
    if (!reserve(words, word->size))
        return false;
    memcpy(words->data + words->size, word->bytes, word->size);
    words->size += word->size;
    words->counts[words->words.count++] = word->count;
    words->offsets[words->words.count] = words->size;
    words->tokens += word->count;
    return true;
}

static int read_words(struct train_words *words, tkz_word_table *table)
{
    tkz_error error;
    tkz_word word;
    int32_t done = 0;
    if (!reserve(words, 0))
        return message_no_memory();
    words->offsets[0] = 0;
    for (;;) {
        tkz_status status = tkz_word_table_next(table, &word, &done, &error);
        if (status != TKZ_OK)
            return message_model_failure(status, &error);
        if (done)
            break;
        if (!add_word(words, &word))
            return message_no_memory();
    }
    words->words.data = words->data;
    words->words.offsets = words->offsets;
    words->words.counts = words->counts;
    return EXIT_DONE;
}

/* Keeps how the words were cut. */
static bool keep_pre_tokenizer(struct train_words *words, const tkz_word_table_info *info)
{
    words->has_borders = info->cut[0] != '\0' || info->boundaries[0] != '\0';
    if (strcmp(info->pre_tokenizer, "none") == 0 || info->pre_tokenizer[0] == '\0')
        return true;
    words->pre_tokenizer = strdup(info->pre_tokenizer);
    return words->pre_tokenizer != NULL;
}

static int read_table(struct train_words *words, const struct arguments *arguments,
                      const char *path)
{
    tkz_error error;
    tkz_word_table *table;
    tkz_word_table_info info;
    tkz_status status = tkz_word_table_open(&table, path, NULL, &error);
    if (status != TKZ_OK)
        return message_model_failure(status, &error);
    int code = table_weights_apply(table, arguments);
    tkz_word_table_describe(table, &info);
    if (code == EXIT_DONE && !keep_pre_tokenizer(words, &info))
        code = message_no_memory();
    if (code == EXIT_DONE)
        code = read_words(words, table);
    tkz_word_table_close(table);
    return code;
}

/* Brings a text table into the order of words, as a word table that is read and removed. */
static int read_text(struct train_words *words, const struct arguments *arguments)
{
    const char *path = option_text(arguments, "counts");
    char name[WORK_FOLDER_CAPACITY];
    if (option_given(arguments, "weight")) {
        message("train", "--weight needs a .wct table, which has counts of sources");
        return EXIT_USAGE;
    }
    struct work_folder folder = {0};
    int code = work_folder_make(&folder);
    if (code == EXIT_DONE)
        code = work_folder_file(&folder, "words.wct", name, sizeof name);
    if (code == EXIT_DONE) {
        tkz_error error;
        tkz_status status = tkz_word_table_import(&path, 1, NULL, name, NULL, NULL, &error);
        code = status == TKZ_OK ? read_table(words, arguments, name)
                                : message_model_failure(status, &error);
    }
    work_folder_remove(&folder);
    return code;
}

int train_words_read_path(struct train_words *words, const struct arguments *arguments,
                          const char *path)
{
    memset(words, 0, sizeof *words);
    return read_table(words, arguments, path);
}

int train_words_read(struct train_words *words, const struct arguments *arguments)
{
    const char *path = option_text(arguments, "counts");
    size_t size = strlen(path);
    memset(words, 0, sizeof *words);
    if (size > 4 && strcmp(path + size - 4, ".wct") == 0)
        return read_table(words, arguments, path);
    return read_text(words, arguments);
}
