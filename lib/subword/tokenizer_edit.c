/* SPDX-License-Identifier: Apache-2.0
 *
 * A tokenizer made of another one by giving all of its parts, as far as they stay, to a builder. Leans
 * on tokenizer_edit.h and the image.
 */
#include "subword/tokenizer_edit.h"

#include <string.h>

#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"

typedef struct editor {
    const tkz_tokenizer *tokenizer;
    const tkz__image *image;
    const tkz__tokenizer_edit *edit;
    tkz__tokenizer_builder *builder;
    uint8_t *notes;
    tkz_error *error;
} editor;

/* ---- What ids are ----------------------------------------------------------------- */

static void note_made(const tkz__image *image, uint8_t *notes)
{
    for (uint32_t symbol = 0; symbol < image->symbol_count; symbol++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol);
        if (id < image->id_count)
            notes[id] |= TKZ__ID_MADE | TKZ__ID_ORDINARY;
    }
    for (uint32_t i = image->composing_count; i < image->merge_count; i++) {
        tkz__image_merge merge = tkz__image_merge_at(image, i);
        const uint32_t ids[3] = {merge.left, merge.right, merge.result};
        for (unsigned k = 0; k < 3; k++)
            if (ids[k] < image->id_count)
                notes[ids[k]] |= TKZ__ID_ORDINARY;
        if (merge.result < image->id_count && (image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0)
            notes[merge.result] |= TKZ__ID_MADE;
    }
}

void tkz__tokenizer_note_ids(const tkz_tokenizer *tokenizer, uint8_t *notes)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    bool is_bytes = image->kind == TKZ__MODEL_BYTE_BPE;
    for (uint32_t id = 0; id < image->id_count; id++) {
        const uint8_t *bytes;
        size_t size;
        notes[id] = tkz__image_token(image, id, &bytes, &size) ? TKZ__ID_THERE | TKZ__ID_ORDINARY : 0;
    }
    /* An added token is of the vocabulary too if a merge has it, or its piece says so: HF's readers
     * mark those that are not as control symbols. */
    for (uint32_t i = 0; i < tkz__tokenizer_added_count(tokenizer); i++) {
        uint32_t flags, id = tkz__tokenizer_added(tokenizer, i, &flags);
        if (id < image->id_count &&
            (is_bytes || (!image->pieces.sentencepiece &&
                          tkz__image_type(image, id) == TKZ__PIECE_CONTROL)))
            notes[id] &= (uint8_t)~TKZ__ID_ORDINARY;
    }
    if (tkz__image_merges(image->kind))
        note_made(image, notes);
    for (uint32_t id = 0; id < image->id_count; id++)
        if ((notes[id] & TKZ__ID_THERE) == 0)
            notes[id] = 0;
}

static uint32_t new_id(const editor *own, uint32_t id)
{
    if (id >= own->image->id_count)
        return TKZ__NO_TOKEN;
    return own->edit->new_ids != NULL ? own->edit->new_ids[id] : id;
}

/* ---- Tokens ----------------------------------------------------------------------- */

static tkz_status keep_token(editor *own, uint32_t id, bool has_pieces)
{
    const uint8_t *bytes;
    size_t size;
    uint32_t target = new_id(own, id);
    tkz_status status = TKZ_OK;
    if (target == TKZ__NO_TOKEN || (own->notes[id] & TKZ__ID_THERE) == 0 ||
        !tkz__image_token(own->image, id, &bytes, &size))
        return TKZ_OK;
    if ((own->notes[id] & TKZ__ID_ORDINARY) != 0)
        status = tkz__tokenizer_builder_add_token(own->builder, target, bytes, size, own->error);
    else if (own->edit->is_bare)
        return TKZ_OK;
    if (status != TKZ_OK || !has_pieces || (own->notes[id] & TKZ__ID_ORDINARY) == 0)
        return status;
    double score = own->edit->scores != NULL ? own->edit->scores[id]
                                             : tkz__image_score(own->image, id);
    return tkz__tokenizer_builder_set_piece(own->builder, target, score,
                                            tkz__image_type(own->image, id), own->error);
}

static tkz_status keep_added(editor *own, bool has_pieces)
{
    tkz_status status = TKZ_OK;
    uint32_t count = tkz__tokenizer_added_count(own->tokenizer);
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t flags, id = tkz__tokenizer_added(own->tokenizer, i, &flags);
        uint32_t target = new_id(own, id);
        const uint8_t *bytes;
        size_t size;
        if (target == TKZ__NO_TOKEN || !tkz__image_token(own->image, id, &bytes, &size))
            continue;
        status = tkz__tokenizer_builder_add_added(own->builder, target, (const char *)bytes, size,
                                                  flags, own->error);
        if (status == TKZ_OK && has_pieces && (own->notes[id] & TKZ__ID_ORDINARY) == 0)
            status = tkz__tokenizer_builder_set_piece(own->builder, target,
                                                      tkz__image_score(own->image, id),
                                                      tkz__image_type(own->image, id), own->error);
    }
    return status;
}

