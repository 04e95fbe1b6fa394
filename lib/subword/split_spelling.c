/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the text of pre-tokenizer steps. Leans on step_spelling.h.
 */
#include "subword/split_spelling.h"

#include <inttypes.h>
#include <string.h>

#include "core/memory.h"
#include "subword/step_spelling.h"

const char *const tkz__behavior_names[TKZ__BEHAVIORS] = {
    "removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"};
const char *const tkz__prepend_names[TKZ__PREPENDS] = {"always", "never", "first"};
static const char *const boolean_names[] = {"false", "true"};
static const char what[] = "a pre-tokenizer";

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
    OPTION_OWN_REGEX,
    OPTION_DICTIONARY
} option_kind;

enum { MOST_OPTIONS = 4 };

static const struct {
    const char *name;
    tkz__step_option options[MOST_OPTIONS];
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
    [TKZ__SPLIT_MORPH] = {"morph-mecab0.996", {{"dictionary", OPTION_DICTIONARY}}},
    [TKZ__SPLIT_LOWERCASE] = {"lowercase-unicode17.0", {{NULL, OPTION_NONE}}},
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
    case OPTION_DICTIONARY:
        return tkz__buffer_append_format(steps, error, "%016" PRIx64, spec->dictionary);
    default:
        return tkz__step_append_value(what, spec->text, spec->text_size, steps, error);
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
        const tkz__step_option *known = &kinds[spec->kind].options[i];
        if (known->name == NULL || is_absent(spec, (option_kind)known->kind))
            continue;
        status = tkz__buffer_append_format(steps, error, ":%s=", known->name);
        if (status == TKZ_OK)
            status = append_value(spec, (option_kind)known->kind, steps, error);
    }
    return status;
}

/* ---- Reading ------------------------------------------------------------ */

static bool choose(const char *value, const char *const *names, size_t count, size_t *chosen)
{
    for (*chosen = 0; *chosen < count; (*chosen)++) {
        if (strcmp(names[*chosen], value) == 0)
            return true;
    }
    return false;
}

bool tkz__split_read_hash(const char *digits, size_t size, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < size; i++) {
        char digit = digits[i];
        bool is_letter = digit >= 'a' && digit <= 'f';
        if (!is_letter && (digit < '0' || digit > '9'))
            return false;
        *hash = *hash << 4 | (uint64_t)(is_letter ? digit - 'a' + 10 : digit - '0');
    }
    return size == TKZ__SPLIT_HASH_DIGITS;
}

/* Sets what an option says. The text is the spec's now, where it is one. */
static bool set_option(tkz__split_spec *spec, option_kind kind, char *value, size_t size)
{
    size_t chosen = 0;
    bool valid;
    switch (kind) {
    case OPTION_REGEX:
    case OPTION_TEXT:
    case OPTION_CHARACTER:
        if (spec->text != NULL)
            return false;
        spec->text = value;
        spec->text_size = size;
        spec->is_regex = kind == OPTION_REGEX;
        return kind != OPTION_CHARACTER || tkz__step_is_character(value, size);
    case OPTION_BEHAVIOR:
        valid = choose(value, tkz__behavior_names, TKZ__BEHAVIORS, &chosen);
        spec->behavior = valid ? (tkz__split_behavior)chosen : spec->behavior;
        return valid;
    case OPTION_PREPEND:
        valid = choose(value, tkz__prepend_names, TKZ__PREPENDS, &chosen);
        spec->prepend = valid ? (uint8_t)chosen : spec->prepend;
        return valid;
    case OPTION_DICTIONARY:
        return tkz__split_read_hash(value, size, &spec->dictionary);
    case OPTION_LENGTH:
        return tkz__step_read_count(value, TKZ__SPLIT_MOST_LENGTH, &spec->length);
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
static tkz_status read_option(tkz__step_cursor *cursor, tkz__split_spec *spec, uint32_t *seen)
{
    int kind;
    char *value = NULL;
    size_t size = 0;
    tkz_status status = tkz__step_read_option(cursor, kinds[spec->kind].options, MOST_OPTIONS, seen,
                                              &kind);
    size_t place = cursor->at;
    if (status == TKZ_OK)
        status = tkz__step_read_value(cursor, TKZ__SPLIT_MOST_TEXT, &value, &size);
    if (status != TKZ_OK)
        return status;
    if (!set_option(spec, (option_kind)kind, value, size)) {
        cursor->at = place;
        status = tkz__step_malformed(cursor, "no such value");
    }
    if (spec->text != value)
        tkz__release(cursor->allocator, value, size + 1);
    return status;
}

static bool needs_text(tkz__split_kind kind)
{
    return kind == TKZ__SPLIT_PATTERN || kind == TKZ__SPLIT_TIKTOKEN ||
           kind == TKZ__SPLIT_DELIMITER || kind == TKZ__SPLIT_METASPACE;
}

/* The kind of the step at the cursor; TKZ__SPLIT_KINDS: none is called so. */
static size_t find_kind(const tkz__step_cursor *cursor)
{
    size_t kind = 0;
    while (kind < TKZ__SPLIT_KINDS && !tkz__step_is_named(cursor, kinds[kind].name))
        kind++;
    return kind;
}

static tkz_status read_step(tkz__step_cursor *cursor, void *item)
{
    tkz__split_spec *spec = item;
    size_t kind = find_kind(cursor);
    uint32_t seen = 0;
    if (kind == TKZ__SPLIT_KINDS)
        return tkz__step_malformed(cursor, "no such step");
    *spec = tkz__split_spec_default((tkz__split_kind)kind);
    cursor->at += strlen(kinds[kind].name);
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && cursor->at < cursor->size && cursor->text[cursor->at] == ':')
        status = read_option(cursor, spec, &seen);
    if (status == TKZ_OK && spec->text == NULL && needs_text(spec->kind))
        return tkz__step_malformed(cursor, "a step without its text");
    if (status == TKZ_OK && spec->kind == TKZ__SPLIT_MORPH && seen == 0)
        return tkz__step_malformed(cursor, "words without the hash of their dictionary");
    return status;
}

bool tkz__split_is_spelling(const char *steps, size_t size)
{
    const tkz__step_cursor start = {.what = what, .text = steps, .size = size};
    return find_kind(&start) < TKZ__SPLIT_KINDS;
}

tkz_status tkz__split_specs_read(tkz__split_spec **specs, size_t *count, const char *steps,
                                 size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__step_cursor own = {
        .what = what, .text = steps, .size = size, .allocator = allocator, .error = error};
    if (size > TKZ__SPLIT_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the steps of a pre-tokenizer have more than %d bytes",
                              TKZ__SPLIT_MOST_BYTES);
    if (size > 0 && memchr(steps, '\0', size) != NULL)
        return tkz__step_malformed(&own, "U+0000");
    tkz__split_spec *made =
        tkz__allocate_zeroed(allocator, TKZ__SPLIT_MOST_STEPS * sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, TKZ__SPLIT_MOST_STEPS * sizeof *made);
    size_t read;
    tkz_status status =
        tkz__steps_read(&own, TKZ__SPLIT_MOST_STEPS, made, sizeof *made, read_step, &read);
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
