/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the results of a pass go. Leans on io's part files and outputs and on
 * corpus' shard writers.
 */
#include "pipeline/sinks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/output_file.h"

/* ---- Streams --------------------------------------------------------------- */

bool tkz__stream_is_compressed(const char *path)
{
    size_t length = path != NULL ? strlen(path) : 0;
    return length >= 4 && strcmp(path + length - 4, ".zst") == 0;
}

static tkz_status open_stream(tkz_output **output, const char *path, const tkz_recipe *recipe,
                              tkz_error *error)
{
    if (path == NULL)
        return TKZ_OK;
    bool zstd = tkz__stream_is_compressed(path);
    return tkz_output_open(output, path, zstd ? TKZ_COMPRESSION_ZSTD : TKZ_COMPRESSION_NONE, 0, 0,
                           &recipe->allocator, error);
}

tkz_status tkz__streams_open(tkz__streams *streams, const tkz_recipe *recipe, tkz_error *error)
{
    memset(streams, 0, sizeof *streams);
    tkz_status status = open_stream(&streams->records, recipe->records_path, recipe, error);
    if (status == TKZ_OK)
        status = open_stream(&streams->ids, recipe->ids_path, recipe, error);
    if (status == TKZ_OK)
        status = open_stream(&streams->rejects, recipe->rejects_path, recipe, error);
    if (status == TKZ_OK)
        status = open_stream(&streams->bad, recipe->bad_path, recipe, error);
    if (status == TKZ_OK)
        status = open_stream(&streams->scores, recipe->scores_path, recipe, error);
    if (status != TKZ_OK)
        tkz__streams_discard(streams);
    return status;
}

static tkz_status commit_stream(tkz_output **output, tkz_error *error)
{
    tkz_output *finished = *output;
    *output = NULL;
    return finished != NULL ? tkz_output_commit(finished, error) : TKZ_OK;
}

tkz_status tkz__streams_commit(tkz__streams *streams, tkz_error *error)
{
    tkz_status status = commit_stream(&streams->bad, error);
    if (status == TKZ_OK)
        status = commit_stream(&streams->scores, error);
    if (status == TKZ_OK)
        status = commit_stream(&streams->rejects, error);
    if (status == TKZ_OK)
        status = commit_stream(&streams->ids, error);
    if (status == TKZ_OK)
        status = commit_stream(&streams->records, error);
    return status;
}

void tkz__streams_discard(tkz__streams *streams)
{
    tkz_output_discard(streams->records);
    tkz_output_discard(streams->ids);
    tkz_output_discard(streams->rejects);
    tkz_output_discard(streams->bad);
    tkz_output_discard(streams->scores);
    memset(streams, 0, sizeof *streams);
}

/* ---- Saved state ------------------------------------------------------------ */

