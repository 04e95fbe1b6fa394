/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences by the default rules of UAX #29, which know nothing of a language.
 * Leans on the class tables.
 */
#ifndef TKZ_TEXT_SENTENCE_BREAK_H
#define TKZ_TEXT_SENTENCE_BREAK_H

#include <stddef.h>

#include "text/char_class.h"

/* Length in bytes of the first sentence of `text`, with the white space that follows it, by the
 * rules of UAX #29 (those of 15.0 to 17.0 are the same) and the classes of the table; 0 only for
 * size 0. A byte that is no UTF-8 is of class Other. Call it on a text's start or on a sentence's
 * end: all ends together take linear time, though a full stop makes it read on as far as the next
 * letter, full stop or line break. Any thread. */
size_t tkz__sentence_next(const tkz__class_table *table, const char *text, size_t size);

#endif
