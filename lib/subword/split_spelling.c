/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the text of pre-tokenizer steps. Leans on split_spelling.h and utf8.
 */
#include "subword/split_spelling.h"

#include <string.h>

#include "core/memory.h"
#include "text/utf8.h"

const char *const tkz__behavior_names[TKZ__BEHAVIORS] = {
    "removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"};
const char *const tkz__prepend_names[TKZ__PREPENDS] = {"always", "never", "first"};
static const char *const boolean_names[] = {"false", "true"};

/* What an option sets. */
typedef enum option_kind {
    OPTION_NONE,
    OPTION_REGEX,     /* a text that is a regular expression */
    OPTION_TEXT,      /* a text */
    OPTION_CHARACTER, /* a text of one character */
    OPTION_BEHAVIOR,
    OPTION_INVERT,
    OPTION_EACH,
    OPTION_LENGTH,
    OPTION_PREPEND,
    OPTION_SPACE,
    OPTION_OWN_REGEX
} option_kind;

typedef struct option {
    const char *name;
    option_kind kind;
} option;

enum { MOST_OPTIONS = 4 };

static const struct {
    const char *name;
    option options[MOST_OPTIONS];
} kinds[TKZ__SPLIT_KINDS] = {
    [TKZ__SPLIT_PATTERN] = {"split-hf0.23",
                            {{"regex", OPTION_REGEX},
                             {"text", OPTION_TEXT},
                             {"behavior", OPTION_BEHAVIOR},
                             {"invert", OPTION_INVERT}}},
    [TKZ__SPLIT_NUMERIC] = {"digits-hf0.23", {{"individual", OPTION_EACH}}},
    [TKZ__SPLIT_PUNCTUATION] = {"punctuation-hf0.23", {{"behavior", OPTION_BEHAVIOR}}},
    [TKZ__SPLIT_WHITESPACE] = {"whitespace-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__SPLIT_WHITESPACE_SPLIT] = {"whitespace_split-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__SPLIT_DELIMITER] = {"delimiter-hf0.23", {{"character", OPTION_CHARACTER}}},
    [TKZ__SPLIT_BERT] = {"bert-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__SPLIT_SCRIPTS] = {"unicode_scripts-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__SPLIT_FIXED_LENGTH] = {"fixed_length-hf0.23", {{"length", OPTION_LENGTH}}},
    [TKZ__SPLIT_METASPACE] = {"metaspace-hf0.23",
                              {{"replacement", OPTION_CHARACTER},
                               {"prepend", OPTION_PREPEND},
                               {"split", OPTION_EACH}}},
    [TKZ__SPLIT_BYTES] = {"byte_level-hf0.23",
                          {{"prefix_space", OPTION_SPACE}, {"regex", OPTION_OWN_REGEX}}},
    [TKZ__SPLIT_TIKTOKEN] = {"split-tiktoken0.14", {{"regex", OPTION_REGEX}}},
};

tkz__split_spec tkz__split_spec_default(tkz__split_kind kind)
{
    return (tkz__split_spec){.kind = kind,
                             .behavior = TKZ__BEHAVIOR_ISOLATED,
                             .is_regex = kind == TKZ__SPLIT_BYTES,
                             .each = kind == TKZ__SPLIT_METASPACE,
                             .length = 5,
                             .prepend = TKZ__PREPEND_ALWAYS,
                             .space_first = kind == TKZ__SPLIT_BYTES};
}

/* ---- Writing ------------------------------------------------------------ */

static tkz_status append_text(const tkz__split_spec *spec, tkz__buffer *steps, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (memchr(spec->text, '\0', spec->text_size) != NULL)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "a pre-tokenizer with U+0000 in a text");
    for (size_t i = 0; status == TKZ_OK && i < spec->text_size; i++) {
        if (strchr(",:=\\", spec->text[i]) != NULL)
            status = tkz__buffer_append_byte(steps, '\\', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(steps, (uint8_t)spec->text[i], error);
    }
    return status;
}

static tkz_status append_value(const tkz__split_spec *spec, option_kind kind, tkz__buffer *steps,
                               tkz_error *error)
{
    switch (kind) {
    case OPTION_BEHAVIOR:
        return tkz__buffer_append_text(steps, tkz__behavior_names[spec->behavior], error);
    case OPTION_INVERT:
        return tkz__buffer_append_text(steps, boolean_names[spec->is_inverted], error);
    case OPTION_EACH:
        return tkz__buffer_append_text(steps, boolean_names[spec->each], error);
    case OPTION_LENGTH:
        return tkz__buffer_append_format(steps, error, "%u", spec->length);
    case OPTION_PREPEND:
        return tkz__buffer_append_text(steps, tkz__prepend_names[spec->prepend], error);
    case OPTION_SPACE:
        return tkz__buffer_append_text(steps, boolean_names[spec->space_first], error);
    case OPTION_OWN_REGEX:
        return tkz__buffer_append_text(steps, boolean_names[spec->is_regex], error);
    default:
        return append_text(spec, steps, error);
    }
}

