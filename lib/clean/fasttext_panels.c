/* SPDX-License-Identifier: Apache-2.0
 *
 * The output matrix column by column, for PANEL rows at a time: products of all rows with a vector then need no turning, and
 * each is still added up from the first column to the last, as fastText does it. Leans on fasttext_model.
 */
#include "clean/fasttext_model.h"
#include "core/processor.h"

#if TKZ__PATH_AVX2
#include <immintrin.h>
#endif

enum { PANEL = TKZ__FASTTEXT_PANEL };

/* Above, memory beside the file is too dear for what it spares. */
enum { LARGEST_PANELS = 16 << 20 };

static size_t panel_count(const tkz__fasttext_matrix *matrix)
{
    return (size_t)((matrix->rows + PANEL - 1) / PANEL);
}

tkz_status tkz__fasttext_make_panels(tkz__fasttext_matrix *matrix, const tkz_allocator *allocator,
                                     tkz_error *error)
{
    uint64_t columns = matrix->columns, size = matrix->rows * columns * sizeof(float);
    if (matrix->is_quantized || size > LARGEST_PANELS)
        return TKZ_OK;
    size_t numbers = panel_count(matrix) * PANEL * (size_t)columns;
    float *panels = tkz__allocate_array(allocator, numbers, sizeof *panels);
    if (panels == NULL)
        return tkz__error_memory(error, numbers * sizeof *panels);
    for (size_t row = 0; row < panel_count(matrix) * PANEL; row++) {
        float *place = panels + row / PANEL * PANEL * columns + row % PANEL;
        for (uint64_t j = 0; j < columns; j++)
            place[j * PANEL] = row < matrix->rows ? tkz__fasttext_float(matrix->values, row * columns + j) : 0;
    }
    matrix->panels = panels;
    return TKZ_OK;
}

void tkz__fasttext_free_panels(tkz__fasttext_matrix *matrix, const tkz_allocator *allocator)
{
    if (matrix->panels != NULL)
        tkz__release_array(allocator, matrix->panels, panel_count(matrix) * PANEL * (size_t)matrix->columns,
                           sizeof *matrix->panels);
}

#if TKZ__PATH_AVX2
/* A product and a sum, each rounded, as in fastText. */
TKZ__TARGET_AVX2
static inline __m256 add_product(__m256 sum, const float *values, __m256 factor)
{
    return _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(values), factor));
}

TKZ__TARGET_AVX2
static void multiply_panel_avx2(const float *panel, uint32_t columns, const float *vector, float *products)
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    for (uint32_t j = 0; j < columns; j++, panel += PANEL) {
        __m256 factor = _mm256_broadcast_ss(vector + j);
        a = add_product(a, panel, factor);
        b = add_product(b, panel + 8, factor);
        c = add_product(c, panel + 16, factor);
        d = add_product(d, panel + 24, factor);
    }
    _mm256_storeu_ps(products, a);
    _mm256_storeu_ps(products + 8, b);
    _mm256_storeu_ps(products + 16, c);
    _mm256_storeu_ps(products + 24, d);
}
#endif

static void multiply_panel(const float *panel, uint32_t columns, const float *vector, float *products)
{
    float sums[PANEL] = {0};
    for (uint32_t j = 0; j < columns; j++, panel += PANEL)
        for (uint32_t k = 0; k < PANEL; k++)
            sums[k] += panel[k] * vector[j];
    memcpy(products, sums, sizeof sums);
}

void tkz__fasttext_multiply_panels(const tkz__fasttext_matrix *matrix, const float *vector, float *products)
{
    size_t numbers = PANEL * (size_t)matrix->columns;
    for (size_t i = 0; i < panel_count(matrix); i++, products += PANEL) {
        const float *panel = matrix->panels + i * numbers;
#if TKZ__PATH_AVX2
        if (tkz__processor_has_avx2()) {
            multiply_panel_avx2(panel, matrix->columns, vector, products);
            continue;
        }
#endif
        multiply_panel(panel, matrix->columns, vector, products);
    }
}
