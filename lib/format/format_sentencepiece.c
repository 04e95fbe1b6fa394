/* SPDX-License-Identifier: Apache-2.0
 *
 * SentencePiece models (.model, spiece.model, Mistral's .model.v1 to .v7): Unigram, BPE, words and
 * characters. Leans on sentencepiece_file.h and the builder.
 */
#include <string.h>

#include "format/sentencepiece_file.h"
#include "subword/tokenizer_image.h"

/* A protocol buffer whose first field is a piece, which begins with its text. */
static bool probe(const uint8_t *data, size_t size)
{
    tkz__protobuf_reader reader = tkz__protobuf_reader_start(data, size, NULL, NULL);
    tkz__protobuf_field field;
    bool more;
    if (tkz__protobuf_next(&reader, &field, &more) != TKZ_OK || !more ||
        field.number != TKZ__SPM_PIECES || field.type != TKZ__WIRE_BYTES)
        return false;
    tkz__protobuf_reader piece = tkz__protobuf_message(&reader, &field);
    return tkz__protobuf_next(&piece, &field, &more) == TKZ_OK && more &&
           field.number == TKZ__SPM_PIECE_TEXT && field.type == TKZ__WIRE_BYTES;
}

/* What must not be made of text, or only as a whole: an added token. */
static tkz_status give_added(tkz__spm_file *file, uint32_t id)
{
    const tkz__spm_piece_entry *piece = &file->pieces[id];
    uint32_t flags = 0;
    if (piece->type == TKZ__PIECE_CONTROL || piece->type == TKZ__PIECE_UNKNOWN)
        flags = TKZ__ADDED_SPECIAL;
    else if (piece->type == TKZ__PIECE_USER_DEFINED && file->model_type == TKZ__SPM_BPE)
        flags = TKZ__ADDED_NORMALIZED | TKZ__ADDED_AS_IS;
    if (flags == 0)
        return TKZ_OK;
    return tkz__tokenizer_builder_add_added(file->builder, id,
                                            (const char *)file->data + piece->text_start,
                                            piece->text_size, flags, file->error);
}

static tkz_status give_piece(tkz__spm_file *file, uint32_t id)
{
    const tkz__spm_piece_entry *piece = &file->pieces[id];
    tkz_status status =
        tkz__tokenizer_builder_add_token(file->builder, id, file->data + piece->text_start,
                                         piece->text_size, file->error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_piece(file->builder, id, (double)piece->score,
                                                  piece->type, file->error);
    if (status == TKZ_OK)
        status = give_added(file, id);
    return tkz__format_error_at(status, file->path, piece->start, file->error);
}

static tkz__model_kind kind_of(uint32_t model_type)
{
    static const tkz__model_kind kinds[] = {
        [TKZ__SPM_UNIGRAM] = TKZ__MODEL_UNIGRAM,
        [TKZ__SPM_BPE] = TKZ__MODEL_CHARACTER_BPE,
        [TKZ__SPM_WORD] = TKZ__MODEL_WORD_LEVEL,
        [TKZ__SPM_CHAR] = TKZ__MODEL_CHARACTER,
    };
    return kinds[model_type];
}

static tkz_status give_model(tkz__spm_file *file)
{
    const tkz__piece_settings settings = {.unknown = file->unknown,
                                          .byte_fallback = file->byte_fallback,
                                          .fuse_unknown = true,
                                          .sentencepiece = true};
    tkz__tokenizer_builder_set_kind(file->builder, kind_of(file->model_type));
    tkz__tokenizer_builder_set_pieces(file->builder, &settings);
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < file->piece_count; id++)
        status = give_piece(file, id);
    if (file->model_type == TKZ__SPM_BPE)
        tkz__tokenizer_builder_join_by_score(file->builder);
    return status;
}

static tkz_status give_steps(tkz__spm_file *file)
{
    tkz__buffer steps;
    tkz__buffer_init(&steps, &file->allocator);
    tkz_status status = tkz__spm_spell_normalizer(file, &steps);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_normalizer(file->builder, (const char *)steps.data,
                                                       steps.size, file->error);
    tkz__buffer_clear(&steps);
    if (status == TKZ_OK)
        status = tkz__spm_spell_decoder(file, &steps);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_decoder(file->builder, (const char *)steps.data,
                                                    steps.size, file->error);
    tkz__buffer_free(&steps);
    return tkz__format_error_at(status, file->path, TKZ__NO_OFFSET, file->error);
}

tkz_status tkz__spm_give(tkz__spm_file *file)
{
    if (file->as_hf)
        return tkz__spm_give_as_hf(file);
    tkz_status status = tkz__tokenizer_builder_new(&file->builder, &tkz__pre_tokenizer_none,
                                                   &file->allocator, file->error);
    if (status == TKZ_OK)
        status = give_model(file);
    return status == TKZ_OK ? give_steps(file) : status;
}

static tkz_status build(tkz__spm_file *file, tkz_tokenizer **tokenizer)
{
    tkz_status status = tkz__spm_parse(file);
    if (status == TKZ_OK)
        status = tkz__spm_give(file);
    if (status == TKZ_OK && !file->as_hf)
        status = tkz__spm_make_origin(file);
    if (status == TKZ_OK && !file->as_hf)
        status = tkz__tokenizer_builder_set_origin(file->builder, file->origin.data,
                                                   file->origin.size, file->error);
    if (status != TKZ_OK)
        return status;
    return tkz__format_error_at(
        tkz__tokenizer_builder_finish(file->builder, tokenizer, file->error), file->path,
        TKZ__NO_OFFSET, file->error);
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *mapped,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    tkz__spm_file file = {.path = path,
                          .data = mapped->data,
                          .size = mapped->size,
                          .error = error,
                          .as_hf = options->compat == TKZ_COMPAT_HF,
                          .allocator = tkz__allocator_or_default(allocator)};
    tkz__buffer_init(&file.origin, &file.allocator);
    tkz_status status = build(&file, tokenizer);
    tkz__tokenizer_builder_free(file.builder);
    tkz__buffer_free(&file.origin);
    tkz__release_array(&file.allocator, file.pieces, file.piece_capacity, sizeof *file.pieces);
    return status;
}

extern const tkz__format tkz__format_sentencepiece;
const tkz__format tkz__format_sentencepiece = {
    .info = {"sentencepiece", "SentencePiece models: Unigram, BPE, words, characters", 1, 1},
    .probe = probe,
    .open = open_file,
    .write = tkz__spm_write,
};
