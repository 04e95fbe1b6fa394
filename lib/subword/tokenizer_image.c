/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening the native image: what is checked before any look-up may trust an
 * offset or a count. Leans on the image layout and the hash.
 */
#include "subword/tokenizer_image.h"

#include "core/hash.h"
#include "subword/chunk_borders.h"
#include "subword/hidden_tokens.h"
#include "subword/lone_characters.h"
#include "subword/split_spelling.h"
#include "subword/symbol_trie.h"

/* Offsets in the header. */
enum {
    AT_VERSION = 8,
    AT_SECTION_COUNT = 12,
    AT_IMAGE_SIZE = 16,
    AT_TOKEN_COUNT = 24,
    AT_ADDED_COUNT = 28,
    AT_SYMBOL_COUNT = 32,
    AT_PAIR_BITS = 36,
    AT_PAIR_REACH = 40,
    AT_FLAGS = 44,
    AT_SINGLE_COUNT = 48,
    AT_HIDDEN_COUNT = 52,
    AT_DROPOUT = 56
};

#define SECTION_COUNT (TKZ__SECTION_END - 1)
#define TABLE_END (TKZ__IMAGE_HEADER_SIZE + SECTION_COUNT * TKZ__IMAGE_SECTION_SIZE)

static tkz_status corrupt(tkz_error *error, const char *where, uint64_t offset, const char *what)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, where, offset,
                          "the tokenizer image is damaged: %s; make or copy it again", what);
}

/* Magic, version, size and the checksum over header and section table. */
static tkz_status check_header(const uint8_t *data, size_t size, const char *where,
                               tkz_error *error)
{
    if (size < 8 || memcmp(data, TKZ__IMAGE_MAGIC, 8) != 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, where, 0,
                              "this is not a native tokenizer image");
    if (size < TABLE_END + 8)
        return corrupt(error, where, size, "it is cut off in its header");
    uint32_t version = tkz__load_u32(data + AT_VERSION);
    if (version != TKZ__IMAGE_VERSION)
        return tkz__error_set(error, TKZ_STATUS_BAD_VERSION, where, AT_VERSION,
                              "tokenizer image version %u; this build reads version %d", version,
                              TKZ__IMAGE_VERSION);
    if (tkz__load_u32(data + AT_SECTION_COUNT) != SECTION_COUNT)
        return corrupt(error, where, AT_SECTION_COUNT, "wrong number of sections");
    if (tkz__hash64(data, TABLE_END) != tkz__load_u64(data + TABLE_END))
        return corrupt(error, where, TABLE_END, "the checksum of its header does not match");
    uint64_t image_size = tkz__load_u64(data + AT_IMAGE_SIZE);
    if (image_size != size)
        return corrupt(error, where, size,
                       image_size > size ? "it is cut off" : "it has bytes behind its end");
    return TKZ_OK;
}

/* Every section lies behind the one before it and inside the image. */
static tkz_status read_sections(tkz__image *image, const char *where, tkz_error *error)
{
    uint64_t end = TABLE_END + 8;
    for (uint32_t kind = 1; kind < TKZ__SECTION_END; kind++) {
        size_t at = TKZ__IMAGE_HEADER_SIZE + (size_t)(kind - 1) * TKZ__IMAGE_SECTION_SIZE;
        const uint8_t *entry = image->data + at;
        uint64_t offset = tkz__load_u64(entry + 8);
        uint64_t size = tkz__load_u64(entry + 16);
        if (tkz__load_u32(entry) != kind)
            return corrupt(error, where, at, "its sections are out of order");
        if (offset < end || offset > image->size || size > image->size - offset)
            return corrupt(error, where, at, "a section lies outside of it");
        image->sections[kind] = image->data + offset;
        image->sizes[kind] = (size_t)size;
        end = offset + size;
    }
    return TKZ_OK;
}

static bool has_size(const tkz__image *image, tkz__image_section section, uint64_t count,
                     uint64_t item_size)
{
    return image->sizes[section] == count * item_size; /* below 2^33 * 2^4 */
}

/* A table of hash slots: none, or a power of two of them. */
static bool read_whole_mask(tkz__image *image)
{
    size_t slots = image->sizes[TKZ__SECTION_WHOLE] / 4;
    image->whole_mask = slots > 0 ? (uint32_t)(slots - 1) : 0;
    return slots <= (size_t)TKZ__IMAGE_COUNT_LIMIT * 4 && (slots & (slots - 1)) == 0 &&
           slots != 1 && has_size(image, TKZ__SECTION_WHOLE, slots, 4);
}

