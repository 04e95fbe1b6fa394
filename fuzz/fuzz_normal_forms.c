/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the first byte chooses a step of a normal form, the second a next
 * one; the rest is the text. The span map must cover both sides, identity must
 * be identity; sentences and clusters must cover the text.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_spans.h"
#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static tkz_normal_form *open_form(uint8_t first, uint8_t second)
{
    char steps[256] = "";
    size_t count = tkz_normal_step_count();
    strcat(steps, tkz_normal_step_at(first % count)->name);
    if (second % (count + 1) < count) {
        strcat(steps, ",");
        strcat(steps, tkz_normal_step_at(second % (count + 1))->name);
    }
    tkz_normal_form *form;
    tkz_status status = tkz_normal_form_new(&form, steps, strlen(steps), NULL, NULL);
    /* Some steps do not go without an option of theirs. */
    demand(status == TKZ_OK || status == TKZ_STATUS_INVALID_OPTION);
    return form;
}

static void check_form(tkz_normal_form *form, const char *text, size_t size)
{
    tkz_normalizer *normalizer;
    tkz_normalized result;
    demand(tkz_normalizer_new(&normalizer, form, NULL, NULL) == TKZ_OK);
    demand(tkz_normalizer_run(normalizer, text, size, 1, &result, NULL) == TKZ_OK);
    demand_spans(text, size, &result);
    tkz_normalizer_free(normalizer);
}

static void check_sentences(int32_t line_break, const char *text, size_t size)
{
    tkz_sentence_splitter *splitter;
    const uint64_t *ends;
    size_t count;
    uint64_t before = 0;
    demand(tkz_sentence_splitter_new(&splitter, line_break, NULL, NULL) == TKZ_OK);
    demand(tkz_sentence_splitter_run(splitter, text, size, &ends, &count, NULL) == TKZ_OK);
    for (size_t i = 0; i < count; i++) {
        demand(ends[i] > before && ends[i] <= size);
        before = ends[i];
    }
    demand(before == size);
    tkz_sentence_splitter_free(splitter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *text = (const char *)data + 2;
    tkz_normal_form *form = open_form(data[0], data[1]);
    if (form != NULL)
        check_form(form, text, size - 2);
    tkz_normal_form_free(form);
    check_sentences(data[0] % 3, text, size - 2);
    for (size_t at = 0; at < size - 2;) {
        size_t step = tkz_grapheme_next(text + at, size - 2 - at);
        demand(step >= 1 && step <= size - 2 - at);
        at += step;
    }
    tkz_mojibake found;
    tkz_mojibake_find(text, size - 2, &found);
    demand(found.share >= 0 && found.share <= 1);
    return 0;
}
