/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the text of decoding steps. Leans on step_spelling.h, and on
 * split_spelling.h for names.
 */
#include "subword/decode_spelling.h"

#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "subword/split_spelling.h"
#include "subword/step_spelling.h"
#include "tokenize/text.h"

/* What an option sets. */
typedef enum option_kind {
    OPTION_NONE,
    OPTION_TEXT,
    OPTION_CHARACTER, /* a text of one character */
    OPTION_REGEX,     /* a text that is a regular expression */
    OPTION_SECOND,
    OPTION_CLEANUP,
    OPTION_PREFIX,
    OPTION_EXTRA,
    OPTION_PREPEND,
    OPTION_START,
    OPTION_STOP
} option_kind;

enum { MOST_OPTIONS = 4 };

static const char what[] = "a decoder";

static const struct {
    const char *name;
    tkz__step_option options[MOST_OPTIONS];
} kinds[TKZ__DECODE_KINDS] = {
    [TKZ__DECODE_SENTENCEPIECE] = {"sentencepiece-spm1",
                                   {{"prefix", OPTION_PREFIX},
                                    {"extra", OPTION_EXTRA},
                                    {"unknown", OPTION_TEXT},
                                    {"denormalizer", OPTION_SECOND}}},
    [TKZ__DECODE_SPACES] = {"spaces-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__DECODE_BPE] = {"bpe-hf0.23", {{"suffix", OPTION_TEXT}}},
    [TKZ__DECODE_BYTES] = {"byte_level-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__DECODE_WORD_PIECE] = {"word_piece-hf0.23",
                                {{"prefix", OPTION_TEXT}, {"cleanup", OPTION_CLEANUP}}},
    [TKZ__DECODE_METASPACE] = {"metaspace-hf0.23",
                               {{"replacement", OPTION_CHARACTER}, {"prepend", OPTION_PREPEND}}},
    [TKZ__DECODE_CTC] = {"ctc-hf0.23",
                         {{"pad", OPTION_TEXT},
                          {"delimiter", OPTION_SECOND},
                          {"cleanup", OPTION_CLEANUP}}},
    [TKZ__DECODE_REPLACE] = {"replace-hf0.23",
                             {{"text", OPTION_TEXT},
                              {"regex", OPTION_REGEX},
                              {"content", OPTION_SECOND}}},
    [TKZ__DECODE_FUSE] = {"fuse-hf0.23", {{NULL, OPTION_NONE}}},
    [TKZ__DECODE_STRIP] = {"strip-hf0.23",
                           {{"character", OPTION_CHARACTER},
                            {"start", OPTION_START},
                            {"stop", OPTION_STOP}}},
    [TKZ__DECODE_BYTE_FALLBACK] = {"byte_fallback-hf0.23", {{NULL, OPTION_NONE}}},
};

/* ---- Writing ------------------------------------------------------------ */

/* Whether an option has anything but its usual value. */
static bool is_said(const tkz__decode_spec *spec, option_kind kind)
{
    switch (kind) {
    case OPTION_TEXT:
        return spec->text_size > 0 && !spec->is_regex;
    case OPTION_CHARACTER:
        return spec->text_size > 0;
    case OPTION_REGEX:
        return spec->is_regex;
    case OPTION_SECOND:
        return spec->second_size > 0;
    case OPTION_CLEANUP:
        return spec->cleanup;
    case OPTION_PREFIX:
        return spec->prefix;
    case OPTION_EXTRA:
        return spec->extra;
    case OPTION_PREPEND:
        return spec->prepend != 0;
    case OPTION_START:
        return spec->start != 0;
    case OPTION_STOP:
        return spec->stop != 0;
    default:
        return false;
    }
}

static tkz_status append_value(const tkz__decode_spec *spec, option_kind kind, tkz__buffer *steps,
                               tkz_error *error)
{
    switch (kind) {
    case OPTION_SECOND:
        return tkz__step_append_value(what, spec->second, spec->second_size, steps, error);
    case OPTION_CLEANUP:
    case OPTION_PREFIX:
    case OPTION_EXTRA:
        return tkz__buffer_append_text(steps, "true", error);
    case OPTION_PREPEND:
        return tkz__buffer_append_text(steps, tkz__prepend_names[spec->prepend], error);
    case OPTION_START:
        return tkz__buffer_append_format(steps, error, "%u", spec->start);
    case OPTION_STOP:
        return tkz__buffer_append_format(steps, error, "%u", spec->stop);
    default:
        return tkz__step_append_value(what, spec->text, spec->text_size, steps, error);
    }
}

tkz_status tkz__decode_spec_append(const tkz__decode_spec *spec, tkz__buffer *steps,
                                   tkz_error *error)
{
    tkz_status status = steps->size > 0 ? tkz__buffer_append_byte(steps, ',', error) : TKZ_OK;
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(steps, kinds[spec->kind].name, error);
    for (size_t i = 0; status == TKZ_OK && i < MOST_OPTIONS; i++) {
        const tkz__step_option *known = &kinds[spec->kind].options[i];
        if (known->name == NULL || !is_said(spec, (option_kind)known->kind))
            continue;
        status = tkz__buffer_append_format(steps, error, ":%s=", known->name);
        if (status == TKZ_OK)
            status = append_value(spec, (option_kind)known->kind, steps, error);
    }
    return status;
}

/* ---- Reading ------------------------------------------------------------ */

static bool read_prepend(const char *value, uint8_t *prepend)
{
    for (uint8_t i = 1; i < TKZ__PREPENDS; i++) {
        if (strcmp(tkz__prepend_names[i], value) == 0) {
            *prepend = i;
            return true;
        }
    }
    return false;
}

/* Sets what an option says. A text is the spec's now. */
static bool set_option(tkz__decode_spec *spec, option_kind kind, char *value, size_t size)
{
    switch (kind) {
    case OPTION_TEXT:
    case OPTION_REGEX:
    case OPTION_CHARACTER:
        if (spec->text != NULL)
            return false;
        spec->text = value;
        spec->text_size = size;
        spec->is_regex = kind == OPTION_REGEX;
        return kind == OPTION_CHARACTER ? tkz__step_is_character(value, size) : true;
    case OPTION_SECOND:
        spec->second = value;
        spec->second_size = size;
        return true;
    case OPTION_CLEANUP:
        spec->cleanup = true;
        return strcmp(value, "true") == 0;
    case OPTION_PREFIX:
        spec->prefix = true;
        return strcmp(value, "true") == 0;
    case OPTION_EXTRA:
        spec->extra = true;
        return strcmp(value, "true") == 0;
    case OPTION_PREPEND:
        return read_prepend(value, &spec->prepend);
    case OPTION_START:
        return tkz__step_read_count(value, TKZ__DECODE_MOST_STRIP, &spec->start);
    default:
        return tkz__step_read_count(value, TKZ__DECODE_MOST_STRIP, &spec->stop);
    }
}

/* ":name=value"; `seen` has a bit for each option that was there. */
static tkz_status read_option(tkz__step_cursor *cursor, tkz__decode_spec *spec, uint32_t *seen)
{
    int kind;
    char *value = NULL;
    size_t size = 0;
    tkz_status status = tkz__step_read_option(cursor, kinds[spec->kind].options, MOST_OPTIONS, seen,
                                              &kind);
    size_t place = cursor->at;
    if (status == TKZ_OK)
        status = tkz__step_read_value(cursor, TKZ__DECODE_MOST_BYTES, &value, &size);
    if (status != TKZ_OK)
        return status;
    if (!set_option(spec, (option_kind)kind, value, size)) {
        cursor->at = place;
        status = tkz__step_malformed(cursor, "no such value");
    }
    if (spec->text != value && spec->second != value)
        tkz__release(cursor->allocator, value, size + 1);
    return status;
}

static tkz_status read_step(tkz__step_cursor *cursor, void *item)
{
    tkz__decode_spec *spec = item;
    size_t kind = 0;
    uint32_t seen = 0;
    while (kind < TKZ__DECODE_KINDS && !tkz__step_is_named(cursor, kinds[kind].name))
        kind++;
    if (kind == TKZ__DECODE_KINDS)
        return tkz__step_malformed(cursor, "no such step");
    *spec = (tkz__decode_spec){.kind = (tkz__decode_kind)kind};
    cursor->at += strlen(kinds[kind].name);
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && cursor->at < cursor->size && cursor->text[cursor->at] == ':')
        status = read_option(cursor, spec, &seen);
    if (status == TKZ_OK && spec->text == NULL &&
        (spec->kind == TKZ__DECODE_METASPACE || spec->kind == TKZ__DECODE_STRIP))
        return tkz__step_malformed(cursor, "a step without its character");
    return status;
}

