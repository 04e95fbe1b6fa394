/* SPDX-License-Identifier: Apache-2.0
 *
 * What one thread of an evaluation does with a frame. Leans on corpus's documents, the boundary source, encoders and
 * train's figures.
 */
#include "pipeline/evaluate_texts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/hash.h"
#include "pipeline/job_lines.h"
#include "tokenize/text.h"
#include "train/border_agreement.h"

/* A document of the frame at hand. */
typedef struct frame_document {
    const char *text; /* in the arena, or in the frame */
    size_t size;
    uint64_t line;
    size_t first_word; /* of the worker's words */
    size_t word_count;
} frame_document;

/* ---- One frame -------------------------------------------------------------- */

typedef struct frame_work {
    tkz__evaluation *evaluation;
    const tkz_evaluated_domain *domain;
    tkz__evaluation_worker *worker;
    tkz__evaluation_slot *slot;
    tkz_error *error;
} frame_work;

static const frame_document *documents_of(const frame_work *w, size_t *count)
{
    *count = w->worker->documents.size / sizeof(frame_document);
    return (const frame_document *)(const void *)w->worker->documents.data;
}

static uint64_t *values_of(const frame_work *w, size_t document)
{
    return (uint64_t *)(void *)w->worker->values.data +
           document * w->evaluation->resample.columns;
}

/* The words of a text, a line at a time as `mecab` takes it, whatever white space the dictionary knows. */
static tkz_status find_words(const frame_work *w, frame_document *document)
{
    const tkz_boundaries *source = w->evaluation->what->words;
    tkz__buffer *ranges = &w->worker->ranges;
    document->first_word = ranges->size / sizeof(tkz_word_range);
    for (size_t start = 0; source != NULL && start < document->size;) {
        const char *line = document->text + start;
        const char *end = memchr(line, '\n', document->size - start);
        size_t size = end != NULL ? (size_t)(end - line) : document->size - start, count = 0;
        const tkz_word_range *words;
        tkz_status status = source->find(w->worker->words, line, size, &words, &count, w->error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(ranges, words, count * sizeof *words, w->error);
        if (status != TKZ_OK)
            return status;
        tkz_word_range *added =
            (tkz_word_range *)(void *)(ranges->data + ranges->size) - count;
        for (size_t i = 0; i < count; i++) {
            added[i].start += start;
            added[i].end += start;
        }
        start += size + 1;
    }
    document->word_count = ranges->size / sizeof(tkz_word_range) - document->first_word;
    return TKZ_OK;
}

static tkz_status take_document(const frame_work *w, const tkz__document *record)
{
    tkz__buffer *values = &w->worker->values;
    size_t columns = w->evaluation->resample.columns;
    tkz__text_sums *sums = &w->worker->text;
    frame_document document = {
        .text = record->text, .size = record->text_size, .line = record->line};
    tkz_status status = find_words(w, &document);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&w->worker->documents, &document, sizeof document, w->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(values, 0, columns * sizeof(uint64_t), w->error);
    if (status != TKZ_OK)
        return status;
    uint64_t *row = (uint64_t *)(void *)(values->data + values->size) - columns;
    row[TKZ__COLUMN_CHARACTERS] = tkz_utf8_count(document.text, document.size);
    row[TKZ__COLUMN_BYTES] = document.size;
    row[TKZ__COLUMN_WORDS] = document.word_count;
    row[TKZ__COLUMN_WORD_BORDERS] = document.word_count > 0 ? document.word_count - 1 : 0;
    sums->documents++;
    sums->characters += row[TKZ__COLUMN_CHARACTERS];
    sums->bytes += row[TKZ__COLUMN_BYTES];
    sums->words += row[TKZ__COLUMN_WORDS];
    sums->word_borders += row[TKZ__COLUMN_WORD_BORDERS];
    w->slot->documents++;
    return TKZ_OK;
}

static void take_bad(const frame_work *w, const tkz__document *record)
{
    if (w->slot->bad++ > 0)
        return;
    tkz__bad_sample *first = &w->slot->bad_first;
    *first = (tkz__bad_sample){
        .source = record->source, .line = record->line, .offset = record->offset};
    (void)snprintf(first->reason, sizeof first->reason, "%s", record->reason);
    (void)snprintf(first->message, sizeof first->message, "%.150s", record->error.message);
}

static tkz_status read_documents(const frame_work *w)
{
    tkz__frame_cursor cursor;
    tkz__document record;
    bool done = false;
    tkz__arena_reset(&w->worker->arena);
    tkz__buffer_clear(&w->worker->documents);
    tkz__buffer_clear(&w->worker->ranges);
    tkz__buffer_clear(&w->worker->values);
    w->slot->documents = w->slot->bad = 0;
    tkz__frame_cursor_init(&cursor, &w->slot->frame);
    for (;;) {
        tkz_status status = tkz__frame_next(&cursor, &w->evaluation->record, &w->worker->arena,
                                            &record, &done, w->error);
        if (status != TKZ_OK)
            return status;
        if (done)
            break;
        if (record.kind == TKZ__RECORD_BAD)
            take_bad(w, &record);
        else if ((status = take_document(w, &record)) != TKZ_OK)
            return status;
    }
    uint64_t expected = tkz__count_records(&w->slot->frame);
    if (expected == w->slot->documents + w->slot->bad)
        return TKZ_OK;
    return tkz__error_set(w->error, TKZ_STATUS_COUNTS_DISAGREE,
                          w->domain->paths[w->slot->frame.source], w->slot->frame.offset,
                          "a frame has %llu records, of which %llu were read",
                          (unsigned long long)expected,
                          (unsigned long long)(w->slot->documents + w->slot->bad));
}

/* ---- With one vocabulary ----------------------------------------------------- */

static void count_ids(tkz__evaluation_worker *own, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (own->seen[ids[i]]++ == 0)
            own->touched[own->touched_count++] = ids[i];
    }
}

