/* SPDX-License-Identifier: Apache-2.0
 *
 * A BPE whose merges go on, on other words than those that it was trained on. Its tokens are the symbols
 * that the training begins with. Leans on vocabulary_rows and on the greedy loop of BPE training.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tokenize/vocabulary.h"
#include "train/bpe_merges.h"
#include "train/vocabulary_rows.h"
#include "train/vocabulary_scores.h"

typedef struct extender {
    const tkz_tokenizer *tokenizer;
    tkz_allocator allocator;
    tkz_bpe_options *options; /* unit and order as the model has them; its tokens are forbidden */
    const tkz_word_list *words;
    const tkz_progress_callback *progress;
    uint32_t first;      /* ids of the model */
    uint32_t characters; /* new ones */
    tkz__new_token *made; /* the characters, then what merges make */
    size_t made_count;
    size_t made_capacity;
    tkz__buffer texts; /* of `made`, one behind the other */
    bool has_marks;
    tkz_error *error;
} extender;

/* ---- Options ---------------------------------------------------------------------- */

static tkz_status reserve_tokens(extender *own)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < own->first; id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz_tokenizer_token(own->tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK)
            status = tkz__bpe_options_reserve(own->options, (const char *)bytes, size, own->error);
    }
    return status;
}

static bool has_digit(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] >= '0' && bytes[i] <= '9')
            return true;
    return false;
}

/* Does the vocabulary keep digits apart, as sentencepiece's split_digits does? There are some, and no
 * piece of more than one character has one. */
static bool splits_digits(const tkz_tokenizer *tokenizer)
{
    uint32_t alone = 0;
    for (uint32_t id = 0; id < tkz_tokenizer_size(tokenizer); id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz__tokenizer_type(tokenizer, id) != TKZ__PIECE_NORMAL ||
            tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK ||
            !has_digit(bytes, size) || tkz__piece_byte(bytes, size) >= 0)
            continue;
        if (size > 1)
            return false;
        alone++;
    }
    return alone > 0;
}

static tkz_status take_options(extender *own, const tkz_bpe_options *options)
{
    tkz_bpe_options given = *options;
    tkz__model_kind kind = tkz__tokenizer_kind(own->tokenizer);
    if (kind != TKZ__MODEL_BYTE_BPE && kind != TKZ__MODEL_CHARACTER_BPE)
        return tkz__error_set(own->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "only a BPE has merges that can go on; pieces can be appended to a "
                              "model of another kind, or vocabularies merged");
    if (options->size <= own->first)
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                              "the model has %" PRIu32 " ids already; %" PRIu32 " are no more",
                              own->first, options->size);
    if (options->required_tokens.count > 0)
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_OPTION, "require_token", TKZ__NO_OFFSET,
                              "required tokens are of training; extend the model with words that have them, or append them");
    given.unit = kind == TKZ__MODEL_BYTE_BPE ? TKZ_BPE_BYTES : TKZ_BPE_CHARACTERS;
    given.order = own->has_marks ? TKZ_BPE_ORDER_SENTENCEPIECE : TKZ_BPE_ORDER_HF;
    given.pre_tokenizer = NULL;
    given.byte_fallback = false;
    if (own->has_marks && !given.is_split_set) {
        given.split = TKZ_BPE_SPLIT_SCRIPTS | TKZ_BPE_SPLIT_NUMBERS | TKZ_BPE_SPLIT_SPACES;
        if (splits_digits(own->tokenizer))
            given.split |= TKZ_BPE_SPLIT_DIGITS;
        given.is_split_set = true;
    }
    tkz_status status = tkz__bpe_options_check(&given, own->error);
    if (status == TKZ_OK)
        status = tkz__bpe_options_copy(&own->options, &given, &own->allocator, own->error);
    return status == TKZ_OK ? reserve_tokens(own) : status;
}

