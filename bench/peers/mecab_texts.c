/* SPDX-License-Identifier: Apache-2.0
 *
 * The same as bench/morph_texts.c by libmecab's Lattice API, which is its fastest:
 * cc -O2 mecab_texts.c $(mecab-config --cflags --libs) -lxxhash.
 */
#include <inttypes.h>
#include <mecab.h>
#include <string.h>
#include <xxhash.h>

#include "../records.h"

/* Analyses every line; adds the outputs to `hash` unless it is NULL. Bytes of output. Lines end in
 * NUL, which libmecab needs. */
static size_t analyse(mecab_t *tagger, mecab_lattice_t *lattice, char *text, size_t size,
                      XXH3_state_t *hash)
{
    size_t total = 0;
    for (size_t start = 0; start < size;) {
        size_t length = strlen(text + start);
        mecab_lattice_set_sentence2(lattice, text + start, length);
        if (!mecab_parse_lattice(tagger, lattice))
            bench_fail("mecab", mecab_lattice_strerror(lattice));
        const char *output = mecab_lattice_tostr(lattice);
        size_t output_size = strlen(output);
        total += output_size;
        if (hash != NULL)
            XXH3_64bits_update(hash, output, output_size);
        start += length + 1;
    }
    return total;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        bench_fail("mecab_texts", "DICTIONARY FORMAT ROUNDS FILE");
    char program[] = "mecab", rc[] = "-r", null[] = "/dev/null", directory[] = "-d", type[] = "-O";
    char none[] = "";
    char *arguments[] = {program, rc, null, directory, argv[1], type,
                         strcmp(argv[2], "default") == 0 ? none : argv[2]};
    mecab_model_t *model = mecab_model_new(sizeof arguments / sizeof *arguments, arguments);
    if (model == NULL)
        bench_fail("mecab", mecab_strerror(NULL));
    mecab_t *tagger = mecab_model_new_tagger(model);
    mecab_lattice_t *lattice = mecab_model_new_lattice(model);
    mecab_lattice_set_request_type(lattice, MECAB_ONE_BEST);
    size_t size;
    char *text = bench_read_file(argv[4], &size);
    text[size] = '\0';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            text[i] = '\0';
    }
    XXH3_state_t *hash = XXH3_createState();
    XXH3_64bits_reset(hash);
    size_t output = analyse(tagger, lattice, text, size, hash);
    double best = 1e9;
    for (int round = atoi(argv[3]); round > 0; round--) {
        double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
        analyse(tagger, lattice, text, size, NULL);
        double seconds = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
        best = seconds < best ? seconds : best;
    }
    printf("%.4f %zu %zu %016" PRIx64 "\n", best, size, output, XXH3_64bits_digest(hash));
    XXH3_freeState(hash);
    free(text);
    mecab_lattice_destroy(lattice);
    mecab_destroy(tagger);
    mecab_model_destroy(model);
    return 0;
}