/* Of regex and text a split has one. */
static bool is_absent(const tkz__split_spec *spec, option_kind kind)
{
    return spec->kind == TKZ__SPLIT_PATTERN &&
           ((kind == OPTION_REGEX && !spec->is_regex) || (kind == OPTION_TEXT && spec->is_regex));
}

tkz_status tkz__split_spec_append(const tkz__split_spec *spec, tkz__buffer *steps,
                                  tkz_error *error)
{
    tkz_status status = steps->size > 0 ? tkz__buffer_append_byte(steps, ',', error) : TKZ_OK;
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(steps, kinds[spec->kind].name, error);
    for (size_t i = 0; status == TKZ_OK && i < MOST_OPTIONS; i++) {
        const option *known = &kinds[spec->kind].options[i];
        if (known->name == NULL || is_absent(spec, known->kind))
            continue;
        status = tkz__buffer_append_format(steps, error, ":%s=", known->name);
        if (status == TKZ_OK)
            status = append_value(spec, known->kind, steps, error);
    }
    return status;
}

/* ---- Reading ------------------------------------------------------------ */

typedef struct spelling {
    const char *text;
    size_t size;
    size_t at;
    const tkz_allocator *allocator;
    tkz_error *error;
} spelling;

static tkz_status malformed(const spelling *own, const char *what)
{
    return tkz__error_set(own->error, TKZ_STATUS_BAD_FORMAT, NULL, own->at,
                          "the steps of a pre-tokenizer, at byte %zu: %s", own->at, what);
}

/* The size of the name that stands here. */
static size_t name_size(const spelling *own)
{
    size_t end = own->at;
    while (end < own->size && strchr(",:=\\", own->text[end]) == NULL)
        end++;
    return end - own->at;
}

/* A value without its backslashes, in memory of size + 1 bytes. */
static tkz_status read_value(spelling *own, char **value, size_t *size)
{
    size_t end = own->at, length = 0;
    for (; end < own->size && own->text[end] != ',' && own->text[end] != ':'; end++, length++)
        end += own->text[end] == '\\' && end + 1 < own->size;
    if (length > TKZ__SPLIT_MOST_TEXT)
        return tkz__error_set(own->error, TKZ_STATUS_LIMIT, NULL, own->at,
                              "a text of a pre-tokenizer has more than %d bytes",
                              TKZ__SPLIT_MOST_TEXT);
    *value = tkz__allocate(own->allocator, length + 1);
    if (*value == NULL)
        return tkz__error_memory(own->error, length + 1);
    *size = length;
    for (size_t i = 0; i < length; i++, own->at++) {
        own->at += own->text[own->at] == '\\' && own->at + 1 < own->size;
        (*value)[i] = own->text[own->at];
    }
    (*value)[length] = '\0';
    return TKZ_OK;
}

static bool choose(const char *value, const char *const *names, size_t count, size_t *chosen)
{
    for (*chosen = 0; *chosen < count; (*chosen)++) {
        if (strcmp(names[*chosen], value) == 0)
            return true;
    }
    return false;
}

static bool read_length(const char *value, uint32_t *length)
{
    *length = 0;
    for (const char *digit = value; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || *length > TKZ__SPLIT_MOST_LENGTH)
            return false;
        *length = *length * 10 + (uint32_t)(*digit - '0');
    }
    return *length > 0 && *length <= TKZ__SPLIT_MOST_LENGTH;
}

/* Sets what an option says. The text is the spec's now, where it is one. */
static bool set_option(tkz__split_spec *spec, option_kind kind, char *value, size_t size)
{
    size_t chosen = 0;
    bool valid;
    uint32_t character;
    switch (kind) {
    case OPTION_REGEX:
    case OPTION_TEXT:
    case OPTION_CHARACTER:
        if (spec->text != NULL)
            return false;
        spec->text = value;
        spec->text_size = size;
        spec->is_regex = kind == OPTION_REGEX;
        return kind != OPTION_CHARACTER ||
               (size > 0 && tkz__utf8_next(value, size, &character) == size);
    case OPTION_BEHAVIOR:
        valid = choose(value, tkz__behavior_names, TKZ__BEHAVIORS, &chosen);
        spec->behavior = valid ? (tkz__split_behavior)chosen : spec->behavior;
        return valid;
    case OPTION_PREPEND:
        valid = choose(value, tkz__prepend_names, TKZ__PREPENDS, &chosen);
        spec->prepend = valid ? (uint8_t)chosen : spec->prepend;
        return valid;
    case OPTION_LENGTH:
        return read_length(value, &spec->length);
    default:
        valid = choose(value, boolean_names, 2, &chosen);
        if (kind == OPTION_INVERT)
            spec->is_inverted = chosen == 1;
        else if (kind == OPTION_EACH)
            spec->each = chosen == 1;
        else if (kind == OPTION_SPACE)
            spec->space_first = chosen == 1;
        else
            spec->is_regex = chosen == 1;
        return valid;
    }
}

