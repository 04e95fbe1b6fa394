/* SPDX-License-Identifier: Apache-2.0
 *
 * The normalizer of tokenizer.json as a chain of our steps. Leans on hf_file.h and
 * the normal forms of text.
 */
#include <string.h>

#include "format/hf_file.h"
#include "format/hf_normalizers.h"
#include "tokenize/text.h"

const tkz__hf_normalizer tkz__hf_normalizers[] = {
    {"NFC", "nfc-hf0.23", {{0}}},
    {"NFD", "nfd-hf0.23", {{0}}},
    {"NFKC", "nfkc-hf0.23", {{0}}},
    {"NFKD", "nfkd-hf0.23", {{0}}},
    {"Nmt", "nmt-hf0.23", {{0}}},
    {"Lowercase", "lowercase-hf0.23", {{0}}},
    {"StripAccents", "strip_accents-hf0.23", {{0}}},
    {"Strip",
     "strip-hf0.23",
     {{"strip_left", "left", TKZ__HF_BOOLEAN}, {"strip_right", "right", TKZ__HF_BOOLEAN}}},
    {"Prepend", "prepend-hf0.23", {{"prepend", "content", TKZ__HF_STRING}}},
    {"Replace",
     "replace-hf0.23",
     {{"pattern", "pattern", TKZ__HF_PATTERN}, {"content", "content", TKZ__HF_STRING}}},
    {"ByteLevel", "byte_level-hf0.23", {{0}}},
    {"Precompiled", "precompiled-hf0.23", {{"precompiled_charsmap", "map", TKZ__HF_MAP}}},
    {"BertNormalizer",
     "bert-hf0.23",
     {{"clean_text", "clean_text", TKZ__HF_BOOLEAN},
      {"handle_chinese_chars", "handle_chinese_chars", TKZ__HF_BOOLEAN},
      {"strip_accents", "strip_accents", TKZ__HF_BOOLEAN_OR_NULL},
      {"lowercase", "lowercase", TKZ__HF_BOOLEAN}}},
};
const size_t tkz__hf_normalizer_count =
    sizeof tkz__hf_normalizers / sizeof tkz__hf_normalizers[0];

/* Appends a value of an option; a backslash takes what would end it literally. */
static tkz_status append_text(tkz__hf_file *file, const char *text, size_t size, size_t place)
{
    tkz_status status = TKZ_OK;
    if (memchr(text, '\0', size) != NULL)
        return tkz__hf_unsupported(file, place, "normalizer: a text with U+0000");
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        if (strchr(",:=\\", text[i]) != NULL)
            status = tkz__buffer_append_byte(&file->normalizer, '\\', file->error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(&file->normalizer, (uint8_t)text[i], file->error);
    }
    return status;
}

/* The string in {"String": ...} or {"Regex": ...}, and the option that it is. */
static tkz_status enter_pattern(tkz__hf_file *file, size_t place, size_t *string,
                                const char **option)
{
    static const char *const keys[] = {"String", "Regex"};
    size_t places[2];
    file->json.position = place;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    bool is_regex = status == TKZ_OK && places[1] != TKZ__JSON_ABSENT;
    if (status == TKZ_OK && !is_regex)
        status = tkz__hf_required(file, place, places[0], keys[0]);
    *string = places[is_regex ? 1 : 0];
    *option = is_regex ? "regex" : *option;
    return status;
}

static tkz_status append_option(tkz__hf_file *file, const tkz__hf_option *option, size_t place)
{
    const char *text;
    const char *name = option->option;
    size_t size;
    bool on = false;
    tkz_status status = TKZ_OK;
    if (option->kind == TKZ__HF_PATTERN)
        status = enter_pattern(file, place, &place, &name);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(&file->normalizer, file->error, ":%s=", name);
    if (status != TKZ_OK)
        return status;
    if (option->kind >= TKZ__HF_STRING) {
        status = tkz__hf_string(file, place, &text, &size);
        if (status == TKZ_OK && size == 0 && option->kind != TKZ__HF_STRING)
            return tkz__hf_unsupported(file, place, "normalizer: %s is empty", option->key);
        return status == TKZ_OK ? append_text(file, text, size, place) : status;
    }
    if (option->kind == TKZ__HF_BOOLEAN_OR_NULL && tkz__hf_is_null(file, place))
        return tkz__buffer_append_text(&file->normalizer, "auto", file->error);
    status = tkz__hf_boolean(file, place, &on);
    return status == TKZ_OK ? tkz__buffer_append_text(&file->normalizer, on ? "true" : "false",
                                                      file->error)
                            : status;
}

/* Both programs apply a map of sentencepiece, each in its own way. */
static const char *step_of(const tkz__hf_file *file, const tkz__hf_normalizer *known)
{
    bool is_map = known->options[0].kind == TKZ__HF_MAP;
    return file->compat == TKZ_COMPAT_SENTENCEPIECE && is_map
               ? "charsmap-spm1:add_dummy_prefix=false:remove_extra_whitespaces=false:"
                 "escape_whitespaces=false"
               : known->step;
}

static tkz_status append_step(tkz__hf_file *file, size_t object, const tkz__hf_normalizer *known)
{
    const char *keys[TKZ__HF_OPTION_LIMIT];
    size_t places[TKZ__HF_OPTION_LIMIT];
    size_t count = 0;
    while (count < TKZ__HF_OPTION_LIMIT && known->options[count].key != NULL) {
        keys[count] = known->options[count].key;
        count++;
    }
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, count, places);
    if (status == TKZ_OK && file->normalizer.size > 0)
        status = tkz__buffer_append_text(&file->normalizer, ",", file->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(&file->normalizer, step_of(file, known), file->error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (known->options[i].kind != TKZ__HF_BOOLEAN_OR_NULL)
            status = tkz__hf_required(file, object, places[i], keys[i]);
        if (status == TKZ_OK)
            status = append_option(file, &known->options[i], places[i]);
    }
    return status;
}

static tkz_status read_step(tkz__hf_file *file, size_t object, const char *type, void *context)
{
    (void)context;
    for (size_t i = 0; i < tkz__hf_normalizer_count; i++) {
        if (strcmp(tkz__hf_normalizers[i].type, type) == 0)
            return append_step(file, object, &tkz__hf_normalizers[i]);
    }
    return tkz__hf_unsupported(file, object, "normalizer: %s is not known", type);
}

tkz_status tkz__hf_read_normalizer(tkz__hf_file *file)
{
    size_t part = file->parts[TKZ__HF_NORMALIZER];
    tkz_status status = tkz__hf_each(file, part, "normalizers", read_step, NULL);
    if (status != TKZ_OK || file->normalizer.size == 0)
        return status;
    /* As the text room names it: options at their defaults do not show. */
    tkz_normal_form *form;
    status = tkz_normal_form_new(&form, (const char *)file->normalizer.data,
                                 file->normalizer.size, &file->allocator, file->error);
    if (status != TKZ_OK)
        return tkz__format_error_at(status, file->path, part, file->error);
    tkz__buffer_clear(&file->normalizer);
    status = tkz__buffer_append_text(&file->normalizer, tkz_normal_form_name(form), file->error);
    tkz_normal_form_free(form);
    return status;
}
