/* SPDX-License-Identifier: Apache-2.0
 *
 * Speed of one pre-tokenizer, or of all, over texts in memory, one thread.
 *     pre_tokenizers RECORDS [NAME [PASSES]]
 * RECORDS: texts, each u32 little-endian size and bytes (bench/text writes them). Prints one JSON
 * line for each pre-tokenizer: processor seconds of the first pass and of the best later one, chunks, and XXH3
 * of the ends (made in a pass of its own).
 * Leans on the pre-tokenizers of subword and xxhash.
 */
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "bench/records.h"
#include "subword/pre_tokenizer.h"

/* As many ends as the encoder asks for at once. */
enum { ROOM = 1024 };

/* Cuts all texts; returns the number of chunks. The ends go into the hash if there is one. */
static uint64_t pass(const tkz__pre_tokenizer *pre_tokenizer, const char *data, size_t size,
                     XXH3_state_t *hash)
{
    uint32_t ends[ROOM];
    uint64_t chunks = 0;
    for (size_t at = 0; at + 4 <= size;) {
        const char *text = data + at + 4;
        size_t length = bench_record_size(data + at);
        for (size_t start = 0; start < length;) {
            size_t count = pre_tokenizer->cut(text + start, length - start, ends, ROOM);
            chunks += count;
            for (size_t i = 0; hash != NULL && i < count; i++) {
                uint64_t end = start + ends[i];
                XXH3_64bits_update(hash, &end, sizeof end);
            }
            start += ends[count - 1];
        }
        at += 4 + length;
    }
    return chunks;
}

static void measure(const tkz__pre_tokenizer *pre_tokenizer, const char *data, size_t size,
                    int passes)
{
    double first = 0, best = 0;
    for (int i = 0; i < passes; i++) {
        double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
        pass(pre_tokenizer, data, size, NULL);
        double seconds = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
        first = i == 0 ? seconds : first;
        best = i == 0 || seconds < best ? seconds : best;
    }
    XXH3_state_t *hash = XXH3_createState();
    XXH3_64bits_reset(hash);
    uint64_t chunks = pass(pre_tokenizer, data, size, hash);
    printf("{\"name\":\"%s\",\"bytes\":%zu,\"first\":%.6f,\"best\":%.6f,\"mb_s\":%.0f,"
           "\"ns_byte\":%.3f,\"chunks\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"}\n",
           pre_tokenizer->name, size, first, best, (double)size / best / 1e6,
           best / (double)size * 1e9, chunks, XXH3_64bits_digest(hash));
    XXH3_freeState(hash);
}

int main(int count, char **words)
{
    if (count < 2)
        bench_fail("usage", "pre_tokenizers RECORDS [NAME [PASSES]]");
    const char *name = count > 2 ? words[2] : "all";
    int passes = count > 3 ? atoi(words[3]) : 5;
    size_t size, found = 0;
    char *data = bench_read_file(words[1], &size);
    for (size_t i = 0; i < tkz_pre_tokenizer_count(); i++) {
        const char *known = tkz_pre_tokenizer_at(i)->name;
        if (strcmp(name, "all") != 0 && strcmp(name, known) != 0)
            continue;
        measure(tkz__pre_tokenizer_find(known, strlen(known)), data, size, passes);
        found++;
    }
    if (found == 0)
        bench_fail(name, "there is no pre-tokenizer of that name");
    free(data);
    return EXIT_SUCCESS;
}