static tkz_status add_tokens(editor *own, bool has_pieces)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < own->edit->token_count; i++) {
        const tkz__new_token *token = &own->edit->tokens[i];
        status = tkz__tokenizer_builder_add_token(own->builder, own->edit->first + i, token->bytes,
                                                  token->size, own->error);
        if (status == TKZ_OK && has_pieces)
            status = tkz__tokenizer_builder_set_piece(own->builder, own->edit->first + i,
                                                      token->score, token->type, own->error);
    }
    return status;
}

/* ---- Merges ----------------------------------------------------------------------- */

static tkz_status keep_merges(editor *own)
{
    tkz_status status = TKZ_OK;
    uint32_t count = tkz__tokenizer_merge_count(own->tokenizer);
    for (uint32_t number = 0; status == TKZ_OK && number < count; number++) {
        uint32_t left, right, result;
        tkz__tokenizer_merge(own->tokenizer, number, &left, &right, &result);
        left = new_id(own, left);
        right = new_id(own, right);
        result = new_id(own, result);
        if (left == TKZ__NO_TOKEN || right == TKZ__NO_TOKEN || result == TKZ__NO_TOKEN)
            continue;
        status = tkz__tokenizer_builder_join_to(own->builder, left, right, result, own->error);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < own->edit->token_count; i++) {
        const tkz__new_token *token = &own->edit->tokens[i];
        if (token->left != TKZ__NO_TOKEN)
            status = tkz__tokenizer_builder_join_to(own->builder, token->left, token->right,
                                                    own->edit->first + i, own->error);
    }
    return status;
}

static tkz_status join(editor *own)
{
    if (!tkz__image_merges(own->image->kind))
        return TKZ_OK;
    if ((own->image->flags & TKZ__IMAGE_BY_RANK) != 0)
        tkz__tokenizer_builder_join_by_rank(own->builder);
    else if ((own->image->flags & TKZ__IMAGE_BY_SCORE) != 0)
        tkz__tokenizer_builder_join_by_score(own->builder);
    else
        return keep_merges(own);
    return TKZ_OK;
}

/* ---- The rest --------------------------------------------------------------------- */

static tkz_status keep_template(editor *own)
{
    const tkz__image *image = own->image;
    uint32_t count = image->single_count + image->pair_count;
    tkz_allocator allocator = tkz__tokenizer_allocator(own->tokenizer);
    tkz__template_item *items = tkz__allocate_array(&allocator, count, sizeof *items);
    if (items == NULL)
        return tkz__error_memory(own->error, count * sizeof *items);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = tkz__image_template_item(image, i);
        if (items[i].value == TKZ__TEMPLATE_FIRST || items[i].value == TKZ__TEMPLATE_SECOND)
            continue;
        uint32_t target = new_id(own, items[i].value);
        if (target == TKZ__NO_TOKEN && status == TKZ_OK)
            status = tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                    "token %u goes, but stands in the template of the model",
                                    items[i].value);
        items[i].value = target;
    }
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_template(own->builder, items, image->single_count,
                                                     image->pair_count, own->error);
    tkz__release_array(&allocator, items, count, sizeof *items);
    return status;
}

