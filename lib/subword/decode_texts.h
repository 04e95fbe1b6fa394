/* SPDX-License-Identifier: Apache-2.0
 *
 * What single decoding steps make of the text of one token. Leans on decode_spelling and pattern.
 */
#ifndef TKZ_SUBWORD_DECODE_TEXTS_H
#define TKZ_SUBWORD_DECODE_TEXTS_H

#include "subword/decode_spelling.h"
#include "text/pattern.h"

/* Some bytes; the text of a token. */
typedef struct tkz__decode_text {
    const uint8_t *bytes;
    size_t size;
} tkz__decode_text;

/* Appends `text` with each match of `old` replaced, from left to right; an empty `old` matches before
 * each character and at the end, as str::replace of Rust has it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_replace(tkz__decode_text text, tkz__decode_text old,
                                           tkz__decode_text fresh, tkz__buffer *out,
                                           tkz_error *error);

/* The same with the matches of an expression. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_replace_matches(tkz__pattern_search *search,
                                                   const tkz__pattern *pattern,
                                                   tkz__decode_text text, tkz__decode_text fresh,
                                                   tkz__buffer *out, tkz_error *error);

/* Appends the text with the spaces in front of punctuation and contractions of English removed
 * (decoders/wordpiece.rs, cleanup). `spare` is for what it needs between. */
TKZ_CHECKED tkz_status tkz__decode_cleanup(tkz__decode_text text, tkz__buffer *out,
                                           tkz__buffer *spare, tkz_error *error);

/* The text without up to `start` characters in front and `stop` at the end that are `character`. */
tkz__decode_text tkz__decode_strip(tkz__decode_text text, tkz__decode_text character, size_t start,
                                   size_t stop);

/* Appends the bytes that the characters of the text stand for in GPT-2's way; the text itself if one of
 * them stands for none. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_bytes(tkz__decode_text text, tkz__buffer *out, tkz_error *error);

/* The byte that a token like "<0x0A>" is, as ByteFallback reads it; -1: none. */
int tkz__decode_fallback_byte(tkz__decode_text text);

/* Appends `bytes` with U+FFFD for each longest beginning of a character that does not become one, as
 * String::from_utf8_lossy of Rust, and returns in *left how many bytes at the end may still become one;
 * is_last: those are replaced too. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_lossy(tkz__decode_text bytes, bool is_last, tkz__buffer *out,
                                         size_t *left, tkz_error *error);

/* Bytes at the end that begin a character and do not complete it: 0 to 3. */
size_t tkz__decode_unfinished(const uint8_t *bytes, size_t size);

#endif
