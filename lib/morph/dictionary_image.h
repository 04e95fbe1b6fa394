/* SPDX-License-Identifier: Apache-2.0
 *
 * The derived image of a system dictionary: what the search for the best path reads,
 * in the order in which it reads it. Leans on mapped files.
 *
 * It stands beside the files of MeCab that it was made of, which say all that it does not: features,
 * parts of speech, user dictionaries. Context ids are renumbered, those of frequent words first, so
 * that the costs that are used lie together; characters have numbers of 16 bits, and a trie of
 * characters leads to the words.
 *
 * Layout, all numbers of 32 bits unless said, in the byte order of the machine: the header, then the
 * sections in the order of tkz__dictionary_image, each at a multiple of 64 bytes.
 */
#ifndef TKZ_MORPH_DICTIONARY_IMAGE_H
#define TKZ_MORPH_DICTIONARY_IMAGE_H

#include "core/mapped_file.h"
#include "core/memory.h"

#define TKZ__DICTIONARY_IMAGE_NAME "tokenize.image"
#define TKZ__DICTIONARY_IMAGE_MAGIC "\x89tkm\r\n\x1a\n"

enum {
    TKZ__DICTIONARY_IMAGE_VERSION = 4,
    TKZ__IMAGE_CHARACTERS = 1 << 16, /* characters that have a place in the table */
    TKZ__IMAGE_CODE_LIMIT = 1 << 15, /* numbers of characters */
    TKZ__IMAGE_KIND_LIMIT = 1 << 15, /* different properties of characters */
    TKZ__IMAGE_SURFACE_WORDS = 256,  /* words of a surface are fewer */
};

/* What the table says of a character: its number in the lower 16 bits (0: no word has it), then the
 * number of its properties, then whether a word begins with it that is not in the trie, because it
 * does not consist of whole characters or has one beyond U+FFFF. */
#define TKZ__IMAGE_IS_ODD (UINT32_C(1) << 31)

/* A node of the trie, found at the place base of its parent + number of the character. No two nodes have the
 * same base, so that the character is all that shows whose child a node is. Of 16 bytes, so that it
 * lies in one cache line. */
typedef struct tkz__image_node {
    uint32_t base;
    uint16_t character; /* its number; 0: the root, or no node */
    uint16_t children;  /* a set bit for each of their characters: tkz__image_child_bit */
    uint32_t words;     /* first word << 8 | how many; 0: none */
    uint32_t number;    /* of the first word in sys.dic, but for what it skips */
} tkz__image_node;

/* The bit of a character in a set of 16: most look-ups end at a node that has not got it, and
 * need not fetch what lies at the place of such a child, which would be anywhere in memory. */
static inline uint16_t tkz__image_child_bit(uint16_t number)
{
    return (uint16_t)(1U << ((uint16_t)(number * 40503U) >> 12)); /* Fibonacci hashing */
}

/* A word. Those of a surface stand together in the order of sys.dic, but without those that no best
 * path has, because another one always costs less, or as much and comes first (dominated_words.c). Surfaces stand
 * in the order of their nodes, the frequent ones first. */
typedef struct tkz__image_word {
    uint16_t right_id;
    uint16_t left_id;
    int16_t cost;
    uint16_t skipped; /* words of the surface left out before it */
} tkz__image_word;

typedef struct tkz__dictionary_image_header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order; /* 1 */
    uint64_t file_size;
    uint64_t sources;   /* hash: tkz__dictionary_sources_hash */
    uint32_t word_count; /* that are left */
    uint32_t left_size;
    uint32_t right_size;
    uint32_t kind_count;
    uint32_t node_count;
    uint32_t longest; /* characters of the longest surface in the trie */
    uint32_t unused;
    uint64_t hash;     /* of the header before it */
} tkz__dictionary_image_header;

typedef struct tkz__dictionary_image {
    tkz__mapped_file file; /* all-zero: there is no image */
    tkz__dictionary_image_header header;
    const uint16_t *left_ids;  /* ours of MeCab's: right_size of them */
    const uint16_t *right_ids; /* left_size of them */
    const uint32_t *kinds;     /* properties, as in char.bin */
    const uint32_t *characters;
    const tkz__image_node *nodes;
    const tkz__image_word *words;
    const int16_t *costs; /* the matrix, with our ids */
} tkz__dictionary_image;

/* Where a section begins that follows one of `size` bytes at `offset`. */
static inline uint64_t tkz__image_next_section(uint64_t offset, uint64_t size)
{
    return (offset + size + 63) / 64 * 64;
}

enum { TKZ__IMAGE_PARTS = 7 };

/* A character as the trie knows it: one whose bytes are the only way to write it in UTF-8, up to
 * U+FFFF. `length` bytes at `text` are what tkz__char_decode takes for it. */
static inline bool tkz__image_is_whole(const char *text, size_t length)
{
    const uint8_t *b = (const uint8_t *)text;
    if (length == 1)
        return b[0] > 0 && b[0] < 0x80;
    if (length == 2)
        return b[0] >= 0xC2 && (b[1] & 0xC0) == 0x80;
    return length == 3 && (b[1] & 0xC0) == 0x80 && (b[2] & 0xC0) == 0x80 &&
           (b[0] > 0xE0 || b[1] >= 0xA0);
}

/* Offsets of the sections and, last, the size of the file. */
void tkz__dictionary_image_layout(const tkz__dictionary_image_header *header,
                                  uint64_t offsets[TKZ__IMAGE_PARTS + 1]);

/* The hash of what stands before `hash` in the header. */
uint64_t tkz__dictionary_image_header_hash(const tkz__dictionary_image_header *header);

/* Maps an image and checks its header, its sizes and all ids of words; look-ups in the trie are
 * bounded where they are made. `sources` is what its own must be, else it is of other files.
 * Errors: OPEN_FAILED, IO, BAD_FORMAT, BAD_VERSION, CORRUPT, NOT_FOUND (of other files). */
TKZ_CHECKED tkz_status tkz__dictionary_image_open(tkz__dictionary_image *image, const char *path,
                                                  uint64_t sources, tkz_error *error);
void tkz__dictionary_image_close(tkz__dictionary_image *image); /* all-zero is fine */

#endif
