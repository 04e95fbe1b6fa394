/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading lists of hosts into one text, in which a set finds them: 20 to 36 bytes a host beside its name. Leans on line_file,
 * sequence_set and url_host.
 */
#include "clean/host_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "clean/line_file.h"
#include "clean/sequence_set.h"
#include "clean/url_host.h"
#include "core/hash.h"

struct tkz__host_list {
    tkz__buffer names;    /* of the hosts, one behind the other */
    uint32_t *starts;     /* of each name, and behind them the end of the last */
    size_t start_capacity;
    size_t count;
    size_t longest; /* bytes of a name */
    tkz__sequence_set set;
    tkz_allocator allocator;
};

/* Swallow's ngurl.py, NG, in its order; "custom" is a list of its authors' own. */
static const char *const categories[] = {
    "adult",    "shopping",  "cryptojacking", "games",       "redirector", "strict_redirector", "vpn",
    "strong_redirector", "social_networks", "ddos", "gambling", "publicite", "bitcoin", "dating", "phishing",
    "filehosting", "agressif", "chat", "mixed_adult", "celebrity", "financial", "manga", "remote-control",
    "webmail", "malware", "doh", "warez", "custom"};
enum { CATEGORIES = sizeof categories / sizeof categories[0], NAME_SIZE = 32 };

static tkz__sequences names_of(const tkz__host_list *list)
{
    return (tkz__sequences){.data = list->names.data, .starts = list->starts, .words = 1};
}

/* ---- Lines of hosts ------------------------------------------------------ */

static tkz_status append_name(tkz__host_list *list, const char *line, size_t size, tkz_error *error)
{
    tkz_status status = tkz__append_small_letters(line, size, &list->names, error);
    if (status == TKZ_OK && list->names.size > UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET, "hosts may have 4 GiB in all");
    void *starts = list->starts;
    if (status == TKZ_OK)
        status = tkz__array_reserve(&list->allocator, &starts, &list->start_capacity, list->count + 2,
                                    sizeof *list->starts, error);
    if (status != TKZ_OK)
        return status;
    list->starts = starts;
    list->starts[++list->count] = (uint32_t)list->names.size;
    size_t added = list->names.size - list->starts[list->count - 1];
    list->longest = added > list->longest ? added : list->longest;
    return TKZ_OK;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static tkz_status add_line(void *context, const char *line, size_t size, tkz_error *error)
{
    tkz__host_list *list = context;
    while (size > 0 && is_space(line[size - 1]))
        size--;
    for (; size > 0 && is_space(line[0]); size--)
        line++;
    if (size == 0 || memchr(line, '/', size) != NULL)
        return TKZ_OK;
    return append_name(list, line, size, error);
}

/* Puts all names into the set; several are asked for ahead, since each is a wait for memory in a set of millions. */
static tkz_status fill_set(tkz__host_list *list, tkz_error *error)
{
    enum { AHEAD = 16 };
    uint64_t hashes[AHEAD];
    tkz__sequences names = names_of(list);
    tkz_status status = tkz__sequence_set_start(&list->set, list->count, error);
    for (size_t i = 0; i < list->count + AHEAD && status == TKZ_OK; i++) {
        if (i >= AHEAD)
            (void)tkz__sequence_set_add_hashed(&list->set, &names, (uint32_t)(i - AHEAD), hashes[i % AHEAD]);
        if (i < list->count)
            hashes[i % AHEAD] = tkz__sequence_set_hash(&list->set, &names, (uint32_t)i);
    }
    return status;
}

/* ---- Folders ------------------------------------------------------------- */

/* What "global_usage" says of the categories. */
typedef struct usage {
    char name[NAME_SIZE]; /* of the category that the lines are about; "": one that is not asked for */
    bool black[CATEGORIES];
} usage;

/* The word behind `key` at the beginning of a line: NULL where there is none. */
static const char *word_behind(const char *key, const char *line, size_t size, size_t *word_size)
{
    size_t at = strlen(key);
    if (size < at || memcmp(line, key, at) != 0)
        return NULL;
    while (at < size && is_space(line[at]))
        at++;
    size_t start = at;
    while (at < size && !is_space(line[at]))
        at++;
    *word_size = at - start;
    return at > start ? line + start : NULL;
}

static tkz_status read_usage(void *context, const char *line, size_t size, tkz_error *error)
{
    usage *own = context;
    size_t word_size;
    const char *word = word_behind("NAME:", line, size, &word_size);
    (void)error;
    if (word != NULL)
        (void)snprintf(own->name, sizeof own->name, "%.*s", word_size < NAME_SIZE ? (int)word_size : 0, word);
    word = word_behind("DEFAULT_TYPE:", line, size, &word_size);
    for (size_t i = 0; word != NULL && i < CATEGORIES; i++)
        if (strcmp(categories[i], own->name) == 0 && word_size == 5 && memcmp(word, "black", 5) == 0)
            own->black[i] = true;
    return TKZ_OK;
}

/* DIRECTORY/CATEGORY/NAME; without a category DIRECTORY/NAME. */
static tkz_status make_path(tkz__buffer *path, const char *directory, const char *category, const char *name,
                            tkz_error *error)
{
    tkz__buffer_clear(path);
    tkz_status status = tkz__buffer_append_format(path, error, "%s/%s%s%s", directory, category,
                                                  category[0] != '\0' ? "/" : "", name);
    return status == TKZ_OK ? tkz__buffer_append_byte(path, '\0', error) : status;
}

/* Reads a file that may be missing. */
static tkz_status read_if_there(const char *path, tkz_status (*add)(void *, const char *, size_t, tkz_error *),
                                void *context, bool *is_there, tkz_error *error)
{
    struct stat info;
    *is_there = stat(path, &info) == 0;
    return *is_there ? tkz__line_file_read(path, add, context, error) : TKZ_OK;
}

static tkz_status read_folder(tkz__host_list *list, const char *directory, bool compat, tkz_error *error)
{
    static const char *const files[] = {"domains", "urls"};
    usage own = {.name = ""};
    tkz__buffer path;
    bool is_told = false, is_there;
    tkz__buffer_init(&path, &list->allocator);
    tkz_status status = make_path(&path, directory, "", "global_usage", error);
    if (status == TKZ_OK)
        status = read_if_there((const char *)path.data, read_usage, &own, &is_told, error);
    for (size_t i = 0; i < 2 * CATEGORIES && status == TKZ_OK; i++) {
        const char *category = categories[i / 2];
        bool is_custom = i / 2 == CATEGORIES - 1;
        if ((is_told && !own.black[i / 2] && !is_custom) || (compat && strcmp(category, "mixed_adult") == 0))
            continue;
        status = make_path(&path, directory, category, files[i % 2], error);
        if (status == TKZ_OK)
            status = read_if_there((const char *)path.data, add_line, list, &is_there, error);
    }
    tkz__buffer_free(&path);
    if (status == TKZ_OK && list->count == 0)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, directory, TKZ__NO_OFFSET,
                                "there are no hosts in this folder; it has folders such as adult with a file \"domains\", one "
                                "host a line");
    return status;
}

