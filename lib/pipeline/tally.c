/* SPDX-License-Identifier: Apache-2.0
 *
 * The accounts of a run. Leans on jansson for the journal.
 */
#include "pipeline/tally.h"

#include <stdio.h>
#include <string.h>

void tkz__tally_clear(tkz__tally *tally)
{
    memset(tally, 0, sizeof *tally);
}

static tkz_status count_reason(tkz__reason_count *reasons, const char *reason, uint64_t count,
                               tkz_error *error)
{
    for (size_t i = 0; i < TKZ__TALLY_REASONS; i++) {
        if (reasons[i].reason[0] == '\0')
            snprintf(reasons[i].reason, sizeof reasons[i].reason, "%s", reason);
        if (strcmp(reasons[i].reason, reason) == 0) {
            reasons[i].count += count;
            return TKZ_OK;
        }
    }
    return tkz__error_set(error, TKZ_STATUS_LIMIT, reason, TKZ__NO_OFFSET,
                          "more than %d different reasons", TKZ__TALLY_REASONS);
}

tkz_status tkz__tally_drop(tkz__tally *tally, const char *reason, tkz_error *error)
{
    tally->dropped++;
    return count_reason(tally->dropped_by, reason, 1, error);
}

tkz_status tkz__tally_bad(tkz__tally *tally, const tkz__bad_sample *sample, tkz_error *error)
{
    tally->bad++;
    if (tally->sample_count < TKZ__TALLY_SAMPLES)
        tally->samples[tally->sample_count++] = *sample;
    return count_reason(tally->bad_by, sample->reason, 1, error);
}

/* The plain counters of a tally, by name: one list for adding and for the journal. */
#define COUNTERS(X)                                                                               \
    X(documents_in)                                                                               \
    X(records_counted)                                                                            \
    X(normalized)                                                                                 \
    X(edited)                                                                                     \
    X(without_url)                                                                                \
    X(kept)                                                                                       \
    X(dropped)                                                                                    \
    X(bad)                                                                                        \
    X(bytes_in)                                                                                   \
    X(text_bytes_in)                                                                              \
    X(text_bytes_kept)                                                                            \
    X(characters_kept)                                                                            \
    X(tokens)                                                                                     \
    X(held_documents)                                                                             \
    X(held_characters)                                                                            \
    X(held_tokens)

tkz_status tkz__tally_add(tkz__tally *total, const tkz__tally *part, tkz_error *error)
{
#define ADD(name) total->name += part->name;
    COUNTERS(ADD)
#undef ADD
    for (size_t i = 0; i < TKZ__TALLY_REASONS && part->dropped_by[i].count > 0; i++) {
        tkz_status status = count_reason(total->dropped_by, part->dropped_by[i].reason,
                                         part->dropped_by[i].count, error);
        if (status != TKZ_OK)
            return status;
    }
    for (size_t i = 0; i < TKZ__TALLY_REASONS && part->bad_by[i].count > 0; i++) {
        tkz_status status =
            count_reason(total->bad_by, part->bad_by[i].reason, part->bad_by[i].count, error);
        if (status != TKZ_OK)
            return status;
    }
    for (size_t i = 0; i < TKZ__TALLY_CHANGES; i++)
        total->changes[i] += part->changes[i];
    for (size_t i = 0; i < part->sample_count && total->sample_count < TKZ__TALLY_SAMPLES; i++)
        total->samples[total->sample_count++] = part->samples[i];
    return TKZ_OK;
}

json_t *tkz__reasons_to_json(const tkz__reason_count *reasons)
{
    json_t *object = json_object();
    for (size_t i = 0; i < TKZ__TALLY_REASONS && reasons[i].count > 0; i++)
        json_object_set_new(object, reasons[i].reason, json_integer((json_int_t)reasons[i].count));
    return object;
}

static json_t *sample_to_json(const tkz__bad_sample *sample)
{
    return json_pack("{s:i, s:I, s:I, s:s, s:s}", "source", (int)sample->source, "line",
                     (json_int_t)sample->line, "offset", (json_int_t)sample->offset, "reason",
                     sample->reason, "message", sample->message);
}

json_t *tkz__tally_to_json(const tkz__tally *tally)
{
    json_t *object = json_object();
#define STORE(name) json_object_set_new(object, #name, json_integer((json_int_t)tally->name));
    COUNTERS(STORE)
#undef STORE
    json_object_set_new(object, "dropped_by", tkz__reasons_to_json(tally->dropped_by));
    json_object_set_new(object, "bad_by", tkz__reasons_to_json(tally->bad_by));
    json_t *changes = json_array();
    for (size_t i = 0; i < TKZ__TALLY_CHANGES; i++)
        json_array_append_new(changes, json_integer((json_int_t)tally->changes[i]));
    json_object_set_new(object, "changes", changes);
    json_t *samples = json_array();
    for (size_t i = 0; i < tally->sample_count; i++)
        json_array_append_new(samples, sample_to_json(&tally->samples[i]));
    json_object_set_new(object, "samples", samples);
    return object;
}

static tkz_status reasons_from_json(tkz__reason_count *reasons, const json_t *json,
                                    tkz_error *error)
{
    const char *reason;
    json_t *count;
    json_object_foreach((json_t *)(uintptr_t)json, reason, count)
    {
        tkz_status status =
            count_reason(reasons, reason, (uint64_t)json_integer_value(count), error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

tkz_status tkz__tally_from_json(tkz__tally *tally, const json_t *json, tkz_error *error)
{
    tkz__tally_clear(tally);
#define LOAD(name) tally->name = (uint64_t)json_integer_value(json_object_get(json, #name));
    COUNTERS(LOAD)
#undef LOAD
    const json_t *changes = json_object_get(json, "changes");
    for (size_t i = 0; i < TKZ__TALLY_CHANGES; i++)
        tally->changes[i] = (uint64_t)json_integer_value(json_array_get(changes, i));
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(json, "samples"), index, item)
    {
        if (tally->sample_count == TKZ__TALLY_SAMPLES)
            break;
        tkz__bad_sample *sample = &tally->samples[tally->sample_count++];
        const char *reason = json_string_value(json_object_get(item, "reason"));
        const char *message = json_string_value(json_object_get(item, "message"));
        sample->source = (uint32_t)json_integer_value(json_object_get(item, "source"));
        sample->line = (uint64_t)json_integer_value(json_object_get(item, "line"));
        sample->offset = (uint64_t)json_integer_value(json_object_get(item, "offset"));
        snprintf(sample->reason, sizeof sample->reason, "%s", reason != NULL ? reason : "");
        snprintf(sample->message, sizeof sample->message, "%s", message != NULL ? message : "");
    }
    tkz_status status =
        reasons_from_json(tally->dropped_by, json_object_get(json, "dropped_by"), error);
    if (status == TKZ_OK)
        status = reasons_from_json(tally->bad_by, json_object_get(json, "bad_by"), error);
    return status;
}
