/* SPDX-License-Identifier: Apache-2.0
 *
 * Borders of words in the lines that ask for them. Leans on measuring and its source of words.
 */
#include "clean/line_borders.h"

#include <string.h>

#include "text/utf8.h"

tkz_status tkz__line_borders_find(tkz__line_borders *borders, size_t place, tkz_error *error)
{
    const tkz__measuring *measuring = borders->measuring;
    const tkz__document_words *words = &measuring->words;
    if (words->source.find == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "ng_words", TKZ__NO_OFFSET,
                              "this filter asks where words begin and end; give the cleaner a source of words");
    for (; borders->character < place; borders->character++) {
        uint32_t c = measuring->characters[borders->character];
        borders->byte += tkz__utf8_length(c);
        if (c == '\n') {
            borders->line_byte = borders->byte;
            borders->analysed = false;
        }
    }
    if (borders->analysed)
        return TKZ_OK;
    const char *line = measuring->text + borders->line_byte;
    size_t left = measuring->size - borders->line_byte;
    const char *end = memchr(line, '\n', left);
    borders->analysed = true;
    return words->source.find(words->worker, line, end != NULL ? (size_t)(end - line) : left,
                              &borders->words, &borders->word_count, error);
}

/* The first word that ends behind `byte` of the line, or their number. */
static size_t word_behind(const tkz__line_borders *borders, uint64_t byte)
{
    size_t low = 0, high = borders->word_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (borders->words[middle].end <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool tkz__line_borders_fit(const tkz__line_borders *borders, size_t place, size_t count)
{
    const uint32_t *characters = borders->measuring->characters + place;
    uint64_t start = borders->byte - borders->line_byte, end = start;
    for (size_t i = 0; i < count; i++)
        end += tkz__utf8_length(characters[i]);
    size_t first = word_behind(borders, start);
    size_t last = word_behind(borders, end - 1);
    return first < borders->word_count && borders->words[first].start == start &&
           last < borders->word_count && borders->words[last].end == end;
}
