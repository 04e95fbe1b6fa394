/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: charset detection, conversion and broken decodings. The first byte
 * chooses a charset and what becomes of bad bytes, the rest is the text.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* Spans adjoin, cover both texts, and identities are identical. */
static void check_spans(const tkz_converted *result, const char *text, size_t size)
{
    uint64_t source = 0;
    uint64_t target = 0;

    for (size_t i = 0; i < result->span_count; i++) {
        const tkz_span *span = &result->spans[i];

        demand(span->source_start == source && span->target_start == target);
        demand(span->source_size <= size - source && span->target_size <= result->size - target);
        if (span->identity)
            demand(span->source_size == span->target_size &&
                   memcmp(text + source, result->text + target, span->source_size) == 0);
        source += span->source_size;
        target += span->target_size;
    }
    demand(source == size && target == result->size);
}

static void check_conversion(const char *charset, int32_t bad_bytes, const char *text, size_t size)
{
    tkz_converter *converter;
    tkz_converted result;
    tkz_error error;
    tkz_status status;

    demand(tkz_converter_new(&converter, charset, bad_bytes, NULL, &error) == TKZ_OK);
    status = tkz_converter_run(converter, text, size, 1, &result, &error);
    if (bad_bytes == TKZ_BAD_BYTES_REJECT && result.bad_sequences != 0) {
        demand(status == TKZ_STATUS_BAD_ENCODING && error.offset == result.first_bad);
    } else {
        demand(status == TKZ_OK);
        demand(tkz_utf8_valid_prefix(result.text, result.size) == result.size);
        demand((result.first_bad == UINT64_MAX) == (result.bad_sequences == 0));
        demand(result.bad_bytes >= result.bad_sequences && result.bad_bytes <= size);
        check_spans(&result, text, size);
    }
    tkz_converter_free(converter);
}

static void check_mojibake(const char *text, size_t size)
{
    tkz_mojibake found;
    tkz_normal_form *form;
    tkz_normalizer *normalizer;
    tkz_normalized result;
    tkz_error error;

    tkz_mojibake_find(text, size, &found);
    demand(found.share >= 0.0 && found.share <= 1.0);
    demand(tkz_normal_form_new(&form, "mojibake-v1", 11, NULL, &error) == TKZ_OK);
    demand(tkz_normalizer_new(&normalizer, form, NULL, &error) == TKZ_OK);
    demand(tkz_normalizer_run(normalizer, text, size, 1, &result, &error) == TKZ_OK);
    if (found.repairable)
        demand(result.changed);
    tkz_normalizer_free(normalizer);
    tkz_normal_form_free(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    tkz_charset_guess guess;

    if (size == 0)
        return 0;
    tkz_charset_detect(text, size - 1, NULL, 0, &guess);
    demand(guess.confidence >= 0.0 && guess.confidence <= 1.0 && guess.evidence != NULL);
    if (guess.charset != NULL)
        demand(tkz_charset_find(guess.charset, strlen(guess.charset)) == guess.charset);
    demand(guess.mark_size <= size - 1);
    check_conversion(tkz_charset_at(data[0] % tkz_charset_count()), data[0] / 64 % 3, text,
                     size - 1);
    check_mojibake(text, size - 1);
    return 0;
}
