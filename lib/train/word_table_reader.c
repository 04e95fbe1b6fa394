/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables read, by somebody who trusts nothing in them: one block in memory at a time. Leans
 * on io's block files and zstd frames.
 */
#include <string.h>

#include "core/hash.h"
#include "io/zstd_frames.h"
#include "train/word_table_format.h"

struct tkz__word_table_reader {
    tkz_allocator allocator;
    const tkz__block_file *file;
    uint64_t start; /* of the table in the file */
    uint64_t place; /* of the next block, from `start` */
    uint64_t end;   /* of the blocks */
    tkz__word_head head;
    tkz__buffer texts; /* the head; NULs behind its texts */
    const char *sources[TKZ__SOURCE_LIMIT];
    tkz__word_sums sums; /* as the table says */
    uint64_t blocks;

    tkz__word_sums seen;
    uint64_t seen_blocks;
    tkz__buffer stored;
    tkz__buffer block;
    size_t at;        /* in `block` */
    uint32_t entries; /* left in it */
    bool is_first;    /* the next entry is the first of its block */
    tkz__buffer word;
    uint64_t counts[TKZ__SOURCE_LIMIT];
    tkz_status failed;
    tkz_error failure;
};

static tkz_status corrupt(const tkz__word_table_reader *reader, uint64_t place, const char *what,
                          tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, reader->file->name, reader->start + place,
                          "this word table is damaged: %s", what);
}

/* ---- Head and end --------------------------------------------------------- */

/* The next text of the head; its NUL takes the place of the length behind it, which is read
 * before. */
static const char *take_text(tkz__buffer *head, size_t *at, size_t limit)
{
    size_t left = head->size - *at;
    if (left < 4)
        return NULL;
    size_t size = tkz__load_u32(head->data + *at);
    if (size > limit || size > left - 4)
        return NULL;
    char *text = (char *)head->data + *at;
    memmove(text, text + 4, size); /* makes room for the NUL */
    text[size] = '\0';
    *at += 4 + size;
    return memchr(text, '\0', size) == NULL ? text : NULL;
}

static tkz_status take_texts(tkz__word_table_reader *reader, tkz_error *error)
{
    size_t at = TKZ__WORD_HEAD_FIXED;
    for (int i = 0; i < TKZ__WORD_FACTS; i++) {
        reader->head.facts[i] = take_text(&reader->texts, &at, TKZ__WORD_FACT_LIMIT);
        if (reader->head.facts[i] == NULL)
            return corrupt(reader, at, "a text of its head is too long", error);
    }
    for (uint32_t i = 0; i < reader->head.source_count; i++) {
        const char *name = take_text(&reader->texts, &at, TKZ__SOURCE_NAME_LIMIT);
        bool good = name != NULL && name[0] != '\0' &&
                    (i == 0 || strcmp(reader->sources[i - 1], name) < 0);
        if (!good)
            return corrupt(reader, at, "the names of its sources do not ascend", error);
        reader->sources[i] = name;
    }
    reader->head.sources = reader->sources;
    if (at != reader->texts.size)
        return corrupt(reader, at, "its head is longer than what is in it", error);
    return TKZ_OK;
}

static tkz_status check_fixed(tkz__word_table_reader *reader, const uint8_t *fixed, uint64_t size,
                              tkz_error *error)
{
    const uint64_t most = TKZ__WORD_HEAD_FIXED +
                          (uint64_t)TKZ__WORD_FACTS * (4 + TKZ__WORD_FACT_LIMIT) +
                          (uint64_t)TKZ__SOURCE_LIMIT * (4 + TKZ__SOURCE_NAME_LIMIT) + 8;
    if (memcmp(fixed, TKZ__WORD_MAGIC, TKZ__WORD_MAGIC_SIZE) != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, reader->file->name, TKZ__NO_OFFSET,
                              "this is not a word table");
    if (tkz__load_u32(fixed + 8) != TKZ__WORD_VERSION)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, reader->file->name, TKZ__NO_OFFSET,
                              "a word table of version %u; this release reads version %d",
                              tkz__load_u32(fixed + 8), TKZ__WORD_VERSION);
    uint32_t head_size = tkz__load_u32(fixed + 12);
    uint32_t sources = tkz__load_u32(fixed + 16);
    if (sources < 1 || sources > TKZ__SOURCE_LIMIT || tkz__load_u32(fixed + 20) != 0)
        return corrupt(reader, 16, "its head has a number out of range", error);
    if (head_size < TKZ__WORD_HEAD_FIXED + 8 || head_size > most || head_size > size)
        return corrupt(reader, 12, "the size of its head is impossible", error);
    reader->head.source_count = sources;
    return TKZ_OK;
}

