/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of an image that are made from its tokens and merges. Leans on the
 * image, matching and the trie.
 */
#include "subword/image_tables.h"

#include "subword/matching.h"
#include "subword/token_trie.h"

/* Room for `size` bytes of `value` at the end of a section. */
static tkz_status fill(tkz__image_tables *tables, tkz__image_section section, size_t size,
                       uint8_t value, tkz_error *error)
{
    tkz__buffer *buffer = &tables->sections[section];
    tkz__buffer_clear(buffer);
    tkz_status status = tkz__buffer_reserve(buffer, size, error);
    if (status != TKZ_OK)
        return status;
    memset(buffer->data, value, size);
    buffer->size = size;
    return TKZ_OK;
}

static tkz_status make_halves(tkz__image_tables *tables, const tkz__image_parts *parts,
                              tkz_error *error)
{
    tkz_status status = fill(tables, TKZ__SECTION_HALVES,
                             (size_t)parts->token_count * TKZ__IMAGE_HALVES_SIZE, 0xFF, error);
    for (size_t rank = 0; status == TKZ_OK && rank < parts->merge_count; rank++) {
        const uint32_t *merge = parts->merges + rank * 3;
        uint8_t *halves = tables->sections[TKZ__SECTION_HALVES].data +
                          (size_t)merge[2] * TKZ__IMAGE_HALVES_SIZE;
        tkz__store_u32(halves, merge[0]);
        tkz__store_u32(halves + 4, merge[1]);
    }
    return status;
}

/* ---- Pairs ------------------------------------------------------------- */

/* At least 4 slots; at most 16 times more than half full needs, for merges that somebody chose so
 * that they collide. */
enum { LEAST_SLOT_BITS = 2, MORE_SLOT_BITS = 4 };

/* Fills the empty slots; false if a merge would stand too far from its first one. */
static bool fill_pairs(tkz__image_tables *tables, const tkz__image_parts *parts)
{
    uint8_t *slots = tables->sections[TKZ__SECTION_PAIRS].data;
    uint32_t mask = (UINT32_C(1) << tables->slot_bits) - 1;
    uint32_t shift = 64 - tables->slot_bits;
    tables->reach = 0;
    for (size_t rank = 0; rank < parts->merge_count; rank++) {
        const uint32_t *merge = parts->merges + rank * 3;
        uint64_t hash = tkz__image_pair_hash(merge[0], merge[1]);
        uint32_t slot = (uint32_t)(hash >> shift);
        uint32_t step = 0;
        while (tkz__load_u32(slots + (size_t)slot * 4) != UINT32_MAX) {
            if (++step > TKZ__IMAGE_PAIR_REACH)
                return false;
            slot = (slot + 1) & mask;
        }
        if (step > tables->reach)
            tables->reach = step;
        tkz__store_u32(slots + (size_t)slot * 4,
                       tkz__image_fingerprint(hash, shift) << 24 | merge[2]);
    }
    return true;
}

static tkz_status make_pairs(tkz__image_tables *tables, const tkz__image_parts *parts,
                             tkz_error *error)
{
    uint32_t bits = LEAST_SLOT_BITS;
    while ((UINT64_C(1) << bits) < (uint64_t)parts->merge_count * 2)
        bits++;
    for (uint32_t last = bits + MORE_SLOT_BITS; bits <= last; bits++) {
        tables->slot_bits = bits;
        tkz_status status =
            fill(tables, TKZ__SECTION_PAIRS, (size_t)4 << bits, 0xFF, error);
        if (status != TKZ_OK || fill_pairs(tables, parts))
            return status;
    }
    return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                          "the merges collide too often for a table of pairs");
}

/* ---- Trie -------------------------------------------------------------- */

/* As much of a view of the image to be as looking up pairs needs. */
static tkz__image pair_view(const tkz__image_tables *tables, const tkz__image_parts *parts)
{
    tkz__image view = {
        .token_count = parts->token_count,
        .pair_shift = 64 - tables->slot_bits,
        .pair_mask = (UINT32_C(1) << tables->slot_bits) - 1,
        .pair_reach = tables->reach,
    };
    view.sections[TKZ__SECTION_HALVES] = tables->sections[TKZ__SECTION_HALVES].data;
    view.sections[TKZ__SECTION_PAIRS] = tables->sections[TKZ__SECTION_PAIRS].data;
    return view;
}

