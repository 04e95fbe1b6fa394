/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the steps of a normalizer for places where a text that comes in parts may be cut. Leans on
 * stream_pieces.h, the normal form and its patterns.
 */
#include "subword/stream_pieces.h"

#include <string.h>

#include "subword/stream_charsmap.h"
#include "text/hf_steps.h"
#include "text/normal_form.h"
#include "text/utf8.h"

void tkz__stream_places_init(tkz__stream_places *places, const tkz_allocator *allocator)
{
    *places = (tkz__stream_places){.kinds = 0};
    tkz__buffer_init(&places->symbols, allocator);
    tkz__buffer_init(&places->replaced, allocator);
    tkz__buffer_init(&places->touched, allocator);
    tkz__buffer_init(&places->taken, allocator);
    tkz__buffer_init(&places->before, allocator);
    tkz__buffer_init(&places->plain, allocator);
    tkz__buffer_init(&places->rest, allocator);
}

void tkz__stream_places_free(tkz__stream_places *places)
{
    tkz__buffer_free(&places->symbols);
    tkz__buffer_free(&places->replaced);
    tkz__buffer_free(&places->touched);
    tkz__buffer_free(&places->taken);
    tkz__buffer_free(&places->before);
    tkz__buffer_free(&places->plain);
    tkz__buffer_free(&places->rest);
}

/* Bytes up to an unescaped one of `ends`. */
static size_t part_size(const char *text, const char *ends)
{
    size_t at = 0;
    while (text[at] != '\0' && strchr(ends, text[at]) == NULL)
        at += 1 + (text[at] == '\\' && text[at + 1] != '\0');
    return at;
}

static bool is_called(const char *step, size_t size, const char *name)
{
    return size == strlen(name) && memcmp(step, name, size) == 0;
}

/* An option of a step, as ":name=value"; NULL if it is not there. */
static const char *find_option(const char *step, size_t size, const char *option)
{
    size_t length = strlen(option);
    for (size_t at = part_size(step, ":,"); at < size; at += 1 + part_size(step + at + 1, ":,")) {
        if (size - at > length && memcmp(step + at + 1, option, length) == 0)
            return step + at;
    }
    return NULL;
}

static tkz_status append(tkz__buffer *rest, const char *step, size_t size, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (rest->size > 0)
        status = tkz__buffer_append_byte(rest, ',', error);
    return status == TKZ_OK ? tkz__buffer_append(rest, step, size, error) : status;
}

/* The step without the symbol that it puts first. */
static tkz_status append_bare(tkz__buffer *rest, const char *step, size_t size, tkz_error *error)
{
    static const char bare[] = ":add_dummy_prefix=false";
    const char *option = find_option(step, size, "add_dummy_prefix=");
    size_t before = option != NULL ? (size_t)(option - step) : size;
    size_t taken = option != NULL ? 1 + part_size(option + 1, ":,") : 0;
    tkz_status status = append(rest, step, before, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(rest, bare, sizeof bare - 1, error);
    return status == TKZ_OK
               ? tkz__buffer_append(rest, step + before + taken, size - before - taken, error)
               : status;
}

/* Is a step of sentencepiece one of its own rules, of those that a text may be cut for? */
static bool is_rules(const char *step, size_t size, size_t name)
{
    static const char *const rules[] = {"identity-spm1", "nmt_nfkc-spm1", "nfkc-spm1",
                                        "nmt_nfkc_cf-spm1", "nfkc_cf-spm1", "charsmap-spm1"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (is_called(step, name, rules[i]))
            return find_option(step, size, "treat_whitespace_as_suffix=true") == NULL;
    }
    return false;
}

static bool is_form(const char *step)
{
    static const char *const forms[] = {"nfc-", "nfd-", "nfkc-", "nfkd-"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strncmp(step, forms[i], strlen(forms[i])) == 0 && strstr(step, "-spm") == NULL)
            return true;
    }
    return false;
}

/* Steps of HF that look at single characters, as Nmt does, and BertNormalizer behind NFD. */
static bool is_of_characters(const char *step, size_t name)
{
    return is_called(step, name, "lowercase-hf0.23") ||
           is_called(step, name, "strip_accents-hf0.23");
}

