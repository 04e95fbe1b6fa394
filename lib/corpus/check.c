/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks what a run wrote against itself and against its manifest. Leans on
 * mapped files, zstd frames, the manifest and the token shard reader.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buffer.h"
#include "core/hash.h"
#include "core/mapped_file.h"
#include "corpus/manifest.h"
#include "corpus/megatron.h"
#include "io/zstd_frames.h"
#include "tokenize/corpus.h"

enum { PATH_SIZE = 4096 };

/* Skippable frames, one of which is the seek table, begin with 0x184D2A50 .. 0x184D2A5F (RFC
 * 8878, 3.1.2). */
#define SKIPPABLE_MAGIC UINT32_C(0x184D2A50)

/* A check under way. */
typedef struct checker {
    bool deep;
    tkz_allocator allocator;
    tkz_check_report *report;
} checker;

/* What reading a file of lines found. */
typedef struct line_counts {
    uint64_t records;
    uint64_t bytes;
    uint64_t hash;
} line_counts;

/* ---- Comparisons ------------------------------------------------------ */

static tkz_status compare_size(const char *path, uint64_t found, uint64_t listed, tkz_error *error)
{
    if (found == listed)
        return TKZ_OK;
    return tkz__error_set(error, found < listed ? TKZ_STATUS_TRUNCATED : TKZ_STATUS_CORRUPT, path,
                          TKZ__NO_OFFSET, "the file has %llu bytes, the manifest says %llu",
                          (unsigned long long)found, (unsigned long long)listed);
}

static tkz_status compare_count(const char *path, const char *what, uint64_t found,
                                uint64_t listed, tkz_error *error)
{
    if (found == listed)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_COUNTS_DISAGREE, path, TKZ__NO_OFFSET,
                          "the file has %llu %s, the manifest says %llu",
                          (unsigned long long)found, what, (unsigned long long)listed);
}

static tkz_status compare_hash(const char *path, uint64_t found, uint64_t listed, tkz_error *error)
{
    if (found == listed)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                          "the content has XXH3 %016llx, the manifest says %016llx",
                          (unsigned long long)found, (unsigned long long)listed);
}

/* Adds the file to an error that only knows an offset in it. */
static tkz_status name_file(tkz_status status, const char *path, uint64_t offset, tkz_error *error)
{
    if (status == TKZ_OK || status == TKZ_STATUS_OUT_OF_MEMORY || error == NULL)
        return status;
    tkz_error detail = *error;
    return tkz__error_set(error, status, path, offset, "%s", detail.message);
}

/* ---- Files of lines --------------------------------------------------- */

static uint64_t count_line_ends(const uint8_t *data, size_t size)
{
    uint64_t count = 0;
    const uint8_t *end = data + size;
    while (data < end && (data = memchr(data, '\n', (size_t)(end - data))) != NULL) {
        count++;
        data++;
    }
    return count;
}

/* The entries of the table must be those that the frames themselves give. */
static tkz_status compare_frames(const tkz__seek_table *table, const tkz__mapped_file *file,
                                 size_t frames_size, const char *path, const checker *check,
                                 tkz_error *error)
{
    tkz__seek_table real;
    tkz__seek_table_init(&real, &check->allocator);
    tkz_status status = tkz__seek_table_add(&real, file->data, frames_size, error);
    status = name_file(status, path, TKZ__NO_OFFSET, error);
    if (status == TKZ_OK && real.count != table->count)
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                "the seek table lists %zu frames, the file has %zu",
                                table->count, real.count);
    for (size_t i = 0; i < real.count && status == TKZ_OK; i++)
        if (memcmp(&real.entries[i], &table->entries[i], sizeof real.entries[i]) != 0)
            status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                    "the seek table is wrong about frame %zu", i);
    tkz__seek_table_free(&real);
    return status;
}

