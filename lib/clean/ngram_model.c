/* SPDX-License-Identifier: Apache-2.0
 *
 * Scores of n-gram models, the same sums of float32 in the same order as KenLM's (kpu/kenlm lm/model.cc,
 * FullScore; python/score_sentence.cc). Leans on ngram_model.
 */
#include "clean/ngram_model.h"

#include <math.h>

/* Slots that one look-up passes at most. KenLM's tables are two thirds full (Config::probing_multiplier),
 * where runs beyond a few hundred slots do not come about; a table made full on purpose must not cost
 * more. */
#define MOST_SLOTS 65536
#define SIGN_BIT UINT32_C(0x80000000)

/* ---- Words -------------------------------------------------------------- */

uint64_t tkz__ngram_word_hash(const char *word, size_t size)
{
    const uint64_t factor = UINT64_C(0xc6a4a7935bd1e995);
    uint64_t hash = (uint64_t)size * factor;
    size_t place = 0;
    for (; size - place >= 8; place += 8) {
        uint64_t block = tkz__load_u64(word + place) * factor;
        block = (block ^ block >> 47) * factor;
        hash = (hash ^ block) * factor;
    }
    if (place < size) {
        for (size_t i = size; i > place; i--)
            hash ^= (uint64_t)(uint8_t)word[i - 1] << 8 * (i - 1 - place);
        hash *= factor;
    }
    hash = (hash ^ hash >> 47) * factor;
    return hash ^ hash >> 47;
}

const uint8_t *tkz__ngram_find_slot(const tkz__ngram_hashes *hashes, uint64_t key)
{
    if (hashes->count == 0)
        return NULL;
    uint64_t slot = key % hashes->count;
    for (uint32_t i = 0; i < MOST_SLOTS; i++) {
        const uint8_t *data = hashes->slots + slot * hashes->stride;
        uint64_t own = tkz__load_u64(data);
        if (own == key)
            return data + 8;
        if (own == 0)
            return NULL;
        if (++slot == hashes->count)
            slot = 0;
    }
    return NULL;
}

static uint32_t find_sorted(const tkz_ngram_model *model, uint64_t hash)
{
    uint64_t first = 0, last = model->sorted_count;
    while (first < last) {
        uint64_t middle = first + (last - first) / 2;
        uint64_t own = tkz__load_u64(model->sorted_words + 8 * middle);
        if (own == hash)
            return (uint32_t)(middle + 1);
        if (own < hash)
            first = middle + 1;
        else
            last = middle;
    }
    return 0;
}

uint32_t tkz__ngram_word(const tkz_ngram_model *model, const char *word, size_t size)
{
    uint64_t hash = tkz__ngram_word_hash(word, size);
    if (model->kind >= TKZ__NGRAM_TRIE)
        return find_sorted(model, hash);
    const uint8_t *value = tkz__ngram_find_slot(&model->vocabulary, hash);
    uint32_t number = value == NULL ? 0 : tkz__load_u32(value);
    return number < model->unigram_count ? number : 0;
}

/* ---- Look-ups ----------------------------------------------------------- */

/* A backoff of -0.0 says that no longer n-gram begins so (lm/blank.hh). */
static bool has_extension(float backoff)
{
    uint32_t bits;
    memcpy(&bits, &backoff, sizeof bits);
    return bits != SIGN_BIT;
}

/* Hashed probabilities lend their sign bit, which is always set otherwise, to is_leftmost. */
static void read_hashed(const uint8_t *value, tkz__ngram_weights *weights)
{
    uint32_t bits = tkz__load_u32(value);
    weights->is_leftmost = (bits & SIGN_BIT) != 0;
    bits |= SIGN_BIT;
    memcpy(&weights->probability, &bits, sizeof bits);
    weights->backoff = tkz__ngram_float(value + 4);
}