/* ":name=value"; `seen` has a bit for each option that was there. */
static tkz_status read_option(spelling *own, tkz__split_spec *spec, uint32_t *seen)
{
    own->at++;
    size_t length = name_size(own);
    const option *known = NULL;
    for (size_t i = 0; i < MOST_OPTIONS; i++) {
        const option *candidate = &kinds[spec->kind].options[i];
        if (candidate->name != NULL && strlen(candidate->name) == length &&
            memcmp(candidate->name, own->text + own->at, length) == 0 && (*seen >> i & 1) == 0) {
            known = candidate;
            *seen |= UINT32_C(1) << i;
        }
    }
    if (known == NULL || own->at + length >= own->size || own->text[own->at + length] != '=')
        return malformed(own, "no such option");
    own->at += length + 1;
    char *value = NULL;
    size_t size = 0, place = own->at;
    tkz_status status = read_value(own, &value, &size);
    if (status != TKZ_OK)
        return status;
    if (!set_option(spec, known->kind, value, size)) {
        own->at = place;
        status = malformed(own, "no such value");
    }
    if (spec->text != value)
        tkz__release(own->allocator, value, size + 1);
    return status;
}

static bool needs_text(tkz__split_kind kind)
{
    return kind == TKZ__SPLIT_PATTERN || kind == TKZ__SPLIT_TIKTOKEN ||
           kind == TKZ__SPLIT_DELIMITER || kind == TKZ__SPLIT_METASPACE;
}

static tkz_status read_step(spelling *own, tkz__split_spec *spec)
{
    size_t length = name_size(own);
    uint32_t seen = 0;
    size_t kind = 0;
    while (kind < TKZ__SPLIT_KINDS && (strlen(kinds[kind].name) != length ||
                                       memcmp(kinds[kind].name, own->text + own->at, length) != 0))
        kind++;
    if (kind == TKZ__SPLIT_KINDS)
        return malformed(own, "no such step");
    *spec = tkz__split_spec_default((tkz__split_kind)kind);
    own->at += length;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && own->at < own->size && own->text[own->at] == ':')
        status = read_option(own, spec, &seen);
    if (status == TKZ_OK && spec->text == NULL && needs_text(spec->kind))
        return malformed(own, "a step without its text");
    return status;
}

bool tkz__split_is_spelling(const char *steps, size_t size)
{
    spelling own = {.text = steps, .size = size};
    size_t length = name_size(&own);
    for (size_t kind = 0; kind < TKZ__SPLIT_KINDS; kind++) {
        if (strlen(kinds[kind].name) == length && memcmp(kinds[kind].name, steps, length) == 0)
            return true;
    }
    return false;
}

tkz_status tkz__split_specs_read(tkz__split_spec **specs, size_t *count, const char *steps,
                                 size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    spelling own = {.text = steps, .size = size, .allocator = allocator, .error = error};
    if (size > TKZ__SPLIT_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the steps of a pre-tokenizer have more than %d bytes",
                              TKZ__SPLIT_MOST_BYTES);
    if (size > 0 && memchr(steps, '\0', size) != NULL)
        return malformed(&own, "U+0000");
    tkz__split_spec *made =
        tkz__allocate_zeroed(allocator, TKZ__SPLIT_MOST_STEPS * sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, TKZ__SPLIT_MOST_STEPS * sizeof *made);
    tkz_status status = TKZ_OK;
    size_t read = 0;
    while (status == TKZ_OK) {
        if (read == TKZ__SPLIT_MOST_STEPS) {
            status = tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, own.at,
                                    "a pre-tokenizer of more than %d steps",
                                    TKZ__SPLIT_MOST_STEPS);
            break;
        }
        status = read_step(&own, &made[read++]);
        if (status != TKZ_OK || own.at == size)
            break;
        if (own.text[own.at] != ',')
            status = malformed(&own, "a comma should be here");
        own.at++;
    }
    if (status != TKZ_OK) {
        tkz__split_specs_free(made, read, allocator);
        return status;
    }
    *specs = made;
    *count = read;
    return TKZ_OK;
}

void tkz__split_specs_free(tkz__split_spec *specs, size_t count, const tkz_allocator *allocator)
{
    for (size_t i = 0; specs != NULL && i < count; i++) {
        if (specs[i].text != NULL)
            tkz__release(allocator, specs[i].text, specs[i].text_size + 1);
    }
    tkz__release(allocator, specs, TKZ__SPLIT_MOST_STEPS * sizeof *specs);
}