/* ---- Life ---------------------------------------------------------------- */

static tkz_status read_hosts(tkz__host_list *list, const char *path, bool compat, tkz_error *error)
{
    struct stat info;
    void *starts = NULL;
    tkz_status status = tkz__array_reserve(&list->allocator, &starts, &list->start_capacity, 1,
                                           sizeof *list->starts, error);
    list->starts = starts;
    if (status != TKZ_OK)
        return status;
    list->starts[0] = 0;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return read_folder(list, path, compat, error);
    status = tkz__line_file_read(path, add_line, list, error);
    if (status == TKZ_OK && list->count == 0)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                "there are no hosts in this list; it has one a line");
    return status;
}

tkz_status tkz__host_list_open(tkz__host_list **list, const char *path, bool compat,
                               const tkz_allocator *allocator, tkz_error *error)
{
    *list = NULL;
    tkz__host_list *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    tkz__buffer_init(&made->names, allocator);
    tkz__sequence_set_init(&made->set, allocator);
    tkz_status status = read_hosts(made, path, compat, error);
    if (status == TKZ_OK)
        status = fill_set(made, error);
    if (status == TKZ_OK)
        *list = made;
    else
        tkz__host_list_free(made);
    return status;
}

void tkz__host_list_free(tkz__host_list *list)
{
    if (list == NULL)
        return;
    tkz_allocator allocator = list->allocator;
    tkz__buffer_free(&list->names);
    tkz__release_array(&allocator, list->starts, list->start_capacity, sizeof *list->starts);
    tkz__sequence_set_free(&list->set);
    tkz__release(&allocator, list, sizeof *list);
}

bool tkz__host_list_has(const tkz__host_list *list, const char *host, size_t size)
{
    tkz__sequences names = names_of(list);
    return tkz__sequence_set_find(&list->set, &names, host, size) != UINT32_MAX;
}

size_t tkz__host_list_longest(const tkz__host_list *list)
{
    return list->longest;
}

void tkz__host_list_hash(const tkz__host_list *list, char text[TKZ__FILE_HASH_SIZE])
{
    /* The names and where they end: without that, "a" and "bc" would be "ab" and "c". */
    const tkz__hash128 parts[] = {tkz__hash128_of(list->names.data, list->names.size),
                                  tkz__hash128_of(list->starts, (list->count + 1) * sizeof *list->starts)};
    tkz__hash128 hash = tkz__hash128_of(parts, sizeof parts);
    (void)snprintf(text, TKZ__FILE_HASH_SIZE, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}
