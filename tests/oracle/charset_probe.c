/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons drive charsets fast: `charset_probe CHARSET` reads records (u32
 * little-endian size, bytes) from standard input and answers each with the converted
 * text likewise and u32 bad sequences, u32 bad bytes; `charset_probe detect` with the
 * name of the charset as a record. Leans on the public header only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/text.h"

static void fail(const char *what, const char *message)
{
    fprintf(stderr, "charset_probe: %s: %s\n", what, message);
    exit(1);
}

static void put(uint64_t number)
{
    uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                        (uint8_t)(number >> 24)};

    if (fwrite(bytes, 1, 4, stdout) != 4)
        fail("standard output", "cannot write");
}

static void put_record(const char *text, size_t size)
{
    put(size);
    if (size > 0 && fwrite(text, 1, size, stdout) != size)
        fail("standard output", "cannot write");
}

/* The next record, NULL at the end of the input. */
static char *get_record(size_t *size)
{
    static char *record;
    uint8_t bytes[4];
    size_t count = fread(bytes, 1, 4, stdin);

    if (count == 0)
        return NULL;
    if (count != 4)
        fail("standard input", "ends inside a record");
    *size = (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 |
            (size_t)bytes[3] << 24;
    /* Each in a block of its own size: a sanitizer sees any look beyond. */
    free(record);
    record = malloc(*size == 0 ? 1 : *size);
    if (record == NULL || fread(record, 1, *size, stdin) != *size)
        fail("standard input", "ends inside a record");
    return record;
}

static void detect_all(void)
{
    size_t size;
    char *record;

    while ((record = get_record(&size)) != NULL) {
        tkz_charset_guess guess;

        tkz_charset_detect(record, size, NULL, 0, &guess);
        if (guess.charset == NULL)
            put_record("", 0);
        else
            put_record(guess.charset, strlen(guess.charset));
    }
}

static void convert_all(const char *charset)
{
    tkz_converter *converter;
    tkz_error error;
    size_t size;
    char *record;

    if (tkz_converter_new(&converter, charset, TKZ_BAD_BYTES_REPLACE, NULL, &error) != TKZ_OK)
        fail(charset, error.message);
    while ((record = get_record(&size)) != NULL) {
        tkz_converted result;

        if (tkz_converter_run(converter, record, size, 0, &result, &error) != TKZ_OK)
            fail(charset, error.message);
        put_record(result.text, result.size);
        put(result.bad_sequences);
        put(result.bad_bytes);
    }
    tkz_converter_free(converter);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: charset_probe CHARSET|detect\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "detect") == 0)
        detect_all();
    else
        convert_all(argv[1]);
    return fflush(stdout) == 0 ? 0 : 1;
}
