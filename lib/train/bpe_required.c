/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens that a BPE vocabulary must have. Leans on bpe_required.h, the greedy loop and word_cut.
 *
 * Training knows nothing of them: its merges are those without required tokens. A vocabulary of N merges is the first n of
 * these, then those that make one token of what the n leave of each required one: BPE on the list of required tokens, each
 * of which occurs once, begun with the n merges. n is as large as N has room for. What training has found acts first, so no
 * text that holds no required token gets other ids than with those n merges, and a token that training finds by itself
 * costs nothing.
 *
 * Each required token alone becomes one id: a text has one cut at any time (bpe_merges.c), and by the last of these merges
 * that of a required token is itself. Later merges change no whole text. Where one merge of training more would need more
 * than one merge less behind it, a few ids are left; they go to the next merges of training whose halves are among the n.
 * Such a text is cut into these two halves by the n, and stays so until its own merge.
 */
#include "train/bpe_required.h"

#include <inttypes.h>
#include <string.h>

#include "train/word_cut.h"

/* ---- What contradicts what --------------------------------------------------------------- */

static tkz_status refuse(tkz_error *error, const uint8_t *text, size_t size, const char *why)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "require_token", TKZ__NO_OFFSET,
                          "the required token \"%.*s\" %s", (int)(size < 64 ? size : 64), (const char *)text, why);
}

/* Counts its characters, and requires each of the alphabet. */
static tkz_status require_characters(tkz_bpe_options *options, const uint8_t *text, size_t size, uint32_t *count,
                                     tkz_error *error)
{
    bool is_piece = options->order == TKZ_BPE_ORDER_SENTENCEPIECE;
    tkz_status status = TKZ_OK;
    *count = 0;
    for (size_t at = 0, length; status == TKZ_OK && at < size; at += length) {
        uint32_t character;
        char mark[4];
        length = tkz__utf8_next((const char *)text + at, size - at, &character);
        ++*count;
        if (options->unit == TKZ_BPE_BYTES)
            continue;
        if (is_piece && character == ' ')
            character = TKZ__BPE_SPACE_MARK;
        if (is_piece && tkz__bpe_alphabet_is_reserved(character))
            return refuse(error, text, size, "has a character that sentencepiece takes into no piece: NUL, U+001F or U+2585");
        size_t bytes = tkz__utf8_encode(character, mark);
        if (tkz__bpe_options_is_forbidden(options, mark, bytes))
            return refuse(error, text, size, "has a character that is forbidden");
        status = tkz_bpe_options_require(options, mark, bytes, error);
    }
    return status;
}

static tkz_status check_token(tkz_bpe_options *options, const uint8_t *text, size_t size, tkz_error *error)
{
    uint32_t characters;
    if (tkz__bpe_options_is_forbidden(options, text, size))
        return refuse(error, text, size, "is forbidden too");
    if (tkz__byte_map_find(&options->forbidden, text, size) != NULL)
        return refuse(error, text, size, "is a special token, or another one that is there in any case");
    tkz_status status = require_characters(options, text, size, &characters, error);
    if (status != TKZ_OK)
        return status;
    if (size > options->longest_bytes || (options->longest_characters > 0 && characters > options->longest_characters))
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "require_token", TKZ__NO_OFFSET,
                              "the required token \"%.*s\" has %zu bytes and %" PRIu32 " characters, more than the "
                              "longest token may have",
                              (int)(size < 64 ? size : 64), (const char *)text, size, characters);
    return TKZ_OK;
}

tkz_status tkz__bpe_required_check(tkz_bpe_options *options, tkz_error *error)
{
    const tkz__byte_map *tokens = &options->required_tokens;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < tokens->count; i++)
        status = check_token(options, tkz__byte_map_key(tokens, &tokens->entries[i]), tokens->entries[i].key_size, error);
    return status;
}

