/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes Megatron .bin/.idx pairs, resumably. Leans on io's part files and on
 * the shard set.
 */
#include "corpus/token_shards.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/mapped_file.h"
#include "corpus/megatron.h"
#include "corpus/shard_set.h"
#include "io/part_file.h"

static const uint64_t DEFAULT_SHARD_SIZE = UINT64_C(4) << 30;

/* Documents in a shard: GPTDataset of Megatron-LM keeps document numbers in int32. */
#define MAX_DOCUMENTS ((uint64_t)INT32_MAX - 1)

/* STAGING: bytes converted at a time; a multiple of every item's size. */
enum { BIN = 0, IDX = 1, STAGING = 64 * 1024 };

static const char *const suffixes[] = {"_text_document.bin", "_text_document.idx"};
static const tkz__shard_kind token_kind = {2, suffixes, 2};

struct tkz__token_shards {
    tkz__shard_set set;
    uint64_t shard_size;
    uint32_t vocabulary_size;
    uint32_t width;          /* bytes of an id: 2 or 4 */
    tkz__part_file *bin;     /* the growing shard; NULL when there is none */
    tkz__part_file *idx;     /* header without its counts, then the lengths so far */
    tkz__hash_stream *hash;  /* of the .bin */
    uint8_t *staging;
    bool finished;
    bool poisoned;
    tkz_allocator allocator;
};

/* ---- Beginning a shard ------------------------------------------------ */

static void make_header(const tkz__token_shards *shards, uint64_t documents,
                        uint8_t header[TKZ__MEGATRON_HEADER_SIZE])
{
    memcpy(header, TKZ__MEGATRON_MAGIC, TKZ__MEGATRON_MAGIC_SIZE);
    tkz__store_u64(header + TKZ__MEGATRON_VERSION_AT, TKZ__MEGATRON_VERSION);
    header[TKZ__MEGATRON_TYPE_AT] =
        shards->width == 2 ? TKZ__MEGATRON_UINT16 : TKZ__MEGATRON_INT32;
    tkz__store_u64(header + TKZ__MEGATRON_SEQUENCES_AT, documents);
    tkz__store_u64(header + TKZ__MEGATRON_DOCUMENTS_AT, documents + 1);
}

static tkz_status restart_hash(tkz__token_shards *shards, tkz_error *error)
{
    tkz__hash_stream_free(shards->hash);
    shards->hash = tkz__hash_stream_new();
    return shards->hash != NULL ? TKZ_OK : tkz__error_memory(error, 1024);
}

