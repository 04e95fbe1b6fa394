/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the derived image of a dictionary and writes it. Leans on the trie, the
 * word graph and atomic files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/atomic_file.h"
#include "io/descriptor.h"
#include "morph/character_trie.h"
#include "morph/dictionary.h"
#include "morph/dominated_words.h"
#include "morph/word_graph.h"

enum {
    KEY_LIMIT = 1 << 16, /* bytes of a surface */
    KINDS = 1024,        /* different properties of characters; real dictionaries have some 30 */
    SAMPLE_LINE = 1 << 16,
};

typedef struct maker {
    const tkz_dictionary *dictionary;
    tkz_allocator allocator;
    tkz__dictionary_image_header header;

    tkz__trie_surface *surfaces;
    size_t surface_count;
    size_t surface_capacity;
    uint16_t *characters; /* of the surfaces: code points, later their numbers */
    size_t character_count;
    size_t character_capacity;

    bool *is_dominated; /* of each word: no best path has it */
    uint8_t *skipped; /* of the words that are left of a surface, from its first one on */
    uint32_t *word_uses; /* of the first word of each surface in the sample; then the words of the image */
    uint32_t *table;  /* of TKZ__IMAGE_CHARACTERS, as in the image */
    uint64_t *uses;   /* of each character in surfaces, then of each context id in the sample */
    uint32_t kinds[KINDS];
    uint16_t *left_ids; /* ours of MeCab's */
    uint16_t *right_ids;
    uint16_t *old_rights; /* MeCab's of ours */
    uint16_t *old_lefts;
    tkz__character_trie trie;
} maker;

static void free_maker(maker *m)
{
    const tkz_allocator *allocator = &m->allocator;
    tkz__release_array(allocator, m->surfaces, m->surface_capacity, sizeof *m->surfaces);
    tkz__release_array(allocator, m->characters, m->character_capacity, sizeof *m->characters);
    size_t word_count = m->dictionary->lexicons[0].word_count;
    tkz__release(allocator, m->is_dominated, word_count * sizeof *m->is_dominated);
    tkz__release(allocator, m->skipped, word_count);
    tkz__release_array(allocator, m->word_uses, word_count, sizeof *m->word_uses);
    tkz__release_array(allocator, m->table, TKZ__IMAGE_CHARACTERS, sizeof *m->table);
    tkz__release_array(allocator, m->uses, 2 * TKZ__IMAGE_CHARACTERS, sizeof *m->uses);
    tkz__release_array(allocator, m->left_ids, 4 * TKZ__IMAGE_CHARACTERS, sizeof *m->left_ids);
    tkz__character_trie_free(&m->trie);
}

static tkz_status init_maker(maker *m, const tkz_dictionary *dictionary, tkz_error *error)
{
    memset(m, 0, sizeof *m);
    m->dictionary = dictionary;
    m->allocator = dictionary->allocator;
    m->trie.allocator = m->allocator;
    const size_t tables = TKZ__IMAGE_CHARACTERS;
    m->table = tkz__allocate_array(&m->allocator, tables, sizeof *m->table);
    m->uses = tkz__allocate_array(&m->allocator, 2 * tables, sizeof *m->uses);
    m->left_ids = tkz__allocate_array(&m->allocator, 4 * tables, sizeof *m->left_ids);
    size_t word_count = dictionary->lexicons[0].word_count;
    m->is_dominated = tkz__allocate_zeroed(&m->allocator, word_count * sizeof *m->is_dominated);
    m->skipped = tkz__allocate_zeroed(&m->allocator, word_count);
    m->word_uses = tkz__allocate_array(&m->allocator, word_count, sizeof *m->word_uses);
    if (m->is_dominated == NULL || m->skipped == NULL || m->word_uses == NULL ||
        m->table == NULL || m->uses == NULL || m->left_ids == NULL) {
        free_maker(m);
        return tkz__error_memory(error, 2 * tables * sizeof *m->uses);
    }
    memset(m->word_uses, 0, word_count * sizeof *m->word_uses);
    m->right_ids = m->left_ids + tables;
    m->old_lefts = m->left_ids + 2 * tables;
    m->old_rights = m->left_ids + 3 * tables;
    memset(m->table, 0, tables * sizeof *m->table);
    memset(m->uses, 0, 2 * tables * sizeof *m->uses);
    return TKZ_OK;
}

/* ---- Surfaces ---- */

