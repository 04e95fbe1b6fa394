/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes JSON-lines shards as seekable zstd, resumably. Leans on io's part files
 * and zstd frames, and on the shard set.
 */
#include "corpus/text_shards.h"

#include <string.h>

#include "core/hash.h"
#include "core/mapped_file.h"
#include "corpus/shard_set.h"
#include "io/part_file.h"
#include "io/zstd_frames.h"

/* Around the entries of a seek table stand a skippable-frame header (8 bytes) and a footer (9);
 * an entry with check sum has 12 (zstd_seekable_compression_format.md 0.1.0). */
enum { SEEK_TABLE_FRAME = 8 + 9, SEEK_TABLE_ENTRY = 12 };
static const uint64_t DEFAULT_SHARD_SIZE = UINT64_C(1) << 30;

static const char *const suffixes[] = {".jsonl.zst"};
static const tkz__shard_kind text_kind = {1, suffixes, 1};

struct tkz__text_shards {
    tkz__shard_set set;
    uint64_t shard_size;
    tkz__part_file *file; /* the growing shard; NULL when there is none */
    tkz__seek_table table;
    tkz__hash_stream *hash;
    bool finished;
    bool poisoned;
    tkz_allocator allocator;
};

/* ---- One shard -------------------------------------------------------- */

static tkz_status restart_hash(tkz__text_shards *shards, tkz_error *error)
{
    tkz__hash_stream_free(shards->hash);
    shards->hash = tkz__hash_stream_new();
    return shards->hash != NULL ? TKZ_OK : tkz__error_memory(error, 1024);
}

static tkz_status begin_shard(tkz__text_shards *shards, tkz_error *error)
{
    char path[TKZ__SHARD_PATH_SIZE];
    tkz_status status = restart_hash(shards, error);
    if (status != TKZ_OK)
        return status;
    shards->table.count = 0;
    tkz__shard_set_path(&shards->set, shards->set.count, 0, path);
    status = tkz__part_file_open(&shards->file, path, 0, &shards->allocator, error);
    if (status == TKZ_OK)
        status = tkz__shard_set_begin(&shards->set, error);
    return status;
}

static tkz_status end_shard(tkz__text_shards *shards, tkz_error *error)
{
    tkz__buffer table;
    tkz__buffer_init(&table, &shards->allocator);
    tkz_status status = tkz__seek_table_write(&shards->table, &table, error);
    if (status == TKZ_OK)
        status = tkz__part_file_append(shards->file, table.data, table.size, error);
    tkz__buffer_free(&table);
    if (status != TKZ_OK)
        return status;
    tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    info->stored_size = tkz__part_file_length(shards->file);
    tkz__part_file *file = shards->file;
    shards->file = NULL;
    status = tkz__part_file_commit(file, error);
    if (status != TKZ_OK)
        return status;
    info->content_hash = tkz__hash_stream_digest(shards->hash);
    shards->set.growing = false;
    return TKZ_OK;
}

/* ---- Resuming --------------------------------------------------------- */

/* Reads the frames of the growing shard again for what cannot be saved: the state of the hash
 * and the seek table. */
static tkz_status reread_frames(tkz__text_shards *shards, const uint8_t *data, size_t size,
                                uint64_t digest, const char *path, tkz_error *error)
{
    tkz_status status = tkz__seek_table_add(&shards->table, data, size, error);
    tkz__buffer content;
    tkz__buffer_init(&content, &shards->allocator);
    uint64_t content_size = 0;
    for (size_t i = 0, offset = 0; i < shards->table.count && status == TKZ_OK; i++) {
        const tkz__seek_entry *entry = &shards->table.entries[i];
        tkz__buffer_clear(&content);
        status = tkz__frame_decompress(data + offset, entry->stored_size, entry->content_size,
                                       &content, error);
        if (status != TKZ_OK)
            break;
        tkz__hash_stream_add(shards->hash, content.data, content.size);
        content_size += content.size;
        offset += entry->stored_size;
    }
    tkz__buffer_free(&content);
    if (status == TKZ_OK && (tkz__hash_stream_digest(shards->hash) != digest ||
                             content_size != tkz__shard_set_growing(&shards->set)->items))
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                "the unfinished shard is not what the interrupted run wrote");
    return status;
}

static tkz_status reopen_growing(tkz__text_shards *shards, uint64_t digest, tkz_error *error)
{
    char path[TKZ__SHARD_PATH_SIZE], part[TKZ__SHARD_PATH_SIZE + 8];
    const tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    tkz__shard_set_path(&shards->set, shards->set.count - 1, 0, path);
    tkz_status status = tkz__part_file_open(&shards->file, path, info->stored_size,
                                            &shards->allocator, error);
    if (status != TKZ_OK)
        return status;
    memcpy(part, path, strlen(path) + 1);
    strcat(part, ".part");
    tkz__mapped_file mapped;
    status = tkz__mapped_file_open(&mapped, part, error);
    if (status != TKZ_OK)
        return status;
    if (mapped.size != info->stored_size)
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, part, TKZ__NO_OFFSET,
                                "the unfinished shard changed while it was opened");
    if (status == TKZ_OK)
        status = reread_frames(shards, mapped.data, mapped.size, digest, part, error);
    tkz__mapped_file_close(&mapped);
    return status;
}

