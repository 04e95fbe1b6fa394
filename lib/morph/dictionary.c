/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a dictionary: every file named if missing, mapped and checked. Leans on
 * the file readers.
 */
#include "morph/dictionary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"

enum {
    PATH_CAPACITY = 4096,
    MATRIX_HEADER = 4, /* two 16-bit dimensions, then as many 16-bit costs as their product */
};

void tkz__dictionary_retain(tkz_dictionary *dictionary)
{
    atomic_fetch_add(&dictionary->references, 1);
}

static void release_text(const tkz_allocator *allocator, char *text)
{
    if (text != NULL)
        tkz__release(allocator, text, strlen(text) + 1);
}

void tkz_dictionary_free(tkz_dictionary *dictionary)
{
    if (dictionary == NULL || atomic_fetch_sub(&dictionary->references, 1) != 1)
        return;
    tkz_allocator allocator = dictionary->allocator;
    for (size_t i = 0; i < dictionary->lexicon_count; i++)
        tkz__compiled_dictionary_close(&dictionary->lexicons[i]);
    tkz__release_array(&allocator, dictionary->lexicons, dictionary->lexicon_count,
                       sizeof *dictionary->lexicons);
    tkz__dictionary_image_close(&dictionary->image);
    tkz__mapped_file_close(&dictionary->settings);
    tkz__char_property_close(&dictionary->property);
    tkz__mapped_file_close(&dictionary->matrix);
    tkz__compiled_dictionary_close(&dictionary->unknown);
    release_text(&allocator, dictionary->bos_feature);
    release_text(&allocator, dictionary->unknown_feature);
    release_text(&allocator, dictionary->path);
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

/* Finds out how a file's surfaces are cut into characters. */
static tkz_status find_charset(const tkz__compiled_dictionary *compiled, const char *path,
                               tkz__local_charset *charset, tkz_error *error)
{
    if (tkz__local_charset_find(compiled->charset, charset))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                          "the dictionary is in charset \"%s\"; UTF-8, EUC-JP, Shift_JIS and ASCII "
                          "are supported. mecab-dict-index -t utf-8 compiles others",
                          compiled->charset);
}

/* A dictionary whose ids or charset differ from the system dictionary's gives senseless words. */
static tkz_status check_belongs(const tkz_dictionary *dictionary,
                                const tkz__compiled_dictionary *compiled, const char *path,
                                tkz_error *error)
{
    const tkz__compiled_dictionary *system = &dictionary->lexicons[0];
    if (compiled->left_size != system->left_size || compiled->right_size != system->right_size)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 16,
                              "compiled for another system dictionary: context ids %" PRIu32
                              "x%" PRIu32 ", but %s has %" PRIu32 "x%" PRIu32,
                              compiled->left_size, compiled->right_size, dictionary->path,
                              system->left_size, system->right_size);
    tkz__local_charset charset = dictionary->property.charset;
    tkz_status status = find_charset(compiled, path, &charset, error);
    if (status == TKZ_OK && charset != dictionary->property.charset)
        status = tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                                "in charset %s, but %s is in %s; mecab-dict-index -t compiles it in "
                                "that one",
                                tkz__local_charset_name(charset), dictionary->path,
                                tkz__local_charset_name(dictionary->property.charset));
    return status;
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
    const tkz__compiled_dictionary *system = &dictionary->lexicons[0];
    if (dimensions[0] != system->left_size || dimensions[1] != system->right_size)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, 0,
                              "matrix.bin (%ux%u) and sys.dic (%" PRIu32 "x%" PRIu32
                              ") are of two dictionaries",
                              dimensions[0], dimensions[1], system->left_size,
                              system->right_size);
    dictionary->costs = (const int16_t *)(matrix->data + MATRIX_HEADER);
    dictionary->left_size = system->left_size;
    dictionary->right_size = system->right_size;
    return TKZ_OK;
}

/* Finds the words of unknown text, whose surfaces in unk.dic are the names of the categories. */
static tkz_status find_unknown_words(tkz_dictionary *dictionary, tkz_error *error)
{
    for (uint32_t i = 0; i < dictionary->property.category_count; i++) {
        const char *name = tkz__char_property_name(&dictionary->property, i);
        tkz__word_match *words = &dictionary->unknown_words[i];
        if (!tkz__compiled_dictionary_find_exact(&dictionary->unknown, name, strlen(name), words) ||
            words->count == 0)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, "unk.dic", TKZ__NO_OFFSET,
                                  "char.bin and unk.dic are of two dictionaries: unk.dic has no "
                                  "word for the category \"%s\"",
                                  name);
    }
    return TKZ_OK;
}

