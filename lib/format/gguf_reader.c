/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the metadata of GGUF, versions 2 and 3 (ggml: docs/gguf.md): "GGUF", u32 version, u64 count of
 * tensors, u64 count of keys, then key by key a string, a type and a value. Every length is
 * compared with
 * what is left of the file before it is used. Leans on gguf_file.h.
 */
#include <math.h>
#include <string.h>

#include "core/little_endian.h"
#include "format/gguf_file.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

enum { HEADER_SIZE = 24 };

static const char prefix[] = "tokenizer.ggml.";

const char *const tkz__gguf_keys[TKZ__GGUF_KEYS] = {
    "model",
    "pre",
    "tokens",
    "scores",
    "token_type",
    "merges",
    "precompiled_charsmap",
    "add_space_prefix",
    "remove_extra_whitespaces",
    "escape_whitespaces",
    "add_bos_token",
    "add_eos_token",
    "bos_token_id",
    "eos_token_id",
    "unknown_token_id",
};

/* Bytes of a value; 0: they follow from what it says. */
static const uint8_t sizes[TKZ__GGUF_TYPES] = {
    [TKZ__GGUF_U8] = 1,  [TKZ__GGUF_I8] = 1,  [TKZ__GGUF_U16] = 2,  [TKZ__GGUF_I16] = 2,
    [TKZ__GGUF_U32] = 4, [TKZ__GGUF_I32] = 4, [TKZ__GGUF_F32] = 4,  [TKZ__GGUF_BOOL] = 1,
    [TKZ__GGUF_U64] = 8, [TKZ__GGUF_I64] = 8, [TKZ__GGUF_F64] = 8,
};

tkz_status tkz__gguf_bad(const tkz__gguf_file *file, size_t place, const char *what)
{
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place, "%s", what);
}

/* "tokenizer.ggml.KEY: WHAT" where its value is. */
static tkz_status bad_value(const tkz__gguf_file *file, tkz__gguf_key key, const char *what)
{
    const tkz__gguf_value *value = &file->values[key];
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path,
                          value->is_there ? value->start : TKZ__NO_OFFSET, "%s%s: %s", prefix,
                          tkz__gguf_keys[key], what);
}

/* ---- The file ---------------------------------------------------------------- */

static tkz_status cut_short(const tkz__gguf_file *file, size_t place)
{
    return tkz__gguf_bad(file, place, "the file ends within its metadata");
}

static uint32_t load_u32(const tkz__gguf_file *file, size_t place)
{
    uint32_t number = tkz__load_u32(file->data + place);
    return file->is_big ? __builtin_bswap32(number) : number;
}

static tkz_status read_u32(const tkz__gguf_file *file, size_t *place, uint32_t *number)
{
    if (file->size - *place < 4)
        return cut_short(file, *place);
    *number = load_u32(file, *place);
    *place += 4;
    return TKZ_OK;
}

static tkz_status read_u64(const tkz__gguf_file *file, size_t *place, uint64_t *number)
{
    if (file->size - *place < 8)
        return cut_short(file, *place);
    *number = tkz__load_u64(file->data + *place);
    if (file->is_big)
        *number = __builtin_bswap64(*number);
    *place += 8;
    return TKZ_OK;
}

static tkz_status read_text(const tkz__gguf_file *file, size_t *place, tkz__gguf_text *text)
{
    uint64_t size = 0;
    size_t start = *place;
    tkz_status status = read_u64(file, place, &size);
    if (status != TKZ_OK)
        return status;
    if (size > file->size - *place)
        return tkz__gguf_bad(file, start, "a string is longer than the rest of the file");
    *text = (tkz__gguf_text){*place, (size_t)size};
    *place += (size_t)size;
    return TKZ_OK;
}

/* Goes over `count` values of a type. */
static tkz_status pass_over(const tkz__gguf_file *file, tkz__gguf_type type, uint64_t count,
                            size_t *place)
{
    tkz__gguf_text text;
    if (sizes[type] != 0) {
        if (count > (file->size - *place) / sizes[type])
            return tkz__gguf_bad(file, *place, "an array is longer than the rest of the file");
        *place += (size_t)count * sizes[type];
        return TKZ_OK;
    }
    tkz_status status = TKZ_OK;
    for (uint64_t i = 0; status == TKZ_OK && i < count; i++)
        status = read_text(file, place, &text);
    return status;
}

static tkz_status read_type(const tkz__gguf_file *file, size_t *place, tkz__gguf_type *type)
{
    uint32_t number = 0;
    size_t start = *place;
    tkz_status status = read_u32(file, place, &number);
    if (status != TKZ_OK)
        return status;
    if (number >= TKZ__GGUF_TYPES)
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, start,
                              "no value has the type %u", number);
    *type = (tkz__gguf_type)number;
    return TKZ_OK;
}

