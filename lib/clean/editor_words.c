/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and ordering the words of an editor. Leans on line_file.
 */
#include "clean/editor_words.h"

#include <stdlib.h>
#include <string.h>

#include "clean/line_file.h"
#include "tokenize/text.h"

static tkz_status add(void *context, const char *line, size_t size, tkz_error *error)
{
    tkz__editor_words *words = context;
    if (words->count == TKZ__EDITOR_WORDS_MOST)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "an editor takes at most %d words", TKZ__EDITOR_WORDS_MOST);
    tkz_status status = tkz__array_reserve(&words->allocator, (void **)&words->words,
                                           &words->capacity, words->count + 1,
                                           sizeof *words->words, error);
    if (status != TKZ_OK)
        return status;
    char *text = tkz__duplicate(&words->allocator, line, size);
    if (text == NULL)
        return tkz__error_memory(error, size);
    words->words[words->count] = (tkz__editor_word){text, size, tkz_utf8_count(text, size),
                                                    words->count};
    words->count++;
    return TKZ_OK;
}

static int compare_bytes(const void *left, const void *right)
{
    const tkz__editor_word *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    if (order != 0)
        return order;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static int compare_lengths(const void *left, const void *right)
{
    const tkz__editor_word *a = left, *b = right;
    if (a->characters != b->characters)
        return a->characters > b->characters ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void release(tkz__editor_words *words, tkz__editor_word *word)
{
    tkz__release(&words->allocator, (void *)(uintptr_t)word->text, word->size + 1);
    word->text = NULL;
}

/* Brings them into the order of bytes and removes those that stand there before. */
static void sort_and_unite(tkz__editor_words *words)
{
    size_t kept = 0;
    qsort(words->words, words->count, sizeof *words->words, compare_bytes);
    for (size_t i = 0; i < words->count; i++) {
        tkz__editor_word *word = &words->words[i], *last = &words->words[kept - (kept > 0)];
        if (kept > 0 && last->size == word->size && memcmp(last->text, word->text, word->size) == 0)
            release(words, word);
        else
            words->words[kept++] = *word;
    }
    words->count = kept;
}

tkz_status tkz__editor_words_open(tkz__normal_step *step, size_t option,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    const char *path = step->values[option].text;
    tkz__editor_words *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    tkz_status status = tkz__line_file_read(path, add, made, error);
    if (status == TKZ_OK)
        status = tkz__file_hash(path, step->file_hash, error);
    if (status == TKZ_OK && made->count == 0)
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                "there are no words in %s; it has one a line", path);
    if (status != TKZ_OK) {
        tkz__editor_words_free(made);
        return status;
    }
    sort_and_unite(made);
    step->state = made;
    return TKZ_OK;
}

void tkz__editor_words_free(tkz__editor_words *words)
{
    if (words == NULL)
        return;
    tkz_allocator allocator = words->allocator;
    for (size_t i = 0; i < words->count; i++)
        release(words, &words->words[i]);
    tkz__release_array(&allocator, words->words, words->capacity, sizeof *words->words);
    tkz__release(&allocator, words, sizeof *words);
}

void tkz__editor_words_longest_first(tkz__editor_words *words)
{
    qsort(words->words, words->count, sizeof *words->words, compare_lengths);
}

bool tkz__editor_words_have(const tkz__editor_words *words, const char *text, size_t size)
{
    size_t low = 0, high = words->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const tkz__editor_word *word = &words->words[middle];
        int order = memcmp(word->text, text, word->size < size ? word->size : size);
        if (order == 0 && word->size == size)
            return true;
        if (order < 0 || (order == 0 && word->size < size))
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
