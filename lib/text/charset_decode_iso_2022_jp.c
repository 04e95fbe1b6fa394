/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of ISO-2022-JP and its habits: RFC 1468, JIS X 0212 of RFC 2237, half-width
 * kana of CP50221 (ESC ( I), CP50222 (SO, SI) and JIS8 (A1..DF as they are), and the
 * extensions of NEC and IBM, which mails from Windows carry. Leans on charset_decode.
 */
#include "text/charset_decode.h"

/* What the bytes 21..7E mean. */
enum set { SET_ASCII, SET_ROMAN, SET_KATAKANA, SET_0208, SET_0212 };

/* Longest first where one begins another. ESC & @ announces JIS X 0208-1990 and is followed by
 * ESC $ B: it selects nothing itself. */
static const struct escape {
    char bytes[5];
    uint8_t size;
    uint8_t set;
} escapes[] = {
    {"\x1B(B", 3, SET_ASCII},     {"\x1B(J", 3, SET_ROMAN},   {"\x1B(H", 3, SET_ROMAN},
    {"\x1B(I", 3, SET_KATAKANA},  {"\x1B$@", 3, SET_0208},    {"\x1B$B", 3, SET_0208},
    {"\x1B$(@", 4, SET_0208},     {"\x1B$(B", 4, SET_0208},   {"\x1B$(D", 4, SET_0212},
};

/* The half-width kana of byte 21..5F. */
static tkz__charset_cell half_width(uint8_t byte)
{
    uint32_t character = 0xFF61u + byte - 0x21u;

    return 0xEFu | (0x80u | (character >> 6 & 0x3Fu)) << 8 | (0x80u | (character & 0x3Fu)) << 16;
}

/* Length of the escape sequence at `data`, and what it selects; 0 when it is none of ours. */
static size_t find_escape(const uint8_t *data, size_t size, enum set *set)
{
    if (size >= 3 && memcmp(data, "\x1B&@", 3) == 0)
        return 3;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (size >= escapes[i].size && memcmp(data, escapes[i].bytes, escapes[i].size) == 0) {
            *set = (enum set)escapes[i].set;
            return escapes[i].size;
        }
    return 0;
}

/* Two bytes of JIS X 0208 or 0212, of which the first is 21..7E. */
static uint8_t *decode_pair(tkz__conversion *conversion, enum set set, size_t *at, uint8_t *out)
{
    const uint8_t *data = conversion->data + *at;
    const tkz__charset_cell *row;

    if (conversion->size - *at < 2 || data[1] < 0x21 || data[1] > 0x7E) {
        out = tkz__conversion_bad(conversion, *at, 1, out);
        *at += 1;
        return out;
    }
    row = tkz__charset_table_row(
        conversion->table, set == SET_0208 ? TKZ__CHARSET_PLANE_TWO : TKZ__CHARSET_PLANE_THREE,
        data[0] | 0x80);
    if (row == NULL) {
        conversion->status = tkz__error_memory(conversion->error, 256 * sizeof *row);
        return out;
    }
    if (row[data[1] | 0x80] != 0)
        out = tkz__conversion_cell(conversion, row[data[1] | 0x80], 2, out);
    else
        out = tkz__conversion_bad(conversion, *at, 2, out);
    *at += 2;
    return out;
}

/* Pairs of JIS X 0208 as far as they are characters; `rows` are those met so far, by first byte. What
 * stops it is for decode_pair. */
static uint8_t *decode_pairs(tkz__conversion *conversion, const tkz__charset_cell **rows,
                             size_t limit, size_t *at, uint8_t *out)
{
    const uint8_t *data = conversion->data;
    size_t next = *at;

    while (next < limit && conversion->size - next >= 2) {
        uint8_t first = data[next];
        uint8_t second = data[next + 1];
        const tkz__charset_cell *row;

        if (first < 0x21 || first > 0x7E || second < 0x21 || second > 0x7E)
            break;
        row = rows[first];
        if (row == NULL) {
            row = tkz__charset_table_row(conversion->table, TKZ__CHARSET_PLANE_TWO, first | 0x80);
            if (row == NULL) {
                conversion->status = tkz__error_memory(conversion->error, 256 * sizeof *row);
                break;
            }
            rows[first] = row;
        }
        if (row[second | 0x80] == 0)
            break;
        out = tkz__conversion_cell(conversion, row[second | 0x80], 2, out);
        next += 2;
    }
    *at = next;
    return out;
}

/* A byte that is no control character, space or part of a pair. */
static uint8_t *decode_single(tkz__conversion *conversion, enum set set, bool shifted, size_t at,
                              uint8_t *out)
{
    uint8_t byte = conversion->data[at];

    if (byte >= 0xA1 && byte <= 0xDF)
        return tkz__conversion_cell(conversion, half_width(byte & 0x7F), 1, out);
    if (byte >= 0x80)
        return tkz__conversion_bad(conversion, at, 1, out);
    if (set == SET_KATAKANA || shifted) {
        if (byte > 0x5F)
            return tkz__conversion_bad(conversion, at, 1, out);
        return tkz__conversion_cell(conversion, half_width(byte), 1, out);
    }
    /* JIS X 0201 Roman has a yen sign and an overline here. */
    if (set == SET_ROMAN && byte == 0x5C)
        return tkz__conversion_cell(conversion, 0xA5C2, 1, out);
    if (set == SET_ROMAN && byte == 0x7E)
        return tkz__conversion_cell(conversion, 0xBE80E2, 1, out);
    *out = byte;
    tkz__conversion_record(conversion, 1, 1, true);
    return out + 1;
}

typedef struct shift_state {
    enum set set;
    bool shifted; /* between SO and SI */
} shift_state;

static uint8_t *decode_block(tkz__conversion *conversion, size_t limit, shift_state *state,
                             const tkz__charset_cell **rows, uint8_t *out)
{
    const uint8_t *data = conversion->data;
    size_t at = conversion->at;

    while (at < limit && !tkz__conversion_stops(conversion)) {
        uint8_t byte = data[at];

        if (byte == 0x1B) {
            size_t length = find_escape(data + at, conversion->size - at, &state->set);

            if (length == 0) {
                out = tkz__conversion_bad(conversion, at, 1, out);
                at++;
                continue;
            }
            state->shifted = false;
            tkz__conversion_record(conversion, length, 0, false);
            at += length;
        } else if (byte == 0x0E || byte == 0x0F) {
            state->shifted = byte == 0x0E;
            tkz__conversion_record(conversion, 1, 0, false);
            at++;
        } else if (byte <= 0x20 || byte == 0x7F) {
            /* RFC 1468: a line ends in ASCII. Text that forgets to switch back does so there. */
            if (byte == '\n' || byte == '\r') {
                state->set = SET_ASCII;
                state->shifted = false;
            }
            *out++ = byte;
            tkz__conversion_record(conversion, 1, 1, true);
            at++;
        } else if (byte < 0x80 && !state->shifted && state->set >= SET_0208) {
            size_t before = at;

            if (state->set == SET_0208)
                out = decode_pairs(conversion, rows, limit, &at, out);
            if (at == before && conversion->status == TKZ_OK)
                out = decode_pair(conversion, state->set, &at, out);
        } else {
            out = decode_single(conversion, state->set, state->shifted, at, out);
            at++;
        }
    }
    conversion->at = at;
    return out;
}

tkz_status tkz__decode_iso_2022_jp(tkz__conversion *conversion)
{
    shift_state state = {SET_ASCII, false};
    const tkz__charset_cell *rows[0x80] = {NULL};

    while (conversion->at < conversion->size && !tkz__conversion_stops(conversion)) {
        tkz__buffer *target = conversion->target;
        size_t left = conversion->size - conversion->at;
        size_t limit = conversion->at + (left < TKZ__CHARSET_BLOCK ? left : TKZ__CHARSET_BLOCK);
        tkz_status status = tkz__buffer_reserve(target, TKZ__CHARSET_ROOM, conversion->error);
        uint8_t *end;

        if (status != TKZ_OK)
            return status;
        end = decode_block(conversion, limit, &state, rows, target->data + target->size);
        target->size = (size_t)(end - target->data);
    }
    return conversion->status;
}
