/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the table of a Unigram model: codes of characters, pieces in the order of their codes, the
 * filter of neighbours. The double array is made in unigram_units.c. Leans on the table.
 */
#include <math.h>
#include <stdlib.h>

#include "subword/unigram_parts.h"

enum { CHARACTERS = 0x110000 };

/* ---- Scores ------------------------------------------------------------ */

static tkz__piece_type type_of(const tkz__unigram_parts *parts, uint32_t id)
{
    return parts->types == NULL ? TKZ__PIECE_NORMAL : (tkz__piece_type)parts->types[id];
}

/* Is the token looked for in text? HF looks for all that its vocabulary holds; what was only added
 * to it is CONTROL or UNUSED here. */
static bool is_found(const tkz__unigram_parts *parts, uint32_t id)
{
    tkz__piece_type type = type_of(parts, id);
    if (type == TKZ__PIECE_NORMAL || type == TKZ__PIECE_USER_DEFINED)
        return true;
    return !parts->settings.sentencepiece &&
           (type == TKZ__PIECE_BYTE || type == TKZ__PIECE_UNKNOWN);
}

/* What a piece counts while encoding. A USER_DEFINED one of sentencepiece counts 0.1 for each byte
 * but the
 * first (unigram_model.cc, GetUserDefinedScore: 0.1 is a double there, the result a float). */
static double score_of(const tkz__unigram_parts *parts, uint32_t id)
{
    if (parts->settings.sentencepiece && type_of(parts, id) == TKZ__PIECE_USER_DEFINED) {
        uint32_t size = parts->token_offsets[id + 1] - parts->token_offsets[id];
        return (float)(0.1 * ((int)size - 1));
    }
    return parts->settings.sentencepiece ? (float)parts->scores[id] : parts->scores[id];
}

/* The score of a character that is no piece: 10 below the least, which sentencepiece takes of NORMAL
 * pieces and HF of all. Where there are none both take the greatest number. */
static double unknown_score(const tkz__unigram_parts *parts)
{
    bool single = parts->settings.sentencepiece;
    double least = single ? (double)3.402823466e+38F : (double)INFINITY;
    for (uint32_t id = 0; id < parts->token_count; id++) {
        bool counts = single ? type_of(parts, id) == TKZ__PIECE_NORMAL : is_found(parts, id);
        double score = single ? (float)parts->scores[id] : parts->scores[id];
        if (counts && score < least)
            least = score;
    }
    return single ? (double)((float)least - 10.0F) : least - 10.0;
}

static tkz_status check_parts(const tkz__unigram_parts *parts, tkz_error *error)
{
    if (parts->token_count > TKZ__UNIGRAM_TOKEN_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "%u tokens: a Unigram model has at most %d", parts->token_count,
                              TKZ__UNIGRAM_TOKEN_LIMIT);
    for (uint32_t id = 0; id < parts->token_count; id++) {
        double score = parts->settings.sentencepiece ? (float)parts->scores[id] : parts->scores[id];
        if (!isfinite(score))
            return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the score of token %u is no number", id);
    }
    return TKZ_OK;
}

/* ---- Characters -------------------------------------------------------- */

/* Reads a token; false if its bytes are no text. */
static bool read_characters(const uint8_t *bytes, size_t size, uint32_t *characters, size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < size;) {
        at += tkz__utf8_next((const char *)bytes + at, size - at, &characters[*count]);
        if (characters[(*count)++] == TKZ__UTF8_INVALID)
            return false;
    }
    return true;
}

/* Lists the tokens that are looked for, with their characters. A token that is no text is in none. */
static void list_pieces(tkz__unigram_maker *maker)
{
    const tkz__unigram_parts *parts = maker->parts;
    uint32_t *free_place = maker->sequences;
    for (uint32_t id = 0; id < parts->token_count; id++) {
        uint32_t start = parts->token_offsets[id];
        size_t size = parts->token_offsets[id + 1] - start, count;
        if (size == 0 || !is_found(parts, id) ||
            !read_characters(parts->token_bytes + start, size, free_place, &count))
            continue;
        maker->pieces[maker->piece_count++] =
            (tkz__unigram_piece){free_place, (uint32_t)count, id};
        free_place += count;
        if (count > maker->longest)
            maker->longest = (uint32_t)count;
    }
    maker->character_count = (size_t)(free_place - maker->sequences);
}

/* A character and how often it is in pieces. */
typedef struct counted {
    uint32_t count;
    uint32_t character;
} counted;

static int compare_counted(const void *a, const void *b)
{
    const counted *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->character < right->character ? -1 : left->character > right->character;
}

/* Numbers the characters from 1, the most frequent first: what stands close together in the double
 * array
 * is then what is looked at most. `codes` and `order` have room for all characters. */
