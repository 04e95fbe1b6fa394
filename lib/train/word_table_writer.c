/* SPDX-License-Identifier: Apache-2.0
 *
 * Word tables written: head, blocks of words that begin with what they share with the word before,
 * sums. Leans on io's zstd frames and core's hash.
 */
#include <string.h>

#include "core/hash.h"
#include "io/zstd_frames.h"
#include "tokenize/text.h"
#include "train/word_table_format.h"

struct tkz__word_table_writer {
    tkz_allocator allocator;
    tkz__word_sink sink;
    tkz__frame_compressor *compressor;
    tkz__buffer block;  /* entries */
    tkz__buffer stored; /* a block on its way out */
    tkz__buffer word;   /* that was added last */
    uint32_t entries;   /* in `block` */
    uint64_t blocks;
    uint32_t source_count;
    tkz__word_sums sums;
};

int tkz__word_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
    size_t shorter = a_size < b_size ? a_size : b_size;
    int order = shorter > 0 ? memcmp(a, b, shorter) : 0; /* no word yet has no bytes to point to */
    if (order == 0)
        return a_size < b_size ? -1 : a_size > b_size;
    return order < 0 ? -1 : 1;
}

/* ---- Sums ----------------------------------------------------------------- */

tkz_status tkz__word_sums_add(tkz__word_sums *sums, const tkz__word_entry *entry,
                              uint32_t source_count, tkz_error *error)
{
    tkz_word_totals *totals = &sums->totals;
    uint64_t count = 0, bytes;
    bool fits = true;
    for (uint32_t i = 0; i < source_count; i++)
        fits = fits && !__builtin_add_overflow(count, entry->counts[i], &count);
    /* No word is empty: no other sum is larger than that of the bytes. */
    if (!fits || __builtin_mul_overflow(count, (uint64_t)entry->size, &bytes) ||
        __builtin_add_overflow(totals->bytes, bytes, &totals->bytes))
        return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                              "the bytes of all counted words are more than 2^64-1");
    uint64_t characters = tkz_utf8_count((const char *)entry->word, entry->size);
    totals->types++;
    totals->tokens += count;
    totals->characters += characters * count;
    if (characters > totals->longest)
        totals->longest = characters;
    if (entry->size > totals->longest_bytes)
        totals->longest_bytes = entry->size;
    for (uint32_t i = 0; i < source_count; i++)
        sums->tokens[i] += entry->counts[i];
    return TKZ_OK;
}

/* ---- The head ------------------------------------------------------------- */

static tkz_status append_text(tkz__buffer *buffer, const char *text, tkz_error *error)
{
    size_t size = strlen(text);
    tkz_status status = tkz__buffer_append_u32(buffer, (uint32_t)size, error);
    return status == TKZ_OK ? tkz__buffer_append(buffer, text, size, error) : status;
}

static tkz_status check_head(const tkz__word_head *head, tkz_error *error)
{
    bool good = head->source_count >= 1 && head->source_count <= TKZ__SOURCE_LIMIT;
    for (int i = 0; good && i < TKZ__WORD_FACTS; i++)
        good = strlen(head->facts[i]) <= TKZ__WORD_FACT_LIMIT;
    for (uint32_t i = 0; good && i < head->source_count; i++) {
        const char *name = head->sources[i];
        good = name[0] != '\0' && strlen(name) <= TKZ__SOURCE_NAME_LIMIT &&
               (i == 0 || strcmp(head->sources[i - 1], name) < 0);
    }
    if (good)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "word table", TKZ__NO_OFFSET,
                          "a word table has 1 to %d sources with different names of 1 to %d bytes",
                          TKZ__SOURCE_LIMIT, TKZ__SOURCE_NAME_LIMIT);
}

