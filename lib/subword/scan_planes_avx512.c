/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit planes by AVX-512: as those by AVX2, a block in one register, where a comparison gives the word
 * of a plane at once. Leans on scan_reading.h.
 */
#include "subword/scan_planes.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

#include "subword/scan_reading.h"

#define INLINE static inline __attribute__((always_inline)) TKZ__TARGET_SCAN_512

INLINE __m512i repeated(int byte)
{
    return _mm512_load_si512(tkz__scan_repeated[(uint8_t)byte]);
}

INLINE uint64_t is(__m512i b, int byte)
{
    return _mm512_cmpeq_epi8_mask(b, repeated(byte));
}

INLINE uint64_t in(__m512i b, int first, int last)
{
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(b, repeated(first)), repeated(last - first));
}

INLINE void find_ascii(__m512i b, tkz__scan_set set, tkz__scan_found *found)
{
    found->letter = in(_mm512_or_si512(b, repeated(0x20)), 'a', 'z');
    found->number = in(b, '0', '9');
    found->blank = is(b, ' ');
    found->space = in(b, '\t', '\r') | found->blank;
    found->newline = is(b, '\n') | is(b, '\r');
    found->apostrophe = is(b, '\'');
    if (set == TKZ__SCAN_SET_CASES) {
        found->lower = _mm512_test_epi8_mask(b, repeated(0x20));
        found->slash = is(b, '/');
    }
    if (set == TKZ__SCAN_SET_SIGNS)
        found->sign = in(b, '!', '~') & ~(found->letter | found->number);
}

/* U+FF01..FFBE: full-width signs, digits, letters, half-width kana; U+FFFC and FFFD; Hangul,
 * U+AC00..D77F; signs: U+2010..2027, 2030..203E, 2190..23FF, 2500..273F; spaces: U+2000..200A. */
INLINE void find_forms(uint64_t whole, __m512i first, __m512i second, __m512i third,
                       tkz__scan_found *found)
{
    uint64_t ef = whole & is(first, 0xEF);
    uint64_t bc = ef & is(second, 0xBC) & ~is(third, 0x80);
    uint64_t bd = ef & is(second, 0xBD);
    uint64_t be = ef & is(second, 0xBE) & ~is(third, 0xBF);
    uint64_t bf = ef & is(second, 0xBF) & in(third, 0xBC, 0xBD);
    uint64_t upper = bc & in(third, 0xA1, 0xBA);
    uint64_t lower = bd & in(third, 0x81, 0x9A);
    uint64_t number = bc & in(third, 0x90, 0x99);
    uint64_t letter = upper | lower | be | (bd & in(third, 0xA6, 0xBF));
    uint64_t hangul = whole & (in(first, 0xEB, 0xEC) | (is(first, 0xEA) & in(second, 0xB0, 0xBF)) |
                               (is(first, 0xED) & in(second, 0x80, 0x9D)));
    uint64_t e2 = whole & is(first, 0xE2);
    uint64_t space = e2 & is(second, 0x80) & in(third, 0x80, 0x8A);
    uint64_t sign = e2 & ((is(second, 0x80) & (in(third, 0x90, 0xA7) | in(third, 0xB0, 0xBE))) |
                          (is(second, 0x86) & in(third, 0x90, 0xBF)) | in(second, 0x87, 0x8F) |
                          in(second, 0x94, 0x9C));
    sign |= bf | ((bc | bd) & ~(letter | number));
    letter |= hangul;
    found->three.upper = upper;
    found->three.lower = lower;
    found->three.number = number;
    found->three.letter |= letter;
    found->three.sign |= sign;
    found->three.space |= space;
    found->three.known |= letter | number | sign | space;
}

/* U+4E00..9FA5 of the ideographs from U+4000 on: behind E9 BE A5 come others. */
INLINE uint64_t cjk_of(uint64_t ideograph, __m512i first, __m512i second, __m512i third)
{
    uint64_t low = is(first, 0xE4) & ~in(second, 0xB8, 0xBF);
    uint64_t high = is(first, 0xE9) &
                    (is(second, 0xBF) | (is(second, 0xBE) & in(third, 0xA6, 0xBF)));
    return ideograph & ~(low | high);
}

