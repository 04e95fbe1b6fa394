/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained BPE of pieces as a SentencePiece model: pieces, trainer_spec, normalizer_spec
 * (sentencepiece 0.2.3: src/sentencepiece_model.proto). Leans on bpe_trainer.h and the protocol buffers
 * of io.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/protobuf_reader.h"
#include "train/bpe_trainer.h"

/* Fields, and the types of pieces. */
enum {
    PIECES = 1, TRAINER = 2, NORMALIZER = 3,
    TEXT = 1, SCORE = 2, TYPE = 3,
    NORMAL = 1, UNKNOWN = 2, CONTROL = 3, BYTE = 6,
    MODEL_TYPE = 3, VOCAB_SIZE = 4, CHARACTER_COVERAGE = 10, MAX_LENGTH = 20,
    BY_SCRIPT = 21, BY_WHITESPACE = 22, BY_NUMBER = 23, DIGITS = 25, WHITESPACE_ONLY = 26,
    BYTE_FALLBACK = 35,
    MODEL_BPE = 2,
    NAME = 1, DUMMY_PREFIX = 3, EXTRA_WHITESPACES = 4, ESCAPE_WHITESPACES = 5
};

typedef struct model_writer {
    const tkz_bpe_trainer *trainer;
    tkz__buffer model;
    tkz__buffer message; /* the one that is being made */
    tkz_error *error;
} model_writer;

static tkz_status put_number(model_writer *writer, uint32_t field, uint64_t value)
{
    return tkz__protobuf_put_number(&writer->message, field, value, writer->error);
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
                            uint32_t type)
{
    tkz_status status =
        tkz__protobuf_put_bytes(&writer->message, TEXT, text, size, writer->error);
    if (status == TKZ_OK)
        status = put_float(writer, SCORE, score);
    if (status == TKZ_OK && type != NORMAL)
        status = put_number(writer, TYPE, type);
    return end_message(writer, PIECES, status);
}

/* ---- Pieces ---------------------------------------------------------------------- */

static bool is_meta(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < TKZ__BPE_META; i++)
        if (strlen(tkz__bpe_meta[i]) == size && memcmp(text, tkz__bpe_meta[i], size) == 0)
            return true;
    return false;
}

static tkz_status put_fixed(model_writer *writer)
{
    const tkz_bpe_options *options = writer->trainer->options;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < TKZ__BPE_META; i++)
        status = put_piece(writer, tkz__bpe_meta[i], strlen(tkz__bpe_meta[i]), 0,
                           i == 0 ? UNKNOWN : CONTROL);
    for (size_t i = 0; status == TKZ_OK && i < options->specials.count; i++) {
        const tkz__byte_map_entry *entry = &options->specials.entries[i];
        const uint8_t *text = tkz__byte_map_key(&options->specials, entry);
        if (!is_meta(text, entry->key_size))
            status = put_piece(writer, text, entry->key_size, 0, CONTROL);
    }
    for (unsigned byte = 0; status == TKZ_OK && options->byte_fallback && byte < 256; byte++) {
        char text[8];
        (void)snprintf(text, sizeof text, "<0x%02X>", byte);
        status = put_piece(writer, text, 6, 0, BYTE);
    }
    return status;
}

typedef struct ranked_symbol {
    uint64_t count;
    uint32_t id; /* ascending with code points */
} ranked_symbol;

static int compare_symbols(const void *left, const void *right)
{
    const ranked_symbol *first = left, *second = right;
    if (first->count != second->count)
        return first->count > second->count ? -1 : 1;
    return first->id < second->id ? -1 : 1;
}

/* The alphabet, most frequent characters first, with scores that go on from those of the merges. */
static tkz_status put_alphabet(model_writer *writer, size_t merges)
{
    const tkz__bpe_alphabet *alphabet = &writer->trainer->alphabet;
    ranked_symbol *list = tkz__allocate_array(&alphabet->allocator, alphabet->count, sizeof *list);
    if (list == NULL)
        return tkz__error_memory(writer->error, alphabet->count * sizeof *list);
    for (uint32_t id = 0; id < alphabet->count; id++)
        list[id] = (ranked_symbol){alphabet->counts[id], id};
    qsort(list, alphabet->count, sizeof *list, compare_symbols);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < alphabet->count; i++) {
        char text[4];
        size_t size = tkz__bpe_alphabet_spell(alphabet, list[i].id, text);
        status = put_piece(writer, text, size, -(float)(merges + i), NORMAL);
    }
    tkz__release_array(&alphabet->allocator, list, alphabet->count, sizeof *list);
    return status;
}

