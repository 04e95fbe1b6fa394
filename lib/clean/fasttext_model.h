/* SPDX-License-Identifier: Apache-2.0
 *
 * A fastText model in memory: tables made at opening, and matrices that stay in the mapped file, unless their
 * rows are read all over the place and fit in large pages. Leans on mapped_file.
 */
#ifndef TKZ_CLEAN_FASTTEXT_MODEL_H
#define TKZ_CLEAN_FASTTEXT_MODEL_H

#include <stdbool.h>

#include "core/little_endian.h"
#include "core/mapped_file.h"
#include "core/memory.h"
#include "tokenize/classify.h"

/* Numbers of the file (fastText src/args.h). */
typedef enum tkz__fasttext_loss {
    TKZ__FASTTEXT_HIERARCHICAL = 1,
    TKZ__FASTTEXT_NEGATIVE = 2,
    TKZ__FASTTEXT_SOFTMAX = 3,
    TKZ__FASTTEXT_ONE_VS_ALL = 4
} tkz__fasttext_loss;

/* Rows of float32, or of one byte for each part of a row, which choose one of 256 centroids. */
typedef struct tkz__fasttext_matrix {
    uint64_t rows;
    uint32_t columns;
    bool is_quantized;
    const uint8_t *values;    /* little-endian, not aligned */
    const uint8_t *codes;     /* rows * parts */
    const uint8_t *centroids; /* for each part 256 times its columns */
    uint32_t parts;
    uint32_t part_columns;
    uint32_t last_columns; /* of the last part */
    const uint8_t *norm_codes; /* one for each row; NULL when rows have no norm of their own */
    const uint8_t *norms;      /* 256 float32 */
    float *panels; /* the values once more, see fasttext_panels.c; NULL: there are none */
} tkz__fasttext_matrix;

typedef struct tkz__fasttext_word {
    const uint8_t *text; /* in the file, NUL-terminated */
    uint32_t size;
    uint32_t hash;
} tkz__fasttext_word;

/* A row that pruning left: n-gram bucket and its place behind the words. */
typedef struct tkz__fasttext_kept {
    int32_t bucket; /* -1: the place is free */
    int32_t row;
} tkz__fasttext_kept;

/* Huffman tree of hierarchical softmax: nodes [0, labels) are leaves, the last is the root. */
typedef struct tkz__fasttext_node {
    int32_t left; /* -1 in leaves */
    int32_t right;
} tkz__fasttext_node;

#define TKZ__FASTTEXT_NO_WORD UINT32_MAX
#define TKZ__FASTTEXT_SIGMOIDS 513

struct tkz_classifier {
    tkz_allocator allocator;
    tkz__mapped_file file;
    bool owns_file;
    uint32_t columns;
    uint32_t bucket_count; /* 0: no n-grams */
    uint64_t bucket_inverse; /* of division by bucket_count */
    uint32_t shortest;     /* characters in an n-gram of characters */
    uint32_t longest;      /* 0: no such n-grams */
    uint32_t word_ngrams;  /* 1: only words */
    tkz__fasttext_loss loss;
    uint32_t word_count;
    uint32_t label_count;
    tkz__fasttext_word *words; /* words, then labels */
    uint32_t *slots;           /* hash table of them: number or TKZ__FASTTEXT_NO_WORD */
    size_t slot_count;         /* a power of two */
    bool is_pruned;
    tkz__fasttext_kept *kept; /* hash table; NULL when pruning left no n-gram */
    size_t kept_slots;        /* a power of two */
    uint64_t *kept_bits;      /* 8 for each slot: that of a bucket that is not there is mostly 0 */
    tkz__fasttext_node *tree; /* 2 * label_count - 1; NULL for other losses */
    tkz__fasttext_matrix input;
    void *input_block; /* where its values were copied to; NULL: they are in the file */
    size_t input_block_size;
    tkz__fasttext_matrix output;
    float sigmoids[TKZ__FASTTEXT_SIGMOIDS];
};

