/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit planes by plain C, one character after the other. Leans on scan_reading.h.
 */
#include "subword/scan_planes.h"

#include "subword/scan_reading.h"

#if TKZ__PATH_AVX2
#define FOUR(byte) byte, byte, byte, byte
#define SIXTEEN(byte) FOUR(byte), FOUR(byte), FOUR(byte), FOUR(byte)
#define ROW(byte) {SIXTEEN(byte), SIXTEEN(byte), SIXTEEN(byte), SIXTEEN(byte)}
#define ROWS_4(byte) ROW(byte), ROW((byte) + 1), ROW((byte) + 2), ROW((byte) + 3)
#define ROWS_16(byte) ROWS_4(byte), ROWS_4((byte) + 4), ROWS_4((byte) + 8), ROWS_4((byte) + 12)
#define ROWS_64(byte) ROWS_16(byte), ROWS_16((byte) + 16), ROWS_16((byte) + 32), ROWS_16((byte) + 48)
const uint8_t tkz__scan_repeated[256][64] __attribute__((aligned(64))) = {
    ROWS_64(0), ROWS_64(64), ROWS_64(128), ROWS_64(192)};
#endif

/* The planes of ASCII characters. */
#define IN(plane) (1u << TKZ__PLANE_##plane)
#define SIGNS IN(SIGN)
static const uint16_t ascii_planes[128] = {
    ['\t'] = IN(SPACE), ['\n'] = IN(SPACE) | IN(NEWLINE), ['\v'] = IN(SPACE),
    ['\f'] = IN(SPACE), ['\r'] = IN(SPACE) | IN(NEWLINE), [' '] = IN(SPACE) | IN(BLANK),
    ['!' ... '&'] = SIGNS, ['\''] = SIGNS | IN(APOSTROPHE), ['(' ... '.'] = SIGNS,
    ['/'] = SIGNS | IN(SLASH), ['0' ... '9'] = IN(NUMBER), [':' ... '@'] = SIGNS,
    ['A' ... 'Z'] = IN(LETTER) | IN(UPPER), ['[' ... '`'] = SIGNS,
    ['a' ... 'z'] = IN(LETTER) | IN(LOWER), ['{' ... '~'] = SIGNS,
};

/* Sets the bits of an ASCII character. Planes that are not in the set get them too. */
static inline void ascii(tkz__scan_planes *block, uint8_t byte, uint64_t bit)
{
    for (unsigned planes = ascii_planes[byte]; planes != 0; planes &= planes - 1)
        block->of[__builtin_ctz(planes)] |= bit;
}

static inline void read_block(tkz__scan_reader *reader, tkz__scan_set set,
                              tkz__scan_planes *block)
{
    tkz__scan_nothing(block);
    if (reader->at >= reader->size)
        return;
    for (unsigned plane = 0; plane <= TKZ__PLANE_TAIL; plane++) {
        block->of[plane] = reader->spill.of[plane];
        reader->spill.of[plane] = 0;
    }
    size_t left = reader->size - reader->at;
    size_t most = left < TKZ__SCAN_BLOCK ? left : TKZ__SCAN_BLOCK;
    block->of[TKZ__PLANE_TEXT] = ~UINT64_C(0) >> (TKZ__SCAN_BLOCK - most);
    size_t place = (size_t)__builtin_ctzll(~block->of[TKZ__PLANE_TAIL]);
    while (place < most) {
        uint8_t byte = (uint8_t)reader->text[reader->at + place];
        if (byte < 0x80)
            ascii(block, byte, UINT64_C(1) << place++);
        else
            place += tkz__scan_set_character(reader, set, place, block);
    }
    reader->at += most;
}

TKZ__SCAN_READERS(scalar, /* any processor */)
