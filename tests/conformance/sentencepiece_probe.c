/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons ask a SentencePiece model for what the command does not print:
 *     sentencepiece_probe MODEL normalize|decode|stream|best|sample|write
 * `normalize` reads records (u32 little-endian size, bytes) from standard input and answers each with
 * the normalized text likewise, u32 count and where each character of it and its end came from.
 * `decode` reads records of ids (u32 each) and answers with their text; `stream` gives a decoder one
 * to three ids at a time. `best` answers texts with the number of their best encodings, ten at most, and the
 * ids of each; `sample` with the ids of a thousand encodings drawn at random. `write` writes the model's file. Leans on the inside of the library.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/tokenizer.h"
#include "tests/oracle/probe_records.h"
#include "text/spm_normalize.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        probe_fail(error->where, error->message);
}

static void put_bytes(const void *bytes, size_t size)
{
    probe_put(size);
    if (size > 0 && fwrite(bytes, 1, size, stdout) != size)
        probe_fail("standard output", "cannot write");
}

/* ---- Normalizing ------------------------------------------------------------- */

static void put_origins(const tkz_normalized *result)
{
    const tkz__span_map map = {.runs = (tkz__span_run *)result->spans, .count = result->span_count};
    uint64_t characters = 0;
    for (size_t i = 0; i < result->size; i++)
        characters += ((uint8_t)result->text[i] & 0xC0) != 0x80;
    probe_put(characters + 1);
    for (size_t i = 0; i <= result->size; i++) {
        if (i == result->size || ((uint8_t)result->text[i] & 0xC0) != 0x80)
            probe_put(tkz__spm_source_of(&map, i));
    }
}

static void normalize(tkz_normalizer *normalizer, const char *text, size_t size)
{
    tkz_error error;
    tkz_normalized result;
    need(tkz_normalizer_run(normalizer, text, size, 1, &result, &error), &error);
    put_bytes(result.text, result.size);
    put_origins(&result);
}

/* ---- Decoding ---------------------------------------------------------------- */

static void decode(tkz_encoder *encoder, const uint32_t *ids, size_t count)
{
    tkz_error error;
    const uint8_t *bytes;
    size_t size;
    need(tkz_encoder_decode(encoder, ids, count, 0, &bytes, &size, &error), &error);
    put_bytes(bytes, size);
}

static void decode_stream(tkz_encoder *encoder, const uint32_t *ids, size_t count)
{
    static uint8_t whole[1 << 24];
    size_t length = 0, at = 0;
    uint32_t random = (uint32_t)count;
    int32_t is_last;
    do {
        tkz_error error;
        const uint8_t *bytes;
        size_t size;
        random = random * 1664525 + 1013904223; /* Numerical Recipes, 7.1 */
        size_t some = 1 + (random >> 16) % 3;
        some = some < count - at ? some : count - at;
        is_last = at + some == count;
        need(tkz_encoder_decode_next(encoder, ids + at, some, 0, is_last, &bytes, &size, &error),
             &error);
        if (size > sizeof whole - length)
            probe_fail("standard input", "a text is too long");
        if (size > 0)
            memcpy(whole + length, bytes, size);
        length += size;
        at += some;
    } while (!is_last);
    put_bytes(whole, length);
}

/* ---- Other paths ------------------------------------------------------------- */

enum { BEST = 10, DRAWS = 1000 };
#define ALPHA 0.25

static void put_ids(const uint32_t *ids, size_t count)
{
    probe_put(count);
    for (size_t i = 0; i < count; i++)
        probe_put(ids[i]);
}

static void put_best(tkz_encoder *encoder, const char *text, size_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    const double *scores;
    need(tkz_encoder_encode_best(encoder, text, size, BEST, &batch, &scores, &error), &error);
    probe_put(batch->count);
    for (size_t i = 0; i < batch->count; i++)
        put_ids(batch->ids + batch->offsets[i], batch->offsets[i + 1] - batch->offsets[i]);
}

static void put_samples(tkz_encoder *encoder, const char *text, size_t size)
{
    probe_put(DRAWS);
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        tkz_error error;
        const tkz_batch *batch;
        const uint64_t offsets[2] = {0, size};
        need(tkz_encoder_set_sampling(encoder, -1, ALPHA, seed, &error), &error);
        need(tkz_encoder_encode(encoder, text, offsets, 1, &batch, &error), &error);
        put_ids(batch->ids, batch->offsets[1]);
    }
}

/* ---- The program ------------------------------------------------------------- */

static void write_file(const tkz_tokenizer *tokenizer)
{
    tkz_error error;
    tkz_bytes bytes;
    need(tkz_tokenizer_serialize(tokenizer, "sentencepiece", &bytes, &error), &error);
    if (fwrite(bytes.data, 1, bytes.size, stdout) != bytes.size)
        probe_fail("standard output", "cannot write");
    tkz_bytes_free(&bytes);
}

int main(int count, char **words)
{
    if (count != 3)
        probe_fail("usage",
                   "sentencepiece_probe MODEL normalize|decode|stream|best|sample|write");
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_normalizer *normalizer;
    tkz_error error;
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    need(tkz_encoder_new(&encoder, tokenizer, NULL, &error), &error);
    need(tkz_normalizer_new(&normalizer, tkz__tokenizer_normal_form(tokenizer), NULL, &error),
         &error);
    uint32_t size;
    if (strcmp(words[2], "write") == 0)
        write_file(tokenizer);
    while (strcmp(words[2], "write") != 0 && probe_get(&size)) {
        uint32_t *record = malloc((size_t)size + 4);
        if (record == NULL)
            probe_fail("memory", "none left");
        if (fread(record, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        if (strcmp(words[2], "normalize") == 0)
            normalize(normalizer, (const char *)record, size);
        else if (strcmp(words[2], "best") == 0)
            put_best(encoder, (const char *)record, size);
        else if (strcmp(words[2], "sample") == 0)
            put_samples(encoder, (const char *)record, size);
        else if (strcmp(words[2], "decode") == 0)
            decode(encoder, record, size / 4);
        else
            decode_stream(encoder, record, size / 4);
        free(record);
    }
    tkz_normalizer_free(normalizer);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    return 0;
}
