/* SPDX-License-Identifier: Apache-2.0
 *
 * The post-processor of tokenizer.json: which ids it puts around one text and around
 * two. Leans on hf_file.h.
 */
#include <string.h>

#include "format/hf_file.h"

/* Items go to the template of one text, then to that of two. */
static tkz_status append_item(tkz__hf_file *file, uint32_t value, uint32_t type)
{
    if (file->template_count == TKZ__HF_TEMPLATE_LIMIT)
        return tkz__error_set(file->error, TKZ_STATUS_LIMIT, file->path, file->json.position,
                              "post_processor: templates of more than %d texts and ids",
                              TKZ__HF_TEMPLATE_LIMIT);
    file->template_items[file->template_count++] = (tkz__template_item){value, type};
    return TKZ_OK;
}

/* ---- BertProcessing and RobertaProcessing ------------------------------ */

/* ["<s>", 0]: a token and its id. */
static tkz_status read_named(tkz__hf_file *file, size_t place, uint32_t *id)
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
    return status == TKZ_OK ? tkz__json_reader_u32(json, id) : status;
}

/* Bert: cls A sep, cls A sep B sep with type 1 from B on; Roberta: cls A sep, cls A sep sep B sep,
 * all of
 * type 0. */
static tkz_status read_fixed(tkz__hf_file *file, size_t object, bool is_bert)
{
    static const char *const keys[] = {"cls", "sep"};
    size_t places[2];
    uint32_t ids[2];
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++) {
        status = tkz__hf_required(file, object, places[i], keys[i]);
        if (status == TKZ_OK)
            status = read_named(file, places[i], &ids[i]);
    }
    if (status != TKZ_OK)
        return status;
    uint32_t second = is_bert ? 1 : 0;
    const tkz__template_item items[] = {
        {ids[0], 0}, {TKZ__TEMPLATE_FIRST, 0}, {ids[1], 0},
        {ids[1], 0}, {TKZ__TEMPLATE_SECOND, second}, {ids[1], second}};
    for (size_t i = 0; status == TKZ_OK && i < 3; i++)
        status = append_item(file, items[i].value, items[i].type);
    file->template_single = file->template_count;
    for (size_t i = 0; status == TKZ_OK && i < 6; i++) {
        if (i != 3 || !is_bert)
            status = append_item(file, items[i].value, items[i].type);
    }
    return status;
}

/* ---- TemplateProcessing ------------------------------------------------ */

/* The ids of a special token in the list of the template. */
static tkz_status read_ids(tkz__hf_file *file, size_t entry, uint32_t type)
{
    tkz__json_reader *json = &file->json;
    static const char *const keys[] = {"ids"};
    size_t place;
    json->position = entry;
    tkz_status status = tkz__json_reader_members(json, keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, entry, place, "ids");
    if (status != TKZ_OK)
        return status;
    json->position = place;
    status = tkz__json_reader_array(json);
    for (bool more = true; status == TKZ_OK && more;) {
        uint32_t id;
        status = tkz__json_reader_next_item(json, &more);
        if (status == TKZ_OK && more)
            status = tkz__json_reader_u32(json, &id);
        if (status == TKZ_OK && more)
            status = append_item(file, id, type);
    }
    return status;
}

/* The ids of the special token called as the string at `name` says. */
static tkz_status read_special(tkz__hf_file *file, size_t name, size_t list, uint32_t type)
{
    const char *text;
    size_t size, entry;
    tkz_status status = tkz__hf_string(file, name, &text, &size);
    if (status != TKZ_OK)
        return status;
    char *copy = tkz__duplicate(&file->allocator, text, size);
    if (copy == NULL)
        return tkz__error_memory(file->error, size);
    const char *names[] = {copy};
    file->json.position = list;
    status = tkz__json_reader_members(&file->json, names, 1, &entry);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, list, entry, copy);
    tkz__release(&file->allocator, copy, size + 1);
    return status == TKZ_OK ? read_ids(file, entry, type) : status;
}

