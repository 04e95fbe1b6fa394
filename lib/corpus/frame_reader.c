/* SPDX-License-Identifier: Apache-2.0
 *
 * Cuts inputs into frames. Leans on io's inputs and POSIX stat.
 *
 * Bytes move from a fixed block, filled by the input, into the frame; where a
 * frame ends depends on the bytes alone, never on how they were read.
 */
#include "corpus/frame_reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tokenize/io.h"

/* BLOCK_SIZE: half of a 512 KiB second-level cache, so that a block is still in it when copied.
 * HEAD_SIZE: kept of an oversized record. KEEP_FACTOR: a frame's memory above so many frame
 * sizes is given back. */
enum { BLOCK_SIZE = 256 * 1024, HEAD_SIZE = 4096, KEEP_FACTOR = 8 };
static const uint64_t DEFAULT_RECORD_LIMIT = UINT64_C(1) << 30;
static const char byte_order_mark[3] = "\xEF\xBB\xBF";

struct tkz__frame_reader {
    const char *const *paths;
    size_t path_count;
    tkz__input_format format; /* asked for */
    size_t frame_size;
    uint64_t record_limit;
    uint64_t *sizes; /* stored bytes of each source */
    bool total_known;

    tkz_input *input; /* of the current source; NULL between sources */
    uint8_t *block;
    size_t begin, end; /* what of the block is not in a frame yet */
    tkz__read_position position; /* behind the last frame, while one is made: its start */

    /* An oversized record whose beginning was met behind a frame: what was read of it. */
    bool in_oversized;
    uint64_t oversized_size;
    uint8_t oversized_last; /* last byte of it, to know CRLF */
    uint8_t head[HEAD_SIZE];

    tkz_status failed;
    tkz_error failure;
    tkz_allocator allocator;
};

