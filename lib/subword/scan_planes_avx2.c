/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit planes by AVX2: ASCII, kana, ideographs, Hangul and the usual signs of Japanese by vectors,
 * all else one character after the other. Leans on scan_reading.h.
 */
#include "subword/scan_planes.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>
#include <string.h>

#include "subword/scan_reading.h"

/* A block is looked at together with the two bytes behind it. */
#define READS (TKZ__SCAN_BLOCK + 2)

typedef struct bytes {
    __m256i low, high;
} bytes;

#define INLINE static inline __attribute__((always_inline)) TKZ__TARGET_SCAN

INLINE bytes load(const uint8_t *from)
{
    return (bytes){_mm256_loadu_si256((const __m256i *)from),
                   _mm256_loadu_si256((const __m256i *)(from + 32))};
}

INLINE uint64_t top_bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* For lower and upper halves of bytes, twice, as instructions keep to the halves of a register. */
#define TWICE(...) {__VA_ARGS__, __VA_ARGS__}

/* A bit that is in all three entries of E3 81..83 xx, by the lower half of the second byte and the
 * halves of the third, says that it is no letter:
 *   1  U+3040          E3 81 80
 *   2  U+3097..309C    E3 82 97..9C
 *   4  U+30A0          E3 82 A0
 *   8  U+30FB          E3 83 BB */
static const uint8_t kana_by_second[32] = TWICE(0, 1, 2 | 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
static const uint8_t kana_by_upper[32] = TWICE(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 0, 0, 0, 0);
static const uint8_t kana_by_lower[32] = TWICE(1 | 4, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2 | 8, 2, 0, 0,
                                               0);
/* What U+3000..303F are, by the halves of the last byte; of no kind: left to the slow way.
 *   1    sign    3001..3004, 3008..300F
 *   2    sign    3010..301F
 *   4    sign    3020
 *   0x40 space   3000
 *   0x80 letter  3005, 3006 */
static const uint8_t row_30_by_upper[32] = TWICE(0, 0, 0, 0, 0, 0, 0, 0, 1 | 0x40 | 0x80, 2, 4, 0, 0,
                                                 0, 0, 0);
static const uint8_t row_30_by_lower[32] = TWICE(2 | 4 | 0x40, 3, 3, 3, 3, 2 | 0x80, 2 | 0x80, 2, 3,
                                                 3, 3, 3, 3, 3, 3, 3);

#define AND(a, b) _mm256_and_si256(a, b)
#define OR(a, b) _mm256_or_si256(a, b)
#define BUT(a, b) _mm256_andnot_si256(b, a)

INLINE __m256i repeated(int byte)
{
    return _mm256_load_si256((const __m256i *)tkz__scan_repeated[(uint8_t)byte]);
}

INLINE __m256i is(__m256i b, int byte)
{
    return _mm256_cmpeq_epi8(b, repeated(byte));
}

/* Those from `first` to `last`: moved up to the top of the signed numbers. */
INLINE __m256i in(__m256i b, int first, int last)
{
    return _mm256_cmpgt_epi8(_mm256_add_epi8(b, repeated(127 - last)),
                             repeated(126 - (last - first)));
}

#define BOTH(function, b, ...)                                                                    \
    top_bits(function((b).low, __VA_ARGS__), function((b).high, __VA_ARGS__))

INLINE void find_ascii(bytes b, tkz__scan_set set, tkz__scan_found *found)
{
    bytes folded = {OR(b.low, repeated(0x20)), OR(b.high, repeated(0x20))};
    found->letter = BOTH(in, folded, 'a', 'z');
    found->number = BOTH(in, b, '0', '9');
    found->blank = BOTH(is, b, ' ');
    found->newline = top_bits(OR(is(b.low, '\n'), is(b.low, '\r')),
                              OR(is(b.high, '\n'), is(b.high, '\r')));
    found->space = BOTH(in, b, '\t', '\r') | found->blank;
    found->apostrophe = BOTH(is, b, '\'');
    if (set == TKZ__SCAN_SET_CASES) {
        /* Bit 5 says small. */
        found->lower = top_bits(_mm256_slli_epi16(b.low, 2), _mm256_slli_epi16(b.high, 2));
        found->slash = BOTH(is, b, '/');
    }
    if (set == TKZ__SCAN_SET_SIGNS)
        found->sign = BOTH(in, b, '!', '~') & ~(found->letter | found->number);
}

/* What the characters of three bytes are that begin in half a block, in the top bits of their first
 * bytes. `known` are those of these kinds, and others that have none of these properties. */
typedef struct threes {
    __m256i whole, second, third; /* for more of them */
    __m256i letter, space, sign, cjk, known;
} threes;

INLINE __m256i by_half(const uint8_t *table, __m256i half)
{
    return _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)table), half);
}

