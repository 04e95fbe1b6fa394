/* SPDX-License-Identifier: Apache-2.0
 *
 * The pieces that Unigram training begins with. Leans on unigram_seeds.h and the suffix array.
 *
 * Every string that repeats has a longest one with the same places that begins with it; those are the
 * inner nodes of the suffix tree. Lines end in a wall that equals nothing, not even another wall, so
 * that what always ends a line is found too: sentencepiece 0.2.0 misses it.
 */
#include "train/unigram_seeds.h"

#include <stdlib.h>
#include <string.h>

#include "index/suffix_array.h"
#include "train/unigram_required.h"

/* ---- Walking the suffix tree ------------------------------------------------------------- */

typedef struct open_node {
    size_t first; /* index of its first suffix */
    size_t length;
    uint64_t count;
} open_node;

typedef struct node_stack {
    open_node *nodes;
    size_t count;
    size_t capacity;
} node_stack;

static tkz_status push_node(node_stack *stack, const open_node *node,
                            const tkz_allocator *allocator, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(allocator, (void **)&stack->nodes, &stack->capacity,
                                           stack->count + 1, sizeof *stack->nodes, error);
    if (status == TKZ_OK)
        stack->nodes[stack->count++] = *node;
    return status;
}

tkz_status tkz__repeats_walk(const int32_t *suffixes, const int32_t *common, size_t size,
                             uint64_t (*weight)(const void *context, size_t place),
                             tkz_status (*found)(void *context, const tkz__repeat *repeat,
                                                 tkz_error *error),
                             void *context, const tkz_allocator *allocator, tkz_error *error)
{
    node_stack stack = {NULL, 0, 0};
    open_node root = {0, 0, 0};
    tkz_status status = push_node(&stack, &root, allocator, error);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        size_t shared = i + 1 < size ? (size_t)common[i + 1] : 0;
        uint64_t count = weight(context, (size_t)suffixes[i]);
        size_t first = i;
        size_t most = i > 0 && (size_t)common[i] > shared ? (size_t)common[i] : shared;
        tkz__repeat leaf = {(size_t)suffixes[i], most, true, count};
        status = found(context, &leaf, error);
        /* The suffix belongs to the deepest node that is open, or opens one with its neighbour. */
        if (shared <= stack.nodes[stack.count - 1].length)
            stack.nodes[stack.count - 1].count += count;
        while (status == TKZ_OK && shared < stack.nodes[stack.count - 1].length) {
            open_node node = stack.nodes[--stack.count];
            tkz__repeat repeat = {(size_t)suffixes[node.first], node.length, false, node.count};
            status = found(context, &repeat, error);
            first = node.first;
            count = node.count;
            if (shared <= stack.nodes[stack.count - 1].length)
                stack.nodes[stack.count - 1].count += count;
        }
        if (status == TKZ_OK && shared > stack.nodes[stack.count - 1].length) {
            open_node node = {first, shared, count};
            status = push_node(&stack, &node, allocator, error);
        }
    }
    tkz__release_array(allocator, stack.nodes, stack.capacity, sizeof *stack.nodes);
    return status;
}

/* ---- The best of them --------------------------------------------------------------------- */

typedef struct seed {
    double score; /* count times length */
    uint64_t count;
    size_t place;    /* in the text */
    uint32_t length;
    uint32_t number; /* in the order in which they were found */
} seed;

typedef struct seed_list {
    const tkz_unigram_options *options;
    tkz_allocator allocator;
    const tkz__unigram_text *text;
    const uint32_t *segments;   /* of each place of the struct block */
    uint64_t text_start;        /* place of the text that the block begins at */
    uint64_t first_segment;
    seed *seeds;
    size_t count;
    size_t capacity;
    size_t wanted;
    uint32_t number;
} seed_list;

