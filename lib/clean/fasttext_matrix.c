/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums and products of fastText's matrices, each sum in fastText's order of additions, so that all
 * bits are the same: rows are added column by column (by vectors where there are some), products of
 * several rows at a time go on side by side. Leans on fasttext_model.
 */
#include "clean/fasttext_model.h"
#include "core/processor.h"

#if TKZ__PATH_AVX2
#include <immintrin.h>
#endif

/* Columns whose sums stay in registers while the rows go by: four vectors of AVX2. */
#define BAND 32
/* Products that go on at a time: enough to hide the four cycles of an addition. */
#define SIDE_BY_SIDE 8

static void add_columns(const tkz__fasttext_matrix *matrix, const uint32_t *rows, size_t count,
                        uint32_t first, float *sum)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = matrix->values + (uint64_t)rows[i] * matrix->columns * 4;
        for (uint32_t j = first; j < matrix->columns; j++)
            sum[j] += tkz__fasttext_float(row, j);
    }
}

#if TKZ__PATH_AVX2
/* Bands of 32 columns, then of 8: returns the first column that is left. */
TKZ__TARGET_AVX2
static uint32_t add_columns_avx2(const tkz__fasttext_matrix *matrix, const uint32_t *rows,
                                 size_t count, float *sum)
{
    const uint64_t stride = (uint64_t)matrix->columns * 4;
    uint32_t j = 0;
    for (; matrix->columns - j >= BAND; j += BAND) {
        __m256 a = _mm256_loadu_ps(sum + j), b = _mm256_loadu_ps(sum + j + 8);
        __m256 c = _mm256_loadu_ps(sum + j + 16), d = _mm256_loadu_ps(sum + j + 24);
        for (size_t i = 0; i < count; i++) {
            const float *row = (const float *)(const void *)(matrix->values + rows[i] * stride) + j;
            a = _mm256_add_ps(a, _mm256_loadu_ps(row));
            b = _mm256_add_ps(b, _mm256_loadu_ps(row + 8));
            c = _mm256_add_ps(c, _mm256_loadu_ps(row + 16));
            d = _mm256_add_ps(d, _mm256_loadu_ps(row + 24));
        }
        _mm256_storeu_ps(sum + j, a);
        _mm256_storeu_ps(sum + j + 8, b);
        _mm256_storeu_ps(sum + j + 16, c);
        _mm256_storeu_ps(sum + j + 24, d);
    }
    if (matrix->columns - j >= 16) {
        __m256 a = _mm256_loadu_ps(sum + j), b = _mm256_loadu_ps(sum + j + 8);
        for (size_t i = 0; i < count; i++) {
            const float *row = (const float *)(const void *)(matrix->values + rows[i] * stride) + j;
            a = _mm256_add_ps(a, _mm256_loadu_ps(row));
            b = _mm256_add_ps(b, _mm256_loadu_ps(row + 8));
        }
        _mm256_storeu_ps(sum + j, a);
        _mm256_storeu_ps(sum + j + 8, b);
        j += 16;
    }
    return j;
}
#endif

/* Products with a norm of 1 are what fastText makes of rows without one. */
static float norm_of(const tkz__fasttext_matrix *matrix, uint64_t row)
{
    return matrix->norm_codes == NULL
               ? 1.0f
               : tkz__fasttext_float(matrix->norms, matrix->norm_codes[row]);
}

/* Centroid of a code: those of part `part` begin behind the whole parts before it. */
static const uint8_t *centroid_of(const tkz__fasttext_matrix *matrix, uint32_t part, uint8_t code,
                                  uint32_t columns)
{
    uint64_t start = (uint64_t)part * 256 * matrix->part_columns + (uint64_t)code * columns;
    return matrix->centroids + 4 * start;
}

