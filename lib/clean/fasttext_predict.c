/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels of a text by a fastText model, as FastText::predictLine gives them (facebookresearch/fastText
 * src/fasttext.cc, loss.cc): the same numbers in the same precision at each step, and the same order of
 * labels of one score. Leans on fasttext_model.
 */
#include <math.h>
#include <string.h>

#include "clean/fasttext_model.h"

/* A label and the logarithm of its probability. */
typedef struct scored {
    float score;
    uint32_t label;
} scored;

/* A node of the tree still to be seen: the score above it, and the probability with which it is chosen there. */
typedef struct branch {
    int32_t node;
    float above;
    float probability;
} branch;

struct tkz_predictor {
    const tkz_classifier *model;
    tkz_allocator allocator;
    tkz__fasttext_rows rows;
    float *hidden;       /* columns */
    float *output;       /* labels, up to a multiple of TKZ__FASTTEXT_PANEL: products, then probabilities */
    scored *best;        /* labels + 1: a heap with the least on top */
    size_t best_count;
    branch *branches;    /* labels + 1 */
    tkz_prediction *predictions; /* labels */
};

/* ---- The best labels ---------------------------------------------------- */

/* std::push_heap and std::pop_heap of libstdc++ (bits/stl_heap.h) decide which of two labels of one
 * score stays and which comes first; these move the same items. */
static void sift_up(scored *heap, size_t hole, scored item)
{
    while (hole > 0 && heap[(hole - 1) / 2].score > item.score) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = item;
}

/* Moves the least item behind the others, of which there are count - 1. */
static void pop(scored *heap, size_t count)
{
    scored item = heap[count - 1];
    size_t hole = 0, child = 0, length = count - 1;
    heap[count - 1] = heap[0];
    while (length > 2 && child < (length - 1) / 2) {
        child = 2 * (child + 1);
        if (heap[child].score > heap[child - 1].score)
            child--;
        heap[hole] = heap[child];
        hole = child;
    }
    if (length >= 2 && length % 2 == 0 && child == (length - 2) / 2) {
        child = 2 * child + 1;
        heap[hole] = heap[child];
        hole = child;
    }
    if (length > 0)
        sift_up(heap, hole, item);
}

static void keep_best(tkz_predictor *worker, uint32_t most, float score, uint32_t label)
{
    sift_up(worker->best, worker->best_count, (scored){score, label});
    worker->best_count++;
    if (worker->best_count > most) {
        pop(worker->best, worker->best_count);
        worker->best_count--;
    }
}

/* Loss::std_log. */
static float log_of(double probability)
{
    return (float)log((double)(float)probability + 1e-5);
}

/* Whether log_of(probability) is below log_of(other) for certain: logarithms differ by 1e-5 then, which is more than
 * rounding one to a float below 16 does. Spares most labels the logarithm. */
static bool is_far_below(float probability, float other)
{
    return (double)probability + 1e-5 < ((double)other + 1e-5) * (1 - 1e-5);
}

/* ---- Losses ------------------------------------------------------------- */

static tkz_status no_number(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, "fastText model", TKZ__NO_OFFSET,
                          "the matrices of the model give no number for this text; fetch or train it "
                          "again");
}

static bool are_numbers(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (isnan(values[i]))
            return false;
    return true;
}

static void take_softmax(float *output, size_t count)
{
    float highest = output[0], sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        highest = output[i] > highest ? output[i] : highest;
    for (size_t i = 0; i < count; i++) {
        /* fastText calls the function of double there. */
        output[i] = (float)exp((double)(output[i] - highest));
        sum += output[i];
    }
    for (size_t i = 0; i < count; i++)
        output[i] /= sum;
}

static float logistic(const tkz_classifier *model, float x)
{
    if (x < -8.0f)
        return 0.0f;
    if (x > 8.0f)
        return 1.0f;
    return model->sigmoids[(int64_t)((x + 8.0f) * 512.0f / 8.0f / 2.0f)];
}

