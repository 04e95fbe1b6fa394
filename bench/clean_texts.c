/* SPDX-License-Identifier: Apache-2.0
 *
 * clean_texts RECORDS [--threads N] FILTERS...: all values of each filter set (JSON, as the "clean" of a recipe)
 * of all texts in memory. Prints a JSON line for each set: MB of UTF-8 a second of the processor in the best of
 * five passes, and the XXH3 of all values. Sets take turns, so that they meet the same machine. With --threads, how
 * the first set scales beside a loop that only computes. Leans on the public header and on parts.
 */
#include <string.h>
#include <xxhash.h>

#include "bench/parts.h"
#include "tokenize/clean.h"

enum { MOST_SETS = 32, MOST_VALUES = 256 };

typedef struct measured_set {
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    double best;
    uint64_t hash;
} measured_set;

static void open_set(measured_set *own, const char *json)
{
    tkz_error error;
    if (tkz_filter_set_new(&own->set, json, strlen(json), NULL, &error) != TKZ_OK ||
        tkz_cleaner_new(&own->cleaner, own->set, NULL, &error) != TKZ_OK)
        bench_fail(error.where, error.message);
    if (tkz_filter_set_value_count(own->set) > MOST_VALUES)
        bench_fail("filters", "too many values");
}

/* Measures the texts of part `number` of `parts` and returns the hash of the values. */
static uint64_t measure(const measured_set *own, const char *data, size_t size, unsigned number,
                        unsigned parts)
{
    double values[MOST_VALUES];
    size_t count = tkz_filter_set_value_count(own->set);
    tkz_error error;
    uint64_t hash = 0;
    bench_dealer dealer = {{0}};
    for (size_t at = 0; at < size;) {
        uint32_t length = bench_record_size(data + at);
        if (bench_deal(&dealer, parts, length) == number) {
            if (tkz_cleaner_measure(own->cleaner, data + at + 4, length, values, &error) != TKZ_OK)
                bench_fail(error.where, error.message);
            hash = XXH3_64bits_withSeed(values, count * sizeof *values, hash);
        }
        at += 4 + (size_t)length;
    }
    return hash;
}

static void *work(void *argument)
{
    bench_part *own = argument;
    measured_set set = *(const measured_set *)own->shared;
    tkz_error error;
    if (tkz_cleaner_new(&set.cleaner, set.set, NULL, &error) != TKZ_OK)
        bench_fail(error.where, error.message);
    own->result = measure(&set, own->data, own->size, own->number, own->count);
    tkz_cleaner_free(set.cleaner);
    return NULL;
}

int main(int count, char **words)
{
    measured_set sets[MOST_SETS] = {0};
    size_t size, set_count = 0, texts = 0;
    int threads = 0, first = 2;
    if (count > 3 && strcmp(words[2], "--threads") == 0) {
        threads = atoi(words[3]);
        first = 4;
    }
    if (count <= first || count - first > MOST_SETS)
        bench_fail("usage", "clean_texts RECORDS [--threads N] FILTERS... (at most 32)");
    char *data = bench_read_file(words[1], &size);
    for (int i = first; i < count; i++)
        open_set(&sets[set_count++], words[i]);
    for (size_t at = 0; at < size; at += 4 + (size_t)bench_record_size(data + at))
        texts++;
    if (threads > 0) {
        bench_scale(work, &sets[0], data, size, threads, BENCH_ROUNDS);
    } else {
        for (int round = 0; round < BENCH_ROUNDS; round++)
            for (size_t i = 0; i < set_count; i++) {
                double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
                sets[i].hash = measure(&sets[i], data, size, 0, 1);
                bench_keep_best(&sets[i].best, bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
            }
        for (size_t i = 0; i < set_count; i++)
            printf("{\"mb_per_second\":%.1f,\"hash\":\"%016" PRIx64 "\"}\n",
                   (double)(size - 4 * texts) / 1e6 / sets[i].best, sets[i].hash);
    }
    for (size_t i = 0; i < set_count; i++) {
        tkz_cleaner_free(sets[i].cleaner);
        tkz_filter_set_free(sets[i].set);
    }
    free(data);
    return 0;
}
