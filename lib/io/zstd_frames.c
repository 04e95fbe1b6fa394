/* SPDX-License-Identifier: Apache-2.0
 *
 * One zstd frame at a time: where to cut, compress, decompress. Leans on libzstd;
 * its contexts come from malloc, because handing them an allocator is not in the
 * stable interface.
 */
#include "io/zstd_frames.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { LEVEL_MAXIMUM = 19 };

struct tkz__frame_compressor {
    ZSTD_CCtx *context;
    tkz_allocator allocator;
};

/* Single-threaded, so that the bytes do not depend on how many threads there are. */
static bool configure(ZSTD_CCtx *context, int32_t level)
{
    return !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1));
}

tkz_status tkz__frame_compressor_new(tkz__frame_compressor **compressor, int32_t level,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    *compressor = NULL;
    if (level < 1 || level > LEVEL_MAXIMUM)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "zstd levels run from 1 to %d, usually %d; %d was asked for",
                              LEVEL_MAXIMUM, TKZ__ZSTD_LEVEL, (int)level);
    tkz_allocator inherited = tkz__allocator_or_default(allocator);
    tkz__frame_compressor *made = tkz__allocate_zeroed(&inherited, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = inherited;
    made->context = ZSTD_createCCtx();
    if (made->context == NULL || !configure(made->context, level)) {
        tkz__frame_compressor_free(made);
        return tkz__error_memory(error, sizeof *made);
    }
    *compressor = made;
    return TKZ_OK;
}

void tkz__frame_compressor_free(tkz__frame_compressor *compressor)
{
    if (compressor == NULL)
        return;
    ZSTD_freeCCtx(compressor->context); /* accepts NULL */
    tkz_allocator allocator = compressor->allocator;
    tkz__release(&allocator, compressor, sizeof *compressor);
}

tkz_status tkz__frame_compress(tkz__frame_compressor *compressor, const void *data, size_t size,
                               tkz__buffer *output, tkz_error *error)
{
    if (size > TKZ__FRAME_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a seekable frame holds at most 1 GiB, not %zu bytes", size);
    size_t bound = ZSTD_compressBound(size);
    tkz_status status = tkz__buffer_reserve(output, bound, error);
    if (status != TKZ_OK)
        return status;
    size_t result =
        ZSTD_compress2(compressor->context, output->data + output->size, bound, data, size);
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
        return tkz__error_memory(error, bound);
    if (ZSTD_isError(result))
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, NULL, TKZ__NO_OFFSET,
                              "zstd cannot compress: %s", ZSTD_getErrorName(result));
    output->size += result;
    return TKZ_OK;
}

size_t tkz__frame_cut(uint64_t held, const char *data, size_t size, uint64_t frame_size,
                      uint64_t limit, bool *full)
{
    uint64_t room = limit - held;
    size_t end = size < room ? size : (size_t)room;
    /* The first byte here with which the frame is large enough. */
    uint64_t first = held + 1 < frame_size ? frame_size - held - 1 : 0;
    if (first < end) {
        const char *line_end = memchr(data + first, '\n', end - (size_t)first);
        if (line_end != NULL) {
            *full = true;
            return (size_t)(line_end - data) + 1;
        }
    }
    *full = end == room;
    return end;
}

static tkz_status corrupt(const char *reason, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the zstd frame is corrupt (%s)", reason);
}

static tkz_status beyond_limit(size_t limit, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                          "the zstd frame holds more than the %zu bytes allowed", limit);
}

/* A frame that says how much it holds: one call. */
static tkz_status decompress_known(ZSTD_DCtx *context, const void *frame, size_t size,
                                   size_t content_size, tkz__buffer *output, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(output, content_size, error);
    if (status != TKZ_OK)
        return status;
    size_t result = ZSTD_decompressDCtx(context, output->data + output->size,
                                        output->capacity - output->size, frame, size);
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
        return tkz__error_memory(error, size);
    if (ZSTD_isError(result))
        return corrupt(ZSTD_getErrorName(result), error);
    output->size += result;
    return TKZ_OK;
}

/* A frame that does not say how much it holds: as a stream. */
static tkz_status decompress_unknown(ZSTD_DCtx *context, const void *frame, size_t size,
                                     size_t limit, tkz__buffer *output, tkz_error *error)
{
    ZSTD_inBuffer input = {frame, size, 0};
    size_t start = output->size;
    for (;;) {
        tkz_status status = tkz__buffer_reserve(output, ZSTD_DStreamOutSize(), error);
        if (status != TKZ_OK)
            return status;
        ZSTD_outBuffer piece = {output->data + output->size, output->capacity - output->size, 0};
        size_t result = ZSTD_decompressStream(context, &piece, &input);
        if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            return tkz__error_memory(error, size);
        if (ZSTD_isError(result))
            return corrupt(ZSTD_getErrorName(result), error);
        output->size += piece.pos;
        if (output->size - start > limit)
            return beyond_limit(limit, error);
        if (result == 0)
            return TKZ_OK;
        if (input.pos == input.size && piece.pos == 0)
            return corrupt("it breaks off", error);
    }
}

tkz_status tkz__frame_decompress(const void *frame, size_t size, size_t limit,
                                 tkz__buffer *output, tkz_error *error)
{
    if (size < 4 || tkz__load_u32(frame) != TKZ__FRAME_MAGIC)
        return corrupt("it does not begin as a frame does", error);
    if (ZSTD_findFrameCompressedSize(frame, size) != size)
        return corrupt("its size is not the one expected", error);
    unsigned long long content_size = ZSTD_getFrameContentSize(frame, size);
    if (content_size == ZSTD_CONTENTSIZE_ERROR)
        return corrupt("its header cannot be read", error);
    if (content_size != ZSTD_CONTENTSIZE_UNKNOWN && content_size > limit)
        return beyond_limit(limit, error);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL)
        return tkz__error_memory(error, size);
    size_t start = output->size;
    tkz_status status =
        content_size == ZSTD_CONTENTSIZE_UNKNOWN
            ? decompress_unknown(context, frame, size, limit, output, error)
            : decompress_known(context, frame, size, (size_t)content_size, output, error);
    if (status != TKZ_OK)
        output->size = start;
    ZSTD_freeDCtx(context);
    return status;
}
