/* SPDX-License-Identifier: Apache-2.0
 *
 * The native image of a tokenizer (doc/formats/tokenizer-image.md): its layout,
 * the checked view of it that every look-up uses, and its writer. Leans on core.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_IMAGE_H
#define TKZ_SUBWORD_TOKENIZER_IMAGE_H

#include <stdbool.h>
#include <string.h>

#include "core/buffer.h"
#include "subword/pre_tokenizer.h"

enum {
    TKZ__IMAGE_VERSION = 1,
    TKZ__IMAGE_HEADER_SIZE = 64,
    TKZ__IMAGE_SECTION_SIZE = 32, /* an entry of the section table */
    TKZ__IMAGE_ALIGNMENT = 64,    /* of sections, in the file */
    TKZ__IMAGE_MERGE_SIZE = 12,
    TKZ__IMAGE_HALVES_SIZE = 8,
    TKZ__IMAGE_PAIR_REACH = 255, /* most slots that one look-up reads beyond its first */
    TKZ__IMAGE_TOKEN_LIMIT = 65535, /* bytes of one token */
    TKZ__IMAGE_COUNT_LIMIT = 1 << 24 /* ids; pairs and piece cache use the 8 bits above */
};

/* Magic as in PNG: not text, and broken by every kind of line-end conversion. */
#define TKZ__IMAGE_MAGIC "\x89tkz\r\n\x1a\n"

/* Kinds of sections, in the order in which they stand. */
typedef enum tkz__image_section {
    TKZ__SECTION_PRE_TOKENIZER = 1, /* its name */
    TKZ__SECTION_TOKEN_OFFSETS,     /* u32, token count + 1 of them */
    TKZ__SECTION_TOKEN_BYTES,
    TKZ__SECTION_SPECIALS,     /* u32 ids, ascending */
    TKZ__SECTION_BYTE_IDS,     /* u32, the token of each byte */
    TKZ__SECTION_MERGES,       /* u32 left, right, result, in rank order */
    TKZ__SECTION_HALVES,       /* u32 left, right of each token; all ones for bytes and specials */
    TKZ__SECTION_PAIRS,        /* hash table of the merges, see tkz__image_find_pair */
    TKZ__SECTION_TRIE_NODES,   /* see token_trie.h */
    TKZ__SECTION_TRIE_TOKENS,
    TKZ__SECTION_PREFIXES,     /* u32 of each token: the next shorter one that it starts with */
    TKZ__SECTION_BORDER_KINDS, /* see chunk_borders.h */
    TKZ__SECTION_BORDER_BITS,
    TKZ__SECTION_PROVENANCE, /* JSON text; empty if there is none */
    TKZ__SECTION_END
} tkz__image_section;

/* A checked view: every pointer is inside the image and has room for its counts. What the
 * sections say has not been checked; readers compare it with the counts before use. */
typedef struct tkz__image {
    const uint8_t *data;
    size_t size;
    const tkz__pre_tokenizer *pre_tokenizer;
    uint32_t token_count;
    uint32_t special_count;
    uint32_t merge_count;
    uint32_t pair_shift; /* 64 - log2(slots) */
    uint32_t pair_mask;
    uint32_t pair_reach;
    uint32_t trie_count; /* nodes */
    uint32_t border_mask; /* bits of the filter - 1 */
    const uint8_t *sections[TKZ__SECTION_END];
    size_t sizes[TKZ__SECTION_END];
    uint32_t byte_ids[256];
} tkz__image;

static inline uint32_t tkz__image_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

/* The u32 number `index` of a section; `index` is below its count. */
static inline uint32_t tkz__image_item(const tkz__image *image, tkz__image_section section,
                                       size_t index)
{
    return tkz__image_u32(image->sections[section] + 4 * index);
}

#define TKZ__NO_TOKEN UINT32_MAX

/* Where a pair stands: multiplicative hashing by 2^64 / golden ratio (Knuth, TAOCP 6.4). The bits
 * above `shift` are its first slot, the eight below them its fingerprint, 0..254. */
static inline uint64_t tkz__image_pair_hash(uint32_t left, uint32_t right)
{
    uint64_t key = (uint64_t)left << 32 | right;
    key ^= key >> 29;
    return key * UINT64_C(0x9E3779B97F4A7C15);
}