static void hand_over_counts(tkz__evaluation_worker *own, _Atomic uint64_t *counts)
{
    for (size_t i = 0; i < own->touched_count; i++) {
        uint32_t id = own->touched[i];
        atomic_fetch_add_explicit(&counts[id], own->seen[id], memory_order_relaxed);
        own->seen[id] = 0;
    }
    own->touched_count = 0;
}

static uint8_t copy_part(char *target, size_t capacity, const char *data, size_t size, size_t start)
{
    size_t left = start < size ? size - start : 0;
    size_t part = left < capacity ? left : capacity;
    memcpy(target, data + (part > 0 ? start : 0), part);
    return (uint8_t)part;
}

static void keep_lost(tkz__lost_text *lost, const frame_work *w, const frame_document *document,
                      const char *decoded, size_t size)
{
    size_t same = 0;
    while (same < size && same < document->size && decoded[same] == document->text[same])
        same++;
    while (same > 0 && ((unsigned char)document->text[same < document->size ? same : 0] & 0xC0) == 0x80)
        same--; /* to the start of a character */
    *lost = (tkz__lost_text){.found = true,
                             .source = w->slot->frame.source,
                             .line = document->line,
                             .offset = same};
    lost->text_size =
        copy_part(lost->text, sizeof lost->text, document->text, document->size, same);
    lost->decoded_size = copy_part(lost->decoded, sizeof lost->decoded, decoded, size, same);
}

static tkz_status try_round_trip(const frame_work *w, size_t model, const frame_document *document,
                                 const uint32_t *ids, size_t count)
{
    const uint8_t *decoded;
    size_t size;
    tkz_status status = tkz_encoder_decode(w->worker->encoders[model], ids, count, 0, &decoded,
                                           &size, w->error);
    if (status != TKZ_OK)
        return status;
    if (size == document->size && (size == 0 || memcmp(decoded, document->text, size) == 0))
        return TKZ_OK;
    w->worker->sums[model].not_restored++;
    if (!w->slot->lost[model].found)
        keep_lost(&w->slot->lost[model], w, document, (const char *)decoded, size);
    return TKZ_OK;
}

