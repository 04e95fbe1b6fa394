/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens that an engine makes of a chunk. Leans on core.
 */
#include "subword/piece_model.h"

void tkz__token_list_init(tkz__token_list *list, const tkz_allocator *allocator)
{
    *list = (tkz__token_list){.allocator = *allocator};
}

void tkz__token_list_free(tkz__token_list *list)
{
    tkz__release_array(&list->allocator, list->ids, list->capacity, sizeof *list->ids);
    tkz__release_array(&list->allocator, list->ends, list->end_capacity, sizeof *list->ends);
    *list = (tkz__token_list){.allocator = list->allocator};
}

tkz_status tkz__token_list_reserve(tkz__token_list *list, size_t extra, tkz_error *error)
{
    size_t needed;
    if (!tkz__size_add(list->count, extra, &needed))
        return tkz__error_memory(error, extra);
    tkz_status status = tkz__array_reserve(&list->allocator, (void **)&list->ids, &list->capacity,
                                           needed, sizeof *list->ids, error);
    if (status == TKZ_OK && list->wants_ends)
        status = tkz__array_reserve(&list->allocator, (void **)&list->ends, &list->end_capacity,
                                    needed, sizeof *list->ends, error);
    return status;
}

static int digit_of(uint8_t letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

int tkz__piece_byte(const uint8_t *bytes, size_t size)
{
    if (size != 6 || bytes[0] != '<' || bytes[1] != '0' || bytes[2] != 'x' || bytes[5] != '>')
        return -1;
    int high = digit_of(bytes[3]), low = digit_of(bytes[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}
