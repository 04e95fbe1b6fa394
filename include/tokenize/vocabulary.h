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

/* ---- Appending, merging ------------------------------------------------------------------ */

/* Pieces: piece i is data[offsets[i]] .. data[offsets[i+1]-1], UTF-8, spaces as U+2581. */
typedef struct tkz_piece_list {
    const char *data;
    const uint64_t *offsets; /* count + 1 */
    const double *scores;    /* NULL: none */
    size_t count;
} tkz_piece_list;

/* What scores new pieces get. Of BPE the greatest merges first. */
enum tkz_append_scores {
    TKZ_APPEND_BELOW = 0, /* below all old ones, each lower than the one before */
    TKZ_APPEND_ABOVE = 1, /* above all old ones, the first the greatest */
    TKZ_APPEND_ZERO = 2,  /* 0: of BPE above all old ones, equal ones from the left */
    TKZ_APPEND_GIVEN = 3  /* those of the list */
};

/* What appending has done. */
typedef struct tkz_appending {
    uint32_t first;       /* the first new id; those below are as they were */
    uint32_t appended;
    uint32_t there;       /* pieces that the vocabulary has already, or that came twice */
    uint32_t unreachable; /* of the new ones: the model makes something else of their own text */
    uint32_t example;     /* the first of those */
} tkz_appending;

/* Appends pieces that the vocabulary does not have, as NORMAL pieces, in their order: to a Unigram model, or
 * a BPE of characters whose merges follow from scores, as SentencePiece models have it. Nothing makes a
 * piece of BPE reachable that no two others make: those are counted. Errors: UNSUPPORTED (another kind),
 * INVALID_ARGUMENT (a piece that is empty or no UTF-8; GIVEN without scores; a score that is no number),
 * LIMIT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_append(const tkz_tokenizer *tokenizer,
                                                     const tkz_piece_list *pieces, int32_t scores,
                                                     const tkz_allocator *allocator,
                                                     tkz_tokenizer **extended,
                                                     tkz_appending *appending, tkz_error *error);

/* The first model with all NORMAL pieces of the others that it lacks, in the order of models and ids: the
 * first one wins. All else is that of the first. `strip_marks` 1: a piece of the others that is U+2581 before a
 * character of Japanese is taken without it, as it has come from words that a morphological analyser cut.
 * Errors: as tkz_vocabulary_append; INVALID_ARGUMENT (no other model). */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_merge(const tkz_tokenizer *const *models, size_t count,
                                                    int32_t scores, int32_t strip_marks,
                                                    const tkz_allocator *allocator,
                                                    tkz_tokenizer **merged,
                                                    tkz_appending *appending, tkz_error *error);

/* ---- Scores ------------------------------------------------------------------------------ */

/* A Unigram model with the same pieces and new scores, which fit the words: `rounds` of expectation
 * maximisation as tkz_unigram_reestimate does it, for all NORMAL pieces. Special, control, user-defined and
 * unused pieces and those of bytes keep theirs. Models that are put together need it: their scores come
 * from different texts. A space of a word counts as U+2581 where the model writes it so. `likelihood` may be
 * NULL; the same result for any executor (NULL: this thread alone). Errors: UNSUPPORTED (no Unigram),
 * INVALID_ARGUMENT (words without counts, rounds), EMPTY_INPUT, LIMIT, THREAD, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_reestimate(const tkz_tokenizer *tokenizer,
                                                         const tkz_word_list *words,
                                                         uint32_t rounds,
                                                         const tkz_executor *executor,
                                                         const tkz_allocator *allocator,
                                                         tkz_tokenizer **rescored,
                                                         double *likelihood, tkz_error *error);

/* ---- Pruning ----------------------------------------------------------------------------- */

/* What goes. Zeroed members say nothing. Never go: special and other added tokens, bytes and pieces of
 * bytes, control and user-defined pieces, characters where the model has no bytes for unknown ones. */
typedef struct tkz_prune_rules {
    uint32_t size;        /* ids in the end, at most; needs words */
    const char *matching; /* tokens in which this regular expression (as HF tokenizers reads it) finds
                           * something: not NUL-terminated */
    size_t matching_size;
    uint32_t longest_characters; /* tokens of more go */
    const tkz_piece_list *list;  /* these texts go */
} tkz_prune_rules;

/* What pruning has done. */
typedef struct tkz_pruning {
    uint32_t before;      /* tokens */
    uint32_t named;       /* that a rule has named */
    uint32_t dependent;   /* of BPE: that could be made only of those */
    uint32_t rare;        /* for the size */
    uint32_t after;
    uint32_t unreachable; /* that encoded to themselves before and do so no longer */
    int32_t is_short;     /* 1: the size was not reached, nothing more can go */
} tkz_pruning;

/* A model without some of its tokens; those that stay keep their order and get the ids 0, 1, ... (and
 * tkz_vocabulary_map_new says which). First the rules, then the size: of BPE, tokens that no other is made of,
 * the rarest in `words` first, of equal ones the greatest id; what a merge made is counted for its halves
 * when it has gone (leaf-first, arXiv:2512.03989). Of Unigram, those whose loss of likelihood is the least,
 * as sentencepiece prunes (src/unigram_model_trainer.cc, PruneSentencePieces, since 2023), a quarter at most at a
 * time; characters stay, pieces that no others can stand for, and those of more than 256 characters. Scores
 * stay. `words` may be NULL without a size. Errors:
 * UNSUPPORTED (neither BPE nor Unigram, or the expression), BAD_FORMAT (the expression), INVALID_ARGUMENT (a size
 * without words), LIMIT, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_prune(const tkz_tokenizer *tokenizer,
                                                    const tkz_prune_rules *rules,
                                                    const tkz_word_list *words,
                                                    const tkz_allocator *allocator,
                                                    tkz_tokenizer **pruned, tkz_pruning *pruning,
                                                    tkz_error *error);

/* ---- Checking ---------------------------------------------------------------------------- */

/* What is odd in a vocabulary. Of its own tokens only: not those that are added, control, user-defined,
 * unused, or stand for bytes. */
typedef struct tkz_vocabulary_findings {
    uint32_t tokens;
    uint32_t unreachable;  /* the model makes something else of their own text */
    uint32_t example;      /* the first of those */
    uint32_t broken;       /* no UTF-8: parts of characters */
    uint32_t marked_twins; /* pieces with U+2581 that are there without it too */
    uint32_t late_merges;  /* of a list of merges: those before the first one that makes a half of theirs */
    uint32_t multiple;     /* the greatest power of 2, to 1024, that the number of ids is a multiple of */
} tkz_vocabulary_findings;

/* Errors: UNSUPPORTED (a kind of model whose tokens cannot be tried), CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_vocabulary_check(const tkz_tokenizer *tokenizer,
                                                    const tkz_allocator *allocator,
                                                    tkz_vocabulary_findings *findings,
                                                    tkz_error *error);

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