/* Of this thread alone, whatever else the machine does. */
static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static tkz_status measure(const frame_work *w, size_t model, const frame_document *document,
                          uint64_t *columns)
{
    const uint64_t borders[2] = {0, document->size};
    const tkz_batch *batch;
    tkz__border_counts agreement;
    bool timing = w->evaluation->what->timing != 0;
    double start = timing ? thread_seconds() : 0;
    tkz_status status = tkz_encoder_encode(w->worker->encoders[model], document->text, borders, 1,
                                           &batch, w->error);
    if (status != TKZ_OK)
        return status;
    if (timing)
        w->worker->seconds[model] += thread_seconds() - start;
    size_t count = (size_t)batch->offsets[1];
    count_ids(w->worker, batch->ids, count);
    const tkz_word_range *ranges = (const tkz_word_range *)(const void *)w->worker->ranges.data;
    tkz__border_agreement(document->text, document->size,
                          document->word_count > 0 ? ranges + document->first_word : NULL,
                          document->word_count, batch->spans, batch->spans != NULL ? count : 0,
                          &agreement);
    columns[TKZ__COLUMN_TOKENS] = count;
    columns[TKZ__COLUMN_TOKEN_BORDERS] = agreement.token_borders;
    columns[TKZ__COLUMN_COMMON] = agreement.common;
    columns[TKZ__COLUMN_WHOLE_WORDS] = agreement.whole_words;
    tkz__model_sums *sums = &w->worker->sums[model];
    sums->tokens += count;
    sums->token_borders += agreement.token_borders;
    sums->common_borders += agreement.common;
    sums->whole_words += agreement.whole_words;
    return try_round_trip(w, model, document, batch->ids, count);
}

/* What the encoder says, and of which text and model. */
static tkz_status explain(const frame_work *w, size_t model, const frame_document *document,
                          tkz_status status)
{
    char message[200];
    if (w->error == NULL || status == TKZ_STATUS_OUT_OF_MEMORY)
        return status;
    (void)snprintf(message, sizeof message, "%.190s", w->error->message);
    (void)tkz__error_set(w->error, status, w->domain->paths[w->slot->frame.source],
                         TKZ__NO_OFFSET, "%.100s cannot encode this text: %s",
                         w->evaluation->what->models[model].name, message);
    w->error->line = (uint32_t)document->line;
    return status;
}

static tkz_status encode_documents(const frame_work *w, size_t model)
{
    size_t count;
    const frame_document *documents = documents_of(w, &count);
    w->slot->lost[model].found = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t *columns = values_of(w, i) + tkz__model_column(model, 0);
        tkz_status status = measure(w, model, &documents[i], columns);
        if (status != TKZ_OK)
            return explain(w, model, &documents[i], status);
    }
    hand_over_counts(w->worker, w->evaluation->models[model].counts);
    return TKZ_OK;
}

static void resample_documents(const frame_work *w)
{
    size_t count;
    const frame_document *documents = documents_of(w, &count);
    if (w->worker->resample.count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        tkz__resample_add(&w->worker->resample, w->evaluation->what->seed,
                          tkz__hash64(documents[i].text, documents[i].size), values_of(w, i));
    }
}

tkz_status tkz__evaluate_frame(tkz__evaluation *evaluation, tkz__evaluation_worker *worker,
                               tkz__evaluation_slot *slot, tkz_error *error)
{
    frame_work w = {evaluation, &evaluation->what->domains[evaluation->domain], worker, slot,
                    error};
    tkz_status status = read_documents(&w);
    for (size_t i = 0; status == TKZ_OK && i < evaluation->what->model_count; i++)
        status = encode_documents(&w, i);
    if (status == TKZ_OK)
        resample_documents(&w);
    return status;
}

/* ---- Workers -------------------------------------------------------------------- */

static tkz_status make_encoder(const tkz__evaluation *evaluation, size_t model,
                               tkz_encoder **encoder, tkz_error *error)
{
    const tkz_boundaries *words = evaluation->what->words;
    tkz_status status = tkz_encoder_new(encoder, evaluation->what->models[model].tokenizer,
                                        &evaluation->allocator, error);
    if (status != TKZ_OK || words == NULL)
        return status;
    tkz_encoder_want_offsets(*encoder, TKZ_OFFSETS_BYTES);
    if (evaluation->models[model].cuts_words)
        status = tkz_encoder_set_boundaries(*encoder, words, error);
    return status;
}

