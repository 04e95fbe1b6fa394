/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling in a caller's tkz_error, and the checked arithmetic whose failures
 * it reports. Leans on nothing.
 */
#ifndef TKZ_CORE_ERROR_H
#define TKZ_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tokenize/base.h"

#define TKZ__NO_OFFSET UINT64_MAX

/* Fills `error` (may be NULL) and returns `status`, so that a failing function
 * can end in `return tkz__error_set(...)`. `where` may be NULL. The text is cut
 * at a UTF-8 character border if it is too long. */
tkz_status tkz__error_set(tkz_error *error, tkz_status status, const char *where, uint64_t offset,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same for a failed system call: picks NO_SPACE, OPEN_FAILED, OUT_OF_MEMORY or IO by
 * `error_number` and adds its text. `what` says what was tried ("write", "open"). */
tkz_status tkz__error_system(tkz_error *error, const char *where, const char *what,
                             int error_number);

/* Reports a failed allocation of `size` bytes. */
tkz_status tkz__error_memory(tkz_error *error, size_t size);

/* sum = a + b, product = a * b; false on overflow. */
static inline bool tkz__size_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}
static inline bool tkz__size_multiply(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

#endif
