/* SPDX-License-Identifier: Apache-2.0
 *
 * The one pass that counts. Leans on utf8 and the class tables of lib/text.
 */
#include "clean/measures.h"

#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* What is counted: seven neighbouring flags of lib/text/char_class.h; the flag of marks, which
 * nobody asks for, makes room for the Japanese signs. Seven, because so many counters of a byte
 * each can be stepped by one multiplication, see spread(). */
enum {
    FIRST_FLAG = TKZ__CHAR_WHITE_SPACE,
    JAPANESE_SIGN = TKZ__CHAR_MARK,
    COUNTED = TKZ__CHAR_WHITE_SPACE | TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL |
              TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN,
    LANES = 7,
    CHARACTERS_PER_FLUSH = 255 /* what a byte can hold */
};
_Static_assert((COUNTED | JAPANESE_SIGN) == FIRST_FLAG * ((1 << LANES) - 1), "seven neighbours");

/* Signs of Japanese text that are neither kana nor kanji by script: whatever else is assigned from
 * U+3001 to U+30FF (、。「」〜〒〆・゛ and the combining voiced marks), and the full-width and
 * half-width punctuation and symbols from U+FF01 to U+FF65 (！（），．：？～｡｢｣､･). Full-width Latin
 * letters and digits are not Japanese; swallow-corpus does not count them either. */
static inline uint32_t is_japanese_sign(uint32_t character, uint32_t flags)
{
    const uint32_t by_script = TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN;
    uint32_t kana_block = (character - 0x3001 <= 0x30FF - 0x3001) &
                          ((flags & (by_script | TKZ__CHAR_CONTROL)) == 0);
    uint32_t width_block = (character - 0xFF01 <= 0xFF65 - 0xFF01) &
                           ((flags & (TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL)) != 0);
    return kana_block | width_block;
}

/* Puts each of seven bits into a byte of its own: bit i of the copy that is shifted by 7 * i lands
 * at 8 * i, and the copies do not overlap. */
static inline uint64_t spread(uint32_t bits)
{
    return bits * UINT64_C(0x0002040810204081) & UINT64_C(0x0001010101010101);
}

static void add_lanes(uint64_t *counts, uint64_t lanes)
{
    for (int lane = 0; lane < LANES; lane++)
        counts[lane] += lanes >> (8 * lane) & 0xFF;
}

/* Counts flags; returns the size, or the offset of the first invalid byte. */
static size_t count_flags(const char *text, size_t size, uint64_t *characters,
                          uint64_t counts[LANES])
{
    const tkz__class_table *table = &tkz__class_table_16_0;
    size_t at = 0;

    while (at < size) {
        uint64_t lanes = 0;
        uint32_t count = 0;
        for (; count < CHARACTERS_PER_FLUSH && at < size; count++) {
            uint32_t character;
            size_t length = tkz__utf8_next(text + at, size - at, &character);
            if (character == TKZ__UTF8_INVALID)
                return at;
            uint32_t flags = tkz__char_flags(table, character);
            lanes += spread(((flags & COUNTED) |
                             is_japanese_sign(character, flags) * JAPANESE_SIGN) /
                            FIRST_FLAG);
            at += length;
        }
        add_lanes(counts, lanes);
        *characters += count;
    }
    return at;
}

static uint64_t count_of(const uint64_t counts[LANES], uint32_t flag)
{
    return counts[__builtin_ctz(flag / FIRST_FLAG)];
}

tkz_status tkz__measure(tkz__measures *measures, uint32_t wanted, const char *text, size_t size,
                        tkz_error *error)
{
    size_t valid;

    *measures = (tkz__measures){0};
    if (wanted & TKZ__MEASURE_CLASSES) {
        uint64_t counts[LANES] = {0};
        valid = count_flags(text, size, &measures->characters, counts);
        measures->white_space = count_of(counts, TKZ__CHAR_WHITE_SPACE);
        measures->punctuation = count_of(counts, TKZ__CHAR_PUNCTUATION);
        measures->symbols = count_of(counts, TKZ__CHAR_SYMBOL);
        measures->hiragana = count_of(counts, TKZ__CHAR_HIRAGANA);
        measures->katakana = count_of(counts, TKZ__CHAR_KATAKANA);
        measures->kanji = count_of(counts, TKZ__CHAR_HAN);
        measures->japanese_signs = count_of(counts, JAPANESE_SIGN);
    } else {
        valid = tkz_utf8_valid_prefix(text, size);
        if (wanted & TKZ__MEASURE_LENGTH)
            measures->characters = tkz_utf8_count(text, valid);
    }
    if (valid < size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, NULL, valid,
                              "the text is not valid UTF-8 from byte %zu on", valid);
    return TKZ_OK;
}
