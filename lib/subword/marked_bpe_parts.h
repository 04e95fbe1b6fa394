/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two files of marked_bpe.h share. Leans on it.
 */
#ifndef TKZ_SUBWORD_MARKED_BPE_PARTS_H
#define TKZ_SUBWORD_MARKED_BPE_PARTS_H

#include "subword/marked_bpe.h"

enum { TKZ__MARKED_BYTES = 256 };

/* Where a pair is looked for: its topmost bits count. */
static inline uint64_t tkz__marked_pair_hash(uint32_t left, uint32_t right)
{
    return tkz__image_pair_hash(left, right);
}

#endif
