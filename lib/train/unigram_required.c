/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces that a Unigram vocabulary must have. Leans on unigram_required.h.
 *
 * They are pieces from the beginning, behind the alphabet, with the number of places where they stand, and no pruning takes
 * them away. Their scores are those of expectation maximisation: a piece that the text hardly has gets so low a score that its
 * parts would be taken instead of it, also where it stands alone. That one is raised at the end.
 */
#include "train/unigram_required.h"

#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

/* By how much more than the best other cut: a hundredth of the probability. The scores of a model have 24 bits, and
 * programs add them in different orders; sums of some tens are off by far less. */
#define MARGIN 0.01

static tkz_status refuse(tkz_error *error, const uint8_t *text, size_t size, const char *why)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "require_token", TKZ__NO_OFFSET,
                          "the required token \"%.*s\" %s", (int)(size < 64 ? size : 64), (const char *)text, why);
}

/* Is there a symbol in the text? What stands there is the symbol in any case. */
static bool has_symbol(const tkz__unigram_sentences *sentences, const uint8_t *text, size_t size)
{
    for (size_t at = 0; at < size; at++)
        for (size_t length = 1; length <= sentences->longest_meta && length <= size - at; length++)
            if (tkz__byte_map_find(&sentences->meta, text + at, length) != NULL)
                return true;
    return false;
}

static tkz_status check_text(const tkz__unigram_sentences *sentences, const tkz_unigram_options *options,
                             const uint8_t *text, size_t size, tkz_error *error)
{
    if (options->compat != TKZ__COMPAT_NONE)
        return refuse(error, text, size, "has no meaning with compat: sentencepiece has user_defined_symbols");
    if (tkz__byte_map_find(&options->forbidden, text, size) != NULL)
        return refuse(error, text, size, "is forbidden too");
    if (has_symbol(sentences, text, size))
        return refuse(error, text, size, "is a symbol, or has one inside, such as a control or user-defined one");
    return TKZ_OK;
}

static tkz_status take_text(tkz__unigram_sentences *sentences, const tkz_unigram_options *options, const uint8_t *text,
                            size_t size, uint32_t *characters, tkz_error *error)
{
    size_t count = 0;
    tkz_status status = check_text(sentences, options, text, size, error);
    if (status != TKZ_OK)
        return status;
    for (size_t at = 0; at < size; count++) {
        at += tkz__utf8_next((const char *)text + at, size - at, &characters[count]);
        if (tkz__unigram_is_forbidden(options, &characters[count], 1))
            return refuse(error, text, size, "has a character that is forbidden");
    }
    if (!tkz__piece_rules_allow(&options->rules, characters, count))
        return refuse(error, text, size,
                      "is no piece by the rules: see max_sentencepiece_length, split_by_unicode_script, split_by_number, "
                      "split_digits, split_by_whitespace, allow_whitespace_only_pieces");
    return count > 1 ? tkz__unigram_text_add(&sentences->required, characters, count, 0, error) : TKZ_OK;
}

static tkz_status check_forbidden(const tkz_unigram_options *options, tkz_error *error)
{
    if (options->forbidden.count > 0 && options->compat != TKZ__COMPAT_NONE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "forbid", TKZ__NO_OFFSET,
                              "with compat no piece is forbidden: sentencepiece cannot");
    for (size_t at = 0; at < options->required.size;) {
        const char *text = (const char *)options->required.data + at;
        uint32_t character;
        size_t size = tkz__utf8_next(text, options->required.size - at, &character);
        if (tkz__unigram_is_forbidden(options, &character, 1))
            return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "forbid", TKZ__NO_OFFSET,
                                  "the character \"%.*s\" is required and forbidden", (int)size, text);
        at += size;
    }
    return TKZ_OK;
}

tkz_status tkz__unigram_required_list(tkz__unigram_sentences *sentences, const tkz_unigram_options *options,
                                      tkz_error *error)
{
    const tkz__byte_map *tokens = &options->required_tokens;
    tkz_status status = check_forbidden(options, error);
    if (status != TKZ_OK || tokens->count == 0)
        return status;
    uint32_t *characters = tkz__allocate_array(&sentences->allocator, tokens->key_size, sizeof *characters);
    if (characters == NULL)
        return tkz__error_memory(error, tokens->key_size * sizeof *characters);
    for (size_t i = 0; status == TKZ_OK && i < tokens->count; i++)
        status = take_text(sentences, options, tkz__byte_map_key(tokens, &tokens->entries[i]),
                           tokens->entries[i].key_size, characters, error);
    tkz__release_array(&sentences->allocator, characters, tokens->key_size, sizeof *characters);
    return status;
}

bool tkz__unigram_is_forbidden(const tkz_unigram_options *options, const uint32_t *characters, size_t size)
{
    enum { LONGEST = 512 }; /* of a piece */
    char text[LONGEST * 4];
    size_t bytes = 0;
    if (options->forbidden.count == 0 || size > LONGEST)
        return false;
    for (size_t i = 0; i < size; i++)
        bytes += tkz__utf8_encode(characters[i], text + bytes);
    return tkz__byte_map_find(&options->forbidden, text, bytes) != NULL;
}

/* ---- Scores ------------------------------------------------------------------------------ */

typedef struct sized_piece {
    uint32_t length;
    uint32_t piece;
} sized_piece;

static int compare_sizes(const void *left, const void *right)
{
    const sized_piece *a = left, *b = right;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return a->piece < b->piece ? -1 : 1;
}

tkz_status tkz__unigram_required_raise(tkz__unigram_em *em, size_t first, size_t count, tkz_error *error)
{
    tkz__unigram_pieces *pieces = em->pieces;
    sized_piece *list = tkz__allocate_array(&em->allocator, count, sizeof *list);
    if (list == NULL)
        return tkz__error_memory(error, count * sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (sized_piece){pieces->pieces[first + i].length, (uint32_t)(first + i)};
    qsort(list, count, sizeof *list, compare_sizes); /* a cut has shorter ones only */
    for (size_t i = 0; i < count; i++) {
        double other = tkz__unigram_em_alternative(em, list[i].piece) + MARGIN;
        if (pieces->scores[list[i].piece] < other)
            tkz__unigram_pieces_score(pieces, list[i].piece, other < 0 ? other : 0);
    }
    tkz__release_array(&em->allocator, list, count, sizeof *list);
    return TKZ_OK;
}