static tkz_status put_pieces(model_writer *writer, size_t merges)
{
    const tkz__bpe_tokens *tokens = &writer->trainer->tokens;
    tkz_status status = put_fixed(writer);
    for (size_t i = 0; status == TKZ_OK && i < merges; i++) {
        const tkz__bpe_token *token = &tokens->tokens[writer->trainer->alphabet.count + i];
        status = put_piece(writer, tokens->texts + token->text, token->bytes, -(float)i, NORMAL);
    }
    return status == TKZ_OK ? put_alphabet(writer, merges) : status;
}

/* ---- Settings -------------------------------------------------------------------- */

static tkz_status put_trainer(model_writer *writer, size_t merges)
{
    const tkz_bpe_options *options = writer->trainer->options;
    const struct {
        uint32_t field;
        uint64_t value;
    } numbers[] = {{MAX_LENGTH, options->longest_characters},
                   {BY_SCRIPT, (options->split & TKZ_BPE_SPLIT_SCRIPTS) != 0},
                   {BY_WHITESPACE, (options->split & TKZ_BPE_SPLIT_SPACES) != 0},
                   {BY_NUMBER, (options->split & TKZ_BPE_SPLIT_NUMBERS) != 0},
                   {DIGITS, (options->split & TKZ_BPE_SPLIT_DIGITS) != 0},
                   {WHITESPACE_ONLY, (options->split & TKZ_BPE_KEEP_SPACES) != 0},
                   {BYTE_FALLBACK, options->byte_fallback}};
    tkz_status status = put_number(writer, MODEL_TYPE, MODEL_BPE);
    if (status == TKZ_OK)
        status = put_number(writer, VOCAB_SIZE, writer->trainer->base + merges);
    if (status == TKZ_OK)
        status = put_float(writer, CHARACTER_COVERAGE, (float)options->coverage);
    for (size_t i = 0; status == TKZ_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        status = put_number(writer, numbers[i].field, numbers[i].value);
    return end_message(writer, TRAINER, status);
}

static tkz_status put_normalizer(model_writer *writer, int32_t dummy_prefix)
{
    tkz_status status =
        tkz__protobuf_put_bytes(&writer->message, NAME, "identity", 8, writer->error);
    if (status == TKZ_OK)
        status = put_number(writer, DUMMY_PREFIX, dummy_prefix != 0);
    if (status == TKZ_OK)
        status = put_number(writer, EXTRA_WHITESPACES, 0);
    if (status == TKZ_OK)
        status = put_number(writer, ESCAPE_WHITESPACES, 1);
    return end_message(writer, NORMALIZER, status);
}

tkz_status tkz_bpe_trainer_sentencepiece(const tkz_bpe_trainer *trainer, uint32_t size,
                                         int32_t dummy_prefix, tkz_bytes *bytes, tkz_error *error)
{
    size_t merges;
    memset(bytes, 0, sizeof *bytes);
    if (trainer->options->order != TKZ_BPE_ORDER_SENTENCEPIECE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "only a vocabulary of the order of sentencepiece makes a "
                              "SentencePiece model: others need the list of their merges");
    tkz_status status = tkz__bpe_trainer_part(trainer, size, &merges, error);
    if (status != TKZ_OK)
        return status;
    model_writer writer = {.trainer = trainer, .error = error};
    tkz__buffer_init(&writer.model, &trainer->allocator);
    tkz__buffer_init(&writer.message, &trainer->allocator);
    status = put_pieces(&writer, merges);
    if (status == TKZ_OK)
        status = put_trainer(&writer, merges);
    if (status == TKZ_OK)
        status = put_normalizer(&writer, dummy_prefix);
    if (status == TKZ_OK)
        tkz__buffer_release(&writer.model, bytes);
    tkz__buffer_free(&writer.message);
    tkz__buffer_free(&writer.model);
    return status;
}
