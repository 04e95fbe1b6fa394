/* SPDX-License-Identifier: Apache-2.0
 *
 * Back-off n-gram language models: ARPA files and the binary files of KenLM, read by our own reader, with
 * KenLM's scores.
 */
#ifndef TOKENIZE_NGRAM_H
#define TOKENIZE_NGRAM_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An n-gram model. Immutable; any thread. A binary file is mapped and must not change while the model is
 * open; an ARPA file is read into memory. */
typedef struct tkz_ngram_model tkz_ngram_model;

/* Opens an ARPA file (order 2 and above), or a binary file of KenLM (kpu/kenlm lm/binary_format.cc, version
 * 5) of any of its six kinds: probing, probing with rest costs, trie, quantized trie, and tries with
 * compressed pointers. Sizes are checked against the file at opening, every look-up stays inside
 * it. Errors: OPEN_FAILED, IO, OUT_OF_MEMORY; BAD_FORMAT, BAD_VERSION, LIMIT (order above 16), TRUNCATED,
 * CORRUPT with the offset and, in ARPA files, the line. */
TKZ_API TKZ_CHECKED tkz_status tkz_ngram_model_open(tkz_ngram_model **model, const char *path,
                                                    const tkz_allocator *allocator,
                                                    tkz_error *error);
TKZ_API void tkz_ngram_model_free(tkz_ngram_model *model); /* accepts NULL */
TKZ_API uint32_t tkz_ngram_model_order(const tkz_ngram_model *model);
/* Kind of file: "arpa", "probing", "rest_probing", "trie", "quant_trie", "array_trie",
 * "quant_array_trie". Static string. */
TKZ_API const char *tkz_ngram_model_kind(const tkz_ngram_model *model);

/* Where a score begins and ends, for tkz_ngram_model_score. */
enum tkz_ngram_ends {
    TKZ_NGRAM_BEGIN = 1, /* in the context of <s> */
    TKZ_NGRAM_END = 2,   /* </s> is scored behind the last word */
    TKZ_NGRAM_SENTENCE = 3
};

typedef struct tkz_ngram_score {
    float log10;      /* sum of the words' logarithms, to the base 10, added up in float32 as KenLM does */
    uint64_t words;   /* scored, with </s> */
    uint64_t unknown; /* of them, not in the vocabulary */
} tkz_ngram_score;

/* Scores one sentence: words between white space (space, \t, \n, \v, \f, \r). `ends`: bits of
 * tkz_ngram_ends. The same float32 as kenlm.Model.score. Errors: INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_ngram_model_score(const tkz_ngram_model *model, const char *text,
                                                     size_t size, uint32_t ends,
                                                     tkz_ngram_score *score, tkz_error *error);

/* Perplexity of a text of one sentence a line, 10 to the power of -(sum of log10) / (words and line
 * ends), as cc_net (facebookresearch/cc_net cc_net/perplexity.py) has it of a document; lines of
 * no words count. Of one line it is kenlm.Model.perplexity. Errors: INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_ngram_model_perplexity(const tkz_ngram_model *model,
                                                          const char *text, size_t size,
                                                          double *perplexity, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_NGRAM_H */