/* {"SpecialToken": {"id": "<s>", "type_id": 0}} or {"Sequence": {"id": "A", "type_id": 0}}. */
static tkz_status read_piece(tkz__hf_file *file, size_t list)
{
    static const char *const keys[] = {"SpecialToken", "Sequence"};
    static const char *const fields[] = {"id", "type_id"};
    tkz__json_reader *json = &file->json;
    size_t places[2], values[2];
    uint32_t type = 0;
    size_t object = json->position;
    tkz_status status = tkz__json_reader_members(json, keys, 2, places);
    size_t behind = json->position;
    bool is_text = places[0] == TKZ__JSON_ABSENT;
    size_t inner = is_text ? places[1] : places[0];
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, inner, keys[0]);
    if (status != TKZ_OK)
        return status;
    json->position = inner;
    status = tkz__json_reader_members(json, fields, 2, values);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++)
        status = tkz__hf_required(file, inner, values[i], fields[i]);
    if (status != TKZ_OK)
        return status;
    json->position = values[1];
    status = tkz__json_reader_u32(json, &type);
    bool is_second = is_text && tkz__hf_is_string(file, values[0], "B");
    if (status == TKZ_OK && is_text && !is_second && !tkz__hf_is_string(file, values[0], "A"))
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, values[0],
                              "a Sequence is \"A\" or \"B\"");
    if (status == TKZ_OK)
        status = is_text ? append_item(file, is_second ? TKZ__TEMPLATE_SECOND : TKZ__TEMPLATE_FIRST,
                                       type)
                         : read_special(file, values[0], list, type);
    json->position = behind;
    return status;
}

/* How often a text stands in the items from number `first` on. */
static uint32_t count_text(const tkz__hf_file *file, uint32_t first, uint32_t text)
{
    uint32_t count = 0;
    for (uint32_t i = first; i < file->template_count; i++)
        count += file->template_items[i].value == text;
    return count;
}

static tkz_status read_pieces(tkz__hf_file *file, size_t place, size_t list)
{
    tkz__json_reader *json = &file->json;
    json->position = place;
    tkz_status status = tkz__json_reader_array(json);
    for (bool more = true; status == TKZ_OK && more;) {
        tkz__json_kind kind;
        status = tkz__json_reader_next_item(json, &more);
        if (status == TKZ_OK && more)
            status = tkz__json_reader_kind(json, &kind);
        if (status == TKZ_OK && more)
            status = read_piece(file, list);
    }
    return status;
}

/* A template of two texts that does not have each of them once stays out: models that nobody gives two
 * texts have such. */
static tkz_status read_template(tkz__hf_file *file, size_t object)
{
    static const char *const keys[] = {"single", "pair", "special_tokens"};
    size_t places[3];
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 3, places);
    for (size_t i = 0; status == TKZ_OK && i < 3; i++)
        status = tkz__hf_required(file, object, places[i], keys[i]);
    if (status == TKZ_OK)
        status = read_pieces(file, places[0], places[2]);
    if (status != TKZ_OK)
        return status;
    if (count_text(file, 0, TKZ__TEMPLATE_FIRST) != 1 ||
        count_text(file, 0, TKZ__TEMPLATE_SECOND) != 0)
        return tkz__hf_unsupported(file, places[0],
                                   "post_processor: a template that has the text %u times; this "
                                   "build reads those that have it once",
                                   count_text(file, 0, TKZ__TEMPLATE_FIRST));
    file->template_single = file->template_count;
    status = read_pieces(file, places[1], places[2]);
    if (status == TKZ_OK &&
        (count_text(file, file->template_single, TKZ__TEMPLATE_FIRST) != 1 ||
         count_text(file, file->template_single, TKZ__TEMPLATE_SECOND) != 1))
        file->template_count = file->template_single;
    return status;
}

/* ---- All --------------------------------------------------------------- */

static tkz_status read_processor(tkz__hf_file *file, size_t object, const char *type,
                                 void *context)
{
    (void)context;
    if (strcmp(type, "ByteLevel") == 0) /* trims offsets, which here are whole */
        return TKZ_OK;
    /* HF gives what one processor made to the next as if each part were a text. */
    if (file->template_single > 0)
        return tkz__hf_unsupported(file, object,
                                   "post_processor: %s behind another one that adds ids; this "
                                   "build reads one of them",
                                   type);
    if (strcmp(type, "TemplateProcessing") == 0)
        return read_template(file, object);
    bool is_bert = strcmp(type, "BertProcessing") == 0;
    if (is_bert || strcmp(type, "RobertaProcessing") == 0)
        return read_fixed(file, object, is_bert);
    return tkz__hf_unsupported(file, object, "post_processor: %s is none that is known", type);
}

tkz_status tkz__hf_read_post_processor(tkz__hf_file *file)
{
    return tkz__hf_each(file, file->parts[TKZ__HF_POST_PROCESSOR], "processors", read_processor,
                        NULL);
}

tkz_status tkz__hf_give_template(tkz__hf_file *file, tkz__tokenizer_builder *builder)
{
    if (file->template_single == 0)
        return TKZ_OK;
    tkz_status status = tkz__tokenizer_builder_set_template(
        builder, file->template_items, file->template_single,
        file->template_count - file->template_single, file->error);
    return tkz__format_error_at(status, file->path, file->parts[TKZ__HF_POST_PROCESSOR],
                                file->error);
}
