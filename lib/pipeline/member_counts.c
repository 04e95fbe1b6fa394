/* SPDX-License-Identifier: Apache-2.0
 *
 * A sorted table of bounded size. Leans on hash and jansson.
 */
#include "pipeline/member_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"

void tkz__member_counts_init(tkz__member_counts *counts, const tkz_allocator *allocator)
{
    *counts = (tkz__member_counts){.allocator = *allocator};
}

void tkz__member_counts_free(tkz__member_counts *counts)
{
    tkz__release_array(&counts->allocator, counts->entries, counts->capacity,
                       sizeof *counts->entries);
    counts->entries = NULL;
    counts->count = counts->capacity = 0;
}

void tkz__member_counts_clear(tkz__member_counts *counts)
{
    counts->count = 0;
    counts->in = counts->kept = (tkz__amount){0};
}

/* The first entry whose hash is not below `hash`. */
static size_t find(const tkz__member_counts *counts, uint64_t hash)
{
    size_t low = 0, high = counts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (counts->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The entry of the value, made if need be; `*entry` is NULL if it is not among the least ones. */
static tkz_status take(tkz__member_counts *counts, uint64_t hash, const char *value, size_t size,
                       tkz__member_count **entry, tkz_error *error)
{
    size_t at = find(counts, hash);
    *entry = NULL;
    if (at < counts->count && counts->entries[at].hash == hash) {
        *entry = &counts->entries[at];
        return TKZ_OK;
    }
    if (at == TKZ__MEMBER_VALUES)
        return TKZ_OK;
    void *entries = counts->entries;
    size_t needed = counts->count < TKZ__MEMBER_VALUES ? counts->count + 1 : counts->count;
    tkz_status status = tkz__array_reserve(&counts->allocator, &entries, &counts->capacity, needed,
                                           sizeof *counts->entries, error);
    if (status != TKZ_OK)
        return status;
    counts->entries = entries;
    /* Where the table is full, the greatest hash goes. */
    size_t moved = needed - 1 - at;
    memmove(counts->entries + at + 1, counts->entries + at, moved * sizeof *counts->entries);
    counts->count = needed;
    *entry = &counts->entries[at];
    if (size > TKZ__MEMBER_VALUE_BYTES) {
        size = TKZ__MEMBER_VALUE_BYTES;
        while (size > 0 && ((unsigned char)value[size] & 0xC0) == 0x80)
            size--;
    }
    memset(*entry, 0, sizeof **entry);
    (*entry)->hash = hash;
    (*entry)->size = (uint32_t)size;
    memcpy((*entry)->value, value, size);
    return TKZ_OK;
}

static tkz_status add(tkz__member_counts *counts, uint64_t hash, const char *value, size_t size,
                      const tkz__amount *in, const tkz__amount *kept, tkz_error *error)
{
    tkz__member_count *entry;
    tkz_status status = take(counts, hash, value, size, &entry, error);
    if (status == TKZ_OK && entry != NULL) {
        tkz__amount_add(&entry->in, in);
        tkz__amount_add(&entry->kept, kept);
    }
    return status;
}

tkz_status tkz__member_counts_add(tkz__member_counts *counts, const char *value, size_t size,
                                  const tkz__amount *in, const tkz__amount *kept, tkz_error *error)
{
    tkz__amount_add(&counts->in, in);
    tkz__amount_add(&counts->kept, kept);
    return add(counts, tkz__hash64(value, size), value, size, in, kept, error);
}

tkz_status tkz__member_counts_merge(tkz__member_counts *total, const tkz__member_counts *part,
                                    tkz_error *error)
{
    tkz_status status = TKZ_OK;
    tkz__amount_add(&total->in, &part->in);
    tkz__amount_add(&total->kept, &part->kept);
    for (size_t i = 0; i < part->count && status == TKZ_OK; i++) {
        const tkz__member_count *entry = &part->entries[i];
        status = add(total, entry->hash, entry->value, entry->size, &entry->in, &entry->kept, error);
    }
    return status;
}

/* ---- JSON ---------------------------------------------------------------- */

static int by_documents(const void *left, const void *right)
{
    const tkz__member_count *a = *(const tkz__member_count *const *)left;
    const tkz__member_count *b = *(const tkz__member_count *const *)right;
    if (a->in.documents != b->in.documents)
        return a->in.documents > b->in.documents ? -1 : 1;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

static json_t *entry_to_json(const tkz__member_count *entry)
{
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, entry->hash);
    json_t *json = json_pack("{s:o,s:o,s:o}", "value", json_stringn_nocheck(entry->value, entry->size),
                             "in", tkz__amount_to_json(&entry->in), "kept",
                             tkz__amount_to_json(&entry->kept));
    if (json != NULL && tkz__hash64(entry->value, entry->size) != entry->hash)
        json_object_set_new(json, "hash", json_string(hash)); /* the value was cut */
    return json;
}

json_t *tkz__member_counts_to_json(const tkz__member_counts *counts)
{
    const tkz_allocator *memory = &counts->allocator;
    const tkz__member_count **order =
        tkz__allocate_array(memory, counts->count + 1, sizeof *order);
    json_t *values = json_array();
    if (order == NULL || values == NULL) {
        tkz__release_array(memory, order, counts->count + 1, sizeof *order);
        json_decref(values);
        return NULL;
    }
    for (size_t i = 0; i < counts->count; i++)
        order[i] = &counts->entries[i];
    qsort(order, counts->count, sizeof *order, by_documents);
    tkz__amount in = counts->in, kept = counts->kept;
    for (size_t i = 0; i < counts->count; i++) {
        json_array_append_new(values, entry_to_json(order[i]));
        in = tkz__amount_less(in, order[i]->in);
        kept = tkz__amount_less(kept, order[i]->kept);
    }
    tkz__release_array(memory, order, counts->count + 1, sizeof *order);
    json_t *json = json_pack("{s:o,s:o,s:o}", "in", tkz__amount_to_json(&counts->in), "kept",
                             tkz__amount_to_json(&counts->kept), "values", values);
    if (json != NULL && in.documents > 0)
        json_object_set_new(json, "others",
                            json_pack("{s:o,s:o}", "in", tkz__amount_to_json(&in), "kept",
                                      tkz__amount_to_json(&kept)));
    return json;
}

tkz_status tkz__member_counts_from_json(tkz__member_counts *counts, const json_t *json,
                                        tkz_error *error)
{
    const json_t *values = json_object_get(json, "values");
    tkz_status status = TKZ_OK;
    tkz__member_counts_clear(counts);
    counts->in = tkz__amount_from_json(json_object_get(json, "in"));
    counts->kept = tkz__amount_from_json(json_object_get(json, "kept"));
    for (size_t i = 0; i < json_array_size(values) && status == TKZ_OK; i++) {
        const json_t *entry = json_array_get(values, i), *value = json_object_get(entry, "value");
        const char *text = json_string_value(value), *cut;
        if (text == NULL)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "value %zu of a member is no text", i);
        size_t size = json_string_length(value);
        tkz__amount in = tkz__amount_from_json(json_object_get(entry, "in"));
        tkz__amount kept = tkz__amount_from_json(json_object_get(entry, "kept"));
        cut = json_string_value(json_object_get(entry, "hash"));
        uint64_t hash = cut != NULL ? strtoull(cut, NULL, 16) : tkz__hash64(text, size);
        status = add(counts, hash, text, size, &in, &kept, error);
    }
    return status;
}
