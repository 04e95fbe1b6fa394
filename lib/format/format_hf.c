/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes tokenizer.json of HF tokenizers: byte-level BPE behind a Split with the
 * pre-tokenizer's pattern. Leans on subword and the JSON writer of io.
 *
 * HF gives the same ids as our encoder, with one difference that is intended: it
 * takes special tokens from text unless `encode_special_tokens` is set, which
 * our encoder never does.
 */
#include <string.h>

#include "core/byte_map.h"
#include "format/format.h"
#include "io/json_scanner.h"
#include "subword/byte_level.h"
#include "text/utf8.h"

/* What the writing carries along: among it the names of the vocabulary, each in HF's byte
 * characters, specials as they are. */
typedef struct json_writer {
    const tkz_tokenizer *tokenizer;
    tkz__buffer *output;
    tkz__byte_map names; /* entry i is token i */
    tkz__buffer scratch;
    tkz_error *error;
} json_writer;

static tkz_status put(json_writer *writer, const char *text)
{
    return tkz__buffer_append_text(writer->output, text, writer->error);
}

static tkz_status put_string(json_writer *writer, const void *text, size_t size)
{
    return tkz__json_append_string(writer->output, text, size, writer->error);
}

/* ---- Names ------------------------------------------------------------- */

/* The bytes of a token as HF writes them, in writer->scratch. */
static tkz_status map_bytes(json_writer *writer, const uint8_t *bytes, size_t size)
{
    tkz__buffer_clear(&writer->scratch);
    /* The characters are below U+0800: two bytes at most. */
    tkz_status status = tkz__buffer_reserve(&writer->scratch, 2 * size, writer->error);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        char *target = (char *)writer->scratch.data + writer->scratch.size;
        writer->scratch.size += tkz__utf8_encode(tkz__byte_level_character(bytes[i]), target);
    }
    return status;
}

/* HF's byte-level decoder reads a special token as bytes if all of its characters stand for some;
 * if they are ASCII too, that changes nothing. */
static bool decodes_as_itself(const uint8_t *bytes, size_t size)
{
    bool ascii = true;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_decode((const char *)bytes + at, size - at, &character);
        bool stands_for_byte = (character >= 33 && character <= 126) ||
                               (character >= 161 && character <= 172) ||
                               (character >= 174 && character <= 0x143);
        if (!stands_for_byte)
            return true;
        ascii = ascii && character < 0x80;
    }
    return ascii;
}

static tkz_status refuse(const json_writer *writer, uint32_t id, const char *why)
{
    return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "token %u cannot be written to tokenizer.json: %s; the native image "
                          "can hold it",
                          id, why);
}

static tkz_status collect_name(json_writer *writer, uint32_t id)
{
    const uint8_t *bytes;
    size_t size;
    int32_t is_special;
    tkz_status status =
        tkz_tokenizer_token(writer->tokenizer, id, &bytes, &size, &is_special, writer->error);
    if (status != TKZ_OK)
        return status;
    if (is_special && !decodes_as_itself(bytes, size))
        return refuse(writer, id, "HF's byte-level decoder would read this special token as bytes");
    if (!is_special) {
        status = map_bytes(writer, bytes, size);
        if (status != TKZ_OK)
            return status;
        bytes = writer->scratch.data;
        size = writer->scratch.size;
    }
    uint64_t *value;
    bool added;
    status = tkz__byte_map_insert(&writer->names, bytes, size, &value, &added, writer->error);
    if (status == TKZ_OK && !added)
        status = refuse(writer, id, "a special token is written like an ordinary one");
    return status;
}

/* Name of a token; false if a damaged image names one that does not exist. */
static bool name_of(const json_writer *writer, uint32_t id, const uint8_t **name, size_t *size)
{
    if (id >= writer->names.count)
        return false;
    const tkz__byte_map_entry *entry = &writer->names.entries[id];
    *name = tkz__byte_map_key(&writer->names, entry);
    *size = entry->key_size;
    return true;
}

