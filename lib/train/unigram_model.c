/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained Unigram vocabulary as a SentencePiece model (sentencepiece 0.2.3:
 * src/sentencepiece_model.proto). Leans on unigram_trainer.h and the protocol buffers of io.
 */
#include <stdio.h>
#include <string.h>

#include "io/protobuf_reader.h"
#include "train/unigram_trainer.h"

/* Fields of the model, of a piece and of the normalizer. */
enum {
    PIECES = 1, TRAINER = 2, NORMALIZER = 3,
    TEXT = 1, SCORE = 2, TYPE = 3, NORMAL = 1,
    NAME = 1, DUMMY_PREFIX = 3, EXTRA_WHITESPACES = 4, ESCAPE_WHITESPACES = 5
};

/* Fields of the trainer's settings. */
enum {
    MODEL_TYPE = 3, VOCAB_SIZE = 4, COVERAGE = 10, SEED_SIZE = 14, SHRINKING = 15,
    SUB_ITERATIONS = 17, LONGEST = 20, BY_SCRIPT = 21, BY_WHITESPACE = 22, BY_NUMBER = 23,
    AS_SUFFIX = 24, DIGITS = 25, WHITESPACE_ONLY = 26, CONTROL_SYMBOLS = 30, USER_SYMBOLS = 31,
    HARD_LIMIT = 33, BYTE_FALLBACK = 35, REQUIRED = 36, FIRST_ID = 40, UNK_SURFACE = 44,
    FIRST_NAME = 45, MODEL_UNIGRAM = 1
};

typedef struct model_writer {
    tkz__buffer model;
    tkz__buffer message; /* the one that is being made */
    tkz_error *error;
} model_writer;

static tkz_status put_number(model_writer *writer, uint32_t field, uint64_t value)
{
    return tkz__protobuf_put_number(&writer->message, field, value, writer->error);
}

static tkz_status put_bytes(model_writer *writer, uint32_t field, const void *data, size_t size)
{
    return tkz__protobuf_put_bytes(&writer->message, field, data, size, writer->error);
}

static tkz_status put_float(model_writer *writer, uint32_t field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return tkz__protobuf_put_fixed32(&writer->message, field, bits, writer->error);
}

/* Ends the message that is being made as a field of the model. */
static tkz_status end_message(model_writer *writer, uint32_t field, tkz_status status)
{
    if (status == TKZ_OK)
        status = tkz__protobuf_put_bytes(&writer->model, field, writer->message.data,
                                         writer->message.size, writer->error);
    tkz__buffer_clear(&writer->message);
    return status;
}

static tkz_status put_piece(model_writer *writer, const void *text, size_t size, float score,
                            int type)
{
    tkz_status status = put_bytes(writer, TEXT, text, size);
    if (status == TKZ_OK)
        status = put_float(writer, SCORE, score);
    if (status == TKZ_OK && type != NORMAL)
        status = put_number(writer, TYPE, (uint64_t)type);
    return end_message(writer, PIECES, status);
}

static tkz_status put_meta(model_writer *writer, const tkz__meta_token *token)
{
    char text[8];
    if (token->text != NULL)
        return put_piece(writer, token->text, token->size, 0, token->type);
    (void)snprintf(text, sizeof text, "<0x%02X>", token->byte & 0xFF);
    return put_piece(writer, text, 6, 0, token->type);
}

/* Tokens that are not trained have their ids; the others fill what is between and behind. */
static tkz_status put_pieces(model_writer *writer, const tkz__meta_tokens *meta,
                             const tkz__final_pieces *pieces, uint32_t size)
{
    size_t next_meta = 0, next = 0;
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < size; id++) {
        if (next_meta < meta->count && meta->tokens[next_meta].id == id) {
            status = put_meta(writer, &meta->tokens[next_meta++]);
        } else if (next < pieces->count) {
            const tkz__final_piece *piece = &pieces->pieces[next++];
            status = put_piece(writer, pieces->texts.data + piece->start, piece->size,
                               piece->score, NORMAL);
        }
    }
    return status;
}