static inline uint32_t tkz__image_fingerprint(uint64_t hash, uint32_t shift)
{
    uint32_t print = (uint32_t)(hash >> (shift - 8)) & 0xFF;
    return print == 0xFF ? 0xFE : print;
}

/* The token that merging two tokens gives, or TKZ__NO_TOKEN. A slot is fingerprint << 24 | token,
 * or all ones. Most look-ups are of pairs that are no merge and end at a slot that tells so. */
static inline uint32_t tkz__image_find_pair(const tkz__image *image, uint32_t left,
                                            uint32_t right)
{
    uint64_t hash = tkz__image_pair_hash(left, right);
    uint32_t slot = (uint32_t)(hash >> image->pair_shift);
    uint32_t print = tkz__image_fingerprint(hash, image->pair_shift);
    for (uint32_t step = 0; step <= image->pair_reach; step++) {
        uint32_t found = tkz__image_item(image, TKZ__SECTION_PAIRS, slot);
        if (found == UINT32_MAX)
            break;
        uint32_t token = found & 0xFFFFFF;
        if (found >> 24 == print && token < image->token_count &&
            tkz__image_item(image, TKZ__SECTION_HALVES, (size_t)token * 2) == left &&
            tkz__image_item(image, TKZ__SECTION_HALVES, (size_t)token * 2 + 1) == right)
            return token;
        slot = (slot + 1) & image->pair_mask;
    }
    return TKZ__NO_TOKEN;
}

/* The halves of a token, both smaller ids than its own; false for bytes and specials. */
static inline bool tkz__image_halves(const tkz__image *image, uint32_t token, uint32_t *left,
                                     uint32_t *right)
{
    *left = tkz__image_item(image, TKZ__SECTION_HALVES, (size_t)token * 2);
    *right = tkz__image_item(image, TKZ__SECTION_HALVES, (size_t)token * 2 + 1);
    return *left < token && *right < token;
}

/* The bytes of token `id`, which is below token_count; false if the image is corrupt there. */
static inline bool tkz__image_token(const tkz__image *image, uint32_t id, const uint8_t **bytes,
                                    size_t *size)
{
    uint32_t start = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, id);
    uint32_t end = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, (size_t)id + 1);
    if (start > end || end > image->sizes[TKZ__SECTION_TOKEN_BYTES])
        return false;
    *bytes = image->sections[TKZ__SECTION_TOKEN_BYTES] + start;
    *size = end - start;
    return true;
}

/* Bytes of token `id`; 0 if the image is corrupt there. */
static inline size_t tkz__image_token_size(const tkz__image *image, uint32_t id)
{
    uint32_t start = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, id);
    uint32_t end = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, (size_t)id + 1);
    return start < end ? end - start : 0;
}

/* True if `id` is in the ascending list of specials. */
bool tkz__image_is_special(const tkz__image *image, uint32_t id);

/* Checks header, section table, their checksum and all counts, and fills the view. Cost does not
 * depend on the size of the vocabulary. `where` names the file in messages.
 * Errors: BAD_FORMAT, BAD_VERSION, CORRUPT, UNSUPPORTED. */
TKZ_CHECKED tkz_status tkz__image_open(tkz__image *image, const uint8_t *data, size_t size,
                                       const char *where, tkz_error *error);

/* Checks every byte: section checksums, padding, tokens, merges, and that the tables derived from
 * them are what a writer would make. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_verify(const tkz__image *image, const tkz_allocator *allocator,
                                         const char *where, tkz_error *error);

/* What an image is written from. The parts have been checked by whoever made them. */
typedef struct tkz__image_parts {
    const tkz__pre_tokenizer *pre_tokenizer;
    const uint32_t *token_offsets; /* token_count + 1 */
    const uint8_t *token_bytes;
    uint32_t token_count;
    const uint32_t *specials; /* ascending */
    uint32_t special_count;
    const uint32_t *byte_ids; /* 256 */
    const uint32_t *merges;   /* left, right, result; results ascend and are above their halves */
    uint32_t merge_count;
    const char *provenance; /* may be NULL */
    size_t provenance_size;
} tkz__image_parts;

/* Appends the image to an empty buffer. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_write(const tkz__image_parts *parts, tkz__buffer *buffer,
                                        tkz_error *error);

#endif
