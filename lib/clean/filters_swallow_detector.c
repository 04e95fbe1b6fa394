/* SPDX-License-Identifier: Apache-2.0
 *
 * Swallow's detector of Japanese: weights of characters, pairs and triples out of a JSON file. Leans on jansson (which
 * uses malloc) and hash.
 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "clean/filter.h"
#include "core/hash.h"
#include "core/mapped_file.h"
#include "text/utf8.h"

/* A character takes 21 bits of a key; this one stands where there is none. */
enum { CHARACTER_BITS = 21, NO_CHARACTER = (1 << CHARACTER_BITS) - 1, MOST_CHARACTERS = 3 };
enum { LEAST_SLOTS = 16 };
#define FREE_SLOT UINT64_MAX

typedef struct weighted {
    uint64_t key;
    double weight;
} weighted;

typedef struct detector {
    weighted *slots; /* half of them are free at least */
    size_t slot_count;
} detector;

static uint64_t key_of(const uint32_t *characters, size_t count)
{
    uint64_t key = 0;
    for (size_t i = 0; i < MOST_CHARACTERS; i++)
        key |= (uint64_t)(i < count ? characters[i] : NO_CHARACTER) << (i * CHARACTER_BITS);
    return key;
}

/* Where the key is, or would be. */
static weighted *slot_of(const detector *own, uint64_t key)
{
    size_t mask = own->slot_count - 1, at = tkz__hash_u64(key) & mask;
    while (own->slots[at].key != FREE_SLOT && own->slots[at].key != key)
        at = (at + 1) & mask;
    return &own->slots[at];
}

/* ---- The file ------------------------------------------------------------ */

/* The characters of a name; 0: more than any document is asked for, or none. */
static size_t read_name(const char *name, size_t size, uint32_t *characters)
{
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        if (count == MOST_CHARACTERS)
            return 0;
        at += tkz__utf8_next(name + at, size - at, &characters[count]); /* jansson has looked at it */
    }
    return count;
}

static tkz_status take_weights(detector *own, const json_t *weights, const char *path, tkz_error *error)
{
    const char *name;
    json_t *weight;
    uint32_t characters[MOST_CHARACTERS];
    json_object_foreach((json_t *)(uintptr_t)weights, name, weight) {
        if (!json_is_number(weight))
            return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                                  "the weight of \"%.40s\" is no number", name);
        size_t count = read_name(name, strlen(name), characters);
        if (count == 0)
            continue;
        uint64_t key = key_of(characters, count);
        *slot_of(own, key) = (weighted){key, json_number_value(weight)};
    }
    return TKZ_OK;
}

static void close_detector(void *resource, const tkz_allocator *allocator)
{
    detector *own = resource;
    tkz__release_array(allocator, own->slots, own->slot_count, sizeof *own->slots);
    tkz__release(allocator, own, sizeof *own);
}

static tkz_status make_detector(detector **made, size_t count, const tkz_allocator *allocator, tkz_error *error)
{
    detector *own = tkz__allocate_zeroed(allocator, sizeof *own);
    if (own == NULL)
        return tkz__error_memory(error, sizeof *own);
    size_t slots = LEAST_SLOTS;
    while (slots < 2 * count)
        slots *= 2;
    own->slots = tkz__allocate_array(allocator, slots, sizeof *own->slots);
    if (own->slots == NULL) {
        tkz__release(allocator, own, sizeof *own);
        return tkz__error_memory(error, slots * sizeof *own->slots);
    }
    for (size_t i = 0; i < slots; i++)
        own->slots[i].key = FREE_SLOT;
    own->slot_count = slots;
    *made = own;
    return TKZ_OK;
}

static tkz_status open_detector(const tkz__chosen_filter *chosen, void **resource,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, chosen->file, error);
    if (status != TKZ_OK)
        return status;
    json_error_t wrong;
    json_t *weights = json_loadb(file.size > 0 ? (const char *)file.data : "", file.size, 0, &wrong);
    tkz__mapped_file_close(&file);
    if (weights == NULL && json_error_code(&wrong) == json_error_out_of_memory)
        return tkz__error_memory(error, 0);
    if (weights == NULL)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, chosen->file, (uint64_t)wrong.position,
                              "not a JSON file: line %d: %s", wrong.line, wrong.text);
    detector *own = NULL;
    if (!json_is_object(weights))
        status = tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, chosen->file, TKZ__NO_OFFSET,
                                "this must be a JSON object of characters, pairs and triples with their weights");
    if (status == TKZ_OK)
        status = make_detector(&own, json_object_size(weights), allocator, error);
    if (status == TKZ_OK)
        status = take_weights(own, weights, chosen->file, error);
    json_decref(weights);
    if (status == TKZ_OK)
        *resource = own;
    else if (own != NULL)
        close_detector(own, allocator);
    return status;
}

/* ---- The value ----------------------------------------------------------- */

/* The weights of all characters, then of all pairs, then of all triples; what stands at the end is looked for in each, as
 * shorter as it is. Added from left to right, as Python's sum does up to 3.11. */
static tkz_status score(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, tkz_error *error)
{
    tkz_status status = tkz__measuring_decode(measuring, error);
    if (status != TKZ_OK)
        return status;
    const detector *own = chosen->resource;
    size_t count = measuring->count;
    double sum = 0;
    for (size_t n = 1; n <= MOST_CHARACTERS; n++) {
        for (size_t i = 0; i < count; i++) {
            const weighted *found = slot_of(own, key_of(measuring->characters + i, count - i < n ? count - i : n));
            if (found->key != FREE_SLOT)
                sum += found->weight;
        }
    }
    *value = count == 0 ? 0 : sum / sqrt((double)MOST_CHARACTERS * (double)count);
    if (!isfinite(*value))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, chosen->file, TKZ__NO_OFFSET,
                              "the weights give no number for this text");
    return TKZ_OK;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {.info = {.name = "swallow_detector",
              .text = "how Japanese a text is: the sum of the weights of its characters, pairs and triples of characters, "
                      "divided by the root of how many there are",
              .unit = "weight",
              .source = "Swallow, nanigo.py, BinaryDetector.score; warc2raw.py keeps what is above 0",
              .comparison = TKZ_DROP_AT_OR_BELOW,
              .below = "not_japanese",
              TKZ__PARAMETERS({"minimum", "a document that is kept has a value above this", TKZ_PARAMETER_NUMBER, 0,
                               -TKZ__LARGEST_WHOLE, TKZ__LARGEST_WHOLE},
                              TKZ__FILE("a JSON object of characters, pairs and triples with their weights, such as "
                                        "Swallow's nanigo.json"))},
     .evaluate = score,
     .open = open_detector,
     .close = close_detector},
};

extern const tkz__filter_family tkz__filters_swallow_detector;
const tkz__filter_family tkz__filters_swallow_detector = {filters, sizeof filters / sizeof filters[0]};
