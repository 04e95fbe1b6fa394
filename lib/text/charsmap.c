/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups in a precompiled_charsmap. The double array is that of darts-clone
 * (github.com/s-yata/darts-clone, unit layout in darts.h); one in a model file may be
 * anything, and reading past its end was sentencepiece issue 1269. Leans on memory.
 */
#include "text/charsmap.h"

#include <string.h>

#include "core/little_endian.h"
#include "tokenize/text.h"

tkz_status tkz__charsmap_open(tkz__charsmap *charsmap, const void *blob, size_t size,
                              tkz_error *error)
{
    const uint8_t *bytes = blob;
    memset(charsmap, 0, sizeof *charsmap);
    if (size < 4)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, "precompiled_charsmap", 0,
                              "%zu bytes do not hold a charsmap", size);
    uint64_t trie_size = tkz__load_u32(bytes);
    if (trie_size == 0 || trie_size % 4 != 0 || trie_size >= size - 4)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, "precompiled_charsmap", 0,
                              "a charsmap of %zu bytes cannot hold a double array of %llu", size,
                              (unsigned long long)trie_size);
    if (bytes[size - 1] != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, "precompiled_charsmap", size - 1,
                              "the last replacement has no end");
    charsmap->units = bytes + 4;
    charsmap->unit_count = (size_t)trie_size / 4;
    charsmap->texts = (const char *)bytes + 4 + trie_size;
    charsmap->text_size = size - 4 - (size_t)trie_size;
    return TKZ_OK;
}

/* A unit: 31 bits of value, or label in bits 0..7 and 31, whether a leaf follows in bit 8, and the
 * offset to the children in bits 10..30, times 256 if bit 9 is set. */
static bool load_unit(const tkz__charsmap *charsmap, size_t index, uint32_t *unit)
{
    if (index >= charsmap->unit_count)
        return false;
    *unit = tkz__load_u32(charsmap->units + 4 * index);
    return true;
}

static size_t offset_of(uint32_t unit)
{
    return (size_t)(unit >> 10) << ((unit & 0x200) >> 6);
}

bool tkz__charsmap_root(const tkz__charsmap *charsmap, size_t *node)
{
    uint32_t unit;
    if (!load_unit(charsmap, 0, &unit))
        return false;
    *node = offset_of(unit);
    return true;
}

bool tkz__charsmap_step(const tkz__charsmap *charsmap, size_t *node, uint8_t byte, bool *ends)
{
    uint32_t unit;
    size_t child = *node ^ byte;
    if (!load_unit(charsmap, child, &unit) || (unit & 0x800000FFu) != byte)
        return false;
    *node = child ^ offset_of(unit);
    *ends = (unit >> 8 & 1) != 0;
    return true;
}

/* A walk down the keys that begin a text. */
typedef struct walk {
    size_t node;
    size_t length; /* of the key so far */
} walk;

static bool walk_start(const tkz__charsmap *charsmap, walk *at)
{
    at->length = 0;
    return tkz__charsmap_root(charsmap, &at->node);
}

/* Goes on to the next key; false: there is none. */
static bool walk_next(const tkz__charsmap *charsmap, walk *at, const char *text, size_t size,
                      uint32_t *value)
{
    while (at->length < size) {
        uint32_t leaf;
        bool ends;
        if (!tkz__charsmap_step(charsmap, &at->node, (uint8_t)text[at->length], &ends))
            return false;
        at->length++;
        if (ends) {
            if (!load_unit(charsmap, at->node, &leaf))
                return false;
            *value = leaf & 0x7FFFFFFFu;
            return true;
        }
    }
    return false;
}

/* A value outside of the texts means that the key is none. */
static size_t replacement_at(const tkz__charsmap *charsmap, size_t length, uint32_t value,
                             const char **replacement, size_t *replacement_size)
{
    if (length == 0 || value >= charsmap->text_size)
        return 0;
    *replacement = charsmap->texts + value;
    *replacement_size = strlen(*replacement);
    return length;
}

