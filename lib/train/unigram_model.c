/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained Unigram vocabulary as a SentencePiece model (sentencepiece 0.2.3:
 * src/sentencepiece_model.proto). Leans on unigram_trainer.h and piece_model_writer.h.
 */
#include "train/piece_model_writer.h"
#include "train/unigram_trainer.h"

/* Fields of the trainer's settings, beside those of piece_model_writer.h. */
enum {
    SEED_SIZE = 14, SHRINKING = 15, SUB_ITERATIONS = 17, AS_SUFFIX = 24, CONTROL_SYMBOLS = 30,
    USER_SYMBOLS = 31, HARD_LIMIT = 33, REQUIRED = 36, FIRST_ID = 40, UNK_SURFACE = 44,
    FIRST_NAME = 45, MODEL_UNIGRAM = 1
};

static tkz_status put_meta(tkz__model_writer *writer, const tkz__meta_token *token)
{
    return token->text != NULL
               ? tkz__model_writer_piece(writer, token->text, token->size, 0, (uint32_t)token->type)
               : tkz__model_writer_byte(writer, (uint8_t)token->byte);
}

/* Tokens that are not trained have their ids; the others fill what is between and behind. */
static tkz_status put_pieces(tkz__model_writer *writer, const tkz__meta_tokens *meta,
                             const tkz__final_pieces *pieces, uint32_t size)
{
    size_t next_meta = 0, next = 0;
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < size; id++) {
        if (next_meta < meta->count && meta->tokens[next_meta].id == id) {
            status = put_meta(writer, &meta->tokens[next_meta++]);
        } else if (next < pieces->count) {
            const tkz__final_piece *piece = &pieces->pieces[next++];
            status = tkz__model_writer_piece(writer, pieces->texts.data + piece->start,
                                             piece->size, piece->score, TKZ__MODEL_NORMAL);
        }
    }
    return status;
}

static tkz_status put_lists(tkz__model_writer *writer, const tkz_unigram_options *options)
{
    const tkz__text_list *lists[] = {&options->control, &options->user};
    const uint32_t fields[] = {CONTROL_SYMBOLS, USER_SYMBOLS};
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < 2; i++) {
        size_t at = 0, size;
        const char *text;
        while (status == TKZ_OK && tkz__text_list_next(lists[i], &at, &text, &size))
            status = tkz__model_writer_bytes(writer, fields[i], text, size);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < TKZ__META_NAMES; i++) {
        const tkz__model_number id = {FIRST_ID + i, (uint64_t)(int64_t)options->ids[i]};
        status = tkz__model_writer_numbers(writer, &id, 1);
        if (status == TKZ_OK)
            status = tkz__model_writer_bytes(writer, FIRST_NAME + i, options->names[i].data,
                                             options->names[i].size);
    }
    if (status == TKZ_OK)
        status = tkz__model_writer_bytes(writer, UNK_SURFACE, options->unk_surface.data,
                                         options->unk_surface.size);
    if (status == TKZ_OK && options->required.size > 0)
        status = tkz__model_writer_bytes(writer, REQUIRED, options->required.data,
                                         options->required.size);
    return status;
}

static tkz_status put_trainer(tkz__model_writer *writer, const tkz_unigram_options *options,
                              size_t size)
{
    const tkz__piece_rules *rules = &options->rules;
    const tkz__model_number numbers[] = {
        {TKZ__TRAINER_MODEL_TYPE, MODEL_UNIGRAM},
        {TKZ__TRAINER_VOCAB_SIZE, size},
        {SEED_SIZE, options->seed_size},
        {SUB_ITERATIONS, options->sub_iterations},
        {TKZ__TRAINER_LONGEST, rules->longest},
        {TKZ__TRAINER_BY_SCRIPT, rules->split_by_script},
        {TKZ__TRAINER_BY_WHITESPACE, rules->split_by_space},
        {TKZ__TRAINER_BY_NUMBER, rules->split_by_number},
        {AS_SUFFIX, rules->space_is_suffix},
        {TKZ__TRAINER_DIGITS, rules->split_digits},
        {TKZ__TRAINER_WHITESPACE_ONLY, rules->keep_spaces},
        {HARD_LIMIT, options->hard_vocab_limit},
        {TKZ__TRAINER_BYTE_FALLBACK, options->byte_fallback}};
    tkz_status status = tkz__model_writer_float(writer, TKZ__TRAINER_COVERAGE,
                                                (float)options->character_coverage);
    if (status == TKZ_OK)
        status = tkz__model_writer_float(writer, SHRINKING, (float)options->shrinking_factor);
    if (status == TKZ_OK)
        status = tkz__model_writer_numbers(writer, numbers, sizeof numbers / sizeof numbers[0]);
    if (status == TKZ_OK)
        status = put_lists(writer, options);
    return tkz__model_writer_trainer(writer, status);
}

tkz_status tkz__unigram_model(const tkz_unigram_options *options, const tkz__meta_tokens *meta,
                              const tkz__final_pieces *pieces, const tkz_allocator *allocator,
                              tkz_bytes *model, tkz_error *error)
{
    tkz__model_writer writer;
    size_t size = meta->count + pieces->count;
    tkz__model_writer_init(&writer, allocator, error);
    tkz_status status = put_pieces(&writer, meta, pieces, options->vocab_size);
    if (status == TKZ_OK)
        status = put_trainer(&writer, options, size);
    if (status == TKZ_OK)
        status = tkz__model_writer_normalizer(&writer, options->add_dummy_prefix,
                                              options->remove_extra_whitespaces);
    if (status == TKZ_OK)
        tkz__buffer_release(&writer.model, model);
    tkz__model_writer_free(&writer);
    return status;
}
