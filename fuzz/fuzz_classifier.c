/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a fastText model. What opens must give labels and numbers for the file's own bytes, the
 * likeliest first.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "clean/fasttext_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void check_predictions(const tkz_classifier *model, tkz_predictor *predictor,
                              const uint8_t *text, size_t size, uint32_t most)
{
    const tkz_prediction *predictions;
    tkz_error error = {0};
    size_t count;
    if (tkz_predictor_predict(predictor, (const char *)text, size, most, 0.0f, &predictions, &count,
                              &error) != TKZ_OK) {
        demand(error.code == TKZ_STATUS_CORRUPT && error.message[0] != '\0');
        return;
    }
    demand(count <= tkz_classifier_label_count(model) && (most == 0 || count <= most));
    for (size_t i = 0; i < count; i++) {
        demand(predictions[i].label == tkz_classifier_label(model, predictions[i].index));
        demand(!isnan(predictions[i].probability));
        demand(i == 0 || predictions[i].probability <= predictions[i - 1].probability);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz_classifier *model;
    tkz_predictor *predictor;
    tkz_error error = {0};
    if (size > 1 << 20)
        return 0;
    if (tkz__fasttext_read(&model, "input", data, size, NULL, &error) != TKZ_OK) {
        demand(error.code != 0 && error.message[0] != '\0');
        return 0;
    }
    demand(tkz_predictor_new(&predictor, model, NULL, NULL) == TKZ_OK);
    size_t text = size < 4096 ? size : 4096;
    check_predictions(model, predictor, data, 0, 0);
    check_predictions(model, predictor, data, text, 0);
    check_predictions(model, predictor, data + size - text, text, 1);
    tkz_predictor_free(predictor);
    tkz_classifier_free(model);
    return 0;
}
