/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets a comparison ask for the rows of one batch:
 *     rows_probe MODEL [NAME=VALUE...]
 * reads records (u32 little-endian size, bytes) from standard input, all texts of one batch, and
 * answers with u32 rows and for each: u32 source, count, then ids, types, attention, special, starts and
 * ends of spans, `count` of each. Names are those in `options`. Leans on the public header.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "tokenize/subword.h"

enum { PAIRS, TEMPLATE, LENGTH, STRIDE, STRATEGY, SIDE, WINDOWS, PAD, PAD_LENGTH, MULTIPLE, PAD_ID,
       PAD_TYPE, PAD_SIDE, OPTIONS };
static const char *const options[OPTIONS] = {
    "pairs", "template", "length", "stride", "strategy", "side", "windows", "pad", "pad_length",
    "multiple", "pad_id", "pad_type", "pad_side"};

typedef struct texts {
    char *data;
    uint64_t *offsets;
    size_t count;
} texts;

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

static void read_option(const char *word, long values[OPTIONS])
{
    const char *equals = strchr(word, '=');
    for (size_t i = 0; equals != NULL && i < OPTIONS; i++) {
        if (strlen(options[i]) == (size_t)(equals - word) &&
            memcmp(options[i], word, (size_t)(equals - word)) == 0) {
            values[i] = strtol(equals + 1, NULL, 10);
            return;
        }
    }
    probe_fail(word, "there is no such option");
}

static texts read_texts(void)
{
    texts own = {malloc(1), malloc(sizeof(uint64_t)), 0};
    uint32_t size;
    if (own.data == NULL || own.offsets == NULL)
        probe_fail("memory", "out of memory");
    own.offsets[0] = 0;
    while (probe_get(&size)) {
        uint64_t start = own.offsets[own.count];
        own.data = realloc(own.data, start + size + 1);
        own.offsets = realloc(own.offsets, (own.count + 2) * sizeof *own.offsets);
        if (own.data == NULL || own.offsets == NULL ||
            fread(own.data + start, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        own.offsets[++own.count] = start + size;
    }
    return own;
}

static void set_options(tkz_encoder *encoder, const long values[OPTIONS])
{
    tkz_error error;
    tkz_truncation truncation = {(uint64_t)values[LENGTH], (uint64_t)values[STRIDE],
                                 (int32_t)values[STRATEGY], (int32_t)values[SIDE],
                                 (int32_t)values[WINDOWS]};
    tkz_padding padding = {(uint64_t)values[PAD_LENGTH], (uint64_t)values[MULTIPLE],
                           (uint32_t)values[PAD_ID], (uint32_t)values[PAD_TYPE],
                           (int32_t)values[PAD_SIDE]};
    tkz_encoder_want_offsets(encoder, 1);
    tkz_encoder_want_masks(encoder, 1);
    tkz_encoder_add_template(encoder, (int32_t)values[TEMPLATE]);
    need(tkz_encoder_set_truncation(encoder, values[LENGTH] > 0 ? &truncation : NULL, &error),
         &error);
    need(tkz_encoder_set_padding(encoder, values[PAD] ? &padding : NULL, &error), &error);
}

static void answer(const tkz_batch *batch)
{
    probe_put(batch->count);
    for (size_t row = 0; row < batch->count; row++) {
        uint64_t start = batch->offsets[row], end = batch->offsets[row + 1];
        probe_put(batch->sources[row]);
        probe_put(end - start);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->ids[i]);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->types[i]);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->attention[i]);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->special[i]);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->spans[i].start);
        for (uint64_t i = start; i < end; i++)
            probe_put(batch->spans[i].end);
    }
}

int main(int count, char **words)
{
    long values[OPTIONS] = {0};
    tkz_error error;
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    if (count < 2)
        probe_fail("usage", "rows_probe MODEL [NAME=VALUE...]");
    for (int i = 2; i < count; i++)
        read_option(words[i], values);
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    need(tkz_encoder_new(&encoder, tokenizer, NULL, &error), &error);
    set_options(encoder, values);
    texts own = read_texts();
    if (values[PAIRS])
        need(tkz_encoder_encode_pairs(encoder, own.data, own.offsets, own.count / 2, &batch, &error),
             &error);
    else
        need(tkz_encoder_encode(encoder, own.data, own.offsets, own.count, &batch, &error), &error);
    answer(batch);
    free(own.data);
    free(own.offsets);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    return fflush(stdout) == 0 ? 0 : 1;
}
