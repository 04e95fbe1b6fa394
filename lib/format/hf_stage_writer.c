/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the normalizer and the pre-tokenizer of tokenizer.json. Leans on
 * hf_file.h and the JSON writer of io.
 */
#include <string.h>

#include "format/hf_file.h"
#include "format/hf_normalizers.h"
#include "io/json_scanner.h"
#include "subword/split_spelling.h"
#include "subword/tokenizer_image.h"

typedef struct stage_writer {
    tkz__buffer *output;
    tkz__buffer value; /* of an option, without escapes */
    tkz_error *error;
} stage_writer;

static tkz_status put(stage_writer *writer, const char *text)
{
    return tkz__buffer_append_text(writer->output, text, writer->error);
}

static tkz_status put_string(stage_writer *writer, const void *text, size_t size)
{
    return tkz__json_append_string(writer->output, text, size, writer->error);
}

static tkz_status unsupported(stage_writer *writer, const char *what, const char *name, size_t size)
{
    return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "the %s \"%.*s\" cannot be written to tokenizer.json; the native image "
                          "can hold it",
                          what, tkz__format_shown(name, size, 200), name);
}

/* ---- Normalizer -------------------------------------------------------- */

/* Bytes up to an unescaped one of `ends`. */
static size_t part_size(const char *text, size_t size, const char *ends)
{
    for (size_t at = 0; at < size; at++) {
        if (text[at] == '\\')
            at++;
        else if (strchr(ends, text[at]) != NULL)
            return at;
    }
    return size;
}

/* Finds the option in ":name=value:name=value"; its value goes to writer->value. */
static tkz_status find_option(stage_writer *writer, const char *options, size_t size,
                              const char *name, bool *found)
{
    *found = false;
    tkz__buffer_clear(&writer->value);
    while (size > 0) {
        options++;
        size--;
        size_t length = part_size(options, size, ":");
        size_t equals = part_size(options, length, "=");
        bool wanted = equals == strlen(name) && memcmp(options, name, equals) == 0;
        for (size_t at = equals + 1; wanted && at < length; at++) {
            at += options[at] == '\\';
            tkz_status status = at < length ? tkz__buffer_append_byte(&writer->value,
                                                                      (uint8_t)options[at],
                                                                      writer->error)
                                            : TKZ_OK;
            if (status != TKZ_OK)
                return status;
        }
        *found = *found || wanted;
        options += length;
        size -= length;
    }
    return TKZ_OK;
}

/* A member of a normalizer. Booleans that are not named are true, null where they may be. */
static tkz_status put_option(stage_writer *writer, const tkz__hf_option *option,
                             const char *options, size_t size)
{
    bool found, is_regex = false;
    tkz_status status = find_option(writer, options, size, option->option, &found);
    if (status == TKZ_OK && option->kind == TKZ__HF_PATTERN && !found) {
        status = find_option(writer, options, size, "regex", &found);
        is_regex = true;
    }
    if (status == TKZ_OK && option->kind == TKZ__HF_MAP && !found)
        return unsupported(writer, "normalizer", "precompiled-hf0.23 without a map", 32);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(writer->output, writer->error, ", \"%s\": ",
                                           option->key);
    if (status != TKZ_OK)
        return status;
    const tkz__buffer *value = &writer->value;
    bool is_false = value->size == 5 && memcmp(value->data, "false", 5) == 0;
    bool is_true = value->size == 4 && memcmp(value->data, "true", 4) == 0;
    if (option->kind == TKZ__HF_BOOLEAN)
        return put(writer, is_false ? "false" : "true");
    if (option->kind == TKZ__HF_BOOLEAN_OR_NULL)
        return put(writer, is_false ? "false" : is_true ? "true" : "null");
    if (option->kind == TKZ__HF_PATTERN)
        status = put(writer, is_regex ? "{\"Regex\": " : "{\"String\": ");
    if (status == TKZ_OK)
        status = put_string(writer, value->size > 0 ? (const char *)value->data : "", value->size);
    return status == TKZ_OK && option->kind == TKZ__HF_PATTERN ? put(writer, "}") : status;
}

static tkz_status put_step(stage_writer *writer, const char *step, size_t size)
{
    size_t name_size = part_size(step, size, ":");
    const tkz__hf_normalizer *known = NULL;
    for (size_t i = 0; i < tkz__hf_normalizer_count; i++) {
        if (strlen(tkz__hf_normalizers[i].step) == name_size &&
            memcmp(tkz__hf_normalizers[i].step, step, name_size) == 0)
            known = &tkz__hf_normalizers[i];
    }
    if (known == NULL)
        return unsupported(writer, "normalizer", step, name_size);
    tkz_status status = tkz__buffer_append_format(writer->output, writer->error,
                                                  "{\"type\": \"%s\"", known->type);
    for (size_t i = 0; status == TKZ_OK && i < TKZ__HF_OPTION_LIMIT; i++) {
        if (known->options[i].key != NULL)
            status = put_option(writer, &known->options[i], step + name_size, size - name_size);
    }
    return status == TKZ_OK ? put(writer, "}") : status;
}

