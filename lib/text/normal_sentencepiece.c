/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps "nmt_nfkc-spm1" and its four relatives: the normalisation rules of
 * sentencepiece by name, equal to its release 0.2.3 ("spm1" is our number for that
 * state of the rules, which is Unicode 17.0); and "charsmap-spm1", those of a model's own. Without options a step gives what
 * `spm_normalize --normalization_rule_name=NAME` prints; the Python class
 * SentencePieceNormalizer and a model trained with defaults also set
 * add_dummy_prefix and escape_whitespaces. Leans on spm_normalize.
 */
#include "text/normal_step.h"
#include "text/spm_normalize.h"

#define SWITCH "false|true"

#define SWITCHES                                                                                  \
    {"add_dummy_prefix", SWITCH, "false", "Put a space symbol before the text.", 0, 0},           \
        {"remove_extra_whitespaces", SWITCH, "true",                                              \
         "Remove leading, trailing and repeated spaces.", 0, 0},                                  \
        {"escape_whitespaces", SWITCH, "false", "Write spaces as U+2581.", 0, 0},                 \
        {"treat_whitespace_as_suffix", SWITCH, "false",                                           \
         "With add_dummy_prefix, put the symbol behind the text.", 0, 0},                         \
    {                                                                                             \
        "symbols", NULL, "",                                                                      \
            "Texts that stay as they are: between spaces, with %20 for a space in one.", 0, 0     \
    }

static const tkz_normal_option options[] = {SWITCHES};

static const tkz_normal_option charsmap_options[] = {
    SWITCHES,
    {"map", NULL, "", "The precompiled_charsmap of a model, in base64; none: as identity.", 0, 0},
};

enum { ADD_DUMMY_PREFIX, REMOVE_EXTRA, ESCAPE, AS_SUFFIX, SYMBOLS, OPTION_COUNT, MAP = OPTION_COUNT };

/* What a step has whose rules are not only named ones. */
typedef struct own_rules {
    tkz__spm_model_rules *rules;
    tkz__own_charsmap map;
} own_rules;

static tkz__spm_options options_of(const tkz__normal_step *step)
{
    return (tkz__spm_options){
        .add_dummy_prefix = step->values[ADD_DUMMY_PREFIX].number != 0,
        .remove_extra_whitespaces = step->values[REMOVE_EXTRA].number != 0,
        .escape_whitespaces = step->values[ESCAPE].number != 0,
        .treat_whitespace_as_suffix = step->values[AS_SUFFIX].number != 0,
    };
}

static tkz__spm_source source_of(const tkz__normal_step *step)
{
    const own_rules *own = step->state;
    return (tkz__spm_source){step->kind->data, own == NULL ? NULL : own->rules};
}

static void dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    own_rules *own = step->state;
    if (own == NULL)
        return;
    tkz__spm_model_rules_free(own->rules, allocator);
    tkz__own_charsmap_free(&own->map, allocator);
    tkz__release(allocator, own, sizeof *own);
    step->state = NULL;
}

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    const tkz__normal_value *symbols = &step->values[SYMBOLS];
    const tkz__normal_value *map = NULL;
    if (step->kind->info.option_count > OPTION_COUNT && step->values[MAP].size > 0)
        map = &step->values[MAP];
    if (map == NULL && symbols->size == 0)
        return TKZ_OK;
    own_rules *own = tkz__allocate_zeroed(allocator, sizeof *own);
    if (own == NULL)
        return tkz__error_memory(error, sizeof *own);
    step->state = own;
    tkz_status status = TKZ_OK;
    if (map != NULL)
        status = tkz__own_charsmap_read(&own->map, map->text, map->size, allocator, error);
    if (status == TKZ_OK)
        status = tkz__spm_model_rules_new(&own->rules, map == NULL ? step->kind->data : NULL,
                                          map == NULL ? NULL : &own->map.charsmap, symbols->text,
                                          symbols->size, allocator, error);
    if (status != TKZ_OK)
        dispose(step, allocator);
    return status;
}

static size_t unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    tkz__spm_options chosen = options_of(step);
    tkz__spm_source source = source_of(step);
    return tkz__spm_unchanged(&source, &chosen, text, size);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error)
{
    tkz__spm_options chosen = options_of(step);
    tkz__spm_source source = source_of(step);
    if (chosen.treat_whitespace_as_suffix ? edit->goes_on_behind : edit->goes_on_before)
        chosen.add_dummy_prefix = false;
    return tkz__spm_normalize(&source, &chosen, text, size, edit, error);
}

static const tkz__spm_rules nmt_nfkc = {.maps = true, .nmt = true};
static const tkz__spm_rules nfkc = {.maps = true};
static const tkz__spm_rules nmt_nfkc_cf = {.maps = true, .nmt = true, .folds = true};
static const tkz__spm_rules nfkc_cf = {.maps = true, .folds = true};
static const tkz__spm_rules identity = {.maps = false};

#define KIND(name, text, rules)                                                                   \
    {                                                                                             \
        .info = {name, text, options, OPTION_COUNT}, .traits = TKZ__NORMAL_OWN_SPANS,             \
        .data = rules, .prepare = prepare,                                                        \
        .dispose = dispose, .unchanged = unchanged, .run = run                                    \
    }

/* Neither idempotent nor local: spaces at the ends, and dummies, depend on where a stretch stands; NFKC of sentencepiece
 * composes only what its table lists, so that a second run may find more. */
static const tkz__normal_kind kinds[] = {
    KIND("nmt_nfkc-spm1",
         "sentencepiece's nmt_nfkc: NFKC by table, without control characters and odd spaces.",
         &nmt_nfkc),
    KIND("nfkc-spm1", "sentencepiece's nfkc: NFKC by table.", &nfkc),
    KIND("nmt_nfkc_cf-spm1", "sentencepiece's nmt_nfkc_cf: nmt_nfkc with simple case folding.",
         &nmt_nfkc_cf),
    KIND("nfkc_cf-spm1", "sentencepiece's nfkc_cf: nfkc with simple case folding.", &nfkc_cf),
    KIND("identity-spm1",
         "sentencepiece's identity: only spaces, and U+FFFD for each byte that is no UTF-8.",
         &identity),
    {.info = {"charsmap-spm1", "sentencepiece's normalizer with the rules of a model's own map.",
              charsmap_options, OPTION_COUNT + 1},
     .traits = TKZ__NORMAL_OWN_SPANS,
     .data = &identity,
     .prepare = prepare,
     .dispose = dispose,
     .unchanged = unchanged,
     .run = run},
};

const tkz__normal_family tkz__normal_sentencepiece = {kinds, sizeof kinds / sizeof kinds[0]};