static tkz_status predict_flat(tkz_predictor *worker, uint32_t most, float threshold,
                               tkz_error *error)
{
    const tkz_classifier *model = worker->model;
    float *output = worker->output;
    tkz__fasttext_multiply(&model->output, worker->hidden, output);
    if (!are_numbers(output, model->label_count))
        return no_number(error);
    if (model->loss == TKZ__FASTTEXT_SOFTMAX)
        take_softmax(output, model->label_count);
    for (uint32_t i = 0; i < model->label_count; i++) {
        if (model->loss != TKZ__FASTTEXT_SOFTMAX)
            output[i] = logistic(model, output[i]);
        if (isnan(output[i]))
            return no_number(error);
        if (output[i] < threshold)
            continue;
        if (worker->best_count == most && is_far_below(output[i], output[worker->best[0].label]))
            continue;
        float score = log_of(output[i]);
        if (worker->best_count == most && score < worker->best[0].score)
            continue;
        keep_best(worker, most, score, i);
    }
    return TKZ_OK;
}

/* No less than log_of(probability): a logarithm to base 2 is at most 0.0861 above the line between powers of two that a float's
 * bits are. */
static float log_at_most(float probability)
{
    float shifted = probability + 1e-5f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return 0.6931472f * ((float)bits * 0x1p-23f - 127.0f + 0.0861f);
}

/* Nodes that are seen before the products of all are taken together, which costs as much as those of so many. */
enum { NODES_ALONE = 12 };

static inline float right_of(float product)
{
    return (float)(1.0 / (double)(1.0f + expf(-product)));
}

/* The probability of the right branch of an inner node, of which `seen` were seen before; no number where the product is
 * none. */
static inline float right_at(tkz_predictor *worker, int32_t node, size_t seen)
{
    const tkz_classifier *model = worker->model;
    uint32_t row = (uint32_t)node - model->label_count;
    if (seen < NODES_ALONE || model->output.panels == NULL)
        return right_of(tkz__fasttext_dot(&model->output, row, worker->hidden));
    if (seen == NODES_ALONE) {
        tkz__fasttext_multiply_panels(&model->output, worker->hidden, worker->output);
        for (uint32_t i = 0; i + 1 < model->label_count; i++)
            worker->output[i] = right_of(worker->output[i]);
    }
    return worker->output[row];
}

/* Down the tree, left before right; what cannot come among the best is left out, if that can be told beforehand without its
 * logarithm. */
static tkz_status predict_tree(tkz_predictor *worker, uint32_t most, float threshold,
                               tkz_error *error)
{
    const tkz_classifier *model = worker->model;
    const int32_t labels = (int32_t)model->label_count;
    const float least = log_of(threshold);
    size_t count = 0, seen = 0;
    int32_t node = (int32_t)(2 * (int64_t)labels - 2);
    float score = 0.0f;
    for (;;) {
        const tkz__fasttext_node *at = &model->tree[node];
        bool is_out = score < least || (worker->best_count == most && score < worker->best[0].score);
        if (!is_out && at->left < 0) {
            keep_best(worker, most, score, (uint32_t)node);
        } else if (!is_out) {
            float right = right_at(worker, node, seen++);
            if (isnan(right))
                return no_number(error);
            worker->branches[count++] = (branch){at->right, score, right};
            worker->branches[count++] = (branch){at->left, score, (float)(1.0 - (double)right)};
        }
        const branch *next;
        float slack;
        do {
            if (count == 0)
                return TKZ_OK;
            next = &worker->branches[--count];
            slack = 1e-4f - next->above * 1e-6f; /* more than roundings come to */
        } while (worker->best_count == most &&
                 next->above + log_at_most(next->probability) + slack < worker->best[0].score);
        node = next->node;
        score = next->above + log_of(next->probability);
    }
}

/* ---- A text ------------------------------------------------------------- */

static void add_block(void *context, const uint32_t *rows, size_t count)
{
    tkz_predictor *worker = context;
    tkz__fasttext_add_rows(&worker->model->input, rows, count, worker->hidden);
}

static void give(tkz_predictor *worker, const tkz_prediction **predictions, size_t *count)
{
    for (size_t left = worker->best_count; left > 1; left--)
        pop(worker->best, left);
    for (size_t i = 0; i < worker->best_count; i++) {
        const scored *from = &worker->best[i];
        worker->predictions[i] = (tkz_prediction){
            tkz_classifier_label(worker->model, from->label), from->label, expf(from->score)};
    }
    *predictions = worker->predictions;
    *count = worker->best_count;
}

