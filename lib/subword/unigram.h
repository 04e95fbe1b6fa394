/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine of Unigram models: the tokens of a chunk are the pieces whose scores add up to most.
 * Leans on core, the pieces of models and the UTF-8 of text.
 *
 * Two arithmetics, which differ in rounding and so in what they choose between paths that are about as
 * good. sentencepiece (src/unigram_model.cc, EncodeOptimized) adds in 32 bits from the start of the
 * text
 * and takes the sum back to 0 where it leaves 100,000; HF tokenizers (src/models/unigram/model.rs,
 * encode_optimized) adds in 64 bits and never takes it back. In both, of equal sums the one
 * whose last piece starts first wins.
 *
 * The table is one relocatable block: characters have codes, the frequent ones low; a double array
 * of codes holds the pieces, so that a step is a character; a filter of bits says which two
 * characters stand next to each other in some piece (as chunk_borders.h does for symbols). Where
 * they do not, no piece spans the place between them, every path passes there, and the text falls
 * into parts
 * of 2 to 3 characters.
 */
#ifndef TKZ_SUBWORD_UNIGRAM_H
#define TKZ_SUBWORD_UNIGRAM_H

#include "core/buffer.h"
#include "subword/piece_model.h"
#include "text/utf8.h"

/* ---- Table ------------------------------------------------------------- */

/* What a table is made of. Tokens of type CONTROL, UNUSED and, as sentencepiece, UNKNOWN and BYTE are
 * not found in text; those of no bytes are left out. Of two with the same bytes the later one
 * counts. */
typedef struct tkz__unigram_parts {
    const uint8_t *token_bytes;
    const uint32_t *token_offsets; /* token_count + 1 */
    const double *scores;
    const uint8_t *types; /* tkz__piece_type of each; NULL: all NORMAL */
    uint32_t token_count;
    tkz__piece_settings settings;
} tkz__unigram_parts;

enum {
    TKZ__UNIGRAM_HEADER_SIZE = 64,
    TKZ__UNIGRAM_PLANE = 0x10000,  /* characters that have their codes in a table of their own */
    TKZ__UNIGRAM_PAGE_BITS = 8,    /* of the others: characters of a page */
    TKZ__UNIGRAM_PAGES = 0x100000 >> TKZ__UNIGRAM_PAGE_BITS,
    TKZ__UNIGRAM_UNIT_SIZE = 16,
    TKZ__UNIGRAM_TOKEN_LIMIT = 1 << 24 /* tokens: the memory of parts keeps ids in 24 bits */
};

/* A unit of the double array: u32 base and flags, u32 parent, f32 score, u32 id. Unit 0 is the root,
 * units below the number of codes its children; base 0: no children. The score of what is no piece is
 * -infinity. If a score needs 64 bits (HF's own training makes such; scores that come from
 * sentencepiece do not), all are in a table beside the units. */
#define TKZ__UNIGRAM_IS_PIECE (UINT32_C(1) << 31)
#define TKZ__UNIGRAM_IS_USER_DEFINED (UINT32_C(1) << 30)
#define TKZ__UNIGRAM_BASE (TKZ__UNIGRAM_IS_USER_DEFINED - 1)

#define TKZ__UNIGRAM_UNKNOWN UINT32_MAX /* in place of a unit: a character that is no piece */

/* An open table. Pointers into the block. */
typedef struct tkz__unigram {
    const uint8_t *block;
    size_t size;
    const uint8_t *plane;  /* u32 of each character of the first plane: its code; 0: in no piece */
    const uint8_t *pages;  /* u16 of each page: where it stands in `codes` */
    const uint8_t *codes;  /* u32 of each character of a page */
    const uint8_t *filter; /* bits */
    const uint8_t *units;
    const uint8_t *scores; /* f64 of each unit, or NULL: those in the units are exact */
    const uint8_t *bytes; /* u32 of each byte: the id of its BYTE piece, or UINT32_MAX */
    uint32_t page_count;
    uint32_t code_count;
    uint32_t unit_count;
    uint32_t filter_shift;
    uint32_t longest; /* characters of the longest piece */
    uint32_t unknown;
    uint32_t token_count;
    bool single; /* sentencepiece's arithmetic */
    bool byte_fallback;
    bool fuse_unknown;
    double unknown_score;
    double greatest; /* no score is further from 0 */
} tkz__unigram;

/* Appends the table to `block`; the same parts give the same bytes. Errors: INVALID_ARGUMENT (a
 * score that is
 * no number), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_make(const tkz__unigram_parts *parts, tkz__buffer *block,
                                         tkz_error *error);

/* Opens a table of a tokenizer with `token_count` tokens, which must outlive the view. Looks at the
 * header
 * only; whatever else the bytes are, encoding stays inside them. `where`: the file, for messages.
 * Errors:
 * CORRUPT. */
TKZ_CHECKED tkz_status tkz__unigram_open(tkz__unigram *view, const uint8_t *block, size_t size,
                                         uint32_t token_count, const char *where,
                                         tkz_error *error);

