/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies made of others: extended, appended to, merged, pruned, mapped and checked.
 */
#ifndef TOKENIZE_VOCABULARY_H
#define TOKENIZE_VOCABULARY_H

#include "tokenize/base.h"
#include "tokenize/subword.h"
#include "tokenize/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an extension has added. */
typedef struct tkz_extension {
    uint32_t first;       /* the first new id; those below are as they were */
    uint32_t characters;  /* new tokens that are characters, which come first */
    uint32_t merges;      /* and those that merges make */
    uint32_t unreachable; /* of the new ones: merging makes something else of their own text */
    uint32_t example;     /* the first of those */
    uint32_t cut;         /* of bytes: the pre-tokenizer cuts the text of so many where it stands alone */
    int32_t is_done;      /* 1: no pair was left before the size was reached */
} tkz_extension;

/* Goes on with the merges of a BPE, of bytes or of characters, on new words: each is cut as the model
 * does it, then the most frequent pair of tokens is merged again and again, exactly, as in training
 * (Purason et al., arXiv:2512.03989). The new merges stand behind all old ones, so that a text changes only
 * where one of them acts, and each new token is made of tokens that the model makes. Old ids stay. Of
 * characters, those of the words that the vocabulary does not have come first, as far as the coverage of
 * the options asks for them; control characters are never among them. Of pieces with scores the new ones
 * have lower scores than all old ones.
 *
 * Of the options hold: size (ids in the end), minimum count, longest, coverage, limit, required and
 * forbidden texts, split, memory; unit and order follow from the model: equal counts go by the smaller
 * ids, or by length and code point where the model has U+2581 for spaces. There, unless a split is set,
 * new pieces keep digits apart if all old ones do. Words must have been cut by the model's own
 * pre-tokenizer. The result depends on nothing but these. `progress` may be NULL.
 * Errors: UNSUPPORTED (no BPE), INVALID_OPTION (the size is too small; options of the other unit),
 * EMPTY_INPUT, LIMIT, CANCELLED, OUT_OF_MEMORY, CORRUPT. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_extend(const tkz_tokenizer *tokenizer,
                                                     const tkz_bpe_options *options,
                                                     const tkz_word_list *words,
                                                     const tkz_progress_callback *progress,
                                                     const tkz_allocator *allocator,
                                                     tkz_tokenizer **extended,
                                                     tkz_extension *extension, tkz_error *error);

/* ---- From the ids of one vocabulary to those of another --------------------------------- */

/* Of each token of a new vocabulary: the tokens of an old one that its text is there, for making the rows
 * of a new embedding matrix of those of an old one. A token that the old vocabulary has comes from
 * that one alone; a special token from the special one of the same content, or from none; another from the
 * tokens that the old model makes of its text, by merging or scores alone, all of equal weight. Spaces and
 * U+2581, bytes and the pieces of bytes count as the same. Immutable; any thread. */
typedef struct tkz_vocabulary_map tkz_vocabulary_map;

/* `rows`: of the new matrix, those behind the ids being empty; 0: as many as there are ids. Errors:
 * INVALID_ARGUMENT (fewer rows than ids), UNSUPPORTED (a kind of old model that cannot be asked so),
 * LIMIT, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_map_new(tkz_vocabulary_map **map,
                                                      const tkz_tokenizer *old_vocabulary,
                                                      const tkz_tokenizer *new_vocabulary,
                                                      uint64_t rows,
                                                      const tkz_allocator *allocator,
                                                      tkz_error *error);
TKZ_API void tkz_vocabulary_map_free(tkz_vocabulary_map *map); /* accepts NULL */

TKZ_API uint64_t tkz_vocabulary_map_rows(const tkz_vocabulary_map *map);
/* The old ids of a row, each of the weight 1 / `*count`; none of a row that the old vocabulary says nothing
 * of. Owned by the map. */
TKZ_API void tkz_vocabulary_map_row(const tkz_vocabulary_map *map, uint64_t row,
                                    const uint32_t **ids, size_t *count);

enum tkz_map_format {
    TKZ_MAP_TSV = 0, /* lines of text */
    TKZ_MAP_NPY = 1  /* numpy's array of records (new, old, weight) */
};

/* The map as bytes (doc/formats/vocabulary-map.md). Free with tkz_bytes_free. Errors: INVALID_ARGUMENT
 * (no such format), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_map_serialize(const tkz_vocabulary_map *map,
                                                            int32_t format, tkz_bytes *bytes,
                                                            tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_VOCABULARY_H */
