/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a list of words up to the first NUL, and behind it a text. An error must have a message; what is found
 * lies in the text, and as many characters as are counted. The list is given to the editors that take one too.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clean/listed_words.h"
#include "core/memory.h"
#include "tokenize/edit.h"
#include "tokenize/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

typedef struct sum {
    size_t last;
    uint64_t characters;
    const char *text;
    size_t size;
} sum;

static tkz_status add(void *context, size_t start, size_t size, tkz_error *error)
{
    sum *all = context;
    (void)error;
    demand(start >= all->last && size > 0 && start + size <= all->size);
    all->last = start + size;
    all->characters += tkz_utf8_count(all->text + start, size);
    return TKZ_OK;
}

static void find(const char *path, uint32_t rules, const char *text, size_t size)
{
    tkz_allocator memory = tkz__allocator_or_default(NULL);
    tkz__word_list *list;
    tkz__measuring measuring;
    tkz__word_hits hits;
    tkz_error error = {0};
    sum all = {.text = text, .size = size};
    const tkz__span_sink sink = {&all, add};
    if (tkz__word_list_open(&list, path, rules, &memory, &error) != TKZ_OK) {
        demand(error.message[0] != '\0' && list == NULL);
        return;
    }
    tkz__measuring_init(&measuring, NULL, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &memory);
    if (tkz__measuring_start(&measuring, text, size, NULL) == TKZ_OK) {
        demand(tkz__word_list_find(list, &measuring, &hits, &sink, NULL) == TKZ_OK);
        demand(hits.characters == all.characters && hits.words <= hits.characters);
    }
    tkz__measuring_free(&measuring);
    tkz__word_list_free(list);
}

static void edit(const char *path, const char *name, const char *text, size_t size)
{
    tkz_normal_form *form;
    tkz_normalizer *worker;
    tkz_normalized result;
    tkz_error error = {0};
    char chain[128];
    (void)snprintf(chain, sizeof chain, "%s:words=%s", name, path);
    if (tkz_editors_new(&form, chain, strlen(chain), NULL, &error) != TKZ_OK) {
        demand(error.message[0] != '\0' && form == NULL);
        return;
    }
    demand(tkz_normalizer_new(&worker, form, NULL, NULL) == TKZ_OK);
    tkz_boundaries words = tkz_white_space_boundaries();
    demand(tkz_normalizer_set_words(worker, &words, NULL) == TKZ_OK);
    demand(tkz_normalizer_run(worker, text, size, 1, &result, NULL) == TKZ_OK);
    demand(result.size <= size); /* they only cut */
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const editors[] = {"swallow_footer", "hojichar_header_footer",
                                          "boilerplate_lines", "end_sections", "ng_words"};
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t list_size = end != NULL ? (size_t)(end - data) : size;
    const char *text = end != NULL ? (const char *)end + 1 : "";
    size_t text_size = end != NULL ? size - list_size - 1 : 0;
    char path[64];
    int file = memfd_create("words", 0);
    demand(file >= 0 && write(file, data, list_size) == (ssize_t)list_size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (uint32_t rules = 0; rules < 8; rules++)
        find(path, rules, text, text_size);
    for (size_t i = 0; i < sizeof editors / sizeof *editors; i++)
        edit(path, editors[i], text, text_size);
    (void)close(file);
    return 0;
}
