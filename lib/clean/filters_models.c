/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters by models of the user's: fastText classifiers (language, or any label) and n-gram perplexity. Leans on
 * tkz_predictor and tkz_ngram_model.
 */
#include <math.h>
#include <string.h>

#include "clean/filter.h"
#include "text/utf8.h"
#include "tokenize/classify.h"
#include "tokenize/ngram.h"

/* ---- fastText ------------------------------------------------------------ */

static tkz_status open_classifier(const tkz__chosen_filter *chosen, void **resource,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    enum { LABEL = 1 };
    tkz_classifier *model;
    tkz_status status = tkz_classifier_open(&model, chosen->file, allocator, error);
    if (status != TKZ_OK)
        return status;
    bool is_language = strcmp(chosen->filter->info.name, "language") == 0;
    if (is_language && tkz_classifier_find_label(model, "ja") == SIZE_MAX)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, chosen->file, TKZ__NO_OFFSET,
                                "this fastText model has no label __label__ja; a model of languages such as "
                                "lid.176.bin has");
    size_t count = tkz_classifier_label_count(model);
    if (!is_language && chosen->parameters[LABEL] >= (double)count)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_RECIPE, chosen->file, TKZ__NO_OFFSET,
                                "this fastText model has %zu labels, from 0 to %zu", count, count - 1);
    if (status != TKZ_OK) {
        tkz_classifier_free(model);
        return status;
    }
    *resource = model;
    return TKZ_OK;
}

static void close_classifier(void *resource, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz_classifier_free(resource);
}

static void free_predictor(void *object)
{
    tkz_predictor_free(object);
}

static tkz_status predict(tkz__measuring *measuring, const tkz__chosen_filter *chosen, uint32_t most,
                          const tkz_prediction **found, size_t *count, tkz_error *error)
{
    tkz_predictor *predictor = tkz__measuring_kept(measuring, chosen);
    tkz_status status = TKZ_OK;
    if (predictor == NULL) {
        status = tkz_predictor_new(&predictor, chosen->resource, &measuring->allocator, error);
        if (status == TKZ_OK)
            status = tkz__measuring_keep(measuring, chosen, predictor, free_predictor, error);
    }
    return status == TKZ_OK ? tkz_predictor_predict(predictor, measuring->text, measuring->size,
                                                    most, 0.0f, found, count, error)
                            : status;
}

static tkz_status japanese(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                           double *value, tkz_error *error)
{
    const tkz_prediction *found;
    size_t count;
    tkz_status status = predict(measuring, chosen, 1, &found, &count, error);
    if (status == TKZ_OK)
        *value = count > 0 && found->index == tkz_classifier_find_label(chosen->resource, "ja")
                     ? (double)found->probability
                     : 0;
    return status;
}

static tkz_status label(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value,
                        tkz_error *error)
{
    enum { LABEL = 1 };
    const tkz_prediction *found;
    size_t count;
    tkz_status status = predict(measuring, chosen, 0, &found, &count, error);
    *value = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        if ((double)found[i].index == chosen->parameters[LABEL])
            *value = (double)found[i].probability;
    return status;
}

/* ---- N-grams ------------------------------------------------------------- */

static tkz_status open_ngrams(const tkz__chosen_filter *chosen, void **resource,
                              const tkz_allocator *allocator, tkz_error *error)
{
    return tkz_ngram_model_open((tkz_ngram_model **)resource, chosen->file, allocator, error);
}

static void close_ngrams(void *resource, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz_ngram_model_free(resource);
}

/* Spaces between all characters of a line, in the worker's buffer. */
static tkz_status part_characters(tkz__measuring *measuring, tkz_error *error)
{
    tkz__buffer *parted = &measuring->joined;
    tkz__buffer_clear(parted);
    /* A space behind each character: none is shorter than a byte. */
    tkz_status status = tkz__buffer_reserve(parted, 2 * measuring->size, error);
    for (size_t at = 0; status == TKZ_OK && at < measuring->size;) {
        uint32_t c;
        size_t length = tkz__utf8_next(measuring->text + at, measuring->size - at, &c);
        memcpy(parted->data + parted->size, measuring->text + at, length); /* line ends too */
        parted->size += length;
        parted->data[parted->size++] = ' ';
        at += length;
    }
    return status;
}

static tkz_status perplexity(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                             double *value, tkz_error *error)
{
    enum { CHARACTERS = 1 };
    const char *text = measuring->text;
    size_t size = measuring->size;
    if (chosen->parameters[CHARACTERS] != 0) {
        tkz_status status = part_characters(measuring, error);
        if (status != TKZ_OK)
            return status;
        text = (const char *)measuring->joined.data;
        size = measuring->joined.size;
    }
    tkz_status status =
        tkz_ngram_model_perplexity(chosen->resource, size == 0 ? "" : text, size, value, error);
    if (status == TKZ_OK && !isfinite(*value))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, chosen->file, TKZ__NO_OFFSET,
                              "the weights of the n-gram model give no number for this text");
    return status;
}

/* ---- The table ------------------------------------------------------------ */

static const tkz__filter filters[] = {
    {.info = {.name = "language",
              .text = "probability that the document is Japanese, by a fastText model of languages; 0 where "
                      "another language is likelier",
              .unit = "probability",
              .source = "HojiChar, document_filters.py, AcceptJapaneseByFastText",
              TKZ__PARAMETERS(TKZ__MINIMUM_SHARE(0.5),
                              TKZ__FILE("a fastText model with the label __label__ja, such as "
                                        "lid.176.bin of fasttext.cc"))},
     .info.comparison = TKZ_DROP_BELOW,
     .info.below = "not_japanese",
     .evaluate = japanese,
     .open = open_classifier,
     .close = close_classifier},
    {.info = {.name = "fasttext",
              .text = "probability of one label of a fastText model, of quality for example",
              .unit = "probability",
              .source = "facebookresearch/fastText, src/fasttext.cc, predictLine",
              TKZ__PARAMETERS(TKZ__MINIMUM_SHARE(0.5),
                              {"label", "which label, by its place in the model: the most frequent is 0",
                               TKZ_PARAMETER_INTEGER, 0, 0, 2147483647},
                              TKZ__FILE("a fastText classifier, .bin or .ftz"))},
     .info.comparison = TKZ_DROP_BELOW,
     .info.below = "improbable_label",
     .evaluate = label,
     .open = open_classifier,
     .close = close_classifier},
    {.info = {.name = "perplexity",
              .text = "perplexity of the document's lines by an n-gram model; words are what stands between "
                      "white space",
              .unit = "perplexity",
              .source = "facebookresearch/cc_net, cc_net/perplexity.py, DocLM",
              .difference = "the value is not rounded to one decimal; lines are not normalised nor cut into "
                            "pieces of SentencePiece",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(1450),
                              {"characters", "each character is a word, for models of characters",
                               TKZ_PARAMETER_FLAG, 0, 0, 1},
                              TKZ__FILE("an n-gram model, ARPA or a binary file of KenLM"))},
     .info.comparison = TKZ_DROP_ABOVE,
     .info.above = "perplexity",
     .evaluate = perplexity,
     .open = open_ngrams,
     .close = close_ngrams},
};

extern const tkz__filter_family tkz__filters_models;
const tkz__filter_family tkz__filters_models = {filters, sizeof filters / sizeof filters[0]};
