/* SPDX-License-Identifier: Apache-2.0
 *
 * Speed of encoding and decoding over texts in memory, one thread.
 *     encode_texts MODEL RECORDS encode|decode [PASSES]
 * RECORDS: texts, each u32 little-endian size and bytes (bench/text writes them). Prints one JSON
 * line: seconds to open the model, of the first pass (our caches cold) and of the best later one, seconds
 * of the processor in the first pass, tokens, XXH3 of all ids (not in the time).
 * Leans on the public headers and xxhash.
 */
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "bench/records.h"
#include "tokenize/subword.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(error->where, error->message);
}

/* What one pass gave. */
typedef struct result {
    double seconds;
    double processor; /* seconds of it */
    uint64_t tokens;
    uint64_t hash;
} result;

typedef struct timer {
    tkz_encoder *encoder;
    int decodes;
    XXH3_state_t *hash;
    result pass;
    uint32_t *ids; /* of all texts, if they are to be decoded */
    size_t id_capacity;
} timer;

static void keep(timer *own, const uint32_t *ids, size_t count)
{
    if (own->pass.tokens + count > own->id_capacity) {
        own->id_capacity = (own->pass.tokens + count) * 2;
        own->ids = realloc(own->ids, own->id_capacity * sizeof *ids);
        if (own->ids == NULL)
            bench_fail("ids", "out of memory");
    }
    memcpy(own->ids + own->pass.tokens, ids, count * sizeof *ids);
}

/* Returns the number of ids. */
static size_t encode(timer *own, const char *text, size_t size)
{
    tkz_error error;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, size};
    double start = bench_seconds(CLOCK_MONOTONIC);
    double worked = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
    need(tkz_encoder_encode(own->encoder, text, offsets, 1, &batch, &error), &error);
    own->pass.processor += bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - worked;
    if (!own->decodes)
        own->pass.seconds += bench_seconds(CLOCK_MONOTONIC) - start;
    XXH3_64bits_update(own->hash, batch->ids, batch->offsets[1] * sizeof *batch->ids);
    if (own->decodes)
        keep(own, batch->ids, batch->offsets[1]);
    own->pass.tokens += batch->offsets[1];
    return batch->offsets[1];
}

static void decode(timer *own, const uint32_t *ids, size_t count, const char *text, size_t size)
{
    tkz_error error;
    const uint8_t *bytes;
    size_t length;
    double start = bench_seconds(CLOCK_MONOTONIC);
    need(tkz_encoder_decode(own->encoder, ids, count, 0, &bytes, &length, &error), &error);
    own->pass.seconds += bench_seconds(CLOCK_MONOTONIC) - start;
    if (length != size || memcmp(bytes, text, size) != 0)
        fprintf(stderr, "encode_texts: a text of %zu bytes does not come back\n", size);
}

/* Decoding is a pass of its own: encoding in between would put its tables out of the caches. */
static result pass(timer *own, const char *data, size_t size)
{
    own->pass = (result){0};
    own->hash = XXH3_createState();
    XXH3_64bits_reset(own->hash);
    size_t texts = 0;
    for (size_t at = 0; at + 4 <= size; texts++)
        at += 4 + (size_t)bench_record_size(data + at);
    size_t *counts = calloc(texts + 1, sizeof *counts);
    if (counts == NULL)
        bench_fail("texts", "out of memory");
    for (size_t at = 0, i = 0; i < texts; i++) {
        uint32_t length = bench_record_size(data + at);
        counts[i] = encode(own, data + at + 4, length);
        at += 4 + (size_t)length;
    }
    for (size_t at = 0, from = 0, i = 0; own->decodes && i < texts; i++) {
        uint32_t length = bench_record_size(data + at);
        decode(own, own->ids + from, counts[i], data + at + 4, length);
        from += counts[i];
        at += 4 + (size_t)length;
    }
    free(counts);
    own->pass.hash = XXH3_64bits_digest(own->hash);
    XXH3_freeState(own->hash);
    return own->pass;
}

int main(int count, char **words)
{
    if (count < 4)
        bench_fail("usage", "encode_texts MODEL RECORDS encode|decode [PASSES]");
    int passes = count > 4 ? atoi(words[4]) : 3;
    size_t size;
    char *data = bench_read_file(words[2], &size);
    tkz_error error;
    tkz_tokenizer *tokenizer;
    double start = bench_seconds(CLOCK_MONOTONIC);
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    double opened = bench_seconds(CLOCK_MONOTONIC) - start;
    timer own = {.decodes = strcmp(words[3], "decode") == 0};
    need(tkz_encoder_new(&own.encoder, tokenizer, NULL, &error), &error);
    result first = pass(&own, data, size), best = first;
    for (int i = 1; i < passes; i++) {
        result later = pass(&own, data, size);
        if (later.hash != first.hash || later.tokens != first.tokens)
            bench_fail(words[1], "two results for one text");
        if (later.seconds < best.seconds)
            best = later;
    }
    printf("{\"job\":\"%s\",\"bytes\":%zu,\"open\":%.6f,\"first\":%.6f,\"best\":%.6f,"
           "\"processor\":%.6f,\"tokens\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\",\"mb_per_second\":%.1f}\n",
           words[3], size, opened, first.seconds, best.seconds, first.processor, first.tokens, first.hash,
           (double)size / first.seconds / 1e6);
    tkz_encoder_free(own.encoder);
    tkz_tokenizer_free(tokenizer);
    free(own.ids);
    free(data);
    return EXIT_SUCCESS;
}
