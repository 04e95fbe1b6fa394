/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps that make text of tokens (tokenizers: src/decoders), and what they make of a token that
 * does not
 * depend on its neighbours. Leans on decode_texts and normal forms.
 */
#include "subword/decode_parts.h"

#include <string.h>

#include "subword/split_spelling.h"

static const uint8_t space_symbol[] = {0xE2, 0x96, 0x81}; /* U+2581 */

/* ---- Steps ------------------------------------------------------------------ */

static bool fuses(tkz__decode_kind kind)
{
    return kind == TKZ__DECODE_FUSE || kind == TKZ__DECODE_BYTES;
}

/* Of parts of one text only these go on as they come. */
static bool works_on_parts(const tkz__decode_spec *spec)
{
    return spec->kind == TKZ__DECODE_FUSE || spec->kind == TKZ__DECODE_STRIP ||
           (spec->kind == TKZ__DECODE_REPLACE && !spec->is_regex);
}

static tkz_status prepare(tkz__decode_steps *made, size_t index, tkz_error *error)
{
    tkz__decode_step *own = &made->steps[index];
    const tkz__decode_spec *spec = own->spec = &made->specs[index];
    tkz_status status = TKZ_OK;
    if (index > 0)
        own->is_fused = made->steps[index - 1].is_fused || fuses(made->specs[index - 1].kind);
    own->is_held = own->is_fused && !works_on_parts(spec);
    if (spec->kind == TKZ__DECODE_SENTENCEPIECE && made->count != 1)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET,
                              "sentencepiece's decoder stands alone");
    if (spec->is_regex)
        status = tkz__pattern_new(&own->pattern, TKZ__DIALECT_ONIGURUMA, spec->text,
                                  spec->text_size, &made->allocator, error);
    if (status == TKZ_OK && spec->kind == TKZ__DECODE_SENTENCEPIECE && spec->second_size > 0)
        status = tkz_normal_form_new(&own->denormalizer, spec->second, spec->second_size,
                                     &made->allocator, error);
    bool depends = spec->kind == TKZ__DECODE_BPE || spec->kind == TKZ__DECODE_CTC || own->is_held ||
                   own->denormalizer != NULL ||
                   (own->is_fused && spec->kind == TKZ__DECODE_REPLACE) ||
                   (own->is_fused && spec->kind == TKZ__DECODE_STRIP && spec->stop > 0);
    made->has_plain = made->has_plain && !depends;
    made->needs_end = made->needs_end || own->is_held || own->denormalizer != NULL;
    return status;
}

tkz_status tkz__decode_steps_new(tkz__decode_steps **steps, const char *spelling, size_t size,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__decode_steps *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->has_plain = true;
    tkz_status status =
        tkz__decode_specs_read(&made->specs, &made->count, spelling, size, &chosen, error);
    for (size_t i = 0; status == TKZ_OK && i < made->count; i++)
        status = prepare(made, i, error);
    if (status == TKZ_OK)
        *steps = made;
    else
        tkz__decode_steps_free(made);
    return status;
}

void tkz__decode_steps_free(tkz__decode_steps *steps)
{
    if (steps == NULL)
        return;
    for (size_t i = 0; i < steps->count; i++) {
        tkz__pattern_free(steps->steps[i].pattern);
        tkz_normal_form_free(steps->steps[i].denormalizer);
    }
    tkz__decode_specs_free(steps->specs, steps->count, &steps->allocator);
    tkz_allocator allocator = steps->allocator;
    tkz__release(&allocator, steps, sizeof *steps);
}

bool tkz__decode_steps_need_end(const tkz__decode_steps *steps)
{
    return steps->needs_end;
}

/* ---- The text of one token --------------------------------------------------- */

tkz_status tkz__decode_piece(const tkz__decode_spec *spec, tkz__decode_text token,
                                     tkz__piece_type type, bool bare, tkz__buffer *out,
                                     tkz_error *error)
{
    tkz__decode_text symbol = {space_symbol, sizeof space_symbol};
    if (type == TKZ__PIECE_CONTROL)
        return TKZ_OK;
    if (type == TKZ__PIECE_UNKNOWN)
        return tkz__buffer_append(out, spec->text, spec->text_size, error);
    if (bare)
        token = tkz__decode_strip(token, symbol, 1, 0);
    return tkz__decode_replace(token, symbol, (tkz__decode_text){(const uint8_t *)" ", 1}, out,
                               error);
}

