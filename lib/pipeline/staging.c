/* SPDX-License-Identifier: Apache-2.0
 *
 * What one pass leaves for the next. Leans on io's zstd frames and corpus' documents.
 */
#include "pipeline/staging.h"

#include <string.h>

enum { BLOCK_HEADER = 12, COUNT_AT = 8, RECORD_HEADER = 24 };

static tkz_status damaged(tkz_error *error, const char *where)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, TKZ__NO_OFFSET,
                          "the work files do not add up; run again with --overwrite");
}

tkz_status tkz__staged_block_begin(tkz__buffer *block, const tkz__frame *frame, tkz_error *error)
{
    tkz__buffer_clear(block);
    tkz_status status = tkz__buffer_append_u32(block, frame->source, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(block, (uint32_t)frame->format, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(block, 0, error);
    return status;
}

tkz_status tkz__staged_block_add(tkz__buffer *block, const tkz__document *document,
                                 tkz__input_format format, const char *source_name,
                                 tkz_error *error)
{
    tkz_status status = tkz__buffer_append_u64(block, document->line, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(block, document->offset, error);
    size_t size_at = block->size;
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(block, 0, error);
    if (status == TKZ_OK)
        status = tkz__document_write(document, format, source_name, document->edited,
                                     document->edited_size, block, error);
    if (status != TKZ_OK)
        return status;
    block->size--; /* the line end */
    tkz__store_u64(block->data + size_at, block->size - size_at - 8);
    tkz__store_u32(block->data + COUNT_AT, tkz__load_u32(block->data + COUNT_AT) + 1);
    return TKZ_OK;
}

tkz_status tkz__staged_cursor_init(tkz__staged_cursor *cursor, const void *data, size_t size,
                                   tkz_error *error)
{
    if (size < BLOCK_HEADER)
        return damaged(error, "staged block");
    cursor->data = data;
    cursor->size = size;
    cursor->position = BLOCK_HEADER;
    cursor->source = tkz__load_u32(cursor->data);
    cursor->format = (tkz__input_format)tkz__load_u32(cursor->data + 4);
    cursor->left = tkz__load_u32(cursor->data + COUNT_AT);
    return TKZ_OK;
}

tkz_status tkz__staged_cursor_next(tkz__staged_cursor *cursor, tkz__document *document, bool *done,
                                   tkz_error *error)
{
    *done = cursor->left == 0;
    if (*done)
        return cursor->position == cursor->size ? TKZ_OK : damaged(error, "staged block");
    if (cursor->size - cursor->position < RECORD_HEADER)
        return damaged(error, "staged block");
    const uint8_t *header = cursor->data + cursor->position;
    uint64_t size = tkz__load_u64(header + 16);
    cursor->position += RECORD_HEADER;
    if (size > cursor->size - cursor->position)
        return damaged(error, "staged block");
    memset(document, 0, sizeof *document);
    document->source = cursor->source;
    document->line = tkz__load_u64(header);
    document->offset = tkz__load_u64(header + 8);
    document->raw = (const char *)cursor->data + cursor->position;
    document->raw_size = (size_t)size;
    cursor->position += (size_t)size;
    cursor->left--;
    return TKZ_OK;
}

tkz_status tkz__staged_file_open(tkz__staged_file *staged, const char *path,
                                 const char *index_path, tkz_error *error)
{
    memset(staged, 0, sizeof *staged);
    tkz__seek_table_init(&staged->table, NULL);
    tkz_status status = tkz__mapped_file_open(&staged->file, path, error);
    if (status == TKZ_OK)
        status = tkz__seek_table_read(&staged->table, staged->file.data, staged->file.size, error);
    tkz__mapped_file index = {NULL, 0};
    if (status == TKZ_OK)
        status = tkz__mapped_file_open(&index, index_path, error);
    size_t count = staged->table.count;
    if (status == TKZ_OK && index.size != count * 4)
        status = damaged(error, index_path);
    if (status == TKZ_OK) {
        const tkz_allocator *memory = &staged->table.allocator;
        staged->starts = tkz__allocate_array(memory, count + 1, sizeof *staged->starts);
        staged->first_documents =
            tkz__allocate_array(memory, count + 1, sizeof *staged->first_documents);
        if (staged->starts == NULL || staged->first_documents == NULL)
            status = tkz__error_memory(error, (count + 1) * 16);
    }
    if (status == TKZ_OK) {
        staged->starts[0] = 0;
        staged->first_documents[0] = 0;
        for (size_t i = 0; i < count; i++) {
            staged->starts[i + 1] = staged->starts[i] + staged->table.entries[i].stored_size;
            staged->first_documents[i + 1] =
                staged->first_documents[i] + tkz__load_u32(index.data + i * 4);
        }
    }
    tkz__mapped_file_close(&index);
    if (status != TKZ_OK)
        tkz__staged_file_close(staged);
    return status;
}

void tkz__staged_file_close(tkz__staged_file *staged)
{
    size_t count = staged->table.count;
    if (staged->starts != NULL)
        tkz__release_array(&staged->table.allocator, staged->starts, count + 1,
                           sizeof *staged->starts);
    if (staged->first_documents != NULL)
        tkz__release_array(&staged->table.allocator, staged->first_documents, count + 1,
                           sizeof *staged->first_documents);
    if (staged->table.allocator.release != NULL)
        tkz__seek_table_free(&staged->table);
    tkz__mapped_file_close(&staged->file);
    memset(staged, 0, sizeof *staged);
}
