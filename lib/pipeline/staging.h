/* SPDX-License-Identifier: Apache-2.0
 *
 * What one pass leaves for the next: the kept records of each frame with their
 * place in the source, as one zstd frame in a seekable file. Leans on io and corpus.
 */
#ifndef TKZ_PIPELINE_STAGING_H
#define TKZ_PIPELINE_STAGING_H

#include "core/mapped_file.h"
#include "corpus/document.h"
#include "io/zstd_frames.h"

/* A block: u32 source, u32 format of its frame, u32 number of records, then for each record u64
 * line, u64 offset in the source, u64 size and its bytes, a JSON object without line end. All
 * little-endian. Private to a run, never read by another version. */

/* Starts a block in `block` (cleared first). */
TKZ_CHECKED tkz_status tkz__staged_block_begin(tkz__buffer *block, const tkz__frame *frame,
                                               tkz_error *error);
/* Adds a record of that frame. */
TKZ_CHECKED tkz_status tkz__staged_block_add(tkz__buffer *block, const tkz__document *document,
                                             tkz__input_format format, const char *source_name,
                                             tkz_error *error);

/* Walks the records of a decompressed block. */
typedef struct tkz__staged_cursor {
    const uint8_t *data;
    size_t size;
    size_t position;
    uint32_t source;
    tkz__input_format format; /* other than JSONL: records are {"id", "text"} */
    uint32_t left;
} tkz__staged_cursor;
TKZ_CHECKED tkz_status tkz__staged_cursor_init(tkz__staged_cursor *cursor, const void *data,
                                               size_t size, tkz_error *error);
/* Fills place and raw bytes of `document`; CORRUPT if the block does not add up. */
TKZ_CHECKED tkz_status tkz__staged_cursor_next(tkz__staged_cursor *cursor,
                                               tkz__document *document, bool *done,
                                               tkz_error *error);

/* The finished file of a pass, mapped. */
typedef struct tkz__staged_file {
    tkz__mapped_file file;
    tkz__seek_table table;
    uint64_t *starts; /* table.count + 1 offsets of the frames */
    uint64_t *first_documents; /* table.count + 1: records before each block */
} tkz__staged_file;

/* Opens `path`; the counts of records are read off the blocks' own list, `path`.index (written by
 * the pass: one u32 a block). */
TKZ_CHECKED tkz_status tkz__staged_file_open(tkz__staged_file *staged, const char *path,
                                             const char *index_path, tkz_error *error);
void tkz__staged_file_close(tkz__staged_file *staged); /* accepts an all-zero struct */

#endif