/* ---- Making one ------------------------------------------------------- */

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Looks at a source without reading from it. */
static tkz_status inspect(tkz__frame_reader *reader, size_t index, tkz_error *error)
{
    const char *path = reader->paths[index];
    struct stat info;
    bool standard = is_standard_input(path);
    if ((standard ? fstat(STDIN_FILENO, &info) : stat(path, &info)) != 0)
        return tkz__error_system(error, path, "open", errno);
    if (S_ISDIR(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                              "this is a directory; name the files in it, for example %s/*", path);
    if (!standard && access(path, R_OK) != 0)
        return tkz__error_system(error, path, "open", errno);
    if (S_ISREG(info.st_mode))
        reader->sizes[index] = (uint64_t)info.st_size;
    else
        reader->total_known = false;
    return TKZ_OK;
}

static tkz_status inspect_all(tkz__frame_reader *reader, tkz_error *error)
{
    bool seen_standard = false;
    for (size_t i = 0; i < reader->path_count; i++) {
        bool standard = is_standard_input(reader->paths[i]);
        if (standard && seen_standard)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "-", TKZ__NO_OFFSET,
                                  "standard input can be read only once");
        seen_standard = seen_standard || standard;
        tkz_status status = inspect(reader, i, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

tkz_status tkz__frame_reader_new(tkz__frame_reader **reader, const char *const *paths,
                                 size_t path_count, tkz__input_format format, size_t frame_size,
                                 uint64_t record_limit, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    *reader = NULL;
    if (path_count > UINT32_MAX || (unsigned)format > TKZ__INPUT_DOCUMENT)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "too many inputs or unknown input format");
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__frame_reader *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->paths = paths;
    made->path_count = path_count;
    made->format = format;
    made->frame_size = frame_size != 0 ? frame_size : TKZ__FRAME_SIZE;
    made->record_limit = record_limit != 0 ? record_limit : DEFAULT_RECORD_LIMIT;
    made->total_known = true;
    made->block = tkz__allocate(&memory, BLOCK_SIZE);
    made->sizes = tkz__allocate_array(&memory, path_count, sizeof *made->sizes);
    tkz_status status = TKZ_OK;
    if (made->block == NULL || made->sizes == NULL) {
        status = tkz__error_memory(error, BLOCK_SIZE);
    } else {
        memset(made->sizes, 0, path_count * sizeof *made->sizes);
        status = inspect_all(made, error);
    }
    if (status != TKZ_OK) {
        tkz__frame_reader_free(made);
        return status;
    }
    *reader = made;
    return TKZ_OK;
}

void tkz__frame_reader_free(tkz__frame_reader *reader)
{
    if (reader == NULL)
        return;
    tkz_input_close(reader->input);
    tkz_allocator allocator = reader->allocator;
    tkz__release(&allocator, reader->block, BLOCK_SIZE);
    tkz__release_array(&allocator, reader->sizes, reader->path_count, sizeof *reader->sizes);
    tkz__release(&allocator, reader, sizeof *reader);
}

/* ---- Reading ---------------------------------------------------------- */

/* Fills the empty block; it stays empty at the end of the source. */
static tkz_status fill(tkz__frame_reader *reader, tkz_error *error)
{
    reader->begin = 0;
    reader->end = 0;
    return tkz_input_read(reader->input, reader->block, BLOCK_SIZE, &reader->end, error);
}

/* Opens the current source and passes over a byte order mark. */
static tkz_status open_source(tkz__frame_reader *reader, tkz_error *error)
{
    tkz_status status = tkz_input_open(&reader->input, reader->paths[reader->position.source],
                                       &reader->allocator, error);
    reader->begin = 0;
    reader->end = 0;
    if (status != TKZ_OK)
        return status;
    /* A read may give less than was asked for. */
    while (reader->end < sizeof byte_order_mark) {
        size_t size;
        status = tkz_input_read(reader->input, reader->block + reader->end,
                                BLOCK_SIZE - reader->end, &size, error);
        if (status != TKZ_OK && reader->end == 0)
            return status;
        if (status != TKZ_OK || size == 0)
            return TKZ_OK; /* the next read meets the damage again, behind what came before it */
        reader->end += size;
    }
    if (memcmp(reader->block, byte_order_mark, sizeof byte_order_mark) == 0)
        reader->begin = sizeof byte_order_mark;
    return TKZ_OK;
}

static void next_source(tkz__frame_reader *reader)
{
    tkz_input_close(reader->input);
    reader->input = NULL;
    reader->position.source++;
    reader->position.format = TKZ__INPUT_AUTO;
    reader->position.offset = 0;
    reader->position.line = 0;
}

static tkz_status keep_failure(tkz__frame_reader *reader, tkz_status status,
                               const tkz_error *detail)
{
    reader->failed = status;
    reader->failure = *detail;
    return status;
}

/* ---- Oversized records ------------------------------------------------ */

/* Counts `size` more bytes of the oversized record and keeps its head. */
static void take_oversized(tkz__frame_reader *reader, const uint8_t *data, size_t size)
{
    if (reader->oversized_size < HEAD_SIZE) {
        size_t room = HEAD_SIZE - (size_t)reader->oversized_size;
        memcpy(reader->head + reader->oversized_size, data, size < room ? size : room);
    }
    if (size > 0)
        reader->oversized_last = data[size - 1];
    reader->oversized_size += size;
}

/* Passes over the rest of the oversized record, which `head` begins, and makes its frame. */
static tkz_status skip_oversized(tkz__frame_reader *reader, tkz__frame *frame, tkz_error *error)
{
    bool by_lines = frame->format != TKZ__INPUT_DOCUMENT;
    bool ended = false;
    while (!ended) {
        if (reader->begin == reader->end) {
            tkz_status status = fill(reader, error);
            if (status != TKZ_OK)
                return status;
            if (reader->end == 0)
                break;
        }
        const uint8_t *data = reader->block + reader->begin;
        size_t size = reader->end - reader->begin;
        const uint8_t *line_end = by_lines ? memchr(data, '\n', size) : NULL;
        if (line_end != NULL) {
            size = (size_t)(line_end - data);
            ended = true;
        }
        take_oversized(reader, data, size);
        reader->begin += size + ended;
    }
    reader->in_oversized = false;
    frame->oversized = true;
    frame->oversized_size = reader->oversized_size - (ended && reader->oversized_last == '\r');
    size_t head = frame->oversized_size < HEAD_SIZE ? (size_t)frame->oversized_size : HEAD_SIZE;
    reader->position.offset += reader->oversized_size + ended;
    reader->position.line += by_lines;
    tkz__buffer_clear(&frame->bytes);
    return tkz__buffer_append(&frame->bytes, reader->head, head, error);
}

/* ---- Frames ----------------------------------------------------------- */

/* A frame in the making; the offset counts in frame->bytes. */
typedef struct cut {
    uint64_t record_start; /* of the record that has no end yet */
    uint64_t lines;        /* line ends before it */
    bool complete;         /* the frame ends here */
    bool oversized;        /* the record behind record_start is too large */
} cut;

/* Looks for the end of the frame in the block and moves the bytes up to it into the frame. */
static tkz_status take_block(tkz__frame_reader *reader, tkz__frame *frame, cut *made,
                             tkz_error *error)
{
    const uint8_t *data = reader->block + reader->begin;
    const size_t size = reader->end - reader->begin;
    const uint64_t before = frame->bytes.size;
    const bool by_lines = frame->format != TKZ__INPUT_DOCUMENT;
    size_t scanned = 0;
    while (scanned < size && !made->complete && !made->oversized) {
        const uint8_t *line_end = by_lines ? memchr(data + scanned, '\n', size - scanned) : NULL;
        size_t stop = line_end != NULL ? (size_t)(line_end - data) : size;
        uint64_t record_size = before + stop - made->record_start;
        /* One byte more may be the CR of a line end that is still to come. */
        bool trailing_return = record_size > 0 && record_size - 1 == reader->record_limit &&
                               by_lines &&
                               (stop > 0 ? data[stop - 1] : frame->bytes.data[before - 1]) == '\r';
        if (record_size > reader->record_limit && !trailing_return) {
            made->oversized = true;
            scanned = stop;
        } else if (line_end == NULL) {
            scanned = size;
        } else {
            scanned = stop + 1;
            made->record_start = before + scanned;
            made->lines++;
            made->complete = made->record_start >= reader->frame_size;
        }
    }
    reader->begin += scanned;
    return tkz__buffer_append(&frame->bytes, data, scanned, error);
}

/* White space of JSON, and of blank lines. */
static bool is_white(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* In a source of unknown format, the first byte that is not white space decides; frames before
 * it have nothing but blank lines, for which any format does. */
static void detect_format(tkz__frame_reader *reader, tkz__frame *frame)
{
    if (reader->position.format == TKZ__INPUT_AUTO) {
        for (size_t i = 0; i < frame->bytes.size; i++) {
            if (!is_white(frame->bytes.data[i])) {
                reader->position.format =
                    frame->bytes.data[i] == '{' ? TKZ__INPUT_JSONL : TKZ__INPUT_LINES;
                break;
            }
        }
    }
    frame->format = reader->position.format != TKZ__INPUT_AUTO
                        ? (tkz__input_format)reader->position.format
                        : TKZ__INPUT_LINES;
}

/* Ends the frame at made->record_start; what lies behind it is the beginning of an oversized
 * record, or lost with a damaged source. */
static void end_frame(tkz__frame_reader *reader, tkz__frame *frame, const cut *made)
{
    if (made->oversized) {
        reader->in_oversized = true;
        reader->oversized_size = 0;
        take_oversized(reader, frame->bytes.data + made->record_start,
                       frame->bytes.size - (size_t)made->record_start);
    }
    frame->bytes.size = (size_t)made->record_start;
    reader->position.offset += made->record_start;
    reader->position.line += made->lines;
}

/* Collects a frame of the current source. It is empty at the end of the source, and in front of
 * an oversized record. After damage in the source, whole records come first. */
static tkz_status collect(tkz__frame_reader *reader, tkz__frame *frame, tkz_error *error)
{
    cut made = {0};
    while (!made.complete && !made.oversized) {
        tkz_error detail;
        tkz_status status = TKZ_OK;
        if (reader->begin == reader->end) {
            status = fill(reader, &detail);
            if (status != TKZ_OK) {
                keep_failure(reader, status, &detail);
                break;
            }
            if (reader->end == 0) { /* the end of the source ends its last record */
                made.record_start = frame->bytes.size;
                break;
            }
        }
        status = take_block(reader, frame, &made, error);
        if (status != TKZ_OK)
            return status;
    }
    end_frame(reader, frame, &made);
    return TKZ_OK;
}

static void start_frame(tkz__frame_reader *reader, tkz__frame *frame)
{
    if (frame->bytes.capacity / KEEP_FACTOR > reader->frame_size + BLOCK_SIZE)
        tkz__buffer_free(&frame->bytes);
    tkz__buffer_clear(&frame->bytes);
    frame->index = reader->position.frame_index;
    frame->source = reader->position.source;
    frame->format = reader->format;
    frame->offset = reader->position.offset;
    frame->first_line = reader->position.line + 1;
    frame->oversized = false;
    frame->oversized_size = 0;
    frame->record_limit = reader->record_limit;
}

/* One attempt: opens the current source if need be, and gets a frame or reaches the source's
 * end (an empty frame). */
static tkz_status read_frame(tkz__frame_reader *reader, tkz__frame *frame, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (reader->input == NULL) {
        status = open_source(reader, error);
        if (status != TKZ_OK)
            return status;
        reader->position.offset = reader->begin;
        reader->position.format = (uint32_t)reader->format;
    }
    start_frame(reader, frame);
    if (!reader->in_oversized)
        status = collect(reader, frame, error);
    if (status == TKZ_OK && frame->bytes.size == 0 && reader->in_oversized)
        status = skip_oversized(reader, frame, error);
    if (status == TKZ_OK)
        detect_format(reader, frame);
    frame->stored_done = tkz_input_stored_done(reader->input);
    return status;
}

tkz_status tkz__frame_reader_next(tkz__frame_reader *reader, tkz__frame *frame, bool *done,
                                  tkz_error *error)
{
    *done = false;
    while (reader->failed == TKZ_OK && reader->position.source < reader->path_count) {
        tkz_error detail;
        tkz_error_clear(&detail);
        tkz_status status = read_frame(reader, frame, &detail);
        if (status != TKZ_OK) {
            keep_failure(reader, status, &detail);
        } else if (frame->bytes.size > 0 || frame->oversized) {
            reader->position.frame_index++;
            return TKZ_OK;
        } else if (reader->failed == TKZ_OK) {
            next_source(reader);
        }
    }
    if (reader->failed != TKZ_OK) {
        if (error != NULL)
            *error = reader->failure;
        return reader->failed;
    }
    *done = true;
    return TKZ_OK;
}

/* ---- Positions -------------------------------------------------------- */

tkz__read_position tkz__frame_reader_position(const tkz__frame_reader *reader)
{
    return reader->position;
}

/* Reads and throws away the first `offset` bytes of the source. */
static tkz_status skip(tkz__frame_reader *reader, uint64_t offset, tkz_error *error)
{
    uint64_t passed = 0;
    while (passed < offset) {
        if (reader->begin == reader->end) {
            tkz_status status = fill(reader, error);
            if (status != TKZ_OK)
                return status;
        }
        if (reader->end == 0)
            return tkz__error_set(error, TKZ_STATUS_TRUNCATED,
                                  reader->paths[reader->position.source], passed,
                                  "the input ends before byte %llu, where the run was to go on; "
                                  "it was changed since",
                                  (unsigned long long)offset);
        uint64_t held = reader->end - reader->begin;
        uint64_t step = held < offset - passed ? held : offset - passed;
        reader->begin += (size_t)step;
        passed += step;
    }
    return TKZ_OK;
}

tkz_status tkz__frame_reader_seek(tkz__frame_reader *reader, tkz__read_position position,
                                  tkz_error *error)
{
    bool fits = position.source < reader->path_count ||
                (position.source == reader->path_count && position.offset == 0);
    bool same_format = position.format == TKZ__INPUT_AUTO ||
                       position.format == (uint32_t)reader->format ||
                       (reader->format == TKZ__INPUT_AUTO && position.format < TKZ__INPUT_DOCUMENT);
    if (!fits || !same_format)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the saved position does not belong to these inputs");
    tkz_input_close(reader->input);
    reader->input = NULL;
    reader->begin = 0;
    reader->end = 0;
    reader->in_oversized = false;
    reader->failed = TKZ_OK;
    reader->position = position;
    if (position.offset == 0)
        return TKZ_OK; /* opened in its turn */
    if (reader->format != TKZ__INPUT_AUTO)
        reader->position.format = (uint32_t)reader->format;
    tkz_error detail;
    tkz_error_clear(&detail);
    tkz_status status =
        tkz_input_open(&reader->input, reader->paths[position.source], &reader->allocator, &detail);
    if (status == TKZ_OK)
        status = skip(reader, position.offset, &detail);
    if (status != TKZ_OK) {
        keep_failure(reader, status, &detail);
        if (error != NULL)
            *error = detail;
    }
    return status;
}

uint64_t tkz__frame_reader_stored_done(const tkz__frame_reader *reader)
{
    uint64_t done = 0;
    for (size_t i = 0; i < reader->position.source && i < reader->path_count; i++)
        done += reader->sizes[i];
    if (reader->input != NULL)
        done += tkz_input_stored_done(reader->input);
    return done;
}

uint64_t tkz__frame_reader_stored_total(const tkz__frame_reader *reader)
{
    uint64_t total = 0;
    if (!reader->total_known)
        return 0;
    for (size_t i = 0; i < reader->path_count; i++)
        total += reader->sizes[i];
    return total;
}
