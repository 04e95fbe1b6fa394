/* SPDX-License-Identifier: Apache-2.0
 *
 * SentencePiece models in GGUF, "llama" and "t5", and PLaMo's, "plamo2". The file holds what the
 * .model held, but for the kind
 * of the model and its normalizer's rules; so this fills in a tkz__spm_file whose texts are in the GGUF
 * file. Leans on gguf_file.h and sentencepiece_file.h.
 *
 * llama.cpp's converter (convert_hf_to_gguf.py, _create_vocab_sentencepiece) calls every model
 * "llama" that
 * comes with a tokenizer.model, those of LLM-jp and other Unigram ones too. The scores tell them
 * apart: BPE
 * numbers its pieces 0, -1, -2 (sentencepiece: src/bpe_model_trainer.cc, Save), Unigram has logarithms.
 */
#include <math.h>

#include "format/gguf_file.h"
#include "format/plamo_file.h"
#include "format/sentencepiece_file.h"

static bool is_whole(float score)
{
    return score == floorf(score);
}

/* Files made of a vocabulary without scores have the same one for all. */
static tkz_status choose_kind(const tkz__gguf_file *file, uint32_t *model_type)
{
    bool are_whole = true, differ = false;
    float first = 0;
    uint32_t count = 0;
    for (uint32_t id = 0; id < file->token_count; id++) {
        if (tkz__gguf_token_type(file, id) != TKZ__PIECE_NORMAL)
            continue;
        float score = tkz__gguf_score(file, id);
        first = count++ == 0 ? score : first;
        differ = differ || score != first;
        are_whole = are_whole && is_whole(score);
    }
    *model_type = are_whole ? TKZ__SPM_BPE : TKZ__SPM_UNIGRAM;
    if (count > 1 && !differ)
        return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path,
                              file->values[TKZ__GGUF_SCORES].start,
                              "tokenizer.ggml.scores: all are the same, so the file does not say "
                              "how text is encoded; open the model's own tokenizer.json");
    return TKZ_OK;
}

/* ggml's files have the map as an array of bytes. */
static tkz_status read_charsmap(const tkz__gguf_file *file, tkz__spm_normalizer_spec *spec)
{
    const tkz__gguf_value *value = &file->values[TKZ__GGUF_CHARSMAP];
    if (!value->is_there)
        return TKZ_OK;
    tkz_status status = tkz__gguf_array(
        file, TKZ__GGUF_CHARSMAP, value->type == TKZ__GGUF_I8 ? TKZ__GGUF_I8 : TKZ__GGUF_U8);
    spec->charsmap_start = value->start;
    spec->charsmap_size = value->end - value->start;
    return status;
}

static tkz_status read_normalizer(const tkz__gguf_file *file, tkz__spm_normalizer_spec *spec)
{
    tkz_status status =
        tkz__gguf_flag(file, TKZ__GGUF_ADD_SPACE_PREFIX, &spec->add_dummy_prefix);
    if (status == TKZ_OK)
        status = tkz__gguf_flag(file, TKZ__GGUF_REMOVE_EXTRA_WHITESPACES,
                                &spec->remove_extra_whitespaces);
    if (status == TKZ_OK)
        status = tkz__gguf_flag(file, TKZ__GGUF_ESCAPE_WHITESPACES, &spec->escape_whitespaces);
    return status == TKZ_OK ? read_charsmap(file, spec) : status;
}

static tkz_status fill_pieces(const tkz__gguf_file *file, tkz__spm_file *model)
{
    model->pieces = tkz__allocate_array(&model->allocator, file->token_count,
                                        sizeof *model->pieces);
    if (model->pieces == NULL)
        return tkz__error_memory(file->error, file->token_count * sizeof *model->pieces);
    model->piece_count = model->piece_capacity = file->token_count;
    for (uint32_t id = 0; id < file->token_count; id++) {
        tkz__gguf_text text = file->tokens[id];
        model->pieces[id] = (tkz__spm_piece_entry){
            .start = text.start - 8,
            .end = text.start + text.size,
            .text_start = text.start,
            .text_size = text.size < UINT32_MAX ? (uint32_t)text.size : UINT32_MAX,
            .score = tkz__gguf_score(file, id),
            .type = tkz__gguf_token_type(file, id)};
        model->byte_fallback |= model->pieces[id].type == TKZ__PIECE_BYTE;
    }
    return TKZ_OK;
}

static tkz_status give(tkz__gguf_file *file, tkz__spm_file *model)
{
    tkz_status status = read_normalizer(file, &model->normalizer);
    if (status == TKZ_OK)
        status = fill_pieces(file, model);
    if (status == TKZ_OK)
        status = tkz__spm_check(model);
    if (status == TKZ_OK)
        status = tkz__spm_give(model);
    file->builder = model->builder;
    tkz__release_array(&model->allocator, model->pieces, model->piece_capacity,
                       sizeof *model->pieces);
    return status;
}

static tkz__spm_file start(const tkz__gguf_file *file, bool adds_prefix)
{
    /* The defaults are llama.cpp's (src/llama-vocab.cpp, load): what the file does not say. */
    return (tkz__spm_file){.path = file->path,
                           .data = file->data,
                           .size = file->size,
                           .error = file->error,
                           .as_hf = file->as_hf,
                           .allocator = file->allocator,
                           .model_type = TKZ__SPM_UNIGRAM,
                           .normalizer = {.add_dummy_prefix = adds_prefix,
                                          .escape_whitespaces = true}};
}

static tkz_status check_lists(const tkz__gguf_file *file)
{
    tkz_status status = tkz__gguf_check_types(file, true);
    return status == TKZ_OK ? tkz__gguf_check_scores(file) : status;
}

tkz_status tkz__gguf_give_merges(tkz__gguf_file *file)
{
    tkz__spm_file model = start(file, true);
    tkz_status status = check_lists(file);
    if (status == TKZ_OK)
        status = choose_kind(file, &model.model_type);
    return status == TKZ_OK ? give(file, &model) : status;
}

tkz_status tkz__gguf_give_unigram(tkz__gguf_file *file)
{
    tkz__spm_file model = start(file, false);
    tkz_status status = check_lists(file);
    return status == TKZ_OK ? give(file, &model) : status;
}

tkz_status tkz__gguf_give_plamo(tkz__gguf_file *file)
{
    tkz_status status = check_lists(file);
    if (status == TKZ_OK)
        status = tkz__plamo_begin(&file->builder, &file->allocator, file->error);
    for (uint32_t id = 0; status == TKZ_OK && id < file->token_count; id++) {
        const tkz__plamo_token token = {.bytes = tkz__gguf_bytes(file, file->tokens[id]),
                                        .size = file->tokens[id].size,
                                        .score = (double)tkz__gguf_score(file, id),
                                        .type = tkz__gguf_token_type(file, id)};
        status = tkz__format_error_at(tkz__plamo_add(file->builder, id, &token, file->error),
                                      file->path, file->tokens[id].start, file->error);
    }
    return status;
}