static tkz_status read_head(tkz__word_table_reader *reader, uint64_t size, tkz_error *error)
{
    uint8_t fixed[TKZ__WORD_HEAD_FIXED];
    /* Whatever is shorter than a head is of some other format. */
    if (size < sizeof fixed)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, reader->file->name, TKZ__NO_OFFSET,
                              "this is not a word table");
    tkz_status status =
        tkz__block_file_read(reader->file, reader->start, fixed, sizeof fixed, error);
    if (status == TKZ_OK)
        status = check_fixed(reader, fixed, size, error);
    if (status != TKZ_OK)
        return status;
    size_t head_size = tkz__load_u32(fixed + 12);
    status = tkz__buffer_reserve(&reader->texts, head_size, error);
    if (status == TKZ_OK)
        status = tkz__block_file_read(reader->file, reader->start, reader->texts.data, head_size,
                                      error);
    if (status != TKZ_OK)
        return status;
    reader->place = head_size;
    reader->texts.size = head_size - 8;
    if (tkz__load_u64(reader->texts.data + head_size - 8) !=
        tkz__hash64(reader->texts.data, head_size - 8))
        return corrupt(reader, 0, "the checksum of its head is wrong", error);
    return take_texts(reader, error);
}

static tkz_status read_end(tkz__word_table_reader *reader, uint64_t size, tkz_error *error)
{
    uint8_t end[8 * (TKZ__WORD_TOTALS + 2 + TKZ__SOURCE_LIMIT) + TKZ__WORD_MAGIC_SIZE];
    size_t end_size = tkz__word_end_size(reader->head.source_count);
    if (size < reader->place + 4 + end_size)
        return tkz__error_set(error, TKZ_STATUS_TRUNCATED, reader->file->name,
                              reader->start + size, "this word table ends too early");
    reader->end = size - end_size - 4;
    tkz_status status = tkz__block_file_read(reader->file, reader->start + size - end_size, end,
                                             end_size, error);
    if (status != TKZ_OK)
        return status;
    if (memcmp(end + end_size - TKZ__WORD_MAGIC_SIZE, TKZ__WORD_END_MAGIC,
               TKZ__WORD_MAGIC_SIZE) != 0)
        return tkz__error_set(error, TKZ_STATUS_TRUNCATED, reader->file->name,
                              reader->start + size, "this word table has no end");
    size_t hashed = end_size - TKZ__WORD_MAGIC_SIZE - 8;
    if (tkz__load_u64(end + hashed) != tkz__hash64(end, hashed))
        return corrupt(reader, reader->end, "the checksum of its sums is wrong", error);
    uint64_t *totals[TKZ__WORD_TOTALS] = {
        &reader->sums.totals.types,      &reader->sums.totals.tokens,
        &reader->sums.totals.bytes,      &reader->sums.totals.characters,
        &reader->sums.totals.longest,    &reader->sums.totals.longest_bytes,
    };
    for (size_t i = 0; i < TKZ__WORD_TOTALS; i++)
        *totals[i] = tkz__load_u64(end + 8 * i);
    reader->blocks = tkz__load_u64(end + 8 * TKZ__WORD_TOTALS);
    for (uint32_t i = 0; i < reader->head.source_count; i++)
        reader->sums.tokens[i] = tkz__load_u64(end + 8 * (TKZ__WORD_TOTALS + 1 + i));
    return TKZ_OK;
}

