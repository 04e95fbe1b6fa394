/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained BPE of pieces as a SentencePiece model: pieces, trainer_spec, normalizer_spec
 * (sentencepiece 0.2.3: src/sentencepiece_model.proto). Leans on bpe_trainer.h and
 * piece_model_writer.h.
 */
#include <stdlib.h>
#include <string.h>

#include "train/bpe_required.h"
#include "train/piece_model_writer.h"

enum { MODEL_BPE = 2 };

typedef struct model_writer {
    const tkz_bpe_trainer *trainer;
    tkz__bpe_vocabulary vocabulary;
    tkz__model_writer out;
} model_writer;

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
        status = tkz__model_writer_piece(&writer->out, tkz__bpe_meta[i], strlen(tkz__bpe_meta[i]), 0,
                           i == 0 ? TKZ__MODEL_UNKNOWN : TKZ__MODEL_CONTROL);
    for (size_t i = 0; status == TKZ_OK && i < options->specials.count; i++) {
        const tkz__byte_map_entry *entry = &options->specials.entries[i];
        const uint8_t *text = tkz__byte_map_key(&options->specials, entry);
        if (!is_meta(text, entry->key_size))
            status = tkz__model_writer_piece(&writer->out, text, entry->key_size, 0, TKZ__MODEL_CONTROL);
    }
    for (unsigned byte = 0; status == TKZ_OK && options->byte_fallback && byte < 256; byte++)
        status = tkz__model_writer_byte(&writer->out, (uint8_t)byte);
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
        return tkz__error_memory(writer->out.error, alphabet->count * sizeof *list);
    for (uint32_t id = 0; id < alphabet->count; id++)
        list[id] = (ranked_symbol){alphabet->counts[id], id};
    qsort(list, alphabet->count, sizeof *list, compare_symbols);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < alphabet->count; i++) {
        char text[4];
        size_t size = tkz__bpe_alphabet_spell(alphabet, list[i].id, text);
        status = tkz__model_writer_piece(&writer->out, text, size, -(float)(merges + i), TKZ__MODEL_NORMAL);
    }
    tkz__release_array(&alphabet->allocator, list, alphabet->count, sizeof *list);
    return status;
}

static tkz_status put_pieces(model_writer *writer)
{
    const tkz__bpe_tokens *tokens = writer->vocabulary.tokens;
    size_t merges = writer->vocabulary.merges;
    tkz_status status = put_fixed(writer);
    for (size_t i = 0; status == TKZ_OK && i < merges; i++) {
        const tkz__bpe_token *token = &tokens->tokens[writer->trainer->alphabet.count + i];
        status = tkz__model_writer_piece(&writer->out, tokens->texts + token->text, token->bytes,
                                         -(float)i, TKZ__MODEL_NORMAL);
    }
    return status == TKZ_OK ? put_alphabet(writer, merges) : status;
}

/* ---- Settings -------------------------------------------------------------------- */

static tkz_status put_trainer(model_writer *writer)
{
    const tkz_bpe_options *options = writer->trainer->options;
    const tkz__model_number numbers[] = {
        {TKZ__TRAINER_LONGEST, options->longest_characters},
        {TKZ__TRAINER_BY_SCRIPT, (options->split & TKZ_BPE_SPLIT_SCRIPTS) != 0},
        {TKZ__TRAINER_BY_WHITESPACE, (options->split & TKZ_BPE_SPLIT_SPACES) != 0},
        {TKZ__TRAINER_BY_NUMBER, (options->split & TKZ_BPE_SPLIT_NUMBERS) != 0},
        {TKZ__TRAINER_DIGITS, (options->split & TKZ_BPE_SPLIT_DIGITS) != 0},
        {TKZ__TRAINER_WHITESPACE_ONLY, (options->split & TKZ_BPE_KEEP_SPACES) != 0},
        {TKZ__TRAINER_BYTE_FALLBACK, options->byte_fallback},
        {TKZ__TRAINER_MODEL_TYPE, MODEL_BPE},
        {TKZ__TRAINER_VOCAB_SIZE, writer->trainer->base + writer->vocabulary.merges}};
    tkz_status status =
        tkz__model_writer_float(&writer->out, TKZ__TRAINER_COVERAGE, (float)options->coverage);
    if (status == TKZ_OK)
        status = tkz__model_writer_numbers(&writer->out, numbers, sizeof numbers / sizeof numbers[0]);
    return tkz__model_writer_trainer(&writer->out, status);
}

tkz_status tkz_bpe_trainer_sentencepiece(const tkz_bpe_trainer *trainer, uint32_t size,
                                         int32_t dummy_prefix, tkz_bytes *bytes, tkz_error *error)
{
    memset(bytes, 0, sizeof *bytes);
    if (trainer->options->order != TKZ_BPE_ORDER_SENTENCEPIECE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "only a vocabulary of the order of sentencepiece makes a "
                              "SentencePiece model: others need the list of their merges");
    model_writer writer = {.trainer = trainer};
    tkz_status status = tkz__bpe_vocabulary_init(&writer.vocabulary, trainer, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__model_writer_init(&writer.out, &trainer->allocator, error);
    status = put_pieces(&writer);
    if (status == TKZ_OK)
        status = put_trainer(&writer);
    if (status == TKZ_OK)
        status = tkz__model_writer_normalizer(&writer.out, dummy_prefix != 0, false);
    if (status == TKZ_OK)
        tkz__buffer_release(&writer.out.model, bytes);
    tkz__model_writer_free(&writer.out);
    tkz__bpe_vocabulary_free(&writer.vocabulary);
    return status;
}
