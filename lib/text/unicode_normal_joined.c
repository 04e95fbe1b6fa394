/* SPDX-License-Identifier: Apache-2.0
 *
 * Normalising sequence by sequence, each cut where normalisation starts afresh: the
 * long way, which is right for every text. Leans on edit and sequences.
 */
#include "text/unicode_normal_joined.h"

#include <string.h>

enum { SHORT_PIECE = 16 };

static inline tkz__glance glance_at(const tkz__unicode_passage *work, size_t at)
{
    return tkz__glance_at(work->target, work->text, at, work->size);
}

/* Room for one more character or piece. */
static inline tkz_status make_room(tkz__unicode_passage *work)
{
    const tkz__buffer *target = work->edit->target;
    if (target->capacity - target->size >= TKZ__UNICODE_LONGEST)
        return TKZ_OK;
    return tkz__buffer_reserve(work->edit->target, TKZ__UNICODE_LONGEST, work->error);
}

/* Writes a piece in place of `source_size` bytes. TKZ__UNICODE_LONGEST bytes can be read where it
 * lies and written where it goes: copies of a fixed size are moves of registers. */
static inline tkz_status replace(tkz__unicode_passage *work, size_t source_size,
                                 tkz__unicode_piece piece)
{
    tkz__buffer *target = work->edit->target;
    tkz_status status = make_room(work);
    if (status != TKZ_OK)
        return status;
    memcpy(target->data + target->size, piece.text, SHORT_PIECE);
    if (piece.size > SHORT_PIECE)
        memcpy(target->data + target->size, piece.text, TKZ__UNICODE_LONGEST);
    target->size += piece.size;
    return tkz__edit_record(work->edit, source_size, piece.size, false, work->error);
}

/* Copies [start, end) of the text as it is. */
static inline tkz_status copy(tkz__unicode_passage *work, size_t start, size_t end)
{
    tkz__buffer *target = work->edit->target;
    size_t size = end - start;
    if (size > SHORT_PIECE || work->size - start < SHORT_PIECE)
        return tkz__edit_copy(work->edit, work->text + start, size, work->error);
    tkz_status status = make_room(work);
    if (status != TKZ_OK)
        return status;
    memcpy(target->data + target->size, work->text + start, SHORT_PIECE);
    target->size += size;
    return tkz__edit_record(work->edit, size, size, true, work->error);
}

/* Writes the finished sequence without a record. */
static tkz_status write_sequence(tkz__unicode_passage *work)
{
    tkz__buffer *target = work->edit->target;
    for (size_t i = 0; i < work->sequence.count; i++) {
        tkz_status status = make_room(work);
        if (status != TKZ_OK)
            return status;
        target->size +=
            tkz__utf8_encode(work->sequence.points[i] & TKZ__SEQUENCE_CHARACTER,
                             (char *)target->data + target->size);
    }
    return TKZ_OK;
}

static tkz_status finish_sequence(tkz__unicode_passage *work)
{
    tkz_status status = tkz__sequence_finish(&work->sequence, work->error);
    return status == TKZ_OK ? write_sequence(work) : status;
}

/* One character by way of a sequence: its decomposition has to be composed again. */
static tkz_status recompose(tkz__unicode_passage *work, tkz__glance glance)
{
    size_t before = work->edit->target->size;
    work->sequence.count = 0;
    tkz_status status = tkz__sequence_add(&work->sequence, glance, work->error);
    if (status == TKZ_OK)
        status = finish_sequence(work);
    if (status != TKZ_OK)
        return status;
    return tkz__edit_record(work->edit, glance.size, work->edit->target->size - before, false,
                            work->error);
}

/* What a changed character alone becomes; false where that takes a sequence. */
static inline bool lone_result(const tkz__unicode_passage *work, tkz__glance glance,
                               char hangul[TKZ__UNICODE_LONGEST], tkz__unicode_piece *piece)
{
    if (tkz__is_hangul_syllable(glance.character))
        *piece = tkz__unicode_decompose(work->target->version, glance.character, false, hangul);
    else if (tkz__normal_is_open(glance.bits, work->target->form))
        return false;
    else
        *piece = tkz__normal_result(glance.record, glance.bits, work->target->form);
    return true;
}