/* Does the step write one character in another way, whatever stands beside it? */
static bool is_replacement(const char *step, size_t size, size_t name, uint32_t *character)
{
    const char *option = find_option(step, size, "pattern=");
    if (!is_called(step, name, "replace-hf0.23") || option == NULL)
        return false;
    const char *value = option + strlen(":pattern=");
    size_t length = part_size(value, ":,"), escaped = length > 0 && value[0] == '\\';
    return length > escaped &&
           tkz__utf8_decode(value + escaped, length - escaped, character) == length - escaped;
}

static int digit_of(char digit)
{
    return digit <= '9' ? digit - '0' : digit - 'A' + 10;
}

/* The symbols of a step, which spm_symbols.h spells with a space between and %20 for odd bytes. */
static tkz_status read_symbols(const char *step, size_t size, tkz__buffer *symbols,
                               tkz_error *error)
{
    const char *option = find_option(step, size, "symbols=");
    if (option == NULL)
        return TKZ_OK;
    const char *end = option + 1 + part_size(option + 1, ":,");
    tkz_status status = tkz__buffer_append_byte(symbols, 0xFF, error);
    for (const char *at = option + strlen(":symbols="); status == TKZ_OK && at < end; at++) {
        at += *at == '\\' && at + 1 < end;
        uint8_t byte = *at == ' ' ? 0xFF : (uint8_t)*at;
        if (*at == '%' && end - at > 2) {
            byte = (uint8_t)(digit_of(at[1]) * 16 + digit_of(at[2]));
            at += 2;
        }
        status = tkz__buffer_append_byte(symbols, byte, error);
    }
    return status;
}

/* The rules of the model's own map, in base64, of which some characters may be escaped. */
static tkz_status read_map(tkz__stream_places *places, const char *step, size_t size,
                           tkz_error *error)
{
    const char *option = find_option(step, size, "map=");
    if (option == NULL)
        return TKZ_OK;
    const char *at = option + strlen(":map="), *end = option + 1 + part_size(option + 1, ":,");
    if (at == end) /* no rules */
        return TKZ_OK;
    if (places->touched.size > 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model's normalizer has two charsmaps; encode the text as a whole");
    tkz__buffer map;
    tkz__buffer_init(&map, &places->touched.allocator);
    tkz_status status = tkz__buffer_reserve(&map, (size_t)(end - at), error);
    for (; status == TKZ_OK && at < end; at++) {
        at += *at == '\\' && at + 1 < end;
        status = tkz__buffer_append_byte(&map, (uint8_t)*at, error);
    }
    if (status == TKZ_OK)
        status = tkz__stream_charsmap_read(&places->touched, (const char *)map.data, map.size, error);
    tkz__buffer_free(&map);
    return status;
}

static tkz_status read_rules(tkz__stream_places *places, const char *step, size_t size,
                             size_t name, tkz_error *error)
{
    bool adds = find_option(step, size, "add_dummy_prefix=false") == NULL;
    if (find_option(step, size, "remove_extra_whitespaces=false") == NULL)
        places->kinds |= TKZ__STREAM_SPACES;
    if (!is_called(step, name, "identity-spm1"))
        places->kinds |= TKZ__STREAM_RULES;
    places->has_first = places->has_first || adds;
    tkz_status status = read_symbols(step, size, &places->symbols, error);
    if (status == TKZ_OK)
        status = read_map(places, step, size, error);
    if (status != TKZ_OK)
        return status;
    return adds ? append_bare(&places->rest, step, size, error)
                : append(&places->rest, step, size, error);
}

static tkz_status refuse_step(const char *step, size_t size, const char *reason, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "the model's normalizer has the step %.*s, %s; encode the text as a whole",
                          (int)(size < 80 ? size : 80), step, reason);
}

/* The step looks at the characters beside a place: those before it must leave them as they are.
 * Replacements do where they take none of them and put nothing between; behind and before rules (`has_rules`)
 * single characters are asked. */
static tkz_status look_at_characters(tkz__stream_places *places, const char *step, size_t size,
                                     bool has_rules, tkz_error *error)
{
    const tkz__stream_taken *taken = (const void *)places->taken.data;
    places->is_strict = places->is_strict || places->taken.size > 0 || places->replaced.size > 0;
    for (size_t i = 0; i < places->taken.size / sizeof *taken; i++) {
        bool may_be_empty = false;
        tkz_status status = taken[i].pattern != NULL
                                ? tkz__pattern_may_be_empty(taken[i].pattern, &may_be_empty, error)
                                : TKZ_OK;
        if (status != TKZ_OK)
            return status;
        if (may_be_empty)
            return refuse_step(step, size,
                               "behind a replacement that may put something anywhere, which may need "
                               "the whole text",
                               error);
    }
    has_rules = has_rules || (places->kinds & TKZ__STREAM_RULES) != 0;
    if (!places->is_changed || !has_rules)
        return TKZ_OK;
    tkz__buffer_clear(&places->before);
    return tkz__buffer_append(&places->before, places->rest.data, places->rest.size, error);
}

