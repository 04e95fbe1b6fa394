/* SPDX-License-Identifier: Apache-2.0
 *
 * What each token of a vocabulary is. Leans on subword's tokenizer and the UTF-8 of text.
 */
#include "train/token_classes.h"

#include <string.h>

/* The bytes that a piece stands for in text: that of "<0x0A>", what follows the mark of WordPiece. */
static void strip(const tkz_tokenizer *tokenizer, tkz__token_class *class, uint8_t *byte,
                  const uint8_t **bytes, size_t *size)
{
    tkz__model_kind kind = tkz__tokenizer_kind(tokenizer);
    if ((class->flags & TKZ__TOKEN_BYTE) != 0 && kind != TKZ__MODEL_BYTE_BPE) {
        *byte = (uint8_t)tkz__piece_byte(*bytes, *size);
        *bytes = byte;
        *size = 1;
    }
    size_t mark_size = 0;
    const char *mark =
        kind == TKZ__MODEL_WORD_PIECE ? tkz__tokenizer_mark(tokenizer, &mark_size) : NULL;
    if (mark_size > 0 && *size > mark_size && memcmp(*bytes, mark, mark_size) == 0) {
        *bytes += mark_size;
        *size -= mark_size;
    }
}

/* What the model of pieces says of a token. */
static uint8_t piece_flags(const tkz_tokenizer *tokenizer, uint32_t id, const uint8_t *bytes,
                           size_t size)
{
    const tkz__piece_settings *settings = tkz__tokenizer_pieces(tokenizer);
    tkz__piece_type type = tkz__tokenizer_type(tokenizer, id);
    bool is_byte = type == TKZ__PIECE_BYTE || settings->byte_fallback;
    uint8_t flags = 0;
    if (type == TKZ__PIECE_UNKNOWN || id == settings->unknown)
        flags |= TKZ__TOKEN_UNKNOWN;
    else if (type == TKZ__PIECE_CONTROL || type == TKZ__PIECE_UNUSED)
        flags |= TKZ__TOKEN_SPECIAL;
    else if (is_byte && tkz__piece_byte(bytes, size) >= 0)
        flags |= TKZ__TOKEN_BYTE;
    else if (type == TKZ__PIECE_NORMAL && tkz__tokenizer_kind(tokenizer) == TKZ__MODEL_UNIGRAM)
        flags |= TKZ__TOKEN_SCORED;
    return flags;
}

static tkz_status classify(const tkz_tokenizer *tokenizer, uint32_t id, tkz__token_class *class,
                           tkz_error *error)
{
    const uint8_t *bytes;
    uint8_t byte;
    size_t size;
    int32_t special;
    tkz_status status = tkz_tokenizer_token(tokenizer, id, &bytes, &size, &special, error);
    if (status == TKZ_STATUS_BAD_ID)
        return TKZ_OK; /* an id without a token */
    if (status != TKZ_OK)
        return status;
    class->flags = TKZ__TOKEN_PRESENT;
    if (tkz__tokenizer_kind(tokenizer) != TKZ__MODEL_BYTE_BPE)
        class->flags |= piece_flags(tokenizer, id, bytes, size);
    else if (size == 1 && bytes[0] >= 0x80)
        class->flags |= TKZ__TOKEN_BYTE;
    if (special != 0)
        class->flags = (uint8_t)((class->flags & ~TKZ__TOKEN_SCORED) | TKZ__TOKEN_SPECIAL);
    strip(tokenizer, class, &byte, &bytes, &size);
    if (tkz_utf8_valid_prefix((const char *)bytes, size) < size) {
        class->flags |= TKZ__TOKEN_BROKEN;
    } else {
        uint64_t characters = tkz_utf8_count((const char *)bytes, size);
        class->characters =
            (uint8_t)(characters < TKZ__TOKEN_LONGEST ? characters : TKZ__TOKEN_LONGEST);
    }
    return TKZ_OK;
}

tkz_status tkz__token_classes_init(tkz__token_classes *classes, const tkz_tokenizer *tokenizer,
                                   const tkz_allocator *allocator, tkz_error *error)
{
    *classes = (tkz__token_classes){.allocator = *allocator,
                                    .count = tkz_tokenizer_size(tokenizer)};
    size_t bytes = classes->count * sizeof *classes->classes;
    classes->classes = tkz__allocate_zeroed(allocator, bytes);
    if (classes->classes == NULL)
        return tkz__error_memory(error, bytes);
    for (uint32_t id = 0; id < classes->count; id++) {
        tkz_status status = classify(tokenizer, id, &classes->classes[id], error);
        if (status != TKZ_OK) {
            tkz__token_classes_free(classes);
            return status;
        }
        uint8_t flags = classes->classes[id].flags;
        classes->usable += (flags & TKZ__TOKEN_PRESENT) != 0 &&
                           (flags & (TKZ__TOKEN_SPECIAL | TKZ__TOKEN_UNKNOWN)) == 0;
    }
    return TKZ_OK;
}

void tkz__token_classes_free(tkz__token_classes *classes)
{
    if (classes->classes != NULL)
        tkz__release_array(&classes->allocator, classes->classes, classes->count,
                           sizeof *classes->classes);
    *classes = (tkz__token_classes){0};
}
