/* SPDX-License-Identifier: Apache-2.0
 *
 * Products and sums of fastText's matrices on a processor that could round both at once: each must be rounded by itself, as
 * fasttext's are. Without Check, for processors that are emulated. Leans on fasttext_model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/fasttext_model.h"
#include "core/random.h"

enum { COLUMNS = 16, PANELS = 40, ROWS = PANELS * TKZ__FASTTEXT_PANEL };

static float random_number(tkz__random *random)
{
    return (float)(tkz__random_next(random) >> 40) / 16777216.0F - 0.5F;
}

int main(void)
{
    static float panels[ROWS * COLUMNS], products[ROWS];
    float vector[COLUMNS];
    tkz__random random = {1};
    unsigned wrong = 0, fused = 0;
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        panels[i] = random_number(&random);
    for (size_t j = 0; j < COLUMNS; j++)
        vector[j] = random_number(&random);
    tkz__fasttext_matrix matrix = {.rows = ROWS, .columns = COLUMNS, .panels = panels};
    tkz__fasttext_multiply_panels(&matrix, vector, products);
    for (size_t row = 0; row < ROWS; row++) {
        const float *values = panels + row / TKZ__FASTTEXT_PANEL * TKZ__FASTTEXT_PANEL * COLUMNS + row % TKZ__FASTTEXT_PANEL;
        volatile float sum = 0, product;
        double at_once = 0; /* a product of floats is exact in it */
        for (size_t j = 0; j < COLUMNS; j++) {
            product = values[j * TKZ__FASTTEXT_PANEL] * vector[j];
            sum = sum + product;
            at_once = (float)(at_once + (double)values[j * TKZ__FASTTEXT_PANEL] * (double)vector[j]);
        }
        wrong += products[row] != sum;
        fused += (float)at_once != sum;
    }
    printf("compared %d products of fastText's rows, of which %u would differ where both are rounded at once: %u differ\n", ROWS, fused,
           wrong);
    return wrong == 0 && fused > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