INLINE void find_threes(const uint8_t *from, __m256i first,
                        tkz__scan_set set, threes *found)
{
    const __m256i zero = _mm256_setzero_si256(), half = repeated(0x0F);
    __m256i second = _mm256_loadu_si256((const __m256i *)(from + 1));
    __m256i third = _mm256_loadu_si256((const __m256i *)(from + 2));
    __m256i whole = AND(_mm256_cmpgt_epi8(repeated(0xC0), second),
                        _mm256_cmpgt_epi8(repeated(0xC0), third));
    __m256i upper = AND(_mm256_srli_epi16(third, 4), half), lower = AND(third, half);
    __m256i e3 = AND(whole, is(first, 0xE3));
    __m256i kana_rows = AND(e3, in(second, 0x81, 0x83));
    __m256i no_kana = AND(AND(by_half(kana_by_upper, upper), by_half(kana_by_lower, lower)),
                          by_half(kana_by_second, AND(second, half)));
    __m256i kana = AND(kana_rows, _mm256_cmpeq_epi8(no_kana, zero));
    __m256i dot = AND(kana_rows, AND(is(second, 0x83), is(third, 0xBB)));
    /* U+4000..9FFF without the hexagrams at 4DC0..4DFF. */
    __m256i hexagram = AND(is(first, 0xE4), is(second, 0xB7));
    __m256i ideograph = AND(whole, BUT(in(first, 0xE4, 0xE9), hexagram));
    __m256i row_30 = AND(e3, is(second, 0x80));
    __m256i kind = AND(row_30, AND(by_half(row_30_by_upper, upper), by_half(row_30_by_lower, lower)));
    __m256i word = OR(kana, ideograph);
    found->whole = whole;
    found->second = second;
    found->third = third;
    found->letter = OR(word, kind);
    found->space = _mm256_slli_epi16(kind, 1);
    /* U+FF01..FF0F, FF1A..FF20 and 2010..2027 are frequent too. */
    __m256i wide = AND(AND(whole, AND(is(first, 0xEF), is(second, 0xBC))),
                       OR(in(third, 0x81, 0x8F), in(third, 0x9A, 0xA0)));
    __m256i general = AND(AND(whole, AND(is(first, 0xE2), is(second, 0x80))),
                          in(third, 0x90, 0xA7));
    __m256i others = OR(OR(wide, general), dot);
    found->known = OR(OR(word, others), BUT(row_30, _mm256_cmpeq_epi8(kind, zero)));
    if (set == TKZ__SCAN_SET_SIGNS) {
        found->sign = OR(others, _mm256_cmpgt_epi8(AND(kind, repeated(1 | 2 | 4)), zero));
        /* U+4E00..9FA5: behind E9 BE A5 come others. */
        __m256i low = BUT(is(first, 0xE4),
                          _mm256_cmpgt_epi8(second, repeated(0xB7)));
        __m256i e9_be = AND(_mm256_cmpeq_epi8(first, repeated(0xE9)),
                            _mm256_cmpgt_epi8(second, repeated(0xBD)));
        __m256i high = AND(e9_be, OR(_mm256_cmpeq_epi8(second, repeated(0xBF)),
                                     _mm256_cmpgt_epi8(third, repeated(0xA5))));
        found->cjk = OR(OR(kana, dot), BUT(ideograph, OR(low, high)));
    }
}

/* Of `b`, given that a character of three bytes begins one or two bytes before. */
INLINE __m256i equals(__m256i b, int byte)
{
    return _mm256_cmpeq_epi8(b, repeated(byte));
}

/* Continuation bytes from `first` to `last`, given that all are: as signed numbers 80 is the least. */
INLINE __m256i tail_between(__m256i b, int first, int last)
{
    if (first == 0x80)
        return _mm256_cmpgt_epi8(repeated(last + 1), b);
    return BUT(_mm256_cmpgt_epi8(b, repeated(first - 1)),
               _mm256_cmpgt_epi8(b, repeated(last)));
}

typedef struct forms {
    __m256i letter, upper, lower, number, sign, space, known;
} forms;

/* U+FF01..FFBE: full-width signs, digits, letters, half-width kana; U+FFFC and FFFD; Hangul,
 * U+AC00..D77F; signs: U+2010..2027, 2030..203E, 2190..23FF, 2500..273F; spaces: U+2000..200A. */