/* Notes which words of a surface are left; returns them as in a node. */
static uint32_t choose_words(maker *m, uint32_t words)
{
    uint32_t first = words >> 8, count = words & 0xFF, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (m->is_dominated[first + i])
            continue;
        m->skipped[first + kept] = (uint8_t)(i - kept);
        kept++;
    }
    return first << 8 | kept;
}

/* Appends a surface of whole characters, or marks the first character of another one. */
static tkz_status add_surface(maker *m, const char *key, size_t size, uint32_t words,
                              tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&m->allocator, (void **)&m->characters, &m->character_capacity,
                           m->character_count + size, sizeof *m->characters, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&m->allocator, (void **)&m->surfaces, &m->surface_capacity,
                                    m->surface_count + 1, sizeof *m->surfaces, error);
    if (status != TKZ_OK)
        return status;
    size_t at = m->character_count;
    uint32_t first = 0;
    for (size_t i = 0, length; i < size; i += length) {
        uint32_t character;
        length = tkz__char_decode(key + i, size - i, &character);
        if (i == 0)
            first = character;
        if (!tkz__image_is_whole(key + i, length)) {
            m->table[first] |= TKZ__IMAGE_IS_ODD;
            return TKZ_OK;
        }
        m->characters[at++] = (uint16_t)character;
    }
    uint32_t count = (uint32_t)(at - m->character_count);
    m->surfaces[m->surface_count++] = (tkz__trie_surface){m->character_count, count, words, 0};
    for (; m->character_count < at; m->character_count++)
        m->uses[m->characters[m->character_count]]++;
    if (count > m->header.longest)
        m->header.longest = count;
    return TKZ_OK;
}

/* A state of MeCab's double array on the way to a key, and the next byte to try. */
typedef struct step {
    uint32_t state;
    uint32_t next;
} step;

/* Walks over all keys in the order of their bytes. The check at opening has proved that no state has
 * two ways to it; state 0 is the one that unused units lead to. */
static tkz_status collect_surfaces(maker *m, step *steps, char *key, tkz_error *error)
{
    const tkz__compiled_dictionary *lexicon = &m->dictionary->lexicons[0];
    const tkz__unit *units = lexicon->units;
    size_t depth = 0;
    steps[0] = (step){(uint32_t)units[0].base, 0};
    for (;;) {
        step *top = &steps[depth];
        uint32_t state = top->state;
        if (top->next == 0 && depth > 0 && units[state].check == state && units[state].base < 0) {
            uint32_t words = (uint32_t)(-(units[state].base + 1));
            tkz_status status =
                (words & 0xFF) > 0 ? add_surface(m, key, depth, words, error) : TKZ_OK;
            if (status != TKZ_OK)
                return status;
        }
        uint32_t byte = top->next;
        while (byte < 256 && (units[state + byte + 1].check != state ||
                              units[state + byte + 1].base <= 0))
            byte++;
        top->next = byte + 1;
        if (byte == 256) {
            if (depth-- == 0)
                return TKZ_OK;
            continue;
        }
        if (depth + 1 == KEY_LIMIT)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, m->dictionary->path, TKZ__NO_OFFSET,
                                  "a word of more than %d bytes", KEY_LIMIT - 1);
        key[depth++] = (char)byte;
        steps[depth] = (step){(uint32_t)units[state + byte + 1].base, 0};
    }
}

static tkz_status find_surfaces(maker *m, tkz_error *error)
{
    step *steps = tkz__allocate_array(&m->allocator, KEY_LIMIT, sizeof *steps);
    char *key = tkz__allocate(&m->allocator, KEY_LIMIT);
    tkz_status status = steps != NULL && key != NULL
                            ? collect_surfaces(m, steps, key, error)
                            : tkz__error_memory(error, KEY_LIMIT * sizeof *steps);
    tkz__release_array(&m->allocator, steps, KEY_LIMIT, sizeof *steps);
    tkz__release(&m->allocator, key, KEY_LIMIT);
    if (status == TKZ_OK)
        status = tkz__dominated_words_find(m->dictionary, m->surfaces, m->surface_count,
                                           m->is_dominated, error);
    for (size_t i = 0; i < m->surface_count && status == TKZ_OK; i++)
        m->surfaces[i].words = choose_words(m, m->surfaces[i].words);
    return status;
}

/* ---- Numbers: the most used come first ---- */

typedef struct ranked {
    uint64_t uses;
    uint32_t item;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->uses != y->uses)
        return x->uses > y->uses ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Orders the items below `count` by their uses. Number 0 stays what it is. */
