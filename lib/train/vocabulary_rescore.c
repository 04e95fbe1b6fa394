/* SPDX-License-Identifier: Apache-2.0
 *
 * New scores for all pieces of a Unigram model, as they fit the words of a table: what a model needs that
 * was put together of others. Leans on unigram_reestimate and subword's edited tokenizers.
 */
#include <string.h>

#include "tokenize/vocabulary.h"
#include "train/vocabulary_rows.h"

/* Texts one behind the other. */
typedef struct text_list {
    const tkz_allocator *allocator;
    tkz__buffer text;
    uint64_t *offsets; /* count + 1 */
    size_t capacity;
    size_t count;
} text_list;

typedef struct rescorer {
    const tkz_tokenizer *tokenizer;
    tkz_allocator allocator;
    text_list pieces;
    text_list words;
    uint32_t *ids;    /* of the pieces */
    double *estimated; /* of the pieces */
    double *scores;   /* by id */
    uint32_t size;    /* ids of the model */
    tkz_error *error;
} rescorer;

static tkz_status begin_list(text_list *list, const tkz_allocator *allocator, tkz_error *error)
{
    list->allocator = allocator;
    tkz__buffer_init(&list->text, allocator);
    tkz_status status = tkz__array_reserve(allocator, (void **)&list->offsets, &list->capacity, 1,
                                           sizeof *list->offsets, error);
    if (status == TKZ_OK)
        list->offsets[0] = 0;
    return status;
}

static void free_list(text_list *list)
{
    if (list->allocator == NULL)
        return;
    tkz__buffer_free(&list->text);
    tkz__release_array(list->allocator, list->offsets, list->capacity, sizeof *list->offsets);
}

/* Ends a text that has been appended to the buffer. */
static tkz_status end_text(text_list *list, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(list->allocator, (void **)&list->offsets,
                                           &list->capacity, list->count + 2,
                                           sizeof *list->offsets, error);
    if (status == TKZ_OK)
        list->offsets[++list->count] = list->text.size;
    return status;
}

/* The pieces that words are cut into: all but special, control, user-defined and unused ones and bytes,
 * whose scores stay. */
static tkz_status collect_pieces(rescorer *own)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < own->size; id++) {
        const uint8_t *bytes;
        size_t size;
        own->scores[id] = tkz__tokenizer_score(own->tokenizer, id);
        if (tkz__tokenizer_type(own->tokenizer, id) != TKZ__PIECE_NORMAL ||
            tkz__tokenizer_is_special(own->tokenizer, id) ||
            tkz__vocabulary_is_wall(own->tokenizer, id) ||
            tkz_tokenizer_token(own->tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK ||
            size == 0)
            continue;
        own->ids[own->pieces.count] = id;
        status = tkz__buffer_append(&own->pieces.text, bytes, size, own->error);
        if (status == TKZ_OK)
            status = end_text(&own->pieces, own->error);
    }
    return status;
}

static tkz_status collect_words(rescorer *own, const tkz_word_list *words)
{
    const bool marks = tkz__vocabulary_has_marks(own->tokenizer);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < words->count; i++) {
        status = tkz__vocabulary_put_word(&own->words.text, words->data + words->offsets[i],
                                          (size_t)(words->offsets[i + 1] - words->offsets[i]), marks,
                                          own->error);
        if (status == TKZ_OK)
            status = end_text(&own->words, own->error);
    }
    return status;
}

static tkz_status estimate(rescorer *own, const tkz_word_list *words, uint32_t rounds,
                           const tkz_executor *executor, double *likelihood)
{
    const tkz_word_list pieces = {(const char *)own->pieces.text.data, own->pieces.offsets, NULL,
                                  own->pieces.count};
    const tkz_word_list marked = {(const char *)own->words.text.data, own->words.offsets,
                                  words->counts, own->words.count};
    tkz_status status = tkz_unigram_reestimate(&pieces, &marked, rounds, executor, own->estimated,
                                               likelihood, &own->allocator, own->error);
    for (size_t i = 0; status == TKZ_OK && i < pieces.count; i++)
        own->scores[own->ids[i]] = own->estimated[i];
    return status;
}

static tkz_status rescore(rescorer *own, const tkz_word_list *words, uint32_t rounds,
                          const tkz_executor *executor, tkz_tokenizer **rescored,
                          double *likelihood)
{
    static const char provenance[] = "{\"trainer\":\"reestimate\"}";
    tkz_status status = begin_list(&own->pieces, &own->allocator, own->error);
    if (status == TKZ_OK)
        status = begin_list(&own->words, &own->allocator, own->error);
    if (status == TKZ_OK)
        status = collect_pieces(own);
    if (status == TKZ_OK)
        status = collect_words(own, words);
    if (status == TKZ_OK)
        status = estimate(own, words, rounds, executor, likelihood);
    if (status != TKZ_OK)
        return status;
    const tkz__tokenizer_edit edit = {.scores = own->scores, .first = own->size,
                                      .provenance = provenance,
                                      .provenance_size = sizeof provenance - 1};
    return tkz__tokenizer_edit_make(own->tokenizer, &edit, &own->allocator, rescored, own->error);
}

tkz_status tkz_vocabulary_reestimate(const tkz_tokenizer *tokenizer, const tkz_word_list *words,
                                     uint32_t rounds, const tkz_executor *executor,
                                     const tkz_allocator *allocator, tkz_tokenizer **rescored,
                                     double *likelihood, tkz_error *error)
{
    rescorer own = {.tokenizer = tokenizer, .error = error, .size = tkz_tokenizer_size(tokenizer),
                    .allocator = tkz__allocator_or_default(allocator)};
    *rescored = NULL;
    if (tkz__tokenizer_kind(tokenizer) != TKZ__MODEL_UNIGRAM)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "only the scores of a Unigram model say how often a piece is taken");
    if (words == NULL || words->counts == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "words with counts are needed");
    own.ids = tkz__allocate_array(&own.allocator, own.size, sizeof *own.ids);
    own.estimated = tkz__allocate_array(&own.allocator, own.size, sizeof *own.estimated);
    own.scores = tkz__allocate_array(&own.allocator, own.size, sizeof *own.scores);
    tkz_status status = own.ids != NULL && own.estimated != NULL && own.scores != NULL
                            ? rescore(&own, words, rounds, executor, rescored, likelihood)
                            : tkz__error_memory(error, own.size * sizeof *own.scores);
    free_list(&own.pieces);
    free_list(&own.words);
    tkz__release_array(&own.allocator, own.ids, own.size, sizeof *own.ids);
    tkz__release_array(&own.allocator, own.estimated, own.size, sizeof *own.estimated);
    tkz__release_array(&own.allocator, own.scores, own.size, sizeof *own.scores);
    return status;
}
