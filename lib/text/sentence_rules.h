/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether an end mark really ends a sentence. Leans on sentence_character.
 */
#ifndef TKZ_TEXT_SENTENCE_RULES_H
#define TKZ_TEXT_SENTENCE_RULES_H

#include "text/sentence_character.h"

/* A run of end marks with the closing brackets and decoration behind it. */
typedef struct tkz__end_mark {
    const char *text;
    size_t size;
    size_t start; /* first byte of the sentence */
    size_t at;    /* first end mark */
    size_t end;   /* behind the run */
    size_t next;  /* behind the white space that follows it; below `size` */
    uint32_t marks;     /* 1 << tkz__mark of all that the run holds */
    uint32_t mark_count;
    bool bracketed;     /* the run's last end mark is inside a pair of brackets closed by the run */
    bool bracket_first; /* ... that opens the sentence */
} tkz__end_mark;

/* Whether it ends a sentence, given text behind it that is not a certain end in itself. */
bool tkz__mark_ends(const tkz__end_mark *mark);

/* The same for two periods or more of one width, without any other end mark. */
bool tkz__ellipsis_ends(const tkz__end_mark *mark);

/* Whether a symbol, a laugh or an emoticon at [at, end), without an end mark, ends a sentence;
 * `next` is behind the white space that follows it. */
bool tkz__decoration_ends(const char *text, size_t size, size_t start, size_t at, size_t end,
                          size_t next);

/* Whether wide white space at [at, end) stands for an end mark. */
bool tkz__wide_space_ends(const char *text, size_t size, size_t start, size_t at, size_t end);

/* Whether `text` behind quoted or foreign words begins a sentence of its own rather than going on
 * with a particle. */
bool tkz__sentence_follows(const char *text, size_t size);

/* Whether what stands between `start` and `at` is only the number of an item or a heading: digits,
 * one letter, or a kanji and digits. */
bool tkz__is_label(const char *text, size_t start, size_t at);

#endif
