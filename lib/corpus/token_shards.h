/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes Megatron .bin/.idx pairs, resumably. Format: NVIDIA/Megatron-LM
 * megatron/core/datasets/indexed_dataset.py. Leans on io's part files.
 */
#ifndef TKZ_CORPUS_TOKEN_SHARDS_H
#define TKZ_CORPUS_TOKEN_SHARDS_H

#include "corpus/text_shards.h"

typedef struct tkz__token_shards tkz__token_shards;

/* Shards are DIRECTORY/PREFIX-NNNNN_text_document.bin and .idx; a new one begins before a
 * document that would bring the .bin above `shard_size` bytes (0: 4 GiB). Ids are u16 if
 * vocabulary_size < 65500, otherwise i32, as Megatron chooses. The .idx grows beside the .bin,
 * so memory does not grow with the corpus. `resume` as for text shards. */
TKZ_CHECKED tkz_status tkz__token_shards_new(tkz__token_shards **shards, const char *directory,
                                             const char *prefix, uint32_t vocabulary_size,
                                             uint64_t shard_size, const tkz__buffer *resume,
                                             const tkz_allocator *allocator, tkz_error *error);

/* Appends documents: document i has ids[offsets[i]] .. ids[offsets[i+1]-1], each one sequence;
 * it may be empty. The ids must be below vocabulary_size (BAD_ID). A document of 2^31 tokens or
 * more is LIMIT. These two leave the writer as it was; after an error of the disk or memory it
 * is POISONED. */
TKZ_CHECKED tkz_status tkz__token_shards_append(tkz__token_shards *shards, const uint32_t *ids,
                                                const uint64_t *offsets, size_t count,
                                                tkz_error *error);
TKZ_CHECKED tkz_status tkz__token_shards_save(tkz__token_shards *shards, tkz__buffer *state,
                                              tkz_error *error);
TKZ_CHECKED tkz_status tkz__token_shards_finish(tkz__token_shards *shards, tkz_error *error);
size_t tkz__token_shards_count(const tkz__token_shards *shards);
const tkz__shard_info *tkz__token_shards_at(const tkz__token_shards *shards, size_t index);
void tkz__token_shards_free(tkz__token_shards *shards);

#endif
