/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the steps of a pre-tokenizer, and what they say of themselves. Leans on split_steps_parts, the
 * patterns of text and the class tables.
 *
 * As tokenizers 0.23, src/pre_tokenizers.
 */
#include "subword/split_steps_parts.h"

#include <string.h>

#include "subword/split_words.h"
#include "text/char_class.h"
#include "text/utf8.h"

/* ---- Classes that steps look for ----------------------------------------- */

bool tkz__split_is_numeric(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_NUMBER) != 0;
}

/* ---- Making steps -------------------------------------------------------- */

static bool (*class_of(tkz__split_kind kind))(uint32_t character)
{
    return kind == TKZ__SPLIT_NUMERIC       ? tkz__split_is_numeric
           : kind == TKZ__SPLIT_PUNCTUATION ? tkz__split_is_punctuation
                                            : tkz__split_is_space;
}

/* A pattern, or the scanner that is known for it. */
static tkz_status make_pattern(tkz__split_steps *own, tkz__ready_step *made, tkz__regex_dialect dialect,
                               tkz_error *error)
{
    const tkz__split_spec *spec = &made->spec;
    bool takes_all = made->behavior == TKZ__BEHAVIOR_ISOLATED ||
                     (made->behavior == TKZ__BEHAVIOR_REMOVED && made->is_inverted);
    if (takes_all)
        made->scanner = tkz__pre_tokenizer_by_dialect(dialect, spec->text, spec->text_size);
    if (made->scanner != NULL)
        return TKZ_OK;
    return tkz__pattern_new(&made->pattern, dialect, spec->text, spec->text_size, &own->allocator,
                            error);
}

static tkz_status make_step(tkz__split_steps *own, const tkz__split_spec *spec, tkz_error *error)
{
    static const char words[] = "\\w+|[^\\w\\s]+";
    tkz__ready_step *made = &own->steps[own->step_count++];
    *made = (tkz__ready_step){.spec = *spec, .behavior = spec->behavior, .is_inverted = spec->is_inverted};
    switch (spec->kind) {
    case TKZ__SPLIT_PATTERN:
        return spec->is_regex
                   ? make_pattern(own, made, TKZ__DIALECT_ONIGURUMA, error)
                   : tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size,
                                          &own->allocator, error);
    case TKZ__SPLIT_TIKTOKEN:
        /* Matches are chunks; what is between them is lost (tiktoken src/lib.rs, find_iter). */
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        made->is_inverted = true;
        return make_pattern(own, made, TKZ__DIALECT_RUST, error);
    case TKZ__SPLIT_WHITESPACE:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        made->is_inverted = true;
        return tkz__pattern_new(&made->pattern, TKZ__DIALECT_RUST, words, strlen(words),
                                &own->allocator, error);
    case TKZ__SPLIT_DELIMITER:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        return tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size, &own->allocator,
                                    error);
    case TKZ__SPLIT_WHITESPACE_SPLIT:
        made->behavior = TKZ__BEHAVIOR_REMOVED;
        break;
    case TKZ__SPLIT_NUMERIC:
        made->behavior = spec->each ? TKZ__BEHAVIOR_ISOLATED : TKZ__BEHAVIOR_CONTIGUOUS;
        break;
    case TKZ__SPLIT_PUNCTUATION:
        break;
    case TKZ__SPLIT_METASPACE:
        made->behavior = TKZ__BEHAVIOR_MERGED_WITH_NEXT;
        return spec->each ? tkz__pattern_of_text(&made->pattern, spec->text, spec->text_size,
                                                 &own->allocator, error)
                          : TKZ_OK;
    case TKZ__SPLIT_BYTES:
        made->scanner = spec->is_regex ? tkz__pre_tokenizer_find("gpt2", 4) : NULL;
        return TKZ_OK;
    default:
        return TKZ_OK;
    }
    return tkz__pattern_of_class(&made->pattern, class_of(spec->kind), &own->allocator, error);
}

/* Makes a step, and asks its pattern what is asked of it again and again of texts that come in parts. */
static tkz_status make_asked(tkz__split_steps *own, const tkz__split_spec *spec, tkz_error *error)
{
    bool may_be_empty = true;
    tkz_status status = make_step(own, spec, error);
    tkz__ready_step *made = &own->steps[own->step_count - 1];
    if (status != TKZ_OK || made->pattern == NULL)
        return status;
    status = tkz__pattern_may_be_empty(made->pattern, &may_be_empty, error);
    made->leaves_alone = !may_be_empty && tkz__pattern_is_by_characters(made->pattern);
    return status;
}

static tkz_status make_steps(tkz__split_steps *own, const tkz__split_spec *spec, tkz_error *error)
{
    tkz__split_spec first = {.kind = TKZ__SPLIT_WHITESPACE_SPLIT};
    tkz__split_spec second = {.kind = TKZ__SPLIT_PUNCTUATION, .behavior = TKZ__BEHAVIOR_ISOLATED};
    if (spec->kind != TKZ__SPLIT_BERT)
        return make_asked(own, spec, error);
    tkz_status status = make_asked(own, &first, error);
    return status == TKZ_OK ? make_asked(own, &second, error) : status;
}

