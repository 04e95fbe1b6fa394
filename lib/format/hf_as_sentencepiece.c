/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.json that was made of a SentencePiece model, read to encode as sentencepiece does. Leans on
 * hf_file.h.
 *
 * What the file says of the model is turned back: special added tokens that the vocabulary has are
 * control symbols, other added ones user-defined; of BPE the order of merges is that of the scores.
 * Equal scores show where merges of different pieces are mixed; others are lost. Precompiled runs its map over
 * the text (hf_normalizer.c), Metaspace does not cut (hf_pre_tokenizer.c). All else is as the file says.
 */
#include "format/hf_file.h"
#include "subword/tokenizer_image.h"

static tkz_status take_scores(tkz__hf_file *file)
{
    size_t count = 0;
    for (size_t i = 0; i < file->vocabulary.spellings.count; i++) {
        size_t id = tkz__spelled_vocabulary_id(&file->vocabulary, i);
        count = id >= count ? id + 1 : count;
    }
    tkz_status status = tkz__array_reserve(&file->allocator, (void **)&file->scores,
                                           &file->score_capacity, count, sizeof *file->scores,
                                           file->error);
    if (status != TKZ_OK)
        return status;
    for (size_t id = 0; id < count; id++)
        file->scores[id] = 0;
    file->score_count = count;
    file->by_score = true;
    return tkz__spelled_vocabulary_take_scores(&file->vocabulary, file->scores, count);
}

tkz_status tkz__hf_as_sentencepiece(tkz__hf_file *file)
{
    bool has_such =
        file->kind == TKZ__MODEL_UNIGRAM || file->kind == TKZ__MODEL_CHARACTER_BPE;
    if (file->compat != TKZ_COMPAT_SENTENCEPIECE || !has_such)
        return TKZ_OK;
    file->pieces.sentencepiece = true;
    file->pieces.fuse_unknown = true;
    if (file->kind == TKZ__MODEL_UNIGRAM && file->pieces.unknown != TKZ__NO_TOKEN)
        return TKZ_OK;
    if (file->kind == TKZ__MODEL_UNIGRAM)
        return tkz__hf_unsupported(file, file->parts[TKZ__HF_MODEL],
                                   "model.unk_id: there is none; sentencepiece has no such model");
    if (file->whole_chunks)
        return tkz__hf_unsupported(file, file->model_parts[TKZ__HF_IGNORE_MERGES],
                                   "model.ignore_merges: sentencepiece has no such model");
    return take_scores(file);
}