static tkz_status put_normalizer(stage_writer *writer, const char *steps, size_t size)
{
    if (size == 0)
        return put(writer, "  \"normalizer\": null,\n");
    bool is_sequence = part_size(steps, size, ",") < size;
    tkz_status status = put(writer, is_sequence ? "  \"normalizer\": {\"type\": \"Sequence\", "
                                                  "\"normalizers\": [\n    "
                                                : "  \"normalizer\": ");
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        if (at > 0)
            status = put(writer, ",\n    ");
        size_t length = part_size(steps + at, size - at, ",");
        if (status == TKZ_OK)
            status = put_step(writer, steps + at, length);
        at += length + 1;
    }
    return status == TKZ_OK ? put(writer, is_sequence ? "\n  ]},\n" : ",\n") : status;
}

/* ---- Pre-tokenizer ----------------------------------------------------- */

static tkz_status put_split(stage_writer *writer, const char *pattern)
{
    tkz_status status = put(writer, "      {\"type\": \"Split\", \"pattern\": {\"Regex\": ");
    if (status == TKZ_OK)
        status = put_string(writer, pattern, strlen(pattern));
    return status == TKZ_OK
               ? put(writer, "}, \"behavior\": \"Isolated\", \"invert\": false},\n")
               : status;
}

/* A regular expression for the library of HF, or NULL. */
static const char *pattern_of(const tkz__pre_tokenizer *one)
{
    if ((one->pattern_dialects & TKZ__DIALECT_ONIGURUMA) != 0)
        return one->pattern;
    for (size_t i = 0; i < one->spelling_count; i++) {
        if ((one->spellings[i].dialects & TKZ__DIALECT_ONIGURUMA) != 0)
            return one->spellings[i].pattern;
    }
    return NULL;
}

static tkz_status put_named(stage_writer *writer, const tkz__pre_tokenizer *one)
{
    tkz_status status = put(writer, "  \"pre_tokenizer\": {\n    \"type\": \"Sequence\",\n"
                                    "    \"pretokenizers\": [\n");
    bool own_regex = false;
    if (status == TKZ_OK && one->steps == NULL) {
        const char *pattern = pattern_of(one);
        status = pattern != NULL
                     ? put_split(writer, pattern)
                     : unsupported(writer, "pre-tokenizer", one->name, strlen(one->name));
    }
    for (size_t i = 0; status == TKZ_OK && i < one->step_count; i++) {
        if (one->steps[i].kind == TKZ__SPLIT_REGEX)
            status = put_split(writer, one->steps[i].pattern);
        else if (one->steps[i].kind == TKZ__SPLIT_DIGITS)
            status = put(writer, "      {\"type\": \"Digits\", \"individual_digits\": true},\n");
        else
            own_regex = true; /* the last step */
    }
    if (status == TKZ_OK)
        status = put(writer, "      {\"type\": \"ByteLevel\", \"add_prefix_space\": false, "
                             "\"trim_offsets\": true, \"use_regex\": ");
    return status == TKZ_OK ? put(writer, own_regex ? "true}\n    ]\n  },\n"
                                                    : "false}\n    ]\n  },\n")
                            : status;
}

/* ---- Steps -------------------------------------------------------------- */

static const char *const behaviors[TKZ__BEHAVIORS] = {"Removed", "Isolated", "MergedWithPrevious",
                                                      "MergedWithNext", "Contiguous"};

static tkz_status put_boolean(stage_writer *writer, const char *key, bool value)
{
    return tkz__buffer_append_format(writer->output, writer->error, ", \"%s\": %s", key,
                                     value ? "true" : "false");
}

static tkz_status put_member(stage_writer *writer, const char *key, const tkz__split_spec *spec)
{
    tkz_status status =
        tkz__buffer_append_format(writer->output, writer->error, ", \"%s\": ", key);
    return status == TKZ_OK ? put_string(writer, spec->text, spec->text_size) : status;
}

static tkz_status put_behavior(stage_writer *writer, const tkz__split_spec *spec)
{
    return tkz__buffer_append_format(writer->output, writer->error, ", \"behavior\": \"%s\"",
                                     behaviors[spec->behavior]);
}

