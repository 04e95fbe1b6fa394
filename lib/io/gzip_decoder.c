/* SPDX-License-Identifier: Apache-2.0
 *
 * gzip with any number of members. Leans on zlib, which takes its memory from
 * our allocator.
 */
#include "io/gzip_decoder.h"

#include "io/zlib_memory.h"

/* zlib counts in unsigned int. */
enum { LARGEST_CALL = 1 << 30 };

struct tkz__gzip_decoder {
    z_stream stream;
    bool between_members;
    bool finished;
    tkz_allocator allocator;
};

tkz_status tkz__gzip_decoder_new(tkz__gzip_decoder **decoder, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    *decoder = NULL;
    tkz__gzip_decoder *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    tkz__zlib_memory(&made->stream, &made->allocator);
    /* 15: the largest window; 16: expect gzip's header and check its CRC and length. */
    if (inflateInit2(&made->stream, 15 + 16) != Z_OK) {
        tkz__release(allocator, made, sizeof *made);
        return tkz__error_memory(error, sizeof *made);
    }
    *decoder = made;
    return TKZ_OK;
}

void tkz__gzip_decoder_free(tkz__gzip_decoder *decoder)
{
    if (decoder == NULL)
        return;
    inflateEnd(&decoder->stream);
    tkz_allocator allocator = decoder->allocator;
    tkz__release(&allocator, decoder, sizeof *decoder);
}

static tkz_status trailing_garbage(const tkz__stored_bytes *stored, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, stored->name, stored->offset,
                          "bytes that are not gzip follow the gzip data; cut the file at this "
                          "offset if they do not belong there");
}

/* Zero bytes behind the last member are padding (tapes, block devices), as for gzip(1); they
 * must reach to the end. */
static tkz_status skip_padding(tkz__stored_bytes *stored, tkz_error *error)
{
    for (;;) {
        tkz_status status = tkz__stored_bytes_want(stored, 1, error);
        if (status != TKZ_OK || stored->size == 0)
            return status;
        size_t zeros = 0;
        while (zeros < stored->size && stored->window[zeros] == 0)
            zeros++;
        tkz__stored_bytes_consume(stored, zeros);
        if (stored->size > 0)
            return trailing_garbage(stored, error);
    }
}

/* At the end of a member: another one, padding, or the end. */
static tkz_status next_member(tkz__gzip_decoder *decoder, tkz__stored_bytes *stored,
                              tkz_error *error)
{
    tkz_status status = tkz__stored_bytes_want(stored, 1, error);
    if (status != TKZ_OK)
        return status;
    if (stored->size == 0 || stored->window[0] == 0) {
        decoder->finished = true;
        return skip_padding(stored, error);
    }
    if (stored->window[0] != 0x1F)
        return trailing_garbage(stored, error);
    decoder->between_members = false;
    inflateReset(&decoder->stream);
    return TKZ_OK;
}

/* One call of inflate on what the window holds. */
static int inflate_window(z_stream *stream, tkz__stored_bytes *stored, uint8_t *data,
                          size_t capacity, size_t *size)
{
    size_t input = stored->size < LARGEST_CALL ? stored->size : LARGEST_CALL;
    size_t output = capacity < LARGEST_CALL ? capacity : LARGEST_CALL;
    stream->next_in = (uint8_t *)(uintptr_t)stored->window; /* zlib reads it only */
    stream->avail_in = (unsigned)input;
    stream->next_out = data;
    stream->avail_out = (unsigned)output;
    int result = inflate(stream, Z_NO_FLUSH);
    tkz__stored_bytes_consume(stored, input - stream->avail_in);
    *size = output - stream->avail_out;
    return result;
}

/* What a result of inflate other than progress means. */
static tkz_status explain(const z_stream *stream, int result, const tkz__stored_bytes *stored,
                          tkz_error *error)
{
    switch (result) {
    case Z_BUF_ERROR:
        return tkz__error_set(error, TKZ_STATUS_TRUNCATED, stored->name, stored->offset,
                              "the gzip data breaks off before its end; fetch or copy the file "
                              "again (everything in front of the break was read)");
    case Z_MEM_ERROR:
        return tkz__error_memory(error, 1 << MAX_WBITS);
    default:
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, stored->name, stored->offset,
                              "the gzip data is corrupt (%s); fetch or copy the file again",
                              stream->msg != NULL ? stream->msg : "zlib gives no reason");
    }
}

tkz_status tkz__gzip_decoder_read(tkz__gzip_decoder *decoder, tkz__stored_bytes *stored,
                                  void *data, size_t capacity, size_t *size, tkz_error *error)
{
    *size = 0;
    while (*size == 0) {
        tkz_status status;
        if (decoder->between_members) {
            status = next_member(decoder, stored, error);
            if (status != TKZ_OK)
                return status;
        }
        if (decoder->finished)
            return TKZ_OK;
        status = tkz__stored_bytes_want(stored, 1, error);
        if (status != TKZ_OK)
            return status;
        /* At the end of the input zlib may still hold output: only no progress is an error. */
        int result = inflate_window(&decoder->stream, stored, data, capacity, size);
        if (result == Z_STREAM_END)
            decoder->between_members = true;
        else if (result != Z_OK)
            return explain(&decoder->stream, result, stored, error);
    }
    return TKZ_OK;
}
