/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets a comparison ask an n-gram model for the scores of sentences:
 *     ngram_probe MODEL
 * reads records (u32 little-endian size, bytes) from standard input and answers each with the float32 of
 * its score with <s> and </s>, without each of them and without both, the u32 number of unknown words, and the
 * float64 of its perplexity; then for each word and </s>, behind <s>, the float32 of its score and
 * the u32 length of the n-gram that was found. Leans on the public header and on ngram_model.
 */
#include <stdlib.h>
#include <string.h>

#include "clean/ngram_model.h"
#include "tests/oracle/probe_records.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

static void put_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    probe_put(bits);
}

static void put_words(const tkz_ngram_model *model, const char *text, size_t size)
{
    tkz__ngram_state state;
    uint32_t length;
    size_t place = 0;
    tkz__ngram_start(model, true, &state);
    for (;;) {
        while (place < size && text[place] == ' ')
            place++;
        size_t start = place;
        while (place < size && text[place] != ' ')
            place++;
        if (place == start)
            break;
        put_float(tkz__ngram_next(model, &state, tkz__ngram_word(model, text + start, place - start),
                                  &length));
        probe_put(length);
    }
    put_float(tkz__ngram_next(model, &state, model->end, &length));
    probe_put(length);
}

int main(int count, char **words)
{
    tkz_ngram_model *model;
    tkz_error error;
    uint32_t size;
    if (count != 2)
        probe_fail("usage", "ngram_probe MODEL");
    need(tkz_ngram_model_open(&model, words[1], NULL, &error), &error);
    while (probe_get(&size)) {
        static const uint32_t ends[] = {TKZ_NGRAM_SENTENCE, TKZ_NGRAM_END, TKZ_NGRAM_BEGIN, 0};
        tkz_ngram_score score;
        double perplexity;
        uint64_t bits;
        char *text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            need(tkz_ngram_model_score(model, text, size, ends[i], &score, &error), &error);
            put_float(score.log10);
        }
        probe_put(score.unknown);
        need(tkz_ngram_model_perplexity(model, text, size, &perplexity, &error), &error);
        memcpy(&bits, &perplexity, sizeof bits);
        probe_put(bits);
        probe_put(bits >> 32);
        put_words(model, text, size);
        free(text);
    }
    tkz_ngram_model_free(model);
    return fflush(stdout) == 0 ? 0 : 1;
}
