/* SPDX-License-Identifier: Apache-2.0
 *
 * The ordered, bounded parallel map. Leans on the executor and POSIX threads.
 * Every thread plays all three parts: it takes the next item, works on it, and
 * hands on whatever is finished and next in line. So there is no thread that
 * only waits, and one thread alone runs the same code.
 */
#include "core/ordered.h"

#include <pthread.h>
#include <string.h>

typedef enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_DONE } slot_state;

typedef struct slot {
    slot_state state;
    tkz_status status;
    tkz_error error;
} slot;

typedef struct ordered_run {
    const tkz__ordered_steps *steps;
    void **items;
    slot *slots;
    size_t slot_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t next_produce; /* sequence number of the next item */
    uint64_t next_consume;
    bool producing; /* a thread is in produce */
    bool consuming; /* a thread is in consume */
    bool ended;     /* nothing more is produced: end of input or failure */
    tkz_status status; /* of the first failure in item order */
    tkz_error error;
} ordered_run;

static bool finished(const ordered_run *run)
{
    return run->status != TKZ_OK || (run->ended && run->next_consume == run->next_produce);
}

/* Consumes what is next in line; called and left with the lock held. */
static void drain(ordered_run *run)
{
    while (!run->consuming && run->status == TKZ_OK && run->next_consume < run->next_produce) {
        size_t index = (size_t)(run->next_consume % run->slot_count);
        slot *s = &run->slots[index];
        if (s->state != SLOT_DONE)
            return;
        if (s->status == TKZ_OK) {
            run->consuming = true;
            pthread_mutex_unlock(&run->lock);
            s->status = run->steps->consume(run->steps->context, run->items[index], &s->error);
            pthread_mutex_lock(&run->lock);
            run->consuming = false;
        }
        if (s->status != TKZ_OK) {
            run->status = s->status;
            run->error = s->error;
            run->ended = true;
        } else {
            s->state = SLOT_FREE;
            run->next_consume++;
        }
        pthread_cond_broadcast(&run->changed);
    }
}

/* Takes the next item from the source; called and left with the lock held. A
 * failure to produce becomes a failed item, so that it keeps its place in line. */
static bool produce_next(ordered_run *run, size_t *index)
{
    *index = (size_t)(run->next_produce % run->slot_count);
    slot *s = &run->slots[*index];
    bool done = false;
    run->producing = true;
    pthread_mutex_unlock(&run->lock);
    tkz_error_clear(&s->error);
    tkz_status status =
        run->steps->produce(run->steps->context, run->items[*index], &done, &s->error);
    pthread_mutex_lock(&run->lock);
    run->producing = false;
    if (done || status != TKZ_OK)
        run->ended = true;
    if (done && status == TKZ_OK) {
        pthread_cond_broadcast(&run->changed);
        return false;
    }
    s->status = status;
    s->state = status == TKZ_OK ? SLOT_BUSY : SLOT_DONE;
    run->next_produce++;
    pthread_cond_broadcast(&run->changed);
    return status == TKZ_OK;
}

static void worker_task(void *argument, uint32_t worker)
{
    ordered_run *run = argument;
    pthread_mutex_lock(&run->lock);
    while (!finished(run)) {
        size_t index;
        drain(run);
        if (finished(run))
            break;
        bool room = run->next_produce - run->next_consume < run->slot_count;
        if (run->ended || run->producing || !room) {
            pthread_cond_wait(&run->changed, &run->lock);
            continue;
        }
        if (!produce_next(run, &index))
            continue;
        slot *s = &run->slots[index];
        pthread_mutex_unlock(&run->lock);
        tkz_error error;
        tkz_error_clear(&error);
        tkz_status status =
            run->steps->work(run->steps->context, run->items[index], worker, &error);
        pthread_mutex_lock(&run->lock);
        s->status = status;
        s->error = error;
        s->state = SLOT_DONE;
        pthread_cond_broadcast(&run->changed);
        drain(run);
    }
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

tkz_status tkz__ordered_run(const tkz_executor *executor, const tkz__ordered_steps *steps,
                            void **items, size_t item_count, tkz_error *error)
{
    uint32_t width = executor != NULL ? executor->width : 1;
    if (item_count < width || item_count == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "%zu items cannot feed %u workers", item_count, width);

    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    slot *slots = tkz__allocate_array(&allocator, item_count, sizeof *slots);
    if (slots == NULL)
        return tkz__error_memory(error, item_count * sizeof *slots);
    memset(slots, 0, item_count * sizeof *slots);

    ordered_run run = {.steps = steps, .items = items, .slots = slots, .slot_count = item_count};
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.changed, NULL);
    tkz_status status = TKZ_OK;
    if (executor != NULL)
        status = executor->run(executor->context, width, worker_task, &run);
    else
        worker_task(&run, 0);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    tkz__release_array(&allocator, slots, item_count, sizeof *slots);

    if (status != TKZ_OK)
        return tkz__error_set(error, status, NULL, TKZ__NO_OFFSET, "the executor failed");
    if (run.status != TKZ_OK && error != NULL)
        *error = run.error;
    return run.status;
}
