/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a dictionary: every file named if missing and checked before libmecab
 * sees it. Leans on the file readers and libmecab.
 */
#include "morph/dictionary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buffer.h"
#include "core/hash.h"

enum {
    PATH_CAPACITY = 4096,
    MATRIX_HEADER = 4, /* two 16-bit dimensions, then as many 16-bit costs as their product */
    /* libmecab copies the list of user dictionaries into 8192 bytes (mecab/src/tokenizer.cpp). */
    USER_LIST_CAPACITY = 8192,
};

void tkz__dictionary_retain(tkz_dictionary *dictionary)
{
    atomic_fetch_add(&dictionary->references, 1);
}

void tkz_dictionary_free(tkz_dictionary *dictionary)
{
    if (dictionary == NULL || atomic_fetch_sub(&dictionary->references, 1) != 1)
        return;
    if (dictionary->model != NULL)
        mecab_model_destroy(dictionary->model);
    for (size_t i = 0; i < dictionary->user_count; i++)
        tkz__compiled_dictionary_close(&dictionary->users[i]);
    tkz_allocator allocator = dictionary->allocator;
    tkz__release_array(&allocator, dictionary->users, dictionary->user_count,
                       sizeof *dictionary->users);
    tkz__char_property_close(&dictionary->property);
    tkz__mapped_file_close(&dictionary->matrix);
    tkz__compiled_dictionary_close(&dictionary->unknown);
    tkz__compiled_dictionary_close(&dictionary->system);
    if (dictionary->path != NULL)
        tkz__release(&allocator, dictionary->path, strlen(dictionary->path) + 1);
    tkz__release(&allocator, dictionary, sizeof *dictionary);
}

/* Writes the path of one file of the dictionary and says so if it is not there. */
static tkz_status find_file(char *path, const char *directory, const char *name, tkz_error *error)
{
    int length = snprintf(path, PATH_CAPACITY, "%s/%s", directory, name);
    if (length < 0 || length >= PATH_CAPACITY)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, directory, TKZ__NO_OFFSET,
                              "the path is longer than %d bytes", PATH_CAPACITY - 1);
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                              "%s is missing or cannot be read, so this is no compiled MeCab "
                              "dictionary. On Debian or Ubuntu: apt-get install "
                              "mecab-ipadic-utf8 (or mecab-jumandic-utf8, unidic-mecab); "
                              "mecab-dict-index compiles others",
                              name);
    return TKZ_OK;
}

static tkz_status open_compiled(tkz__compiled_dictionary *compiled,
                                const tkz_dictionary *dictionary, const char *name,
                                enum tkz__compiled_type type, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, name, error);
    if (status == TKZ_OK)
        status =
            tkz__compiled_dictionary_open(compiled, path, type, &dictionary->allocator, error);
    return status;
}

static tkz_status check_charset(const tkz__compiled_dictionary *compiled, const char *path,
                                tkz_error *error)
{
    if (tkz__compiled_dictionary_is_utf8(compiled))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                          "the dictionary is in charset \"%s\", only UTF-8 is supported. Debian's "
                          "packages whose names end in -utf8 are (mecab-ipadic-utf8, not "
                          "mecab-ipadic); mecab-dict-index -t utf-8 compiles others",
                          compiled->charset);
}

/* A dictionary whose ids or charset differ from the system dictionary's gives senseless words. */
static tkz_status check_belongs(const tkz_dictionary *dictionary,
                                const tkz__compiled_dictionary *compiled, const char *path,
                                tkz_error *error)
{
    const tkz__compiled_dictionary *system = &dictionary->system;
    if (compiled->left_size != system->left_size || compiled->right_size != system->right_size)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 16,
                              "compiled for another system dictionary: context ids %" PRIu32
                              "x%" PRIu32 ", but %s has %" PRIu32 "x%" PRIu32,
                              compiled->left_size, compiled->right_size, dictionary->path,
                              system->left_size, system->right_size);
    return check_charset(compiled, path, error);
}

