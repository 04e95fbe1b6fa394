/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the text that names a normal form, "STEP:OPTION=VALUE,STEP", and prepares
 * its steps. Leans on the registry of steps.
 */
#include "text/normal_form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/nearest_name.h"

enum { NAME_LIMIT = 64, NUMBER_LIMIT = 24, STEP_LIMIT = 128 };

/* What is left of the text to read. */
typedef struct reader {
    const char *at;
    const char *end;
} reader;

/* ---- Words ---------------------------------------------------------------- */

/* A word ends at an unescaped sign of the grammar. */
static bool ends_word(char letter)
{
    return letter == ',' || letter == ':' || letter == '=';
}

/* How much of a text has no sign of the grammar and no backslash: the map of a model is half a megabyte
 * in which there are none. */
static size_t plain_size(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size && !ends_word(text[at]) && text[at] != '\\')
        at++;
    return at;
}

/* Takes a word; without its escapes if `unescaped` (room for all that is left) is given. */
static size_t take_word(reader *in, char *unescaped)
{
    const char *start = in->at;
    size_t size = 0;
    while (in->at < in->end && !ends_word(*in->at)) {
        size_t plain = plain_size(in->at, (size_t)(in->end - in->at));
        if (plain == 0) { /* what is behind a backslash is meant, or this one at the end of all */
            in->at += in->end - in->at > 1;
            plain = 1;
        }
        if (unescaped != NULL)
            memcpy(unescaped + size, in->at, plain);
        size += plain;
        in->at += plain;
    }
    return unescaped != NULL ? size : (size_t)(in->at - start);
}

static bool take_sign(reader *in, char sign)
{
    if (in->at == in->end || *in->at != sign)
        return false;
    in->at++;
    return true;
}

/* ---- Complaints ----------------------------------------------------------- */

/* Bytes of a wrong word that a message shows: at most 40, whole characters. */
static int shown(const char *word, size_t size)
{
    if (size > 40)
        for (size = 40; size > 0 && ((unsigned char)word[size] & 0xC0) == 0x80;)
            size--;
    return (int)size;
}

static const char *step_name_at(const void *context, size_t index)
{
    const tkz__normal_registry *registry = context;
    const tkz__normal_kind *kind = registry->at(index);
    return kind == NULL ? NULL : kind->info.name;
}

static const char *option_name_at(const void *context, size_t index)
{
    const tkz_normal_step_info *info = context;
    return index < info->option_count ? info->options[index].name : NULL;
}

static const char *nearest(const char *word, size_t size,
                           const char *(*name_at)(const void *, size_t), const void *context)
{
    char name[NAME_LIMIT + 1];
    if (size > NAME_LIMIT)
        return NULL;
    memcpy(name, word, size);
    name[size] = '\0';
    return tkz__nearest_name(name, name_at, context);
}

/* The names of the steps without their versions, as far as there is room. */
typedef struct base_names {
    char names[STEP_LIMIT][NAME_LIMIT + 1];
    size_t count;
} base_names;

static const char *base_name_at(const void *context, size_t index)
{
    const base_names *bases = context;
    return index < bases->count ? bases->names[index] : NULL;
}

/* The nearest step; for a word without a version, the first of the nearest name. */
static const char *nearest_step(const tkz__normal_registry *registry, const char *word, size_t size)
{
    base_names bases;
    const char *step;
    if (memchr(word, '-', size) != NULL)
        return nearest(word, size, step_name_at, registry);
    for (bases.count = 0; bases.count < STEP_LIMIT; bases.count++) {
        size_t length;
        if ((step = step_name_at(registry, bases.count)) == NULL)
            break;
        length = strcspn(step, "-");
        length = length <= NAME_LIMIT ? length : NAME_LIMIT;
        memcpy(bases.names[bases.count], step, length);
        bases.names[bases.count][length] = '\0';
    }
    const char *base = nearest(word, size, base_name_at, &bases);
    return base == NULL ? NULL
                        : step_name_at(registry, (size_t)(base - bases.names[0]) / (NAME_LIMIT + 1));
}

