/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of UTF-8, UTF-16 and UTF-32. Leans on charset_decode and utf8.
 *
 * What counts as one bad sequence: in UTF-8 each maximal subpart of an ill-formed
 * sequence (Unicode 15.0, section 3.9, "U+FFFD Substitution of Maximal Subparts"); in
 * UTF-16 each unpaired surrogate; in UTF-32 each unit that is no scalar value; a rest
 * at the end that is shorter than a unit.
 */
#include "text/charset_decode.h"
#include "text/utf8.h"

/* Length of the maximal subpart at `data`, where no well-formed character stands (table 3-7). */
static size_t maximal_subpart(const uint8_t *data, size_t size)
{
    uint8_t lead = data[0];
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    size_t length;

    if (lead < 0xC2 || lead > 0xF4)
        return 1;
    length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    if (size < 2 || data[1] < low || data[1] > high)
        return 1;
    for (size_t i = 2; i < length; i++)
        if (size <= i || (data[i] & 0xC0) != 0x80)
            return i;
    return length;
}

tkz_status tkz__decode_utf_8(tkz__conversion *conversion)
{
    tkz__buffer *target = conversion->target;

    while (conversion->at < conversion->size && !tkz__conversion_stops(conversion)) {
        const uint8_t *data = conversion->data + conversion->at;
        size_t size = conversion->size - conversion->at;
        size_t valid = tkz_utf8_valid_prefix((const char *)data, size);
        tkz_status status = tkz__buffer_append(target, data, valid, conversion->error);
        size_t length;
        uint8_t *end;

        if (status == TKZ_OK)
            status = tkz__buffer_reserve(target, 4, conversion->error);
        if (status != TKZ_OK)
            return status;
        tkz__conversion_record(conversion, valid, valid, true);
        conversion->at += valid;
        if (valid == size)
            break;
        length = maximal_subpart(data + valid, size - valid);
        end = tkz__conversion_bad(conversion, conversion->at, length,
                                  target->data + target->size);
        target->size = (size_t)(end - target->data);
        conversion->at += length;
    }
    return conversion->status;
}

static inline uint32_t load_16(const uint8_t *data, bool big_endian)
{
    return big_endian ? (uint32_t)data[0] << 8 | data[1] : (uint32_t)data[1] << 8 | data[0];
}

static inline uint32_t load_32(const uint8_t *data, bool big_endian)
{
    return big_endian ? load_16(data, true) << 16 | load_16(data + 2, true)
                      : load_16(data + 2, false) << 16 | load_16(data, false);
}

/* Up to the byte `limit`, or a little further. A character of one byte is recorded as changed too:
 * two bytes became one. */
static uint8_t *decode_16(tkz__conversion *conversion, bool big_endian, size_t limit, uint8_t *out)
{
    const uint8_t *data = conversion->data;
    size_t size = conversion->size;
    size_t at = conversion->at;

    while (at < limit && !tkz__conversion_stops(conversion)) {
        uint32_t unit;
        size_t length = 2;
        size_t written;

        if (size - at < 2) {
            out = tkz__conversion_bad(conversion, at, 1, out);
            at++;
            break;
        }
        unit = load_16(data + at, big_endian);
        if (unit - 0xD800 < 0x800) {
            uint32_t second = size - at >= 4 ? load_16(data + at + 2, big_endian) : 0;

            if (unit >= 0xDC00 || second - 0xDC00 >= 0x400) {
                /* Half a pair and half a unit at the end are one, as to browsers. */
                length = unit < 0xDC00 && size - at == 3 ? 3 : 2;
                out = tkz__conversion_bad(conversion, at, length, out);
                at += length;
                continue;
            }
            unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
            length = 4;
        }
        written = tkz__utf8_encode(unit, (char *)out);
        tkz__conversion_record(conversion, length, written, false);
        out += written;
        at += length;
    }
    conversion->at = at;
    return out;
}

static uint8_t *decode_32(tkz__conversion *conversion, bool big_endian, size_t limit, uint8_t *out)
{
    const uint8_t *data = conversion->data;
    size_t size = conversion->size;
    size_t at = conversion->at;

    while (at < limit && !tkz__conversion_stops(conversion)) {
        size_t length = size - at < 4 ? size - at : 4;
        uint32_t character = length == 4 ? load_32(data + at, big_endian) : UINT32_MAX;

        if (character > 0x10FFFF || character - 0xD800 < 0x800) {
            out = tkz__conversion_bad(conversion, at, length, out);
        } else {
            size_t written = tkz__utf8_encode(character, (char *)out);

            tkz__conversion_record(conversion, length, written, false);
            out += written;
        }
        at += length;
    }
    conversion->at = at;
    return out;
}

static tkz_status decode_blocks(tkz__conversion *conversion, bool big_endian,
                                uint8_t *(*decode)(tkz__conversion *, bool, size_t, uint8_t *))
{
    tkz__buffer *target = conversion->target;

    while (conversion->at < conversion->size && !tkz__conversion_stops(conversion)) {
        size_t left = conversion->size - conversion->at;
        size_t limit = conversion->at + (left < TKZ__CHARSET_BLOCK ? left : TKZ__CHARSET_BLOCK);
        tkz_status status = tkz__buffer_reserve(target, TKZ__CHARSET_ROOM, conversion->error);

        if (status != TKZ_OK)
            return status;
        target->size = (size_t)(decode(conversion, big_endian, limit, target->data + target->size) -
                                target->data);
    }
    return conversion->status;
}

tkz_status tkz__decode_utf_16(tkz__conversion *conversion, bool big_endian)
{
    return decode_blocks(conversion, big_endian, decode_16);
}

tkz_status tkz__decode_utf_32(tkz__conversion *conversion, bool big_endian)
{
    return decode_blocks(conversion, big_endian, decode_32);
}