/* The origin, with its first line saying that the tokens are others. */
static tkz_status keep_origin(editor *own)
{
    size_t size, name;
    const uint8_t *origin = tkz__tokenizer_origin(own->tokenizer, &size);
    const uint8_t *end = size > 0 ? memchr(origin, '\n', size) : NULL;
    if (end == NULL)
        return TKZ_OK;
    const size_t mark = strlen(TKZ__ORIGIN_EDITED);
    name = (size_t)(end - origin);
    if (name + 1 >= mark &&
        memcmp(end + 1 - mark, TKZ__ORIGIN_EDITED, mark) == 0)
        name = name + 1 - mark; /* edited before */
    tkz__buffer edited;
    tkz_allocator allocator = tkz__tokenizer_allocator(own->tokenizer);
    tkz__buffer_init(&edited, &allocator);
    tkz_status status = tkz__buffer_append(&edited, origin, name, own->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(&edited, TKZ__ORIGIN_EDITED, own->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&edited, end + 1, size - (size_t)(end + 1 - origin), own->error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_origin(own->builder, edited.data, edited.size,
                                                   own->error);
    tkz__buffer_free(&edited);
    return status;
}

static tkz_status keep_texts(editor *own)
{
    const tkz__image *image = own->image;
    tkz_status status = TKZ_OK;
    size_t size = image->sizes[TKZ__SECTION_NORMALIZER];
    if (size > 0)
        status = tkz__tokenizer_builder_set_normalizer(
            own->builder, (const char *)image->sections[TKZ__SECTION_NORMALIZER], size, own->error);
    const char *decoder = tkz__tokenizer_decoder(own->tokenizer, &size);
    if (status == TKZ_OK && size > 0)
        status = tkz__tokenizer_builder_set_decoder(own->builder, decoder, size, own->error);
    const char *provenance = tkz__tokenizer_provenance(own->tokenizer, &size);
    if (own->edit->provenance != NULL) {
        provenance = own->edit->provenance;
        size = own->edit->provenance_size;
    }
    if (status == TKZ_OK && provenance != NULL)
        status = tkz__tokenizer_builder_set_provenance(own->builder, provenance, size, own->error);
    return status == TKZ_OK ? keep_origin(own) : status;
}

/* ---- All of it -------------------------------------------------------------------- */

static tkz_status set_kind(editor *own)
{
    const tkz__image *image = own->image;
    tkz__piece_settings pieces = image->pieces;
    size_t size;
    tkz_status status = TKZ_OK;
    if (image->kind != TKZ__MODEL_BYTE_BPE) {
        uint32_t unknown = pieces.unknown;
        pieces.unknown = new_id(own, unknown);
        if (unknown != TKZ__NO_TOKEN && pieces.unknown == TKZ__NO_TOKEN)
            return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "token %u goes, but is that of unknown text", unknown);
        tkz__tokenizer_builder_set_kind(own->builder, image->kind);
        tkz__tokenizer_builder_set_pieces(own->builder, &pieces);
        const char *mark = tkz__tokenizer_mark(own->tokenizer, &size);
        if (mark != NULL && size > 0)
            status = tkz__tokenizer_builder_set_mark(own->builder, mark, size, own->error);
    }
    tkz__tokenizer_builder_set_whole_chunks(own->builder,
                                            (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0);
    return status;
}

static tkz_status edit_parts(editor *own)
{
    const tkz__image *image = own->image;
    bool has_pieces = image->kind != TKZ__MODEL_BYTE_BPE;
    tkz_status status = set_kind(own);
    for (uint32_t id = 0; status == TKZ_OK && id < image->id_count; id++)
        status = keep_token(own, id, has_pieces);
    if (status == TKZ_OK)
        status = add_tokens(own, has_pieces);
    if (status == TKZ_OK && !own->edit->is_bare)
        status = keep_added(own, has_pieces);
    if (status == TKZ_OK)
        status = join(own);
    if (own->edit->is_bare || status != TKZ_OK)
        return status;
    status = keep_template(own);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_dropout(own->builder, image->dropout, own->error);
    return status == TKZ_OK ? keep_texts(own) : status;
}

tkz_status tkz__tokenizer_edit_make(const tkz_tokenizer *tokenizer, const tkz__tokenizer_edit *edit,
                                    const tkz_allocator *allocator, tkz_tokenizer **edited,
                                    tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    editor own = {.tokenizer = tokenizer, .edit = edit, .error = error,
                  .image = tkz__tokenizer_image(tokenizer)};
    *edited = NULL;
    if (own.image->kind == TKZ__MODEL_PLAMO || own.image->kind == TKZ__MODEL_MARKED_BPE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the vocabulary of this kind of model (%s) cannot be changed",
                              own.image->kind == TKZ__MODEL_PLAMO ? "PLaMo"
                                                                  : "BPE with marked words");
    size_t count = own.image->id_count;
    own.notes = tkz__allocate(&memory, count);
    if (own.notes == NULL)
        return tkz__error_memory(error, count);
    tkz__tokenizer_note_ids(tokenizer, own.notes);
    tkz_status status = tkz__tokenizer_builder_new(
        &own.builder,
        edit->is_bare ? &tkz__pre_tokenizer_none : tkz__tokenizer_pre_tokenizer(tokenizer), &memory,
        error);
    if (status == TKZ_OK)
        status = edit_parts(&own);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(own.builder, edited, error);
    tkz__tokenizer_builder_free(own.builder);
    tkz__release(&memory, own.notes, count);
    return status;
}