/* A buffer as hexadecimal digits; NULL: out of memory. */
static json_t *buffer_to_json(const tkz__buffer *buffer)
{
    char *text = malloc(buffer->size * 2 + 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < buffer->size; i++)
        snprintf(text + 2 * i, 3, "%02x", buffer->data[i]);
    text[buffer->size * 2] = '\0';
    json_t *json = json_string(text);
    free(text);
    return json;
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

static tkz_status buffer_from_json(tkz__buffer *buffer, const json_t *json, tkz_error *error)
{
    const char *text = json_string_value(json);
    size_t size = json_string_length(json);
    tkz__buffer_clear(buffer);
    for (size_t i = 0; i + 1 < size; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, "journal", TKZ__NO_OFFSET,
                                  "the journal is damaged; run again with --overwrite");
        tkz_status status = tkz__buffer_append_byte(buffer, (uint8_t)(high << 4 | low), error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* ---- Opening ----------------------------------------------------------------- */

/* What opening the parts of a pass needs. */
typedef struct opening {
    const tkz_recipe *recipe;
    const char *work;
    const char *directory;
    const json_t *state;
    tkz__buffer scratch;
    tkz_error *error;
} opening;

/* A pass that was stopped while it gave its files their final names continues them. */
static tkz_status take_back_final_name(const char *path, tkz_error *error)
{
    char part[4104];
    snprintf(part, sizeof part, "%s.part", path);
    if (access(part, F_OK) == 0 || access(path, F_OK) != 0 || rename(path, part) == 0)
        return TKZ_OK;
    return tkz__error_system(error, path, "rename", errno);
}

static tkz_status open_part(opening *o, tkz__part_file **file, const char *name)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", o->work, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return tkz__error_set(o->error, TKZ_STATUS_LIMIT, o->work, TKZ__NO_OFFSET,
                              "the path is too long");
    uint64_t size = (uint64_t)json_integer_value(json_object_get(o->state, name));
    tkz_status status = take_back_final_name(path, o->error);
    if (status != TKZ_OK)
        return status;
    return tkz__part_file_open(file, path, size, &o->recipe->allocator, o->error);
}

/* The saved state of a shard writer in `*saved`, or NULL there to start anew. */
static tkz_status shard_state(opening *o, const char *name, const tkz__buffer **saved)
{
    const json_t *json = json_object_get(o->state, name);
    *saved = NULL;
    if (json == NULL)
        return TKZ_OK;
    *saved = &o->scratch;
    return buffer_from_json(&o->scratch, json, o->error);
}

static tkz_status open_text(opening *o, tkz__text_shards **shards, const char *prefix,
                            uint64_t shard_size)
{
    const tkz__buffer *saved;
    tkz_status status = shard_state(o, prefix, &saved);
    if (status == TKZ_OK)
        status = tkz__text_shards_new(shards, o->directory, prefix, shard_size, saved,
                                      &o->recipe->allocator, o->error);
    return status;
}

static tkz_status open_tokens(opening *o, tkz__token_shards **shards, uint32_t vocabulary_size)
{
    const tkz__buffer *saved;
    tkz_status status = shard_state(o, "tokens", &saved);
    if (status == TKZ_OK)
        status = tkz__token_shards_new(shards, o->directory, "tokens", vocabulary_size,
                                       o->recipe->token_shard_size, saved, &o->recipe->allocator,
                                       o->error);
    return status;
}

/* Takes the finished frames of a staged file that is being continued into the seek table. */
static tkz_status reload_staged_table(tkz__sinks *sinks, const opening *o)
{
    char path[4096];
    tkz__mapped_file file;
    snprintf(path, sizeof path, "%s/staged.zst.part", o->work);
    tkz_status status = tkz__mapped_file_open(&file, path, o->error);
    if (status != TKZ_OK)
        return status;
    if (file.size > 0)
        status = tkz__seek_table_add(&sinks->staged_table, file.data, file.size, o->error);
    tkz__mapped_file_close(&file);
    return status;
}

static tkz_status open_work_files(tkz__sinks *sinks, opening *o)
{
    const tkz__pass *pass = sinks->context->pass;
    tkz_status status = TKZ_OK;
    if (pass->stage) {
        status = open_part(o, &sinks->staged, "staged.zst");
        if (status == TKZ_OK)
            status = open_part(o, &sinks->staged_index, "staged.index");
        if (status == TKZ_OK)
            status = reload_staged_table(sinks, o);
    }
    if (status == TKZ_OK && pass->sign)
        status = open_part(o, &sinks->signatures, "signatures");
    return status;
}

static tkz_status open_shards(tkz__sinks *sinks, opening *o)
{
    const tkz__job_context *context = sinks->context;
    const tkz__pass *pass = context->pass;
    const tkz_recipe *recipe = context->recipe;
    tkz_status status = TKZ_OK;
    if (pass->write && recipe->text_shards)
        status = open_text(o, &sinks->text, "text", recipe->text_shard_size);
    if (status == TKZ_OK && pass->encode && recipe->token_shards)
        status = open_tokens(o, &sinks->tokens, tkz_tokenizer_size(context->tokenizer));
    if (status == TKZ_OK && context->keep_rejects)
        status = open_text(o, &sinks->rejects, pass->from_staged ? "duplicates" : "rejects", 0);
    if (status == TKZ_OK && context->keep_bad)
        status = open_text(o, &sinks->bad, pass->from_staged ? "unencodable" : "bad", 0);
    return status;
}

static void load_written(tkz__written *written, const json_t *json)
{
    written->text = (uint64_t)json_integer_value(json_object_get(json, "text"));
    written->rejects = (uint64_t)json_integer_value(json_object_get(json, "rejects"));
    written->bad = (uint64_t)json_integer_value(json_object_get(json, "bad"));
    written->encoded = (uint64_t)json_integer_value(json_object_get(json, "encoded"));
    written->staged = (uint64_t)json_integer_value(json_object_get(json, "staged"));
    written->signatures = (uint64_t)json_integer_value(json_object_get(json, "signatures"));
}

tkz_status tkz__sinks_open(tkz__sinks *sinks, const tkz__job_context *context,
                           tkz__streams *streams, const char *work, const char *directory,
                           const json_t *state, tkz_error *error)
{
    opening o = {.recipe = context->recipe,
                 .work = work,
                 .directory = directory,
                 .state = state,
                 .error = error};
    memset(sinks, 0, sizeof *sinks);
    sinks->context = context;
    sinks->streams = streams;
    tkz__buffer_init(&o.scratch, &context->allocator);
    tkz__seek_table_init(&sinks->staged_table, &context->allocator);
    load_written(&sinks->written, json_object_get(state, "written"));
    tkz_status status = open_work_files(sinks, &o);
    if (status == TKZ_OK && directory != NULL)
        status = open_shards(sinks, &o);
    tkz__buffer_free(&o.scratch);
    if (status != TKZ_OK)
        tkz__sinks_close(sinks);
    return status;
}

/* ---- Appending ----------------------------------------------------------------- */

/* The accounts must not trust what the workers say they wrote. */
static uint64_t count_lines(const tkz__buffer *content)
{
    uint64_t count = 0;
    const uint8_t *position = content->data;
    size_t left = content->size;
    while (left > 0) {
        const uint8_t *end = memchr(position, '\n', left);
        if (end == NULL)
            break;
        count++;
        left -= (size_t)(end + 1 - position);
        position = end + 1;
    }
    return count;
}

static tkz_status append_section(const tkz__section *section, tkz__text_shards *shards,
                                 tkz_output *stream, uint64_t *written, tkz_error *error)
{
    if (section->content.size == 0)
        return TKZ_OK;
    *written += count_lines(&section->content);
    if (shards != NULL)
        return tkz__text_shards_append(shards, section->stored.data, section->stored.size,
                                       section->content.data, section->content.size,
                                       section->records, error);
    if (stream != NULL && section->stored.size > 0)
        return tkz__output_write_frame(stream, section->stored.data, section->stored.size, error);
    if (stream != NULL)
        return tkz_output_write(stream, section->content.data, section->content.size, error);
    return TKZ_OK;
}

static tkz_status append_staged(tkz__sinks *sinks, const tkz__job_item *item, tkz_error *error)
{
    uint8_t count[4];
    tkz__store_u32(count, item->staged_count);
    sinks->written.staged += item->staged_count;
    tkz_status status =
        tkz__part_file_append(sinks->staged, item->staged.data, item->staged.size, error);
    if (status == TKZ_OK)
        status = tkz__part_file_append(sinks->staged_index, count, sizeof count, error);
    if (status == TKZ_OK)
        status = tkz__seek_table_add(&sinks->staged_table, item->staged.data, item->staged.size,
                                     error);
    return status;
}

tkz_status tkz__sinks_append(tkz__sinks *sinks, const tkz__job_item *item, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (sinks->staged != NULL)
        status = append_staged(sinks, item, error);
    if (status == TKZ_OK && sinks->signatures != NULL) {
        sinks->written.signatures += item->signatures.size / 16;
        status = tkz__part_file_append(sinks->signatures, item->signatures.data,
                                       item->signatures.size, error);
    }
    if (status == TKZ_OK)
        status = append_section(&item->text, sinks->text, sinks->streams->records,
                                &sinks->written.text, error);
    if (status == TKZ_OK)
        status = append_section(&item->rejects, sinks->rejects, sinks->streams->rejects,
                                &sinks->written.rejects, error);
    if (status == TKZ_OK)
        status = append_section(&item->bad, sinks->bad, sinks->streams->bad, &sinks->written.bad,
                                error);
    if (status == TKZ_OK && sinks->streams->scores != NULL)
        status = append_section(&item->scores, NULL, sinks->streams->scores,
                                &sinks->written.scores, error);
    if (status == TKZ_OK && sinks->tokens != NULL)
        status = tkz__token_shards_append(sinks->tokens,
                                          (const uint32_t *)(const void *)item->ids.data,
                                          (const uint64_t *)(const void *)item->offsets.data,
                                          (size_t)item->encoded, error);
    if (status == TKZ_OK && sinks->streams->ids != NULL && item->ids_text.size > 0)
        status = tkz_output_write(sinks->streams->ids, item->ids_text.data, item->ids_text.size,
                                  error);
    sinks->written.encoded += item->encoded;
    return status;
}

/* ---- Saving and finishing -------------------------------------------------------- */

static tkz_status save_part(tkz__part_file *file, const char *name, json_t *state,
                            tkz_error *error)
{
    if (file == NULL)
        return TKZ_OK;
    tkz_status status = tkz__part_file_sync(file, error);
    json_object_set_new(state, name, json_integer((json_int_t)tkz__part_file_length(file)));
    return status;
}

static tkz_status save_text(tkz__text_shards *shards, const char *name, json_t *state,
                            tkz__buffer *scratch, tkz_error *error)
{
    if (shards == NULL)
        return TKZ_OK;
    tkz__buffer_clear(scratch);
    tkz_status status = tkz__text_shards_save(shards, scratch, error);
    if (status == TKZ_OK)
        json_object_set_new(state, name, buffer_to_json(scratch));
    return status;
}

tkz_status tkz__sinks_save(tkz__sinks *sinks, json_t **state, tkz_error *error)
{
    bool from_staged = sinks->context->pass->from_staged;
    tkz__buffer scratch;
    tkz__buffer_init(&scratch, &sinks->context->allocator);
    *state = json_object();
    tkz_status status = save_part(sinks->staged, "staged.zst", *state, error);
    if (status == TKZ_OK)
        status = save_part(sinks->staged_index, "staged.index", *state, error);
    if (status == TKZ_OK)
        status = save_part(sinks->signatures, "signatures", *state, error);
    if (status == TKZ_OK)
        status = save_text(sinks->text, "text", *state, &scratch, error);
    if (status == TKZ_OK)
        status = save_text(sinks->rejects, from_staged ? "duplicates" : "rejects", *state,
                           &scratch, error);
    if (status == TKZ_OK)
        status = save_text(sinks->bad, from_staged ? "unencodable" : "bad", *state, &scratch,
                           error);
    if (status == TKZ_OK && sinks->tokens != NULL) {
        tkz__buffer_clear(&scratch);
        status = tkz__token_shards_save(sinks->tokens, &scratch, error);
        if (status == TKZ_OK)
            json_object_set_new(*state, "tokens", buffer_to_json(&scratch));
    }
    tkz__buffer_free(&scratch);
    const tkz__written *w = &sinks->written;
    json_object_set_new(
        *state, "written",
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "text", (json_int_t)w->text, "rejects",
                  (json_int_t)w->rejects, "bad", (json_int_t)w->bad, "encoded",
                  (json_int_t)w->encoded, "staged", (json_int_t)w->staged, "signatures",
                  (json_int_t)w->signatures));
    if (status != TKZ_OK) {
        json_decref(*state);
        *state = NULL;
    }
    return status;
}

