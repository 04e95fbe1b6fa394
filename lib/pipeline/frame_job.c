/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens to one frame in one pass. Leans on the rooms below. A document is
 * read once, goes through the steps the pass asks for, and its lines are gathered
 * in the item; the frame's texts are encoded together at the end.
 */
#include "pipeline/frame_job.h"

#include <stdio.h>
#include <string.h>

#include "dedup/exact.h"
#include "pipeline/job_lines.h"
#include "tokenize/text.h"

/* ---- Items and workers --------------------------------------------------- */

static void section_init(tkz__section *section, const tkz_allocator *allocator)
{
    tkz__buffer_init(&section->content, allocator);
    tkz__buffer_init(&section->stored, allocator);
    section->records = 0;
}

static void section_clear(tkz__section *section)
{
    tkz__buffer_clear(&section->content);
    tkz__buffer_clear(&section->stored);
    section->records = 0;
}

static void section_free(tkz__section *section)
{
    tkz__buffer_free(&section->content);
    tkz__buffer_free(&section->stored);
}

void tkz__job_item_init(tkz__job_item *item, const tkz_allocator *allocator)
{
    memset(item, 0, sizeof *item);
    tkz__frame_init(&item->frame, allocator);
    tkz__buffer_init(&item->signatures, allocator);
    tkz__buffer_init(&item->staged, allocator);
    section_init(&item->text, allocator);
    section_init(&item->rejects, allocator);
    section_init(&item->bad, allocator);
    section_init(&item->scores, allocator);
    tkz__buffer_init(&item->ids, allocator);
    tkz__buffer_init(&item->offsets, allocator);
    tkz__buffer_init(&item->ids_text, allocator);
}

void tkz__job_item_free(tkz__job_item *item)
{
    tkz__frame_free(&item->frame);
    tkz__buffer_free(&item->signatures);
    tkz__buffer_free(&item->staged);
    section_free(&item->text);
    section_free(&item->rejects);
    section_free(&item->bad);
    section_free(&item->scores);
    tkz__buffer_free(&item->ids);
    tkz__buffer_free(&item->offsets);
    tkz__buffer_free(&item->ids_text);
    tkz__statistics_free(&item->statistics);
}

static void clear_results(tkz__job_item *item)
{
    tkz__buffer_clear(&item->signatures);
    tkz__buffer_clear(&item->staged);
    item->staged_count = 0;
    section_clear(&item->text);
    section_clear(&item->rejects);
    section_clear(&item->bad);
    section_clear(&item->scores);
    tkz__buffer_clear(&item->ids);
    tkz__buffer_clear(&item->offsets);
    item->encoded = 0;
    tkz__buffer_clear(&item->ids_text);
    tkz__tally_clear(&item->tally);
    tkz__statistics_clear(&item->statistics);
}