/* A dictionary's words are those of whole texts.
 * Behind ByteLevel the text is one of characters that stand for bytes: there must be no others in it.
 * And for a Metaspace that asks what the document begins with, HF takes all parts that came from its
 * first character: there is one where nothing was put before it. */
static tkz_status check_order(const tkz__split_steps *own, tkz_error *error)
{
    bool has_bytes = false, has_prefix = false;
    for (size_t i = 0; i < own->count; i++) {
        tkz__split_kind kind = own->specs[i].kind;
        if (has_bytes && (kind == TKZ__SPLIT_BYTES || kind == TKZ__SPLIT_METASPACE))
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with byte_level or metaspace behind byte_level");
        if (has_prefix && kind == TKZ__SPLIT_METASPACE &&
            own->specs[i].prepend == TKZ__PREPEND_FIRST)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with a metaspace that comes first behind another");
        if (i > 0 && kind == TKZ__SPLIT_MORPH)
            return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                                  "a pre-tokenizer with words of a dictionary that are not first");
        has_bytes = has_bytes || kind == TKZ__SPLIT_BYTES;
        has_prefix = has_prefix || (kind == TKZ__SPLIT_METASPACE &&
                                    own->specs[i].prepend != TKZ__PREPEND_NEVER);
    }
    return TKZ_OK;
}

tkz_status tkz__split_steps_new(tkz__split_steps **steps, const char *text, size_t size,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__split_steps *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    tkz_status status =
        tkz__split_specs_read(&made->specs, &made->count, text, size, allocator, error);
    if (status == TKZ_OK)
        status = check_order(made, error);
    made->is_words =
        status == TKZ_OK && made->count == 1 && tkz__split_is_words(made->specs[0].kind);
    for (size_t i = 0; status == TKZ_OK && i < made->count && !made->is_words; i++)
        status = make_steps(made, &made->specs[i], error);
    if (status == TKZ_OK)
        *steps = made;
    else
        tkz__split_steps_free(made);
    return status;
}

void tkz__split_steps_free(tkz__split_steps *steps)
{
    if (steps == NULL)
        return;
    tkz_allocator allocator = steps->allocator;
    for (size_t i = 0; i < steps->step_count; i++)
        tkz__pattern_free(steps->steps[i].pattern);
    tkz__split_specs_free(steps->specs, steps->count, &allocator);
    tkz__release(&allocator, steps, sizeof *steps);
}

/* ---- What they say of themselves ------------------------------------------ */

bool tkz__split_steps_change(const tkz__split_steps *steps)
{
    if (steps->is_words || steps->spells_bytes)
        return true;
    for (size_t i = 0; i < steps->step_count; i++) {
        const tkz__ready_step *what = &steps->steps[i];
        bool leaves_out = what->scanner == NULL && what->pattern != NULL &&
                          what->behavior == TKZ__BEHAVIOR_REMOVED;
        if (tkz__split_step_changes(what) || leaves_out || what->spec.kind == TKZ__SPLIT_SCRIPTS ||
            what->spec.kind == TKZ__SPLIT_MORPH)
            return true;
    }
    return false;
}

static bool has_bytes(const tkz__split_steps *steps)
{
    for (size_t i = 0; i < steps->step_count; i++) {
        if (steps->steps[i].spec.kind == TKZ__SPLIT_BYTES)
            return true;
    }
    return false;
}

void tkz__split_steps_spell_bytes(tkz__split_steps *steps)
{
    steps->spells_bytes = has_bytes(steps);
}

bool tkz__split_steps_morph(const tkz__split_steps *steps, uint64_t *hash)
{
    if (steps->count == 0 || steps->specs[0].kind != TKZ__SPLIT_MORPH)
        return false;
    *hash = steps->specs[0].dictionary;
    return true;
}

bool tkz__split_steps_cut_words(const tkz__split_steps *steps)
{
    return steps->is_words;
}

/* White space is in no word, and BertPreTokenizer makes a word of each punctuation character. */
size_t tkz__split_steps_last_cut(const tkz__split_steps *steps, const char *text, size_t size)
{
    bool at_signs = steps->is_words && steps->specs[0].kind == TKZ__SPLIT_BERT;
    bool is_behind = false; /* the character behind the place is one of these */
    for (size_t at = size; steps->is_words && at > 0;) {
        uint32_t character;
        size_t start = at - 1;
        while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80)
            start--;
        bool is_whole = tkz__utf8_decode(text + start, at - start, &character) == at - start;
        bool cuts = is_whole && (tkz__split_is_space(character) ||
                                 (at_signs && tkz__split_is_punctuation(character)));
        if (at < size && (cuts || is_behind))
            return at;
        is_behind = cuts;
        at = is_whole ? start : at - 1;
    }
    return 0;
}
