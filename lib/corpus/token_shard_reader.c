/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads Megatron .bin/.idx pairs, trusting nothing in them. Leans on mapped files.
 */
#include <string.h>

#include <stdbool.h>

#include "core/buffer.h"
#include "core/mapped_file.h"
#include "corpus/megatron.h"
#include "tokenize/corpus.h"

struct tkz_token_shard {
    tkz__mapped_file idx;
    tkz__mapped_file bin;
    uint32_t width; /* bytes of an id */
    uint64_t sequences;
    uint64_t documents;
    uint64_t tokens;
    const uint8_t *lengths;          /* i32 for each sequence */
    const uint8_t *pointers;         /* i64 for each sequence: bytes in the .bin */
    const uint8_t *document_indexes; /* i64 for each document, and one more */
    char *path;                      /* of the .idx, for messages */
    size_t path_size;
    tkz_allocator allocator;
};

static tkz_status corrupt(const tkz_token_shard *shard, tkz_error *error, uint64_t offset,
                          const char *what)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, shard->path, offset, "%s", what);
}

/* ---- Opening ---------------------------------------------------------- */

/* Finds the tables in the .idx: the counts of its header must account for every byte. */
static tkz_status read_header(tkz_token_shard *shard, tkz_error *error)
{
    const uint8_t *data = shard->idx.data;
    if (shard->idx.size < TKZ__MEGATRON_HEADER_SIZE ||
        memcmp(data, TKZ__MEGATRON_MAGIC, TKZ__MEGATRON_MAGIC_SIZE) != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, shard->path, 0,
                              "not a Megatron index: it does not begin with MMIDIDX");
    if (tkz__load_u64(data + TKZ__MEGATRON_VERSION_AT) != TKZ__MEGATRON_VERSION)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, shard->path,
                              TKZ__MEGATRON_VERSION_AT,
                              "version %llu of the Megatron index is not supported, only 1",
                              (unsigned long long)tkz__load_u64(data + TKZ__MEGATRON_VERSION_AT));
    uint8_t type = data[TKZ__MEGATRON_TYPE_AT];
    if (type != TKZ__MEGATRON_INT32 && type != TKZ__MEGATRON_UINT16)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, shard->path, TKZ__MEGATRON_TYPE_AT,
                              "element type %u is not supported, only 4 (int32) and 8 (uint16)",
                              type);
    shard->width = type == TKZ__MEGATRON_UINT16 ? 2 : 4;

    uint64_t body = shard->idx.size - TKZ__MEGATRON_HEADER_SIZE;
    uint64_t sequences = tkz__load_u64(data + TKZ__MEGATRON_SEQUENCES_AT);
    uint64_t indexes = tkz__load_u64(data + TKZ__MEGATRON_DOCUMENTS_AT);
    if (sequences > body / 12 || indexes > body / 8 || indexes == 0)
        return corrupt(shard, error, TKZ__MEGATRON_SEQUENCES_AT,
                       "the counts in the header do not fit the size of the file");
    uint64_t expected = sequences * 12 + indexes * 8;
    if (body == expected + sequences && sequences > 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, shard->path, TKZ__NO_OFFSET,
                              "multimodal Megatron indexes are not supported");
    if (body != expected)
        return corrupt(shard, error, TKZ__MEGATRON_SEQUENCES_AT,
                       "the counts in the header do not add up to the size of the file");
    shard->sequences = sequences;
    shard->documents = indexes - 1;
    shard->lengths = data + TKZ__MEGATRON_HEADER_SIZE;
    shard->pointers = shard->lengths + 4 * sequences;
    shard->document_indexes = shard->pointers + 8 * sequences;
    return TKZ_OK;
}

/* Bytes and place in the .bin of a sequence; false when they are not inside it. */
static bool locate(const tkz_token_shard *shard, uint64_t sequence, uint64_t *start,
                   uint64_t *size)
{
    uint32_t length = tkz__load_u32(shard->lengths + 4 * sequence);
    if (length > (uint32_t)INT32_MAX)
        return false;
    *start = tkz__load_u64(shard->pointers + 8 * sequence);
    *size = (uint64_t)length * shard->width;
    return *start <= shard->bin.size && *size <= shard->bin.size - *start;
}

static tkz_status check_sequences(tkz_token_shard *shard, tkz_error *error)
{
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < shard->sequences; i++) {
        uint64_t start, size;
        if (!locate(shard, i, &start, &size))
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, shard->path,
                                  (uint64_t)(shard->lengths - shard->idx.data) + 4 * i,
                                  "sequence %llu lies outside the .bin file",
                                  (unsigned long long)i);
        bytes += size; /* at most 2^33 for each 12 bytes of file: no overflow */
    }
    if (bytes != shard->bin.size)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, shard->path, TKZ__NO_OFFSET,
                              "the sequences have %llu bytes, but the .bin file has %zu",
                              (unsigned long long)bytes, shard->bin.size);
    shard->tokens = bytes / shard->width;
    return TKZ_OK;
}

static tkz_status check_document_indexes(const tkz_token_shard *shard, tkz_error *error)
{
    uint64_t before = 0;
    for (uint64_t i = 0; i <= shard->documents; i++) {
        uint64_t index = tkz__load_u64(shard->document_indexes + 8 * i);
        if (index < before || index > shard->sequences || (i == 0 && index != 0))
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, shard->path,
                                  (uint64_t)(shard->document_indexes - shard->idx.data) + 8 * i,
                                  "document index %llu is out of order", (unsigned long long)i);
        before = index;
    }
    if (before != shard->sequences)
        return corrupt(shard, error, TKZ__NO_OFFSET,
                       "the documents do not cover all sequences");
    return TKZ_OK;
}

