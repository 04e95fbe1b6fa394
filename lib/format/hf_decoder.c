/* SPDX-License-Identifier: Apache-2.0
 *
 * The decoder of tokenizer.json as steps of ours, and back. Leans on hf_file.h and
 * decode_spelling.
 */
#include <string.h>

#include "core/arena.h"
#include "format/hf_file.h"
#include "io/json_scanner.h"
#include "subword/decode_spelling.h"
#include "subword/split_spelling.h"
#include "subword/tokenizer_image.h"

/* What a member of a decoder is. */
typedef enum member_kind {
    MEMBER_NONE,
    MEMBER_TEXT,
    MEMBER_SECOND,
    MEMBER_CHARACTER,
    MEMBER_PATTERN,
    MEMBER_CLEANUP,
    MEMBER_PREPEND,
    MEMBER_START,
    MEMBER_STOP
} member_kind;

enum { MOST_MEMBERS = 3 };

typedef struct decoder {
    const char *type;
    tkz__decode_kind kind;
    struct {
        const char *key;
        member_kind kind;
    } members[MOST_MEMBERS];
} decoder;

static const decoder decoders[] = {
    {"BPEDecoder", TKZ__DECODE_BPE, {{"suffix", MEMBER_TEXT}}},
    {"ByteLevel", TKZ__DECODE_BYTES, {{NULL, MEMBER_NONE}}},
    {"WordPiece",
     TKZ__DECODE_WORD_PIECE,
     {{"prefix", MEMBER_TEXT}, {"cleanup", MEMBER_CLEANUP}}},
    {"Metaspace",
     TKZ__DECODE_METASPACE,
     {{"replacement", MEMBER_CHARACTER}, {"prepend_scheme", MEMBER_PREPEND}}},
    {"CTC",
     TKZ__DECODE_CTC,
     {{"pad_token", MEMBER_TEXT},
      {"word_delimiter_token", MEMBER_SECOND},
      {"cleanup", MEMBER_CLEANUP}}},
    {"Replace", TKZ__DECODE_REPLACE, {{"pattern", MEMBER_PATTERN}, {"content", MEMBER_SECOND}}},
    {"Fuse", TKZ__DECODE_FUSE, {{NULL, MEMBER_NONE}}},
    {"Strip",
     TKZ__DECODE_STRIP,
     {{"content", MEMBER_CHARACTER}, {"start", MEMBER_START}, {"stop", MEMBER_STOP}}},
    {"ByteFallback", TKZ__DECODE_BYTE_FALLBACK, {{NULL, MEMBER_NONE}}},
};
enum { DECODERS = sizeof decoders / sizeof decoders[0] };

static size_t member_count(const decoder *known)
{
    size_t count = 0;
    while (count < MOST_MEMBERS && known->members[count].key != NULL)
        count++;
    return count;
}

/* ---- Reading -------------------------------------------------------------- */

typedef struct reading {
    tkz__arena texts;
    size_t count;
} reading;

/* A NUL-terminated copy of a string. */
static tkz_status read_text(tkz__hf_file *file, reading *own, size_t place, char **copy,
                            size_t *size)
{
    const char *text;
    tkz_status status = tkz__hf_string(file, place, &text, size);
    if (status != TKZ_OK)
        return status;
    *copy = tkz__arena_allocate(&own->texts, *size + 1);
    if (*copy == NULL)
        return tkz__error_memory(file->error, *size + 1);
    memcpy(*copy, text, *size);
    (*copy)[*size] = '\0';
    return TKZ_OK;
}

static tkz_status read_character(tkz__hf_file *file, reading *own, size_t place,
                                 tkz__decode_spec *spec)
{
    tkz_status status = read_text(file, own, place, &spec->text, &spec->text_size);
    size_t characters = 0;
    for (size_t i = 0; status == TKZ_OK && i < spec->text_size; i++)
        characters += ((uint8_t)spec->text[i] & 0xC0) != 0x80;
    return status == TKZ_OK && characters != 1
               ? tkz__hf_unsupported(file, place, "decoder: a text that is not one character")
               : status;
}

static tkz_status read_pattern(tkz__hf_file *file, reading *own, size_t place,
                               tkz__decode_spec *spec)
{
    static const char *const keys[] = {"Regex", "String"};
    size_t places[2];
    file->json.position = place;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    if (status != TKZ_OK)
        return status;
    spec->is_regex = places[0] != TKZ__JSON_ABSENT;
    status = tkz__hf_required(file, place, places[spec->is_regex ? 0 : 1], keys[1]);
    return status == TKZ_OK ? read_text(file, own, places[spec->is_regex ? 0 : 1], &spec->text,
                                        &spec->text_size)
                            : status;
}

