/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of what a run wrote: DIRECTORY/manifest.json (doc/formats/manifest.md).
 * Leans on jansson, whose memory is malloc's, and on io's atomic files.
 */
#ifndef TKZ_CORPUS_MANIFEST_H
#define TKZ_CORPUS_MANIFEST_H

#include <jansson.h>

#include "corpus/text_shards.h"

#define TKZ__MANIFEST_NAME "manifest.json"

typedef enum tkz__manifest_kind {
    TKZ__MANIFEST_TEXT,      /* JSON lines that passed, seekable zstd */
    TKZ__MANIFEST_TOKENS,    /* a .bin, with its .idx */
    TKZ__MANIFEST_BAD,       /* records that could not be read */
    TKZ__MANIFEST_REJECTS,   /* documents that were dropped */
    TKZ__MANIFEST_TOKENIZER, /* a model file */
    TKZ__MANIFEST_REPORT,    /* figures of the run */
} tkz__manifest_kind;

typedef struct tkz__manifest_file {
    tkz__manifest_kind kind;
    tkz__shard_info info; /* its name is relative to the directory of the manifest */
} tkz__manifest_file;

/* A manifest that was read. */
typedef struct tkz__manifest {
    tkz__manifest_file *files;
    size_t count;
    tkz_allocator allocator;
} tkz__manifest;

/* Writes DIRECTORY/manifest.json atomically. `header` is a JSON object (`header_size` bytes)
 * whose members come between our own and the list of files, in their order; it may not use our
 * names. The same arguments give the same bytes. Errors: BAD_JSON, INVALID_ARGUMENT, IO,
 * NO_SPACE, OPEN_FAILED, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__manifest_write(const char *directory, const char *header,
                                           size_t header_size, const tkz__manifest_file *files,
                                           size_t count, tkz_error *error);

/* Reads the list of files from the manifest at `path`. Names that lead out of its directory are
 * CORRUPT. Errors: OPEN_FAILED, BAD_FORMAT, BAD_VERSION, BAD_JSON, CORRUPT, LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__manifest_read(tkz__manifest *manifest, const char *path,
                                          const tkz_allocator *allocator, tkz_error *error);
void tkz__manifest_free(tkz__manifest *manifest); /* accepts an all-zero struct */

/* One entry of the list, to JSON (NULL: out of memory) and back; `path` and `index` name the place
 * of a fault. Errors: CORRUPT. */
json_t *tkz__manifest_file_to_json(const tkz__manifest_file *file);
TKZ_CHECKED tkz_status tkz__manifest_file_from_json(const json_t *object, const char *path,
                                                    size_t index, tkz__manifest_file *file,
                                                    tkz_error *error);

/* Fills size and hash of a file that is no shard (a tokenizer, a report) into `info`, with the
 * name given. Errors: OPEN_FAILED, IO, INVALID_ARGUMENT (name too long). */
TKZ_CHECKED tkz_status tkz__manifest_describe(const char *directory, const char *name,
                                              tkz__shard_info *info, tkz_error *error);

#endif
