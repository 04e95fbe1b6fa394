/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a SentencePiece model as tokenizer.json where HF tokenizers gives the same ids for every text:
 * makes it anew as HF has it (sentencepiece_hf.c) and compares the two. Leans on hf_file.h.
 */
#include <string.h>

#include "format/hf_file.h"
#include "format/sentencepiece_file.h"
#include "subword/tied_tokens.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

/* Makes the tokenizer anew from the file that it was read from, as HF has it. */
static tkz_status make_as_hf(const tkz_tokenizer *tokenizer, tkz_tokenizer **made,
                             tkz_error *error)
{
    tkz__spm_file file = {.error = error,
                          .as_hf = true,
                          .allocator = tkz__tokenizer_allocator(tokenizer)};
    tkz__buffer bytes;
    tkz__buffer_init(&bytes, &file.allocator);
    tkz_status status = tkz__spm_write(tokenizer, &bytes, error);
    file.data = bytes.data;
    file.size = bytes.size;
    if (status == TKZ_OK)
        status = tkz__spm_parse(&file);
    if (status == TKZ_OK)
        status = tkz__spm_give(&file);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(file.builder, made, error);
    tkz__tokenizer_builder_free(file.builder);
    tkz__release_array(&file.allocator, file.pieces, file.piece_capacity, sizeof *file.pieces);
    tkz__buffer_free(&bytes);
    return status;
}

static tkz_status differs(tkz_error *error, const char *why)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "HF tokenizers would give other ids than sentencepiece in some texts: %s; "
                          "read the model with compat \"hf\" to have HF's ids and write those",
                          why);
}

static bool is_same(const tkz__image *one, const tkz__image *other, tkz__image_section section)
{
    return one->sizes[section] == other->sizes[section] &&
           (one->sizes[section] == 0 ||
            memcmp(one->sections[section], other->sections[section], one->sizes[section]) == 0);
}

/* Symbols say what merging does, and that is all if merges act in order and none have one rank with
 * those of other tokens (merge_selection.h, tied_tokens.h). */
static tkz_status compare_merging(const tkz_tokenizer *tokenizer, const tkz_tokenizer *other,
                                  tkz_error *error)
{
    const tkz__image *one = tkz__tokenizer_image(tokenizer), *two = tkz__tokenizer_image(other);
    if (tkz__tokenizer_tied(tokenizer)->count > 0)
        return differs(error, "pieces have equal scores, of which the leftmost goes first in "
                              "sentencepiece and the first of a list in HF");
    if (((one->flags | two->flags) & TKZ__IMAGE_OUT_OF_ORDER) != 0)
        return differs(error, "its merges act out of the order of the scores");
    if (one->token_count != two->token_count || one->id_count != two->id_count ||
        !is_same(one, two, TKZ__SECTION_TOKEN_BYTES) ||
        !is_same(one, two, TKZ__SECTION_SYMBOL_IDS) || !is_same(one, two, TKZ__SECTION_HALVES) ||
        !is_same(one, two, TKZ__SECTION_ENGINE))
        return differs(error, "there are pieces that sentencepiece makes or takes apart otherwise");
    return TKZ_OK;
}

/* Models of characters have no merges: a character that is a piece is that piece in both. */
static tkz_status compare_characters(const tkz_tokenizer *tokenizer, tkz_error *error)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    for (uint32_t id = 0; id < image->id_count; id++) {
        tkz__piece_type type = tkz__tokenizer_type(tokenizer, id);
        const uint8_t *bytes;
        size_t size;
        if (type != TKZ__PIECE_NORMAL && type != TKZ__PIECE_USER_DEFINED &&
            tkz__image_token(image, id, &bytes, &size) &&
            tkz_utf8_count((const char *)bytes, size) == 1)
            return differs(error, "a character is a control symbol or unused");
    }
    return TKZ_OK;
}

/* Do both normalize alike, and find the same user-defined symbols? */
static tkz_status compare_texts(const tkz_tokenizer *tokenizer, const tkz_tokenizer *other,
                                tkz_error *error)
{
    static const char identity[] = "identity-spm1";
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    if (image->sizes[TKZ__SECTION_NORMALIZER] < sizeof identity - 1 ||
        memcmp(image->sections[TKZ__SECTION_NORMALIZER], identity, sizeof identity - 1) != 0)
        return differs(error, "Precompiled applies the model's map to clusters of characters and not "
                              "to the text");
    for (uint32_t i = 0; i < tkz__tokenizer_added_count(other); i++) {
        uint32_t flags;
        (void)tkz__tokenizer_added(other, i, &flags);
        if ((flags & (TKZ__ADDED_SPECIAL | TKZ__ADDED_NORMALIZED)) == 0)
            return differs(error, "behind each user-defined symbol HF treats spaces as at the start "
                                  "of a text");
    }
    return TKZ_OK;
}

static tkz_status compare(const tkz_tokenizer *tokenizer, const tkz_tokenizer *other,
                          tkz_error *error)
{
    tkz__model_kind kind = tkz__tokenizer_kind(tokenizer);
    if (kind == TKZ__MODEL_UNIGRAM)
        return differs(error, "HF adds scores in 64 bits, sentencepiece in 32");
    if (kind == TKZ__MODEL_WORD_LEVEL)
        return differs(error, "sentencepiece makes one token of neighbouring unknown words");
    tkz_status status = compare_texts(tokenizer, other, error);
    if (status != TKZ_OK)
        return status;
    return kind == TKZ__MODEL_CHARACTER_BPE ? compare_merging(tokenizer, other, error)
                                            : compare_characters(tokenizer, error);
}

tkz_status tkz__spm_write_as_hf(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                tkz_error *error)
{
    tkz_tokenizer *other;
    size_t size;
    (void)tkz__tokenizer_origin(tokenizer, &size);
    if (size == 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "it encodes as sentencepiece does and was not read from a file of "
                              "its own; read the model with compat \"hf\" to have HF's ids and "
                              "write those");
    tkz_status status = make_as_hf(tokenizer, &other, error);
    if (status != TKZ_OK)
        return status;
    status = compare(tokenizer, other, error);
    if (status == TKZ_OK)
        status = tkz__hf_write(other, buffer, error);
    tkz_tokenizer_free(other);
    return status;
}
