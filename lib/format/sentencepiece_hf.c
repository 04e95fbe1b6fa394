/* SPDX-License-Identifier: Apache-2.0
 *
 * A SentencePiece model as HF tokenizers has it: the tokenizer that reading the tokenizer.json made of
 * it gives. Leans on sentencepiece_file.h, sentencepiece_merges.c and the spellings of steps.
 *
 * This is what the converters of transformers make (src/transformers/convert_slow_tokenizer.py,
 * SpmConverter, LlamaConverter), with a normalizer that says no less than the model's own: Precompiled
 * is its map, spaces are put first and removed as its flags say, by expressions where HF has no step
 * for it. Control symbols and the unknown piece are special added tokens, user-defined symbols added
 * ones.
 */
#include <string.h>

#include "format/hf_file.h"
#include "format/sentencepiece_file.h"
#include "subword/decode_spelling.h"
#include "subword/split_spelling.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

#define MARK "\xE2\x96\x81" /* U+2581, which stands for a space */

static tkz_status unsupported(tkz__spm_file *file, const char *what)
{
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, TKZ__NO_OFFSET,
                          "HF tokenizers cannot say it: %s", what);
}

bool tkz__spm_keeps_symbols(const tkz__spm_file *file)
{
    const tkz__spm_normalizer_spec *spec = &file->normalizer;
    return spec->charsmap_size == 0 && !spec->add_dummy_prefix && !spec->remove_extra_whitespaces;
}

/* ---- Steps ------------------------------------------------------------------------ */

/* A step of HF's normalizers behind those that are there. */
static tkz_status add_step(tkz__spm_file *file, tkz__buffer *steps, const char *step)
{
    tkz_status status = TKZ_OK;
    if (steps->size > 0)
        status = tkz__buffer_append_text(steps, ",", file->error);
    return status == TKZ_OK ? tkz__buffer_append_text(steps, step, file->error) : status;
}

static tkz_status add_charsmap(tkz__spm_file *file, tkz__buffer *steps)
{
    const tkz__spm_normalizer_spec *spec = &file->normalizer;
    if (spec->charsmap_size == 0)
        return TKZ_OK;
    tkz_status status = add_step(file, steps, "precompiled-hf0.23");
    return status == TKZ_OK ? tkz__spm_spell_map(file->data + spec->charsmap_start,
                                                 spec->charsmap_size, steps, file->error)
                            : status;
}

/* Spaces as sentencepiece treats them (src/normalizer.cc, Normalize): those at the start go, of several
 * one stays, one is put first where something is left, all are written as the mark, marks at the end
 * go. */
static tkz_status spell_normalizer(tkz__spm_file *file, tkz__buffer *steps)
{
    const tkz__spm_normalizer_spec *spec = &file->normalizer;
    bool extra = spec->remove_extra_whitespaces, marks = spec->escape_whitespaces;
    tkz_status status = add_charsmap(file, steps);
    if (status == TKZ_OK && extra)
        status = add_step(file, steps, "replace-hf0.23:regex=\\\\A +:content=");
    if (status == TKZ_OK && extra)
        status = add_step(file, steps, "replace-hf0.23:regex= {2\\,}:content= ");
    if (status == TKZ_OK && spec->add_dummy_prefix)
        status = add_step(file, steps, marks ? "prepend-hf0.23:content=" MARK
                                             : "prepend-hf0.23:content= ");
    if (status == TKZ_OK && marks)
        status = add_step(file, steps, "replace-hf0.23:pattern= :content=" MARK);
    if (status == TKZ_OK && extra)
        status = add_step(file, steps, marks ? "replace-hf0.23:regex=" MARK "+\\\\z:content="
                                             : "replace-hf0.23:regex= +\\\\z:content=");
    return status;
}

/* As the text room names it, so that it is what reading tokenizer.json gives. */
static tkz_status give_normalizer(tkz__spm_file *file)
{
    tkz__buffer steps;
    tkz_normal_form *form = NULL;
    tkz__buffer_init(&steps, &file->allocator);
    tkz_status status = spell_normalizer(file, &steps);
    if (status == TKZ_OK && steps.size > 0)
        status = tkz_normal_form_new(&form, (const char *)steps.data, steps.size,
                                     &file->allocator, file->error);
    if (status == TKZ_OK && form != NULL)
        status = tkz__tokenizer_builder_set_normalizer(file->builder, tkz_normal_form_name(form),
                                                       strlen(tkz_normal_form_name(form)),
                                                       file->error);
    tkz_normal_form_free(form);
    tkz__buffer_free(&steps);
    return status;
}

/* Marks become spaces, byte pieces bytes, and the space that was put first goes. */
static tkz_status give_decoder(tkz__spm_file *file)
{
    static char mark[] = MARK, space[] = " ";
    const tkz__decode_spec specs[] = {
        {.kind = TKZ__DECODE_REPLACE,
         .text = mark,
         .text_size = strlen(MARK),
         .second = space,
         .second_size = 1},
        {.kind = TKZ__DECODE_BYTE_FALLBACK},
        {.kind = TKZ__DECODE_FUSE},
        {.kind = TKZ__DECODE_STRIP, .text = space, .text_size = 1, .start = 1},
    };
    bool strips =
        file->normalizer.add_dummy_prefix || file->normalizer.remove_extra_whitespaces;
    tkz__buffer steps;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&steps, &file->allocator);
    for (size_t i = 0; status == TKZ_OK && i < sizeof specs / sizeof specs[0]; i++) {
        if ((specs[i].kind == TKZ__DECODE_BYTE_FALLBACK && !file->byte_fallback) ||
            (specs[i].kind == TKZ__DECODE_STRIP && !strips))
            continue;
        status = tkz__decode_spec_append(&specs[i], &steps, file->error);
    }
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_decoder(file->builder, (const char *)steps.data,
                                                    steps.size, file->error);
    tkz__buffer_free(&steps);
    return status;
}

