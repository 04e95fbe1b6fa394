/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to ids where most of them stand alone. Why that is exact is in the header. Leans on
 * byte_joins.h, on the memory of pairs for what has more than two bytes, and on encode_text.c.
 */
#include "subword/encode_no_text.h"

#include "subword/whole_tokens.h"

enum {
    WORDS = 16, /* of 64 bytes: of one go; longer ones are done in the ordinary way */
    WORD = 64,
    FEW = 8, /* bytes that are merged in place */
    LEAST_BORDERS = 3 /* one place in so many, at most, may be no border */
};

/* A bit for every byte of some chunks; zero behind them. */
typedef struct span {
    const uint8_t *bytes;
    size_t size;
    uint64_t joined[WORDS + 2]; /* the byte and the next are in one symbol, and in one chunk */
    uint64_t longer[WORDS + 2]; /* three bytes or more that are joined begin there */
    uint64_t starts[WORDS + 2]; /* a chunk begins there, or the span ends */
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

/* The bits of 64 bytes from `place` on. */
static uint64_t bits_from(const uint64_t *words, size_t place)
{
    const uint64_t *word = words + place / WORD;
    return word[0] >> place % WORD | word[1] << 1 << (WORD - 1 - place % WORD);
}

static inline uint64_t joined_bit(const tkz__byte_joins *joins, const uint8_t *two)
{
    return (uint64_t)joins->of[two[0] | two[1] << 8] >> TKZ__BYTE_JOINED_BIT;
}

/* Bits of the first `count` bytes; there is one more byte. */
static uint64_t joined_word(const tkz__byte_joins *joins, const uint8_t *bytes, size_t count)
{
    uint64_t word = 0;
    if (count == WORD) {
#pragma GCC unroll 64
        for (size_t i = 0; i < WORD; i++)
            word |= joined_bit(joins, bytes + i) << i;
        return word;
    }
    for (size_t i = 0; i < count; i++)
        word |= joined_bit(joins, bytes + i) << i;
    return word;
}

/* Fills in the bits; returns how many are joined. */
static size_t look(const tkz__byte_joins *joins, const uint32_t *ends, span *own)
{
    size_t words = own->size / WORD + 1, joined = 0, last = own->size - 1;
    uint64_t start = 1;
    for (size_t i = 0; i < words; i++) {
        size_t limit = (i + 1) * WORD < own->size ? (i + 1) * WORD : own->size;
        for (; *ends < limit; ends++) /* the last one is the size */
            start |= UINT64_C(1) << *ends % WORD;
        own->starts[i] = start;
        start = 0;
    }
    own->starts[own->size / WORD] |= UINT64_C(1) << own->size % WORD;
    own->starts[words] = own->joined[words] = own->longer[words] = 0;
    for (size_t i = 0; i < words; i++) {
        size_t left = i * WORD < last ? last - i * WORD : 0;
        own->joined[i] = joined_word(joins, own->bytes + i * WORD, left < WORD ? left : WORD) &
                         ~(own->starts[i] >> 1 | own->starts[i + 1] << (WORD - 1));
        joined += (size_t)__builtin_popcountll(own->joined[i]);
    }
    uint64_t before = 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t here = own->joined[i];
        own->longer[i] = here & (here >> 1 | own->joined[i + 1] << (WORD - 1)) &
                         ~(here << 1 | before >> (WORD - 1));
        before = here;
    }
    return joined;
}

/* What two bytes at `place`, which are joined, are. */
static inline uint32_t two_at(const tkz_encoder *encoder, const span *own, bool may_be_whole,
                              size_t place)
{
    uint32_t two = tkz__byte_joins_two(&encoder->memory->joins, own->bytes + place);
    if (__builtin_expect(two < TKZ__TWO_WHOLE, 1))
        return two;
    if (may_be_whole && bit_at(own->starts, place) && bit_at(own->starts, place + 2))
        return tkz__whole_tokens_find(encoder->image, own->bytes + place, 2);
    return two & ~TKZ__TWO_WHOLE;
}

/* Bytes that are single, or joined in twos: `count` of them, a word at most. Nothing jumps on what they
 * are: it cannot be foreseen. First what the twos merge into, then a token for every byte that begins one,
 * then those of the twos in their places. Returns how many tokens it wrote; there is room for one a byte. */
static size_t put_twos(const tkz_encoder *encoder, const span *own, bool may_be_whole, size_t at,
                       size_t count, uint32_t *ids)
{
    const uint32_t *byte_ids = encoder->memory->joins.ids;
    const uint8_t *bytes = own->bytes + at;
    uint32_t made[WORD / 2 + 1];
    uint64_t merged = 0;
    size_t number = 0, written = 0;
    uint64_t joined = bits_from(own->joined, at) & UINT64_MAX >> (WORD - count);
    for (; joined != 0; joined &= joined - 1) {
        size_t place = (size_t)__builtin_ctzll(joined);
        uint32_t two = two_at(encoder, own, may_be_whole, at + place);
        made[number] = two;
        number += two != TKZ__TWO_NONE;
        merged |= (uint64_t)(two != TKZ__TWO_NONE) << place;
    }
    uint64_t first = ~(merged << 1);
#pragma GCC unroll 4
    for (size_t i = 0; i < count; i++, first >>= 1) {
        ids[written] = byte_ids[bytes[i]];
        written += first & 1;
    }
    for (number = 0; merged != 0; merged &= merged - 1, number++)
        ids[(size_t)__builtin_ctzll(merged) - number] = made[number];
    return written;
}

/* A few bytes, by carrying out merges: the lowest first, of equal ones the leftmost. False if the image
 * is damaged. */
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
    if (size <= FEW)
        return encode_few(encoder, bytes, size) ? TKZ_OK : tkz__encoder_damaged(error);
    tkz_status status = tkz__encode_piece(encoder, bytes, size, false, error);
    return status == TKZ_OK ? tkz__encoder_reserve_ids(encoder, behind, error) : status;
}

static tkz_status encode_span(tkz_encoder *encoder, const span *own, bool may_be_whole,
                              tkz_error *error)
{
    for (size_t at = 0; at < own->size;) {
        size_t next = next_of(own->longer, at, own->size, 0);
        while (at < next) {
            size_t count = next - at < WORD ? next - at : WORD;
            /* Two bytes are done together. */
            count -= count == WORD && bit_at(own->joined, at + WORD - 1);
            encoder->id_count += put_twos(encoder, own, may_be_whole, at, count,
                                          encoder->ids + encoder->id_count);
            at += count;
        }
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
        !tkz__byte_joins_ready(&encoder->memory->joins, encoder->image))
        return TKZ_OK;
    if (look(&encoder->memory->joins, ends, &own) * LEAST_BORDERS > own.size)
        return TKZ_OK;
    *done = true;
    tkz_status status = tkz__encoder_reserve_ids(encoder, own.size, error);
    return status == TKZ_OK ? encode_span(encoder, &own, may_be_whole, error) : status;
}