/* From part `first` on. */
static void add_quantized(const tkz__fasttext_matrix *matrix, uint64_t row, uint32_t first, float *sum)
{
    const uint8_t *codes = matrix->codes + row * matrix->parts;
    float norm = norm_of(matrix, row);
    for (uint32_t part = first; part < matrix->parts; part++) {
        uint32_t columns = part + 1 == matrix->parts ? matrix->last_columns : matrix->part_columns;
        const uint8_t *centroid = centroid_of(matrix, part, codes[part], columns);
        float *place = sum + (uint64_t)part * matrix->part_columns;
        if (columns == 2) { /* fastText's default */
            place[0] += norm * tkz__fasttext_float(centroid, 0);
            place[1] += norm * tkz__fasttext_float(centroid, 1);
            continue;
        }
        for (uint32_t j = 0; j < columns; j++)
            place[j] += norm * tkz__fasttext_float(centroid, j);
    }
}

#if TKZ__PATH_AVX2
/* Centroids of four parts of two columns, the first of which begin at `centroids`. */
TKZ__TARGET_AVX2
static inline __m256 centroids_of_four(const uint8_t *centroids, const uint8_t *codes)
{
    enum { PART = 256 * 8 };
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)(centroids + codes[0] * 8));
    __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)(centroids + 2 * PART + codes[2] * 8));
    low = _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(low), (const __m64 *)(const void *)(centroids + PART + codes[1] * 8)));
    high =
        _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(high), (const __m64 *)(const void *)(centroids + 3 * PART + codes[3] * 8)));
    return _mm256_castsi256_ps(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1));
}

/* Eight parts of two columns at a time, whose sums stay in registers while the rows go by: returns the first part that is
 * left. */
TKZ__TARGET_AVX2
static uint32_t add_quantized_avx2(const tkz__fasttext_matrix *matrix, const uint32_t *rows, size_t count, float *sum)
{
    uint32_t part = 0, whole = matrix->parts - (matrix->last_columns != 2);
    if (matrix->part_columns != 2)
        return 0;
    for (; whole - part >= 8; part += 8) {
        const uint8_t *centroids = centroid_of(matrix, part, 0, 2);
        __m256 a = _mm256_loadu_ps(sum + 2 * (size_t)part), b = _mm256_loadu_ps(sum + 2 * (size_t)part + 8);
        for (size_t i = 0; i < count; i++) {
            const uint8_t *codes = matrix->codes + (uint64_t)rows[i] * matrix->parts + part;
            __m256 norm = _mm256_set1_ps(norm_of(matrix, rows[i]));
            a = _mm256_add_ps(a, _mm256_mul_ps(norm, centroids_of_four(centroids, codes)));
            b = _mm256_add_ps(b, _mm256_mul_ps(norm, centroids_of_four(centroids + 4 * 256 * 8, codes + 4)));
        }
        _mm256_storeu_ps(sum + 2 * (size_t)part, a);
        _mm256_storeu_ps(sum + 2 * (size_t)part + 8, b);
    }
    return part;
}
#endif

void tkz__fasttext_add_rows(const tkz__fasttext_matrix *matrix, const uint32_t *rows, size_t count,
                            float *sum)
{
    uint32_t first = 0;
#if TKZ__PATH_AVX2
    if (matrix->is_quantized && tkz__processor_has_avx2())
        first = add_quantized_avx2(matrix, rows, count, sum);
#endif
    if (matrix->is_quantized) {
        for (size_t i = 0; i < count && first < matrix->parts; i++)
            add_quantized(matrix, rows[i], first, sum);
        return;
    }
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        first = add_columns_avx2(matrix, rows, count, sum);
#endif
    if (first < matrix->columns)
        add_columns(matrix, rows, count, first, sum);
}

static float dot_quantized(const tkz__fasttext_matrix *matrix, uint64_t row, const float *vector)
{
    const uint8_t *codes = matrix->codes + row * matrix->parts;
    float sum = 0.0f;
    for (uint32_t part = 0; part < matrix->parts; part++) {
        uint32_t columns = part + 1 == matrix->parts ? matrix->last_columns : matrix->part_columns;
        const uint8_t *centroid = centroid_of(matrix, part, codes[part], columns);
        const float *place = vector + (uint64_t)part * matrix->part_columns;
        for (uint32_t j = 0; j < columns; j++)
            sum += place[j] * tkz__fasttext_float(centroid, j);
    }
    return sum * norm_of(matrix, row);
}