static tkz_status open_unknown(tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, "char.bin", error);
    if (status == TKZ_OK)
        status = tkz__char_property_open(&dictionary->property, path, error);
    if (status == TKZ_OK)
        status = find_charset(&dictionary->lexicons[0], dictionary->path,
                              &dictionary->property.charset, error);
    if (status == TKZ_OK)
        status = open_compiled(&dictionary->unknown, dictionary, "unk.dic", TKZ__COMPILED_UNKNOWN,
                               error);
    if (status == TKZ_OK)
        status = check_belongs(dictionary, &dictionary->unknown, "unk.dic", error);
    return status == TKZ_OK ? find_unknown_words(dictionary, error) : status;
}

/* Copies the value of a setting; `*text` stays NULL where it is missing or empty. */
static tkz_status copy_setting(const tkz_dictionary *dictionary, const char *key, char **text,
                               tkz_error *error)
{
    tkz__dictionary_setting setting;
    if (!tkz__dictionary_find_setting(dictionary, key, &setting) || setting.size == 0 ||
        setting.value[0] == '\0')
        return TKZ_OK;
    size_t size = strnlen(setting.value, setting.size);
    *text = tkz__duplicate(&dictionary->allocator, setting.value, size);
    return *text != NULL ? TKZ_OK : tkz__error_memory(error, size + 1);
}

static tkz_status open_settings(tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, "dicrc", error);
    if (status == TKZ_OK)
        status = tkz__mapped_file_open(&dictionary->settings, path, error);
    if (status == TKZ_OK)
        status = tkz__dictionary_check_settings(dictionary, path, error);
    if (status == TKZ_OK)
        status = copy_setting(dictionary, "bos-feature", &dictionary->bos_feature, error);
    if (status == TKZ_OK && dictionary->bos_feature == NULL)
        status = tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                                "dicrc does not set bos-feature, which MeCab needs");
    if (status == TKZ_OK)
        status = copy_setting(dictionary, "unk-feature", &dictionary->unknown_feature, error);
    return status;
}

/* Makes room for the dictionaries and maps the system dictionary. */
static tkz_status map_system(tkz_dictionary *dictionary, size_t user_count, tkz_error *error)
{
    size_t count = user_count + 1;
    dictionary->lexicons =
        tkz__allocate_array(&dictionary->allocator, count, sizeof *dictionary->lexicons);
    if (dictionary->lexicons == NULL)
        return tkz__error_memory(error, count * sizeof *dictionary->lexicons);
    memset(dictionary->lexicons, 0, count * sizeof *dictionary->lexicons);
    dictionary->lexicon_count = count;
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, "sys.dic", error);
    if (status == TKZ_OK)
        status = tkz__compiled_dictionary_map(&dictionary->lexicons[0], path,
                                              TKZ__COMPILED_SYSTEM, error);
    return status;
}

static tkz_status open_users(tkz_dictionary *dictionary, const char *const *paths,
                             tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 1; i < dictionary->lexicon_count && status == TKZ_OK; i++) {
        tkz__compiled_dictionary *user = &dictionary->lexicons[i];
        status = tkz__compiled_dictionary_open(user, paths[i - 1], TKZ__COMPILED_USER,
                                               &dictionary->allocator, error);
        if (status == TKZ_OK)
            status = check_belongs(dictionary, user, paths[i - 1], error);
    }
    return status;
}

/* ---- The derived image ---- */

static void add_pages(tkz__hash_stream *stream, const tkz__mapped_file *file)
{
    enum { PAGES = 16, PAGE = 4096 };
    size_t size = file->size;
    tkz__hash_stream_add(stream, &size, sizeof size);
    if (size <= PAGES * PAGE) {
        tkz__hash_stream_add(stream, file->data, size);
        return;
    }
    for (size_t i = 0; i < PAGES; i++)
        tkz__hash_stream_add(stream, file->data + (size - PAGE) / (PAGES - 1) * i, PAGE);
}

static void add_file(tkz__hash_stream *stream, const tkz__mapped_file *file)
{
    tkz__hash_stream_add(stream, file->data, file->size);
}

