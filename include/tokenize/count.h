/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables: files of words in order, with a count for each source of text. `tokenize count`
 * makes them in bounded memory, they add up, and vocabularies are trained from them.
 */
#ifndef TOKENIZE_COUNT_H
#define TOKENIZE_COUNT_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over a table. */
typedef struct tkz_word_totals {
    uint64_t types;           /* different words */
    uint64_t tokens;          /* occurrences */
    uint64_t bytes;           /* of all occurrences */
    uint64_t characters;      /* of all occurrences; a byte that is not UTF-8 is one */
    uint64_t longest;         /* characters of the longest word */
    uint64_t longest_bytes;   /* bytes of the word with the most */
} tkz_word_totals;

/* An open word table: one pass over its words. One thread at a time. */
typedef struct tkz_word_table tkz_word_table;

/* What a table says of itself. Strings live as long as the table; "" where a thing was not done. */
typedef struct tkz_word_table_info {
    const char *pre_tokenizer; /* its name, or its steps as `vocab info` shows them */
    const char *cut;           /* further rules, such as "lines,punctuation" */
    const char *normal_form;   /* full name */
    const char *boundaries;    /* XXH3 of the dictionary of morphemes, 16 hexadecimal digits */
    uint32_t source_count;
    tkz_word_totals totals;    /* before weights */
} tkz_word_table_info;

/* Opens a table file (no pipe) and reads its head and its end. Errors: OPEN_FAILED, BAD_FORMAT,
 * BAD_VERSION, CORRUPT, TRUNCATED, IO, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_table_open(tkz_word_table **table, const char *path,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_word_table_close(tkz_word_table *table); /* accepts NULL */
TKZ_API void tkz_word_table_describe(const tkz_word_table *table, tkz_word_table_info *info);

/* Name of source `index`, in ascending order, and how many words of it were counted (may be NULL).
 * NULL beyond the end. */
TKZ_API const char *tkz_word_table_source(const tkz_word_table *table, uint32_t index,
                                          uint64_t *tokens);

/* Gives a source the weight numerator / denominator (0..1048576, 1..1048576); sources have 1/1. A
 * word's count becomes the sum of count times weight over the sources, taken exactly and rounded
 * once, to the nearest integer, halves up. Only before the first word was read. Errors: NOT_FOUND
 * (no such source), INVALID_ARGUMENT (out of range, or too late), LIMIT (the least common multiple
 * of the denominators above 2^32). */
TKZ_API TKZ_CHECKED tkz_status tkz_word_table_set_weight(tkz_word_table *table, const char *source,
                                                         uint32_t numerator, uint32_t denominator,
                                                         tkz_error *error);

/* A word and its counts. Valid until the next call. */
typedef struct tkz_word {
    const char *bytes;
    size_t size;
    uint64_t count;         /* weighted sum over the sources, not 0 */
    const uint64_t *counts; /* of each source, before weights */
} tkz_word;

/* The next word in ascending order of bytes; `*done` is nonzero when there is none. Words whose
 * weighted count is 0 are passed over. Whatever the file says is checked. Errors: CORRUPT,
 * COUNTS_DISAGREE, OVERFLOW, IO, OUT_OF_MEMORY; after an error the same one comes again. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_table_next(tkz_word_table *table, tkz_word *word,
                                                   int32_t *done, tkz_error *error);

/* Adds up tables whose words were cut alike and writes the sum to `output`, whole or not at all.
 * Sources of the same name are added, others stand side by side. The result does not depend on
 * order or grouping. At most 1000 tables; memory: about 200 KiB for each. `totals` may be NULL.
 * Errors: INVALID_ARGUMENT (words cut in different ways, none or too many tables), LIMIT (more than
 * 256 sources), OVERFLOW, those of opening, reading and writing. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_table_merge(const char *const *paths, size_t count,
                                                    const char *output, tkz_word_totals *totals,
                                                    const tkz_allocator *allocator,
                                                    tkz_error *error);

/* How words from elsewhere become a table. Zeroed members stand for the defaults. */
typedef struct tkz_word_import {
    const char *pre_tokenizer; /* how they were cut: a name, or the steps; NULL: "none" */
    const char *source;        /* NULL: "all" */
    uint64_t memory;           /* bytes for words on their way, from 2 MiB on; 0: no bound */
    const char *folder;        /* where to write what has no room; NULL: LIMIT then */
} tkz_word_import;

/* Makes a table of lines "word TAB count" in any order, a word as often as it likes, with the escapes
 * of doc/formats/word-counts.md; or of tables in that format, whose first line names the
 * pre-tokenizer (all the same one, which goes before that of `how`). Files may be compressed; "-" is
 * standard input. `how` and `totals` may be NULL. Errors: CORRUPT (the line is named), NOT_FOUND
 * (the pre-tokenizer), INVALID_ARGUMENT (tables cut in different ways), OVERFLOW, LIMIT (memory; a
 * word above 1 MiB), those of reading and writing. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_table_import(const char *const *paths, size_t count,
                                                     const tkz_word_import *how,
                                                     const char *output, tkz_word_totals *totals,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);

/* Appends the escaped form of a word, as those lines have it, to a text: writes at most `capacity`
 * bytes to `target` (may be NULL if that is 0) and returns how many it has; 4 * size are enough. */
TKZ_API size_t tkz_word_escape(const char *word, size_t size, char *target, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_COUNT_H */
