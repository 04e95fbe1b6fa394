/* SPDX-License-Identifier: Apache-2.0
 *
 * Analyses the lines of a file in memory, by one thread, and prints the best time
 * of some rounds. Leans on the public interface.
 *
 * morph_texts DICTIONARY FORMAT ROUNDS FILE, with FORMAT default, wakati or a name that dicrc defines.
 * Prints: seconds of the processor, bytes of text, bytes of output, XXH3 of the output.
 * With FORMAT image: makes the image of the dictionary with the file as sample.
 */
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "records.h"
#include "tokenize/morph.h"

static void check(tkz_status status, const tkz_error *error)
{
    if (status != TKZ_OK)
        bench_fail(error->where, error->message);
}

/* Who writes: a tagger in its two formats, a lattice in a style. */
typedef struct writer {
    tkz_tagger *tagger;
    tkz_lattice *lattice; /* NULL: the tagger */
    tkz_morph_style *style;
    int32_t format;
} writer;

static void open_writer(writer *w, tkz_dictionary *dictionary, const char *format)
{
    tkz_error error;
    check(tkz_tagger_new(&w->tagger, dictionary, NULL, &error), &error);
    check(tkz_morph_style_new(&w->style, dictionary, NULL, &error), &error);
    check(tkz_morph_style_set_name(w->style, format, &error), &error);
    w->format = tkz_morph_style_tagger_format(w->style);
    if (w->format < 0)
        check(tkz_lattice_new(&w->lattice, dictionary, NULL, &error), &error);
}

static void close_writer(writer *w)
{
    tkz_tagger_free(w->tagger);
    tkz_morph_style_free(w->style);
    tkz_lattice_free(w->lattice);
}

/* Analyses every line; adds the outputs to `hash` unless it is NULL. Bytes of output. */
static size_t analyse(const writer *w, const char *text, size_t size, XXH3_state_t *hash)
{
    size_t total = 0;
    for (size_t start = 0; start < size;) {
        const char *end = memchr(text + start, '\n', size - start);
        size_t length = end != NULL ? (size_t)(end - text) - start : size - start;
        const char *output;
        size_t output_size;
        tkz_error error;
        if (w->lattice != NULL)
            check(tkz_lattice_format_text(w->lattice, w->style, text + start, length, &output,
                                          &output_size, &error),
                  &error);
        else
            check(tkz_tagger_format(w->tagger, text + start, length, w->format, &output, &output_size,
                                    &error),
                  &error);
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
        bench_fail("morph_texts", "DICTIONARY FORMAT ROUNDS FILE");
    size_t size;
    char *text = bench_read_file(argv[4], &size);
    tkz_dictionary *dictionary;
    tkz_error error;
    if (strcmp(argv[2], "image") == 0) {
        check(tkz_dictionary_make_image(argv[1], text, size, NULL, &error), &error);
        free(text);
        return 0;
    }
    check(tkz_dictionary_open(&dictionary, argv[1], NULL, 0, NULL, &error), &error);
    writer w = {0};
    open_writer(&w, dictionary, argv[2]);
    tkz_dictionary_free(dictionary);
    XXH3_state_t *hash = XXH3_createState();
    XXH3_64bits_reset(hash);
    size_t output = analyse(&w, text, size, hash);
    double best = 1e9;
    for (int round = atoi(argv[3]); round > 0; round--) {
        double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
        analyse(&w, text, size, NULL);
        double seconds = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
        best = seconds < best ? seconds : best;
    }
    printf("%.4f %zu %zu %016" PRIx64 "\n", best, size, output, XXH3_64bits_digest(hash));
    XXH3_freeState(hash);
    close_writer(&w);
    free(text);
    return 0;
}
