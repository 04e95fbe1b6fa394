/* SPDX-License-Identifier: Apache-2.0
 *
 * One document being measured: its text, its characters, the measures so far, and the memory that a
 * worker keeps for the next one. Leans on measures, item_set, character_ngrams.
 */
#ifndef TKZ_CLEAN_MEASURING_H
#define TKZ_CLEAN_MEASURING_H

#include "clean/character_ngrams.h"
#include "clean/document_words.h"
#include "clean/item_set.h"
#include "clean/measures.h"
#include "clean/ngram_sketch.h"
#include "core/buffer.h"
#include "core/memory.h"
#include "index/word_trie.h"

/* Takes a part of the text that is behind a value. */
typedef struct tkz__span_sink {
    void *context;
    tkz_status (*add)(void *context, size_t start, size_t size, tkz_error *error); /* bytes */
} tkz__span_sink;

/* What a filter keeps from one document to the next. */
typedef struct tkz__kept_object {
    const void *owner;
    void *object;
    void (*free)(void *object);
} tkz__kept_object;

typedef struct tkz__measuring {
    const tkz__character_kinds *kinds; /* NULL: nothing that is asked for needs them */
    const char *text;                  /* the document; valid UTF-8 */
    size_t size;
    const char *url;                   /* of the document; NULL: it has none. Valid UTF-8 */
    size_t url_size;
    tkz__buffer host;                  /* what of the URL a filter looks at */
    uint32_t done;    /* groups that are filled in, TKZ__MEASURE_* */
    bool decoded;     /* `characters` and `count` are those of this document */
    uint32_t *characters;
    size_t count;
    size_t capacity;
    tkz__measures measures;
    tkz__item_set lines;
    tkz__item_set sentences;
    const tkz__word_filter *word_filter; /* of all lists of the set, see listed_words.h; NULL: they have none together */
    tkz__buffer places; /* u64: a bit for each character where a word of those lists may begin; once `placed` */
    bool placed;
    tkz__buffer joined; /* u32 characters of lines that are not as they stand in the text */
    tkz__ngram_counter ngrams;
    tkz__ngram_orders ngram_orders; /* that filters ask for */
    tkz__ngram_sketch *sketch; /* NULL: not needed so far */
    tkz__ngram_orders word_ngram_orders;
    tkz__document_words words; /* of this document once TKZ__MEASURE_WORDS is done */
    size_t span_character; /* where the last span began, and its byte: spans mostly ascend */
    size_t span_byte;
    tkz__kept_object *kept;
    size_t kept_count;
    size_t kept_capacity;
    tkz_allocator allocator;
} tkz__measuring;

/* Orders: those of n-grams of characters and of words. */
void tkz__measuring_init(tkz__measuring *measuring, const tkz__character_kinds *kinds,
                         tkz__ngram_orders ngram_orders, tkz__ngram_orders word_ngram_orders,
                         const tkz_allocator *allocator);
void tkz__measuring_free(tkz__measuring *measuring);

/* Begins a document: `text` must stay until the next call. Errors: BAD_UTF8, with the offset of the
 * first invalid byte. */
TKZ_CHECKED tkz_status tkz__measuring_start(tkz__measuring *measuring, const char *text,
                                            size_t size, tkz_error *error);

/* Fills in the groups `wanted` that are not yet. In steady state this allocates nothing: memory
 * grows with the largest document so far, and what only a huge one needed is given back. Errors:
 * OUT_OF_MEMORY, LIMIT (4 Gi characters). */
TKZ_CHECKED tkz_status tkz__measuring_need(tkz__measuring *measuring, uint32_t wanted,
                                           tkz_error *error);

/* Keeps an object for an owner, to be freed with `measuring`; also when it fails, the object is freed. Errors:
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__measuring_keep(tkz__measuring *measuring, const void *owner,
                                           void *object, void (*free)(void *object),
                                           tkz_error *error);
/* The owner's object; NULL when there is none. */
void *tkz__measuring_kept(const tkz__measuring *measuring, const void *owner);

/* Fills in `characters` and `count`. */
TKZ_CHECKED tkz_status tkz__measuring_decode(tkz__measuring *measuring, tkz_error *error);

/* A number that the sum of the most frequent 5-grams is not above; see ngram_sketch.h. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__measuring_bound_5grams(tkz__measuring *measuring, uint64_t *bound, tkz_error *error);

/* Tells the sink of `count` decoded characters from `start` on. */
TKZ_CHECKED tkz_status tkz__measuring_add_span(tkz__measuring *measuring, size_t start,
                                               size_t count, const tkz__span_sink *sink,
                                               tkz_error *error);

/* The pass of TKZ__MEASURE_SENTENCES, over decoded characters. */
TKZ_CHECKED tkz_status tkz__measure_sentences(tkz__measuring *measuring, tkz_error *error);

/* The pass of TKZ__MEASURE_LINES. */
TKZ_CHECKED tkz_status tkz__measure_lines(tkz__measuring *measuring, tkz_error *error);

/* The pass of TKZ__MEASURE_COUNTERS. */
TKZ_CHECKED tkz_status tkz__measure_counters(tkz__measuring *measuring, tkz_error *error);

/* The passes of TKZ__MEASURE_CHUNKS and TKZ__MEASURE_CHUNK_NOUNS. */
TKZ_CHECKED tkz_status tkz__measure_chunks(tkz__measuring *measuring, tkz_error *error);

/* The pass of TKZ__MEASURE_NEMO. */
TKZ_CHECKED tkz_status tkz__measure_nemo(tkz__measuring *measuring, tkz_error *error);

/* The pass of TKZ__MEASURE_HOJICHAR. */
TKZ_CHECKED tkz_status tkz__measure_hojichar(tkz__measuring *measuring, tkz_error *error);

#endif
