/* SPDX-License-Identifier: Apache-2.0
 *
 * The ready executor: a fixed set of threads, created and joined explicitly.
 * Leans on POSIX threads. The caller of `run` works as one of them.
 */
#define _GNU_SOURCE /* CPU_COUNT */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#include "core/memory.h"

enum { MAXIMUM_THREADS = 1024 };

struct tkz_pool {
    tkz_allocator allocator;
    tkz_executor executor;
    uint32_t thread_count;   /* including the caller */
    pthread_t *threads;      /* thread_count - 1 */
    uint32_t started;
    pthread_mutex_t lock;
    pthread_cond_t wake;     /* a job came, or the pool ends */
    pthread_cond_t idle;     /* a job's last task ended */
    void (*task)(void *argument, uint32_t index);
    void *argument;
    uint32_t task_count;
    uint32_t next_task;
    uint32_t running;
    bool busy;
    bool ending;
};

/* Runs tasks of the present job until none is left; lock held on entry and exit. */
static void run_tasks(tkz_pool *pool)
{
    while (pool->next_task < pool->task_count) {
        uint32_t index = pool->next_task++;
        pool->running++;
        pthread_mutex_unlock(&pool->lock);
        pool->task(pool->argument, index);
        pthread_mutex_lock(&pool->lock);
        pool->running--;
    }
    if (pool->running == 0)
        pthread_cond_broadcast(&pool->idle);
}

static void *thread_main(void *argument)
{
    tkz_pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (pool->next_task < pool->task_count)
            run_tasks(pool);
        else
            pthread_cond_wait(&pool->wake, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static tkz_status pool_run(void *context, uint32_t count,
                           void (*task)(void *argument, uint32_t index), void *argument)
{
    tkz_pool *pool = context;
    if (count > pool->thread_count)
        return TKZ_STATUS_INVALID_ARGUMENT;
    pthread_mutex_lock(&pool->lock);
    if (pool->busy) {
        pthread_mutex_unlock(&pool->lock);
        return TKZ_STATUS_BUSY;
    }
    pool->busy = true;
    pool->task = task;
    pool->argument = argument;
    pool->next_task = 0;
    pool->task_count = count;
    pthread_cond_broadcast(&pool->wake);
    run_tasks(pool);
    while (pool->running > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    pool->task_count = 0;
    pool->next_task = 0;
    pool->busy = false;
    pthread_mutex_unlock(&pool->lock);
    return TKZ_OK;
}

void tkz_pool_free(tkz_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t i = 0; i < pool->started; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    tkz_allocator allocator = pool->allocator;
    tkz__release_array(&allocator, pool->threads, pool->thread_count - 1, sizeof *pool->threads);
    tkz__release(&allocator, pool, sizeof *pool);
}

tkz_status tkz_pool_new(tkz_pool **pool, uint32_t thread_count, const tkz_allocator *allocator,
                        tkz_error *error)
{
    *pool = NULL;
    if (thread_count < 1 || thread_count > MAXIMUM_THREADS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "threads", TKZ__NO_OFFSET,
                              "%u threads asked for; a pool has 1 to %d", thread_count,
                              MAXIMUM_THREADS);
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_pool *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->thread_count = thread_count;
    made->threads = tkz__allocate_array(&memory, thread_count - 1, sizeof *made->threads);
    if (made->threads == NULL) {
        tkz__release(&memory, made, sizeof *made);
        return tkz__error_memory(error, thread_count * sizeof *made->threads);
    }
    made->executor = (tkz_executor){made, thread_count, pool_run};
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wake, NULL);
    pthread_cond_init(&made->idle, NULL);
    while (made->started < thread_count - 1) {
        int result = pthread_create(&made->threads[made->started], NULL, thread_main, made);
        if (result != 0) {
            tkz__error_system(error, "threads", "start a thread", result);
            tkz_pool_free(made);
            return TKZ_STATUS_THREAD;
        }
        made->started++;
    }
    *pool = made;
    return TKZ_OK;
}

const tkz_executor *tkz_pool_executor(tkz_pool *pool)
{
    return &pool->executor;
}

uint32_t tkz_processor_count(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (uint32_t)CPU_COUNT(&set);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (uint32_t)count : 1;
}
