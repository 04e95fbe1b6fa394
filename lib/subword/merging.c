/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out merges. Leans on the image and matching.
 */
#include "subword/merging.h"

#include "subword/merging_blocks.h"

typedef struct sequence {
    const tkz__image *image;
    tkz__match_memory *memory;
    tkz__merge_run *run;
    const uint8_t *bytes;
    uint64_t *scratch;
    uint32_t *symbols; /* the encoding of the first `end` bytes */
    size_t count;
    size_t end;
} sequence;

/* Does a symbol stay behind the sequence? */
static bool stays(const sequence *own, uint32_t symbol)
{
    return own->count == 0 || tkz__match_stays_remembered(own->image, own->memory,
                                                          own->symbols[own->count - 1], symbol);
}

/* ---- A seam where the symbols do not stay ------------------------------ */

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

/* Encodes up to byte `end` with more and more of what is before the seam. False if that does not
 * end. */
static bool append_with_tail(sequence *own, size_t end)
{
    for (size_t more = 1;; more *= 2) {
        uint32_t symbols[TKZ__MERGE_REGION];
        if (!take_back(own, more < own->count ? more : own->count) ||
            end - own->end > TKZ__MERGE_REGION)
            return false;
        size_t count = tkz__match_piece(own->image, own->memory, own->bytes + own->end,
                                        end - own->end, own->scratch, symbols);
        if (count == 0)
            return false;
        if (stays(own, symbols[0])) {
            memcpy(own->symbols + own->count, symbols, count * sizeof *symbols);
            own->count += count;
            own->end = end;
            return true;
        }
    }
}

/* ---- Blocks side by side ----------------------------------------------- */

enum {
    OVERLAP = 8,     /* bytes of two blocks */
    LEFT_TO_NEXT = 2 /* symbols at the end of a block, where a cut is felt */
};

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

/* Appends the symbols of a block from its byte `from` on, of which one starts there, to its byte
 * `to`. */
static void append(sequence *own, const tkz__merge_block *block, size_t from, size_t to)
{
    uint64_t starts = block->starts & UINT64_MAX << from;
    if (to < block->size)
        starts &= (UINT64_C(1) << to) - 1;
    for (; starts != 0; starts &= starts - 1)
        own->symbols[own->count++] = block->symbols[__builtin_ctzll(starts)];
    own->end += to - from;
}

/* The byte of a block where what is left to the next one starts; its end if it is the last one. */
static size_t kept_end(const tkz__merge_block *block, bool is_last)
{
    uint64_t starts = block->starts & (block->starts - 1);
    if (is_last || __builtin_popcountll(starts) <= LEFT_TO_NEXT)
        return block->size;
    size_t place = block->size;
    for (int i = 0; i < LEFT_TO_NEXT; i++) {
        place = 63 - (size_t)__builtin_clzll(starts);
        starts ^= UINT64_C(1) << place;
    }
    return place;
}

/* The place of the last symbol before a byte of a block, which is not its first. */
static size_t last_before(uint64_t starts, size_t place)
{
    return 63 - (size_t)__builtin_clzll(starts & ((UINT64_C(1) << place) - 1));
}

/* The byte of a block where it meets the next one, which starts `shift` bytes behind it and is kept to
 * its byte `to`: a border of both, if what meets there stays. 0 if there is none. Where the same symbol
 * stands behind the border in both, it stays as it does in the first one. */
static size_t meeting(const sequence *own, const tkz__merge_block *one,
                      const tkz__merge_block *two, size_t shift, size_t to)
{
    uint64_t all = one->starts & (two->starts & ((UINT64_C(2) << (to - 1)) - 1)) << shift;
    for (uint64_t common = all; common != 0;) {
        size_t place = 63 - (size_t)__builtin_clzll(common);
        if (one->symbols[place] == two->symbols[place - shift])
            return place;
        common ^= UINT64_C(1) << place;
    }
    for (uint64_t common = all; common != 0;) {
        size_t place = 63 - (size_t)__builtin_clzll(common);
        if (tkz__match_stays_remembered(own->image, own->memory,
                                        one->symbols[last_before(one->starts, place)],
                                        two->symbols[place - shift]))
            return place;
        common ^= UINT64_C(1) << place;
    }
    return 0;
}

/* Where a block that overlaps the one that ends at `end` starts: with a character, if there is one. */
static size_t overlap_start(const uint8_t *bytes, size_t end)
{
    size_t start = end - OVERLAP;
    for (size_t back = 0; back < 4; back++) {
        if ((bytes[start - back] & 0xC0) != 0x80)
            return start - back;
    }
    return start;
}

/* Blocks of one go, behind the last one of the go before. */
typedef struct go {
    tkz__merge_block blocks[1 + TKZ__MERGE_BLOCKS];
    size_t starts[2 + TKZ__MERGE_BLOCKS]; /* of each, and where the last one ends */
    size_t count;                         /* of the blocks behind the first one */
    bool has_first; /* the first is merged and appended before its byte `from` */
    size_t from;
} go;

/* Starts blocks, each of which overlaps the one before it, up to the end of the text. */
static void start_blocks(const sequence *own, go *now, size_t size)
{
    size_t start = own->end;
    if (now->has_first)
        start = overlap_start(own->bytes, now->starts[0] + now->blocks[0].size);
    for (now->count = 1;; now->count++) {
        size_t end = block_end(own->bytes, start, size);
        tkz__merge_block_start(&now->blocks[now->count], own->bytes + start, end - start);
        now->starts[now->count] = start;
        if (end == size || now->count == TKZ__MERGE_BLOCKS)
            return;
        start = overlap_start(own->bytes, end);
    }
}