/* Decompresses every frame and counts what is in it. */
static tkz_status read_frames(const tkz__seek_table *table, const tkz__mapped_file *file,
                              const char *path, const checker *check, tkz__hash_stream *hash,
                              line_counts *counts, tkz_error *error)
{
    tkz__buffer content;
    tkz__buffer_init(&content, &check->allocator);
    tkz_status status = TKZ_OK;
    uint8_t last = '\n';
    size_t offset = 0;
    for (size_t i = 0; i < table->count && status == TKZ_OK; i++) {
        const tkz__seek_entry *entry = &table->entries[i];
        tkz__buffer_clear(&content);
        status = tkz__frame_decompress(file->data + offset, entry->stored_size,
                                       entry->content_size, &content, error);
        status = name_file(status, path, offset, error);
        if (status != TKZ_OK)
            break;
        tkz__hash_stream_add(hash, content.data, content.size);
        counts->records += count_line_ends(content.data, content.size);
        counts->bytes += content.size;
        if (content.size > 0)
            last = content.data[content.size - 1];
        offset += entry->stored_size;
    }
    tkz__buffer_free(&content);
    if (status == TKZ_OK && last != '\n')
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                "the last record has no line end");
    return status;
}

/* Where the frames must begin, by the table; each must begin as a frame with content. */
static tkz_status check_magic(const tkz__seek_table *table, const tkz__mapped_file *file,
                              const char *path, size_t *frames_size, tkz_error *error)
{
    size_t offset = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (table->entries[i].stored_size < 4 ||
            tkz__load_u32(file->data + offset) != TKZ__FRAME_MAGIC)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, offset,
                                  "no zstd frame begins where the seek table says so");
        offset += table->entries[i].stored_size;
    }
    *frames_size = offset;
    return TKZ_OK;
}

static tkz_status check_seekable(const checker *check, const char *path,
                                 const tkz__mapped_file *file, line_counts *counts,
                                 tkz_error *error)
{
    tkz__seek_table table;
    tkz__seek_table_init(&table, &check->allocator);
    size_t frames_size = 0;
    tkz_status status = tkz__seek_table_read(&table, file->data, file->size, error);
    status = name_file(status, path, TKZ__NO_OFFSET, error);
    if (status == TKZ_OK)
        status = check_magic(&table, file, path, &frames_size, error);
    if (status == TKZ_OK && check->deep)
        status = compare_frames(&table, file, frames_size, path, check, error);
    if (status == TKZ_OK && check->deep) {
        tkz__hash_stream *hash = tkz__hash_stream_new();
        if (hash == NULL) {
            status = tkz__error_memory(error, 1024);
        } else {
            status = read_frames(&table, file, path, check, hash, counts, error);
            counts->hash = tkz__hash_stream_digest(hash);
        }
        tkz__hash_stream_free(hash);
    } else if (status == TKZ_OK) {
        for (size_t i = 0; i < table.count; i++)
            counts->bytes += table.entries[i].content_size;
    }
    tkz__seek_table_free(&table);
    return status;
}

static bool is_zstd(const tkz__mapped_file *file)
{
    if (file->size < 4)
        return false;
    uint32_t magic = tkz__load_u32(file->data);
    return magic == TKZ__FRAME_MAGIC || (magic & UINT32_C(0xFFFFFFF0)) == SKIPPABLE_MAGIC;
}

/* JSON lines, compressed or plain. `listed` is NULL for a file of no manifest. */
static tkz_status check_lines(checker *check, const char *path, const tkz__shard_info *listed,
                              line_counts *counts, tkz_error *error)
{
    memset(counts, 0, sizeof *counts);
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    check->report->files++;
    check->report->bytes += file.size;
    if (listed != NULL)
        status = compare_size(path, file.size, listed->stored_size, error);
    if (status == TKZ_OK && is_zstd(&file)) {
        status = check_seekable(check, path, &file, counts, error);
    } else if (status == TKZ_OK) {
        counts->bytes = file.size;
        counts->records = check->deep ? count_line_ends(file.data, file.size) : 0;
        counts->hash = check->deep ? tkz__hash64(file.data, file.size) : 0;
    }
    tkz__mapped_file_close(&file);
    if (status == TKZ_OK && listed != NULL)
        status = compare_count(path, "bytes of content", counts->bytes, listed->items, error);
    if (status == TKZ_OK && listed != NULL && check->deep)
        status = compare_count(path, "records", counts->records, listed->records, error);
    if (status == TKZ_OK && listed != NULL && check->deep)
        status = compare_hash(path, counts->hash, listed->content_hash, error);
    return status;
}

/* ---- Token shards ----------------------------------------------------- */

/* Size of a file, and in a deep check its hash, against the manifest. */
static tkz_status check_bytes(checker *check, const char *path, bool hashed, uint64_t size,
                              uint64_t hash, tkz_error *error)
{
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    check->report->files++;
    check->report->bytes += file.size;
    status = compare_size(path, file.size, size, error);
    if (status == TKZ_OK && hashed)
        status = compare_hash(path, tkz__hash64(file.data, file.size), hash, error);
    tkz__mapped_file_close(&file);
    return status;
}