static tkz_status open_parts(tkz__token_shards *shards, size_t index, uint64_t bin_length,
                             uint64_t idx_length, tkz_error *error)
{
    char path[TKZ__SHARD_PATH_SIZE];
    tkz__shard_set_path(&shards->set, index, BIN, path);
    tkz_status status =
        tkz__part_file_open(&shards->bin, path, bin_length, &shards->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__shard_set_path(&shards->set, index, IDX, path);
    return tkz__part_file_open(&shards->idx, path, idx_length, &shards->allocator, error);
}

static tkz_status begin_shard(tkz__token_shards *shards, tkz_error *error)
{
    tkz_status status = restart_hash(shards, error);
    if (status == TKZ_OK)
        status = open_parts(shards, shards->set.count, 0, 0, error);
    if (status != TKZ_OK)
        return status;
    uint8_t header[TKZ__MEGATRON_HEADER_SIZE];
    make_header(shards, 0, header);
    status = tkz__part_file_append(shards->idx, header, sizeof header, error);
    if (status == TKZ_OK)
        status = tkz__shard_set_begin(&shards->set, error);
    return status;
}

/* ---- Ending a shard --------------------------------------------------- */

/* The .idx as it is completed: its growing file and the hash of it from the start. */
typedef struct index_writer {
    tkz__token_shards *shards;
    tkz__hash_stream *hash;
    size_t staged;
} index_writer;

static tkz_status flush_index(index_writer *writer, tkz_error *error)
{
    tkz__hash_stream_add(writer->hash, writer->shards->staging, writer->staged);
    tkz_status status = tkz__part_file_append(writer->shards->idx, writer->shards->staging,
                                              writer->staged, error);
    writer->staged = 0;
    return status;
}

static tkz_status append_index(index_writer *writer, uint64_t value, tkz_error *error)
{
    tkz__store_u64(writer->shards->staging + writer->staged, value);
    writer->staged += 8;
    return writer->staged == STAGING ? flush_index(writer, error) : TKZ_OK;
}

/* Pointers and document indexes, made from the lengths. */
static tkz_status append_pointers(index_writer *writer, const uint8_t *lengths, uint64_t count,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    uint64_t pointer = 0;
    for (uint64_t i = 0; i < count && status == TKZ_OK; i++) {
        status = append_index(writer, pointer, error);
        pointer += (uint64_t)tkz__load_u32(lengths + 4 * i) * writer->shards->width;
    }
    for (uint64_t i = 0; i <= count && status == TKZ_OK; i++)
        status = append_index(writer, i, error);
    return status == TKZ_OK ? flush_index(writer, error) : status;
}

/* Writes the counts, which are known only now, over those in the header. */
static tkz_status write_header(const char *part, const uint8_t *header, tkz_error *error)
{
    int descriptor = open(part, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        return tkz__error_system(error, part, "open", errno);
    tkz_status status = TKZ_OK;
    ssize_t written = pwrite(descriptor, header, TKZ__MEGATRON_HEADER_SIZE, 0);
    if (written != TKZ__MEGATRON_HEADER_SIZE)
        status = tkz__error_system(error, part, "write", written < 0 ? errno : EIO);
    if (close(descriptor) != 0 && status == TKZ_OK)
        status = tkz__error_system(error, part, "close", errno);
    return status;
}

static void part_path(const tkz__token_shards *shards, size_t suffix, char *part)
{
    tkz__shard_set_path(&shards->set, shards->set.count - 1, suffix, part);
    strcat(part, ".part");
}

/* Completes the .idx under its temporary name. */
static tkz_status complete_index(tkz__token_shards *shards, tkz_error *error)
{
    char part[TKZ__SHARD_PATH_SIZE + 8];
    part_path(shards, IDX, part);
    tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    uint8_t header[TKZ__MEGATRON_HEADER_SIZE];
    make_header(shards, info->records, header);
    tkz_status status = tkz__part_file_sync(shards->idx, error);
    if (status == TKZ_OK)
        status = write_header(part, header, error);
    if (status != TKZ_OK)
        return status;

    tkz__mapped_file mapped;
    status = tkz__mapped_file_open(&mapped, part, error);
    if (status != TKZ_OK)
        return status;
    index_writer writer = {shards, tkz__hash_stream_new(), 0};
    uint64_t expected = TKZ__MEGATRON_HEADER_SIZE + 4 * info->records;
    if (writer.hash == NULL) {
        status = tkz__error_memory(error, 1024);
    } else if (mapped.size != expected) {
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, part, TKZ__NO_OFFSET,
                                "the growing index changed while it was written");
    } else {
        tkz__hash_stream_add(writer.hash, mapped.data, mapped.size);
        status = append_pointers(&writer, mapped.data + TKZ__MEGATRON_HEADER_SIZE, info->records,
                                 error);
    }
    if (status == TKZ_OK) {
        info->index_size = tkz__part_file_length(shards->idx);
        info->index_hash = tkz__hash_stream_digest(writer.hash);
    }
    tkz__hash_stream_free(writer.hash);
    tkz__mapped_file_close(&mapped);
    return status;
}

/* Both files are complete before the first takes its name, and the .idx takes its name last. */
static tkz_status end_shard(tkz__token_shards *shards, tkz_error *error)
{
    tkz_status status = complete_index(shards, error);
    if (status != TKZ_OK)
        return status;
    tkz__part_file *bin = shards->bin;
    shards->bin = NULL;
    status = tkz__part_file_commit(bin, error);
    if (status != TKZ_OK)
        return status;
    tkz__part_file *idx = shards->idx;
    shards->idx = NULL;
    status = tkz__part_file_commit(idx, error);
    if (status != TKZ_OK)
        return status;
    tkz__shard_set_growing(&shards->set)->content_hash = tkz__hash_stream_digest(shards->hash);
    shards->set.growing = false;
    return TKZ_OK;
}

/* ---- Resuming --------------------------------------------------------- */

/* Opens the growing shard, and reads its .bin again for the state of the hash. */
static tkz_status reopen_growing(tkz__token_shards *shards, uint64_t digest, tkz_error *error)
{
    const tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    tkz_status status = open_parts(shards, shards->set.count - 1, info->stored_size,
                                   TKZ__MEGATRON_HEADER_SIZE + 4 * info->records, error);
    if (status != TKZ_OK)
        return status;
    char part[TKZ__SHARD_PATH_SIZE + 8];
    part_path(shards, BIN, part);
    tkz__mapped_file mapped;
    status = tkz__mapped_file_open(&mapped, part, error);
    if (status != TKZ_OK)
        return status;
    tkz__hash_stream_add(shards->hash, mapped.data, mapped.size);
    if (mapped.size != info->stored_size || tkz__hash_stream_digest(shards->hash) != digest)
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, part, TKZ__NO_OFFSET,
                                "the unfinished shard is not what the interrupted run wrote");
    tkz__mapped_file_close(&mapped);
    return status;
}