uint64_t tkz__dictionary_sources_hash(const tkz_dictionary *dictionary)
{
    tkz__hash_stream *stream = tkz__hash_stream_new();
    if (stream == NULL)
        return 0;
    add_pages(stream, &dictionary->lexicons[0].file);
    add_pages(stream, &dictionary->matrix);
    add_file(stream, &dictionary->property.file);
    add_file(stream, &dictionary->unknown.file);
    uint64_t hash = tkz__hash_stream_digest(stream);
    tkz__hash_stream_free(stream);
    return hash;
}

/* Whether nobody but the owner of this process or of the system can have written the file. */
static bool is_trusted(const struct stat *info)
{
    return (info->st_uid == 0 || info->st_uid == geteuid()) && (info->st_mode & 022) == 0;
}

/* Opens the image beside the dictionary if there is one. That of other files is as good as none. */
static tkz_status open_image(tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    int length =
        snprintf(path, sizeof path, "%s/%s", dictionary->path, TKZ__DICTIONARY_IMAGE_NAME);
    struct stat info;
    if (length >= PATH_CAPACITY || stat(path, &info) != 0)
        return TKZ_OK;
    if (!is_trusted(&info))
        return tkz__error_set(error, TKZ_STATUS_OPEN_FAILED, path, TKZ__NO_OFFSET,
                              "others than you and the system may write the image of the "
                              "dictionary; delete it or take the right to write from them");
    tkz__dictionary_image *image = &dictionary->image;
    tkz_status status = tkz__dictionary_image_open(
        image, path, tkz__dictionary_sources_hash(dictionary), error);
    if (status == TKZ_STATUS_NOT_FOUND) {
        tkz_error_clear(error);
        return TKZ_OK;
    }
    const tkz__compiled_dictionary *system = &dictionary->lexicons[0];
    if (status == TKZ_OK && (image->header.word_count != system->word_count ||
                             image->header.left_size != system->left_size ||
                             image->header.right_size != system->right_size))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, TKZ__NO_OFFSET,
                              "the image is not of this dictionary; make it again");
    return status;
}

tkz_status tkz_dictionary_verify(const tkz_dictionary *dictionary, tkz_error *error)
{
    char path[PATH_CAPACITY];
    tkz_status status = find_file(path, dictionary->path, "sys.dic", error);
    return status == TKZ_OK
               ? tkz__compiled_dictionary_check(&dictionary->lexicons[0], path,
                                                &dictionary->allocator, error)
               : status;
}

/* What an image vouches for has been checked when it was made. */
static tkz_status check_system(const tkz_dictionary *dictionary, tkz_error *error)
{
    return dictionary->image.file.data == NULL ? tkz_dictionary_verify(dictionary, error) : TKZ_OK;
}

/* Numbers the words of all dictionaries. */
static tkz_status number_words(tkz_dictionary *dictionary, tkz_error *error)
{
    uint64_t number = dictionary->lexicons[0].word_count;
    dictionary->unknown.number_base = (uint32_t)number;
    number += dictionary->unknown.word_count;
    for (size_t i = 1; i < dictionary->lexicon_count; i++) {
        dictionary->lexicons[i].number_base = (uint32_t)number;
        number += dictionary->lexicons[i].word_count;
        if (number > UINT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, dictionary->path, TKZ__NO_OFFSET,
                                  "the dictionaries have more than 2^32 words");
    }
    return TKZ_OK;
}

tkz__word_number tkz__dictionary_number_count(const tkz_dictionary *dictionary)
{
    const tkz__compiled_dictionary *last =
        dictionary->lexicon_count > 1 ? &dictionary->lexicons[dictionary->lexicon_count - 1]
                                      : &dictionary->unknown;
    return last->number_base + last->word_count;
}

const tkz__word *tkz__dictionary_word(const tkz_dictionary *dictionary, tkz__word_number number,
                                      const tkz__compiled_dictionary **lexicon)
{
    *lexicon = &dictionary->lexicons[0];
    if (number < (*lexicon)->word_count)
        return &(*lexicon)->words[number];
    *lexicon = &dictionary->unknown;
    for (size_t i = 1;
         i < dictionary->lexicon_count && number >= dictionary->lexicons[i].number_base; i++)
        *lexicon = &dictionary->lexicons[i];
    return &(*lexicon)->words[number - (*lexicon)->number_base];
}

