/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: word tables. The input is read as a table, which its hashes mostly forbid; and
 * behind a byte for the number of sources and one for the number of entries, as the content of
 * a block in a table that is sound otherwise.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/zstd_frames.h"
#include "train/word_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* Words must ascend and have counts, whatever the bytes are. */
static void read_table(const void *data, size_t size)
{
    tkz__block_file file;
    tkz__word_table_reader *reader;
    tkz__word_entry entry;
    tkz__buffer last;
    bool done = false;
    tkz__buffer_init(&last, NULL);
    demand(tkz__block_file_of_memory(&file, "input", data, size, NULL, NULL) == TKZ_OK);
    tkz_status status = tkz__word_table_reader_new(&reader, &file, 0, size, NULL, NULL);
    while (status == TKZ_OK) {
        status = tkz__word_table_reader_next(reader, &entry, &done, NULL);
        if (status != TKZ_OK || done)
            break;
        demand(entry.size > 0 && entry.size <= TKZ__WORD_LIMIT);
        demand(last.size == 0 ||
               tkz__word_compare(last.data, last.size, entry.word, entry.size) < 0);
        tkz__buffer_clear(&last);
        demand(tkz__buffer_append(&last, entry.word, entry.size, NULL) == TKZ_OK);
        uint64_t any = 0;
        for (uint32_t i = 0; i < tkz__word_table_reader_head(reader)->source_count; i++)
            any |= entry.counts[i];
        demand(any != 0);
    }
    tkz__word_table_reader_free(reader);
    tkz__block_file_close(&file);
    tkz__buffer_free(&last);
}

static tkz_status no_words(void *context, tkz__word_entry *entry, bool *done, tkz_error *error)
{
    (void)context, (void)entry, (void)error;
    *done = true;
    return TKZ_OK;
}

static tkz_status append(void *context, const void *data, size_t size, tkz_error *error)
{
    return tkz__buffer_append(context, data, size, error);
}

static void read_as_block(const uint8_t *content, size_t size, uint32_t sources, uint32_t entries)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    const tkz__word_head head = {{"none", "", "", ""}, names, sources};
    tkz__buffer empty, table;
    tkz__frame_compressor *compressor;
    tkz__word_sink sink = {&empty, append};
    tkz__word_stream stream = {NULL, no_words};
    tkz__buffer_init(&empty, NULL);
    tkz__buffer_init(&table, NULL);
    demand(tkz__word_table_write(sink, &head, 1, stream, NULL, NULL, NULL) == TKZ_OK);
    size_t head_size = tkz__load_u32(empty.data + 12);
    demand(tkz__frame_compressor_new(&compressor, 1, NULL, NULL) == TKZ_OK);
    demand(tkz__buffer_append(&table, empty.data, head_size, NULL) == TKZ_OK);
    demand(tkz__buffer_append_fill(&table, 0, 12, NULL) == TKZ_OK);
    demand(tkz__frame_compress(compressor, content, size, &table, NULL) == TKZ_OK);
    tkz__store_u32(table.data + head_size, (uint32_t)(table.size - head_size - 12));
    tkz__store_u32(table.data + head_size + 4, (uint32_t)size);
    tkz__store_u32(table.data + head_size + 8, entries);
    demand(tkz__buffer_append(&table, empty.data + head_size, empty.size - head_size, NULL) ==
           TKZ_OK);
    read_table(table.data, table.size);
    tkz__frame_compressor_free(compressor);
    tkz__buffer_free(&empty);
    tkz__buffer_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_table(data, size);
    if (size >= 2)
        read_as_block(data + 2, size - 2, 1 + data[0] % 4, data[1]);
    return 0;
}
