/* SPDX-License-Identifier: Apache-2.0
 *
 * The definition of each flag, the table made from it, and the count. Leans on char_class.
 */
#include "clean/character_kinds.h"

#include <string.h>

#include "text/char_class.h"

_Static_assert(TKZ__KINDS <= 32, "flags fit in 32 bits");

/* ---- Definitions --------------------------------------------------------- */

static bool between(uint32_t character, uint32_t first, uint32_t last)
{
    return character - first <= last - first;
}

/* Signs of Japanese text that are neither kana nor kanji by script: whatever else is assigned from
 * U+3001 to U+30FF (、。「」〜〒〆・゛ and the combining voiced marks), and the full-width and
 * half-width punctuation and symbols from U+FF01 to U+FF65 (！（），．：？～｡｢｣､･). Full-width Latin
 * letters and digits are not Japanese; Swallow does not count them either. */
static bool is_japanese_sign(uint32_t character, uint32_t flags)
{
    const uint32_t by_script = TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN;
    if (between(character, 0x3001, 0x30FF))
        return (flags & (by_script | TKZ__CHAR_CONTROL)) == 0;
    return between(character, 0xFF01, 0xFF65) &&
           (flags & (TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL)) != 0;
}

static bool is_swallow_kanji(uint32_t character)
{
    return character == 0x3005 || character == 0x3007 || character == 0x303B ||
           between(character, 0x3400, 0x9FFF) || between(character, 0xF900, 0xFAFF);
}

static bool is_kuten(uint32_t character)
{
    return character == 0x3002 || character == 0xFF0E || character == 0xFF01 ||
           character == 0xFF1F;
}

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* Sets of characters of the references, in ascending order. */
static const range special_characters[] = {
#include "clean/special_characters.inc"
};
static const range datatrove_symbols[] = {
#include "clean/datatrove_symbols.inc"
};
static const range datatrove_terminals[] = {
#include "clean/datatrove_terminals.inc"
};

