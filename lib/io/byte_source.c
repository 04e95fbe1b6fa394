/* SPDX-License-Identifier: Apache-2.0
 *
 * tkz_input: looks at the first bytes, hands the rest to the right decoder, and
 * keeps the first error. Leans on the gzip and zstd decoders.
 */
#include "io/byte_source.h"

#include "io/gzip_decoder.h"
#include "io/stored_bytes.h"
#include "io/zstd_decoder.h"

enum { MAGIC_SIZE = 4 };

typedef enum encoding { ENCODING_UNKNOWN, ENCODING_PLAIN, ENCODING_GZIP, ENCODING_ZSTD } encoding;

struct tkz_input {
    tkz__stored_bytes stored;
    encoding encoding;
    tkz__gzip_decoder *gzip;
    tkz__zstd_decoder *zstd;
    tkz_status failed; /* OK until an error; then every call answers with it */
    tkz_error failure;
    tkz_allocator allocator;
};

static tkz_status make_input(tkz_input **input, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator inherited = tkz__allocator_or_default(allocator);
    *input = tkz__allocate_zeroed(&inherited, sizeof **input);
    if (*input == NULL)
        return tkz__error_memory(error, sizeof **input);
    (*input)->allocator = inherited;
    return TKZ_OK;
}

/* The end of both openings: nothing is handed over after a failure. */
static tkz_status finish_open(tkz_input **input, tkz_status status)
{
    if (status != TKZ_OK) {
        tkz_allocator allocator = (*input)->allocator;
        tkz__release(&allocator, *input, sizeof **input);
        *input = NULL;
    }
    return status;
}

tkz_status tkz_input_open(tkz_input **input, const char *path, const tkz_allocator *allocator,
                          tkz_error *error)
{
    tkz_status status = make_input(input, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__stored_bytes_open(&(*input)->stored, path, &(*input)->allocator, error);
    return finish_open(input, status);
}

tkz_status tkz__byte_source_open_memory(tkz_input **input, const char *name, const void *data,
                                        size_t size, const tkz_allocator *allocator,
                                        tkz_error *error)
{
    tkz_status status = make_input(input, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__stored_bytes_open_memory(&(*input)->stored, name, data, size,
                                           &(*input)->allocator, error);
    return finish_open(input, status);
}

/* gzip's magic has two bytes, zstd's four; what is shorter than its magic is plain. Done at the
 * first read, because opening standard input should not wait for its first byte. */
static tkz_status recognise(tkz_input *input, tkz_error *error)
{
    tkz__stored_bytes *stored = &input->stored;
    tkz_status status = tkz__stored_bytes_want(stored, MAGIC_SIZE, error);
    if (status != TKZ_OK)
        return status;
    if (stored->size >= 2 && stored->window[0] == 0x1F && stored->window[1] == 0x8B) {
        input->encoding = ENCODING_GZIP;
        return tkz__gzip_decoder_new(&input->gzip, &input->allocator, error);
    }
    if (stored->size >= MAGIC_SIZE && tkz__zstd_magic(stored->window)) {
        input->encoding = ENCODING_ZSTD;
        return tkz__zstd_decoder_new(&input->zstd, &input->allocator, error);
    }
    input->encoding = ENCODING_PLAIN;
    return TKZ_OK;
}

static tkz_status read_decoded(tkz_input *input, void *data, size_t capacity, size_t *size,
                               tkz_error *error)
{
    if (input->encoding == ENCODING_UNKNOWN) {
        tkz_status status = recognise(input, error);
        if (status != TKZ_OK)
            return status;
    }
    switch (input->encoding) {
    case ENCODING_GZIP:
        return tkz__gzip_decoder_read(input->gzip, &input->stored, data, capacity, size, error);
    case ENCODING_ZSTD:
        return tkz__zstd_decoder_read(input->zstd, &input->stored, data, capacity, size, error);
    default:
        return tkz__stored_bytes_copy(&input->stored, data, capacity, size, error);
    }
}

tkz_status tkz_input_read(tkz_input *input, void *data, size_t capacity, size_t *size,
                          tkz_error *error)
{
    *size = 0;
    if (capacity == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, input->stored.name,
                              TKZ__NO_OFFSET, "a read needs room for at least one byte");
    if (input->failed == TKZ_OK)
        input->failed = read_decoded(input, data, capacity, size, &input->failure);
    /* What came out in front of the damage is delivered first, the error by the next call. */
    if (input->failed == TKZ_OK || *size > 0)
        return TKZ_OK;
    if (error != NULL)
        *error = input->failure;
    return input->failed;
}

uint64_t tkz_input_stored_done(const tkz_input *input)
{
    return input->stored.offset;
}

uint64_t tkz_input_stored_total(const tkz_input *input)
{
    return input->stored.total;
}

void tkz_input_close(tkz_input *input)
{
    if (input == NULL)
        return;
    tkz__gzip_decoder_free(input->gzip);
    tkz__zstd_decoder_free(input->zstd);
    tkz__stored_bytes_close(&input->stored);
    tkz_allocator allocator = input->allocator;
    tkz__release(&allocator, input, sizeof *input);
}
