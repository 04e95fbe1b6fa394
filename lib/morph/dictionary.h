/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a dictionary: its checked files and libmecab's model on them.
 * Leans on the file readers and libmecab.
 */
#ifndef TKZ_MORPH_DICTIONARY_H
#define TKZ_MORPH_DICTIONARY_H

#include <mecab.h>
#include <stdatomic.h>

#include "core/memory.h"
#include "morph/char_property.h"
#include "morph/compiled_dictionary.h"
#include "tokenize/morph.h"

/* The files stay mapped beside libmecab's own maps of them, which costs address space only. */
struct tkz_dictionary {
    atomic_uint references;
    tkz_allocator allocator;
    char *path;
    tkz__compiled_dictionary system;
    tkz__compiled_dictionary unknown;
    tkz__mapped_file matrix;
    tkz__char_property property;
    tkz__compiled_dictionary *users;
    size_t user_count;
    mecab_model_t *model;
};

void tkz__dictionary_retain(tkz_dictionary *dictionary);

#endif