static bool is_among(uint32_t character, const range *ranges, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (character > ranges[middle].last)
            low = middle + 1;
        else if (character < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

#define IS_AMONG(character, ranges) is_among(character, ranges, sizeof ranges / sizeof ranges[0])

/* コメント SOLD OUT レビュー 投稿 ページ ( 質問 楽天市場 - */
static const range board_marks[] = {{'(', '('},       {'-', '-'},       {'S', 'S'},       {0x30B3, 0x30B3}, {0x30DA, 0x30DA},
                                    {0x30EC, 0x30EC}, {0x6295, 0x6295}, {0x697D, 0x697D}, {0x8CEA, 0x8CEA}};

static uint32_t flag(bool set, int kind)
{
    return (uint32_t)set << kind;
}

static uint32_t unicode_flags(uint32_t character)
{
    uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
    uint32_t category = tkz__char_record(&tkz__class_table_16_0, character)->category;
    const char *script =
        tkz__script_codes[tkz__char_record(&tkz__class_table_16_0, character)->script];
    bool foreign = (flags & TKZ__CHAR_LETTER) != 0 &&
                   (flags & (TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN)) == 0 &&
                   strcmp(script, "Latn") != 0 && strcmp(script, "Zyyy") != 0;
    bool line = character == '\t' || character == '\n' || character == '\r';
    return flag((flags & TKZ__CHAR_WHITE_SPACE) != 0, TKZ__KIND_WHITE_SPACE) |
           flag((flags & TKZ__CHAR_PUNCTUATION) != 0, TKZ__KIND_PUNCTUATION) |
           flag((flags & TKZ__CHAR_SYMBOL) != 0, TKZ__KIND_SYMBOL) |
           flag((flags & TKZ__CHAR_HIRAGANA) != 0, TKZ__KIND_HIRAGANA) |
           flag((flags & TKZ__CHAR_KATAKANA) != 0, TKZ__KIND_KATAKANA) |
           flag((flags & TKZ__CHAR_HAN) != 0, TKZ__KIND_HAN) |
           flag(is_japanese_sign(character, flags), TKZ__KIND_JAPANESE_SIGN) |
           flag((flags & TKZ__CHAR_LETTER) != 0, TKZ__KIND_LETTER) |
           flag((flags & TKZ__CHAR_NUMBER) != 0, TKZ__KIND_NUMBER) |
           flag(category == TKZ__CATEGORY_CC && !line, TKZ__KIND_CONTROL) |
           flag(foreign, TKZ__KIND_FOREIGN_LETTER) |
           flag(category == TKZ__CATEGORY_ND, TKZ__KIND_DECIMAL_DIGIT) |
           flag((flags & TKZ__CHAR_PRIVATE_USE) != 0, TKZ__KIND_PRIVATE_USE);
}

uint32_t tkz__character_kind(uint32_t character)
{
    bool kuten = is_kuten(character);
    return unicode_flags(character) |
           flag(character == 0xFFFD, TKZ__KIND_REPLACEMENT) |
           flag(between(character, 0x3041, 0x3096), TKZ__KIND_SWALLOW_HIRAGANA) |
           flag(between(character, 0x30A1, 0x30FA), TKZ__KIND_SWALLOW_KATAKANA) |
           flag(is_swallow_kanji(character), TKZ__KIND_SWALLOW_KANJI) |
           flag(between(character, 0x20000, 0x3FFFF), TKZ__KIND_SWALLOW_KANJI_BEYOND) |
           flag(kuten, TKZ__KIND_SWALLOW_KUTEN) |
           flag(character == 0x3001 || character == 0xFF0C, TKZ__KIND_SWALLOW_TOTEN) |
           flag(kuten || character == '!' || character == '?', TKZ__KIND_SENTENCE_END) |
           flag(character == '\n', TKZ__KIND_LINE_FEED) |
           flag(character == 0x3002, TKZ__KIND_MARU) |
           flag(IS_AMONG(character, board_marks), TKZ__KIND_BOARD) |
           flag(IS_AMONG(character, special_characters), TKZ__KIND_HOJICHAR_SPECIAL) |
           flag(IS_AMONG(character, datatrove_symbols), TKZ__KIND_DATATROVE_SYMBOL) |
           flag(IS_AMONG(character, datatrove_terminals), TKZ__KIND_DATATROVE_TERMINAL) |
           flag(between(character, 0xFF61, 0xFF9F), TKZ__KIND_HALF_WIDTH_KANA);
}

/* ---- The table ----------------------------------------------------------- */

/* The definition asks of a character its record of Unicode and whether it lies in one of these ranges, or of the sets above;
 * so neighbours of one record are of one kind where none of them begins or ends. */
static const range other_ranges[] = {
    {'\t', '\n'},     {'\n', '\n'},     {'\r', '\r'},     {'!', '!'},       {'?', '?'},       {0x3001, 0x30FF},
    {0x3001, 0x3001}, {0x3002, 0x3002}, {0x3005, 0x3005}, {0x3007, 0x3007}, {0x303B, 0x303B}, {0x3041, 0x3096},
    {0x30A1, 0x30FA}, {0x3400, 0x9FFF}, {0xF900, 0xFAFF}, {0xFF01, 0xFF65}, {0xFF01, 0xFF01}, {0xFF0C, 0xFF0C},
    {0xFF0E, 0xFF0E}, {0xFF1F, 0xFF1F}, {0xFF61, 0xFF9F}, {0xFFFD, 0xFFFD}};

enum { BITS = 64 };

static void mark_borders(uint64_t borders[TKZ__KIND_PLANE / BITS], const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t places[] = {ranges[i].first, ranges[i].last + 1};
        for (size_t side = 0; side < 2; side++)
            if (places[side] < TKZ__KIND_PLANE)
                borders[places[side] / BITS] |= UINT64_C(1) << places[side] % BITS;
    }
}

#define MARK_BORDERS(borders, ranges) mark_borders(borders, ranges, sizeof ranges / sizeof ranges[0])

/* The number of a set of flags; TKZ__KIND_NUMBERS: there are too many. */
static uint32_t number_of(tkz__character_kinds *kinds, uint32_t flags)
{
    uint32_t number = 0;
    while (number < kinds->count && kinds->flags[number] != flags)
        number++;
    if (number == kinds->count && number < TKZ__KIND_NUMBERS)
        kinds->flags[kinds->count++] = flags;
    return number;
}

/* To ask the definition of each character took a fifth of the time of a command with a small file. */
bool tkz__character_kinds_init(tkz__character_kinds *kinds)
{
    uint64_t borders[TKZ__KIND_PLANE / BITS] = {1};
    uint32_t number = 0, before = 0;
    memset(kinds, 0, sizeof *kinds);
    MARK_BORDERS(borders, special_characters);
    MARK_BORDERS(borders, datatrove_symbols);
    MARK_BORDERS(borders, datatrove_terminals);
    MARK_BORDERS(borders, board_marks);
    MARK_BORDERS(borders, other_ranges);
    for (uint32_t character = 0; character < TKZ__KIND_PLANE; character++) {
        uint32_t record = tkz__char_number(&tkz__class_table_16_0, character);
        if ((borders[character / BITS] >> character % BITS & 1) != 0 || record != before)
            number = number_of(kinds, tkz__character_kind(character));
        if (number == TKZ__KIND_NUMBERS)
            return false;
        kinds->number[character] = (uint8_t)number;
        before = record;
    }
    return true;
}

/* Four histograms side by side: a count that was just stepped need not be waited for when the next
 * character is of the same kind, as in Japanese it mostly is. */
enum { SIDES = 4 };

static void count_beyond(uint32_t character, uint64_t counts[TKZ__KINDS])
{
    for (uint32_t flags = tkz__character_kind(character); flags != 0; flags &= flags - 1)
        counts[__builtin_ctz(flags)]++;
}

void tkz__character_kinds_count(const tkz__character_kinds *kinds, const uint32_t *characters,
                                size_t count, uint64_t counts[TKZ__KINDS])
{
    uint32_t histogram[SIDES][TKZ__KIND_NUMBERS];
    for (int side = 0; side < SIDES; side++)
        memset(histogram[side], 0, kinds->count * sizeof histogram[side][0]);
    for (size_t i = 0; i < count; i++) {
        if (__builtin_expect(characters[i] < TKZ__KIND_PLANE, 1))
            histogram[i % SIDES][kinds->number[characters[i]]]++;
        else
            count_beyond(characters[i], counts);
    }
    for (uint32_t number = 0; number < kinds->count; number++) {
        uint64_t sum = 0;
        for (int side = 0; side < SIDES; side++)
            sum += histogram[side][number];
        if (sum == 0)
            continue;
        for (uint32_t flags = kinds->flags[number]; flags != 0; flags &= flags - 1)
            counts[__builtin_ctz(flags)] += sum;
    }
}
