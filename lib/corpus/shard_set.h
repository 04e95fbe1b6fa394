/* SPDX-License-Identifier: Apache-2.0
 *
 * What every shard writer needs beside the bytes themselves: numbered file names,
 * the list of shards, the saved state, and putting a directory back to where a
 * state was saved. Leans on buffer and POSIX directories.
 */
#ifndef TKZ_CORPUS_SHARD_SET_H
#define TKZ_CORPUS_SHARD_SET_H

#include "corpus/text_shards.h"

#define TKZ__SHARD_PATH_SIZE 4096

/* How the files of one kind of shard are called and what marks its states. */
typedef struct tkz__shard_kind {
    uint32_t number;             /* in the saved state: 1 text, 2 tokens */
    const char *const *suffixes; /* behind PREFIX-NNNNN; the first names the shard */
    size_t suffix_count;
} tkz__shard_kind;

typedef struct tkz__shard_set {
    const tkz__shard_kind *kind;
    char *directory;
    char *prefix;
    tkz__shard_info *shards; /* the last one grows if `growing` */
    size_t count;
    size_t capacity;
    bool growing;
    tkz_allocator allocator;
} tkz__shard_set;

TKZ_CHECKED tkz_status tkz__shard_set_init(tkz__shard_set *set, const tkz__shard_kind *kind,
                                           const char *directory, const char *prefix,
                                           const tkz_allocator *allocator, tkz_error *error);
void tkz__shard_set_free(tkz__shard_set *set); /* accepts an all-zero struct */

/* The path of shard `index` with suffix number `suffix`, without .part. */
void tkz__shard_set_path(const tkz__shard_set *set, size_t index, size_t suffix,
                         char path[TKZ__SHARD_PATH_SIZE]);

/* Adds a shard that grows. */
TKZ_CHECKED tkz_status tkz__shard_set_begin(tkz__shard_set *set, tkz_error *error);
/* The shard that grows; NULL when there is none. */
tkz__shard_info *tkz__shard_set_growing(const tkz__shard_set *set);

/* Appends the state: versioned, little-endian, ended by its own XXH3. `parameter` must be the
 * same on resume; `digest` is the hash of the growing shard's content so far. */
TKZ_CHECKED tkz_status tkz__shard_set_save(const tkz__shard_set *set, uint64_t parameter,
                                           uint64_t digest, tkz__buffer *state, tkz_error *error);

/* Reads a state into an empty set. Errors: CORRUPT, BAD_VERSION, INVALID_ARGUMENT (another kind or
 * parameter), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__shard_set_load(tkz__shard_set *set, uint64_t parameter,
                                           const tkz__buffer *state, uint64_t *digest,
                                           tkz_error *error);

/* Makes the directory what it was when the state in the set was saved, for an empty set what it
 * is before the first shard: finished shards must stand there with their size (CORRUPT,
 * OPEN_FAILED), a growing shard that was finished meanwhile becomes a .part file again, and
 * every later file of these shards is removed. */
TKZ_CHECKED tkz_status tkz__shard_set_restore(const tkz__shard_set *set, tkz_error *error);

#endif
