/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a mistyped name near to a known one? Leans on nothing.
 */
#include <string.h>

#include "tools/options.h"

enum { LONGEST = 63 }; /* no name of ours is longer */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edits (insert, delete, replace, swap of neighbours) between two names: optimal string alignment,
 * three rows of the table at a time. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        previous[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t replaced = previous[j - 1] + (a[i - 1] != b[j - 1]);
            current[j] = smallest(previous[j] + 1, current[j - 1] + 1, replaced);
            bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && before[j - 2] + 1 < current[j])
                current[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = previous;
        previous = current;
        current = spare;
    }
    return previous[b_size];
}

bool is_near(const char *word, const char *candidate, size_t *distance)
{
    size_t size = strlen(word), candidate_size = strlen(candidate);
    if (size == 0 || size > LONGEST || candidate_size > LONGEST)
        return false;
    size_t shorter = size < candidate_size ? size : candidate_size;
    if (shorter >= 3 && strncmp(word, candidate, shorter) == 0) {
        *distance = 1;
        return true;
    }
    /* A third of the letters may be wrong: "enocde" is encode, "sort" is nothing of ours. */
    *distance = edit_distance(word, size, candidate, candidate_size);
    return *distance <= (size < 3 ? 1 : size / 3);
}
