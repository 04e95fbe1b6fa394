/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokenizer object: an image, mapped or in memory, with a count of those who
 * hold it. Leans on the image.
 */
#include "subword/tokenizer.h"

#include <stdatomic.h>

#include "subword/added_tokens.h"
#include "subword/decode_steps.h"
#include "subword/engine.h"
#include "subword/split_steps.h"
#include "subword/tied_tokens.h"
#include "subword/tokenizer_image.h"

struct tkz_tokenizer {
    atomic_uint references;
    tkz_allocator allocator;
    tkz__mapped_file file; /* of one that was opened */
    tkz__buffer buffer;    /* of one that was built */
    tkz__image image;
    tkz_normal_form *normal_form; /* NULL: text is not changed */
    tkz__decode_steps *decode_steps; /* NULL: tokens are bytes */
    tkz__split_steps *steps;      /* NULL: the pre-tokenizer is one by name */
    tkz__pre_tokenizer pre_tokenizer; /* of the steps, and */
    char *spelling;                   /* their text */
    tkz__engine engine;
    tkz__tied_tokens tied;
    tkz__buffer normal_added; /* normal_token items, ids ascending, and their texts: */
    tkz__buffer normal_texts;
    tkz__added_finder raw_finder;
    tkz__added_finder normal_finder;
    uint8_t *special_bits; /* one for each id */
};

/* An added token that its normalizer changes. */
typedef struct normal_token {
    uint32_t id;
    uint32_t size;
    size_t start; /* of its text */
} normal_token;

static size_t special_bytes(const tkz_tokenizer *tokenizer)
{
    return (size_t)tokenizer->image.id_count / 8 + 1;
}

static tkz_status mark_special(tkz_tokenizer *made, tkz_error *error)
{
    const tkz__image *image = &made->image;
    made->special_bits = tkz__allocate_zeroed(&made->allocator, special_bytes(made));
    if (made->special_bits == NULL)
        return tkz__error_memory(error, special_bytes(made));
    for (uint32_t i = 0; i < image->added_count; i++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2);
        uint32_t flags = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2 + 1);
        if (id < image->id_count && (flags & TKZ__ADDED_SPECIAL) != 0)
            made->special_bits[id / 8] |= (uint8_t)(1 << (id % 8));
    }
    return TKZ_OK;
}

bool tkz__tokenizer_is_special(const tkz_tokenizer *tokenizer, uint32_t id)
{
    return tokenizer->special_bits[id / 8] >> (id % 8) & 1;
}

static tkz_tokenizer *new_tokenizer(const tkz_allocator *allocator, tkz_error *error)
{
    tkz_tokenizer *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL) {
        (void)tkz__error_memory(error, sizeof *made);
        return NULL;
    }
    atomic_init(&made->references, 1);
    made->allocator = *allocator;
    tkz__buffer_init(&made->buffer, allocator);
    tkz__buffer_init(&made->tied.nodes, allocator);
    tkz__buffer_init(&made->tied.ends, allocator);
    tkz__buffer_init(&made->normal_added, allocator);
    tkz__buffer_init(&made->normal_texts, allocator);
    tkz__buffer_init(&made->raw_finder.nodes, allocator);
    tkz__buffer_init(&made->raw_finder.ends, allocator);
    tkz__buffer_init(&made->normal_finder.nodes, allocator);
    tkz__buffer_init(&made->normal_finder.ends, allocator);
    return made;
}

/* The pre-tokenizer that the image spells. */
static tkz_status make_steps(tkz_tokenizer *made, tkz_error *error)
{
    const char *text = (const char *)made->image.sections[TKZ__SECTION_PRE_TOKENIZER];
    size_t size = made->image.sizes[TKZ__SECTION_PRE_TOKENIZER];
    tkz_status status = tkz__split_steps_new(&made->steps, text, size, &made->allocator, error);
    if (status != TKZ_OK)
        return status;
    if (made->image.kind != TKZ__MODEL_BYTE_BPE)
        tkz__split_steps_spell_bytes(made->steps);
    made->spelling = tkz__duplicate(&made->allocator, text, size);
    if (made->spelling == NULL)
        return tkz__error_memory(error, size + 1);
    made->pre_tokenizer = tkz__pre_tokenizer_of_steps(made->spelling);
    made->image.pre_tokenizer = &made->pre_tokenizer;
    return TKZ_OK;
}

/* HF decodes an added token that is looked for in normalized text to its content as it is normalized
 * (tokenizers: src/tokenizer/added_vocabulary.rs, simple_id_to_token). */
