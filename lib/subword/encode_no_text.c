/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to ids where most of them stand alone. Why that is exact is in the header. Leans on the
 * memory of
 * pairs, and on encode_text.c for what has more than two bytes.
 */
#include "subword/encode_no_text.h"

#include "subword/whole_tokens.h"

enum {
    WORDS = 16,           /* of 64 bytes: of one go; longer ones are done in the ordinary way */
    WORD = 64,
    FEW = 8,              /* bytes that are merged in place */
    LEAST_BORDERS = 3     /* one place in so many, at most, may be no border */
};

/* A bit for every byte of some chunks. */
typedef struct span {
    const uint8_t *bytes;
    size_t size;
    uint64_t joined[WORDS + 1]; /* the byte and the next are in one symbol, and in one chunk */
    uint64_t starts[WORDS + 1]; /* a chunk begins there, or the span ends */
} span;

static bool bit_at(const uint64_t *words, size_t place)
{
    return words[place / WORD] >> (place % WORD) & 1;
}

static size_t next_of(const uint64_t *words, size_t place, size_t size, uint64_t flip)
{
    uint64_t left = (words[place / WORD] ^ flip) & UINT64_MAX << (place % WORD);
    size_t word = place / WORD;
    while (left == 0) {
        if (++word * WORD >= size)
            return size;
        left = words[word] ^ flip;
    }
    return word * WORD + (size_t)__builtin_ctzll(left);
}

/* Bits of the first `count` bytes; there is one more byte. */
static uint64_t joined_word(const uint8_t *joins, const uint8_t *bytes, size_t count)
{
    uint64_t word = 0;
    if (count == WORD) {
#pragma GCC unroll 64
        for (size_t i = 0; i < WORD; i++)
            word |= (uint64_t)joins[bytes[i] | bytes[i + 1] << 8] << i;
        return word;
    }
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)joins[bytes[i] | bytes[i + 1] << 8] << i;
    return word;
}

/* Fills in the bits; returns how many are joined. */
static size_t look(const tkz__pair_memory *pairs, const uint32_t *ends, size_t count, span *own)
{
    size_t words = own->size / WORD + 1, joined = 0;
    for (size_t i = 0; i < words; i++) {
        size_t left = own->size - 1 - (i * WORD < own->size ? i * WORD : own->size - 1);
        own->joined[i] = joined_word(pairs->joins, own->bytes + i * WORD, left < WORD ? left : WORD);
        own->starts[i] = 0;
    }
    own->starts[0] = 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t last = ends[i] - 1;
        own->joined[last / WORD] &= ~(UINT64_C(1) << (last % WORD));
        own->starts[ends[i] / WORD] |= UINT64_C(1) << (ends[i] % WORD);
    }
    for (size_t i = 0; i < words; i++)
        joined += (size_t)__builtin_popcountll(own->joined[i]);
    return joined;
}

/* Two bytes that may merge. False if the image is damaged. */
static bool encode_two(tkz_encoder *encoder, const uint8_t *two)
{
    const tkz__pair_memory *pairs = &encoder->memory->pairs;
    uint32_t joined = tkz__pair_memory_find(encoder->image, &encoder->memory->pairs, two[0], two[1]);
    uint32_t *ids = encoder->ids + encoder->id_count;
    bool is_one = joined != TKZ__NO_TOKEN;
    ids[0] = is_one ? tkz__image_item(encoder->image, TKZ__SECTION_SYMBOL_IDS, joined)
                    : pairs->byte_ids[two[0]];
    ids[1] = pairs->byte_ids[two[1]];
    encoder->id_count += 2 - (size_t)is_one;
    return ids[0] < encoder->image->token_count;
}

