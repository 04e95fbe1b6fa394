/* SPDX-License-Identifier: Apache-2.0
 *
 * Speed of one normal form, charset conversion or the sentence splitter over texts
 * in memory, one thread.
 *     text_forms RECORDS JOB [PASSES]
 * RECORDS: texts, each u32 little-endian size and bytes (bench/text writes them). JOB: a normal
 * form; "spans:FORM" for one with its span maps; "normal:FORM" over texts that are in that form
 * already; "split"; "detect"; "convert:CHARSET". Prints one JSON line: seconds of the first pass
 * and of the best later one, XXH3 of the results (hashing is in the time).
 * Leans on the public headers and xxhash.
 */
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "bench/records.h"
#include "tokenize/text.h"

static const char *name;

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(name, error->message);
}

/* Whatever works on one text; the result goes into the hash. */
typedef struct job {
    tkz_normalizer *normalizer;
    tkz_sentence_splitter *splitter;
    tkz_converter *converter;
    int spans;
    int detect;
    int normal;
} job;

static void work(job *j, const char *text, size_t size, XXH3_state_t *hash)
{
    tkz_error error;
    if (j->normalizer != NULL) {
        tkz_normalized result;
        need(tkz_normalizer_run(j->normalizer, text, size, j->spans, &result, &error), &error);
        XXH3_64bits_update(hash, result.text, result.size);
    } else if (j->splitter != NULL) {
        const uint64_t *ends;
        size_t count;
        need(tkz_sentence_splitter_run(j->splitter, text, size, &ends, &count, &error), &error);
        XXH3_64bits_update(hash, ends, count * sizeof *ends);
    } else if (j->converter != NULL) {
        tkz_converted result;
        need(tkz_converter_run(j->converter, text, size, j->spans, &result, &error), &error);
        XXH3_64bits_update(hash, result.text, result.size);
    } else {
        tkz_charset_guess guess;
        tkz_charset_detect(text, size, NULL, 0, &guess);
        const char *charset = guess.charset != NULL ? guess.charset : "-";
        XXH3_64bits_update(hash, charset, strlen(charset));
    }
}

/* The records in the normal form, in new memory. */
static char *normalized_records(job *j, const char *data, size_t *size)
{
    size_t capacity = 2 * *size + 64, made = 0;
    char *records = malloc(capacity);
    for (size_t at = 0; records != NULL && at + 4 <= *size; at += 4 + bench_record_size(data + at)) {
        tkz_error error;
        tkz_normalized result;
        need(tkz_normalizer_run(j->normalizer, data + at + 4, bench_record_size(data + at), 0, &result,
                                &error),
             &error);
        if (capacity - made < result.size + 4)
            records = realloc(records, capacity = 2 * capacity + result.size);
        if (records == NULL)
            break;
        for (int i = 0; i < 4; i++)
            records[made++] = (char)(result.size >> (8 * i));
        memcpy(records + made, result.text, result.size);
        made += result.size;
    }
    if (records == NULL)
        bench_fail(name, "out of memory");
    *size = made;
    return records;
}

static double pass(job *j, const char *data, size_t size, uint64_t *digest)
{
    XXH3_state_t *hash = XXH3_createState();
    XXH3_64bits_reset(hash);
    double start = bench_seconds(CLOCK_MONOTONIC);
    for (size_t at = 0; at + 4 <= size;) {
        uint32_t length = bench_record_size(data + at);
        work(j, data + at + 4, length, hash);
        at += 4 + (size_t)length;
    }
    double seconds = bench_seconds(CLOCK_MONOTONIC) - start;
    *digest = XXH3_64bits_digest(hash);
    XXH3_freeState(hash);
    return seconds;
}

static void open_job(job *j)
{
    tkz_error error;
    tkz_normal_form *form;
    const char *steps = name;
    if (strcmp(name, "split") == 0) {
        need(tkz_sentence_splitter_new(&j->splitter, TKZ_LINE_BREAK_AUTO, NULL, &error), &error);
    } else if (strcmp(name, "detect") == 0) {
        j->detect = 1;
    } else if (strncmp(name, "convert:", 8) == 0) {
        need(tkz_converter_new(&j->converter, name + 8, TKZ_BAD_BYTES_REPLACE, NULL, &error),
             &error);
    } else {
        j->spans = strncmp(name, "spans:", 6) == 0;
        j->normal = strncmp(name, "normal:", 7) == 0;
        steps += j->spans ? 6 : j->normal ? 7 : 0;
        need(tkz_normal_form_new(&form, steps, strlen(steps), NULL, &error), &error);
        need(tkz_normalizer_new(&j->normalizer, form, NULL, &error), &error);
    }
}

int main(int count, char **words)
{
    if (count < 3)
        bench_fail("usage", "text_forms RECORDS JOB [PASSES]");
    name = words[2];
    int passes = count > 3 ? atoi(words[3]) : 5;
    size_t size;
    uint64_t first_digest, digest;
    char *data = bench_read_file(words[1], &size);
    job j = {0};
    open_job(&j);
    if (j.normal) {
        char *records = normalized_records(&j, data, &size);
        free(data);
        data = records;
    }
    double first = pass(&j, data, size, &first_digest), best = first;
    for (int i = 1; i < passes; i++) {
        double seconds = pass(&j, data, size, &digest);
        if (digest != first_digest)
            bench_fail(name, "two results for one text");
        if (seconds < best)
            best = seconds;
    }
    printf("{\"job\":\"%s\",\"bytes\":%zu,\"first\":%.6f,\"best\":%.6f,\"hash\":\"%016" PRIx64 "\"}\n",
           name, size, first, best, first_digest);
    free(data);
    return EXIT_SUCCESS;
}
