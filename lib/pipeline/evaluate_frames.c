/* SPDX-License-Identifier: Apache-2.0
 *
 * The pass of an evaluation over the texts of one domain: frames are read once, cut into words once,
 * and encoded with one vocabulary after the other. Every sum is of whole numbers, so that it is the
 * same however frames are shared out. Leans on core's ordered map, corpus's frames, train's figures.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/hash.h"
#include "core/ordered.h"
#include "pipeline/evaluate.h"
#include "pipeline/job_lines.h"
#include "tokenize/text.h"
#include "train/border_agreement.h"

/* ---- Parts ----------------------------------------------------------------- */

/* A document of the frame at hand. */
typedef struct frame_document {
    const char *text; /* in the arena, or in the frame */
    size_t size;
    uint64_t line;
    size_t first_word; /* of the worker's words */
    size_t word_count;
} frame_document;

typedef struct worker {
    tkz__arena arena;
    tkz_encoder **encoders; /* one for each model */
    void *words;            /* worker of the boundary source; NULL: none */
    tkz__buffer documents;  /* of frame_document */
    tkz__buffer ranges;     /* of tkz_word_range */
    tkz__buffer values;     /* u64: the columns of each document */
    uint32_t *seen;         /* how often each id occurred in the frame with the model at hand */
    uint32_t *touched;      /* ids whose number is not 0 */
    size_t touched_count;
    tkz__text_sums text;
    tkz__model_sums *sums;
    double *seconds;
    tkz__resample resample;
} worker;

typedef struct slot {
    tkz__frame frame;
    uint64_t stored_done;
    uint64_t documents;
    uint64_t bad;
    tkz__bad_sample bad_first;
    tkz__lost_text *lost; /* one for each model */
} slot;

typedef struct pass {
    tkz__evaluation *evaluation;
    tkz__frame_reader *reader;
    uint64_t bytes_read; /* of the domain */
    worker *workers;
    uint32_t worker_count;
    slot *slots;
    void **slot_pointers;
    size_t slot_count;
} pass;

static const tkz_evaluated_domain *domain_of(const pass *p)
{
    return &p->evaluation->what->domains[p->evaluation->domain];
}

/* ---- One frame -------------------------------------------------------------- */

typedef struct frame_work {
    tkz__evaluation *evaluation;
    const tkz_evaluated_domain *domain;
    worker *worker;
    slot *slot;
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

static void count_ids(worker *own, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (own->seen[ids[i]]++ == 0)
            own->touched[own->touched_count++] = ids[i];
    }
}

static void hand_over_counts(worker *own, _Atomic uint64_t *counts)
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

/* ---- The three parts of the ordered map --------------------------------------- */

static tkz_status produce(void *context, void *item, bool *done, tkz_error *error)
{
    pass *p = context;
    slot *s = item;
    uint64_t limit = p->evaluation->what->limit;
    if (limit > 0 && p->bytes_read >= limit) {
        *done = true;
        return TKZ_OK;
    }
    tkz_status status = tkz__frame_reader_next(p->reader, &s->frame, done, error);
    if (status == TKZ_OK && !*done) {
        p->bytes_read += s->frame.oversized ? s->frame.oversized_size : s->frame.bytes.size;
        s->stored_done = tkz__frame_reader_stored_done(p->reader);
    }
    return status;
}

static tkz_status work(void *context, void *item, uint32_t number, tkz_error *error)
{
    pass *p = context;
    frame_work w = {p->evaluation, domain_of(p), &p->workers[number], item, error};
    tkz_status status = read_documents(&w);
    for (size_t i = 0; status == TKZ_OK && i < p->evaluation->what->model_count; i++)
        status = encode_documents(&w, i);
    if (status == TKZ_OK)
        resample_documents(&w);
    return status;
}

static tkz_status report_progress(const pass *p, const slot *s, tkz_error *error)
{
    const tkz__evaluation *evaluation = p->evaluation;
    const tkz_progress_callback *callback = evaluation->progress;
    if (callback == NULL || callback->report == NULL)
        return TKZ_OK;
    tkz_progress progress = {
        .pass = domain_of(p)->name,
        .pass_index = (uint32_t)evaluation->domain,
        .pass_count = (uint32_t)evaluation->what->domain_count,
        .bytes_done = s->stored_done,
        .bytes_total = evaluation->what->limit > 0 ? 0 : tkz__frame_reader_stored_total(p->reader),
        .documents = evaluation->documents,
    };
    if (callback->report(callback->context, &progress) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_CANCELLED, progress.pass, TKZ__NO_OFFSET,
                          "interrupted");
}

static tkz_status consume(void *context, void *item, tkz_error *error)
{
    pass *p = context;
    const slot *s = item;
    tkz__evaluation *evaluation = p->evaluation;
    if (s->bad > 0 && !evaluation->has_bad_first) {
        evaluation->bad_first = s->bad_first;
        evaluation->has_bad_first = true;
    }
    evaluation->bad += s->bad;
    evaluation->documents += s->documents;
    for (size_t i = 0; i < evaluation->what->model_count; i++) {
        if (s->lost[i].found && !evaluation->models[i].lost.found)
            evaluation->models[i].lost = s->lost[i];
    }
    return report_progress(p, s, error);
}

/* ---- Setting up ----------------------------------------------------------------- */

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

