/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick check: how far a text is normal already. Leans on the table; two
 * characters of three bytes are tested at a time, without a branch between them.
 */
#include "text/unicode_normal_record.h"
#include "text/unicode_normal_word.h"

static inline size_t skip(tkz__unicode_form form, bool folds, const char *text, size_t at,
                          size_t size)
{
    const uint8_t *safe = tkz__normal_safe[form];
    while (size - at >= 8) {
        uint64_t word = tkz__load_u64(text + at);
        if (tkz__are_two_triples(word)) {
            uint64_t first = tkz__safe_triple(safe, word);
            if ((first & tkz__safe_triple(safe, word >> 24) & 1) != 0) {
                at += 6;
                continue;
            }
            return at + 3 * (first & 1);
        }
        uint64_t stop = (word & TKZ__HIGH_BITS) | (folds ? tkz__capitals(word) : 0);
        if (stop == 0) {
            at += 8;
            continue;
        }
        uint32_t step = (uint32_t)__builtin_ctzll(stop) >> 3;
        if (step == 0)
            step = tkz__normal_safe_length(form, text + at, size - at);
        if (step == 0)
            return at;
        at += step;
    }
    return at;
}

/* Wide steps pay once this many bytes were safe in a row: texts with many marks have short
 * stretches. Where they meet a script that they do not know, a longer one goes without them. */
enum { SHORT_STRETCH = 32, LONG_STRETCH = 512 };

static inline size_t narrow_skip(tkz__unicode_form form, const char *text, size_t at, size_t size)
{
    return form == TKZ__UNICODE_NFKC_CF ? skip(form, true, text, at, size)
                                        : skip(form, false, text, at, size);
}

size_t tkz__unicode_skip(tkz__unicode_form form, const char *text, size_t at, size_t size)
{
#if TKZ__PATH_AVX2
    size_t stretch = SHORT_STRETCH;
    while (size - at >= stretch + TKZ__SCAN_LEAST && tkz__processor_has_avx2()) {
        size_t end = at + stretch;
        at = narrow_skip(form, text, at, end);
        if (at + 8 <= end)
            return at;
        at = tkz__unicode_skip_avx2(form, text, at, size);
        stretch = LONG_STRETCH;
    }
#endif
    return narrow_skip(form, text, at, size);
}

/* Sets the bits from text[at], where a character begins, to text[size]; `left` bytes can be read. */
static void find_doubtful(tkz__unicode_form form, bool capitals, const char *text, size_t at,
                          size_t size, size_t left, uint64_t *bits)
{
    tkz__doubtful_clear(bits, at, size);
    while (at < size) {
        if (tkz__is_stray(text + at, left - at)) { /* stays, and nothing joins it */
            at++;
            continue;
        }
        size_t safe =
            capitals ? skip(form, true, text, at, left) : skip(form, false, text, at, left);
        if (safe != at) { /* what follows may be stray */
            at = safe;
            continue;
        }
        /* A character that is not known, or bytes that are none: each has a bit. */
        do
            bits[at / 64] |= UINT64_C(1) << at % 64;
        while (++at < size && ((uint8_t)text[at] & 0xC0) == 0x80);
    }
}

void tkz__unicode_doubtful(tkz__unicode_form form, bool capitals, const char *text, size_t size,
                           size_t left, uint64_t *bits)
{
    size_t done = 0;
#if TKZ__PATH_AVX2
    if (size % TKZ__SCAN_BLOCK == 0 && left >= size + TKZ__SCAN_AHEAD &&
        tkz__processor_has_avx2())
        done = tkz__unicode_doubtful_avx2(form, capitals, text, size, bits);
#endif
    if (done < size)
        find_doubtful(form, capitals, text, done, size,
                      left < size + TKZ__SCAN_AHEAD ? left : size + TKZ__SCAN_AHEAD, bits);
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
