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
    tkz__buffer_init(&places->replaced, allocator);
    tkz__buffer_init(&places->touched, allocator);
    tkz__buffer_init(&places->taken, allocator);
    tkz__buffer_init(&places->plain, allocator);
}

void tkz__stream_places_free(tkz__stream_places *places)
{
    tkz__spm_symbols_free(&places->symbols, &places->touched.allocator);
    tkz__buffer_free(&places->replaced);
    tkz__buffer_free(&places->touched);
    tkz__buffer_free(&places->taken);
    tkz__buffer_free(&places->plain);
}

/* What was chosen for an option of a step; NULL: it has none of that name. */
static const tkz__normal_value *value_of(const tkz__normal_step *step, const char *option)
{
    for (size_t i = 0; i < step->kind->info.option_count; i++) {
        if (strcmp(step->kind->info.options[i].name, option) == 0)
            return &step->values[i];
    }
    return NULL;
}

static bool is_set(const tkz__normal_step *step, const char *option)
{
    const tkz__normal_value *value = value_of(step, option);
    return value != NULL && value->number != 0;
}

static bool is_called(const tkz__normal_step *step, const char *name)
{
    return strcmp(step->kind->info.name, name) == 0;
}

/* Is a step of sentencepiece one of its own rules? */
static bool is_rules(const tkz__normal_step *step)
{
    static const char *const rules[] = {"identity-spm1", "nmt_nfkc-spm1", "nfkc-spm1",
                                        "nmt_nfkc_cf-spm1", "nfkc_cf-spm1", "charsmap-spm1"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (is_called(step, rules[i]))
            return true;
    }
    return false;
}

static bool is_form(const tkz__normal_step *step)
{
    static const char *const forms[] = {"nfc-", "nfd-", "nfkc-", "nfkd-", "nfkc_cf-"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strncmp(step->kind->info.name, forms[i], strlen(forms[i])) == 0)
            return !is_rules(step);
    }
    return false;
}

/* Steps of HF that look at single characters or bytes, as Nmt does, and BertNormalizer behind NFD. */
static bool is_of_characters(const tkz__normal_step *step)
{
    return is_called(step, "lowercase-hf0.23") || is_called(step, "strip_accents-hf0.23") ||
           is_called(step, "byte_level-hf0.23");
}

/* Does the step write one character in another way, whatever stands beside it? */
static bool is_replacement(const tkz__normal_step *step, uint32_t *character)
{
    if (!is_called(step, "replace-hf0.23"))
        return false;
    const tkz__normal_value *text = &step->values[TKZ__HF_REPLACE_PATTERN];
    return text->size > 0 && tkz__utf8_decode(text->text, text->size, character) == text->size;
}

static tkz_status read_symbols(tkz__stream_places *places, const tkz__normal_step *step, tkz_error *error)
{
    const tkz__normal_value *list = value_of(step, "symbols");
    if (list->size == 0)
        return TKZ_OK;
    if (places->symbols.count > 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model's normalizer has two lists of symbols; encode the text as a whole");
    return tkz__spm_symbols_read(&places->symbols, list->text, list->size, &places->touched.allocator,
                                 error);
}

/* The rules of the model's own map, in base64. */
static tkz_status read_map(tkz__stream_places *places, const tkz__normal_step *step, tkz_error *error)
{
    const tkz__normal_value *value = value_of(step, "map");
    if (value == NULL || value->size == 0) /* no rules */
        return TKZ_OK;
    tkz__buffer bits, *touched = &places->touched;
    tkz__buffer_init(&bits, &touched->allocator);
    tkz_status status = tkz__stream_charsmap_read(&bits, value->text, value->size, error);
    for (size_t i = 0; status == TKZ_OK && i < touched->size; i++)
        bits.data[i] |= touched->data[i];
    if (status == TKZ_OK)
        touched->size = 0;
    if (status == TKZ_OK)
        status = tkz__buffer_append(touched, bits.data, bits.size, error);
    tkz__buffer_free(&bits);
    return status;
}

static tkz_status read_rules(tkz__stream_places *places, const tkz__normal_step *step,
                             tkz_error *error)
{
    if (is_set(step, "remove_extra_whitespaces"))
        places->kinds |= TKZ__STREAM_SPACES;
    if (!is_called(step, "identity-spm1"))
        places->kinds |= TKZ__STREAM_RULES;
    tkz_status status = read_symbols(places, step, error);
    return status == TKZ_OK ? read_map(places, step, error) : status;
}

static tkz_status refuse_step(const tkz__normal_step *step, const char *reason, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "the model's normalizer has the step %s, %s; encode the text as a whole",
                          step->kind->info.name, reason);
}

