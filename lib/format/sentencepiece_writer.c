/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes SentencePiece models back: the pieces of the tokenizer, and what else stood in the file
 * that it
 * was read from, byte for byte. Leans on sentencepiece_file.h.
 */
#include <string.h>

#include "format/sentencepiece_file.h"

tkz_status tkz__spm_put_piece(tkz__buffer *buffer, const void *text, size_t size, float score,
                              tkz__piece_type type, bool is_typed, tkz_error *error)
{
    uint32_t bits;
    size_t length_size = 1; /* of the number that says how long the text is */
    for (size_t rest = size; rest >= 0x80; rest >>= 7)
        length_size++;
    memcpy(&bits, &score, sizeof bits);
    /* Tag and length, the text, tag and score, tag and type. */
    size_t body = 1 + length_size + size + 5 + (is_typed ? 2 : 0);
    tkz_status status = tkz__protobuf_put_tag(buffer, TKZ__SPM_PIECES, TKZ__WIRE_BYTES, error);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_varint(buffer, body, error);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_bytes(buffer, TKZ__SPM_PIECE_TEXT, text, size, error);
    if (status == TKZ_OK)
        status = tkz__protobuf_put_fixed32(buffer, TKZ__SPM_PIECE_SCORE, bits, error);
    if (status == TKZ_OK && is_typed)
        status = tkz__protobuf_put_number(buffer, TKZ__SPM_PIECE_TYPE, (uint64_t)type, error);
    return status;
}

/* ---- Keeping what stands beside the pieces ------------------------------------- */

/* What of the origin has been gone through but not written. */
typedef struct run {
    uint32_t kind; /* TKZ__SPM_ORIGIN_PIECES or _TYPED */
    uint64_t count;
} run;

static tkz_status end_run(tkz__spm_file *file, run *open)
{
    uint64_t count = open->count;
    open->count = 0;
    return count == 0 ? TKZ_OK
                      : tkz__protobuf_put_number(&file->origin, open->kind, count, file->error);
}

/* How a piece is written: a run's kind, or TKZ__SPM_ORIGIN_PIECE. */
static tkz_status find_kind(tkz__spm_file *file, const tkz__spm_piece_entry *piece,
                            tkz__buffer *written, uint32_t *kind)
{
    bool is_special = piece->type != TKZ__PIECE_NORMAL;
    for (*kind = TKZ__SPM_ORIGIN_PIECES; *kind <= TKZ__SPM_ORIGIN_TYPED; ++*kind) {
        tkz__buffer_clear(written);
        tkz_status status = tkz__spm_put_piece(
            written, file->data + piece->text_start, piece->text_size, piece->score, piece->type,
            is_special || *kind == TKZ__SPM_ORIGIN_TYPED, file->error);
        if (status != TKZ_OK)
            return status;
        if (written->size == piece->end - piece->start &&
            memcmp(written->data, file->data + piece->start, written->size) == 0)
            return TKZ_OK;
    }
    *kind = TKZ__SPM_ORIGIN_PIECE;
    return TKZ_OK;
}

static tkz_status keep_piece(tkz__spm_file *file, const tkz__spm_piece_entry *piece, run *open,
                             tkz__buffer *written)
{
    uint32_t kind;
    tkz_status status = find_kind(file, piece, written, &kind);
    if (status != TKZ_OK)
        return status;
    /* Special pieces are the same in both kinds of runs. */
    bool fits = kind == open->kind ||
                (kind == TKZ__SPM_ORIGIN_PIECES && piece->type != TKZ__PIECE_NORMAL);
    if (kind == TKZ__SPM_ORIGIN_PIECE || !fits || open->count == 0)
        status = end_run(file, open);
    if (status == TKZ_OK && kind == TKZ__SPM_ORIGIN_PIECE)
        return tkz__protobuf_put_bytes(&file->origin, kind, file->data + piece->start,
                                       piece->end - piece->start, file->error);
    if (open->count == 0)
        open->kind = kind;
    open->count++;
    return status;
}

