/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out merges. Leans on the image and matching.
 */
#include "subword/merging.h"

/* ---- A block ----------------------------------------------------------- */

/* The first place of the lowest symbol that two neighbours would make; symbols are in the order of
 * their ranks, TKZ__NO_TOKEN is above all. */
static size_t lowest(const uint32_t *joined, size_t count)
{
    size_t best = 0;
    uint32_t least = joined[0];
    for (size_t i = 1; i < count; i++) {
        if (joined[i] < least) {
            least = joined[i];
            best = i;
        }
    }
    return best;
}

size_t tkz__merge_block(const tkz__image *image, const uint8_t *bytes, size_t size,
                        uint32_t *symbols)
{
    uint32_t joined[TKZ__MERGE_REGION]; /* what symbols i and i + 1 would make */
    for (size_t i = 0; i < size; i++)
        symbols[i] = bytes[i];
    size_t count = size;
    for (size_t i = 0; i + 1 < count; i++)
        joined[i] = tkz__image_find_pair(image, symbols[i], symbols[i + 1]);
    while (count > 1) {
        size_t at = lowest(joined, count - 1);
        if (joined[at] == TKZ__NO_TOKEN)
            break;
        symbols[at] = joined[at];
        count--;
        memmove(symbols + at + 1, symbols + at + 2, (count - at - 1) * sizeof *symbols);
        if (at + 1 < count) {
            memmove(joined + at + 1, joined + at + 2, (count - at - 2) * sizeof *joined);
            joined[at] = tkz__image_find_pair(image, symbols[at], symbols[at + 1]);
        }
        if (at > 0)
            joined[at - 1] = tkz__image_find_pair(image, symbols[at - 1], symbols[at]);
    }
    return count;
}

/* ---- Blocks side by side ----------------------------------------------- */

typedef struct sequence {
    const tkz__image *image;
    tkz__match_memory *memory;
    const uint8_t *bytes;
    uint32_t *symbols; /* the encoding of the first `end` bytes */
    size_t count;
    size_t end;
} sequence;

/* Puts the symbols of a block behind the sequence, if they stay side by side. */
static bool append(sequence *own, const uint32_t *symbols, size_t count, size_t size)
{
    if (own->count > 0 && !tkz__match_stays_remembered(own->image, own->memory,
                                                       own->symbols[own->count - 1], symbols[0]))
        return false;
    memcpy(own->symbols + own->count, symbols, count * sizeof *symbols);
    own->count += count;
    own->end += size;
    return true;
}

/* Takes back the last `count` symbols; false if the image is damaged. */
static bool take_back(sequence *own, size_t count)
{
    for (; count > 0; count--) {
        size_t size = tkz__image_symbol_size(own->image, own->symbols[--own->count]);
        if (size == 0 || size > own->end)
            return false;
        own->end -= size;
    }
    return true;
}

/* The block up to byte `end` does not stay as it is: merges more and more of what is before it
 * together with it. False if that does not end. */
static bool append_with_tail(sequence *own, size_t end)
{
    for (size_t more = 1;; more *= 2) {
        uint32_t symbols[TKZ__MERGE_REGION];
        if (!take_back(own, more < own->count ? more : own->count) ||
            end - own->end > TKZ__MERGE_REGION)
            return false;
        size_t size = end - own->end;
        size_t count = tkz__merge_block(own->image, own->bytes + own->end, size, symbols);
        if (append(own, symbols, count, size))
            return true;
    }
}

/* Where a block that starts at `start` ends: before a character, if one starts in its last bytes. */
static size_t block_end(const uint8_t *bytes, size_t start, size_t size)
{
    if (size - start <= TKZ__MERGE_BLOCK)
        return size;
    size_t end = start + TKZ__MERGE_BLOCK;
    for (size_t back = 0; back < 4; back++) {
        if ((bytes[end - back] & 0xC0) != 0x80)
            return end - back;
    }
    return end;
}

static bool merge_blocks(sequence *own, size_t size)
{
    uint32_t symbols[TKZ__MERGE_BLOCK];
    size_t count = 0, start = 0, length = 0;
    while (own->end < size) {
        size_t end = block_end(own->bytes, own->end, size);
        /* The same bytes again, as in runs: the same symbols. */
        if (count == 0 || end - own->end != length ||
            memcmp(own->bytes + start, own->bytes + own->end, length) != 0)
            count = tkz__merge_block(own->image, own->bytes + own->end, end - own->end, symbols);
        start = own->end;
        length = end - start;
        if (!append(own, symbols, count, length)) {
            if (!append_with_tail(own, end))
                return false;
        }
    }
    return true;
}

/* ---- A run of one byte ------------------------------------------------- */

static bool is_run(const uint8_t *bytes, size_t size)
{
    return memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* A long run: the symbol that a long part of it begins with, again and again, and then the encoding of
 * the rest, if all of these stay side by side. */
static bool merge_run(sequence *own, size_t size)
{
    uint32_t symbols[TKZ__MERGE_REGION];
    (void)tkz__merge_block(own->image, own->bytes, TKZ__MERGE_REGION, symbols);
    uint32_t symbol = symbols[0];
    size_t length = tkz__image_symbol_size(own->image, symbol);
    if (length == 0 || length > TKZ__MERGE_REGION / 2 ||
        !tkz__match_stays_remembered(own->image, own->memory, symbol, symbol))
        return false;
    size_t times = (size - TKZ__MERGE_REGION / 2) / length;
    for (size_t i = 0; i < times; i++)
        own->symbols[i] = symbol;
    own->count = times;
    own->end = times * length;
    size_t rest = size - own->end;
    size_t count = tkz__merge_block(own->image, own->bytes + own->end, rest, symbols);
    return append(own, symbols, count, rest);
}

size_t tkz__merge_piece(const tkz__image *image, tkz__match_memory *memory, const uint8_t *bytes,
                        size_t size, uint64_t *scratch, uint32_t *symbols)
{
    sequence own = {image, memory, bytes, symbols, 0, 0};
    if (size > 2 * TKZ__MERGE_REGION && is_run(bytes, size) && merge_run(&own, size))
        return own.count;
    own.count = own.end = 0;
    if (merge_blocks(&own, size))
        return own.count;
    return tkz__match_piece(image, memory, bytes, size, scratch, symbols);
}
