/* SPDX-License-Identifier: Apache-2.0
 *
 * What the normalisation data says of single characters and pairs.
 * Leans on the table.
 */
#include "text/unicode_normal.h"

#include "text/unicode_normal_record.h"

static tkz__unicode_piece hangul_piece(uint32_t syllable, char *text)
{
    uint32_t letters[3];
    uint32_t count = tkz__hangul_letters(syllable, letters);
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++)
        size += tkz__utf8_encode(letters[i], text + size);
    return (tkz__unicode_piece){text, size};
}

tkz__unicode_piece tkz__unicode_decompose(uint32_t version, uint32_t character, bool compatibility,
                                          char hangul[TKZ__UNICODE_LONGEST])
{
    if (tkz__is_hangul_syllable(character))
        return hangul_piece(character, hangul);
    uint32_t record = tkz__normal_record(version, character);
    uint32_t bits = tkz__normal_bits(record);
    tkz__unicode_form form = compatibility ? TKZ__UNICODE_NFKD : TKZ__UNICODE_NFD;
    if (!tkz__normal_has(bits, TKZ__RECORD_CHANGES + (uint32_t)form))
        return (tkz__unicode_piece){hangul, 0};
    return tkz__normal_result(record, bits, form);
}

bool tkz__unicode_fold(uint32_t version, uint32_t character, tkz__unicode_piece *piece)
{
    uint32_t record = tkz__normal_record(version, character);
    uint32_t bits = tkz__normal_bits(record);
    if (!tkz__normal_has(bits, TKZ__RECORD_CHANGES + TKZ__UNICODE_NFKC_CF))
        return false;
    *piece = tkz__normal_result(record, bits, TKZ__UNICODE_NFKC_CF);
    return true;
}

uint32_t tkz__unicode_combining_class(uint32_t version, uint32_t character)
{
    return tkz__normal_class(tkz__normal_record(version, character));
}

static uint32_t compose_hangul(uint32_t first, uint32_t second)
{
    uint32_t leading = first - TKZ__HANGUL_LEADING;
    uint32_t vowel = second - TKZ__HANGUL_VOWEL;
    uint32_t trailing = second - TKZ__HANGUL_TRAILING;
    uint32_t syllable = first - TKZ__HANGUL_FIRST;
    if (leading < TKZ__HANGUL_LEADING_COUNT && vowel < TKZ__HANGUL_VOWEL_COUNT)
        return TKZ__HANGUL_FIRST +
               (leading * TKZ__HANGUL_VOWEL_COUNT + vowel) * TKZ__HANGUL_TRAILING_COUNT;
    if (syllable < TKZ__HANGUL_COUNT && syllable % TKZ__HANGUL_TRAILING_COUNT == 0 &&
        trailing - 1 < TKZ__HANGUL_TRAILING_COUNT - 1)
        return first + trailing;
    return 0;
}

uint32_t tkz__unicode_compose(uint32_t version, uint32_t first, uint32_t second)
{
    uint32_t syllable = compose_hangul(first, second);
    if (syllable != 0)
        return syllable;
    uint64_t pair = tkz__normal_pairs[tkz__normal_pair_slot(tkz__normal_pair_hash(first, second))];
    uint32_t composite = (uint32_t)(pair >> 42);
    /* An empty slot is 0: the pair U+0000 U+0000 with the composite 0, which says "none". */
    if ((pair & ((UINT64_C(1) << 42) - 1)) != ((uint64_t)first << 21 | second))
        return 0;
    return tkz__normal_record(version, composite) == 0 ? 0 : composite;
}

uint32_t tkz__unicode_age(uint32_t character)
{
    return tkz__normal_records[tkz__normal_record(TKZ__UNICODE_NEWEST, character)] >> 8;
}
