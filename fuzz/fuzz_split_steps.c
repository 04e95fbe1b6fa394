/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the steps of a pre-tokenizer, regular expressions among them, on a text. The input is
 * u8 what it is (0 the text of steps, 1 an expression of Oniguruma, 2 of Rust), u16 its size, it, and the
 * text that it cuts. Leans on split_steps.
 */
#include <stdlib.h>
#include <string.h>

#include "core/little_endian.h"
#include "core/memory.h"
#include "subword/split_steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longer ones are slow and find no more. */
enum { LONGEST_TEXT = 300, LONGEST_EXPRESSION = 400 };

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* Chunks are all of the text without gaps, and the map covers both texts. */
static void check_steps(const char *spelling, size_t spelling_size, const char *text, size_t size,
                        const tkz_allocator *allocator)
{
    tkz__split_steps *steps;
    tkz__splitter splitter;
    tkz__split_text result;
    if (tkz__split_steps_new(&steps, spelling, spelling_size, allocator, NULL) != TKZ_OK)
        return;
    tkz__splitter_init(&splitter, allocator);
    if (size > 0 && tkz__splitter_run(&splitter, steps, text, size, true, true, &result, NULL) ==
                        TKZ_OK) {
        size_t done = 0;
        for (size_t i = 0; i < result.chunk_count; i++) {
            demand(result.chunks[i].start == done && result.chunks[i].end > done);
            done = result.chunks[i].end;
        }
        demand(done == result.size);
        if (result.map != NULL) {
            demand(tkz__span_map_source_size(result.map) == size);
            demand(tkz__span_map_target_size(result.map) == result.size);
        }
        if (!tkz__split_steps_change(steps))
            demand(result.size == size && memcmp(result.text, text, size) == 0);
    }
    tkz__splitter_free(&splitter);
    tkz__split_steps_free(steps);
}

/* Matches go forward and stay in the text. */
static void check_pattern(tkz__regex_dialect dialect, const char *expression,
                          size_t expression_size, const char *text, size_t size,
                          const tkz_allocator *allocator)
{
    tkz__pattern *pattern;
    tkz__pattern_search search;
    size_t start, end, done = 0;
    bool found = true;
    if (tkz__pattern_new(&pattern, dialect, expression, expression_size, allocator, NULL) != TKZ_OK)
        return;
    tkz__pattern_search_init(&search, allocator);
    tkz__pattern_search_allow(&search, size);
    tkz__pattern_search_text(&search, pattern, text, size);
    while (tkz__pattern_search_next(&search, &start, &end, &found, NULL) == TKZ_OK && found) {
        demand(start >= done && end >= start && end <= size);
        done = end;
    }
    tkz__pattern_search_free(&search);
    tkz__pattern_free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    if (size < 3)
        return 0;
    size_t first = tkz__load_u16(data + 1);
    if (first > size - 3 || first > LONGEST_EXPRESSION || size - 3 - first > LONGEST_TEXT)
        return 0;
    const char *expression = (const char *)data + 3;
    const char *text = expression + first;
    size_t text_size = size - 3 - first;
    if (data[0] % 3 == 0)
        check_steps(expression, first, text, text_size, &allocator);
    else
        check_pattern(data[0] % 3 == 1 ? TKZ__DIALECT_ONIGURUMA : TKZ__DIALECT_RUST, expression,
                      first, text, text_size, &allocator);
    return 0;
}
