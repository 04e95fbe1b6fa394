/* SPDX-License-Identifier: Apache-2.0
 *
 * Decodes a document once and runs the passes that are asked for. Leans on utf8.
 */
#include "clean/measuring.h"

#include <string.h>

#include "text/utf8.h"
#include "tokenize/text.h"

/* Characters that are kept room for from one document to the next. */
enum { KEPT_CHARACTERS = 1 << 20, KEPT_JOINED = KEPT_CHARACTERS * sizeof(uint32_t), CHUNK = 4096 };

void tkz__measuring_init(tkz__measuring *measuring, const tkz__character_kinds *kinds,
                         tkz__ngram_orders ngram_orders, tkz__ngram_orders word_ngram_orders,
                         const tkz_allocator *allocator)
{
    memset(measuring, 0, sizeof *measuring);
    measuring->kinds = kinds;
    measuring->ngram_orders = ngram_orders;
    measuring->word_ngram_orders = word_ngram_orders;
    measuring->allocator = *allocator;
    tkz__item_set_init(&measuring->lines, allocator);
    tkz__item_set_init(&measuring->sentences, allocator);
    tkz__buffer_init(&measuring->places, allocator);
    tkz__buffer_init(&measuring->joined, allocator);
    tkz__buffer_init(&measuring->host, allocator);
    tkz__ngram_counter_init(&measuring->ngrams, allocator);
    tkz__document_words_init(&measuring->words, kinds, allocator);
}

static void drop_characters(tkz__measuring *measuring)
{
    tkz__release_array(&measuring->allocator, measuring->characters, measuring->capacity,
                       sizeof *measuring->characters);
    measuring->characters = NULL;
    measuring->capacity = 0;
}

tkz_status tkz__measuring_keep(tkz__measuring *measuring, const void *owner, void *object,
                               void (*free)(void *object), tkz_error *error)
{
    void *kept = measuring->kept;
    tkz_status status =
        tkz__array_reserve(&measuring->allocator, &kept, &measuring->kept_capacity,
                           measuring->kept_count + 1, sizeof *measuring->kept, error);
    if (status != TKZ_OK) {
        free(object);
        return status;
    }
    measuring->kept = kept;
    measuring->kept[measuring->kept_count++] = (tkz__kept_object){owner, object, free};
    return TKZ_OK;
}

void *tkz__measuring_kept(const tkz__measuring *measuring, const void *owner)
{
    for (size_t i = 0; i < measuring->kept_count; i++)
        if (measuring->kept[i].owner == owner)
            return measuring->kept[i].object;
    return NULL;
}

void tkz__measuring_free(tkz__measuring *measuring)
{
    for (size_t i = 0; i < measuring->kept_count; i++)
        measuring->kept[i].free(measuring->kept[i].object);
    tkz__release_array(&measuring->allocator, measuring->kept, measuring->kept_capacity,
                       sizeof *measuring->kept);
    drop_characters(measuring);
    tkz__item_set_free(&measuring->lines);
    tkz__item_set_free(&measuring->sentences);
    tkz__buffer_free(&measuring->places);
    tkz__buffer_free(&measuring->joined);
    tkz__buffer_free(&measuring->host);
    tkz__ngram_counter_free(&measuring->ngrams);
    tkz__release(&measuring->allocator, measuring->sketch, sizeof *measuring->sketch);
    tkz__document_words_free(&measuring->words);
}

tkz_status tkz__measuring_start(tkz__measuring *measuring, const char *text, size_t size,
                                tkz_error *error)
{
    size_t valid = size == 0 ? 0 : tkz_utf8_valid_prefix(text, size);
    if (valid < size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, NULL, valid,
                              "the text is not valid UTF-8 from byte %zu on", valid);
    measuring->text = text;
    measuring->size = size;
    measuring->done = 0;
    measuring->decoded = false;
    measuring->placed = false;
    measuring->count = 0;
    measuring->span_character = measuring->span_byte = 0;
    return TKZ_OK;
}

tkz_status tkz__measuring_decode(tkz__measuring *measuring, tkz_error *error)
{
    if (measuring->decoded)
        return TKZ_OK;
    size_t size = measuring->size, read = 0;
    if (measuring->capacity > KEPT_CHARACTERS && size < measuring->capacity)
        drop_characters(measuring);
    if (measuring->capacity < size) {
        /* As many characters as bytes at most; twice the room, lest it grow step by step. */
        size_t wanted = size < KEPT_CHARACTERS / 2 ? size * 2 : (size_t)tkz_utf8_count(measuring->text, size);
        if (measuring->capacity < wanted) {
            void *characters = NULL; /* anew: huge ones in large pages, since n-grams are looked for here and there */
            drop_characters(measuring);
            tkz_status status = tkz__array_reserve(&measuring->allocator, &characters, &measuring->capacity, wanted,
                                                   sizeof *measuring->characters, error);
            if (status != TKZ_OK)
                return status;
            measuring->characters = characters;
        }
    }
    if (size > 0)
        measuring->count = tkz__utf8_decode_run(measuring->text, size, measuring->characters,
                                                measuring->capacity, &read);
    measuring->decoded = true;
    return TKZ_OK;
}

