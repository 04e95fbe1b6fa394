/* SPDX-License-Identifier: Apache-2.0
 *
 * Lower case of a word, as str.lower of Python has it: character by character, but for the sigma at its
 * end. Leans on the class tables and lowercase of text.
 */
#ifndef TKZ_SUBWORD_SPLIT_LOWERCASE_H
#define TKZ_SUBWORD_SPLIT_LOWERCASE_H

#include <stddef.h>
#include <stdint.h>

enum { TKZ__SPLIT_LOWERCASE_MOST = 8 /* bytes that a character becomes */ };

/* What `character`, which stands at byte `at` of a word and has `length` bytes there, becomes; 0: it
 * stays. `target` has room for TKZ__SPLIT_LOWERCASE_MOST bytes. */
size_t tkz__split_lowercase(const char *word, size_t size, size_t at, size_t length,
                            uint32_t character, char *target);

#endif
