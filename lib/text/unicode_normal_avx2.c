/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick check for Japanese, 32 bytes at a time: ASCII, U+3000..30FF by a table,
 * ideographs U+4000..9FFF, full-width forms; what else there is, one by one. Leans on
 * the table and on processor.
 */
#include "text/unicode_normal_record.h"

#if TKZ__PATH_AVX2

#include <immintrin.h>

/* The shuffle tables of one form. */
typedef struct kana_table {
    __m256i low;
    __m256i high;
} kana_table;

TKZ__TARGET_AVX2 static inline __m256i load(const char *text)
{
    return _mm256_loadu_si256((const __m256i *)text);
}

/* Bytes in [first, first + distance]. */
TKZ__TARGET_AVX2 static inline __m256i within(__m256i bytes, char first, char distance)
{
    __m256i behind = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(behind, _mm256_set1_epi8(distance)), behind);
}

/* Continuation bytes below `end`, which is one or 0xC0: as signed numbers all others are greater. */
TKZ__TARGET_AVX2 static inline __m256i more_below(__m256i bytes, char end)
{
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(end), bytes);
}

/* For each place with E3 in front and `second` in 80..83: is it a safe character of U+3000..30FF? The
 * number of the character is 00 to FF: two bits of the second byte, six of the third. */
TKZ__TARGET_AVX2 static inline __m256i safe_kana(const kana_table *table, __m256i second,
                                                 __m256i third)
{
    const __m256i bits =
        _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8,
                         16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
    __m256i low = _mm256_and_si256(third, _mm256_set1_epi8(0x0F));
    __m256i high = _mm256_or_si256(
        _mm256_and_si256(_mm256_slli_epi16(second, 2), _mm256_set1_epi8(0x0C)),
        _mm256_and_si256(_mm256_srli_epi16(third, 4), _mm256_set1_epi8(0x03)));
    /* The highest bit of `high` chooses; it comes from bit 1 of the second byte. */
    __m256i row =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(table->low, low),
                           _mm256_shuffle_epi8(table->high, low), _mm256_slli_epi16(second, 6));
    __m256i bit = _mm256_shuffle_epi8(bits, high);
    return _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
}

