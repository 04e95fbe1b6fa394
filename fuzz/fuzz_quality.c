/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: weights of quality_score or swallow_detector up to the first NUL, and behind it a text. An error must have
 * a message; the score is between 0 and 1, the other value a number, and what is shown lies in the text.
 */
#define _GNU_SOURCE /* memfd_create */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tokenize/clean.h"
#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

typedef struct place {
    size_t behind;
    size_t size;
} place;

static tkz_status add(void *context, size_t start, size_t size, tkz_error *error)
{
    place *at = context;
    (void)error;
    demand(start >= at->behind && size > 0 && start + size <= at->size);
    at->behind = start + size;
    return TKZ_OK;
}

/* `is_score`: the value lies between 0 and 1. */
static void measure(const char *json, const char *text, size_t size, bool is_score)
{
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error = {0};
    double values[2];
    place at = {0, size};
    if (tkz_filter_set_new(&set, json, strlen(json), NULL, &error) != TKZ_OK) {
        demand(error.message[0] != '\0');
        return;
    }
    demand(tkz_cleaner_new(&cleaner, set, NULL, NULL) == TKZ_OK);
    if (tkz_cleaner_measure(cleaner, text, size, values, &error) == TKZ_OK) {
        demand(isfinite(values[0]) && (!is_score || (values[0] >= 0 && values[0] <= 1)));
        demand(tkz_cleaner_spans(cleaner, 0, add, &at, NULL) == TKZ_OK);
    } else {
        demand(error.code == TKZ_STATUS_BAD_UTF8 || (!is_score && error.code == TKZ_STATUS_CORRUPT));
    }
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t list_size = end != NULL ? (size_t)(end - data) : size;
    const char *text = end != NULL ? (const char *)end + 1 : "";
    size_t text_size = end != NULL ? size - list_size - 1 : 0;
    char json[128];
    int file = memfd_create("weights", 0);
    demand(file >= 0 && write(file, data, list_size) == (ssize_t)list_size);
    (void)snprintf(json, sizeof json, "[{\"name\":\"quality_score\",\"file\":\"/proc/self/fd/%d\"}]", file);
    measure(json, text, text_size, true);
    (void)snprintf(json, sizeof json, "[{\"name\":\"swallow_detector\",\"file\":\"/proc/self/fd/%d\"}]", file);
    measure(json, text, text_size, false);
    measure("[{\"name\":\"quality_score\"}]", text, text_size, true);
    (void)close(file);
    return 0;
}
