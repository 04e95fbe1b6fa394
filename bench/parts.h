/* SPDX-License-Identifier: Apache-2.0
 *
 * How work on parts scales with threads, beside a loop that touches no memory. The parts are
 * worked on one after the other by one thread, then at the same time; the loop does the same, so that
 * what the machine gives to two threads is seen in the same seconds. Work that is short is done several
 * times by each thread: threads that had 15 ms to do seemed to lose a third, though their processor seconds did not grow. Rounds
 * take turns; the best of each counts. Leans on POSIX threads.
 */
#ifndef BENCH_PARTS_H
#define BENCH_PARTS_H

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "bench/records.h"

enum { BENCH_MOST_THREADS = 256, BENCH_ROUNDS = 5 };
#define BENCH_LEAST_SECONDS 0.4 /* of all parts, one after the other */

typedef struct bench_part {
    void *shared; /* what the work is done with */
    const char *data;
    size_t size;
    unsigned number, count; /* this part is the texts that bench_deal gives `number` of `count` */
    uint64_t result;        /* what the work came to */
    void *(*work)(void *part);
    unsigned repeats; /* of the work */
} bench_part;

/* Whose the next text is. All zero at first. */
typedef struct bench_dealer {
    uint64_t sizes[BENCH_MOST_THREADS];
} bench_dealer;

/* The part with the fewest bytes so far: in turns, parts of 100 MB of literature differ by 4 %, which two
 * threads would seem to lose. */
static inline unsigned bench_deal(bench_dealer *dealer, unsigned count, size_t size)
{
    unsigned least = 0;
    for (unsigned i = 1; i < count; i++)
        least = dealer->sizes[i] < dealer->sizes[least] ? i : least;
    dealer->sizes[least] += size;
    return least;
}

/* xorshift64: each step waits for the one before it. */
static inline void *bench_compute(void *argument)
{
    bench_part *own = argument;
    uint64_t state = own->number + 1;
    for (uint64_t i = 0; i < UINT64_C(100000000); i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    own->result = state;
    return NULL;
}

static inline void *bench_repeat(void *argument)
{
    bench_part *own = argument;
    for (unsigned i = 0; i < own->repeats; i++)
        own->work(own);
    return NULL;
}

/* Seconds of all parts, one after the other or at the same time; `processor`: of all threads. */
static inline double bench_run_parts(void *(*work)(void *), unsigned repeats, bench_part *parts, unsigned count,
                                     int together, double *processor)
{
    pthread_t threads[BENCH_MOST_THREADS];
    double start = bench_seconds(CLOCK_MONOTONIC), processor_start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned i = 0; i < count; i++) {
        parts[i].work = work;
        parts[i].repeats = repeats;
        if (pthread_create(&threads[i], NULL, bench_repeat, &parts[i]) != 0)
            bench_fail("thread", "cannot start");
        if (!together)
            pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; together && i < count; i++)
        pthread_join(threads[i], NULL);
    *processor = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - processor_start;
    return bench_seconds(CLOCK_MONOTONIC) - start;
}

static inline void bench_keep_best(double *best, double seconds)
{
    if (*best == 0 || seconds < *best)
        *best = seconds;
}

/* Deals the texts of `data` out into as many parts as threads, and prints one JSON line. "processor" is what the seconds of
 * all threads grow to when they work at the same time: more than 1 where they wait for memory or for each other. */
static inline void bench_scale(void *(*work)(void *), void *shared, const char *data, size_t size,
                               int threads, int rounds)
{
    if (threads < 1 || threads > BENCH_MOST_THREADS || rounds < 1)
        bench_fail("usage", "1 to 256 threads, 1 or more rounds");
    unsigned count = (unsigned)threads;
    bench_part parts[BENCH_MOST_THREADS];
    for (unsigned i = 0; i < count; i++)
        parts[i] = (bench_part){shared, data, size, i, count, 0, NULL, 1};
    double worked[2] = {0}, computed[2] = {0}, processor[2] = {0}, spent;
    double once = bench_run_parts(work, 1, parts, count, 0, &spent);
    unsigned repeats = once < BENCH_LEAST_SECONDS ? (unsigned)(BENCH_LEAST_SECONDS / once) + 1 : 1;
    for (int round = 0; round < rounds; round++) {
        for (int together = 0; together < 2; together++) {
            bench_keep_best(&worked[together], bench_run_parts(work, repeats, parts, count, together, &spent) / repeats);
            bench_keep_best(&processor[together], spent / repeats);
            bench_keep_best(&computed[together], bench_run_parts(bench_compute, 1, parts, count, together, &spent));
        }
    }
    double working = worked[0] / worked[1], computing = computed[0] / computed[1];
    printf("{\"threads\":%u,\"bytes\":%zu,\"mb_per_second\":[%.1f,%.1f],\"working\":%.3f,"
           "\"computing\":%.3f,\"of_computing\":%.3f,\"processor\":%.3f}\n",
           count, size, (double)size / worked[0] / 1e6, (double)size / worked[1] / 1e6, working,
           computing, working / computing, processor[1] / processor[0]);
}

#endif