static tkz_status keep_normalized(tkz_tokenizer *made, tkz_normalizer *normalizer,
                                  tkz_error *error)
{
    const tkz__image *image = &made->image;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < image->added_count; i++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_ADDED, i * 2);
        uint32_t flags = tkz__image_item(image, TKZ__SECTION_ADDED, i * 2 + 1);
        const uint8_t *bytes;
        size_t size;
        tkz_normalized normal;
        if ((flags & (TKZ__ADDED_NORMALIZED | TKZ__ADDED_AS_IS)) != TKZ__ADDED_NORMALIZED ||
            id >= image->id_count || !tkz__image_token(image, id, &bytes, &size))
            continue;
        status = tkz_normalizer_run(normalizer, (const char *)bytes, size, 0, &normal, error);
        if (status != TKZ_OK ||
            (normal.size == size && memcmp(normal.text, bytes, size) == 0))
            continue;
        normal_token own = {id, (uint32_t)normal.size, made->normal_texts.size};
        status = tkz__buffer_append(&made->normal_texts, normal.text, normal.size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&made->normal_added, &own, sizeof own, error);
    }
    return status;
}

bool tkz__tokenizer_decoded(const tkz_tokenizer *tokenizer, uint32_t id, const uint8_t **bytes,
                            size_t *size)
{
    size_t low = 0, high = tokenizer->normal_added.size / sizeof(normal_token);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        normal_token own;
        memcpy(&own, tokenizer->normal_added.data + middle * sizeof own, sizeof own);
        if (own.id == id) {
            *bytes = tokenizer->normal_texts.data + own.start;
            *size = own.size;
            return true;
        }
        if (own.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return tkz__image_token(&tokenizer->image, id, bytes, size);
}

/* What encoding needs beside the image: the normal form and the finders of added tokens. */
static tkz_status complete(tkz_tokenizer *made, tkz_error *error)
{
    const tkz__image *image = &made->image;
    size_t size = image->sizes[TKZ__SECTION_NORMALIZER];
    tkz_normalizer *normalizer = NULL;
    tkz_status status = mark_special(made, error);
    if (status == TKZ_OK && image->pre_tokenizer == NULL)
        status = make_steps(made, error);
    if (status == TKZ_OK && size > 0)
        status = tkz_normal_form_new(&made->normal_form,
                                     (const char *)image->sections[TKZ__SECTION_NORMALIZER], size,
                                     &made->allocator, error);
    if (status == TKZ_OK && size > 0)
        status = tkz_normalizer_new(&normalizer, made->normal_form, &made->allocator, error);
    if (status == TKZ_OK && image->sizes[TKZ__SECTION_DECODER] > 0)
        status = tkz__decode_steps_new(&made->decode_steps,
                                       (const char *)image->sections[TKZ__SECTION_DECODER],
                                       image->sizes[TKZ__SECTION_DECODER], &made->allocator, error);
    if (status == TKZ_OK)
        status = tkz__engine_open(&made->engine, image, NULL, error);
    if (status == TKZ_OK)
        status = tkz__tied_tokens_make(&made->tied, image, &made->allocator, error);
    if (status == TKZ_OK)
        status = tkz__added_finder_make(&made->raw_finder, image, false, NULL, &made->allocator,
                                        error);
    if (status == TKZ_OK)
        status = tkz__added_finder_make(&made->normal_finder, image, true, normalizer,
                                        &made->allocator, error);
    if (status == TKZ_OK && normalizer != NULL)
        status = keep_normalized(made, normalizer, error);
    tkz_normalizer_free(normalizer);
    return status;
}

tkz_status tkz__tokenizer_open_image(tkz_tokenizer **tokenizer, const char *path,
                                     tkz__mapped_file *file, const tkz_allocator *allocator,
                                     tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_tokenizer *made = new_tokenizer(&chosen, error);
    if (made == NULL)
        return TKZ_STATUS_OUT_OF_MEMORY;
    tkz_status status = tkz__image_open(&made->image, file->data, file->size, path, error);
    if (status == TKZ_OK)
        status = complete(made, error);
    if (status != TKZ_OK) {
        tkz_tokenizer_free(made);
        return status;
    }
    made->file = *file;
    memset(file, 0, sizeof *file);
    *tokenizer = made;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_from_image(tkz_tokenizer **tokenizer, tkz__buffer *buffer,
                                     tkz_error *error)
{
    tkz_tokenizer *made = new_tokenizer(&buffer->allocator, error);
    if (made == NULL)
        return TKZ_STATUS_OUT_OF_MEMORY;
    tkz_status status = tkz__image_open(&made->image, buffer->data, buffer->size, NULL, error);
    if (status == TKZ_OK)
        status = complete(made, error);
    if (status != TKZ_OK) {
        tkz_tokenizer_free(made);
        return status;
    }
    made->buffer = *buffer;
    tkz__buffer_init(buffer, &made->allocator);
    *tokenizer = made;
    return TKZ_OK;
}

tkz_allocator tkz__tokenizer_allocator(const tkz_tokenizer *tokenizer)
{
    return tokenizer->allocator;
}

tkz_tokenizer *tkz__tokenizer_reference(tkz_tokenizer *tokenizer)
{
    atomic_fetch_add_explicit(&tokenizer->references, 1, memory_order_relaxed);
    return tokenizer;
}

void tkz_tokenizer_free(tkz_tokenizer *tokenizer)
{
    if (tokenizer == NULL)
        return;
    /* The last holder must see what all the others did before they let go. */
    if (atomic_fetch_sub_explicit(&tokenizer->references, 1, memory_order_acq_rel) != 1)
        return;
    tkz_allocator allocator = tokenizer->allocator;
    tkz__split_steps_free(tokenizer->steps);
    tkz__decode_steps_free(tokenizer->decode_steps);
    if (tokenizer->spelling != NULL)
        tkz__release(&allocator, tokenizer->spelling, strlen(tokenizer->spelling) + 1);
    tkz__mapped_file_close(&tokenizer->file);
    tkz__buffer_free(&tokenizer->buffer);
    tkz__tied_tokens_free(&tokenizer->tied);
    tkz__buffer_free(&tokenizer->normal_added);
    tkz__buffer_free(&tokenizer->normal_texts);
    tkz__added_finder_free(&tokenizer->raw_finder, &allocator);
    tkz__added_finder_free(&tokenizer->normal_finder, &allocator);
    tkz_normal_form_free(tokenizer->normal_form);
    tkz__release(&allocator, tokenizer->special_bits, special_bytes(tokenizer));
    tkz__release(&allocator, tokenizer, sizeof *tokenizer);
}

int tkz__tokenizer_image_probe(const void *data, size_t size)
{
    return size >= 8 && memcmp(data, TKZ__IMAGE_MAGIC, 8) == 0;
}

tkz_status tkz__tokenizer_verify_image(const tkz_tokenizer *tokenizer, tkz_error *error)
{
    return tkz__image_verify(&tokenizer->image, &tokenizer->allocator, NULL, error);
}

tkz_status tkz__tokenizer_write_image(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                      tkz_error *error)
{
    return tkz__buffer_append(buffer, tokenizer->image.data, tokenizer->image.size, error);
}

/* ---- Its parts --------------------------------------------------------- */

const struct tkz__image *tkz__tokenizer_image(const tkz_tokenizer *tokenizer)
{
    return &tokenizer->image;
}

const tkz_normal_form *tkz__tokenizer_normal_form(const tkz_tokenizer *tokenizer)
{
    return tokenizer->normal_form;
}

const tkz__engine *tkz__tokenizer_engine(const tkz_tokenizer *tokenizer)
{
    return &tokenizer->engine;
}

const tkz__decode_steps *tkz__tokenizer_decode_steps(const tkz_tokenizer *tokenizer)
{
    return tokenizer->decode_steps;
}

const tkz__tied_tokens *tkz__tokenizer_tied(const tkz_tokenizer *tokenizer)
{
    return &tokenizer->tied;
}

const tkz__split_steps *tkz__tokenizer_steps(const tkz_tokenizer *tokenizer)
{
    return tokenizer->steps;
}

const tkz__added_finder *tkz__tokenizer_finder(const tkz_tokenizer *tokenizer, bool normalized)
{
    return normalized ? &tokenizer->normal_finder : &tokenizer->raw_finder;
}

const tkz__pre_tokenizer *tkz__tokenizer_pre_tokenizer(const tkz_tokenizer *tokenizer)
{
    return tokenizer->image.pre_tokenizer;
}

uint32_t tkz_tokenizer_size(const tkz_tokenizer *tokenizer)
{
    return tokenizer->image.id_count;
}

uint32_t tkz__tokenizer_added_count(const tkz_tokenizer *tokenizer)
{
    return tokenizer->image.added_count;
}

uint32_t tkz__tokenizer_added(const tkz_tokenizer *tokenizer, uint32_t index, uint32_t *flags)
{
    *flags = tkz__image_item(&tokenizer->image, TKZ__SECTION_ADDED, (size_t)index * 2 + 1);
    return tkz__image_item(&tokenizer->image, TKZ__SECTION_ADDED, (size_t)index * 2);
}

uint32_t tkz__tokenizer_merge_count(const tkz_tokenizer *tokenizer)
{
    return tokenizer->image.merge_count - tokenizer->image.composing_count;
}

void tkz__tokenizer_merge(const tkz_tokenizer *tokenizer, uint32_t number, uint32_t *left,
                          uint32_t *right, uint32_t *result)
{
    tkz__image_merge merge = tkz__image_merge_at(
        &tokenizer->image, (size_t)tokenizer->image.composing_count + number);
    *left = merge.left;
    *right = merge.right;
    *result = merge.result;
}

tkz__model_kind tkz__tokenizer_kind(const tkz_tokenizer *tokenizer)
{
    return tokenizer->image.kind;
}

const tkz__piece_settings *tkz__tokenizer_pieces(const tkz_tokenizer *tokenizer)
{
    return &tokenizer->image.pieces;
}

double tkz__tokenizer_score(const tkz_tokenizer *tokenizer, uint32_t id)
{
    return tkz__image_score(&tokenizer->image, id);
}

tkz__piece_type tkz__tokenizer_type(const tkz_tokenizer *tokenizer, uint32_t id)
{
    return tkz__image_type(&tokenizer->image, id);
}

const char *tkz__tokenizer_mark(const tkz_tokenizer *tokenizer, size_t *size)
{
    const tkz__image *image = &tokenizer->image;
    bool has_mark = image->sizes[TKZ__SECTION_PIECES] > TKZ__IMAGE_PIECES_SIZE;
    *size = has_mark ? image->sizes[TKZ__SECTION_PIECES] - TKZ__IMAGE_PIECES_SIZE : 0;
    return has_mark ? (const char *)image->sections[TKZ__SECTION_PIECES] + TKZ__IMAGE_PIECES_SIZE
                    : NULL;
}

const char *tkz__tokenizer_decoder(const tkz_tokenizer *tokenizer, size_t *size)
{
    *size = tokenizer->image.sizes[TKZ__SECTION_DECODER];
    return (const char *)tokenizer->image.sections[TKZ__SECTION_DECODER];
}

const uint8_t *tkz__tokenizer_origin(const tkz_tokenizer *tokenizer, size_t *size)
{
    *size = tokenizer->image.sizes[TKZ__SECTION_ORIGIN];
    return tokenizer->image.sections[TKZ__SECTION_ORIGIN];
}

const char *tkz__tokenizer_provenance(const tkz_tokenizer *tokenizer, size_t *size)
{
    *size = tokenizer->image.sizes[TKZ__SECTION_PROVENANCE];
    return *size > 0 ? (const char *)tokenizer->image.sections[TKZ__SECTION_PROVENANCE] : NULL;
}

tkz_status tkz_tokenizer_token(const tkz_tokenizer *tokenizer, uint32_t id, const uint8_t **bytes,
                               size_t *size, int32_t *is_special, tkz_error *error)
{
    const tkz__image *image = &tokenizer->image;
    if (id >= image->id_count)
        return tkz__error_set(error, TKZ_STATUS_BAD_ID, NULL, TKZ__NO_OFFSET,
                              "token id %u; the tokenizer has ids 0 to %u", id,
                              image->id_count - 1);
    if (!tkz__image_token(image, id, bytes, size)) {
        if (tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, id) ==
            tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, (size_t)id + 1))
            return tkz__error_set(error, TKZ_STATUS_BAD_ID, NULL, TKZ__NO_OFFSET,
                                  "token id %u: the tokenizer has no such token", id);
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: token %u lies outside of it", id);
    }
    if (is_special != NULL)
        *is_special = tkz__tokenizer_is_special(tokenizer, id);
    return TKZ_OK;
}

tkz_status tkz_tokenizer_special(const tkz_tokenizer *tokenizer, const char *content, size_t size,
                                 uint32_t *id, tkz_error *error)
{
    const tkz__image *image = &tokenizer->image;
    for (uint32_t i = 0; i < image->added_count; i++) {
        uint32_t candidate = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2);
        const uint8_t *bytes;
        size_t length;
        if (candidate < image->id_count &&
            tkz__image_token(image, candidate, &bytes, &length) && length == size &&
            memcmp(bytes, content, size) == 0) {
            *id = candidate;
            return TKZ_OK;
        }
    }
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                          "the tokenizer has no special token \"%.*s\"",
                          (int)(size < 100 ? size : 100), content);
}
