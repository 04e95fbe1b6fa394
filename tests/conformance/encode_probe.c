/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons ask an encoder for what the command does not print:
 *     encode_probe MODEL [sentencepiece|hf] [special] [template] [characters] [parts]
 * reads records (u32 little-endian size, bytes) from standard input and answers each with u32
 * count, that many ids, and for each id u32 where its bytes start and end. `sentencepiece` and `hf`
 * encode as that program, whatever file it is. `special` takes special
 * tokens from text, `template` puts the model's template around it, `characters` counts these and
 * not bytes, `parts` gives the text to the encoder in parts of 1 to 40 bytes. Leans on the public
 * header.
 */
#include <stdbool.h>
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "tokenize/subword.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

/* What came of a text so far. */
static uint32_t ids[1 << 20];
static tkz_token_span spans[1 << 20];
static size_t id_count;

static void keep(const tkz_batch *batch)
{
    size_t count = (size_t)batch->offsets[1];
    if (count > sizeof ids / sizeof *ids - id_count)
        probe_fail("standard input", "a text has too many ids");
    if (count > 0) {
        memcpy(ids + id_count, batch->ids, count * sizeof *ids);
        memcpy(spans + id_count, batch->spans, count * sizeof *spans);
    }
    id_count += count;
}

static void encode_whole(tkz_encoder *encoder, const char *text, uint32_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, size};
    need(tkz_encoder_encode(encoder, text, offsets, 1, &batch, &error), &error);
    keep(batch);
}

static void encode_parts(tkz_encoder *encoder, const char *text, uint32_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    uint32_t at = 0, random = size;
    do {
        random = random * 1664525 + 1013904223; /* Numerical Recipes, 7.1 */
        uint32_t part = 1 + (random >> 16) % 40;
        if (part > size - at)
            part = size - at;
        need(tkz_encoder_encode_next(encoder, text + at, part, at + part == size, &batch, &error),
             &error);
        keep(batch);
        at += part;
    } while (at < size);
}

static void answer(void)
{
    probe_put(id_count);
    for (size_t i = 0; i < id_count; i++)
        probe_put(ids[i]);
    for (size_t i = 0; i < id_count; i++) {
        probe_put(spans[i].start);
        probe_put(spans[i].end);
    }
}

int main(int count, char **words)
{
    if (count < 2)
        probe_fail("usage", "encode_probe MODEL [sentencepiece|hf] [special] [template] "
                            "[characters] [parts]");
    int32_t compat = TKZ_COMPAT_FILE;
    if (count > 2 && strcmp(words[2], "sentencepiece") == 0)
        compat = TKZ_COMPAT_SENTENCEPIECE;
    else if (count > 2 && strcmp(words[2], "hf") == 0)
        compat = TKZ_COMPAT_HF;
    tkz_error error;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    need(tkz_tokenizer_open_compat(&tokenizer, words[1], compat, NULL, &error), &error);
    need(tkz_encoder_new(&encoder, tokenizer, NULL, &error), &error);
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
    bool parts = false;
    for (int i = compat == TKZ_COMPAT_FILE ? 2 : 3; i < count; i++) {
        if (strcmp(words[i], "special") == 0)
            tkz_encoder_allow_special(encoder, 1);
        else if (strcmp(words[i], "template") == 0)
            tkz_encoder_add_template(encoder, 1);
        else if (strcmp(words[i], "characters") == 0)
            tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
        else if (strcmp(words[i], "parts") == 0)
            parts = true;
        else
            probe_fail(words[i], "there is no such option");
    }
    uint32_t size;
    while (probe_get(&size)) {
        char *text = malloc((size_t)size + 1);
        if (text == NULL || fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        id_count = 0;
        (parts ? encode_parts : encode_whole)(encoder, text, size);
        answer();
        free(text);
    }
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    return fflush(stdout) == 0 ? 0 : 1;
}
