/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines and sentences of a document, their lengths and repetitions, by the published rule of Swallow
 * (quality.py: text_to_doc, count_duplicates, document_statistics). Leans on measuring.
 */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "clean/measuring.h"
#include "text/char_class.h"

/* Where the walk through the characters is. */
typedef struct walk {
    tkz__measuring *measuring;
    tkz__sentence_measures *found;
    tkz_error *error;
    size_t line_start;     /* of the first sentence of the line, or of what is joined */
    size_t line_size;      /* characters in sentences so far */
    size_t line_end;       /* end of the last sentence */
    bool apart;            /* the line's sentences do not follow one another: they are in `joined` */
    size_t joined_start;   /* bytes */
} walk;

static bool ends_in_ellipsis(const uint32_t *sentence, size_t size)
{
    while (size > 0 && tkz__is_python_space(sentence[size - 1]))
        size--;
    return size > 0 && (sentence[size - 1] == 0x30FB || sentence[size - 1] == 0x2026);
}

/* The line's sentences so far, moved to `joined`, where more can be put behind them. */
static tkz_status part_line(walk *w, const uint32_t *characters)
{
    if (w->apart)
        return TKZ_OK;
    w->apart = true;
    w->joined_start = w->measuring->joined.size;
    return tkz__buffer_append(&w->measuring->joined, characters + w->line_start,
                              w->line_size * sizeof *characters, w->error);
}

/* `has_mark`: its last character is one. */
static tkz_status end_sentence(walk *w, size_t start, size_t end, bool has_mark)
{
    tkz__sentence_measures *found = w->found;
    const uint32_t *characters = w->measuring->characters;
    size_t size = end - start;
    tkz_status status = TKZ_OK;
    bool seen;
    found->sentences++;
    found->unended_characters += has_mark ? 0 : size;
    if (size > found->longest) {
        found->longest = size;
        found->longest_start = start;
    }
    found->ellipses += ends_in_ellipsis(characters + start, size);
    if (w->line_size == 0)
        w->line_start = start;
    else if (start != w->line_end)
        status = part_line(w, characters);
    if (status == TKZ_OK && w->apart)
        status = tkz__buffer_append(&w->measuring->joined, characters + start,
                                    size * sizeof *characters, w->error);
    w->line_size += size;
    w->line_end = end;
    if (status == TKZ_OK)
        status = tkz__item_set_add(&w->measuring->sentences, characters + start,
                                   size * sizeof *characters, &seen, w->error);
    if (status == TKZ_OK && seen) {
        found->repeated_sentences++;
        found->repeated_sentence_characters += size;
    }
    return status;
}

/* A line that is not as it stands in the text is compared where it was put together: `joined` has
 * room for all of the text from the start, so that it stays there. */
static tkz_status end_line(walk *w)
{
    tkz__sentence_measures *found = w->found;
    const void *line = w->measuring->characters + w->line_start;
    bool seen;
    if (w->apart)
        line = w->measuring->joined.data + w->joined_start;
    else if (w->line_size == 0)
        line = "";
    tkz_status status = tkz__item_set_add(&w->measuring->lines, line,
                                          w->line_size * sizeof(uint32_t), &seen, w->error);
    found->lines++;
    found->line_characters += w->line_size;
    if (status == TKZ_OK && seen) {
        found->repeated_lines++;
        found->repeated_line_characters += w->line_size;
    }
    w->line_size = 0;
    w->apart = false;
    return status;
}

/* `joined` is used where a line begins with a mark or has two in a row, at most by the whole text. */
static tkz_status make_room(tkz__measuring *measuring, tkz_error *error)
{
    tkz__buffer_clear(&measuring->joined);
    return tkz__buffer_reserve(&measuring->joined, measuring->count * sizeof(uint32_t) + 1, error);
}

/* Whether a sentence or a line ends here. */
static bool is_end(uint32_t character)
{
    return character == '\n' || character == '!' || character == '?' || character == 0x3002 ||
           character == 0xFF01 || character == 0xFF0E || character == 0xFF1F;
}

#if defined(__SSE2__)
/* All ones in the lanes of characters at which a sentence or a line ends. */
static inline __m128i ends_of(const uint32_t *characters)
{
    __m128i here = _mm_loadu_si128((const __m128i *)(const void *)characters);
    __m128i ascii = _mm_or_si128(_mm_cmpeq_epi32(here, _mm_set1_epi32('!')),
                                 _mm_cmpeq_epi32(here, _mm_set1_epi32('?')));
    __m128i wide = _mm_or_si128(_mm_cmpeq_epi32(here, _mm_set1_epi32(0xFF01)),
                                _mm_cmpeq_epi32(here, _mm_set1_epi32(0xFF1F)));
    __m128i others = _mm_or_si128(_mm_cmpeq_epi32(here, _mm_set1_epi32(0x3002)),
                                  _mm_cmpeq_epi32(here, _mm_set1_epi32(0xFF0E)));
    return _mm_or_si128(_mm_or_si128(ascii, wide),
                        _mm_or_si128(others, _mm_cmpeq_epi32(here, _mm_set1_epi32('\n'))));
}
#endif

/* The first end from `at` on, `count` if there is none. */
static size_t next_end(const uint32_t *characters, size_t at, size_t count)
{
#if defined(__SSE2__)
    for (; at + 8 <= count; at += 8) {
        int found = _mm_movemask_epi8(
            _mm_packs_epi32(ends_of(characters + at), ends_of(characters + at + 4)));
        if (found != 0)
            return at + (size_t)__builtin_ctz((unsigned)found) / 2;
    }
#endif
    while (at < count && !is_end(characters[at]))
        at++;
    return at;
}

tkz_status tkz__measure_sentences(tkz__measuring *measuring, tkz_error *error)
{
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status == TKZ_OK)
        status = make_room(measuring, error);
    if (status != TKZ_OK)
        return status;
    tkz__item_set_clear(&measuring->lines);
    tkz__item_set_clear(&measuring->sentences);
    memset(&measuring->measures.sentences, 0, sizeof measuring->measures.sentences);
    walk w = {.measuring = measuring, .found = &measuring->measures.sentences, .error = error};
    const uint32_t *characters = measuring->characters;
    size_t start = 0;
    for (size_t i = 0; status == TKZ_OK; i++) {
        i = next_end(characters, i, measuring->count);
        if (i == measuring->count)
            break;
        uint32_t character = characters[i];
        bool line = character == '\n';
        /* The mark belongs to the sentence before it; without one it belongs to nothing. */
        if (i > start)
            status = end_sentence(&w, start, line ? i : i + 1, !line);
        if (status == TKZ_OK && line)
            status = end_line(&w);
        start = i + 1;
    }
    if (status == TKZ_OK && measuring->count > start)
        status = end_sentence(&w, start, measuring->count, false);
    return status == TKZ_OK ? end_line(&w) : status;
}
