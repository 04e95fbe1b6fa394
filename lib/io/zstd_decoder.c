/* SPDX-License-Identifier: Apache-2.0
 *
 * zstd with any number of frames. Leans on libzstd; its context comes from
 * malloc, because handing it an allocator is not in the stable interface.
 */
#include "io/zstd_decoder.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "core/buffer.h"

/* RFC 8878, 3.1: the magic numbers of the two kinds of frame. */
enum { MAGIC_SIZE = 4 };
#define FRAME_MAGIC 0xFD2FB528u
#define SKIPPABLE_MAGIC 0x184D2A50u /* and the 15 that follow */

struct tkz__zstd_decoder {
    ZSTD_DCtx *context;
    bool inside_frame;
    tkz_allocator allocator;
};

bool tkz__zstd_magic(const uint8_t *bytes)
{
    uint32_t magic = tkz__load_u32(bytes);
    return magic == FRAME_MAGIC || (magic & 0xFFFFFFF0u) == SKIPPABLE_MAGIC;
}

/* `zstd --ultra --long=31` makes windows of 2 GiB; by itself libzstd refuses more than 128 MiB. */
static bool allow_all_windows(ZSTD_DCtx *context)
{
    ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    return !ZSTD_isError(bounds.error) &&
           !ZSTD_isError(
               ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, bounds.upperBound));
}

tkz_status tkz__zstd_decoder_new(tkz__zstd_decoder **decoder, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    *decoder = NULL;
    tkz__zstd_decoder *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    made->context = ZSTD_createDCtx();
    if (made->context == NULL || !allow_all_windows(made->context)) {
        tkz__zstd_decoder_free(made);
        return tkz__error_memory(error, ZSTD_DStreamInSize());
    }
    *decoder = made;
    return TKZ_OK;
}

void tkz__zstd_decoder_free(tkz__zstd_decoder *decoder)
{
    if (decoder == NULL)
        return;
    ZSTD_freeDCtx(decoder->context); /* accepts NULL */
    tkz_allocator allocator = decoder->allocator;
    tkz__release(&allocator, decoder, sizeof *decoder);
}

static tkz_status truncated(const tkz__stored_bytes *stored, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_TRUNCATED, stored->name, stored->offset + stored->size,
                          "the zstd data breaks off before its end; fetch or copy the file again "
                          "(everything in front of the break was read)");
}

/* At the border of two frames. The magic is checked here, so that libzstd is never led to the
 * decoders of its retired formats. */
static tkz_status next_frame(tkz__zstd_decoder *decoder, tkz__stored_bytes *stored,
                             tkz_error *error)
{
    tkz_status status = tkz__stored_bytes_want(stored, MAGIC_SIZE, error);
    if (status != TKZ_OK || stored->size == 0)
        return status;
    if (stored->size < MAGIC_SIZE)
        return truncated(stored, error);
    if (!tkz__zstd_magic(stored->window))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, stored->name, stored->offset,
                              "bytes that are not zstd follow the zstd data; cut the file at this "
                              "offset if they do not belong there");
    decoder->inside_frame = true;
    return TKZ_OK;
}

static tkz_status explain(size_t result, const tkz__stored_bytes *stored, tkz_error *error)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return tkz__error_set(error, TKZ_STATUS_OUT_OF_MEMORY, stored->name, stored->offset,
                              "out of memory: the window of a zstd frame could not be had");
    case ZSTD_error_frameParameter_windowTooLarge:
        return tkz__error_set(error, TKZ_STATUS_LIMIT, stored->name, stored->offset,
                              "a zstd frame needs a larger window than this machine can hold; "
                              "compress it again without --long");
    case ZSTD_error_dictionary_wrong:
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, stored->name, stored->offset,
                              "a zstd frame needs a dictionary; decompress it with zstd -D first");
    default:
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, stored->name, stored->offset,
                              "the zstd data is corrupt (%s); fetch or copy the file again",
                              ZSTD_getErrorName(result));
    }
}

tkz_status tkz__zstd_decoder_read(tkz__zstd_decoder *decoder, tkz__stored_bytes *stored,
                                  void *data, size_t capacity, size_t *size, tkz_error *error)
{
    ZSTD_outBuffer output = {data, capacity, 0};
    *size = 0;
    while (*size == 0) {
        tkz_status status;
        if (!decoder->inside_frame) {
            status = next_frame(decoder, stored, error);
            if (status != TKZ_OK || !decoder->inside_frame)
                return status;
        }
        status = tkz__stored_bytes_want(stored, 1, error);
        if (status != TKZ_OK)
            return status;
        bool no_more = stored->size == 0;
        ZSTD_inBuffer input = {stored->window, stored->size, 0};
        size_t result = ZSTD_decompressStream(decoder->context, &output, &input);
        tkz__stored_bytes_consume(stored, input.pos);
        *size = output.pos;
        if (ZSTD_isError(result))
            return explain(result, stored, error);
        if (result == 0)
            decoder->inside_frame = false;
        else if (no_more && *size == 0) /* nothing to give it, and it held nothing back */
            return truncated(stored, error);
    }
    return TKZ_OK;
}
