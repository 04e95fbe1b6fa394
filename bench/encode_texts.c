/* SPDX-License-Identifier: Apache-2.0
 *
 * Speed of encoding and decoding over texts in memory, one thread.
 *     encode_texts MODEL RECORDS encode|decode|count [PASSES]
 * RECORDS: texts, each u32 little-endian size and bytes (bench/text writes them). Prints one JSON
 * line: seconds to open the model, of the first pass (our caches cold) and of the best later one,
 * tokens, XXH3 of all ids (not in the time).
 * Leans on the public headers and xxhash.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "tokenize/subword.h"

static void fail(const char *what, const char *message)
{
    fprintf(stderr, "encode_texts: %s: %s\n", what, message);
    exit(EXIT_FAILURE);
}

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        fail(error->where, error->message);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail(path, "cannot open");
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*size + 1);
    if (data == NULL || fread(data, 1, *size, file) != *size)
        fail(path, "cannot read");
    fclose(file);
    return data;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint32_t record_size(const char *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* What one pass gave. */
typedef struct result {
    double seconds;
    uint64_t tokens;
    uint64_t hash;
} result;

typedef struct timer {
    tkz_encoder *encoder;
    int decodes;
    XXH3_state_t *hash;
    result pass;
} timer;

static void work(timer *own, const char *text, size_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, size};
    double start = seconds_now();
    need(tkz_encoder_encode(own->encoder, text, offsets, 1, &batch, &error), &error);
    if (!own->decodes)
        own->pass.seconds += seconds_now() - start;
    XXH3_64bits_update(own->hash, batch->ids, batch->offsets[1] * sizeof *batch->ids);
    own->pass.tokens += batch->offsets[1];
    if (!own->decodes)
        return;
    const uint8_t *bytes;
    size_t length;
    start = seconds_now();
    need(tkz_encoder_decode(own->encoder, batch->ids, batch->offsets[1], 0, &bytes, &length,
                            &error),
         &error);
    own->pass.seconds += seconds_now() - start;
    if (length != size || memcmp(bytes, text, size) != 0)
        fprintf(stderr, "encode_texts: a text of %zu bytes does not come back\n", size);
}

static result pass(timer *own, const char *data, size_t size)
{
    own->pass = (result){0};
    own->hash = XXH3_createState();
    XXH3_64bits_reset(own->hash);
    for (size_t at = 0; at + 4 <= size;) {
        uint32_t length = record_size(data + at);
        work(own, data + at + 4, length);
        at += 4 + (size_t)length;
    }
    own->pass.hash = XXH3_64bits_digest(own->hash);
    XXH3_freeState(own->hash);
    return own->pass;
}

int main(int count, char **words)
{
    if (count < 4)
        fail("usage", "encode_texts MODEL RECORDS encode|decode [PASSES]");
    int passes = count > 4 ? atoi(words[4]) : 3;
    size_t size;
    char *data = read_file(words[2], &size);
    tkz_error error;
    tkz_tokenizer *tokenizer;
    double start = seconds_now();
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    double opened = seconds_now() - start;
    timer own = {.decodes = strcmp(words[3], "decode") == 0};
    need(tkz_encoder_new(&own.encoder, tokenizer, NULL, &error), &error);
    result first = pass(&own, data, size), best = first;
    for (int i = 1; i < passes; i++) {
        result later = pass(&own, data, size);
        if (later.hash != first.hash || later.tokens != first.tokens)
            fail(words[1], "two results for one text");
        if (later.seconds < best.seconds)
            best = later;
    }
    printf("{\"job\":\"%s\",\"bytes\":%zu,\"open\":%.6f,\"first\":%.6f,\"best\":%.6f,"
           "\"tokens\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\",\"mb_per_second\":%.1f}\n",
           words[3], size, opened, first.seconds, best.seconds, first.tokens, first.hash,
           (double)size / first.seconds / 1e6);
    tkz_encoder_free(own.encoder);
    tkz_tokenizer_free(tokenizer);
    free(data);
    return EXIT_SUCCESS;
}
