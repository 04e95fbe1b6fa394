/* SPDX-License-Identifier: Apache-2.0
 *
 * Small sorted tables. Leans on utf8, hash and jansson.
 */
#include "pipeline/document_samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "text/utf8.h"
#include "tokenize/text.h"

void tkz__document_samples_init(tkz__document_samples *samples, size_t most,
                                const tkz_allocator *allocator)
{
    *samples = (tkz__document_samples){.most = most, .allocator = *allocator};
}

void tkz__document_samples_clear(tkz__document_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++)
        tkz__release_array(&samples->allocator, samples->sets[i].samples, samples->most,
                           sizeof *samples->sets[i].samples);
    samples->count = 0;
}

void tkz__document_samples_free(tkz__document_samples *samples)
{
    if (samples->allocator.release == NULL)
        return; /* never made */
    tkz__document_samples_clear(samples);
    tkz__release_array(&samples->allocator, samples->sets, samples->capacity,
                       sizeof *samples->sets);
    samples->sets = NULL;
    samples->capacity = 0;
}

/* ---- Sets ---------------------------------------------------------------- */

static int compare_set(const tkz__sample_set *set, const char *filter, const char *reason)
{
    int order = strcmp(set->filter, filter);
    return order != 0 ? order : strcmp(set->reason, reason);
}

static tkz_status take_set(tkz__document_samples *samples, const char *filter, const char *reason,
                           tkz__sample_set **found, tkz_error *error)
{
    size_t at = 0;
    while (at < samples->count && compare_set(&samples->sets[at], filter, reason) < 0)
        at++;
    *found = NULL;
    if (at == samples->count || compare_set(&samples->sets[at], filter, reason) != 0) {
        void *sets = samples->sets;
        tkz_status status = tkz__array_reserve(&samples->allocator, &sets, &samples->capacity,
                                               samples->count + 1, sizeof *samples->sets, error);
        samples->sets = sets;
        if (status != TKZ_OK)
            return status;
        tkz__document_sample *room = tkz__allocate_array(&samples->allocator, samples->most,
                                                         sizeof *room);
        if (room == NULL)
            return tkz__error_memory(error, samples->most * sizeof *room);
        memmove(samples->sets + at + 1, samples->sets + at,
                (samples->count - at) * sizeof *samples->sets);
        samples->count++;
        samples->sets[at] = (tkz__sample_set){.samples = room};
        (void)snprintf(samples->sets[at].filter, sizeof samples->sets[at].filter, "%.63s", filter);
        (void)snprintf(samples->sets[at].reason, sizeof samples->sets[at].reason, "%.47s", reason);
    }
    *found = &samples->sets[at];
    return TKZ_OK;
}

static int compare_bytes(const char *left, size_t left_size, const char *right, size_t right_size)
{
    int order = memcmp(left, right, left_size < right_size ? left_size : right_size);
    return order != 0 ? order : (left_size > right_size) - (left_size < right_size);
}

