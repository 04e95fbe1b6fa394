/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained BPE as a tokenizer: byte-level, or of characters with the list of merges. Leans on
 * bpe_trainer.h and subword's tokenizer builder.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "train/bpe_required.h"

typedef struct model_maker {
    const tkz_bpe_trainer *trainer;
    tkz__tokenizer_builder *builder;
    tkz__bpe_vocabulary vocabulary;
    uint32_t specials;     /* id of the first special token */
    uint32_t bytes;        /* of <0x00>, if there are such */
    uint32_t symbols;      /* of the first symbol of the alphabet */
    uint32_t first_merge;
    tkz__buffer text;
    tkz__buffer steps; /* how the pre-tokenizer is spelled, if it has no name: the builder reads them at the end */
    tkz__pre_tokenizer own;
    tkz_error *error;
} model_maker;

/* ---- Provenance ------------------------------------------------------------------- */

/* The bytes of a JSON string's inside: steps have quotes and backslashes. */
static tkz_status put_escaped(tkz__buffer *json, const char *text, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (; status == TKZ_OK && *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            status = tkz__buffer_append_byte(json, '\\', error);
        if (status == TKZ_OK && (uint8_t)*text < 0x20)
            status = tkz__buffer_append_format(json, error, "\\u%04x", (unsigned)*text);
        else if (status == TKZ_OK)
            status = tkz__buffer_append_byte(json, (uint8_t)*text, error);
    }
    return status;
}

