/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop over the characters of a chunk, written once for the ways to do it: the file that includes it
 * says what the function CUT is, and may have a STEP that takes LANES characters of three bytes at once
 * and reads STEP_BYTES bytes, and a MIXED_STEP that takes as many of one to three bytes and reads
 * MIXED_BYTES. Leans on chunk_borders.h.
 */

/* The number of places where a character of three bytes has room and four bytes may be read. One
 * that the
 * chunk's end would cut is none: the chunk ends behind one. */
static size_t fast_places(size_t size, size_t readable)
{
    size_t places = size < 3 ? 0 : size - 2, words = readable < 4 ? 0 : readable - 3;
    return places < words ? places : words;
}

/* 1 if nothing joins the characters of two entries, else 0. */
static inline uint32_t is_border(const uint8_t *bits, uint32_t mask, uint32_t left, uint32_t right)
{
    uint32_t bit = tkz__border_bit(left, right) & mask;
    return ~(uint32_t)bits[bit >> 3] >> (bit & 7) & 1;
}

#ifdef STEP
/* Do two characters of three bytes stand here? A step that takes fewer is slower than none; 6 bytes may
 * be read. */
static inline bool are_threes(const uint8_t *bytes)
{
    return (bytes[0] & 0xF0) == 0xE0 && (bytes[3] & 0xF0) == 0xE0;
}
#endif

#ifdef MIXED_STEP
enum { MIXED_LEAST = 12 /* bytes that make it worth its while */ };
#endif

/* `stops`: before the first character but one that stands alone. */
CUT(const tkz__image *image, const uint8_t *chunk, size_t size, size_t readable, uint32_t *ends,
    size_t room, bool stops)
{
    /* By value: what is written to `ends` cannot change them. */
    const uint8_t *characters = image->sections[TKZ__SECTION_BORDER_CHARACTERS];
    const uint8_t *bits = image->sections[TKZ__SECTION_BORDER_BITS];
    const uint32_t mask = image->border_mask;
    const size_t fast = fast_places(size, readable);
    size_t count = 0, at = 0;
    uint32_t left = tkz__border_read(image, chunk, size, &at);
    while (at < size && count + 1 < room) {
#ifdef STEP
        bool alone = false;
        while (left != TKZ__NO_ENTRY && size - at >= 6 && readable - at >= STEP_BYTES &&
               room >= 3 * LANES && are_threes(chunk + at)) {
            if (room - count <= LANES + 1)
                return count; /* as if there were no more room */
            size_t before = at;
            count += STEP(image, chunk, &at, (size - at) / 3, &left, ends + count,
                          stops ? &alone : NULL);
            if (alone) {
                ends[count] = (uint32_t)at;
                return count + 1;
            }
            if (at - before < 3 * LANES)
                break;
        }
        if (at == size)
            break;
        uint32_t taken = LANES;
        while (left != TKZ__NO_ENTRY && size - at >= MIXED_LEAST && readable - at >= MIXED_BYTES &&
               room >= 3 * LANES && taken == LANES) {
            if (room - count <= LANES + 1)
                return count; /* so too: one by one, half of the last ones are guessed wrongly */
            count += MIXED_STEP(image, chunk, &at, size - at, &left, ends + count, &taken,
                                stops ? &alone : NULL);
            if (alone) {
                ends[count] = (uint32_t)at;
                return count + 1;
            }
        }
        if (at == size)
            break;
#endif
        /* A character is mostly as long as the one before. */
        if (left != TKZ__NO_ENTRY) {
            size_t before = at;
            uint32_t word;
            while (stops && at < fast && count + 1 < room &&
                   tkz__border_is_three(word = tkz__image_u32(chunk + at))) {
                uint32_t right =
                    tkz__image_u32(characters + 4 * (size_t)tkz__border_number_of_three(word));
                ends[count] = (uint32_t)at;
                if (right == TKZ__LONE_ENTRY)
                    return count + 1;
                count += is_border(bits, mask, left, right);
                left = right;
                at += 3;
            }
            while (at < size && count + 1 < room && chunk[at] < 0x80) {
                uint32_t right = tkz__image_u32(characters + 4 * (size_t)chunk[at]);
                ends[count] = (uint32_t)at;
                if (stops && right == TKZ__LONE_ENTRY)
                    return count + 1;
                count += is_border(bits, mask, left, right);
                left = right;
                at++;
            }
            if (at > before)
                continue;
        }
        size_t place = at;
        uint32_t right, word = 0;
        if (at < fast)
            word = tkz__image_u32(chunk + at);
        if (__builtin_expect(tkz__border_is_three(word), 1)) {
            right = tkz__image_u32(characters + 4 * (size_t)tkz__border_number_of_three(word));
            at += 3;
        } else if (chunk[at] < 0x80) {
            right = tkz__image_u32(characters + 4 * (size_t)chunk[at++]);
        } else if (tkz__border_is_two(word)) {
            right = tkz__image_u32(characters + 4 * (size_t)tkz__border_number_of_two(word));
            at += 2;
        } else {
            right = tkz__border_read(image, chunk, size, &at);
        }
        /* A byte that is no character belongs to the piece of its neighbours. */
        if (__builtin_expect(left == TKZ__NO_ENTRY || right == TKZ__NO_ENTRY, 0)) {
            left = right;
            continue;
        }
        if (stops && right == TKZ__LONE_ENTRY) {
            ends[count++] = (uint32_t)place;
            return count;
        }
        /* Written always and kept or not: whether a place is a border is nobody's guess. */
        ends[count] = (uint32_t)place;
        count += is_border(bits, mask, left, right);
        left = right;
    }
    /* Out of room: the last border is the end of what was cut; there is one, since room is above 1. */
    if (at < size)
        return count;
    ends[count++] = (uint32_t)size;
    return count;
}

#undef CUT
#undef STEP
#undef MIXED_STEP
