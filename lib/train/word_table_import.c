/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables from text: lines of words and counts in any order. Leans on word_counter, which
 * brings them into order, word_text and io's inputs.
 */
#include <string.h>

#include "train/word_counter.h"
#include "train/word_text.h"

enum {
    READ_SIZE = 1 << 18,
    /* Of a line: a word whose bytes are all escaped, and a number. */
    LINE_LIMIT = 4 * (1 << 20) + 64,
};

typedef struct importer {
    const tkz_word_import *how;
    tkz_allocator allocator;
    tkz__word_rules rules; /* once the first file has said what is counted */
    bool has_rules;
    tkz__word_counter *counter;
    const char *path;
    uint64_t line;
    bool count_first; /* the file is a table of word-counts.md */
    tkz__buffer text; /* what was read and is not worked on */
    tkz__buffer word;
    tkz_error *error;
} importer;

static tkz_status complain(const importer *in, tkz_status status, const char *what)
{
    tkz__error_set(in->error, status, in->path, TKZ__NO_OFFSET, "%s", what);
    if (in->error != NULL)
        in->error->line = in->line < UINT32_MAX ? (uint32_t)in->line : UINT32_MAX;
    return status;
}

/* Begins counting words of this pre-tokenizer, or checks that it is the one. */
static tkz_status set_pre_tokenizer(importer *in, const char *name)
{
    if (in->has_rules)
        return strcmp(name, in->rules.pre_tokenizer_name) == 0
                   ? TKZ_OK
                   : complain(in, TKZ_STATUS_INVALID_ARGUMENT,
                              "its words were cut in another way than those of the first file");
    tkz_status status = tkz__word_rules_init(&in->rules, name, NULL, &in->allocator, in->error);
    if (status != TKZ_OK)
        return status;
    in->has_rules = true;
    tkz__word_counter_options options = {.rules = &in->rules,
                                         .sources = &in->how->source,
                                         .source_count = 1,
                                         .workers = 1,
                                         .memory = in->how->memory,
                                         .folder = in->how->folder};
    if (in->how->source == NULL)
        options.sources = NULL;
    return tkz__word_counter_new(&in->counter, &options, &in->allocator, in->error);
}

/* "#libtokenize-word-counts TAB 1 TAB pre_tokenizer=NAME TAB ..." */
static tkz_status read_header(importer *in, const char *line, size_t size)
{
    static const char start[] = TKZ__WORD_TEXT_MAGIC "\t" TKZ__WORD_TEXT_VERSION
                                                     "\tpre_tokenizer=";
    if (size < sizeof start - 1 || memcmp(line, start, sizeof start - 1) != 0)
        return complain(in, TKZ_STATUS_BAD_VERSION,
                        "a table of word counts of another version than " TKZ__WORD_TEXT_VERSION);
    line += sizeof start - 1;
    size -= sizeof start - 1;
    const char *end = memchr(line, '\t', size);
    if (end == NULL || memchr(line, '\0', (size_t)(end - line)) != NULL)
        return complain(in, TKZ_STATUS_CORRUPT, "the header lacks types= or tokens=");
    tkz__buffer_clear(&in->word);
    tkz_status status = tkz__buffer_append(&in->word, line, (size_t)(end - line), in->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&in->word, 0, in->error);
    in->count_first = true;
    return status == TKZ_OK ? set_pre_tokenizer(in, (const char *)in->word.data) : status;
}

static tkz_status read_count(const importer *in, const char *text, size_t size, uint64_t *count)
{
    *count = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9)
            return complain(in, TKZ_STATUS_CORRUPT, "a decimal number was expected");
        if (__builtin_mul_overflow(*count, 10u, count) ||
            __builtin_add_overflow(*count, digit, count))
            return complain(in, TKZ_STATUS_OVERFLOW, "a number is above 2^64-1");
    }
    return size > 0 ? TKZ_OK : complain(in, TKZ_STATUS_CORRUPT, "a decimal number was expected");
}

static tkz_status read_word(importer *in, const char *text, size_t size)
{
    tkz_status status = tkz__buffer_reserve(&in->word, size, in->error);
    tkz__buffer_clear(&in->word);
    if (status != TKZ_OK)
        return status;
    for (size_t at = 0; at < size;) {
        size_t length = 1;
        int byte = (uint8_t)text[at];
        if (byte == '\\')
            byte = tkz__word_text_unescape(text + at, size - at, &length);
        if (byte < 0)
            return complain(in, TKZ_STATUS_CORRUPT,
                            "unknown escape; a backslash is written \\\\");
        in->word.data[in->word.size++] = (uint8_t)byte;
        at += length;
    }
    if (in->word.size == 0)
        return complain(in, TKZ_STATUS_CORRUPT, "the word is empty");
    return in->word.size <= TKZ__WORD_LIMIT
               ? TKZ_OK
               : complain(in, TKZ_STATUS_LIMIT, "the word has more than 1 MiB");
}

