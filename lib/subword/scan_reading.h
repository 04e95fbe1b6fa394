/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of bit planes share: the properties of one character and the setting of its
 * bits. Leans on the class tables and the decoder of text.
 */
#ifndef TKZ_SUBWORD_SCAN_READING_H
#define TKZ_SUBWORD_SCAN_READING_H

#include "subword/scan_planes.h"
#include "text/char_class.h"
#include "text/utf8.h"

#define TKZ__PLANE_BIT(plane) (1u << TKZ__PLANE_##plane)

/* The planes up to CJK that a character is in. */
static inline unsigned tkz__scan_flags(tkz__scan_set set, uint32_t character)
{
    uint32_t class = tkz__char_flags(&tkz__class_table_16_0, character);
    unsigned flags = 0;
    if (class & TKZ__CHAR_LETTER)
        flags |= TKZ__PLANE_BIT(LETTER);
    if (class & TKZ__CHAR_NUMBER)
        flags |= TKZ__PLANE_BIT(NUMBER);
    if (class & TKZ__CHAR_WHITE_SPACE)
        flags |= TKZ__PLANE_BIT(SPACE);
    if (set == TKZ__SCAN_SET_DIGITS &&
        (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_NUMBER) != 0)
        flags |= TKZ__PLANE_BIT(NUMBER);
    if (set != TKZ__SCAN_SET_CASES && set != TKZ__SCAN_SET_SIGNS)
        return flags;
    if (class & TKZ__CHAR_MARK)
        flags |= TKZ__PLANE_BIT(MARK);
    if (set == TKZ__SCAN_SET_CASES) {
        if (class & TKZ__CHAR_UPPER)
            flags |= TKZ__PLANE_BIT(UPPER);
        if (class & TKZ__CHAR_LOWER)
            flags |= TKZ__PLANE_BIT(LOWER);
        return flags;
    }
    if (class & (TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL))
        flags |= TKZ__PLANE_BIT(SIGN);
    if (character - 0x3040 < 0xC0 || character - 0x4E00 <= 0x9FA5 - 0x4E00)
        flags |= TKZ__PLANE_BIT(CJK);
    return flags;
}

/* Sets the bits of the character outside ASCII at byte `place` of the block that begins at
 * reader->at, those behind the block in the spill. Returns its length. */
static __attribute__((noinline)) size_t tkz__scan_set_character(tkz__scan_reader *reader, tkz__scan_set set,
                                         size_t place, tkz__scan_planes *block)
{
    size_t at = reader->at + place;
    uint32_t character;
    size_t length = tkz__utf8_next(reader->text + at, reader->size - at, &character);
    if (character == TKZ__UTF8_INVALID)
        return 1;
    uint64_t bytes = (UINT64_C(1) << length) - 1;
    uint64_t here = bytes << place;
    uint64_t there = place + length > TKZ__SCAN_BLOCK ? bytes >> (TKZ__SCAN_BLOCK - place) : 0;
    for (unsigned flags = tkz__scan_flags(set, character); flags != 0; flags &= flags - 1) {
        unsigned plane = (unsigned)__builtin_ctz(flags);
        block->of[plane] |= here;
        reader->spill.of[plane] |= there;
    }
    block->of[TKZ__PLANE_TAIL] |= here & ~(UINT64_C(1) << place);
    reader->spill.of[TKZ__PLANE_TAIL] |= there;
    return length;
}

/* The planes of a block behind the end of the text. */
static inline void tkz__scan_nothing(tkz__scan_planes *block)
{
    *block = (tkz__scan_planes){{0}};
}

/* ---- For readers by vectors ------------------------------------------------ */

/* Where bytes have so many of 80..BF behind them that they could begin a character of two or three; those of the
 * last ones are not known here. */
static inline uint64_t tkz__scan_before_one(uint64_t tail)
{
    return tail >> 1 | UINT64_C(1) << (TKZ__SCAN_BLOCK - 1);
}

static inline uint64_t tkz__scan_before_two(uint64_t tail)
{
    return tkz__scan_before_one(tail) & (tail >> 2 | UINT64_C(3) << (TKZ__SCAN_BLOCK - 2));
}

/* Every byte 64 times: what vectors are compared with, from memory. GCC would make each of some forty
 * anew from a number, by two or three instructions, in every block. */
extern const uint8_t tkz__scan_repeated[256][64];

/* The text some blocks ahead: a batch of blocks is read between two longer pauses, and without this a
 * tenth of the time goes into waiting for its first one. What lies there may be no part of the text:
 * asking for it does nothing then. */
static inline void tkz__scan_prefetch(const tkz__scan_reader *reader)
{
    uintptr_t ahead = (uintptr_t)reader->text + reader->at + 1024;
    __builtin_prefetch((const void *)ahead);
}

/* What vectors say of a block, all by value, so that it stays in registers. */
typedef struct tkz__scan_found {
    uint64_t letter, number, space, newline, blank, apostrophe, lower, sign, slash; /* in ASCII */
    uint64_t high; /* not ASCII */
    uint64_t tail; /* of those: 80..BF, which begin no character */
    uint64_t wide; /* E0..FF, which begin none of two bytes */
    uint64_t two_space; /* where U+0085 and U+00A0 begin */
    /* Where characters of three bytes begin that the vectors know. `known` are those of the
     * properties of the set, and others that have none. */
    struct {
        uint64_t letter, number, space, upper, lower, sign, cjk, known;
    } three;
} tkz__scan_found;

/* One plane: what ASCII has, all bytes of the characters at `leads`, and what is left over from the
 * block before. */
