/* SPDX-License-Identifier: Apache-2.0
 *
 * The look-up of lower case. Leans on lowercase_table.c.
 */
#include "text/lowercase.h"

uint32_t tkz__lowercase(uint32_t character)
{
    if (character < 0x80)
        return character - 'A' < 26 ? character + 32 : character;
    if (character == 0x130)
        return 'i';
    size_t low = 0, high = tkz__lowercase_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tkz__lowercase_ranges[middle].first <= character)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return character;
    const tkz__case_range *range = &tkz__lowercase_ranges[low - 1];
    uint32_t distance = character - range->first;
    if (distance > range->size || distance % range->step != 0)
        return character;
    return (uint32_t)((int32_t)character + range->difference);
}