static tkz_status open_matrix(tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, "matrix.bin", error);
    if (status == TKZ_OK)
        status = tkz__mapped_file_open(&dictionary->matrix, path, error);
    if (status != TKZ_OK)
        return status;
    const tkz__mapped_file *matrix = &dictionary->matrix;
    uint16_t dimensions[2] = {0, 0};
    if (matrix->size >= MATRIX_HEADER)
        memcpy(dimensions, matrix->data, MATRIX_HEADER);
    uint64_t expected = MATRIX_HEADER + 2 * (uint64_t)dimensions[0] * dimensions[1];
    if (matrix->size != expected || dimensions[0] == 0 || dimensions[1] == 0)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, 0,
                              "matrix.bin is damaged: %zu bytes, but a matrix of %ux%u has "
                              "%" PRIu64,
                              matrix->size, dimensions[0], dimensions[1], expected);
    if (dimensions[0] != dictionary->system.left_size ||
        dimensions[1] != dictionary->system.right_size)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, 0,
                              "matrix.bin (%ux%u) and sys.dic (%" PRIu32 "x%" PRIu32
                              ") are of two dictionaries",
                              dimensions[0], dimensions[1], dictionary->system.left_size,
                              dictionary->system.right_size);
    return TKZ_OK;
}

static tkz_status open_files(tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status =
        open_compiled(&dictionary->system, dictionary, "sys.dic", TKZ__COMPILED_SYSTEM, error);
    if (status == TKZ_OK)
        status = check_charset(&dictionary->system, dictionary->path, error);
    if (status == TKZ_OK)
        status = open_matrix(dictionary, error);
    if (status == TKZ_OK)
        status = find_file(path, dictionary->path, "char.bin", error);
    if (status == TKZ_OK)
        status = tkz__char_property_open(&dictionary->property, path, error);
    if (status == TKZ_OK)
        status = open_compiled(&dictionary->unknown, dictionary, "unk.dic", TKZ__COMPILED_UNKNOWN,
                               error);
    if (status == TKZ_OK)
        status = check_belongs(dictionary, &dictionary->unknown, "unk.dic", error);
    if (status == TKZ_OK)
        status = find_file(path, dictionary->path, "dicrc", error);
    return status;
}

