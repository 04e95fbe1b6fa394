/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of Unigram training from inside. Leans on core's byte map and piece_rules.
 */
#ifndef TKZ_TRAIN_UNIGRAM_OPTIONS_H
#define TKZ_TRAIN_UNIGRAM_OPTIONS_H

#include "core/buffer.h"
#include "core/byte_map.h"
#include "tokenize/train.h"
#include "train/piece_rules.h"

/* Whose arithmetic: ours, or that of a version of sentencepiece. */
enum { TKZ__COMPAT_NONE = 0, TKZ__COMPAT_0_2_0 = 1, TKZ__COMPAT_0_2_3 = 2 };

/* Pieces that have an id by their name: unknown, start, end, padding. */
enum { TKZ__META_UNK, TKZ__META_BOS, TKZ__META_EOS, TKZ__META_PAD, TKZ__META_NAMES };

/* A list of texts, each behind its length as u32. */
typedef struct tkz__text_list {
    tkz__buffer bytes;
    size_t count;
} tkz__text_list;

struct tkz_unigram_options {
    tkz_allocator allocator;
    int compat;
    int is_table; /* sentencepiece's input_format is tsv */
    uint32_t vocab_size;
    double character_coverage;
    uint32_t seed_size; /* 0: from vocab_size */
    double shrinking_factor;
    uint32_t sub_iterations;
    uint64_t sentence_length; /* bytes of the longest line that is read; UINT64_MAX: the default */
    tkz__piece_rules rules;
    bool byte_fallback;
    bool hard_vocab_limit;
    bool add_dummy_prefix;
    bool remove_extra_whitespaces;
    uint64_t memory; /* 0: any */
    int32_t ids[TKZ__META_NAMES]; /* -1: none */
    tkz__buffer names[TKZ__META_NAMES];
    tkz__buffer unk_surface;
    tkz__buffer required;   /* characters */
    tkz__text_list control; /* symbols */
    tkz__text_list user;
    tkz__byte_map required_tokens; /* with U+2581 for spaces, as the next */
    tkz__byte_map forbidden;
};

/* A hash of all that decides the result, but for vocab_size. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_options_hash(const tkz_unigram_options *options, uint64_t *hash, tkz_error *error);

/* The next text of a list: begin with `*at` 0. False at the end. */
bool tkz__text_list_next(const tkz__text_list *list, size_t *at, const char **text, size_t *size);

#endif