tkz_status tkz__measuring_bound_5grams(tkz__measuring *measuring, uint64_t *bound, tkz_error *error)
{
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    if (measuring->sketch == NULL)
        measuring->sketch = tkz__allocate(&measuring->allocator, sizeof *measuring->sketch);
    if (measuring->sketch == NULL)
        return tkz__error_memory(error, sizeof *measuring->sketch);
    *bound = tkz__ngram_sketch_bound(measuring->sketch, measuring->characters, measuring->count);
    return TKZ_OK;
}

static size_t bytes_of(const tkz__measuring *measuring, size_t start, size_t end)
{
    size_t size = 0;
    for (size_t i = start; i < end; i++)
        size += tkz__utf8_length(measuring->characters[i]);
    return size;
}

tkz_status tkz__measuring_add_span(tkz__measuring *measuring, size_t start, size_t count,
                                   const tkz__span_sink *sink, tkz_error *error)
{
    if (start < measuring->span_character)
        measuring->span_character = measuring->span_byte = 0;
    measuring->span_byte += bytes_of(measuring, measuring->span_character, start);
    measuring->span_character = start;
    return sink->add(sink->context, measuring->span_byte, bytes_of(measuring, start, start + count),
                     error);
}

/* ---- Passes -------------------------------------------------------------- */

static tkz_status measure_length(tkz__measuring *measuring, tkz_error *error)
{
    (void)error;
    measuring->measures.characters =
        measuring->size == 0 ? 0 : tkz_utf8_count(measuring->text, measuring->size);
    return TKZ_OK;
}

/* Counts decoded characters, or, as long as nothing else has asked for them, decodes a stretch at a
 * time, which stays in the cache. */
static tkz_status measure_kinds(tkz__measuring *measuring, tkz_error *error)
{
    (void)error;
    tkz__measures *measures = &measuring->measures;
    memset(measures->kinds, 0, sizeof measures->kinds);
    if (measuring->decoded) {
        tkz__character_kinds_count(measuring->kinds, measuring->characters, measuring->count,
                                   measures->kinds);
        return TKZ_OK;
    }
    uint32_t chunk[CHUNK];
    for (size_t at = 0, read; at < measuring->size; at += read) {
        size_t count = tkz__utf8_decode_run(measuring->text + at, measuring->size - at, chunk,
                                            CHUNK, &read);
        tkz__character_kinds_count(measuring->kinds, chunk, count, measures->kinds);
    }
    return TKZ_OK;
}

static tkz_status measure_ngrams(tkz__measuring *measuring, tkz_error *error)
{
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    return tkz__ngram_counter_run(&measuring->ngrams, measuring->characters, measuring->count,
                                  measuring->ngram_orders, measuring->measures.ngrams,
                                  &measuring->measures.frequent_5grams, error);
}

static tkz_status measure_words(tkz__measuring *measuring, tkz_error *error)
{
    return tkz__document_words_find(&measuring->words, measuring->text, measuring->size,
                                    &measuring->measures.words, error);
}

/* They are counted as the words are found, where a filter of the set asks for them. */
static tkz_status measure_nouns(tkz__measuring *measuring, tkz_error *error)
{
    return tkz__measuring_need(measuring, TKZ__MEASURE_WORDS, error);
}

static tkz_status measure_chunk_nouns(tkz__measuring *measuring, tkz_error *error)
{
    return tkz__measuring_need(measuring, TKZ__MEASURE_CHUNKS, error);
}

/* The symbols are the words' names. */
static tkz_status measure_word_ngrams(tkz__measuring *measuring, tkz_error *error)
{
    tkz_status status = tkz__measuring_need(measuring, TKZ__MEASURE_WORDS, error);
    if (status != TKZ_OK)
        return status;
    return tkz__ngram_counter_run(&measuring->ngrams, measuring->words.names,
                                  measuring->words.count, measuring->word_ngram_orders,
                                  measuring->measures.word_ngrams, NULL, error);
}

/* By the number of the group's bit. */
static tkz_status (*const passes[TKZ__MEASURE_GROUPS])(tkz__measuring *, tkz_error *) = {
    measure_length,
    measure_kinds,
    tkz__measure_sentences,
    measure_ngrams,
    tkz__measure_hojichar,
    tkz__measure_lines,
    measure_words,
    measure_word_ngrams,
    tkz__measure_counters,
    measure_nouns,
    tkz__measure_chunks,
    measure_chunk_nouns,
    tkz__measure_nemo,
};

/* What only a huge document needs stays for no other pass. */
static void give_back(tkz__measuring *measuring)
{
    tkz__item_set_clear(&measuring->lines);
    tkz__item_set_clear(&measuring->sentences);
    if (measuring->joined.capacity > KEPT_JOINED)
        tkz__buffer_free(&measuring->joined);
}

tkz_status tkz__measuring_need(tkz__measuring *measuring, uint32_t wanted, tkz_error *error)
{
    for (uint32_t missing = wanted & ~measuring->done; missing != 0; missing &= missing - 1) {
        tkz_status status = passes[__builtin_ctz(missing)](measuring, error);
        give_back(measuring);
        if (status != TKZ_OK)
            return status;
    }
    measuring->done |= wanted;
    return TKZ_OK;
}
