/* SPDX-License-Identifier: Apache-2.0
 *
 * White space as a boundary source: words are what stands between, as Python's str.split cuts a text.
 * Leans on char_class and utf8.
 */
#include "core/error.h"
#include "core/memory.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

typedef struct space_words {
    tkz_allocator allocator;
    tkz_word_range *words;
    size_t count;
    size_t capacity;
} space_words;

static tkz_status open_words(void *context, void **worker, const tkz_allocator *allocator,
                             tkz_error *error)
{
    (void)context;
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    space_words *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    *worker = made;
    return TKZ_OK;
}

static void close_words(void *worker)
{
    space_words *own = worker;
    if (own == NULL)
        return;
    tkz_allocator allocator = own->allocator;
    tkz__release_array(&allocator, own->words, own->capacity, sizeof *own->words);
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status add_word(space_words *own, size_t start, size_t end, tkz_error *error)
{
    void *words = own->words;
    tkz_status status = tkz__array_reserve(&own->allocator, &words, &own->capacity, own->count + 1,
                                           sizeof *own->words, error);
    own->words = words;
    if (status == TKZ_OK)
        own->words[own->count++] = (tkz_word_range){start, end};
    return status;
}

static tkz_status find_words(void *worker, const char *text, size_t size,
                             const tkz_word_range **words, size_t *count, tkz_error *error)
{
    space_words *own = worker;
    size_t start = 0;
    tkz_status status = TKZ_OK;
    own->count = 0;
    for (size_t at = 0, length; at < size && status == TKZ_OK; at += length) {
        uint32_t character;
        length = tkz__utf8_next(text + at, size - at, &character);
        if (!tkz__is_python_space(character))
            continue;
        if (at > start)
            status = add_word(own, start, at, error);
        start = at + length;
    }
    if (status == TKZ_OK && size > start)
        status = add_word(own, start, size, error);
    *words = own->words;
    *count = own->count;
    return status;
}

tkz_boundaries tkz_white_space_boundaries(void)
{
    return (tkz_boundaries){NULL, 0, open_words, close_words, find_words, NULL};
}
