/* SPDX-License-Identifier: Apache-2.0
 *
 * From what Unigram training has left to the vocabulary: which pieces, which ids. Leans on
 * unigram_trainer.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "train/unigram_trainer.h"

void tkz__final_pieces_init(tkz__final_pieces *pieces, const tkz_allocator *allocator)
{
    memset(pieces, 0, sizeof *pieces);
    pieces->allocator = *allocator;
    tkz__buffer_init(&pieces->texts, allocator);
}

void tkz__final_pieces_free(tkz__final_pieces *pieces)
{
    tkz__release_array(&pieces->allocator, pieces->pieces, pieces->capacity,
                       sizeof *pieces->pieces);
    tkz__buffer_free(&pieces->texts);
    pieces->pieces = NULL;
    pieces->count = pieces->capacity = 0;
}

tkz_status tkz__final_pieces_add(tkz__final_pieces *pieces, const uint32_t *characters,
                                 size_t size, float score, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&pieces->allocator, (void **)&pieces->pieces,
                                           &pieces->capacity, pieces->count + 1,
                                           sizeof *pieces->pieces, error);
    size_t start = pieces->texts.size;
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        char text[4];
        size_t bytes = tkz__utf8_encode(characters[i], text);
        status = tkz__buffer_append(&pieces->texts, text, bytes, error);
    }
    if (status == TKZ_OK)
        pieces->pieces[pieces->count++] =
            (tkz__final_piece){score, start, (uint32_t)(pieces->texts.size - start)};
    return status;
}

/* ---- Order ------------------------------------------------------------------------------ */

/* qsort has no context: what is sorted is a list of texts with what is needed to compare them. */
typedef struct sorted_piece {
    const uint8_t *text;
    tkz__final_piece piece;
} sorted_piece;

static int compare_pieces(const void *left, const void *right)
{
    const sorted_piece *a = left, *b = right;
    if (a->piece.score != b->piece.score)
        return a->piece.score > b->piece.score ? -1 : 1;
    size_t size = a->piece.size < b->piece.size ? a->piece.size : b->piece.size;
    int order = memcmp(a->text, b->text, size);
    if (order != 0)
        return order;
    return a->piece.size < b->piece.size ? -1 : a->piece.size > b->piece.size;
}

static tkz_status sort_pieces(tkz__final_pieces *pieces, tkz_error *error)
{
    sorted_piece *list = tkz__allocate_array(&pieces->allocator, pieces->count, sizeof *list);
    if (list == NULL)
        return tkz__error_memory(error, pieces->count * sizeof *list);
    for (size_t i = 0; i < pieces->count; i++)
        list[i] = (sorted_piece){pieces->texts.data + pieces->pieces[i].start, pieces->pieces[i]};
    qsort(list, pieces->count, sizeof *list, compare_pieces);
    for (size_t i = 0; i < pieces->count; i++)
        pieces->pieces[i] = list[i].piece;
    tkz__release_array(&pieces->allocator, list, pieces->count, sizeof *list);
    return TKZ_OK;
}

/* ---- Choice ------------------------------------------------------------------------------- */

/* What the pieces of the alphabet are numbered by, from 1; others have 0. */
static tkz_status list_alphabet(tkz__byte_map *map, const tkz__unigram_sentences *sentences,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < sentences->alphabet_count; i++) {
        char text[4];
        uint64_t *value;
        size_t size = tkz__utf8_encode(sentences->alphabet[i].character, text);
        status = tkz__byte_map_insert(map, text, size, &value, NULL, error);
        if (status == TKZ_OK)
            *value = 0;
    }
    return status;
}

/* Those that must be there besides stand behind the alphabet. */
static tkz_status list_required(tkz__byte_map *map, const tkz__unigram_text *required, tkz_error *error)
{
    tkz__buffer text;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&text, &map->allocator);
    for (size_t i = 0; status == TKZ_OK && i < required->count; i++) {
        tkz__buffer_clear(&text);
        for (uint64_t at = required->starts[i]; status == TKZ_OK && at < required->starts[i + 1]; at++) {
            char character[4];
            status = tkz__buffer_append(&text, character, tkz__utf8_encode(required->characters[at], character), error);
        }
        uint64_t *value;
        if (status == TKZ_OK)
            status = tkz__byte_map_insert(map, text.data, text.size, &value, NULL, error);
    }
    tkz__buffer_free(&text);
    return status;
}