float tkz__fasttext_dot(const tkz__fasttext_matrix *matrix, uint64_t row, const float *vector)
{
    float sum = 0.0f;
    if (matrix->is_quantized)
        return dot_quantized(matrix, row, vector);
    const uint8_t *values = matrix->values + row * matrix->columns * 4;
    for (uint32_t j = 0; j < matrix->columns; j++)
        sum += tkz__fasttext_float(values, j) * vector[j];
    return sum;
}

#if TKZ__PATH_AVX2
/* Eight columns of eight rows become eight rows of one column each. */
TKZ__TARGET_AVX2
static inline void turn(__m256 v[8])
{
    __m256 a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_shuffle_ps(a[i], a[i + 2], _MM_SHUFFLE(1, 0, 1, 0));
        b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], _MM_SHUFFLE(3, 2, 3, 2));
        b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], _MM_SHUFFLE(1, 0, 1, 0));
        b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
        v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
    }
}

/* A product and a sum, each rounded, as in fastText. */
TKZ__TARGET_AVX2
static inline __m256 add_product(__m256 sum, __m256 values, float factor)
{
    return _mm256_add_ps(sum, _mm256_mul_ps(values, _mm256_set1_ps(factor)));
}

/* Products of sixteen rows, each in a lane. */
TKZ__TARGET_AVX2
static void multiply_sixteen(const uint8_t *values, uint64_t stride, uint32_t columns,
                             const float *vector, float *products)
{
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
    uint32_t j = 0;
    for (; columns - j >= 8; j += 8) {
        __m256 a[8], b[8];
        for (int i = 0; i < 8; i++) {
            const uint8_t *row = values + (uint64_t)i * stride + (uint64_t)j * 4;
            a[i] = _mm256_loadu_ps((const float *)(const void *)row);
            b[i] = _mm256_loadu_ps((const float *)(const void *)(row + 8 * stride));
        }
        turn(a);
        turn(b);
        for (int i = 0; i < 8; i++) {
            low = add_product(low, a[i], vector[j + (uint32_t)i]);
            high = add_product(high, b[i], vector[j + (uint32_t)i]);
        }
    }
    _mm256_storeu_ps(products, low);
    _mm256_storeu_ps(products + 8, high);
    for (; j < columns; j++)
        for (uint32_t k = 0; k < 16; k++)
            products[k] += tkz__fasttext_float(values + k * stride, j) * vector[j];
}

/* Returns the first row that is left. */
static uint64_t multiply_avx2(const tkz__fasttext_matrix *matrix, const float *vector, float *products)
{
    uint64_t row = 0, stride = (uint64_t)matrix->columns * 4;
    for (; matrix->rows - row >= 16; row += 16)
        multiply_sixteen(matrix->values + row * stride, stride, matrix->columns, vector, products + row);
    return row;
}
#endif

void tkz__fasttext_multiply(const tkz__fasttext_matrix *matrix, const float *vector,
                            float *products)
{
    uint64_t row = 0, stride = (uint64_t)matrix->columns * 4;
    if (matrix->panels != NULL) {
        tkz__fasttext_multiply_panels(matrix, vector, products);
        return;
    }
#if TKZ__PATH_AVX2
    if (!matrix->is_quantized && tkz__processor_has_avx2())
        row = multiply_avx2(matrix, vector, products);
#endif
    for (; !matrix->is_quantized && matrix->rows - row >= SIDE_BY_SIDE; row += SIDE_BY_SIDE) {
        const uint8_t *values = matrix->values + row * stride;
        float sums[SIDE_BY_SIDE] = {0};
        for (uint32_t j = 0; j < matrix->columns; j++)
            for (uint32_t k = 0; k < SIDE_BY_SIDE; k++)
                sums[k] += tkz__fasttext_float(values + k * stride, j) * vector[j];
        memcpy(products + row, sums, sizeof sums);
    }
    for (; row < matrix->rows; row++)
        products[row] = tkz__fasttext_dot(matrix, row, vector);
}
