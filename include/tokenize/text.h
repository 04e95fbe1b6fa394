/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 and the classes of characters.
 */
#ifndef TOKENIZE_TEXT_H
#define TOKENIZE_TEXT_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Length in bytes of the longest valid UTF-8 prefix of `text` (`size` bytes): no overlong forms, no
 * surrogates, nothing above U+10FFFF. Equal to `size` exactly when all of it is valid; never reads
 * behind `size`. Any thread. */
TKZ_API size_t tkz_utf8_valid_prefix(const char *text, size_t size);

/* Number of characters (Unicode scalar values) in valid UTF-8. Any thread. */
TKZ_API uint64_t tkz_utf8_count(const char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_TEXT_H */