static tkz_status resume_from(tkz__token_shards *shards, const tkz__buffer *resume,
                              tkz_error *error)
{
    uint64_t digest = 0;
    uint64_t parameter = tkz__hash_u64(shards->shard_size) + shards->vocabulary_size;
    tkz_status status = TKZ_OK;
    if (resume != NULL)
        status = tkz__shard_set_load(&shards->set, parameter, resume, &digest, error);
    if (status == TKZ_OK)
        status = tkz__shard_set_restore(&shards->set, error);
    if (status == TKZ_OK)
        status = restart_hash(shards, error);
    if (status == TKZ_OK && shards->set.growing)
        status = reopen_growing(shards, digest, error);
    return status;
}

/* ---- The writer ------------------------------------------------------- */

tkz_status tkz__token_shards_new(tkz__token_shards **shards, const char *directory,
                                 const char *prefix, uint32_t vocabulary_size,
                                 uint64_t shard_size, const tkz__buffer *resume,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    *shards = NULL;
    if (vocabulary_size > (uint32_t)INT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "vocabulary size", TKZ__NO_OFFSET,
                              "Megatron stores token ids in 32 bits with a sign");
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz__token_shards *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->vocabulary_size = vocabulary_size;
    made->width = vocabulary_size < TKZ__MEGATRON_UINT16_LIMIT ? 2 : 4;
    made->shard_size = shard_size != 0 ? shard_size : DEFAULT_SHARD_SIZE;
    tkz_status status =
        tkz__shard_set_init(&made->set, &token_kind, directory, prefix, &memory, error);
    if (status == TKZ_OK && (made->staging = tkz__allocate(&memory, STAGING)) == NULL)
        status = tkz__error_memory(error, STAGING);
    if (status == TKZ_OK)
        status = resume_from(made, resume, error);
    if (status != TKZ_OK) {
        tkz__token_shards_free(made);
        return status;
    }
    *shards = made;
    return TKZ_OK;
}

static tkz_status check_usable(const tkz__token_shards *shards, tkz_error *error)
{
    if (shards->poisoned)
        return tkz__error_set(error, TKZ_STATUS_POISONED, shards->set.directory, TKZ__NO_OFFSET,
                              "writing shards failed before; resume from the last saved state");
    if (shards->finished)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, shards->set.directory,
                              TKZ__NO_OFFSET, "the shards are finished");
    return TKZ_OK;
}

/* Everything that can be wrong with the documents is found before any of them is written. */
static tkz_status check_documents(const tkz__token_shards *shards, const uint32_t *ids,
                                  const uint64_t *offsets, size_t count, tkz_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (offsets[i + 1] < offsets[i])
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the offset of document %zu of the batch decreases", i + 1);
        if (offsets[i + 1] - offsets[i] > (uint64_t)INT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                  "a document has %llu tokens; Megatron stores at most 2^31-1",
                                  (unsigned long long)(offsets[i + 1] - offsets[i]));
        for (uint64_t at = offsets[i]; at < offsets[i + 1]; at++)
            if (ids[at] >= shards->vocabulary_size)
                return tkz__error_set(error, TKZ_STATUS_BAD_ID, NULL, TKZ__NO_OFFSET,
                                      "token id %u is not below the vocabulary size %u", ids[at],
                                      shards->vocabulary_size);
    }
    return TKZ_OK;
}

