/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables for callers: open, weigh, go through, add up. Leans on word_table's reader and
 * writer, word_merge, and io's outputs.
 */
#include <string.h>

#include "tokenize/io.h"
#include "train/word_merge.h"
#include "train/word_table.h"

/* ---- Opening ---------------------------------------------------------------- */

typedef struct word_weight {
    uint32_t numerator;
    uint32_t denominator;
} word_weight;

struct tkz_word_table {
    tkz_allocator allocator;
    tkz__block_file file;
    tkz__word_table_reader *reader;
    bool started;
    bool weighted;
    word_weight weights[TKZ__SOURCE_LIMIT];
    uint64_t common;                   /* least common multiple of the denominators */
    uint64_t factors[TKZ__SOURCE_LIMIT]; /* weights in units of 1 / common */
};

enum { WEIGHT_LIMIT = 1 << 20 };
#define COMMON_LIMIT (UINT64_C(1) << 32)

tkz_status tkz_word_table_open(tkz_word_table **table, const char *path,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *table = NULL;
    tkz_word_table *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    tkz_status status = tkz__block_file_open(&made->file, path, &memory, error);
    if (status == TKZ_OK)
        status = tkz__word_table_reader_new(&made->reader, &made->file, 0, made->file.size,
                                            &memory, error);
    if (status != TKZ_OK) {
        tkz_word_table_close(made);
        return status;
    }
    for (uint32_t i = 0; i < TKZ__SOURCE_LIMIT; i++)
        made->weights[i] = (word_weight){1, 1};
    *table = made;
    return TKZ_OK;
}

void tkz_word_table_close(tkz_word_table *table)
{
    if (table == NULL)
        return;
    tkz__word_table_reader_free(table->reader);
    tkz__block_file_close(&table->file);
    tkz_allocator allocator = table->allocator;
    tkz__release(&allocator, table, sizeof *table);
}

void tkz_word_table_describe(const tkz_word_table *table, tkz_word_table_info *info)
{
    const tkz__word_head *head = tkz__word_table_reader_head(table->reader);
    *info = (tkz_word_table_info){
        .pre_tokenizer = head->facts[TKZ__WORD_PRE_TOKENIZER],
        .cut = head->facts[TKZ__WORD_CUT],
        .normal_form = head->facts[TKZ__WORD_NORMAL_FORM],
        .boundaries = head->facts[TKZ__WORD_BOUNDARIES],
        .source_count = head->source_count,
        .totals = tkz__word_table_reader_sums(table->reader)->totals,
    };
}

const char *tkz_word_table_source(const tkz_word_table *table, uint32_t index, uint64_t *tokens)
{
    const tkz__word_head *head = tkz__word_table_reader_head(table->reader);
    if (index >= head->source_count)
        return NULL;
    if (tokens != NULL)
        *tokens = tkz__word_table_reader_sums(table->reader)->tokens[index];
    return head->sources[index];
}

/* ---- Weights ---------------------------------------------------------------- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The least common multiple of all denominators; 0 if it is above the limit. */
static uint64_t common_denominator(const tkz_word_table *table, uint32_t source_count)
{
    uint64_t common = 1;
    for (uint32_t i = 0; i < source_count; i++) {
        uint64_t denominator = table->weights[i].denominator;
        common *= denominator / common_divisor(common, denominator); /* below 2^32 * 2^20 */
        if (common > COMMON_LIMIT)
            return 0;
    }
    return common;
}

