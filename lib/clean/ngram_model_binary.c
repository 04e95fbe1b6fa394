/* SPDX-License-Identifier: Apache-2.0
 *
 * Binary files of KenLM: the head, and where each table lies (kpu/kenlm lm/binary_format.cc, vocab.cc,
 * search_hashed.hh, util/probing_hash_table.hh). Sizes are added up with checks, and only what lies inside the
 * file is kept. Leans on ngram_model.
 */
#include <stdio.h>

#include "clean/ngram_model.h"

static const char magic[] = "mmap lm http://kheafield.com/code";
static const char magic_version[] = "mmap lm http://kheafield.com/code format version 5\n";
/* Test values behind the magic: 0, 1, -0.5 as float32; 1 and the last 32-bit word; 1 as 64 bits. */
#define MAGIC_SIZE 56
#define HEAD_SIZE 88
#define PARAMETERS_SIZE 20

bool tkz__ngram_is_binary(const uint8_t *data, size_t size)
{
    return size >= sizeof magic - 1 && memcmp(data, magic, sizeof magic - 1) == 0;
}

static tkz_status bad(const char *path, tkz_error *error, tkz_status status, uint64_t place,
                      const char *what)
{
    return tkz__error_set(error, status, path, place,
                          "%s; build the model again with KenLM's build_binary", what);
}

static tkz_status check_head(const char *path, const uint8_t *data, size_t size, tkz_error *error)
{
    static const uint32_t values[] = {0, 0x3F800000, 0xBF000000, 1, UINT32_MAX, 0, 1, 0};
    if (size < HEAD_SIZE + PARAMETERS_SIZE)
        return bad(path, error, TKZ_STATUS_TRUNCATED, size, "the head of the KenLM file is cut off");
    if (memcmp(data, magic_version, sizeof magic_version) != 0)
        return bad(path, error, TKZ_STATUS_BAD_VERSION, 0,
                   "a KenLM file that was never finished, or of another version than 5");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (tkz__load_u32(data + MAGIC_SIZE + 4 * i) != values[i])
            return bad(path, error, TKZ_STATUS_BAD_VERSION, MAGIC_SIZE + 4 * i,
                       "the KenLM file was written on a machine with other numbers");
    return TKZ_OK;
}

/* Slots of a table for `entries` (ProbingHashTable::Size): the product is one of float32. */
static bool slots_of(uint64_t entries, float multiplier, uint64_t *slots)
{
    float product = multiplier * (float)entries;
    if (!(product < 9e18f) || entries > UINT64_MAX / 64)
        return false;
    *slots = (uint64_t)product > entries + 1 ? (uint64_t)product : entries + 1;
    return *slots <= UINT64_MAX / 64;
}

/* Takes `count` items from `*place`; false beyond the end. */
static bool take(uint64_t *place, uint64_t size, uint64_t count, uint64_t item)
{
    if (count > (size - *place) / item)
        return false;
    *place += count * item;
    return true;
}

static bool take_hashes(tkz__ngram_hashes *hashes, const uint8_t *data, uint64_t *place,
                        uint64_t size, uint64_t entries, float multiplier, uint32_t stride)
{
    hashes->slots = data + *place;
    hashes->stride = stride;
    return slots_of(entries, multiplier, &hashes->count) &&
           take(place, size, hashes->count, stride);
}

static bool lay_out_probing(tkz_ngram_model *model, const uint8_t *data, uint64_t place,
                            uint64_t size, float multiplier, const char **wrong)
{
    bool has_rests = model->kind == TKZ__NGRAM_REST_PROBING;
    uint64_t head = place;
    if (!take(&place, size, 1, 8))
        return false;
    if (tkz__load_u32(data + head) != 0) {
        *wrong = "its vocabulary is of another version than 0";
        return false;
    }
    if (!take_hashes(&model->vocabulary, data, &place, size, model->counts[0], multiplier, 12))
        return false;
    model->unigrams = data + place;
    model->unigram_stride = has_rests ? 12 : 8;
    model->unigram_count = model->counts[0] + 1; /* <unk> may be besides the words */
    if (!take(&place, size, model->unigram_count, model->unigram_stride))
        return false;
    for (uint32_t n = 2; n <= model->order; n++) {
        uint32_t stride = n == model->order ? 12 : has_rests ? 20 : 16;
        if (!take_hashes(&model->hashes[n - 2], data, &place, size, model->counts[n - 1],
                         multiplier, stride))
            return false;
    }
    return true;
}

tkz_status tkz__ngram_read_binary(tkz_ngram_model *model, const char *path, const uint8_t *data,
                                  size_t size, tkz_error *error)
{
    tkz_status status = check_head(path, data, size, error);
    if (status != TKZ_OK)
        return status;
    const uint8_t *parameters = data + HEAD_SIZE;
    float multiplier = tkz__ngram_float(parameters + 4);
    uint32_t kind = tkz__load_u32(parameters + 8), version = tkz__load_u32(parameters + 16);
    const char *wrong = NULL;
    model->order = parameters[0];
    if (model->order < 2)
        return bad(path, error, TKZ_STATUS_CORRUPT, HEAD_SIZE, "the order is below 2");
    if (model->order > TKZ__NGRAM_ORDERS)
        return bad(path, error, TKZ_STATUS_LIMIT, HEAD_SIZE, "the order is above 16");
    if (kind >= TKZ__NGRAM_KINDS)
        return bad(path, error, TKZ_STATUS_BAD_FORMAT, HEAD_SIZE + 8,
                   "the kind of tables is none of KenLM's six");
    model->kind = (tkz__ngram_kind)kind;
    if (version != (kind >= TKZ__NGRAM_TRIE ? 1 : 0))
        return bad(path, error, TKZ_STATUS_BAD_VERSION, HEAD_SIZE + 16,
                   "its tables are of another version");
    if (!(multiplier >= 1.0f))
        return bad(path, error, TKZ_STATUS_CORRUPT, HEAD_SIZE + 4,
                   "its hash tables would be too small");
    uint64_t place = HEAD_SIZE + PARAMETERS_SIZE;
    if (!take(&place, size, model->order, 8))
        return bad(path, error, TKZ_STATUS_TRUNCATED, size, "the head of the KenLM file is cut off");
    for (uint32_t i = 0; i < model->order; i++)
        model->counts[i] = tkz__load_u64(data + HEAD_SIZE + PARAMETERS_SIZE + 8 * i);
    if (model->counts[0] >= UINT32_MAX - 2)
        return bad(path, error, TKZ_STATUS_CORRUPT, HEAD_SIZE + PARAMETERS_SIZE,
                   "it has more words than numbers for them");
    place = (place + 7) / 8 * 8;
    bool fits = place <= size &&
                (kind >= TKZ__NGRAM_TRIE
                     ? tkz__ngram_trie_layout(model, data, place, size, &wrong)
                     : lay_out_probing(model, data, place, size, multiplier, &wrong));
    if (wrong != NULL)
        return bad(path, error, TKZ_STATUS_CORRUPT, place, wrong);
    if (!fits)
        return bad(path, error, TKZ_STATUS_TRUNCATED, size,
                   "the KenLM file is shorter than the tables that its head announces");
    return TKZ_OK;
}