static tkz_status put_name(json_writer *writer, uint32_t id)
{
    const uint8_t *name;
    size_t size;
    if (!name_of(writer, id, &name, &size))
        return tkz__error_set(writer->error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it names the token %u", id);
    return put_string(writer, name, size);
}

/* ---- The parts of the file --------------------------------------------- */

static tkz_status put_added_tokens(json_writer *writer)
{
    tkz_status status = put(writer, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n"
                                    "  \"padding\": null,\n  \"added_tokens\": [");
    uint32_t count = tkz__tokenizer_special_count(writer->tokenizer);
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t id = tkz__tokenizer_special_id(writer->tokenizer, i);
        status = tkz__buffer_append_format(writer->output, writer->error,
                                           "%s\n    {\"id\": %u, \"content\": ", i > 0 ? "," : "",
                                           id);
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = put(writer, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
                                 "\"normalized\": false, \"special\": true}");
    }
    return status == TKZ_OK ? put(writer, count > 0 ? "\n  ],\n" : "],\n") : status;
}

static tkz_status put_stages(json_writer *writer)
{
    const char *pattern = tkz__tokenizer_pre_tokenizer(writer->tokenizer)->pattern;
    tkz_status status = put(writer, "  \"normalizer\": null,\n  \"pre_tokenizer\": {\n"
                                    "    \"type\": \"Sequence\",\n    \"pretokenizers\": [\n"
                                    "      {\"type\": \"Split\", \"pattern\": {\"Regex\": ");
    if (status == TKZ_OK)
        status = put_string(writer, pattern, strlen(pattern));
    if (status == TKZ_OK)
        status = put(writer,
                     "}, \"behavior\": \"Isolated\", \"invert\": false},\n"
                     "      {\"type\": \"ByteLevel\", \"add_prefix_space\": false, "
                     "\"trim_offsets\": true, \"use_regex\": false}\n    ]\n  },\n"
                     "  \"post_processor\": null,\n"
                     "  \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true, "
                     "\"trim_offsets\": true, \"use_regex\": true},\n");
    return status;
}

static tkz_status put_vocabulary(json_writer *writer)
{
    tkz_status status =
        put(writer, "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n"
                    "    \"unk_token\": null,\n    \"continuing_subword_prefix\": null,\n"
                    "    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n"
                    "    \"byte_fallback\": false,\n    \"ignore_merges\": false,\n"
                    "    \"vocab\": {");
    uint32_t count = tkz_tokenizer_size(writer->tokenizer);
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++) {
        status = put(writer, id > 0 ? ",\n      " : "\n      ");
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = tkz__buffer_append_format(writer->output, writer->error, ": %u", id);
    }
    return status == TKZ_OK ? put(writer, "\n    },\n") : status;
}

static tkz_status put_merges(json_writer *writer)
{
    tkz_status status = put(writer, "    \"merges\": [");
    uint32_t count = tkz__tokenizer_merge_count(writer->tokenizer);
    for (uint32_t rank = 0; status == TKZ_OK && rank < count; rank++) {
        uint32_t left, right, result;
        tkz__tokenizer_merge(writer->tokenizer, rank, &left, &right, &result);
        status = put(writer, rank > 0 ? ",\n      [" : "\n      [");
        if (status == TKZ_OK)
            status = put_name(writer, left);
        if (status == TKZ_OK)
            status = put(writer, ", ");
        if (status == TKZ_OK)
            status = put_name(writer, right);
        if (status == TKZ_OK)
            status = put(writer, "]");
    }
    return status == TKZ_OK ? put(writer, count > 0 ? "\n    ]\n  }\n}\n" : "]\n  }\n}\n") : status;
}

static tkz_status write_all(json_writer *writer)
{
    tkz_status status = TKZ_OK;
    uint32_t count = tkz_tokenizer_size(writer->tokenizer);
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++)
        status = collect_name(writer, id);
    if (status == TKZ_OK)
        status = put_added_tokens(writer);
    if (status == TKZ_OK)
        status = put_stages(writer);
    if (status == TKZ_OK)
        status = put_vocabulary(writer);
    if (status == TKZ_OK)
        status = put_merges(writer);
    return status;
}

static tkz_status write_json(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error)
{
    json_writer writer = {.tokenizer = tokenizer, .output = buffer, .error = error};
    tkz__byte_map_init(&writer.names, &buffer->allocator);
    tkz__buffer_init(&writer.scratch, &buffer->allocator);
    tkz_status status = write_all(&writer);
    tkz__byte_map_free(&writer.names);
    tkz__buffer_free(&writer.scratch);
    return status;
}

extern const tkz__format tkz__format_hf;
const tkz__format tkz__format_hf = {
    .info = {"hf", "tokenizer.json of HF tokenizers: the same ids in every tool that reads it", 0,
             1},
    .write = write_json,
};
