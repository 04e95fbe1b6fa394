/* SPDX-License-Identifier: Apache-2.0
 *
 * Encodes words with a bare model, batch by batch. Leans on vocabulary_rows.h.
 */
#include "train/vocabulary_rows.h"

#include <string.h>

/* Bytes of words that go into one batch: enough that a batch costs nothing, few enough that its ids
 * are no matter beside those of all words. */
enum { BATCH = 1 << 20 };

bool tkz__vocabulary_has_marks(const tkz_tokenizer *tokenizer)
{
    tkz__model_kind kind = tkz__tokenizer_kind(tokenizer);
    if (kind == TKZ__MODEL_BYTE_BPE)
        return false;
    if (tkz__tokenizer_pieces(tokenizer)->sentencepiece)
        return true;
    for (uint32_t id = 0; id < tkz_tokenizer_size(tokenizer); id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK && size >= 3 &&
            memcmp(bytes, "\xE2\x96\x81", 3) == 0)
            return true;
    }
    return false;
}

tkz_status tkz__vocabulary_bare(const tkz_tokenizer *tokenizer, const tkz_allocator *allocator,
                                tkz_tokenizer **bare, tkz_error *error)
{
    const tkz__tokenizer_edit edit = {.is_bare = true};
    return tkz__tokenizer_edit_make(tokenizer, &edit, allocator, bare, error);
}

bool tkz__vocabulary_is_wall(const tkz_tokenizer *tokenizer, uint32_t id)
{
    tkz__piece_type type = tkz__tokenizer_type(tokenizer, id);
    if (tkz__tokenizer_kind(tokenizer) == TKZ__MODEL_BYTE_BPE)
        return false;
    const tkz__piece_settings *pieces = tkz__tokenizer_pieces(tokenizer);
    const uint8_t *bytes;
    size_t size;
    if (id == pieces->unknown || type == TKZ__PIECE_CONTROL || type == TKZ__PIECE_UNKNOWN ||
        type == TKZ__PIECE_BYTE)
        return true;
    return pieces->byte_fallback && !pieces->sentencepiece &&
           tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK &&
           tkz__piece_byte(bytes, size) >= 0;
}

typedef struct row_maker {
    tkz__vocabulary_rows *rows;
    tkz_encoder *encoder;
    tkz__buffer text;
    uint64_t *offsets; /* of the words of the batch in `text` */
    size_t offset_capacity;
    size_t count; /* words in it */
    size_t done;  /* words before it */
    tkz_error *error;
} row_maker;

tkz_status tkz__vocabulary_put_word(tkz__buffer *text, const char *word, size_t size, bool marks,
                                    tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        const char *space = marks ? memchr(word + at, ' ', size - at) : NULL;
        size_t length = space != NULL ? (size_t)(space - word) - at : size - at;
        status = tkz__buffer_append(text, word + at, length, error);
        if (status == TKZ_OK && space != NULL)
            status = tkz__buffer_append(text, "\xE2\x96\x81", 3, error);
        at += length + (space != NULL);
    }
    return status;
}

/* Appends a word to the batch. */
static tkz_status put_word(row_maker *own, const char *word, size_t size, bool marks)
{
    tkz_status status = tkz__vocabulary_put_word(&own->text, word, size, marks, own->error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&own->rows->allocator, (void **)&own->offsets,
                                    &own->offset_capacity, own->count + 2, sizeof *own->offsets,
                                    own->error);
    if (status == TKZ_OK)
        own->offsets[++own->count] = own->text.size;
    return status;
}

/* Encodes the batch. */
static tkz_status end_batch(row_maker *own)
{
    tkz__vocabulary_rows *rows = own->rows;
    const tkz_batch *batch;
    tkz_status status = tkz_encoder_encode(own->encoder, (const char *)own->text.data, own->offsets,
                                           own->count, &batch, own->error);
    size_t extra = status == TKZ_OK ? (size_t)batch->offsets[own->count] : 0;
    if (status == TKZ_OK)
        status = tkz__array_reserve(&rows->allocator, (void **)&rows->ids, &rows->id_capacity,
                                    rows->id_count + extra, sizeof *rows->ids, own->error);
    if (status != TKZ_OK)
        return status;
    if (extra > 0)
        memcpy(rows->ids + rows->id_count, batch->ids, extra * sizeof *rows->ids);
    for (size_t i = 0; i < own->count; i++)
        rows->offsets[own->done + i + 1] = rows->id_count + batch->offsets[i + 1];
    rows->id_count += extra;
    own->done += own->count;
    own->count = 0;
    tkz__buffer_clear(&own->text);
    return TKZ_OK;
}

tkz_status tkz__vocabulary_rows_make(tkz__vocabulary_rows *rows, tkz_tokenizer *bare,
                                     const tkz_word_list *words, bool marks,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    row_maker own = {.rows = rows, .error = error};
    memset(rows, 0, sizeof *rows);
    rows->allocator = tkz__allocator_or_default(allocator);
    tkz__buffer_init(&own.text, &rows->allocator);
    rows->count = words->count;
    rows->offsets = tkz__allocate_array(&rows->allocator, words->count + 1, sizeof *rows->offsets);
    tkz_status status = rows->offsets != NULL
                            ? tkz_encoder_new(&own.encoder, bare, &rows->allocator, error)
                            : tkz__error_memory(error, (words->count + 1) * sizeof *rows->offsets);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&rows->allocator, (void **)&own.offsets, &own.offset_capacity,
                                    2, sizeof *own.offsets, error);
    if (status == TKZ_OK)
        rows->offsets[0] = own.offsets[0] = 0;
    for (size_t i = 0; status == TKZ_OK && i < words->count; i++) {
        status = put_word(&own, words->data + words->offsets[i],
                          (size_t)(words->offsets[i + 1] - words->offsets[i]), marks);
        if (status == TKZ_OK && (own.text.size >= BATCH || i + 1 == words->count))
            status = end_batch(&own);
    }
    tkz_encoder_free(own.encoder);
    tkz__buffer_free(&own.text);
    tkz__release_array(&rows->allocator, own.offsets, own.offset_capacity, sizeof *own.offsets);
    if (status != TKZ_OK)
        tkz__vocabulary_rows_free(rows);
    return status;
}

void tkz__vocabulary_rows_free(tkz__vocabulary_rows *rows)
{
    tkz__release_array(&rows->allocator, rows->ids, rows->id_capacity, sizeof *rows->ids);
    if (rows->offsets != NULL)
        tkz__release_array(&rows->allocator, rows->offsets, rows->count + 1, sizeof *rows->offsets);
    memset(rows, 0, sizeof *rows);
}

tkz_status tkz__vocabulary_count_others(tkz_tokenizer *model, const tkz_word_list *words,
                                        uint32_t first, const tkz_allocator *allocator,
                                        uint32_t *others, uint32_t *example, tkz_error *error)
{
    tkz__vocabulary_rows rows;
    tkz_status status = tkz__vocabulary_rows_make(&rows, model, words, false, allocator, error);
    if (status != TKZ_OK)
        return status;
    *others = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (rows.offsets[i + 1] - rows.offsets[i] == 1 && rows.ids[rows.offsets[i]] == first + i)
            continue;
        if ((*others)++ == 0 && example != NULL)
            *example = first + (uint32_t)i;
    }
    tkz__vocabulary_rows_free(&rows);
    return TKZ_OK;
}
