/* SPDX-License-Identifier: Apache-2.0
 *
 * Output styles: mecab's own, those that a dictionary defines, and templates of
 * the caller. Leans on templates and on dicrc.
 *
 * What stands for what is Writer::open in mecab/src/writer.cpp of taku910/mecab.
 */
#include "morph/morph_style.h"

#include <stdio.h>
#include <string.h>

static const char default_word[] = "%m\\t%H\\n";
static const char default_end[] = "EOS\\n";

/* In the order of enum tkz_morph_template: the keys of dicrc without "-NAME". */
static const char *const template_keys[TKZ__STYLE_TEMPLATE_COUNT] = {
    "node-format", "unk-format", "bos-format", "eos-format", "eon-format",
};

void tkz_morph_style_free(tkz_morph_style *style)
{
    if (style == NULL)
        return;
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++)
        tkz__template_free(&style->templates[i]);
    tkz_dictionary_free(style->dictionary);
    tkz_allocator allocator = style->allocator;
    tkz__release(&allocator, style, sizeof *style);
}

tkz_status tkz_morph_style_new(tkz_morph_style **style, tkz_dictionary *dictionary,
                               const tkz_allocator *allocator, tkz_error *error)
{
    *style = NULL;
    if (dictionary == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_morph_style_new",
                              TKZ__NO_OFFSET, "a dictionary is needed");
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_morph_style *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->dictionary = dictionary;
    tkz__dictionary_retain(dictionary);
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++)
        tkz__template_init(&made->templates[i], &memory);
    tkz_status status = TKZ_OK;
    tkz__dictionary_setting name;
    if (tkz__dictionary_find_setting(dictionary, "output-format-type", &name)) {
        char *copy = tkz__duplicate(&memory, name.value, name.size);
        status = copy != NULL ? tkz_morph_style_set_name(made, copy, error)
                              : tkz__error_memory(error, name.size + 1);
        tkz__release(&memory, copy, name.size + 1);
    }
    if (status == TKZ_OK)
        *style = made;
    else
        tkz_morph_style_free(made);
    return status;
}

/* ---- Names ---- */

static void clear(tkz_morph_style *style, enum tkz__style_kind kind)
{
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++)
        tkz__template_free(&style->templates[i]);
    style->kind = kind;
    style->is_named = true;
    style->is_plain = false;
    style->has_unknown = false;
}

static bool find_own(const char *name, enum tkz__style_kind *kind)
{
    static const struct {
        const char *name;
        enum tkz__style_kind kind;
    } own[] = {
        {"", TKZ__STYLE_DEFAULT},   {"default", TKZ__STYLE_DEFAULT}, {"wakati", TKZ__STYLE_WAKATI},
        {"none", TKZ__STYLE_NONE}, {"dump", TKZ__STYLE_DUMP},       {"em", TKZ__STYLE_EM},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(own[i].name, name) == 0) {
            *kind = own[i].kind;
            return true;
        }
    }
    return false;
}

/* Compiles the template that dicrc has for `which` under `name`; empty if it has none. */
static tkz_status compile_named(tkz_morph_style *style, size_t which, const char *name,
                                tkz__template *template, bool *is_there, tkz_error *error)
{
    char key[128];
    int size = snprintf(key, sizeof key, "%s-%s", template_keys[which], name);
    tkz__dictionary_setting setting = {NULL, 0};
    *is_there = size > 0 && (size_t)size < sizeof key &&
                tkz__dictionary_find_setting(style->dictionary, key, &setting) &&
                setting.size > 0;
    tkz_status status = TKZ_OK;
    if (*is_there)
        status = tkz__template_compile(template, setting.value, setting.size, error);
    if (status == TKZ_STATUS_INVALID_OPTION && error != NULL)
        (void)snprintf(error->where, sizeof error->where, "dicrc, %.90s", key);
    return status;
}

static tkz_status no_such_name(const tkz_morph_style *style, const char *name, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, style->dictionary->path, TKZ__NO_OFFSET,
                          "no output format is called \"%.64s\": mecab has wakati, none, dump and "
                          "em, and dicrc of this dictionary no node-format-%.64s",
                          name, name);
}