/* Is the table that of these parts? Makes it again. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__unigram_verify(const tkz__unigram *view,
                                           const tkz__unigram_parts *parts,
                                           const tkz_allocator *allocator, const char *where,
                                           tkz_error *error);

/* ---- Looking up -------------------------------------------------------- */

static inline uint32_t tkz__unigram_u32(const uint8_t *items, size_t index)
{
    return tkz__load_u32(items + 4 * index);
}

/* Code of a character outside the first plane, 0 of an invalid byte. */
static inline uint32_t tkz__unigram_far_code(const tkz__unigram *model, uint32_t character)
{
    uint32_t page = (character - TKZ__UNIGRAM_PLANE) >> TKZ__UNIGRAM_PAGE_BITS;
    if (page >= TKZ__UNIGRAM_PAGES)
        return 0;
    uint32_t place = tkz__load_u16(model->pages + 2 * (size_t)page);
    if (place >= model->page_count)
        return 0;
    uint32_t within = character & ((1 << TKZ__UNIGRAM_PAGE_BITS) - 1);
    return tkz__unigram_u32(model->codes, ((size_t)place << TKZ__UNIGRAM_PAGE_BITS) + within);
}

/* Code of a character, 0 of those that are in no piece. */
static inline uint32_t tkz__unigram_code(const tkz__unigram *model, uint32_t character)
{
    uint32_t code = character < TKZ__UNIGRAM_PLANE ? tkz__unigram_u32(model->plane, character)
                                                   : tkz__unigram_far_code(model, character);
    return code < model->code_count ? code : 0;
}

/* Three bytes in the low ones of `word` that are a character: not E0 (overlong forms) nor ED
 * (surrogates), whose second bytes need a look. */
static inline bool tkz__unigram_is_three(uint32_t word)
{
    return (word & 0xC0C0F0) == 0x8080E0 && (UINT32_C(0x2001) >> (word & 0x0F) & 1) == 0;
}

static inline uint32_t tkz__unigram_three(uint32_t word)
{
    return (word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
}

/* The code of the character at `text` and the bytes that it takes. */
static inline size_t tkz__unigram_read(const tkz__unigram *model, const uint8_t *text, size_t size,
                                       uint32_t *code)
{
    uint32_t word = size >= 4 ? tkz__load_u32(text) : 0, character = text[0];
    size_t length = 1;
    if (__builtin_expect(tkz__unigram_is_three(word), 1)) {
        character = tkz__unigram_three(word);
        length = 3;
    } else if (character >= 0x80) {
        length = tkz__utf8_decode((const char *)text, size, &character);
    }
    *code = tkz__unigram_code(model, character);
    return length;
}

/* Where the bit of two neighbouring codes is. */
static inline uint32_t tkz__unigram_filter_bit(uint32_t left, uint32_t right, uint32_t shift)
{
    return (uint32_t)((left * UINT32_C(0x9E3779B1) + right) * UINT32_C(0x85EBCA6B)) >> shift;
}

/* May a piece hold these two characters, one behind the other? */
static inline bool tkz__unigram_joined(const tkz__unigram *model, uint32_t left, uint32_t right)
{
    uint32_t bit = tkz__unigram_filter_bit(left, right, model->filter_shift);
    return (left != 0) & (right != 0) & (model->filter[bit >> 3] >> (bit & 7) & 1);
}

static inline const uint8_t *tkz__unigram_unit(const tkz__unigram *model, uint32_t unit)
{
    return model->units + (size_t)unit * TKZ__UNIGRAM_UNIT_SIZE;
}

/* Base and flags of a unit. */
static inline uint32_t tkz__unigram_base(const tkz__unigram *model, uint32_t unit)
{
    return tkz__load_u32(tkz__unigram_unit(model, unit));
}

static inline uint32_t tkz__unigram_parent(const tkz__unigram *model, uint32_t unit)
{
    return tkz__load_u32(tkz__unigram_unit(model, unit) + 4);
}

static inline double tkz__unigram_f64(const uint8_t *place)
{
    uint64_t bits = tkz__load_u64(place);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The score in the unit itself. */
static inline float tkz__unigram_narrow_score(const tkz__unigram *model, uint32_t unit)
{
    uint32_t bits = tkz__load_u32(tkz__unigram_unit(model, unit) + 8);
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

static inline double tkz__unigram_score(const tkz__unigram *model, uint32_t unit)
{
    return model->scores == NULL ? (double)tkz__unigram_narrow_score(model, unit)
                                 : tkz__unigram_f64(model->scores + 8 * (size_t)unit);
}

static inline uint32_t tkz__unigram_unit_id(const tkz__unigram *model, uint32_t unit)
{
    return tkz__load_u32(tkz__unigram_unit(model, unit) + 12);
}

/* The child of `unit`, whose base and flags are given, at this code; 0 if there is none. */
static inline uint32_t tkz__unigram_child(const tkz__unigram *model, uint32_t unit, uint32_t base,
                                          uint32_t code)
{
    uint32_t child = (base & TKZ__UNIGRAM_BASE) + code;
    if ((base & TKZ__UNIGRAM_BASE) == 0 || code == 0 || child >= model->unit_count)
        return 0;
    return tkz__unigram_parent(model, child) == unit ? child : 0;
}

#endif
