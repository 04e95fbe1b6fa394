/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons ask an encoder for what the command does not print:
 *     encode_probe MODEL [special] [template]
 * reads records (u32 little-endian size, bytes) from standard input and answers each with u32
 * count, that many ids, and for each id u32 where its bytes start and end. `special` takes special
 * tokens from text, `template` puts the model's template around it. Leans on the public header.
 */
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "tokenize/subword.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

static void answer(tkz_encoder *encoder, const char *text, uint32_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, size};
    need(tkz_encoder_encode(encoder, text, offsets, 1, &batch, &error), &error);
    probe_put(batch->offsets[1]);
    for (uint64_t i = 0; i < batch->offsets[1]; i++)
        probe_put(batch->ids[i]);
    for (uint64_t i = 0; i < batch->offsets[1]; i++) {
        probe_put(batch->spans[i].start);
        probe_put(batch->spans[i].end);
    }
}

int main(int count, char **words)
{
    if (count < 2)
        probe_fail("usage", "encode_probe MODEL [special] [template]");
    tkz_error error;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    need(tkz_encoder_new(&encoder, tokenizer, NULL, &error), &error);
    tkz_encoder_want_offsets(encoder, 1);
    for (int i = 2; i < count; i++) {
        if (strcmp(words[i], "special") == 0)
            tkz_encoder_allow_special(encoder, 1);
        else if (strcmp(words[i], "template") == 0)
            tkz_encoder_add_template(encoder, 1);
        else
            probe_fail(words[i], "there is no such option");
    }
    uint32_t size;
    while (probe_get(&size)) {
        char *text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        answer(encoder, text, size);
        free(text);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    return fflush(stdout) == 0 ? 0 : 1;
}
