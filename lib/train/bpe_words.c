/* SPDX-License-Identifier: Apache-2.0
 *
 * Lays out the words that BPE merges work on. Leans on bpe_words.h and core's hash.
 */
#include "train/bpe_words.h"

#include <string.h>

#include "core/hash.h"

/* ---- Order -------------------------------------------------------------------- */

/* One pass of a radix sort by the byte at `shift` of the counts, largest first; keeps the order of
 * equals. False if it would change nothing. */
static bool sort_pass(const uint64_t *counts, const uint32_t *from, uint32_t *to, size_t size,
                      unsigned shift)
{
    size_t starts[256] = {0}, sum = 0;
    for (size_t i = 0; i < size; i++)
        starts[counts[from[i]] >> shift & 255]++;
    if (size > 0 && starts[counts[from[0]] >> shift & 255] == size)
        return false;
    for (size_t digit = 256; digit-- > 0;) {
        size_t here = starts[digit];
        starts[digit] = sum;
        sum += here;
    }
    for (size_t i = 0; i < size; i++)
        to[starts[counts[from[i]] >> shift & 255]++] = from[i];
    return true;
}

/* Indices of words, largest count first. Equal ones keep their order: where the words come sorted,
 * similar ones stand together, which saves cache misses when a merge visits them. */
static void sort_by_count(const uint64_t *counts, uint32_t **order, uint32_t **spare, size_t size)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (!sort_pass(counts, *order, *spare, size, shift))
            continue;
        uint32_t *sorted = *spare;
        *spare = *order;
        *order = sorted;
    }
}

/* ---- Places ------------------------------------------------------------------- */

/* Where words come from: texts with their alphabet, or rows of symbols. */
typedef struct word_source {
    const tkz_word_list *texts; /* NULL: rows */
    const tkz__bpe_alphabet *alphabet;
    const tkz__bpe_rows *rows;
    const uint64_t *counts;
    size_t count;
} word_source;

/* Writes the symbols of word `index` with room for all of its bytes; returns how many. */
static size_t read_word(const word_source *source, size_t index, uint32_t *target)
{
    if (source->texts == NULL) {
        const tkz__bpe_rows *rows = source->rows;
        size_t size = (size_t)(rows->offsets[index + 1] - rows->offsets[index]);
        memcpy(target, rows->symbols + rows->offsets[index], size * sizeof *target);
        return size;
    }
    const tkz_word_list *texts = source->texts;
    size_t count = 0, end = (size_t)texts->offsets[index + 1];
    for (size_t at = (size_t)texts->offsets[index]; at < end;) {
        uint32_t symbol;
        at += tkz__bpe_alphabet_next(source->alphabet, (const uint8_t *)texts->data + at, end - at,
                                     &symbol);
        if (symbol != TKZ__BPE_GONE)
            target[count++] = symbol;
    }
    return count;
}

/* Symbols of word `index`. */
static uint64_t count_symbols(const word_source *source, size_t index)
{
    const uint64_t *offsets = source->texts != NULL ? source->texts->offsets
                                                    : source->rows->offsets;
    if (source->texts == NULL || source->alphabet->is_bytes)
        return offsets[index + 1] - offsets[index];
    uint64_t count = 0;
    for (size_t at = (size_t)offsets[index], end = (size_t)offsets[index + 1]; at < end;) {
        uint32_t symbol;
        at += tkz__bpe_alphabet_next(source->alphabet, (const uint8_t *)source->texts->data + at,
                                     end - at, &symbol);
        count += symbol != TKZ__BPE_GONE;
    }
    return count;
}

/* Places that a word takes with the border behind it; 0: it has no pairs. */
static uint64_t measure_word(const word_source *source, size_t index)
{
    uint64_t count = count_symbols(source, index);
    return count > 1 && source->counts[index] > 0 ? count + 1 : 0;
}

/* Lists the words that have pairs, and sums up their places. */
static tkz_status list_words(tkz__bpe_words *words, const word_source *source, uint32_t *order,
                             size_t *count, uint64_t *places, tkz_error *error)
{
    *places = 1;
    *count = 0;
    for (size_t i = 0; i < source->count; i++) {
        uint64_t size = measure_word(source, i), symbols;
        if (size == 0)
            continue;
        if (__builtin_mul_overflow(size - 1, source->counts[i], &symbols) ||
            __builtin_add_overflow(words->symbols, symbols, &words->symbols))
            return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                                  "the bytes or characters of all words are more than 2^64-1");
        *places += size;
        order[(*count)++] = (uint32_t)i;
    }
    if (*places > UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "the different words have %llu bytes or characters, BPE training "
                              "takes at most 4294967294; count less text, or cut shorter words",
                              (unsigned long long)(*places - 1));
    return TKZ_OK;
}

static size_t count_runs(const word_source *source, const uint32_t *order, size_t count)
{
    size_t runs = 0;
    for (size_t i = 0; i < count; i++)
        runs += i == 0 || source->counts[order[i]] != source->counts[order[i - 1]];
    return runs;
}