static tkz_status write_head(tkz__word_table_writer *writer, const tkz__word_head *head,
                             tkz_error *error)
{
    tkz__buffer *buffer = &writer->stored;
    tkz_status status = tkz__buffer_append(buffer, TKZ__WORD_MAGIC, TKZ__WORD_MAGIC_SIZE, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, TKZ__WORD_VERSION, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, 0, error); /* the size, set below */
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, head->source_count, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(buffer, 0, error);
    for (int i = 0; status == TKZ_OK && i < TKZ__WORD_FACTS; i++)
        status = append_text(buffer, head->facts[i], error);
    for (uint32_t i = 0; status == TKZ_OK && i < head->source_count; i++)
        status = append_text(buffer, head->sources[i], error);
    if (status != TKZ_OK)
        return status;
    tkz__store_u32(buffer->data + 12, (uint32_t)(buffer->size + sizeof(uint64_t)));
    status = tkz__buffer_append_u64(buffer, tkz__hash64(buffer->data, buffer->size), error);
    if (status == TKZ_OK)
        status = writer->sink.write(writer->sink.context, buffer->data, buffer->size, error);
    return status;
}

tkz_status tkz__word_table_writer_new(tkz__word_table_writer **writer, tkz__word_sink sink,
                                      const tkz__word_head *head, int32_t level,
                                      const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *writer = NULL;
    tkz_status status = check_head(head, error);
    if (status != TKZ_OK)
        return status;
    tkz__word_table_writer *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->sink = sink;
    made->source_count = head->source_count;
    tkz__buffer_init(&made->block, &memory);
    tkz__buffer_init(&made->stored, &memory);
    tkz__buffer_init(&made->word, &memory);
    status = tkz__frame_compressor_new(&made->compressor, level, &memory, error);
    if (status == TKZ_OK)
        status = write_head(made, head, error);
    if (status != TKZ_OK) {
        tkz__word_table_writer_free(made);
        return status;
    }
    *writer = made;
    return TKZ_OK;
}

void tkz__word_table_writer_free(tkz__word_table_writer *writer)
{
    if (writer == NULL)
        return;
    tkz__frame_compressor_free(writer->compressor);
    tkz__buffer_free(&writer->block);
    tkz__buffer_free(&writer->stored);
    tkz__buffer_free(&writer->word);
    tkz_allocator allocator = writer->allocator;
    tkz__release(&allocator, writer, sizeof *writer);
}

/* ---- Blocks --------------------------------------------------------------- */

static uint8_t *put_varint(uint8_t *target, uint64_t value)
{
    for (; value > 127; value >>= 7)
        *target++ = (uint8_t)(value | 128);
    *target++ = (uint8_t)value;
    return target;
}

static tkz_status write_block(tkz__word_table_writer *writer, tkz_error *error)
{
    tkz__buffer *stored = &writer->stored;
    tkz__buffer_clear(stored);
    tkz_status status = tkz__buffer_append_fill(stored, 0, TKZ__WORD_BLOCK_HEAD, error);
    if (status == TKZ_OK)
        status = tkz__frame_compress(writer->compressor, writer->block.data, writer->block.size,
                                     stored, error);
    if (status != TKZ_OK)
        return status;
    tkz__store_u32(stored->data, (uint32_t)(stored->size - TKZ__WORD_BLOCK_HEAD));
    tkz__store_u32(stored->data + 4, (uint32_t)writer->block.size);
    tkz__store_u32(stored->data + 8, writer->entries);
    status = writer->sink.write(writer->sink.context, stored->data, stored->size, error);
    writer->blocks++;
    writer->entries = 0;
    tkz__buffer_clear(&writer->block);
    return status;
}

static size_t shared_size(const tkz__buffer *word, const tkz__word_entry *entry)
{
    size_t most = word->size < entry->size ? word->size : entry->size, size = 0;
    while (size < most && word->data[size] == entry->word[size])
        size++;
    return size;
}

