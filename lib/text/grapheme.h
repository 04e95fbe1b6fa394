/* SPDX-License-Identifier: Apache-2.0
 *
 * Extended grapheme clusters, what people call characters. Leans on the class tables.
 */
#ifndef TKZ_TEXT_GRAPHEME_H
#define TKZ_TEXT_GRAPHEME_H

#include <stddef.h>

#include "text/char_class.h"

/* Length in bytes of the first extended grapheme cluster of `text` by the rules of UAX #29 of the
 * table's Unicode version (15.0 or later: older tables have the classes of 15.0); 0 only for
 * size 0. A byte that is no UTF-8 is a cluster. Reads the cluster and one character behind it,
 * nothing before: call it on a text's start or on a cluster's end. Any thread. */
size_t tkz__grapheme_next(const tkz__class_table *table, const char *text, size_t size);

#endif
