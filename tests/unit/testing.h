/* SPDX-License-Identifier: Apache-2.0
 *
 * What every suite shares: the failing allocator, scratch directories, a seeded
 * random source. Leans on Check and on the inside of the library.
 */
#ifndef TKZ_TESTS_TESTING_H
#define TKZ_TESTS_TESTING_H

#include "config.h"

#include <check.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tokenize/base.h"

/* Sanitizers make everything some ten times slower: long loops are that much shorter there. */
#ifdef TKZ_SANITIZED
enum { TEST_SHORTER = 10 };
#else
enum { TEST_SHORTER = 1 };
#endif

/* Where an assertion stands. */
typedef struct test_place {
    const char *file;
    int line;
    atomic_bool told; /* to Check, by this process */
} test_place;

extern _Atomic(test_place *) test_last_place;

void test_tell_place(test_place *place);

/* An assertion held. Check would write each into a file, by a call of the system, to say after a crash where that
 * happened: in loops that took half of all time. A place is told when it is reached first, and the last
 * one when a signal ends the process. */
static inline void test_passed(test_place *place)
{
    atomic_store_explicit(&test_last_place, place, memory_order_relaxed);
    if (!atomic_load_explicit(&place->told, memory_order_relaxed))
        test_tell_place(place);
}

/* All assertions of Check are made of this one. */
#undef ck_assert_msg
#define ck_assert_msg(expr, ...)                                                                  \
    ((expr) ? ({                                                                                  \
        static test_place place_ = {.file = __FILE__, .line = __LINE__};                          \
        test_passed(&place_);                                                                     \
    })                                                                                            \
            : _ck_assert_failed(__FILE__, __LINE__, "Assertion '" #expr "' failed", ##__VA_ARGS__))

/* Called before the suites run: tells Check where a signal struck. */
void test_watch_signals(void);

/* Counts blocks and bytes in use, and fails the allocation number `fail_at` (from 1; 0: none).
 * Checks that sizes given to release and reallocate are those of the allocation. */
typedef struct test_memory {
    tkz_allocator allocator; /* to hand to constructors */
    uint64_t requests;       /* allocations and reallocations asked for */
    uint64_t fail_at;
    int64_t blocks; /* in use */
    int64_t bytes;
} test_memory;

void test_memory_init(test_memory *memory);

/* Calls `attempt` with an allocator that fails at its 1st, 2nd, 3rd ... request until it succeeds.
 * `attempt` makes and frees something and returns its status; every failure must be OUT_OF_MEMORY
 * and leave no block behind. */
void test_all_allocation_failures(tkz_status (*attempt)(void *context,
                                                        const tkz_allocator *allocator),
                                  void *context);

/* A new empty directory; the path is kept in `path` (at least 64 bytes). test_remove_tree deletes
 * it. */
void test_make_directory(char *path, size_t capacity);
void test_remove_tree(const char *path);

/* Writes a file; reads one whole (NUL-terminated, free() it). */
void test_write_file(const char *path, const void *data, size_t size);
char *test_read_file(const char *path, size_t *size);

/* xorshift64*; never 0 as state. */
uint64_t test_random(uint64_t *state);

#define ck_assert_status(call)                                                                    \
    do {                                                                                          \
        tkz_status status_ = (call);                                                              \
        ck_assert_msg(status_ == TKZ_OK, "%s: %s", #call, tkz_status_name(status_));              \
    } while (0)

#endif
