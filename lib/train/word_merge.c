/* SPDX-License-Identifier: Apache-2.0
 *
 * A k-way merge: a heap of the streams by their present words. Leans on word_table.
 */
#include "train/word_merge.h"

#include <string.h>

typedef struct merge_input {
    tkz__word_stream stream;
    tkz__word_entry entry;
    uint64_t rank; /* the first bytes of the word, as a number that compares as they do */
    uint32_t source_count;
    bool same_columns;
    uint32_t columns[TKZ__SOURCE_LIMIT];
} merge_input;

struct tkz__word_merge {
    tkz_allocator allocator;
    merge_input **inputs;
    size_t count;
    size_t capacity;
    merge_input **heap; /* the one with the smallest word first; of size `count` */
    size_t heap_size;
    bool started;
    uint32_t source_count;
    tkz__buffer word; /* that was given out last */
    uint64_t counts[TKZ__SOURCE_LIMIT];
};

tkz_status tkz__word_merge_new(tkz__word_merge **merge, uint32_t source_count,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *merge = tkz__allocate_zeroed(&memory, sizeof **merge);
    if (*merge == NULL)
        return tkz__error_memory(error, sizeof **merge);
    (*merge)->allocator = memory;
    (*merge)->source_count = source_count;
    tkz__buffer_init(&(*merge)->word, &memory);
    return TKZ_OK;
}

void tkz__word_merge_free(tkz__word_merge *merge)
{
    if (merge == NULL)
        return;
    tkz_allocator allocator = merge->allocator;
    for (size_t i = 0; i < merge->count; i++)
        tkz__release(&allocator, merge->inputs[i], sizeof *merge->inputs[i]);
    if (merge->heap != NULL)
        tkz__release_array(&allocator, (void *)merge->heap, merge->count, sizeof(merge_input *));
    tkz__release_array(&allocator, (void *)merge->inputs, merge->capacity, sizeof(merge_input *));
    tkz__buffer_free(&merge->word);
    tkz__release(&allocator, merge, sizeof *merge);
}

tkz_status tkz__word_merge_add(tkz__word_merge *merge, tkz__word_stream stream,
                               const uint32_t *columns, uint32_t source_count, tkz_error *error)
{
    void *inputs = (void *)merge->inputs;
    tkz_status status = tkz__array_reserve(&merge->allocator, &inputs, &merge->capacity,
                                           merge->count + 1, sizeof(merge_input *), error);
    merge->inputs = inputs;
    if (status != TKZ_OK)
        return status;
    merge_input *input = tkz__allocate_zeroed(&merge->allocator, sizeof *input);
    if (input == NULL)
        return tkz__error_memory(error, sizeof *input);
    input->stream = stream;
    input->source_count = source_count;
    input->same_columns = columns == NULL;
    if (columns != NULL)
        memcpy(input->columns, columns, source_count * sizeof *columns);
    merge->inputs[merge->count++] = input;
    return TKZ_OK;
}

/* ---- The heap ------------------------------------------------------------- */

static uint64_t first_bytes(const tkz__word_entry *entry)
{
    uint64_t rank = 0;
    if (entry->size < sizeof rank) {
        for (size_t i = 0; i < entry->size; i++)
            rank |= (uint64_t)entry->word[i] << (56 - 8 * i);
        return rank;
    }
    memcpy(&rank, entry->word, sizeof rank);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    rank = __builtin_bswap64(rank);
#endif
    return rank;
}

static int compare(const merge_input *a, const merge_input *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return tkz__word_compare(a->entry.word, a->entry.size, b->entry.word, b->entry.size);
}

/* Moves the input at `place` down to where it belongs. */
static void sift_down(tkz__word_merge *merge, size_t place)
{
    merge_input *moved = merge->heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= merge->heap_size)
            break;
        if (child + 1 < merge->heap_size &&
            compare(merge->heap[child + 1], merge->heap[child]) < 0)
            child++;
        if (compare(moved, merge->heap[child]) <= 0)
            break;
        merge->heap[place] = merge->heap[child];
        place = child;
    }
    merge->heap[place] = moved;
}

/* Takes the next word of an input; `*ended` if there is none. */
static tkz_status advance(merge_input *input, bool *ended, tkz_error *error)
{
    tkz_status status = input->stream.next(input->stream.context, &input->entry, ended, error);
    if (status == TKZ_OK && !*ended)
        input->rank = first_bytes(&input->entry);
    return status;
}

static tkz_status start(tkz__word_merge *merge, tkz_error *error)
{
    merge->heap = tkz__allocate_array(&merge->allocator, merge->count, sizeof *merge->heap);
    if (merge->heap == NULL)
        return tkz__error_memory(error, merge->count * sizeof *merge->heap);
    for (size_t i = 0; i < merge->count; i++) {
        bool ended;
        tkz_status status = advance(merge->inputs[i], &ended, error);
        if (status != TKZ_OK)
            return status;
        if (!ended)
            merge->heap[merge->heap_size++] = merge->inputs[i];
    }
    for (size_t i = merge->heap_size / 2; i-- > 0;)
        sift_down(merge, i);
    merge->started = true;
    return TKZ_OK;
}

/* ---- The merged words ----------------------------------------------------- */

static tkz_status add_counts(tkz__word_merge *merge, const merge_input *input, tkz_error *error)
{
    for (uint32_t i = 0; i < input->source_count; i++) {
        uint64_t *count = &merge->counts[input->same_columns ? i : input->columns[i]];
        if (__builtin_add_overflow(*count, input->entry.counts[i], count))
            return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                                  "a word occurs more than 2^64-1 times");
    }
    return TKZ_OK;
}

/* Adds the counts of the first input, which has the word, and goes on with it. */
static tkz_status take_first(tkz__word_merge *merge, tkz_error *error)
{
    bool ended;
    merge_input *input = merge->heap[0];
    tkz_status status = add_counts(merge, input, error);
    if (status == TKZ_OK)
        status = advance(input, &ended, error);
    if (status != TKZ_OK)
        return status;
    if (ended)
        merge->heap[0] = merge->heap[--merge->heap_size];
    if (merge->heap_size > 1)
        sift_down(merge, 0);
    return TKZ_OK;
}

static tkz_status next(void *context, tkz__word_entry *entry, bool *done, tkz_error *error)
{
    tkz__word_merge *merge = context;
    tkz_status status = merge->started ? TKZ_OK : start(merge, error);
    *done = status == TKZ_OK && merge->heap_size == 0;
    if (status != TKZ_OK || *done)
        return status;
    const merge_input *first = merge->heap[0];
    uint64_t rank = first->rank;
    tkz__buffer_clear(&merge->word);
    status = tkz__buffer_append(&merge->word, first->entry.word, first->entry.size, error);
    memset(merge->counts, 0, merge->source_count * sizeof *merge->counts);
    while (status == TKZ_OK && merge->heap_size > 0) {
        first = merge->heap[0];
        if (first->rank != rank || first->entry.size != merge->word.size ||
            memcmp(first->entry.word, merge->word.data, merge->word.size) != 0)
            break;
        status = take_first(merge, error);
    }
    *entry = (tkz__word_entry){merge->word.data, merge->word.size, merge->counts};
    return status;
}

tkz__word_stream tkz__word_merge_stream(tkz__word_merge *merge)
{
    return (tkz__word_stream){merge, next};
}
