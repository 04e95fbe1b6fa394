/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of one counting thread. Leans on word_cells.h.
 */
#include "train/word_cells.h"

#include <string.h>

enum {
    FIRST_CAPACITY = 1 << 12,
    FIRST_CHUNK = 1 << 14,
    CHUNK_BITS = TKZ__CELL_CHUNK_BITS,
    LARGEST_CHUNK = 1 << CHUNK_BITS,
    MOST_CHUNKS = 1 << CHUNK_BITS,
    SHOWN = 7, /* bytes of a long word that stand in its cell */
};
_Static_assert(TKZ__WORD_LIMIT <= LARGEST_CHUNK, "every word has room in a chunk");

static size_t cell_bytes(size_t capacity)
{
    return capacity * sizeof(tkz__word_cell);
}

tkz_status tkz__word_cells_init(tkz__word_cells *cells, size_t limit,
                                const tkz_allocator *allocator, tkz_error *error)
{
    *cells = (tkz__word_cells){.allocator = tkz__allocator_or_default(allocator), .limit = limit};
    cells->cells = tkz__allocate_zeroed(&cells->allocator, cell_bytes(FIRST_CAPACITY));
    if (cells->cells == NULL)
        return tkz__error_memory(error, cell_bytes(FIRST_CAPACITY));
    cells->capacity = FIRST_CAPACITY;
    cells->held = cell_bytes(FIRST_CAPACITY);
    return TKZ_OK;
}

void tkz__word_cells_free(tkz__word_cells *cells)
{
    if (cells->allocator.release == NULL)
        return; /* never made */
    for (size_t i = 0; i < cells->chunk_count; i++)
        tkz__release(&cells->allocator, cells->chunks[i].data, cells->chunks[i].size);
    tkz__release_array(&cells->allocator, cells->chunks, cells->chunk_capacity,
                       sizeof *cells->chunks);
    if (cells->cells != NULL)
        tkz__release(&cells->allocator, cells->cells, cell_bytes(cells->capacity));
    memset(cells, 0, sizeof *cells);
}

/* ---- Words ---------------------------------------------------------------- */

/* The word's bytes as two numbers, zeros behind them. No byte outside of the word is read: loads
 * overlap, and show the same bytes at the same places. */
static void load_short(const uint8_t *word, size_t size, uint64_t *low, uint32_t *high)
{
    *high = 0;
    if (size >= 8) {
        *low = tkz__load_u64(word);
        if (size > 8)
            *high = tkz__load_u32(word + size - 4) >> (8 * (12 - size));
    } else if (size >= 4) {
        *low = tkz__load_u32(word) | (uint64_t)tkz__load_u32(word + size - 4) << (8 * (size - 4));
    } else {
        size_t middle = size >> 1;
        *low = word[0] | (uint64_t)word[middle] << (8 * middle) |
               (uint64_t)word[size - 1] << (8 * (size - 1));
    }
}

tkz__word_key tkz__word_key_of(const void *word, size_t size)
{
    tkz__word_key key = {.word = word, .size = (uint32_t)size};
    if (size > TKZ__CELL_BYTES) {
        key.hash = (uint32_t)tkz__hash64(word, size);
        key.low = tkz__load_u64(word);
        return key;
    }
    load_short(word, size, &key.low, &key.high);
    tkz__word_key_hash(&key);
    return key;
}

static const uint8_t *word_of(const tkz__word_cells *cells, const tkz__word_cell *cell)
{
    return cell->size > TKZ__CELL_BYTES ? tkz__word_cell_long(cells, cell) : cell->bytes;
}

/* ---- Memory --------------------------------------------------------------- */

static bool is_allowed(const tkz__word_cells *cells, size_t more)
{
    return cells->limit == 0 ||
           (cells->held <= cells->limit && more <= cells->limit - cells->held);
}