/* ---- The model ---------------------------------------------------------------------- */

/* A symbol with a space, where spaces become marks before it is looked for. */
static bool is_never_found(const tkz__spm_file *file, const tkz__spm_piece_entry *piece)
{
    return file->normalizer.escape_whitespaces &&
           memchr(file->data + piece->text_start, ' ', piece->text_size) != NULL;
}

static tkz_status give_added(tkz__spm_file *file, uint32_t id)
{
    const tkz__spm_piece_entry *piece = &file->pieces[id];
    uint32_t flags;
    if (piece->type == TKZ__PIECE_CONTROL || piece->type == TKZ__PIECE_UNKNOWN)
        flags = TKZ__ADDED_SPECIAL;
    else if (piece->type == TKZ__PIECE_USER_DEFINED && !is_never_found(file, piece))
        flags = tkz__spm_keeps_symbols(file) ? TKZ__ADDED_NORMALIZED : 0;
    else
        return TKZ_OK;
    return tkz__tokenizer_builder_add_added(file->builder, id,
                                            (const char *)file->data + piece->text_start,
                                            piece->text_size, flags, file->error);
}

/* HF's scores are those of its tokenizer.json. It knows the unknown piece by its id and those of bytes by
 * their spelling; all others are found in text. */
static tkz_status give_piece(tkz__spm_file *file, uint32_t id)
{
    const tkz__spm_piece_entry *piece = &file->pieces[id];
    const uint8_t *text = file->data + piece->text_start;
    bool is_byte = file->byte_fallback && tkz__piece_byte(text, piece->text_size) >= 0;
    tkz__piece_type type = piece->type == TKZ__PIECE_UNKNOWN ? TKZ__PIECE_UNKNOWN
                           : is_byte                         ? TKZ__PIECE_BYTE
                                                             : TKZ__PIECE_NORMAL;
    double score = file->model_type == TKZ__SPM_UNIGRAM ? tkz__hf_readable_number(piece->score) : 0;
    tkz_status status = tkz__tokenizer_builder_add_token(file->builder, id, text,
                                                         piece->text_size, file->error);
    if (status == TKZ_OK && (score != 0 || type != TKZ__PIECE_NORMAL))
        status = tkz__tokenizer_builder_set_piece(file->builder, id, score, type, file->error);
    if (status == TKZ_OK)
        status = give_added(file, id);
    return tkz__format_error_at(status, file->path, piece->start, file->error);
}

static tkz_status give_model(tkz__spm_file *file)
{
    static const tkz__model_kind kinds[] = {
        [TKZ__SPM_UNIGRAM] = TKZ__MODEL_UNIGRAM,
        [TKZ__SPM_BPE] = TKZ__MODEL_CHARACTER_BPE,
        [TKZ__SPM_WORD] = TKZ__MODEL_WORD_LEVEL,
        [TKZ__SPM_CHAR] = TKZ__MODEL_CHARACTER_BPE, /* without merges */
    };
    const tkz__piece_settings settings = {.unknown = file->unknown,
                                          .byte_fallback = file->byte_fallback,
                                          .fuse_unknown = file->model_type != TKZ__SPM_WORD};
    tkz__tokenizer_builder_set_kind(file->builder, kinds[file->model_type]);
    tkz__tokenizer_builder_set_pieces(file->builder, &settings);
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < file->piece_count; id++)
        status = give_piece(file, id);
    if (status == TKZ_OK && file->model_type == TKZ__SPM_BPE)
        status = tkz__spm_join(file);
    return status;
}

static tkz_status check(tkz__spm_file *file)
{
    if (file->treat_whitespace_as_suffix)
        return unsupported(file, "treat_whitespace_as_suffix");
    if (file->denormalizer.charsmap_size > 0)
        return unsupported(file, "denormalizer_spec has a precompiled_charsmap");
    if (file->model_type == TKZ__SPM_WORD && file->byte_fallback)
        return unsupported(file, "byte_fallback of a model of words");
    if (file->model_type == TKZ__SPM_WORD && !file->normalizer.escape_whitespaces)
        return unsupported(file, "a model of words without escape_whitespaces");
    return TKZ_OK;
}

tkz_status tkz__spm_give_as_hf(tkz__spm_file *file)
{
    /* Words begin with the mark, as Metaspace cuts them. */
    static const char words[] = "metaspace-hf0.23:replacement=" MARK ":prepend=never:split=true";
    tkz_status status = check(file);
    file->words = tkz__pre_tokenizer_of_steps(words);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_new(
            &file->builder,
            file->model_type == TKZ__SPM_WORD ? &file->words : &tkz__pre_tokenizer_none,
            &file->allocator, file->error);
    if (status == TKZ_OK)
        status = give_model(file);
    if (status == TKZ_OK)
        status = give_normalizer(file);
    if (status == TKZ_OK)
        status = give_decoder(file);
    return tkz__format_error_at(status, file->path, TKZ__NO_OFFSET, file->error);
}