static tkz_status unknown_step(const tkz__normal_registry *registry, const char *word, size_t size,
                               tkz_error *error)
{
    const char *meant = nearest_step(registry, word, size);
    if (meant != NULL)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, registry->chain, TKZ__NO_OFFSET,
                              "there is no %s \"%.*s\", did you mean \"%s\"?", registry->what,
                              shown(word, size), word, meant);
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, registry->chain, TKZ__NO_OFFSET,
                          "there is no %s \"%.*s\"; `tokenize list %s` shows all", registry->what,
                          shown(word, size), word, registry->topic);
}

static tkz_status unknown_option(const tkz_normal_step_info *info, const char *word, size_t size,
                                 tkz_error *error)
{
    const char *meant = nearest(word, size, option_name_at, info);
    if (info->option_count == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, info->name, TKZ__NO_OFFSET,
                              "the step has no options, but \"%.*s\" is given",
                              shown(word, size), word);
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, info->name, TKZ__NO_OFFSET,
                          "there is no option \"%.*s\"; did you mean \"%s\"?", shown(word, size),
                          word, meant != NULL ? meant : info->options[0].name);
}

/* ---- Values --------------------------------------------------------------- */

static bool is_number(const tkz_normal_option *option)
{
    return option->choices == NULL && (option->minimum != 0 || option->maximum != 0);
}

/* Index of the word in "a|b|c"; negative if it is none. */
static int64_t find_choice(const char *choices, const char *word, size_t size)
{
    int64_t index = 0;
    for (const char *at = choices;; index++) {
        size_t length = strcspn(at, "|");
        if (length == size && memcmp(at, word, size) == 0)
            return index;
        if (at[length] == '\0')
            return -1;
        at += length + 1;
    }
}

static bool read_number(const tkz_normal_option *option, const char *word, size_t size,
                        int64_t *number)
{
    char digits[NUMBER_LIMIT + 1], *end;
    if (size == 0 || size > NUMBER_LIMIT)
        return false;
    memcpy(digits, word, size);
    digits[size] = '\0';
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    if (errno != 0 || *end != '\0' || value < option->minimum || value > option->maximum)
        return false;
    *number = value;
    return true;
}

static tkz_status read_value(const tkz_normal_step_info *info, const tkz_normal_option *option,
                             const char *word, size_t size, tkz__normal_value *value,
                             tkz_error *error)
{
    value->text = word;
    value->size = size;
    value->number = 0;
    if (option->choices != NULL) {
        value->number = find_choice(option->choices, word, size);
        if (value->number < 0)
            return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, info->name, TKZ__NO_OFFSET,
                                  "option \"%s\" is one of %s, not \"%.*s\"", option->name,
                                  option->choices, shown(word, size), word);
    } else if (is_number(option) && !read_number(option, word, size, &value->number)) {
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, info->name, TKZ__NO_OFFSET,
                              "option \"%s\" is a whole number from %lld to %lld, not \"%.*s\"",
                              option->name, (long long)option->minimum,
                              (long long)option->maximum, shown(word, size), word);
    }
    return TKZ_OK;
}

/* ---- Steps ---------------------------------------------------------------- */

/* Reads "OPTION=VALUE" behind a colon. */
static tkz_status read_option(tkz_normal_form *form, const tkz_normal_step_info *info, reader *in,
                              tkz__normal_value *values, tkz_error *error)
{
    const char *word = in->at;
    size_t size = take_word(in, NULL), index = 0;
    while (index < info->option_count && (strlen(info->options[index].name) != size ||
                                          memcmp(info->options[index].name, word, size) != 0))
        index++;
    if (index == info->option_count)
        return unknown_option(info, word, size, error);
    if (!take_sign(in, '='))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, info->name, TKZ__NO_OFFSET,
                              "option \"%s\" needs a value: %s=...", info->options[index].name,
                              info->options[index].name);
    size_t room = (size_t)(in->end - in->at);
    char *value = tkz__arena_allocate(&form->strings, room + 1);
    if (value == NULL)
        return tkz__error_memory(error, room + 1);
    size = take_word(in, value);
    value[size] = '\0';
    return read_value(info, &info->options[index], value, size, &values[index], error);
}

