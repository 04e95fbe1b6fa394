/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, list and saved state of numbered shards, and the way back to a saved
 * state. Leans on buffer and POSIX directories.
 */
#include "corpus/shard_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"

/* "TKZS" read as a little-endian number. */
#define STATE_MAGIC UINT32_C(0x535a4b54)
enum { STATE_VERSION = 1, STATE_HEADER = 4 + 4 + 4 + 4 + 8 + 8 + 8, STATE_SHARD = 6 * 8 };

static const char part_suffix[] = ".part";

/* ---- The list --------------------------------------------------------- */

tkz_status tkz__shard_set_init(tkz__shard_set *set, const tkz__shard_kind *kind,
                               const char *directory, const char *prefix,
                               const tkz_allocator *allocator, tkz_error *error)
{
    memset(set, 0, sizeof *set);
    set->kind = kind;
    set->allocator = tkz__allocator_or_default(allocator);
    size_t longest = 0;
    for (size_t i = 0; i < kind->suffix_count; i++)
        if (strlen(kind->suffixes[i]) > longest)
            longest = strlen(kind->suffixes[i]);
    /* 21: a dash and the longest number. */
    if (strlen(prefix) + 21 + longest + 1 > sizeof set->shards->name || prefix[0] == '\0' ||
        strchr(prefix, '/') != NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, prefix, TKZ__NO_OFFSET,
                              "a shard prefix must be a file name of at most %zu bytes",
                              sizeof set->shards->name - 22 - longest);
    if (strlen(directory) + sizeof set->shards->name + sizeof part_suffix + 1 >
        TKZ__SHARD_PATH_SIZE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, directory, TKZ__NO_OFFSET,
                              "the name of the directory is too long");
    set->directory = tkz__duplicate(&set->allocator, directory, strlen(directory));
    set->prefix = tkz__duplicate(&set->allocator, prefix, strlen(prefix));
    if (set->directory == NULL || set->prefix == NULL) {
        tkz__shard_set_free(set);
        return tkz__error_memory(error, strlen(directory));
    }
    return TKZ_OK;
}

void tkz__shard_set_free(tkz__shard_set *set)
{
    if (set->directory != NULL)
        tkz__release(&set->allocator, set->directory, strlen(set->directory) + 1);
    if (set->prefix != NULL)
        tkz__release(&set->allocator, set->prefix, strlen(set->prefix) + 1);
    if (set->shards != NULL)
        tkz__release_array(&set->allocator, set->shards, set->capacity, sizeof *set->shards);
    memset(set, 0, sizeof *set);
}

void tkz__shard_set_path(const tkz__shard_set *set, size_t index, size_t suffix,
                         char path[TKZ__SHARD_PATH_SIZE])
{
    snprintf(path, TKZ__SHARD_PATH_SIZE, "%s/%s-%05zu%s", set->directory, set->prefix, index,
             set->kind->suffixes[suffix]);
}

tkz_status tkz__shard_set_begin(tkz__shard_set *set, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&set->allocator, (void **)&set->shards, &set->capacity, set->count + 1,
                           sizeof *set->shards, error);
    if (status != TKZ_OK)
        return status;
    tkz__shard_info *info = &set->shards[set->count];
    memset(info, 0, sizeof *info);
    snprintf(info->name, sizeof info->name, "%s-%05zu%s", set->prefix, set->count,
             set->kind->suffixes[0]);
    set->count++;
    set->growing = true;
    return TKZ_OK;
}

tkz__shard_info *tkz__shard_set_growing(const tkz__shard_set *set)
{
    return set->growing ? &set->shards[set->count - 1] : NULL;
}

/* ---- The state -------------------------------------------------------- */

static tkz_status save_shard(const tkz__shard_info *info, tkz__buffer *state, tkz_error *error)
{
    const uint64_t values[STATE_SHARD / 8] = {info->records,      info->items,
                                              info->stored_size,  info->content_hash,
                                              info->index_size,   info->index_hash};
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < STATE_SHARD / 8 && status == TKZ_OK; i++)
        status = tkz__buffer_append_u64(state, values[i], error);
    return status;
}

