/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.jsonl of PLaMo 2: a line is an array, [token, score, type, ...], its number the id;
 * what follows
 * the type is not looked at. PLaMo 3 has files of the same kind, and cuts runs of spaces and of one
 * character first, which its tokenizer_config.json says and this file does not: where that stands
 * beside it, the file is refused. Leans on plamo_file.h.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format/format.h"
#include "format/hf_file.h"
#include "format/plamo_file.h"
#include "subword/tokenizer_image.h"

/* Arrays that begin with a string, one behind the other. */
static bool probe(const uint8_t *data, size_t size)
{
    return size >= 2 && data[0] == '[' && data[1] == '"';
}

static const struct {
    const char *name;
    tkz__piece_type type;
} types[] = {
    {"NORMAL", TKZ__PIECE_NORMAL},       {"BYTE", TKZ__PIECE_BYTE},
    {"CONTROL", TKZ__PIECE_CONTROL},     {"UNKNOWN", TKZ__PIECE_UNKNOWN},
    {"USER_DEFINED", TKZ__PIECE_USER_DEFINED},
};
enum { TYPES = sizeof types / sizeof types[0] };

static tkz_status read_type(tkz__json_reader *json, tkz__piece_type *type)
{
    const char *text;
    size_t size;
    tkz__json_kind kind; /* goes over white space too */
    tkz_status status = tkz__json_reader_kind(json, &kind);
    size_t place = json->position;
    if (status == TKZ_OK)
        status = tkz__json_reader_string(json, &text, &size);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < TYPES; i++) {
        if (strlen(types[i].name) == size && memcmp(types[i].name, text, size) == 0) {
            *type = types[i].type;
            return TKZ_OK;
        }
    }
    return tkz__error_set(json->error, TKZ_STATUS_BAD_FORMAT, json->where, place,
                          "no token has the type \"%.*s\"", tkz__format_shown(text, size, 40),
                          text);
}

static tkz_status read_score(tkz__json_reader *json, double *score)
{
    tkz__json_kind kind;
    tkz_status status = tkz__json_reader_kind(json, &kind);
    if (status == TKZ_OK && kind != TKZ__JSON_NUMBER)
        return tkz__json_reader_expected(json, "a number");
    size_t start = json->position;
    if (status == TKZ_OK)
        status = tkz__json_reader_skip(json);
    if (status == TKZ_OK)
        *score = tkz__hf_number_value(json->text + start, json->position - start);
    return status;
}

/* Item number `index` of a line. */
static tkz_status read_item(tkz__json_reader *json, size_t index, tkz__buffer *text,
                            tkz__plamo_token *token)
{
    const char *bytes;
    size_t size;
    tkz_status status;
    switch (index) {
    case 0:
        status = tkz__json_reader_string(json, &bytes, &size);
        return status == TKZ_OK ? tkz__buffer_append(text, bytes, size, json->error) : status;
    case 1:
        return read_score(json, &token->score);
    case 2:
        return read_type(json, &token->type);
    default:
        return tkz__json_reader_skip(json);
    }
}

static tkz_status read_line(tkz__json_reader *json, tkz__buffer *text, tkz__plamo_token *token)
{
    bool more;
    size_t start = json->position;
    *token = (tkz__plamo_token){.type = TKZ__PIECE_NORMAL};
    tkz__buffer_clear(text);
    tkz_status status = tkz__json_reader_array(json);
    for (size_t index = 0; status == TKZ_OK; index++) {
        status = tkz__json_reader_next_item(json, &more);
        if (status == TKZ_OK && !more && index < 2)
            return tkz__error_set(json->error, TKZ_STATUS_BAD_FORMAT, json->where, start,
                                  "a line is a token, its score and its type");
        if (status != TKZ_OK || !more)
            break;
        status = read_item(json, index, text, token);
    }
    token->bytes = (const char *)text->data;
    token->size = text->size;
    return status;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static tkz_status read_lines(tkz__json_reader *json, tkz__tokenizer_builder *builder)
{
    tkz__buffer text;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&text, &json->scratch.allocator);
    for (uint32_t id = 0; status == TKZ_OK; id++) {
        tkz__plamo_token token;
        while (json->position < json->size && is_space(json->text[json->position]))
            json->position++;
        size_t place = json->position;
        if (place == json->size)
            break;
        json->is_first = false;
        status = read_line(json, &text, &token);
        if (status == TKZ_OK && id >= TKZ__IMAGE_COUNT_LIMIT)
            status = tkz__error_set(json->error, TKZ_STATUS_LIMIT, json->where, place,
                                    "more than %u tokens", (unsigned)TKZ__IMAGE_COUNT_LIMIT);
        if (status == TKZ_OK && token.size == 0)
            status = tkz__error_set(json->error, TKZ_STATUS_BAD_FORMAT, json->where, place,
                                    "a token is empty");
        if (status == TKZ_OK)
            status = tkz__format_error_at(tkz__plamo_add(builder, id, &token, json->error),
                                          json->where, place, json->error);
    }
    tkz__buffer_free(&text);
    return status;
}

static bool contains(const tkz__mapped_file *file, const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at + size <= file->size; at++) {
        if (file->data[at] == (uint8_t)*text && memcmp(file->data + at, text, size) == 0)
            return true;
    }
    return false;
}

/* Refuses a file of PLaMo 3, by what stands beside it. */
static tkz_status check_neighbour(const char *path, const tkz_allocator *allocator,
                                  tkz_error *error)
{
    static const char name[] = "tokenizer_config.json";
    const char *slash = strrchr(path, '/');
    size_t folder = slash != NULL ? (size_t)(slash - path) + 1 : 0, room = folder + sizeof name;
    char *other = tkz__allocate(allocator, room);
    if (other == NULL)
        return tkz__error_memory(error, room);
    snprintf(other, room, "%.*s%s", (int)folder, path, name);
    tkz__mapped_file file = {0};
    tkz_status status = TKZ_OK;
    if (access(other, R_OK) == 0)
        status = tkz__mapped_file_open(&file, other, error);
    if (status == TKZ_OK && contains(&file, "\"Plamo3Tokenizer\""))
        status = tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                                "the tokenizer_config.json beside it says that this is PLaMo 3, "
                                "which cuts text before it looks for pieces; this build reads "
                                "PLaMo 2");
    tkz__mapped_file_close(&file);
    tkz__release(allocator, other, room);
    return status;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    (void)options; /* it cuts nothing */
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__tokenizer_builder *builder = NULL;
    tkz__json_reader json;
    tkz_status status = tkz__json_reader_init(&json, (const char *)file->data, file->size, path,
                                              &chosen, error);
    if (status == TKZ_OK)
        status = check_neighbour(path, &chosen, error);
    if (status == TKZ_OK)
        status = tkz__plamo_begin(&builder, &chosen, error);
    if (status == TKZ_OK)
        status = read_lines(&json, builder);
    if (status == TKZ_OK)
        status = tkz__format_error_at(tkz__tokenizer_builder_finish(builder, tokenizer, error),
                                      path, TKZ__NO_OFFSET, error);
    tkz__tokenizer_builder_free(builder);
    tkz__json_reader_free(&json);
    return status;
}

extern const tkz__format tkz__format_plamo;
const tkz__format tkz__format_plamo = {
    .info = {"plamo", "tokenizer.jsonl of PLaMo 2", 1, 0},
    .probe = probe,
    .open = open_file,
};
