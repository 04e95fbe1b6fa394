/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of decoding steps, for decode_steps.c and token_decoder.c only. Leans on decode_texts and
 * normal forms.
 */
#ifndef TKZ_SUBWORD_DECODE_PARTS_H
#define TKZ_SUBWORD_DECODE_PARTS_H

#include "subword/decode_steps.h"
#include "subword/decode_texts.h"
#include "tokenize/text.h"

typedef struct tkz__decode_step {
    const tkz__decode_spec *spec;
    tkz__pattern *pattern;         /* of REPLACE with an expression */
    tkz_normal_form *denormalizer; /* of SENTENCEPIECE */
    bool is_fused;                 /* it gets parts of one text */
    bool is_held;                  /* and needs all of it */
} tkz__decode_step;

struct tkz__decode_steps {
    tkz_allocator allocator;
    tkz__decode_spec *specs;
    size_t count;
    bool has_plain; /* tokens may be plain */
    bool needs_end;
    tkz__decode_step steps[TKZ__DECODE_MOST_STEPS];
};

static inline tkz__decode_text tkz__decode_first(const tkz__decode_spec *spec)
{
    return (tkz__decode_text){(const uint8_t *)spec->text, spec->text_size};
}

static inline tkz__decode_text tkz__decode_second(const tkz__decode_spec *spec)
{
    return (tkz__decode_text){(const uint8_t *)spec->second, spec->second_size};
}

/* Appends the text of a piece of sentencepiece that is no BYTE; without a space symbol in front if
 * `bare`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_piece(const tkz__decode_spec *spec, tkz__decode_text token,
                                         tkz__piece_type type, bool bare, tkz__buffer *out,
                                         tkz_error *error);

/* Appends what a step that looks at nothing else makes of a token; `is_first`: it is the first one.
 * Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_token(const tkz__decode_step *own, tkz__decode_text token,
                                         bool is_first, tkz__pattern_search *search,
                                         tkz__buffer *out, tkz__buffer *spare, tkz_error *error);

#endif