static inline __attribute__((always_inline)) void tkz__scan_put(tkz__scan_reader *reader,
                                                                tkz__scan_planes *block,
                                                                enum tkz__scan_plane plane,
                                                                uint64_t ascii, uint64_t leads)
{
    block->of[plane] = ascii | leads | leads << 1 | leads << 2 | reader->spill.of[plane];
    reader->spill.of[plane] = leads >> 63 | leads >> 62;
}

/* The bytes of U+0085 and U+00A0, white space that other programs write and some texts are full of. */
static inline __attribute__((always_inline)) void tkz__scan_put_twos(tkz__scan_reader *reader,
                                                                     tkz__scan_planes *block,
                                                                     uint64_t leads)
{
    block->of[TKZ__PLANE_SPACE] |= leads | leads << 1;
    block->of[TKZ__PLANE_TAIL] |= leads << 1;
    reader->spill.of[TKZ__PLANE_SPACE] |= leads >> 63;
    reader->spill.of[TKZ__PLANE_TAIL] |= leads >> 63;
}

/* Writes the planes of a block; characters that the vectors do not know are added one by one. */
static inline __attribute__((always_inline)) void tkz__scan_put_all(tkz__scan_reader *reader,
                                                                    tkz__scan_set set,
                                                                    const tkz__scan_found *found,
                                                                    tkz__scan_planes *block)
{
    size_t rest = reader->size - reader->at;
    size_t size = rest < TKZ__SCAN_BLOCK ? rest : TKZ__SCAN_BLOCK;
    uint64_t known = found->three.known;
    uint64_t tail = known << 1 | known << 2 | reader->spill.of[TKZ__PLANE_TAIL];
    block->of[TKZ__PLANE_TAIL] = tail;
    reader->spill.of[TKZ__PLANE_TAIL] = known >> 63 | known >> 62;
    block->of[TKZ__PLANE_TEXT] = ~UINT64_C(0) >> (TKZ__SCAN_BLOCK - size);
    block->of[TKZ__PLANE_NEWLINE] = found->newline;
    block->of[TKZ__PLANE_BLANK] = found->blank;
    block->of[TKZ__PLANE_APOSTROPHE] = found->apostrophe;
    block->of[TKZ__PLANE_OTHER] = 0;
    block->of[TKZ__PLANE_ATTACH] = 0;
    tkz__scan_put(reader, block, TKZ__PLANE_LETTER, found->letter, found->three.letter);
    tkz__scan_put(reader, block, TKZ__PLANE_NUMBER, found->number, found->three.number);
    tkz__scan_put(reader, block, TKZ__PLANE_SPACE, found->space, found->three.space);
    if (set == TKZ__SCAN_SET_CASES || set == TKZ__SCAN_SET_SIGNS)
        tkz__scan_put(reader, block, TKZ__PLANE_MARK, 0, 0);
    if (set == TKZ__SCAN_SET_CASES) {
        tkz__scan_put(reader, block, TKZ__PLANE_UPPER, found->letter & ~found->lower,
                      found->three.upper);
        tkz__scan_put(reader, block, TKZ__PLANE_LOWER, found->letter & found->lower,
                      found->three.lower);
        block->of[TKZ__PLANE_SLASH] = found->slash;
    }
    if (set == TKZ__SCAN_SET_SIGNS) {
        tkz__scan_put(reader, block, TKZ__PLANE_SIGN, found->sign, found->three.sign);
        tkz__scan_put(reader, block, TKZ__PLANE_CJK, 0, found->three.cjk);
    }
    if (__builtin_expect(found->two_space != 0, 0))
        tkz__scan_put_twos(reader, block, found->two_space);
    /* Bytes that are no text are mostly seen by the next two: these go on with no character. Those of the
     * last bytes are not known here. */
    uint64_t left = found->high & ~(tail | known | found->two_space | found->tail) &
                    tkz__scan_before_one(found->tail) &
                    (~found->wide | tkz__scan_before_two(found->tail));
    while (__builtin_expect(left != 0, 0)) {
        size_t place = (size_t)__builtin_ctzll(left);
        size_t length = tkz__scan_set_character(reader, set, place, block);
        left &= ~(((UINT64_C(1) << length) - 1) << place);
    }
    reader->at += size;
}

/* The readers of a file that has a read_block(reader, set, block): one for each set, so that the set is
 * a constant in it, and their table tkz__scan_read_<path>. `target` is the attribute of the path. */
#define TKZ__SCAN_READER(name, set, target)                                                   \
    static target void name(tkz__scan_reader *reader, tkz__scan_planes *blocks, size_t count) \
    {                                                                                         \
        for (size_t i = 0; i < count; i++)                                                    \
            read_block(reader, set, &blocks[i]);                                              \
    }
#define TKZ__SCAN_READERS(path, target)                                                       \
    TKZ__SCAN_READER(read_words, TKZ__SCAN_SET_WORDS, target)                                 \
    TKZ__SCAN_READER(read_cases, TKZ__SCAN_SET_CASES, target)                                 \
    TKZ__SCAN_READER(read_signs, TKZ__SCAN_SET_SIGNS, target)                                 \
    TKZ__SCAN_READER(read_digits, TKZ__SCAN_SET_DIGITS, target)                               \
    tkz__scan_read *const tkz__scan_read_##path[TKZ__SCAN_SETS] = {                           \
        [TKZ__SCAN_SET_WORDS] = read_words,                                                   \
        [TKZ__SCAN_SET_CASES] = read_cases,                                                   \
        [TKZ__SCAN_SET_SIGNS] = read_signs,                                                   \
        [TKZ__SCAN_SET_DIGITS] = read_digits,                                                 \
    };

#endif
