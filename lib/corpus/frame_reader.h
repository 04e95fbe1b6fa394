/* SPDX-License-Identifier: Apache-2.0
 *
 * Cuts inputs into frames by a fixed rule: a frame ends behind the first record end at or
 * past 1 MiB, before and behind an oversized record, and at the end of its source. Leans
 * on io's inputs.
 */
#ifndef TKZ_CORPUS_FRAME_READER_H
#define TKZ_CORPUS_FRAME_READER_H

#include "corpus/document.h"

#define TKZ__FRAME_SIZE ((size_t)1 << 20)

typedef struct tkz__frame_reader tkz__frame_reader;

/* Where a reader stands: enough to go on from there in another process. All zero is the
 * beginning. */
typedef struct tkz__read_position {
    uint64_t frame_index;
    uint32_t source;
    uint32_t format; /* of that source, once known: tkz__input_format, 0 before */
    uint64_t offset; /* of decompressed bytes in the source */
    uint64_t line;   /* lines before that offset */
} tkz__read_position;

/* `paths` are borrowed for the reader's life ("-" is standard input, at most once). `frame_size` 0
 * means TKZ__FRAME_SIZE; `record_limit` is the size in bytes above which a record is oversized
 * (0: 1 GiB). All files are opened one after the other, none before its turn; but a missing or
 * unreadable one is reported here, before any work is done. Holds at most a frame and a record in
 * memory. Errors: OPEN_FAILED, INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__frame_reader_new(tkz__frame_reader **reader, const char *const *paths,
                                             size_t path_count, tkz__input_format format,
                                             size_t frame_size, uint64_t record_limit,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__frame_reader_free(tkz__frame_reader *reader); /* accepts NULL */

/* Fills `frame` with the next one, reusing its memory. Errors name file and offset. Whole
 * records before damage in a source are given out first, then the error, then the same error
 * for ever. */
TKZ_CHECKED tkz_status tkz__frame_reader_next(tkz__frame_reader *reader, tkz__frame *frame,
                                              bool *done, tkz_error *error);

/* The position behind the last frame given out, and a jump to one (reads and throws away what lies
 * before it in its source). TRUNCATED if the source has become shorter than that. */
tkz__read_position tkz__frame_reader_position(const tkz__frame_reader *reader);
TKZ_CHECKED tkz_status tkz__frame_reader_seek(tkz__frame_reader *reader,
                                              tkz__read_position position, tkz_error *error);

/* Stored bytes read, over all sources, and their sum (0 if one of them is a pipe). */
uint64_t tkz__frame_reader_stored_done(const tkz__frame_reader *reader);
uint64_t tkz__frame_reader_stored_total(const tkz__frame_reader *reader);

#endif