/* Flags and kind of the header. */
static tkz_status read_kind(tkz__image *image, const char *where, tkz_error *error)
{
    uint32_t flags = tkz__load_u32(image->data + AT_FLAGS);
    uint32_t kind = flags >> TKZ__IMAGE_KIND_SHIFT;
    image->flags = flags & TKZ__IMAGE_FLAGS;
    if (kind >= TKZ__MODEL_KINDS || flags != (image->flags | kind << TKZ__IMAGE_KIND_SHIFT))
        return corrupt(error, where, AT_FLAGS, "unknown flags");
    image->kind = (tkz__model_kind)kind;
    return TKZ_OK;
}

/* Counts of the header against the sizes of the sections. */
static tkz_status check_counts(tkz__image *image, const char *where, tkz_error *error)
{
    image->token_count = tkz__load_u32(image->data + AT_TOKEN_COUNT);
    image->added_count = tkz__load_u32(image->data + AT_ADDED_COUNT);
    uint32_t hidden = tkz__load_u32(image->data + AT_HIDDEN_COUNT);
    if (image->token_count == 0 || image->token_count > TKZ__IMAGE_COUNT_LIMIT ||
        hidden >= image->token_count || image->added_count > image->token_count ||
        (hidden > 0 && image->kind != TKZ__MODEL_CHARACTER_BPE))
        return corrupt(error, where, AT_TOKEN_COUNT, "impossible number of tokens");
    image->id_count = image->token_count - hidden;
    bool has_lone = image->sizes[TKZ__SECTION_LONE] > 0;
    if (!has_size(image, TKZ__SECTION_TOKEN_OFFSETS, (uint64_t)image->token_count + 1, 4) ||
        !has_size(image, TKZ__SECTION_ADDED, image->added_count, TKZ__IMAGE_ADDED_SIZE) ||
        (has_lone && (image->kind != TKZ__MODEL_CHARACTER_BPE ||
                      !has_size(image, TKZ__SECTION_LONE, TKZ__LONE_ITEMS, 4))))
        return corrupt(error, where, TKZ__NO_OFFSET, "a section has the wrong size");
    return TKZ_OK;
}

/* The tables of merging: as the symbols are many, or none. */
static tkz_status check_symbols(tkz__image *image, const char *where, tkz_error *error)
{
    image->symbol_count = tkz__load_u32(image->data + AT_SYMBOL_COUNT);
    image->pair_reach = tkz__load_u32(image->data + AT_PAIR_REACH);
    uint32_t pair_bits = tkz__load_u32(image->data + AT_PAIR_BITS);
    if (image->symbol_count < TKZ__SYMBOL_BYTES ||
        image->symbol_count - TKZ__SYMBOL_BYTES > image->token_count)
        return corrupt(error, where, AT_SYMBOL_COUNT, "impossible number of symbols");
    if (pair_bits < 1 || pair_bits > 31 || image->pair_reach > TKZ__IMAGE_PAIR_REACH)
        return corrupt(error, where, AT_PAIR_BITS, "impossible size of its merge table");
    image->pair_shift = 64 - pair_bits;
    image->pair_mask = (UINT32_C(1) << pair_bits) - 1;

    size_t nodes = image->sizes[TKZ__SECTION_TRIE_NODES] / TKZ__TRIE_NODE_SIZE;
    if (nodes == 0 || nodes >= TKZ__TRIE_END_BIT)
        return corrupt(error, where, TKZ__NO_OFFSET, "impossible size of its trie");
    image->trie_count = (uint32_t)nodes;

    uint32_t merges = image->symbol_count - TKZ__SYMBOL_BYTES;
    if (!has_size(image, TKZ__SECTION_SYMBOL_IDS, image->symbol_count, 4) ||
        !has_size(image, TKZ__SECTION_HALVES, merges, TKZ__IMAGE_HALVES_SIZE) ||
        !has_size(image, TKZ__SECTION_PAIRS, (uint64_t)image->pair_mask + 1, 4) ||
        !has_size(image, TKZ__SECTION_TRIE_NODES, image->trie_count, TKZ__TRIE_NODE_SIZE) ||
        !has_size(image, TKZ__SECTION_TRIE_SYMBOLS, image->trie_count, 4) ||
        !has_size(image, TKZ__SECTION_PREFIXES, image->symbol_count, TKZ__IMAGE_PREFIX_SIZE) ||
        !read_whole_mask(image))
        return corrupt(error, where, TKZ__NO_OFFSET, "a section has the wrong size");
    return TKZ_OK;
}

