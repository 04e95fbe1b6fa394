/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes and reads manifest.json. Leans on jansson and on io's atomic files.
 */
#include "corpus/manifest.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/mapped_file.h"
#include "io/part_file.h"

/* SIZE_LIMIT: of a manifest that is read; a shard's entry has about 200 bytes. */
enum { MANIFEST_VERSION = 1, PATH_SIZE = 4096 };
static const uint64_t SIZE_LIMIT = UINT64_C(1) << 28;
static const char format_name[] = "libtokenize-manifest";

static const char *const kind_names[] = {"text", "tokens", "bad", "rejects", "tokenizer", "report"};
static const char *const own_names[] = {"format", "version", "tool", "files"};
enum {
    KIND_COUNT = sizeof kind_names / sizeof kind_names[0],
    OWN_COUNT = sizeof own_names / sizeof own_names[0],
};

/* A relative name that stays inside its directory. */
static bool is_safe_name(const char *name)
{
    if (name[0] == '\0' || name[0] == '/')
        return false;
    while (*name != '\0') {
        size_t size = strcspn(name, "/");
        if (size == 0 || (size == 1 && name[0] == '.') ||
            (size == 2 && name[0] == '.' && name[1] == '.'))
            return false;
        name += size;
        if (*name == '/' && *++name == '\0')
            return false;
    }
    return true;
}

/* ---- Writing ---------------------------------------------------------- */

static int set_hash(json_t *object, const char *name, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return json_object_set_new(object, name, json_string(text));
}

json_t *tkz__manifest_file_to_json(const tkz__manifest_file *file)
{
    const tkz__shard_info *info = &file->info;
    json_t *object = json_object();
    if (object == NULL)
        return NULL;
    int failed = json_object_set_new(object, "kind", json_string(kind_names[file->kind]));
    failed |= json_object_set_new(object, "name", json_string(info->name));
    failed |= json_object_set_new(object, "records", json_integer((json_int_t)info->records));
    failed |= json_object_set_new(object, "items", json_integer((json_int_t)info->items));
    failed |=
        json_object_set_new(object, "stored_size", json_integer((json_int_t)info->stored_size));
    failed |= set_hash(object, "content_xxh3", info->content_hash);
    if (file->kind == TKZ__MANIFEST_TOKENS) {
        failed |=
            json_object_set_new(object, "index_size", json_integer((json_int_t)info->index_size));
        failed |= set_hash(object, "index_xxh3", info->index_hash);
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static tkz_status check_file(const tkz__manifest_file *file, tkz_error *error)
{
    const tkz__shard_info *info = &file->info;
    uint64_t largest = info->records | info->items | info->stored_size | info->index_size;
    if ((unsigned)file->kind >= KIND_COUNT || largest > INT64_MAX ||
        memchr(info->name, '\0', sizeof info->name) == NULL || !is_safe_name(info->name))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, TKZ__MANIFEST_NAME,
                              TKZ__NO_OFFSET, "a file has a wrong kind, name or number");
    return TKZ_OK;
}

static tkz_status add_files(json_t *root, const tkz__manifest_file *files, size_t count,
                            tkz_error *error)
{
    json_t *list = json_array();
    if (json_object_set_new(root, "files", list) != 0)
        return tkz__error_memory(error, 64);
    for (size_t i = 0; i < count; i++) {
        tkz_status status = check_file(&files[i], error);
        if (status != TKZ_OK)
            return status;
        /* The names of files are bytes; JSON and its users want UTF-8. */
        json_t *name = json_string(files[i].info.name);
        if (name == NULL)
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, files[i].info.name,
                                  TKZ__NO_OFFSET, "the name of the file is not valid UTF-8");
        json_decref(name);
        if (json_array_append_new(list, tkz__manifest_file_to_json(&files[i])) != 0)
            return tkz__error_memory(error, 256);
    }
    return TKZ_OK;
}