static tkz_status check_words(extender *own)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < own->words->count; i++) {
        if (own->words->offsets[i + 1] < own->words->offsets[i])
            return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, i,
                                  "the offsets of words do not ascend");
        if (__builtin_add_overflow(sum, own->words->counts[i], &sum))
            return tkz__error_set(own->error, TKZ_STATUS_OVERFLOW, NULL, i,
                                  "all words together occur more than 2^64-1 times");
    }
    return sum > 0 ? TKZ_OK
                   : tkz__error_set(own->error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                                    "there are no words to train on: no document has text, or the table of counts is "
                                    "empty");
}

/* ---- New tokens ------------------------------------------------------------------- */

/* Appends a token whose bytes are the last ones of own->texts. Its place there is noted first: the
 * buffer moves. */
static tkz_status add_made(extender *own, size_t size, uint32_t left, uint32_t right)
{
    tkz_status status =
        tkz__array_reserve(&own->allocator, (void **)&own->made, &own->made_capacity,
                           own->made_count + 1, sizeof *own->made, own->error);
    if (status == TKZ_OK)
        own->made[own->made_count++] = (tkz__new_token){.size = (uint32_t)size, .left = left,
                                                        .right = right,
                                                        .type = TKZ__PIECE_NORMAL};
    return status;
}

/* Sets where the bytes of all tokens are, once these stay. */
static void place_texts(extender *own)
{
    size_t at = 0;
    for (size_t i = 0; i < own->made_count; i++) {
        own->made[i].bytes = own->texts.data + at;
        at += own->made[i].size;
    }
}

/* A text with a control character is none that a piece should have: line ends are bytes of their own in
 * models with byte fallback, and must stay. */
static bool is_control(const char *text, size_t size)
{
    return size == 1 && ((unsigned char)text[0] < 0x20 || (unsigned char)text[0] == 0x7F);
}

/* The characters of the alphabet that training would choose, as far as they are new. */
static tkz_status add_characters(extender *own)
{
    tkz__bpe_alphabet alphabet;
    if (own->options->unit == TKZ_BPE_BYTES)
        return TKZ_OK;
    tkz_status status =
        tkz__bpe_alphabet_init(&alphabet, own->options, own->words, own->error);
    if (status != TKZ_OK)
        return status;
    for (uint32_t id = 0; status == TKZ_OK && id < alphabet.count; id++) {
        char text[4];
        size_t size = tkz__bpe_alphabet_spell(&alphabet, id, text);
        if (is_control(text, size) ||
            tkz__byte_map_find(&own->options->forbidden, text, size) != NULL)
            continue;
        status = tkz__buffer_append(&own->texts, text, size, own->error);
        if (status == TKZ_OK)
            status = add_made(own, size, TKZ__NO_TOKEN, TKZ__NO_TOKEN);
    }
    tkz__bpe_alphabet_free(&alphabet);
    own->characters = (uint32_t)own->made_count;
    if (status == TKZ_OK && own->characters > own->options->size - own->first)
        status = tkz__error_set(own->error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                                "%" PRIu32 " new ids have no room for the %" PRIu32
                                " characters that the words have and the vocabulary has not; add "
                                "more, or make the coverage smaller",
                                own->options->size - own->first, own->characters);
    return status;
}

/* ---- Training --------------------------------------------------------------------- */