/* Doubles the cells; `*full` if the limit forbids it. */
static tkz_status grow(tkz__word_cells *cells, bool *full, tkz_error *error)
{
    size_t capacity = cells->capacity * 2;
    *full = !is_allowed(cells, cell_bytes(capacity));
    if (*full)
        return TKZ_OK;
    tkz__word_cell *grown = tkz__allocate_zeroed(&cells->allocator, cell_bytes(capacity));
    if (grown == NULL)
        return tkz__error_memory(error, cell_bytes(capacity));
    for (size_t i = 0; i < cells->capacity; i++) {
        const tkz__word_cell *cell = &cells->cells[i];
        if (cell->size == 0)
            continue;
        size_t place = cell->hash & (capacity - 1);
        while (grown[place].size != 0)
            place = (place + 1) & (capacity - 1);
        grown[place] = *cell;
    }
    tkz__release(&cells->allocator, cells->cells, cell_bytes(cells->capacity));
    cells->cells = grown;
    cells->held += cell_bytes(capacity) - cell_bytes(cells->capacity);
    cells->capacity = capacity;
    return TKZ_OK;
}

/* Makes a chunk that has room for a word. One word is taken whatever the limit. */
static tkz_status add_chunk(tkz__word_cells *cells, size_t size, bool *full, tkz_error *error)
{
    size_t chunk_size = FIRST_CHUNK;
    for (size_t i = 0; i < cells->chunk_count && chunk_size < LARGEST_CHUNK; i++)
        chunk_size *= 2;
    if (chunk_size < size)
        chunk_size = size;
    *full = cells->count > 0 &&
            (!is_allowed(cells, chunk_size) || cells->chunk_count == MOST_CHUNKS);
    if (*full)
        return TKZ_OK;
    void *chunks = cells->chunks;
    tkz_status status = tkz__array_reserve(&cells->allocator, &chunks, &cells->chunk_capacity,
                                           cells->chunk_count + 1, sizeof *cells->chunks, error);
    cells->chunks = chunks;
    if (status != TKZ_OK)
        return status;
    uint8_t *data = tkz__allocate(&cells->allocator, chunk_size);
    if (data == NULL)
        return tkz__error_memory(error, chunk_size);
    cells->chunks[cells->chunk_count] = (tkz__word_chunk){data, chunk_size, 0};
    cells->chunk = cells->chunk_count++;
    cells->held += chunk_size;
    return TKZ_OK;
}

/* Copies a long word; `*place` is where it lies. */
static tkz_status keep_word(tkz__word_cells *cells, const tkz__word_key *key, uint64_t *place,
                            bool *full, tkz_error *error)
{
    while (cells->chunk < cells->chunk_count &&
           cells->chunks[cells->chunk].size - cells->chunks[cells->chunk].used < key->size)
        cells->chunk++;
    if (cells->chunk == cells->chunk_count) {
        tkz_status status = add_chunk(cells, key->size, full, error);
        if (status != TKZ_OK || *full)
            return status;
    }
    tkz__word_chunk *chunk = &cells->chunks[cells->chunk];
    memcpy(chunk->data + chunk->used, key->word, key->size);
    *place = (uint64_t)cells->chunk << CHUNK_BITS | chunk->used;
    chunk->used += key->size;
    return TKZ_OK;
}

tkz_status tkz__word_cells_clear(tkz__word_cells *cells, tkz_error *error)
{
    for (size_t i = 0; i < cells->chunk_count; i++)
        cells->chunks[i].used = 0;
    cells->chunk = 0;
    cells->count = 0;
    cells->sorted = false;
    /* Three quarters of the memory, so that words too long for their cells have some too. Empty
     * cells need not be copied, so this is no question of having two tables for a moment. */
    size_t capacity = cells->capacity;
    while (cells->limit != 0 && cell_bytes(capacity * 2) <= cells->limit / 4 * 3)
        capacity *= 2;
    if (capacity == cells->capacity) {
        memset(cells->cells, 0, cell_bytes(capacity));
        return TKZ_OK;
    }
    cells->held -= cell_bytes(cells->capacity);
    tkz__release(&cells->allocator, cells->cells, cell_bytes(cells->capacity));
    cells->capacity = 0;
    cells->cells = tkz__allocate_zeroed(&cells->allocator, cell_bytes(capacity));
    if (cells->cells == NULL)
        return tkz__error_memory(error, cell_bytes(capacity));
    cells->capacity = capacity;
    cells->held += cell_bytes(capacity);
    return TKZ_OK;
}

