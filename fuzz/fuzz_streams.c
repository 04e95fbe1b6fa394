/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the input as a plain, gzip or zstd file, read whole in pieces of
 * two sizes, which must agree; then as a seekable file and as one frame.
 */
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "io/byte_source.h"
#include "io/zstd_frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small inputs can hold gigabytes; what lies behind this is not looked at. */
enum { CONTENT_LIMIT = 1 << 20 };

static void demand(bool condition)
{
    if (!condition)
        abort();
}

typedef struct outcome {
    tkz_status status;
    uint64_t size;
    uint64_t hash;
} outcome;

static outcome read_all(const uint8_t *data, size_t size, size_t capacity)
{
    outcome result = {.status = TKZ_OK};
    tkz_input *input;
    demand(tkz__byte_source_open_memory(&input, "fuzz", data, size, NULL, NULL) == TKZ_OK);
    uint8_t *content = malloc(CONTENT_LIMIT);
    demand(content != NULL);
    tkz_error error;
    tkz_error_clear(&error);
    size_t part = 1;
    while (result.status == TKZ_OK && part > 0 && result.size < CONTENT_LIMIT) {
        size_t room = CONTENT_LIMIT - (size_t)result.size;
        result.status = tkz_input_read(input, content + result.size,
                                       room < capacity ? room : capacity, &part, &error);
        demand(part <= capacity && (result.status == TKZ_OK || part == 0));
        result.size += part;
    }
    demand(tkz_input_stored_done(input) <= size);
    if (result.status != TKZ_OK)
        demand(error.code == result.status && error.message[0] != '\0');
    result.hash = tkz__hash64(content, (size_t)result.size);
    free(content);
    tkz_input_close(input);
    return result;
}

static void check_seekable(const uint8_t *data, size_t size)
{
    tkz__seek_table table;
    tkz__seek_table_init(&table, NULL);
    if (tkz__seek_table_read(&table, data, size, NULL) == TKZ_OK) {
        uint64_t sum = 0;
        for (size_t i = 0; i < table.count; i++)
            sum += table.entries[i].stored_size;
        demand(sum <= size);
    }
    table.count = 0;
    if (tkz__seek_table_add(&table, data, size, NULL) == TKZ_OK)
        demand(size == 0 || table.count > 0);
    tkz__seek_table_free(&table);

    tkz__buffer content;
    tkz__buffer_init(&content, NULL);
    if (tkz__frame_decompress(data, size, CONTENT_LIMIT, &content, NULL) == TKZ_OK)
        demand(content.size <= CONTENT_LIMIT);
    else
        demand(content.size == 0);
    tkz__buffer_free(&content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    outcome large = read_all(data, size, 1 << 18);
    outcome small = read_all(data, size, 977);
    /* Damage may show before or after the block it is in, depending on the room there is; but
     * what is whole reads the same. */
    bool complete = large.size < CONTENT_LIMIT && small.size < CONTENT_LIMIT;
    if (complete)
        demand((large.status == TKZ_OK) == (small.status == TKZ_OK));
    if (complete && large.status == TKZ_OK)
        demand(large.size == small.size && large.hash == small.hash);
    check_seekable(data, size);
    return 0;
}
