/* SPDX-License-Identifier: Apache-2.0
 *
 * The native image of a tokenizer (doc/formats/tokenizer-image.md): its layout,
 * the checked view of it that every look-up uses, and its writer. Leans on core.
 *
 * Ids are what callers see; they may have holes and any order. Merging works on
 * symbols: 0 to 255 are the bytes, 256 + k is what the k-th merge makes, in the order
 * of their ranks. Every symbol has exactly one pair of halves (merge_selection.h).
 * Models whose merges are of characters have tokens behind their last id, which
 * callers never see: hidden_tokens.h.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_IMAGE_H
#define TKZ_SUBWORD_TOKENIZER_IMAGE_H

#include <stdbool.h>
#include <string.h>

#include "core/buffer.h"
#include "subword/piece_model.h"
#include "subword/pre_tokenizer.h"
#include "subword/template_item.h"

enum {
    TKZ__IMAGE_VERSION = 5,
    TKZ__IMAGE_HEADER_SIZE = 64,
    TKZ__IMAGE_SECTION_SIZE = 32, /* an entry of the section table */
    TKZ__IMAGE_ALIGNMENT = 64,    /* of sections, in the file */
    TKZ__IMAGE_ADDED_SIZE = 8,
    TKZ__IMAGE_HALVES_SIZE = 8,
    TKZ__IMAGE_PREFIX_SIZE = 8,
    TKZ__IMAGE_TEMPLATE_SIZE = 8, /* an item of the template */
    TKZ__IMAGE_MERGE_SIZE = 12,
    TKZ__IMAGE_PIECES_SIZE = 12, /* settings of pieces, before the mark */
    TKZ__IMAGE_PAIR_REACH = 255, /* most slots that one look-up reads beyond its first */
    TKZ__IMAGE_TOKEN_LIMIT = 65535, /* bytes of one token */
    TKZ__IMAGE_COUNT_LIMIT = 1 << 24, /* ids; pairs and piece cache use the 8 bits above */
    TKZ__SYMBOL_BYTES = 256           /* the first symbol that a merge makes */
};

/* Magic as in PNG: not text, and broken by every kind of line-end conversion. */
#define TKZ__IMAGE_MAGIC "\x89tkz\r\n\x1a\n"

/* Kinds of sections, in the order in which they stand. */
typedef enum tkz__image_section {
    TKZ__SECTION_PRE_TOKENIZER = 1, /* its name */
    TKZ__SECTION_NORMALIZER,        /* the steps that text goes through first; empty: none */
    TKZ__SECTION_TOKEN_OFFSETS,     /* u32, token count + 1 of them; equal ones: no such id */
    TKZ__SECTION_TOKEN_BYTES,
    TKZ__SECTION_ADDED,             /* u32 id, u32 flags of each added token, ids ascending */
    TKZ__SECTION_SYMBOL_IDS,        /* u32, the id of each symbol; all ones: a byte without one */
    TKZ__SECTION_HALVES,            /* u32 left, right symbol of each merge, in rank order */
    TKZ__SECTION_PAIRS,             /* hash table of the merges, see tkz__image_find_pair */
    TKZ__SECTION_TRIE_NODES,        /* see symbol_trie.h */
    TKZ__SECTION_TRIE_SYMBOLS,
    TKZ__SECTION_PREFIXES, /* u32 of each symbol: the next shorter one that it starts with, and
                            * its own length in bytes */
    TKZ__SECTION_BORDER_CHARACTERS, /* see chunk_borders.h */
    TKZ__SECTION_BORDER_BITS,
    TKZ__SECTION_WHOLE,      /* hash table of the tokens that merging never makes: whole_tokens.h */
    TKZ__SECTION_TEMPLATE,   /* u32 value, u32 type of each item: those of one text, then of two */
    TKZ__SECTION_PROVENANCE, /* JSON text; empty if there is none */
    TKZ__SECTION_MERGES, /* u32 left, right, result id of each merge of the model, in rank order;
                          * empty: they are those of HALVES */
    TKZ__SECTION_RANKS, /* u32 of each merge of the model, ascending, where some have the same; empty:
                         * all have their own */
    TKZ__SECTION_PIECES,  /* u32 unknown, TKZ__PIECES_ flags, word_limit of tkz__piece_settings, then the
                           * mark of WORD_PIECE; BYTE_BPE: empty */
    TKZ__SECTION_SCORES,  /* f64 of each id; empty: all are 0 */
    TKZ__SECTION_TYPES,   /* u8 of each id, tkz__piece_type; empty: all are NORMAL */
    TKZ__SECTION_ENGINE,  /* tables of the kind's engine; empty: BYTE_BPE */
    TKZ__SECTION_DECODER, /* how ids become text: decode_spelling.h; empty: as their bytes */
    TKZ__SECTION_ORIGIN,  /* what else the model's own file says; empty: nothing */
    TKZ__SECTION_LONE,    /* ids of characters that stand alone: lone_characters.h; may be empty */
    TKZ__SECTION_END
} tkz__image_section;