static tkz_status append_ids(tkz__token_shards *shards, const uint32_t *ids, uint64_t count,
                             tkz_error *error)
{
    const uint64_t block = STAGING / shards->width;
    for (uint64_t start = 0; start < count; start += block) {
        uint64_t size = count - start < block ? count - start : block;
        if (shards->width == 2)
            for (uint64_t i = 0; i < size; i++)
                tkz__store_u16(shards->staging + 2 * i, (uint16_t)ids[start + i]);
        else
            for (uint64_t i = 0; i < size; i++)
                tkz__store_u32(shards->staging + 4 * i, ids[start + i]);
        tkz__hash_stream_add(shards->hash, shards->staging, size * shards->width);
        tkz_status status =
            tkz__part_file_append(shards->bin, shards->staging, size * shards->width, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

static tkz_status append_document(tkz__token_shards *shards, const uint32_t *ids, uint64_t count,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    const tkz__shard_info *grown = tkz__shard_set_growing(&shards->set);
    if (grown != NULL && (grown->stored_size + count * shards->width > shards->shard_size ||
                          grown->records == MAX_DOCUMENTS))
        status = end_shard(shards, error);
    if (status == TKZ_OK && !shards->set.growing)
        status = begin_shard(shards, error);
    if (status == TKZ_OK)
        status = append_ids(shards, ids, count, error);
    if (status != TKZ_OK)
        return status;
    uint8_t length[4];
    tkz__store_u32(length, (uint32_t)count);
    status = tkz__part_file_append(shards->idx, length, sizeof length, error);
    if (status != TKZ_OK)
        return status;
    tkz__shard_info *info = tkz__shard_set_growing(&shards->set);
    info->records++;
    info->items += count;
    info->stored_size = tkz__part_file_length(shards->bin);
    return TKZ_OK;
}

tkz_status tkz__token_shards_append(tkz__token_shards *shards, const uint32_t *ids,
                                    const uint64_t *offsets, size_t count, tkz_error *error)
{
    tkz_status status = check_usable(shards, error);
    if (status == TKZ_OK)
        status = check_documents(shards, ids, offsets, count, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        uint64_t size = offsets[i + 1] - offsets[i];
        status = append_document(shards, size > 0 ? ids + offsets[i] : ids, size, error);
    }
    shards->poisoned = status != TKZ_OK;
    return status;
}

tkz_status tkz__token_shards_save(tkz__token_shards *shards, tkz__buffer *state, tkz_error *error)
{
    if (shards->poisoned)
        return check_usable(shards, error);
    tkz_status status = TKZ_OK;
    if (shards->set.growing) {
        status = tkz__part_file_sync(shards->bin, error);
        if (status == TKZ_OK)
            status = tkz__part_file_sync(shards->idx, error);
        shards->poisoned = status != TKZ_OK;
    }
    if (status != TKZ_OK)
        return status;
    uint64_t parameter = tkz__hash_u64(shards->shard_size) + shards->vocabulary_size;
    uint64_t digest = shards->set.growing ? tkz__hash_stream_digest(shards->hash) : 0;
    return tkz__shard_set_save(&shards->set, parameter, digest, state, error);
}

tkz_status tkz__token_shards_finish(tkz__token_shards *shards, tkz_error *error)
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

size_t tkz__token_shards_count(const tkz__token_shards *shards)
{
    return shards->set.count;
}

const tkz__shard_info *tkz__token_shards_at(const tkz__token_shards *shards, size_t index)
{
    return index < shards->set.count ? &shards->set.shards[index] : NULL;
}

void tkz__token_shards_free(tkz__token_shards *shards)
{
    if (shards == NULL)
        return;
    tkz__part_file_close(shards->bin, 0);
    tkz__part_file_close(shards->idx, 0);
    tkz__hash_stream_free(shards->hash);
    tkz__release(&shards->allocator, shards->staging, STAGING);
    tkz__shard_set_free(&shards->set);
    tkz_allocator allocator = shards->allocator;
    tkz__release(&allocator, shards, sizeof *shards);
}
