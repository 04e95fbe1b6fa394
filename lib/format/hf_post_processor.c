/* SPDX-License-Identifier: Apache-2.0
 *
 * The post-processor of tokenizer.json: which ids it puts before and behind a single
 * text. Leans on hf_file.h.
 */
#include <string.h>

#include "format/hf_file.h"

/* What one processor puts around what the ones before it gave. */
typedef struct around {
    tkz__buffer before;
    tkz__buffer behind;
    uint32_t texts; /* how often the text itself stands in the template */
} around;

static tkz_status count_part(tkz__hf_file *file)
{
    if (file->template_parts++ < TKZ__HF_TEMPLATE_LIMIT)
        return TKZ_OK;
    return tkz__error_set(file->error, TKZ_STATUS_LIMIT, file->path, file->json.position,
                          "post_processor: templates of more than %d pieces and ids",
                          TKZ__HF_TEMPLATE_LIMIT);
}

static tkz_status append_id(tkz__hf_file *file, around *ids)
{
    uint32_t id;
    tkz_status status = count_part(file);
    if (status == TKZ_OK)
        status = tkz__json_reader_u32(&file->json, &id);
    return status == TKZ_OK ? tkz__buffer_append(ids->texts == 0 ? &ids->before : &ids->behind,
                                                 &id, sizeof id, file->error)
                            : status;
}

/* ["<s>", 0]: a token and its id. */
static tkz_status read_named(tkz__hf_file *file, size_t place, around *ids)
{
    tkz__json_reader *json = &file->json;
    const char *text;
    size_t size;
    bool more;
    json->position = place;
    tkz_status status = tkz__json_reader_array(json);
    if (status == TKZ_OK)
        status = tkz__json_reader_next_item(json, &more);
    if (status == TKZ_OK)
        status = tkz__json_reader_string(json, &text, &size);
    if (status == TKZ_OK)
        status = tkz__json_reader_next_item(json, &more);
    return status == TKZ_OK ? append_id(file, ids) : status;
}

/* BertProcessing and RobertaProcessing: cls, the text, sep. */
static tkz_status read_pair(tkz__hf_file *file, size_t object, around *ids)
{
    static const char *const keys[] = {"cls", "sep"};
    size_t places[2];
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++) {
        status = tkz__hf_required(file, object, places[i], keys[i]);
        if (status == TKZ_OK)
            status = read_named(file, places[i], ids);
        ids->texts = 1;
    }
    return status;
}

/* The ids of the special token that `id` names, from the list of the template. */
static tkz_status read_special(tkz__hf_file *file, size_t id, size_t list, around *ids)
{
    tkz__json_reader *json = &file->json;
    static const char *const id_keys[] = {"id"}, *const ids_keys[] = {"ids"};
    size_t place;
    const char *text;
    size_t size;
    json->position = id;
    tkz_status status = tkz__json_reader_members(json, id_keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, id, place, "id");
    if (status == TKZ_OK)
        status = tkz__hf_string(file, place, &text, &size);
    if (status != TKZ_OK)
        return status;
    char *name = tkz__duplicate(&file->allocator, text, size);
    if (name == NULL)
        return tkz__error_memory(file->error, size);
    const char *names[] = {name};
    size_t entry;
    json->position = list;
    status = tkz__json_reader_members(json, names, 1, &entry);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, list, entry, name);
    tkz__release(&file->allocator, name, size + 1);
    if (status != TKZ_OK)
        return status;
    json->position = entry;
    status = tkz__json_reader_members(json, ids_keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, entry, place, "ids");
    if (status != TKZ_OK)
        return status;
    json->position = place;
    status = tkz__json_reader_array(json);
    for (bool more = true; status == TKZ_OK && more;) {
        status = tkz__json_reader_next_item(json, &more);
        if (status == TKZ_OK && more)
            status = append_id(file, ids);
    }
    return status;
}