tkz_status tkz__spm_make_origin(tkz__spm_file *file)
{
    tkz__buffer written;
    run open = {TKZ__SPM_ORIGIN_PIECES, 0};
    size_t done = 0;
    tkz__buffer_init(&written, &file->allocator);
    tkz_status status = tkz__buffer_append_text(&file->origin, TKZ__SPM_ORIGIN, file->error);
    for (size_t id = 0; status == TKZ_OK && id <= file->piece_count; id++) {
        const tkz__spm_piece_entry *piece = &file->pieces[id];
        size_t next = id == file->piece_count ? file->size : piece->start;
        if (next > done) {
            status = end_run(file, &open);
            if (status == TKZ_OK)
                status = tkz__protobuf_put_bytes(&file->origin, TKZ__SPM_ORIGIN_REST,
                                                 file->data + done, next - done, file->error);
        }
        if (status != TKZ_OK || id == file->piece_count)
            break;
        done = piece->end;
        status = keep_piece(file, piece, &open, &written);
    }
    if (status == TKZ_OK)
        status = end_run(file, &open);
    tkz__buffer_free(&written);
    return status;
}

/* ---- Writing -------------------------------------------------------------------- */

static tkz_status damaged(tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                          "what the image keeps of the SentencePiece file does not fit its pieces");
}

/* Appends pieces from `*id` on. */
static tkz_status put_pieces(const tkz_tokenizer *tokenizer, uint32_t *id, uint64_t count,
                             bool is_typed, tkz__buffer *buffer, tkz_error *error)
{
    uint32_t size = tkz_tokenizer_size(tokenizer);
    tkz_status status = TKZ_OK;
    if (count > size || *id > size - count)
        return damaged(error);
    for (; status == TKZ_OK && count > 0; count--, ++*id) {
        const uint8_t *bytes;
        size_t length;
        status = tkz_tokenizer_token(tokenizer, *id, &bytes, &length, NULL, error);
        if (status != TKZ_OK)
            return status;
        tkz__piece_type type = tkz__tokenizer_type(tokenizer, *id);
        status = tkz__spm_put_piece(buffer, bytes, length,
                                    (float)tkz__tokenizer_score(tokenizer, *id), type,
                                    is_typed || type != TKZ__PIECE_NORMAL, error);
    }
    return status;
}

/* The number of pieces that trainer_spec says (TrainerSpec.vocab_size). */
enum { VOCAB_SIZE = 4 };

/* trainer_spec with the number of pieces that there are now. */
static tkz_status put_trainer(tkz__protobuf_reader spec, uint32_t count, tkz__buffer *buffer,
                              tkz_error *error)
{
    tkz__buffer message;
    tkz__protobuf_field field;
    bool more = true;
    tkz__buffer_init(&message, &buffer->allocator);
    tkz_status status = TKZ_OK;
    for (; status == TKZ_OK;) {
        status = tkz__protobuf_next(&spec, &field, &more);
        if (status != TKZ_OK || !more)
            break;
        status = field.number == VOCAB_SIZE && field.type == TKZ__WIRE_VARINT
                     ? tkz__protobuf_put_number(&message, VOCAB_SIZE, count, error)
                     : tkz__buffer_append(&message, spec.file + field.start,
                                          field.end - field.start, error);
    }
    if (status == TKZ_OK)
        status = tkz__protobuf_put_bytes(buffer, TKZ__SPM_TRAINER, message.data, message.size,
                                         error);
    tkz__buffer_free(&message);
    return status;
}

