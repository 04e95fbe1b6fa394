/* SPDX-License-Identifier: Apache-2.0
 *
 * The merges that HF tokenizers needs for a BPE of SentencePiece, which has scores only: each way to cut
 * a piece into two, in the order that transformers gives them (src/transformers/
 * convert_slow_tokenizer.py, generate_merges): the greater score first, of equal ones the longer
 * left half, then the longer right one, then as the vocabulary has the piece and its halves. Pieces that
 * no text may become, control symbols, the unknown one and those of bytes, are left out, and user-defined
 * symbols where they are found before anything merges. Leans on sentencepiece_file.h.
 */
#include <stdlib.h>

#include "core/byte_map.h"
#include "format/sentencepiece_file.h"

/* Sorted by its members, greater scores and lengths first. */
typedef struct way {
    float score;
    uint32_t left_length; /* characters */
    uint32_t right_length;
    uint32_t result; /* ids */
    uint32_t left;
    uint32_t right;
} way;

typedef struct joiner {
    tkz__spm_file *file;
    tkz__byte_map ids; /* of the pieces that merges make or take */
    way *ways;
    size_t count;
    size_t capacity;
} joiner;

static int compare_ways(const void *left, const void *right)
{
    const way *first = left, *second = right;
    if (first->score != second->score)
        return first->score > second->score ? -1 : 1;
    if (first->left_length != second->left_length)
        return first->left_length > second->left_length ? -1 : 1;
    if (first->right_length != second->right_length)
        return first->right_length > second->right_length ? -1 : 1;
    if (first->result != second->result)
        return first->result < second->result ? -1 : 1;
    if (first->left != second->left)
        return first->left < second->left ? -1 : 1;
    return first->right < second->right ? -1 : first->right > second->right;
}

static bool takes_part(const tkz__spm_piece_entry *piece)
{
    return piece->type == TKZ__PIECE_NORMAL || piece->type == TKZ__PIECE_USER_DEFINED ||
           piece->type == TKZ__PIECE_UNUSED;
}

static tkz_status list_pieces(joiner *own)
{
    tkz_status status = TKZ_OK;
    for (size_t id = 0; status == TKZ_OK && id < own->file->piece_count; id++) {
        const tkz__spm_piece_entry *piece = &own->file->pieces[id];
        uint64_t *value;
        bool is_new;
        if (!takes_part(piece))
            continue;
        status = tkz__byte_map_insert(&own->ids, own->file->data + piece->text_start,
                                      piece->text_size, &value, &is_new, own->file->error);
        if (status == TKZ_OK)
            *value = id;
    }
    return status;
}

static uint32_t count_characters(const uint8_t *text, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

/* All ways to cut a piece between two characters. */
static tkz_status add_ways(joiner *own, uint32_t id)
{
    const tkz__spm_piece_entry *piece = &own->file->pieces[id];
    const uint8_t *text = own->file->data + piece->text_start;
    uint32_t size = piece->text_size, characters = count_characters(text, size), before = 1;
    for (uint32_t at = 1; at < size; at++) {
        if ((text[at] & 0xC0) == 0x80)
            continue;
        const uint64_t *left = tkz__byte_map_find(&own->ids, text, at);
        const uint64_t *right =
            left != NULL ? tkz__byte_map_find(&own->ids, text + at, size - at) : NULL;
        uint32_t length = before++;
        if (right == NULL)
            continue;
        tkz_status status = tkz__array_reserve(&own->file->allocator, (void **)&own->ways,
                                               &own->capacity, own->count + 1, sizeof *own->ways,
                                               own->file->error);
        if (status != TKZ_OK)
            return status;
        own->ways[own->count++] = (way){piece->score, length,           characters - length,
                                        id,           (uint32_t)*left, (uint32_t)*right};
    }
    return TKZ_OK;
}

tkz_status tkz__spm_join(tkz__spm_file *file)
{
    joiner own = {.file = file};
    tkz__byte_map_init(&own.ids, &file->allocator);
    tkz_status status = list_pieces(&own);
    for (size_t id = 0; status == TKZ_OK && id < file->piece_count; id++) {
        bool is_found = file->pieces[id].type == TKZ__PIECE_USER_DEFINED &&
                        tkz__spm_keeps_symbols(file);
        if (takes_part(&file->pieces[id]) && !is_found)
            status = add_ways(&own, (uint32_t)id);
    }
    if (own.count > 1)
        qsort(own.ways, own.count, sizeof *own.ways, compare_ways);
    for (size_t i = 0; status == TKZ_OK && i < own.count; i++)
        status = tkz__tokenizer_builder_join_to(file->builder, own.ways[i].left,
                                                own.ways[i].right, own.ways[i].result,
                                                file->error);
    tkz__byte_map_free(&own.ids);
    tkz__release_array(&file->allocator, own.ways, own.capacity, sizeof *own.ways);
    return status;
}
