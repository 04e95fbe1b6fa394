/* SPDX-License-Identifier: Apache-2.0
 *
 * What the texts of steps have in common, those of pre-tokenizers and those of decoders: commas between
 * steps, options behind colons, a backslash before a character that is meant as it is. Leans on buffer.
 */
#ifndef TKZ_SUBWORD_STEP_SPELLING_H
#define TKZ_SUBWORD_STEP_SPELLING_H

#include <stdbool.h>

#include "core/buffer.h"

/* A name of an option, and a number that says what it sets; NULL: there is none. */
typedef struct tkz__step_option {
    const char *name;
    int kind;
} tkz__step_option;

/* A place in a text of steps. */
typedef struct tkz__step_cursor {
    const char *what; /* "a decoder": for messages */
    const char *text;
    size_t size;
    size_t at;
    const tkz_allocator *allocator;
    tkz_error *error;
} tkz__step_cursor;

/* BAD_FORMAT, with the place. */
tkz_status tkz__step_malformed(const tkz__step_cursor *cursor, const char *what);

/* Does this name stand at the cursor, up to a comma, colon, equals sign or backslash? */
bool tkz__step_is_named(const tkz__step_cursor *cursor, const char *name);

/* Goes behind ":name=" of one of `count` options that is not in `seen`, and enters it there. Errors:
 * BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__step_read_option(tkz__step_cursor *cursor,
                                             const tkz__step_option *options, size_t count,
                                             uint32_t *seen, int *kind);

/* A value without its backslashes, at most `most` bytes, in memory of size + 1 bytes. Errors: LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__step_read_value(tkz__step_cursor *cursor, size_t most, char **value,
                                            size_t *size);

/* A number of 1 to `most`, which is below 2^28. */
bool tkz__step_read_count(const char *value, uint32_t most, uint32_t *count);

/* Is it one character? */
bool tkz__step_is_character(const char *value, size_t size);

/* Reads all steps, at least one and at most `most`: `read` does one, whose item lies in `items`. *count
 * is how many were begun, after a failure too. Errors: BAD_FORMAT, LIMIT, those of `read`. */
TKZ_CHECKED tkz_status tkz__steps_read(tkz__step_cursor *cursor, size_t most, void *items,
                                       size_t item_size,
                                       tkz_status (*read)(tkz__step_cursor *cursor, void *item),
                                       size_t *count);

/* Appends a value. Errors: UNSUPPORTED (U+0000), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__step_append_value(const char *what, const char *text, size_t size,
                                              tkz__buffer *steps, tkz_error *error);

#endif
