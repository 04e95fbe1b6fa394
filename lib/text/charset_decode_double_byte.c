/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of charsets of one to four bytes by their rows: CP932, EUC-JP, GB18030,
 * Big5, EUC-KR, windows-1252. Leans on charset_decode and charset_table.
 *
 * What counts as one bad sequence: a lead byte whose next byte can be no trail byte is
 * bad alone; bytes that have the form of a character but are none are bad together,
 * unless the trail byte is ASCII, which is then read again (so that no quotation mark
 * or angle bracket can be swallowed; WHATWG Encoding Standard, section 11).
 */
#include "text/charset_decode.h"
#include "text/utf8.h"

/* Which bytes begin a character of two, and which may follow. Inclusive. */
typedef struct form {
    uint8_t lead_low, lead_high;
    uint8_t trail_low, trail_high; /* 7F, where inside, is none */
} form;

/* CP932's half-width kana lie between its leads; they have cells and are looked up first. */
static const form forms[TKZ__CHARSET_COUNT] = {
    [TKZ__CHARSET_CP932] = {0x81, 0xFC, 0x40, 0xFC},
    [TKZ__CHARSET_EUC_JP] = {0x8E, 0xFE, 0xA1, 0xFE},
    [TKZ__CHARSET_GB18030] = {0x81, 0xFE, 0x40, 0xFE},
    [TKZ__CHARSET_BIG5] = {0x81, 0xFE, 0x40, 0xFE},
    [TKZ__CHARSET_EUC_KR] = {0x81, 0xFE, 0x41, 0xFE},
    [TKZ__CHARSET_WINDOWS_1252] = {0xFF, 0x00, 0xFF, 0x00},
};

/* Inlined where `charset` is a constant. */
static inline __attribute__((always_inline)) bool is_lead(tkz__charset charset, uint8_t byte)
{
    if (charset == TKZ__CHARSET_EUC_JP && byte > 0x8F && byte < 0xA1)
        return false;
    if (charset == TKZ__CHARSET_CP932 && byte >= 0xA0 && byte <= 0xDF)
        return false;
    return byte >= forms[charset].lead_low && byte <= forms[charset].lead_high;
}

static bool is_trail(tkz__charset charset, uint8_t byte)
{
    return byte >= forms[charset].trail_low && byte <= forms[charset].trail_high && byte != 0x7F;
}

static bool is_between(uint8_t byte, uint8_t low, uint8_t high)
{
    return byte >= low && byte <= high;
}

/* A character of four bytes of GB18030 at `data`, known to begin 81..FE 30..39. */
static uint8_t *decode_four(tkz__conversion *conversion, size_t *at, uint8_t *out)
{
    const uint8_t *data = conversion->data + *at;
    size_t size = conversion->size - *at;
    tkz__charset_cell cell;

    if (size < 4 || !is_between(data[2], 0x81, 0xFE) || !is_between(data[3], 0x30, 0x39)) {
        /* The digit is ASCII and read again. */
        out = tkz__conversion_bad(conversion, *at, 1, out);
        *at += 1;
        return out;
    }
    cell = tkz__charset_table_four(conversion->table, data);
    out = cell != 0 ? tkz__conversion_cell(conversion, cell, 4, out)
                    : tkz__conversion_bad(conversion, *at, 4, out);
    *at += 4;
    return out;
}

/* A character of three bytes of EUC-JP, known to begin 8F A1..FE. */
static uint8_t *decode_three(tkz__conversion *conversion, size_t *at, uint8_t *out)
{
    const uint8_t *data = conversion->data + *at;
    size_t size = conversion->size - *at;
    const tkz__charset_cell *row;
    size_t length = 3;

    row = tkz__charset_table_row(conversion->table, TKZ__CHARSET_PLANE_THREE, data[1]);
    if (row == NULL) {
        conversion->status = tkz__error_memory(conversion->error, 256 * sizeof *row);
        return out;
    }
    if (size >= 3 && row[data[2]] != 0) {
        out = tkz__conversion_cell(conversion, row[data[2]], 3, out);
    } else {
        length = size >= 3 && is_trail(TKZ__CHARSET_EUC_JP, data[2]) ? 3 : 2;
        out = tkz__conversion_bad(conversion, *at, length, out);
    }
    *at += length;
    return out;
}

/* What begins with a byte from 80 and is no character of two bytes: one, three or four bytes, or
 * something bad. */
