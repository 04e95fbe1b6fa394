/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows, and their search on any processor. Leans on unigram_matching.h.
 */
#include "subword/unigram_matching.h"

bool tkz__unigram_window_serves(const tkz__unigram *model)
{
    return model->scores == NULL && model->greatest < 1e30;
}

void tkz__unigram_window_start(tkz__unigram_window *window, uint32_t start)
{
    window->known = 0;
    window->ends[0] = start;
}

/* Moves the items from number `by` on to the front, eight at a time: there are eight behind the last. */
static inline void move_items(void *items, size_t by, size_t count)
{
    enum { BLOCK = TKZ__UNIGRAM_SPARE * sizeof(uint32_t) };
    uint8_t block[BLOCK], *bytes = items;
    for (size_t at = 0; at < count * sizeof(uint32_t); at += BLOCK) {
        memcpy(block, bytes + by * sizeof(uint32_t) + at, BLOCK);
        memcpy(bytes + at, block, BLOCK);
    }
}

void tkz__unigram_window_move(tkz__unigram_window *window, uint32_t count)
{
    uint32_t left = window->known - count;
    move_items(window->units[0], count, left);
    move_items(window->units[1], count, left);
    move_items(window->first, count, left);
    move_items(window->ends, count, left + 1);
    window->known = left;
}

static void read_on(tkz__unigram_window *window, const tkz__unigram *model, const uint8_t *text,
                    uint32_t size)
{
    uint32_t known = window->known, at = window->ends[known];
    uint32_t base = tkz__unigram_last_base(window, model);
    while (known < TKZ__UNIGRAM_READ && at < size) {
        uint32_t code;
        at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &code);
        base = tkz__unigram_add_code(window, model, known, base, code);
        window->ends[++known] = at;
    }
    window->known = known;
    tkz__unigram_close_window(window);
}

#define SUM float
#define SUMS sums_single
#define LIMIT TKZ__UNIGRAM_SUM_LIMIT
#include "subword/unigram_sums.h"
#undef SUM
#undef SUMS
#undef LIMIT
#define SUM double
#define SUMS sums_double
#include "subword/unigram_sums.h"

uint32_t tkz__unigram_window_run_plain(tkz__unigram_window *window, const tkz__unigram *pointer,
                                      const uint8_t *text, uint32_t size, double *sum)
{
    const tkz__unigram model = *pointer; /* nothing written here changes it */
    uint32_t deepest;
    read_on(window, &model, text, size);
    uint32_t count = window->known < TKZ__UNIGRAM_STARTS ? window->known : TKZ__UNIGRAM_STARTS;
    tkz__unigram_walks walks;
    uint32_t open = tkz__unigram_match_pairs(window, &model, count, &walks);
    count = tkz__unigram_match_on(window, &model, &walks, open, count, &deepest);
    return model.single ? sums_single(window, &model, count, deepest, sum)
                        : sums_double(window, &model, count, deepest, sum);
}

tkz__unigram_window_run *tkz__unigram_window_best_run(const tkz__unigram *model)
{
#if TKZ__PATH_AVX2
    if (model->single && tkz__processor_has_avx2() && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && model->unit_count <= TKZ__UNIGRAM_BASE)
        return tkz__unigram_window_run_avx2;
#endif
    (void)model;
    return tkz__unigram_window_run_plain;
}