tkz_status tkz__job_worker_init(tkz__job_worker *worker, const tkz__job_context *context,
                                uint32_t number, tkz_error *error)
{
    const tkz_allocator *memory = &context->allocator;
    const tkz__pass *pass = context->pass;
    tkz_status status = TKZ_OK;

    memset(worker, 0, sizeof *worker);
    worker->number = number;
    tkz__arena_init(&worker->arena, memory);
    tkz__buffer_init(&worker->block, memory);
    tkz__buffer_init(&worker->texts, memory);
    tkz__buffer_init(&worker->borders, memory);
    tkz__buffer_init(&worker->held, memory);
    tkz__buffer_init(&worker->sources, memory);
    tkz__buffer_init(&worker->refused, memory);
    tkz__buffer_init(&worker->names, memory);
    tkz__buffer_init(&worker->name_borders, memory);
    if (context->normal_form != NULL)
        status = tkz_normalizer_new(&worker->normalizer, context->normal_form, memory, error);
    if (status == TKZ_OK && context->editors != NULL)
        status = tkz_normalizer_new(&worker->editor, context->editors, memory, error);
    if (status == TKZ_OK && tkz_normal_form_needs_words(context->editors) != NULL)
        status = tkz_normalizer_set_words(worker->editor, context->filter_words, error);
    if (status == TKZ_OK && context->filters != NULL)
        status = tkz_cleaner_new(&worker->cleaner, context->filters, memory, error);
    if (status == TKZ_OK && worker->cleaner != NULL && context->filter_words != NULL)
        status = tkz_cleaner_set_words(worker->cleaner, context->filter_words, error);
    if (status == TKZ_OK && pass->encode)
        status = tkz_encoder_new(&worker->encoder, context->tokenizer, memory, error);
    if (status == TKZ_OK && pass->encode) {
        tkz_encoder_allow_special(worker->encoder, context->recipe->take_special);
        tkz_encoder_add_template(worker->encoder, context->recipe->add_template);
        status = tkz_encoder_set_dropout(worker->encoder, context->recipe->dropout,
                                         context->recipe->encode_seed, error);
    }
    if (status == TKZ_OK && pass->encode && context->words != NULL)
        status = tkz_encoder_set_boundaries(worker->encoder, context->words, error);
    if (status == TKZ_OK && pass->encode && context->recipe->sampling)
        status = tkz_encoder_set_sampling(worker->encoder, context->recipe->candidates,
                                          context->recipe->alpha, context->recipe->encode_seed,
                                          error);
    if (status == TKZ_OK && pass->count && context->dictionary != NULL)
        status = tkz__word_borders_new(&worker->boundaries, context->dictionary, memory, error);
    if (status == TKZ_OK && pass->stage)
        status = tkz__frame_compressor_new(&worker->fast_compressor, 1, memory, error);
    if (status == TKZ_OK && (context->compress || context->compress_text_stream || context->compress_rejects_stream))
        status = tkz__frame_compressor_new(&worker->compressor,
                                           context->compress ? context->recipe->text_level : TKZ__ZSTD_LEVEL,
                                           memory, error);
    if (status != TKZ_OK)
        tkz__job_worker_free(worker);
    return status;
}

void tkz__job_worker_free(tkz__job_worker *worker)
{
    if (worker->arena.allocator.release == NULL)
        return; /* never made */
    tkz_normalizer_free(worker->normalizer);
    tkz_normalizer_free(worker->editor);
    tkz_cleaner_free(worker->cleaner);
    tkz_encoder_free(worker->encoder);
    tkz__word_borders_free(&worker->boundaries);
    tkz__frame_compressor_free(worker->fast_compressor);
    tkz__frame_compressor_free(worker->compressor);
    tkz__buffer_free(&worker->block);
    tkz__buffer_free(&worker->texts);
    tkz__buffer_free(&worker->borders);
    tkz__buffer_free(&worker->held);
    tkz__buffer_free(&worker->sources);
    tkz__buffer_free(&worker->refused);
    tkz__buffer_free(&worker->names);
    tkz__buffer_free(&worker->name_borders);
    tkz__arena_free(&worker->arena);
    memset(worker, 0, sizeof *worker);
}

/* ---- One document -------------------------------------------------------- */

/* The things every step needs. */
typedef struct job {
    const tkz__job_context *context;
    tkz__job_worker *worker;
    tkz__job_item *item;
    tkz__input_format format;
    tkz__record_options options;
    uint64_t next_kept; /* documents that came to `keep` so far */
    tkz_error *error;
} job;

static const char *source_name(const job *j, const tkz__document *document)
{
    return j->context->recipe->paths[document->source];
}

static tkz_status reject(job *j, const tkz__document *document, const tkz_verdict *verdict)
{
    tkz_status status = tkz__tally_drop(&j->item->tally, verdict->reason, j->error);
    if (status != TKZ_OK || !j->context->keep_rejects)
        return status;
    j->item->rejects.records++;
    tkz__evidence evidence = {NULL, 0};
    if (verdict->filter_index != TKZ__NO_FILTER)
        status = tkz_cleaner_evidence(j->worker->cleaner, verdict->filter_index, &evidence.text, &evidence.size,
                                      j->error);
    if (status != TKZ_OK)
        return status;
    return tkz__append_reject_line(&j->item->rejects.content, document, j->format,
                                   source_name(j, document), verdict, &evidence, j->error);
}