/* ---- Adding --------------------------------------------------------------- */

static tkz_status add_new(tkz__word_cells *cells, const tkz__word_key *key, uint32_t source,
                          uint64_t count, bool *full, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    uint64_t place = 0;
    if (cells->count >= cells->capacity / 4 * 3)
        status = grow(cells, full, error);
    if (status == TKZ_OK && !*full && key->size > TKZ__CELL_BYTES)
        status = keep_word(cells, key, &place, full, error);
    if (status != TKZ_OK || *full)
        return status;
    size_t at = key->hash & (cells->capacity - 1);
    while (cells->cells[at].size != 0)
        at = (at + 1) & (cells->capacity - 1);
    tkz__word_cell *cell = &cells->cells[at];
    cell->hash = key->hash;
    cell->size = key->size;
    cell->source = source;
    cell->count = count;
    if (key->size > TKZ__CELL_BYTES) {
        tkz__store_u64(cell->bytes, (key->low & (UINT64_MAX >> 8)) | place << (8 * SHOWN));
        tkz__store_u32(cell->bytes + 8, (uint32_t)(place >> 8));
    } else {
        tkz__store_u64(cell->bytes, key->low);
        tkz__store_u32(cell->bytes + 8, key->high);
    }
    cells->count++;
    return TKZ_OK;
}

tkz_status tkz__word_cells_add(tkz__word_cells *cells, const tkz__word_key *key, uint32_t source,
                               uint64_t count, bool *full, tkz_error *error)
{
    size_t mask = cells->capacity - 1;
    *full = false;
    for (size_t at = key->hash & mask; cells->cells[at].size != 0; at = (at + 1) & mask) {
        tkz__word_cell *cell = &cells->cells[at];
        if (cell->source != source || !tkz__word_cell_is(cells, cell, key))
            continue;
        if (!__builtin_add_overflow(cell->count, count, &cell->count))
            return TKZ_OK;
        return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                              "a word occurs more than 2^64-1 times");
    }
    return add_new(cells, key, source, count, full, error);
}

/* ---- Order ---------------------------------------------------------------- */

/* The first seven bytes as a number that compares as they do. */
static uint64_t rank_of(const tkz__word_cell *cell)
{
    return __builtin_bswap64(tkz__load_u64(cell->bytes)) >> 8;
}

/* Is `a` behind `b`: by word, then by source. Zeros behind a short word order it before its
 * continuations, but for words that go on with zeros, which sizes tell apart. */
static bool is_behind(const tkz__word_cells *cells, const tkz__word_cell *a,
                      const tkz__word_cell *b)
{
    uint64_t rank_a = rank_of(a), rank_b = rank_of(b);
    if (rank_a != rank_b)
        return rank_a > rank_b;
    int order;
    if (a->size > TKZ__CELL_BYTES || b->size > TKZ__CELL_BYTES) {
        order = tkz__word_compare(word_of(cells, a), a->size, word_of(cells, b), b->size);
    } else {
        order = memcmp(a->bytes + SHOWN, b->bytes + SHOWN, TKZ__CELL_BYTES - SHOWN);
        if (order == 0)
            order = a->size < b->size ? -1 : a->size > b->size;
    }
    return order != 0 ? order > 0 : a->source > b->source;
}

static void swap(tkz__word_cell *a, tkz__word_cell *b)
{
    tkz__word_cell held = *a;
    *a = *b;
    *b = held;
}

static void insertion_sort(const tkz__word_cells *cells, tkz__word_cell *first, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        tkz__word_cell moved = first[i];
        size_t place = i;
        for (; place > 0 && is_behind(cells, &first[place - 1], &moved); place--)
            first[place] = first[place - 1];
        first[place] = moved;
    }
}

static void sift_down(const tkz__word_cells *cells, tkz__word_cell *first, size_t count,
                      size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= count)
            return;
        if (child + 1 < count && is_behind(cells, &first[child + 1], &first[child]))
            child++;
        if (!is_behind(cells, &first[child], &first[place]))
            return;
        swap(&first[place], &first[child]);
        place = child;
    }
}

