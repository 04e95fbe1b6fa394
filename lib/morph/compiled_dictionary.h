/* SPDX-License-Identifier: Apache-2.0
 *
 * One compiled dictionary file of MeCab (sys.dic, unk.dic, a user dictionary):
 * mapped and checked. Leans on mapped files.
 */
#ifndef TKZ_MORPH_COMPILED_DICTIONARY_H
#define TKZ_MORPH_COMPILED_DICTIONARY_H

#include "core/mapped_file.h"
#include "core/memory.h"

/* The type number in the file's header. */
enum tkz__compiled_type { TKZ__COMPILED_SYSTEM = 0, TKZ__COMPILED_USER, TKZ__COMPILED_UNKNOWN };

typedef struct tkz__compiled_dictionary {
    tkz__mapped_file file;
    uint32_t word_count;
    uint32_t left_size;  /* right context ids of words are below it */
    uint32_t right_size; /* left context ids of words are below it */
    char charset[33];    /* as written in the file */
} tkz__compiled_dictionary;

/* Maps and checks a file so far that no look-up leaves it, whatever its bytes: the sizes in the
 * header, every unit of the double array, every word's ids and feature. Reads all of the file but
 * the features. Errors: OPEN_FAILED, IO, OUT_OF_MEMORY, BAD_FORMAT, BAD_VERSION, CORRUPT. */
TKZ_CHECKED tkz_status tkz__compiled_dictionary_open(tkz__compiled_dictionary *dictionary,
                                                     const char *path,
                                                     enum tkz__compiled_type type,
                                                     const tkz_allocator *allocator,
                                                     tkz_error *error);
void tkz__compiled_dictionary_close(tkz__compiled_dictionary *dictionary); /* all-zero is fine */

/* Whether the charset is one of the spellings of UTF-8 that MeCab knows. */
bool tkz__compiled_dictionary_is_utf8(const tkz__compiled_dictionary *dictionary);

#endif