static uint8_t *decode_other(tkz__conversion *conversion, tkz__charset charset,
                             const tkz__charset_cell *singles, size_t *at, uint8_t *out)
{
    const uint8_t *data = conversion->data + *at;
    size_t size = conversion->size - *at;
    size_t length;

    if (singles[data[0]] != 0) {
        out = tkz__conversion_cell(conversion, singles[data[0]], 1, out);
        *at += 1;
        return out;
    }
    if (charset == TKZ__CHARSET_GB18030 && size >= 2 && is_lead(charset, data[0]) &&
        is_between(data[1], 0x30, 0x39))
        return decode_four(conversion, at, out);
    if (charset == TKZ__CHARSET_EUC_JP && data[0] == 0x8F && size >= 2 &&
        is_trail(charset, data[1]))
        return decode_three(conversion, at, out);
    length = size >= 2 && is_lead(charset, data[0]) && is_trail(charset, data[1]) &&
                     data[1] >= 0x80
                 ? 2
                 : 1;
    out = tkz__conversion_bad(conversion, *at, length, out);
    *at += length;
    return out;
}

/* Up to the byte `limit`, or a little further. */
static inline __attribute__((always_inline)) uint8_t *
decode_block(tkz__conversion *conversion, tkz__charset charset, size_t limit,
             const tkz__charset_cell **rows, uint8_t *out)
{
    const uint8_t *data = conversion->data;
    const tkz__charset_cell *singles = rows[0];
    size_t at = conversion->at;

    while (at < limit) {
        uint8_t byte = data[at];

        if (byte < 0x80) {
            size_t length = 1;

            /* A lone space or digit between characters is not worth a call. */
            *out = byte;
            if (at + 1 < limit && data[at + 1] < 0x80) {
                length = tkz__ascii_run(data + at, limit - at);
                memcpy(out, data + at, length);
            }
            tkz__conversion_record(conversion, length, length, true);
            at += length;
            out += length;
            continue;
        }
        if (is_lead(charset, byte) && at + 1 < conversion->size) {
            const tkz__charset_cell *row = rows[byte];

            if (row == NULL) {
                row = tkz__charset_table_row(conversion->table, TKZ__CHARSET_PLANE_TWO, byte);
                if (row == NULL) {
                    conversion->status =
                        tkz__error_memory(conversion->error, 256 * sizeof *row);
                    break;
                }
                rows[byte] = row;
            }
            if (row[data[at + 1]] != 0) {
                out = tkz__conversion_cell(conversion, row[data[at + 1]], 2, out);
                at += 2;
                continue;
            }
        }
        out = decode_other(conversion, charset, singles, &at, out);
        if (tkz__conversion_stops(conversion))
            break;
    }
    conversion->at = at;
    return out;
}

/* Makes one loop for each charset, with its ranges as constants. */
#define DECODE_BLOCK(name, charset)                                                               \
    static uint8_t *name(tkz__conversion *conversion, size_t limit,                               \
                         const tkz__charset_cell **rows, uint8_t *out)                            \
    {                                                                                             \
        return decode_block(conversion, charset, limit, rows, out);                               \
    }
DECODE_BLOCK(decode_cp932, TKZ__CHARSET_CP932)
DECODE_BLOCK(decode_euc_jp, TKZ__CHARSET_EUC_JP)
DECODE_BLOCK(decode_gb18030, TKZ__CHARSET_GB18030)
DECODE_BLOCK(decode_big5, TKZ__CHARSET_BIG5)
DECODE_BLOCK(decode_euc_kr, TKZ__CHARSET_EUC_KR)
DECODE_BLOCK(decode_windows_1252, TKZ__CHARSET_WINDOWS_1252)

tkz_status tkz__decode_double_byte(tkz__conversion *conversion, tkz__charset charset)
{
    static uint8_t *(*const decoders[TKZ__CHARSET_COUNT])(
        tkz__conversion *, size_t, const tkz__charset_cell **, uint8_t *) = {
        [TKZ__CHARSET_CP932] = decode_cp932,     [TKZ__CHARSET_EUC_JP] = decode_euc_jp,
        [TKZ__CHARSET_GB18030] = decode_gb18030, [TKZ__CHARSET_BIG5] = decode_big5,
        [TKZ__CHARSET_EUC_KR] = decode_euc_kr,
        [TKZ__CHARSET_WINDOWS_1252] = decode_windows_1252};
    /* The rows met so far; below 80 no byte is a lead, so that the singles lie at 0. */
    const tkz__charset_cell *rows[256] = {NULL};

    rows[0] = tkz__charset_table_row(conversion->table, TKZ__CHARSET_PLANE_ONE, 0);
    if (rows[0] == NULL)
        return tkz__error_memory(conversion->error, 256 * sizeof *rows[0]);
    while (conversion->at < conversion->size && !tkz__conversion_stops(conversion)) {
        tkz__buffer *target = conversion->target;
        size_t left = conversion->size - conversion->at;
        size_t limit = conversion->at + (left < TKZ__CHARSET_BLOCK ? left : TKZ__CHARSET_BLOCK);
        tkz_status status = tkz__buffer_reserve(target, TKZ__CHARSET_ROOM, conversion->error);
        uint8_t *end;

        if (status != TKZ_OK)
            return status;
        end = decoders[charset](conversion, limit, rows, target->data + target->size);
        target->size = (size_t)(end - target->data);
    }
    return conversion->status;
}