static tkz_status check_cut(tkz__word_cutter *cutter, const char *name, const uint8_t *text, size_t size,
                            tkz_error *error)
{
    uint32_t ends[2];
    size_t count = 0;
    tkz_status status = tkz__word_cutter_begin(cutter, (const char *)text, size, NULL, error);
    if (status == TKZ_OK)
        status = tkz__word_cutter_next(cutter, ends, 2, &count, error);
    if (status != TKZ_OK)
        return status;
    if (count == 1 && ends[0] == size && cutter->size == size && memcmp(cutter->text, text, size) == 0)
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "require_token", TKZ__NO_OFFSET,
                          "the required token \"%.*s\" can never be one: the pre-tokenizer (%.100s) cuts or changes it",
                          (int)(size < 64 ? size : 64), (const char *)text, name);
}

tkz_status tkz__bpe_required_check_cuts(const tkz_bpe_options *options, tkz_error *error)
{
    const tkz__byte_map *tokens = &options->required_tokens;
    const char *name = tkz__bpe_options_words(options);
    tkz__word_rules rules;
    tkz__word_cutter cutter;
    if (tokens->count == 0 || name[0] == '\0')
        return TKZ_OK;
    tkz_status status = tkz__word_rules_init(&rules, name, NULL, &options->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__word_cutter_init(&cutter, &rules);
    for (size_t i = 0; status == TKZ_OK && i < tokens->count; i++)
        status = check_cut(&cutter, name, tkz__byte_map_key(tokens, &tokens->entries[i]), tokens->entries[i].key_size,
                           error);
    tkz__word_cutter_free(&cutter);
    tkz__word_rules_free(&rules);
    return status;
}

/* ---- The merges that they need -------------------------------------------------------------- */

/* The alphabet and the first `found` merges of the trainer. */
static tkz_status begin_tokens(const tkz_bpe_trainer *trainer, const tkz_bpe_options *options, size_t found,
                               tkz__bpe_tokens *tokens, tkz_error *error)
{
    tkz_status status = tkz__bpe_tokens_init(tokens, options, &trainer->alphabet, error);
    const tkz__bpe_token *known = trainer->tokens.tokens + trainer->alphabet.count;
    for (size_t i = 0; status == TKZ_OK && i < found; i++)
        status = tkz__bpe_tokens_join(tokens, known[i].left, known[i].right, error);
    return status;
}

/* The required tokens as words, each of which occurs once. */
static tkz_status lay_out(const tkz_bpe_trainer *trainer, tkz__bpe_words *words, tkz_error *error)
{
    const tkz__byte_map *map = &trainer->options->required_tokens;
    const tkz_allocator *allocator = &trainer->allocator;
    size_t count = map->count;
    uint64_t *offsets = tkz__allocate_array(allocator, count + 1, sizeof *offsets);
    uint64_t *counts = tkz__allocate_array(allocator, count + 1, sizeof *counts);
    tkz_status status = TKZ_OK;
    if (offsets == NULL || counts == NULL)
        status = tkz__error_memory(error, (count + 1) * sizeof *offsets);
    if (status == TKZ_OK) {
        for (size_t i = 0; i < count; i++) {
            offsets[i] = map->entries[i].key_offset; /* keys stand one behind the other */
            counts[i] = 1;
        }
        offsets[count] = map->key_size;
        const tkz_word_list list = {(const char *)map->keys, offsets, counts, count};
        status = tkz__bpe_words_init(words, &list, &trainer->alphabet, 0, allocator, error);
    }
    tkz__release_array(allocator, offsets, count + 1, sizeof *offsets);
    tkz__release_array(allocator, counts, count + 1, sizeof *counts);
    return status;
}

/* Is a word left that is no token? All pairs have had their turn, so each token fills one place. */
static tkz_status check_whole(const tkz_bpe_trainer *trainer, const tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                              tkz_error *error)
{
    tkz__buffer text;
    if (words->size <= 1)
        return TKZ_OK;
    tkz__buffer_init(&text, &trainer->allocator);
    tkz_status status = TKZ_OK;
    for (size_t at = 1; status == TKZ_OK && words->places[at] != TKZ__BPE_BORDER; at++) {
        if (at > 1)
            status = tkz__buffer_append_byte(&text, '|', error);
        if (status == TKZ_OK)
            status = tkz__bpe_tokens_spell(tokens, &trainer->alphabet, words->places[at], &text, error);
    }
    if (status == TKZ_OK)
        status = refuse(error, text.data, text.size,
                        "cannot be made: in every way from these parts stands a forbidden text, a special token or a "
                        "rule of split");
    tkz__buffer_free(&text);
    return status;
}

/* Merges until each required token is one. */
static tkz_status merge_required(const tkz_bpe_trainer *trainer, tkz__bpe_words *words, tkz__bpe_tokens *tokens,
                                 tkz_error *error)
{
    tkz__bpe_merger merger;
    size_t first = tokens->count, most = first + words->size + 1; /* each merge takes a place */
    tkz_status status = tkz__bpe_replay(words, tokens, trainer->alphabet.count, &trainer->allocator, error);
    if (status == TKZ_OK)
        status = tkz__bpe_merger_init(&merger, words, tokens, &trainer->allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__bpe_merger_run(&merger, most, first, most, NULL, error);
    if (status == TKZ_OK)
        status = check_whole(trainer, words, tokens, error);
    tkz__bpe_merger_free(&merger);
    return status;
}

/* `tokens`: the first `found` merges of the trainer, then those that required tokens need behind them. */
static tkz_status build(const tkz_bpe_trainer *trainer, size_t found, tkz__bpe_tokens *tokens, tkz_error *error)
{
    tkz_bpe_options once = *trainer->options; /* shares all texts with them */
    tkz__bpe_words words = {0};
    once.minimum_count = 1;
    memset(tokens, 0, sizeof *tokens);
    tkz_status status = lay_out(trainer, &words, error);
    if (status == TKZ_OK)
        status = begin_tokens(trainer, &once, found, tokens, error);
    if (status == TKZ_OK && words.size > 1)
        status = merge_required(trainer, &words, tokens, error);
    tkz__bpe_words_free(&words);
    tokens->options = trainer->options;
    return status;
}

tkz_status tkz__bpe_required_count(const tkz_bpe_trainer *trainer, size_t found, uint32_t *count, tkz_error *error)
{
    tkz__bpe_tokens tokens;
    *count = 0;
    if (trainer->options->required_tokens.count == 0)
        return TKZ_OK;
    tkz_status status = build(trainer, found, &tokens, error);
    if (status == TKZ_OK)
        *count = (uint32_t)(tokens.count - trainer->alphabet.count - found);
    tkz__bpe_tokens_free(&tokens);
    return status;
}

/* ---- A vocabulary --------------------------------------------------------------------------- */

/* The most merges of training, up to `most`, that leave room for the required ones within `merges`. One more does not. */
static tkz_status choose_found(const tkz_bpe_trainer *trainer, size_t merges, size_t most, size_t *found, tkz_error *error)
{
    size_t low = 0, high = most + 1; /* `high` has no room, nobody has tried most + 1 */
    while (high - low > 1) {
        /* The most often is what there is room for: all tokens have been found by then, or nearly. */
        size_t middle = high == most + 1 ? most : low + (high - low) / 2;
        uint32_t more;
        tkz_status status = tkz__bpe_required_count(trainer, middle, &more, error);
        if (status != TKZ_OK)
            return status;
        if (middle + more <= merges)
            low = middle;
        else
            high = middle;
    }
    *found = low;
    return TKZ_OK;
}

/* What the merges of required tokens spell. */
static tkz_status list_made(const tkz_bpe_trainer *trainer, const tkz__bpe_tokens *tokens, size_t first,
                            tkz__byte_map *made, tkz_error *error)
{
    tkz__buffer text;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&text, &trainer->allocator);
    for (size_t id = first; status == TKZ_OK && id < tokens->count; id++) {
        uint64_t *value;
        tkz__buffer_clear(&text);
        status = tkz__bpe_tokens_spell(tokens, &trainer->alphabet, (uint32_t)id, &text, error);
        if (status == TKZ_OK)
            status = tkz__byte_map_insert(made, text.data, text.size, &value, NULL, error);
    }
    tkz__buffer_free(&text);
    return status;
}

/* Fills the vocabulary with the next merges of training whose halves are among the `found` ones. */
static tkz_status fill_rest(const tkz_bpe_trainer *trainer, size_t found, size_t merges, tkz__bpe_tokens *tokens,
                            tkz_error *error)
{
    size_t alphabet = trainer->alphabet.count;
    tkz__byte_map made;
    tkz__buffer text;
    tkz__byte_map_init(&made, &trainer->allocator);
    tkz__buffer_init(&text, &trainer->allocator);
    tkz_status status = list_made(trainer, tokens, alphabet + found, &made, error);
    for (size_t next = found; status == TKZ_OK && tokens->count < alphabet + merges && next < merges &&
                              alphabet + next < trainer->tokens.count;
         next++) {
        const tkz__bpe_token *token = &trainer->tokens.tokens[alphabet + next];
        if (token->left >= alphabet + found || token->right >= alphabet + found)
            continue;
        tkz__buffer_clear(&text);
        status = tkz__bpe_tokens_spell(&trainer->tokens, &trainer->alphabet, (uint32_t)(alphabet + next), &text, error);
        if (status == TKZ_OK && tkz__byte_map_find(&made, text.data, text.size) == NULL)
            status = tkz__bpe_tokens_join(tokens, token->left, token->right, error);
    }
    tkz__buffer_free(&text);
    tkz__byte_map_free(&made);
    return status;
}

static tkz_status weave(const tkz_bpe_trainer *trainer, uint32_t size, tkz__bpe_vocabulary *vocabulary, tkz_error *error)
{
    size_t merges = size - trainer->base, found = 0;
    size_t most = tkz__bpe_trainer_merges(trainer) < merges ? tkz__bpe_trainer_merges(trainer) : merges;
    if (size < trainer->least)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids has no room for the required tokens, which need %" PRIu32
                              " with the alphabet; make it larger, or require fewer",
                              size, trainer->least);
    tkz_status status = choose_found(trainer, merges, most, &found, error);
    if (status == TKZ_OK)
        status = build(trainer, found, &vocabulary->own, error);
    if (status == TKZ_OK && found < most)
        status = fill_rest(trainer, found, merges, &vocabulary->own, error);
    vocabulary->tokens = &vocabulary->own;
    vocabulary->merges = vocabulary->own.count - trainer->alphabet.count;
    return status;
}

tkz_status tkz__bpe_vocabulary_init(tkz__bpe_vocabulary *vocabulary, const tkz_bpe_trainer *trainer, uint32_t size,
                                    tkz_error *error)
{
    memset(vocabulary, 0, sizeof *vocabulary);
    vocabulary->tokens = &trainer->tokens;
    uint32_t now = tkz_bpe_trainer_size(trainer);
    if (size == 0)
        size = now;
    if (size < trainer->base || size > now)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids: there are %" PRIu32 " to %" PRIu32, size, trainer->base,
                              now);
    vocabulary->merges = size - trainer->base;
    if (trainer->options->required_tokens.count == 0)
        return TKZ_OK;
    tkz_status status = weave(trainer, size, vocabulary, error);
    if (status != TKZ_OK)
        tkz__bpe_vocabulary_free(vocabulary);
    return status;
}

void tkz__bpe_vocabulary_free(tkz__bpe_vocabulary *vocabulary)
{
    tkz__bpe_tokens_free(&vocabulary->own);
    memset(vocabulary, 0, sizeof *vocabulary);
}
