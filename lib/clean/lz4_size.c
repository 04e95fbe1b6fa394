/* SPDX-License-Identifier: Apache-2.0
 *
 * The search of LZ4's fast compressor, so that the sizes are those of its blocks (doc/lz4_Block_format.md and
 * lib/lz4.c of lz4/lz4, version 1.9.4): which places are looked at, and which is remembered, decides. Leans on nothing.
 */
#include "clean/lz4_size.h"

#include <string.h>

/* Of the format: a match has 4 bytes and more, reaches back less than 64 KiB, does not begin in the last 12 bytes and ends
 * before the last 5. */
enum { LEAST_MATCH = 4, FARTHEST = 65535, NO_MATCH_BEGINS = 12, LAST_LITERALS = 5 };
/* Of the program: texts below this size have a table of twice as many places by a hash of 4 bytes, others one by 5; the
 * step widens by one for every 64 places without a match. */
enum { SMALL_TEXT = 65536 + NO_MATCH_BEGINS - 1, SMALL_BITS = 13, BITS = 12, STEP_SHIFT = 6 };

typedef struct search {
    uint32_t *places;
    const uint8_t *text;
    size_t size;
    int is_small;
} search;

static uint32_t read4(const search *s, size_t at)
{
    uint32_t value;
    memcpy(&value, s->text + at, sizeof value);
    return value;
}

/* Byte order of the library on little-endian machines. */
static uint64_t little(const search *s, size_t at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | s->text[at + (size_t)i];
    return value;
}

static uint32_t hash(const search *s, size_t at)
{
    if (s->is_small)
        return (uint32_t)little(s, at, 4) * 2654435761u >> (32 - SMALL_BITS);
    return (uint32_t)((little(s, at, 5) << 24) * 889523592379u >> (64 - BITS));
}

/* Puts the place there and returns that which was. */
static size_t exchange(const search *s, size_t at)
{
    uint32_t *place = &s->places[hash(s, at)];
    size_t before = *place;
    *place = (uint32_t)at;
    return before;
}

static int matches(const search *s, size_t before, size_t at)
{
    return (s->is_small || before + FARTHEST >= at) && read4(s, before) == read4(s, at);
}

/* The next place with a match, from `*at` on, which has been hashed by none; 0: there is none. */
static int find_match(const search *s, size_t *at, size_t *before)
{
    size_t next = *at, step = 1, tries = 1 << STEP_SHIFT;
    for (;;) {
        size_t place = next;
        next += step;
        step = tries++ >> STEP_SHIFT;
        if (next > s->size - NO_MATCH_BEGINS + 1)
            return 0;
        *before = exchange(s, place);
        if (matches(s, *before, place)) {
            *at = place;
            return 1;
        }
    }
}

static size_t matching(const search *s, size_t before, size_t at)
{
    size_t start = at;
    while (at < s->size - LAST_LITERALS && s->text[at] == s->text[before])
        at++, before++;
    return at - start;
}

/* Bytes that say a length of which four bits stand in the token. */
static size_t length_bytes(size_t length)
{
    return length >= 15 ? (length - 15) / 255 + 1 : 0;
}

static size_t literals(size_t count)
{
    return 1 + length_bytes(count) + count;
}

size_t tkz__lz4_size(tkz__lz4_places *places, const char *text, size_t size)
{
    search s = {places->at, (const uint8_t *)text, size, size < SMALL_TEXT};
    size_t total = 0, anchor = 0, at = 1, before;
    if (size <= NO_MATCH_BEGINS)
        return literals(size);
    memset(places, 0, sizeof *places);
    (void)exchange(&s, 0);
    while (find_match(&s, &at, &before)) {
        while (at > anchor && before > 0 && s.text[at - 1] == s.text[before - 1])
            at--, before--;
        total += literals(at - anchor);
        for (;;) {
            size_t length = LEAST_MATCH + matching(&s, before + LEAST_MATCH, at + LEAST_MATCH);
            total += 2 + length_bytes(length - LEAST_MATCH);
            anchor = at += length;
            if (at > size - NO_MATCH_BEGINS)
                return total + literals(size - anchor);
            (void)exchange(&s, at - 2);
            before = exchange(&s, at);
            if (!matches(&s, before, at))
                break;
            total += 1; /* a token without literals */
        }
        at++;
    }
    return total + literals(size - anchor);
}
