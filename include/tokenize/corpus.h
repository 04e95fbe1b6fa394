/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and checking what a run wrote: token shards and manifests.
 */
#ifndef TOKENIZE_CORPUS_H
#define TOKENIZE_CORPUS_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Token shards ----------------------------------------------------- */

/* A Megatron .bin/.idx pair, mapped read-only. Immutable; any thread. */
typedef struct tkz_token_shard tkz_token_shard;

/* Opens PREFIX.bin and PREFIX.idx; `prefix` may also be the name of either file. All offsets are
 * checked. Errors: OPEN_FAILED, BAD_FORMAT, BAD_VERSION, CORRUPT, UNSUPPORTED (element type,
 * multimodal), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_token_shard_open(tkz_token_shard **shard, const char *prefix,
                                                    const tkz_allocator *allocator,
                                                    tkz_error *error);
TKZ_API void tkz_token_shard_free(tkz_token_shard *shard); /* accepts NULL */
TKZ_API uint64_t tkz_token_shard_document_count(const tkz_token_shard *shard);
TKZ_API uint64_t tkz_token_shard_token_count(const tkz_token_shard *shard);

/* Copies the ids of document `index` to `ids` (room for `capacity`; NULL if that is 0); `*count` is
 * how many there are, and nothing is copied when they do not fit. Errors: INVALID_ARGUMENT (index),
 * CORRUPT. */
TKZ_API TKZ_CHECKED tkz_status tkz_token_shard_document(const tkz_token_shard *shard,
                                                        uint64_t index, uint32_t *ids,
                                                        size_t capacity, size_t *count,
                                                        tkz_error *error);

/* ---- Checking --------------------------------------------------------- */

/* What a check looked at; up to the first fault. */
typedef struct tkz_check_report {
    uint64_t files;     /* files looked at */
    uint64_t bytes;     /* stored bytes of them */
    uint64_t documents; /* documents in text shards */
    uint64_t tokens;    /* tokens in token shards */
} tkz_check_report;

/* Checks an output directory (its manifest.json and every file it lists), a manifest, or one
 * shard by its content. Quick: sizes, magic numbers, indexes, seek tables, and tokenizers and
 * reports whole. `deep` != 0: reads all content, checksums, hashes and counts of records. A
 * tokenizer is checked by the size and hash in a manifest; one of no manifest is BAD_FORMAT.
 * `report` may be NULL; documents of a shard of no manifest are counted only by a deep check.
 * Errors: CORRUPT, TRUNCATED, COUNTS_DISAGREE, OPEN_FAILED, BAD_FORMAT, BAD_JSON, BAD_VERSION,
 * UNSUPPORTED: the first fault, naming the file. */
TKZ_API TKZ_CHECKED tkz_status tkz_check(const char *path, int32_t deep,
                                         const tkz_allocator *allocator,
                                         tkz_check_report *report, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_CORPUS_H */