static tkz_status read_step(tkz_normal_form *form, reader *in, tkz_error *error)
{
    const char *word = in->at;
    size_t size = take_word(in, NULL);
    const tkz__normal_kind *kind = tkz__normal_kind_find(form->registry, word, size);
    if (kind == NULL)
        return unknown_step(form->registry, word, size, error);
    size_t bytes = (kind->info.option_count + 1) * sizeof(tkz__normal_value);
    tkz__normal_value *values = tkz__arena_allocate(&form->strings, bytes);
    if (values == NULL)
        return tkz__error_memory(error, bytes);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < kind->info.option_count && status == TKZ_OK; i++) {
        const char *standard = kind->info.options[i].default_value;
        status = read_value(&kind->info, &kind->info.options[i], standard, strlen(standard),
                            &values[i], error);
    }
    while (status == TKZ_OK && take_sign(in, ':'))
        status = read_option(form, &kind->info, in, values, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&form->allocator, (void **)&form->steps, &form->capacity,
                                    form->count + 1, sizeof *form->steps, error);
    if (status != TKZ_OK)
        return status;
    tkz__normal_step *step = &form->steps[form->count];
    *step = (tkz__normal_step){.kind = kind, .values = values};
    if (kind->prepare != NULL)
        status = kind->prepare(step, &form->allocator, error);
    if (status == TKZ_OK)
        form->count++;
    return status;
}

static tkz_status read_steps(tkz_normal_form *form, reader *in, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (in->at == in->end)
        return TKZ_OK;
    do
        status = read_step(form, in, error);
    while (status == TKZ_OK && take_sign(in, ','));
    if (status == TKZ_OK && in->at != in->end)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, form->registry->chain, TKZ__NO_OFFSET,
                              "unexpected '%c' behind %s %zu; %ss are written "
                              "NAME:OPTION=VALUE,NAME",
                              *in->at, form->registry->what, form->count, form->registry->what);
    return status;
}

/* ---- The full name -------------------------------------------------------- */

/* Appends a value with the signs of the grammar escaped. */
static tkz_status append_value(tkz__buffer *name, const char *text, size_t size, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t plain = plain_size(text + at, size - at);
        if (plain == 0) {
            status = tkz__buffer_append_byte(name, '\\', error);
            plain = 1;
        }
        if (status == TKZ_OK)
            status = tkz__buffer_append(name, text + at, plain, error);
        at += plain;
    }
    return status;
}