/* An array of arrays is refused, as ggml does (src/gguf.cpp). */
static tkz_status read_value(const tkz__gguf_file *file, size_t *place, tkz__gguf_value *value)
{
    *value = (tkz__gguf_value){.is_there = true, .count = 1};
    tkz_status status = read_type(file, place, &value->type);
    if (status == TKZ_OK && value->type == TKZ__GGUF_ARRAY) {
        size_t start = *place;
        value->is_array = true;
        status = read_type(file, place, &value->type);
        if (status == TKZ_OK && value->type == TKZ__GGUF_ARRAY)
            return tkz__gguf_bad(file, start, "an array of arrays");
        if (status == TKZ_OK)
            status = read_u64(file, place, &value->count);
    }
    value->start = *place;
    if (status == TKZ_OK)
        status = pass_over(file, value->type, value->count, place);
    value->end = *place;
    return status;
}

/* Remembers the value if its key is one that is read. */
static tkz_status note_value(tkz__gguf_file *file, tkz__gguf_text key,
                             const tkz__gguf_value *value)
{
    size_t start = strlen(prefix);
    if (key.size < start || memcmp(file->data + key.start, prefix, start) != 0)
        return TKZ_OK;
    tkz__gguf_text name = {key.start + start, key.size - start};
    for (size_t i = 0; i < TKZ__GGUF_KEYS; i++) {
        if (!tkz__gguf_equals(file, name, tkz__gguf_keys[i]))
            continue;
        if (file->values[i].is_there)
            return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, key.start,
                                  "the key %s%s is there twice", prefix, tkz__gguf_keys[i]);
        file->values[i] = *value;
    }
    return TKZ_OK;
}

/* Files for big-endian machines have the same magic and all numbers the other way round, those inside
 * a charsmap excepted, which is an array of bytes. */
static tkz_status check_version(tkz__gguf_file *file, uint32_t version)
{
    file->is_big = (version & 0xFFFF) == 0;
    if (file->is_big)
        version = __builtin_bswap32(version);
    if (version == 2 || version == 3)
        return TKZ_OK;
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, 4,
                          "GGUF version %u; this build reads 2 and 3", version);
}

static tkz_status read_keys(tkz__gguf_file *file)
{
    size_t place = 4;
    uint32_t version = 0;
    uint64_t count = 0;
    tkz_status status = read_u32(file, &place, &version);
    if (status == TKZ_OK)
        status = check_version(file, version);
    if (status == TKZ_OK && file->size < HEADER_SIZE)
        status = cut_short(file, file->size);
    if (status != TKZ_OK)
        return status;
    place += 8; /* the count of tensors */
    status = read_u64(file, &place, &count);
    for (uint64_t i = 0; status == TKZ_OK && i < count; i++) {
        tkz__gguf_text key;
        tkz__gguf_value value;
        status = read_text(file, &place, &key);
        if (status == TKZ_OK)
            status = read_value(file, &place, &value);
        if (status == TKZ_OK)
            status = note_value(file, key, &value);
    }
    return status;
}

/* ---- Values -------------------------------------------------------------------- */

tkz_status tkz__gguf_flag(const tkz__gguf_file *file, tkz__gguf_key key, bool *flag)
{
    const tkz__gguf_value *value = &file->values[key];
    if (!value->is_there)
        return TKZ_OK;
    if (value->is_array || value->type != TKZ__GGUF_BOOL || file->data[value->start] > 1)
        return bad_value(file, key, "it is not true or false");
    *flag = file->data[value->start] != 0;
    return TKZ_OK;
}

tkz_status tkz__gguf_id(const tkz__gguf_file *file, tkz__gguf_key key, uint32_t *id)
{
    const tkz__gguf_value *value = &file->values[key];
    if (!value->is_there)
        return TKZ_OK;
    if (value->is_array || (value->type != TKZ__GGUF_U32 && value->type != TKZ__GGUF_I32))
        return bad_value(file, key, "it is no u32");
    uint32_t number = load_u32(file, value->start);
    if (number >= file->token_count)
        return bad_value(file, key, "there is no such token");
    *id = number;
    return TKZ_OK;
}

tkz_status tkz__gguf_string(const tkz__gguf_file *file, tkz__gguf_key key, tkz__gguf_text *text)
{
    const tkz__gguf_value *value = &file->values[key];
    if (!value->is_there)
        return bad_value(file, key, "it is not there");
    if (value->is_array || value->type != TKZ__GGUF_STRING)
        return bad_value(file, key, "it is no string");
    *text = (tkz__gguf_text){value->start + 8, value->end - value->start - 8};
    return TKZ_OK;
}

