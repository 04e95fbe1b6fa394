/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the fields of a SentencePiece model and checks its pieces as its own loader does
 * (src/model_interface.cc, InitializePieces), with the place of what is wrong. What trainer_spec says
 * of sizes and ids is not believed: files of LLM-jp say 32000 pieces and have three times as many.
 * Leans on sentencepiece_file.h.
 */
#include <math.h>
#include <string.h>

#include "format/sentencepiece_file.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

/* A piece is shorter (src/model_interface.cc, kMaxPieceSize). */
enum { LONGEST_PIECE = 8000 };

/* Fields of TrainerSpec and NormalizerSpec that tokenizing asks for. */
enum {
    MODEL_TYPE = 3,
    WHITESPACE_AS_SUFFIX = 24,
    BYTE_FALLBACK = 35,
    UNK_SURFACE = 44,
    CHARSMAP = 2,
    ADD_DUMMY_PREFIX = 3,
    REMOVE_EXTRA_WHITESPACES = 4,
    ESCAPE_WHITESPACES = 5
};

static tkz_status bad(tkz__spm_file *file, size_t place, const char *what)
{
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place, "%s", what);
}

/* ---- Fields ----------------------------------------------------------------- */

static tkz_status read_flag(const tkz__protobuf_reader *reader, const tkz__protobuf_field *field,
                            const char *name, bool *flag)
{
    tkz_status status = tkz__protobuf_expect(reader, field, TKZ__WIRE_VARINT, name);
    if (status == TKZ_OK)
        *flag = field->value != 0;
    return status;
}

/* Where the bytes of a field are. */
static tkz_status read_place(const tkz__protobuf_reader *reader, const tkz__protobuf_field *field,
                             const char *name, size_t *start, size_t *size)
{
    tkz_status status = tkz__protobuf_expect(reader, field, TKZ__WIRE_BYTES, name);
    *start = field->value_start;
    if (status == TKZ_OK)
        *size = field->end - field->value_start;
    return status;
}

static tkz_status read_type(tkz__spm_file *file, const tkz__protobuf_reader *reader,
                            const tkz__protobuf_field *field, tkz__piece_type *type)
{
    tkz_status status = tkz__protobuf_expect(reader, field, TKZ__WIRE_VARINT, "type");
    if (status != TKZ_OK)
        return status;
    if (field->value < TKZ__PIECE_NORMAL || field->value > TKZ__PIECE_BYTE)
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, field->start,
                              "type: no piece has the type %llu",
                              (unsigned long long)field->value);
    *type = (tkz__piece_type)field->value;
    return TKZ_OK;
}

static tkz_status read_piece(tkz__spm_file *file, tkz__protobuf_reader message,
                             tkz__spm_piece_entry *piece)
{
    tkz__protobuf_field field;
    bool more = true;
    size_t size = 0;
    piece->type = TKZ__PIECE_NORMAL;
    for (;;) {
        tkz_status status = tkz__protobuf_next(&message, &field, &more);
        if (status != TKZ_OK || !more) {
            piece->text_size = (uint32_t)(size < UINT32_MAX ? size : UINT32_MAX);
            return status;
        }
        if (field.number == TKZ__SPM_PIECE_TEXT) {
            status = read_place(&message, &field, "piece", &piece->text_start, &size);
        } else if (field.number == TKZ__SPM_PIECE_SCORE) {
            uint32_t bits = (uint32_t)field.value;
            status = tkz__protobuf_expect(&message, &field, TKZ__WIRE_FIXED32, "score");
            memcpy(&piece->score, &bits, sizeof bits);
            if (status == TKZ_OK && isnan(piece->score))
                return bad(file, field.start, "score: it is no number");
        } else if (field.number == TKZ__SPM_PIECE_TYPE) {
            status = read_type(file, &message, &field, &piece->type);
        }
        if (status != TKZ_OK)
            return status;
    }
}

static tkz_status add_piece(tkz__spm_file *file, const tkz__protobuf_reader *reader,
                            const tkz__protobuf_field *field)
{
    tkz__spm_piece_entry piece = {.start = field->start, .end = field->end};
    tkz_status status = tkz__protobuf_expect(reader, field, TKZ__WIRE_BYTES, "pieces");
    if (status == TKZ_OK && file->piece_count >= TKZ__IMAGE_COUNT_LIMIT)
        return tkz__error_set(file->error, TKZ_STATUS_LIMIT, file->path, field->start,
                              "more than %u pieces", (unsigned)TKZ__IMAGE_COUNT_LIMIT);
    if (status == TKZ_OK)
        status = read_piece(file, tkz__protobuf_message(reader, field), &piece);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&file->allocator, (void **)&file->pieces,
                                    &file->piece_capacity, file->piece_count + 1,
                                    sizeof *file->pieces, file->error);
    if (status == TKZ_OK)
        file->pieces[file->piece_count++] = piece;
    return status;
}