tkz_status tkz_morph_style_set_name(tkz_morph_style *style, const char *name, tkz_error *error)
{
    enum tkz__style_kind kind;
    if (name == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_morph_style_set_name",
                              TKZ__NO_OFFSET, "a name is needed");
    if (find_own(name, &kind)) {
        clear(style, kind);
        return TKZ_OK;
    }
    tkz__template made[TKZ__STYLE_TEMPLATE_COUNT];
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++)
        tkz__template_init(&made[i], &style->allocator);
    bool is_there = true;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT && status == TKZ_OK; i++) {
        status = compile_named(style, i, name, &made[i], &is_there, error);
        if (status == TKZ_OK && i == TKZ_MORPH_TEMPLATE_WORD && !is_there)
            status = no_such_name(style, name, error);
    }
    if (status == TKZ_OK) {
        clear(style, TKZ__STYLE_TEMPLATES);
        memcpy(style->templates, made, sizeof made);
        style->has_unknown = true; /* without a template they are not written at all */
        return TKZ_OK;
    }
    for (size_t i = 0; i < TKZ__STYLE_TEMPLATE_COUNT; i++)
        tkz__template_free(&made[i]);
    return status;
}

/* ---- Templates of the caller ---- */

/* Drops what a name stood for, for mecab's default templates. */
static tkz_status begin_templates(tkz_morph_style *style, tkz_error *error)
{
    if (style->kind == TKZ__STYLE_TEMPLATES && !style->is_named)
        return TKZ_OK;
    tkz__template word, end;
    tkz__template_init(&word, &style->allocator);
    tkz__template_init(&end, &style->allocator);
    tkz_status status =
        tkz__template_compile(&word, default_word, sizeof default_word - 1, error);
    if (status == TKZ_OK)
        status = tkz__template_compile(&end, default_end, sizeof default_end - 1, error);
    if (status != TKZ_OK) {
        tkz__template_free(&word);
        return status;
    }
    clear(style, TKZ__STYLE_TEMPLATES);
    style->is_named = false;
    style->is_plain = true;
    style->templates[TKZ_MORPH_TEMPLATE_WORD] = word;
    style->templates[TKZ_MORPH_TEMPLATE_END] = end;
    return TKZ_OK;
}

static bool is_default_text(int32_t which, const char *text, size_t size)
{
    static const char *const defaults[TKZ__STYLE_TEMPLATE_COUNT] = {default_word, default_word, "",
                                                                    default_end, ""};
    return size == strlen(defaults[which]) &&
           (size == 0 || memcmp(text, defaults[which], size) == 0);
}

tkz_status tkz_morph_style_set_template(tkz_morph_style *style, int32_t which, const char *text,
                                        size_t size, tkz_error *error)
{
    if (which < 0 || which >= TKZ__STYLE_TEMPLATE_COUNT || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "template", TKZ__NO_OFFSET,
                              "no template has the number %d", (int)which);
    tkz__template made;
    tkz__template_init(&made, &style->allocator);
    tkz_status status = tkz__template_compile(&made, text, size, error);
    if (status == TKZ_OK)
        status = begin_templates(style, error);
    if (status != TKZ_OK) {
        tkz__template_free(&made);
        return status;
    }
    tkz__template_free(&style->templates[which]);
    style->templates[which] = made;
    /* mecab takes its default template for no template here, so that -F is for all words. */
    bool is_default = is_default_text(which, text, size);
    if (which == TKZ_MORPH_TEMPLATE_UNKNOWN)
        style->has_unknown = !is_default;
    if (which != TKZ_MORPH_TEMPLATE_LAST && !is_default)
        style->is_plain = false;
    return TKZ_OK;
}

int32_t tkz_morph_style_is_named(const tkz_morph_style *style)
{
    return style->is_named && style->kind != TKZ__STYLE_DEFAULT;
}

int32_t tkz_morph_style_tagger_format(const tkz_morph_style *style)
{
    switch (style->kind) {
    case TKZ__STYLE_DEFAULT:
        return TKZ_MORPH_FORMAT_DEFAULT;
    case TKZ__STYLE_WAKATI:
        return TKZ_MORPH_FORMAT_WAKATI;
    default:
        return -1;
    }
}
