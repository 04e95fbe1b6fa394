/* SPDX-License-Identifier: Apache-2.0
 *
 * Where sentences end, for bench/sentence_f1.py, and how fast that is found.
 *     sentence_ends MODE          0 auto, 1 every line break ends, 2 only empty lines do
 *     sentence_ends MODE FILE     speed over a file in memory: best of seven passes
 * Standard input: documents, each a length of 4 bytes (little-endian) and its bytes. A line a
 * document: the ends as byte offsets. Public interface only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tokenize/text.h"

enum { PASSES = 7 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int measure(tkz_sentence_splitter *splitter, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return 1;
    size_t size = (size_t)ftell(file), count = 0;
    char *text = malloc(size + 1);
    rewind(file);
    if (text == NULL || fread(text, 1, size, file) != size)
        return 1;
    fclose(file);
    double best = 1e30;
    for (int pass = 0; pass < PASSES; pass++) {
        const uint64_t *ends;
        double start = now();
        if (tkz_sentence_splitter_run(splitter, text, size, &ends, &count, NULL) != TKZ_OK)
            return 1;
        double seconds = now() - start;
        best = seconds < best ? seconds : best;
    }
    printf("%.1f MB/s, %zu sentences, %zu bytes\n", (double)size / best / 1e6, count, size);
    free(text);
    return 0;
}

static int split_documents(tkz_sentence_splitter *splitter)
{
    uint8_t head[4];
    char *text = NULL;
    int result = 0;
    while (result == 0 && fread(head, 1, 4, stdin) == 4) {
        size_t size = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 |
                      (size_t)head[3] << 24;
        const uint64_t *ends;
        size_t count;
        free(text);
        text = malloc(size + 1);
        if (text == NULL || fread(text, 1, size, stdin) != size ||
            tkz_sentence_splitter_run(splitter, text, size, &ends, &count, NULL) != TKZ_OK) {
            result = 1;
            break;
        }
        for (size_t i = 0; i < count; i++)
            printf("%s%" PRIu64, i > 0 ? " " : "", ends[i]);
        putchar('\n');
    }
    free(text);
    return result;
}

int main(int argc, char **argv)
{
    tkz_sentence_splitter *splitter;
    if (argc < 2 || tkz_sentence_splitter_new(&splitter, atoi(argv[1]), NULL, NULL) != TKZ_OK) {
        fprintf(stderr, "usage: sentence_ends 0|1|2 [FILE]\n");
        return 2;
    }
    int result = argc > 2 ? measure(splitter, argv[2]) : split_documents(splitter);
    tkz_sentence_splitter_free(splitter);
    return result;
}
