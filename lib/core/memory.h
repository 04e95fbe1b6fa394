/* SPDX-License-Identifier: Apache-2.0
 *
 * The allocator every object inherits. Thin checked calls around tkz_allocator;
 * sizes travel with every call so that a counting allocator needs no headers.
 */
#ifndef TKZ_CORE_MEMORY_H
#define TKZ_CORE_MEMORY_H

#include "core/error.h"

/* The allocator to use for a constructor's argument: a copy, or malloc's for NULL. */
tkz_allocator tkz__allocator_or_default(const tkz_allocator *allocator);

/* All return NULL when memory is out or the size overflows. Size 0 gives a
 * valid block of 1 byte; release with the same size (0) is right. */
void *tkz__allocate(const tkz_allocator *allocator, size_t size);
void *tkz__allocate_zeroed(const tkz_allocator *allocator, size_t size);
void *tkz__allocate_array(const tkz_allocator *allocator, size_t count, size_t item_size);
void *tkz__reallocate_array(const tkz_allocator *allocator, void *block, size_t old_count,
                            size_t new_count, size_t item_size);
void tkz__release(const tkz_allocator *allocator, void *block, size_t size); /* NULL is fine */
void tkz__release_array(const tkz_allocator *allocator, void *block, size_t count,
                        size_t item_size);

/* A table that is read here and there all the time, zeroed, in large pages where the system has them; it
 * begins at a multiple of 2 MiB. NULL when memory is out. Release `*block` with
 * tkz__table_block_size(size). */
void *tkz__allocate_table(const tkz_allocator *allocator, size_t size, void **block);
size_t tkz__table_block_size(size_t size);

/* A NUL-terminated copy of `size` bytes; release with size + 1. */
char *tkz__duplicate(const tkz_allocator *allocator, const void *data, size_t size);

/* Grows an array to hold `needed` items by at least half its size: `*capacity` and `*array`
 * change only on success. What comes to 8 MiB or more at once is in large pages where the system has
 * them. */
tkz_status tkz__array_reserve(const tkz_allocator *allocator, void **array, size_t *capacity,
                              size_t needed, size_t item_size, tkz_error *error);

#endif