static tkz_status make_worker(const tkz__evaluation *evaluation, worker *made, tkz_error *error)
{
    const tkz_allocator *memory = &evaluation->allocator;
    size_t models = evaluation->what->model_count, ids = evaluation->largest;
    tkz__arena_init(&made->arena, memory);
    tkz__buffer_init(&made->documents, memory);
    tkz__buffer_init(&made->ranges, memory);
    tkz__buffer_init(&made->values, memory);
    made->encoders = tkz__allocate_zeroed(memory, models * sizeof(tkz_encoder *));
    made->sums = tkz__allocate_zeroed(memory, models * sizeof *made->sums);
    made->seconds = tkz__allocate_zeroed(memory, models * sizeof *made->seconds);
    made->seen = tkz__allocate_zeroed(memory, ids * sizeof *made->seen);
    made->touched = tkz__allocate_zeroed(memory, ids * sizeof *made->touched);
    if (made->encoders == NULL || made->sums == NULL || made->seconds == NULL ||
        made->seen == NULL || made->touched == NULL)
        return tkz__error_memory(error, ids * sizeof *made->seen);
    const tkz_boundaries *words = evaluation->what->words;
    tkz_status status = words == NULL ? TKZ_OK
                                      : words->open(words->context, &made->words, memory, error);
    for (size_t i = 0; status == TKZ_OK && i < models; i++)
        status = make_encoder(evaluation, i, &made->encoders[i], error);
    if (status == TKZ_OK)
        status = tkz__resample_init(&made->resample, evaluation->resample.count,
                                    evaluation->resample.columns, memory, error);
    return status;
}

static void free_worker(const tkz__evaluation *evaluation, worker *w)
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

static tkz_status open_pass(pass *p, tkz_error *error)
{
    tkz__evaluation *evaluation = p->evaluation;
    const tkz_allocator *memory = &evaluation->allocator;
    size_t models = evaluation->what->model_count;
    p->worker_count = evaluation->executor != NULL ? evaluation->executor->width : 1;
    p->slot_count = (size_t)p->worker_count * 2 + 1;
    p->workers = tkz__allocate_zeroed(memory, p->worker_count * sizeof *p->workers);
    p->slots = tkz__allocate_zeroed(memory, p->slot_count * sizeof *p->slots);
    p->slot_pointers = tkz__allocate_zeroed(memory, p->slot_count * sizeof *p->slot_pointers);
    if (p->workers == NULL || p->slots == NULL || p->slot_pointers == NULL)
        return tkz__error_memory(error, p->slot_count * sizeof *p->slots);
    for (size_t i = 0; i < p->slot_count; i++) {
        tkz__frame_init(&p->slots[i].frame, memory);
        p->slot_pointers[i] = &p->slots[i];
        p->slots[i].lost = tkz__allocate_zeroed(memory, models * sizeof *p->slots[i].lost);
        if (p->slots[i].lost == NULL)
            return tkz__error_memory(error, models * sizeof *p->slots[i].lost);
    }
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < p->worker_count; i++)
        status = make_worker(evaluation, &p->workers[i], error);
    if (status != TKZ_OK)
        return status;
    return tkz__frame_reader_new(&p->reader, domain_of(p)->paths, domain_of(p)->path_count,
                                 evaluation->format, 0, 0, memory, error);
}

static void close_pass(pass *p)
{
    const tkz_allocator *memory = &p->evaluation->allocator;
    size_t models = p->evaluation->what->model_count;
    tkz__frame_reader_free(p->reader);
    for (uint32_t i = 0; p->workers != NULL && i < p->worker_count; i++)
        free_worker(p->evaluation, &p->workers[i]);
    for (size_t i = 0; p->slots != NULL && i < p->slot_count; i++) {
        if (p->slots[i].frame.bytes.allocator.release != NULL)
            tkz__frame_free(&p->slots[i].frame);
        tkz__release(memory, p->slots[i].lost, models * sizeof *p->slots[i].lost);
    }
    tkz__release(memory, p->workers, p->worker_count * sizeof *p->workers);
    tkz__release(memory, p->slots, p->slot_count * sizeof *p->slots);
    tkz__release(memory, p->slot_pointers, p->slot_count * sizeof *p->slot_pointers);
}

/* ---- After the last frame --------------------------------------------------------- */

static void add_worker(tkz__evaluation *evaluation, const worker *w)
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

tkz_status tkz__evaluate_domain(tkz__evaluation *evaluation, tkz_error *error)
{
    pass p = {.evaluation = evaluation};
    tkz_status status = open_pass(&p, error);
    if (status == TKZ_OK) {
        tkz__ordered_steps steps = {&p, produce, work, consume};
        status = tkz__ordered_run(evaluation->executor, &steps, p.slot_pointers, p.slot_count,
                                  error);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < p.worker_count; i++)
        add_worker(evaluation, &p.workers[i]);
    if (status == TKZ_OK && evaluation->text.documents == 0)
        status = tkz__error_set(error, TKZ_STATUS_EMPTY_INPUT, domain_of(&p)->paths[0],
                                TKZ__NO_OFFSET,
                                "there is no document in domain '%.100s', but %llu bad records; "
                                "name files with texts, and their member with --text-key",
                                domain_of(&p)->name, (unsigned long long)evaluation->bad);
    close_pass(&p);
    return status;
}
