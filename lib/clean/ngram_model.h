/* SPDX-License-Identifier: Apache-2.0
 *
 * An n-gram model as its tables, which are those of KenLM's binary files (kpu/kenlm lm/search_hashed.hh,
 * search_trie.hh, vocab.hh); an ARPA file becomes tables of the probing kind. Leans on mapped_file.
 */
#ifndef TKZ_CLEAN_NGRAM_MODEL_H
#define TKZ_CLEAN_NGRAM_MODEL_H

#include <stdbool.h>

#include "core/little_endian.h"
#include "core/mapped_file.h"
#include "core/memory.h"
#include "tokenize/ngram.h"

#define TKZ__NGRAM_ORDERS 16

/* Numbers of the file (lm/model_type.hh). */
typedef enum tkz__ngram_kind {
    TKZ__NGRAM_PROBING,
    TKZ__NGRAM_REST_PROBING,
    TKZ__NGRAM_TRIE,
    TKZ__NGRAM_QUANT_TRIE,
    TKZ__NGRAM_ARRAY_TRIE,
    TKZ__NGRAM_QUANT_ARRAY_TRIE,
    TKZ__NGRAM_KINDS
} tkz__ngram_kind;

/* Open addressing by 64-bit keys, 0 where a slot is free. */
typedef struct tkz__ngram_hashes {
    const uint8_t *slots;
    uint64_t count;  /* of slots */
    uint32_t stride; /* bytes of a slot: key, then its value */
} tkz__ngram_hashes;

/* N-grams of one order in a trie: packed records of word, weights, start of those one order above. */
typedef struct tkz__ngram_level {
    const uint8_t *records;
    uint64_t count;
    uint64_t next_count;      /* records one order above */
    uint32_t word_bits;
    uint32_t weight_bits;
    uint32_t next_bits;       /* of the start, in the record */
    uint32_t total_bits;
    const uint8_t *next_high; /* u64 array: first record for each value of the high bits; NULL: none */
    uint64_t next_high_count;
    const uint8_t *probabilities; /* tables of quantized weights, float32; NULL: weights in the record */
    const uint8_t *backoffs;
} tkz__ngram_level;

struct tkz_ngram_model {
    tkz_allocator allocator;
    tkz__mapped_file file;
    bool owns_file;
    bool is_arpa;
    tkz__ngram_kind kind;
    uint32_t order;
    uint64_t counts[TKZ__NGRAM_ORDERS]; /* as the file says */
    uint32_t begin; /* numbers of <s> and </s> */
    uint32_t end;

    tkz__ngram_hashes vocabulary; /* probing: hash of a word to its number */
    const uint8_t *sorted_words;  /* trie: hashes in order, number - 1 */
    uint64_t sorted_count;

    const uint8_t *unigrams;
    uint64_t unigram_count; /* numbers that may be looked up */
    uint32_t unigram_stride;

    tkz__ngram_hashes hashes[TKZ__NGRAM_ORDERS]; /* probing: from order 2, at order - 2 */
    tkz__ngram_level levels[TKZ__NGRAM_ORDERS];  /* trie: the same */
    uint8_t *owned[TKZ__NGRAM_ORDERS + 2];       /* ARPA: memory of the tables */
    size_t owned_sizes[TKZ__NGRAM_ORDERS + 2];
};

/* Words before the next one, the latest first, that the model can make use of. */
typedef struct tkz__ngram_state {
    uint32_t words[TKZ__NGRAM_ORDERS];
    float backoffs[TKZ__NGRAM_ORDERS];
    uint32_t length;
} tkz__ngram_state;

/* What a look-up found. */
typedef struct tkz__ngram_weights {
    float probability;
    float backoff;
    bool is_leftmost; /* no longer n-gram ends so */
} tkz__ngram_weights;

/* Place of an n-gram that is extended to the left: a hash, or a range of records one order above. */
typedef struct tkz__ngram_node {
    uint64_t hash;
    uint64_t first;
    uint64_t last;
} tkz__ngram_node;

static inline float tkz__ngram_float(const uint8_t *data)
{
    uint32_t bits = tkz__load_u32(data);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* MurmurHash64A with seed 0 (Austin Appleby), of a word. */
uint64_t tkz__ngram_word_hash(const char *word, size_t size);

/* Hash of an n-gram and the word before it (lm/search_hashed.hh, CombineWordHash). */
static inline uint64_t tkz__ngram_extend(uint64_t hash, uint32_t word)
{
    return hash * UINT64_C(8978948897894561157) ^
           (uint64_t)(uint32_t)(1 + word) * UINT64_C(17894857484156487943);
}

/* A slot's value behind its key; NULL when there is none. Looks at so many slots at most. */
const uint8_t *tkz__ngram_find_slot(const tkz__ngram_hashes *hashes, uint64_t key);

/* Number of a word; 0, which is <unk>, when it is unknown. */
uint32_t tkz__ngram_word(const tkz_ngram_model *model, const char *word, size_t size);

/* The state behind <s>, or of no context. */
void tkz__ngram_start(const tkz_ngram_model *model, bool has_begin, tkz__ngram_state *state);
/* log10 of a word behind `state`, which goes on to be the one behind the word. `*length`: words of the n-gram
 * that was found. */
float tkz__ngram_next(const tkz_ngram_model *model, tkz__ngram_state *state, uint32_t word,
                      uint32_t *length);

/* Tries: false when the n-gram is not there. */
bool tkz__ngram_trie_middle(const tkz_ngram_model *model, uint32_t order, uint32_t word,
                            tkz__ngram_node *node, tkz__ngram_weights *weights);
bool tkz__ngram_trie_longest(const tkz_ngram_model *model, uint32_t word,
                             const tkz__ngram_node *node, float *probability);

/* The model of a file's bytes, which must outlive it unless it is ARPA. For tkz_ngram_model_open and
 * the fuzz target. `path` is for messages. */
TKZ_CHECKED tkz_status tkz__ngram_read(tkz_ngram_model **model, const char *path,
                                       const uint8_t *data, size_t size,
                                       const tkz_allocator *allocator, tkz_error *error);
/* Both fill in the zeroed model. */
TKZ_CHECKED tkz_status tkz__ngram_read_binary(tkz_ngram_model *model, const char *path,
                                              const uint8_t *data, size_t size, tkz_error *error);
TKZ_CHECKED tkz_status tkz__ngram_read_arpa(tkz_ngram_model *model, const char *path,
                                            const uint8_t *data, size_t size, tkz_error *error);
bool tkz__ngram_is_binary(const uint8_t *data, size_t size);

/* Where a trie's tables are in `size` bytes; `*used` is told how many they take. False: they do not fit,
 * or `*wrong` says what is wrong. `start`: offset in the file. */
bool tkz__ngram_trie_layout(tkz_ngram_model *model, const uint8_t *data, uint64_t start,
                            uint64_t size, const char **wrong);

#endif