static tkz_status resume_from(tkz__text_shards *shards, const tkz__buffer *resume,
                              tkz_error *error)
{
    uint64_t digest = 0;
    tkz_status status = TKZ_OK;
    if (resume != NULL)
        status = tkz__shard_set_load(&shards->set, shards->shard_size, resume, &digest, error);
    if (status == TKZ_OK)
        status = tkz__shard_set_restore(&shards->set, error);
    if (status == TKZ_OK)
        status = restart_hash(shards, error);
    if (status == TKZ_OK && shards->set.growing)
        status = reopen_growing(shards, digest, error);
    return status;
}

/* ---- The writer ------------------------------------------------------- */

tkz_status tkz__text_shards_new(tkz__text_shards **shards, const char *directory,
                                const char *prefix, uint64_t shard_size,
                                const tkz__buffer *resume, const tkz_allocator *allocator,
                                tkz_error *error)
{
    *shards = NULL;
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__text_shards *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->shard_size = shard_size != 0 ? shard_size : DEFAULT_SHARD_SIZE;
    tkz__seek_table_init(&made->table, &memory);
    tkz_status status =
        tkz__shard_set_init(&made->set, &text_kind, directory, prefix, &memory, error);
    if (status == TKZ_OK)
        status = resume_from(made, resume, error);
    if (status != TKZ_OK) {
        tkz__text_shards_free(made);
        return status;
    }
    *shards = made;
    return TKZ_OK;
}

static tkz_status check_usable(const tkz__text_shards *shards, tkz_error *error)
{
    if (shards->poisoned)
        return tkz__error_set(error, TKZ_STATUS_POISONED, shards->set.directory, TKZ__NO_OFFSET,
                              "writing shards failed before; resume from the last saved state");
    if (shards->finished)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, shards->set.directory,
                              TKZ__NO_OFFSET, "the shards are finished");
    return TKZ_OK;
}

static bool fits(const tkz__text_shards *shards, size_t stored_size)
{
    uint64_t after = tkz__part_file_length(shards->file) + stored_size + SEEK_TABLE_FRAME +
                     (uint64_t)SEEK_TABLE_ENTRY * (shards->table.count + 1);
    return after <= shards->shard_size;
}

static tkz_status append_frame(tkz__text_shards *shards, const void *stored, size_t stored_size,
                               const void *content, size_t content_size, uint64_t records,
                               tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (shards->set.growing && !fits(shards, stored_size))
        status = end_shard(shards, error);
    if (status == TKZ_OK && !shards->set.growing)
        status = begin_shard(shards, error);
    size_t before = shards->table.count;
    if (status == TKZ_OK)
        status = tkz__seek_table_add(&shards->table, stored, stored_size, error);
    if (status != TKZ_OK)
        return status;
    if (shards->table.count != before + 1 ||
        shards->table.entries[before].content_size != content_size)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, shards->set.directory,
                              TKZ__NO_OFFSET, "not one frame that holds the given content");
    status = tkz__part_file_append(shards->file, stored, stored_size, error);
    if (status != TKZ_OK)
        return status;
    tkz__hash_stream_add(shards->hash, content, content_size);
    tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    info->records += records;
    info->items += content_size;
    info->stored_size = tkz__part_file_length(shards->file);
    return TKZ_OK;
}

tkz_status tkz__text_shards_append(tkz__text_shards *shards, const void *stored,
                                   size_t stored_size, const void *content, size_t content_size,
                                   uint64_t records, tkz_error *error)
{
    tkz_status status = check_usable(shards, error);
    if (status != TKZ_OK || stored_size == 0)
        return status;
    status = append_frame(shards, stored, stored_size, content, content_size, records, error);
    shards->poisoned = status != TKZ_OK;
    return status;
}

tkz_status tkz__text_shards_save(tkz__text_shards *shards, tkz__buffer *state, tkz_error *error)
{
    if (shards->poisoned)
        return check_usable(shards, error);
    if (shards->file != NULL) {
        tkz_status status = tkz__part_file_sync(shards->file, error);
        if (status != TKZ_OK) {
            shards->poisoned = true;
            return status;
        }
    }
    uint64_t digest = shards->set.growing ? tkz__hash_stream_digest(shards->hash) : 0;
    return tkz__shard_set_save(&shards->set, shards->shard_size, digest, state, error);
}

tkz_status tkz__text_shards_finish(tkz__text_shards *shards, tkz_error *error)
{
    tkz_status status = check_usable(shards, error);
    if (status != TKZ_OK)
        return status;
    if (shards->set.growing)
        status = end_shard(shards, error);
    shards->finished = status == TKZ_OK;
    shards->poisoned = status != TKZ_OK;
    return status;
}

size_t tkz__text_shards_count(const tkz__text_shards *shards)
{
    return shards->set.count;
}

const tkz__shard_info *tkz__text_shards_at(const tkz__text_shards *shards, size_t index)
{
    return index < shards->set.count ? &shards->set.shards[index] : NULL;
}

void tkz__text_shards_free(tkz__text_shards *shards)
{
    if (shards == NULL)
        return;
    tkz__part_file_close(shards->file, 0);
    tkz__seek_table_free(&shards->table);
    tkz__hash_stream_free(shards->hash);
    tkz__shard_set_free(&shards->set);
    tkz_allocator allocator = shards->allocator;
    tkz__release(&allocator, shards, sizeof *shards);
}
