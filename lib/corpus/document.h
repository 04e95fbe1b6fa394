/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame of input and the documents in it. Leans on io's JSON scanner and the
 * UTF-8 of text.
 */
#ifndef TKZ_CORPUS_DOCUMENT_H
#define TKZ_CORPUS_DOCUMENT_H

#include "core/arena.h"
#include "core/buffer.h"
#include "io/json_scanner.h"

typedef enum tkz__input_format {
    TKZ__INPUT_AUTO,     /* per file: JSON lines if the first byte that is not white space is '{',
                            otherwise lines */
    TKZ__INPUT_JSONL,    /* one JSON object a line */
    TKZ__INPUT_LINES,    /* one document a line */
    TKZ__INPUT_DOCUMENT, /* one document a file */
} tkz__input_format;

/* A run of whole records of one source: the unit of parallel work, resume and provenance. */
typedef struct tkz__frame {
    uint64_t index;         /* over all sources, from 0 */
    uint32_t source;        /* index into the list of paths */
    tkz__input_format format; /* never AUTO */
    uint64_t offset;        /* byte of the decompressed source where the frame starts */
    uint64_t first_line;    /* line number of its first line, from 1 */
    tkz__buffer bytes;      /* records with their line ends; the last of a source may lack one */
    bool oversized;         /* one record above the limit: `bytes` holds only its first 4 KiB */
    uint64_t oversized_size; /* its full size in bytes, line end excluded */
    uint64_t record_limit;   /* that it is above */
    uint64_t stored_done;   /* compressed bytes of the source read when the frame was cut */
} tkz__frame;

void tkz__frame_init(tkz__frame *frame, const tkz_allocator *allocator);
void tkz__frame_free(tkz__frame *frame);

/* How records become documents. */
typedef struct tkz__record_options {
    const char *text_key; /* top-level member that holds the text */
    size_t text_key_size;
    const char *id_key; /* NULL: it is not looked for */
    size_t id_key_size;
    const char *url_key; /* NULL: it is not looked for */
    size_t url_key_size;
    tkz__surrogates surrogates;
} tkz__record_options;

typedef enum tkz__record_kind { TKZ__RECORD_DOCUMENT, TKZ__RECORD_BAD } tkz__record_kind;

/* One record. Pointers are into the frame or the arena. */
typedef struct tkz__document {
    tkz__record_kind kind;
    uint32_t source;
    uint64_t line;        /* number in the source, from 1 */
    uint64_t offset;      /* byte of the decompressed source where the record starts */
    const char *raw;      /* the record without its line end (and without a BOM) */
    size_t raw_size;
    const char *text;     /* unescaped, valid UTF-8 */
    size_t text_size;
    const char *edited;   /* a text put in its place, which `text` then is too; NULL if none was */
    size_t edited_size;
    size_t text_start, text_end; /* the text as it stands in `raw`; of JSON lines without quotes */
    const char *id;       /* NULL if the record has none; a number is taken as written */
    size_t id_size;
    const char *url;      /* NULL if it is not looked for, or the record has no string of that name */
    size_t url_size;
    /* For a bad record: "bad_utf8", "bad_json", "missing_field", "lone_surrogate", "too_large";
     * "encode_limit" where the encoder refused it. */
    const char *reason;
    tkz_error error;      /* detail; its offset counts in `raw` */
} tkz__document;

/* Walks the records of a frame. Blank lines (only white space) are not records. */
typedef struct tkz__frame_cursor {
    const tkz__frame *frame;
    size_t position;
    uint64_t line;
} tkz__frame_cursor;

void tkz__frame_cursor_init(tkz__frame_cursor *cursor, const tkz__frame *frame);

/* The next record, in `document`; `*done` when there is none. Bad records are no error: they
 * come as TKZ__RECORD_BAD. A frame that is a whole source is one record unless it is blank. The
 * arena is not reset. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__frame_next(tkz__frame_cursor *cursor,
                                       const tkz__record_options *options, tkz__arena *arena,
                                       tkz__document *document, bool *done, tkz_error *error);

/* Appends the record as one JSON line with LF: a JSON-lines record that was not edited as its
 * raw bytes; with a new `text` (not NULL) the raw bytes with that value replaced; a document of
 * another format as {"id":"SOURCE:LINE","text":"..."}, or "SOURCE" alone when the whole source
 * is the document. A source name that is not UTF-8 has U+FFFD in its place. Not for bad
 * records: INVALID_ARGUMENT. */
TKZ_CHECKED tkz_status tkz__document_write(const tkz__document *document,
                                           tkz__input_format format, const char *source_name,
                                           const char *text, size_t text_size,
                                           tkz__buffer *buffer, tkz_error *error);

#endif
