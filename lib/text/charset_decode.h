/* SPDX-License-Identifier: Apache-2.0
 *
 * One conversion to UTF-8 under way: what the decoders of the charsets share, and
 * the decoders. Leans on buffer, span_map and charset_table.
 */
#ifndef TKZ_TEXT_CHARSET_DECODE_H
#define TKZ_TEXT_CHARSET_DECODE_H

#include <stdbool.h>
#include <string.h>

#include "core/buffer.h"
#include "core/span_map.h"
#include "text/charset_table.h"
#include "tokenize/text.h"

/* Decoders take blocks of this many bytes, for each of which room is made once. Every input byte
 * gives at most three bytes (a half-width kana, U+FFFD); a character may reach over the end. */
#define TKZ__CHARSET_BLOCK ((size_t)1 << 14)
#define TKZ__CHARSET_ROOM (3 * TKZ__CHARSET_BLOCK + 16)

typedef struct tkz__conversion {
    const uint8_t *data;
    size_t size;
    size_t at; /* bytes of `data` that are done */
    tkz__buffer *target;
    tkz__span_map *map;        /* NULL: nobody asked */
    tkz__charset_table *table; /* NULL for UTF-8, UTF-16 and UTF-32 */
    int32_t policy;            /* TKZ_BAD_BYTES_* */
    uint64_t bad_sequences;
    uint64_t bad_bytes;
    uint64_t first_bad;
    tkz_status status; /* of the span map and the table, looked at after each block */
    tkz_error *error;
} tkz__conversion;

/* Each goes from `at` to the end of `data`, or to the first bad sequence under
 * TKZ_BAD_BYTES_REJECT. Linear. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__decode_utf_8(tkz__conversion *conversion);
TKZ_CHECKED tkz_status tkz__decode_utf_16(tkz__conversion *conversion, bool big_endian);
TKZ_CHECKED tkz_status tkz__decode_utf_32(tkz__conversion *conversion, bool big_endian);
TKZ_CHECKED tkz_status tkz__decode_double_byte(tkz__conversion *conversion, tkz__charset charset);
TKZ_CHECKED tkz_status tkz__decode_iso_2022_jp(tkz__conversion *conversion);

/* True when the conversion is to stop. */
static inline bool tkz__conversion_stops(const tkz__conversion *conversion)
{
    return conversion->status != TKZ_OK ||
           (conversion->policy == TKZ_BAD_BYTES_REJECT && conversion->bad_sequences != 0);
}

/* Records a stretch; a failure stays in `status`. */
static inline void tkz__conversion_record(tkz__conversion *conversion, size_t source_size,
                                          size_t target_size, bool identity)
{
    if (conversion->map != NULL && conversion->status == TKZ_OK)
        conversion->status = tkz__span_map_append(conversion->map, source_size, target_size,
                                                  identity, conversion->error);
}

/* A cell's bytes in the order of memory. */
static inline void tkz__charset_store(uint8_t *out, tkz__charset_cell cell)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    cell = __builtin_bswap32(cell);
#endif
    memcpy(out, &cell, sizeof cell);
}

/* Writes a cell at `out`, which has room for four bytes more, and returns the end. */
static inline uint8_t *tkz__conversion_cell(tkz__conversion *conversion, tkz__charset_cell cell,
                                            size_t source_size, uint8_t *out)
{
    uint32_t size = tkz__charset_cell_size(cell);

    tkz__charset_store(out, cell);
    tkz__conversion_record(conversion, source_size, size, false);
    return out + size;
}

/* Counts `source_size` bytes at `at` as one bad sequence, writes what the policy wants and returns
 * the end. */
static inline uint8_t *tkz__conversion_bad(tkz__conversion *conversion, size_t at,
                                           size_t source_size, uint8_t *out)
{
    if (conversion->bad_sequences++ == 0)
        conversion->first_bad = at;
    conversion->bad_bytes += source_size;
    if (conversion->policy == TKZ_BAD_BYTES_REPLACE) {
        memcpy(out, "\xEF\xBF\xBD", 3);
        tkz__conversion_record(conversion, source_size, 3, false);
        return out + 3;
    }
    tkz__conversion_record(conversion, source_size, 0, false);
    return out;
}

/* Length of the run of bytes below 80 at `data`. */
static inline size_t tkz__ascii_run(const uint8_t *data, size_t size)
{
    size_t at = 0;
    uint64_t words[2];

    while (size - at >= sizeof words) {
        memcpy(words, data + at, sizeof words);
        if (((words[0] | words[1]) & UINT64_C(0x8080808080808080)) != 0)
            break;
        at += sizeof words;
    }
    while (at < size && data[at] < 0x80)
        at++;
    return at;
}

#endif
