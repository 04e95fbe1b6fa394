/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout of a Megatron .idx file, for its writer and its reader. Source:
 * NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py. Leans on nothing.
 */
#ifndef TKZ_CORPUS_MEGATRON_H
#define TKZ_CORPUS_MEGATRON_H

#include <stdint.h>

/* Header: magic, u64 version, u8 element type, u64 sequences, u64 document indexes (documents +
 * 1). Behind it: i32 length in tokens of each sequence, i64 byte offset in the .bin of each,
 * i64 document indexes. All little-endian, nothing aligned. */
enum {
    TKZ__MEGATRON_MAGIC_SIZE = 9,
    TKZ__MEGATRON_VERSION_AT = 9,
    TKZ__MEGATRON_TYPE_AT = 17,
    TKZ__MEGATRON_SEQUENCES_AT = 18,
    TKZ__MEGATRON_DOCUMENTS_AT = 26,
    TKZ__MEGATRON_HEADER_SIZE = 34,
    TKZ__MEGATRON_VERSION = 1,
    TKZ__MEGATRON_INT32 = 4, /* element types that hold our ids */
    TKZ__MEGATRON_UINT16 = 8,
};

#define TKZ__MEGATRON_MAGIC "MMIDIDX\0" /* with the NUL of the literal: 9 bytes */

/* Megatron stores ids in 16 bits below this size of vocabulary (DType.optimal_dtype). */
#define TKZ__MEGATRON_UINT16_LIMIT UINT32_C(65500)

#endif
