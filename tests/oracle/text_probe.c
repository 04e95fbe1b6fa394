/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons drive a normal form fast: `text_probe FORM [spans]` reads
 * records (u32 little-endian size, bytes) from standard input and answers each
 * with the normalised text likewise; with spans also u32 count and, for each span,
 * u32 source start, target start, source size, target size. Leans on the public
 * header only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "tokenize/text.h"

static void answer(tkz_normalizer *normalizer, const char *text, size_t size, int spans)
{
    tkz_normalized result;
    tkz_error error;
    if (tkz_normalizer_run(normalizer, text, size, spans, &result, &error) != TKZ_OK)
        probe_fail("normalizer", error.message);
    probe_put(result.size);
    if (result.size > 0 && fwrite(result.text, 1, result.size, stdout) != result.size)
        probe_fail("standard output", "cannot write");
    if (!spans)
        return;
    probe_put(result.span_count);
    for (size_t i = 0; i < result.span_count; i++) {
        probe_put(result.spans[i].source_start);
        probe_put(result.spans[i].target_start);
        probe_put(result.spans[i].source_size);
        probe_put(result.spans[i].target_size);
    }
}

int main(int count, char **words)
{
    tkz_normal_form *form = NULL;
    tkz_normalizer *normalizer = NULL;
    tkz_error error;
    if (count < 2 || (count > 2 && strcmp(words[2], "spans") != 0))
        probe_fail("usage", "text_probe FORM [spans]");
    if (tkz_normal_form_new(&form, words[1], strlen(words[1]), NULL, &error) != TKZ_OK ||
        tkz_normalizer_new(&normalizer, form, NULL, &error) != TKZ_OK)
        probe_fail(words[1], error.message);
    uint32_t size;
    char *text = NULL;
    size_t capacity = 0;
    while (probe_get(&size)) {
        if (size > capacity || text == NULL) {
            free(text);
            capacity = (size_t)size + 1024;
            text = malloc(capacity);
            if (text == NULL)
                probe_fail("memory", "none left");
        }
        if (fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        answer(normalizer, text, size, count > 2);
    }
    free(text);
    tkz_normalizer_free(normalizer);
    tkz_normal_form_free(form);
    return 0;
}
