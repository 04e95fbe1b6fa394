/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker's memory of pieces of 16 to 31 bytes and their ids, beside that of short ones. Of fixed
 * size; what
 * it forgets is computed again, so it changes the time of an answer and never the answer. Leans on the
 * cache of short pieces.
 *
 * One piece in 140 of Japanese prose is that long with the vocabulary of Llama 3, one in 45 with
 * Qwen 3's.
 * Most take several symbols, each of which is looked for; a third to a half of them have come before.
 */
#ifndef TKZ_SUBWORD_LONG_PIECE_CACHE_H
#define TKZ_SUBWORD_LONG_PIECE_CACHE_H

#include "subword/piece_cache.h"

enum {
    TKZ__LONG_PIECE_MOST_BYTES = 31,
    TKZ__LONG_PIECE_MOST_IDS = 8,
    /* Of 64 bytes: what the other caches leave of 8 MiB. 1 MiB is 8 % slower on Japanese (Gemma 3). */
    TKZ__LONG_PIECE_ENTRIES = 28800
};

/* The bytes of a piece, zero-padded; the last byte is its length and TKZ__PIECE_WHOLE. */
typedef struct tkz__long_piece_key {
    uint64_t words[4];
} tkz__long_piece_key;

/* A piece and its ids. The count is in the top 8 bits of the first id: ids have 24. */
typedef struct tkz__long_piece {
    tkz__long_piece_key key; /* all zero: free */
    uint32_t ids[TKZ__LONG_PIECE_MOST_IDS];
} tkz__long_piece;

/* The key of `size` (16..31) bytes, of which 32 may be read. */
static inline tkz__long_piece_key tkz__long_piece_key_of(const uint8_t *bytes, size_t size,
                                                         bool is_whole)
{
    tkz__long_piece_key key;
    for (size_t i = 0; i < 4; i++)
        key.words[i] = tkz__piece_word(bytes + 8 * i);
    key.words[2] &= tkz__piece_mask(size - 16);
    key.words[3] &= tkz__piece_mask(size > 24 ? size - 24 : 0);
    key.words[3] |= (uint64_t)size << 56 | (is_whole ? TKZ__PIECE_WHOLE : 0);
    return key;
}

/* The same near the end of a text, where only `readable` bytes may be read. */
static inline tkz__long_piece_key tkz__long_piece_key_at_end(const uint8_t *bytes, size_t size,
                                                             size_t readable, bool is_whole)
{
    uint8_t copy[32] = {0};
    if (readable >= sizeof copy)
        return tkz__long_piece_key_of(bytes, size, is_whole);
    memcpy(copy, bytes, size);
    return tkz__long_piece_key_of(copy, size, is_whole);
}

static inline size_t tkz__long_piece_place(const tkz__long_piece_key *key)
{
    uint64_t mixed = 0;
    for (size_t i = 0; i < 4; i++)
        mixed = (mixed ^ mixed >> 32 ^ key->words[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)((mixed >> 32) * TKZ__LONG_PIECE_ENTRIES >> 32);
}

static inline bool tkz__long_piece_is(const tkz__long_piece *entry, const tkz__long_piece_key *key)
{
    return memcmp(&entry->key, key, sizeof *key) == 0;
}

/* Remembers a piece of 0 .. TKZ__LONG_PIECE_MOST_IDS ids in place of another. */
static inline void tkz__long_piece_keep(tkz__long_piece *entry, const tkz__long_piece_key *key,
                                        const uint32_t *ids, size_t count)
{
    entry->key = *key;
    memset(entry->ids, 0, sizeof entry->ids);
    memcpy(entry->ids, ids, count * sizeof *ids);
    entry->ids[0] |= (uint32_t)count << 24;
}

#endif