static tkz_status quarantine(job *j, const tkz__document *document)
{
    tkz__bad_sample sample = {.source = document->source,
                              .line = document->line,
                              .offset = document->offset};
    snprintf(sample.reason, sizeof sample.reason, "%s", document->reason);
    snprintf(sample.message, sizeof sample.message, "%.150s", document->error.message);
    tkz_status status = tkz__tally_bad(&j->item->tally, &sample, j->error);
    if (status != TKZ_OK || !j->context->keep_bad)
        return status;
    j->item->bad.records++;
    return tkz__append_bad_line(&j->item->bad.content, document, source_name(j, document),
                                j->error);
}

/* What an earlier attempt at this frame learned of its `index`th kept document; NULL: it can be
 * encoded. */
static const tkz__refused_text *find_refused(const tkz__job_worker *worker, uint64_t index)
{
    const tkz__refused_text *texts = (const void *)worker->refused.data;
    size_t low = 0, high = worker->refused.size / sizeof *texts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (texts[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < worker->refused.size / sizeof *texts && texts[low].index == index;
    return found ? &texts[low] : NULL;
}

/* Held out documents are chosen by their content, so that neither order nor sharding matters. */
static bool held_out(const tkz__job_context *context, const tkz__document *document)
{
    return context->hold &&
           tkz__hash64(document->text, document->text_size) < context->hold_below;
}

static tkz_status remember_for_encoding(job *j, const tkz__document *document, bool held)
{
    tkz__job_worker *worker = j->worker;
    tkz_status status =
        tkz__buffer_append(&worker->texts, document->text, document->text_size, j->error);
    if (status == TKZ_OK) {
        uint64_t end = worker->texts.size;
        status = tkz__buffer_append(&worker->borders, &end, sizeof end, j->error);
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&worker->held, held, j->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&worker->sources, &document->source, sizeof document->source,
                                    j->error);
    if (status == TKZ_OK && j->context->recipe->ids_json) {
        status = tkz__buffer_append(&worker->names, document->id, document->id_size, j->error);
        uint64_t end = worker->names.size;
        if (status == TKZ_OK)
            status = tkz__buffer_append(&worker->name_borders, &end, sizeof end, j->error);
    }
    return status;
}

static tkz_status count_words(job *j, uint32_t path, const char *text, size_t size)
{
    const tkz__job_context *context = j->context;
    uint32_t source = context->recipe->sources != NULL ? context->recipe->path_sources[path] : 0;
    return tkz__word_counter_add(context->counter, j->worker->number, source, text, size,
                                 context->dictionary != NULL ? &j->worker->boundaries : NULL,
                                 j->error);
}

/* A document that stays, unless it cannot be encoded: whatever the pass does with it. */
static tkz_status keep(job *j, tkz__document *document)
{
    const tkz__refused_text *refused = find_refused(j->worker, j->next_kept++);
    if (refused != NULL) {
        document->reason = "encode_limit";
        document->error = refused->error;
        return quarantine(j, document);
    }
    const tkz__pass *pass = j->context->pass;
    tkz__job_item *item = j->item;
    tkz__tally *tally = &item->tally;
    tkz_status status = TKZ_OK;
    bool held = held_out(j->context, document);

    tally->kept++;
    tally->text_bytes_kept += document->text_size;
    if (pass->last) {
        uint64_t characters = tkz_utf8_count(document->text, document->text_size);
        tally->characters_kept += characters;
        tally->held_documents += held;
        tally->held_characters += held ? characters : 0;
    }
    if (pass->sign) {
        uint8_t signature[TKZ__SIGNATURE_SIZE];
        tkz__exact_signature(document->text, document->text_size, signature);
        status = tkz__buffer_append(&item->signatures, signature, sizeof signature, j->error);
    }
    if (status == TKZ_OK && pass->stage) {
        item->staged_count++;
        status = tkz__staged_block_add(&j->worker->block, document, j->format,
                                       source_name(j, document), j->error);
    }
    if (status == TKZ_OK && pass->count && !pass->encode && !held)
        status = count_words(j, document->source, document->text, document->text_size);
    if (status == TKZ_OK && pass->encode)
        status = remember_for_encoding(j, document, held);
    if (status == TKZ_OK && pass->write) {
        item->text.records++;
        status = tkz__document_write(document, j->format, source_name(j, document),
                                     document->edited, document->edited_size,
                                     &item->text.content, j->error);
    }
    return status;
}

/* ---- From the inputs ----------------------------------------------------- */

/* Takes the text through a chain of steps (NULL: none), and adds what they count to `changes`. A text that
 * comes out as it was stays the raw bytes that it was. */
static tkz_status change(job *j, const tkz_normal_form *form, tkz_normalizer *worker,
                         uint64_t *changes, uint64_t *changed, tkz__document *document)
{
    tkz_normalized result;
    if (worker == NULL)
        return TKZ_OK;
    tkz_status status = tkz_normalizer_run(worker, document->text, document->text_size, 0, &result,
                                           j->error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < tkz_normal_form_count_total(form); i++)
        changes[i] += result.counts[i];
    if (!result.changed)
        return TKZ_OK;
    ++*changed;
    document->text = document->edited = result.text;
    document->text_size = document->edited_size = result.size;
    return TKZ_OK;
}

/* Brings the text to the normal form of the recipe, then through its editors. */
static tkz_status change_text(job *j, tkz__document *document)
{
    const tkz__job_context *context = j->context;
    tkz__tally *tally = &j->item->tally;
    tkz_status status = change(j, context->normal_form, j->worker->normalizer, tally->changes,
                               &tally->normalized, document);
    if (status != TKZ_OK)
        return status;
    size_t first = tkz_normal_form_count_total(context->normal_form);
    return change(j, context->editors, j->worker->editor, tally->changes + first, &tally->edited,
                  document);
}

static tkz_status add_to_statistics(job *j, const tkz__document *document, const double *values,
                                    const tkz_verdict *verdict)
{
    if (j->context->statistics == NULL)
        return TKZ_OK;
    return tkz__statistics_add(&j->item->statistics, document, source_name(j, document),
                               j->format == TKZ__INPUT_JSONL, j->context->filters, values, verdict,
                               &j->worker->arena, j->error);
}

/* Measures everything, whatever it decides, and writes it down. */
static tkz_status judge_by_values(job *j, tkz__document *document, tkz_verdict *verdict)
{
    const tkz_filter_set *filters = j->context->filters;
    size_t count = tkz_filter_set_value_count(filters);
    double *values = tkz__arena_allocate(&j->worker->arena, count * sizeof *values);
    if (values == NULL)
        return tkz__error_memory(j->error, count * sizeof *values);
    tkz_status status = tkz_cleaner_measure(j->worker->cleaner, document->text,
                                            document->text_size, values, j->error);
    if (status != TKZ_OK)
        return status;
    tkz_filter_set_judge(filters, values, verdict);
    status = add_to_statistics(j, document, values, verdict);
    if (status != TKZ_OK || !j->context->keep_scores)
        return status;
    j->item->scores.records++;
    return tkz__append_score_line(&j->item->scores.content, document, source_name(j, document),
                                  j->context->made_with, filters, values, verdict, j->error);
}

/* Tells the filters of the document's URL. */
static tkz_status set_url(job *j, const tkz__document *document)
{
    if (!j->context->needs_url)
        return TKZ_OK;
    j->item->tally.without_url += document->url == NULL;
    return tkz_cleaner_set_url(j->worker->cleaner, document->url, document->url_size, j->error);
}

static tkz_status judge(job *j, tkz__document *document)
{
    j->item->tally.text_bytes_in += document->text_size;
    tkz_status status = change_text(j, document);
    if (status == TKZ_OK)
        status = set_url(j, document);
    if (status != TKZ_OK)
        return status;
    if (j->worker->cleaner == NULL) {
        status = add_to_statistics(j, document, NULL, NULL);
        return status == TKZ_OK ? keep(j, document) : status;
    }
    tkz_verdict verdict;
    if (j->context->keep_scores || j->context->statistics != NULL)
        status = judge_by_values(j, document, &verdict);
    else
        status = tkz_cleaner_judge(j->worker->cleaner, document->text, document->text_size,
                                   &verdict, j->error);
    if (status != TKZ_OK)
        return status;
    return verdict.keep ? keep(j, document) : reject(j, document, &verdict);
}

static void set_keys(job *j, const char *text_key, const char *id_key)
{
    const char *url_key = j->context->needs_url ? j->context->recipe->url_key : NULL;
    j->options = (tkz__record_options){.text_key = text_key,
                                       .text_key_size = strlen(text_key),
                                       .id_key = id_key,
                                       .id_key_size = strlen(id_key),
                                       .url_key = url_key,
                                       .url_key_size = url_key != NULL ? strlen(url_key) : 0,
                                       .surrogates = j->context->recipe->surrogates};
}

static tkz_status run_input_frame(job *j)
{
    const tkz__frame *frame = &j->item->frame;
    tkz__tally *tally = &j->item->tally;
    tkz__frame_cursor cursor;
    tkz__document document;
    bool done = false;

    j->format = frame->format;
    set_keys(j, j->context->recipe->text_key, j->context->recipe->id_key);
    tally->bytes_in = frame->oversized ? frame->oversized_size : frame->bytes.size;
    tally->records_counted = tkz__count_records(frame);
    tkz__frame_cursor_init(&cursor, frame);
    for (;;) {
        tkz__arena_reset(&j->worker->arena);
        tkz_status status = tkz__frame_next(&cursor, &j->options, &j->worker->arena, &document,
                                            &done, j->error);
        if (status != TKZ_OK || done)
            return status;
        tally->documents_in++;
        j->item->statistics.bad += document.kind == TKZ__RECORD_BAD;
        status = document.kind == TKZ__RECORD_BAD ? quarantine(j, &document) : judge(j, &document);
        if (status != TKZ_OK)
            return status;
    }
}

/* ---- From the staged file ------------------------------------------------ */

/* Finds the text in a staged record, which is known to be good. */
static tkz_status read_staged_record(job *j, tkz__document *document)
{
    const char *keys[2] = {j->options.text_key, j->options.id_key};
    size_t sizes[2] = {j->options.text_key_size, j->options.id_key_size};
    tkz__json_field fields[2];
    tkz_status status = tkz__json_scan_object(document->raw, document->raw_size, keys, sizes, 2,
                                              fields, j->error);
    if (status == TKZ_OK && !fields[0].is_string)
        status = tkz__error_set(j->error, TKZ_STATUS_CORRUPT, "staged block", document->offset,
                                "a staged record has no text; run again with --overwrite");
    if (status != TKZ_OK)
        return status;
    document->text_start = fields[0].start;
    document->text_end = fields[0].end;
    status = tkz__json_unescape(document->raw, &fields[0], j->options.surrogates,
                                &j->worker->arena, &document->text, &document->text_size, NULL,
                                j->error);
    if (status == TKZ_OK && fields[1].present && fields[1].is_string)
        status = tkz__json_unescape(document->raw, &fields[1], TKZ__SURROGATES_REPLACE,
                                    &j->worker->arena, &document->id, &document->id_size, NULL,
                                    j->error);
    else if (status == TKZ_OK && fields[1].present) {
        document->id = document->raw + fields[1].start;
        document->id_size = fields[1].end - fields[1].start;
    }
    return status;
}

static tkz_status run_staged_block(job *j)
{
    static const tkz_verdict repeated = {
        .reason = "duplicate", .filter = "exact", .filter_index = TKZ__NO_FILTER};
    const tkz__staged_file *staged = j->context->staged;
    size_t block = (size_t)j->item->block;
    uint64_t index = staged->first_documents[block];
    tkz__staged_cursor cursor;
    tkz__document document;
    bool done;

    j->format = TKZ__INPUT_JSONL;
    tkz__buffer_clear(&j->worker->block);
    tkz_status status = tkz__frame_decompress(
        staged->file.data + staged->starts[block], staged->table.entries[block].stored_size,
        staged->table.entries[block].content_size, &j->worker->block, j->error);
    if (status == TKZ_OK)
        status = tkz__staged_cursor_init(&cursor, j->worker->block.data, j->worker->block.size,
                                         j->error);
    if (status != TKZ_OK)
        return status;
    if (cursor.format == TKZ__INPUT_JSONL)
        set_keys(j, j->context->recipe->text_key, j->context->recipe->id_key);
    else
        set_keys(j, "text", "id");
    while (status == TKZ_OK) {
        tkz__arena_reset(&j->worker->arena);
        status = tkz__staged_cursor_next(&cursor, &document, &done, j->error);
        if (status != TKZ_OK || done)
            break;
        if (document.source >= j->context->recipe->path_count)
            return tkz__error_set(j->error, TKZ_STATUS_CORRUPT, "staged block", document.offset,
                                  "a staged record names no input; run again with --overwrite");
        bool drop =
            j->context->repeated != NULL && tkz__bitmap_get(j->context->repeated, index++);
        status = read_staged_record(j, &document);
        if (status == TKZ_OK)
            status = drop ? reject(j, &document, &repeated) : keep(j, &document);
    }
    return status;
}

/* ---- The whole frame ------------------------------------------------------ */

/* The texts could not be encoded together: remembers which cannot, so that another attempt at the
 * frame puts their documents into quarantine. */
static tkz_status find_failed_texts(job *j)
{
    tkz__job_worker *worker = j->worker;
    const uint64_t *borders = (const uint64_t *)(const void *)worker->borders.data;
    const tkz_batch *batch;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < worker->held.size; i++) {
        tkz__refused_text text = {.index = i};
        tkz_status own =
            tkz_encoder_encode(worker->encoder, (const char *)worker->texts.data, borders + i, 1,
                               &batch, &text.error);
        if (own == TKZ_STATUS_LIMIT)
            status = tkz__buffer_append(&worker->refused, &text, sizeof text, j->error);
        else if (own != TKZ_OK) {
            status = own;
            if (j->error != NULL)
                *j->error = text.error;
        }
    }
    return status;
}

/* Encodes the gathered texts and lays the ids out with the appended token behind each. */
static tkz_status encode_texts(job *j)
{
    tkz__job_worker *worker = j->worker;
    tkz__job_item *item = j->item;
    const tkz_batch *batch;
    size_t count = worker->held.size;
    uint64_t end = 0;
    tkz_status status = tkz__buffer_append(&item->offsets, &end, sizeof end, j->error);
    if (status != TKZ_OK || count == 0)
        return status;

    status = tkz_encoder_encode(worker->encoder, (const char *)worker->texts.data,
                                (const uint64_t *)(void *)worker->borders.data, count, &batch,
                                j->error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        size_t length = (size_t)(batch->offsets[i + 1] - batch->offsets[i]);
        status = tkz__buffer_append(&item->ids, batch->ids + batch->offsets[i],
                                    length * sizeof *batch->ids, j->error);
        if (status == TKZ_OK && j->context->has_append)
            status = tkz__buffer_append(&item->ids, &j->context->append,
                                        sizeof j->context->append, j->error);
        end = item->ids.size / sizeof *batch->ids;
        if (status == TKZ_OK)
            status = tkz__buffer_append(&item->offsets, &end, sizeof end, j->error);
        item->tally.held_tokens += worker->held.data[i] ? length : 0;
    }
    item->encoded = count;
    item->tally.tokens += end;
    if (status == TKZ_OK && j->context->recipe->ids_path != NULL)
        status = tkz__append_ids_lines(&item->ids_text, item, j->context->recipe->ids_json,
                                       &worker->names, &worker->name_borders, j->error);
    return status;
}

static tkz_status compress_section(const job *j, tkz__section *section)
{
    if (!j->context->compress || section->content.size == 0)
        return TKZ_OK;
    return tkz__frame_compress(j->worker->compressor, section->content.data,
                               section->content.size, &section->stored, j->error);
}

/* Lines for a compressed stream: much of them becomes a frame here, so that the thread that writes does not compress for all;
 * little is gathered there, since small frames take more room. What a frame is depends on its lines alone. */
static tkz_status compress_for_stream(const job *j, bool is_compressed, tkz__section *section)
{
    enum { LEAST = 512 * 1024, MOST = 64 * 1024 * 1024 };
    if (!is_compressed || section->content.size < LEAST || section->content.size > MOST)
        return TKZ_OK;
    return tkz__frame_compress(j->worker->compressor, section->content.data,
                               section->content.size, &section->stored, j->error);
}

/* Counts the words of the gathered texts: a pass that encodes too counts only once it is known
 * which documents it keeps. */
static tkz_status count_encoded(job *j)
{
    const tkz__job_worker *worker = j->worker;
    const uint64_t *borders = (const uint64_t *)(const void *)worker->borders.data;
    const uint32_t *sources = (const uint32_t *)(const void *)worker->sources.data;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < worker->held.size; i++) {
        if (!worker->held.data[i])
            status = count_words(j, sources[i], (const char *)worker->texts.data + borders[i],
                                 (size_t)(borders[i + 1] - borders[i]));
    }
    return status;
}