static tkz_status read_dropout(tkz__image *image, const char *where, tkz_error *error)
{
    uint64_t bits = tkz__load_u64(image->data + AT_DROPOUT);
    memcpy(&image->dropout, &bits, sizeof image->dropout);
    if (!(image->dropout >= 0 && image->dropout <= 1))
        return corrupt(error, where, AT_DROPOUT, "an impossible probability of dropout");
    return TKZ_OK;
}

/* The list of all merges, and that symbols are made by merging only where they act in order. */
static tkz_status read_merges(tkz__image *image, const char *where, tkz_error *error)
{
    size_t count = image->sizes[TKZ__SECTION_MERGES] / TKZ__IMAGE_MERGE_SIZE;
    uint32_t made = image->symbol_count - TKZ__SYMBOL_BYTES;
    if (count >= UINT32_MAX / 4 ||
        !has_size(image, TKZ__SECTION_MERGES, count, TKZ__IMAGE_MERGE_SIZE) ||
        (count > 0 && count < made) ||
        ((image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0 && (made > 0 || count == 0)))
        return corrupt(error, where, TKZ__NO_OFFSET, "impossible number of merges");
    image->merge_count = count > 0 ? (uint32_t)count : made;
    if (image->sizes[TKZ__SECTION_RANKS] > 0 &&
        !has_size(image, TKZ__SECTION_RANKS, image->merge_count, 4))
        return corrupt(error, where, TKZ__NO_OFFSET, "a section has the wrong size");
    return read_dropout(image, where, error);
}

/* The list of MARKED_BPE, which has no tables of symbols. */
static tkz_status read_marked_merges(tkz__image *image, const char *where, tkz_error *error)
{
    size_t count = image->sizes[TKZ__SECTION_MERGES] / TKZ__IMAGE_MERGE_SIZE;
    if (count >= UINT32_MAX / 4 ||
        !has_size(image, TKZ__SECTION_MERGES, count, TKZ__IMAGE_MERGE_SIZE))
        return corrupt(error, where, TKZ__NO_OFFSET, "impossible number of merges");
    image->merge_count = (uint32_t)count;
    return read_dropout(image, where, error);
}

/* Settings, scores and types of pieces, and what hidden tokens become. */
static tkz_status read_pieces(tkz__image *image, const char *where, tkz_error *error)
{
    const uint8_t *settings = image->sections[TKZ__SECTION_PIECES];
    size_t size = image->sizes[TKZ__SECTION_PIECES];
    if (image->kind != TKZ__MODEL_BYTE_BPE && size < TKZ__IMAGE_PIECES_SIZE)
        return corrupt(error, where, TKZ__NO_OFFSET, "its settings of pieces are cut off");
    if (image->kind == TKZ__MODEL_BYTE_BPE) {
        image->pieces.unknown = TKZ__NO_TOKEN;
        return TKZ_OK;
    }
    uint32_t flags = tkz__load_u32(settings + 4);
    image->pieces = (tkz__piece_settings){
        .unknown = tkz__load_u32(settings),
        .byte_fallback = (flags & TKZ__PIECES_BYTE_FALLBACK) != 0,
        .fuse_unknown = (flags & TKZ__PIECES_FUSE_UNKNOWN) != 0,
        .sentencepiece = (flags & TKZ__PIECES_SENTENCEPIECE) != 0,
        .word_limit = tkz__load_u32(settings + 8),
    };
    if (flags > TKZ__PIECES_FLAGS ||
        (image->pieces.unknown >= image->id_count && image->pieces.unknown != TKZ__NO_TOKEN))
        return corrupt(error, where, TKZ__NO_OFFSET, "its settings of pieces are impossible");
    if ((image->sizes[TKZ__SECTION_SCORES] > 0 &&
         !has_size(image, TKZ__SECTION_SCORES, image->id_count, 8)) ||
        (image->sizes[TKZ__SECTION_TYPES] > 0 &&
         !has_size(image, TKZ__SECTION_TYPES, image->id_count, 1)))
        return corrupt(error, where, TKZ__NO_OFFSET, "a section has the wrong size");
    return image->kind == TKZ__MODEL_CHARACTER_BPE && !tkz__hidden_tokens_open(image)
               ? corrupt(error, where, TKZ__NO_OFFSET, "its hidden tokens are impossible")
               : TKZ_OK;
}

/* Items [first, first + count) of the template: ids that exist, the first text once, the second one
 * once where there are two. `*place` is where the first text stands. */
static bool is_template(const tkz__image *image, size_t first, size_t count, bool pair,
                        uint32_t *place)
{
    uint32_t texts[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        uint32_t value = tkz__image_template_item(image, first + i).value;
        if (value == TKZ__TEMPLATE_FIRST || value == TKZ__TEMPLATE_SECOND) {
            texts[value - TKZ__TEMPLATE_FIRST]++;
            if (value == TKZ__TEMPLATE_FIRST)
                *place = (uint32_t)i;
        } else if (value >= image->id_count) {
            return false;
        }
    }
    return texts[0] == 1 && texts[1] == (pair ? 1 : 0);
}

static tkz_status read_template(tkz__image *image, const char *where, tkz_error *error)
{
    size_t count = image->sizes[TKZ__SECTION_TEMPLATE] / TKZ__IMAGE_TEMPLATE_SIZE;
    uint32_t unused;
    image->single_count = tkz__load_u32(image->data + AT_SINGLE_COUNT);
    if (count > TKZ__TEMPLATE_LIMIT || image->single_count > count ||
        !has_size(image, TKZ__SECTION_TEMPLATE, count, TKZ__IMAGE_TEMPLATE_SIZE))
        return corrupt(error, where, AT_SINGLE_COUNT, "impossible size of its template");
    image->pair_count = (uint32_t)count - image->single_count;
    if (!is_template(image, 0, image->single_count, false, &image->prefix_count) ||
        (image->pair_count > 0 &&
         !is_template(image, image->single_count, image->pair_count, true, &unused)))
        return corrupt(error, where, TKZ__NO_OFFSET, "an impossible template");
    image->suffix_count = image->single_count - image->prefix_count - 1;
    return TKZ_OK;
}

/* The filter has a power of two of bits, at least a byte. */
static tkz_status check_borders(tkz__image *image, const char *where, tkz_error *error)
{
    size_t bytes = image->sizes[TKZ__SECTION_BORDER_BITS];
    if (!has_size(image, TKZ__SECTION_BORDER_CHARACTERS, TKZ__BORDER_CHARACTERS, 4) ||
        bytes < TKZ__BORDER_LEAST_BITS / 8 || bytes > UINT64_C(1) << 28 ||
        (bytes & (bytes - 1)) != 0)
        return corrupt(error, where, TKZ__NO_OFFSET, "a border table has the wrong size");
    image->border_mask = (uint32_t)(bytes * 8 - 1);
    return TKZ_OK;
}

static void find_dropped_bytes(tkz__image *image)
{
    for (size_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++)
        image->drops_bytes |=
            tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte) == TKZ__NO_TOKEN;
}