/* Without a scheme it is `always`; the older add_prefix_space must then be true, as for the
 * pre-tokenizer of this name. */
static tkz_status read_prepend(tkz__hf_file *file, size_t object, size_t place,
                               tkz__decode_spec *spec)
{
    static const char *const keys[] = {"add_prefix_space"};
    size_t older;
    bool space = true;
    while (place != TKZ__JSON_ABSENT && spec->prepend < TKZ__PREPENDS &&
           !tkz__hf_is_string(file, place, tkz__prepend_names[spec->prepend]))
        spec->prepend++;
    if (spec->prepend == TKZ__PREPENDS)
        return tkz__hf_unsupported(file, place, "decoder: Metaspace.prepend_scheme");
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &older);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, older, &space);
    if (status == TKZ_OK && !space && spec->prepend != TKZ__PREPEND_NEVER)
        return tkz__hf_unsupported(file, older, "decoder: Metaspace.add_prefix_space false with "
                                                "another prepend_scheme than never");
    return status;
}

static tkz_status read_u32(tkz__hf_file *file, size_t place, uint32_t *value)
{
    file->json.position = place;
    return tkz__json_reader_u32(&file->json, value);
}

static tkz_status read_member(tkz__hf_file *file, reading *own, size_t object, member_kind kind,
                              size_t place, tkz__decode_spec *spec)
{
    switch (kind) {
    case MEMBER_TEXT:
        return read_text(file, own, place, &spec->text, &spec->text_size);
    case MEMBER_SECOND:
        return read_text(file, own, place, &spec->second, &spec->second_size);
    case MEMBER_CHARACTER:
        return read_character(file, own, place, spec);
    case MEMBER_PATTERN:
        return read_pattern(file, own, place, spec);
    case MEMBER_CLEANUP:
        return tkz__hf_boolean(file, place, &spec->cleanup);
    case MEMBER_PREPEND:
        return read_prepend(file, object, place, spec);
    case MEMBER_START:
        return read_u32(file, place, &spec->start);
    default:
        return read_u32(file, place, &spec->stop);
    }
}

static tkz_status read_step(tkz__hf_file *file, size_t object, const char *type, void *context)
{
    reading *own = context;
    const decoder *known = decoders;
    const char *keys[MOST_MEMBERS] = {NULL};
    size_t places[MOST_MEMBERS];
    while (known < decoders + DECODERS && strcmp(known->type, type) != 0)
        known++;
    if (known == decoders + DECODERS)
        return tkz__hf_unsupported(file, object, "decoder: %s is not known", type);
    tkz__decode_spec spec = {.kind = known->kind};
    size_t count = member_count(known);
    for (size_t i = 0; i < count; i++)
        keys[i] = known->members[i].key;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, count, places);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (known->members[i].kind != MEMBER_PREPEND)
            status = tkz__hf_required(file, object, places[i], keys[i]);
        if (status == TKZ_OK)
            status = read_member(file, own, object, known->members[i].kind, places[i], &spec);
    }
    own->count++;
    if (status == TKZ_OK)
        status = tkz__format_error_at(tkz__decode_spec_append(&spec, &file->decoder, file->error),
                                      file->path, object, file->error);
    return status;
}

/* BPE of bytes decodes to the bytes of its tokens. Fuse joins strings, which that does anyway. */
static tkz_status check_byte_level(tkz__hf_file *file, size_t object, const char *type,
                                   void *context)
{
    (void)context;
    if (strcmp(type, "ByteLevel") == 0 || strcmp(type, "Fuse") == 0)
        return TKZ_OK;
    return tkz__hf_unsupported(file, object,
                               "decoder: %s behind byte-level BPE; this build reads ByteLevel, "
                               "which gives the bytes of the tokens",
                               type);
}

/* Without a decoder HF puts a space between tokens, and with a Sequence of none nothing. */
tkz_status tkz__hf_read_decoder(tkz__hf_file *file)
{
    size_t part = file->parts[TKZ__HF_DECODER];
    if (file->kind == TKZ__MODEL_BYTE_BPE)
        return tkz__hf_each(file, part, "decoders", check_byte_level, NULL);
    reading own = {.count = 0};
    tkz__arena_init(&own.texts, &file->allocator);
    tkz_status status = tkz__hf_each(file, part, "decoders", read_step, &own);
    tkz__arena_free(&own.texts);
    if (status != TKZ_OK || own.count > 0)
        return status;
    tkz__decode_spec none = {.kind = tkz__hf_is_null(file, part) ? TKZ__DECODE_SPACES
                                                                 : TKZ__DECODE_FUSE};
    return tkz__decode_spec_append(&none, &file->decoder, file->error);
}

