/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of one document, found by a boundary source: one behind the other, with a number for each
 * that is equal for equal words. Leans on sequence_set, character_kinds and measures.
 */
#ifndef TKZ_CLEAN_DOCUMENT_WORDS_H
#define TKZ_CLEAN_DOCUMENT_WORDS_H

#include "clean/measures.h"
#include "clean/sequence_set.h"
#include "core/buffer.h"
#include "tokenize/base.h"

typedef struct tkz__document_words {
    tkz_boundaries source; /* `open` NULL: there is none */
    void *worker;          /* of the source */
    bool counts_nouns;     /* parts of speech are asked for */
    bool keeps_white_space; /* words of white space are words */
    const tkz__character_kinds *kinds;
    tkz__buffer bytes;    /* the words without what stands between */
    uint32_t *starts;     /* of each in `bytes`, and the end of the last */
    uint32_t *characters; /* how many stand before each in `bytes`, and all */
    uint32_t *names;      /* the number of the first word that is equal */
    size_t count;
    size_t capacity;      /* of each of the three */
    tkz__sequence_set set; /* of single words, or of the sequences last looked for: */
    bool indexed;          /* of single words */
    tkz_allocator allocator;
} tkz__document_words;

/* Allocates nothing. */
void tkz__document_words_init(tkz__document_words *words, const tkz__character_kinds *kinds,
                              const tkz_allocator *allocator);
void tkz__document_words_free(tkz__document_words *words);

/* Takes the words from `source` from now on; NULL: from nowhere. Errors: INVALID_ARGUMENT (nouns are counted and the source
 * has no features), those of opening it. */
TKZ_CHECKED tkz_status tkz__document_words_use(tkz__document_words *words,
                                               const tkz_boundaries *source, tkz_error *error);

/* Finds the words of a text, a line at a time, without white space around them, and counts them into
 * `found`. Errors: INVALID_ARGUMENT (no source), LIMIT (4 Gi bytes), OUT_OF_MEMORY, those of the source. */
TKZ_CHECKED tkz_status tkz__document_words_find(tkz__document_words *words, const char *text,
                                                size_t size, tkz__word_measures *found,
                                                tkz_error *error);

/* The same of stretches of `characters` characters (from 1), each of which is one sentence whatever stands in it, and
 * white space that is a word of the dictionary remains one. Behind each stretch but the last stands a word of no
 * characters that is equal to no other; it is not counted. `*sequences`: in how many places a sequence of `n` words
 * begins that holds none of those. */
TKZ_CHECKED tkz_status tkz__document_words_find_chunks(tkz__document_words *words, const char *text, size_t size,
                                                       size_t characters, uint32_t n, uint64_t *sequences,
                                                       tkz__word_measures *found, tkz_error *error);

/* Makes the set of single words, where sequences were looked for since. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__document_words_index(tkz__document_words *words, tkz_error *error);

/* Whether the word is among them; they must be indexed. */
bool tkz__document_words_have(const tkz__document_words *words, const char *word, size_t size);

/* `*characters`: those in sequences of n words that are equal to an earlier one, where behind each such
 * sequence the search goes on, as datatrove's find_all_duplicate counts. Two are equal if their words
 * are; `joined`: if they are the same text put together. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__document_words_repeated(tkz__document_words *words, uint32_t n,
                                                    bool joined, uint64_t *characters,
                                                    tkz_error *error);

/* Characters of the words from `start` on to before `end`. */
static inline uint64_t tkz__document_words_characters(const tkz__document_words *words,
                                                      size_t start, size_t end)
{
    return words->characters[end] - words->characters[start];
}

#endif