/* Flags of an image. */
enum {
    /* A chunk that is a token is that token, also if merging would give something else (HF's
     * ignore_merges, and what tiktoken does). */
    TKZ__IMAGE_WHOLE_CHUNKS = 1,
    /* The rank of a merge is the id that it makes (tiktoken), not its number. */
    TKZ__IMAGE_BY_RANK = 2,
    /* Only ranked_merging.h encodes exactly: merge_selection.h says why. No symbol is made by merging
     * then. */
    TKZ__IMAGE_OUT_OF_ORDER = 4,
    /* The merges follow from the scores (sentencepiece); the model does not list them. */
    TKZ__IMAGE_BY_SCORE = 8,
    TKZ__IMAGE_FLAGS = 15,
    TKZ__IMAGE_KIND_SHIFT = 8 /* bits 8 to 15: tkz__model_kind */
};

/* Flags of the settings of pieces. */
enum {
    TKZ__PIECES_BYTE_FALLBACK = 1,
    TKZ__PIECES_FUSE_UNKNOWN = 2,
    TKZ__PIECES_SENTENCEPIECE = 4,
    TKZ__PIECES_FLAGS = 7
};

/* Flags of an added token, as HF has them. */
enum {
    TKZ__ADDED_SPECIAL = 1,     /* taken from text only where the caller allows it */
    TKZ__ADDED_SINGLE_WORD = 2, /* only if no word character stands beside it */
    TKZ__ADDED_LSTRIP = 4,      /* takes in white space before it */
    TKZ__ADDED_RSTRIP = 8,      /* and behind it */
    TKZ__ADDED_NORMALIZED = 16, /* looked for in normalized text */
    TKZ__ADDED_SILENT = 32,     /* never looked for: an id with a content, no more */
    TKZ__ADDED_AS_IS = 64,  /* of NORMALIZED: its content is not normalized before it is looked for */
    TKZ__ADDED_FLAGS = 127
};

/* A checked view: every pointer is inside the image and has room for its counts. What the
 * sections say has not been checked; readers compare it with the counts before use. */
