/* SPDX-License-Identifier: Apache-2.0
 *
 * One compiled dictionary file of MeCab (sys.dic, unk.dic, a user dictionary):
 * mapped, checked and searched. Leans on mapped files.
 */
#ifndef TKZ_MORPH_COMPILED_DICTIONARY_H
#define TKZ_MORPH_COMPILED_DICTIONARY_H

#include "core/mapped_file.h"
#include "core/memory.h"

/* The type number in the file's header. */
enum tkz__compiled_type { TKZ__COMPILED_SYSTEM = 0, TKZ__COMPILED_USER, TKZ__COMPILED_UNKNOWN };

/* A unit of the double array, as the file has it. */
typedef struct tkz__unit {
    int32_t base;
    uint32_t check;
} tkz__unit;

/* A word (MeCab: token), as the file has it. */
typedef struct tkz__word {
    uint16_t left_id;  /* row of the matrix when it is the right one of two */
    uint16_t right_id; /* column of the matrix when it is the left one of two */
    uint16_t part_of_speech_id;
    int16_t cost;
    uint32_t feature; /* offset in the features */
    uint32_t compound;
} tkz__word;

typedef struct tkz__compiled_dictionary {
    tkz__mapped_file file;
    const tkz__unit *units; /* these three are inside the file */
    const tkz__word *words;
    const char *features; /* each NUL-terminated */
    uint32_t unit_count;
    uint32_t word_count;
    uint32_t feature_size;
    uint32_t left_size;  /* right context ids of words are below it */
    uint32_t right_size; /* left context ids of words are below it */
    uint32_t number_base; /* of its first word, among those of all dictionaries */
    char charset[33];     /* as written in the file */
} tkz__compiled_dictionary;

/* Maps and checks a file so far that no look-up leaves it, whatever its bytes: the sizes in the
 * header, every unit of the double array, every word's ids and feature. Reads all of the file but
 * the features. Errors: OPEN_FAILED, IO, OUT_OF_MEMORY, BAD_FORMAT, BAD_VERSION, CORRUPT. */
TKZ_CHECKED tkz_status tkz__compiled_dictionary_open(tkz__compiled_dictionary *dictionary,
                                                     const char *path,
                                                     enum tkz__compiled_type type,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);

/* The two halves of it: `map` reads the header only, `check` the rest. What is mapped and not
 * checked is safe to look up in and may hold nonsense. */
TKZ_CHECKED tkz_status tkz__compiled_dictionary_map(tkz__compiled_dictionary *dictionary,
                                                    const char *path,
                                                    enum tkz__compiled_type type,
                                                    tkz_error *error);
TKZ_CHECKED tkz_status tkz__compiled_dictionary_check(const tkz__compiled_dictionary *dictionary,
                                                      const char *path,
                                                      const tkz_allocator *allocator,
                                                      tkz_error *error);
void tkz__compiled_dictionary_close(tkz__compiled_dictionary *dictionary); /* all-zero is fine */

/* The words of one surface: `count` (may be 0) of them from `first` on. */
typedef struct tkz__word_match {
    size_t length; /* bytes of the surface */
    uint32_t first;
    uint32_t count;
} tkz__word_match;

/* The most surfaces of a dictionary that begin one another (kResultsSize in mecab/src/tokenizer.cpp);
 * no file that has more is opened. */
enum { TKZ__MATCH_LIMIT = 512 };

/* Finds the surfaces that `text` begins with, the shortest first; `matches` has room for
 * TKZ__MATCH_LIMIT. The number of matches. Look-ups are memory-safe whatever the file holds. */
size_t tkz__compiled_dictionary_find_prefixes(const tkz__compiled_dictionary *dictionary,
                                              const char *text, size_t size,
                                              tkz__word_match *matches);

/* Finds the words whose surface is `text`; false if there are none. */
bool tkz__compiled_dictionary_find_exact(const tkz__compiled_dictionary *dictionary,
                                         const char *text, size_t size, tkz__word_match *match);

/* The feature of a word of this dictionary, NUL-terminated: the last byte of the file is NUL. */
static inline const char *tkz__word_feature(const tkz__compiled_dictionary *dictionary,
                                            const tkz__word *word)
{
    return word->feature < dictionary->feature_size ? dictionary->features + word->feature : "";
}

#endif
