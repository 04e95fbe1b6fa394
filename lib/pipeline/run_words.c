/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a run: how they are cut, counted in bounded memory, published as a table, handed to
 * training, and told. Leans on train and on morph's dictionary.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/run.h"
#include "subword/tokenizer.h"
#include "train/word_counts.h"
#include "train/word_text.h"

/* ---- Counting --------------------------------------------------------------- */

/* The pre-tokenizer of a tokenizer file, as its name or its steps. */
static tkz_status open_rules(tkz__run *run, tkz_error *error)
{
    tkz_tokenizer *tokenizer;
    const tkz_recipe *recipe = run->recipe;
    tkz_status status = tkz_tokenizer_open(&tokenizer, recipe->pre_tokenizer, &run->allocator,
                                           error);
    if (status != TKZ_OK)
        return status;
    const tkz__pre_tokenizer *found = tkz__tokenizer_pre_tokenizer(tokenizer);
    const char *spelling = found != NULL ? tkz__pre_tokenizer_spelling(found) : NULL;
    status = tkz__word_rules_init(&run->rules, spelling != NULL ? spelling : "none", recipe->cut,
                                  &run->allocator, error);
    tkz_tokenizer_free(tokenizer);
    return status;
}

static tkz_status make_rules(tkz__run *run, tkz_error *error)
{
    const tkz_recipe *recipe = run->recipe;
    if (run->rules.pre_tokenizer_name != NULL)
        return TKZ_OK;
    bool is_file = strpbrk(recipe->pre_tokenizer, "/.") != NULL &&
                   access(recipe->pre_tokenizer, F_OK) == 0;
    if (is_file && !recipe->train)
        return open_rules(run, error);
    return tkz__word_rules_init(&run->rules, recipe->pre_tokenizer, recipe->cut, &run->allocator,
                                error);
}

/* What the tables may take of the memory allowed: frames and texts on their way take some too, by
 * measurement below 6 MiB for each thread with frames of 1 MiB. */
static tkz_status share_memory(const tkz__run *run, uint32_t workers, uint64_t *tables,
                               tkz_error *error)
{
    uint64_t frames = (UINT64_C(8) << 20) + workers * (run->recipe->frame_size * 6);
    *tables = run->memory > 2 * frames ? run->memory - frames : run->memory / 2;
    if (run->memory == 0 || *tables >= workers * TKZ__COUNTER_LEAST_MEMORY)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                          "counting words takes at least %" PRIu64 " MiB with %u threads; give "
                          "more memory or fewer threads",
                          2 * workers * (TKZ__COUNTER_LEAST_MEMORY >> 20), workers);
}

uint64_t tkz__run_record_room(const tkz__run *run, uint32_t workers)
{
    /* A long record is a frame of its own. Two frames for each thread and one more may be on their way, with half as much
     * again that is not in use, and each thread's text and its normal form: 8 times the longest record for each thread.
     * All of that within a quarter of the memory, which the tables of words do not come to. */
    enum { PART = 32 };
    const tkz_recipe *recipe = run->recipe;
    bool writes = recipe->text_shards || recipe->token_shards || recipe->records_path != NULL || recipe->ids_path != NULL;
    uint64_t limit = run->memory / ((uint64_t)workers * PART);
    if (run->memory == 0 || !recipe->count || writes || limit >= recipe->record_limit)
        return recipe->record_limit;
    return limit > recipe->frame_size ? limit : recipe->frame_size;
}

tkz_status tkz__run_make_counter(tkz__run *run, uint32_t workers, tkz_error *error)
{
    char boundaries[17] = "";
    tkz_status status = make_rules(run, error);
    if (status == TKZ_OK && run->dictionary != NULL) {
        tkz_dictionary_info info;
        status = tkz_dictionary_describe(run->dictionary, &info, error);
        if (status == TKZ_OK)
            snprintf(boundaries, sizeof boundaries, "%016" PRIx64, info.hash);
    }
    uint64_t memory = 0;
    if (status == TKZ_OK)
        status = share_memory(run, workers, &memory, error);
    if (status != TKZ_OK)
        return status;
    const tkz_recipe *recipe = run->recipe;
    tkz__word_counter_options options = {
        .rules = &run->rules,
        .normal_form =
            recipe->normal_form != NULL ? tkz_normal_form_name(recipe->normal_form) : NULL,
        .boundaries = boundaries,
        .sources = recipe->sources,
        .source_count = recipe->source_count,
        .workers = workers,
        .memory = memory,
        .folder = run->journal.work,
    };
    return tkz__word_counter_new(&run->counter, &options, &run->allocator, error);
}

tkz_status tkz__run_close_counter(tkz__run *run, tkz_error *error)
{
    return tkz__word_counter_finish(run->counter, run->executor, error);
}

/* ---- Publishing ------------------------------------------------------------- */

static bool ends_in(const char *path, const char *end)
{
    size_t size = strlen(path), end_size = strlen(end);
    return size >= end_size && strcmp(path + size - end_size, end) == 0;
}