static tkz_status read_trainer(tkz__spm_file *file, tkz__protobuf_reader message)
{
    tkz__protobuf_field field;
    bool more = true;
    for (;;) {
        tkz_status status = tkz__protobuf_next(&message, &field, &more);
        if (status != TKZ_OK || !more)
            return status;
        switch (field.number) {
        case MODEL_TYPE:
            status = tkz__protobuf_expect(&message, &field, TKZ__WIRE_VARINT, "model_type");
            if (status == TKZ_OK &&
                (field.value < TKZ__SPM_UNIGRAM || field.value > TKZ__SPM_CHAR))
                return bad(file, field.start, "model_type: it is none of UNIGRAM, BPE, WORD, CHAR");
            file->model_type = (uint32_t)field.value;
            break;
        case WHITESPACE_AS_SUFFIX:
            status = read_flag(&message, &field, "treat_whitespace_as_suffix",
                               &file->treat_whitespace_as_suffix);
            break;
        case BYTE_FALLBACK:
            status = read_flag(&message, &field, "byte_fallback", &file->byte_fallback);
            break;
        case UNK_SURFACE:
            status = read_place(&message, &field, "unk_surface", &file->unk_surface_start,
                                &file->unk_surface_size);
            file->has_unk_surface = true;
            break;
        default:
            break;
        }
        if (status != TKZ_OK)
            return status;
    }
}

static tkz_status read_normalizer(tkz__protobuf_reader message, tkz__spm_normalizer_spec *spec)
{
    tkz__protobuf_field field;
    bool more = true;
    spec->is_there = true;
    for (;;) {
        tkz_status status = tkz__protobuf_next(&message, &field, &more);
        if (status != TKZ_OK || !more)
            return status;
        switch (field.number) {
        case CHARSMAP:
            status = read_place(&message, &field, "precompiled_charsmap", &spec->charsmap_start,
                                &spec->charsmap_size);
            break;
        case ADD_DUMMY_PREFIX:
            status = read_flag(&message, &field, "add_dummy_prefix", &spec->add_dummy_prefix);
            break;
        case REMOVE_EXTRA_WHITESPACES:
            status = read_flag(&message, &field, "remove_extra_whitespaces",
                               &spec->remove_extra_whitespaces);
            break;
        case ESCAPE_WHITESPACES:
            status = read_flag(&message, &field, "escape_whitespaces", &spec->escape_whitespaces);
            break;
        default:
            break;
        }
        if (status != TKZ_OK)
            return status;
    }
}

static tkz_status read_fields(tkz__spm_file *file)
{
    tkz__protobuf_reader reader =
        tkz__protobuf_reader_start(file->data, file->size, file->path, file->error);
    tkz__protobuf_field field;
    bool more = true;
    for (;;) {
        tkz_status status = tkz__protobuf_next(&reader, &field, &more);
        if (status != TKZ_OK || !more)
            return status;
        bool is_spec = field.number == TKZ__SPM_TRAINER || field.number == TKZ__SPM_NORMALIZER ||
                       field.number == TKZ__SPM_DENORMALIZER;
        if (is_spec)
            status = tkz__protobuf_expect(&reader, &field, TKZ__WIRE_BYTES, "a spec");
        if (status != TKZ_OK)
            return status;
        tkz__protobuf_reader message = tkz__protobuf_message(&reader, &field);
        if (field.number == TKZ__SPM_PIECES)
            status = add_piece(file, &reader, &field);
        else if (field.number == TKZ__SPM_TRAINER)
            status = read_trainer(file, message);
        else if (is_spec)
            status = read_normalizer(message, field.number == TKZ__SPM_NORMALIZER
                                                  ? &file->normalizer
                                                  : &file->denormalizer);
        if (status != TKZ_OK)
            return status;
    }
}

/* ---- Rules ------------------------------------------------------------------- */

