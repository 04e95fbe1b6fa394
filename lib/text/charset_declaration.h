/* SPDX-License-Identifier: Apache-2.0
 *
 * What a document says of its own charset. Leans on charset_names.
 */
#ifndef TKZ_TEXT_CHARSET_DECLARATION_H
#define TKZ_TEXT_CHARSET_DECLARATION_H

#include <stdint.h>

#include "text/charset_names.h"

/* The charset that a byte order mark stands for, and its length; NONE and 0 without one. */
tkz__charset tkz__charset_by_mark(const uint8_t *data, size_t size, size_t *mark_size);

/* The charset of the first <meta charset>, <meta http-equiv> or XML declaration in the first 4 KiB
 * whose label is known; NONE without one. Comments are skipped. */
tkz__charset tkz__charset_by_declaration(const uint8_t *data, size_t size);

#endif