static tkz_status add_header(json_t *root, const char *header, size_t header_size,
                             tkz_error *error)
{
    json_error_t detail;
    json_t *members = json_loadb(header, header_size, JSON_REJECT_DUPLICATES, &detail);
    if (members == NULL || !json_is_object(members)) {
        json_decref(members);
        return tkz__error_set(error, TKZ_STATUS_BAD_JSON, TKZ__MANIFEST_NAME, TKZ__NO_OFFSET,
                              "the header is not a JSON object");
    }
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < OWN_COUNT && status == TKZ_OK; i++)
        if (json_object_get(members, own_names[i]) != NULL)
            status = tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, TKZ__MANIFEST_NAME,
                                    TKZ__NO_OFFSET, "the header may not have the member \"%s\"",
                                    own_names[i]);
    if (status == TKZ_OK && json_object_update(root, members) != 0)
        status = tkz__error_memory(error, header_size);
    json_decref(members);
    return status;
}

static tkz_status make_root(json_t *root, const char *header, size_t header_size,
                            const tkz__manifest_file *files, size_t count, tkz_error *error)
{
    char tool[64];
    snprintf(tool, sizeof tool, "libtokenize %s", tkz_version());
    if (root == NULL || json_object_set_new(root, "format", json_string(format_name)) != 0 ||
        json_object_set_new(root, "version", json_integer(MANIFEST_VERSION)) != 0 ||
        json_object_set_new(root, "tool", json_string(tool)) != 0)
        return tkz__error_memory(error, 256);
    tkz_status status = add_header(root, header, header_size, error);
    if (status == TKZ_OK)
        status = add_files(root, files, count, error);
    return status;
}

static tkz_status write_root(const char *directory, const json_t *root, tkz_error *error)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", directory, TKZ__MANIFEST_NAME);
    if (length < 0 || length >= PATH_SIZE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, directory, TKZ__NO_OFFSET,
                              "the name of the directory is too long");
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    if (text == NULL)
        return tkz__error_memory(error, 4096);
    size_t size = strlen(text);
    text[size] = '\n'; /* over the NUL: the size is handed over */
    tkz_status status = tkz__file_write_atomic(path, text, size + 1, error);
    free(text);
    return status;
}

tkz_status tkz__manifest_write(const char *directory, const char *header, size_t header_size,
                               const tkz__manifest_file *files, size_t count, tkz_error *error)
{
    json_t *root = json_object();
    tkz_status status = make_root(root, header, header_size, files, count, error);
    if (status == TKZ_OK)
        status = write_root(directory, root, error);
    json_decref(root);
    return status;
}

/* ---- Reading ---------------------------------------------------------- */

static tkz_status bad_file(const char *path, size_t index, const char *member, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                          "\"%s\" of file %zu in the list is missing or wrong", member, index);
}

static bool read_count(const json_t *object, const char *name, uint64_t *value)
{
    const json_t *number = json_object_get(object, name);
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return false;
    *value = (uint64_t)json_integer_value(number);
    return true;
}

static bool read_hash(const json_t *object, const char *name, uint64_t *value)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text == NULL || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return false;
    *value = 0;
    for (size_t i = 0; i < 16; i++)
        *value = *value << 4 |
                 (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    return true;
}

static bool read_kind(const json_t *object, tkz__manifest_kind *kind)
{
    const char *text = json_string_value(json_object_get(object, "kind"));
    for (size_t i = 0; text != NULL && i < KIND_COUNT; i++) {
        if (strcmp(text, kind_names[i]) == 0) {
            *kind = (tkz__manifest_kind)i;
            return true;
        }
    }
    return false;
}