/* Gives the characters that are no piece any more one, a little above the lowest score. */
static tkz_status add_missing(tkz__final_pieces *trained, const tkz__byte_map *alphabet,
                              const tkz__unigram_sentences *sentences, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    float lowest = 0, penalty = 0;
    for (size_t i = 0; i < trained->count; i++)
        if (i == 0 || trained->pieces[i].score < lowest)
            lowest = trained->pieces[i].score;
    for (size_t i = 0; status == TKZ_OK && i < sentences->alphabet_count; i++) {
        if (alphabet->entries[i].value != 0)
            continue;
        status = tkz__final_pieces_add(trained, &sentences->alphabet[i].character, 1,
                                       lowest + penalty, error);
        penalty += 0.0001F;
    }
    return status;
}

static tkz_status choose(tkz__final_pieces *trained, tkz__byte_map *alphabet, size_t room,
                         const tkz__unigram_sentences *sentences, tkz_error *error)
{
    for (size_t i = 0; i < trained->count; i++) {
        const tkz__final_piece *piece = &trained->pieces[i];
        uint64_t *value =
            tkz__byte_map_find(alphabet, trained->texts.data + piece->start, piece->size);
        if (value != NULL)
            *value = 1;
    }
    tkz_status status = add_missing(trained, alphabet, sentences, error);
    if (status == TKZ_OK)
        status = sort_pieces(trained, error);
    if (status != TKZ_OK)
        return status;
    size_t others = room - sentences->alphabet_count - sentences->required.count, count = 0;
    for (size_t i = 0; i < trained->count; i++) {
        const tkz__final_piece *piece = &trained->pieces[i];
        bool is_letter = tkz__byte_map_find(alphabet, trained->texts.data + piece->start,
                                            piece->size) != NULL;
        if (!is_letter && others == 0)
            continue;
        others -= !is_letter;
        trained->pieces[count++] = *piece;
    }
    trained->count = count;
    return TKZ_OK;
}

tkz_status tkz__unigram_finish(tkz__final_pieces *trained, size_t room,
                               const tkz__unigram_sentences *sentences, tkz_error *error)
{
    tkz__byte_map alphabet;
    tkz__byte_map_init(&alphabet, &trained->allocator);
    tkz_status status = list_alphabet(&alphabet, sentences, error);
    if (status == TKZ_OK)
        status = list_required(&alphabet, &sentences->required, error);
    if (status == TKZ_OK)
        status = choose(trained, &alphabet, room, sentences, error);
    tkz__byte_map_free(&alphabet);
    return status;
}

/* ---- Tokens that are not trained ------------------------------------------------------------ */

enum { UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, BYTE = 6 };

static tkz_status refuse(tkz_error *error, const char *what, const char *text, size_t size)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, NULL, TKZ__NO_OFFSET, "%s: '%.*s'",
                          what, (int)size, text);
}

static tkz__meta_token *find_id(tkz__meta_tokens *meta, uint32_t id)
{
    for (size_t i = 0; i < meta->count; i++)
        if (meta->tokens[i].id == id)
            return &meta->tokens[i];
    return NULL;
}

/* Appends a token; `*next` is the lowest id that may be free. */
static tkz_status add_token(tkz__meta_tokens *meta, tkz__meta_token token, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&meta->allocator, (void **)&meta->tokens,
                                           &meta->capacity, meta->count + 1,
                                           sizeof *meta->tokens, error);
    if (status == TKZ_OK)
        meta->tokens[meta->count++] = token;
    return status;
}