/* Fields of the file that are no pieces. */
static tkz_status put_rest(const uint8_t *bytes, size_t size, uint32_t count, tkz__buffer *buffer,
                           tkz_error *error)
{
    tkz__protobuf_reader reader = tkz__protobuf_reader_start(bytes, size, NULL, error);
    tkz__protobuf_field field;
    bool more = true;
    for (;;) {
        if (tkz__protobuf_next(&reader, &field, &more) != TKZ_OK)
            return damaged(error);
        if (!more)
            return TKZ_OK;
        tkz_status status =
            field.number == TKZ__SPM_TRAINER && field.type == TKZ__WIRE_BYTES
                ? put_trainer(tkz__protobuf_message(&reader, &field), count, buffer, error)
                : tkz__buffer_append(buffer, bytes + field.start, field.end - field.start, error);
        if (status != TKZ_OK)
            return status;
    }
}

/* The model whose tokens are no longer those of its file: all pieces, then what else the file said. */
static tkz_status write_edited(const tkz_tokenizer *tokenizer, const uint8_t *kept, size_t size,
                               tkz__buffer *buffer, tkz_error *error)
{
    uint32_t id = 0, count = tkz_tokenizer_size(tokenizer);
    tkz__protobuf_reader reader = tkz__protobuf_reader_start(kept, size, NULL, error);
    tkz__protobuf_field field;
    bool more = true;
    tkz_status status = put_pieces(tokenizer, &id, count, false, buffer, error);
    while (status == TKZ_OK) {
        if (tkz__protobuf_next(&reader, &field, &more) != TKZ_OK)
            return damaged(error);
        if (!more)
            break;
        size_t length;
        if (field.number != TKZ__SPM_ORIGIN_REST || field.type != TKZ__WIRE_BYTES)
            continue;
        const uint8_t *bytes = tkz__protobuf_bytes(&reader, &field, &length);
        status = put_rest(bytes, length, count, buffer, error);
    }
    return status;
}

/* Does the origin begin with this line? */
static bool begins(const uint8_t *origin, size_t size, const char *line)
{
    size_t length = strlen(line);
    return size >= length && memcmp(origin, line, length) == 0;
}

tkz_status tkz__spm_write(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error)
{
    size_t size, name = strlen(TKZ__SPM_ORIGIN);
    const uint8_t *origin = tkz__tokenizer_origin(tokenizer, &size);
    if (begins(origin, size, TKZ__SPM_ORIGIN_EDITED))
        return write_edited(tokenizer, origin + strlen(TKZ__SPM_ORIGIN_EDITED),
                            size - strlen(TKZ__SPM_ORIGIN_EDITED), buffer, error);
    if (!begins(origin, size, TKZ__SPM_ORIGIN))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "a SentencePiece model is written of a tokenizer that was read from "
                              "one; this one was not, and its rules may have no equal there");
    tkz__protobuf_reader reader =
        tkz__protobuf_reader_start(origin + name, size - name, NULL, error);
    tkz__protobuf_field field;
    uint32_t id = 0;
    bool more = true;
    for (;;) {
        if (tkz__protobuf_next(&reader, &field, &more) != TKZ_OK)
            return damaged(error);
        if (!more)
            return id == tkz_tokenizer_size(tokenizer) ? TKZ_OK : damaged(error);
        bool is_run = field.number == TKZ__SPM_ORIGIN_PIECES || field.number == TKZ__SPM_ORIGIN_TYPED;
        tkz_status status = TKZ_OK;
        if (field.type != (is_run ? TKZ__WIRE_VARINT : TKZ__WIRE_BYTES) ||
            field.number > TKZ__SPM_ORIGIN_REST)
            return damaged(error);
        if (is_run) {
            status = put_pieces(tokenizer, &id, field.value, field.number == TKZ__SPM_ORIGIN_TYPED,
                                buffer, error);
        } else {
            size_t length;
            const uint8_t *bytes = tkz__protobuf_bytes(&reader, &field, &length);
            id += field.number == TKZ__SPM_ORIGIN_PIECE;
            status = tkz__buffer_append(buffer, bytes, length, error);
        }
        if (status != TKZ_OK)
            return status;
    }
}