static tkz_status start_tokens(extender *own, tkz__bpe_tokens *tokens)
{
    tkz_status status = tkz__bpe_tokens_start(tokens, own->options, &own->allocator, own->error);
    for (uint32_t id = 0; status == TKZ_OK && id < own->first; id++) {
        const uint8_t *bytes = NULL;
        size_t size;
        if (tkz_tokenizer_token(own->tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            size = 0;
        status = tkz__bpe_tokens_add(tokens, bytes, size, own->error);
    }
    for (uint32_t i = 0; status == TKZ_OK && i < own->characters; i++)
        status = tkz__bpe_tokens_add(tokens, own->made[i].bytes, own->made[i].size, own->error);
    return status;
}

/* The words as the model with the new characters cuts them. */
static tkz_status cut_words(extender *own, tkz__bpe_words *words)
{
    const tkz__tokenizer_edit edit = {.is_bare = true, .first = own->first, .tokens = own->made,
                                      .token_count = own->characters};
    tkz_tokenizer *bare;
    tkz__vocabulary_rows rows;
    tkz_status status = tkz__tokenizer_edit_make(own->tokenizer, &edit, &own->allocator, &bare,
                                                 own->error);
    if (status != TKZ_OK)
        return status;
    status = tkz__vocabulary_rows_make(&rows, bare, own->words, own->has_marks, &own->allocator,
                                       own->error);
    if (status == TKZ_OK) {
        for (size_t i = 0; i < rows.id_count; i++)
            if (tkz__vocabulary_is_wall(bare, rows.ids[i]))
                rows.ids[i] = TKZ__BPE_BORDER;
        const tkz__bpe_rows own_rows = {rows.ids, rows.offsets, own->words->counts, rows.count};
        status = tkz__bpe_words_of_rows(words, &own_rows, own->options->memory, &own->allocator,
                                        own->error);
        tkz__vocabulary_rows_free(&rows);
    }
    tkz_tokenizer_free(bare);
    return status;
}

/* Appends the bytes of token `id`, old or new, to own->texts. `starts` of the new ones. */
static tkz_status append_bytes(extender *own, uint32_t id, const size_t *starts)
{
    const uint8_t *bytes;
    size_t size;
    if (id < own->first) {
        tkz_status status = tkz_tokenizer_token(own->tokenizer, id, &bytes, &size, NULL, own->error);
        return status == TKZ_OK ? tkz__buffer_append(&own->texts, bytes, size, own->error) : status;
    }
    size = own->made[id - own->first].size;
    tkz_status status = tkz__buffer_reserve(&own->texts, size, own->error);
    if (status == TKZ_OK) {
        memcpy(own->texts.data + own->texts.size, own->texts.data + starts[id - own->first], size);
        own->texts.size += size;
    }
    return status;
}

/* The merges that were found, as new tokens. */
static tkz_status take_merges(extender *own, const tkz__bpe_tokens *tokens)
{
    size_t base = (size_t)own->first + own->characters, count = tokens->count - own->first;
    size_t *starts = tkz__allocate_array(&own->allocator, count + 1, sizeof *starts);
    if (starts == NULL)
        return tkz__error_memory(own->error, (count + 1) * sizeof *starts);
    size_t at = 0;
    for (size_t i = 0; i < own->characters; i++) {
        starts[i] = at;
        at += own->made[i].size;
    }
    tkz_status status = TKZ_OK;
    for (size_t id = base; status == TKZ_OK && id < tokens->count; id++) {
        const tkz__bpe_token *token = &tokens->tokens[id];
        starts[id - own->first] = own->texts.size;
        status = append_bytes(own, token->left, starts);
        if (status == TKZ_OK)
            status = append_bytes(own, token->right, starts);
        if (status == TKZ_OK)
            status = add_made(own, own->texts.size - starts[id - own->first], token->left,
                              token->right);
    }
    tkz__release_array(&own->allocator, starts, count + 1, sizeof *starts);
    return status;
}

static tkz_status train(extender *own, tkz_extension *extension)
{
    tkz__bpe_tokens tokens = {0};
    tkz__bpe_words words = {0};
    tkz__bpe_merger merger = {0};
    place_texts(own);
    tkz_status status = start_tokens(own, &tokens);
    if (status == TKZ_OK)
        status = cut_words(own, &words);
    if (status == TKZ_OK)
        status = tkz__bpe_merger_init(&merger, &words, &tokens, &own->allocator, own->error);
    if (status == TKZ_OK)
        status = tkz__bpe_merger_run(&merger, own->options->size, own->first, own->options->size,
                                     own->progress, own->error);
    if (status == TKZ_OK)
        status = take_merges(own, &tokens);
    extension->is_done = merger.is_done;
    tkz__bpe_merger_free(&merger);
    tkz__bpe_words_free(&words);
    tkz__bpe_tokens_free(&tokens);
    return status;
}

/* ---- The model -------------------------------------------------------------------- */

/* Below all old scores: the merges first, as in sentencepiece's own models, then the characters, whose
 * scores say nothing. */
static void set_scores(extender *own)
{
    double score, greatest;
    size_t merges = own->made_count - own->characters;
    tkz__vocabulary_scores(own->tokenizer, &score, &greatest);
    for (size_t i = 0; i < own->made_count; i++) {
        score = tkz__vocabulary_score_below(score);
        own->made[i < merges ? own->characters + i : i - merges].score = score;
    }
}

static tkz_status make_model(extender *own, tkz_tokenizer **extended)
{
    tkz__buffer json;
    tkz__buffer_init(&json, &own->allocator);
    place_texts(own);
    set_scores(own);
    tkz_status status = tkz__buffer_append_format(
        &json, own->error,
        "{\"trainer\":\"extend\",\"first\":%" PRIu32 ",\"characters\":%" PRIu32
        ",\"merges\":%zu,\"minimum_count\":%" PRIu64 ",\"types\":%zu}",
        own->first, own->characters, own->made_count - own->characters,
        own->options->minimum_count, own->words->count);
    if (status == TKZ_OK) {
        const tkz__tokenizer_edit edit = {.first = own->first, .tokens = own->made,
                                          .token_count = (uint32_t)own->made_count,
                                          .provenance = (const char *)json.data,
                                          .provenance_size = json.size};
        status = tkz__tokenizer_edit_make(own->tokenizer, &edit, &own->allocator, extended,
                                          own->error);
    }
    tkz__buffer_free(&json);
    return status;
}

/* Does each new token encode to itself? */
static tkz_status check_tokens(extender *own, tkz_tokenizer *extended, tkz_extension *extension)
{
    size_t count = own->made_count;
    tkz_tokenizer *bare;
    uint64_t *offsets = tkz__allocate_array(&own->allocator, count + 1, sizeof *offsets);
    if (offsets == NULL)
        return tkz__error_memory(own->error, (count + 1) * sizeof *offsets);
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++)
        offsets[i + 1] = offsets[i] + own->made[i].size;
    const tkz_word_list words = {(const char *)own->texts.data, offsets, NULL, count};
    tkz_status status = tkz__vocabulary_bare(extended, &own->allocator, &bare, own->error);
    if (status == TKZ_OK) {
        status = tkz__vocabulary_count_others(bare, &words, own->first, &own->allocator,
                                              &extension->unreachable, &extension->example,
                                              own->error);
        tkz_tokenizer_free(bare);
    }
    if (status == TKZ_OK && own->options->unit == TKZ_BPE_BYTES)
        status = tkz__vocabulary_count_others(extended, &words, own->first, &own->allocator,
                                              &extension->cut, NULL, own->error);
    tkz__release_array(&own->allocator, offsets, count + 1, sizeof *offsets);
    return status;
}

tkz_status tkz_vocabulary_extend(const tkz_tokenizer *tokenizer, const tkz_bpe_options *options,
                                 const tkz_word_list *words, const tkz_progress_callback *progress,
                                 const tkz_allocator *allocator, tkz_tokenizer **extended,
                                 tkz_extension *extension, tkz_error *error)
{
    extender own = {.tokenizer = tokenizer, .words = words, .progress = progress, .error = error,
                    .allocator = tkz__allocator_or_default(allocator),
                    .first = tkz_tokenizer_size(tokenizer)};
    *extended = NULL;
    *extension = (tkz_extension){.first = own.first};
    own.has_marks = tkz__vocabulary_has_marks(tokenizer);
    tkz__buffer_init(&own.texts, &own.allocator);
    tkz_status status = take_options(&own, options);
    if (status == TKZ_OK)
        status = check_words(&own);
    if (status == TKZ_OK)
        status = add_characters(&own);
    if (status == TKZ_OK)
        status = train(&own, extension);
    if (status == TKZ_OK)
        status = make_model(&own, extended);
    if (status == TKZ_OK)
        status = check_tokens(&own, *extended, extension);
    extension->characters = own.characters;
    extension->merges = (uint32_t)(own.made_count - own.characters);
    if (status != TKZ_OK) {
        tkz_tokenizer_free(*extended);
        *extended = NULL;
    }
    tkz__buffer_free(&own.texts);
    tkz__release_array(&own.allocator, own.made, own.made_capacity, sizeof *own.made);
    tkz_bpe_options_free(own.options);
    return status;
}