static tkz_status check_text(tkz__spm_file *file, tkz__spm_piece_entry *piece)
{
    const char *text = (const char *)file->data + piece->text_start;
    size_t size = piece->text_size;
    if (size == 0)
        return bad(file, piece->start, "a piece is empty");
    if (size >= LONGEST_PIECE)
        return bad(file, piece->start, "a piece of 8000 bytes or more");
    if (size == 1 && text[0] == '\0' && file->byte_fallback)
        piece->type = TKZ__PIECE_UNUSED; /* some converters write it beside <0x00> */
    if (size == 1 && text[0] == '\0' && piece->type == TKZ__PIECE_UNUSED)
        return TKZ_OK;
    if (memchr(text, '\0', size) != NULL)
        return bad(file, piece->start, "a piece with U+0000");
    if (tkz_utf8_valid_prefix(text, size) != size)
        return bad(file, piece->text_start + tkz_utf8_valid_prefix(text, size),
                   "a piece that is no UTF-8");
    return TKZ_OK;
}

static tkz_status check_byte(tkz__spm_file *file, const tkz__spm_piece_entry *piece,
                             bool found[256])
{
    int byte = tkz__piece_byte(file->data + piece->text_start, piece->text_size);
    if (!file->byte_fallback)
        return bad(file, piece->start, "a BYTE piece, although byte_fallback is false");
    if (byte < 0)
        return bad(file, piece->start, "a BYTE piece that spells no byte as <0x0A>");
    found[byte] = true;
    return TKZ_OK;
}

static tkz_status check_pieces(tkz__spm_file *file)
{
    bool found[256] = {false};
    file->unknown = TKZ__NO_TOKEN;
    for (size_t id = 0; id < file->piece_count; id++) {
        tkz__spm_piece_entry *piece = &file->pieces[id];
        tkz_status status = check_text(file, piece);
        if (status == TKZ_OK && piece->type == TKZ__PIECE_BYTE)
            status = check_byte(file, piece, found);
        if (status != TKZ_OK)
            return status;
        if (piece->type != TKZ__PIECE_UNKNOWN)
            continue;
        if (file->unknown != TKZ__NO_TOKEN)
            return bad(file, piece->start, "a second UNKNOWN piece");
        file->unknown = (uint32_t)id;
    }
    if (file->unknown == TKZ__NO_TOKEN && !file->byte_fallback)
        return bad(file, 0, "there is no UNKNOWN piece");
    for (unsigned byte = 0; byte < 256 && file->byte_fallback; byte++) {
        if (!found[byte])
            return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, 0,
                                  "byte_fallback without a BYTE piece <0x%02X>", byte);
    }
    return TKZ_OK;
}

/* The loader takes no trie but of whole blocks (src/normalizer.cc, DecodePrecompiledCharsMap). */
static tkz_status check_charsmap(tkz__spm_file *file, const tkz__spm_normalizer_spec *spec)
{
    if (spec->charsmap_size == 0)
        return TKZ_OK;
    const uint8_t *map = file->data + spec->charsmap_start;
    uint32_t trie = spec->charsmap_size > 4 ? tkz__load_u32(map) : 0;
    if (trie < 1024 || trie % 1024 != 0 || trie >= spec->charsmap_size - 4 ||
        map[spec->charsmap_size - 1] != 0)
        return bad(file, spec->charsmap_start,
                   "precompiled_charsmap: its sizes are wrong, or its last text has no end");
    const char *texts = (const char *)map + 4 + trie;
    size_t size = spec->charsmap_size - 4 - trie, valid = tkz_utf8_valid_prefix(texts, size);
    if (valid != size)
        return bad(file, spec->charsmap_start + 4 + trie + valid,
                   "precompiled_charsmap: a text that is no UTF-8");
    return TKZ_OK;
}

static tkz_status check_surface(tkz__spm_file *file)
{
    const char *text = (const char *)file->data + file->unk_surface_start;
    if (tkz_utf8_valid_prefix(text, file->unk_surface_size) != file->unk_surface_size)
        return bad(file, file->unk_surface_start, "unk_surface: it is no UTF-8");
    return TKZ_OK;
}

tkz_status tkz__spm_check(tkz__spm_file *file)
{
    tkz_status status = TKZ_OK;
    if (file->piece_count == 0)
        status = bad(file, 0, "there are no pieces");
    if (status == TKZ_OK)
        status = check_pieces(file);
    if (status == TKZ_OK)
        status = check_charsmap(file, &file->normalizer);
    if (status == TKZ_OK)
        status = check_charsmap(file, &file->denormalizer);
    return status == TKZ_OK ? check_surface(file) : status;
}

tkz_status tkz__spm_parse(tkz__spm_file *file)
{
    const tkz__spm_normalizer_spec usual = {.add_dummy_prefix = true,
                                            .remove_extra_whitespaces = true,
                                            .escape_whitespaces = true};
    file->model_type = TKZ__SPM_UNIGRAM;
    file->normalizer = file->denormalizer = usual;
    tkz_status status = read_fields(file);
    return status == TKZ_OK ? tkz__spm_check(file) : status;
}
