/* SPDX-License-Identifier: Apache-2.0
 *
 * fastText classifiers (language identification, text quality): models of the fastText library, read by
 * our own reader, with the same labels and the same probabilities.
 */
#ifndef TOKENIZE_CLASSIFY_H
#define TOKENIZE_CLASSIFY_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A supervised fastText model, `.bin` or quantized `.ftz`. Immutable; any thread. The file is mapped
 * and must not change while the model is open; an input matrix of 2 to 256 MiB that is not quantized is copied into memory. */
typedef struct tkz_classifier tkz_classifier;

/* Opens a model of the fastText library (facebookresearch/fastText src/fasttext.cc, versions 11 and 12
 * of the file): losses softmax, hs, ns and ova, n-grams of characters and of words, pruned dictionaries,
 * quantized input and output matrices. All counts and sizes are checked against the file. Errors:
 * OPEN_FAILED, IO, OUT_OF_MEMORY; BAD_FORMAT (no fastText model), BAD_VERSION, UNSUPPORTED (vectors of
 * words, which have no labels), TRUNCATED, CORRUPT with the offset in the file. */
TKZ_API TKZ_CHECKED tkz_status tkz_classifier_open(tkz_classifier **classifier, const char *path,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_classifier_free(tkz_classifier *classifier); /* accepts NULL; after its predictors */

TKZ_API size_t tkz_classifier_label_count(const tkz_classifier *classifier);
/* A label as the model has it ("__label__ja"), NUL-terminated, owned by the classifier; NULL beyond the
 * end. */
TKZ_API const char *tkz_classifier_label(const tkz_classifier *classifier, size_t index);
/* Index of a label, with or without the prefix "__label__" (NUL-terminated); SIZE_MAX when there is
 * none. */
TKZ_API size_t tkz_classifier_find_label(const tkz_classifier *classifier, const char *label);

/* Per-thread worker on a classifier. */
typedef struct tkz_predictor tkz_predictor;
TKZ_API TKZ_CHECKED tkz_status tkz_predictor_new(tkz_predictor **predictor,
                                                 const tkz_classifier *classifier,
                                                 const tkz_allocator *allocator,
                                                 tkz_error *error);
TKZ_API void tkz_predictor_free(tkz_predictor *predictor); /* accepts NULL */

typedef struct tkz_prediction {
    const char *label; /* as tkz_classifier_label has it */
    uint32_t index;    /* of the label */
    float probability; /* as fastText gives it: up to 1e-5 above the softmax, so it may pass 1 */
} tkz_prediction;

/* Labels of a text, the likeliest first. The text is one line: line ends are white space, as the callers of
 * the fastText library make them (HojiChar and datatrove replace them by spaces), and one stands
 * behind the text. `most`: at most so many labels, 0 for all. `threshold`: no label below this
 * probability. `*count` is 0 when the model knows no word and no n-gram of the text. The
 * predictions are the predictor's, until its next call. Linear in the text. Errors: CORRUPT (the model's
 * numbers give no number), OUT_OF_MEMORY, INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_predictor_predict(tkz_predictor *predictor, const char *text,
                                                     size_t size, uint32_t most, float threshold,
                                                     const tkz_prediction **predictions,
                                                     size_t *count, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_CLASSIFY_H */
