/* SPDX-License-Identifier: Apache-2.0
 *
 * A tagger seen as a boundary source. Leans on the tagger.
 */
#include "morph/word_borders.h"

#include <string.h>

#include "core/memory.h"
#include "morph/tagger.h"

enum {
    /* libmecab walks from every character to the end of its run of one class (seekToOtherType in
     * mecab/src/char_property.h), which is quadratic in a line of one letter: 64 KiB of it took
     * 10 s, 4 KiB 45 ms, 1 KiB 4 ms. No sum of 16-bit costs reaches 2^31 in so few bytes either,
     * so that MeCab never gives up. */
    MAXIMUM_STRETCH = 2048,
    /* A cut where nothing ends changes words near it; these bytes before it are analysed again. */
    OVERLAP = 256,
    /* A longer last word (its bytes would be analysed twice) is not put before the next stretch. */
    MAXIMUM_CONTEXT = 256,
};

typedef struct word_borders {
    tkz_allocator allocator;
    tkz_tagger *tagger;
    uint64_t *ends;
    size_t count;
    size_t capacity;
} word_borders;

typedef struct stretch {
    size_t start;
    size_t end;
    size_t context; /* bytes before `start` that are the word before, or 0 */
    bool is_open;   /* cut where no line and no sentence ends */
} stretch;

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Where the stretch ends: behind LF or 。 (E3 80 82), or at the last character that begins at or
 * before start + MAXIMUM_STRETCH. */
static size_t find_end(const char *text, size_t size, size_t start, bool *is_open)
{
    *is_open = false;
    size_t stop = size - start > MAXIMUM_STRETCH ? start + MAXIMUM_STRETCH : size;
    for (size_t i = start; i < stop; i++) {
        if (text[i] == '\n')
            return i + 1;
        if (text[i] == '\x82' && i >= start + 2 && text[i - 1] == '\x80' && text[i - 2] == '\xE3')
            return i + 1;
    }
    if (stop == size)
        return size;
    *is_open = true;
    size_t border = stop;
    while (border > stop - 3 && is_continuation(text[border]))
        border--;
    return is_continuation(text[border]) ? stop : border;
}

static tkz_status append_end(word_borders *borders, uint64_t end, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&borders->allocator, (void **)&borders->ends, &borders->capacity,
                           borders->count + 1, sizeof *borders->ends, error);
    if (status == TKZ_OK)
        borders->ends[borders->count++] = end;
    return status;
}

/* Analyses a stretch with the word before it in front, or without where the two melt together. */
static tkz_status find_words(word_borders *borders, const char *text, stretch *s,
                             const tkz_morpheme **words, size_t *count, tkz_error *error)
{
    size_t context = s->context;
    tkz_status status =
        tkz__tagger_find_words(borders->tagger, text + s->start - context,
                               s->end - s->start + context, words, count, error);
    if (status != TKZ_OK || context == 0)
        return status;
    if (*count > 0 && (*words)[0].start == 0 && (*words)[0].end == context) {
        (*words)++;
        (*count)--;
        return TKZ_OK;
    }
    s->context = 0;
    return tkz__tagger_find_words(borders->tagger, text + s->start, s->end - s->start, words,
                                  count, error);
}

/* How many words of an open stretch count: those that end well before its cut; all where none
 * does, because the analysis must go on. */
static size_t settled(const tkz_morpheme *words, size_t count, uint64_t end)
{
    size_t kept = count;
    while (kept > 0 && words[kept - 1].end + OVERLAP > end)
        kept--;
    return kept > 0 ? kept : count;
}

/* Appends the ends of a stretch's words and makes `s` the beginning of the next stretch. */
static tkz_status take_words(word_borders *borders, const char *text, stretch *s,
                             const tkz_morpheme *words, size_t count, tkz_error *error)
{
    size_t base = s->start - s->context; /* what the words' offsets count from */
    size_t kept = s->is_open ? settled(words, count, s->end - base) : count;
    bool has_rest = kept < count;
    for (size_t i = 0; i < kept; i++) {
        tkz_status status = append_end(borders, base + words[i].end, error);
        if (status != TKZ_OK)
            return status;
    }
    size_t last = kept > 0 ? base + (size_t)words[kept - 1].end : s->start;
    if (!has_rest && last < s->end) { /* white space behind the last word */
        s->context = 0;
        s->start = s->end;
        return append_end(borders, s->end, error);
    }
    size_t length = kept > 0 ? (size_t)(words[kept - 1].end - words[kept - 1].start) : 0;
    s->context = text[last - 1] != '\n' && length <= MAXIMUM_CONTEXT ? length : 0;
    s->start = last;
    return TKZ_OK;
}

static tkz_status find_borders(void *context, const char *text, size_t size,
                               const uint64_t **ends, size_t *count, tkz_error *error)
{
    word_borders *borders = context;
    borders->count = 0;
    *ends = NULL;
    *count = 0;
    stretch s = {0};
    while (s.start < size) {
        s.end = find_end(text, size, s.start, &s.is_open);
        const tkz_morpheme *words;
        size_t word_count;
        tkz_status status = find_words(borders, text, &s, &words, &word_count, error);
        if (status == TKZ_OK)
            status = take_words(borders, text, &s, words, word_count, error);
        if (status != TKZ_OK)
            return status;
    }
    *ends = borders->ends;
    *count = borders->count;
    return TKZ_OK;
}

tkz_status tkz__word_borders_new(tkz__boundary_source *source, tkz_dictionary *dictionary,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    memset(source, 0, sizeof *source);
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