static int compare_seeds(const void *left, const void *right)
{
    const seed *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static void keep_best(seed_list *list)
{
    qsort(list->seeds, list->count, sizeof *list->seeds, compare_seeds);
    if (list->count > list->wanted)
        list->count = list->wanted;
}

static uint64_t weigh_place(const void *context, size_t place)
{
    const seed_list *list = context;
    /* Walls have the segment before them, which does no harm: no string has one. */
    return list->text->counts[list->segments[place]];
}

/* Place of the text of a place of the block: one wall for each segment before it. */
static size_t text_place(const seed_list *list, size_t place)
{
    return (size_t)list->text_start + place -
           (size_t)(list->segments[place] - list->first_segment);
}

static tkz_status take_repeat(void *context, const tkz__repeat *repeat, tkz_error *error)
{
    seed_list *list = context;
    const tkz_allocator *allocator = &list->allocator;
    size_t place = text_place(list, repeat->place), length = repeat->length;
    if (repeat->is_leaf) {
        /* A segment that occurs several times ends in strings that stand nowhere else. */
        length = (size_t)list->text->starts[list->segments[repeat->place] + 1] - place;
        if (length <= repeat->length)
            return TKZ_OK;
    }
    if (length < 2 || length > list->options->rules.longest || repeat->count < 2 ||
        !tkz__piece_rules_allow(&list->options->rules, list->text->characters + place, length) ||
        tkz__unigram_is_forbidden(list->options, list->text->characters + place, length))
        return TKZ_OK;
    if (list->count >= 4 * list->wanted)
        keep_best(list);
    tkz_status status = tkz__array_reserve(allocator, (void **)&list->seeds, &list->capacity,
                                           list->count + 1, sizeof *list->seeds, error);
    if (status == TKZ_OK)
        list->seeds[list->count++] =
            (seed){(double)repeat->count * (double)length, repeat->count, place,
                   (uint32_t)length, list->number++};
    return status;
}

/* ---- Blocks -------------------------------------------------------------------------------- */

struct block {
    uint32_t *symbols;  /* numbers of characters, 0 for a wall */
    uint32_t *segments;
    int32_t *suffixes;
    int32_t *common;
    size_t capacity;
    size_t size;
};

static void free_block(struct block *block, const tkz_allocator *allocator)
{
    tkz__release_array(allocator, block->symbols, block->capacity, sizeof *block->symbols);
    tkz__release_array(allocator, block->segments, block->capacity, sizeof *block->segments);
    tkz__release_array(allocator, block->suffixes, block->capacity, sizeof *block->suffixes);
    tkz__release_array(allocator, block->common, block->capacity, sizeof *block->common);
}

static tkz_status allocate_block(struct block *block, size_t size, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    block->capacity = size;
    block->symbols = tkz__allocate_array(allocator, size, sizeof *block->symbols);
    block->segments = tkz__allocate_array(allocator, size, sizeof *block->segments);
    block->suffixes = tkz__allocate_array(allocator, size, sizeof *block->suffixes);
    block->common = tkz__allocate_array(allocator, size, sizeof *block->common);
    if (block->symbols != NULL && block->segments != NULL && block->suffixes != NULL &&
        block->common != NULL)
        return TKZ_OK;
    free_block(block, allocator);
    return tkz__error_memory(error, size * sizeof *block->symbols);
}

/* The segments from `first` on, until the block has `limit` places; returns the next one. */
static size_t fill_block(struct block *block, const tkz__unigram_text *text, const uint32_t *numbers,
                         size_t first, size_t limit)
{
    block->size = 0;
    size_t segment = first;
    for (; segment < text->count; segment++) {
        size_t size = (size_t)(text->starts[segment + 1] - text->starts[segment]);
        if (block->size > 0 && block->size + size + 1 > limit)
            break;
        const uint32_t *characters = text->characters + text->starts[segment];
        for (size_t i = 0; i <= size; i++) {
            block->symbols[block->size] = i < size ? numbers[characters[i]] : 0;
            block->segments[block->size++] = (uint32_t)segment;
        }
    }
    return segment;
}

static size_t largest_block(const tkz__unigram_text *text, size_t limit)
{
    size_t largest = limit;
    for (size_t i = 0; i < text->count; i++)
        if (text->starts[i + 1] - text->starts[i] + 1 > largest)
            largest = (size_t)(text->starts[i + 1] - text->starts[i]) + 1;
    return text->size + text->count < largest ? text->size + text->count : largest;
}

static tkz_status search_block(seed_list *list, struct block *block, uint32_t symbols, tkz_error *error)
{
    const tkz_allocator *allocator = &list->allocator;
    tkz_status status = tkz__suffix_array(block->symbols, block->size, symbols, block->suffixes,
                                          allocator, error);
    int32_t *scratch =
        tkz__allocate_array(allocator, block->size, sizeof *scratch);
    if (status == TKZ_OK && scratch == NULL)
        status = tkz__error_memory(error, block->size * sizeof *scratch);
    if (status == TKZ_OK) {
        tkz__suffix_common(block->symbols, block->size, 0, block->suffixes, block->common,
                           scratch);
        list->segments = block->segments;
        list->number = 0;
        status = tkz__repeats_walk(block->suffixes, block->common, block->size, weigh_place,
                                   take_repeat, list, allocator, error);
    }
    tkz__release_array(allocator, scratch, block->size, sizeof *scratch);
    if (status == TKZ_OK)
        keep_best(list);
    return status;
}

/* ---- Pieces -------------------------------------------------------------------------------- */

size_t tkz__unigram_seed_count(const tkz_unigram_options *options)
{
    size_t many = (size_t)options->vocab_size * 8;
    if (options->seed_size > 0)
        return options->seed_size;
    return many > 100000 ? many : 100000; /* sentencepiece 0.2.3's */
}

static tkz_status add_alphabet(tkz__unigram_pieces *pieces,
                               const tkz__unigram_sentences *sentences, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < sentences->alphabet_count; i++)
        status = tkz__unigram_pieces_add(pieces, &sentences->alphabet[i].character, 1,
                                         sentences->alphabet[i].count, true, error);
    return status;
}