tkz_status tkz__word_table_reader_new(tkz__word_table_reader **reader,
                                      const tkz__block_file *file, uint64_t start, uint64_t size,
                                      const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *reader = NULL;
    tkz__word_table_reader *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->file = file;
    made->start = start;
    tkz__buffer_init(&made->texts, &memory);
    tkz__buffer_init(&made->stored, &memory);
    tkz__buffer_init(&made->block, &memory);
    tkz__buffer_init(&made->word, &memory);
    tkz_status status = read_head(made, size, error);
    if (status == TKZ_OK)
        status = read_end(made, size, error);
    if (status != TKZ_OK) {
        tkz__word_table_reader_free(made);
        return status;
    }
    *reader = made;
    return TKZ_OK;
}

void tkz__word_table_reader_free(tkz__word_table_reader *reader)
{
    if (reader == NULL)
        return;
    tkz__buffer_free(&reader->texts);
    tkz__buffer_free(&reader->stored);
    tkz__buffer_free(&reader->block);
    tkz__buffer_free(&reader->word);
    tkz_allocator allocator = reader->allocator;
    tkz__release(&allocator, reader, sizeof *reader);
}

const tkz__word_head *tkz__word_table_reader_head(const tkz__word_table_reader *reader)
{
    return &reader->head;
}

const tkz__word_sums *tkz__word_table_reader_sums(const tkz__word_table_reader *reader)
{
    return &reader->sums;
}

/* ---- Blocks --------------------------------------------------------------- */

static tkz_status read_block(tkz__word_table_reader *reader, tkz_error *error)
{
    uint8_t head[TKZ__WORD_BLOCK_HEAD];
    if (reader->end - reader->place < sizeof head)
        return corrupt(reader, reader->place, "its last block is cut", error);
    tkz_status status = tkz__block_file_read(reader->file, reader->start + reader->place, head,
                                             sizeof head, error);
    if (status != TKZ_OK)
        return status;
    size_t stored = tkz__load_u32(head), size = tkz__load_u32(head + 4);
    reader->entries = tkz__load_u32(head + 8);
    /* zstd adds 1/256 and a little at most: a longer block is not worth the memory. */
    bool fits = stored <= reader->end - reader->place - sizeof head &&
                stored <= size + size / 128 + 1024;
    if (stored == 0 || !fits || size > TKZ__WORD_BLOCK_LIMIT || reader->entries == 0)
        return corrupt(reader, reader->place, "the sizes of a block are impossible", error);
    tkz__buffer_clear(&reader->stored);
    status = tkz__buffer_reserve(&reader->stored, stored, error);
    if (status == TKZ_OK)
        status = tkz__block_file_read(reader->file, reader->start + reader->place + sizeof head,
                                      reader->stored.data, stored, error);
    tkz__buffer_clear(&reader->block);
    if (status == TKZ_OK)
        status = tkz__frame_decompress(reader->stored.data, stored, size, &reader->block, error);
    if (status == TKZ_STATUS_OUT_OF_MEMORY || status == TKZ_STATUS_IO)
        return status;
    if (status != TKZ_OK || reader->block.size != size)
        return corrupt(reader, reader->place, "a block cannot be decompressed", error);
    reader->at = 0;
    reader->is_first = true;
    reader->place += sizeof head + stored;
    reader->seen_blocks++;
    return TKZ_OK;
}

/* Reads a number; false if it does not end in the block or is above 2^64-1. */
static bool take_varint(tkz__word_table_reader *reader, uint64_t *value)
{
    const uint8_t *data = reader->block.data;
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->block.size; shift += 7) {
        uint64_t byte = data[reader->at++];
        if (shift == 63 && byte > 1)
            return false;
        result |= (byte & 127) << shift;
        if (byte < 128) {
            *value = result;
            return true;
        }
    }
    return false;
}

