/* SPDX-License-Identifier: Apache-2.0
 *
 * Scratch memory of one worker: bump allocation, given back all at once.
 * Leans on memory.
 */
#include "core/arena.h"

enum { ALIGNMENT = 16, BLOCK_SIZE = 256 * 1024, KEEP_SIZE = 1024 * 1024 };

struct tkz__arena_block {
    tkz__arena_block *next;
    size_t capacity;
    _Alignas(ALIGNMENT) uint8_t data[];
};

void tkz__arena_init(tkz__arena *arena, const tkz_allocator *allocator)
{
    arena->first = NULL;
    arena->current = NULL;
    arena->used = 0;
    arena->allocator = tkz__allocator_or_default(allocator);
}

static void release_block(tkz__arena *arena, tkz__arena_block *block)
{
    tkz__release(&arena->allocator, block, sizeof *block + block->capacity);
}

void tkz__arena_free(tkz__arena *arena)
{
    while (arena->first != NULL) {
        tkz__arena_block *next = arena->first->next;
        release_block(arena, arena->first);
        arena->first = next;
    }
    arena->current = NULL;
    arena->used = 0;
}

void tkz__arena_reset(tkz__arena *arena)
{
    size_t kept = 0;
    tkz__arena_block **link = &arena->first;
    while (*link != NULL) {
        tkz__arena_block *block = *link;
        if (kept + block->capacity > KEEP_SIZE) {
            *link = block->next;
            release_block(arena, block);
        } else {
            kept += block->capacity;
            link = &block->next;
        }
    }
    arena->current = arena->first;
    arena->used = 0;
}

void *tkz__arena_allocate(tkz__arena *arena, size_t size)
{
    size_t rounded;
    if (!tkz__size_add(size, ALIGNMENT - 1, &rounded))
        return NULL;
    rounded &= ~(size_t)(ALIGNMENT - 1);

    while (arena->current != NULL && arena->current->capacity - arena->used < rounded) {
        if (arena->current->next == NULL)
            break;
        arena->current = arena->current->next;
        arena->used = 0;
    }
    if (arena->current == NULL || arena->current->capacity - arena->used < rounded) {
        size_t capacity = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;
        size_t total;
        if (!tkz__size_add(sizeof(tkz__arena_block), capacity, &total))
            return NULL;
        tkz__arena_block *block = tkz__allocate(&arena->allocator, total);
        if (block == NULL)
            return NULL;
        block->next = NULL;
        block->capacity = capacity;
        if (arena->current == NULL)
            arena->first = block;
        else
            arena->current->next = block;
        arena->current = block;
        arena->used = 0;
    }
    void *result = arena->current->data + arena->used;
    arena->used += rounded;
    return result;
}
