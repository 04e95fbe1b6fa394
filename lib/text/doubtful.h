/* SPDX-License-Identifier: Apache-2.0
 *
 * A scan in batches: where in the next few hundred bytes of a text something stands
 * that a step may change. To scan ahead of the changes keeps the wide registers busy,
 * and a change costs no fresh start. Leans on nothing.
 */
#ifndef TKZ_TEXT_DOUBTFUL_H
#define TKZ_TEXT_DOUBTFUL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TKZ__SCAN_BLOCK = 32, /* texts are scanned in blocks of so many bytes */
    TKZ__SCAN_LEAST = 34, /* what a look at one block reads */
    TKZ__SCAN_AHEAD = 8,  /* readable behind the last block of a batch */
    TKZ__DOUBTFUL_WORDS = 8
};

/* Some text that was scanned. Every character, and every byte that is no UTF-8, that needs a look has
 * a bit where it begins, bit i % 64 of bits[i / 64] for start[i]; other bits may be set inside it. */
typedef struct tkz__doubtful {
    const char *start;
    size_t size;
    uint64_t bits[TKZ__DOUBTFUL_WORDS];
} tkz__doubtful;

/* Begins at `text`, before `end`, and chooses the size: as many whole blocks as there is room for, or
 * all of what is too short for that. */
static inline void tkz__doubtful_begin(tkz__doubtful *batch, const char *text, const char *end)
{
    size_t left = (size_t)(end - text);
    batch->start = text;
    batch->size = left;
    if (left < TKZ__SCAN_BLOCK + TKZ__SCAN_AHEAD)
        return;
    size_t blocks = (left - TKZ__SCAN_AHEAD) / TKZ__SCAN_BLOCK;
    if (blocks > 2 * TKZ__DOUBTFUL_WORDS)
        blocks = 2 * TKZ__DOUBTFUL_WORDS;
    batch->size = blocks * TKZ__SCAN_BLOCK;
}

/* Clears the bits from `at` on of a batch of `size` bytes. */
static inline void tkz__doubtful_clear(uint64_t *bits, size_t at, size_t size)
{
    size_t word = at / 64;
    bits[word] = at % 64 == 0 ? 0 : bits[word] & ((UINT64_C(1) << at % 64) - 1);
    while (++word * 64 < size)
        bits[word] = 0;
}

/* The next doubtful byte from `text` on, or the end of the batch; `text` if it is behind that. */
static inline const char *tkz__doubtful_next(const tkz__doubtful *batch, const char *text)
{
    size_t from = (size_t)(text - batch->start), size = batch->size;
    if (from >= size)
        return text;
    size_t word = from / 64;
    uint64_t bits = batch->bits[word] & UINT64_MAX << from % 64;
    while (bits == 0 && (word + 1) * 64 < size)
        bits = batch->bits[++word];
    size_t place = bits == 0 ? size : word * 64 + (size_t)__builtin_ctzll(bits);
    return batch->start + (place < size ? place : size);
}

/* Whether the scan found nothing at a place behind a whole character: one that stays begins there. */
static inline bool tkz__doubtful_is_clear(const tkz__doubtful *batch, const char *text)
{
    size_t place = (size_t)(text - batch->start);
    return place < batch->size && (batch->bits[place / 64] >> place % 64 & 1) == 0;
}

/* `end`, less the beginning of a character that is not whole before it. */
static inline size_t tkz__whole_characters(const char *text, size_t start, size_t end)
{
    for (size_t back = 1; back <= 3 && end - start >= back; back++) {
        uint8_t byte = (uint8_t)text[end - back];
        if (byte >= 0xC0)
            return back < (size_t)2 + (byte >= 0xE0) + (byte >= 0xF0) ? end - back : end;
    }
    return end;
}

/* Where the last block of a text has to begin so that nearly all is looked at: at a character, at or
 * before `at`, with TKZ__SCAN_LEAST bytes to the end; from `start` on there are as many. */
static inline size_t tkz__last_block(const char *text, size_t start, size_t at, size_t size)
{
    if (size - at >= TKZ__SCAN_LEAST)
        return at;
    at = size - TKZ__SCAN_LEAST;
    while (at > start && ((uint8_t)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

#endif
