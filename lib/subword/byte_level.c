/* SPDX-License-Identifier: Apache-2.0
 *
 * GPT-2's way of writing bytes as visible characters. Leans on nothing.
 */
#include "subword/byte_level.h"

#include <stdbool.h>
#include <stddef.h>

static bool stands_for_itself(uint32_t byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

uint32_t tkz__byte_level_character(uint8_t byte)
{
    if (stands_for_itself(byte))
        return byte;
    /* The others are 0-32 (33 of them), 127-160 (34) and 173. */
    if (byte <= 32)
        return 0x100 + (uint32_t)byte;
    if (byte <= 160)
        return 0x100 + 33 + ((uint32_t)byte - 127);
    return 0x100 + 33 + 34;
}

void tkz__byte_level_order(uint8_t order[256])
{
    size_t count = 0;
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (stands_for_itself(byte))
            order[count++] = (uint8_t)byte;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (!stands_for_itself(byte))
            order[count++] = (uint8_t)byte;
    }
}