tkz_status tkz__decode_specs_read(tkz__decode_spec **specs, size_t *count, const char *steps,
                                  size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__step_cursor own = {
        .what = what, .text = steps, .size = size, .allocator = allocator, .error = error};
    if (size > TKZ__DECODE_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the steps of a decoder have more than %d bytes",
                              TKZ__DECODE_MOST_BYTES);
    if (size == 0 || memchr(steps, '\0', size) != NULL ||
        tkz_utf8_valid_prefix(steps, size) != size)
        return tkz__step_malformed(&own, "nothing, U+0000 or no UTF-8");
    tkz__decode_spec *made = tkz__allocate_zeroed(allocator, TKZ__DECODE_MOST_STEPS * sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, TKZ__DECODE_MOST_STEPS * sizeof *made);
    size_t read;
    tkz_status status =
        tkz__steps_read(&own, TKZ__DECODE_MOST_STEPS, made, sizeof *made, read_step, &read);
    if (status != TKZ_OK) {
        tkz__decode_specs_free(made, read, allocator);
        return status;
    }
    *specs = made;
    *count = read;
    return TKZ_OK;
}

void tkz__decode_specs_free(tkz__decode_spec *specs, size_t count, const tkz_allocator *allocator)
{
    for (size_t i = 0; specs != NULL && i < count; i++) {
        if (specs[i].text != NULL)
            tkz__release(allocator, specs[i].text, specs[i].text_size + 1);
        if (specs[i].second != NULL)
            tkz__release(allocator, specs[i].second, specs[i].second_size + 1);
    }
    tkz__release(allocator, specs, TKZ__DECODE_MOST_STEPS * sizeof *specs);
}
