/* SPDX-License-Identifier: Apache-2.0
 *
 * classify_texts MODEL RECORDS: labels of all texts by a fastText model, one thread; prints one JSON line with MB of
 * UTF-8 a second of the best of five passes (time of the processor). Leans on the public header.
 */
#include "bench/records.h"
#include "tokenize/classify.h"

int main(int count, char **words)
{
    tkz_classifier *classifier;
    tkz_predictor *predictor;
    tkz_error error;
    size_t size, bytes = 0;
    double best = 0;
    if (count != 3)
        bench_fail("usage", "classify_texts MODEL RECORDS");
    if (tkz_classifier_open(&classifier, words[1], NULL, &error) != TKZ_OK ||
        tkz_predictor_new(&predictor, classifier, NULL, &error) != TKZ_OK)
        bench_fail(error.where, error.message);
    char *records = bench_read_file(words[2], &size);
    for (int pass = 0; pass < 5; pass++) {
        double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
        bytes = 0;
        for (size_t at = 0; at < size;) {
            const tkz_prediction *found;
            size_t labels;
            uint32_t length = bench_record_size(records + at);
            if (tkz_predictor_predict(predictor, records + at + 4, length, 1, 0.0f, &found, &labels,
                                      &error) != TKZ_OK)
                bench_fail(error.where, error.message);
            bytes += length;
            at += 4 + length;
        }
        double seconds = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
        if (pass == 0 || seconds < best)
            best = seconds;
    }
    printf("{\"mb_per_second\": %.2f}\n", (double)bytes / 1e6 / best);
    free(records);
    tkz_predictor_free(predictor);
    tkz_classifier_free(classifier);
    return 0;
}
