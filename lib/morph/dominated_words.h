/* SPDX-License-Identifier: Apache-2.0
 *
 * Which words of a dictionary no best path has: another word of the same surface costs
 * less whatever stands before and behind it. Leans on the dictionary.
 */
#ifndef TKZ_MORPH_DOMINATED_WORDS_H
#define TKZ_MORPH_DOMINATED_WORDS_H

#include "morph/character_trie.h"
#include "morph/dictionary.h"

/* Sets `is_dominated` of each word of the system dictionary, which is all false before, for the words of
 * these surfaces. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__dominated_words_find(const tkz_dictionary *dictionary,
                                                 const tkz__trie_surface *surfaces, size_t count,
                                                 bool *is_dominated, tkz_error *error);

#endif