static void find_unigram(const tkz_ngram_model *model, uint32_t word, tkz__ngram_node *node,
                         tkz__ngram_weights *weights)
{
    const uint8_t *value = model->unigrams + (uint64_t)word * model->unigram_stride;
    node->hash = word;
    if (model->kind < TKZ__NGRAM_TRIE) {
        read_hashed(value, weights);
        return;
    }
    weights->probability = tkz__ngram_float(value);
    weights->backoff = tkz__ngram_float(value + 4);
    node->first = tkz__load_u64(value + 8);
    node->last = tkz__load_u64(value + model->unigram_stride + 8);
    weights->is_leftmost = node->first == node->last;
}

static bool find_middle(const tkz_ngram_model *model, uint32_t order, uint32_t word,
                        tkz__ngram_node *node, tkz__ngram_weights *weights)
{
    if (model->kind >= TKZ__NGRAM_TRIE)
        return tkz__ngram_trie_middle(model, order, word, node, weights);
    node->hash = tkz__ngram_extend(node->hash, word);
    const uint8_t *value = tkz__ngram_find_slot(&model->hashes[order - 2], node->hash);
    if (value != NULL)
        read_hashed(value, weights);
    return value != NULL;
}

static bool find_longest(const tkz_ngram_model *model, uint32_t word, const tkz__ngram_node *node,
                         float *probability)
{
    if (model->kind >= TKZ__NGRAM_TRIE)
        return tkz__ngram_trie_longest(model, word, node, probability);
    const uint8_t *value = tkz__ngram_find_slot(&model->hashes[model->order - 2],
                                                tkz__ngram_extend(node->hash, word));
    if (value != NULL)
        *probability = tkz__ngram_float(value);
    return value != NULL;
}

/* ---- Scores ------------------------------------------------------------- */

void tkz__ngram_start(const tkz_ngram_model *model, bool has_begin, tkz__ngram_state *state)
{
    tkz__ngram_node node;
    tkz__ngram_weights weights;
    state->length = 0;
    if (!has_begin)
        return;
    find_unigram(model, model->begin, &node, &weights);
    state->words[0] = model->begin;
    state->backoffs[0] = weights.backoff;
    state->length = 1;
}