tkz_status tkz__decode_token(const tkz__decode_step *own, tkz__decode_text token, bool is_first,
                             tkz__pattern_search *search, tkz__buffer *out, tkz__buffer *spare,
                             tkz_error *error)
{
    const tkz__decode_spec *spec = own->spec;
    tkz__decode_text text = tkz__decode_first(spec), space = {(const uint8_t *)" ", 1};
    tkz_status status = TKZ_OK;
    switch (spec->kind) {
    case TKZ__DECODE_REPLACE:
        if (spec->is_regex)
            return tkz__decode_replace_matches(search, own->pattern, token, tkz__decode_second(spec), out,
                                               error);
        if (text.size == 0) /* matches nothing here (src/tokenizer/pattern.rs) */
            return tkz__buffer_append(out, token.bytes, token.size, error);
        return tkz__decode_replace(token, text, tkz__decode_second(spec), out, error);
    case TKZ__DECODE_STRIP:
        token = tkz__decode_strip(token, text, spec->start, spec->stop);
        return tkz__buffer_append(out, token.bytes, token.size, error);
    case TKZ__DECODE_METASPACE:
        if (is_first && spec->prepend != TKZ__PREPEND_NEVER)
            space.size = 0;
        return tkz__decode_replace(token, text, space, out, error);
    case TKZ__DECODE_SPACES:
        if (!is_first)
            status = tkz__buffer_append_byte(out, ' ', error);
        return status == TKZ_OK ? tkz__buffer_append(out, token.bytes, token.size, error) : status;
    case TKZ__DECODE_WORD_PIECE: {
        /* Cleanup looks at the space in front too. */
        tkz__buffer *to = spec->cleanup ? spare : out;
        tkz__buffer_clear(spare);
        bool goes_on = token.size >= text.size &&
                       (text.size == 0 || memcmp(token.bytes, text.bytes, text.size) == 0);
        if (!is_first && goes_on) {
            token.bytes += text.size;
            token.size -= text.size;
        } else if (!is_first) {
            status = tkz__buffer_append_byte(to, ' ', error);
        }
        if (status == TKZ_OK)
            status = tkz__buffer_append(to, token.bytes, token.size, error);
        if (status != TKZ_OK || !spec->cleanup)
            return status;
        tkz__buffer between;
        tkz__buffer_init(&between, &out->allocator);
        status = tkz__decode_cleanup((tkz__decode_text){spare->data, spare->size}, out, &between,
                                     error);
        tkz__buffer_free(&between);
        return status;
    }
    default:
        return tkz__buffer_append(out, token.bytes, token.size, error);
    }
}

/* The text of a plain token behind one step. */
static tkz_status plain_text(const tkz__decode_step *own, tkz__decode_text token, tkz__piece_type type,
                             tkz__pattern_search *search, tkz__buffer *out, tkz__buffer *spare,
                             bool *is_plain, tkz_error *error)
{
    switch (own->spec->kind) {
    case TKZ__DECODE_SENTENCEPIECE:
        *is_plain = type != TKZ__PIECE_BYTE;
        return *is_plain ? tkz__decode_piece(own->spec, token, type, false, out, error) : TKZ_OK;
    case TKZ__DECODE_BYTE_FALLBACK:
        *is_plain = tkz__decode_fallback_byte(token) < 0;
        break;
    case TKZ__DECODE_BYTES: {
        tkz_status status = tkz__decode_bytes(token, out, error);
        *is_plain = tkz_utf8_valid_prefix((const char *)out->data, out->size) == out->size;
        return status;
    }
    case TKZ__DECODE_STRIP:
        if (own->is_fused) /* where a decoder is settled, nothing more is stripped */
            break;
        return tkz__decode_token(own, token, false, search, out, spare, error);
    default:
        return tkz__decode_token(own, token, false, search, out, spare, error);
    }
    return tkz__buffer_append(out, token.bytes, token.size, error);
}

bool tkz__decode_steps_are_sentencepiece(const tkz__decode_steps *steps)
{
    return steps->steps[0].spec->kind == TKZ__DECODE_SENTENCEPIECE;
}

tkz_status tkz__decode_steps_plain(const tkz__decode_steps *steps, const uint8_t *bytes,
                                   size_t size, tkz__piece_type type, tkz__buffer *text,
                                   bool *is_plain, tkz_error *error)
{
    tkz__buffer own, spare;
    tkz__pattern_search search;
    *is_plain = steps->has_plain;
    tkz__buffer_clear(text);
    tkz__buffer_init(&own, &text->allocator);
    tkz__buffer_init(&spare, &text->allocator);
    tkz__pattern_search_init(&search, &text->allocator);
    tkz_status status = tkz__buffer_append(text, bytes, size, error);
    for (size_t i = 0; status == TKZ_OK && *is_plain && i < steps->count; i++) {
        tkz__decode_text token = {text->data, text->size};
        tkz__buffer_clear(&own);
        status = plain_text(&steps->steps[i], token, type, &search, &own, &spare, is_plain, error);
        tkz__buffer_clear(text);
        if (status == TKZ_OK)
            status = tkz__buffer_append(text, own.data, own.size, error);
    }
    tkz__pattern_search_free(&search);
    tkz__buffer_free(&spare);
    tkz__buffer_free(&own);
    return status;
}