static tkz_status take_line(importer *in, const char *line, size_t size)
{
    static const char magic[] = TKZ__WORD_TEXT_MAGIC "\t";
    in->line++;
    if (in->line == 1 && size >= sizeof magic - 1 && memcmp(line, magic, sizeof magic - 1) == 0)
        return read_header(in, line, size);
    if (size > 0 && line[size - 1] == '\r')
        size--;
    const char *tab = memchr(line, '\t', size);
    if (tab == NULL || memchr(tab + 1, '\t', size - (size_t)(tab - line) - 1) != NULL)
        return complain(in, TKZ_STATUS_CORRUPT, "a word and a count with a tab between were "
                                                "expected");
    const char *rest = tab + 1;
    size_t first_size = (size_t)(tab - line), rest_size = size - first_size - 1;
    uint64_t count;
    tkz_status status = in->count_first ? read_count(in, line, first_size, &count)
                                        : read_count(in, rest, rest_size, &count);
    if (status == TKZ_OK)
        status = in->count_first ? read_word(in, rest, rest_size) : read_word(in, line, first_size);
    if (status == TKZ_OK)
        status = set_pre_tokenizer(
            in, in->has_rules              ? in->rules.pre_tokenizer_name
                : in->how->pre_tokenizer != NULL ? in->how->pre_tokenizer
                                                 : "none");
    if (status == TKZ_OK)
        status = tkz__word_counter_add_word(in->counter, 0, 0, in->word.data, in->word.size, count,
                                            in->error);
    return status;
}

/* Takes the whole lines of what was read; at the end also one without LF. */
static tkz_status take_lines(importer *in, bool at_end)
{
    const char *text = (const char *)in->text.data;
    size_t start = 0;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < in->text.size) {
        const char *end = memchr(text + start, '\n', in->text.size - start);
        if (end == NULL && !at_end)
            break;
        size_t size = end != NULL ? (size_t)(end - text) - start : in->text.size - start;
        status = take_line(in, text + start, size);
        start += size + (end != NULL);
    }
    if (status == TKZ_OK && in->text.size - start > LINE_LIMIT)
        return complain(in, TKZ_STATUS_LIMIT, "a line is too long for a word and a count");
    in->text.size -= start;
    memmove(in->text.data, in->text.data + start, in->text.size);
    return status;
}

static tkz_status read_file(importer *in)
{
    tkz_input *input;
    in->line = 0;
    in->count_first = false;
    tkz_status status = tkz_input_open(&input, in->path, &in->allocator, in->error);
    if (status != TKZ_OK)
        return status;
    for (size_t got = 1; status == TKZ_OK && got > 0;) {
        status = tkz__buffer_reserve(&in->text, READ_SIZE, in->error);
        if (status == TKZ_OK)
            status = tkz_input_read(input, in->text.data + in->text.size, READ_SIZE, &got,
                                    in->error);
        if (status == TKZ_OK) {
            in->text.size += got;
            status = take_lines(in, got == 0);
        }
    }
    tkz_input_close(input);
    return status;
}

static tkz_status publish(importer *in, const char *output, tkz_word_totals *totals)
{
    tkz__word_stream words;
    tkz__word_sums sums;
    tkz_status status = tkz__word_counter_finish(in->counter, NULL, in->error);
    if (status == TKZ_OK)
        status = tkz__word_counter_begin(in->counter, &words, in->error);
    if (status == TKZ_OK)
        status = tkz__word_table_publish(output, tkz__word_counter_head(in->counter), words, &sums,
                                         &in->allocator, in->error);
    if (status == TKZ_OK && totals != NULL)
        *totals = sums.totals;
    return status;
}

tkz_status tkz_word_table_import(const char *const *paths, size_t count, const tkz_word_import *how,
                                 const char *output, tkz_word_totals *totals,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    static const tkz_word_import defaults = {0};
    importer in = {.how = how != NULL ? how : &defaults,
                   .allocator = tkz__allocator_or_default(allocator),
                   .error = error};
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&in.text, &in.allocator);
    tkz__buffer_init(&in.word, &in.allocator);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        in.path = paths[i];
        status = read_file(&in);
    }
    if (status == TKZ_OK && in.counter == NULL)
        status = set_pre_tokenizer(&in, in.how->pre_tokenizer != NULL ? in.how->pre_tokenizer
                                                                      : "none");
    if (status == TKZ_OK)
        status = publish(&in, output, totals);
    tkz__word_counter_free(in.counter);
    if (in.has_rules)
        tkz__word_rules_free(&in.rules);
    tkz__buffer_free(&in.text);
    tkz__buffer_free(&in.word);
    return status;
}
