/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokens that BPE training has made so far, and which of them may be joined. Leans on
 * bpe_tokens.h and piece_rules.h.
 *
 * What a piece of sentencepiece may hold (0.2.3: src/trainer_interface.cc, IsValidSentencePiece) is
 * told there by going over its characters. Here each token keeps the state at its two ends, so that a
 * pair is judged by its border alone: all else was judged when its halves were made.
 */
#include "train/bpe_tokens.h"

#include <string.h>

#include "train/piece_rules.h"

enum {
    HAS_SPACE = 1,  /* U+2581 */
    ENDS_SPACE = 2, /* its last character */
    ALL_SPACE = 4,
    HAS_DIGIT = 8,
    NO_SCRIPT = 16 /* only U+2581 and what inherits its script */
};

/* ---- Symbols ------------------------------------------------------------------- */

static void judge_character(tkz__bpe_token *token, uint32_t character, uint32_t split,
                            const tkz__piece_scripts *known)
{
    token->first = token->last = TKZ__PIECE_ANY_SCRIPT;
    if (character == TKZ__PIECE_SPACE) {
        token->flags = HAS_SPACE | ENDS_SPACE | ALL_SPACE | NO_SCRIPT;
        return;
    }
    int script = tkz__piece_script(known, character);
    bool is_digit = tkz__piece_is_digit(character);
    token->flags = is_digit ? HAS_DIGIT : 0;
    if (script == TKZ__PIECE_INHERITED)
        token->flags |= NO_SCRIPT;
    else if (!is_digit || (split & TKZ_BPE_SPLIT_NUMBERS) != 0)
        token->first = token->last = (uint8_t)script;
}

static tkz_status reserve(tkz__bpe_tokens *tokens, size_t bytes, tkz_error *error)
{
    tkz_status status = tkz__array_reserve(&tokens->allocator, (void **)&tokens->tokens,
                                           &tokens->capacity, tokens->count + 1,
                                           sizeof *tokens->tokens, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&tokens->allocator, (void **)&tokens->lengths,
                                    &tokens->length_capacity, tokens->count + 1,
                                    sizeof *tokens->lengths, error);
    if (status == TKZ_OK && bytes <= tokens->text_limit)
        status = tkz__array_reserve(&tokens->allocator, (void **)&tokens->texts,
                                    &tokens->text_capacity, tokens->text_size + bytes, 1, error);
    return status;
}

/* Appends to the text of the token that is being made. */
static void put_text(tkz__bpe_tokens *tokens, const void *text, size_t size)
{
    memcpy(tokens->texts + tokens->text_size, text, size);
    tokens->text_size += size;
}

static tkz_status add_symbol(tkz__bpe_tokens *tokens, const tkz__bpe_alphabet *alphabet,
                             uint32_t id, const tkz__piece_scripts *known, tkz_error *error)
{
    char text[4];
    size_t size = tkz__bpe_alphabet_spell(alphabet, id, text);
    tkz_status status = reserve(tokens, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__bpe_token *token = &tokens->tokens[tokens->count];
    *token = (tkz__bpe_token){.bytes = (uint32_t)size,
                              .characters = 1,
                              .first = TKZ__PIECE_ANY_SCRIPT,
                              .last = TKZ__PIECE_ANY_SCRIPT,
                              .text = TKZ__BPE_NO_TEXT};
    if (alphabet->is_bytes)
        token->characters = ((uint8_t)text[0] & 0xC0) != 0x80;
    else
        judge_character(token, alphabet->symbols[id], tokens->options->split, known);
    if (size <= tokens->text_limit) {
        token->text = tokens->text_size;
        put_text(tokens, text, size);
    }
    tokens->lengths[tokens->count++] = 1;
    return TKZ_OK;
}

tkz_status tkz__bpe_tokens_start(tkz__bpe_tokens *tokens, const tkz_bpe_options *options,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    memset(tokens, 0, sizeof *tokens);
    tokens->allocator = tkz__allocator_or_default(allocator);
    tokens->options = options;
    for (size_t i = 0; i < options->forbidden.count; i++)
        if (options->forbidden.entries[i].key_size > tokens->longest_reserved)
            tokens->longest_reserved = options->forbidden.entries[i].key_size;
    tokens->text_limit = tokens->longest_reserved;
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE)
        tokens->text_limit = SIZE_MAX; /* its pieces are short: 512 characters */
    tokens->spelled = tkz__allocate(&tokens->allocator, tokens->longest_reserved + 1);
    return tokens->spelled != NULL ? TKZ_OK
                                   : tkz__error_memory(error, tokens->longest_reserved + 1);
}

tkz_status tkz__bpe_tokens_init(tkz__bpe_tokens *tokens, const tkz_bpe_options *options,
                                const tkz__bpe_alphabet *alphabet, tkz_error *error)
{
    tkz_status status = tkz__bpe_tokens_start(tokens, options, &alphabet->allocator, error);
    tkz__piece_scripts known = tkz__piece_scripts_find();
    for (uint32_t id = 0; status == TKZ_OK && id < alphabet->count; id++)
        status = add_symbol(tokens, alphabet, id, &known, error);
    if (status != TKZ_OK)
        tkz__bpe_tokens_free(tokens);
    return status;
}