static tkz_status put_lists(model_writer *writer, const tkz_unigram_options *options)
{
    const tkz__text_list *lists[] = {&options->control, &options->user};
    const uint32_t fields[] = {CONTROL_SYMBOLS, USER_SYMBOLS};
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < 2; i++) {
        size_t at = 0, size;
        const char *text;
        while (status == TKZ_OK && tkz__text_list_next(lists[i], &at, &text, &size))
            status = put_bytes(writer, fields[i], text, size);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < TKZ__META_NAMES; i++) {
        status = put_number(writer, FIRST_ID + i, (uint64_t)(int64_t)options->ids[i]);
        if (status == TKZ_OK)
            status = put_bytes(writer, FIRST_NAME + i, options->names[i].data,
                               options->names[i].size);
    }
    if (status == TKZ_OK)
        status = put_bytes(writer, UNK_SURFACE, options->unk_surface.data,
                           options->unk_surface.size);
    if (status == TKZ_OK && options->required.size > 0)
        status = put_bytes(writer, REQUIRED, options->required.data, options->required.size);
    return status;
}

static tkz_status put_trainer(model_writer *writer, const tkz_unigram_options *options,
                              size_t size)
{
    const tkz__piece_rules *rules = &options->rules;
    const struct {
        uint32_t field;
        uint64_t value;
    } numbers[] = {{MODEL_TYPE, MODEL_UNIGRAM}, {VOCAB_SIZE, size},
                   {SEED_SIZE, options->seed_size}, {SUB_ITERATIONS, options->sub_iterations},
                   {LONGEST, rules->longest}, {BY_SCRIPT, rules->split_by_script},
                   {BY_WHITESPACE, rules->split_by_space}, {BY_NUMBER, rules->split_by_number},
                   {AS_SUFFIX, rules->space_is_suffix}, {DIGITS, rules->split_digits},
                   {WHITESPACE_ONLY, rules->keep_spaces},
                   {HARD_LIMIT, options->hard_vocab_limit},
                   {BYTE_FALLBACK, options->byte_fallback}};
    tkz_status status = put_float(writer, COVERAGE, (float)options->character_coverage);
    if (status == TKZ_OK)
        status = put_float(writer, SHRINKING, (float)options->shrinking_factor);
    for (size_t i = 0; status == TKZ_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        status = put_number(writer, numbers[i].field, numbers[i].value);
    if (status == TKZ_OK)
        status = put_lists(writer, options);
    return end_message(writer, TRAINER, status);
}

static tkz_status put_normalizer(model_writer *writer, const tkz_unigram_options *options)
{
    tkz_status status = put_bytes(writer, NAME, "identity", 8);
    if (status == TKZ_OK)
        status = put_number(writer, DUMMY_PREFIX, options->add_dummy_prefix);
    if (status == TKZ_OK)
        status = put_number(writer, EXTRA_WHITESPACES, options->remove_extra_whitespaces);
    if (status == TKZ_OK)
        status = put_number(writer, ESCAPE_WHITESPACES, 1);
    return end_message(writer, NORMALIZER, status);
}

tkz_status tkz__unigram_model(const tkz_unigram_options *options, const tkz__meta_tokens *meta,
                              const tkz__final_pieces *pieces, const tkz_allocator *allocator,
                              tkz_bytes *model, tkz_error *error)
{
    model_writer writer = {.error = error};
    size_t size = meta->count + pieces->count;
    tkz__buffer_init(&writer.model, allocator);
    tkz__buffer_init(&writer.message, allocator);
    tkz_status status = put_pieces(&writer, meta, pieces, options->vocab_size);
    if (status == TKZ_OK)
        status = put_trainer(&writer, options, size);
    if (status == TKZ_OK)
        status = put_normalizer(&writer, options);
    if (status == TKZ_OK)
        tkz__buffer_release(&writer.model, model);
    tkz__buffer_free(&writer.message);
    tkz__buffer_free(&writer.model);
    return status;
}