static tkz_status rank_items(const maker *m, const uint64_t *uses, uint32_t count, ranked **order,
                             tkz_error *error)
{
    ranked *items = tkz__allocate_array(&m->allocator, count, sizeof *items);
    if (items == NULL)
        return tkz__error_memory(error, count * sizeof *items);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (ranked){i == 0 ? UINT64_MAX : uses[i], i};
    qsort(items, count, sizeof *items, compare_ranked);
    *order = items;
    return TKZ_OK;
}

/* Counts the characters of the sample that surfaces have. A look-up asks for the child of a node by the next
 * character of the text: where frequent ones have low numbers, it reads few cache lines in vain. */
static void count_characters(maker *m, const char *sample, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t character;
        i += tkz__char_decode(sample + i, size - i, &character);
        if (m->uses[character] > 0)
            m->uses[character] += UINT64_C(1) << 32;
    }
}

/* Gives numbers to the characters of surfaces and to the properties of all. */
static tkz_status number_characters(maker *m, uint32_t *number_count, tkz_error *error)
{
    ranked *order = NULL;
    m->uses[0] = 0;
    tkz_status status = rank_items(m, m->uses, TKZ__IMAGE_CHARACTERS, &order, error);
    if (status != TKZ_OK)
        return status;
    uint32_t count = 1;
    for (; count < TKZ__IMAGE_CHARACTERS && order[count].uses > 0; count++)
        m->table[order[count].item] |= count;
    tkz__release_array(&m->allocator, order, TKZ__IMAGE_CHARACTERS, sizeof *order);
    *number_count = count - 1;
    for (size_t i = 0; i < m->character_count; i++)
        m->characters[i] = (uint16_t)m->table[m->characters[i]];
    for (uint32_t c = 0; c < TKZ__IMAGE_CHARACTERS; c++) {
        uint32_t info = tkz__char_info(&m->dictionary->property, c), kind = 0;
        while (kind < m->header.kind_count && m->kinds[kind] != info)
            kind++;
        if (kind == KINDS)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, "char.bin", TKZ__NO_OFFSET,
                                  "more than %d different properties of characters", KINDS);
        if (kind == m->header.kind_count)
            m->kinds[m->header.kind_count++] = info;
        m->table[c] |= kind << 16;
    }
    return TKZ_OK;
}

/* Counts a surface of the system dictionary, whose first word it is. */
static void count_surface(maker *m, tkz__word_number number)
{
    if (number < m->dictionary->lexicons[0].word_count && m->word_uses[number] < UINT32_MAX)
        m->word_uses[number]++;
}

/* Counts the surfaces that may stand in the sample and the context ids of their words: what the search
 * reads of the image. Every word of the dictionary counts once besides, less than any use. */
static tkz_status count_ids(maker *m, const char *sample, size_t size, tkz_error *error)
{
    uint64_t *lefts = m->uses, *rights = m->uses + TKZ__IMAGE_CHARACTERS;
    memset(m->uses, 0, 2 * TKZ__IMAGE_CHARACTERS * sizeof *m->uses);
    const tkz__compiled_dictionary *lexicon = &m->dictionary->lexicons[0];
    for (uint32_t i = 0; i < lexicon->word_count; i++) {
        lefts[lexicon->words[i].left_id]++;
        rights[lexicon->words[i].right_id]++;
    }
    tkz__word_graph graph;
    tkz__word_graph_init(&graph, m->dictionary, &m->allocator);
    tkz_status status = TKZ_OK;
    for (size_t start = 0; start < size && status == TKZ_OK;) {
        size_t rest = size - start < SAMPLE_LINE ? size - start : SAMPLE_LINE;
        const char *end = memchr(sample + start, '\n', rest);
        size_t length = end != NULL ? (size_t)(end - sample) - start : rest;
        status = tkz__word_graph_make(&graph, sample + start, length, length, error);
        for (size_t i = 0; i < graph.count && status == TKZ_OK; i++) {
            lefts[graph.words[i].left_id] += UINT64_C(1) << 32;
            rights[graph.words[i].right_id] += UINT64_C(1) << 32;
        }
        for (size_t i = TKZ__GRAPH_FIRST_MATCH; i < graph.match_count && status == TKZ_OK; i++)
            count_surface(m, graph.matches[i].number);
        start += length + (end != NULL);
    }
    tkz__word_graph_free(&graph);
    return status;
}