tkz_status tkz__evaluation_worker_init(tkz__evaluation_worker *worker,
                                       const tkz__evaluation *evaluation, tkz_error *error)
{
    const tkz_allocator *memory = &evaluation->allocator;
    size_t models = evaluation->what->model_count, ids = evaluation->largest;
    tkz__arena_init(&worker->arena, memory);
    tkz__buffer_init(&worker->documents, memory);
    tkz__buffer_init(&worker->ranges, memory);
    tkz__buffer_init(&worker->values, memory);
    worker->encoders = tkz__allocate_zeroed(memory, models * sizeof(tkz_encoder *));
    worker->sums = tkz__allocate_zeroed(memory, models * sizeof *worker->sums);
    worker->seconds = tkz__allocate_zeroed(memory, models * sizeof *worker->seconds);
    worker->seen = tkz__allocate_zeroed(memory, ids * sizeof *worker->seen);
    worker->touched = tkz__allocate_zeroed(memory, ids * sizeof *worker->touched);
    if (worker->encoders == NULL || worker->sums == NULL || worker->seconds == NULL ||
        worker->seen == NULL || worker->touched == NULL)
        return tkz__error_memory(error, ids * sizeof *worker->seen);
    const tkz_boundaries *words = evaluation->what->words;
    tkz_status status = words == NULL ? TKZ_OK
                                      : words->open(words->context, &worker->words, memory, error);
    for (size_t i = 0; status == TKZ_OK && i < models; i++)
        status = make_encoder(evaluation, i, &worker->encoders[i], error);
    if (status == TKZ_OK)
        status = tkz__resample_init(&worker->resample, evaluation->resample.count,
                                    evaluation->resample.columns, memory, error);
    return status;
}

void tkz__evaluation_worker_free(tkz__evaluation_worker *w, const tkz__evaluation *evaluation)
{
    const tkz_allocator *memory = &evaluation->allocator;
    size_t models = evaluation->what->model_count, ids = evaluation->largest;
    if (w->arena.allocator.release == NULL)
        return; /* never made */
    tkz__arena_free(&w->arena);
    tkz__buffer_free(&w->documents);
    tkz__buffer_free(&w->ranges);
    tkz__buffer_free(&w->values);
    for (size_t i = 0; w->encoders != NULL && i < models; i++)
        tkz_encoder_free(w->encoders[i]);
    if (w->words != NULL)
        evaluation->what->words->close(w->words);
    tkz__release(memory, w->encoders, models * sizeof(tkz_encoder *));
    tkz__release(memory, w->sums, models * sizeof *w->sums);
    tkz__release(memory, w->seconds, models * sizeof *w->seconds);
    tkz__release(memory, w->seen, ids * sizeof *w->seen);
    tkz__release(memory, w->touched, ids * sizeof *w->touched);
    tkz__resample_free(&w->resample);
}

void tkz__evaluation_add_worker(tkz__evaluation *evaluation, const tkz__evaluation_worker *w)
{
    tkz__text_sums *text = &evaluation->text;
    text->documents += w->text.documents;
    text->characters += w->text.characters;
    text->bytes += w->text.bytes;
    text->words += w->text.words;
    text->word_borders += w->text.word_borders;
    for (size_t i = 0; i < evaluation->what->model_count; i++) {
        tkz__model_sums *sums = &evaluation->models[i].sums;
        sums->tokens += w->sums[i].tokens;
        sums->token_borders += w->sums[i].token_borders;
        sums->common_borders += w->sums[i].common_borders;
        sums->whole_words += w->sums[i].whole_words;
        sums->not_restored += w->sums[i].not_restored;
        evaluation->models[i].seconds += w->seconds[i];
        evaluation->models[i].bytes_encoded += w->text.bytes;
    }
    tkz__resample_merge(&evaluation->resample, &w->resample);
}