static tkz_status append_entry(tkz__word_table_writer *writer, const tkz__word_entry *entry,
                               size_t shared, tkz_error *error)
{
    tkz__buffer *block = &writer->block;
    size_t rest = entry->size - shared;
    tkz_status status = tkz__buffer_reserve(
        block, rest + (size_t)TKZ__VARINT_LIMIT * (2 + (size_t)writer->source_count), error);
    if (status != TKZ_OK)
        return status;
    uint8_t *target = put_varint(block->data + block->size, shared);
    target = put_varint(target, rest);
    memcpy(target, entry->word + shared, rest);
    target += rest;
    for (uint32_t i = 0; i < writer->source_count; i++)
        target = put_varint(target, entry->counts[i]);
    block->size = (size_t)(target - block->data);
    writer->entries++;
    /* The word takes the place of the last one. */
    writer->word.size = shared;
    return tkz__buffer_append(&writer->word, entry->word + shared, rest, error);
}

tkz_status tkz__word_table_writer_add(tkz__word_table_writer *writer, const tkz__word_entry *entry,
                                      tkz_error *error)
{
    size_t shared = shared_size(&writer->word, entry);
    bool ascends = shared == writer->word.size
                       ? entry->size > shared
                       : shared < entry->size && entry->word[shared] > writer->word.data[shared];
    if (!ascends || entry->size > TKZ__WORD_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, "word table", TKZ__NO_OFFSET,
                              "a word is too long or out of order; please report this");
    tkz_status status = tkz__word_sums_add(&writer->sums, entry, writer->source_count, error);
    if (status == TKZ_OK)
        status = append_entry(writer, entry, writer->entries == 0 ? 0 : shared, error);
    if (status == TKZ_OK && writer->block.size >= TKZ__WORD_BLOCK)
        status = write_block(writer, error);
    return status;
}

/* ---- The end -------------------------------------------------------------- */

static tkz_status append_end(const tkz__word_table_writer *writer, tkz__buffer *end,
                             tkz_error *error)
{
    const tkz_word_totals *t = &writer->sums.totals;
    const uint64_t numbers[] = {t->types,   t->tokens,        t->bytes,      t->characters,
                                t->longest, t->longest_bytes, writer->blocks};
    tkz_status status = tkz__buffer_append_u32(end, 0, error); /* in place of a block */
    for (size_t i = 0; status == TKZ_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        status = tkz__buffer_append_u64(end, numbers[i], error);
    for (uint32_t i = 0; status == TKZ_OK && i < writer->source_count; i++)
        status = tkz__buffer_append_u64(end, writer->sums.tokens[i], error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(end, tkz__hash64(end->data + 4, end->size - 4), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(end, TKZ__WORD_END_MAGIC, TKZ__WORD_MAGIC_SIZE, error);
    return status;
}

tkz_status tkz__word_table_writer_finish(tkz__word_table_writer *writer, tkz_error *error)
{
    tkz_status status = writer->entries > 0 ? write_block(writer, error) : TKZ_OK;
    tkz__buffer_clear(&writer->stored);
    if (status == TKZ_OK)
        status = append_end(writer, &writer->stored, error);
    if (status == TKZ_OK)
        status = writer->sink.write(writer->sink.context, writer->stored.data,
                                    writer->stored.size, error);
    return status;
}

tkz_status tkz__word_table_write(tkz__word_sink sink, const tkz__word_head *head, int32_t level,
                                 tkz__word_stream stream, tkz__word_sums *sums,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz__word_table_writer *writer;
    tkz__word_entry entry;
    bool done = false;
    tkz_status status =
        tkz__word_table_writer_new(&writer, sink, head, level, allocator, error);
    if (status != TKZ_OK)
        return status;
    while (status == TKZ_OK) {
        status = stream.next(stream.context, &entry, &done, error);
        if (status != TKZ_OK || done)
            break;
        status = tkz__word_table_writer_add(writer, &entry, error);
    }
    if (status == TKZ_OK)
        status = tkz__word_table_writer_finish(writer, error);
    if (status == TKZ_OK && sums != NULL)
        *sums = writer->sums;
    tkz__word_table_writer_free(writer);
    return status;
}
