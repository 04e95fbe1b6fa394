/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding of one piece without carrying out merges. Why this gives
 * the same is in the header. Leans on the image and its trie.
 */
#include "subword/matching.h"

#include "subword/token_trie.h"

/* The symbols at the border are walked back in time, from the whole tokens to single bytes. `left`
 * and `right` stand side by side from when the younger of them is made until one is used up, by
 * `left_end` or `right_end`. A merge of the two happens if it comes before both. If it ranks like
 * `right_end` it is the same merge, x + x, further to the left, and comes first; if it ranks like
 * `left_end` it is further to the right and comes too late. */
bool tkz__match_stays(const tkz__image *image, uint32_t left, uint32_t right, uint32_t whole)
{
    uint32_t left_end = UINT32_MAX, right_end = UINT32_MAX;
    for (;;) {
        uint32_t joined = tkz__image_find_pair(image, left, right);
        if (joined != TKZ__NO_TOKEN && joined != whole && joined < left_end &&
            joined <= right_end)
            return false;
        uint32_t first, second;
        if (left > right) {
            if (!tkz__image_halves(image, left, &first, &second))
                return true;
            left_end = left;
            left = second;
        } else {
            if (!tkz__image_halves(image, right, &first, &second))
                return true;
            right_end = right;
            right = first;
        }
    }
}

/* The longest token that `bytes` start with, and its length. */
static uint32_t longest_token(const tkz__image *image, const uint8_t *bytes, size_t size,
                              size_t *length)
{
    const uint8_t *nodes = image->sections[TKZ__SECTION_TRIE_NODES];
    uint32_t node = 0, found = 0;
    uint32_t base = tkz__image_u32(nodes) & ~TKZ__TRIE_TOKEN_BIT;
    size_t longest = 0;
    for (size_t at = 0; at < size; at++) {
        uint32_t child = base ^ bytes[at];
        if (child >= image->trie_count)
            break;
        const uint8_t *entry = nodes + (size_t)child * TKZ__TRIE_NODE_SIZE;
        if (tkz__image_u32(entry + 4) != node)
            break;
        node = child;
        base = tkz__image_u32(entry);
        if (base & TKZ__TRIE_TOKEN_BIT) {
            base &= ~TKZ__TRIE_TOKEN_BIT;
            found = node;
            longest = at + 1;
        }
    }
    *length = longest;
    if (longest == 0)
        return TKZ__NO_TOKEN;
    uint32_t token = tkz__image_item(image, TKZ__SECTION_TRIE_TOKENS, found);
    return token < image->token_count ? token : TKZ__NO_TOKEN;
}

/* The next shorter token that token `token` starts with, and its length. */
static uint32_t shorter_token(const tkz__image *image, uint32_t token, size_t *length)
{
    uint32_t shorter = tkz__image_item(image, TKZ__SECTION_PREFIXES, token);
    if (shorter >= image->token_count)
        return TKZ__NO_TOKEN;
    size_t size = tkz__image_token_size(image, shorter);
    /* A sound image has no others; with a damaged one the search must still end. */
    if (size == 0 || size >= *length)
        return TKZ__NO_TOKEN;
    *length = size;
    return shorter;
}

size_t tkz__match_piece(const tkz__image *image, const uint8_t *bytes, size_t size,
                        uint64_t *scratch, uint32_t *ids)
{
    /* Bit n: place n is known to be no border. */
    memset(scratch, 0, tkz__match_scratch(size) * sizeof *scratch);
    size_t count = 0, at = 0, length;
    uint32_t token = longest_token(image, bytes, size, &length);
    for (;;) {
        while (token != TKZ__NO_TOKEN) {
            size_t end = at + length;
            if ((scratch[end / 64] >> (end % 64) & 1) == 0 &&
                (count == 0 || tkz__match_stays(image, ids[count - 1], token, TKZ__NO_TOKEN)))
                break;
            token = shorter_token(image, token, &length);
        }
        if (token != TKZ__NO_TOKEN) {
            ids[count++] = token;
            at += length;
            if (at == size)
                return count;
            token = longest_token(image, bytes + at, size - at, &length);
        } else {
            if (count == 0)
                return 0;
            scratch[at / 64] |= UINT64_C(1) << (at % 64);
            token = ids[--count];
            length = tkz__image_token_size(image, token);
            if (length == 0 || length > at)
                return 0;
            at -= length;
            token = shorter_token(image, token, &length);
        }
    }
}