/* The same for a few more, by carrying out merges: the lowest first, of equal ones the leftmost. */
static bool encode_few(tkz_encoder *encoder, const uint8_t *bytes, size_t size)
{
    const tkz__image *image = encoder->image;
    tkz__pair_memory *pairs = &encoder->memory->pairs;
    uint32_t *symbols = encoder->ids + encoder->id_count, merges[FEW];
    for (size_t i = 0; i < size; i++) {
        symbols[i] = bytes[i];
        merges[i] = i + 1 < size ? tkz__pair_memory_find(image, pairs, bytes[i], bytes[i + 1])
                                 : TKZ__NO_TOKEN;
    }
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < size; i++)
            best = merges[i] < merges[best] ? i : best;
        uint32_t joined = merges[best];
        if (joined == TKZ__NO_TOKEN)
            break;
        size--;
        for (size_t i = best + 1; i < size; i++) {
            symbols[i] = symbols[i + 1];
            merges[i] = merges[i + 1];
        }
        symbols[best] = joined;
        merges[best] = best + 1 < size
                           ? tkz__pair_memory_find_long(image, pairs, joined, symbols[best + 1])
                           : TKZ__NO_TOKEN;
        if (best > 0)
            merges[best - 1] =
                tkz__pair_memory_find_long(image, pairs, symbols[best - 1], joined);
    }
    bool is_sound = true;
    for (size_t i = 0; i < size; i++) {
        symbols[i] = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbols[i]);
        is_sound &= symbols[i] < image->token_count;
    }
    encoder->id_count += size;
    return is_sound;
}

/* Bytes of which each may merge with the next; `is_whole`: they are a chunk that may have its own
 * token. There
 * is room for an id for each of them and of the `behind` bytes that follow, before and after. */
static tkz_status encode_joined(tkz_encoder *encoder, const uint8_t *bytes, size_t size,
                                bool is_whole, size_t behind, tkz_error *error)
{
    if (is_whole) {
        uint32_t id = tkz__whole_tokens_find(encoder->image, bytes, size);
        if (id != TKZ__NO_TOKEN) {
            encoder->ids[encoder->id_count++] = id;
            return TKZ_OK;
        }
    }
    if (size <= FEW) {
        bool is_sound = size == 2 ? encode_two(encoder, bytes) : encode_few(encoder, bytes, size);
        return is_sound ? TKZ_OK : tkz__encoder_damaged(error);
    }
    tkz_status status = tkz__encode_piece(encoder, bytes, size, false, error);
    return status == TKZ_OK ? tkz__encoder_reserve_ids(encoder, behind, error) : status;
}

static tkz_status encode_span(tkz_encoder *encoder, const span *own, bool may_be_whole,
                              tkz_error *error)
{
    const uint32_t *byte_ids = encoder->memory->pairs.byte_ids;
    for (size_t at = 0; at < own->size;) {
        size_t next = next_of(own->joined, at, own->size, 0);
        uint32_t *ids = encoder->ids + encoder->id_count;
        encoder->id_count += next - at;
        while (at < next)
            *ids++ = byte_ids[own->bytes[at++]];
        if (at == own->size)
            break;
        size_t end = next_of(own->joined, at, own->size, UINT64_MAX) + 1;
        bool is_whole = may_be_whole && bit_at(own->starts, at) && bit_at(own->starts, end);
        tkz_status status = encode_joined(encoder, own->bytes + at, end - at, is_whole,
                                          own->size - end, error);
        if (status != TKZ_OK)
            return status;
        at = end;
    }
    return TKZ_OK;
}

tkz_status tkz__encode_no_text(tkz_encoder *encoder, const uint8_t *bytes, const uint32_t *ends,
                               size_t count, bool may_be_whole, bool *done, tkz_error *error)
{
    span own = {.bytes = bytes, .size = ends[count - 1]};
    *done = false;
    if (own.size >= WORDS * WORD ||
        !tkz__pair_memory_has_joins(encoder->image, &encoder->memory->pairs))
        return TKZ_OK;
    if (look(&encoder->memory->pairs, ends, count, &own) * LEAST_BORDERS > own.size)
        return TKZ_OK;
    *done = true;
    tkz_status status = tkz__encoder_reserve_ids(encoder, own.size, error);
    return status == TKZ_OK ? encode_span(encoder, &own, may_be_whole, error) : status;
}
