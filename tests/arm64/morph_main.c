/* SPDX-License-Identifier: Apache-2.0
 *
 * Morphological analysis of the lines of a file, for processors that are emulated:
 *     morph DICTIONARY FORMAT FILE
 * FORMAT is default or wakati; with `image` the dictionary's image is made, with the file as sample.
 * Leans on the public interface.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/morph.h"

static void need(tkz_status status, const tkz_error *error)
{
    if (status == TKZ_OK)
        return;
    fprintf(stderr, "morph: %s: %s\n", error->where, error->message);
    exit(EXIT_FAILURE);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    *size = 0;
    for (size_t capacity = 1 << 16, got = 1; file != NULL && got > 0; capacity *= 2) {
        data = realloc(data, capacity);
        if (data == NULL)
            break;
        got = fread(data + *size, 1, capacity - *size, file);
        *size += got;
    }
    if (data == NULL) {
        fprintf(stderr, "morph: %s: cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return data;
}

int main(int count, char **words)
{
    if (count != 4)
        return EXIT_FAILURE;
    size_t size;
    char *text = read_file(words[3], &size);
    tkz_error error;
    tkz_dictionary *dictionary;
    tkz_tagger *tagger;
    if (strcmp(words[2], "image") == 0) {
        need(tkz_dictionary_make_image(words[1], text, size, NULL, &error), &error);
        free(text);
        return EXIT_SUCCESS;
    }
    int32_t format = strcmp(words[2], "wakati") == 0 ? TKZ_MORPH_FORMAT_WAKATI
                                                     : TKZ_MORPH_FORMAT_DEFAULT;
    need(tkz_dictionary_open(&dictionary, words[1], NULL, 0, NULL, &error), &error);
    need(tkz_tagger_new(&tagger, dictionary, NULL, &error), &error);
    for (size_t start = 0; start < size;) {
        const char *end = memchr(text + start, '\n', size - start);
        size_t length = end != NULL ? (size_t)(end - text) - start : size - start;
        const char *output;
        size_t output_size;
        need(tkz_tagger_format(tagger, text + start, length, format, &output, &output_size, &error),
             &error);
        fwrite(output, 1, output_size, stdout);
        start += length + 1;
    }
    tkz_tagger_free(tagger);
    tkz_dictionary_free(dictionary);
    free(text);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