tkz_status tkz__bpe_trainer_provenance(const tkz_bpe_trainer *trainer, uint32_t size,
                                       tkz__buffer *json, tkz_error *error)
{
    static const char *const orders[] = {"hf", "rustbpe", "sentencepiece"};
    const tkz_bpe_options *options = trainer->options;
    tkz_status status = tkz__buffer_append_format(
        json, error,
        "{\"trainer\":\"bpe\",\"size\":%" PRIu32 ",\"minimum_count\":%" PRIu64
        ",\"unit\":\"%s\",\"order\":\"%s\",\"pre_tokenizer\":\"",
        size, options->minimum_count, options->unit == TKZ_BPE_BYTES ? "bytes" : "characters",
        orders[options->order]);
    if (status == TKZ_OK)
        status = put_escaped(json, tkz__bpe_options_words(options), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(json, error, "\",\"types\":%" PRIu64 ",\"tokens\":%" PRIu64,
                                           trainer->types, trainer->occurrences);
    if (status == TKZ_OK && trainer->transition != 0)
        status = tkz__buffer_append_format(json, error, ",\"super_words\":%" PRIu32, trainer->transition);
    if (status == TKZ_OK && options->required_tokens.count > 0)
        status = tkz__buffer_append_format(json, error, ",\"required_tokens\":%zu", options->required_tokens.count);
    return status == TKZ_OK ? tkz__buffer_append_byte(json, '}', error) : status;
}

static tkz_status set_provenance(model_maker *maker)
{
    tkz__buffer json;
    tkz__buffer_init(&json, &maker->trainer->allocator);
    tkz_status status = tkz__bpe_trainer_provenance(
        maker->trainer, maker->trainer->base + (uint32_t)maker->vocabulary.merges, &json, maker->error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_provenance(
            maker->builder, (const char *)json.data, json.size, maker->error);
    tkz__buffer_free(&json);
    return status;
}

/* ---- Ids --------------------------------------------------------------------------- */

static void place_ids(model_maker *maker)
{
    const tkz_bpe_options *options = maker->trainer->options;
    uint32_t specials = (uint32_t)options->specials.count;
    uint32_t bytes = options->byte_fallback ? 256 : 0;
    bool specials_last = options->order == TKZ_BPE_ORDER_RUSTBPE;
    maker->bytes = specials_last ? 0 : specials;
    maker->symbols = maker->bytes + bytes;
    maker->first_merge = maker->symbols + maker->trainer->alphabet.count;
    maker->specials = specials_last ? maker->first_merge + (uint32_t)maker->vocabulary.merges : 0;
}

/* The model's id of a token of the trainer. */
static uint32_t model_id(const model_maker *maker, uint32_t token)
{
    return maker->symbols + token;
}

/* ---- Tokens ------------------------------------------------------------------------ */

static tkz_status add_specials(model_maker *maker)
{
    const tkz__byte_map *specials = &maker->trainer->options->specials;
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < specials->count; i++) {
        const tkz__byte_map_entry *entry = &specials->entries[i];
        const char *text = (const char *)tkz__byte_map_key(specials, entry);
        status = tkz__tokenizer_builder_add_token(maker->builder, maker->specials + i, text,
                                                  entry->key_size, maker->error);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_add_added(maker->builder, maker->specials + i, text,
                                                      entry->key_size, TKZ__ADDED_SPECIAL,
                                                      maker->error);
    }
    return status;
}

static tkz_status add_byte_pieces(model_maker *maker)
{
    tkz_status status = TKZ_OK;
    for (uint32_t byte = 0;
         status == TKZ_OK && maker->trainer->options->byte_fallback && byte < 256; byte++) {
        char text[8];
        (void)snprintf(text, sizeof text, "<0x%02X>", (unsigned)byte);
        status = tkz__tokenizer_builder_add_token(maker->builder, maker->bytes + byte, text, 6,
                                                  maker->error);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_set_piece(maker->builder, maker->bytes + byte, 0,
                                                      TKZ__PIECE_BYTE, maker->error);
    }
    return status;
}

static tkz_status add_tokens(model_maker *maker)
{
    tkz_status status = TKZ_OK;
    size_t count = maker->trainer->alphabet.count + maker->vocabulary.merges;
    for (uint32_t token = 0; status == TKZ_OK && token < count; token++) {
        tkz__buffer_clear(&maker->text);
        status = tkz__bpe_tokens_spell(maker->vocabulary.tokens, &maker->trainer->alphabet, token, &maker->text,
                                       maker->error);
        if (status == TKZ_OK)
            status = tkz__tokenizer_builder_add_token(maker->builder, model_id(maker, token),
                                                      maker->text.data, maker->text.size,
                                                      maker->error);
    }
    const tkz__bpe_token *tokens = maker->vocabulary.tokens->tokens;
    for (uint32_t token = maker->trainer->alphabet.count; status == TKZ_OK && token < count;
         token++)
        status = tkz__tokenizer_builder_join_to(
            maker->builder, model_id(maker, tokens[token].left),
            model_id(maker, tokens[token].right), model_id(maker, token), maker->error);
    return status;
}

/* ---- The model ---------------------------------------------------------------------- */

/* The id of the special token for unknown characters, if one is called so. */
static uint32_t find_unknown(const model_maker *maker)
{
    static const char *const names[] = {"<unk>", "[UNK]"};
    const tkz__byte_map *specials = &maker->trainer->options->specials;
    for (size_t name = 0; name < sizeof names / sizeof names[0]; name++) {
        for (uint32_t i = 0; i < specials->count; i++) {
            const tkz__byte_map_entry *entry = &specials->entries[i];
            if (entry->key_size == strlen(names[name]) &&
                memcmp(tkz__byte_map_key(specials, entry), names[name], entry->key_size) == 0)
                return maker->specials + i;
        }
    }
    return TKZ__NO_TOKEN;
}

static void set_kind(model_maker *maker)
{
    const tkz_bpe_options *options = maker->trainer->options;
    if (options->unit == TKZ_BPE_BYTES)
        return;
    const tkz__piece_settings settings = {.unknown = find_unknown(maker),
                                          .byte_fallback = options->byte_fallback};
    tkz__tokenizer_builder_set_kind(maker->builder, TKZ__MODEL_CHARACTER_BPE);
    tkz__tokenizer_builder_set_pieces(maker->builder, &settings);
}

static tkz_status make(model_maker *maker, tkz_tokenizer **tokenizer)
{
    place_ids(maker);
    set_kind(maker);
    tkz_status status = add_specials(maker);
    if (status == TKZ_OK)
        status = add_byte_pieces(maker);
    if (status == TKZ_OK)
        status = add_tokens(maker);
    if (status == TKZ_OK)
        status = set_provenance(maker);
    return status == TKZ_OK
               ? tkz__tokenizer_builder_finish(maker->builder, tokenizer, maker->error)
               : status;
}

/* A builder with the pre-tokenizer. Of steps that of bytes needs byte_level among them, as in HF. */
static tkz_status begin(model_maker *maker)
{
    static const char bytes[] = ",byte_level-hf0.23:prefix_space=false:regex=false";
    const tkz_bpe_trainer *trainer = maker->trainer;
    const tkz_bpe_options *options = trainer->options;
    const tkz__pre_tokenizer *words = options->pre_tokenizer;
    if (options->steps == NULL)
        return tkz__tokenizer_builder_new(&maker->builder, words == NULL ? &tkz__pre_tokenizer_none : words,
                                          &trainer->allocator, maker->error);
    tkz__buffer *steps = &maker->steps;
    tkz_status status = tkz__buffer_append_text(steps, options->steps, maker->error);
    if (status == TKZ_OK && options->unit == TKZ_BPE_BYTES && strstr(options->steps, "byte_level-") == NULL)
        status = tkz__buffer_append_text(steps, bytes, maker->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(steps, 0, maker->error);
    if (status != TKZ_OK)
        return status;
    maker->own = tkz__pre_tokenizer_of_steps((const char *)steps->data);
    return tkz__tokenizer_builder_new(&maker->builder, &maker->own, &trainer->allocator, maker->error);
}

tkz_status tkz_bpe_trainer_tokenizer(const tkz_bpe_trainer *trainer, uint32_t size,
                                     tkz_tokenizer **tokenizer, tkz_error *error)
{
    const tkz_bpe_options *options = trainer->options;
    model_maker maker = {.trainer = trainer, .error = error};
    *tokenizer = NULL;
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "a vocabulary of the order of sentencepiece is made as a "
                              "SentencePiece model");
    tkz_status status = TKZ_OK;
    if (size != 0 && size <= trainer->transition && size < tkz_bpe_trainer_size(trainer))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids has no super-words: these begin at %" PRIu32, size,
                              trainer->transition);
    tkz__buffer_init(&maker.text, &trainer->allocator);
    tkz__buffer_init(&maker.steps, &trainer->allocator);
    status = tkz__bpe_vocabulary_init(&maker.vocabulary, trainer, size, error);
    if (status == TKZ_OK)
        status = begin(&maker);
    if (status == TKZ_OK)
        status = make(&maker, tokenizer);
    tkz__buffer_free(&maker.text);
    tkz__buffer_free(&maker.steps);
    tkz__bpe_vocabulary_free(&maker.vocabulary);
    tkz__tokenizer_builder_free(maker.builder);
    return status;
}