static int compare_samples(const tkz__document_sample *left, const tkz__document_sample *right)
{
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    int order = compare_bytes(left->source, left->source_size, right->source, right->source_size);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Of equal texts the first one stays. */
static void insert(tkz__sample_set *set, size_t most, const tkz__document_sample *sample)
{
    size_t at = 0;
    while (at < set->count && set->samples[at].hash < sample->hash)
        at++;
    if (at < set->count && set->samples[at].hash == sample->hash) {
        if (compare_samples(sample, &set->samples[at]) < 0)
            set->samples[at] = *sample;
        return;
    }
    if (at == most)
        return;
    size_t count = set->count < most ? set->count + 1 : most;
    memmove(set->samples + at + 1, set->samples + at,
            (count - 1 - at) * sizeof *set->samples);
    set->samples[at] = *sample;
    set->count = count;
}

/* ---- Documents ----------------------------------------------------------- */

/* The first `limit` bytes of UTF-8, whole characters. */
static size_t cut(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

static size_t first_characters(const char *text, size_t size)
{
    size_t at = 0;
    uint32_t character;
    for (size_t i = 0; i < TKZ__SAMPLE_CHARACTERS && at < size; i++)
        at += tkz__utf8_next(text + at, size - at, &character);
    return at;
}

tkz_status tkz__document_samples_add(tkz__document_samples *samples,
                                     const tkz__sampled_document *document, tkz_error *error)
{
    bool kept = document->filter == NULL;
    tkz__sample_set *set;
    if (samples->most == 0)
        return TKZ_OK;
    tkz_status status = take_set(samples, kept ? "" : document->filter, kept ? "" : document->reason,
                                 &set, error);
    if (status != TKZ_OK)
        return status;
    set->documents++;
    uint64_t hash = tkz__hash64(document->text, document->text_size);
    if (set->count == samples->most && hash > set->samples[set->count - 1].hash)
        return TKZ_OK;
    tkz__document_sample sample = {.hash = hash,
                                   .line = document->line,
                                   .value = document->value,
                                   .threshold = document->threshold};
    sample.text_size = (uint32_t)first_characters(document->text, document->text_size);
    memcpy(sample.text, document->text, sample.text_size);
    if (document->id != NULL) {
        sample.id_size = (uint16_t)cut(document->id, document->id_size, TKZ__SAMPLE_NAME);
        memcpy(sample.id, document->id, sample.id_size);
    }
    size_t size = strlen(document->source);
    size_t valid = tkz_utf8_valid_prefix(document->source, size);
    sample.source_size = (uint16_t)cut(document->source, valid, TKZ__SAMPLE_NAME);
    memcpy(sample.source, document->source, sample.source_size);
    insert(set, samples->most, &sample);
    return TKZ_OK;
}

tkz_status tkz__document_samples_merge(tkz__document_samples *total,
                                       const tkz__document_samples *part, tkz_error *error)
{
    for (size_t i = 0; i < part->count; i++) {
        const tkz__sample_set *from = &part->sets[i];
        tkz__sample_set *set;
        tkz_status status = take_set(total, from->filter, from->reason, &set, error);
        if (status != TKZ_OK)
            return status;
        set->documents += from->documents;
        for (size_t k = 0; k < from->count; k++)
            insert(set, total->most, &from->samples[k]);
    }
    return TKZ_OK;
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *sample_to_json(const tkz__document_sample *sample, bool kept)
{
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, sample->hash);
    json_t *json = json_pack("{s:s,s:o,s:I,s:o}", "hash", hash, "source",
                             json_stringn_nocheck(sample->source, sample->source_size), "line",
                             (json_int_t)sample->line, "text",
                             json_stringn_nocheck(sample->text, sample->text_size));
    if (sample->id_size > 0)
        json_object_set_new(json, "id", json_stringn_nocheck(sample->id, sample->id_size));
    if (!kept) {
        json_object_set_new(json, "value", json_real(sample->value));
        json_object_set_new(json, "threshold", json_real(sample->threshold));
    }
    return json;
}

json_t *tkz__document_samples_to_json(const tkz__document_samples *samples)
{
    json_t *sets = json_array();
    for (size_t i = 0; i < samples->count; i++) {
        const tkz__sample_set *set = &samples->sets[i];
        bool kept = set->filter[0] == '\0';
        json_t *list = json_array();
        for (size_t k = 0; k < set->count; k++)
            json_array_append_new(list, sample_to_json(&set->samples[k], kept));
        json_t *json = kept ? json_object()
                            : json_pack("{s:s,s:s}", "filter", set->filter, "reason", set->reason);
        json_object_set_new(json, "documents", json_integer((json_int_t)set->documents));
        json_object_set_new(json, "samples", list);
        json_array_append_new(sets, json);
    }
    return sets;
}

static const char *text_of(const json_t *json, const char *key, size_t *size)
{
    const json_t *text = json_object_get(json, key);
    *size = json_string_length(text);
    return json_is_string(text) ? json_string_value(text) : "";
}

static void sample_from_json(tkz__document_sample *sample, const json_t *json)
{
    size_t size;
    *sample = (tkz__document_sample){
        .hash = strtoull(text_of(json, "hash", &size), NULL, 16),
        .line = (uint64_t)json_integer_value(json_object_get(json, "line")),
        .value = json_number_value(json_object_get(json, "value")),
        .threshold = json_number_value(json_object_get(json, "threshold")),
    };
    const char *text = text_of(json, "text", &size);
    sample->text_size = (uint32_t)first_characters(text, size);
    memcpy(sample->text, text, sample->text_size);
    text = text_of(json, "id", &size);
    sample->id_size = (uint16_t)cut(text, size, TKZ__SAMPLE_NAME);
    memcpy(sample->id, text, sample->id_size);
    text = text_of(json, "source", &size);
    sample->source_size = (uint16_t)cut(text, size, TKZ__SAMPLE_NAME);
    memcpy(sample->source, text, sample->source_size);
}

tkz_status tkz__document_samples_from_json(tkz__document_samples *samples, const json_t *json,
                                           tkz_error *error)
{
    tkz__document_samples_clear(samples);
    for (size_t i = 0; i < json_array_size(json); i++) {
        const json_t *entry = json_array_get(json, i), *list = json_object_get(entry, "samples");
        tkz__sample_set *set;
        size_t size;
        tkz_status status = take_set(samples, text_of(entry, "filter", &size),
                                     text_of(entry, "reason", &size), &set, error);
        if (status != TKZ_OK)
            return status;
        set->documents += (uint64_t)json_integer_value(json_object_get(entry, "documents"));
        for (size_t k = 0; k < json_array_size(list); k++) {
            tkz__document_sample sample;
            sample_from_json(&sample, json_array_get(list, k));
            insert(set, samples->most, &sample);
        }
    }
    return TKZ_OK;
}
