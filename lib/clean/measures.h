/* SPDX-License-Identifier: Apache-2.0
 *
 * What is counted in a document, once, for all filters together. Leans on
 * lib/text. A filter that needs a new measure adds it here.
 */
#ifndef TKZ_CLEAN_MEASURES_H
#define TKZ_CLEAN_MEASURES_H

#include "core/error.h"

/* Groups of measures, by what they cost. A filter names those that it reads. */
enum tkz__measure {
    TKZ__MEASURE_LENGTH = 1 << 0, /* characters */
    TKZ__MEASURE_CLASSES = 1 << 1 /* characters and all counts by class */
};

/* Counts of characters (Unicode scalar values). Classes are those of Unicode 16.0.0. */
typedef struct tkz__measures {
    uint64_t characters;
    uint64_t white_space; /* property White_Space, U+3000 and line ends among them */
    uint64_t punctuation; /* P* */
    uint64_t symbols;     /* S* */
    uint64_t hiragana;
    uint64_t katakana;
    uint64_t kanji;          /* script Han: 々〇〻, radicals and all extensions among them */
    uint64_t japanese_signs; /* see is_japanese_sign() in measures.c */
} tkz__measures;

/* Fills in the measures of the groups `wanted`, and zero in the others, in one pass over `text`.
 * Errors: BAD_UTF8, with the offset of the first invalid byte. Allocates nothing. */
TKZ_CHECKED tkz_status tkz__measure(tkz__measures *measures, uint32_t wanted, const char *text,
                                    size_t size, tkz_error *error);

/* Japanese characters: hiragana, katakana, kanji and Japanese signs. */
static inline uint64_t tkz__measures_japanese(const tkz__measures *measures)
{
    return measures->hiragana + measures->katakana + measures->kanji + measures->japanese_signs;
}

#endif