tkz_status tkz_predictor_predict(tkz_predictor *predictor, const char *text, size_t size,
                                 uint32_t most, float threshold,
                                 const tkz_prediction **predictions, size_t *count,
                                 tkz_error *error)
{
    if (predictor == NULL || predictions == NULL || count == NULL || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_predictor_predict",
                              TKZ__NO_OFFSET, "predictor, text, predictions and count must not be NULL");
    const tkz_classifier *model = predictor->model;
    *predictions = predictor->predictions;
    *count = 0;
    predictor->best_count = 0;
    memset(predictor->hidden, 0, model->columns * sizeof *predictor->hidden);
    tkz_status status = tkz__fasttext_find_rows(&predictor->rows, text, size, error);
    if (status != TKZ_OK || predictor->rows.count == 0)
        return status;
    float scale = (float)(1.0 / (double)predictor->rows.count);
    for (uint32_t i = 0; i < model->columns; i++)
        predictor->hidden[i] *= scale;
    if (most == 0 || most > model->label_count)
        most = model->label_count;
    status = model->loss == TKZ__FASTTEXT_HIERARCHICAL
                 ? predict_tree(predictor, most, threshold, error)
                 : predict_flat(predictor, most, threshold, error);
    if (status == TKZ_OK)
        give(predictor, predictions, count);
    return status;
}

/* ---- Life --------------------------------------------------------------- */

static size_t products_of(const tkz_classifier *model)
{
    return ((size_t)model->label_count + TKZ__FASTTEXT_PANEL - 1) / TKZ__FASTTEXT_PANEL * TKZ__FASTTEXT_PANEL;
}

tkz_status tkz_predictor_new(tkz_predictor **predictor, const tkz_classifier *classifier,
                             const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    if (predictor == NULL || classifier == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_predictor_new",
                              TKZ__NO_OFFSET, "predictor and classifier must not be NULL");
    *predictor = NULL;
    tkz_predictor *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    size_t labels = classifier->label_count;
    made->model = classifier;
    made->allocator = memory;
    made->rows = (tkz__fasttext_rows){
        .model = classifier, .context = made, .add = add_block, .allocator = memory};
    made->rows.block =
        tkz__allocate_array(&memory, TKZ__FASTTEXT_BLOCK, sizeof *made->rows.block);
    made->hidden = tkz__allocate_array(&memory, classifier->columns, sizeof *made->hidden);
    made->output = tkz__allocate_array(&memory, products_of(classifier), sizeof *made->output);
    made->best = tkz__allocate_array(&memory, labels + 1, sizeof *made->best);
    made->branches = tkz__allocate_array(&memory, labels + 1, sizeof *made->branches);
    made->predictions = tkz__allocate_array(&memory, labels, sizeof *made->predictions);
    if (made->rows.block == NULL || made->hidden == NULL || made->output == NULL ||
        made->best == NULL || made->branches == NULL || made->predictions == NULL) {
        tkz_predictor_free(made);
        return tkz__error_memory(error, labels * sizeof *made->predictions);
    }
    *predictor = made;
    return TKZ_OK;
}

void tkz_predictor_free(tkz_predictor *predictor)
{
    if (predictor == NULL)
        return;
    tkz_allocator memory = predictor->allocator;
    size_t labels = predictor->model->label_count;
    tkz__release_array(&memory, predictor->rows.block, TKZ__FASTTEXT_BLOCK,
                       sizeof *predictor->rows.block);
    tkz__release_array(&memory, predictor->rows.hashes, predictor->rows.hash_capacity,
                       sizeof *predictor->rows.hashes);
    tkz__release_array(&memory, predictor->hidden, predictor->model->columns,
                       sizeof *predictor->hidden);
    tkz__release_array(&memory, predictor->output, products_of(predictor->model), sizeof *predictor->output);
    tkz__release_array(&memory, predictor->best, labels + 1, sizeof *predictor->best);
    tkz__release_array(&memory, predictor->branches, labels + 1, sizeof *predictor->branches);
    tkz__release_array(&memory, predictor->predictions, labels, sizeof *predictor->predictions);
    tkz__release(&memory, predictor, sizeof *predictor);
}
