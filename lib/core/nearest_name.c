/* SPDX-License-Identifier: Apache-2.0
 *
 * Suggestions for mistyped names by edit distance.
 */
#include "core/nearest_name.h"

#include <string.h>

/* Our names are shorter; nothing longer is near to one. */
enum { LONGEST = 64 };

/* Edit distance of Levenshtein (insert, delete, replace a byte), row by row. Both are at most
 * LONGEST bytes. */
static size_t edit_distance(const char *left, const char *right)
{
    size_t left_size = strlen(left);
    size_t right_size = strlen(right);
    size_t row[LONGEST + 1]; /* distances of left[0, i) to each right[0, j) */

    for (size_t j = 0; j <= right_size; j++)
        row[j] = j;
    for (size_t i = 1; i <= left_size; i++) {
        size_t diagonal = row[0]; /* of left[0, i-1) and right[0, j-1) */
        row[0] = i;
        for (size_t j = 1; j <= right_size; j++) {
            size_t best = diagonal + (left[i - 1] != right[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[right_size];
}

const char *tkz__nearest_name(const char *wrong,
                              const char *(*name_at)(const void *context, size_t index),
                              const void *context)
{
    const char *nearest = NULL;
    size_t least = 0;

    if (strlen(wrong) > LONGEST)
        return NULL;
    for (size_t i = 0; name_at(context, i) != NULL; i++) {
        const char *name = name_at(context, i);
        if (strlen(name) > LONGEST)
            continue;
        size_t distance = edit_distance(wrong, name);
        if (3 * distance <= strlen(name) && (nearest == NULL || distance < least)) {
            nearest = name;
            least = distance;
        }
    }
    return nearest;
}
