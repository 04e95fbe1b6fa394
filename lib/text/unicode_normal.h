/* SPDX-License-Identifier: Apache-2.0
 *
 * Unicode normalisation (UAX #15) in pinned versions: what one character becomes,
 * and whole texts. One table of the newest version serves all: for version V the
 * characters younger than V are inert, which the stability policy makes exact from
 * Unicode 4.1 on. Leans on edit and normal_step.
 */
#ifndef TKZ_TEXT_UNICODE_NORMAL_H
#define TKZ_TEXT_UNICODE_NORMAL_H

#include <stdbool.h>

#include "text/edit.h"
#include "text/normal_step.h"

/* A Unicode version as a number, 10 * major + minor: 15.1 is 151. The oldest that is exact is 41;
 * greater numbers than that of the table mean the table. */
#define TKZ__UNICODE_VERSION(major, minor) ((uint32_t)(10 * (major) + (minor)))

/* The version of the table. */
#define TKZ__UNICODE_NEWEST TKZ__UNICODE_VERSION(18, 0)

typedef enum tkz__unicode_form {
    TKZ__UNICODE_NFD = 0,
    TKZ__UNICODE_NFC = 1,
    TKZ__UNICODE_NFKD = 2,
    TKZ__UNICODE_NFKC = 3,
    TKZ__UNICODE_NFKC_CF = 4 /* toNFKC_Casefold; versions 15.0 and later are exact */
} tkz__unicode_form;

/* A form in a version: the `data` of a kind whose functions are the two at the end. */
typedef struct tkz__unicode_target {
    tkz__unicode_form form;
    uint32_t version;
} tkz__unicode_target;

/* A piece of UTF-8 in the table, or in the caller's small buffer. */
typedef struct tkz__unicode_piece {
    const char *text;
    size_t size;
} tkz__unicode_piece;

/* Longest full decomposition of one character, in bytes (U+FDFA: 18 characters, 33 bytes). */
#define TKZ__UNICODE_LONGEST 40

/* The full (recursive, reordered) decomposition of `character` in `version`: canonical (NFD) or
 * compatibility (NFKD). size 0: it has none. `hangul` is where a syllable is written, which is not
 * in the table. */
tkz__unicode_piece tkz__unicode_decompose(uint32_t version, uint32_t character, bool compatibility,
                                          char hangul[TKZ__UNICODE_LONGEST]);

/* True when NFKC_CF replaces `character`; *piece is by what, size 0 where it vanishes. */
bool tkz__unicode_fold(uint32_t version, uint32_t character, tkz__unicode_piece *piece);

/* Canonical_Combining_Class, 0..254. */
uint32_t tkz__unicode_combining_class(uint32_t version, uint32_t character);

/* The primary composite of two characters, Hangul included; 0 when there is none. */
uint32_t tkz__unicode_compose(uint32_t version, uint32_t first, uint32_t second);

/* Unicode version that brought `character`, if the character has normalisation data (anything
 * above but being inert), else 0. */
uint32_t tkz__unicode_age(uint32_t character);

/* Length of a prefix that `target` is certain to leave alone; `size` only when it changes nothing.
 * It ends where normalisation may start afresh. Allocates nothing. */
size_t tkz__unicode_unchanged(const tkz__unicode_target *target, const char *text, size_t size);

/* Appends all of `text`, normalised, to the edit. Runs of the map: one for each character that is
 * replaced, deleted or kept on its own, one for each sequence that was reordered or composed.
 * Bytes that are no UTF-8 are copied and join with nothing. Linear. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unicode_normalize(const tkz__unicode_target *target, const char *text,
                                              size_t size, tkz__edit *edit, tkz_error *error);

/* The same two as functions of a kind; kind->data is a tkz__unicode_target. */
size_t tkz__unicode_step_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__unicode_step_run(const tkz__normal_step *step, const char *text,
                                             size_t size, tkz__edit *edit, tkz_error *error);

#endif
