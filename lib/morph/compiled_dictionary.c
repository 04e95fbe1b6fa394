/* SPDX-License-Identifier: Apache-2.0
 *
 * One compiled dictionary file of MeCab: mapped, checked and searched. Leans on mapped
 * files and the check of double arrays.
 *
 * Layout, as taku910/mecab writes it (mecab/src/dictionary.cpp, Dictionary::compile), numbers in
 * the byte order of the machine: a header of 72 bytes, the double array (mecab/src/darts.h), the
 * words ("tokens") and a pool of NUL-terminated features. MeCab checks only the header when it
 * opens a file and no index when it looks words up, so all of them are checked here.
 */
#include "morph/compiled_dictionary.h"

#include <inttypes.h>
#include <string.h>

#include "morph/double_array_check.h"

enum {
    HEADER_SIZE = 72,
    MINIMUM_SIZE = 100, /* MeCab refuses smaller files */
    VERSION = 102,
    CHARSET_OFFSET = 40,
    CHARSET_SIZE = 32,
};

static const uint32_t MAGIC = 0xEF718F77U; /* of the file's size and this, by exclusive or */

_Static_assert(sizeof(tkz__unit) == TKZ__UNIT_SIZE, "a unit is a structure of the file");
_Static_assert(sizeof(tkz__word) == 16, "a word is a structure of the file");
/* The header is a multiple of 8 bytes and so is the double array, so that units and words stand
 * aligned in a file that is mapped to the beginning of a page. */
_Static_assert(HEADER_SIZE % sizeof(tkz__unit) == 0, "units are aligned in the file");

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

/* Finds the parts behind the header, whose sizes must fill the file. */
static tkz_status find_parts(tkz__compiled_dictionary *dictionary, const char *path,
                             tkz_error *error)
{
    const uint8_t *data = dictionary->file.data;
    size_t size = dictionary->file.size;
    uint32_t unit_bytes = host_u32(data + 24);
    uint32_t word_bytes = host_u32(data + 28);
    uint32_t feature_bytes = host_u32(data + 32);
    if (HEADER_SIZE + (uint64_t)unit_bytes + word_bytes + feature_bytes != size)
        return damaged(error, path, 24, "its parts do not fill the file");
    dictionary->word_count = host_u32(data + 12);
    dictionary->left_size = host_u32(data + 16);
    dictionary->right_size = host_u32(data + 20);
    if (unit_bytes % sizeof(tkz__unit) != 0)
        return damaged(error, path, 24, "size of the double array");
    if (word_bytes != (uint64_t)dictionary->word_count * sizeof(tkz__word))
        return damaged(error, path, 12, "number of words");
    if (feature_bytes == 0 || data[size - 1] != 0)
        return damaged(error, path, size, "the last feature does not end");
    dictionary->units = (const tkz__unit *)(data + HEADER_SIZE);
    dictionary->words = (const tkz__word *)(data + HEADER_SIZE + unit_bytes);
    dictionary->features = (const char *)data + HEADER_SIZE + unit_bytes + word_bytes;
    dictionary->unit_count = unit_bytes / (uint32_t)sizeof(tkz__unit);
    dictionary->feature_size = feature_bytes;
    memcpy(dictionary->charset, data + CHARSET_OFFSET, CHARSET_SIZE);
    dictionary->charset[CHARSET_SIZE] = '\0';
    return TKZ_OK;
}

static tkz_status check_units(const tkz__compiled_dictionary *dictionary, const char *path,
                              const tkz_allocator *allocator, tkz_error *error)
{
    const char *what;
    uint32_t where;
    tkz_status status = tkz__double_array_check((const uint8_t *)dictionary->units,
                                                dictionary->unit_count, dictionary->word_count,
                                                allocator, &what, &where, error);
    if (status == TKZ_OK && what != NULL)
        return damaged(error, path, HEADER_SIZE + (uint64_t)where * TKZ__UNIT_SIZE, what);
    tkz__word_match match;
    if (status == TKZ_OK && tkz__compiled_dictionary_find_exact(dictionary, "", 0, &match))
        return damaged(error, path, HEADER_SIZE, "a word without a surface");
    return status;
}