/* One attempt at the frame, from clear results to texts encoded. */
static tkz_status attempt(job *j)
{
    const tkz__pass *pass = j->context->pass;
    tkz__job_worker *worker = j->worker;
    uint64_t zero = 0;
    tkz_status status = TKZ_OK;

    clear_results(j->item);
    tkz__buffer_clear(&worker->texts);
    tkz__buffer_clear(&worker->borders);
    tkz__buffer_clear(&worker->held);
    tkz__buffer_clear(&worker->sources);
    tkz__buffer_clear(&worker->names);
    tkz__buffer_clear(&worker->name_borders);
    j->next_kept = 0;
    if (pass->encode)
        status = tkz__buffer_append(&worker->borders, &zero, sizeof zero, j->error);
    if (status == TKZ_OK && pass->stage)
        status = tkz__staged_block_begin(&worker->block, &j->item->frame, j->error);
    if (status == TKZ_OK)
        status = pass->from_staged ? run_staged_block(j) : run_input_frame(j);
    if (status == TKZ_OK && pass->stage)
        status = tkz__frame_compress(worker->fast_compressor, worker->block.data,
                                     worker->block.size, &j->item->staged, j->error);
    if (status == TKZ_OK && pass->encode)
        status = encode_texts(j);
    if (status == TKZ_OK && pass->encode && pass->count)
        status = count_encoded(j);
    return status;
}

tkz_status tkz__job_run(const tkz__job_context *context, tkz__job_worker *worker,
                        tkz__job_item *item, tkz_error *error)
{
    job j = {.context = context, .worker = worker, .item = item, .error = error};
    tkz__buffer_clear(&worker->refused);
    tkz_status status = attempt(&j);
    if (status == TKZ_STATUS_LIMIT && context->pass->encode && worker->held.size > 0) {
        tkz_error first = error != NULL ? *error : (tkz_error){0};
        tkz_status found = find_failed_texts(&j);
        if (found != TKZ_OK)
            status = found;
        else if (worker->refused.size > 0)
            status = attempt(&j);
        else if (error != NULL)
            *error = first;
    }
    if (status == TKZ_OK)
        status = compress_section(&j, &item->text);
    if (status == TKZ_OK)
        status = compress_section(&j, &item->rejects);
    if (status == TKZ_OK)
        status = compress_section(&j, &item->bad);
    if (status == TKZ_OK)
        status = compress_for_stream(&j, context->compress_text_stream, &item->text);
    if (status == TKZ_OK)
        status = compress_for_stream(&j, context->compress_rejects_stream, &item->rejects);
    return status;
}
