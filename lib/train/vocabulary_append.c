/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of other vocabularies for a model with scores. Leans on vocabulary_rows, vocabulary_scores and
 * text's classes.
 */
#include <inttypes.h>
#include <string.h>

#include "core/byte_map.h"
#include "text/char_class.h"
#include "text/pattern_set.h"
#include "text/utf8.h"
#include "tokenize/text.h"
#include "tokenize/vocabulary.h"
#include "train/vocabulary_rows.h"
#include "train/vocabulary_scores.h"

typedef struct appender {
    const tkz_tokenizer *tokenizer;
    tkz_allocator allocator;
    const tkz_piece_list *pieces;
    int32_t scores;
    tkz__byte_map known; /* tokens of the model and pieces that have come */
    tkz__new_token *made;
    uint32_t made_count;
    tkz_appending *appending;
    tkz_error *error;
} appender;

/* ---- Which come ------------------------------------------------------------------------ */

static tkz_status check_model(const appender *own)
{
    tkz__model_kind kind = tkz__tokenizer_kind(own->tokenizer);
    const tkz__image *image = tkz__tokenizer_image(own->tokenizer);
    if (kind == TKZ__MODEL_UNIGRAM || (kind == TKZ__MODEL_CHARACTER_BPE &&
                                       (image->flags & TKZ__IMAGE_BY_SCORE) != 0))
        return TKZ_OK;
    return tkz__error_set(own->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "pieces can be appended to a Unigram model, or to a BPE whose merges follow "
                          "from scores (a SentencePiece model); the merges of this one would not make "
                          "them: extend it with words");
}

/* Enters a text among the known ones. */
static tkz_status know(appender *own, const void *text, size_t size, bool *is_new)
{
    uint64_t *value;
    return tkz__byte_map_insert(&own->known, text, size, &value, is_new, own->error);
}

static tkz_status list_known(appender *own)
{
    tkz_status status = TKZ_OK;
    bool is_new;
    for (uint32_t id = 0; status == TKZ_OK && id < own->appending->first; id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz_tokenizer_token(own->tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK)
            status = know(own, bytes, size, &is_new);
    }
    return status;
}

static tkz_status take_piece(appender *own, size_t number)
{
    const tkz_piece_list *list = own->pieces;
    if (list->offsets[number + 1] < list->offsets[number])
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, number,
                              "the offsets of pieces do not ascend");
    const char *text = list->data + list->offsets[number];
    size_t size = (size_t)(list->offsets[number + 1] - list->offsets[number]);
    double score = list->scores != NULL ? list->scores[number] : 0;
    if (size == 0 || size > UINT16_MAX || memchr(text, '\0', size) != NULL ||
        tkz_utf8_valid_prefix(text, size) != size)
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, number,
                              "piece %zu is not UTF-8 of 1 to 65535 bytes without U+0000", number);
    if (!(score - score == 0))
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, number,
                              "the score of piece %zu is no number", number);
    bool is_new;
    tkz_status status = know(own, text, size, &is_new);
    if (status != TKZ_OK)
        return status;
    if (!is_new) {
        own->appending->there++;
        return TKZ_OK;
    }
    own->made[own->made_count++] =
        (tkz__new_token){.bytes = (const uint8_t *)text, .size = (uint32_t)size, .score = score,
                         .left = TKZ__NO_TOKEN, .right = TKZ__NO_TOKEN, .type = TKZ__PIECE_NORMAL};
    return TKZ_OK;
}

static void set_scores(appender *own)
{
    double lowest, greatest;
    tkz__vocabulary_scores(own->tokenizer, &lowest, &greatest);
    for (uint32_t i = 0; i < own->made_count; i++) {
        if (own->scores == TKZ_APPEND_BELOW)
            own->made[i].score = lowest = tkz__vocabulary_score_below(lowest);
        else if (own->scores == TKZ_APPEND_ABOVE)
            own->made[own->made_count - 1 - i].score = greatest =
                tkz__vocabulary_score_above(greatest);
        else if (own->scores == TKZ_APPEND_ZERO)
            own->made[i].score = 0;
    }
}

/* ---- What they become -------------------------------------------------------------------- */

static tkz_status check_pieces(appender *own, const tkz_tokenizer *extended)
{
    tkz__buffer text;
    tkz_tokenizer *bare = NULL;
    size_t count = own->made_count;
    tkz__buffer_init(&text, &own->allocator);
    uint64_t *offsets = tkz__allocate_array(&own->allocator, count + 1, sizeof *offsets);
    tkz_status status = offsets != NULL
                            ? tkz__vocabulary_bare(extended, &own->allocator, &bare, own->error)
                            : tkz__error_memory(own->error, (count + 1) * sizeof *offsets);
    if (status == TKZ_OK)
        offsets[0] = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = tkz__buffer_append(&text, own->made[i].bytes, own->made[i].size, own->error);
        offsets[i + 1] = text.size;
    }
    if (status == TKZ_OK) {
        const tkz_word_list words = {(const char *)text.data, offsets, NULL, count};
        status = tkz__vocabulary_count_others(bare, &words, own->appending->first, &own->allocator,
                                              &own->appending->unreachable,
                                              &own->appending->example, own->error);
    }
    tkz_tokenizer_free(bare);
    tkz__release_array(&own->allocator, offsets, count + 1, sizeof *offsets);
    tkz__buffer_free(&text);
    return status;
}