static bool has_suffix(const char *text, size_t size, const char *suffix)
{
    size_t suffix_size = strlen(suffix);
    return size >= suffix_size && memcmp(text + size - suffix_size, suffix, suffix_size) == 0;
}

/* Maps both files; `path` ends as the name of the .idx. */
static tkz_status map_files(tkz_token_shard *shard, const char *prefix, tkz_error *error)
{
    size_t size = strlen(prefix);
    if (has_suffix(prefix, size, ".bin") || has_suffix(prefix, size, ".idx"))
        size -= 4;
    shard->path_size = size + 5;
    shard->path = tkz__allocate(&shard->allocator, shard->path_size);
    if (shard->path == NULL)
        return tkz__error_memory(error, shard->path_size);
    memcpy(shard->path, prefix, size);
    memcpy(shard->path + size, ".bin", 5);
    tkz_status status = tkz__mapped_file_open(&shard->bin, shard->path, error);
    memcpy(shard->path + size, ".idx", 5);
    if (status == TKZ_OK)
        status = tkz__mapped_file_open(&shard->idx, shard->path, error);
    return status;
}

tkz_status tkz_token_shard_open(tkz_token_shard **shard, const char *prefix,
                                const tkz_allocator *allocator, tkz_error *error)
{
    if (shard == NULL || prefix == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "no name of a shard was given");
    *shard = NULL;
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_token_shard *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    tkz_status status = map_files(made, prefix, error);
    if (status == TKZ_OK)
        status = read_header(made, error);
    if (status == TKZ_OK)
        status = check_sequences(made, error);
    if (status == TKZ_OK)
        status = check_document_indexes(made, error);
    if (status != TKZ_OK) {
        tkz_token_shard_free(made);
        return status;
    }
    *shard = made;
    return TKZ_OK;
}

void tkz_token_shard_free(tkz_token_shard *shard)
{
    if (shard == NULL)
        return;
    tkz__mapped_file_close(&shard->idx);
    tkz__mapped_file_close(&shard->bin);
    tkz_allocator allocator = shard->allocator;
    tkz__release(&allocator, shard->path, shard->path_size);
    tkz__release(&allocator, shard, sizeof *shard);
}

/* ---- Reading ---------------------------------------------------------- */

uint64_t tkz_token_shard_document_count(const tkz_token_shard *shard)
{
    return shard->documents;
}

uint64_t tkz_token_shard_token_count(const tkz_token_shard *shard)
{
    return shard->tokens;
}

static tkz_status copy_sequence(const tkz_token_shard *shard, uint64_t start, uint64_t size,
                                uint32_t *ids, tkz_error *error)
{
    if (size == 0)
        return TKZ_OK; /* an empty .bin is not even mapped */
    const uint8_t *data = shard->bin.data + start;
    uint64_t count = size / shard->width;
    for (uint64_t i = 0; i < count; i++) {
        ids[i] = shard->width == 2 ? tkz__load_u16(data + 2 * i) : tkz__load_u32(data + 4 * i);
        if (ids[i] > (uint32_t)INT32_MAX)
            return corrupt(shard, error, TKZ__NO_OFFSET, "the .bin file holds a negative id");
    }
    return TKZ_OK;
}

/* The range of sequences of a document. Checked again: the files are mapped, and may have been
 * changed. */
static tkz_status find_sequences(const tkz_token_shard *shard, uint64_t index, uint64_t *first,
                                 uint64_t *end, tkz_error *error)
{
    if (index >= shard->documents)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, shard->path, TKZ__NO_OFFSET,
                              "there is no document %llu, only %llu of them",
                              (unsigned long long)index, (unsigned long long)shard->documents);
    *first = tkz__load_u64(shard->document_indexes + 8 * index);
    *end = tkz__load_u64(shard->document_indexes + 8 * index + 8);
    if (*first > *end || *end > shard->sequences)
        return corrupt(shard, error, TKZ__NO_OFFSET, "the index was changed while in use");
    return TKZ_OK;
}

tkz_status tkz_token_shard_document(const tkz_token_shard *shard, uint64_t index, uint32_t *ids,
                                    size_t capacity, size_t *count, tkz_error *error)
{
    *count = 0;
    uint64_t first = 0, end = 0, start, size;
    tkz_status status = find_sequences(shard, index, &first, &end, error);
    if (status != TKZ_OK)
        return status;
    uint64_t total = 0;
    for (uint64_t i = first; i < end; i++) {
        if (!locate(shard, i, &start, &size))
            return corrupt(shard, error, TKZ__NO_OFFSET, "the index was changed while in use");
        total += size / shard->width;
    }
    if (total > SIZE_MAX / sizeof *ids)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, shard->path, TKZ__NO_OFFSET,
                              "the document is too long for this machine");
    *count = (size_t)total;
    if (total > capacity)
        return TKZ_OK;
    size_t done = 0;
    for (uint64_t i = first; i < end; i++) {
        if (!locate(shard, i, &start, &size) || size / shard->width > capacity - done)
            return corrupt(shard, error, TKZ__NO_OFFSET, "the index was changed while in use");
        status = copy_sequence(shard, start, size, ids + done, error);
        if (status != TKZ_OK)
            return status;
        done += (size_t)(size / shard->width);
    }
    return TKZ_OK;
}
