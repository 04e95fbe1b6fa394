/* SPDX-License-Identifier: Apache-2.0
 *
 * neologdn.shorten_repeat of the PyPI package neologdn 0.5.6. Leans on edit.
 */
#ifndef TKZ_TEXT_NEOLOGDN_REPEAT_H
#define TKZ_TEXT_NEOLOGDN_REPEAT_H

#include "text/edit.h"

/* Longest substring that may be asked for. The time is that of (size of the text) times (longest
 * substring), which is why the reference's 0 for "no limit" is not among them. */
enum { TKZ__NEOLOGDN_SUBSTRING_LIMIT = 255 };

/* Appends `text`, in which every run of more than `kept` (at least 1) copies of a substring of up to
 * `longest` (1..TKZ__NEOLOGDN_SUBSTRING_LIMIT) characters is cut down to `kept` copies, as the
 * reference does it: from left to right, shorter substrings first. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__neologdn_shorten_repeat(const char *text, size_t size, uint64_t kept,
                                                    size_t longest, tkz__edit *edit,
                                                    tkz_error *error);

#endif