void tkz__bpe_tokens_free(tkz__bpe_tokens *tokens)
{
    tkz__release_array(&tokens->allocator, tokens->tokens, tokens->capacity,
                       sizeof *tokens->tokens);
    tkz__release_array(&tokens->allocator, tokens->lengths, tokens->length_capacity,
                       sizeof *tokens->lengths);
    tkz__release_array(&tokens->allocator, tokens->texts, tokens->text_capacity, 1);
    tkz__release(&tokens->allocator, tokens->spelled, tokens->longest_reserved + 1);
    tokens->spelled = NULL;
    tokens->tokens = NULL;
    tokens->lengths = NULL;
    tokens->texts = NULL;
    tokens->count = tokens->capacity = tokens->length_capacity = tokens->text_capacity = 0;
}

/* ---- Joining ------------------------------------------------------------------- */

static uint8_t join_flags(const tkz__bpe_token *left, const tkz__bpe_token *right)
{
    return (uint8_t)(((left->flags | right->flags) & (HAS_SPACE | HAS_DIGIT)) |
                     (left->flags & right->flags & (ALL_SPACE | NO_SCRIPT)) |
                     (right->flags & ENDS_SPACE));
}

/* What two tokens are as one, all but their halves and text. */
static tkz__bpe_token combine(const tkz__bpe_token *first, const tkz__bpe_token *second)
{
    return (tkz__bpe_token){
        .bytes = first->bytes + second->bytes,
        .characters = first->characters + second->characters,
        .first = (first->flags & NO_SCRIPT) != 0 ? second->first : first->first,
        .last = (second->flags & NO_SCRIPT) != 0 ? first->last : second->last,
        .flags = join_flags(first, second),
        .text = TKZ__BPE_NO_TEXT};
}

tkz_status tkz__bpe_tokens_join(tkz__bpe_tokens *tokens, uint32_t left, uint32_t right,
                                tkz_error *error)
{
    size_t bytes = (size_t)tokens->tokens[left].bytes + tokens->tokens[right].bytes;
    tkz_status status = reserve(tokens, bytes, error);
    if (status != TKZ_OK)
        return status;
    const tkz__bpe_token *first = &tokens->tokens[left], *second = &tokens->tokens[right];
    tkz__bpe_token *made = &tokens->tokens[tokens->count];
    *made = combine(first, second);
    made->left = left;
    made->right = right;
    if (bytes <= tokens->text_limit) {
        made->text = tokens->text_size;
        put_text(tokens, tokens->texts + first->text, first->bytes);
        put_text(tokens, tokens->texts + second->text, second->bytes);
    }
    tokens->lengths[tokens->count++] = tokens->lengths[left] + tokens->lengths[right];
    return TKZ_OK;
}

tkz_status tkz__bpe_tokens_add(tkz__bpe_tokens *tokens, const uint8_t *text, size_t size,
                               tkz_error *error)
{
    const tkz_bpe_options *options = tokens->options;
    tkz_status status = reserve(tokens, size, error);
    if (status != TKZ_OK)
        return status;
    const bool is_bytes = options->unit == TKZ_BPE_BYTES;
    const tkz__piece_scripts known =
        is_bytes ? (tkz__piece_scripts){0} : tkz__piece_scripts_find();
    tkz__bpe_token made = {.first = TKZ__PIECE_ANY_SCRIPT,
                           .last = TKZ__PIECE_ANY_SCRIPT,
                           .text = TKZ__BPE_NO_TEXT};
    for (size_t at = 0, length; at < size; at += length) {
        tkz__bpe_token one = {.characters = 1,
                              .first = TKZ__PIECE_ANY_SCRIPT,
                              .last = TKZ__PIECE_ANY_SCRIPT,
                              .text = TKZ__BPE_NO_TEXT};
        uint32_t character;
        length = 1;
        if (is_bytes) {
            one.characters = (text[at] & 0xC0) != 0x80;
        } else {
            length = tkz__utf8_next((const char *)text + at, size - at, &character);
            judge_character(&one, character, options->split, &known);
        }
        one.bytes = (uint32_t)length;
        made = at == 0 ? one : combine(&made, &one);
    }
    if (size <= tokens->text_limit) {
        made.text = tokens->text_size;
        put_text(tokens, text, size);
    }
    tokens->tokens[tokens->count] = made;
    tokens->lengths[tokens->count++] = 1;
    return TKZ_OK;
}

