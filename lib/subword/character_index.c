/* SPDX-License-Identifier: Apache-2.0
 *
 * How many characters stand before a place of a text. Leans on memory and the UTF-8
 * of text. A place is found without a search, so that spans may come in any order.
 */
#include "subword/character_index.h"

#include <stdbool.h>
#include <string.h>

#include "tokenize/text.h"

enum { WORD = 64 }; /* bytes of a word */

void tkz__character_index_init(tkz__character_index *index, const tkz_allocator *allocator)
{
    *index = (tkz__character_index){.allocator = tkz__allocator_or_default(allocator)};
}

void tkz__character_index_free(tkz__character_index *index)
{
    tkz_allocator allocator = index->allocator;
    tkz__release_array(&allocator, index->words, index->capacity, sizeof *index->words);
    tkz__character_index_init(index, &allocator);
}

void tkz__character_index_clear(tkz__character_index *index)
{
    index->count = 0;
    index->first = index->size = index->characters = 0;
}

/* ---- Reading ------------------------------------------------------------- */

/* The next bytes, whose characters start at the set bits of `starts`; they lie in one word, for which
 * there is room. */
static void put_starts(tkz__character_index *index, uint64_t starts, size_t size)
{
    unsigned place = (unsigned)(index->size % WORD);
    if (place == 0)
        index->words[index->count++] = (tkz__character_word){0, index->characters};
    index->words[index->count - 1].starts |= starts << place;
    index->characters += (uint64_t)__builtin_popcountll(starts);
    index->size += size;
}

/* Bytes of which each is a character (`all`), or which are characters of UTF-8. */
static void put_bytes(tkz__character_index *index, const char *text, size_t size, bool all)
{
    for (size_t at = 0; at < size;) {
        size_t room = WORD - (size_t)(index->size % WORD);
        size_t count = room < size - at ? room : size - at;
        uint64_t starts = 0;
        for (size_t i = 0; i < count; i++)
            starts |= (uint64_t)(all || ((uint8_t)text[at + i] & 0xC0) != 0x80) << i;
        put_starts(index, starts, count);
        at += count;
    }
}

tkz_status tkz__character_index_append(tkz__character_index *index, const char *text, size_t size,
                                       tkz_error *error)
{
    size_t needed;
    if (!tkz__size_add(index->count, size / WORD + 2, &needed))
        return tkz__error_memory(error, size);
    tkz_status status = tkz__array_reserve(&index->allocator, (void **)&index->words,
                                           &index->capacity, needed, sizeof *index->words, error);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        size_t valid = tkz_utf8_valid_prefix(text + at, size - at);
        put_bytes(index, text + at, valid, false);
        at += valid;
        if (at < size)
            put_bytes(index, text + at++, 1, true);
    }
    return status;
}

void tkz__character_index_drop(tkz__character_index *index, uint64_t place)
{
    size_t words = place > index->first ? (size_t)((place - index->first) / WORD) : 0;
    if (words > index->count)
        words = index->count;
    /* Moving as much as is dropped costs no more than writing it did. */
    if (words < index->count - words)
        return;
    index->count -= words;
    memmove(index->words, index->words + words, index->count * sizeof *index->words);
    index->first += (uint64_t)words * WORD;
}

/* ---- Asking -------------------------------------------------------------- */

/* Characters that start before `place`, which lies in a word that is there, or at its end. */
static uint64_t count_before(const tkz__character_index *index, uint64_t place)
{
    uint64_t offset = place - index->first;
    size_t word = (size_t)(offset / WORD);
    if (place < index->first || word >= index->count)
        return index->characters;
    uint64_t below = (UINT64_C(1) << (offset % WORD)) - 1;
    return index->words[word].before +
           (uint64_t)__builtin_popcountll(index->words[word].starts & below);
}

void tkz__character_index_convert(const tkz__character_index *index, tkz_token_span *spans,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t start = spans[i].start, end = spans[i].end;
        spans[i].start = start < index->size ? count_before(index, start + 1) - 1
                                             : index->characters;
        spans[i].end = end > start ? count_before(index, end) : spans[i].start;
    }
}