/* {"SpecialToken": {"id": ...}} or {"Sequence": {"id": "A"}}; B is only in templates of pairs. */
static tkz_status read_piece(tkz__hf_file *file, size_t list, around *ids)
{
    static const char *const keys[] = {"SpecialToken", "Sequence"};
    size_t places[2];
    size_t object = file->json.position;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    size_t behind = file->json.position;
    if (status != TKZ_OK)
        return status;
    if (places[0] != TKZ__JSON_ABSENT)
        status = read_special(file, places[0], list, ids);
    else if (places[1] != TKZ__JSON_ABSENT)
        ids->texts++;
    else
        status = tkz__hf_required(file, object, TKZ__JSON_ABSENT, "SpecialToken");
    file->json.position = behind;
    return status;
}

static tkz_status read_template(tkz__hf_file *file, size_t object, around *ids)
{
    static const char *const keys[] = {"single", "special_tokens"};
    size_t places[2];
    tkz__json_reader *json = &file->json;
    json->position = object;
    tkz_status status = tkz__json_reader_members(json, keys, 2, places);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++)
        status = tkz__hf_required(file, object, places[i], keys[i]);
    if (status != TKZ_OK)
        return status;
    json->position = places[0];
    status = tkz__json_reader_array(json);
    for (bool more = true; status == TKZ_OK && more;) {
        tkz__json_kind kind;
        status = tkz__json_reader_next_item(json, &more);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_kind(json, &kind);
        if (status == TKZ_OK)
            status = count_part(file);
        if (status == TKZ_OK)
            status = read_piece(file, places[1], ids);
    }
    if (status == TKZ_OK && ids->texts != 1)
        return tkz__hf_unsupported(file, places[0],
                                   "post_processor: a template that has the text %u times; this "
                                   "build reads those that have it once",
                                   ids->texts);
    return status;
}

/* Later processors of a Sequence put their ids around those of earlier ones. */
static tkz_status put_around(tkz__hf_file *file, around *ids)
{
    tkz_status status = tkz__buffer_append(&ids->before, file->template_before.data,
                                           file->template_before.size, file->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&file->template_behind, ids->behind.data, ids->behind.size,
                                    file->error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer whole = ids->before;
    ids->before = file->template_before;
    file->template_before = whole;
    return TKZ_OK;
}

static tkz_status read_processor(tkz__hf_file *file, size_t object, const char *type,
                                 void *context)
{
    (void)context;
    around ids = {.texts = 0};
    tkz_status status;
    tkz__buffer_init(&ids.before, &file->allocator);
    tkz__buffer_init(&ids.behind, &file->allocator);
    if (strcmp(type, "ByteLevel") == 0) /* trims offsets, which here are whole */
        status = TKZ_OK;
    else if (strcmp(type, "TemplateProcessing") == 0)
        status = read_template(file, object, &ids);
    else if (strcmp(type, "RobertaProcessing") == 0 || strcmp(type, "BertProcessing") == 0)
        status = read_pair(file, object, &ids);
    else
        status = tkz__hf_unsupported(file, object, "post_processor: %s is none that is known",
                                     type);
    if (status == TKZ_OK)
        status = put_around(file, &ids);
    tkz__buffer_free(&ids.before);
    tkz__buffer_free(&ids.behind);
    return status;
}

tkz_status tkz__hf_read_post_processor(tkz__hf_file *file)
{
    return tkz__hf_each(file, file->parts[TKZ__HF_POST_PROCESSOR], "processors", read_processor,
                        NULL);
}

tkz_status tkz__hf_give_template(tkz__hf_file *file, tkz__tokenizer_builder *builder)
{
    size_t before = file->template_before.size / sizeof(uint32_t);
    size_t behind = file->template_behind.size / sizeof(uint32_t);
    size_t count = before + behind;
    if (count == 0)
        return TKZ_OK;
    uint32_t *ids = tkz__allocate_array(&file->allocator, count, sizeof *ids);
    if (ids == NULL)
        return tkz__error_memory(file->error, count * sizeof *ids);
    if (before > 0)
        memcpy(ids, file->template_before.data, before * sizeof *ids);
    if (behind > 0)
        memcpy(ids + before, file->template_behind.data, behind * sizeof *ids);
    tkz_status status = tkz__tokenizer_builder_set_template(builder, ids, (uint32_t)before,
                                                            (uint32_t)behind, file->error);
    tkz__release_array(&file->allocator, ids, count, sizeof *ids);
    return tkz__format_error_at(status, file->path, file->parts[TKZ__HF_POST_PROCESSOR],
                                file->error);
}