/* ---- Writing -------------------------------------------------------------- */

typedef struct writing {
    tkz__buffer *output;
    tkz_error *error;
} writing;

static tkz_status put(writing *own, const char *text)
{
    return tkz__buffer_append_text(own->output, text, own->error);
}

static tkz_status put_string(writing *own, const char *text, size_t size)
{
    return tkz__json_append_string(own->output, size > 0 ? text : "", size, own->error);
}

static tkz_status put_value(writing *own, member_kind kind, const tkz__decode_spec *spec)
{
    tkz_status status = TKZ_OK;
    switch (kind) {
    case MEMBER_TEXT:
    case MEMBER_CHARACTER:
        return put_string(own, spec->text, spec->text_size);
    case MEMBER_SECOND:
        return put_string(own, spec->second, spec->second_size);
    case MEMBER_PATTERN:
        status = put(own, spec->is_regex ? "{\"Regex\": " : "{\"String\": ");
        if (status == TKZ_OK)
            status = put_string(own, spec->text, spec->text_size);
        return status == TKZ_OK ? put(own, "}") : status;
    case MEMBER_CLEANUP:
        return put(own, spec->cleanup ? "true" : "false");
    case MEMBER_PREPEND:
        return tkz__buffer_append_format(own->output, own->error, "\"%s\", \"split\": true",
                                         tkz__prepend_names[spec->prepend]);
    default:
        return tkz__buffer_append_format(own->output, own->error, "%u",
                                         kind == MEMBER_START ? spec->start : spec->stop);
    }
}

static tkz_status put_step(writing *own, const tkz__decode_spec *spec)
{
    const decoder *known = decoders;
    while (known < decoders + DECODERS && known->kind != spec->kind)
        known++;
    if (known == decoders + DECODERS)
        return tkz__error_set(own->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "this tokenizer cannot be written to tokenizer.json: HF has no such "
                              "decoder; the native image can hold it");
    tkz_status status = tkz__buffer_append_format(own->output, own->error, "{\"type\": \"%s\"",
                                                  known->type);
    for (size_t i = 0, count = member_count(known); status == TKZ_OK && i < count; i++) {
        status = tkz__buffer_append_format(own->output, own->error, ", \"%s\": ",
                                           known->members[i].key);
        if (status == TKZ_OK)
            status = put_value(own, known->members[i].kind, spec);
    }
    if (status == TKZ_OK && spec->kind == TKZ__DECODE_BYTES)
        status = put(own, ", \"add_prefix_space\": true, \"trim_offsets\": true, "
                          "\"use_regex\": true");
    return status == TKZ_OK ? put(own, "}") : status;
}

static tkz_status put_steps(writing *own, const tkz__decode_spec *specs, size_t count)
{
    if (count == 1 && specs[0].kind == TKZ__DECODE_SPACES)
        return put(own, "  \"decoder\": null,\n");
    tkz_status status = put(own, count > 1 ? "  \"decoder\": {\"type\": \"Sequence\", "
                                             "\"decoders\": [\n    "
                                           : "  \"decoder\": ");
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (i > 0)
            status = put(own, ",\n    ");
        if (status == TKZ_OK)
            status = put_step(own, &specs[i]);
    }
    return status == TKZ_OK ? put(own, count > 1 ? "\n  ]},\n" : ",\n") : status;
}

tkz_status tkz__hf_write_decoder(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                 tkz_error *error)
{
    writing own = {buffer, error};
    size_t size, count;
    const char *steps = tkz__tokenizer_decoder(tokenizer, &size);
    tkz__decode_spec *specs;
    const tkz__decode_spec bytes = {.kind = TKZ__DECODE_BYTES};
    const tkz__decode_spec fuse = {.kind = TKZ__DECODE_FUSE};
    if (size == 0) /* the bytes of the tokens */
        return put_steps(
            &own, tkz__tokenizer_kind(tokenizer) == TKZ__MODEL_BYTE_BPE ? &bytes : &fuse, 1);
    tkz_status status =
        tkz__decode_specs_read(&specs, &count, steps, size, &buffer->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = put_steps(&own, specs, count);
    tkz__decode_specs_free(specs, count, &buffer->allocator);
    return status;
}
