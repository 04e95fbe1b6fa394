/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the format of word tables that its writer and its reader share
 * (doc/formats/word-table.md). Leans on word_table.
 */
#ifndef TKZ_TRAIN_WORD_TABLE_FORMAT_H
#define TKZ_TRAIN_WORD_TABLE_FORMAT_H

#include "train/word_table.h"

#define TKZ__WORD_MAGIC "TKZWORDS"
#define TKZ__WORD_END_MAGIC "TKZWDEND"

enum {
    TKZ__WORD_VERSION = 1,
    TKZ__WORD_MAGIC_SIZE = 8,
    TKZ__WORD_HEAD_FIXED = 24, /* bytes of the head before its texts */
    TKZ__WORD_TOTALS = 6,      /* u64s of tkz_word_totals */
    TKZ__WORD_BLOCK_HEAD = 12, /* stored size, content size, entries */
    TKZ__WORD_BLOCK = 1 << 16, /* a block is full with so many bytes */
    TKZ__VARINT_LIMIT = 10     /* bytes of a u64 */
};

/* The most bytes that a block may have: full but for one byte, and then the largest entry. */
#define TKZ__WORD_BLOCK_LIMIT                                                                     \
    ((size_t)TKZ__WORD_BLOCK + TKZ__WORD_LIMIT +                                                  \
     (size_t)TKZ__VARINT_LIMIT * (2 + TKZ__SOURCE_LIMIT))

/* Bytes behind the blocks: totals, number of blocks, tokens of the sources, hash, magic. */
static inline size_t tkz__word_end_size(uint32_t source_count)
{
    return sizeof(uint64_t) * (TKZ__WORD_TOTALS + 1 + (size_t)source_count + 1) +
           TKZ__WORD_MAGIC_SIZE;
}

#endif
