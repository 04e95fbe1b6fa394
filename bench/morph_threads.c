/* SPDX-License-Identifier: Apache-2.0
 *
 * How morphological analysis scales with threads, as bench/parts.h says.
 *     morph_threads DICTIONARY FORMAT FILE THREADS [ROUNDS]
 * FORMAT is default or wakati, FILE lines of text. Each part has a tagger of its own, new in each
 * round. Leans on the public headers and POSIX threads.
 */
#include <string.h>

#include "bench/parts.h"
#include "tokenize/morph.h"

typedef struct analysis {
    tkz_dictionary *dictionary;
    int32_t format;
} analysis;

static void need(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(error->where, error->message);
}

static void *tag_part(void *argument)
{
    bench_part *own = argument;
    const analysis *shared = own->shared;
    tkz_error error;
    tkz_tagger *tagger;
    need(tkz_tagger_new(&tagger, shared->dictionary, NULL, &error), &error);
    own->result = 0;
    bench_dealer dealer = {{0}};
    for (size_t start = 0; start < own->size;) {
        const char *end = memchr(own->data + start, '\n', own->size - start);
        size_t length = end != NULL ? (size_t)(end - own->data) - start : own->size - start;
        const char *output;
        size_t size;
        if (bench_deal(&dealer, own->count, length) == own->number) {
            need(tkz_tagger_format(tagger, own->data + start, length, shared->format, &output, &size,
                                   &error),
                 &error);
            own->result += size;
        }
        start += length + 1;
    }
    tkz_tagger_free(tagger);
    return NULL;
}

int main(int count, char **words)
{
    if (count < 5)
        bench_fail("usage", "morph_threads DICTIONARY FORMAT FILE THREADS [ROUNDS]");
    size_t size;
    char *data = bench_read_file(words[3], &size);
    tkz_error error;
    analysis shared = {.format = strcmp(words[2], "wakati") == 0 ? TKZ_MORPH_FORMAT_WAKATI
                                                                 : TKZ_MORPH_FORMAT_DEFAULT};
    need(tkz_dictionary_open(&shared.dictionary, words[1], NULL, 0, NULL, &error), &error);
    bench_scale(tag_part, &shared, data, size, atoi(words[4]),
                count > 5 ? atoi(words[5]) : BENCH_ROUNDS);
    tkz_dictionary_free(shared.dictionary);
    free(data);
    return EXIT_SUCCESS;
}