size_t tkz__charsmap_longest(const tkz__charsmap *charsmap, const char *text, size_t size,
                             const char **replacement, size_t *replacement_size)
{
    walk at;
    uint32_t value, best_value = 0;
    size_t best = 0;
    if (!walk_start(charsmap, &at))
        return 0;
    for (int i = 0; i < TKZ__CHARSMAP_CANDIDATES; i++) {
        if (!walk_next(charsmap, &at, text, size, &value))
            break;
        best = at.length;
        best_value = value;
    }
    return replacement_at(charsmap, best, best_value, replacement, replacement_size);
}

size_t tkz__charsmap_shortest(const tkz__charsmap *charsmap, const char *text, size_t size,
                              const char **replacement, size_t *replacement_size)
{
    walk at;
    uint32_t value;
    const char *nul = memchr(text, 0, size);
    if (!walk_start(charsmap, &at) ||
        !walk_next(charsmap, &at, text, nul == NULL ? size : (size_t)(nul - text), &value))
        return 0;
    return replacement_at(charsmap, at.length, value, replacement, replacement_size);
}

/* ---- In base64 ------------------------------------------------------------ */

/* The value of a digit of base64; 64: it is none. */
static uint32_t digit_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return (uint32_t)(digit - 'A');
    if (digit >= 'a' && digit <= 'z')
        return (uint32_t)(digit - 'a') + 26;
    if (digit >= '0' && digit <= '9')
        return (uint32_t)(digit - '0') + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : 64;
}

/* Four digits to three bytes, with padding at the end; `blob` has room for all threes. False: it is no
 * base64. */
static bool decode(const char *text, size_t size, uint8_t *blob, size_t *blob_size)
{
    uint8_t values[256];
    uint32_t wrong = 0;
    size_t padding = 0;
    for (size_t i = 0; i < sizeof values; i++)
        values[i] = (uint8_t)digit_value((char)i);
    while (padding < 2 && padding < size && text[size - 1 - padding] == '=')
        padding++;
    if (size % 4 != 0)
        return false;
    *blob_size = size / 4 * 3 - padding;
    for (size_t at = 0; at < size; at += 4) {
        uint32_t bits = 0;
        for (size_t i = 0; i < 4; i++) {
            uint32_t value = at + i < size - padding ? values[(uint8_t)text[at + i]] : 0;
            wrong |= value;
            bits = bits << 6 | value;
        }
        for (size_t i = 0; i < 3; i++)
            *blob++ = (uint8_t)(bits >> (16 - 8 * i));
    }
    return wrong < 64;
}

static tkz_status read_own(tkz__own_charsmap *own, const char *text, size_t size, tkz_error *error)
{
    size_t blob_size;
    if (!decode(text, size, own->blob, &blob_size))
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, "map", TKZ__NO_OFFSET,
                              "the map is not in base64");
    tkz__charsmap *charsmap = &own->charsmap;
    tkz_status status = tkz__charsmap_open(charsmap, own->blob, blob_size, error);
    if (status == TKZ_OK &&
        tkz_utf8_valid_prefix(charsmap->texts, charsmap->text_size) != charsmap->text_size)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, "map", TKZ__NO_OFFSET,
                              "the texts of the map are no UTF-8");
    return status;
}

tkz_status tkz__own_charsmap_read(tkz__own_charsmap *own, const char *text, size_t size,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    *own = (tkz__own_charsmap){.room = size / 4 * 3 + 3};
    own->blob = tkz__allocate(allocator, own->room);
    if (own->blob == NULL)
        return tkz__error_memory(error, own->room);
    tkz_status status = read_own(own, text, size, error);
    if (status != TKZ_OK)
        tkz__own_charsmap_free(own, allocator);
    return status;
}

void tkz__own_charsmap_free(tkz__own_charsmap *own, const tkz_allocator *allocator)
{
    tkz__release(allocator, own->blob, own->room);
    *own = (tkz__own_charsmap){.room = 0};
}
