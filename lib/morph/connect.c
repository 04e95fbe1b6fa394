/* SPDX-License-Identifier: Apache-2.0
 *
 * The best left word for each right one. Leans on the words of the image.
 *
 * No vector instructions: with AVX2's gather of eight costs from the matrix all of the analysis took 20 to
 * 40 % longer on the processor that it was measured on (Cascade Lake); why was not found out. Nor are left
 * words ruled out before by the lowest and the highest cost of their columns: a third of the pairs would go
 * (IPADIC: 27 a place to 18; UniDic-lite: 48 to 33), but finding them takes as long.
 */
#include "morph/connect.h"

/* A left word and what it costs that it stands before the word of this row. */
static inline tkz__path_key key_in(tkz__path_key key, const int16_t *row)
{
    return key + (int64_t)((uint64_t)(int64_t)row[(uint16_t)key] << 32);
}

/* No branch depends on the costs, which the processor could only guess. */
static inline tkz__path_key lower(tkz__path_key a, tkz__path_key b)
{
    return a < b ? a : b;
}

static inline const int16_t *row_of(const tkz__connection *c, size_t right)
{
    const int16_t *row = c->matrix + (size_t)c->rights[right].left_id * c->row_size;
    __asm__("" : "+r"(row)); /* else it is added to the matrix in every step of the loop */
    return row;
}

static inline void write_best(const tkz__connection *c, size_t right, tkz__path_key best)
{
    const tkz__image_word *word = &c->rights[right];
    uint64_t cost = (uint64_t)(int64_t)word->cost << 32;
    c->results[right] = (int64_t)(((uint64_t)best & ~UINT64_C(0xFFFF)) + cost + word->right_id);
}

/* Connects `count` right words, 1 to 4, at a time: a left one is loaded once for them and their chains
 * of comparisons run side by side. The compiler makes one loop for each count. */
static inline __attribute__((always_inline)) void
connect_some(const tkz__connection *c, size_t right, size_t count)
{
    const int16_t *row0 = row_of(c, right), *row1 = row0, *row2 = row0, *row3 = row0;
    if (count > 1)
        row1 = row_of(c, right + 1);
    if (count > 2)
        row2 = row_of(c, right + 2);
    if (count > 3)
        row3 = row_of(c, right + 3);
    tkz__path_key best0 = INT64_MAX, best1 = INT64_MAX, best2 = INT64_MAX, best3 = INT64_MAX;
    const tkz__path_key *left = c->lefts, *end = left + c->left_count;
    do {
        tkz__path_key key = *left;
        best0 = lower(key_in(key, row0), best0);
        if (count > 1)
            best1 = lower(key_in(key, row1), best1);
        if (count > 2)
            best2 = lower(key_in(key, row2), best2);
        if (count > 3)
            best3 = lower(key_in(key, row3), best3);
    } while (++left < end);
    write_best(c, right, best0);
    if (count > 1)
        write_best(c, right + 1, best1);
    if (count > 2)
        write_best(c, right + 2, best2);
    if (count > 3)
        write_best(c, right + 3, best3);
}

void tkz__connect(const tkz__connection *c)
{
    size_t right = 0;
    for (; right + 4 <= c->right_count; right += 4)
        connect_some(c, right, 4);
    switch (c->right_count - right) {
    case 3:
        connect_some(c, right, 3);
        break;
    case 2:
        connect_some(c, right, 2);
        break;
    case 1:
        connect_some(c, right, 1);
        break;
    default:
        break;
    }
}