tkz_status tkz_word_table_set_weight(tkz_word_table *table, const char *source, uint32_t numerator,
                                     uint32_t denominator, tkz_error *error)
{
    const tkz__word_head *head = tkz__word_table_reader_head(table->reader);
    uint32_t index = 0;
    while (index < head->source_count && strcmp(head->sources[index], source) != 0)
        index++;
    if (index == head->source_count)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, table->file.name, TKZ__NO_OFFSET,
                              "this word table has no source \"%.100s\"", source);
    if (numerator > WEIGHT_LIMIT || denominator < 1 || denominator > WEIGHT_LIMIT ||
        table->started)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, table->file.name, TKZ__NO_OFFSET,
                              "a weight is P/Q with P from 0 and Q from 1 to %d, and is set before "
                              "the first word is read",
                              WEIGHT_LIMIT);
    word_weight before = table->weights[index];
    table->weights[index] = (word_weight){numerator, denominator};
    uint64_t common = common_denominator(table, head->source_count);
    if (common == 0) {
        table->weights[index] = before;
        return tkz__error_set(error, TKZ_STATUS_LIMIT, table->file.name, TKZ__NO_OFFSET,
                              "the denominators of the weights have no common multiple up to 2^32; "
                              "use rounder weights");
    }
    table->common = common;
    for (uint32_t i = 0; i < head->source_count; i++)
        table->factors[i] =
            common / table->weights[i].denominator * table->weights[i].numerator;
    table->weighted = true;
    return TKZ_OK;
}

static tkz_status report_overflow(const tkz_word_table *table, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_OVERFLOW, table->file.name, TKZ__NO_OFFSET,
                          "the weighted count of a word is above 2^64-1");
}

/* The sum of the counts with their weights, rounded to the nearest integer, halves up. */
static tkz_status weigh(const tkz_word_table *table, const uint64_t *counts, uint32_t source_count,
                        uint64_t *count, tkz_error *error)
{
    unsigned __int128 sum = 0;
    if (!table->weighted) {
        *count = 0;
        for (uint32_t i = 0; i < source_count; i++)
            *count += counts[i]; /* the reader has checked that no sum overflows */
        return TKZ_OK;
    }
    /* 256 products below 2^64 * 2^52 fit. */
    for (uint32_t i = 0; i < source_count; i++)
        sum += (unsigned __int128)counts[i] * table->factors[i];
    sum = (sum * 2 + table->common) / ((unsigned __int128)table->common * 2);
    if (sum > UINT64_MAX)
        return report_overflow(table, error);
    *count = (uint64_t)sum;
    return TKZ_OK;
}

tkz_status tkz_word_table_next(tkz_word_table *table, tkz_word *word, int32_t *done,
                               tkz_error *error)
{
    uint32_t source_count = tkz__word_table_reader_head(table->reader)->source_count;
    table->started = true;
    for (;;) {
        tkz__word_entry entry;
        bool ended = false;
        uint64_t count = 0;
        tkz_status status = tkz__word_table_reader_next(table->reader, &entry, &ended, error);
        *done = ended;
        if (status != TKZ_OK || ended)
            return status;
        status = weigh(table, entry.counts, source_count, &count, error);
        if (status != TKZ_OK)
            return status;
        *word = (tkz_word){(const char *)entry.word, entry.size, count, entry.counts};
        if (count > 0)
            return TKZ_OK;
    }
}

/* ---- Adding up -------------------------------------------------------------- */

enum { MERGE_LIMIT = 1000 };

typedef struct table_sum {
    const tkz_allocator *memory;
    tkz_word_table **tables;
    size_t count;
    tkz__word_head head;
    const char *sources[TKZ__SOURCE_LIMIT];
    tkz__word_merge *merge;
} table_sum;

/* Puts a name into its place among the sources, if it is not there. */
static tkz_status add_source(table_sum *sum, const char *name, tkz_error *error)
{
    uint32_t place = 0;
    while (place < sum->head.source_count && strcmp(sum->sources[place], name) < 0)
        place++;
    if (place < sum->head.source_count && strcmp(sum->sources[place], name) == 0)
        return TKZ_OK;
    if (sum->head.source_count == TKZ__SOURCE_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the tables have more than %d sources", TKZ__SOURCE_LIMIT);
    memmove(sum->sources + place + 1, sum->sources + place,
            (sum->head.source_count - place) * sizeof *sum->sources);
    sum->sources[place] = name;
    sum->head.source_count++;
    return TKZ_OK;
}

static tkz_status check_alike(const table_sum *sum, const tkz_word_table *table, tkz_error *error)
{
    static const char *const names[TKZ__WORD_FACTS] = {"pre-tokenizer", "further cuts",
                                                       "normal form", "morpheme boundaries"};
    const tkz__word_head *head = tkz__word_table_reader_head(table->reader);
    for (int i = 0; i < TKZ__WORD_FACTS; i++) {
        if (strcmp(head->facts[i], sum->head.facts[i]) != 0)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, table->file.name,
                                  TKZ__NO_OFFSET,
                                  "words of this table were cut in another way than those of the "
                                  "first: %s \"%.80s\", not \"%.80s\"",
                                  names[i], head->facts[i], sum->head.facts[i]);
    }
    return TKZ_OK;
}

