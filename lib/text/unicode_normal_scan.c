/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick check: how far a text is normal already. Leans on the table; two
 * characters of three bytes are tested at a time, without a branch between them.
 */
#include <string.h>

#include "core/little_endian.h"
#include "text/unicode_normal_record.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Two characters of three bytes in the low six bytes of a word: which bits to look at, and what
 * they are when the bytes have the form 1110xxxx 10xxxxxx 10xxxxxx, twice. */
#define TRIPLE_MASK UINT64_C(0xC0C0F0)
#define TRIPLE_FORM UINT64_C(0x8080E0)
#define TWO_TRIPLES_MASK (TRIPLE_MASK << 24 | TRIPLE_MASK)
#define TWO_TRIPLES_FORM (TRIPLE_FORM << 24 | TRIPLE_FORM)

/* Bit 0 tells whether the character of the low three bytes is safe. The masks refuse overlong forms
 * and surrogates. */
static inline uint64_t safe_triple(const uint8_t *safe, uint64_t word)
{
    return tkz__normal_safe_masks[safe[(word & 0x0F) << 6 | (word >> 8 & 0x3F)]] >>
           (word >> 16 & 0x3F);
}

/* High bits of the bytes that are not safe ASCII: all but A..Z, which case folding changes, are. */
static inline uint64_t unsafe_ascii(uint64_t word, bool folds)
{
    uint64_t high = word & HIGH_BITS;
    if (!folds)
        return high;
    /* Of a byte below 0x80: + 0x3F reaches 0x80 from 'A' on, + 0x25 from behind 'Z' on. */
    uint64_t low = word & ~HIGH_BITS;
    return high | (((low + UINT64_C(0x3F3F3F3F3F3F3F3F)) &
                    ~(low + UINT64_C(0x2525252525252525))) & HIGH_BITS);
}

/* Wide steps pay once this many bytes were safe in a row: changed text has short stretches. */
enum { LONG_STRETCH = 24 };

static inline bool has_wide_steps(void)
{
#if TKZ__PATH_AVX2
    return tkz__processor_has_avx2();
#else
    return false;
#endif
}

static inline size_t skip_wide(tkz__unicode_form form, const char *text, size_t at, size_t size)
{
#if TKZ__PATH_AVX2
    return tkz__unicode_skip_avx2(form, text, at, size);
#else
    (void)form, (void)text, (void)size;
    return at;
#endif
}

static inline size_t skip(tkz__unicode_form form, bool folds, const char *text, size_t at,
                          size_t size)
{
    const uint8_t *safe = tkz__normal_safe[form];
    size_t narrow = has_wide_steps() ? at + LONG_STRETCH : SIZE_MAX; /* up to here */
    while (size - at >= 8) {
        if (at >= narrow) {
            size_t wide = skip_wide(form, text, at, size);
            /* A stretch that was long goes on behind the one character that ended it. */
            narrow = wide - at >= LONG_STRETCH ? wide + 1 : wide + LONG_STRETCH;
            at = wide;
            if (size - at < 8)
                break;
        }
        uint64_t word = tkz__load_u64(text + at);
        if ((word & TWO_TRIPLES_MASK) == TWO_TRIPLES_FORM) {
            uint64_t first = safe_triple(safe, word);
            if ((first & safe_triple(safe, word >> 24) & 1) != 0) {
                at += 6;
                continue;
            }
            return at + 3 * (first & 1);
        }
        if ((word & TRIPLE_MASK) == TRIPLE_FORM) {
            if ((safe_triple(safe, word) & 1) == 0)
                return at;
            at += 3;
            continue;
        }
        uint64_t stop = unsafe_ascii(word, folds);
        if (stop == 0) {
            at += 8;
            continue;
        }
        uint32_t ascii = (uint32_t)__builtin_ctzll(stop) >> 3;
        if (ascii != 0) {
            at += ascii;
            continue;
        }
        if ((word & 0xC0E0) != 0x80C0 ||
            (tkz__normal_safe_masks[tkz__normal_safe_short[form][word & 0x1F]] >>
                 (word >> 8 & 0x3F) & 1) == 0)
            return at;
        at += 2;
    }
    return at;
}

size_t tkz__unicode_skip(tkz__unicode_form form, const char *text, size_t at, size_t size)
{
    return form == TKZ__UNICODE_NFKC_CF ? skip(form, true, text, at, size)
                                        : skip(form, false, text, at, size);
}

/* How far the quick check of UAX #15, section 9, has come. */
typedef struct quick_check {
    size_t start;        /* where normalisation may start afresh, at or before `at` */
    uint32_t last_class; /* of the character before `at` */
} quick_check;

/* Whether a character that joins leaves the normal text before it as it is. */
static bool joins_quietly(const tkz__unicode_target *target, tkz__glance glance,
                          const quick_check *check, const char *text, size_t at)
{
    uint32_t combining = tkz__normal_class(glance.record);
    uint32_t base;
    if (combining != 0 && combining < check->last_class)
        return false;
    if (!tkz__unicode_composes(target->form))
        return true;
    /* Does it compose with the character right before it? Anything further back, or in pieces, is
     * left to the run. */
    if (check->start >= at || combining == 0)
        return false;
    if (tkz__utf8_next(text + check->start, at - check->start, &base) != at - check->start)
        return false;
    return tkz__normal_record(target->version, base) == 0 && !tkz__is_hangul_syllable(base) &&
           tkz__unicode_compose(target->version, base, glance.character) == 0;
}

size_t tkz__unicode_unchanged(const tkz__unicode_target *target, const char *text, size_t size)
{
    quick_check check = {0, 0};
    size_t at = 0;
    while (at < size) {
        size_t safe = tkz__unicode_skip(target->form, text, at, size);
        if (safe != at) {
            at = safe;
            check.start = tkz__character_before(text, at);
            check.last_class = 0;
        }
        tkz__glance glance = tkz__glance_at(target, text, at, size);
        if (tkz__glance_changes(target, glance))
            return tkz__glance_joins(target, glance) ? check.start : at;
        if (tkz__glance_joins(target, glance) && !joins_quietly(target, glance, &check, text, at))
            return check.start;
        if (!tkz__glance_joins(target, glance))
            check.start = at;
        check.last_class = tkz__normal_class(glance.record);
        at += glance.size;
        if (glance.character == TKZ__UTF8_INVALID)
            check.start = at;
    }
    return size;
}