typedef struct tkz__image {
    const uint8_t *data;
    size_t size;
    const tkz__pre_tokenizer *pre_tokenizer; /* NULL: the section spells its steps */
    uint32_t flags;
    tkz__model_kind kind;
    uint32_t token_count; /* greatest id + 1, the hidden ones behind it counted */
    uint32_t id_count;    /* greatest id of a caller + 1 */
    uint32_t added_count;
    uint32_t symbol_count;
    uint32_t pair_shift; /* 64 - log2(slots) */
    uint32_t pair_mask;
    uint32_t pair_reach;
    uint32_t trie_count;   /* nodes */
    uint32_t border_mask; /* bits of the filter - 1 */
    uint32_t whole_mask;   /* slots - 1; 0: there are none */
    uint32_t single_count; /* items of the template of one text */
    uint32_t pair_count;   /* and of two; 0: there is none */
    uint32_t prefix_count; /* items of the template of one text that go before it */
    uint32_t suffix_count;
    uint32_t merge_count;  /* of the model, at least those of the symbols */
    double dropout;        /* that the model was made to be trained with; 0: none */
    bool drops_bytes; /* some byte has no token */
    tkz__piece_settings pieces;
    uint32_t composing_count; /* merges before those of the model, which make characters of bytes */
    const uint8_t *sections[TKZ__SECTION_END];
    size_t sizes[TKZ__SECTION_END];
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

/* Item `index` of the template, below single_count + pair_count. */
static inline tkz__template_item tkz__image_template_item(const tkz__image *image, size_t index)
{
    return (tkz__template_item){tkz__image_item(image, TKZ__SECTION_TEMPLATE, 2 * index),
                                tkz__image_item(image, TKZ__SECTION_TEMPLATE, 2 * index + 1)};
}

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

/* The halves of a symbol, both smaller than it; false for bytes. */
static inline bool tkz__image_halves(const tkz__image *image, uint32_t symbol, uint32_t *left,
                                     uint32_t *right)
{
    if (symbol < TKZ__SYMBOL_BYTES || symbol >= image->symbol_count)
        return false;
    size_t merge = symbol - TKZ__SYMBOL_BYTES;
    *left = tkz__image_item(image, TKZ__SECTION_HALVES, merge * 2);
    *right = tkz__image_item(image, TKZ__SECTION_HALVES, merge * 2 + 1);
    return *left < symbol && *right < symbol;
}

/* The symbol that merging two symbols gives, or TKZ__NO_TOKEN. A slot is fingerprint << 24 |
 * symbol, or all ones. Most look-ups are of pairs that are no merge and end at a slot that tells so.
 */
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
        uint32_t first, second;
        if (found >> 24 == print &&
            tkz__image_halves(image, found & 0xFFFFFF, &first, &second) && first == left &&
            second == right)
            return found & 0xFFFFFF;
        slot = (slot + 1) & image->pair_mask;
    }
    return TKZ__NO_TOKEN;
}

/* The bytes of token `id`, which is below token_count; false if there is no such id (`*size` is
 * then 0) or the image is corrupt there. */
static inline bool tkz__image_token(const tkz__image *image, uint32_t id, const uint8_t **bytes,
                                    size_t *size)
{
    uint32_t start = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, id);
    uint32_t end = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, (size_t)id + 1);
    *size = 0;
    if (start >= end || end > image->sizes[TKZ__SECTION_TOKEN_BYTES])
        return false;
    *bytes = image->sections[TKZ__SECTION_TOKEN_BYTES] + start;
    *size = end - start;
    return true;
}

/* Bytes of a symbol, which is below symbol_count. */
static inline size_t tkz__image_symbol_size(const tkz__image *image, uint32_t symbol)
{
    return tkz__image_item(image, TKZ__SECTION_PREFIXES, (size_t)symbol * 2 + 1);
}

/* A merge of the model: ids, not yet compared with token_count. */
typedef struct tkz__image_merge {
    uint32_t left;
    uint32_t right;
    uint32_t result;
} tkz__image_merge;

/* The id of a symbol; TKZ__NO_TOKEN in a damaged image. */
static inline uint32_t tkz__image_symbol_id(const tkz__image *image, uint32_t symbol)
{
    return symbol < image->symbol_count ? tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol)
                                        : TKZ__NO_TOKEN;
}

/* Number `index` of all merges of the model, in rank order; `index` is below their count. */
static inline tkz__image_merge tkz__image_merge_at(const tkz__image *image, size_t index)
{
    if (image->sizes[TKZ__SECTION_MERGES] > 0)
        return (tkz__image_merge){tkz__image_item(image, TKZ__SECTION_MERGES, index * 3),
                                  tkz__image_item(image, TKZ__SECTION_MERGES, index * 3 + 1),
                                  tkz__image_item(image, TKZ__SECTION_MERGES, index * 3 + 2)};
    uint32_t left = tkz__image_item(image, TKZ__SECTION_HALVES, index * 2);
    uint32_t right = tkz__image_item(image, TKZ__SECTION_HALVES, index * 2 + 1);
    return (tkz__image_merge){
        tkz__image_symbol_id(image, left), tkz__image_symbol_id(image, right),
        tkz__image_symbol_id(image, TKZ__SYMBOL_BYTES + (uint32_t)index)};
}

/* Its rank. */
static inline uint32_t tkz__image_merge_rank(const tkz__image *image, size_t index)
{
    if ((image->flags & TKZ__IMAGE_BY_RANK) != 0)
        return tkz__image_merge_at(image, index).result;
    return image->sizes[TKZ__SECTION_RANKS] > 0
               ? tkz__image_item(image, TKZ__SECTION_RANKS, index)
               : (uint32_t)index;
}