INLINE forms find_forms(__m256i first, const threes *found)
{
    forms result;
    __m256i second = found->second, third = found->third;
    __m256i ef = AND(found->whole, equals(first, 0xEF));
    __m256i bc = BUT(AND(ef, equals(second, 0xBC)), equals(third, 0x80));
    __m256i bd = AND(ef, equals(second, 0xBD));
    __m256i be = BUT(AND(ef, equals(second, 0xBE)), equals(third, 0xBF));
    result.upper = AND(bc, tail_between(third, 0xA1, 0xBA));
    result.lower = AND(bd, tail_between(third, 0x81, 0x9A));
    result.number = AND(bc, tail_between(third, 0x90, 0x99));
    __m256i letter = OR(OR(result.upper, result.lower),
                        OR(be, AND(bd, tail_between(third, 0xA6, 0xBF))));
    __m256i hangul = OR(OR(equals(first, 0xEB), equals(first, 0xEC)),
                        OR(AND(equals(first, 0xEA), tail_between(second, 0xB0, 0xBF)),
                           AND(equals(first, 0xED), tail_between(second, 0x80, 0x9D))));
    hangul = AND(hangul, found->whole);
    __m256i bf = AND(AND(ef, equals(second, 0xBF)), tail_between(third, 0xBC, 0xBD));
    __m256i general = AND(equals(second, 0x80), OR(tail_between(third, 0x90, 0xA7),
                                                   tail_between(third, 0xB0, 0xBE)));
    __m256i arrows = AND(equals(second, 0x86), tail_between(third, 0x90, 0xBF));
    __m256i e2 = AND(found->whole, equals(first, 0xE2));
    result.space = AND(e2, AND(equals(second, 0x80), tail_between(third, 0x80, 0x8A)));
    e2 = AND(e2, OR(OR(general, arrows),
                    OR(tail_between(second, 0x87, 0x8F), tail_between(second, 0x94, 0x9C))));
    result.letter = OR(letter, hangul);
    result.sign = OR(OR(e2, bf), BUT(OR(bc, bd), OR(letter, result.number)));
    result.known = OR(OR(result.sign, result.number), OR(result.letter, result.space));
    return result;
}

INLINE void add_forms(bytes first, const threes *one, const threes *two, tkz__scan_set set,
                      tkz__scan_found *found)
{
    forms low = find_forms(first.low, one), high = find_forms(first.high, two);
    found->three.letter |= top_bits(low.letter, high.letter);
    found->three.number = top_bits(low.number, high.number);
    found->three.space |= top_bits(low.space, high.space);
    found->three.known |= top_bits(low.known, high.known);
    if (set == TKZ__SCAN_SET_CASES) {
        found->three.upper = top_bits(low.upper, high.upper);
        found->three.lower = top_bits(low.lower, high.lower);
    }
    if (set == TKZ__SCAN_SET_SIGNS)
        found->three.sign |= top_bits(low.sign, high.sign);
}

/* `may`: where a character of three bytes could begin. */
INLINE void find_others(const uint8_t *from, bytes first, tkz__scan_set set, uint64_t may,
                        tkz__scan_found *found)
{
    threes one, two;
    find_threes(from, first.low, set, &one);
    find_threes(from + 32, first.high, set, &two);
    found->three.known = top_bits(one.known, two.known);
    found->three.space = top_bits(one.space, two.space);
    found->three.letter = top_bits(one.letter, two.letter);
    if (set == TKZ__SCAN_SET_SIGNS) {
        found->three.sign = top_bits(one.sign, two.sign);
        found->three.cjk = top_bits(one.cjk, two.cjk);
    }
    if (((BOTH(in, first, 0xEA, 0xEF) | BOTH(is, first, 0xE2)) & may & ~found->three.known) != 0)
        add_forms(first, &one, &two, set, found);
}

INLINE void read_block(tkz__scan_reader *reader, tkz__scan_set set,
                       tkz__scan_planes *block)
{
    uint8_t last[TKZ__SCAN_BLOCK + 32];
    if (reader->at >= reader->size) {
        tkz__scan_nothing(block);
        return;
    }
    const uint8_t *from = (const uint8_t *)reader->text + reader->at;
    size_t left = reader->size - reader->at;
    if (left < READS) {
        memset(last, 0, sizeof last);
        memcpy(last, from, left);
        from = last;
    }
    tkz__scan_prefetch(reader);
    tkz__scan_found found = {0};
    bytes first = load(from);
    find_ascii(first, set, &found);
    found.high = top_bits(first.low, first.high);
    if (left < TKZ__SCAN_BLOCK)
        found.high &= (UINT64_C(1) << left) - 1;
    if (found.high != 0) {
        found.tail = top_bits(_mm256_cmpgt_epi8(repeated(0xC0), first.low),
                              _mm256_cmpgt_epi8(repeated(0xC0), first.high));
        found.wide = found.high & top_bits(_mm256_cmpgt_epi8(first.low, repeated(0xDF)),
                                           _mm256_cmpgt_epi8(first.high, repeated(0xDF)));
        uint64_t may = found.wide & tkz__scan_before_two(found.tail);
        if (may != 0)
            find_others(from, first, set, may, &found);
        uint64_t c2 = BOTH(is, first, 0xC2);
        if (__builtin_expect(c2 != 0, 0)) {
            bytes second = load(from + 1);
            found.two_space = c2 & (BOTH(is, second, 0x85) | BOTH(is, second, 0xA0));
        }
    }
    tkz__scan_put_all(reader, set, &found, block);
}

TKZ__SCAN_READERS(avx2, TKZ__TARGET_SCAN)

#endif
