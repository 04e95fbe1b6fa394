/* SPDX-License-Identifier: Apache-2.0
 *
 * The pre-tokenizer of tokenizer.json, recognised as one of ours by its steps, and the
 * decoder, which must not be another than ours. Leans on hf_file.h.
 */
#include <string.h>

#include "core/arena.h"
#include "format/hf_file.h"

enum { STEP_LIMIT = 8 };

/* Steps before the one that makes characters of bytes, as they come. */
typedef struct split_steps {
    tkz__split_step steps[STEP_LIMIT];
    size_t count;
    bool matches_only; /* the only step says: matches are chunks, what is between them vanishes */
    bool has_bytes;    /* ByteLevel was there: the end */
    tkz__arena patterns;
} split_steps;

static tkz_status append(tkz__hf_file *file, split_steps *split, size_t object,
                         tkz__split_step step)
{
    if (split->count == STEP_LIMIT)
        return tkz__hf_unsupported(file, object, "pre_tokenizer: more than %d steps", STEP_LIMIT);
    split->steps[split->count++] = step;
    return TKZ_OK;
}

static tkz_status must_be(tkz__hf_file *file, size_t place, const char *field, const char *value)
{
    if (tkz__hf_is_string(file, place, value))
        return TKZ_OK;
    return tkz__hf_unsupported(file, place, "pre_tokenizer: %s must be \"%s\" in this build", field,
                               value);
}

/* The pattern of a Split as a NUL-terminated text. */
static tkz_status read_pattern(tkz__hf_file *file, size_t place, split_steps *split,
                               const char **pattern)
{
    static const char *const keys[] = {"Regex"};
    size_t regex;
    const char *text;
    size_t size;
    file->json.position = place;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &regex);
    if (status == TKZ_OK && regex == TKZ__JSON_ABSENT)
        return tkz__hf_unsupported(file, place,
                                   "pre_tokenizer: a Split whose pattern is no Regex");
    if (status == TKZ_OK)
        status = tkz__hf_string(file, regex, &text, &size);
    if (status != TKZ_OK)
        return status;
    char *copy = tkz__arena_allocate(&split->patterns, size + 1);
    if (copy == NULL)
        return tkz__error_memory(file->error, size + 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    *pattern = copy;
    if (memchr(copy, '\0', size) != NULL)
        return tkz__hf_unsupported(file, regex, "pre_tokenizer: a Regex with U+0000");
    return TKZ_OK;
}

static tkz_status read_split(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"pattern", "behavior", "invert"};
    size_t places[3];
    tkz__split_step step = {TKZ__SPLIT_REGEX, NULL};
    bool invert = false;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 3, places);
    for (size_t i = 0; status == TKZ_OK && i < 3; i++)
        status = tkz__hf_required(file, object, places[i], keys[i]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[2], &invert);
    if (status == TKZ_OK)
        status = read_pattern(file, places[0], split, &step.pattern);
    if (status == TKZ_OK && invert)
        split->matches_only = true;
    if (status == TKZ_OK)
        status = must_be(file, places[1], invert ? "behavior of an inverted Split" : "behavior",
                         invert ? "Removed" : "Isolated");
    return status == TKZ_OK ? append(file, split, object, step) : status;
}

static tkz_status read_digits(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"individual_digits"};
    size_t place;
    bool each = false;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 1, &place);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, place, keys[0]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, place, &each);
    if (status == TKZ_OK && !each)
        return tkz__hf_unsupported(file, place,
                                   "pre_tokenizer: Digits.individual_digits: false; this build "
                                   "reads true");
    return status == TKZ_OK ? append(file, split, object, (tkz__split_step){TKZ__SPLIT_DIGITS, NULL})
                            : status;
}

static tkz_status read_byte_level(tkz__hf_file *file, size_t object, split_steps *split)
{
    static const char *const keys[] = {"add_prefix_space", "use_regex"};
    size_t places[2];
    bool space = false, regex = true;
    split->has_bytes = true;
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, places[0], keys[0]);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[0], &space);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, places[1], &regex);
    if (status == TKZ_OK && space)
        return tkz__hf_unsupported(file, places[0],
                                   "pre_tokenizer: ByteLevel.add_prefix_space: true; this build "
                                   "reads false");
    if (status == TKZ_OK && regex)
        status = append(file, split, object, (tkz__split_step){TKZ__SPLIT_BYTE_LEVEL, NULL});
    return status;
}

static tkz_status read_step(tkz__hf_file *file, size_t object, const char *type, void *context)
{
    split_steps *split = context;
    if (split->has_bytes)
        return tkz__hf_unsupported(file, object, "pre_tokenizer: %s behind ByteLevel", type);
    if (strcmp(type, "Split") == 0)
        return read_split(file, object, split);
    if (strcmp(type, "Digits") == 0)
        return read_digits(file, object, split);
    if (strcmp(type, "ByteLevel") == 0)
        return read_byte_level(file, object, split);
    return tkz__hf_unsupported(file, object,
                               "pre_tokenizer: %s; this build reads Split, Digits and ByteLevel",
                               type);
}

/* One Split that keeps only what matches cuts as one that isolates if everything matches, which all
 * of our single patterns do. */
static tkz_status choose(tkz__hf_file *file, const split_steps *split)
{
    size_t part = file->parts[TKZ__HF_PRE_TOKENIZER];
    if (!split->has_bytes)
        return tkz__hf_unsupported(file, part == TKZ__JSON_ABSENT ? TKZ__NO_OFFSET : part,
                                   "pre_tokenizer: no ByteLevel; this build reads byte-level BPE");
    if (split->count == 0)
        return tkz__hf_unsupported(file, part,
                                   "pre_tokenizer: nothing cuts the text; this build reads models "
                                   "whose pre-tokenizer does");
    if (split->count == 1 || !split->matches_only)
        file->pre_tokenizer = tkz__pre_tokenizer_by_steps(split->steps, split->count);
    if (file->pre_tokenizer != NULL)
        return TKZ_OK;
    return tkz__hf_unsupported(file, part,
                               "pre_tokenizer: its %zu step%s cut as no pre-tokenizer of this "
                               "build does (`tokenize list pre-tokenizers` has them); the first "
                               "pattern is %s",
                               split->count, split->count == 1 ? "" : "s",
                               split->steps[0].pattern != NULL ? split->steps[0].pattern : "none");
}

tkz_status tkz__hf_read_pre_tokenizer(tkz__hf_file *file)
{
    split_steps split = {.count = 0};
    tkz__arena_init(&split.patterns, &file->allocator);
    tkz_status status = tkz__hf_each(file, file->parts[TKZ__HF_PRE_TOKENIZER], "pretokenizers",
                                     read_step, &split);
    if (status == TKZ_OK)
        status = choose(file, &split);
    tkz__arena_free(&split.patterns);
    return status;
}

/* ---- Decoder ----------------------------------------------------------- */

static tkz_status check_decoder(tkz__hf_file *file, size_t object, const char *type, void *context)
{
    (void)context;
    if (strcmp(type, "ByteLevel") == 0 || strcmp(type, "Fuse") == 0)
        return TKZ_OK; /* Fuse joins the strings, which decoding does anyway */
    return tkz__hf_unsupported(file, object,
                               "decoder: %s; this build reads ByteLevel, which gives the bytes of "
                               "the tokens",
                               type);
}

tkz_status tkz__hf_check_decoder(tkz__hf_file *file)
{
    return tkz__hf_each(file, file->parts[TKZ__HF_DECODER], "decoders", check_decoder, NULL);
}
