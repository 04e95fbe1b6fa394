/* SPDX-License-Identifier: Apache-2.0
 *
 * The output directory of a run as a place. Leans on io's part files and jansson.
 */
#include "pipeline/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "io/part_file.h"

enum { PATH_CAPACITY = 4096, JOURNAL_LIMIT = 1 << 30 };

tkz_status tkz__join_path(char *path, const char *directory, const char *name, tkz_error *error)
{
    int length = snprintf(path, PATH_CAPACITY, "%s/%s", directory, name);
    if (length < 0 || length >= PATH_CAPACITY)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, directory, TKZ__NO_OFFSET,
                              "the path is longer than %d bytes", PATH_CAPACITY);
    return TKZ_OK;
}

/* ---- Names that are ours --------------------------------------------------- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), size = strlen(suffix);
    return length >= size && strcmp(name + length - size, suffix) == 0;
}

/* True for what a run leaves in its directory, finished or not. */
static bool is_output_name(const char *name)
{
    static const char *const wholes[] = {"manifest.json", "tokenizer.tkz", "tokenizer.json", NULL};
    static const char *const prefixes[] = {"text-",       "tokens-", "rejects-",
                                           "duplicates-", "bad-",    "unencodable-", NULL};
    for (int i = 0; wholes[i] != NULL; i++) {
        if (strcmp(name, wholes[i]) == 0)
            return true;
    }
    for (int i = 0; prefixes[i] != NULL; i++) {
        size_t size = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], size) == 0 && name[size] >= '0' && name[size] <= '9')
            return has_suffix(name, ".zst") || has_suffix(name, ".bin") ||
                   has_suffix(name, ".idx") || has_suffix(name, ".part");
    }
    return false;
}

static bool is_work_name(const char *name)
{
    return strncmp(name, "staged.", 7) == 0 || strncmp(name, "signatures", 10) == 0 ||
           strncmp(name, "journal.json", 12) == 0 || strcmp(name, "lock") == 0;
}

/* True for what a process that was killed left half written beside such a file (atomic_file). */
static bool is_temporary_name(const char *name)
{
    char whole[PATH_CAPACITY];
    const char *end = strstr(name, ".tmp-");
    size_t size = end == NULL ? 0 : (size_t)(end - name);
    if (name[0] != '.' || size < 2 || size > sizeof whole)
        return false;
    memcpy(whole, name + 1, size - 1);
    whole[size - 1] = '\0';
    return is_output_name(whole) || is_work_name(whole);
}

/* Visits the names in `directory` that `ours` knows: counts them, or removes them. */
static uint64_t visit_names(const char *directory, bool (*ours)(const char *name), bool removing)
{
    uint64_t count = 0;
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return 0;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        char path[PATH_CAPACITY];
        if (!ours(entry->d_name) ||
            tkz__join_path(path, directory, entry->d_name, NULL) != TKZ_OK)
            continue;
        count++;
        if (removing)
            unlink(path);
    }
    closedir(stream);
    return count;
}

/* ---- Fingerprint ------------------------------------------------------------ */

/* What makes two runs the same one: tool, recipe, and the inputs by name, size and time of
 * change. */
static tkz_status fingerprint(tkz__journal *journal, const tkz_recipe *recipe, tkz_error *error)
{
    tkz__buffer bytes;
    tkz__buffer_init(&bytes, &recipe->allocator);
    journal->resumable = true;
    tkz_status status = tkz__buffer_append_format(&bytes, error, "%s\n%s\n", tkz_version(),
                                                  recipe->text);
    for (size_t i = 0; status == TKZ_OK && i < recipe->path_count; i++) {
        struct stat info;
        const char *path = recipe->paths[i];
        if (strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
            /* A pipe cannot be read again; a missing file fails later. */
            journal->resumable = false;
            continue;
        }
        status = tkz__buffer_append_format(&bytes, error, "%s %lld %lld.%09ld\n", path,
                                           (long long)info.st_size,
                                           (long long)info.st_mtim.tv_sec,
                                           info.st_mtim.tv_nsec);
    }
    journal->fingerprint = tkz__hash64(bytes.data, bytes.size);
    tkz__buffer_free(&bytes);
    return status;
}

/* ---- Directories and lock ----------------------------------------------------- */

static tkz_status make_directory(const char *path, tkz_error *error)
{
    char partial[PATH_CAPACITY];
    int length = snprintf(partial, sizeof partial, "%s", path);
    if (length <= 0 || length >= PATH_CAPACITY)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, path, TKZ__NO_OFFSET,
                              "the path is empty or too long");
    for (char *end = strchr(partial + 1, '/');; end = strchr(end + 1, '/')) {
        if (end != NULL)
            *end = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return tkz__error_system(error, partial, "make the directory", errno);
        if (end == NULL)
            break;
        *end = '/';
    }
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                              "this is not a directory");
    return TKZ_OK;
}

static tkz_status take_lock(tkz__journal *journal, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = tkz__join_path(path, journal->work, "lock", error);
    if (status != TKZ_OK)
        return status;
    journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (journal->lock < 0)
        return tkz__error_system(error, path, "open", errno);
    if (flock(journal->lock, LOCK_EX | LOCK_NB) != 0) {
        close(journal->lock);
        journal->lock = -1;
        return tkz__error_set(error, TKZ_STATUS_BUSY, journal->work, TKZ__NO_OFFSET,
                              "another run is working in this directory; wait for it or stop it");
    }
    return TKZ_OK;
}

