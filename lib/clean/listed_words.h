/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of words out of a user's file, and what of it stands in a document. Leans on word_trie,
 * measuring and filter.
 */
#ifndef TKZ_CLEAN_LISTED_WORDS_H
#define TKZ_CLEAN_LISTED_WORDS_H

#include "clean/filter.h"
#include "index/word_trie.h"

#define TKZ__WORD_LIST_TEXT "list of words, one a line, UTF-8"

typedef struct tkz__word_list tkz__word_list; /* immutable; any thread */

enum tkz__word_list_rule {
    TKZ__WORDS_FIRST = 1 << 0,        /* of several words at one place the one that comes first in the
                                       * file, as in a regular expression; else the longest */
    TKZ__WORDS_KATAKANA_WHOLE = 1 << 1, /* a word of katakana counts only where no katakana stands
                                         * before or behind it: [ァ-ヴー] */
    TKZ__WORDS_ON_BORDERS = 1 << 3,   /* only where words of the text begin and end */
    TKZ__WORDS_FOLD = 1 << 4,         /* letters are small ones, for tkz__word_list_find_english */
    TKZ__WORDS_STRIP = 1 << 2         /* white space around a line is no part of the word */
};

/* Reads the file. Empty lines are no words. Errors: OPEN_FAILED, IO, BAD_UTF8 (with line), LIMIT (a word
 * of more than 255 characters, more than 16 Mi characters in all), BAD_FORMAT (no words),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_list_open(tkz__word_list **list, const char *path,
                                           uint32_t rules, const tkz_allocator *allocator,
                                           tkz_error *error);
void tkz__word_list_free(tkz__word_list *list); /* accepts NULL */

/* Puts the words of the list into a filter that several lists have together: a worker that has it too
 * (tkz__measuring.word_filter) looks through a document once for all of them. The filter must stay as long as the list. */
void tkz__word_list_share(tkz__word_list *list, tkz__word_filter *filter);

/* For filters whose resource is a list: opened from their file without any rule; closed. */
TKZ_CHECKED tkz_status tkz__filter_open_words(const tkz__chosen_filter *chosen, void **resource,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__filter_close_words(void *resource, const tkz_allocator *allocator);

/* What stands in a document, from left to right without overlap. */
typedef struct tkz__word_hits {
    uint64_t words;
    uint64_t characters; /* of those words */
} tkz__word_hits;

/* Looks through the document; `sink` is told of each word, NULL: nobody is. Errors: OUT_OF_MEMORY, the
 * sink's, and with TKZ__WORDS_ON_BORDERS those of finding words. */
TKZ_CHECKED tkz_status tkz__word_list_find(const tkz__word_list *list, tkz__measuring *measuring,
                                           tkz__word_hits *hits, const tkz__span_sink *sink,
                                           tkz_error *error);

/* Words at the beginning or behind a space, and before a space, a comma, a full stop or the end, whatever
 * their case: of several the one that comes first in the file. What stands on both sides belongs to the
 * occurrence, so that the next one does not share it: (?:^| )(WORDS)(?:( |,|\.)|$) of Python's re with
 * IGNORECASE. The list has TKZ__WORDS_FOLD. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_list_find_english(const tkz__word_list *list,
                                                   tkz__measuring *measuring,
                                                   tkz__word_hits *hits, tkz_error *error);

/* How many different words of the list stand in the document. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_list_types(const tkz__word_list *list,
                                            tkz__measuring *measuring, uint64_t *types,
                                            tkz_error *error);

/* The places of the words of a filter's list, as its function for spans. Errors: as tkz__word_list_find. */
TKZ_CHECKED tkz_status tkz__word_list_spans(tkz__measuring *measuring,
                                            const tkz__chosen_filter *chosen,
                                            const tkz__span_sink *sink, tkz_error *error);

#endif
