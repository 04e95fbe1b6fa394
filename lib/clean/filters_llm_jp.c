/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the LLM-jp corpus, version 1, that HojiChar's filters do not have already: llm-jp/llm-jp-corpus,
 * scripts/filters.py; of code by the figures of The Stack. Leans on zlib.
 */
#include "clean/filter.h"
#include "io/zlib_memory.h"

#define SOURCE "llm-jp/llm-jp-corpus, scripts/filters.py, "

TKZ__VALUE(longest_line, (double)measures->counters.longest_code_line)
TKZ__VALUE(line_length, tkz__share(measures->counters.code_line_characters, measures->counters.code_lines))
TKZ__VALUE(alphanumeric, tkz__share(measures->kinds[TKZ__KIND_LETTER] + measures->kinds[TKZ__KIND_NUMBER],
                                    measures->characters))

/* ---- Compression --------------------------------------------------------- */

/* zlib counts in unsigned int. */
enum { LARGEST_CALL = 1 << 30, SCRATCH = 1 << 15, LEVEL = 9 };

typedef struct compressor {
    z_stream stream;
    tkz_allocator allocator;
    uint8_t scratch[SCRATCH]; /* what comes out, and is only counted */
} compressor;

static void free_compressor(void *object)
{
    compressor *own = object;
    deflateEnd(&own->stream);
    tkz_allocator allocator = own->allocator;
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status make_compressor(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                                  compressor **made, tkz_error *error)
{
    *made = tkz__measuring_kept(measuring, chosen);
    if (*made != NULL)
        return TKZ_OK;
    compressor *own = tkz__allocate_zeroed(&measuring->allocator, sizeof *own);
    if (own == NULL)
        return tkz__error_memory(error, sizeof *own);
    own->allocator = measuring->allocator;
    tkz__zlib_memory(&own->stream, &own->allocator);
    if (deflateInit(&own->stream, LEVEL) != Z_OK) {
        tkz__release(&measuring->allocator, own, sizeof *own);
        return tkz__error_memory(error, SCRATCH);
    }
    *made = own;
    return tkz__measuring_keep(measuring, chosen, own, free_compressor, error);
}

/* Size of the text as zlib.compress writes it. */
static tkz_status compressed_size(compressor *own, const char *text, size_t size, uint64_t *total,
                                  tkz_error *error)
{
    z_stream *stream = &own->stream;
    int result = deflateReset(stream);
    *total = 0;
    for (size_t left = size; result == Z_OK;) {
        size_t piece = left < LARGEST_CALL ? left : LARGEST_CALL;
        stream->next_in = (Bytef *)(text + (size - left));
        stream->avail_in = (uInt)piece;
        left -= piece;
        do {
            stream->next_out = own->scratch;
            stream->avail_out = SCRATCH;
            result = deflate(stream, left > 0 ? Z_NO_FLUSH : Z_FINISH);
            *total += SCRATCH - stream->avail_out;
        } while (result == Z_OK && stream->avail_out == 0);
        if (result == Z_BUF_ERROR) /* nothing was left to do */
            result = Z_OK;
    }
    if (result == Z_STREAM_END)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INTERNAL, "zlib", TKZ__NO_OFFSET,
                          "compressing failed with code %d", result);
}

static tkz_status compression(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                              double *value, tkz_error *error)
{
    compressor *own;
    uint64_t size;
    tkz_status status = make_compressor(measuring, chosen, &own, error);
    if (status == TKZ_OK)
        status = compressed_size(own, measuring->text, measuring->size, &size, error);
    if (status == TKZ_OK)
        *value = tkz__share(size, measuring->size);
    return status;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {.info = {.name = "llm_jp_compression",
              .text = "bytes that zlib makes of the text at level 9 for each of its bytes",
              .unit = "share",
              .source = SOURCE "has_good_compression_ratio",
              .difference = "of the empty text 0, where the reference fails",
              .comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
              .below = "compressible",
              .above = "incompressible",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(0.3), TKZ__MAXIMUM_COUNT(0.7))},
     .evaluate = compression},
    {.info = {.name = "code_longest_line",
              .text = "length of the longest line",
              .unit = "characters",
              .source = SOURCE "has_valid_max_line_length",
              .comparison = TKZ_DROP_ABOVE,
              .above = "longest_line",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(1000))},
     .measures = TKZ__MEASURE_COUNTERS,
     .value = longest_line},
    {.info = {.name = "code_line_length",
              .text = "mean length of a line",
              .unit = "characters",
              .source = SOURCE "has_valid_avg_line_length",
              .comparison = TKZ_DROP_ABOVE,
              .above = "long_lines",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(100))},
     .measures = TKZ__MEASURE_COUNTERS,
     .value = line_length},
    {.info = {.name = "code_alphanumeric",
              .text = "letters and numbers (L*, N*) among all characters",
              .unit = "share",
              .source = SOURCE "has_valid_alphanum_fraction",
              .comparison = TKZ_DROP_BELOW,
              .below = "few_alphanumeric",
              TKZ__PARAMETERS(TKZ__MINIMUM_SHARE(0.25))},
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS,
     .value = alphanumeric},
};

extern const tkz__filter_family tkz__filters_llm_jp;
const tkz__filter_family tkz__filters_llm_jp = {filters, sizeof filters / sizeof filters[0]};
