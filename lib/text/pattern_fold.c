/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases of regular expressions: simple case folding, which Rust's library has, and the characters of
 * which full case folding, which Oniguruma has, makes several. Leans on spm_rules and the class tables.
 */
#include "text/char_class.h"
#include "text/pattern_parts.h"
#include "text/spm_rules.h"
#include "text/spm_rules_table.h"

static bool is_assigned(uint32_t character)
{
    return tkz__char_record(&tkz__class_table_16_0, character)->category != TKZ__CATEGORY_CN;
}

/* The foldings at hand are those of 17.0. What was folded before stays so, and a folding that came
 * later came with a new character (Unicode's stability policy), so that both characters being there
 * in 16.0 makes it one of 16.0. */
static bool is_older(uint32_t from, uint32_t to)
{
    return is_assigned(from) && is_assigned(to);
}

uint32_t tkz__pattern_fold(uint32_t character)
{
    uint32_t folded = tkz__simple_fold(character);
    return folded != character && is_older(character, folded) ? folded : character;
}

void tkz__set_fold(tkz__char_set *set)
{
    /* First what others fold to, then those others. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < TKZ__SPM_FOLD_COUNT; i++) {
            const tkz__spm_fold *range = &tkz__spm_folds[i];
            for (uint32_t at = 0; at <= range->size; at += range->step) {
                uint32_t from = range->first + at;
                uint32_t to = (uint32_t)((int32_t)from + range->difference);
                if (!tkz__set_has(set, pass == 0 ? from : to) || !is_older(from, to))
                    continue;
                tkz__set_add(set, pass == 0 ? to : from);
            }
        }
    }
}

/* ---- Foldings to several characters ---------------------------------------- */

/* Characters that CaseFolding.txt has with status F: the same ones in all versions since 5.1. */
static const uint16_t several[][2] = {
    {0x00DF, 0x00DF}, {0x0130, 0x0130}, {0x0149, 0x0149}, {0x01F0, 0x01F0}, {0x0390, 0x0390},
    {0x03B0, 0x03B0}, {0x0587, 0x0587}, {0x1E96, 0x1E9A}, {0x1E9E, 0x1E9E}, {0x1F50, 0x1F50},
    {0x1F52, 0x1F52}, {0x1F54, 0x1F54}, {0x1F56, 0x1F56}, {0x1F80, 0x1FAF}, {0x1FB2, 0x1FB4},
    {0x1FB6, 0x1FB7}, {0x1FBC, 0x1FBC}, {0x1FC2, 0x1FC4}, {0x1FC6, 0x1FC7}, {0x1FCC, 0x1FCC},
    {0x1FD2, 0x1FD3}, {0x1FD6, 0x1FD7}, {0x1FE2, 0x1FE4}, {0x1FE6, 0x1FE7}, {0x1FF2, 0x1FF4},
    {0x1FF6, 0x1FF7}, {0x1FFC, 0x1FFC}, {0xFB00, 0xFB06}, {0xFB13, 0xFB17},
};

/* The first two characters of what they fold to. */
static const uint16_t pairs[][2] = {
    {0x0061, 0x02BE}, {0x0066, 0x0066}, {0x0066, 0x0069}, {0x0066, 0x006C}, {0x0068, 0x0331},
    {0x0069, 0x0307}, {0x006A, 0x030C}, {0x0073, 0x0073}, {0x0073, 0x0074}, {0x0074, 0x0308},
    {0x0077, 0x030A}, {0x0079, 0x030A}, {0x02BC, 0x006E}, {0x03AC, 0x03B9}, {0x03AE, 0x03B9},
    {0x03B1, 0x0342}, {0x03B1, 0x03B9}, {0x03B7, 0x0342}, {0x03B7, 0x03B9}, {0x03B9, 0x0308},
    {0x03B9, 0x0342}, {0x03C1, 0x0313}, {0x03C5, 0x0308}, {0x03C5, 0x0313}, {0x03C5, 0x0342},
    {0x03C9, 0x0342}, {0x03C9, 0x03B9}, {0x03CE, 0x03B9}, {0x0565, 0x0582}, {0x0574, 0x0565},
    {0x0574, 0x056B}, {0x0574, 0x056D}, {0x0574, 0x0576}, {0x057E, 0x0576}, {0x1F70, 0x03B9},
    {0x1F74, 0x03B9}, {0x1F7C, 0x03B9},
};

bool tkz__folds_to_several(uint32_t character)
{
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        if (character >= several[i][0] && character <= several[i][1])
            return true;
    }
    return false;
}

bool tkz__set_folds_to_several(const tkz__char_set *set)
{
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        for (uint32_t character = several[i][0]; character <= several[i][1]; character++) {
            if (tkz__set_has(set, character))
                return true;
        }
    }
    return false;
}

bool tkz__is_folded_pair(uint32_t first, uint32_t second)
{
    /* Alpha, eta and omega with breathings, and an iota. */
    if (second == 0x03B9 && ((first >= 0x1F00 && first <= 0x1F07) ||
                             (first >= 0x1F20 && first <= 0x1F27) ||
                             (first >= 0x1F60 && first <= 0x1F67)))
        return true;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i][0] == first && pairs[i][1] == second)
            return true;
    }
    return false;
}
