/* SPDX-License-Identifier: Apache-2.0
 *
 * tkz_output: bytes gathered into large writes or zstd frames, on their way to a
 * file that appears when it is whole, or to standard output. Leans on atomic_file
 * and zstd_frames.
 */
#include "io/output_file.h"

#include <string.h>
#include <unistd.h>

#include "io/atomic_file.h"
#include "io/descriptor.h"
#include "io/zstd_frames.h"
#include "tokenize/io.h"

enum { FRAME_SIZE_DEFAULT = 1024 * 1024, PLAIN_WRITE = 256 * 1024 };

struct tkz_output {
    tkz__atomic_file file; /* not used for standard output */
    bool standard_output;
    const char *name;   /* for messages */
    tkz__buffer held;   /* bytes of the next write or frame */
    uint64_t frame_size;
    tkz__frame_compressor *compressor; /* NULL: no compression */
    tkz__buffer compressed;
    tkz__seek_table table;
    tkz_status failed; /* after a failed write nobody knows what the file holds */
    tkz_error failure;
    tkz_allocator allocator;
};

static void free_output(tkz_output *output)
{
    tkz__frame_compressor_free(output->compressor);
    tkz__buffer_free(&output->held);
    tkz__buffer_free(&output->compressed);
    tkz__seek_table_free(&output->table);
    tkz_allocator allocator = output->allocator;
    tkz__release(&allocator, output, sizeof *output);
}

static tkz_status check_arguments(const char *path, int32_t compression, uint64_t frame_size,
                                  tkz_error *error)
{
    if (compression != TKZ_COMPRESSION_NONE && compression != TKZ_COMPRESSION_ZSTD)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, path, TKZ__NO_OFFSET,
                              "unknown compression %d", (int)compression);
    if (frame_size > TKZ__FRAME_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, path, TKZ__NO_OFFSET,
                              "a zstd frame holds at most 1 GiB");
    return TKZ_OK;
}

static tkz_status open_target(tkz_output *output, const char *path, tkz_error *error)
{
    if (strcmp(path, "-") == 0) {
        output->standard_output = true;
        output->name = "standard output";
        output->file.descriptor = STDOUT_FILENO;
        return TKZ_OK;
    }
    tkz_status status = tkz__atomic_file_open(&output->file, path, &output->allocator, error);
    output->name = output->file.path;
    return status;
}

