/* SPDX-License-Identifier: Apache-2.0
 *
 * What every suite shares: the failing allocator, scratch directories, a seeded
 * random source. Leans on Check and on the inside of the library.
 */
#ifndef TKZ_TESTS_TESTING_H
#define TKZ_TESTS_TESTING_H

#include "config.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "tokenize/base.h"

/* Sanitizers make everything some ten times slower: long loops are that much shorter there. */
#ifdef TKZ_SANITIZED
enum { TEST_SHORTER = 10 };
#else
enum { TEST_SHORTER = 1 };
#endif

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
