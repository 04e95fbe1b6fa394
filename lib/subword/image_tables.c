/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of an image that are made from its tokens and merges. Leans on the
 * image, the trie, borders and whole tokens.
 */
#include "subword/image_tables.h"

#include "subword/chunk_borders.h"
#include "subword/lone_characters.h"
#include "subword/symbol_trie.h"
#include "subword/whole_tokens.h"

/* Makes a section `size` bytes of one value. */
static tkz_status fill(tkz__image_tables *tables, tkz__image_section section, size_t size,
                       uint8_t value, tkz_error *error)
{
    tkz__buffer_clear(&tables->sections[section]);
    return tkz__buffer_append_fill(&tables->sections[section], value, size, error);
}

static tkz_status make_halves(tkz__image_tables *tables, const tkz__image_parts *parts,
                              tkz_error *error)
{
    size_t count = (size_t)(parts->symbol_count - TKZ__SYMBOL_BYTES) * 2;
    tkz_status status = fill(tables, TKZ__SECTION_HALVES, count * 4, 0, error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        tkz__store_u32(tables->sections[TKZ__SECTION_HALVES].data + i * 4, parts->halves[i]);
    return status;
}

/* ---- Pairs ------------------------------------------------------------- */

/* At least 4 slots; at most 16 times more than half full needs, for merges that somebody chose so
 * that they collide. */
enum { LEAST_SLOT_BITS = 2, MORE_SLOT_BITS = 4 };

bool tkz__image_pairs_add(uint8_t *slots, uint32_t slot_bits, const uint32_t halves[2],
                          uint32_t symbol, uint32_t *reach)
{
    uint64_t hash = tkz__image_pair_hash(halves[0], halves[1]);
    uint32_t shift = 64 - slot_bits;
    uint32_t slot = (uint32_t)(hash >> shift), step = 0;
    while (tkz__load_u32(slots + (size_t)slot * 4) != UINT32_MAX) {
        if (++step > TKZ__IMAGE_PAIR_REACH)
            return false;
        slot = (slot + 1) & ((UINT32_C(1) << slot_bits) - 1);
    }
    if (step > *reach)
        *reach = step;
    tkz__store_u32(slots + (size_t)slot * 4, tkz__image_fingerprint(hash, shift) << 24 | symbol);
    return true;
}

/* Fills the empty slots; false if a merge would stand too far from its first one. */
static bool fill_pairs(tkz__image_tables *tables, const tkz__image_parts *parts)
{
    uint8_t *slots = tables->sections[TKZ__SECTION_PAIRS].data;
    tables->reach = 0;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < parts->symbol_count; symbol++) {
        const uint32_t *halves = parts->halves + (size_t)(symbol - TKZ__SYMBOL_BYTES) * 2;
        if (!tkz__image_pairs_add(slots, tables->slot_bits, halves, symbol, &tables->reach))
            return false;
    }
    return true;
}

uint32_t tkz__image_pair_bits(uint64_t merges)
{
    uint32_t bits = LEAST_SLOT_BITS;
    while ((UINT64_C(1) << bits) < merges * 2)
        bits++;
    return bits;
}

