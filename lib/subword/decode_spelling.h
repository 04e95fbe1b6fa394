/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps by which tokens become text, as text: what the image holds and what formats write, such as
 *
 *     replace-hf0.23:text=▁:content= ,byte_fallback-hf0.23,fuse-hf0.23,strip-hf0.23:character= :start=1
 *
 * Steps stand between commas, options behind colons; a backslash takes the character behind it as
 * it is. An option that is not there is empty, false or 0. Leans on buffer.
 */
#ifndef TKZ_SUBWORD_DECODE_SPELLING_H
#define TKZ_SUBWORD_DECODE_SPELLING_H

#include <stdbool.h>

#include "core/buffer.h"

enum {
    TKZ__DECODE_MOST_STEPS = 32,
    TKZ__DECODE_MOST_BYTES = 1 << 24, /* of the text of all steps; a charsmap may be in it */
    TKZ__DECODE_MOST_STRIP = 1 << 20  /* characters */
};

/* The decoders of HF tokenizers (src/decoders), what it does without one, and sentencepiece's. */
typedef enum tkz__decode_kind {
    TKZ__DECODE_SENTENCEPIECE, /* alone */
    TKZ__DECODE_SPACES,        /* no decoder: tokens with a space between */
    TKZ__DECODE_BPE,
    TKZ__DECODE_BYTES, /* ByteLevel, on tokens that are spelled in its characters */
    TKZ__DECODE_WORD_PIECE,
    TKZ__DECODE_METASPACE,
    TKZ__DECODE_CTC,
    TKZ__DECODE_REPLACE,
    TKZ__DECODE_FUSE,
    TKZ__DECODE_STRIP,
    TKZ__DECODE_BYTE_FALLBACK,
    TKZ__DECODE_KINDS
} tkz__decode_kind;

/* Texts are NUL-terminated, or NULL for empty ones. */
typedef struct tkz__decode_spec {
    tkz__decode_kind kind;
    /* BPE: the suffix; WORD_PIECE: the prefix; METASPACE, STRIP: the character; CTC: the token for
     * padding; REPLACE: what is replaced; SENTENCEPIECE: what stands for unknown text. */
    char *text;
    size_t text_size;
    /* CTC: the token between words; REPLACE: what comes in its place; SENTENCEPIECE: the normal
     * form that
     * the text goes through at last. */
    char *second;
    size_t second_size;
    bool is_regex; /* of REPLACE: the text is an expression of Oniguruma */
    bool cleanup;  /* of WORD_PIECE and CTC */
    bool prefix;   /* of SENTENCEPIECE: its normalizer puts a space symbol first */
    bool extra;    /* and removes extra white space */
    uint8_t prepend; /* of METASPACE: as tkz__split_spec has it */
    uint32_t start;  /* of STRIP: characters */
    uint32_t stop;
} tkz__decode_spec;

/* Appends a step to a text of steps. Errors: UNSUPPORTED (a text with U+0000), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_spec_append(const tkz__decode_spec *spec, tkz__buffer *steps,
                                               tkz_error *error);

/* Reads a text of steps, at least one. Errors: BAD_FORMAT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_specs_read(tkz__decode_spec **specs, size_t *count,
                                              const char *steps, size_t size,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__decode_specs_free(tkz__decode_spec *specs, size_t count, const tkz_allocator *allocator);

#endif
