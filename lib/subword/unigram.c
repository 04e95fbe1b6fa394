/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening the table of a Unigram model, and checking it against what it was made of. Leans on the
 * table.
 */
#include "subword/unigram_parts.h"

static tkz_status damaged(const char *where, const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, TKZ__NO_OFFSET,
                          "the table of the Unigram model is damaged: %s", what);
}

/* Sizes of the parts behind the header, which must add up to the block. None can overflow: each is
 * less than
 * 2^32 items of at most 1024 bytes. */
static bool share_out(tkz__unigram *view, bool is_wide)
{
    uint64_t plane = (uint64_t)4 * TKZ__UNIGRAM_PLANE;
    uint64_t pages = (uint64_t)2 * TKZ__UNIGRAM_PAGES;
    uint64_t codes = (uint64_t)view->page_count * 4 << TKZ__UNIGRAM_PAGE_BITS;
    uint64_t bytes = 4 * 256;
    uint64_t filter = (UINT64_C(1) << (32 - view->filter_shift)) / 8;
    uint64_t units = (uint64_t)view->unit_count * TKZ__UNIGRAM_UNIT_SIZE;
    uint64_t scores = is_wide ? (uint64_t)view->unit_count * 8 : 0;
    if (TKZ__UNIGRAM_HEADER_SIZE + plane + pages + codes + bytes + filter + units + scores !=
        view->size)
        return false;
    view->plane = view->block + TKZ__UNIGRAM_HEADER_SIZE;
    view->pages = view->plane + plane;
    view->codes = view->pages + pages;
    view->bytes = view->codes + codes;
    view->filter = view->bytes + bytes;
    view->units = view->filter + filter;
    view->scores = is_wide ? view->units + units : NULL;
    return true;
}

tkz_status tkz__unigram_open(tkz__unigram *view, const uint8_t *block, size_t size,
                             uint32_t token_count, const char *where, tkz_error *error)
{
    if (size < TKZ__UNIGRAM_HEADER_SIZE || tkz__load_u32(block) != TKZ__UNIGRAM_MAGIC)
        return damaged(where, "it does not begin as one", error);
    uint32_t flags = tkz__unigram_u32(block, 1);
    *view = (tkz__unigram){
        .block = block,
        .size = size,
        .single = (flags & 1) != 0,
        .byte_fallback = (flags & 2) != 0,
        .fuse_unknown = (flags & 4) != 0,
        .unknown = tkz__unigram_u32(block, 2),
        .token_count = token_count,
        .code_count = tkz__unigram_u32(block, 4),
        .page_count = tkz__unigram_u32(block, 5),
        .unit_count = tkz__unigram_u32(block, 6),
        .filter_shift = tkz__unigram_u32(block, 7),
        .longest = tkz__unigram_u32(block, 8),
        .unknown_score = tkz__unigram_f64(block + 40),
        .greatest = tkz__unigram_f64(block + 48),
    };
    if (flags > 15 || tkz__unigram_u32(block, 3) != token_count ||
        (view->unknown >= token_count && view->unknown != UINT32_MAX))
        return damaged(where, "it is of another vocabulary", error);
    if (view->filter_shift < 6 || view->filter_shift > 20 || view->code_count == 0 ||
        view->code_count > view->unit_count || view->longest == 0 ||
        view->longest > view->unit_count || !share_out(view, (flags & 8) != 0))
        return damaged(where, "its parts do not fill it", error);
    return TKZ_OK;
}

tkz_status tkz__unigram_verify(const tkz__unigram *view, const tkz__unigram_parts *parts,
                               const tkz_allocator *allocator, const char *where, tkz_error *error)
{
    tkz__buffer again;
    tkz__buffer_init(&again, allocator);
    tkz_status status = tkz__unigram_make(parts, &again, error);
    if (status == TKZ_OK &&
        (again.size != view->size || memcmp(again.data, view->block, again.size) != 0))
        status = damaged(where, "it is not that of the tokens", error);
    tkz__buffer_free(&again);
    return status;
}
