/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a dictionary: its checked files, and what every analysis asks of
 * them. Leans on the file readers.
 */
#ifndef TKZ_MORPH_DICTIONARY_H
#define TKZ_MORPH_DICTIONARY_H

#include <stdatomic.h>

#include "morph/char_property.h"
#include "morph/compiled_dictionary.h"
#include "morph/dictionary_image.h"
#include "tokenize/morph.h"

/* One setting of dicrc, pointing into the file. */
typedef struct tkz__dictionary_setting {
    const char *value; /* not NUL-terminated */
    size_t size;
} tkz__dictionary_setting;

struct tkz_dictionary {
    atomic_uint references;
    tkz_allocator allocator;
    char *path;
    tkz__compiled_dictionary *lexicons; /* the system dictionary, then the user dictionaries */
    size_t lexicon_count;               /* 1 and the user dictionaries */
    tkz__compiled_dictionary unknown;
    tkz__mapped_file matrix;
    const int16_t *costs; /* inside the matrix: left_size of them for each left id */
    uint32_t left_size;   /* right context ids (of a left word) are below it */
    uint32_t right_size;  /* left context ids (of a right word) are below it */
    tkz__char_property property;
    tkz__mapped_file settings; /* dicrc */
    char *bos_feature;         /* of the beginning and the end of a sentence */
    char *unknown_feature;     /* that all unknown words have; NULL: that of their category */
    /* The words that stand for unknown ones of each category, in `unknown`. */
    tkz__word_match unknown_words[TKZ__CATEGORY_LIMIT];
    tkz__dictionary_image image; /* all-zero if there is none */
};

/* Which word it is, of all dictionaries: those of the system dictionary come first, then those of
 * unk.dic, then those of the user dictionaries in their order. */
typedef uint32_t tkz__word_number;

/* The word with this number and the dictionary that it is in; the number is one of them. */
const tkz__word *tkz__dictionary_word(const tkz_dictionary *dictionary, tkz__word_number number,
                                      const tkz__compiled_dictionary **lexicon);

/* Words have numbers below it. */
tkz__word_number tkz__dictionary_number_count(const tkz_dictionary *dictionary);

void tkz__dictionary_retain(tkz_dictionary *dictionary);

/* UNSUPPORTED, for `what` ("an image"), if the dictionary's text is not UTF-8. */
TKZ_CHECKED tkz_status tkz__dictionary_need_utf8(const tkz_dictionary *dictionary, const char *what,
                                                 tkz_error *error);

/* What an image remembers of the files that it was made of: a hash of their sizes, of char.bin and unk.dic,
 * and of some pages of the large ones. */
uint64_t tkz__dictionary_sources_hash(const tkz_dictionary *dictionary);

/* Makes the image of a dictionary that was opened without one and writes it to `path`. `sample` is
 * text whose words come first in it. Errors: OUT_OF_MEMORY, LIMIT, IO, OPEN_FAILED, NO_SPACE. */
TKZ_CHECKED tkz_status tkz__dictionary_image_make(const tkz_dictionary *dictionary,
                                                  const char *sample, size_t sample_size,
                                                  const char *path, tkz_error *error);

/* What it costs that a word whose right context id is `right_id` stands before one whose left
 * context id is `left_id`. */
static inline int32_t tkz__dictionary_connection(const tkz_dictionary *dictionary,
                                                 uint32_t right_id, uint32_t left_id)
{
    if (right_id >= dictionary->left_size || left_id >= dictionary->right_size)
        return 0; /* only in files that were altered behind their image */
    return dictionary->costs[right_id + (size_t)dictionary->left_size * left_id];
}

/* Looks for a key in dicrc, which is read as MeCab reads it (mecab/src/param.cpp): lines of
 * `key = value`, comments begin with ; or #, the first of equal keys counts, white space behind a
 * value belongs to it. False if the key is not there. */
bool tkz__dictionary_find_setting(const tkz_dictionary *dictionary, const char *key,
                                  tkz__dictionary_setting *setting);

/* A line of dicrc that is no comment must have "=". Errors: CORRUPT. */
TKZ_CHECKED tkz_status tkz__dictionary_check_settings(const tkz_dictionary *dictionary,
                                                      const char *path, tkz_error *error);

#endif