/* What is required, then what was found and is not required. */
static tkz_status add_seeds(tkz__unigram_pieces *pieces, const seed_list *list, const tkz__unigram_text *required,
                            tkz_error *error)
{
    tkz__byte_map known;
    uint64_t *value;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&known, &list->allocator);
    for (size_t i = 0; status == TKZ_OK && i < required->count; i++) {
        const uint32_t *characters = required->characters + required->starts[i];
        size_t size = (size_t)(required->starts[i + 1] - required->starts[i]);
        status = tkz__unigram_pieces_add(pieces, characters, size, 0, true, error);
        if (status == TKZ_OK)
            status = tkz__byte_map_insert(&known, characters, size * sizeof *characters, &value, NULL, error);
    }
    for (size_t i = 0; status == TKZ_OK && i < list->count; i++) {
        const uint32_t *characters = list->text->characters + list->seeds[i].place;
        if (known.count == 0 ||
            tkz__byte_map_find(&known, characters, list->seeds[i].length * sizeof *characters) == NULL)
            status = tkz__unigram_pieces_add(pieces, characters, list->seeds[i].length, list->seeds[i].count, false, error);
    }
    tkz__byte_map_free(&known);
    return status;
}

/* What the blocks have found, each string once, in `all`; its value is where it was found. */
static tkz_status gather(tkz__byte_map *all, const seed_list *list, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < list->count; i++) {
        uint64_t *value;
        status = tkz__byte_map_insert(all, list->text->characters + list->seeds[i].place,
                                      list->seeds[i].length * sizeof(uint32_t), &value, NULL,
                                      error);
        if (status == TKZ_OK)
            *value = list->seeds[i].place;
    }
    return status;
}