/* Reads every document; their tokens must be as many as the index says. */
static tkz_status read_documents(const checker *check, const tkz_token_shard *shard,
                                 const char *path, tkz_error *error)
{
    uint32_t *ids = NULL;
    size_t capacity = 0;
    uint64_t tokens = 0;
    tkz_status status = TKZ_OK;
    for (uint64_t i = 0; i < tkz_token_shard_document_count(shard) && status == TKZ_OK; i++) {
        size_t count;
        status = tkz_token_shard_document(shard, i, ids, capacity, &count, error);
        if (status == TKZ_OK && count > capacity) {
            status = tkz__array_reserve(&check->allocator, (void **)&ids, &capacity, count,
                                        sizeof *ids, error);
            if (status == TKZ_OK)
                status = tkz_token_shard_document(shard, i, ids, capacity, &count, error);
        }
        tokens += count;
    }
    if (ids != NULL)
        tkz__release_array(&check->allocator, ids, capacity, sizeof *ids);
    if (status == TKZ_OK && tokens != tkz_token_shard_token_count(shard))
        status = tkz__error_set(error, TKZ_STATUS_COUNTS_DISAGREE, path, TKZ__NO_OFFSET,
                                "the documents have %llu tokens, the sequences %llu",
                                (unsigned long long)tokens,
                                (unsigned long long)tkz_token_shard_token_count(shard));
    return status;
}

static tkz_status check_tokens(checker *check, const char *path, const tkz__shard_info *listed,
                               tkz_error *error)
{
    char index_path[PATH_SIZE];
    size_t size = strlen(path);
    memcpy(index_path, path, size + 1);
    memcpy(index_path + size - 4, ".idx", 5);
    tkz_status status = TKZ_OK;
    if (listed != NULL) {
        status = check_bytes(check, path, check->deep, listed->stored_size, listed->content_hash,
                             error);
        if (status == TKZ_OK)
            status = check_bytes(check, index_path, check->deep, listed->index_size,
                                 listed->index_hash, error);
    }
    tkz_token_shard *shard = NULL;
    if (status == TKZ_OK)
        status = tkz_token_shard_open(&shard, path, &check->allocator, error);
    if (status == TKZ_OK && listed != NULL)
        status = compare_count(index_path, "documents", tkz_token_shard_document_count(shard),
                               listed->records, error);
    if (status == TKZ_OK && listed != NULL)
        status = compare_count(index_path, "tokens", tkz_token_shard_token_count(shard),
                               listed->items, error);
    if (status == TKZ_OK && check->deep)
        status = read_documents(check, shard, path, error);
    if (status == TKZ_OK)
        check->report->tokens += tkz_token_shard_token_count(shard);
    tkz_token_shard_free(shard);
    return status;
}

/* ---- Manifests -------------------------------------------------------- */

static tkz_status check_listed(checker *check, const char *directory,
                               const tkz__manifest_file *file, tkz_error *error)
{
    char path[PATH_SIZE];
    line_counts counts;
    int length = snprintf(path, sizeof path, "%s%s", directory, file->info.name);
    if (length < 4 || length >= PATH_SIZE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, file->info.name, TKZ__NO_OFFSET,
                              "the name of the file is too long or too short");
    switch (file->kind) {
    case TKZ__MANIFEST_TEXT:
    case TKZ__MANIFEST_BAD:
    case TKZ__MANIFEST_REJECTS: {
        tkz_status status = check_lines(check, path, &file->info, &counts, error);
        if (status == TKZ_OK && file->kind == TKZ__MANIFEST_TEXT)
            check->report->documents += file->info.records;
        return status;
    }
    case TKZ__MANIFEST_TOKENS:
        return check_tokens(check, path, &file->info, error);
    case TKZ__MANIFEST_TOKENIZER:
    case TKZ__MANIFEST_REPORT:
        /* Small, and of no format this room knows: always read whole. */
        return check_bytes(check, path, true, file->info.stored_size, file->info.content_hash,
                           error);
    }
    return tkz__error_set(error, TKZ_STATUS_INTERNAL, path, TKZ__NO_OFFSET, "unknown kind");
}

