/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: reports of statistics, parted by NUL, that are added up as tokenize stats --merge does. An error must
 * have a message and name a part; a sum is a report again, and a sum of it alone the same bytes.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tokenize/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

enum { MOST = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *parts[MOST], *at = size > 0 ? (const char *)data : "", *end = at + size;
    uint64_t sizes[MOST];
    size_t count = 0, failed = 0;
    tkz_bytes sum = {0}, again = {0};
    tkz_error error = {0};
    while (count < MOST) {
        const char *stop = at < end && count + 1 < MOST ? memchr(at, 0, (size_t)(end - at)) : NULL;
        parts[count] = at;
        sizes[count++] = (uint64_t)((stop != NULL ? stop : end) - at);
        if (stop == NULL)
            break;
        at = stop + 1;
    }
    if (tkz_statistics_merge(parts, sizes, count, NULL, &sum, &failed, &error) != TKZ_OK) {
        demand(error.message[0] != '\0' && failed < count);
        return 0;
    }
    const char *whole = (const char *)sum.data;
    uint64_t whole_size = sum.size;
    demand(tkz_statistics_merge(&whole, &whole_size, 1, NULL, &again, &failed, &error) == TKZ_OK);
    demand(again.size == sum.size && memcmp(again.data, sum.data, (size_t)sum.size) == 0);
    tkz_bytes_free(&again);
    tkz_bytes_free(&sum);
    return 0;
}