/* Goes through the words once for their sums, which a text says at its beginning. */
static tkz_status add_up(tkz__run *run, tkz_error *error)
{
    tkz__word_stream words;
    tkz__word_entry entry;
    bool done = false;
    tkz_status status = tkz__word_counter_begin(run->counter, &words, error);
    while (status == TKZ_OK) {
        status = words.next(words.context, &entry, &done, error);
        if (status != TKZ_OK || done)
            break;
        status = tkz__word_sums_add(&run->word_sums, &entry,
                                    tkz__word_counter_head(run->counter)->source_count, error);
    }
    return status;
}

static tkz_status write_text(tkz__run *run, const char *path, tkz_error *error)
{
    tkz_output *output;
    tkz__word_stream words;
    const tkz__word_head *head = tkz__word_counter_head(run->counter);
    bool zstd = ends_in(path, ".zst");
    tkz_status status = add_up(run, error);
    if (status == TKZ_OK)
        status = tkz__word_counter_begin(run->counter, &words, error);
    if (status == TKZ_OK)
        status = tkz_output_open(&output, path,
                                 zstd ? TKZ_COMPRESSION_ZSTD : TKZ_COMPRESSION_NONE, 0, 0,
                                 &run->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__word_text_write(output, head, &run->word_sums.totals, words, &run->allocator,
                                  error);
    if (status == TKZ_OK)
        return tkz_output_commit(output, error);
    tkz_output_discard(output);
    return status;
}

tkz_status tkz__run_publish_counts(tkz__run *run, tkz_error *error)
{
    const char *path = run->recipe->counts_path;
    tkz__word_stream words;
    if (path == NULL)
        return TKZ_OK;
    if (!ends_in(path, ".wct"))
        return write_text(run, path, error);
    tkz_status status = tkz__word_counter_begin(run->counter, &words, error);
    if (status == TKZ_OK)
        status = tkz__word_table_publish(path, tkz__word_counter_head(run->counter), words,
                                         &run->word_sums, &run->allocator, error);
    return status;
}

/* ---- Training --------------------------------------------------------------- */

static tkz_status add_word(tkz__run *run, tkz_word_counts *counts, const tkz__word_entry *entry,
                           tkz_error *error)
{
    uint32_t source_count = tkz__word_counter_head(run->counter)->source_count;
    uint64_t count = 0;
    tkz_status status = tkz__word_sums_add(&run->word_sums, entry, source_count, error);
    for (uint32_t i = 0; i < source_count; i++)
        count += entry->counts[i]; /* the sums have found that it fits */
    if (status == TKZ_OK)
        status = tkz_word_counts_add(counts, (const char *)entry->word, entry->size, count, error);
    if (status == TKZ_OK && run->memory != 0 && tkz__word_counts_memory(counts) > run->memory)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                              "the different words need more than the %" PRIu64 " bytes allowed; "
                              "give more memory",
                              run->memory);
    return status;
}

tkz_status tkz__run_load_words(tkz__run *run, tkz_word_counts **counts, tkz_error *error)
{
    tkz__word_stream words;
    tkz__word_entry entry;
    bool done = false;
    tkz_status status = tkz_word_counts_new(counts, run->rules.pre_tokenizer_name, &run->allocator,
                                            error);
    memset(&run->word_sums, 0, sizeof run->word_sums);
    if (status == TKZ_OK)
        status = tkz__word_counter_begin(run->counter, &words, error);
    while (status == TKZ_OK) {
        status = words.next(words.context, &entry, &done, error);
        if (status != TKZ_OK || done)
            break;
        status = add_word(run, *counts, &entry, error);
    }
    if (status == TKZ_OK && run->recipe->counts_path == NULL)
        tkz__word_counter_drop_words(run->counter); /* training wants the memory */
    if (status != TKZ_OK) {
        tkz_word_counts_free(*counts);
        *counts = NULL;
    }
    return status;
}

/* ---- What is told ----------------------------------------------------------- */

json_t *tkz__run_words(const tkz__run *run)
{
    const tkz_word_totals *t = &run->word_sums.totals;
    if (run->counter == NULL)
        return NULL;
    tkz__word_intake intake = tkz__word_counter_intake(run->counter);
    const tkz__word_head *head = tkz__word_counter_head(run->counter);
    json_t *words = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "documents",
        (json_int_t)intake.documents, "lines", (json_int_t)intake.lines, "text_bytes",
        (json_int_t)intake.bytes, "types", (json_int_t)t->types, "tokens", (json_int_t)t->tokens,
        "bytes", (json_int_t)t->bytes, "characters", (json_int_t)t->characters, "longest",
        (json_int_t)t->longest, "longest_bytes", (json_int_t)t->longest_bytes, "cut_words",
        (json_int_t)intake.cut_words, "runs", (json_int_t)intake.runs);
    if (t->tokens > 0)
        json_object_set_new(words, "mean_characters",
                            json_real((double)t->characters / (double)t->tokens));
    json_t *sources = json_object();
    for (uint32_t i = 0; i < head->source_count; i++)
        json_object_set_new(sources, head->sources[i],
                            json_integer((json_int_t)run->word_sums.tokens[i]));
    json_object_set_new(words, "sources", sources);
    return words;
}
