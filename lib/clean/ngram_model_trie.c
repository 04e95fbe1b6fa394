/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries of KenLM: records packed to the bit, weights as float32 or as numbers of a table, starts of the next
 * order whole or with their high bits in an array (kpu/kenlm lm/trie.cc, bhiksha.cc, quantize.hh). Every
 * range is cut to the records that are there. Leans on ngram_model.
 */
#include "clean/ngram_model.h"

#define SIGN_BIT UINT32_C(0x80000000)
#define PROBABILITY_BITS 31
#define BACKOFF_BITS 32

static bool is_quantized(const tkz_ngram_model *model)
{
    return model->kind == TKZ__NGRAM_QUANT_TRIE || model->kind == TKZ__NGRAM_QUANT_ARRAY_TRIE;
}

static bool has_arrays(const tkz_ngram_model *model)
{
    return model->kind == TKZ__NGRAM_ARRAY_TRIE || model->kind == TKZ__NGRAM_QUANT_ARRAY_TRIE;
}

/* ---- Layout ------------------------------------------------------------- */

static uint32_t bits_for(uint64_t largest)
{
    return largest == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(largest);
}

static bool take(uint64_t *place, uint64_t size, uint64_t count, uint64_t item)
{
    if (count > (size - *place) / item)
        return false;
    *place += count * item;
    return true;
}

/* High bits of starts that the array holds: as many as save the most (bhiksha.cc, ChopBits). */
static uint32_t bits_in_array(uint64_t records, uint64_t next, uint32_t most)
{
    uint32_t required = bits_for(next), best = 0;
    int64_t least = INT64_MAX;
    for (uint32_t chop = 0; chop <= (required < most ? required : most); chop++) {
        uint64_t high = required - chop >= 64 ? 0 : next >> (required - chop);
        int64_t change = (int64_t)(high * 64) - (int64_t)records * (int64_t)chop;
        if (change < least) {
            least = change;
            best = chop;
        }
    }
    return best;
}

/* The array before the records of one order. */
static bool take_array(tkz__ngram_level *level, const uint8_t *data, uint64_t *place, uint64_t size,
                       uint32_t most_bits)
{
    uint32_t required = bits_for(level->next_count);
    uint32_t chop = bits_in_array(level->count + 1, level->next_count, most_bits);
    level->next_bits = required - chop;
    level->next_high_count =
        (level->next_bits >= 64 ? 0 : level->next_count >> level->next_bits) + 1;
    level->next_high = data + (*place + 7) / 8 * 8 + 8;
    /* A head of 8 bytes, the array, and room to align it. */
    return take(place, size, 1, 15) && take(place, size, level->next_high_count, 8);
}

static bool take_records(tkz__ngram_level *level, const uint8_t *data, uint64_t *place,
                         uint64_t size)
{
    level->total_bits = level->word_bits + level->weight_bits + level->next_bits;
    level->records = data + *place;
    uint64_t records = level->count + 1;
    if (records > UINT64_MAX / 256 - 8)
        return false;
    return take(place, size, (records * level->total_bits + 7) / 8 + 8, 1);
}

/* Tables of quantized weights: for each order below the highest probabilities and backoffs, then
 * probabilities. */
static bool take_tables(tkz_ngram_model *model, const uint8_t *data, uint64_t *place, uint64_t size,
                        uint32_t bits[2], const char **wrong)
{
    uint64_t start = *place;
    if (!take(place, size, 1, 8))
        return false;
    bits[0] = data[start + 1];
    bits[1] = data[start + 2];
    if (data[start] != 2 || bits[0] < 1 || bits[0] > 25 || bits[1] < 1 || bits[1] > 25) {
        *wrong = "its quantization is of another version, or has impossible numbers of bits";
        return false;
    }
    for (uint32_t n = 2; n <= model->order; n++) {
        tkz__ngram_level *level = &model->levels[n - 2];
        level->probabilities = data + *place;
        if (!take(place, size, UINT64_C(1) << bits[0], 4))
            return false;
        level->backoffs = data + *place;
        if (n < model->order && !take(place, size, UINT64_C(1) << bits[1], 4))
            return false;
    }
    return true;
}

