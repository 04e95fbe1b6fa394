/* SPDX-License-Identifier: Apache-2.0
 *
 * PLaMo 2's vocabulary given to a builder. Control tokens are added tokens: text becomes them only
 * where
 * the caller allows it, while PLaMo's own tokenizer always finds them. Leans on plamo_file.h.
 */
#include "format/plamo_file.h"

#include <string.h>

#include "subword/tokenizer_image.h"

tkz_status tkz__plamo_begin(tkz__tokenizer_builder **builder, const tkz_allocator *allocator,
                            tkz_error *error)
{
    static const char decoder[] = "byte_fallback-hf0.23,fuse-hf0.23";
    const tkz__piece_settings settings = {.unknown = TKZ__NO_TOKEN, .byte_fallback = true};
    tkz_status status =
        tkz__tokenizer_builder_new(builder, &tkz__pre_tokenizer_none, allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_kind(*builder, TKZ__MODEL_PLAMO);
    tkz__tokenizer_builder_set_pieces(*builder, &settings);
    return tkz__tokenizer_builder_set_decoder(*builder, decoder, strlen(decoder), error);
}

/* Control tokens that have another type, as llama.cpp's converter knows them (convert_hf_to_gguf.py,
 * _set_vocab_plamo). */
static bool looks_like_control(const tkz__plamo_token *token)
{
    return token->type == TKZ__PIECE_NORMAL && token->size >= 10 &&
           memcmp(token->bytes, "<|plamo:", 8) == 0 &&
           memcmp(token->bytes + token->size - 2, "|>", 2) == 0;
}

tkz_status tkz__plamo_add(tkz__tokenizer_builder *builder, uint32_t id,
                          const tkz__plamo_token *token, tkz_error *error)
{
    tkz__piece_type type = looks_like_control(token) ? TKZ__PIECE_CONTROL : token->type;
    uint32_t flags = type == TKZ__PIECE_UNUSED ? TKZ__ADDED_SILENT : TKZ__ADDED_SPECIAL;
    if (type == TKZ__PIECE_BYTE && tkz__piece_byte((const uint8_t *)token->bytes, token->size) < 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, NULL, TKZ__NO_OFFSET,
                              "a BYTE token that spells no byte as <0x0A>");
    tkz_status status =
        tkz__tokenizer_builder_add_token(builder, id, token->bytes, token->size, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_piece(builder, id, token->score, type, error);
    if (status != TKZ_OK || type == TKZ__PIECE_NORMAL || type == TKZ__PIECE_USER_DEFINED ||
        type == TKZ__PIECE_BYTE)
        return status;
    return tkz__tokenizer_builder_add_added(builder, id, token->bytes, token->size, flags, error);
}
