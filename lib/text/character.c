/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of one character, for people and for programs that look at few.
 * Leans on the class tables.
 */
#include <string.h>

#include "core/error.h"
#include "text/char_class.h"
#include "tokenize/text.h"

/* The newest version there is. */
#define TABLE (&tkz__class_table_17_0)

/* Our flags and the public ones. */
static const struct {
    uint32_t internal;
    uint32_t public;
} flag_pairs[] = {
    {TKZ__CHAR_WHITE_SPACE, TKZ_CHARACTER_WHITE_SPACE},
    {TKZ__CHAR_WORD, TKZ_CHARACTER_WORD},
    {TKZ__CHAR_HIRAGANA, TKZ_CHARACTER_HIRAGANA},
    {TKZ__CHAR_KATAKANA, TKZ_CHARACTER_KATAKANA},
    {TKZ__CHAR_HAN, TKZ_CHARACTER_HAN},
    {TKZ__CHAR_HALF_WIDTH, TKZ_CHARACTER_HALF_WIDTH},
    {TKZ__CHAR_FULL_WIDTH, TKZ_CHARACTER_FULL_WIDTH},
    {TKZ__CHAR_EXTENSION, TKZ_CHARACTER_EXTENSION},
    {TKZ__CHAR_COMPATIBILITY_IDEOGRAPH, TKZ_CHARACTER_COMPATIBILITY_IDEOGRAPH},
    {TKZ__CHAR_EMOJI, TKZ_CHARACTER_EMOJI},
    {TKZ__CHAR_VARIATION_SELECTOR, TKZ_CHARACTER_VARIATION_SELECTOR},
    {TKZ__CHAR_DEFAULT_IGNORABLE, TKZ_CHARACTER_DEFAULT_IGNORABLE},
    {TKZ__CHAR_PRIVATE_USE, TKZ_CHARACTER_PRIVATE_USE},
    {TKZ__CHAR_NONCHARACTER, TKZ_CHARACTER_NONCHARACTER},
};

static uint32_t public_flags(uint32_t internal)
{
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof flag_pairs / sizeof flag_pairs[0]; i++) {
        if (internal & flag_pairs[i].internal)
            flags |= flag_pairs[i].public;
    }
    return flags;
}

/* Columns as terminals take them: none for what adds to the character before or controls, two for
 * what is wide, one for all else, the ambiguous among it. */
static uint32_t columns_of(uint32_t code_point, uint32_t flags, const tkz__class_record *record)
{
    switch (record->category) {
    case TKZ__CATEGORY_MN:
    case TKZ__CATEGORY_ME:
    case TKZ__CATEGORY_CC:
    case TKZ__CATEGORY_ZL:
    case TKZ__CATEGORY_ZP:
        return 0;
    case TKZ__CATEGORY_CF:
        /* Shown where a line breaks at it; the others that are not ignorable (Arabic number signs,
         * interlinear annotation) are shown always. */
        return code_point == 0xAD || (flags & TKZ__CHAR_DEFAULT_IGNORABLE) == 0 ? 1 : 0;
    default:
        break;
    }
    /* Vowels and final consonants join the leading one, which is wide. */
    if (record->grapheme == TKZ__GRAPHEME_V || record->grapheme == TKZ__GRAPHEME_T)
        return 0;
    if ((flags & TKZ__CHAR_DEFAULT_IGNORABLE) != 0 && code_point != 0x3164 && code_point != 0x115F)
        return record->width == TKZ__WIDTH_HALF ? 1 : 0;
    return record->width == TKZ__WIDTH_WIDE || record->width == TKZ__WIDTH_FULL ? 2 : 1;
}

tkz_status tkz_character_describe(uint32_t code_point, tkz_character *character, tkz_error *error)
{
    tkz_error_clear(error);
    if (code_point > 0x10FFFF || character == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "0x%X is no code point, or there is nowhere to describe it",
                              (unsigned)code_point);
    uint32_t flags = tkz__char_flags(TABLE, code_point);
    const tkz__class_record *record = tkz__char_record(TABLE, code_point);
    memset(character, 0, sizeof *character);
    character->code_point = code_point;
    character->flags = public_flags(flags);
    memcpy(character->category, tkz__category_names[record->category],
           sizeof tkz__category_names[0]);
    memcpy(character->script, tkz__script_codes[record->script], sizeof tkz__script_codes[0]);
    memcpy(character->width, tkz__width_names[record->width], sizeof tkz__width_names[0]);
    memcpy(character->age, tkz__ages[record->age], sizeof tkz__ages[0]);
    character->columns = columns_of(code_point, flags, record);
    character->unicode_version = TABLE->unicode_version;
    return TKZ_OK;
}
