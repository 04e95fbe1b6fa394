/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of words that were printed lately: one behind the other, found by the words'
 * numbers. Leans on core alone.
 */
#include "morph/kept_lines.h"

enum {
    TEXT_ROOM = TKZ__KEPT_BYTES + TKZ__KEPT_COPY,
    FIRST_PLACE = 1, /* 0 is no place */
};

tkz_status tkz__kept_lines_make(tkz__kept_lines *kept, size_t word_count,
                                const tkz_allocator *allocator, tkz_error *error)
{
    const size_t size = word_count * sizeof *kept->places;
    *kept = (tkz__kept_lines){
        .places = tkz__allocate_zeroed(allocator, size),
        .word_count = word_count,
        .texts = tkz__allocate(allocator, TEXT_ROOM),
        .used = FIRST_PLACE,
    };
    if (kept->places != NULL && kept->texts != NULL)
        return TKZ_OK;
    tkz__kept_lines_free(kept, allocator);
    return tkz__error_memory(error, size + TEXT_ROOM);
}

void tkz__kept_lines_free(tkz__kept_lines *kept, const tkz_allocator *allocator)
{
    tkz__release_array(allocator, kept->places, kept->word_count, sizeof *kept->places);
    tkz__release(allocator, kept->texts, TEXT_ROOM);
    memset(kept, 0, sizeof *kept);
}

void tkz__kept_lines_add(tkz__kept_lines *kept, uint32_t number, const uint8_t *text, size_t size)
{
    const uint16_t short_size = (uint16_t)size;
    if (size > TKZ__KEPT_LINE)
        return;
    if (TKZ__KEPT_BYTES - kept->used < sizeof short_size + size) {
        memset(kept->places, 0, kept->word_count * sizeof *kept->places);
        kept->used = FIRST_PLACE;
    }
    kept->places[number] = kept->used;
    memcpy(kept->texts + kept->used, &short_size, sizeof short_size);
    memcpy(kept->texts + kept->used + sizeof short_size, text, size);
    kept->used += (uint32_t)(sizeof short_size + size);
}