static tkz_status fill_places(tkz__bpe_words *words, const word_source *source,
                              const uint32_t *order, size_t count, uint64_t places,
                              tkz_error *error)
{
    words->run_count = words->run_capacity = count_runs(source, order, count);
    words->size = words->capacity = (size_t)places;
    words->places = tkz__allocate_array(&words->allocator, words->size, sizeof *words->places);
    words->runs = tkz__allocate_array(&words->allocator, words->run_count, sizeof *words->runs);
    if (words->places == NULL || words->runs == NULL)
        return tkz__error_memory(error, words->size * sizeof *words->places);
    size_t at = 0, run = 0;
    words->places[at++] = TKZ__BPE_BORDER;
    for (size_t i = 0; i < count; i++) {
        uint64_t occurrences = source->counts[order[i]];
        if (i > 0 && occurrences != words->runs[run].count)
            run++;
        at += read_word(source, order[i], words->places + at);
        words->places[at++] = TKZ__BPE_BORDER;
        words->runs[run].count = occurrences;
        words->runs[run].end = (uint32_t)at;
    }
    return TKZ_OK;
}

static tkz_status lay_out(tkz__bpe_words *words, const word_source *source, uint64_t memory,
                          const tkz_allocator *allocator, tkz_error *error)
{
    memset(words, 0, sizeof *words);
    words->allocator = tkz__allocator_or_default(allocator);
    if (source->count >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "more than 4294967294 different words");
    uint64_t places = 0;
    size_t count = 0;
    uint32_t *order = tkz__allocate_array(&words->allocator, source->count, sizeof *order);
    uint32_t *spare = tkz__allocate_array(&words->allocator, source->count, sizeof *spare);
    tkz_status status = order != NULL && spare != NULL
                            ? list_words(words, source, order, &count, &places, error)
                            : tkz__error_memory(error, source->count * sizeof *order);
    if (status == TKZ_OK && memory > 0 && places * TKZ__BPE_PLACE_NEED > memory)
        status = tkz__error_set(error, TKZ_STATUS_LIMIT, "memory", TKZ__NO_OFFSET,
                                "training needs about %llu bytes of memory, more than the %llu "
                                "that it may take",
                                (unsigned long long)(places * TKZ__BPE_PLACE_NEED),
                                (unsigned long long)memory);
    if (status == TKZ_OK) {
        sort_by_count(source->counts, &order, &spare, count);
        status = fill_places(words, source, order, count, places, error);
    }
    tkz__release_array(&words->allocator, order, source->count, sizeof *order);
    tkz__release_array(&words->allocator, spare, source->count, sizeof *spare);
    if (status != TKZ_OK)
        tkz__bpe_words_free(words);
    return status;
}

tkz_status tkz__bpe_words_init(tkz__bpe_words *words, const tkz_word_list *source,
                               const tkz__bpe_alphabet *alphabet, uint64_t memory,
                               const tkz_allocator *allocator, tkz_error *error)
{
    const word_source own = {.texts = source, .alphabet = alphabet, .counts = source->counts,
                             .count = source->count};
    return lay_out(words, &own, memory, allocator, error);
}

tkz_status tkz__bpe_words_of_rows(tkz__bpe_words *words, const tkz__bpe_rows *rows, uint64_t memory,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    const word_source own = {.rows = rows, .counts = rows->counts, .count = rows->count};
    return lay_out(words, &own, memory, allocator, error);
}

void tkz__bpe_words_free(tkz__bpe_words *words)
{
    if (words->places != NULL)
        tkz__release_array(&words->allocator, words->places, words->capacity, sizeof *words->places);
    if (words->runs != NULL)
        tkz__release_array(&words->allocator, words->runs, words->run_capacity, sizeof *words->runs);
    words->places = NULL;
    words->runs = NULL;
    words->size = words->capacity = words->run_count = words->run_capacity = 0;
}

tkz_status tkz__bpe_words_compact(tkz__bpe_words *words, const uint32_t *widths, tkz_error *error)
{
    uint32_t *places = words->places, from = 1, to = 1;
    size_t runs = 0;
    for (size_t run = 0; run < words->run_count; run++) {
        uint32_t end = words->runs[run].end, begun = to;
        while (from < end) {
            uint32_t word = to;
            for (uint32_t token; (token = places[from]) != TKZ__BPE_BORDER; from += widths[token])
                places[to++] = token;
            from++;
            if (to - word > 1)
                places[to++] = TKZ__BPE_BORDER;
            else
                to = word;
        }
        if (to > begun) {
            words->runs[runs] = words->runs[run];
            words->runs[runs++].end = to;
        }
    }
    words->run_count = runs;
    words->size = to;
    if (words->size >= words->capacity - words->capacity / 8)
        return TKZ_OK; /* not worth a call */
    places = tkz__reallocate_array(&words->allocator, words->places, words->capacity, words->size, sizeof *places);
    if (places == NULL)
        return tkz__error_memory(error, words->size * sizeof *places);
    words->places = places;
    words->capacity = words->size;
    return TKZ_OK;
}

uint64_t tkz__bpe_words_hash(const tkz__bpe_words *words)
{
    uint64_t hash = tkz__hash64(words->places, words->size * sizeof *words->places);
    for (size_t i = 0; i < words->run_count; i++)
        hash = tkz__hash_u64(hash + tkz__hash_u64(words->runs[i].count) + words->runs[i].end);
    return hash;
}
