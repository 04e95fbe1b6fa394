/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of characters out of ICU converters. Leans on memory, utf8 and ICU.
 *
 * Which ICU table stands for which charset was chosen by comparing all of them with
 * Python's codecs and the WHATWG indexes; see doc/charsets.md for what differs:
 *   cp932    ibm-943_P15A-2003: all codes of two bytes are those of cp932
 *   euc-jp   rows 1..94 are those of cp932 (so that U+FF5E, U+2225, U+FF0D and the
 *            extensions of NEC and IBM are the same); behind 8F euc-jp-2007
 *   euc-kr   windows-949-2000, less private use
 *   big5     ibm-1375_P100-2008, which is HKSCS-2008 less 36 characters that came
 *            into Unicode late and are mended below, less private use
 *   gb18030  gb18030, of 2005
 */
#include <stdbool.h>
#include <string.h>

#include <unicode/ucnv.h>

#include "text/charset_table.h"
#include "text/utf8.h"

struct tkz__charset_table {
    tkz_allocator allocator;
    tkz__charset charset;
    UConverter *main_converter;
    UConverter *three_converter; /* NULL but for EUC-JP */
    tkz__charset_cell *rows[TKZ__CHARSET_PLANE_COUNT][256];
};

typedef struct mended_cell {
    uint16_t code;
    uint16_t characters[2];
} mended_cell;

/* Big5-HKSCS characters for which ICU's table still gives private use: strokes and ideographs of
 * Unicode 4.1 and 5.1, and letters with two marks, which are sequences (HKSCS-2008, table of ISO
 * 10646 code points). */
static const mended_cell big5_mended[] = {
    {0x8840, {0x31C0, 0}}, {0x8841, {0x31C1, 0}},      {0x8842, {0x31C2, 0}},
    {0x8843, {0x31C3, 0}}, {0x8844, {0x31C4, 0}},      {0x8846, {0x31C5, 0}},
    {0x8849, {0x31C6, 0}}, {0x884A, {0x31C7, 0}},      {0x884D, {0x31C8, 0}},
    {0x884F, {0x31C9, 0}}, {0x8850, {0x31CA, 0}},      {0x8851, {0x31CB, 0}},
    {0x8852, {0x31CC, 0}}, {0x8854, {0x31CD, 0}},      {0x8855, {0x31CE, 0}},
    {0x8862, {0xCA, 0x304}}, {0x8864, {0xCA, 0x30C}},  {0x88A3, {0xEA, 0x304}},
    {0x88A5, {0xEA, 0x30C}}, {0x88A9, {0x23DA, 0}},    {0x88AA, {0x23DB, 0}},
    {0x8C43, {0x9FA6, 0}}, {0x8C6D, {0x9FA7, 0}},      {0x8C74, {0x9FA8, 0}},
    {0x8CB7, {0x9FA9, 0}}, {0x8CB9, {0x9FAA, 0}},      {0x8CBB, {0x9FAB, 0}},
    {0x8CC0, {0x9FAC, 0}}, {0x8CD7, {0x9FAD, 0}},      {0x8CD8, {0x9FAE, 0}},
    {0x8CDA, {0x9FAF, 0}}, {0x8CED, {0x9FB2, 0}},      {0x8D48, {0x9FB3, 0}},
    {0xC879, {0x31CF, 0}}, {0xC8A1, {0x9FB0, 0}},      {0xC8A3, {0x9FB1, 0}},
};

static tkz__charset_cell pack(const uint32_t *characters, size_t count)
{
    tkz__charset_cell cell = 0;
    char bytes[8] = {0};
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if (size + 4 > sizeof bytes)
            return 0;
        size += tkz__utf8_encode(characters[i], bytes + size);
    }
    for (size_t i = 0; i < 4 && i < size; i++)
        cell |= (tkz__charset_cell)(uint8_t)bytes[i] << 8 * i;
    return size <= 4 ? cell : 0;
}

static bool is_private_use(uint32_t character)
{
    return (character >= 0xE000 && character <= 0xF8FF) || character >= 0xF0000;
}

/* What ICU makes of `bytes`, taken as one whole character; 0 when it is none. */
static tkz__charset_cell ask(UConverter *converter, const uint8_t *bytes, size_t size,
                             bool allow_private_use)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar units[4];
    UChar *target = units;
    const char *source = (const char *)bytes;
    uint32_t character;
    size_t count;

    ucnv_reset(converter);
    ucnv_toUnicode(converter, &target, units + 4, &source, (const char *)bytes + size, NULL, 1,
                   &code);
    count = (size_t)(target - units);
    if (U_FAILURE(code) || source != (const char *)bytes + size || count == 0 || count > 2)
        return 0;
    character = units[0];
    if (count == 2) {
        if (character < 0xD800 || character > 0xDBFF || units[1] < 0xDC00 || units[1] > 0xDFFF)
            return 0;
        character = 0x10000 + ((character - 0xD800) << 10) + (units[1] - 0xDC00u);
    }
    if (character == 0xFFFD || (!allow_private_use && is_private_use(character)))
        return 0;
    return pack(&character, 1);
}

/* Row and cell of JIS X 0208, from 0, in the two bytes of Shift_JIS. */
static void shift(size_t row, size_t cell, uint8_t *bytes)
{
    bytes[0] = (uint8_t)(row / 2 + (row < 62 ? 0x81 : 0xC1));
    bytes[1] = (uint8_t)(row % 2 != 0 ? cell + 0x9F : cell + 0x40 + (cell >= 63));
}

