/* SPDX-License-Identifier: Apache-2.0
 *
 * Which bytes of a text the tokens of merging came from. Leans on the image and the
 * UTF-8 decoder.
 */
#include "subword/token_extent.h"

#include "text/utf8.h"

static bool stands_at(const tkz__token_walk *walk, uint32_t id, size_t at)
{
    const uint8_t *bytes;
    size_t size;
    return tkz__image_token(walk->image, id, &bytes, &size) && size <= walk->end - at &&
           memcmp(walk->text + at, bytes, size) == 0;
}

static size_t character_at(const tkz__token_walk *walk, size_t at)
{
    uint32_t character;
    return tkz__utf8_decode((const char *)walk->text + at, walk->end - at, &character);
}

/* Bytes of which some have no token may stand before and inside it. */
static size_t end_of_bytes(const tkz__token_walk *walk, uint32_t id, size_t *start)
{
    const uint8_t *bytes;
    size_t size, at = *start;
    (void)tkz__image_token(walk->image, id, &bytes, &size);
    if (!walk->image->drops_bytes)
        return size < walk->end - at ? at + size : walk->end;
    size_t stop = at;
    for (size_t i = 0; i < size; i++) {
        while (stop < walk->end && walk->text[stop] != bytes[i])
            stop++;
        if (i == 0)
            *start = stop;
        stop += stop < walk->end;
    }
    return stop;
}

/* sentencepiece gives the whole character to the last of its bytes, and nothing to the others. */
static size_t end_of_byte(tkz__token_walk *walk, size_t start)
{
    if (!walk->image->pieces.sentencepiece)
        return start + 1;
    size_t length = character_at(walk, start);
    if (++walk->byte_index < length)
        return start;
    walk->byte_index = 0;
    return start + length;
}

/* Moves to the chunk that byte `at` is in. */
static void go_to_chunk(tkz__token_walk *walk, size_t at)
{
    while (walk->chunk < walk->chunk_end && walk->chunk_base + walk->chunk->end <= at)
        walk->chunk++;
}

/* Are these bytes a chunk that may be a token as a whole? */
static bool is_whole_chunk(tkz__token_walk *walk, size_t at, size_t size)
{
    if ((walk->image->flags & TKZ__IMAGE_WHOLE_CHUNKS) == 0)
        return false;
    go_to_chunk(walk, at);
    return walk->chunk < walk->chunk_end && walk->chunk_base + walk->chunk->start == at &&
           walk->chunk->end - walk->chunk->start == size;
}

/* Unknown characters of one chunk up to where the next token stands, or one. */
static size_t end_of_unknown(tkz__token_walk *walk, size_t number, size_t start)
{
    size_t end = walk->end, stop = start + character_at(walk, start);
    if (!walk->image->pieces.fuse_unknown)
        return stop;
    go_to_chunk(walk, start);
    if (walk->chunk < walk->chunk_end && walk->chunk_base + walk->chunk->end < end)
        end = walk->chunk_base + walk->chunk->end;
    while (stop < end &&
           (number + 1 == walk->count || !stands_at(walk, walk->ids[number + 1], stop)))
        stop += character_at(walk, stop);
    return stop;
}

size_t tkz__token_walk_next(tkz__token_walk *walk, size_t number, size_t *start)
{
    uint32_t id = walk->ids[number];
    if (walk->image->kind == TKZ__MODEL_BYTE_BPE)
        return end_of_bytes(walk, id, start);
    size_t at = *start, size;
    const uint8_t *bytes;
    bool is_piece = tkz__image_token(walk->image, id, &bytes, &size);
    if (at == walk->end)
        return at;
    /* A piece that means something else stands for what a text spells only where that is a chunk of its
     * own, and HF takes such for a token without merging. */
    bool is_other = is_piece && !is_whole_chunk(walk, at, size) &&
                    (id == walk->image->pieces.unknown ||
                     (walk->image->pieces.byte_fallback && tkz__piece_byte(bytes, size) >= 0));
    if (is_piece && !is_other && stands_at(walk, id, at))
        return at + size;
    if (walk->image->pieces.byte_fallback && is_piece && tkz__piece_byte(bytes, size) >= 0)
        return end_of_byte(walk, at);
    if (id == walk->image->pieces.unknown)
        return end_of_unknown(walk, number, at);
    /* Characters were left out before it. */
    while (at < walk->end && !stands_at(walk, id, at))
        at += character_at(walk, at);
    *start = at;
    return at < walk->end ? at + size : at;
}