/* The steps before number `index` are asked what they leave as it is. */
static void ask_before(tkz__stream_places *places, size_t index)
{
    if (places->is_changed)
        places->before = index;
}

/* The step looks at the characters beside a place: those before it must leave them as they are.
 * Replacements do where they take none of them and put nothing between; behind and before rules (`has_rules`)
 * single characters are asked. */
static tkz_status look_at_characters(tkz__stream_places *places, const tkz__normal_step *step,
                                     size_t index, bool has_rules, tkz_error *error)
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
            return refuse_step(step,
                               "behind a replacement that may put something anywhere, which may need "
                               "the whole text",
                               error);
    }
    if (has_rules || (places->kinds & TKZ__STREAM_RULES) != 0)
        ask_before(places, index);
    return TKZ_OK;
}

/* A replacement of what its own expression, or text of several characters, finds. */
static tkz_status read_replacement(tkz__stream_places *places, const tkz__normal_step *step,
                                   size_t index, tkz_error *error)
{
    const tkz__normal_value *text = &step->values[TKZ__HF_REPLACE_PATTERN];
    const tkz__stream_taken taken = {step->state, text->text, text->size};
    if (taken.pattern != NULL && !tkz__pattern_is_by_characters(taken.pattern))
        return refuse_step(step, "whose \\X or \\G may depend on all of the text before", error);
    if (taken.pattern != NULL && tkz__pattern_takes_all(taken.pattern))
        return refuse_step(step,
                           "whose expression takes any character, so that a match may be the whole text",
                           error);
    ask_before(places, index);
    return tkz__buffer_append(&places->taken, &taken, sizeof taken, error);
}

/* Steps that look beside a place. */
static uint32_t kinds_of(const tkz__normal_step *step)
{
    if (is_called(step, "bert-hf0.23") || is_called(step, "nmt-hf0.23"))
        return TKZ__STREAM_CONTROLS | TKZ__STREAM_FORMS;
    if (is_called(step, "strip-hf0.23"))
        return TKZ__STREAM_ENDS;
    return is_form(step) ? TKZ__STREAM_FORMS : 0;
}

static tkz_status read_step(tkz__stream_places *places, const tkz__normal_step *step, size_t index,
                            tkz_error *error)
{
    uint32_t character, kinds = kinds_of(step);
    bool is_precompiled = is_called(step, "precompiled-hf0.23");
    bool has_rules = is_precompiled || is_rules(step);
    tkz_status status = TKZ_OK;
    if (is_called(step, "prepend-hf0.23")) /* of the start alone */
        return TKZ_OK;
    if (is_replacement(step, &character))
        return tkz__buffer_append(&places->replaced, &character, sizeof character, error);
    if (is_called(step, "replace-hf0.23"))
        return read_replacement(places, step, index, error);
    if (kinds != 0 || has_rules)
        status = look_at_characters(places, step, index, has_rules, error);
    if (status != TKZ_OK)
        return status;
    places->is_changed = places->is_changed || kinds != TKZ__STREAM_ENDS;
    if (is_precompiled) {
        /* Its rules are sentencepiece's, the clusters that it goes by are its own. */
        places->kinds |= TKZ__STREAM_RULES | TKZ__STREAM_CLUSTERS;
        return read_map(places, step, error);
    }
    if (has_rules)
        return read_rules(places, step, error);
    if (kinds == 0 && !is_of_characters(step))
        return refuse_step(step, "which may need the whole text", error);
    places->kinds |= kinds;
    return TKZ_OK;
}

tkz_status tkz__stream_read_steps(tkz__stream_places *places, const tkz_normal_form *form,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; form != NULL && status == TKZ_OK && i < form->count; i++)
        status = read_step(places, &form->steps[i], i, error);
    return status == TKZ_OK && places->before > 0 ? tkz__stream_find_plain(places, form, error) : status;
}
