/* SPDX-License-Identifier: Apache-2.0
 *
 * A tagger seen as a boundary source. Leans on the tagger.
 */
#include "morph/word_borders.h"

#include <string.h>

#include "core/memory.h"
#include "morph/tagger.h"

typedef struct word_borders {
    tkz_allocator allocator;
    tkz_tagger *tagger;
    uint64_t *ends;
    size_t count;
    size_t capacity;
} word_borders;

static tkz_status reserve_ends(word_borders *borders, size_t extra, tkz_error *error)
{
    return tkz__array_reserve(&borders->allocator, (void **)&borders->ends, &borders->capacity,
                              borders->count + extra, sizeof *borders->ends, error);
}

/* Appends the ends of the words in text[start, end), and the end itself. */
static tkz_status add_line(word_borders *borders, const char *text, size_t start, size_t end,
                           tkz_error *error)
{
    size_t last = 0;
    tkz__tagger_begin(borders->tagger, text + start, end - start);
    for (;;) {
        const tkz__path_word *words;
        size_t count;
        tkz_status status = tkz__tagger_next(borders->tagger, &words, &count, error);
        if (status == TKZ_OK)
            status = reserve_ends(borders, count + 1, error);
        if (status != TKZ_OK)
            return status;
        if (count == 0)
            break;
        for (size_t i = 0; i < count; i++)
            borders->ends[borders->count++] = start + words[i].end;
        last = words[count - 1].end;
    }
    if (start + last < end)
        borders->ends[borders->count++] = end;
    return TKZ_OK;
}

static tkz_status find_borders(void *context, const char *text, size_t size,
                               const uint64_t **ends, size_t *count, tkz_error *error)
{
    word_borders *borders = context;
    borders->count = 0;
    *ends = NULL;
    *count = 0;
    for (size_t start = 0; start < size;) {
        const char *line_end = memchr(text + start, '\n', size - start);
        size_t end = line_end != NULL ? (size_t)(line_end - text) + 1 : size;
        tkz_status status = add_line(borders, text, start, end, error);
        if (status != TKZ_OK)
            return status;
        start = end;
    }
    *ends = borders->ends;
    *count = borders->count;
    return TKZ_OK;
}

tkz_status tkz__word_borders_new(tkz__boundary_source *source, tkz_dictionary *dictionary,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    memset(source, 0, sizeof *source);
    if (dictionary != NULL) {
        tkz_status usable = tkz__dictionary_need_utf8(dictionary, "finding borders of words", error);
        if (usable != TKZ_OK)
            return usable;
    }
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    word_borders *borders = tkz__allocate_zeroed(&memory, sizeof *borders);
    if (borders == NULL)
        return tkz__error_memory(error, sizeof *borders);
    borders->allocator = memory;
    tkz_status status = tkz_tagger_new(&borders->tagger, dictionary, allocator, error);
    if (status != TKZ_OK) {
        tkz__release(&memory, borders, sizeof *borders);
        return status;
    }
    source->context = borders;
    source->find = find_borders;
    return TKZ_OK;
}

void tkz__word_borders_free(tkz__boundary_source *source)
{
    word_borders *borders = source->context;
    if (borders == NULL)
        return;
    tkz_tagger_free(borders->tagger);
    tkz_allocator allocator = borders->allocator;
    tkz__release_array(&allocator, borders->ends, borders->capacity, sizeof *borders->ends);
    tkz__release(&allocator, borders, sizeof *borders);
    memset(source, 0, sizeof *source);
}
