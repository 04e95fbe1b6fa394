/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: an n-gram model, ARPA or binary. What opens must score the file's own bytes, and each word
 * of them with an n-gram no longer than the order.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "clean/ngram_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void check_scores(const tkz_ngram_model *model, const char *text, size_t size)
{
    tkz_ngram_score score;
    tkz__ngram_state state;
    double perplexity;
    uint32_t length;
    demand(tkz_ngram_model_score(model, text, size, TKZ_NGRAM_SENTENCE, &score, NULL) == TKZ_OK);
    demand(score.words >= 1 && score.unknown < score.words);
    demand(tkz_ngram_model_perplexity(model, text, size, &perplexity, NULL) == TKZ_OK);
    tkz__ngram_start(model, true, &state);
    for (size_t i = 0; i + 3 <= size; i += 3) {
        tkz__ngram_next(model, &state, tkz__ngram_word(model, text + i, 3), &length);
        demand(length >= 1 && length <= tkz_ngram_model_order(model));
        demand(state.length < tkz_ngram_model_order(model));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz_ngram_model *model;
    tkz_error error = {0};
    if (size > 1 << 20)
        return 0;
    if (tkz__ngram_read(&model, "input", data, size, NULL, &error) != TKZ_OK) {
        demand(error.code != 0 && error.message[0] != '\0');
        return 0;
    }
    size_t text = size < 1024 ? size : 1024;
    check_scores(model, (const char *)data, text);
    check_scores(model, (const char *)data + size - text, text);
    static const char words[] = "a b c d </s> c d c <unk> a b c";
    check_scores(model, words, sizeof words - 1);
    tkz_ngram_model_free(model);
    return 0;
}