/* Its symbols from left to right, by a stack in place of recursion. */
tkz_status tkz__bpe_tokens_spell(const tkz__bpe_tokens *tokens, const tkz__bpe_alphabet *alphabet, uint32_t id,
                                 tkz__buffer *text, tkz_error *error)
{
    size_t room = tokens->lengths[id] + (size_t)1, depth = 0;
    uint32_t *stack = tkz__allocate_array(&tokens->allocator, room, sizeof *stack);
    tkz_status status = TKZ_OK;
    if (stack == NULL)
        return tkz__error_memory(error, room * sizeof *stack);
    stack[depth++] = id;
    while (status == TKZ_OK && depth > 0) {
        id = stack[--depth];
        if (id >= alphabet->count) {
            stack[depth++] = tokens->tokens[id].right;
            stack[depth++] = tokens->tokens[id].left;
            continue;
        }
        char symbol[4];
        size_t size = tkz__bpe_alphabet_spell(alphabet, id, symbol);
        status = tkz__buffer_append(text, symbol, size, error);
    }
    tkz__release_array(&tokens->allocator, stack, room, sizeof *stack);
    return status;
}

/* With SPLIT_SPACES a mark may stand at the start of a piece only, so that several of them, which
 * KEEP_SPACES allows by themselves, begin none; without it, anywhere but at the end. */
static bool marks_fit(const tkz__bpe_token *left, const tkz__bpe_token *right, uint32_t split)
{
    bool are_marks = (left->flags & right->flags & ALL_SPACE) != 0;
    if (are_marks && (split & TKZ_BPE_KEEP_SPACES) != 0)
        return true;
    if ((split & TKZ_BPE_SPLIT_SPACES) == 0)
        return (right->flags & ENDS_SPACE) == 0;
    bool has_several = (left->flags & ALL_SPACE) != 0 && left->characters > 1;
    return (right->flags & HAS_SPACE) == 0 && !has_several;
}

static bool pieces_fit(const tkz__bpe_token *left, const tkz__bpe_token *right, uint32_t split)
{
    if ((split & TKZ_BPE_SPLIT_SCRIPTS) != 0 && left->last != TKZ__PIECE_ANY_SCRIPT &&
        right->first != TKZ__PIECE_ANY_SCRIPT && left->last != right->first)
        return false;
    if ((split & TKZ_BPE_SPLIT_DIGITS) != 0 && ((left->flags | right->flags) & HAS_DIGIT) != 0)
        return false;
    return marks_fit(left, right, split);
}

bool tkz__bpe_tokens_may_join(const tkz__bpe_tokens *tokens, uint32_t left, uint32_t right)
{
    const tkz__bpe_token *first = &tokens->tokens[left], *second = &tokens->tokens[right];
    const tkz_bpe_options *options = tokens->options;
    if ((uint64_t)first->bytes + second->bytes > options->longest_bytes)
        return false;
    if (options->longest_characters > 0 &&
        (uint64_t)first->characters + second->characters > options->longest_characters)
        return false;
    return options->order != TKZ_BPE_ORDER_SENTENCEPIECE ||
           pieces_fit(first, second, options->split);
}

bool tkz__bpe_tokens_is_forbidden(const tkz__bpe_tokens *tokens, uint32_t left, uint32_t right)
{
    const tkz__byte_map *forbidden = &tokens->options->forbidden;
    const tkz__bpe_token *first = &tokens->tokens[left], *second = &tokens->tokens[right];
    size_t size = (size_t)first->bytes + second->bytes;
    if (size > tokens->longest_reserved)
        return false;
    memcpy(tokens->spelled, tokens->texts + first->text, first->bytes);
    memcpy(tokens->spelled + first->bytes, tokens->texts + second->text, second->bytes);
    return tkz__byte_map_find(forbidden, tokens->spelled, size) != NULL;
}

/* ---- Order --------------------------------------------------------------------- */

/* Compares a + b with c + d as bytes, which for UTF-8 is by code point. */
static int compare_joined(const tkz__bpe_tokens *tokens, const tkz__pair_count *one,
                          const tkz__pair_count *two)
{
    const tkz__bpe_token *parts[2][2] = {
        {&tokens->tokens[one->left], &tokens->tokens[one->right]},
        {&tokens->tokens[two->left], &tokens->tokens[two->right]}};
    size_t at[2] = {0, 0};
    unsigned part[2] = {0, 0};
    while (part[0] < 2 && part[1] < 2) {
        const tkz__bpe_token *a = parts[0][part[0]], *b = parts[1][part[1]];
        size_t left = a->bytes - at[0], right = b->bytes - at[1];
        size_t size = left < right ? left : right;
        int order = memcmp(tokens->texts + a->text + at[0], tokens->texts + b->text + at[1], size);
        if (order != 0)
            return order;
        at[0] += size;
        at[1] += size;
        for (unsigned i = 0; i < 2; i++) {
            if (at[i] == parts[i][part[i]]->bytes) {
                at[i] = 0;
                part[i]++;
            }
        }
    }
    return part[0] == part[1] ? 0 : part[0] > part[1] ? -1 : 1;
}

bool tkz__bpe_tokens_shorter_first(const void *context, const tkz__pair_count *a,
                                   const tkz__pair_count *b)
{
    const tkz__bpe_tokens *tokens = context;
    uint32_t first = tokens->tokens[a->left].characters + tokens->tokens[a->right].characters;
    uint32_t second = tokens->tokens[b->left].characters + tokens->tokens[b->right].characters;
    if (first != second)
        return first < second;
    return compare_joined(tokens, a, b) < 0;
}