/* A character that nothing joins. */
static inline tkz_status put_alone(tkz__unicode_passage *work, size_t at, tkz__glance glance)
{
    char hangul[TKZ__UNICODE_LONGEST] = {0};
    tkz__unicode_piece piece;
    if (!tkz__glance_changes(work->target, glance))
        return copy(work, at, at + glance.size);
    if (!lone_result(work, glance, hangul, &piece))
        return recompose(work, glance);
    return replace(work, glance.size, piece);
}

/* Whether the target from `written` on is what the characters of [start, end) become one by one. */
static bool is_by_characters(const tkz__unicode_passage *work, size_t start, size_t end,
                             size_t written)
{
    const tkz__buffer *target = work->edit->target;
    while (start < end) {
        char hangul[TKZ__UNICODE_LONGEST];
        tkz__glance glance = glance_at(work, start);
        tkz__unicode_piece piece = {work->text + start, glance.size};
        if (tkz__glance_changes(work->target, glance) &&
            !lone_result(work, glance, hangul, &piece))
            return false;
        if (target->size - written < piece.size ||
            memcmp(target->data + written, piece.text, piece.size) != 0)
            return false;
        written += piece.size;
        start += glance.size;
    }
    return written == target->size;
}

static tkz_status record_by_characters(tkz__unicode_passage *work, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (start < end && status == TKZ_OK) {
        char hangul[TKZ__UNICODE_LONGEST];
        tkz__glance glance = glance_at(work, start);
        tkz__unicode_piece piece = {work->text + start, glance.size};
        if (tkz__glance_changes(work->target, glance))
            (void)lone_result(work, glance, hangul, &piece);
        status = tkz__edit_record(work->edit, glance.size, piece.size,
                                  !tkz__glance_changes(work->target, glance), work->error);
        start += glance.size;
    }
    return status;
}

/* The run or runs of a sequence that was written to the target from `written` on. */
static tkz_status record_sequence(tkz__unicode_passage *work, size_t start, size_t end,
                                  size_t written)
{
    if (work->edit->map == NULL)
        return TKZ_OK;
    if (is_by_characters(work, start, end, written))
        return record_by_characters(work, start, end);
    return tkz__edit_record(work->edit, end - start, work->edit->target->size - written, false,
                            work->error);
}

/* Characters that case folding removes, up to `end`. */
static tkz_status remove_gone(tkz__unicode_passage *work, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (start < end && status == TKZ_OK) {
        tkz__glance glance = glance_at(work, start);
        status = tkz__edit_record(work->edit, glance.size, 0, false, work->error);
        start += glance.size;
    }
    return status;
}

/* The character `first` at `*at`, which stays, and all that joins it; `*at` is left behind them. */
static tkz_status put_sequence(tkz__unicode_passage *work, size_t *at, tkz__glance first)
{
    size_t start = *at;
    size_t end = start + first.size; /* of what joins; only vanishing ones lie behind it */
    tkz_status status;
    work->sequence.count = 0;
    status = tkz__sequence_add(&work->sequence, first, work->error);
    *at = end;
    while (status == TKZ_OK) {
        tkz__glance glance = glance_at(work, *at);
        if (!tkz__glance_joins(work->target, glance))
            break;
        *at += glance.size;
        if (tkz__glance_is_gone(work->target, glance))
            continue;
        status = tkz__sequence_add(&work->sequence, glance, work->error);
        end = *at;
    }
    if (status != TKZ_OK)
        return status;
    if (end == start + first.size) {
        status = put_alone(work, start, first);
    } else {
        size_t written = work->edit->target->size;
        status = finish_sequence(work);
        if (status == TKZ_OK)
            status = record_sequence(work, start, end, written);
    }
    if (status == TKZ_OK && work->edit->map != NULL)
        status = remove_gone(work, end, *at);
    return status;
}

tkz_status tkz__unicode_put_joined(tkz__unicode_passage *work, size_t *at)
{
    tkz__glance glance = glance_at(work, *at);
    tkz__glance next = glance_at(work, *at + glance.size);
    if (tkz__glance_joins(work->target, next) && !tkz__glance_is_gone(work->target, glance))
        return put_sequence(work, at, glance);
    tkz_status status = put_alone(work, *at, glance);
    *at += glance.size;
    return status;
}