/* ---- What is there -------------------------------------------------------------- */

static tkz_status load(tkz__journal *journal, json_t **found, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_bytes bytes = {0};
    *found = NULL;
    tkz_status status = tkz__join_path(path, journal->work, "journal.json", error);
    if (status != TKZ_OK || access(path, F_OK) != 0)
        return status;
    status = tkz__file_read_all(path, JOURNAL_LIMIT, NULL, &bytes, error);
    if (status == TKZ_OK)
        *found = json_loadb((const char *)bytes.data, bytes.size, 0, NULL);
    tkz_bytes_free(&bytes);
    return status;
}

static bool same_fingerprint(const tkz__journal *journal, const json_t *found)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, journal->fingerprint);
    const char *other = json_string_value(json_object_get(found, "fingerprint"));
    return journal->resumable && other != NULL && strcmp(text, other) == 0;
}

static tkz_status look_around(tkz__journal *journal, bool overwrite, tkz_error *error)
{
    char manifest[PATH_CAPACITY];
    json_t *found;
    tkz_status status = tkz__join_path(manifest, journal->directory, "manifest.json", error);
    if (status == TKZ_OK)
        status = load(journal, &found, error);
    if (status != TKZ_OK)
        return status;
    const char *trouble = NULL;
    if (access(manifest, F_OK) == 0)
        trouble = "the directory holds a finished run; choose another one, or --overwrite it";
    else if (found != NULL && !same_fingerprint(journal, found))
        trouble = "the directory holds an unfinished run of another recipe, other inputs or "
                  "standard input; choose another one, or --overwrite it";
    else if (found == NULL && visit_names(journal->directory, is_output_name, false) > 0)
        trouble = "the directory holds files under the names of outputs; choose another one, or "
                  "--overwrite it";
    if (trouble == NULL && !overwrite) {
        journal->saved = found;
        return TKZ_OK;
    }
    json_decref(found);
    if (!overwrite)
        return tkz__error_set(error, TKZ_STATUS_EXISTS, journal->directory, TKZ__NO_OFFSET, "%s",
                              trouble);
    unlink(manifest); /* first: without it nothing else counts as finished */
    visit_names(journal->directory, is_output_name, true);
    visit_names(journal->work, is_work_name, true);
    close(journal->lock);
    journal->lock = -1;
    return take_lock(journal, error);
}

tkz_status tkz__journal_open(tkz__journal *journal, const tkz_recipe *recipe, bool overwrite,
                             tkz_error *error)
{
    char work[PATH_CAPACITY];
    memset(journal, 0, sizeof *journal);
    journal->lock = -1;
    tkz_status status = fingerprint(journal, recipe, error);
    if (status == TKZ_OK && recipe->directory != NULL) {
        journal->directory = strdup(recipe->directory);
        status = make_directory(recipe->directory, error);
    }
    if (status == TKZ_OK && recipe->work != NULL)
        journal->work = strdup(recipe->work);
    else if (status == TKZ_OK && recipe->directory != NULL) {
        status = tkz__join_path(work, recipe->directory, "work", error);
        if (status == TKZ_OK)
            journal->work = strdup(work);
    }
    if (status == TKZ_OK && journal->work != NULL) {
        journal->made_work = access(journal->work, F_OK) != 0 || recipe->work == NULL;
        status = make_directory(journal->work, error);
        if (status == TKZ_OK)
            status = take_lock(journal, error);
    }
    if (status == TKZ_OK && journal->directory != NULL)
        status = look_around(journal, overwrite, error);
    if (status == TKZ_OK && journal->directory != NULL) {
        /* The lock says that nobody is writing them any more. */
        visit_names(journal->directory, is_temporary_name, true);
        visit_names(journal->work, is_temporary_name, true);
    }
    if (status != TKZ_OK) {
        char lock[PATH_CAPACITY];
        if (journal->lock >= 0 && tkz__join_path(lock, journal->work, "lock", NULL) == TKZ_OK) {
            unlink(lock); /* leave a foreign directory as it was found */
            rmdir(journal->work);
        }
        tkz__journal_close(journal);
    }
    return status;
}

tkz_status tkz__journal_save(tkz__journal *journal, json_t *state, tkz_error *error)
{
    if (journal->directory == NULL)
        return TKZ_OK;
    char path[PATH_CAPACITY], text[17];
    tkz_status status = tkz__join_path(path, journal->work, "journal.json", error);
    if (status != TKZ_OK)
        return status;
    snprintf(text, sizeof text, "%016" PRIx64, journal->fingerprint);
    json_object_set_new(state, "fingerprint", json_string(text));
    char *dump = json_dumps(state, JSON_COMPACT);
    if (dump == NULL)
        return tkz__error_memory(error, 0);
    status = tkz__file_write_atomic(path, dump, strlen(dump), error);
    free(dump);
    return status;
}

void tkz__journal_remove_work(tkz__journal *journal)
{
    if (journal->work == NULL)
        return;
    visit_names(journal->work, is_work_name, true);
    if (journal->made_work)
        rmdir(journal->work);
}

void tkz__journal_close(tkz__journal *journal)
{
    if (journal->lock >= 0)
        close(journal->lock);
    free(journal->directory);
    free(journal->work);
    json_decref(journal->saved);
    memset(journal, 0, sizeof *journal);
    journal->lock = -1;
}
