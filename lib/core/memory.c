/* SPDX-License-Identifier: Apache-2.0
 *
 * The allocator every object inherits; malloc behind the default. Leans on error.
 */
#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    LARGE_PAGE = 2 << 20, /* bytes: x86-64; ARM64 with pages of 4 KiB */
    LARGE_ARRAY = 8 << 20 /* bytes that are worth them: the last page may be all but empty */
};

static void *default_allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void *default_reallocate(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    return realloc(block, new_size);
}

static void default_release(void *context, void *block, size_t size)
{
    (void)context;
    (void)size;
    free(block);
}

tkz_allocator tkz__allocator_or_default(const tkz_allocator *allocator)
{
    static const tkz_allocator standard = {NULL, default_allocate, default_reallocate,
                                           default_release};
    return allocator != NULL ? *allocator : standard;
}

/* Zero-sized requests take one byte, so that NULL always means failure. */
static size_t real_size(size_t size)
{
    return size == 0 ? 1 : size;
}

void *tkz__allocate(const tkz_allocator *allocator, size_t size)
{
    return allocator->allocate(allocator->context, real_size(size));
}

void *tkz__allocate_zeroed(const tkz_allocator *allocator, size_t size)
{
    /* New pages of the system are zero: large tables of which little is used are not written whole. */
    if (allocator->allocate == default_allocate)
        return calloc(1, real_size(size));
    void *block = tkz__allocate(allocator, size);
    if (block != NULL)
        memset(block, 0, real_size(size));
    return block;
}

void *tkz__allocate_array(const tkz_allocator *allocator, size_t count, size_t item_size)
{
    size_t size;
    if (!tkz__size_multiply(count, item_size, &size))
        return NULL;
    return tkz__allocate(allocator, size);
}

void *tkz__reallocate_array(const tkz_allocator *allocator, void *block, size_t old_count,
                            size_t new_count, size_t item_size)
{
    size_t new_size;
    if (!tkz__size_multiply(new_count, item_size, &new_size))
        return NULL;
    if (block == NULL)
        return tkz__allocate(allocator, new_size);
    return allocator->reallocate(allocator->context, block, real_size(old_count * item_size),
                                 real_size(new_size));
}

void tkz__release(const tkz_allocator *allocator, void *block, size_t size)
{
    if (block != NULL)
        allocator->release(allocator->context, block, real_size(size));
}

void tkz__release_array(const tkz_allocator *allocator, void *block, size_t count,
                        size_t item_size)
{
    tkz__release(allocator, block, count * item_size);
}

size_t tkz__table_block_size(size_t size)
{
    return size + LARGE_PAGE; /* the part before and behind the table is never touched */
}

static size_t to_large_page(const void *block)
{
    return (LARGE_PAGE - (uintptr_t)block % LARGE_PAGE) % LARGE_PAGE;
}

/* Asks for large pages for those that lie in a block as a whole: what is before and behind may be another's.
 * It is advice, and what the system answers is of no matter. `anew`: nothing is in it yet, and what malloc has
 * had before in small pages is given back first. */
static void advise_large_pages(uint8_t *block, size_t size, bool anew)
{
#if defined(MADV_HUGEPAGE) && defined(MADV_DONTNEED)
    size_t before = to_large_page(block);
    if (size < before + LARGE_PAGE)
        return;
    size_t pages = (size - before) / LARGE_PAGE * LARGE_PAGE;
    if (anew)
        (void)madvise(block + before, pages, MADV_DONTNEED);
    (void)madvise(block + before, pages, MADV_HUGEPAGE);
#else
    (void)block;
    (void)size;
    (void)anew;
#endif
}

void *tkz__allocate_table(const tkz_allocator *allocator, size_t size, void **block)
{
    uint8_t *start = *block = tkz__allocate(allocator, tkz__table_block_size(size));
    if (start == NULL)
        return NULL;
    uint8_t *table = start + to_large_page(start);
    advise_large_pages(table, size, true);
    memset(table, 0, size);
    return table;
}

char *tkz__duplicate(const tkz_allocator *allocator, const void *data, size_t size)
{
    size_t total;
    if (!tkz__size_add(size, 1, &total))
        return NULL;
    char *copy = tkz__allocate(allocator, total);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

tkz_status tkz__array_reserve(const tkz_allocator *allocator, void **array, size_t *capacity,
                              size_t needed, size_t item_size, tkz_error *error)
{
    if (needed <= *capacity)
        return TKZ_OK;
    size_t grown = *capacity + *capacity / 2 + 16;
    if (grown < needed)
        grown = needed;
    void *block = tkz__reallocate_array(allocator, *array, *capacity, grown, item_size);
    if (block == NULL)
        return tkz__error_memory(error, needed);
    /* An array that grows little by little is moved, for which large pages are taken apart: random bytes took a
     * fifth longer so. */
    if (grown >= LARGE_ARRAY / item_size && grown / 2 >= *capacity)
        advise_large_pages(block, grown * item_size, false);
    *array = block;
    *capacity = grown;
    return TKZ_OK;
}