/* Adds the tokens that encoding can give. A merge whose halves other merges take apart before its
 * turn has a result that never occurs; matching must not find it. `gives[id]`: token `id` does. */
static tkz_status add_tokens(const tkz__image_tables *tables, const tkz__image_parts *parts,
                             uint8_t *gives, tkz__trie_builder *trie, tkz_error *error)
{
    tkz__image view = pair_view(tables, parts);
    memset(gives, 0, parts->token_count);
    for (size_t byte = 0; byte < 256; byte++)
        gives[parts->byte_ids[byte]] = 1;
    for (uint32_t id = 0; id < parts->token_count; id++) {
        uint32_t left, right;
        if (tkz__image_halves(&view, id, &left, &right))
            gives[id] = gives[left] && gives[right] && tkz__match_stays(&view, left, right, id);
        if (!gives[id])
            continue;
        uint32_t start = parts->token_offsets[id];
        tkz_status status = tkz__trie_builder_add(trie, parts->token_bytes + start,
                                                  parts->token_offsets[id + 1] - start, id, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

static tkz_status make_prefixes(tkz__image_tables *tables, const tkz__image_parts *parts,
                                const tkz__trie_builder *trie, const tkz_allocator *allocator,
                                tkz_error *error)
{
    size_t count = parts->token_count;
    uint32_t *prefixes = tkz__allocate_array(allocator, count, sizeof *prefixes);
    if (prefixes == NULL)
        return tkz__error_memory(error, count * sizeof *prefixes);
    memset(prefixes, 0xFF, count * sizeof *prefixes);
    tkz__trie_builder_prefixes(trie, prefixes);
    tkz_status status = fill(tables, TKZ__SECTION_PREFIXES, count * 4, 0, error);
    for (size_t id = 0; status == TKZ_OK && id < count; id++)
        tkz__store_u32(tables->sections[TKZ__SECTION_PREFIXES].data + id * 4, prefixes[id]);
    tkz__release_array(allocator, prefixes, count, sizeof *prefixes);
    return status;
}

static tkz_status make_trie(tkz__image_tables *tables, const tkz__image_parts *parts,
                            const tkz_allocator *allocator, tkz_error *error)
{
    uint8_t *gives = tkz__allocate(allocator, parts->token_count);
    if (gives == NULL)
        return tkz__error_memory(error, parts->token_count);
    tkz__trie_builder *trie = NULL;
    tkz_status status = tkz__trie_builder_new(&trie, allocator, error);
    if (status == TKZ_OK)
        status = add_tokens(tables, parts, gives, trie, error);
    if (status == TKZ_OK)
        status = tkz__trie_builder_write(trie, &tables->sections[TKZ__SECTION_TRIE_NODES],
                                         &tables->sections[TKZ__SECTION_TRIE_TOKENS], error);
    if (status == TKZ_OK)
        status = make_prefixes(tables, parts, trie, allocator, error);
    tkz__trie_builder_free(trie);
    tkz__release(allocator, gives, parts->token_count);
    return status;
}

/* ---- All --------------------------------------------------------------- */

void tkz__image_tables_free(tkz__image_tables *tables)
{
    for (size_t i = 0; i < TKZ__SECTION_END; i++)
        tkz__buffer_free(&tables->sections[i]);
}

tkz_status tkz__image_tables_make(tkz__image_tables *tables, const tkz__image_parts *parts,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    memset(tables, 0, sizeof *tables);
    for (size_t i = 0; i < TKZ__SECTION_END; i++)
        tkz__buffer_init(&tables->sections[i], allocator);
    tkz_status status = make_halves(tables, parts, error);
    if (status == TKZ_OK)
        status = make_pairs(tables, parts, error);
    if (status == TKZ_OK)
        status = make_trie(tables, parts, allocator, error);
    if (status != TKZ_OK)
        tkz__image_tables_free(tables);
    return status;
}
