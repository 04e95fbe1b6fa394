/* SPDX-License-Identifier: Apache-2.0
 *
 * Which scripts a text is written in: characters by script, Unicode 16.0. Leans on char_class.
 */
#ifndef TKZ_PIPELINE_SCRIPT_MIX_H
#define TKZ_PIPELINE_SCRIPT_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character belongs to the first of these that fits. */
typedef enum tkz__script_part {
    TKZ__PART_HIRAGANA, /* scripts, letters or not */
    TKZ__PART_KATAKANA,
    TKZ__PART_HAN,
    TKZ__PART_LATIN,
    TKZ__PART_HANGUL,
    TKZ__PART_CYRILLIC,
    TKZ__PART_GREEK,
    TKZ__PART_OTHER_LETTER, /* general category L* or M* of any other script */
    TKZ__PART_NUMBER,       /* N* */
    TKZ__PART_EMOJI,
    TKZ__PART_PUNCTUATION,  /* P* */
    TKZ__PART_SYMBOL,       /* S* */
    TKZ__PART_WHITE_SPACE,
    TKZ__PART_OTHER,        /* control characters, private use, unassigned */
    TKZ__SCRIPT_PARTS
} tkz__script_part;

extern const char *const tkz__script_part_names[TKZ__SCRIPT_PARTS];

enum { TKZ__SCRIPT_PLANE = 65536 };

/* The part of each character of the first plane. Immutable once made; any thread. */
typedef struct tkz__script_table {
    uint8_t parts[TKZ__SCRIPT_PLANE];
} tkz__script_table;

void tkz__script_table_init(tkz__script_table *table);

/* Adds to `counts` the characters of `text` (`size` bytes of UTF-8), and returns how many there are. */
uint64_t tkz__script_mix_add(const tkz__script_table *table, const char *text, size_t size,
                             uint64_t counts[TKZ__SCRIPT_PARTS]);

#endif
