/* SPDX-License-Identifier: Apache-2.0
 *
 * How well vocabularies fit texts: the figures by which they are compared.
 */
#ifndef TOKENIZE_EVALUATE_H
#define TOKENIZE_EVALUATE_H

#include "tokenize/base.h"
#include "tokenize/subword.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A vocabulary under evaluation. Names differ from each other. */
typedef struct tkz_evaluated_model {
    const char *name; /* UTF-8 */
    tkz_tokenizer *tokenizer;
} tkz_evaluated_model;

/* Texts of one kind: files of JSON lines, lines or whole documents, which may be compressed. */
typedef struct tkz_evaluated_domain {
    const char *name; /* UTF-8, not "all" */
    const char *const *paths;
    size_t path_count;
} tkz_evaluated_domain;

/* What to evaluate. Everything is borrowed for the call. */
typedef struct tkz_evaluation {
    const tkz_evaluated_model *models;
    size_t model_count; /* 1 to 256 */
    const tkz_evaluated_domain *domains;
    size_t domain_count; /* 1 to 4096 */
    const tkz_boundaries *words; /* where words are, line by line; NULL: no figures of words */
    size_t reference;    /* model that sequence lengths are compared with; SIZE_MAX: none */
    double alpha;        /* order of the Rényi entropy, above 0; 0: 2.5 */
    uint32_t resamples;  /* for 95 % intervals, at most 100000; 0: no intervals */
    uint64_t seed;       /* of them */
    uint64_t limit;      /* bytes of a domain (decompressed, as stored) behind which no frame of some
                          * 1 MiB is begun any more; 0: none */
    const char *text_key;     /* member of JSON records; NULL: "text" */
    const char *input_format; /* "auto", "jsonl", "lines", "document"; NULL: "auto" */
    int32_t replace_surrogates; /* 1: a lone surrogate becomes U+FFFD; 0: the record is bad */
    int32_t timing; /* 1: the report has bytes and processor time of encoding, which differs each time */
} tkz_evaluation;

/* Encodes every document with every model and reports, for each domain and for all together, what
 * doc/formats/evaluation.md lists, as a JSON object; free it with tkz_bytes_free. Each text is read once.
 * Special tokens in texts are text, and templates are left out. But for `timing` the report depends
 * on models and texts only, not on threads. Memory: a frame of each thread, 16 bytes an id and
 * model, 8 bytes a resample, model, thread and four columns. Errors: INVALID_ARGUMENT, OPEN_FAILED, IO,
 * TRUNCATED, CORRUPT, EMPTY_INPUT (a domain without a document), UNSUPPORTED (a model that cannot
 * encode; the place is that of the document), COUNTS_DISAGREE, CANCELLED, LIMIT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_evaluate(const tkz_evaluation *what,
                                            const tkz_executor *executor,
                                            const tkz_progress_callback *progress,
                                            const tkz_allocator *allocator, tkz_bytes *report,
                                            tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_EVALUATE_H */