static uint32_t number_characters(const tkz__unigram_maker *maker, uint32_t *codes, counted *order)
{
    uint32_t count = 0;
    for (size_t i = 0; i < maker->character_count; i++)
        codes[maker->sequences[i]]++;
    for (uint32_t character = 0; character < CHARACTERS; character++) {
        if (codes[character] > 0)
            order[count++] = (counted){codes[character], character};
    }
    qsort(order, count, sizeof *order, compare_counted);
    for (uint32_t i = 0; i < count; i++)
        codes[order[i].character] = i + 1;
    for (size_t i = 0; i < maker->character_count; i++)
        maker->sequences[i] = codes[maker->sequences[i]];
    return count + 1;
}

/* Appends the codes of the first plane, and those pages of the others that have one. */
static tkz_status write_pages(tkz__unigram_maker *maker, const uint32_t *codes, tkz_error *error)
{
    const uint32_t size = 1 << TKZ__UNIGRAM_PAGE_BITS;
    uint8_t index[2 * TKZ__UNIGRAM_PAGES];
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < TKZ__UNIGRAM_PLANE; i++)
        status = tkz__buffer_append_u32(maker->block, codes[i], error);
    const uint32_t *far = codes + TKZ__UNIGRAM_PLANE;
    for (uint32_t page = 0; page < TKZ__UNIGRAM_PAGES; page++) {
        bool used = false;
        for (uint32_t i = 0; i < size; i++)
            used |= far[page * size + i] != 0;
        tkz__store_u16(index + 2 * page, used ? (uint16_t)maker->page_count++ : UINT16_MAX);
    }
    if (status == TKZ_OK)
        status = tkz__buffer_append(maker->block, index, sizeof index, error);
    for (uint32_t i = 0; status == TKZ_OK && i < TKZ__UNIGRAM_PAGES * size; i++) {
        if (tkz__load_u16(index + 2 * (i / size)) != UINT16_MAX)
            status = tkz__buffer_append_u32(maker->block, far[i], error);
    }
    return status;
}

/* Gives characters their codes, in the sequences too, and appends their pages. */
static tkz_status write_codes(tkz__unigram_maker *maker, tkz_error *error)
{
    const tkz_allocator *allocator = &maker->block->allocator;
    const size_t codes_size = CHARACTERS * sizeof(uint32_t);
    const size_t order_size = CHARACTERS * sizeof(counted);
    uint32_t *codes = tkz__allocate_zeroed(allocator, codes_size);
    counted *order = tkz__allocate(allocator, order_size);
    tkz_status status = TKZ_OK;
    if (codes == NULL || order == NULL) {
        status = tkz__error_memory(error, codes_size + order_size);
    } else {
        maker->code_count = number_characters(maker, codes, order);
        status = write_pages(maker, codes, error);
    }
    tkz__release(allocator, codes, codes_size);
    tkz__release(allocator, order, order_size);
    return status;
}

/* ---- Neighbours -------------------------------------------------------- */

static int compare_pairs(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* All neighbours in pieces, each once. Returns how many. */
static size_t list_pairs(const tkz__unigram_maker *maker, uint64_t *pairs)
{
    size_t count = 0, kept = 0;
    for (uint32_t i = 0; i < maker->piece_count; i++) {
        const tkz__unigram_piece *piece = &maker->pieces[i];
        for (uint32_t k = 1; k < piece->count; k++)
            pairs[count++] = (uint64_t)piece->codes[k - 1] << 32 | piece->codes[k];
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || pairs[i] != pairs[kept - 1])
            pairs[kept++] = pairs[i];
    }
    return kept;
}

/* 16 to 32 bits for each pair: the filter says "joined" without reason in 1 of 16 to 32 places. */
enum { BITS_PER_PAIR = 16, LEAST_BITS = 12, MOST_BITS = 26 };

static tkz_status write_filter(tkz__unigram_maker *maker, tkz_error *error)
{
    const tkz_allocator *allocator = &maker->block->allocator;
    uint64_t *pairs = tkz__allocate_array(allocator, maker->character_count, sizeof *pairs);
    if (pairs == NULL)
        return tkz__error_memory(error, maker->character_count * sizeof *pairs);
    size_t count = list_pairs(maker, pairs);
    uint32_t bits = LEAST_BITS;
    while (bits < MOST_BITS && (UINT64_C(1) << bits) / BITS_PER_PAIR < count)
        bits++;
    maker->filter_shift = 32 - bits;
    size_t start = maker->block->size;
    tkz_status status =
        tkz__buffer_append_fill(maker->block, 0, (size_t)1 << (bits - 3), error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t bit = tkz__unigram_filter_bit((uint32_t)(pairs[i] >> 32), (uint32_t)pairs[i],
                                               maker->filter_shift);
        maker->block->data[start + (bit >> 3)] |= (uint8_t)(1 << (bit & 7));
    }
    tkz__release_array(allocator, pairs, maker->character_count, sizeof *pairs);
    return status;
}

/* ---- All --------------------------------------------------------------- */