tkz_status tkz_output_open(tkz_output **output, const char *path, int32_t compression,
                           int32_t level, uint64_t frame_size, const tkz_allocator *allocator,
                           tkz_error *error)
{
    *output = NULL;
    tkz_status status = check_arguments(path, compression, frame_size, error);
    if (status != TKZ_OK)
        return status;
    tkz_allocator inherited = tkz__allocator_or_default(allocator);
    tkz_output *made = tkz__allocate_zeroed(&inherited, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = inherited;
    made->frame_size = frame_size != 0 ? frame_size : FRAME_SIZE_DEFAULT;
    tkz__buffer_init(&made->held, &inherited);
    tkz__buffer_init(&made->compressed, &inherited);
    tkz__seek_table_init(&made->table, &inherited);
    if (compression == TKZ_COMPRESSION_ZSTD)
        status = tkz__frame_compressor_new(&made->compressor, level != 0 ? level : TKZ__ZSTD_LEVEL,
                                           &inherited, error);
    if (status == TKZ_OK)
        status = open_target(made, path, error); /* last: nothing to remove when it fails */
    if (status != TKZ_OK) {
        free_output(made);
        return status;
    }
    *output = made;
    return TKZ_OK;
}

static tkz_status put(tkz_output *output, const void *data, size_t size, tkz_error *error)
{
    return tkz__descriptor_write(output->file.descriptor, output->name, data, size, error);
}

static tkz_status put_frame(tkz_output *output, const void *stored, size_t size, tkz_error *error)
{
    tkz_status status = tkz__seek_table_add(&output->table, stored, size, error);
    return status == TKZ_OK ? put(output, stored, size, error) : status;
}

/* Writes what is held as one frame. */
static tkz_status finish_frame(tkz_output *output, tkz_error *error)
{
    tkz__buffer_clear(&output->compressed);
    tkz_status status = tkz__frame_compress(output->compressor, output->held.data,
                                            output->held.size, &output->compressed, error);
    if (status == TKZ_OK)
        status = put_frame(output, output->compressed.data, output->compressed.size, error);
    tkz__buffer_clear(&output->held);
    return status;
}

static tkz_status write_frames(tkz_output *output, const char *data, size_t size,
                               tkz_error *error)
{
    while (size > 0) {
        bool full;
        size_t part = tkz__frame_cut(output->held.size, data, size, output->frame_size,
                                     TKZ__FRAME_LIMIT, &full);
        tkz_status status = tkz__buffer_append(&output->held, data, part, error);
        if (status == TKZ_OK && full)
            status = finish_frame(output, error);
        if (status != TKZ_OK)
            return status;
        data += part;
        size -= part;
    }
    return TKZ_OK;
}

static tkz_status flush_plain(tkz_output *output, tkz_error *error)
{
    tkz_status status = put(output, output->held.data, output->held.size, error);
    tkz__buffer_clear(&output->held);
    return status;
}

static tkz_status write_plain(tkz_output *output, const char *data, size_t size, tkz_error *error)
{
    if (output->held.size + size < PLAIN_WRITE)
        return tkz__buffer_append(&output->held, data, size, error);
    tkz_status status = flush_plain(output, error);
    return status == TKZ_OK ? put(output, data, size, error) : status;
}

/* The failure that makes the file unusable, given again at every later call. */
static tkz_status answer_failure(const tkz_output *output, tkz_error *error)
{
    if (output->failed != TKZ_OK && error != NULL)
        *error = output->failure;
    return output->failed;
}

tkz_status tkz_output_write(tkz_output *output, const void *data, size_t size, tkz_error *error)
{
    if (output->failed == TKZ_OK && size > 0)
        output->failed = output->compressor != NULL
                             ? write_frames(output, data, size, &output->failure)
                             : write_plain(output, data, size, &output->failure);
    return answer_failure(output, error);
}

tkz_status tkz__output_write_frame(tkz_output *output, const void *stored, size_t size,
                                   tkz_error *error)
{
    if (output->compressor == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, output->name, TKZ__NO_OFFSET,
                              "this output is not compressed");
    if (output->failed == TKZ_OK && output->held.size > 0)
        output->failed = finish_frame(output, &output->failure);
    if (output->failed == TKZ_OK)
        output->failed = put_frame(output, stored, size, &output->failure);
    return answer_failure(output, error);
}

/* Everything that is still to be written: the last frame and the seek table, or the buffer. */
static tkz_status write_end(tkz_output *output, tkz_error *error)
{
    if (output->compressor == NULL)
        return flush_plain(output, error);
    tkz_status status = TKZ_OK;
    if (output->held.size > 0)
        status = finish_frame(output, error);
    tkz__buffer_clear(&output->compressed);
    if (status == TKZ_OK)
        status = tkz__seek_table_write(&output->table, &output->compressed, error);
    if (status == TKZ_OK)
        status = put(output, output->compressed.data, output->compressed.size, error);
    return status;
}

/* Standard output stays open, it is not ours; but a full disk behind it must not go unnoticed. */
static tkz_status publish(tkz_output *output, tkz_error *error)
{
    if (output->standard_output)
        return tkz__descriptor_sync(STDOUT_FILENO, output->name, error);
    return tkz__atomic_file_publish(&output->file, error);
}

tkz_status tkz_output_commit(tkz_output *output, tkz_error *error)
{
    if (output->failed == TKZ_OK)
        output->failed = write_end(output, &output->failure);
    tkz_status status = answer_failure(output, error);
    if (status != TKZ_OK) {
        tkz_output_discard(output);
        return status;
    }
    status = publish(output, error);
    free_output(output);
    return status;
}

void tkz_output_discard(tkz_output *output)
{
    if (output == NULL)
        return;
    if (!output->standard_output)
        tkz__atomic_file_abandon(&output->file);
    free_output(output);
}
