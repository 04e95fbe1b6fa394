/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "quality_score": how much a text is like those that people called good, by the characters that it is made of.
 * Leans on quality_model.
 */
#include <math.h>

#include "clean/filter.h"
#include "clean/quality_model.h"

enum { MINIMUM, MINIMUM_SHORT, SHORT };
enum { SCORE, CHARACTERS };

TKZ__VALUE(characters_of, (double)measures->characters)

/* A short text says little of itself: it must be worse to go. */
static bool decide(const double *values, const double *parameters, tkz_verdict *verdict)
{
    bool is_short = values[CHARACTERS] < parameters[SHORT];
    double minimum = parameters[is_short ? MINIMUM_SHORT : MINIMUM];
    if (values[SCORE] < minimum)
        return tkz__filter_drop(verdict, "low_quality", values[SCORE], minimum);
    return true;
}

static tkz_status open_model(const tkz__chosen_filter *chosen, void **resource,
                             const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__quality_model_open((tkz__quality_model **)resource, chosen->file, allocator, error);
}

static void close_model(void *resource, const tkz_allocator *allocator)
{
    tkz__quality_model_free(resource, allocator);
}

/* ---- A worker's memory --------------------------------------------------- */

typedef struct counter {
    tkz__quality_counts counts;
    tkz_allocator allocator;
} counter;

static void free_counter(void *object)
{
    counter *own = object;
    tkz_allocator allocator = own->allocator;
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status make_counter(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                               counter **made, tkz_error *error)
{
    *made = tkz__measuring_kept(measuring, chosen);
    if (*made != NULL)
        return TKZ_OK;
    counter *own = tkz__allocate_zeroed(&measuring->allocator, sizeof *own);
    if (own == NULL)
        return tkz__error_memory(error, sizeof *own);
    own->allocator = measuring->allocator;
    *made = own;
    return tkz__measuring_keep(measuring, chosen, own, free_counter, error);
}

/* ---- The value ----------------------------------------------------------- */

/* From log-odds to a number between 0 and 1, by arithmetic that is the same everywhere. */
static double score(double odds)
{
    return 0.5 + 0.5 * odds / (1 + fabs(odds));
}

/* The mean of the pieces, and the piece that is worst. */
static tkz_status weigh(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value,
                        size_t *worst, counter **own, tkz_error *error)
{
    tkz_status status = make_counter(measuring, chosen, own, error);
    if (status == TKZ_OK)
        status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    const tkz__quality_model *model = chosen->resource;
    size_t count = measuring->count, size;
    double sum = 0, least = INFINITY;
    *worst = 0;
    for (size_t start = 0; start < count; start += size) {
        size = tkz__quality_piece(start, count);
        double odds = tkz__quality_odds(model, &(*own)->counts, measuring->characters + start, size);
        sum += odds * (double)size;
        if (odds < least)
            least = odds, *worst = start;
    }
    *value = score(count == 0 ? model->bias : sum / (double)count);
    return TKZ_OK;
}

static tkz_status quality(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                          double *value, tkz_error *error)
{
    size_t worst;
    counter *own;
    return weigh(measuring, chosen, value, &worst, &own, error);
}

/* ---- Spans --------------------------------------------------------------- */

/* How many pairs of characters are shown. */
enum { SHOWN = 8 };

static int weight_at(const tkz__quality_model *model, const uint32_t *characters, size_t at)
{
    return model->weights[tkz__quality_bucket(tkz__quality_pair(characters[at], characters[at + 1]))];
}

/* The weight that at most SHOWN pairs of a piece reach or are below; 0 if none is below 0. */
static int lowest_weights(const tkz__quality_model *model, const uint32_t *characters, size_t count)
{
    size_t pairs[128] = {0}, total = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        int weight = weight_at(model, characters, i);
        pairs[weight < 0 ? -weight : 0]++;
    }
    int weight = 127;
    for (; weight > 0 && total + pairs[weight] <= SHOWN; weight--)
        total += pairs[weight];
    return total == 0 ? -weight : -(weight + 1);
}

/* In the piece that is worst, the pairs of characters that speak most against it. */
static tkz_status worst_spans(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                              const tkz__span_sink *sink, tkz_error *error)
{
    double value;
    size_t worst, shown = 0, behind = 0;
    counter *own;
    tkz_status status = weigh(measuring, chosen, &value, &worst, &own, error);
    if (status != TKZ_OK || measuring->count == 0)
        return status;
    const tkz__quality_model *model = chosen->resource;
    const uint32_t *characters = measuring->characters + worst;
    size_t count = tkz__quality_piece(worst, measuring->count);
    int bound = lowest_weights(model, characters, count);
    for (size_t i = 0; bound < 0 && status == TKZ_OK && i + 1 < count && shown < SHOWN; i++) {
        if (i < behind || weight_at(model, characters, i) > bound)
            continue;
        status = tkz__measuring_add_span(measuring, worst + i, 2, sink, error);
        behind = i + 2;
        shown++;
    }
    return status;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {.info = {.name = "quality_score",
              .text = "how much the text is like paragraphs of the web that people called good and unlike those they "
                      "called bad (advertisements, lists, templates), by weights of its characters and pairs of "
                      "characters; 0.5: as much like one as the other",
              .unit = "score from 0 to 1",
              .source = "ours: doc/quality-score.md",
              .below = "low_quality",
              TKZ__PARAMETERS(TKZ__MINIMUM_SHARE(0.31),
                              {"minimum_short", "the same for short documents, of which less can be said",
                               TKZ_PARAMETER_NUMBER, 0.18, 0, 1},
                              {"short", "documents with fewer characters are short", TKZ_PARAMETER_INTEGER, 100, 0,
                               TKZ__LARGEST_WHOLE},
                              {"file",
                               "weights of your own, written by contrib/train_quality.py from texts with the labels "
                               "good and bad",
                               TKZ_PARAMETER_FILE, 1, 0, 1})},
     .measures = TKZ__MEASURE_LENGTH,
     .evaluate = quality,
     .second = characters_of,
     .second_name = "characters",
     .second_unit = "characters",
     .decide = decide,
     .open = open_model,
     .close = close_model,
     .spans = worst_spans},
};

extern const tkz__filter_family tkz__filters_quality;
const tkz__filter_family tkz__filters_quality = {filters, sizeof filters / sizeof filters[0]};