static void heap_sort(const tkz__word_cells *cells, tkz__word_cell *first, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(cells, first, count, i);
    for (size_t left = count; left > 1;) {
        swap(&first[0], &first[--left]);
        sift_down(cells, first, left, 0);
    }
}

/* Cells before the result are not behind those from it on; neither part is empty. No two cells are
 * equal. (Hoare's partition with the middle of three.) */
static size_t partition(const tkz__word_cells *cells, tkz__word_cell *first, size_t count)
{
    size_t middle = count / 2, last = count - 1;
    if (is_behind(cells, &first[0], &first[middle]))
        swap(&first[0], &first[middle]);
    if (is_behind(cells, &first[middle], &first[last]))
        swap(&first[middle], &first[last]);
    if (is_behind(cells, &first[0], &first[middle]))
        swap(&first[0], &first[middle]);
    tkz__word_cell pivot = first[middle];
    size_t low = 0, high = last;
    for (;;) {
        do
            low++;
        while (is_behind(cells, &pivot, &first[low]));
        do
            high--;
        while (is_behind(cells, &first[high], &pivot));
        if (low >= high)
            return low;
        swap(&first[low], &first[high]);
    }
}

/* Quicksort with a stack of its own, that never takes more than 64 entries as the larger part
 * waits; a part that was split too often is sorted as a heap. In place, because at this moment
 * there is no memory. */
static void sort(const tkz__word_cells *cells, tkz__word_cell *first, size_t count)
{
    enum { FEW = 16, DEPTH = 64 };
    struct {
        tkz__word_cell *first;
        size_t count;
        unsigned splits;
    } stack[DEPTH];
    size_t height = 0;
    unsigned splits = 0, most = 0;
    for (size_t left = count; left > 1; left /= 2)
        most += 2;
    for (;;) {
        if (count <= FEW || splits > most) {
            if (count <= FEW)
                insertion_sort(cells, first, count);
            else
                heap_sort(cells, first, count);
            if (height == 0)
                return;
            height--;
            first = stack[height].first;
            count = stack[height].count;
            splits = stack[height].splits;
            continue;
        }
        size_t left = partition(cells, first, count), right = count - left;
        splits++;
        if (left < right) {
            stack[height].first = first + left;
            stack[height].count = right;
            count = left;
        } else {
            stack[height].first = first;
            stack[height].count = left;
            first += left;
            count = right;
        }
        stack[height++].splits = splits;
    }
}

void tkz__word_cells_sort(tkz__word_cells *cells)
{
    if (cells->sorted)
        return;
    size_t count = 0;
    for (size_t i = 0; i < cells->capacity; i++) {
        if (cells->cells[i].size != 0)
            cells->cells[count++] = cells->cells[i];
    }
    sort(cells, cells->cells, count);
    cells->sorted = true;
}

/* ---- The stream ----------------------------------------------------------- */

static bool is_same(const tkz__word_cells *cells, const tkz__word_cell *a, const tkz__word_cell *b)
{
    if (a->hash != b->hash || a->size != b->size)
        return false;
    return memcmp(word_of(cells, a), word_of(cells, b), a->size) == 0;
}

static tkz_status next(void *context, tkz__word_entry *entry, bool *done, tkz_error *error)
{
    tkz__word_cells_stream *stream = context;
    const tkz__word_cells *cells = stream->cells;
    (void)error;
    *done = stream->next == cells->count;
    if (*done)
        return TKZ_OK;
    const tkz__word_cell *cell = &cells->cells[stream->next];
    memset(stream->counts, 0, stream->source_count * sizeof *stream->counts);
    /* The cells of its sources follow each other. */
    do {
        stream->counts[cells->cells[stream->next].source] = cells->cells[stream->next].count;
        stream->next++;
    } while (stream->next < cells->count && is_same(cells, cell, &cells->cells[stream->next]));
    *entry = (tkz__word_entry){word_of(cells, cell), cell->size, stream->counts};
    return TKZ_OK;
}

tkz__word_stream tkz__word_cells_begin(tkz__word_cells_stream *stream, const tkz__word_cells *cells,
                                       uint32_t source_count)
{
    stream->cells = cells;
    stream->source_count = source_count;
    stream->next = 0;
    return (tkz__word_stream){stream, next};
}