static tkz_status open_tables(table_sum *sum, const char *const *paths, size_t count,
                              tkz_error *error)
{
    for (size_t i = 0; i < count; i++) {
        tkz_status status = tkz_word_table_open(&sum->tables[i], paths[i], sum->memory, error);
        if (status != TKZ_OK)
            return status;
        sum->count++;
        const tkz__word_head *head = tkz__word_table_reader_head(sum->tables[i]->reader);
        if (i == 0)
            memcpy(sum->head.facts, head->facts, sizeof sum->head.facts);
        status = check_alike(sum, sum->tables[i], error);
        for (uint32_t k = 0; status == TKZ_OK && k < head->source_count; k++)
            status = add_source(sum, head->sources[k], error);
        if (status != TKZ_OK)
            return status;
    }
    sum->head.sources = sum->sources;
    return TKZ_OK;
}

static tkz_status merge_tables(table_sum *sum, tkz_error *error)
{
    tkz_status status = tkz__word_merge_new(&sum->merge, sum->head.source_count, sum->memory,
                                            error);
    for (size_t i = 0; status == TKZ_OK && i < sum->count; i++) {
        const tkz__word_head *head = tkz__word_table_reader_head(sum->tables[i]->reader);
        uint32_t columns[TKZ__SOURCE_LIMIT], place = 0;
        for (uint32_t k = 0; k < head->source_count; k++) {
            while (strcmp(sum->sources[place], head->sources[k]) != 0)
                place++;
            columns[k] = place;
        }
        status = tkz__word_merge_add(sum->merge,
                                     tkz__word_table_reader_stream(sum->tables[i]->reader),
                                     columns, head->source_count, error);
    }
    return status;
}

static tkz_status write_to_output(void *context, const void *data, size_t size, tkz_error *error)
{
    return tkz_output_write(context, data, size, error);
}

tkz_status tkz__word_table_publish(const char *path, const tkz__word_head *head,
                                   tkz__word_stream stream, tkz__word_sums *sums,
                                   const tkz_allocator *allocator, tkz_error *error)
{
    tkz_output *output;
    tkz_status status =
        tkz_output_open(&output, path, TKZ_COMPRESSION_NONE, 0, 0, allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__word_sink sink = {output, write_to_output};
    status = tkz__word_table_write(sink, head, TKZ__WORD_LEVEL, stream, sums, allocator, error);
    if (status == TKZ_OK)
        return tkz_output_commit(output, error);
    tkz_output_discard(output);
    return status;
}

tkz_status tkz_word_table_merge(const char *const *paths, size_t count, const char *output,
                                tkz_word_totals *totals, const tkz_allocator *allocator,
                                tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    table_sum sum = {.memory = &memory};
    tkz__word_sums sums = {0};
    if (count < 1 || count > MERGE_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "1 to %d tables can be added up at once, not %zu", MERGE_LIMIT,
                              count);
    sum.tables = tkz__allocate_array(&memory, count, sizeof *sum.tables);
    if (sum.tables == NULL)
        return tkz__error_memory(error, count * sizeof *sum.tables);
    tkz_status status = open_tables(&sum, paths, count, error);
    if (status == TKZ_OK)
        status = merge_tables(&sum, error);
    if (status == TKZ_OK)
        status = tkz__word_table_publish(output, &sum.head, tkz__word_merge_stream(sum.merge),
                                         &sums, &memory, error);
    if (status == TKZ_OK && totals != NULL)
        *totals = sums.totals;
    tkz__word_merge_free(sum.merge);
    for (size_t i = 0; i < sum.count; i++)
        tkz_word_table_close(sum.tables[i]);
    tkz__release_array(&memory, (void *)sum.tables, count, sizeof *sum.tables);
    return status;
}
