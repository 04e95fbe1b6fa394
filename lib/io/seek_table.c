/* SPDX-License-Identifier: Apache-2.0
 *
 * The seek table of a seekable zstd file (facebook/zstd,
 * contrib/seekable_format/zstd_seekable_compression_format.md 0.1.0): a skippable frame of
 *   u32 0x184D2A5E, u32 size of what follows,
 *   N times { u32 stored size, u32 content size [, u32 checksum] },
 *   u32 N, u8 descriptor (bit 7: checksums; bits 2..6 are 0), u32 0x8F92EAB1.
 * Leans on libzstd to walk frames.
 */
#include <string.h>
#include <zstd.h>

#include "io/zstd_frames.h"

#define TABLE_MAGIC 0x184D2A5Eu
#define FOOTER_MAGIC 0x8F92EAB1u
enum {
    HEADER_SIZE = 8,
    FOOTER_SIZE = 9,
    ENTRY_SIZE = 8,
    ENTRY_SIZE_CHECKED = 12,
    DESCRIPTOR_CHECKED = 0x80,
    DESCRIPTOR_RESERVED = 0x7C,
    FRAMES_MAXIMUM = 0x8000000
};

void tkz__seek_table_init(tkz__seek_table *table, const tkz_allocator *allocator)
{
    *table = (tkz__seek_table){.allocator = tkz__allocator_or_default(allocator)};
}

void tkz__seek_table_free(tkz__seek_table *table)
{
    tkz__release_array(&table->allocator, table->entries, table->capacity,
                       sizeof *table->entries);
    table->entries = NULL;
    table->count = 0;
    table->capacity = 0;
}

static tkz_status append_entry(tkz__seek_table *table, tkz__seek_entry entry, tkz_error *error)
{
    if (table->count >= FRAMES_MAXIMUM)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a seekable zstd file has at most %d frames; use larger frames",
                              FRAMES_MAXIMUM);
    tkz_status status =
        tkz__array_reserve(&table->allocator, (void **)&table->entries, &table->capacity,
                           table->count + 1, sizeof *table->entries, error);
    if (status == TKZ_OK)
        table->entries[table->count++] = entry;
    return status;
}

/* Reads one entry off the frame at `data`. The checksum that ends a frame is the low half of the
 * XXH64 of its content (RFC 8878, 3.1.1), which is what the table wants. */
static bool describe_frame(const uint8_t *data, size_t size, tkz__seek_entry *entry)
{
    enum { DESCRIPTOR_AT = 4, HAS_CHECKSUM = 4 }; /* RFC 8878, 3.1.1.1.1: bit 2 */
    if (size <= DESCRIPTOR_AT || tkz__load_u32(data) != TKZ__FRAME_MAGIC ||
        (data[DESCRIPTOR_AT] & HAS_CHECKSUM) == 0)
        return false;
    size_t stored = ZSTD_findFrameCompressedSize(data, size);
    if (ZSTD_isError(stored) || stored > size || stored > UINT32_MAX || stored < 4)
        return false;
    unsigned long long content = ZSTD_getFrameContentSize(data, size);
    if (content > TKZ__FRAME_LIMIT) /* the values for unknown and broken among them */
        return false;
    *entry = (tkz__seek_entry){.stored_size = (uint32_t)stored,
                               .content_size = (uint32_t)content,
                               .checksum = tkz__load_u32(data + stored - 4)};
    return true;
}

tkz_status tkz__seek_table_add(tkz__seek_table *table, const void *data, size_t size,
                               tkz_error *error)
{
    const uint8_t *frame = data;
    size_t before = table->count;
    for (size_t at = 0; at < size;) {
        tkz__seek_entry entry = {0};
        tkz_status status = TKZ_OK;
        if (!describe_frame(frame + at, size - at, &entry))
            status = tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, at,
                                    "no whole zstd frame with content size and checksum here");
        if (status == TKZ_OK)
            status = append_entry(table, entry, error);
        if (status != TKZ_OK) {
            table->count = before;
            return status;
        }
        at += entry.stored_size;
    }
    return TKZ_OK;
}