/* How often texts have a surface, by the sample and, where that says nothing, by its costs: MeCab's costs
 * are logarithms of probabilities, and a word of a cost lower by 555 is about twice as frequent (by the usual
 * factor of 800). */
static uint64_t uses_of(const maker *m, uint32_t words)
{
    const tkz__word *word = &m->dictionary->lexicons[0].words[words >> 8];
    int lowest = INT16_MAX;
    for (uint32_t i = 0; i < (words & 0xFF); i++) {
        int cost = word[i + m->skipped[(words >> 8) + i]].cost;
        lowest = cost < lowest ? cost : lowest;
    }
    int halvings = lowest < 0 ? 0 : lowest / 555;
    uint64_t expected = halvings < 31 ? UINT64_C(1) << (31 - halvings) : 1;
    return ((uint64_t)m->word_uses[words >> 8] << 32) + expected;
}

static void count_uses(maker *m)
{
    for (size_t i = 0; i < m->surface_count; i++)
        m->surfaces[i].uses = uses_of(m, m->surfaces[i].words);
}

static tkz_status number_ids(const maker *m, const uint64_t *uses, uint32_t count,
                             uint16_t *numbers, uint16_t *old, tkz_error *error)
{
    ranked *order = NULL;
    tkz_status status = rank_items(m, uses, count, &order, error);
    if (status != TKZ_OK)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        numbers[order[i].item] = (uint16_t)i;
        old[i] = (uint16_t)order[i].item;
    }
    tkz__release_array(&m->allocator, order, count, sizeof *order);
    return TKZ_OK;
}

/* ---- The file ---- */

typedef struct output {
    tkz__atomic_file file;
    uint64_t position;
} output;

static tkz_status write_bytes(output *o, const void *data, size_t size, tkz_error *error)
{
    o->position += size;
    return tkz__descriptor_write(o->file.descriptor, o->file.path, data, size, error);
}

/* Writes zeros up to the next section. */
static tkz_status pad(output *o, uint64_t offset, tkz_error *error)
{
    static const char zeros[64];
    return o->position < offset ? write_bytes(o, zeros, (size_t)(offset - o->position), error)
                                : TKZ_OK;
}

/* Notes of each word of the image which one of sys.dic it is, and not which one of the surface. */
static void order_words(const maker *m)
{
    for (size_t i = 0; i < m->trie.count; i++) {
        const tkz__image_node *node = &m->trie.nodes[i];
        for (uint32_t k = 0; k < (node->words & 0xFF); k++)
            m->word_uses[(node->words >> 8) + k] = node->number + k;
    }
}

/* Writes the words that are left, and zeros for the others. */
static tkz_status write_words(const maker *m, output *o, tkz_error *error)
{
    enum { BATCH = 1024 };
    const tkz__compiled_dictionary *lexicon = &m->dictionary->lexicons[0];
    tkz_status status = TKZ_OK;
    order_words(m);
    for (uint32_t first = 0; first < lexicon->word_count && status == TKZ_OK; first += BATCH) {
        tkz__image_word batch[BATCH] = {{0, 0, 0, 0}};
        uint32_t rest = lexicon->word_count - first, count = rest < BATCH ? rest : BATCH;
        for (uint32_t i = 0; i < count && first + i < m->trie.word_count; i++) {
            uint32_t number = m->word_uses[first + i];
            uint8_t skipped = m->skipped[number];
            const tkz__word *word = &lexicon->words[number + skipped];
            batch[i] = (tkz__image_word){m->right_ids[word->right_id], m->left_ids[word->left_id],
                                         word->cost, skipped};
        }
        status = write_bytes(o, batch, count * sizeof *batch, error);
    }
    return status;
}

static tkz_status write_costs(const maker *m, output *o, tkz_error *error)
{
    uint32_t left_size = m->dictionary->left_size;
    int16_t *row = tkz__allocate_array(&m->allocator, left_size, sizeof *row);
    if (row == NULL)
        return tkz__error_memory(error, left_size * sizeof *row);
    tkz_status status = TKZ_OK;
    for (uint32_t left = 0; left < m->dictionary->right_size && status == TKZ_OK; left++) {
        const int16_t *old = m->dictionary->costs + (size_t)m->old_lefts[left] * left_size;
        for (uint32_t right = 0; right < left_size; right++)
            row[right] = old[m->old_rights[right]];
        status = write_bytes(o, row, left_size * sizeof *row, error);
    }
    tkz__release_array(&m->allocator, row, left_size, sizeof *row);
    return status;
}