bool tkz__ngram_trie_layout(tkz_ngram_model *model, const uint8_t *data, uint64_t start,
                            uint64_t size, const char **wrong)
{
    uint64_t place = start;
    uint32_t bits[2] = {PROBABILITY_BITS, BACKOFF_BITS}, most_bits = 0;
    if (!take(&place, size, model->counts[0] + 1, 8))
        return false;
    model->sorted_count = tkz__load_u64(data + start);
    model->sorted_words = data + start + 8;
    if (model->sorted_count > model->counts[0]) {
        *wrong = "its vocabulary has more words than unigrams";
        return false;
    }
    if (is_quantized(model) && !take_tables(model, data, &place, size, bits, wrong))
        return false;
    model->unigrams = data + place;
    model->unigram_stride = 16;
    model->unigram_count = model->counts[0] + 1;
    if (!take(&place, size, model->counts[0] + 2, 16))
        return false;
    if (has_arrays(model) && model->order > 2) {
        if (size - place < 2)
            return false;
        most_bits = data[place + 1];
        if (data[place] != 0) {
            *wrong = "its compressed pointers are of another version than 0";
            return false;
        }
    }
    for (uint32_t n = 2; n <= model->order; n++) {
        tkz__ngram_level *level = &model->levels[n - 2];
        bool is_longest = n == model->order;
        level->count = model->counts[n - 1];
        level->next_count = is_longest ? 0 : model->counts[n];
        if (level->count >= UINT64_C(1) << 57 || level->next_count >= UINT64_C(1) << 57)
            return false;
        level->word_bits = bits_for(model->counts[0]);
        level->weight_bits = is_longest ? bits[0] : bits[0] + bits[1];
        level->next_bits = bits_for(level->next_count);
        if (!is_longest && has_arrays(model) &&
            !take_array(level, data, &place, size, most_bits))
            return false;
        if (!take_records(level, data, &place, size))
            return false;
    }
    return true;
}

/* ---- Look-ups ----------------------------------------------------------- */

/* Up to 57 bits. */
static uint64_t read_bits(const uint8_t *records, uint64_t place, uint32_t bits)
{
    return (tkz__load_u64(records + place / 8) >> (place & 7)) & ((UINT64_C(1) << bits) - 1);
}

static bool find_record(const tkz__ngram_level *level, uint32_t word, const tkz__ngram_node *node,
                        uint64_t *record)
{
    uint64_t last = node->last < level->count ? node->last : level->count;
    for (uint64_t first = node->first; first < last;) {
        uint64_t middle = first + (last - first) / 2;
        uint64_t own = read_bits(level->records, middle * level->total_bits, level->word_bits);
        if (own == word) {
            *record = middle;
            return true;
        }
        if (own < word)
            first = middle + 1;
        else
            last = middle;
    }
    return false;
}

/* A probability of 31 bits, whose sign is always set, or of a table. */
static float read_probability(const tkz__ngram_level *level, uint64_t place, uint32_t table_bits)
{
    uint32_t bits;
    float value;
    if (level->probabilities != NULL)
        return tkz__ngram_float(level->probabilities +
                                4 * read_bits(level->records, place, table_bits));
    bits = (uint32_t)read_bits(level->records, place, PROBABILITY_BITS) | SIGN_BIT;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Which of the array's values the start of `record` has as high bits: the last whose first record is not
 * behind it. */
static uint64_t high_bits(const tkz__ngram_level *level, uint64_t record)
{
    uint64_t first = 0, last = level->next_high_count;
    while (first < last) {
        uint64_t middle = first + (last - first) / 2;
        if (tkz__load_u64(level->next_high + 8 * middle) <= record)
            first = middle + 1;
        else
            last = middle;
    }
    return first == 0 ? 0 : first - 1;
}

static uint64_t start_of(const tkz__ngram_level *level, uint64_t record)
{
    uint64_t place = record * level->total_bits + level->word_bits + level->weight_bits;
    uint64_t start = read_bits(level->records, place, level->next_bits);
    return level->next_high == NULL ? start
                                    : start | high_bits(level, record) << level->next_bits;
}

/* Bits of the numbers of a quantized level's tables: the backoff's come first in the record. */
static void table_bits(const tkz__ngram_level *level, uint32_t *probability, uint32_t *backoff)
{
    uint64_t size = (uint64_t)(level->backoffs - level->probabilities) / 4;
    *probability = (uint32_t)__builtin_ctzll(size);
    *backoff = level->weight_bits - *probability;
}

bool tkz__ngram_trie_middle(const tkz_ngram_model *model, uint32_t order, uint32_t word,
                            tkz__ngram_node *node, tkz__ngram_weights *weights)
{
    const tkz__ngram_level *level = &model->levels[order - 2];
    uint64_t record;
    if (!find_record(level, word, node, &record))
        return false;
    uint64_t place = record * level->total_bits + level->word_bits;
    if (level->probabilities != NULL) {
        uint32_t probability, backoff;
        table_bits(level, &probability, &backoff);
        weights->probability = read_probability(level, place + backoff, probability);
        weights->backoff = tkz__ngram_float(level->backoffs +
                                            4 * read_bits(level->records, place, backoff));
    } else {
        uint32_t bits =
            (uint32_t)read_bits(level->records, place + PROBABILITY_BITS, BACKOFF_BITS);
        weights->probability = read_probability(level, place, 0);
        memcpy(&weights->backoff, &bits, sizeof bits);
    }
    node->first = start_of(level, record);
    node->last = start_of(level, record + 1);
    weights->is_leftmost = node->first == node->last;
    return true;
}

bool tkz__ngram_trie_longest(const tkz_ngram_model *model, uint32_t word,
                             const tkz__ngram_node *node, float *probability)
{
    const tkz__ngram_level *level = &model->levels[model->order - 2];
    uint64_t record;
    if (!find_record(level, word, node, &record))
        return false;
    *probability = read_probability(level, record * level->total_bits + level->word_bits,
                                    level->weight_bits);
    return true;
}
