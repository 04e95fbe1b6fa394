/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the next place where a step may have something to do: up to eight rules on
 * three neighbouring bytes, looked up by half-bytes, 64 places at a time.
 * Leans on core/little_endian.h and core/processor.h.
 */
#ifndef TKZ_TEXT_BYTE_RULES_H
#define TKZ_TEXT_BYTE_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "core/little_endian.h"
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

enum { TKZ__BYTE_SEARCH_BLOCKS = 16 };

/* A search through a text that goes on from place to place. It looks at a stretch of the text at once
 * and keeps what it found: where places are frequent, waiting for one look at each would cost more
 * than the looking. Plain data. */
typedef struct tkz__byte_search {
    const tkz__byte_rules *rules;
    const char *text;
    size_t size;
    size_t start;   /* of the stretch */
    size_t covered; /* its places, at most 64 * TKZ__BYTE_SEARCH_BLOCKS */
    uint64_t hits[TKZ__BYTE_SEARCH_BLOCKS]; /* bit i % 64 of i / 64: a rule matches at start + i */
} tkz__byte_search;

static inline tkz__byte_search tkz__byte_search_start(const tkz__byte_rules *rules,
                                                      const char *text, size_t size)
{
    tkz__byte_search search; /* the hits are not read while nothing is covered */
    search.rules = rules;
    search.text = text;
    search.size = size;
    search.start = search.covered = 0;
    return search;
}

/* Looks at further stretches, from `from` on. */
size_t tkz__byte_search_on(tkz__byte_search *search, size_t from);

/* First place with a hit in the stretch, from the place `from` of the stretch on; or covered. */
static inline size_t tkz__byte_search_in_stretch(const tkz__byte_search *search, size_t from)
{
    size_t block = from / 64;
    uint64_t left = search->hits[block] >> from % 64 << from % 64;
    while (left == 0) {
        block++;
        if (block * 64 >= search->covered)
            return search->covered;
        left = search->hits[block];
    }
    return block * 64 + (size_t)__builtin_ctzll(left);
}

/* As tkz__byte_rules_find. `from` must not be less than in the call before. */
static inline size_t tkz__byte_search_next(tkz__byte_search *search, size_t from)
{
    size_t place = from - search->start;
    if (place < search->covered) {
        place = tkz__byte_search_in_stretch(search, place);
        from = search->start + place;
        if (place < search->covered)
            return from;
    }
    return tkz__byte_search_on(search, from);
}

/* First place from `at` on that is no U+0020, or `size`. For steps that meet runs of them. */
static inline size_t tkz__skip_spaces(const char *text, size_t at, size_t size)
{
    while (size - at >= 8) {
        uint64_t others = tkz__load_u64(text + at) ^ UINT64_C(0x2020202020202020);
        if (others != 0)
            return at + (size_t)__builtin_ctzll(others) / 8;
        at += 8;
    }
    while (at < size && text[at] == ' ')
        at++;
    return at;
}

/* tkz__byte_rules_find byte by byte, for tests. */
size_t tkz__byte_rules_find_scalar(const tkz__byte_rules *rules, const char *text, size_t from,
                                   size_t size);

#endif
