/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets a comparison ask a fastText model for the labels of texts:
 *     classifier_probe MODEL MOST THRESHOLD
 * reads records (u32 little-endian size, bytes) from standard input and answers each with u32 labels and
 * for each u32 index and the float32 of its probability. Leans on the public header.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "tokenize/classify.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

int main(int count, char **words)
{
    tkz_classifier *classifier;
    tkz_predictor *predictor;
    tkz_error error;
    uint32_t size;
    if (count != 4)
        probe_fail("usage", "classifier_probe MODEL MOST THRESHOLD");
    need(tkz_classifier_open(&classifier, words[1], NULL, &error), &error);
    need(tkz_predictor_new(&predictor, classifier, NULL, &error), &error);
    while (probe_get(&size)) {
        const tkz_prediction *predictions;
        size_t found;
        char *text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        need(tkz_predictor_predict(predictor, text, size, (uint32_t)strtoul(words[2], NULL, 10),
                                   strtof(words[3], NULL), &predictions, &found, &error),
             &error);
        probe_put(found);
        for (size_t i = 0; i < found; i++) {
            uint32_t bits;
            memcpy(&bits, &predictions[i].probability, sizeof bits);
            probe_put(predictions[i].index);
            probe_put(bits);
        }
        free(text);
    }
    tkz_predictor_free(predictor);
    tkz_classifier_free(classifier);
    return fflush(stdout) == 0 ? 0 : 1;
}