/* A replacement of what its own expression, or text of several characters, finds. */
static tkz_status read_replacement(tkz__stream_places *places, const tkz__normal_step *own,
                                   const char *step, size_t size, tkz_error *error)
{
    const tkz__normal_value *text = &own->values[TKZ__HF_REPLACE_PATTERN];
    const tkz__stream_taken taken = {own->state, text->text, text->size};
    if (taken.pattern != NULL && !tkz__pattern_is_by_characters(taken.pattern))
        return refuse_step(step, size, "whose \\X or \\G may depend on all of the text before", error);
    if (taken.pattern != NULL && tkz__pattern_takes_all(taken.pattern))
        return refuse_step(step, size,
                           "whose expression takes any character, so that a match may be the whole text",
                           error);
    tkz_status status = tkz__buffer_append(&places->taken, &taken, sizeof taken, error);
    if (status == TKZ_OK && places->is_changed) {
        tkz__buffer_clear(&places->before);
        status = tkz__buffer_append(&places->before, places->rest.data, places->rest.size, error);
    }
    return status == TKZ_OK ? append(&places->rest, step, size, error) : status;
}

/* HF's Precompiled: its rules are sentencepiece's, the clusters that it goes by are its own. */
static tkz_status read_precompiled(tkz__stream_places *places, const char *step, size_t size,
                                   tkz_error *error)
{
    places->kinds |= TKZ__STREAM_RULES | TKZ__STREAM_CLUSTERS;
    places->is_changed = true;
    tkz_status status = read_map(places, step, size, error);
    return status == TKZ_OK ? append(&places->rest, step, size, error) : status;
}

/* Steps that look beside a place. */
static uint32_t kinds_of(const char *step, size_t name)
{
    if (is_called(step, name, "bert-hf0.23") || is_called(step, name, "nmt-hf0.23"))
        return TKZ__STREAM_CONTROLS | TKZ__STREAM_FORMS;
    if (is_called(step, name, "strip-hf0.23"))
        return TKZ__STREAM_ENDS;
    return is_form(step) ? TKZ__STREAM_FORMS : 0;
}

static tkz_status read_step(tkz__stream_places *places, const tkz__normal_step *own, const char *step,
                            size_t size, tkz_error *error)
{
    size_t name = part_size(step, ":,");
    uint32_t character, kinds = kinds_of(step, name);
    bool is_precompiled = is_called(step, name, "precompiled-hf0.23");
    bool has_rules = is_precompiled || is_rules(step, size, name);
    tkz_status status = TKZ_OK;
    if (is_called(step, name, "prepend-hf0.23")) {
        places->has_first = true;
        return TKZ_OK;
    }
    if (is_replacement(step, size, name, &character)) {
        status = tkz__buffer_append(&places->replaced, &character, sizeof character, error);
        return status == TKZ_OK ? append(&places->rest, step, size, error) : status;
    }
    if (is_called(step, name, "replace-hf0.23"))
        return read_replacement(places, own, step, size, error);
    if (kinds != 0 || has_rules)
        status = look_at_characters(places, step, size, has_rules, error);
    if (status != TKZ_OK)
        return status;
    if (is_precompiled)
        return read_precompiled(places, step, size, error);
    places->is_changed = places->is_changed || kinds != TKZ__STREAM_ENDS;
    if (has_rules)
        return read_rules(places, step, size, name, error);
    if (kinds == 0 && !is_of_characters(step, name))
        return refuse_step(step, size, "which may need the whole text", error);
    places->kinds |= kinds;
    return append(&places->rest, step, size, error);
}

tkz_status tkz__stream_read_steps(tkz__stream_places *places, const tkz_normal_form *form,
                                  tkz_error *error)
{
    const char *steps = form != NULL ? tkz_normal_form_name(form) : "";
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && *steps != '\0'; i++) {
        size_t size = part_size(steps, ",");
        status = read_step(places, &form->steps[i], steps, size, error);
        steps += size + (steps[size] == ',');
    }
    return status == TKZ_OK && places->before.size > 0 ? tkz__stream_find_plain(places, error) : status;
}