static void list_file(json_t *files, tkz__manifest_kind kind, const tkz__shard_info *info)
{
    tkz__manifest_file file = {.kind = kind, .info = *info};
    json_array_append_new(files, tkz__manifest_file_to_json(&file));
}

static tkz_status finish_part(tkz__part_file **file, tkz_error *error)
{
    tkz__part_file *finished = *file;
    *file = NULL;
    return finished != NULL ? tkz__part_file_commit(finished, error) : TKZ_OK;
}

static tkz_status finish_text(tkz__text_shards *shards, tkz__manifest_kind kind, json_t *files,
                              tkz_error *error)
{
    if (shards == NULL)
        return TKZ_OK;
    tkz_status status = tkz__text_shards_finish(shards, error);
    for (size_t i = 0; status == TKZ_OK && i < tkz__text_shards_count(shards); i++)
        list_file(files, kind, tkz__text_shards_at(shards, i));
    return status;
}

tkz_status tkz__sinks_finish(tkz__sinks *sinks, json_t *files, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (sinks->staged != NULL) {
        tkz__buffer table;
        tkz__buffer_init(&table, &sinks->context->allocator);
        status = tkz__seek_table_write(&sinks->staged_table, &table, error);
        if (status == TKZ_OK)
            status = tkz__part_file_append(sinks->staged, table.data, table.size, error);
        tkz__buffer_free(&table);
    }
    if (status == TKZ_OK)
        status = finish_part(&sinks->staged, error);
    if (status == TKZ_OK)
        status = finish_part(&sinks->staged_index, error);
    if (status == TKZ_OK)
        status = finish_part(&sinks->signatures, error);
    if (status == TKZ_OK)
        status = finish_text(sinks->text, TKZ__MANIFEST_TEXT, files, error);
    if (status == TKZ_OK && sinks->tokens != NULL) {
        status = tkz__token_shards_finish(sinks->tokens, error);
        for (size_t i = 0; status == TKZ_OK && i < tkz__token_shards_count(sinks->tokens); i++)
            list_file(files, TKZ__MANIFEST_TOKENS, tkz__token_shards_at(sinks->tokens, i));
    }
    if (status == TKZ_OK)
        status = finish_text(sinks->rejects, TKZ__MANIFEST_REJECTS, files, error);
    if (status == TKZ_OK)
        status = finish_text(sinks->bad, TKZ__MANIFEST_BAD, files, error);
    return status;
}

void tkz__sinks_close(tkz__sinks *sinks)
{
    tkz__part_file_close(sinks->staged, 0);
    tkz__part_file_close(sinks->staged_index, 0);
    tkz__part_file_close(sinks->signatures, 0);
    if (sinks->staged_table.allocator.release != NULL)
        tkz__seek_table_free(&sinks->staged_table);
    tkz__text_shards_free(sinks->text);
    tkz__text_shards_free(sinks->rejects);
    tkz__text_shards_free(sinks->bad);
    tkz__token_shards_free(sinks->tokens);
    memset(sinks, 0, sizeof *sinks);
}
