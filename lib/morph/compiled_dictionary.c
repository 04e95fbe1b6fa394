/* SPDX-License-Identifier: Apache-2.0
 *
 * One compiled dictionary file of MeCab: mapped and checked. Leans on mapped files
 * and the check of double arrays.
 *
 * Layout, as taku910/mecab writes it (mecab/src/dictionary.cpp, Dictionary::compile), numbers in
 * the byte order of the machine: a header of 72 bytes, the double array (mecab/src/darts.h), the
 * words ("tokens") and a pool of NUL-terminated features. MeCab checks only the header when it
 * opens a file and no index when it looks words up, so all of them are checked here.
 */
#include "morph/compiled_dictionary.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "morph/double_array_check.h"

enum {
    HEADER_SIZE = 72,
    MINIMUM_SIZE = 100, /* MeCab refuses smaller files */
    VERSION = 102,
    CHARSET_OFFSET = 40,
    CHARSET_SIZE = 32,
};

static const uint32_t MAGIC = 0xEF718F77U; /* of the file's size and this, by exclusive or */

typedef struct word {
    uint16_t left_id;
    uint16_t right_id;
    uint16_t part_of_speech_id;
    int16_t cost;
    uint32_t feature; /* offset in the pool */
    uint32_t compound;
} word;

_Static_assert(sizeof(word) == 16, "a word is a structure of the file");

/* The parts behind the header, their sizes known to fill the file. */
typedef struct parts {
    const char *path;
    const uint8_t *units;
    const uint8_t *words;
    const uint8_t *features;
    uint32_t unit_count;
    uint32_t word_count;
    uint32_t feature_size;
    uint32_t left_size;
    uint32_t right_size;
} parts;

static uint32_t host_u32(const uint8_t *data)
{
    uint32_t value;
    memcpy(&value, data, sizeof value);
    return value;
}

static tkz_status damaged(tkz_error *error, const char *path, uint64_t offset, const char *what)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, offset,
                          "the dictionary is damaged (%s); compile or install it again", what);
}

static tkz_status check_identity(const char *path, const uint8_t *data, size_t size,
                                 enum tkz__compiled_type type, tkz_error *error)
{
    static const char *const names[] = {"a system dictionary", "a user dictionary",
                                        "a dictionary of unknown words"};
    bool has_magic = size >= MINIMUM_SIZE && size <= UINT32_MAX &&
                     (host_u32(data) ^ MAGIC) == (uint32_t)size;
    uint32_t version = size >= HEADER_SIZE ? host_u32(data + 4) : 0;
    if (!has_magic) {
        if (version == VERSION)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, path, 0,
                                  "the file has not the size that its header says: %zu bytes; "
                                  "compile or install it again",
                                  size);
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0,
                              "not a compiled MeCab dictionary (mecab-dict-index makes them)");
    }
    if (version != VERSION)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, path, 4,
                              "dictionary version %" PRIu32 " is not supported, only %d (MeCab "
                              "0.98 and later)",
                              version, VERSION);
    uint32_t found = host_u32(data + 8);
    if (found != (uint32_t)type)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 8, "this is %s, not %s",
                              found <= TKZ__COMPILED_UNKNOWN ? names[found] : "of unknown type",
                              names[type]);
    return TKZ_OK;
}

static tkz_status find_parts(parts *found, const char *path, const uint8_t *data, size_t size,
                             tkz_error *error)
{
    uint32_t unit_bytes = host_u32(data + 24);
    uint32_t word_bytes = host_u32(data + 28);
    uint32_t feature_bytes = host_u32(data + 32);
    if (HEADER_SIZE + (uint64_t)unit_bytes + word_bytes + feature_bytes != size)
        return damaged(error, path, 24, "its parts do not fill the file");
    found->path = path;
    found->units = data + HEADER_SIZE;
    found->words = found->units + unit_bytes;
    found->features = found->words + word_bytes;
    found->unit_count = unit_bytes / TKZ__UNIT_SIZE;
    found->word_count = host_u32(data + 12);
    found->left_size = host_u32(data + 16);
    found->right_size = host_u32(data + 20);
    found->feature_size = feature_bytes;
    if (unit_bytes % TKZ__UNIT_SIZE != 0)
        return damaged(error, path, 24, "size of the double array");
    if (word_bytes != (uint64_t)found->word_count * sizeof(word))
        return damaged(error, path, 12, "number of words");
    if (feature_bytes == 0 || found->features[feature_bytes - 1] != 0)
        return damaged(error, path, size, "the last feature does not end");
    return TKZ_OK;
}

static tkz_status check_units(const parts *found, const tkz_allocator *allocator, tkz_error *error)
{
    const char *what;
    uint32_t where;
    tkz_status status = tkz__double_array_check(found->units, found->unit_count,
                                                found->word_count, allocator, &what, &where, error);
    if (status == TKZ_OK && what != NULL)
        return damaged(error, found->path, HEADER_SIZE + (uint64_t)where * TKZ__UNIT_SIZE, what);
    return status;
}

static tkz_status check_words(const parts *found, tkz_error *error)
{
    for (uint32_t i = 0; i < found->word_count; i++) {
        word w;
        memcpy(&w, found->words + (size_t)i * sizeof w, sizeof w);
        if (w.left_id >= found->right_size || w.right_id >= found->left_size ||
            w.feature >= found->feature_size)
            return damaged(error, found->path,
                           HEADER_SIZE + (uint64_t)found->unit_count * TKZ__UNIT_SIZE +
                               (uint64_t)i * sizeof w,
                           "a word's context ids or feature are out of range");
    }
    return TKZ_OK;
}

static tkz_status check_file(tkz__compiled_dictionary *dictionary, const char *path,
                             enum tkz__compiled_type type, const tkz_allocator *allocator,
                             tkz_error *error)
{
    const uint8_t *data = dictionary->file.data;
    size_t size = dictionary->file.size;
    tkz_status status = check_identity(path, data, size, type, error);
    parts found = {0};
    if (status == TKZ_OK)
        status = find_parts(&found, path, data, size, error);
    if (status == TKZ_OK)
        status = check_units(&found, allocator, error);
    if (status == TKZ_OK)
        status = check_words(&found, error);
    if (status != TKZ_OK)
        return status;
    dictionary->word_count = found.word_count;
    dictionary->left_size = found.left_size;
    dictionary->right_size = found.right_size;
    memcpy(dictionary->charset, data + CHARSET_OFFSET, CHARSET_SIZE);
    dictionary->charset[CHARSET_SIZE] = '\0';
    return TKZ_OK;
}

tkz_status tkz__compiled_dictionary_open(tkz__compiled_dictionary *dictionary, const char *path,
                                         enum tkz__compiled_type type,
                                         const tkz_allocator *allocator, tkz_error *error)
{
    memset(dictionary, 0, sizeof *dictionary);
    tkz_status status = tkz__mapped_file_open(&dictionary->file, path, error);
    if (status == TKZ_OK)
        status = check_file(dictionary, path, type, allocator, error);
    if (status != TKZ_OK)
        tkz__compiled_dictionary_close(dictionary);
    return status;
}

void tkz__compiled_dictionary_close(tkz__compiled_dictionary *dictionary)
{
    tkz__mapped_file_close(&dictionary->file);
}

bool tkz__compiled_dictionary_is_utf8(const tkz__compiled_dictionary *dictionary)
{
    /* mecab/src/utils.cpp, decode_charset. */
    static const char *const names[] = {"utf8", "utf_8", "utf-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(dictionary->charset, names[i]) == 0)
            return true;
    }
    return false;
}