tkz_status tkz__shard_set_save(const tkz__shard_set *set, uint64_t parameter, uint64_t digest,
                               tkz__buffer *state, tkz_error *error)
{
    size_t start = state->size;
    tkz_status status = tkz__buffer_append_u32(state, STATE_MAGIC, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(state, STATE_VERSION, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(state, set->kind->number, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u32(state, set->growing ? 1 : 0, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(state, parameter, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(state, digest, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_u64(state, set->count, error);
    for (size_t i = 0; i < set->count && status == TKZ_OK; i++)
        status = save_shard(&set->shards[i], state, error);
    if (status == TKZ_OK) {
        uint64_t hash = tkz__hash64(state->data + start, state->size - start);
        status = tkz__buffer_append_u64(state, hash, error);
    }
    return status;
}

static tkz_status load_shard(tkz__shard_set *set, const uint8_t *data, tkz_error *error)
{
    tkz_status status = tkz__shard_set_begin(set, error);
    if (status != TKZ_OK)
        return status;
    tkz__shard_info *info = &set->shards[set->count - 1];
    info->records = tkz__load_u64(data);
    info->items = tkz__load_u64(data + 8);
    info->stored_size = tkz__load_u64(data + 16);
    info->content_hash = tkz__load_u64(data + 24);
    info->index_size = tkz__load_u64(data + 32);
    info->index_hash = tkz__load_u64(data + 40);
    return TKZ_OK;
}

static tkz_status bad_state(tkz_error *error, tkz_status status, const char *what)
{
    return tkz__error_set(error, status, "saved state of the shards", TKZ__NO_OFFSET, "%s", what);
}

tkz_status tkz__shard_set_load(tkz__shard_set *set, uint64_t parameter, const tkz__buffer *state,
                               uint64_t *digest, tkz_error *error)
{
    const uint8_t *data = state->data;
    if (state->size < STATE_HEADER + 8 || tkz__load_u32(data) != STATE_MAGIC)
        return bad_state(error, TKZ_STATUS_CORRUPT, "it is not the state of a shard writer");
    if (tkz__load_u32(data + 4) != STATE_VERSION)
        return bad_state(error, TKZ_STATUS_BAD_VERSION,
                         "it is of another version of libtokenize; start the run anew");
    size_t body = state->size - 8;
    uint64_t count = tkz__load_u64(data + 32);
    if (tkz__load_u64(data + body) != tkz__hash64(data, body) ||
        count != (body - STATE_HEADER) / STATE_SHARD || (body - STATE_HEADER) % STATE_SHARD != 0)
        return bad_state(error, TKZ_STATUS_CORRUPT, "its check sum is wrong");
    uint32_t growing = tkz__load_u32(data + 12);
    if (growing > 1 || (growing == 1 && count == 0))
        return bad_state(error, TKZ_STATUS_CORRUPT, "its list of shards is wrong");
    if (tkz__load_u32(data + 8) != set->kind->number || tkz__load_u64(data + 16) != parameter)
        return bad_state(error, TKZ_STATUS_INVALID_ARGUMENT,
                         "it belongs to a writer with other options");
    *digest = tkz__load_u64(data + 24);
    for (uint64_t i = 0; i < count; i++) {
        tkz_status status = load_shard(set, data + STATE_HEADER + i * STATE_SHARD, error);
        if (status != TKZ_OK)
            return status;
    }
    set->growing = growing == 1;
    return TKZ_OK;
}

/* ---- The directory ---------------------------------------------------- */

static tkz_status check_finished(const tkz__shard_set *set, size_t index, size_t suffix,
                                 uint64_t size, tkz_error *error)
{
    char path[TKZ__SHARD_PATH_SIZE];
    tkz__shard_set_path(set, index, suffix, path);
    struct stat info;
    if (stat(path, &info) != 0)
        return tkz__error_system(error, path, "inspect the shard finished earlier", errno);
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != size)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                              "the shard finished earlier has %llu bytes instead of %llu",
                              (unsigned long long)info.st_size, (unsigned long long)size);
    return TKZ_OK;
}

/* Gives a shard that took its final name after the state was saved its temporary name back.
 * Where both names exist, the temporary one is the newer work and the final one is left from an
 * older run. */
static tkz_status make_part_again(const tkz__shard_set *set, size_t index, size_t suffix,
                                  tkz_error *error)
{
    char path[TKZ__SHARD_PATH_SIZE], part[TKZ__SHARD_PATH_SIZE + sizeof part_suffix];
    tkz__shard_set_path(set, index, suffix, path);
    snprintf(part, sizeof part, "%s%s", path, part_suffix);
    struct stat info;
    if (stat(part, &info) == 0) {
        if (unlink(path) != 0 && errno != ENOENT)
            return tkz__error_system(error, path, "remove", errno);
        return TKZ_OK;
    }
    if (rename(path, part) != 0)
        return tkz__error_system(error, path, "rename the shard to continue it", errno);
    return TKZ_OK;
}

/* Whether `name` is PREFIX-NUMBER SUFFIX [.part] of this set; gives the number. */
static bool is_shard_name(const tkz__shard_set *set, const char *name, uint64_t *number)
{
    size_t prefix_size = strlen(set->prefix);
    if (strncmp(name, set->prefix, prefix_size) != 0 || name[prefix_size] != '-')
        return false;
    const char *digits = name + prefix_size + 1;
    size_t count = strspn(digits, "0123456789");
    if (count < 5 || count > 18 || (count > 5 && digits[0] == '0'))
        return false;
    *number = 0;
    for (size_t i = 0; i < count; i++)
        *number = *number * 10 + (uint64_t)(digits[i] - '0');
    const char *rest = digits + count;
    for (size_t i = 0; i < set->kind->suffix_count; i++) {
        size_t size = strlen(set->kind->suffixes[i]);
        if (strncmp(rest, set->kind->suffixes[i], size) == 0 &&
            (rest[size] == '\0' || strcmp(rest + size, part_suffix) == 0))
            return true;
    }
    return false;
}

/* Removes the files of shards with the number `first` or a higher one. */
static tkz_status remove_from(const tkz__shard_set *set, size_t first, tkz_error *error)
{
    DIR *directory = opendir(set->directory);
    if (directory == NULL)
        return tkz__error_system(error, set->directory, "open", errno);
    tkz_status status = TKZ_OK;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            if (errno != 0)
                status = tkz__error_system(error, set->directory, "read", errno);
            break;
        }
        uint64_t number;
        if (is_shard_name(set, entry->d_name, &number) && number >= first &&
            unlinkat(dirfd(directory), entry->d_name, 0) != 0 && errno != ENOENT) {
            status = tkz__error_system(error, entry->d_name, "remove", errno);
            break;
        }
    }
    closedir(directory);
    return status;
}

tkz_status tkz__shard_set_restore(const tkz__shard_set *set, tkz_error *error)
{
    size_t finished = set->growing ? set->count - 1 : set->count;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < finished && status == TKZ_OK; i++) {
        const tkz__shard_info *info = &set->shards[i];
        status = check_finished(set, i, 0, info->stored_size, error);
        if (status == TKZ_OK && set->kind->suffix_count > 1)
            status = check_finished(set, i, 1, info->index_size, error);
    }
    for (size_t suffix = 0;
         set->growing && suffix < set->kind->suffix_count && status == TKZ_OK; suffix++)
        status = make_part_again(set, finished, suffix, error);
    if (status == TKZ_OK)
        status = remove_from(set, set->count, error);
    return status;
}