/* Pieces in the order of their codes, a shorter one before those that it begins; equal ones by id. */
static int compare_pieces(const void *a, const void *b)
{
    const tkz__unigram_piece *left = a, *right = b;
    uint32_t common = left->count < right->count ? left->count : right->count;
    for (uint32_t i = 0; i < common; i++) {
        if (left->codes[i] != right->codes[i])
            return left->codes[i] < right->codes[i] ? -1 : 1;
    }
    if (left->count != right->count)
        return left->count < right->count ? -1 : 1;
    return left->id < right->id ? -1 : left->id > right->id;
}

static double greatest_score(const tkz__unigram_maker *maker)
{
    double greatest = fabs(maker->unknown_score);
    for (uint32_t i = 0; i < maker->piece_count; i++) {
        double score = fabs(maker->piece_scores[i]);
        greatest = score > greatest ? score : greatest;
    }
    return greatest;
}

static void store_f64(uint8_t *place, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    tkz__store_u64(place, bits);
}

static void write_header(const tkz__unigram_maker *maker, uint8_t *header)
{
    const tkz__piece_settings *settings = &maker->parts->settings;
    uint32_t flags = (uint32_t)settings->sentencepiece | (uint32_t)settings->byte_fallback << 1 |
                     (uint32_t)settings->fuse_unknown << 2 | (uint32_t)maker->is_wide << 3;
    const uint32_t fields[] = {TKZ__UNIGRAM_MAGIC,   flags,
                               settings->unknown,    maker->parts->token_count,
                               maker->code_count,    maker->page_count,
                               maker->unit_count,    maker->filter_shift,
                               maker->longest,       0};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        tkz__store_u32(header + 4 * i, fields[i]);
    store_f64(header + 40, maker->unknown_score);
    store_f64(header + 48, greatest_score(maker));
}

/* Ids of the BYTE pieces. HF knows them by their spelling alone. */
static tkz_status write_bytes(const tkz__unigram_maker *maker, tkz_error *error)
{
    const tkz__unigram_parts *parts = maker->parts;
    uint8_t ids[4 * 256];
    memset(ids, 0xFF, sizeof ids);
    for (uint32_t id = 0; id < parts->token_count; id++) {
        uint32_t start = parts->token_offsets[id];
        int byte = tkz__piece_byte(parts->token_bytes + start, parts->token_offsets[id + 1] - start);
        bool counts = parts->settings.sentencepiece ? type_of(parts, id) == TKZ__PIECE_BYTE
                                                    : is_found(parts, id);
        if (byte >= 0 && counts)
            tkz__store_u32(ids + 4 * byte, id);
    }
    return tkz__buffer_append(maker->block, ids, sizeof ids, error);
}

static tkz_status make_table(tkz__unigram_maker *maker, tkz_error *error)
{
    const tkz__unigram_parts *parts = maker->parts;
    size_t start = maker->block->size;
    tkz_status status =
        tkz__buffer_append_fill(maker->block, 0, TKZ__UNIGRAM_HEADER_SIZE, error);
    list_pieces(maker);
    if (status == TKZ_OK)
        status = write_codes(maker, error);
    if (status == TKZ_OK)
        status = write_bytes(maker, error);
    if (status == TKZ_OK)
        status = write_filter(maker, error);
    if (status != TKZ_OK)
        return status;
    qsort(maker->pieces, maker->piece_count, sizeof *maker->pieces, compare_pieces);
    for (uint32_t i = 0; i < maker->piece_count; i++) {
        uint32_t id = maker->pieces[i].id;
        double score = score_of(parts, id);
        maker->piece_scores[i] = score;
        maker->is_wide |= (double)(float)score != score;
        if (type_of(parts, id) == TKZ__PIECE_USER_DEFINED)
            maker->pieces[i].id |= TKZ__UNIGRAM_IS_USER_DEFINED;
    }
    status = tkz__unigram_write_units(maker, error);
    if (status == TKZ_OK)
        write_header(maker, maker->block->data + start);
    return status;
}

tkz_status tkz__unigram_make(const tkz__unigram_parts *parts, tkz__buffer *block, tkz_error *error)
{
    tkz_status status = check_parts(parts, error);
    if (status != TKZ_OK)
        return status;
    const tkz_allocator *allocator = &block->allocator;
    uint32_t count = parts->token_count, size = parts->token_offsets[count];
    tkz__unigram_maker maker = {.parts = parts,
                                .block = block,
                                .longest = 1,
                                .unknown_score = unknown_score(parts)};
    maker.sequences = tkz__allocate_array(allocator, size, sizeof *maker.sequences);
    maker.pieces = tkz__allocate_array(allocator, count, sizeof *maker.pieces);
    maker.piece_scores = tkz__allocate_array(allocator, count, sizeof *maker.piece_scores);
    if (maker.sequences == NULL || maker.pieces == NULL || maker.piece_scores == NULL)
        status = tkz__error_memory(error, size * sizeof *maker.sequences);
    else
        status = make_table(&maker, error);
    tkz__release_array(allocator, maker.sequences, size, sizeof *maker.sequences);
    tkz__release_array(allocator, maker.pieces, count, sizeof *maker.pieces);
    tkz__release_array(allocator, maker.piece_scores, count, sizeof *maker.piece_scores);
    return status;
}
