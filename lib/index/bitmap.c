/* SPDX-License-Identifier: Apache-2.0
 *
 * A bitmap of fixed length. Leans on memory.
 */
#include "index/bitmap.h"

tkz_status tkz__bitmap_init(tkz__bitmap *bitmap, uint64_t size, const tkz_allocator *allocator,
                            tkz_error *error)
{
    bitmap->allocator = tkz__allocator_or_default(allocator);
    bitmap->size = size;
    bitmap->word_count = (size_t)(size / 64 + 1);
    bitmap->words = tkz__allocate_zeroed(&bitmap->allocator, bitmap->word_count * 8);
    return bitmap->words != NULL ? TKZ_OK : tkz__error_memory(error, bitmap->word_count * 8);
}

void tkz__bitmap_free(tkz__bitmap *bitmap)
{
    if (bitmap->words != NULL)
        tkz__release(&bitmap->allocator, bitmap->words, bitmap->word_count * 8);
    bitmap->words = NULL;
    bitmap->size = 0;
}

uint64_t tkz__bitmap_count(const tkz__bitmap *bitmap)
{
    uint64_t count = 0;
    for (size_t i = 0; i < bitmap->word_count; i++)
        count += (uint64_t)__builtin_popcountll(bitmap->words[i]);
    return count;
}
