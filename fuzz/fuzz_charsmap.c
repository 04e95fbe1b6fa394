/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a precompiled_charsmap as in a model file, applied to a text. The input
 * is u16 size of the text, the text, the charsmap.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "text/spm_normalize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* Every look-up must stay in the text and in the charsmap. */
static void check_matches(const tkz__charsmap *charsmap, const char *text, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        const char *longest, *shortest;
        size_t longest_size, shortest_size;
        size_t far = tkz__charsmap_longest(charsmap, text + at, size - at, &longest,
                                           &longest_size);
        size_t near = tkz__charsmap_shortest(charsmap, text + at, size - at, &shortest,
                                             &shortest_size);
        demand(far <= size - at && near <= size - at);
        if (far != 0)
            demand(longest >= charsmap->texts &&
                   longest + longest_size < charsmap->texts + charsmap->text_size);
        if (near != 0)
            demand(shortest >= charsmap->texts &&
                   shortest + shortest_size < charsmap->texts + charsmap->text_size);
    }
}

static void check_normalizer(const tkz__spm_model_rules *rules, const tkz__spm_options *options,
                             const char *text, size_t size)
{
    tkz__buffer target;
    tkz__span_map map;
    tkz__spm_source source = {NULL, rules};
    tkz__edit edit = {.target = &target, .map = &map};
    tkz__buffer_init(&target, NULL);
    tkz__span_map_init(&map, NULL);
    size_t same = tkz__spm_unchanged(&source, options, text, size);
    if (tkz__spm_normalize(&source, options, text, size, &edit, NULL) == TKZ_OK) {
        demand(tkz__span_map_source_size(&map) == size);
        demand(tkz__span_map_target_size(&map) == target.size);
        demand(same <= target.size && (same == 0 || memcmp(target.data, text, same) == 0));
        demand(same < size || target.size == size);
    }
    tkz__span_map_free(&map);
    tkz__buffer_free(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz__charsmap charsmap;
    if (size < 2)
        return 0;
    size_t text_size = tkz__load_u16(data);
    if (text_size > size - 2 || text_size > 4096)
        return 0;
    const char *text = (const char *)data + 2;
    const uint8_t *blob = data + 2 + text_size;
    if (tkz__charsmap_open(&charsmap, blob, size - 2 - text_size, NULL) != TKZ_OK)
        return 0;
    check_matches(&charsmap, text, text_size);
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__spm_model_rules *rules;
    demand(tkz__spm_model_rules_new(&rules, NULL, &charsmap, "<s> %20%20x", 11, &allocator, NULL) ==
           TKZ_OK);
    for (unsigned bits = 0; bits < 16; bits++) {
        tkz__spm_options options = {bits & 1, bits & 2, bits & 4, bits & 8};
        check_normalizer(rules, &options, text, text_size);
    }
    tkz__spm_model_rules_free(rules, &allocator);
    return 0;
}
