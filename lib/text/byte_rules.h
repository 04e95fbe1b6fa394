/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the next place where a step may have something to do: up to eight rules on
 * three neighbouring bytes, looked up by half-bytes, 32 places at a time.
 * Leans on core/processor.h.
 */
#ifndef TKZ_TEXT_BYTE_RULES_H
#define TKZ_TEXT_BYTE_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/processor.h"

enum { TKZ__BYTE_RULE_LIMIT = 8 };

/* Rule k matches the bytes a b c when bit k is set in all six entries: high[0][a >> 4],
 * low[0][a & 15], high[1][b >> 4] and so on (the look-up of Keiser and Lemire's UTF-8 validation,
 * used to classify). A rule is thus a product of sets of half-bytes; steps choose rules that take
 * in a little too much rather than miss a place. */
typedef struct tkz__byte_rules {
    uint8_t high[3][16];
    uint8_t low[3][16];
    uint32_t count;
} tkz__byte_rules;

/* Six sets of half-bytes, a bit for each: high and low half of the first, second, third byte. */
typedef struct tkz__byte_rule {
    uint16_t halves[6];
} tkz__byte_rule;

#define TKZ__HALF(n) (uint16_t)(1U << (n))
#define TKZ__ANY_HALF 0xFFFF

/* Replaces all rules. At most TKZ__BYTE_RULE_LIMIT. */
void tkz__byte_rules_set(tkz__byte_rules *rules, const tkz__byte_rule *list, uint32_t count);

/* First place from `from` on where a rule matches, or `size`. Bytes behind the end count as 0. */
size_t tkz__byte_rules_find(const tkz__byte_rules *rules, const char *text, size_t from,
                            size_t size);

/* A search through a text that goes on from place to place: what a block of the text gave is kept, so
 * that many places side by side cost one look at their block. Plain data. */
typedef struct tkz__byte_search {
    const tkz__byte_rules *rules;
    const char *text;
    size_t size;
    size_t block;     /* where the last block starts */
    uint32_t covered; /* places from there on that `hits` tells of, at most 32 */
    uint32_t hits;    /* bit i: a rule matches at block + i */
} tkz__byte_search;

static inline tkz__byte_search tkz__byte_search_start(const tkz__byte_rules *rules,
                                                      const char *text, size_t size)
{
    return (tkz__byte_search){.rules = rules, .text = text, .size = size};
}

/* Looks at further blocks, from `from` on. */
size_t tkz__byte_search_on(tkz__byte_search *search, size_t from);

/* As tkz__byte_rules_find. `from` must not be less than in the call before. */
static inline size_t tkz__byte_search_next(tkz__byte_search *search, size_t from)
{
    size_t place = from - search->block;
    if (place < search->covered) {
        uint32_t left = search->hits >> place;
        if (left != 0)
            return from + (size_t)__builtin_ctz(left);
        from = search->block + search->covered;
    }
    return tkz__byte_search_on(search, from);
}

/* The implementations behind it, for tests; each needs 34 readable bytes at `text` + `from` for a
 * step, and returns where it stopped: a match, or fewer bytes left. */
size_t tkz__byte_rules_find_scalar(const tkz__byte_rules *rules, const char *text, size_t from,
                                   size_t size);
#if TKZ__PATH_AVX2
size_t tkz__byte_rules_find_avx2(const tkz__byte_rules *rules, const char *text, size_t from,
                                 size_t size);
#endif
#if TKZ__PATH_NEON
size_t tkz__byte_rules_find_neon(const tkz__byte_rules *rules, const char *text, size_t from,
                                 size_t size);
#endif

#endif
