/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the results of a pass go, in the order of frames: work files, shards,
 * streams. Their state can be saved and taken up again. Leans on io and corpus.
 */
#ifndef TKZ_PIPELINE_SINKS_H
#define TKZ_PIPELINE_SINKS_H

#include "corpus/manifest.h"
#include "corpus/text_shards.h"
#include "corpus/token_shards.h"
#include "io/part_file.h"
#include "pipeline/frame_job.h"
#include "tokenize/io.h"

/* Streams live as long as the run, since several passes may write to one. */
typedef struct tkz__streams {
    tkz_output *records;
    tkz_output *ids;
    tkz_output *rejects;
    tkz_output *bad;
    tkz_output *scores;
} tkz__streams;

/* Whether the stream at `path` (NULL: there is none) is compressed: its name says so. */
bool tkz__stream_is_compressed(const char *path);

TKZ_CHECKED tkz_status tkz__streams_open(tkz__streams *streams, const tkz_recipe *recipe,
                                         tkz_error *error);
TKZ_CHECKED tkz_status tkz__streams_commit(tkz__streams *streams, tkz_error *error);
void tkz__streams_discard(tkz__streams *streams);

/* Lines and documents that went into outputs, counted there from the bytes, for the accounts. */
typedef struct tkz__written {
    uint64_t text;
    uint64_t rejects;
    uint64_t bad;
    uint64_t encoded;
    uint64_t staged;
    uint64_t signatures;
    uint64_t scores; /* only into a stream, which is not resumed */
} tkz__written;

typedef struct tkz__sinks {
    const tkz__job_context *context;
    tkz__streams *streams;
    tkz__part_file *staged;
    tkz__part_file *staged_index;
    tkz__seek_table staged_table;
    tkz__part_file *signatures;
    tkz__text_shards *text;
    tkz__text_shards *rejects;
    tkz__text_shards *bad;
    tkz__token_shards *tokens;
    tkz__written written;
} tkz__sinks;

/* Opens what the pass of `context` writes. `state` is what tkz__sinks_save gave, or NULL to start
 * anew. `work` and `directory` may be NULL where the pass does not need them. */
TKZ_CHECKED tkz_status tkz__sinks_open(tkz__sinks *sinks, const tkz__job_context *context,
                                       tkz__streams *streams, const char *work,
                                       const char *directory, const json_t *state,
                                       tkz_error *error);

/* Takes over the results of the next frame. */
TKZ_CHECKED tkz_status tkz__sinks_append(tkz__sinks *sinks, const tkz__job_item *item,
                                         tkz_error *error);

/* Brings everything to the disk and describes it; the caller drops the reference. */
TKZ_CHECKED tkz_status tkz__sinks_save(tkz__sinks *sinks, json_t **state, tkz_error *error);

/* Completes every file of the pass under its final name, and appends the shards to `files`, a JSON
 * array of manifest entries. */
TKZ_CHECKED tkz_status tkz__sinks_finish(tkz__sinks *sinks, json_t *files, tkz_error *error);

/* Closes; what is not finished stays for a later resume. */
void tkz__sinks_close(tkz__sinks *sinks);

#endif
