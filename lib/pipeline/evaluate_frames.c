/* SPDX-License-Identifier: Apache-2.0
 *
 * The pass of an evaluation over the texts of one domain: frames are read once and shared out over all
 * threads. Every sum is of whole numbers, so that it is the same however they are shared out. Leans on
 * core's ordered map.
 */
#include <string.h>

#include "core/ordered.h"
#include "pipeline/evaluate_texts.h"

/* ---- Parts ----------------------------------------------------------------- */

typedef struct pass {
    tkz__evaluation *evaluation;
    tkz__frame_reader *reader;
    uint64_t bytes_read; /* of the domain */
    tkz__evaluation_worker *workers;
    uint32_t worker_count;
    tkz__evaluation_slot *slots;
    void **slot_pointers;
    size_t slot_count;
} pass;

static const tkz_evaluated_domain *domain_of(const pass *p)
{
    return &p->evaluation->what->domains[p->evaluation->domain];
}

/* ---- The three parts of the ordered map --------------------------------------- */

static tkz_status produce(void *context, void *item, bool *done, tkz_error *error)
{
    pass *p = context;
    tkz__evaluation_slot *s = item;
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
    return tkz__evaluate_frame(p->evaluation, &p->workers[number], item, error);
}

static tkz_status report_progress(const pass *p, const tkz__evaluation_slot *s, tkz_error *error)
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
    const tkz__evaluation_slot *s = item;
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
        status = tkz__evaluation_worker_init(&p->workers[i], evaluation, error);
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
        tkz__evaluation_worker_free(&p->workers[i], p->evaluation);
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
        tkz__evaluation_add_worker(evaluation, &p.workers[i]);
    if (status == TKZ_OK && evaluation->text.documents == 0)
        status = tkz__error_set(error, TKZ_STATUS_EMPTY_INPUT, domain_of(&p)->paths[0],
                                TKZ__NO_OFFSET,
                                "there is no document in domain '%.100s' (bad records: %llu); "
                                "name files with texts, and their member with --text-key",
                                domain_of(&p)->name, (unsigned long long)evaluation->bad);
    close_pass(&p);
    return status;
}