tkz_status tkz__manifest_file_from_json(const json_t *object, const char *path, size_t index,
                                        tkz__manifest_file *file, tkz_error *error)
{
    tkz__shard_info *info = &file->info;
    memset(file, 0, sizeof *file);
    if (!read_kind(object, &file->kind))
        return bad_file(path, index, "kind", error);
    const char *name = json_string_value(json_object_get(object, "name"));
    if (name == NULL || strlen(name) >= sizeof info->name || !is_safe_name(name))
        return bad_file(path, index, "name", error);
    memcpy(info->name, name, strlen(name) + 1);
    if (!read_count(object, "records", &info->records))
        return bad_file(path, index, "records", error);
    if (!read_count(object, "items", &info->items))
        return bad_file(path, index, "items", error);
    if (!read_count(object, "stored_size", &info->stored_size))
        return bad_file(path, index, "stored_size", error);
    if (!read_hash(object, "content_xxh3", &info->content_hash))
        return bad_file(path, index, "content_xxh3", error);
    if (file->kind == TKZ__MANIFEST_TOKENS && !read_count(object, "index_size", &info->index_size))
        return bad_file(path, index, "index_size", error);
    if (file->kind == TKZ__MANIFEST_TOKENS && !read_hash(object, "index_xxh3", &info->index_hash))
        return bad_file(path, index, "index_xxh3", error);
    return TKZ_OK;
}

static tkz_status check_root(const json_t *root, const char *path, tkz_error *error)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, format_name) != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                              "not a manifest: its \"format\" is not \"%s\"", format_name);
    const json_t *version = json_object_get(root, "version");
    if (!json_is_integer(version) || json_integer_value(version) != MANIFEST_VERSION)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, path, TKZ__NO_OFFSET,
                              "this release reads manifests of version %d only",
                              MANIFEST_VERSION);
    if (!json_is_array(json_object_get(root, "files")))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                              "the manifest has no list of files");
    return TKZ_OK;
}

static tkz_status read_root(tkz__manifest *manifest, const json_t *root, const char *path,
                            tkz_error *error)
{
    tkz_status status = check_root(root, path, error);
    if (status != TKZ_OK)
        return status;
    const json_t *list = json_object_get(root, "files");
    manifest->count = json_array_size(list);
    manifest->files =
        tkz__allocate_array(&manifest->allocator, manifest->count, sizeof *manifest->files);
    if (manifest->files == NULL)
        return tkz__error_memory(error, manifest->count * sizeof *manifest->files);
    for (size_t i = 0; i < manifest->count && status == TKZ_OK; i++)
        status = tkz__manifest_file_from_json(json_array_get(list, i), path, i,
                                              &manifest->files[i], error);
    return status;
}

tkz_status tkz__manifest_read(tkz__manifest *manifest, const char *path,
                              const tkz_allocator *allocator, tkz_error *error)
{
    memset(manifest, 0, sizeof *manifest);
    manifest->allocator = tkz__allocator_or_default(allocator);
    tkz_bytes text = {0};
    tkz_status status = tkz__file_read_all(path, SIZE_LIMIT, allocator, &text, error);
    if (status != TKZ_OK)
        return status;
    json_error_t detail;
    json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &detail);
    tkz_bytes_free(&text);
    if (root == NULL) {
        status = tkz__error_set(error, TKZ_STATUS_BAD_JSON, path, TKZ__NO_OFFSET, "%s",
                                detail.text);
        if (error != NULL && detail.line > 0)
            error->line = (uint32_t)detail.line;
        return status;
    }
    status = read_root(manifest, root, path, error);
    json_decref(root);
    if (status != TKZ_OK)
        tkz__manifest_free(manifest);
    return status;
}

void tkz__manifest_free(tkz__manifest *manifest)
{
    if (manifest->files != NULL)
        tkz__release_array(&manifest->allocator, manifest->files, manifest->count,
                           sizeof *manifest->files);
    manifest->files = NULL;
    manifest->count = 0;
}

tkz_status tkz__manifest_describe(const char *directory, const char *name, tkz__shard_info *info,
                                  tkz_error *error)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    memset(info, 0, sizeof *info);
    if (length < 0 || length >= PATH_SIZE || strlen(name) >= sizeof info->name)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, name, TKZ__NO_OFFSET,
                              "the name of the file is too long");
    memcpy(info->name, name, strlen(name) + 1);
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    info->stored_size = file.size;
    info->content_hash = tkz__hash64(file.data, file.size);
    tkz__mapped_file_close(&file);
    return TKZ_OK;
}