/* Counts what several blocks have found in the whole text, and keeps the best. */
static tkz_status count_again(seed_list *list, const tkz__byte_map *all,
                              const tkz__unigram_sentences *sentences, tkz_error *error)
{
    tkz__unigram_pieces every;
    tkz__unigram_pieces_init(&every, &list->allocator);
    tkz_status status = add_alphabet(&every, sentences, error);
    size_t first = every.count;
    for (size_t i = 0; status == TKZ_OK && i < all->count; i++)
        status = tkz__unigram_pieces_add(&every, list->text->characters + all->entries[i].value,
                                         all->entries[i].key_size / sizeof(uint32_t), 0, false,
                                         error);
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_match(&every, list->text, error);
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_recount(&every, list->text, error);
    list->count = 0;
    if (status == TKZ_OK)
        status = tkz__array_reserve(&list->allocator, (void **)&list->seeds,
                                    &list->capacity, all->count, sizeof *list->seeds, error);
    for (size_t i = 0; status == TKZ_OK && i < all->count; i++) {
        uint64_t count = every.texts.counts[first + i];
        uint32_t length = every.pieces[first + i].length;
        list->seeds[list->count++] = (seed){(double)count * length, count,
                                            (size_t)all->entries[i].value, length, (uint32_t)i};
    }
    if (status == TKZ_OK)
        keep_best(list);
    tkz__unigram_pieces_free(&every);
    return status;
}

static tkz_status search_all(seed_list *list, struct block *block, size_t limit, const uint32_t *numbers,
                             const tkz__unigram_sentences *sentences, tkz_error *error)
{
    const tkz__unigram_text *text = list->text;
    uint32_t symbols = (uint32_t)sentences->alphabet_count + 1;
    tkz__byte_map all;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&all, &list->allocator);
    for (size_t segment = 0; status == TKZ_OK && segment < text->count;) {
        bool is_whole = segment == 0;
        list->text_start = text->starts[segment];
        list->first_segment = segment;
        list->count = 0;
        segment = fill_block(block, text, numbers, segment, limit);
        status = search_block(list, block, symbols, error);
        if (status == TKZ_OK && !(is_whole && segment == text->count))
            status = gather(&all, list, error);
    }
    if (status == TKZ_OK && all.count > 0)
        status = count_again(list, &all, sentences, error);
    tkz__byte_map_free(&all);
    return status;
}

static int compare_code_points(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

enum { CODE_POINTS = 0x110000 };

/* Numbers of characters, in the order of code points, from 1. NULL: no memory. */
static uint32_t *number_characters(const tkz__unigram_sentences *sentences,
                                   const tkz_allocator *allocator)
{
    size_t count = sentences->alphabet_count;
    uint32_t *numbers = tkz__allocate_zeroed(allocator, CODE_POINTS * sizeof *numbers);
    uint32_t *sorted = tkz__allocate_array(allocator, count, sizeof *sorted);
    for (size_t i = 0; sorted != NULL && i < count; i++)
        sorted[i] = sentences->alphabet[i].character;
    if (numbers != NULL && sorted != NULL) {
        qsort(sorted, count, sizeof *sorted, compare_code_points);
        for (size_t i = 0; i < count; i++)
            numbers[sorted[i]] = (uint32_t)i + 1;
    } else {
        tkz__release(allocator, numbers, CODE_POINTS * sizeof *numbers);
        numbers = NULL;
    }
    tkz__release_array(allocator, sorted, count, sizeof *sorted);
    return numbers;
}

tkz_status tkz__unigram_seeds(tkz__unigram_pieces *pieces, const tkz_unigram_options *options,
                              const tkz__unigram_sentences *sentences,
                              const tkz__unigram_text *text, size_t limit, tkz_error *error)
{
    const tkz_allocator *allocator = &sentences->allocator;
    struct block block = {0};
    seed_list list = {.options = options, .allocator = *allocator, .text = text,
                      .wanted = tkz__unigram_seed_count(options)};
    if (text->count >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the text has more than 2^32-2 different segments");
    uint32_t *numbers = number_characters(sentences, allocator);
    if (numbers == NULL)
        return tkz__error_memory(error, CODE_POINTS * sizeof *numbers);
    tkz_status status = allocate_block(&block, largest_block(text, limit), allocator, error);
    if (status == TKZ_OK) {
        status = search_all(&list, &block, limit, numbers, sentences, error);
        free_block(&block, allocator);
    }
    tkz__release(allocator, numbers, CODE_POINTS * sizeof *numbers);
    if (status == TKZ_OK)
        status = add_alphabet(pieces, sentences, error);
    if (status == TKZ_OK)
        status = add_seeds(pieces, &list, &sentences->required, error);
    tkz__release_array(allocator, list.seeds, list.capacity, sizeof *list.seeds);
    return status;
}