static tkz_status make_pairs(tkz__image_tables *tables, const tkz__image_parts *parts,
                             tkz_error *error)
{
    uint32_t bits = tkz__image_pair_bits(parts->symbol_count - TKZ__SYMBOL_BYTES);
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

/* Each symbol goes on from its left half, whose place is known: half of the look-ups are saved. */
static tkz_status add_symbols(const tkz__image_parts *parts, tkz__trie_builder *trie,
                              const tkz_allocator *allocator, tkz_error *error)
{
    size_t count = parts->symbol_count;
    uint32_t *places = tkz__allocate_array(allocator, count, sizeof *places);
    if (places == NULL)
        return tkz__error_memory(error, count * sizeof *places);
    tkz_status status = TKZ_OK;
    for (uint32_t symbol = 0; status == TKZ_OK && symbol < count; symbol++) {
        uint8_t byte, other;
        size_t size, known = 0;
        const uint8_t *bytes = tkz__image_parts_symbol(parts, symbol, &byte, &size);
        uint32_t left = TKZ__NO_TOKEN;
        if (symbol >= TKZ__SYMBOL_BYTES) {
            left = parts->halves[(size_t)(symbol - TKZ__SYMBOL_BYTES) * 2];
            (void)tkz__image_parts_symbol(parts, left, &other, &known);
        }
        status = tkz__trie_builder_extend(trie, known > 0 ? places[left] : 0, bytes + known,
                                          size - known, symbol, &places[symbol], error);
    }
    tkz__release_array(allocator, places, count, sizeof *places);
    return status;
}

static tkz_status make_prefixes(tkz__image_tables *tables, const tkz__image_parts *parts,
                                const tkz__trie_builder *trie, const tkz_allocator *allocator,
                                tkz_error *error)
{
    size_t count = parts->symbol_count;
    uint32_t *prefixes = tkz__allocate_array(allocator, count, sizeof *prefixes);
    if (prefixes == NULL)
        return tkz__error_memory(error, count * sizeof *prefixes);
    memset(prefixes, 0xFF, count * sizeof *prefixes);
    tkz__trie_builder_prefixes(trie, prefixes);
    tkz_status status =
        fill(tables, TKZ__SECTION_PREFIXES, count * TKZ__IMAGE_PREFIX_SIZE, 0, error);
    for (uint32_t symbol = 0; status == TKZ_OK && symbol < count; symbol++) {
        uint8_t byte;
        size_t size;
        (void)tkz__image_parts_symbol(parts, symbol, &byte, &size);
        uint8_t *entry = tables->sections[TKZ__SECTION_PREFIXES].data +
                         (size_t)symbol * TKZ__IMAGE_PREFIX_SIZE;
        tkz__store_u32(entry, prefixes[symbol]);
        tkz__store_u32(entry + 4, (uint32_t)size);
    }
    tkz__release_array(allocator, prefixes, count, sizeof *prefixes);
    return status;
}

static tkz_status make_trie(tkz__image_tables *tables, const tkz__image_parts *parts,
                            const tkz_allocator *allocator, tkz_error *error)
{
    tkz__trie_builder *trie = NULL;
    tkz_status status = tkz__trie_builder_new(&trie, allocator, error);
    if (status == TKZ_OK)
        status = add_symbols(parts, trie, allocator, error);
    if (status == TKZ_OK)
        status = tkz__trie_builder_write(trie, &tables->sections[TKZ__SECTION_TRIE_NODES],
                                         &tables->sections[TKZ__SECTION_TRIE_SYMBOLS], error);
    if (status == TKZ_OK)
        status = make_prefixes(tables, parts, trie, allocator, error);
    tkz__trie_builder_free(trie);
    return status;
}

/* ---- Borders and whole tokens ------------------------------------------ */

static tkz_status make_borders(tkz__image_tables *tables, const tkz__image_parts *parts,
                               const tkz_allocator *allocator, tkz_error *error)
{
    tkz__whole_tokens whole;
    tkz_status status = tkz__whole_tokens_list(&whole, parts, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__border_tables_make(parts, &whole,
                                     &tables->sections[TKZ__SECTION_BORDER_CHARACTERS],
                                     &tables->sections[TKZ__SECTION_BORDER_BITS], error);
    if (status == TKZ_OK)
        status = tkz__lone_characters_make(parts, &tables->sections[TKZ__SECTION_BORDER_CHARACTERS],
                                           &tables->sections[TKZ__SECTION_LONE], error);
    if (status == TKZ_OK)
        status = tkz__whole_tokens_write(&whole, parts, &tables->sections[TKZ__SECTION_WHOLE],
                                         error);
    tkz__whole_tokens_free(&whole, allocator);
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
    if (!tkz__image_merges(parts->kind))
        return TKZ_OK;
    tkz_status status = make_halves(tables, parts, error);
    if (status == TKZ_OK)
        status = make_pairs(tables, parts, error);
    if (status == TKZ_OK)
        status = make_trie(tables, parts, allocator, error);
    if (status == TKZ_OK)
        status = make_borders(tables, parts, allocator, error);
    if (status != TKZ_OK)
        tkz__image_tables_free(tables);
    return status;
}
