/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and applying a linear model of characters. Leans on line_file.
 */
#include "clean/quality_model.h"

#include <math.h>
#include <string.h>

#include "clean/line_file.h"

/* The file: its name and version, two numbers in millionths, then a letter for each weight. */
#define FIRST_LINE "tokenize-quality 1"
enum { LETTERS_OF_LINE = 128, LARGEST_NUMBER = 1000000000 };
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
enum { ZERO_LETTER = 32 }; /* its place in `letters` */

/* The lines of the weights that the project has. */
static const char *const own_lines[] = {
#include "clean/quality_weights.inc"
};

typedef struct reader {
    tkz__quality_model *model;
    size_t line;
    size_t weights;
} reader;

/* "NAME NUMBER" in millionths. */
static bool read_number(const char *line, size_t size, const char *name, double *value)
{
    size_t at = strlen(name);
    if (size < at + 2 || memcmp(line, name, at) != 0 || line[at] != ' ')
        return false;
    bool negative = line[++at] == '-';
    at += negative;
    int64_t number = 0;
    size_t first = at;
    for (; at < size && line[at] >= '0' && line[at] <= '9' && number <= LARGEST_NUMBER; at++)
        number = number * 10 + (line[at] - '0');
    *value = (double)(negative ? -number : number) / 1e6;
    return at == size && at > first && number <= LARGEST_NUMBER;
}

static tkz_status read_weights(reader *in, const char *line, size_t size, tkz_error *error)
{
    if (size != LETTERS_OF_LINE || in->weights + size > TKZ__QUALITY_BUCKETS)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET,
                              "there must be %d lines of %d weights", TKZ__QUALITY_BUCKETS / LETTERS_OF_LINE,
                              LETTERS_OF_LINE);
    for (size_t i = 0; i < size; i++) {
        const char *letter = line[i] == '\0' ? NULL : strchr(letters, line[i]);
        if (letter == NULL)
            return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET,
                                  "character %zu is no weight; those are A-Z a-z 0-9 + -", i + 1);
        in->model->weights[in->weights++] = (int8_t)(letter - letters - ZERO_LETTER);
    }
    return TKZ_OK;
}

static tkz_status read_line(void *context, const char *line, size_t size, tkz_error *error)
{
    reader *in = context;
    const char *wanted = NULL;
    switch (in->line++) {
    case 0:
        if (size != strlen(FIRST_LINE) || memcmp(line, FIRST_LINE, size) != 0)
            wanted = "this must be \"" FIRST_LINE "\"; contrib/train_quality.py writes such files";
        break;
    case 1:
        if (!read_number(line, size, "bias", &in->model->bias))
            wanted = "this must be \"bias N\", N a whole number of millionths up to 10^9";
        break;
    case 2:
        if (!read_number(line, size, "scale", &in->model->scale) || in->model->scale <= 0)
            wanted = "this must be \"scale N\", N a whole number of millionths from 1 to 10^9";
        break;
    default:
        return read_weights(in, line, size, error);
    }
    return wanted == NULL ? TKZ_OK
                          : tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET, "%s", wanted);
}

static tkz_status read_own(reader *in, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < sizeof own_lines / sizeof own_lines[0]; i++)
        status = read_line(in, own_lines[i], strlen(own_lines[i]), error);
    return status;
}

tkz_status tkz__quality_model_open(tkz__quality_model **model, const char *path,
                                   const tkz_allocator *allocator, tkz_error *error)
{
    reader in = {.model = tkz__allocate_zeroed(allocator, sizeof *in.model)};
    if (in.model == NULL)
        return tkz__error_memory(error, sizeof *in.model);
    tkz_status status =
        path == NULL ? read_own(&in, error) : tkz__line_file_read(path, read_line, &in, error);
    if (status == TKZ_OK && in.weights != TKZ__QUALITY_BUCKETS)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                "the file ends behind %zu of %d weights; contrib/train_quality.py writes such files",
                                in.weights, TKZ__QUALITY_BUCKETS);
    if (status == TKZ_OK)
        *model = in.model;
    else
        tkz__quality_model_free(in.model, allocator);
    return status;
}

void tkz__quality_model_free(tkz__quality_model *model, const tkz_allocator *allocator)
{
    if (model != NULL)
        tkz__release(allocator, model, sizeof *model);
}

/* ---- A piece ------------------------------------------------------------- */

size_t tkz__quality_piece(size_t start, size_t count)
{
    size_t left = count - start;
    return left < TKZ__QUALITY_MOST ? left : TKZ__QUALITY_PIECE;
}

static void touch(tkz__quality_counts *counts, uint64_t key)
{
    uint32_t bucket = tkz__quality_bucket(key);
    if (counts->counts[bucket]++ == 0)
        counts->touched[counts->touched_count++] = bucket;
}

double tkz__quality_odds(const tkz__quality_model *model, tkz__quality_counts *counts,
                         const uint32_t *characters, size_t count)
{
    int64_t sum = 0, squares = 0;
    counts->touched_count = 0;
    for (size_t i = 0; i < count; i++) {
        touch(counts, characters[i]);
        if (i + 1 < count)
            touch(counts, tkz__quality_pair(characters[i], characters[i + 1]));
    }
    for (size_t i = 0; i < counts->touched_count; i++) {
        uint32_t bucket = counts->touched[i];
        int64_t value = 32 - __builtin_clz(counts->counts[bucket]); /* 1 + floor(log2 n) */
        counts->counts[bucket] = 0;
        sum += value * model->weights[bucket];
        squares += value * value;
    }
    return squares == 0 ? model->bias : model->bias + model->scale * (double)sum / sqrt((double)squares);
}