static tkz__charset_cell cell_of_one(tkz__charset_table *table, uint8_t byte)
{
    uint32_t half_width = 0xFF61u + byte - 0xA1u;
    uint32_t control = byte;

    switch (table->charset) {
    case TKZ__CHARSET_CP932:
        if (byte == 0x80)
            return pack(&control, 1);
        return byte >= 0xA1 && byte <= 0xDF ? pack(&half_width, 1) : 0;
    case TKZ__CHARSET_WINDOWS_1252:
        return ask(table->main_converter, &byte, 1, false);
    default:
        return 0;
    }
}

static tkz__charset_cell cell_of_two(tkz__charset_table *table, uint8_t lead, uint8_t trail)
{
    uint8_t bytes[2] = {lead, trail};

    if (table->charset == TKZ__CHARSET_EUC_JP) {
        uint32_t half_width = 0xFF61u + trail - 0xA1u;

        if (trail < 0xA1 || trail > 0xFE)
            return 0;
        if (lead == 0x8E)
            return trail <= 0xDF ? pack(&half_width, 1) : 0;
        if (lead < 0xA1 || lead > 0xFE)
            return 0;
        shift(lead - 0xA1u, trail - 0xA1u, bytes);
    }
    if (table->charset == TKZ__CHARSET_BIG5)
        for (size_t i = 0; i < sizeof big5_mended / sizeof *big5_mended; i++)
            if (big5_mended[i].code == (lead << 8 | trail)) {
                uint32_t characters[2] = {big5_mended[i].characters[0],
                                          big5_mended[i].characters[1]};

                return pack(characters, characters[1] != 0 ? 2 : 1);
            }
    return ask(table->main_converter, bytes, 2,
               table->charset == TKZ__CHARSET_CP932 || table->charset == TKZ__CHARSET_GB18030);
}

static void fill(tkz__charset_table *table, enum tkz__charset_plane plane, uint8_t lead,
                 tkz__charset_cell *row)
{
    memset(row, 0, 256 * sizeof *row);
    /* No charset here has a trail byte below 40 but the digits of GB18030's four bytes. */
    for (uint32_t byte = plane == TKZ__CHARSET_PLANE_ONE ? 0x80 : 0x40; byte < 0x100; byte++) {
        uint8_t three[3] = {0x8F, lead, (uint8_t)byte};

        if (plane == TKZ__CHARSET_PLANE_ONE)
            row[byte] = cell_of_one(table, (uint8_t)byte);
        else if (plane == TKZ__CHARSET_PLANE_TWO)
            row[byte] = cell_of_two(table, lead, (uint8_t)byte);
        else
            row[byte] = ask(table->three_converter, three, 3, false);
    }
}

const tkz__charset_cell *tkz__charset_table_row(tkz__charset_table *table,
                                                enum tkz__charset_plane plane, uint8_t lead)
{
    tkz__charset_cell *row = table->rows[plane][lead];

    if (row == NULL) {
        row = tkz__allocate_array(&table->allocator, 256, sizeof *row);
        if (row != NULL)
            fill(table, plane, lead, row);
        table->rows[plane][lead] = row;
    }
    return row;
}

tkz__charset_cell tkz__charset_table_four(tkz__charset_table *table, const uint8_t *bytes)
{
    /* The only charset here, besides Unicode's forms, that can write U+FFFD. */
    if (memcmp(bytes, "\x84\x31\xA4\x37", 4) == 0)
        return 0xBDBFEF;
    return ask(table->main_converter, bytes, 4, true);
}

static const char *icu_name(tkz__charset charset)
{
    switch (charset) {
    case TKZ__CHARSET_CP932:
    case TKZ__CHARSET_EUC_JP:
        return "ibm-943_P15A-2003";
    case TKZ__CHARSET_GB18030:
        return "gb18030";
    case TKZ__CHARSET_BIG5:
        return "ibm-1375_P100-2008";
    case TKZ__CHARSET_EUC_KR:
        return "windows-949-2000";
    case TKZ__CHARSET_WINDOWS_1252:
        return "ibm-5348_P100-1997";
    default:
        return NULL;
    }
}

static tkz_status open_converter(UConverter **converter, const char *name, tkz_error *error)
{
    UErrorCode code = U_ZERO_ERROR;

    *converter = ucnv_open(name, &code);
    if (U_SUCCESS(code))
        ucnv_setToUCallBack(*converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &code);
    if (code == U_MEMORY_ALLOCATION_ERROR)
        return tkz__error_memory(error, 0);
    if (U_FAILURE(code))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, name, TKZ__NO_OFFSET,
                              "ICU has no such converter: %s", u_errorName(code));
    return TKZ_OK;
}

tkz_status tkz__charset_table_new(tkz__charset_table **table, tkz__charset charset,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__charset_table *made = tkz__allocate_zeroed(&memory, sizeof *made);
    tkz_status status;

    *table = NULL;
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->charset = charset;
    status = open_converter(&made->main_converter, icu_name(charset), error);
    if (status == TKZ_OK && charset == TKZ__CHARSET_EUC_JP)
        status = open_converter(&made->three_converter, "euc-jp-2007", error);
    if (status != TKZ_OK) {
        tkz__charset_table_free(made);
        return status;
    }
    *table = made;
    return TKZ_OK;
}

void tkz__charset_table_free(tkz__charset_table *table)
{
    tkz_allocator memory;

    if (table == NULL)
        return;
    memory = table->allocator;
    if (table->main_converter != NULL)
        ucnv_close(table->main_converter);
    if (table->three_converter != NULL)
        ucnv_close(table->three_converter);
    for (size_t plane = 0; plane < TKZ__CHARSET_PLANE_COUNT; plane++)
        for (size_t lead = 0; lead < 256; lead++)
            tkz__release_array(&memory, table->rows[plane][lead], 256,
                               sizeof(tkz__charset_cell));
    tkz__release(&memory, table, sizeof *table);
}