static tkz_status fill_dictionary(tkz_dictionary *dictionary, const char *path,
                                  const char *const *user_paths, size_t user_count,
                                  bool with_image, tkz_error *error)
{
    dictionary->path = tkz__duplicate(&dictionary->allocator, path, strlen(path));
    if (dictionary->path == NULL)
        return tkz__error_memory(error, strlen(path) + 1);
    tkz_status status = map_system(dictionary, user_count, error);
    if (status == TKZ_OK)
        status = open_matrix(dictionary, error);
    if (status == TKZ_OK)
        status = open_unknown(dictionary, error);
    if (status == TKZ_OK && with_image && dictionary->property.charset == TKZ__LOCAL_UTF_8)
        status = open_image(dictionary, error);
    if (status == TKZ_OK)
        status = check_system(dictionary, error);
    if (status == TKZ_OK)
        status = open_users(dictionary, user_paths, error);
    if (status == TKZ_OK)
        status = open_settings(dictionary, error);
    return status == TKZ_OK ? number_words(dictionary, error) : status;
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

static tkz_status open_dictionary(tkz_dictionary **dictionary, const char *path,
                                  const char *const *user_paths, size_t user_count,
                                  bool with_image, const tkz_allocator *allocator,
                                  tkz_error *error)
{
    *dictionary = NULL;
    if (path == NULL || *path == '\0' || (user_paths == NULL && user_count > 0) ||
        user_count == SIZE_MAX)
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
    status = fill_dictionary(made, path, user_paths, user_count, with_image, error);
    if (status != TKZ_OK) {
        tkz_dictionary_free(made);
        return status;
    }
    *dictionary = made;
    return TKZ_OK;
}

tkz_status tkz_dictionary_open(tkz_dictionary **dictionary, const char *path,
                               const char *const *user_paths, size_t user_count,
                               const tkz_allocator *allocator, tkz_error *error)
{
    return open_dictionary(dictionary, path, user_paths, user_count, true, allocator, error);
}

tkz_status tkz__dictionary_need_utf8(const tkz_dictionary *dictionary, const char *what,
                                     tkz_error *error)
{
    if (dictionary->property.charset == TKZ__LOCAL_UTF_8)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, dictionary->path, TKZ__NO_OFFSET,
                          "the dictionary is in charset %s; %s needs one in UTF-8",
                          tkz__local_charset_name(dictionary->property.charset), what);
}

tkz_status tkz_dictionary_make_image(const char *path, const char *sample, size_t sample_size,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    tkz_dictionary *dictionary;
    tkz_status status = open_dictionary(&dictionary, path, NULL, 0, false, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__dictionary_need_utf8(dictionary, "an image", error);
    if (status != TKZ_OK) {
        tkz_dictionary_free(dictionary);
        return status;
    }
    char image_path[PATH_CAPACITY];
    int length = snprintf(image_path, sizeof image_path, "%s/%s", dictionary->path,
                          TKZ__DICTIONARY_IMAGE_NAME);
    if (length < PATH_CAPACITY)
        status = tkz__dictionary_image_make(dictionary, sample, sample_size, image_path, error);
    else
        status = tkz__error_set(error, TKZ_STATUS_LIMIT, path, TKZ__NO_OFFSET,
                                "the path is longer than %d bytes", PATH_CAPACITY - 1);
    tkz_dictionary_free(dictionary);
    return status;
}

tkz_status tkz_dictionary_describe(const tkz_dictionary *dictionary, tkz_dictionary_info *info,
                                   tkz_error *error)
{
    tkz__hash_stream *stream = tkz__hash_stream_new();
    if (stream == NULL)
        return tkz__error_memory(error, 0);
    info->path = dictionary->path;
    info->charset = tkz__local_charset_name(dictionary->property.charset);
    info->word_count = 0;
    info->left_size = dictionary->left_size;
    info->right_size = dictionary->right_size;
    add_file(stream, &dictionary->lexicons[0].file);
    add_file(stream, &dictionary->matrix);
    add_file(stream, &dictionary->property.file);
    add_file(stream, &dictionary->unknown.file);
    for (size_t i = 0; i < dictionary->lexicon_count; i++) {
        info->word_count += dictionary->lexicons[i].word_count;
        if (i > 0)
            add_file(stream, &dictionary->lexicons[i].file);
    }
    info->hash = tkz__hash_stream_digest(stream);
    tkz__hash_stream_free(stream);
    return TKZ_OK;
}
