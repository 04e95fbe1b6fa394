/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons ask pre-tokenizers that are lists of steps: `split_probe STEPS` reads records (u32
 * little-endian size, bytes) from standard input and answers each with u32 count and, for each
 * chunk, u32 where in the text it came from, u32 up to where, u32 size and its bytes; the count
 * is 2^32 - 1 where the steps give up. Exit status 1, with the reason: there are no such steps.
 * Leans on the steps of subword.
 */
#include <stdio.h>
#include <stdlib.h>

#include "subword/split_steps.h"
#include "tests/oracle/probe_records.h"

static void answer(tkz__splitter *splitter, const tkz__split_steps *steps, const char *text,
                   uint32_t size)
{
    tkz__split_text result = {0};
    if (size > 0 && tkz__splitter_run(splitter, steps, text, size, true, true, &result, NULL) !=
                        TKZ_OK) {
        probe_put(UINT32_MAX);
        return;
    }
    probe_put((uint32_t)result.chunk_count);
    for (size_t i = 0; i < result.chunk_count; i++) {
        uint64_t from = result.chunks[i].start, to = result.chunks[i].end;
        uint32_t length = result.chunks[i].end - result.chunks[i].start;
        if (result.map != NULL)
            tkz__span_map_to_source(result.map, from, to, &from, &to);
        probe_put((uint32_t)from);
        probe_put((uint32_t)to);
        probe_put(length);
        fwrite(result.text + result.chunks[i].start, 1, length, stdout);
    }
}

int main(int count, char **words)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__split_steps *steps;
    tkz__splitter splitter;
    tkz_error error;
    uint32_t size;
    if (count != 2)
        probe_fail("usage", "split_probe STEPS");
    if (tkz__split_steps_new(&steps, words[1], strlen(words[1]), &allocator, &error) != TKZ_OK) {
        printf("%s: %s\n", tkz_status_text(error.code), error.message);
        return 1;
    }
    tkz__splitter_init(&splitter, &allocator);
    while (probe_get(&size)) {
        /* Exact sizes, so that a sanitizer sees a read behind the text. */
        char *text = malloc((size_t)size + (size == 0));
        if (text == NULL)
            probe_fail("memory", "none left");
        if (fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        answer(&splitter, steps, text, size);
        free(text);
    }
    tkz__splitter_free(&splitter);
    tkz__split_steps_free(steps);
    return 0;
}