tkz_status tkz__gguf_array(const tkz__gguf_file *file, tkz__gguf_key key, tkz__gguf_type type)
{
    const tkz__gguf_value *value = &file->values[key];
    if (!value->is_there)
        return bad_value(file, key, "it is not there");
    if (!value->is_array || value->type != type)
        return bad_value(file, key, "it is no array of the type that it must have");
    return TKZ_OK;
}

tkz_status tkz__gguf_next_text(const tkz__gguf_file *file, size_t *place, tkz__gguf_text *text)
{
    tkz_status status = read_text(file, place, text);
    if (status != TKZ_OK)
        return status;
    size_t valid = tkz_utf8_valid_prefix(tkz__gguf_bytes(file, *text), text->size);
    if (valid != text->size)
        return tkz__gguf_bad(file, text->start + valid, "a string that is no UTF-8");
    return TKZ_OK;
}

static bool has_count(const tkz__gguf_file *file, tkz__gguf_key key)
{
    return file->values[key].count == file->token_count;
}

tkz_status tkz__gguf_check_types(const tkz__gguf_file *file, bool is_needed)
{
    const tkz__gguf_value *value = &file->values[TKZ__GGUF_TOKEN_TYPE];
    if (!value->is_there && !is_needed)
        return TKZ_OK;
    tkz_status status = tkz__gguf_array(file, TKZ__GGUF_TOKEN_TYPE, TKZ__GGUF_I32);
    if (status != TKZ_OK)
        return status;
    if (!has_count(file, TKZ__GGUF_TOKEN_TYPE))
        return bad_value(file, TKZ__GGUF_TOKEN_TYPE, "it is not one for each token");
    for (uint32_t id = 0; id < file->token_count; id++) {
        size_t place = value->start + 4 * (size_t)id;
        uint32_t type = load_u32(file, place);
        if (type < TKZ__PIECE_NORMAL || type > TKZ__PIECE_BYTE)
            return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place,
                                  "no token has the type %u", type);
    }
    return TKZ_OK;
}

tkz__piece_type tkz__gguf_token_type(const tkz__gguf_file *file, uint32_t id)
{
    const tkz__gguf_value *value = &file->values[TKZ__GGUF_TOKEN_TYPE];
    return value->is_there
               ? (tkz__piece_type)load_u32(file, value->start + 4 * (size_t)id)
               : TKZ__PIECE_NORMAL;
}

tkz_status tkz__gguf_check_scores(const tkz__gguf_file *file)
{
    tkz_status status = tkz__gguf_array(file, TKZ__GGUF_SCORES, TKZ__GGUF_F32);
    if (status != TKZ_OK)
        return status;
    if (!has_count(file, TKZ__GGUF_SCORES))
        return bad_value(file, TKZ__GGUF_SCORES, "it is not one for each token");
    for (uint32_t id = 0; id < file->token_count; id++) {
        if (isnan(tkz__gguf_score(file, id)))
            return tkz__gguf_bad(file, file->values[TKZ__GGUF_SCORES].start + 4 * (size_t)id,
                                 "a score that is no number");
    }
    return TKZ_OK;
}

float tkz__gguf_score(const tkz__gguf_file *file, uint32_t id)
{
    uint32_t bits = load_u32(file, file->values[TKZ__GGUF_SCORES].start + 4 * (size_t)id);
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/* ---- Tokens -------------------------------------------------------------------- */

tkz_status tkz__gguf_read(tkz__gguf_file *file)
{
    tkz_status status = read_keys(file);
    if (status == TKZ_OK && !file->values[TKZ__GGUF_MODEL].is_there)
        return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, TKZ__NO_OFFSET,
                              "this GGUF file has no tokenizer: %smodel is not there", prefix);
    if (status == TKZ_OK)
        status = tkz__gguf_array(file, TKZ__GGUF_TOKENS, TKZ__GGUF_STRING);
    const tkz__gguf_value *value = &file->values[TKZ__GGUF_TOKENS];
    if (status == TKZ_OK && value->count == 0)
        return bad_value(file, TKZ__GGUF_TOKENS, "there are none");
    if (status == TKZ_OK && value->count >= TKZ__IMAGE_COUNT_LIMIT)
        return tkz__error_set(file->error, TKZ_STATUS_LIMIT, file->path, value->start,
                              "%u tokens and more", (unsigned)TKZ__IMAGE_COUNT_LIMIT);
    if (status != TKZ_OK)
        return status;
    file->tokens = tkz__allocate_array(&file->allocator, (size_t)value->count,
                                       sizeof *file->tokens);
    if (file->tokens == NULL)
        return tkz__error_memory(file->error, (size_t)value->count * sizeof *file->tokens);
    file->token_count = (uint32_t)value->count;
    size_t place = value->start;
    for (uint32_t id = 0; status == TKZ_OK && id < file->token_count; id++)
        status = tkz__gguf_next_text(file, &place, &file->tokens[id]);
    return status;
}