static tkz_status open_users(tkz_dictionary *dictionary, const char *const *paths, size_t count,
                             tkz_error *error)
{
    if (count == 0)
        return TKZ_OK;
    dictionary->users =
        tkz__allocate_array(&dictionary->allocator, count, sizeof *dictionary->users);
    if (dictionary->users == NULL)
        return tkz__error_memory(error, count * sizeof *dictionary->users);
    memset(dictionary->users, 0, count * sizeof *dictionary->users);
    dictionary->user_count = count;
    for (size_t i = 0; i < count; i++) {
        tkz_status status = tkz__compiled_dictionary_open(
            &dictionary->users[i], paths[i], TKZ__COMPILED_USER, &dictionary->allocator, error);
        if (status == TKZ_OK)
            status = check_belongs(dictionary, &dictionary->users[i], paths[i], error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* libmecab takes the user dictionaries as one line of CSV: each path in quotes, quotes doubled. */
static tkz_status write_user_list(tkz__buffer *list, const char *const *paths, size_t count,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        status = tkz__buffer_append_text(list, i == 0 ? "\"" : ",\"", error);
        for (const char *c = paths[i]; *c != '\0' && status == TKZ_OK; c++) {
            if (*c == '"')
                status = tkz__buffer_append_byte(list, '"', error);
            if (status == TKZ_OK)
                status = tkz__buffer_append_byte(list, (uint8_t)*c, error);
        }
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(list, '"', error);
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(list, '\0', error);
    if (status == TKZ_OK && list->size > USER_LIST_CAPACITY - 1)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "user dictionaries", TKZ__NO_OFFSET,
                              "the paths of the user dictionaries take more than %d bytes",
                              USER_LIST_CAPACITY - 2);
    return status;
}

/* An empty rc file, an empty output format and a list of user dictionaries, empty or not, are given
 * explicitly: what is set here cannot be changed by dicrc or the environment. libmecab's message
 * is in a buffer of this thread (of the process where it was built without thread-local storage),
 * so it is read at once. */
static tkz_status make_model(tkz_dictionary *dictionary, tkz__buffer *user_list, tkz_error *error)
{
    char program[] = "mecab", rc_option[] = "-r", rc_file[] = "/dev/null", path_option[] = "-d";
    char user_option[] = "-u", format_option[] = "-O", format[] = "";
    char *arguments[] = {program,     rc_option,     rc_file,
                         path_option, dictionary->path, user_option,
                         (char *)user_list->data, format_option, format};
    dictionary->model = mecab_model_new(sizeof arguments / sizeof *arguments, arguments);
    if (dictionary->model != NULL)
        return TKZ_OK;
    const char *message = mecab_strerror(NULL);
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, dictionary->path, TKZ__NO_OFFSET,
                          "MeCab refuses the dictionary: %s",
                          message != NULL && *message != '\0' ? message : "no reason given");
}

static tkz_status fill_dictionary(tkz_dictionary *dictionary, const char *path,
                                  const char *const *user_paths, size_t user_count,
                                  tkz_error *error)
{
    dictionary->path = tkz__duplicate(&dictionary->allocator, path, strlen(path));
    if (dictionary->path == NULL)
        return tkz__error_memory(error, strlen(path) + 1);
    tkz_status status = open_files(dictionary, error);
    if (status == TKZ_OK)
        status = open_users(dictionary, user_paths, user_count, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer list;
    tkz__buffer_init(&list, &dictionary->allocator);
    status = write_user_list(&list, user_paths, user_count, error);
    if (status == TKZ_OK)
        status = make_model(dictionary, &list, error);
    tkz__buffer_free(&list);
    return status;
}

/* Turns the name of an installed dictionary into its directory; anything else is a directory. */
static tkz_status resolve_name(char *found, const char **path, tkz_error *error)
{
    if (strchr(*path, '/') != NULL)
        return TKZ_OK;
    tkz_status status = tkz_dictionary_find(*path, found, PATH_CAPACITY, error);
    struct stat info;
    if (status == TKZ_OK) {
        *path = found;
    } else if (stat(*path, &info) == 0 && S_ISDIR(info.st_mode)) {
        tkz_error_clear(error);
        status = TKZ_OK;
    }
    return status;
}

tkz_status tkz_dictionary_open(tkz_dictionary **dictionary, const char *path,
                               const char *const *user_paths, size_t user_count,
                               const tkz_allocator *allocator, tkz_error *error)
{
    *dictionary = NULL;
    if (path == NULL || *path == '\0' || (user_paths == NULL && user_count > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_dictionary_open",
                              TKZ__NO_OFFSET, "the path of a dictionary is needed");
    char found[PATH_CAPACITY];
    tkz_status status = resolve_name(found, &path, error);
    if (status != TKZ_OK)
        return status;

    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_dictionary *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    atomic_init(&made->references, 1);
    status = fill_dictionary(made, path, user_paths, user_count, error);
    if (status != TKZ_OK) {
        tkz_dictionary_free(made);
        return status;
    }
    *dictionary = made;
    return TKZ_OK;
}

static void add_file(tkz__hash_stream *stream, const tkz__mapped_file *file)
{
    tkz__hash_stream_add(stream, file->data, file->size);
}

tkz_status tkz_dictionary_describe(const tkz_dictionary *dictionary, tkz_dictionary_info *info,
                                   tkz_error *error)
{
    tkz__hash_stream *stream = tkz__hash_stream_new();
    if (stream == NULL)
        return tkz__error_memory(error, 0);
    info->path = dictionary->path;
    info->charset = "UTF-8";
    info->word_count = dictionary->system.word_count;
    info->left_size = dictionary->system.left_size;
    info->right_size = dictionary->system.right_size;
    add_file(stream, &dictionary->system.file);
    add_file(stream, &dictionary->matrix);
    add_file(stream, &dictionary->property.file);
    add_file(stream, &dictionary->unknown.file);
    for (size_t i = 0; i < dictionary->user_count; i++) {
        info->word_count += dictionary->users[i].word_count;
        add_file(stream, &dictionary->users[i].file);
    }
    info->hash = tkz__hash_stream_digest(stream);
    tkz__hash_stream_free(stream);
    return TKZ_OK;
}