/* The files lie in the directory of the manifest. */
static tkz_status check_manifest(checker *check, const char *path, tkz_error *error)
{
    char directory[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t size = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    memcpy(directory, path, size);
    directory[size] = '\0';

    tkz__manifest manifest;
    tkz_status status = tkz__manifest_read(&manifest, path, &check->allocator, error);
    if (status != TKZ_OK)
        return status;
    struct stat info;
    check->report->files++;
    if (stat(path, &info) == 0)
        check->report->bytes += (uint64_t)info.st_size;
    for (size_t i = 0; i < manifest.count && status == TKZ_OK; i++)
        status = check_listed(check, directory, &manifest.files[i], error);
    tkz__manifest_free(&manifest);
    return status;
}

/* ---- One file --------------------------------------------------------- */

static tkz_status count_file(checker *check, const char *path, tkz_error *error)
{
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    check->report->files++;
    check->report->bytes += file.size;
    tkz__mapped_file_close(&file);
    return TKZ_OK;
}

/* A token shard outside of a manifest, named by either of its files. */
static tkz_status check_lone_tokens(checker *check, const char *path, tkz_error *error)
{
    char other[PATH_SIZE];
    size_t size = strlen(path);
    memcpy(other, path, size - 4);
    memcpy(other + size - 4, ".bin", 5);
    tkz_status status = count_file(check, other, error);
    if (status != TKZ_OK)
        return status;
    memcpy(other + size - 4, ".idx", 5);
    status = count_file(check, other, error);
    if (status != TKZ_OK)
        return status;
    memcpy(other + size - 4, ".bin", 5);
    return check_tokens(check, other, NULL, error);
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text), suffix_size = strlen(suffix);
    return size > suffix_size && strcmp(text + size - suffix_size, suffix) == 0;
}

static bool has_index(const char *path)
{
    char other[PATH_SIZE];
    struct stat info;
    if (!ends_with(path, ".bin"))
        return false;
    snprintf(other, sizeof other, "%.*s.idx", (int)(strlen(path) - 4), path);
    return stat(other, &info) == 0;
}

/* What a file is, by its content; a .bin, which is nothing but ids, by the .idx beside it. */
typedef enum file_kind { IS_UNKNOWN, IS_TOKENS, IS_ZSTD, IS_JSON } file_kind;

static file_kind recognise(const tkz__mapped_file *file, const char *path)
{
    if (is_zstd(file))
        return IS_ZSTD;
    if ((ends_with(path, ".idx") && file->size >= TKZ__MEGATRON_MAGIC_SIZE &&
         memcmp(file->data, TKZ__MEGATRON_MAGIC, TKZ__MEGATRON_MAGIC_SIZE) == 0) ||
        has_index(path))
        return IS_TOKENS;
    size_t i = 0;
    while (i < file->size && (file->data[i] == ' ' || file->data[i] == '\n'))
        i++;
    return i < file->size && file->data[i] == '{' ? IS_JSON : IS_UNKNOWN;
}

static tkz_status check_file(checker *check, const char *path, tkz_error *error)
{
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    file_kind kind = recognise(&file, path);
    tkz__mapped_file_close(&file);
    line_counts counts;
    switch (kind) {
    case IS_ZSTD:
        status = check_lines(check, path, NULL, &counts, error);
        check->report->documents += counts.records;
        return status;
    case IS_TOKENS:
        return check_lone_tokens(check, path, error);
    case IS_JSON:
        return check_manifest(check, path, error);
    case IS_UNKNOWN:
        break;
    }
    return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                          "neither a manifest nor a shard of text or tokens; a tokenizer is "
                          "checked with the manifest that lists it, or by opening it");
}

tkz_status tkz_check(const char *path, int32_t deep, const tkz_allocator *allocator,
                     tkz_check_report *report, tkz_error *error)
{
    tkz_check_report unused;
    if (path == NULL || strlen(path) + sizeof TKZ__MANIFEST_NAME + 1 >= PATH_SIZE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, path, TKZ__NO_OFFSET,
                              "no path, or one that is too long");
    checker check = {deep != 0, tkz__allocator_or_default(allocator),
                     report != NULL ? report : &unused};
    memset(check.report, 0, sizeof *check.report);
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        char manifest[PATH_SIZE];
        snprintf(manifest, sizeof manifest, "%s/%s", path, TKZ__MANIFEST_NAME);
        return check_manifest(&check, manifest, error);
    }
    return check_file(&check, path, error);
}