/* `may`: where a character of three bytes could begin. */
INLINE void find_threes(__m512i first, __m512i second, __m512i third, tkz__scan_set set,
                        uint64_t may, tkz__scan_found *found)
{
    const __m512i tail = repeated(0xC0);
    uint64_t whole = _mm512_cmplt_epi8_mask(second, tail) & _mm512_cmplt_epi8_mask(third, tail);
    uint64_t e3 = whole & is(first, 0xE3);
    uint64_t row_80 = e3 & is(second, 0x80);
    uint64_t row_81 = e3 & is(second, 0x81);
    uint64_t row_82 = e3 & is(second, 0x82);
    uint64_t row_83 = e3 & is(second, 0x83);
    uint64_t third_80 = is(third, 0x80), third_a0 = is(third, 0xA0);
    /* But U+3040; 3097..309C and 30A0; 30FB. */
    uint64_t dot = row_83 & is(third, 0xBB);
    uint64_t kana = (row_81 & ~third_80) | (row_82 & ~(in(third, 0x97, 0x9C) | third_a0)) |
                    (row_83 & ~dot);
    /* U+4000..9FFF without the hexagrams at 4DC0..4DFF. */
    uint64_t ideograph = whole & in(first, 0xE4, 0xE9) & ~(is(first, 0xE4) & is(second, 0xB7));
    /* U+3005, 3006; 3000; 3001..3004, 3008..3020. */
    uint64_t letter = row_80 & in(third, 0x85, 0x86);
    uint64_t space = row_80 & third_80;
    uint64_t sign = row_80 & in(third, 0x81, 0xA0) & ~(letter | is(third, 0x87));
    letter |= kana | ideograph;
    /* U+FF01..FF0F, FF1A..FF20 and 2010..2027 are frequent too. */
    sign |= dot | (whole & is(first, 0xEF) & is(second, 0xBC) &
                   (in(third, 0x81, 0x8F) | in(third, 0x9A, 0xA0)));
    sign |= whole & is(first, 0xE2) & is(second, 0x80) & in(third, 0x90, 0xA7);
    found->three.letter = letter;
    found->three.space = space;
    found->three.sign = sign;
    found->three.known = letter | space | sign;
    if (set == TKZ__SCAN_SET_SIGNS)
        found->three.cjk = kana | dot | cjk_of(ideograph, first, second, third);
    if (((in(first, 0xEA, 0xEF) | is(first, 0xE2)) & may & ~found->three.known) != 0)
        find_forms(whole, first, second, third, found);
}

/* The bytes from `at` on, zero behind the end of the text. */
INLINE __m512i load(const tkz__scan_reader *reader, size_t at)
{
    const char *from = reader->text + at;
    if (reader->size - at >= TKZ__SCAN_BLOCK)
        return _mm512_loadu_si512(from);
    uint64_t there = (UINT64_C(1) << (reader->size - at)) - 1;
    return _mm512_maskz_loadu_epi8(there, from);
}

INLINE void read_block(tkz__scan_reader *reader, tkz__scan_set set, tkz__scan_planes *block)
{
    size_t at = reader->at;
    if (at >= reader->size) {
        tkz__scan_nothing(block);
        return;
    }
    tkz__scan_prefetch(reader);
    tkz__scan_found found = {0};
    __m512i first = load(reader, at);
    find_ascii(first, set, &found);
    found.high = _mm512_movepi8_mask(first);
    found.tail = _mm512_mask_cmplt_epi8_mask(found.high, first, repeated(0xC0));
    if (found.high != 0) {
        found.wide = _mm512_mask_cmpgt_epi8_mask(found.high, first, repeated(0xDF));
        __m512i second = load(reader, at + 1);
        uint64_t c2 = is(first, 0xC2);
        if (__builtin_expect(c2 != 0, 0))
            found.two_space = c2 & (is(second, 0x85) | is(second, 0xA0));
        uint64_t may = found.wide & tkz__scan_before_two(found.tail);
        if (may != 0)
            find_threes(first, second, load(reader, at + (reader->size - at > 1 ? 2 : 1)), set, may,
                        &found);
    }
    tkz__scan_put_all(reader, set, &found, block);
}

TKZ__SCAN_READERS(avx512, TKZ__TARGET_SCAN_512)

#endif