float tkz__ngram_next(const tkz_ngram_model *model, tkz__ngram_state *state, uint32_t word,
                      uint32_t *length)
{
    tkz__ngram_state next;
    tkz__ngram_node node = {0};
    tkz__ngram_weights weights;
    find_unigram(model, word, &node, &weights);
    float probability = weights.probability;
    next.words[0] = word;
    next.backoffs[0] = weights.backoff;
    next.length = has_extension(weights.backoff) ? 1 : 0;
    *length = 1;
    for (uint32_t i = 0; i < state->length && !weights.is_leftmost; i++) {
        if (i + 2 == model->order) {
            if (find_longest(model, state->words[i], &node, &probability))
                *length = model->order;
            break;
        }
        if (!find_middle(model, i + 2, state->words[i], &node, &weights))
            break;
        probability = weights.probability;
        next.backoffs[i + 1] = weights.backoff;
        *length = i + 2;
        if (has_extension(weights.backoff))
            next.length = i + 2;
    }
    for (uint32_t i = *length - 1; i < state->length; i++)
        probability += state->backoffs[i];
    for (uint32_t i = 1; i < next.length; i++)
        next.words[i] = state->words[i - 1];
    *state = next;
    return probability;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* KenLM adds up in float32. */
static void score_text(const tkz_ngram_model *model, const char *text, size_t size, uint32_t ends,
                       tkz_ngram_score *score)
{
    tkz__ngram_state state;
    uint32_t length;
    size_t place = 0;
    *score = (tkz_ngram_score){0};
    tkz__ngram_start(model, (ends & TKZ_NGRAM_BEGIN) != 0, &state);
    for (;;) {
        while (place < size && is_space(text[place]))
            place++;
        size_t start = place;
        while (place < size && !is_space(text[place]))
            place++;
        if (place == start)
            break;
        uint32_t word = tkz__ngram_word(model, text + start, place - start);
        score->unknown += word == 0;
        score->words++;
        score->log10 += tkz__ngram_next(model, &state, word, &length);
    }
    if ((ends & TKZ_NGRAM_END) == 0)
        return;
    score->words++;
    score->log10 += tkz__ngram_next(model, &state, model->end, &length);
}

tkz_status tkz_ngram_model_score(const tkz_ngram_model *model, const char *text, size_t size,
                                 uint32_t ends, tkz_ngram_score *score, tkz_error *error)
{
    if (model == NULL || score == NULL || (text == NULL && size > 0) || ends > TKZ_NGRAM_SENTENCE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_ngram_model_score",
                              TKZ__NO_OFFSET, "model, text and score must not be NULL, and ends "
                                              "0 to TKZ_NGRAM_SENTENCE");
    score_text(model, text, size, ends, score);
    return TKZ_OK;
}

tkz_status tkz_ngram_model_perplexity(const tkz_ngram_model *model, const char *text, size_t size,
                                      double *perplexity, tkz_error *error)
{
    double sum = 0;
    uint64_t words = 0;
    if (model == NULL || perplexity == NULL || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_ngram_model_perplexity",
                              TKZ__NO_OFFSET, "model, text and perplexity must not be NULL");
    for (size_t start = 0; start <= size;) {
        const char *end = start < size ? memchr(text + start, '\n', size - start) : NULL;
        size_t line = end == NULL ? size - start : (size_t)(end - text) - start;
        tkz_ngram_score score;
        score_text(model, line == 0 ? "" : text + start, line, TKZ_NGRAM_SENTENCE, &score);
        sum += score.log10;
        words += score.words;
        start += line + 1;
    }
    *perplexity = pow(10.0, -sum / (double)words);
    return TKZ_OK;
}

/* ---- Life --------------------------------------------------------------- */

tkz_status tkz__ngram_read(tkz_ngram_model **model, const char *path, const uint8_t *data,
                           size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    *model = NULL;
    tkz_ngram_model *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    tkz_status status = tkz__ngram_is_binary(data, size)
                            ? tkz__ngram_read_binary(made, path, data, size, error)
                            : tkz__ngram_read_arpa(made, path, data, size, error);
    if (status != TKZ_OK) {
        tkz_ngram_model_free(made);
        return status;
    }
    made->begin = tkz__ngram_word(made, "<s>", 3);
    made->end = tkz__ngram_word(made, "</s>", 4);
    *model = made;
    return TKZ_OK;
}

tkz_status tkz_ngram_model_open(tkz_ngram_model **model, const char *path,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__mapped_file file;
    if (model == NULL || path == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_ngram_model_open",
                              TKZ__NO_OFFSET, "model and path must not be NULL");
    *model = NULL;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__ngram_read(model, path, file.data, file.size, allocator, error);
    if (status != TKZ_OK || (*model)->is_arpa) {
        tkz__mapped_file_close(&file);
        return status;
    }
    (*model)->file = file;
    (*model)->owns_file = true;
    return TKZ_OK;
}

void tkz_ngram_model_free(tkz_ngram_model *model)
{
    if (model == NULL)
        return;
    tkz_allocator memory = model->allocator;
    if (model->owns_file)
        tkz__mapped_file_close(&model->file);
    for (size_t i = 0; i < sizeof model->owned / sizeof *model->owned; i++)
        tkz__release(&memory, model->owned[i], model->owned_sizes[i]);
    tkz__release(&memory, model, sizeof *model);
}

uint32_t tkz_ngram_model_order(const tkz_ngram_model *model)
{
    return model->order;
}

const char *tkz_ngram_model_kind(const tkz_ngram_model *model)
{
    static const char *const names[TKZ__NGRAM_KINDS] = {
        "probing", "rest_probing", "trie", "quant_trie", "array_trie", "quant_array_trie"};
    return model->is_arpa ? "arpa" : names[model->kind];
}
