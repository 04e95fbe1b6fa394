/* SPDX-License-Identifier: Apache-2.0
 *
 * The data behind the rules of sentencepiece, as lib/text/generate_spm_rules.py
 * writes it: Unicode 17.0.0. Leans on nothing.
 */
#ifndef TKZ_TEXT_SPM_RULES_TABLE_H
#define TKZ_TEXT_SPM_RULES_TABLE_H

#include <stdint.h>

/* Two stages of 64 characters; behind the last block nothing is mapped. */
#define TKZ__SPM_BLOCK_SHIFT 6
#define TKZ__SPM_BLOCK_COUNT 3049

/* An entry: flags, and where in tkz__spm_texts the replacement is (0: there is none). */
#define TKZ__SPM_LATER 0x8000u /* what it becomes may be the second or a later one of a sequence */
#define TKZ__SPM_FOLDS 0x4000u /* the character itself is changed by simple case folding */
#define TKZ__SPM_TEXT 0x3FFFu

/* second, and first where it has not the mark, are what NFKD makes of a character each; a first with
 * the mark is a composite of the characters before, which the same character standing in the text
 * is not: "a" and two marks are a rule, U+1EA1 and the second mark are none. Ascending. */
#define TKZ__SPM_COMPOSITE 0x80000000u
typedef struct tkz__spm_pair {
    uint32_t first;
    uint32_t second;
    uint32_t composite;
} tkz__spm_pair;

/* first, first + step ... first + size fold to themselves + difference. Ascending. */
typedef struct tkz__spm_fold {
    uint32_t first;
    uint16_t size;
    uint16_t step;
    int32_t difference;
} tkz__spm_fold;

#define TKZ__SPM_PAIR_COUNT 949
#define TKZ__SPM_FOLD_COUNT 209

extern const uint8_t tkz__spm_blocks[TKZ__SPM_BLOCK_COUNT];
extern const uint16_t tkz__spm_entries[];
extern const uint8_t tkz__spm_texts[]; /* each: its length in bytes, its bytes */
extern const tkz__spm_pair tkz__spm_pairs[TKZ__SPM_PAIR_COUNT];
extern const tkz__spm_fold tkz__spm_folds[TKZ__SPM_FOLD_COUNT];

#endif
