/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules of sentencepiece have for one character, for spm_rules only. Leans on
 * spm_rules_table.
 */
#ifndef TKZ_TEXT_SPM_RULES_ENTRY_H
#define TKZ_TEXT_SPM_RULES_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "text/spm_rules_table.h"

static inline uint16_t tkz__spm_entry(uint32_t character)
{
    uint32_t block = character >> TKZ__SPM_BLOCK_SHIFT;
    if (block >= TKZ__SPM_BLOCK_COUNT)
        return 0;
    uint32_t within = character & ((1u << TKZ__SPM_BLOCK_SHIFT) - 1);
    return tkz__spm_entries[(uint32_t)tkz__spm_blocks[block] << TKZ__SPM_BLOCK_SHIFT | within];
}

/* The additions of nmt (sentencepiece, src/builder.cc, MergeNmtMap): a blank or nothing. */
static inline bool tkz__spm_nmt_replaces(uint32_t character, size_t *size)
{
    *size = 1;
    switch (character) {
    case 0x09: case 0x0A: case 0x0C: case 0x0D: /* tab and line breaks */
    case 0x061C: case 0x200E: case 0x200F:      /* marks of direction */
    case 0x1680: case 0x2028: case 0x2029:      /* ogham space, separators */
    case 0x200B: case 0x200C: case 0xFEFF:      /* without width; U+200D is kept */
    case 0x2581: case 0xFFFD:
        return true;
    default:
        *size = 0;
        return (character >= 0x01 && character < 0x20) || character == 0x7F ||
               character == 0x8F || character == 0x9F;
    }
}

#endif