static inline float tkz__fasttext_float(const uint8_t *values, uint64_t index)
{
    uint32_t bits = tkz__load_u32(values + 4 * index);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* One step of FNV-1a as fastText has it: bytes are signed (src/dictionary.cc, Dictionary::hash). */
#define TKZ__FASTTEXT_HASH 2166136261u
static inline uint32_t tkz__fasttext_hash(uint32_t hash, uint8_t byte)
{
    return (hash ^ (uint32_t)(int32_t)(int8_t)byte) * 16777619u;
}

/* Where in a table of a power of two of slots the n-gram bucket may be. */
static inline size_t tkz__fasttext_kept_slot(uint32_t bucket, size_t slots)
{
    return (size_t)(bucket * 2654435769u) & (slots - 1);
}

/* Its bit. */
static inline size_t tkz__fasttext_kept_bit(uint32_t bucket, size_t slots)
{
    return (size_t)(bucket * 2654435769u) & (slots * 8 - 1);
}

/* The number of a word or label; TKZ__FASTTEXT_NO_WORD when there is none. */
uint32_t tkz__fasttext_find(const tkz_classifier *model, const uint8_t *text, size_t size,
                            uint32_t hash);

/* The model of a file's bytes, which must outlive it. For tkz_classifier_open and the fuzz target. `path` is for
 * messages. */
TKZ_CHECKED tkz_status tkz__fasttext_read(tkz_classifier **classifier, const char *path,
                                          const uint8_t *data, size_t size,
                                          const tkz_allocator *allocator, tkz_error *error);

/* Rows of the input matrix that stand for a text, in fastText's order, given to `add` in blocks. */
typedef struct tkz__fasttext_rows {
    const tkz_classifier *model;
    uint32_t *block; /* TKZ__FASTTEXT_BLOCK; of a pruned model, buckets behind the words until they are handed over */
    size_t used;
    uint64_t count; /* of all blocks */
    void *context;
    void (*add)(void *context, const uint32_t *rows, size_t count);
    int32_t *hashes; /* of the words, for n-grams of words */
    size_t hash_count;
    size_t hash_capacity;
    const uint8_t *target; /* the rows of the input matrix, their bytes, and lines of the cache to ask for */
    size_t target_size;
    uint32_t target_lines;
    tkz_allocator allocator;
} tkz__fasttext_rows;

/* Characters of the n-grams that are hashed side by side; longer ones are rare. */
enum { TKZ__FASTTEXT_SIDES = 6 };

/* Rows that are added up at a time: rows of 100 columns then stay in the second-level cache. */
#define TKZ__FASTTEXT_BLOCK 512

/* Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__fasttext_find_rows(tkz__fasttext_rows *rows, const char *text,
                                               size_t size, tkz_error *error);

/* sum[0..columns) += each row, one after the other. */
void tkz__fasttext_add_rows(const tkz__fasttext_matrix *matrix, const uint32_t *rows, size_t count,
                            float *sum);
/* The inner product of a row and a vector, added up from the first column to the last. */
float tkz__fasttext_dot(const tkz__fasttext_matrix *matrix, uint64_t row, const float *vector);
/* Rows whose products go on together. */
#define TKZ__FASTTEXT_PANEL 32

/* Makes the panels of a matrix of floats that is not large. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__fasttext_make_panels(tkz__fasttext_matrix *matrix, const tkz_allocator *allocator,
                                                 tkz_error *error);
void tkz__fasttext_free_panels(tkz__fasttext_matrix *matrix, const tkz_allocator *allocator);
void tkz__fasttext_multiply_panels(const tkz__fasttext_matrix *matrix, const float *vector, float *products);

/* That of all rows; there is room for products up to a multiple of TKZ__FASTTEXT_PANEL. */
void tkz__fasttext_multiply(const tkz__fasttext_matrix *matrix, const float *vector,
                            float *products);

#endif