/* kept_end of a block of a go. */
static size_t go_kept_end(const go *now, size_t number, size_t size)
{
    const tkz__merge_block *block = &now->blocks[number];
    return kept_end(block, now->starts[number] + block->size == size);
}

/* Appends blocks of a go from the first on, up to where two of them do not meet; the last one is left to
 * the next go. */
static void append_go(sequence *own, go *now, size_t size)
{
    size_t number = now->has_first ? 0 : 1, from = now->has_first ? now->from : 0;
    for (; number < now->count; number++) {
        const tkz__merge_block *block = &now->blocks[number];
        size_t shift = now->starts[number + 1] - now->starts[number];
        size_t place = meeting(own, block, &now->blocks[number + 1], shift,
                               go_kept_end(now, number + 1, size));
        if (place == 0)
            break;
        append(own, block, from, place);
        from = place - shift;
    }
    const tkz__merge_block *block = &now->blocks[number];
    now->has_first = number == now->count && now->starts[number] + block->size < size;
    if (now->has_first) {
        now->blocks[0] = *block;
        now->starts[0] = now->starts[number];
        now->from = from;
    } else {
        append(own, block, from, go_kept_end(now, number, size));
    }
}

/* Merges the next blocks and appends them. */
static bool append_blocks(sequence *own, go *now, size_t size)
{
    tkz__pair_memory *pairs = &own->memory->pairs;
    start_blocks(own, now, size);
    if (!pairs->has_byte_pairs &&
        (pairs->blocks += (uint32_t)now->count) >= TKZ__PAIR_BLOCKS_WORTH)
        tkz__pair_memory_make_byte_pairs(own->image, pairs);
    own->run(own->image, pairs, now->blocks + 1, now->count);
    if (!now->has_first && !stays(own, now->blocks[1].symbols[0]))
        return append_with_tail(own, now->starts[1] + go_kept_end(now, 1, size));
    append_go(own, now, size);
    return true;
}

/* Where the next bytes begin when a go has been appended with the block that it left. */
static size_t end_of_go(const sequence *own, const go *now)
{
    return now->has_first ? now->starts[0] + kept_end(&now->blocks[0], false) : own->end;
}

/* The bytes of the first block of a go again, as in runs: the same symbols. `*start`: where they were last.
 * False: they are others. */
static bool append_again(sequence *own, go *now, size_t *start, size_t size)
{
    const tkz__merge_block *one = &now->blocks[1];
    size_t end = end_of_go(own, now);
    if (end <= *start || size - end <= one->size ||
        memcmp(own->bytes + *start, own->bytes + end, one->size) != 0)
        return false;
    if (now->has_first)
        append(own, &now->blocks[0], now->from, kept_end(&now->blocks[0], false));
    now->has_first = false;
    if (!stays(own, one->symbols[0]))
        return false;
    *start = end;
    append(own, one, 0, kept_end(one, false));
    return true;
}

static bool merge_blocks(sequence *own, size_t size)
{
    go now;
    size_t start = 0;
    now.blocks[1].size = 0;
    now.has_first = false;
    while (own->end < size) {
        if (append_again(own, &now, &start, size))
            continue;
        if (!append_blocks(own, &now, size))
            return false;
        start = now.starts[1];
    }
    return true;
}

/* ---- A run of one byte ------------------------------------------------- */

enum { RUN = TKZ__MERGE_REGION }; /* bytes that are encoded by themselves */

static bool is_run(const uint8_t *bytes, size_t size)
{
    return memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* A long run: the symbol that a long part of it begins with, again and again, and then the encoding of
 * the rest, if all of these stay side by side. */
static bool merge_run(sequence *own, size_t size)
{
    uint32_t symbols[RUN];
    if (tkz__match_piece(own->image, own->memory, own->bytes, RUN, own->scratch, symbols) == 0)
        return false;
    uint32_t symbol = symbols[0];
    size_t length = tkz__image_symbol_size(own->image, symbol);
    if (length == 0 || length > RUN / 2 ||
        !tkz__match_stays_remembered(own->image, own->memory, symbol, symbol))
        return false;
    size_t times = (size - RUN / 2) / length, rest = size - times * length;
    size_t count = tkz__match_piece(own->image, own->memory, own->bytes + times * length, rest,
                                    own->scratch, symbols);
    if (count == 0 ||
        !tkz__match_stays_remembered(own->image, own->memory, symbol, symbols[0]))
        return false;
    for (size_t i = 0; i < times; i++)
        own->symbols[i] = symbol;
    memcpy(own->symbols + times, symbols, count * sizeof *symbols);
    own->count = times + count;
    return true;
}

static tkz__merge_run *best_run(void)
{
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2() && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt"))
        return tkz__merge_run_avx2;
#endif
    return tkz__merge_run_plain;
}

size_t tkz__merge_piece(const tkz__image *image, tkz__match_memory *memory, const uint8_t *bytes,
                        size_t size, uint64_t *scratch, uint32_t *symbols)
{
    sequence own = {image, memory, best_run(), bytes, scratch, symbols, 0, 0};
    if (size > 2 * RUN && is_run(bytes, size) && merge_run(&own, size))
        return own.count;
    own.count = own.end = 0;
    if (merge_blocks(&own, size))
        return own.count;
    return tkz__match_piece(image, memory, bytes, size, scratch, symbols);
}