tkz_status tkz__seek_table_write(const tkz__seek_table *table, tkz__buffer *output,
                                 tkz_error *error)
{
    /* At most FRAMES_MAXIMUM entries: fits 32 bits. */
    size_t content = table->count * ENTRY_SIZE_CHECKED + FOOTER_SIZE;
    tkz_status status = tkz__buffer_reserve(output, HEADER_SIZE + content, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *at = output->data + output->size;
    tkz__store_u32(at, TABLE_MAGIC);
    tkz__store_u32(at + 4, (uint32_t)content);
    at += HEADER_SIZE;
    for (size_t i = 0; i < table->count; i++, at += ENTRY_SIZE_CHECKED) {
        tkz__store_u32(at, table->entries[i].stored_size);
        tkz__store_u32(at + 4, table->entries[i].content_size);
        tkz__store_u32(at + 8, table->entries[i].checksum);
    }
    tkz__store_u32(at, (uint32_t)table->count);
    at[4] = DESCRIPTOR_CHECKED;
    tkz__store_u32(at + 5, FOOTER_MAGIC);
    output->size += HEADER_SIZE + content;
    return TKZ_OK;
}

static tkz_status corrupt_table(const char *reason, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "the seek table is corrupt (%s); the frames themselves may be whole: "
                          "decompress the file and compress it again",
                          reason);
}

/* Where the table is, once its frame is known to be consistent. */
typedef struct located {
    const uint8_t *entries;
    size_t count;
    size_t entry_size;
    size_t frames_size; /* bytes of the file in front of the table */
} located;

static tkz_status locate(const uint8_t *file, size_t size, located *table, tkz_error *error)
{
    if (size < HEADER_SIZE + FOOTER_SIZE || tkz__load_u32(file + size - 4) != FOOTER_MAGIC)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET,
                              "the file does not end in a seek table; it is not seekable zstd, "
                              "or it was cut short");
    const uint8_t *footer = file + size - FOOTER_SIZE;
    if ((footer[4] & DESCRIPTOR_RESERVED) != 0)
        return corrupt_table("reserved bits are set", error);
    table->count = tkz__load_u32(footer);
    if (table->count > FRAMES_MAXIMUM)
        return corrupt_table("too many frames", error);
    table->entry_size = (footer[4] & DESCRIPTOR_CHECKED) != 0 ? ENTRY_SIZE_CHECKED : ENTRY_SIZE;
    size_t content = table->count * table->entry_size + FOOTER_SIZE;
    if (content > size - HEADER_SIZE)
        return corrupt_table("it is larger than the file", error);
    table->frames_size = size - HEADER_SIZE - content;
    const uint8_t *header = file + table->frames_size;
    if (tkz__load_u32(header) != TABLE_MAGIC || tkz__load_u32(header + 4) != content)
        return corrupt_table("its head and its end disagree", error);
    table->entries = header + HEADER_SIZE;
    return TKZ_OK;
}

static tkz_status read_entries(tkz__seek_table *table, const located *from, tkz_error *error)
{
    uint64_t stored_sum = 0;
    for (size_t i = 0; i < from->count; i++) {
        const uint8_t *at = from->entries + i * from->entry_size;
        tkz__seek_entry entry = {.stored_size = tkz__load_u32(at),
                                 .content_size = tkz__load_u32(at + 4)};
        if (from->entry_size == ENTRY_SIZE_CHECKED)
            entry.checksum = tkz__load_u32(at + 8);
        if (entry.content_size > TKZ__FRAME_LIMIT)
            return corrupt_table("a frame of more than 1 GiB", error);
        stored_sum += entry.stored_size;
        tkz_status status = append_entry(table, entry, error);
        if (status != TKZ_OK)
            return status;
    }
    if (stored_sum != from->frames_size)
        return corrupt_table("its sizes do not add up to the file", error);
    return TKZ_OK;
}

tkz_status tkz__seek_table_read(tkz__seek_table *table, const void *file, size_t size,
                                tkz_error *error)
{
    table->count = 0;
    located from = {0};
    tkz_status status = locate(file, size, &from, error);
    if (status == TKZ_OK)
        status = read_entries(table, &from, error);
    if (status != TKZ_OK)
        table->count = 0;
    return status;
}
