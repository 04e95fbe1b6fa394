/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes JSON-lines shards of bounded size as seekable zstd, resumably. Leans
 * on io's part files and zstd frames.
 */
#ifndef TKZ_CORPUS_TEXT_SHARDS_H
#define TKZ_CORPUS_TEXT_SHARDS_H

#include "core/buffer.h"

/* One finished or growing shard. */
typedef struct tkz__shard_info {
    char name[96];         /* file name in the directory, without .part */
    uint64_t records;      /* documents */
    uint64_t items;        /* text shards: content bytes; token shards: tokens */
    uint64_t stored_size;  /* bytes of the file (token shards: of the .bin) */
    uint64_t content_hash; /* XXH3 of the decompressed content (token shards: of the .bin); 0 while
                              the shard grows */
    uint64_t index_size;   /* token shards: bytes of the .idx; otherwise 0 */
    uint64_t index_hash;   /* token shards: XXH3 of the .idx; otherwise 0 */
} tkz__shard_info;

/* Where a writer stands, for the journal: finished shards and the one that grows. */
typedef struct tkz__text_shards tkz__text_shards;

/* Shards are DIRECTORY/PREFIX-NNNNN.jsonl.zst; a new one begins before a frame that would make
 * the file larger than `shard_size` stored bytes with its seek table (0: 1 GiB), so that every
 * shard but one of a single oversized frame is within the bound. `resume` (NULL: start anew)
 * continues where an earlier writer stood: the bytes of tkz__text_shards_save. Either way,
 * files of such shards that were made after that point, by whichever run, are removed. Errors:
 * CORRUPT (state, or a shard it lists), BAD_VERSION, INVALID_ARGUMENT, OPEN_FAILED, IO,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__text_shards_new(tkz__text_shards **shards, const char *directory,
                                            const char *prefix, uint64_t shard_size,
                                            const tkz__buffer *resume,
                                            const tkz_allocator *allocator, tkz_error *error);

/* Appends one zstd frame (made by tkz__frame_compress) with `records` documents; an empty one
 * (stored_size 0) is skipped. `content`, the decompressed bytes, goes into the shard's hash.
 * After an error of the disk or memory the writer is POISONED: resume from the last state. */
TKZ_CHECKED tkz_status tkz__text_shards_append(tkz__text_shards *shards, const void *stored,
                                               size_t stored_size, const void *content,
                                               size_t content_size, uint64_t records,
                                               tkz_error *error);

/* Syncs the growing shard and appends the writer's state to `state`. */
TKZ_CHECKED tkz_status tkz__text_shards_save(tkz__text_shards *shards, tkz__buffer *state,
                                             tkz_error *error);

/* Ends the last shard; afterwards every shard stands under its final name. A writer that was given
 * nothing makes no shard. */
TKZ_CHECKED tkz_status tkz__text_shards_finish(tkz__text_shards *shards, tkz_error *error);

/* The finished shards and, last, the one that grows. */
size_t tkz__text_shards_count(const tkz__text_shards *shards);
const tkz__shard_info *tkz__text_shards_at(const tkz__text_shards *shards, size_t index);

/* Frees; an unfinished .part file stays for a later resume. Accepts NULL. */
void tkz__text_shards_free(tkz__text_shards *shards);

#endif