static tkz_status write_sections(const maker *m, output *o, tkz_error *error)
{
    const tkz__dictionary_image_header *header = &m->header;
    uint64_t offsets[TKZ__IMAGE_PARTS + 1];
    tkz__dictionary_image_layout(header, offsets);
    const struct {
        const void *data;
        size_t size;
    } parts[] = {
        {m->left_ids, header->right_size * sizeof *m->left_ids},
        {m->right_ids, header->left_size * sizeof *m->right_ids},
        {m->kinds, header->kind_count * sizeof *m->kinds},
        {m->table, TKZ__IMAGE_CHARACTERS * sizeof *m->table},
        {m->trie.nodes, header->node_count * sizeof *m->trie.nodes},
    };
    tkz_status status = write_bytes(o, header, sizeof *header, error);
    size_t count = sizeof parts / sizeof *parts;
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        status = pad(o, offsets[i], error);
        if (status == TKZ_OK)
            status = write_bytes(o, parts[i].data, parts[i].size, error);
    }
    if (status == TKZ_OK)
        status = pad(o, offsets[count], error);
    if (status == TKZ_OK)
        status = write_words(m, o, error);
    if (status == TKZ_OK)
        status = pad(o, offsets[count + 1], error);
    if (status == TKZ_OK)
        status = write_costs(m, o, error);
    return status == TKZ_OK ? pad(o, offsets[TKZ__IMAGE_PARTS], error) : status;
}

/* An image that others may write is refused when it is opened; the umask may give them the right. */
static tkz_status take_write_rights(const output *o, tkz_error *error)
{
    struct stat info;
    if (fstat(o->file.descriptor, &info) != 0 ||
        (S_ISREG(info.st_mode) && fchmod(o->file.descriptor, info.st_mode & 0755) != 0))
        return tkz__error_system(error, o->file.path, "change the rights of", errno);
    return TKZ_OK;
}

static tkz_status write_image(maker *m, const char *path, tkz_error *error)
{
    tkz__dictionary_image_header *header = &m->header;
    memcpy(header->magic, TKZ__DICTIONARY_IMAGE_MAGIC, sizeof header->magic);
    header->version = TKZ__DICTIONARY_IMAGE_VERSION;
    header->byte_order = 1;
    header->sources = tkz__dictionary_sources_hash(m->dictionary);
    header->word_count = m->dictionary->lexicons[0].word_count;
    header->left_size = m->dictionary->left_size;
    header->right_size = m->dictionary->right_size;
    header->node_count = (uint32_t)m->trie.count;
    uint64_t offsets[TKZ__IMAGE_PARTS + 1];
    tkz__dictionary_image_layout(header, offsets);
    header->file_size = offsets[TKZ__IMAGE_PARTS];
    header->hash = tkz__dictionary_image_header_hash(header);
    output o = {.position = 0};
    tkz_status status = tkz__atomic_file_open(&o.file, path, &m->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = take_write_rights(&o, error);
    if (status == TKZ_OK)
        status = write_sections(m, &o, error);
    if (status == TKZ_OK)
        return tkz__atomic_file_publish(&o.file, error);
    tkz__atomic_file_abandon(&o.file);
    return status;
}

tkz_status tkz__dictionary_image_make(const tkz_dictionary *dictionary, const char *sample,
                                      size_t sample_size, const char *path, tkz_error *error)
{
    maker m;
    tkz_status status = init_maker(&m, dictionary, error);
    if (status != TKZ_OK)
        return status;
    uint32_t number_count = 0;
    status = find_surfaces(&m, error);
    count_characters(&m, sample, sample_size);
    if (status == TKZ_OK)
        status = number_characters(&m, &number_count, error);
    if (status == TKZ_OK)
        status = count_ids(&m, sample, sample_size, error);
    if (status == TKZ_OK) {
        count_uses(&m);
        status = tkz__character_trie_make(&m.trie, m.surfaces, m.surface_count, m.characters,
                                          number_count, &m.allocator, error);
    }
    if (status == TKZ_OK)
        status = number_ids(&m, m.uses, dictionary->right_size, m.left_ids, m.old_lefts, error);
    if (status == TKZ_OK)
        status = number_ids(&m, m.uses + TKZ__IMAGE_CHARACTERS, dictionary->left_size,
                            m.right_ids, m.old_rights, error);
    if (status == TKZ_OK)
        status = write_image(&m, path, error);
    free_maker(&m);
    return status;
}
