/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters of Uzushio (WorksApplications/uzushio, lib/.../filters/), with which LLM-jp's corpus since version 2 is made.
 * Leans on measures, listed_words and lz4_size.
 */
#include <string.h>

#include "clean/filter.h"
#include "clean/listed_words.h"
#include "clean/lz4_size.h"

#define UZUSHIO "WorksApplications/uzushio, lib/.../filters/"

#define FOUND measures->counters

TKZ__VALUE(hiragana, tkz__share(FOUND.hiragana_block, FOUND.utf16_units))
TKZ__VALUE(utf16_units, (double)FOUND.utf16_units)

/* ---- Word types ---------------------------------------------------------- */

static tkz_status word_types(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                             double *value, tkz_error *error)
{
    uint64_t types;
    tkz_status status = tkz__word_list_types(chosen->resource, measuring, &types, error);
    if (status == TKZ_OK)
        *value = (double)types;
    return status;
}

/* ---- Paragraphs ---------------------------------------------------------- */

/* Document.parse (lib/cleaning/Pipeline.scala) parts a text at line feeds; what stands before the first U+001C of a
 * paragraph is its path within the page. The paragraph from `*at` on: where its content starts and ends. */
static bool next_paragraph(const char *text, size_t size, size_t *at, size_t *start, size_t *end)
{
    if (*at >= size)
        return false;
    const char *feed = memchr(text + *at, '\n', size - *at);
    *start = *at;
    *end = feed != NULL ? (size_t)(feed - text) : size;
    const char *path = memchr(text + *start, 0x1C, *end - *start);
    if (path != NULL)
        *start = (size_t)(path - text) + 1;
    *at = *end + 1;
    return true;
}

/* ---- Links --------------------------------------------------------------- */

enum { LINK_START = 2, LINK_END = 3 };

static tkz_status links(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    const char *text = measuring->text;
    uint64_t total = 0, linked = 0;
    (void)chosen;
    (void)error;
    for (size_t at = 0, start, end; next_paragraph(text, measuring->size, &at, &start, &end);) {
        bool inside = false;
        for (; start < end; start++) {
            uint8_t byte = (uint8_t)text[start];
            if (byte == LINK_START || byte == LINK_END) {
                inside = byte == LINK_START;
                continue;
            }
            /* Units of UTF-16: one of each character, two of those of four bytes. */
            unsigned units = (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1;
            total += units;
            linked += inside ? units : 0;
        }
    }
    *value = tkz__share(linked, total);
    return TKZ_OK;
}

/* ---- Compression --------------------------------------------------------- */

enum { MOST_BYTES = 1 << 20 };

typedef struct compressor {
    tkz_allocator allocator;
    tkz__lz4_places places;
    char text[MOST_BYTES];
} compressor;

static void free_compressor(void *object)
{
    compressor *own = object;
    tkz_allocator allocator = own->allocator;
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status make_compressor(tkz__measuring *measuring, const tkz__chosen_filter *chosen, compressor **made,
                                  tkz_error *error)
{
    *made = tkz__measuring_kept(measuring, chosen);
    if (*made != NULL)
        return TKZ_OK;
    compressor *own = tkz__allocate(&measuring->allocator, sizeof *own);
    if (own == NULL)
        return tkz__error_memory(error, sizeof *own);
    own->allocator = measuring->allocator;
    *made = own;
    return tkz__measuring_keep(measuring, chosen, own, free_compressor, error);
}

/* Puts paragraphs one behind the other until the room is full, at the end of a character. */
static size_t join_paragraphs(char *joined, const char *text, size_t size)
{
    size_t filled = 0;
    for (size_t at = 0, start, end; next_paragraph(text, size, &at, &start, &end);) {
        size_t length = end - start, room = MOST_BYTES - filled;
        bool overflows = length > room;
        if (overflows)
            for (length = room; length > 0 && ((uint8_t)text[start + length] & 0xC0) == 0x80;)
                length--;
        memcpy(joined + filled, text + start, length);
        filled += length;
        if (overflows)
            break;
    }
    return filled;
}

static tkz_status compression(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value,
                              tkz_error *error)
{
    compressor *own;
    tkz_status status = make_compressor(measuring, chosen, &own, error);
    if (status != TKZ_OK)
        return status;
    size_t size = join_paragraphs(own->text, measuring->text, measuring->size);
    *value = size == 0 ? 0 : tkz__share(tkz__lz4_size(&own->places, own->text, size), size);
    return TKZ_OK;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {TKZ__ROW("uzushio_hiragana", "characters U+3040-309F among the units of UTF-16", "share",
         UZUSHIO "HiraganaRatio.scala", TKZ__MEASURE_COUNTERS, TKZ_DROP_BELOW, "little_hiragana",
         NULL, hiragana, TKZ__MINIMUM_SHARE(0.1)),
     .info.difference = "double precision; of the empty text 0, where the reference has no number"},
    {TKZ__ROW("uzushio_length", "units of UTF-16", "units", UZUSHIO "DocLength.scala",
         TKZ__MEASURE_COUNTERS, TKZ_DROP_BELOW, "too_short", NULL, utf16_units,
         TKZ__MINIMUM_COUNT(50))},
    {.info = {.name = "uzushio_word_types",
              .text = "how many different words of a list occur, the longest at each place",
              .unit = "words",
              .source = UZUSHIO "WordTypes.scala, kind uniq",
              .comparison = TKZ_DROP_AT_OR_ABOVE,
              .above = "word_types",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(3), TKZ__FILE(TKZ__WORD_LIST_TEXT))},
     .evaluate = word_types,
     .open = tkz__filter_open_words,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
    {.info = {.name = "uzushio_links",
              .text = "characters between U+0002 and U+0003, which Uzushio puts around the texts of links, among all; units of "
                      "UTF-16, without the paths of paragraphs before U+001C",
              .unit = "share",
              .source = UZUSHIO "LinkCharRatio.scala",
              .difference = "double precision",
              .comparison = TKZ_DROP_ABOVE,
              .above = "links",
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(0.8))},
     .evaluate = links},
    {.info = {.name = "uzushio_compression",
              .text = "bytes that LZ4 makes of the first MiB of the text, without line feeds and the paths of paragraphs before "
                      "U+001C, for each of its bytes",
              .unit = "share",
              .source = UZUSHIO "CompressionRate.scala; LZ4_compress_default of lz4 1.9.4",
              .difference = "double precision; of the empty text 0, where the reference has infinity and drops it too",
              .comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
              .below = "compressible",
              .above = "incompressible",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(0.25), TKZ__MAXIMUM_COUNT(5))},
     .evaluate = compression},
};

extern const tkz__filter_family tkz__filters_uzushio;
const tkz__filter_family tkz__filters_uzushio = {filters, sizeof filters / sizeof filters[0]};