/* Puts the next word into `word`, if it comes behind the one that is there. */
static tkz_status take_word(tkz__word_table_reader *reader, tkz_error *error)
{
    uint64_t shared, rest;
    tkz__buffer *word = &reader->word;
    if (!take_varint(reader, &shared) || !take_varint(reader, &rest))
        return corrupt(reader, reader->place, "a block ends inside a number", error);
    if (shared > word->size || rest == 0 || rest > reader->block.size - reader->at ||
        shared + rest > TKZ__WORD_LIMIT || (reader->is_first && shared > 0))
        return corrupt(reader, reader->place, "the size of a word is impossible", error);
    const uint8_t *data = reader->block.data + reader->at;
    bool ascends;
    if (reader->is_first)
        ascends = tkz__word_compare(word->data, word->size, data, (size_t)rest) < 0;
    else
        ascends = shared == word->size || data[0] > word->data[shared];
    if (!ascends)
        return corrupt(reader, reader->place, "its words do not ascend", error);
    reader->at += (size_t)rest;
    reader->is_first = false;
    word->size = (size_t)shared;
    return tkz__buffer_append(word, data, (size_t)rest, error);
}

static tkz_status take_entry(tkz__word_table_reader *reader, tkz__word_entry *entry,
                             tkz_error *error)
{
    uint64_t any = 0;
    tkz_status status = take_word(reader, error);
    if (status != TKZ_OK)
        return status;
    for (uint32_t i = 0; i < reader->head.source_count; i++) {
        if (!take_varint(reader, &reader->counts[i]))
            return corrupt(reader, reader->place, "a block ends inside a number", error);
        any |= reader->counts[i];
    }
    if (any == 0)
        return corrupt(reader, reader->place, "a word occurs nowhere", error);
    if (--reader->entries == 0 && reader->at != reader->block.size)
        return corrupt(reader, reader->place, "a block has something behind its entries", error);
    *entry = (tkz__word_entry){reader->word.data, reader->word.size, reader->counts};
    return tkz__word_sums_add(&reader->seen, entry, reader->head.source_count, error);
}

static tkz_status check_end(const tkz__word_table_reader *reader, tkz_error *error)
{
    uint8_t mark[4];
    tkz_status status = tkz__block_file_read(reader->file, reader->start + reader->end, mark,
                                             sizeof mark, error);
    if (status != TKZ_OK)
        return status;
    if (tkz__load_u32(mark) != 0)
        return corrupt(reader, reader->end, "its blocks do not end where they must", error);
    if (reader->blocks != reader->seen_blocks ||
        memcmp(&reader->sums, &reader->seen, sizeof reader->sums) != 0)
        return tkz__error_set(error, TKZ_STATUS_COUNTS_DISAGREE, reader->file->name,
                              TKZ__NO_OFFSET,
                              "the sums at the end of this word table are not those of its words");
    return TKZ_OK;
}

static tkz_status read_next(tkz__word_table_reader *reader, tkz__word_entry *entry, bool *done,
                            tkz_error *error)
{
    *done = false;
    if (reader->entries > 0)
        return take_entry(reader, entry, error);
    if (reader->place == reader->end) {
        *done = true;
        return check_end(reader, error);
    }
    tkz_status status = read_block(reader, error);
    return status == TKZ_OK ? take_entry(reader, entry, error) : status;
}

tkz_status tkz__word_table_reader_next(tkz__word_table_reader *reader, tkz__word_entry *entry,
                                       bool *done, tkz_error *error)
{
    if (reader->failed == TKZ_OK)
        reader->failed = read_next(reader, entry, done, &reader->failure);
    if (reader->failed != TKZ_OK && error != NULL)
        *error = reader->failure;
    return reader->failed;
}

static tkz_status stream_next(void *context, tkz__word_entry *entry, bool *done, tkz_error *error)
{
    return tkz__word_table_reader_next(context, entry, done, error);
}

tkz__word_stream tkz__word_table_reader_stream(tkz__word_table_reader *reader)
{
    return (tkz__word_stream){reader, stream_next};
}