/* Checks header, section table, their checksum, and all counts, and fills the view. Cost does not
 * depend on the size of the vocabulary. `where` names the file in messages.
 * Errors: BAD_FORMAT, BAD_VERSION, CORRUPT, UNSUPPORTED. */
TKZ_CHECKED tkz_status tkz__image_open(tkz__image *image, const uint8_t *data, size_t size,
                                       const char *where, tkz_error *error);

/* Checks every byte: section checksums, padding, tokens, merges, and that the tables derived from
 * them are what a writer would make. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_verify(const tkz__image *image, const tkz_allocator *allocator,
                                         const char *where, tkz_error *error);

typedef struct tkz__added_token {
    uint32_t id;
    uint32_t flags;
} tkz__added_token;

/* What an image is written from. The parts have been checked by whoever made them. */
typedef struct tkz__image_parts {
    tkz__model_kind kind;
    const tkz__pre_tokenizer *pre_tokenizer;
    const char *normalizer; /* may be NULL */
    size_t normalizer_size;
    uint32_t flags;
    const uint32_t *token_offsets; /* token_count + 1 */
    const uint8_t *token_bytes;
    uint32_t token_count;
    uint32_t id_count; /* the others are hidden */
    const tkz__added_token *added; /* ids ascending */
    uint32_t added_count;
    const uint32_t *symbol_ids; /* symbol_count; TKZ__NO_TOKEN for a byte without a token */
    uint32_t symbol_count;      /* 256 + merges */
    const uint32_t *halves;     /* left, right symbol of each merge */
    const tkz__image_merge *merges; /* all of the model */
    uint32_t merge_count;
    const uint32_t *ranks; /* merge_count, or NULL */
    double dropout;
    const tkz__template_item *template_items; /* single_count, then pair_count */
    uint32_t single_count;
    uint32_t pair_count;
    const char *provenance; /* may be NULL */
    size_t provenance_size;
    tkz__piece_settings pieces;
    const char *mark; /* of WORD_PIECE */
    size_t mark_size;
    const double *scores; /* id_count, or NULL */
    const uint8_t *types; /* id_count, or NULL */
    const uint8_t *engine; /* of CHARACTER_BPE; those of models without merges are made by the writer */
    size_t engine_size;
    const char *decoder;
    size_t decoder_size;
    const uint8_t *origin;
    size_t origin_size;
} tkz__image_parts;

/* Do merges make tokens of this kind? */
static inline bool tkz__image_merges(tkz__model_kind kind)
{
    return kind == TKZ__MODEL_BYTE_BPE || kind == TKZ__MODEL_CHARACTER_BPE;
}

/* Score and type of an id, which is below id_count. */
static inline double tkz__image_score(const tkz__image *image, uint32_t id)
{
    double score = 0;
    if (image->sizes[TKZ__SECTION_SCORES] > 0) {
        uint64_t bits = tkz__load_u64(image->sections[TKZ__SECTION_SCORES] + (size_t)id * 8);
        memcpy(&score, &bits, sizeof score);
    }
    return score;
}

static inline tkz__piece_type tkz__image_type(const tkz__image *image, uint32_t id)
{
    return image->sizes[TKZ__SECTION_TYPES] > 0
               ? (tkz__piece_type)image->sections[TKZ__SECTION_TYPES][id]
               : TKZ__PIECE_NORMAL;
}

/* Appends the image to an empty buffer. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__image_write(const tkz__image_parts *parts, tkz__buffer *buffer,
                                        tkz_error *error);

/* The bytes of a symbol, from the token that it is; a byte stands for itself. */
static inline const uint8_t *tkz__image_parts_symbol(const tkz__image_parts *parts, uint32_t symbol,
                                                     uint8_t *byte, size_t *size)
{
    if (symbol < TKZ__SYMBOL_BYTES) {
        *byte = (uint8_t)symbol;
        *size = 1;
        return byte;
    }
    uint32_t id = parts->symbol_ids[symbol];
    *size = parts->token_offsets[id + 1] - parts->token_offsets[id];
    return parts->token_bytes + parts->token_offsets[id];
}

#endif