TKZ__TARGET_AVX2 static inline uint32_t bits_of(__m256i bytes)
{
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* What one form asks of a block. */
typedef struct block_rule {
    kana_table kana;
    __m256i full_width; /* all ones where U+FF00..FFFF stay */
    tkz__unicode_form form;
    bool capitals; /* do not stay */
} block_rule;

TKZ__TARGET_AVX2 static inline block_rule rule_of(tkz__unicode_form form, bool capitals)
{
    const __m128i *rows = (const __m128i *)tkz__normal_safe_kana[form];
    return (block_rule){
        .kana = {_mm256_broadcastsi128_si256(_mm_loadu_si128(rows)),
                 _mm256_broadcastsi128_si256(_mm_loadu_si128(rows + 1))},
        /* The canonical forms change nothing there, the others nearly all. */
        .full_width = _mm256_set1_epi8(form <= TKZ__UNICODE_NFC ? -1 : 0),
        .form = form,
        .capitals = capitals};
}

/* With more characters than this to be looked up, steps by character are faster. */
enum { MANY_UNKNOWN = 5 };

/* The bytes among 32 that are not part of a safe character, or stand where one should go on: a bit
 * each. `left` bytes can be read, at least TKZ__SCAN_LEAST. Bit i of *wanted: a continuation byte
 * has to stand at text[i]; it is shifted for the next block. *many: there was too much to look up,
 * and it was not. */
TKZ__TARGET_AVX2 __attribute__((always_inline)) static inline uint32_t
doubtful_bits(const block_rule *rule, const char *text, size_t left, uint64_t *wanted, bool *many)
{
    __m256i first = load(text), second = load(text + 1);
    __m256i kana = _mm256_and_si256(_mm256_cmpeq_epi8(first, _mm256_set1_epi8((char)0xE3)),
                                    more_below(second, (char)0x84));
    __m256i wide = _mm256_andnot_si256(more_below(second, (char)0xBC),
                                       _mm256_cmpeq_epi8(first, _mm256_set1_epi8((char)0xEF)));
    __m256i safe = _mm256_or_si256(
        _mm256_or_si256(
            _mm256_and_si256(kana, safe_kana(&rule->kana, second, load(text + 2))),
            _mm256_and_si256(wide, rule->full_width)),
        within(first, (char)0xE4, 5));
    uint32_t leads = bits_of(safe);
    uint32_t more = bits_of(more_below(first, (char)0xC0));
    uint32_t doubtful = bits_of(first) & ~(leads | more);
    uint32_t unknown = doubtful & ~bits_of(_mm256_or_si256(kana, wide));
    *wanted |= (uint64_t)leads << 1 | (uint64_t)leads << 2;
    *many = _mm_popcnt_u32(unknown) > MANY_UNKNOWN;
    /* A dash, a letter with an accent, an emoji: to look it up is cheaper than a fresh start. */
    for (; unknown != 0 && !*many; unknown &= unknown - 1) {
        uint32_t place = (uint32_t)__builtin_ctz(unknown);
        uint32_t length = tkz__normal_safe_length(rule->form, text + place, left - place);
        if (length != 0) {
            doubtful &= ~(UINT32_C(1) << place);
            *wanted |= ((UINT64_C(1) << length) - 2) << place;
        }
    }
    if (rule->capitals)
        doubtful |= bits_of(within(first, 'A', 'Z' - 'A'));
    doubtful |= more ^ (uint32_t)*wanted;
    *wanted >>= 32;
    return doubtful;
}

/* The same for what is no text: bytes that begin no character stay and have no bit, so that a look is
 * needed only where the bytes behind one can belong to it. False: there are too many of those too. */
TKZ__TARGET_AVX2 static bool doubtful_bits_of_bytes(const block_rule *rule, const char *text,
                                                    size_t left, uint64_t *wanted,
                                                    uint32_t *doubtful)
{
    __m256i first = load(text);
    __m256i more = more_below(load(text + 1), (char)0xC0);
    uint32_t two = bits_of(_mm256_and_si256(within(first, (char)0xC2, 0xDF - 0xC2), more));
    more = _mm256_and_si256(more, more_below(load(text + 2), (char)0xC0));
    uint32_t three = bits_of(_mm256_and_si256(within(first, (char)0xE0, 0xEF - 0xE0), more));
    more = _mm256_and_si256(more, more_below(load(text + 3), (char)0xC0));
    uint32_t four = bits_of(_mm256_and_si256(within(first, (char)0xF0, 0xF4 - 0xF0), more));
    uint32_t unknown = two | three | four, found = 0;
    if (_mm_popcnt_u32(unknown) > MANY_UNKNOWN)
        return false;
    for (; unknown != 0; unknown &= unknown - 1) {
        uint32_t place = (uint32_t)__builtin_ctz(unknown);
        if (tkz__normal_safe_length(rule->form, text + place, left - place) == 0)
            found |= UINT32_C(1) << place;
    }
    if (rule->capitals)
        found |= bits_of(within(first, 'A', 'Z' - 'A'));
    *wanted = ((uint64_t)(two | three | four) << 1 | (uint64_t)(three | four) << 2 |
               (uint64_t)four << 3) >>
              32;
    *doubtful = found;
    return true;
}

TKZ__TARGET_AVX2 size_t tkz__unicode_skip_avx2(tkz__unicode_form form, const char *text, size_t at,
                                               size_t size)
{
    block_rule rule = rule_of(form, form == TKZ__UNICODE_NFKC_CF);
    size_t start = at;
    uint64_t wanted = 0;
    /* Steps of 32 whether or not a character ends there: loads must not wait for results. */
    for (bool last = false;; at += TKZ__SCAN_BLOCK) {
        if (size - at < TKZ__SCAN_LEAST) {
            at = tkz__whole_characters(text, start, at);
            if (last)
                return at;
            last = true;
            wanted = 0;
            at = tkz__last_block(text, start, at, size);
        }
        bool many;
        uint32_t doubtful = doubtful_bits(&rule, text + at, size - at, &wanted, &many);
        if (doubtful != 0)
            return tkz__whole_characters(text, start, at + (uint32_t)__builtin_ctz(doubtful));
    }
}

TKZ__TARGET_AVX2 size_t tkz__unicode_doubtful_avx2(tkz__unicode_form form, bool capitals,
                                                   const char *text, size_t size, uint64_t *bits)
{
    block_rule rule = rule_of(form, capitals);
    uint64_t wanted = 0;
    for (size_t at = 0; at < size; at += TKZ__SCAN_BLOCK) {
        bool many;
        size_t left = size + TKZ__SCAN_AHEAD - at;
        uint32_t doubtful = doubtful_bits(&rule, text + at, left, &wanted, &many);
        if (many && !doubtful_bits_of_bytes(&rule, text + at, left, &wanted, &doubtful))
            return tkz__whole_characters(text, 0, at);
        bits[at / 64] = at % 64 == 0 ? doubtful : bits[at / 64] | (uint64_t)doubtful << 32;
    }
    return size;
}

#endif