/* The members of a step behind its type. */
static tkz_status put_members(stage_writer *writer, const tkz__split_spec *spec)
{
    tkz_status status = TKZ_OK;
    switch (spec->kind) {
    case TKZ__SPLIT_PATTERN:
        status = put(writer, spec->is_regex ? ", \"pattern\": {\"Regex\": "
                                            : ", \"pattern\": {\"String\": ");
        if (status == TKZ_OK)
            status = put_string(writer, spec->text, spec->text_size);
        if (status == TKZ_OK)
            status = put(writer, "}");
        if (status == TKZ_OK)
            status = put_behavior(writer, spec);
        return status == TKZ_OK ? put_boolean(writer, "invert", spec->is_inverted) : status;
    case TKZ__SPLIT_NUMERIC:
        return put_boolean(writer, "individual_digits", spec->each);
    case TKZ__SPLIT_PUNCTUATION:
        return put_behavior(writer, spec);
    case TKZ__SPLIT_DELIMITER:
        return put_member(writer, "delimiter", spec);
    case TKZ__SPLIT_FIXED_LENGTH:
        return tkz__buffer_append_format(writer->output, writer->error, ", \"length\": %u",
                                         spec->length);
    case TKZ__SPLIT_METASPACE:
        status = put_member(writer, "replacement", spec);
        if (status == TKZ_OK)
            status = tkz__buffer_append_format(writer->output, writer->error,
                                               ", \"prepend_scheme\": \"%s\"",
                                               tkz__prepend_names[spec->prepend]);
        return status == TKZ_OK ? put_boolean(writer, "split", spec->each) : status;
    case TKZ__SPLIT_BYTES:
        status = put_boolean(writer, "add_prefix_space", spec->space_first);
        if (status == TKZ_OK)
            status = put_boolean(writer, "trim_offsets", true);
        return status == TKZ_OK ? put_boolean(writer, "use_regex", spec->is_regex) : status;
    default:
        return status;
    }
}

static tkz_status put_spec(stage_writer *writer, const tkz__split_spec *spec)
{
    static const char *const types[TKZ__SPLIT_KINDS] = {
        [TKZ__SPLIT_PATTERN] = "Split",
        [TKZ__SPLIT_NUMERIC] = "Digits",
        [TKZ__SPLIT_PUNCTUATION] = "Punctuation",
        [TKZ__SPLIT_WHITESPACE] = "Whitespace",
        [TKZ__SPLIT_WHITESPACE_SPLIT] = "WhitespaceSplit",
        [TKZ__SPLIT_DELIMITER] = "CharDelimiterSplit",
        [TKZ__SPLIT_BERT] = "BertPreTokenizer",
        [TKZ__SPLIT_SCRIPTS] = "UnicodeScripts",
        [TKZ__SPLIT_FIXED_LENGTH] = "FixedLength",
        [TKZ__SPLIT_METASPACE] = "Metaspace",
        [TKZ__SPLIT_BYTES] = "ByteLevel",
    };
    if (spec->kind == TKZ__SPLIT_MORPH || spec->kind == TKZ__SPLIT_LOWERCASE)
        return unsupported(writer, "pre-tokenizer", "morph", 5);
    if (types[spec->kind] == NULL)
        return unsupported(writer, "regular expression of tiktoken", spec->text, spec->text_size);
    tkz_status status = tkz__buffer_append_format(writer->output, writer->error,
                                                  "      {\"type\": \"%s\"", types[spec->kind]);
    if (status == TKZ_OK)
        status = put_members(writer, spec);
    return status == TKZ_OK ? put(writer, "}") : status;
}

static tkz_status put_steps(stage_writer *writer, const char *steps)
{
    const tkz_allocator *allocator = &writer->output->allocator;
    tkz__split_spec *specs;
    size_t count;
    tkz_status status =
        tkz__split_specs_read(&specs, &count, steps, strlen(steps), allocator, writer->error);
    if (status != TKZ_OK)
        return status;
    status = put(writer, "  \"pre_tokenizer\": {\n    \"type\": \"Sequence\",\n"
                         "    \"pretokenizers\": [\n");
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = put_spec(writer, &specs[i]);
        if (status == TKZ_OK)
            status = put(writer, i + 1 < count ? ",\n" : "\n    ]\n  },\n");
    }
    tkz__split_specs_free(specs, count, allocator);
    return status;
}

/* The vocabulary of byte-level BPE is written in characters that stand for bytes: HF needs the step that
 * makes them of the text, also where nothing is cut. */
static tkz_status put_pre_tokenizer(stage_writer *writer, const tkz__pre_tokenizer *one,
                                    bool is_bytes)
{
    if (one->is_spelled && (one->pattern == NULL || one->pattern[0] == '\0'))
        return put(writer, is_bytes ? "  \"pre_tokenizer\": {\"type\": \"ByteLevel\", "
                                      "\"add_prefix_space\": false, \"trim_offsets\": true, "
                                      "\"use_regex\": false},\n"
                                    : "  \"pre_tokenizer\": null,\n");
    return one->is_spelled ? put_steps(writer, one->pattern) : put_named(writer, one);
}

tkz_status tkz__hf_write_stages(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                tkz_error *error)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    stage_writer writer = {.output = buffer, .error = error};
    tkz__buffer_init(&writer.value, &buffer->allocator);
    tkz_status status =
        put_normalizer(&writer, (const char *)image->sections[TKZ__SECTION_NORMALIZER],
                       image->sizes[TKZ__SECTION_NORMALIZER]);
    if (status == TKZ_OK)
        status = put_pre_tokenizer(&writer, tkz__tokenizer_pre_tokenizer(tokenizer),
                                   image->kind == TKZ__MODEL_BYTE_BPE);
    tkz__buffer_free(&writer.value);
    return status;
}
