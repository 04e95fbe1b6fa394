/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of a charsmap, one by one. Leans on stream_charsmap.h and the charsmap.
 */
#include "subword/stream_charsmap.h"

#include <string.h>

#include "text/charsmap.h"
#include "text/utf8.h"

/* The longest key of nmt_nfkc has 18 bytes. Each byte of a key asks for 256 units: nmt_nfkc takes some ten
 * million steps, a few hundredths of a second. */
enum { MOST_KEY = 256, STEP_LIMIT = 1 << 26 };

/* The way down to a key. The array may lead to one place on several ways (Hangul letters: 19 * 21 * 27), so
 * that behind a first character no place is entered twice. */
typedef struct way {
    const tkz__charsmap *charsmap;
    tkz__buffer *bits;
    size_t nodes[MOST_KEY + 1];     /* [n]: behind n bytes */
    uint16_t next[MOST_KEY + 1];    /* byte to try there */
    uint16_t begin[MOST_KEY + 1];   /* where the character begins that is not whole yet; n: there is none */
    char key[MOST_KEY];
    size_t depth;
    uint32_t first;   /* character */
    uint32_t *entered; /* number of the first character behind which a node was entered last */
    uint32_t number;
} way;

static tkz_status refuse(const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, "precompiled_charsmap", TKZ__NO_OFFSET,
                          "%s; encode the text as a whole", what);
}

static void mark(tkz__buffer *bits, uint32_t character)
{
    if (character < TKZ__STREAM_CHARACTERS)
        bits->data[character / 8] |= (uint8_t)(1 << character % 8);
}

/* Is it something, and without a space? */
static bool is_solid(const char *text, size_t size)
{
    static const char symbol[] = "\xE2\x96\x81";
    for (size_t at = 0; at < size; at++) {
        if (text[at] == ' ' || (size - at >= 3 && memcmp(text + at, symbol, 3) == 0))
            return false;
    }
    return size > 0;
}

/* Bytes of a character that begins so; 0: none does. */
static size_t length_of(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

/* A key ends here; a value that is none may do anything. */
static void add_key(const way *own)
{
    const char *made;
    size_t size = 0;
    if (tkz__charsmap_longest(own->charsmap, own->key, own->depth, &made, &size) != own->depth ||
        !is_solid(made, size))
        mark(own->bits, own->first);
}

/* The last byte of the way is new. `*is_known`: what is behind it was looked at. */
static tkz_status add_byte(way *own, bool ends, bool *is_known, tkz_error *error)
{
    size_t begin = own->begin[own->depth - 1], size = own->depth - begin, node = own->nodes[own->depth];
    size_t length = length_of((uint8_t)own->key[begin]);
    uint32_t character = 0;
    *is_known = false;
    own->begin[own->depth] = (uint16_t)(size == length ? own->depth : begin);
    if (length == 0 || (size < length && ends) ||
        (size == length && (tkz__utf8_next(own->key + begin, size, &character) != size ||
                            character == TKZ__UTF8_INVALID)))
        return refuse("a rule of the model's charsmap is for bytes that are no text", error);
    if (size < length)
        return TKZ_OK;
    if (begin > 0) {
        mark(own->bits, character);
    } else {
        own->first = character;
        own->number++;
    }
    if (ends)
        add_key(own);
    if (node < own->charsmap->unit_count) {
        *is_known = own->entered[node] == own->number;
        own->entered[node] = own->number;
    }
    return TKZ_OK;
}

static tkz_status walk(way *own, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (!tkz__charsmap_root(own->charsmap, &own->nodes[0]))
        return TKZ_OK;
    for (uint32_t steps = 0; status == TKZ_OK; steps++) {
        if (steps == STEP_LIMIT)
            return refuse("the model's charsmap has too many rules", error);
        uint32_t byte = own->next[own->depth]++;
        bool ends = false, is_known;
        if (byte > 0xFF) {
            if (own->depth == 0)
                return TKZ_OK;
            own->depth--;
            continue;
        }
        size_t node = own->nodes[own->depth];
        if (!tkz__charsmap_step(own->charsmap, &node, (uint8_t)byte, &ends))
            continue;
        if (node == own->nodes[own->depth] && !ends)
            continue; /* a free unit, which byte 0 stays at: the same rules, with zeros between */
        if (own->depth == MOST_KEY)
            return refuse("a rule of the model's charsmap is too long", error);
        own->key[own->depth++] = (char)byte;
        own->nodes[own->depth] = node;
        own->next[own->depth] = 0;
        status = add_byte(own, ends, &is_known, error);
        own->depth -= is_known;
    }
    return status;
}

tkz_status tkz__stream_charsmap_read(tkz__buffer *bits, const char *base64, size_t size,
                                     tkz_error *error)
{
    tkz__own_charsmap map;
    tkz_status status = tkz__own_charsmap_read(&map, base64, size, &bits->allocator, error);
    if (status != TKZ_OK)
        return status;
    way own = {.charsmap = &map.charsmap, .bits = bits};
    size_t room = map.charsmap.unit_count * sizeof *own.entered;
    status = tkz__buffer_append_fill(bits, 0, TKZ__STREAM_CHARACTERS / 8, error);
    own.entered = status == TKZ_OK ? tkz__allocate_zeroed(&bits->allocator, room) : NULL;
    if (status == TKZ_OK)
        status = own.entered == NULL ? tkz__error_memory(error, room) : walk(&own, error);
    tkz__release(&bits->allocator, own.entered, room);
    tkz__own_charsmap_free(&map, &bits->allocator);
    return status;
}
