/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of a text in characters. Leans on local_charset.
 */
#include "morph/character_offsets.h"

uint64_t tkz__character_place_of(tkz__character_place *place, tkz__local_charset charset,
                                 const char *text, size_t size, uint64_t to)
{
    if (charset == TKZ__LOCAL_UTF_8) {
        for (; place->byte < to; place->byte++)
            place->count += ((uint8_t)text[place->byte] & 0xC0) != 0x80;
        return place->count;
    }
    while (place->byte < to) {
        uint32_t character;
        place->byte += tkz__local_charset_decode(charset, text + place->byte,
                                                 size - (size_t)place->byte, &character);
        place->count++;
    }
    return place->count;
}