/* All that merging looks up. */
static tkz_status read_merging(tkz__image *image, const char *where, tkz_error *error)
{
    tkz_status status = check_symbols(image, where, error);
    if (status == TKZ_OK)
        status = check_borders(image, where, error);
    if (status == TKZ_OK)
        status = read_merges(image, where, error);
    if (status == TKZ_OK)
        find_dropped_bytes(image);
    return status;
}

static tkz_status find_pre_tokenizer(tkz__image *image, const char *where, tkz_error *error)
{
    const char *name = (const char *)image->sections[TKZ__SECTION_PRE_TOKENIZER];
    size_t size = image->sizes[TKZ__SECTION_PRE_TOKENIZER];
    image->pre_tokenizer =
        size == 0 ? &tkz__pre_tokenizer_none : tkz__pre_tokenizer_find(name, size);
    if (image->pre_tokenizer != NULL || tkz__split_is_spelling(name, size))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, where, TKZ__NO_OFFSET,
                          "the tokenizer needs the pre-tokenizer \"%.*s\", which this build does "
                          "not have; use a newer release",
                          (int)(size < 64 ? size : 64), name);
}

tkz_status tkz__image_open(tkz__image *image, const uint8_t *data, size_t size, const char *where,
                           tkz_error *error)
{
    memset(image, 0, sizeof *image);
    image->data = data;
    image->size = size;
    tkz_status status = check_header(data, size, where, error);
    if (status == TKZ_OK)
        status = read_sections(image, where, error);
    if (status == TKZ_OK)
        status = read_kind(image, where, error);
    if (status == TKZ_OK)
        status = check_counts(image, where, error);
    if (status == TKZ_OK && tkz__image_merges(image->kind))
        status = read_merging(image, where, error);
    if (status == TKZ_OK && image->kind == TKZ__MODEL_MARKED_BPE)
        status = read_marked_merges(image, where, error);
    if (status == TKZ_OK)
        status = read_pieces(image, where, error);
    if (status == TKZ_OK)
        status = read_template(image, where, error);
    if (status == TKZ_OK)
        status = find_pre_tokenizer(image, where, error);
    return status;
}