static tkz_status append_step(tkz__buffer *name, const tkz__normal_step *step, tkz_error *error)
{
    const tkz_normal_step_info *info = &step->kind->info;
    tkz_status status = TKZ_OK;
    if (name->size > 0)
        status = tkz__buffer_append_byte(name, ',', error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(name, info->name, error);
    for (size_t i = 0; i < info->option_count && status == TKZ_OK; i++) {
        const tkz__normal_value *value = &step->values[i];
        const char *standard = info->options[i].default_value;
        if (strlen(standard) == value->size && memcmp(standard, value->text, value->size) == 0)
            continue;
        status = tkz__buffer_append_byte(name, ':', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_text(name, info->options[i].name, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(name, '=', error);
        if (status == TKZ_OK)
            status = append_value(name, value->text, value->size, error);
    }
    return status;
}

static tkz_status write_name(tkz_normal_form *form, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < form->count && status == TKZ_OK; i++)
        status = append_step(&form->name, &form->steps[i], error);
    return status == TKZ_OK ? tkz__buffer_append_byte(&form->name, 0, error) : status;
}

/* ---- What it counts -------------------------------------------------------- */

static tkz_status name_counts(tkz_normal_form *form, tkz_error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < form->count; i++) {
        form->steps[i].first_count = total;
        if (form->steps[i].kind->count_names != NULL)
            total += 1 + form->steps[i].kind->count_total;
    }
    form->count_names = tkz__arena_allocate(&form->strings, (total + 1) * sizeof(char *));
    if (form->count_names == NULL)
        return tkz__error_memory(error, (total + 1) * sizeof(char *));
    for (size_t i = 0; i < form->count; i++) {
        const tkz__normal_kind *kind = form->steps[i].kind;
        for (size_t j = 0; kind->count_names != NULL && j <= kind->count_total; j++) {
            const char *what = j == 0 ? "documents" : kind->count_names[j - 1];
            size_t room = strlen(kind->info.name) + strlen(what) + 2;
            char *name = tkz__arena_allocate(&form->strings, room);
            if (name == NULL)
                return tkz__error_memory(error, room);
            (void)snprintf(name, room, "%s.%s", kind->info.name, what);
            form->count_names[form->steps[i].first_count + j] = name;
        }
    }
    form->count_total = total;
    return TKZ_OK;
}

size_t tkz_normal_form_count_total(const tkz_normal_form *form)
{
    return form == NULL ? 0 : form->count_total;
}

const char *tkz_normal_form_count_name(const tkz_normal_form *form, size_t index)
{
    return form == NULL || index >= form->count_total ? NULL : form->count_names[index];
}

const char *tkz_normal_form_needs_words(const tkz_normal_form *form)
{
    for (size_t i = 0; form != NULL && i < form->count; i++)
        if (form->steps[i].kind->traits & TKZ__NORMAL_NEEDS_WORDS)
            return form->steps[i].kind->info.name;
    return NULL;
}

/* ---- Making and freeing --------------------------------------------------- */

tkz_status tkz_normal_form_new(tkz_normal_form **form, const char *steps, size_t size,
                               const tkz_allocator *allocator, tkz_error *error)
{
    static const tkz__normal_registry registry = {"step", "normal form", "normalizers",
                                                  tkz__normal_kind_at};
    return tkz__normal_form_read(form, &registry, steps, size, allocator, error);
}

tkz_status tkz__normal_form_read(tkz_normal_form **form, const tkz__normal_registry *registry,
                                 const char *steps, size_t size, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    tkz_error_clear(error);
    if (form == NULL || (steps == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a form and the text that names it are needed");
    *form = NULL;
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_normal_form *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->registry = registry;
    tkz__buffer_init(&made->name, &chosen);
    tkz__arena_init(&made->strings, &chosen);
    reader in = {steps, size > 0 ? steps + size : steps};
    tkz_status status = read_steps(made, &in, error);
    if (status == TKZ_OK)
        status = write_name(made, error);
    if (status == TKZ_OK)
        status = name_counts(made, error);
    if (status == TKZ_OK)
        *form = made;
    else
        tkz_normal_form_free(made);
    return status;
}

void tkz_normal_form_free(tkz_normal_form *form)
{
    if (form == NULL)
        return;
    tkz_allocator allocator = form->allocator;
    for (size_t i = 0; i < form->count; i++)
        if (form->steps[i].kind->dispose != NULL)
            form->steps[i].kind->dispose(&form->steps[i], &allocator);
    tkz__release_array(&allocator, form->steps, form->capacity, sizeof *form->steps);
    tkz__buffer_free(&form->name);
    tkz__arena_free(&form->strings);
    tkz__release(&allocator, form, sizeof *form);
}

const char *tkz_normal_form_name(const tkz_normal_form *form)
{
    return (const char *)form->name.data;
}
