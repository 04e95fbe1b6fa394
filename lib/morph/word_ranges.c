/* SPDX-License-Identifier: Apache-2.0
 *
 * A dictionary seen as a boundary source of the public kind: the words of a whole text, without the
 * white space between them. Leans on the tagger.
 */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "morph/dictionary.h"
#include "morph/tagger.h"
#include "morph/word_lines.h"
#include "tokenize/morph.h"

typedef struct word_ranges {
    tkz_allocator allocator;
    tkz_tagger *tagger;
    const tkz_dictionary *dictionary;
    tkz_word_range *words;
    size_t count;
    size_t capacity;
    uint32_t *numbers; /* of the words, in the dictionary */
    size_t number_capacity;
} word_ranges;

static void close_ranges(void *worker)
{
    word_ranges *own = worker;
    if (own == NULL)
        return;
    tkz_allocator allocator = own->allocator;
    tkz_tagger_free(own->tagger);
    tkz__release_array(&allocator, own->words, own->capacity, sizeof *own->words);
    tkz__release_array(&allocator, own->numbers, own->number_capacity, sizeof *own->numbers);
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status open_ranges(void *context, void **worker, const tkz_allocator *allocator,
                              tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    word_ranges *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->dictionary = context;
    tkz_status status = tkz_tagger_new(&made->tagger, context, &chosen, error);
    if (status == TKZ_OK)
        *worker = made;
    else
        close_ranges(made);
    return status;
}

static tkz_status find_ranges(void *worker, const char *text, size_t size,
                              const tkz_word_range **words, size_t *count, tkz_error *error)
{
    word_ranges *own = worker;
    own->count = 0;
    tkz__tagger_begin(own->tagger, text, size);
    for (;;) {
        const tkz__path_word *found;
        size_t found_count;
        tkz_status status = tkz__tagger_next(own->tagger, &found, &found_count, error);
        if (status == TKZ_OK)
            status = tkz__array_reserve(&own->allocator, (void **)&own->words, &own->capacity,
                                        own->count + found_count, sizeof *own->words, error);
        if (status == TKZ_OK)
            status = tkz__array_reserve(&own->allocator, (void **)&own->numbers,
                                        &own->number_capacity, own->count + found_count,
                                        sizeof *own->numbers, error);
        if (status != TKZ_OK)
            return status;
        if (found_count == 0)
            break;
        for (size_t i = 0; i < found_count; i++) {
            own->numbers[own->count] = found[i].number;
            own->words[own->count++] = (tkz_word_range){found[i].start, found[i].end};
        }
    }
    *words = own->words;
    *count = own->count;
    return TKZ_OK;
}

static const char *feature_of(void *worker, size_t index, size_t *size)
{
    const word_ranges *own = worker;
    const tkz__compiled_dictionary *lexicon;
    const tkz__word *word = tkz__dictionary_word(own->dictionary, own->numbers[index], &lexicon);
    const char *feature = tkz__feature_of(own->dictionary, lexicon, word);
    *size = strlen(feature);
    return feature;
}

tkz_status tkz_dictionary_boundaries(tkz_dictionary *dictionary, tkz_boundaries *boundaries,
                                     tkz_error *error)
{
    tkz_dictionary_info info;
    tkz_status status = tkz__dictionary_need_utf8(dictionary, "finding borders of words", error);
    if (status == TKZ_OK)
        status = tkz_dictionary_describe(dictionary, &info, error);
    if (status == TKZ_OK)
        *boundaries =
            (tkz_boundaries){dictionary,   info.hash,   open_ranges,
                             close_ranges, find_ranges, feature_of};
    return status;
}
