/* SPDX-License-Identifier: Apache-2.0
 *
 * Scratch memory of one worker: bump allocation, given back all at once.
 * Leans on memory.
 */
#ifndef TKZ_CORE_ARENA_H
#define TKZ_CORE_ARENA_H

#include "core/memory.h"

typedef struct tkz__arena_block tkz__arena_block;

typedef struct tkz__arena {
    tkz__arena_block *first; /* blocks in order of use, kept over resets */
    tkz__arena_block *current;
    size_t used; /* bytes used in `current` */
    tkz_allocator allocator;
} tkz__arena;

void tkz__arena_init(tkz__arena *arena, const tkz_allocator *allocator); /* allocates nothing */
void tkz__arena_free(tkz__arena *arena);

/* Forgets everything allocated; keeps up to 1 MiB for the next document and gives larger
 * blocks back, so that one huge document does not hold its memory for ever. */
void tkz__arena_reset(tkz__arena *arena);

/* 16-byte aligned, not zeroed; NULL when memory is out. Valid until reset or free. */
void *tkz__arena_allocate(tkz__arena *arena, size_t size);

#endif