static tkz_status add_named(tkz__meta_tokens *meta, const tkz_unigram_options *options,
                            tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (unsigned i = 0; status == TKZ_OK && i < TKZ__META_NAMES; i++) {
        const tkz__buffer *name = &options->names[i];
        if (options->ids[i] < 0)
            continue;
        if (name->size == 0 || find_id(meta, (uint32_t)options->ids[i]) != NULL ||
            (uint32_t)options->ids[i] >= options->vocab_size)
            return refuse(error, "a token has no name, or its id is taken or too large",
                          (const char *)name->data, name->size);
        status = add_token(meta,
                           (tkz__meta_token){.id = (uint32_t)options->ids[i],
                                             .type = i == TKZ__META_UNK ? UNKNOWN : CONTROL,
                                             .text = (const char *)name->data,
                                             .size = (uint32_t)name->size},
                           error);
    }
    return status;
}

/* A symbol: of the kind of one that has a name, or the next free id. */
static tkz_status add_symbol(tkz__meta_tokens *meta, size_t named, tkz__meta_token token,
                             uint32_t *next, tkz_error *error)
{
    for (size_t i = 0; i < named; i++) {
        tkz__meta_token *known = &meta->tokens[i];
        if (known->size != token.size || memcmp(known->text, token.text, token.size) != 0)
            continue;
        if (known->type == UNKNOWN)
            return refuse(error, "the unknown token must not be a symbol too", token.text,
                          token.size);
        known->type = token.type;
        return TKZ_OK;
    }
    while (true) {
        bool is_taken = false;
        for (size_t i = 0; i < named; i++)
            is_taken |= meta->tokens[i].id == *next;
        if (!is_taken)
            break;
        ++*next;
    }
    token.id = (*next)++;
    return add_token(meta, token, error);
}

static tkz_status add_symbols(tkz__meta_tokens *meta, const tkz_unigram_options *options,
                              tkz_error *error)
{
    const tkz__text_list *lists[] = {&options->control, &options->user};
    const int types[] = {CONTROL, USER_DEFINED};
    size_t named = meta->count;
    uint32_t next = 0;
    tkz__byte_map known;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&known, &meta->allocator);
    for (size_t i = 0; status == TKZ_OK && i < 2; i++) {
        size_t at = 0, size;
        const char *text;
        while (status == TKZ_OK && tkz__text_list_next(lists[i], &at, &text, &size)) {
            uint64_t *value;
            bool is_new = true;
            status = tkz__byte_map_insert(&known, text, size, &value, &is_new, error);
            if (status == TKZ_OK && !is_new)
                status = refuse(error, "a symbol is given twice", text, size);
            if (status == TKZ_OK)
                status = add_symbol(meta, named,
                                    (tkz__meta_token){.type = types[i], .text = text,
                                                      .size = (uint32_t)size},
                                    &next, error);
        }
    }
    for (unsigned byte = 0; status == TKZ_OK && options->byte_fallback && byte < 256; byte++)
        status = add_symbol(meta, named, (tkz__meta_token){.type = BYTE, .size = 0, .byte = byte},
                            &next, error);
    tkz__byte_map_free(&known);
    return status;
}

static int compare_ids(const void *left, const void *right)
{
    const tkz__meta_token *a = left, *b = right;
    return a->id < b->id ? -1 : a->id > b->id;
}

tkz_status tkz__meta_tokens_init(tkz__meta_tokens *meta, const tkz_unigram_options *options,
                                 tkz_error *error)
{
    memset(meta, 0, sizeof *meta);
    meta->allocator = options->allocator;
    tkz_status status = add_named(meta, options, error);
    if (status == TKZ_OK && options->ids[TKZ__META_UNK] < 0)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "unk_id", TKZ__NO_OFFSET,
                                "a vocabulary needs an unknown token");
    if (status == TKZ_OK)
        status = add_symbols(meta, options, error);
    if (status == TKZ_OK && meta->count >= options->vocab_size)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "vocab_size", TKZ__NO_OFFSET,
                                "%u ids have no room for more than the %zu tokens that are given",
                                options->vocab_size, meta->count);
    if (status == TKZ_OK)
        qsort(meta->tokens, meta->count, sizeof *meta->tokens, compare_ids);
    else
        tkz__meta_tokens_free(meta);
    return status;
}

void tkz__meta_tokens_free(tkz__meta_tokens *meta)
{
    tkz__release_array(&meta->allocator, meta->tokens, meta->capacity, sizeof *meta->tokens);
    meta->tokens = NULL;
    meta->count = meta->capacity = 0;
}
