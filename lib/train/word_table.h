/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables from inside: words in ascending order with a count for each source, written and
 * read block by block in bounded memory. doc/formats/word-table.md is the format. Leans on io's
 * block files and zstd frames.
 */
#ifndef TKZ_TRAIN_WORD_TABLE_H
#define TKZ_TRAIN_WORD_TABLE_H

#include "core/buffer.h"
#include "io/block_file.h"
#include "tokenize/count.h"

/* Longer words are cut by whoever counts: no vocabulary has such tokens, and every reader can bound
 * its memory by it. */
#define TKZ__WORD_LIMIT ((size_t)1 << 20)

enum {
    TKZ__SOURCE_LIMIT = 256,      /* columns of a table */
    TKZ__SOURCE_NAME_LIMIT = 255, /* bytes of a source's name */
    TKZ__WORD_FACT_LIMIT = 1 << 17, /* bytes of each text that says how words were cut */
    TKZ__WORD_LEVEL = 3            /* zstd level of tables that are kept */
};

/* A word, not empty, and how often it occurs in each source; one count at least is not 0. */
typedef struct tkz__word_entry {
    const uint8_t *word;
    size_t size;
    const uint64_t *counts;
} tkz__word_entry;

/* Gives out entries in ascending order of words: by bytes, a word before its continuations. An
 * entry is valid until the next call. */
typedef struct tkz__word_stream {
    void *context;
    tkz_status (*next)(void *context, tkz__word_entry *entry, bool *done, tkz_error *error);
} tkz__word_stream;

/* How the words of a table were cut: tables that differ here cannot be added up. NUL-terminated,
 * "" where a thing was not done. */
enum {
    TKZ__WORD_PRE_TOKENIZER, /* its name, or its steps */
    TKZ__WORD_CUT,           /* further rules: "lines,punctuation" */
    TKZ__WORD_NORMAL_FORM,   /* full name */
    TKZ__WORD_BOUNDARIES,    /* XXH3 of the dictionary, 16 hexadecimal digits */
    TKZ__WORD_FACTS
};

typedef struct tkz__word_head {
    const char *facts[TKZ__WORD_FACTS];
    const char *const *sources; /* names, ascending, all different */
    uint32_t source_count;      /* 1 .. TKZ__SOURCE_LIMIT */
} tkz__word_head;

/* -1, 0, 1 as word `a` comes before, is, or comes behind word `b`. */
int tkz__word_compare(const void *a, size_t a_size, const void *b, size_t b_size);

/* ---- Sums ----------------------------------------------------------------- */

/* What stands at the end of a table. */
typedef struct tkz__word_sums {
    tkz_word_totals totals;
    uint64_t tokens[TKZ__SOURCE_LIMIT]; /* of each source */
} tkz__word_sums;

/* Adds an entry. Errors: OVERFLOW (the bytes of all occurrences above 2^64-1, which bounds every
 * other sum). */
TKZ_CHECKED tkz_status tkz__word_sums_add(tkz__word_sums *sums, const tkz__word_entry *entry,
                                          uint32_t source_count, tkz_error *error);

/* ---- Writing -------------------------------------------------------------- */

/* Where the bytes of a table go. */
typedef struct tkz__word_sink {
    void *context;
    tkz_status (*write)(void *context, const void *data, size_t size, tkz_error *error);
} tkz__word_sink;

typedef struct tkz__word_table_writer tkz__word_table_writer;

/* Begins a table; zstd `level` as in tkz_output_open. `head` is not needed afterwards. Errors:
 * INVALID_ARGUMENT (a head beyond the limits, or names not ascending), OUT_OF_MEMORY, those of the
 * sink. */
TKZ_CHECKED tkz_status tkz__word_table_writer_new(tkz__word_table_writer **writer,
                                                  tkz__word_sink sink, const tkz__word_head *head,
                                                  int32_t level, const tkz_allocator *allocator,
                                                  tkz_error *error);
/* Adds the next entry. Errors: INTERNAL (not ascending, or too long), OVERFLOW, OUT_OF_MEMORY,
 * those of the sink. */
TKZ_CHECKED tkz_status tkz__word_table_writer_add(tkz__word_table_writer *writer,
                                                  const tkz__word_entry *entry, tkz_error *error);
/* Writes what is left. */
TKZ_CHECKED tkz_status tkz__word_table_writer_finish(tkz__word_table_writer *writer,
                                                     tkz_error *error);
void tkz__word_table_writer_free(tkz__word_table_writer *writer); /* accepts NULL */

/* Writes all of a stream: new, add, finish. `sums` may be NULL. */
TKZ_CHECKED tkz_status tkz__word_table_write(tkz__word_sink sink, const tkz__word_head *head,
                                             int32_t level, tkz__word_stream stream,
                                             tkz__word_sums *sums,
                                             const tkz_allocator *allocator, tkz_error *error);

/* The same into a file that appears when it is whole ("-": standard output). */
TKZ_CHECKED tkz_status tkz__word_table_publish(const char *path, const tkz__word_head *head,
                                               tkz__word_stream stream, tkz__word_sums *sums,
                                               const tkz_allocator *allocator, tkz_error *error);

/* ---- Reading -------------------------------------------------------------- */

/* One pass over a table that lies in `size` bytes of a block file from `start` on. */
typedef struct tkz__word_table_reader tkz__word_table_reader;

/* Reads head and end. The file is borrowed. Errors: BAD_FORMAT, BAD_VERSION, CORRUPT, TRUNCATED,
 * IO, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_table_reader_new(tkz__word_table_reader **reader,
                                                  const tkz__block_file *file, uint64_t start,
                                                  uint64_t size, const tkz_allocator *allocator,
                                                  tkz_error *error);
void tkz__word_table_reader_free(tkz__word_table_reader *reader); /* accepts NULL */
const tkz__word_head *tkz__word_table_reader_head(const tkz__word_table_reader *reader);
const tkz__word_sums *tkz__word_table_reader_sums(const tkz__word_table_reader *reader);

/* The next entry. All that a block says is checked: order, sizes, and at the end the sums. Errors:
 * CORRUPT, COUNTS_DISAGREE, OVERFLOW, IO, OUT_OF_MEMORY; an error comes again at every later call. */
TKZ_CHECKED tkz_status tkz__word_table_reader_next(tkz__word_table_reader *reader,
                                                   tkz__word_entry *entry, bool *done,
                                                   tkz_error *error);
tkz__word_stream tkz__word_table_reader_stream(tkz__word_table_reader *reader);

#endif
