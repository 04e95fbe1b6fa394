/* SPDX-License-Identifier: Apache-2.0
 *
 * The named rules of sentencepiece without its compiled maps: those hold 225,276
 * keys, nearly all of them products (every way to write each character of a sequence
 * that composes: half-width, full-width, mathematical ...). Here the parts are looked
 * up and composed. Leans on spm_rules_entry and utf8.
 */
#include "text/spm_rules.h"

#include <string.h>

#include "text/spm_rules_entry.h"
#include "text/utf8.h"

uint32_t tkz__simple_fold(uint32_t character)
{
    size_t low = 0, high = TKZ__SPM_FOLD_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tkz__spm_folds[middle].first <= character)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return character;
    const tkz__spm_fold *range = &tkz__spm_folds[low - 1];
    uint32_t distance = character - range->first;
    if (distance > range->size || distance % range->step != 0)
        return character;
    return (uint32_t)((int32_t)character + range->difference);
}

static void fold_piece(tkz__spm_piece *piece)
{
    size_t size = 0;
    for (size_t at = 0; at < piece->size;) {
        uint32_t character;
        char folded[4];
        at += tkz__utf8_next(piece->text + at, piece->size - at, &character);
        size_t length = tkz__utf8_encode(tkz__simple_fold(character), folded);
        if (size + length > sizeof piece->room)
            break;
        memcpy(piece->room + size, folded, length);
        size += length;
    }
    piece->text = piece->room;
    piece->size = size;
}

static void replacement_of(uint16_t entry, tkz__spm_piece *piece)
{
    const uint8_t *record = tkz__spm_texts + (entry & TKZ__SPM_TEXT);
    piece->text = (const char *)record + 1;
    piece->size = record[0];
}

/* The one character that NFKC makes of `character`, as far as sequences care. */
static uint32_t part_of(uint32_t character, uint16_t entry)
{
    tkz__spm_piece piece;
    if ((entry & TKZ__SPM_TEXT) == 0)
        return character;
    replacement_of(entry, &piece);
    uint32_t part;
    return tkz__utf8_next(piece.text, piece.size, &part) == piece.size ? part : UINT32_MAX;
}

/* The composite of what there is and one more character; 0: none. Hangul by arithmetic (The Unicode
 * Standard, 3.12); only syllables made on the way take a final consonant. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    if (first - 0x1100 < 19 && second - 0x1161 < 21)
        return TKZ__SPM_COMPOSITE | (0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28);
    uint32_t syllable = first - (TKZ__SPM_COMPOSITE | 0xAC00);
    if (syllable < 11172)
        return syllable % 28 == 0 && second - 0x11A8 < 27 ? first + second - 0x11A7 : 0;
    size_t low = 0, high = TKZ__SPM_PAIR_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const tkz__spm_pair *pair = &tkz__spm_pairs[middle];
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    const tkz__spm_pair *pair = &tkz__spm_pairs[low];
    if (low == TKZ__SPM_PAIR_COUNT || pair->first != first || pair->second != second)
        return 0;
    return TKZ__SPM_COMPOSITE | pair->composite;
}

/* Follows a sequence that began with `state`, of `length` bytes, and takes up to `limit` steps.
 * Every beginning of a rule is a rule, so the longest is where it ends. Returns bytes taken. */
static size_t follow(uint32_t state, const char *text, size_t size, size_t length, size_t limit,
                     tkz__spm_piece *piece)
{
    size_t taken = 0;
    for (; limit > 0 && length < size; limit--) {
        uint32_t character;
        size_t step = tkz__utf8_next(text + length, size - length, &character);
        if (character == TKZ__UTF8_INVALID)
            break;
        uint16_t entry = tkz__spm_entry(character);
        if ((entry & TKZ__SPM_LATER) == 0)
            break;
        uint32_t next = compose(state, part_of(character, entry));
        if (next == 0)
            break;
        state = next;
        length += step;
        taken = length;
    }
    if (taken != 0) {
        piece->text = piece->room;
        piece->size = tkz__utf8_encode(state & ~TKZ__SPM_COMPOSITE, piece->room);
    }
    return taken;
}

/* The rule for a single character; false: it has none. */
static bool single_rule(const tkz__spm_rules *rules, uint32_t character, uint16_t entry,
                        tkz__spm_piece *piece)
{
    if (rules->nmt) {
        if (tkz__spm_nmt_replaces(character, &piece->size)) {
            piece->text = " ";
            return true;
        }
        if (character == 0xFF5E)
            return false;
    }
    if (rules->maps && (entry & TKZ__SPM_TEXT) != 0) {
        replacement_of(entry, piece);
        if (rules->folds)
            fold_piece(piece);
        return true;
    }
    if (!rules->folds || (entry & TKZ__SPM_FOLDS) == 0)
        return false;
    piece->text = piece->room;
    piece->size = tkz__utf8_encode(tkz__simple_fold(character), piece->room);
    return true;
}

size_t tkz__spm_rules_match(const tkz__spm_rules *rules, const char *text, size_t size,
                            tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    if (character == TKZ__UTF8_INVALID) {
        piece->text = "\xEF\xBF\xBD";
        piece->size = 3;
        return 1;
    }
    uint16_t entry = tkz__spm_entry(character);
    if (rules->maps) {
        size_t taken = follow(part_of(character, entry), text, size, length, SIZE_MAX, piece);
        if (taken != 0) {
            if (rules->folds)
                fold_piece(piece);
            return taken;
        }
    }
    if (!single_rule(rules, character, entry, piece)) {
        piece->text = text;
        piece->size = length;
    }
    return length;
}

size_t tkz__spm_rules_match_shortest(const tkz__spm_rules *rules, const char *text, size_t size,
                                     tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    if (character == TKZ__UTF8_INVALID)
        return 0;
    uint16_t entry = tkz__spm_entry(character);
    if (single_rule(rules, character, entry, piece))
        return length;
    if (!rules->maps)
        return 0;
    size_t taken = follow(part_of(character, entry), text, size, length, 1, piece);
    if (taken != 0 && rules->folds)
        fold_piece(piece);
    return taken;
}
