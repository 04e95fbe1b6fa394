/* SPDX-License-Identifier: Apache-2.0
 *
 * How the borders of tokens agree with those of words: two sorted lists gone through side by side.
 */
#include "train/border_agreement.h"

#include <stdbool.h>

static bool is_inside_character(const char *text, size_t size, uint64_t place)
{
    return place < size && ((unsigned char)text[place] & 0xC0) == 0x80;
}

void tkz__border_agreement(const char *text, size_t size, const tkz_word_range *words,
                           size_t word_count, const tkz_token_span *spans, size_t span_count,
                           tkz__border_counts *counts)
{
    *counts = (tkz__border_counts){0};
    if (word_count == 0)
        return;
    counts->word_borders = word_count - 1;
    size_t at = 0;         /* the last word that begins at or before the token */
    size_t broken = 0;     /* words with a border inside */
    bool at_broken = false; /* words[at] is one of them */
    bool at_counted = true; /* the border where words[at] begins is counted, or is none */
    uint64_t last = words[0].start; /* nothing up to here is a border any more */
    for (size_t i = 0; i < span_count; i++) {
        uint64_t place = spans[i].start;
        if (place <= last || is_inside_character(text, size, place))
            continue;
        last = place;
        while (at + 1 < word_count && words[at + 1].start <= place) {
            at++;
            at_broken = at_counted = false;
        }
        if (place >= words[at].end) { /* in the white space before the next word */
            if (at + 1 == word_count)
                break;
            at++;
            at_broken = at_counted = false;
            last = place = words[at].start;
        }
        if (place == words[at].start) {
            counts->token_borders += !at_counted;
            counts->common += !at_counted;
            at_counted = true;
        } else {
            counts->token_borders++;
            broken += !at_broken;
            at_broken = true;
        }
    }
    counts->whole_words = word_count - broken;
}
