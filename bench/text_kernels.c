/* SPDX-License-Identifier: Apache-2.0
 *
 * Speed of the kernels of the text room over a file in memory: best and median of several passes.
 *     text_kernels FILE [PASSES]
 * A line a kernel: name, MB/s of input (10^6 bytes; best, median), checksum. Leans on the inside of
 * the library. To measure more, add an entry to `kernels`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "text/char_class.h"
#include "text/utf8_kernels.h"
#include "tokenize/text.h"

/* Something that is computed from a text, so that no work can be left out. */
typedef struct kernel {
    const char *name;
    uint64_t (*run)(const char *text, size_t size);
} kernel;

/* ---- UTF-8 -------------------------------------------------------------- */

typedef size_t decode_run(const char *text, size_t size, uint32_t *characters, size_t capacity,
                          size_t *read);

/* 4 KiB: leaves most of the first-level cache to the tables. */
enum { RUN = 1024 };

static uint64_t decode_by(decode_run *decode, const char *text, size_t size)
{
    uint32_t characters[RUN];
    uint64_t sum = 0;
    size_t read;
    for (size_t at = 0; at < size; at += read) {
        size_t count = decode(text + at, size - at, characters, RUN, &read);
        sum += count + characters[count - 1];
    }
    return sum;
}

static uint64_t classes_by(decode_run *decode, const char *text, size_t size)
{
    const tkz__class_table *table = &tkz__class_table_15_0;
    uint32_t characters[RUN];
    uint64_t sum = 0;
    size_t read;
    for (size_t at = 0; at < size; at += read) {
        size_t count = decode(text + at, size - at, characters, RUN, &read);
        for (size_t i = 0; i < count; i++)
            sum += tkz__char_flags(table, characters[i]);
    }
    return sum;
}

static uint64_t validate(const char *text, size_t size)
{
    return tkz_utf8_valid_prefix(text, size);
}

static uint64_t validate_scalar(const char *text, size_t size)
{
    return tkz__utf8_valid_prefix_scalar(text, size);
}

static uint64_t decode(const char *text, size_t size)
{
    return decode_by(tkz__utf8_decode_run, text, size);
}

static uint64_t decode_scalar(const char *text, size_t size)
{
    return decode_by(tkz__utf8_decode_run_scalar, text, size);
}

static uint64_t classes(const char *text, size_t size)
{
    return classes_by(tkz__utf8_decode_run, text, size);
}

static uint64_t classes_scalar(const char *text, size_t size)
{
    return classes_by(tkz__utf8_decode_run_scalar, text, size);
}

/* ---- Measuring ---------------------------------------------------------- */

static const kernel kernels[] = {
    {"utf8-validate", validate},
    {"utf8-validate-scalar", validate_scalar},
    {"utf8-count", tkz_utf8_count},
    {"utf8-count-scalar", tkz__utf8_count_scalar},
    {"utf8-decode", decode},
    {"utf8-decode-scalar", decode_scalar},
    {"utf8-decode-classes", classes},
    {"utf8-decode-classes-scalar", classes_scalar},
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void measure(const kernel *measured, const char *text, size_t size, double *seconds,
                    size_t passes)
{
    uint64_t checksum = measured->run(text, size); /* to warm up */
    for (size_t pass = 0; pass < passes; pass++) {
        double start = seconds_now();
        uint64_t again = measured->run(text, size);
        seconds[pass] = seconds_now() - start;
        if (again != checksum) {
            fprintf(stderr, "%s: two results for one text\n", measured->name);
            exit(EXIT_FAILURE);
        }
    }
    qsort(seconds, passes, sizeof *seconds, compare_doubles);
    printf("%-28s %9.0f %9.0f  %016" PRIx64 "\n", measured->name, (double)size / seconds[0] / 1e6,
           (double)size / seconds[passes / 2] / 1e6, checksum);
}

/* All of a file, or NULL. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long end = -1;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0)
        end = ftell(file);
    if (end > 0 && fseek(file, 0, SEEK_SET) == 0)
        text = malloc((size_t)end);
    if (text != NULL && fread(text, 1, (size_t)end, file) != (size_t)end) {
        free(text);
        text = NULL;
    }
    fclose(file);
    *size = (size_t)end;
    return text;
}

int main(int count, char **arguments)
{
    long passes = count > 2 ? strtol(arguments[2], NULL, 10) : 9;
    size_t size;
    if (count < 2 || count > 3 || passes < 1 || passes > 100000) {
        fprintf(stderr, "usage: text_kernels FILE [PASSES]\n");
        return 2;
    }
    char *text = read_file(arguments[1], &size);
    double *seconds = calloc((size_t)passes, sizeof *seconds);
    if (text == NULL || seconds == NULL) {
        fprintf(stderr, "text_kernels: cannot read %s, or it is empty\n", arguments[1]);
        return EXIT_FAILURE;
    }
    printf("%-28s %9s %9s  checksum (%zu bytes, %ld passes)\n", "kernel", "best MB/s", "median",
           size, passes);
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        measure(&kernels[i], text, size, seconds, (size_t)passes);
    free(seconds);
    free(text);
    return EXIT_SUCCESS;
}
