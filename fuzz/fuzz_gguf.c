/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a GGUF file, or a tokenizer.jsonl of PLaMo 2. What opens must encode and decode what the
 * file itself has as text.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "format/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void check_texts(tkz_tokenizer *tokenizer, const uint8_t *data, size_t size)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const uint8_t *text;
    size_t text_size;
    uint64_t offsets[2] = {0, size};
    demand(tkz_encoder_new(&encoder, tokenizer, NULL, NULL) == TKZ_OK);
    tkz_encoder_add_template(encoder, 1);
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    demand(tkz_encoder_encode(encoder, (const char *)data, offsets, 1, &batch, NULL) == TKZ_OK);
    for (uint64_t i = 0; i < batch->offsets[1]; i++) {
        demand(batch->ids[i] < tkz_tokenizer_size(tokenizer));
        demand(batch->spans[i].start <= batch->spans[i].end && batch->spans[i].end <= size);
    }
    demand(tkz_encoder_decode(encoder, batch->ids, (size_t)batch->offsets[1], 0, &text, &text_size,
                              NULL) == TKZ_OK);
    tkz_encoder_free(encoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    extern const tkz__format tkz__format_gguf, tkz__format_plamo;
    if (size == 0 || size > 1 << 20)
        return 0;
    const tkz__format *format =
        tkz__format_gguf.probe(data, size) ? &tkz__format_gguf : &tkz__format_plamo;
    tkz__mapped_file file = {.data = data, .size = size};
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    const tkz__open_options options = {.compat = TKZ_COMPAT_FILE};
    if (!format->probe(data, size))
        return 0;
    if (format->open(&tokenizer, "input", &file, &options, NULL, &error) != TKZ_OK) {
        demand(error.message[0] != '\0');
        return 0;
    }
    demand(tkz_tokenizer_verify(tokenizer, NULL) == TKZ_OK);
    check_texts(tokenizer, data, size < 4096 ? size : 4096);
    tkz_tokenizer_free(tokenizer);
    return 0;
}