static tkz_status check_words(const tkz__compiled_dictionary *dictionary, const char *path,
                              tkz_error *error)
{
    for (uint32_t i = 0; i < dictionary->word_count; i++) {
        const tkz__word *word = &dictionary->words[i];
        if (word->left_id >= dictionary->right_size || word->right_id >= dictionary->left_size ||
            word->feature >= dictionary->feature_size)
            return damaged(error, path,
                           (uint64_t)((const uint8_t *)word - dictionary->file.data),
                           "a word's context ids or feature are out of range");
    }
    return TKZ_OK;
}

tkz_status tkz__compiled_dictionary_map(tkz__compiled_dictionary *dictionary, const char *path,
                                        enum tkz__compiled_type type, tkz_error *error)
{
    memset(dictionary, 0, sizeof *dictionary);
    tkz_status status = tkz__mapped_file_open(&dictionary->file, path, error);
    if (status == TKZ_OK)
        status =
            check_identity(path, dictionary->file.data, dictionary->file.size, type, error);
    if (status == TKZ_OK)
        status = find_parts(dictionary, path, error);
    if (status != TKZ_OK)
        tkz__compiled_dictionary_close(dictionary);
    return status;
}

tkz_status tkz__compiled_dictionary_check(const tkz__compiled_dictionary *dictionary,
                                          const char *path, const tkz_allocator *allocator,
                                          tkz_error *error)
{
    tkz_status status = check_units(dictionary, path, allocator, error);
    return status == TKZ_OK ? check_words(dictionary, path, error) : status;
}

tkz_status tkz__compiled_dictionary_open(tkz__compiled_dictionary *dictionary, const char *path,
                                         enum tkz__compiled_type type,
                                         const tkz_allocator *allocator, tkz_error *error)
{
    tkz_status status = tkz__compiled_dictionary_map(dictionary, path, type, error);
    if (status == TKZ_OK)
        status = tkz__compiled_dictionary_check(dictionary, path, allocator, error);
    if (status != TKZ_OK)
        tkz__compiled_dictionary_close(dictionary);
    return status;
}

void tkz__compiled_dictionary_close(tkz__compiled_dictionary *dictionary)
{
    tkz__mapped_file_close(&dictionary->file);
}

/* ---- Look-up ---- */

/* The unit that a state or a step names. The check at opening proves that it is inside; a file that
 * an image vouches for is not read for that proof, so each step tests it again. */
static const tkz__unit *unit_at(const tkz__compiled_dictionary *dictionary, uint32_t index)
{
    static const tkz__unit outside = {0, UINT32_MAX};
    return index < dictionary->unit_count ? &dictionary->units[index] : &outside;
}

/* The words of the surface that leads to `state`: a negative base in the unit of its own number. */
static bool take_words(const tkz__compiled_dictionary *dictionary, uint32_t state, size_t length,
                       tkz__word_match *match)
{
    const tkz__unit *unit = unit_at(dictionary, state);
    if (unit->check != state || unit->base >= 0)
        return false;
    uint32_t value = (uint32_t)(-(unit->base + 1));
    *match = (tkz__word_match){length, value >> 8, value & 0xFF};
    return match->first <= dictionary->word_count &&
           match->count <= dictionary->word_count - match->first;
}

size_t tkz__compiled_dictionary_find_prefixes(const tkz__compiled_dictionary *dictionary,
                                              const char *text, size_t size,
                                              tkz__word_match *matches)
{
    uint32_t state = (uint32_t)unit_at(dictionary, 0)->base;
    size_t count = 0;
    for (size_t i = 0; i < size && count < TKZ__MATCH_LIMIT; i++) {
        const tkz__unit *next = unit_at(dictionary, state + (uint8_t)text[i] + 1);
        if (next->check != state)
            break;
        state = (uint32_t)next->base;
        count += take_words(dictionary, state, i + 1, &matches[count]);
    }
    return count;
}

bool tkz__compiled_dictionary_find_exact(const tkz__compiled_dictionary *dictionary,
                                         const char *text, size_t size, tkz__word_match *match)
{
    uint32_t state = (uint32_t)unit_at(dictionary, 0)->base;
    for (size_t i = 0; i < size; i++) {
        const tkz__unit *next = unit_at(dictionary, state + (uint8_t)text[i] + 1);
        if (next->check != state)
            return false;
        state = (uint32_t)next->base;
    }
    return take_words(dictionary, state, size, match);
}