static tkz_status append(appender *own, tkz_tokenizer **extended)
{
    static const char provenance[] = "{\"trainer\":\"append\"}";
    tkz_status status = list_known(own);
    for (size_t i = 0; status == TKZ_OK && i < own->pieces->count; i++)
        status = take_piece(own, i);
    if (status != TKZ_OK)
        return status;
    set_scores(own);
    const tkz__tokenizer_edit edit = {.tokens = own->made, .token_count = own->made_count,
                                      .first = own->appending->first, .provenance = provenance,
                                      .provenance_size = sizeof provenance - 1};
    status = tkz__tokenizer_edit_make(own->tokenizer, &edit, &own->allocator, extended, own->error);
    own->appending->appended = own->made_count;
    return status == TKZ_OK ? check_pieces(own, *extended) : status;
}

tkz_status tkz_vocabulary_append(const tkz_tokenizer *tokenizer, const tkz_piece_list *pieces,
                                 int32_t scores, const tkz_allocator *allocator,
                                 tkz_tokenizer **extended, tkz_appending *appending,
                                 tkz_error *error)
{
    appender own = {.tokenizer = tokenizer, .pieces = pieces, .scores = scores, .error = error,
                    .allocator = tkz__allocator_or_default(allocator), .appending = appending};
    *extended = NULL;
    *appending = (tkz_appending){.first = tkz_tokenizer_size(tokenizer)};
    if (scores < TKZ_APPEND_BELOW || scores > TKZ_APPEND_GIVEN ||
        (scores == TKZ_APPEND_GIVEN && pieces->scores == NULL))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "scores", TKZ__NO_OFFSET,
                              "the pieces have no scores of their own, or there is no such choice");
    tkz_status status = check_model(&own);
    if (status != TKZ_OK)
        return status;
    tkz__byte_map_init(&own.known, &own.allocator);
    own.made = tkz__allocate_array(&own.allocator, pieces->count + 1, sizeof *own.made);
    status = own.made != NULL ? append(&own, extended)
                              : tkz__error_memory(error, (pieces->count + 1) * sizeof *own.made);
    if (status != TKZ_OK) {
        tkz_tokenizer_free(*extended);
        *extended = NULL;
    }
    tkz__release_array(&own.allocator, own.made, pieces->count + 1, sizeof *own.made);
    tkz__byte_map_free(&own.known);
    return status;
}

/* ---- Models ------------------------------------------------------------------------------ */

typedef struct collector {
    tkz_allocator allocator;
    tkz__buffer texts;
    uint64_t *offsets;
    size_t offset_capacity;
    double *scores;
    size_t score_capacity;
    size_t count;
    tkz_error *error;
} collector;

/* Bytes of the mark before a character of Japanese, else 0. */
static size_t mark_size(const uint8_t *text, size_t size)
{
    enum { MARK = 3 };
    uint32_t character;
    if (size <= MARK || memcmp(text, "\xE2\x96\x81", MARK) != 0)
        return 0;
    (void)tkz__utf8_next((const char *)text + MARK, size - MARK, &character);
    int script = tkz__char_record(&tkz__class_table_15_0, character)->script;
    bool is_japanese = script == tkz__script_find("Hani", 4) ||
                       script == tkz__script_find("Hira", 4) ||
                       script == tkz__script_find("Kana", 4) || character == 0x30FC;
    return is_japanese ? MARK : 0;
}

static tkz_status collect(collector *own, const tkz_tokenizer *model, bool strip_marks)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < tkz_tokenizer_size(model); id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz__tokenizer_type(model, id) != TKZ__PIECE_NORMAL ||
            tkz__tokenizer_is_special(model, id) || tkz__vocabulary_is_wall(model, id) ||
            tkz_tokenizer_token(model, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        size_t skipped = strip_marks ? mark_size(bytes, size) : 0;
        status = tkz__array_reserve(&own->allocator, (void **)&own->offsets, &own->offset_capacity,
                                    own->count + 2, sizeof *own->offsets, own->error);
        if (status == TKZ_OK)
            status = tkz__array_reserve(&own->allocator, (void **)&own->scores,
                                        &own->score_capacity, own->count + 1, sizeof *own->scores,
                                        own->error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&own->texts, bytes + skipped, size - skipped, own->error);
        if (status != TKZ_OK)
            return status;
        own->scores[own->count++] = tkz__tokenizer_score(model, id);
        own->offsets[own->count] = own->texts.size;
    }
    return status;
}

tkz_status tkz_vocabulary_merge(const tkz_tokenizer *const *models, size_t count, int32_t scores,
                                int32_t strip_marks, const tkz_allocator *allocator,
                                tkz_tokenizer **merged, tkz_appending *appending, tkz_error *error)
{
    collector own = {.allocator = tkz__allocator_or_default(allocator), .error = error};
    *merged = NULL;
    if (count < 2)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "merging takes two models or more");
    tkz__buffer_init(&own.texts, &own.allocator);
    tkz_status status = tkz__array_reserve(&own.allocator, (void **)&own.offsets,
                                           &own.offset_capacity, 1, sizeof *own.offsets, error);
    if (status == TKZ_OK)
        own.offsets[0] = 0;
    for (size_t i = 1; status == TKZ_OK && i < count; i++)
        status = collect(&own, models[i], strip_marks != 0);
    if (status == TKZ_OK) {
        const tkz_piece_list pieces = {(const char *)own.texts.data, own.offsets, own.scores,
                                       own.count};
        status = tkz_vocabulary_append(models[0], &pieces,
                                       own.count == 0 && scores == TKZ_APPEND_GIVEN
                                           ? TKZ_APPEND_BELOW
                                           : scores,
                                       &own.allocator, merged, appending, error);
    }
    tkz__buffer_free(&own.texts);
    tkz__release_array(&own.allocator, own.offsets, own.offset_capacity, sizeof *own.offsets);
    tkz__release_array(&own.allocator, own.scores, own.score_capacity, sizeof *own.scores);
    return status;
}
