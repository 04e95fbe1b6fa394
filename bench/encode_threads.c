/* SPDX-License-Identifier: Apache-2.0
 *
 * How encoding scales with threads, beside a loop that touches no memory.
 *     encode_threads MODEL RECORDS THREADS [ROUNDS]
 * The texts are dealt out into as many parts as threads. Each part has an encoder of its own, new in
 * each round: the parts are encoded one after the other by one thread, then at the same time. The loop
 * does the same, so that what the machine gives to two threads is seen in the same seconds. Rounds take
 * turns; the best of each counts. Prints one JSON line.
 * Leans on the public headers and POSIX threads.
 */
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "bench/records.h"
#include "tokenize/subword.h"

enum { MOST_THREADS = 256, DEFAULT_ROUNDS = 5 };

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(error->where, error->message);
}

typedef struct part {
    tkz_tokenizer *tokenizer;
    const char *data; /* records */
    size_t size;
    unsigned number, count; /* this part has the records number, number + count .. */
    uint64_t steps;         /* of the loop */
    uint64_t result;        /* ids, or what the loop came to */
} part;

static void *encode_part(void *argument)
{
    part *own = argument;
    tkz_error error;
    tkz_encoder *encoder;
    need(tkz_encoder_new(&encoder, own->tokenizer, NULL, &error), &error);
    own->result = 0;
    unsigned turn = 0;
    for (size_t at = 0; at + 4 <= own->size;) {
        uint64_t offsets[2] = {0, bench_record_size(own->data + at)};
        const tkz_batch *batch;
        if (turn == own->number) {
            need(tkz_encoder_encode(encoder, own->data + at + 4, offsets, 1, &batch, &error),
                 &error);
            own->result += batch->offsets[1];
        }
        turn = (turn + 1) % own->count;
        at += 4 + (size_t)offsets[1];
    }
    tkz_encoder_free(encoder);
    return NULL;
}

/* xorshift64: each step waits for the one before it. */
static void *compute_part(void *argument)
{
    part *own = argument;
    uint64_t state = own->number + 1;
    for (uint64_t i = 0; i < own->steps; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    own->result = state;
    return NULL;
}

/* Seconds of all parts, one after the other or at the same time. */
static double run(void *(*work)(void *), part *parts, unsigned count, int together)
{
    pthread_t threads[MOST_THREADS];
    double start = bench_seconds(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, work, &parts[i]) != 0)
            bench_fail("thread", "cannot start");
        if (!together)
            pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; together && i < count; i++)
        pthread_join(threads[i], NULL);
    return bench_seconds(CLOCK_MONOTONIC) - start;
}

static void keep_best(double *best, double seconds)
{
    if (*best == 0 || seconds < *best)
        *best = seconds;
}

int main(int count, char **words)
{
    if (count < 4)
        bench_fail("usage", "encode_threads MODEL RECORDS THREADS [ROUNDS]");
    unsigned threads = (unsigned)atoi(words[3]);
    int rounds = count > 4 ? atoi(words[4]) : DEFAULT_ROUNDS;
    if (threads < 1 || threads > MOST_THREADS || rounds < 1)
        bench_fail("usage", "1 to 256 threads, 1 or more rounds");
    size_t size;
    char *data = bench_read_file(words[2], &size);
    tkz_error error;
    tkz_tokenizer *tokenizer;
    need(tkz_tokenizer_open(&tokenizer, words[1], NULL, &error), &error);
    part *parts = calloc(threads, sizeof *parts);
    if (parts == NULL)
        bench_fail("parts", "out of memory");
    for (unsigned i = 0; i < threads; i++)
        parts[i] = (part){tokenizer, data, size, i, threads, UINT64_C(100000000), 0};
    double encode[2] = {0}, compute[2] = {0};
    for (int round = 0; round < rounds; round++) {
        for (int together = 0; together < 2; together++) {
            keep_best(&encode[together], run(encode_part, parts, threads, together));
            keep_best(&compute[together], run(compute_part, parts, threads, together));
        }
    }
    double encoding = encode[0] / encode[1], computing = compute[0] / compute[1];
    printf("{\"threads\":%u,\"bytes\":%zu,\"mb_per_second\":[%.1f,%.1f],\"encoding\":%.3f,"
           "\"computing\":%.3f,\"of_computing\":%.3f}\n",
           threads, size, (double)size / encode[0] / 1e6, (double)size / encode[1] / 1e6, encoding,
           computing, encoding / computing);
    free(parts);
    tkz_tokenizer_free(tokenizer);
    free(data);
    return EXIT_SUCCESS;
}
