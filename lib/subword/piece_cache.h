/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker's memory of short pieces and their ids. Of fixed size; what it forgets
 * is computed again, so it changes the time of an answer and never the
 * answer. Leans on memory.
 *
 */
#ifndef TKZ_SUBWORD_PIECE_CACHE_H
#define TKZ_SUBWORD_PIECE_CACHE_H

#include <stdbool.h>
#include <string.h>

#include "core/memory.h"

enum {
    TKZ__PIECE_MOST_BYTES = 15,
    TKZ__PIECE_MOST_IDS = 4,
    TKZ__PIECE_BUCKET_BITS = 16 /* buckets of 64 bytes: 4 MiB; 2 MiB are 3 to 5 % slower on Japanese */
};

/* In the last byte of the key: the piece is a whole chunk, which may have ids of its own. */
#define TKZ__PIECE_WHOLE (UINT64_C(0x80) << 56)

/* The bytes of a piece, zero-padded; the last byte is its length, so that NUL is an ordinary
 * byte, and the flag above. */
typedef struct tkz__piece_key {
    uint64_t low;
    uint64_t high;
} tkz__piece_key;

/* A piece and its ids. The count is in the top 8 bits of the first id: ids have 24. */
typedef struct tkz__piece_entry {
    tkz__piece_key key; /* all zero: free */
    uint32_t ids[TKZ__PIECE_MOST_IDS];
} tkz__piece_entry;

/* Two entries fill a cache line; the one entered last stands first. */
typedef struct tkz__piece_bucket {
    tkz__piece_entry entries[2];
} tkz__piece_bucket;

static inline uint64_t tkz__piece_word(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The lowest `count` (0..8) bytes of a word. */
static inline uint64_t tkz__piece_mask(size_t count)
{
    return count < 8 ? (UINT64_C(1) << (8 * count)) - 1 : UINT64_MAX;
}

/* The key of `size` (1..15) bytes, of which 16 may be read. The masks of both words are read at once
 * from as many ones and zeros: computed, they take twice as many instructions. */
static inline tkz__piece_key tkz__piece_key_of(const uint8_t *bytes, size_t size)
{
    static const uint8_t masks[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    const uint8_t *mask = masks + 16 - size;
    tkz__piece_key key;
    key.low = tkz__piece_word(bytes) & tkz__piece_word(mask);
    key.high = tkz__piece_word(bytes + 8) & tkz__piece_word(mask + 8);
    key.high |= (uint64_t)size << 56;
    return key;
}

/* The same near the end of a text, where only `readable` bytes may be read. */
static inline tkz__piece_key tkz__piece_key_at_end(const uint8_t *bytes, size_t size,
                                                   size_t readable)
{
    uint8_t copy[16] = {0};
    if (readable >= sizeof copy)
        return tkz__piece_key_of(bytes, size);
    memcpy(copy, bytes, size);
    return tkz__piece_key_of(copy, size);
}

/* Is the piece ASCII? */
static inline bool tkz__piece_is_ascii(tkz__piece_key key)
{
    return ((key.low | key.high) & UINT64_C(0x8080808080808080)) == 0;
}

/* Of a piece that is not ASCII, looks at the first byte that is not: can it begin a character? Only
 * the first seven are looked at. */
static inline bool tkz__piece_is_no_text(tkz__piece_key key)
{
    uint64_t high = key.low & UINT64_C(0x0080808080808080);
    uint64_t from = key.low >> (high == 0 ? 0 : (unsigned)__builtin_ctzll(high) - 7);
    uint32_t lead = from & 0xFF, next = from >> 8 & 0xFF;
    return high != 0 && (lead < 0xC2 || lead > 0xF4 || (next & 0xC0) != 0x80);
}

static inline size_t tkz__piece_bucket_of(tkz__piece_key key)
{
    uint64_t mixed = key.low * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 32 ^ key.high) * UINT64_C(0xD6E8FEB86659FD93);
    return (size_t)(mixed >> (64 - TKZ__PIECE_BUCKET_BITS));
}

static inline bool tkz__piece_is(const tkz__piece_entry *entry, tkz__piece_key key)
{
    return ((entry->key.low ^ key.low) | (entry->key.high ^ key.high)) == 0;
}

/* The entry of a piece, or NULL. */
static inline const tkz__piece_entry *tkz__piece_find(const tkz__piece_bucket *bucket,
                                                      tkz__piece_key key)
{
    /* Either of the two as often: one look at both costs less than a wrong guess. */
    bool first = tkz__piece_is(&bucket->entries[0], key);
    bool second = tkz__piece_is(&bucket->entries[1], key);
    return __builtin_expect(first | second, 1) ? &bucket->entries[second] : NULL;
}

/* Remembers a piece of 1 .. TKZ__PIECE_MOST_IDS ids, in place of the older of two. */
static inline void tkz__piece_keep(tkz__piece_bucket *bucket, tkz__piece_key key,
                                   const uint32_t *ids, size_t count)
{
    bucket->entries[1] = bucket->entries[0];
    tkz__piece_entry *entry = &bucket->entries[0];
    entry->key = key;
    memset(entry->ids, 0, sizeof entry->ids);
    memcpy(entry->ids, ids, count * sizeof *ids);
    entry->ids[0] |= (uint32_t)count << 24;
}

#endif
