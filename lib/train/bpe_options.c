/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of BPE training: setters, and what contradicts what. Leans on
 * bpe_options.h.
 */
#include "train/bpe_options.h"

#include <inttypes.h>
#include <string.h>

#include "core/buffer.h"
#include "core/hash.h"
#include "subword/split_steps.h"
#include "text/utf8.h"
#include "tokenize/text.h"

enum {
    SMALLEST_SIZE = 257,
    LARGEST_SIZE = 16777216,
    LONGEST_BYTES = 65535,      /* of a token in an image */
    LONGEST_CHARACTERS = 512,   /* sentencepiece: src/trainer_interface.cc, VerifySpec */
    USUAL_CHARACTERS = 16       /* sentencepiece's max_sentencepiece_length */
};

static tkz_status refuse(tkz_error *error, const char *option, const char *why)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, option, TKZ__NO_OFFSET, "%s", why);
}

tkz_status tkz_bpe_options_new(tkz_bpe_options **options, const tkz_allocator *allocator,
                               tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_bpe_options *made = tkz__allocate_zeroed(&memory, sizeof *made);
    *options = made;
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->size = 32000;
    made->minimum_count = 2;
    made->coverage = 1;
    tkz__byte_map_init(&made->specials, &memory);
    tkz__byte_map_init(&made->required, &memory);
    tkz__byte_map_init(&made->required_tokens, &memory);
    tkz__byte_map_init(&made->forbidden, &memory);
    return TKZ_OK;
}

static void drop_steps(tkz_bpe_options *options)
{
    if (options->steps != NULL)
        tkz__release(&options->allocator, options->steps, strlen(options->steps) + 1);
    options->steps = NULL;
}

void tkz_bpe_options_free(tkz_bpe_options *options)
{
    if (options == NULL)
        return;
    tkz__byte_map_free(&options->specials);
    tkz__byte_map_free(&options->required);
    tkz__byte_map_free(&options->required_tokens);
    tkz__byte_map_free(&options->forbidden);
    drop_steps(options);
    tkz_allocator allocator = options->allocator;
    tkz__release(&allocator, options, sizeof *options);
}

/* ---- Numbers --------------------------------------------------------------- */

tkz_status tkz_bpe_options_set_size(tkz_bpe_options *options, uint32_t size, tkz_error *error)
{
    if (size < SMALLEST_SIZE || size > LARGEST_SIZE)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids: it must have %d to %d", size,
                              SMALLEST_SIZE, LARGEST_SIZE);
    options->size = size;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_minimum_count(tkz_bpe_options *options, uint64_t count,
                                             tkz_error *error)
{
    (void)error;
    options->minimum_count = count;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_unit(tkz_bpe_options *options, int32_t unit, tkz_error *error)
{
    if (unit != TKZ_BPE_BYTES && unit != TKZ_BPE_CHARACTERS)
        return refuse(error, "unit", "there is no such unit");
    options->unit = unit;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_order(tkz_bpe_options *options, int32_t order, tkz_error *error)
{
    if (order < TKZ_BPE_ORDER_HF || order > TKZ_BPE_ORDER_SENTENCEPIECE)
        return refuse(error, "order", "there is no such order");
    options->order = order;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_longest(tkz_bpe_options *options, uint32_t bytes,
                                       uint32_t characters, tkz_error *error)
{
    if (bytes > LONGEST_BYTES)
        return refuse(error, "longest", "tokens have at most 65535 bytes");
    options->longest_bytes = bytes;
    options->longest_characters = characters;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_alphabet(tkz_bpe_options *options, double coverage, uint32_t limit,
                                        tkz_error *error)
{
    if (!(coverage > 0 && coverage <= 1))
        return refuse(error, "coverage", "it must be above 0 and at most 1");
    options->coverage = coverage;
    options->alphabet_limit = limit;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_split(tkz_bpe_options *options, uint32_t split, tkz_error *error)
{
    if (split > 2 * TKZ_BPE_KEEP_SPACES - 1)
        return refuse(error, "split", "there is no such rule");
    options->split = split;
    options->is_split_set = true;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_byte_fallback(tkz_bpe_options *options, int32_t fallback,
                                             tkz_error *error)
{
    (void)error;
    options->byte_fallback = fallback != 0;
    return TKZ_OK;
}

tkz_status tkz_bpe_options_set_memory(tkz_bpe_options *options, uint64_t bytes, tkz_error *error)
{
    (void)error;
    options->memory = bytes;
    return TKZ_OK;
}

/* Keeps steps, after a try whether they compile. */
static tkz_status keep_steps(tkz_bpe_options *options, const char *steps, tkz_error *error)
{
    tkz__split_steps *compiled;
    size_t size = strlen(steps);
    tkz_status status = tkz__split_steps_new(&compiled, steps, size, &options->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__split_steps_free(compiled);
    options->steps = tkz__duplicate(&options->allocator, steps, size);
    return options->steps != NULL ? TKZ_OK : tkz__error_memory(error, size + 1);
}

tkz_status tkz_bpe_options_set_pre_tokenizer(tkz_bpe_options *options, const char *name,
                                             tkz_error *error)
{
    options->pre_tokenizer = NULL;
    drop_steps(options);
    if (name == NULL)
        return TKZ_OK;
    options->pre_tokenizer = tkz__pre_tokenizer_find(name, strlen(name));
    if (options->pre_tokenizer != NULL)
        return TKZ_OK;
    if (tkz__split_is_spelling(name, strlen(name)))
        return keep_steps(options, name, error);
    return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                          "there is no pre-tokenizer called \"%s\"", name);
}

const char *tkz__bpe_options_words(const tkz_bpe_options *options)
{
    if (options->steps != NULL)
        return options->steps;
    return options->pre_tokenizer != NULL ? options->pre_tokenizer->name : "";
}

/* ---- Texts ------------------------------------------------------------------ */

static tkz_status put_text(tkz__byte_map *map, const char *text, size_t size, bool *added,
                           tkz_error *error)
{
    uint64_t *value;
    return tkz__byte_map_insert(map, text, size, &value, added, error);
}

tkz_status tkz_bpe_options_add_special(tkz_bpe_options *options, const char *content, size_t size,
                                       tkz_error *error)
{
    /* One byte would be the text of an ordinary token as well, and an exported vocabulary is a map
     * from texts to ids. */
    if (size < 2 || tkz_utf8_valid_prefix(content, size) != size)
        return refuse(error, "special", "a special token must be UTF-8 of two bytes or more");
    bool added = false;
    if (tkz__bpe_options_is_forbidden(options, content, size))
        return refuse(error, "special", "a special token is a text that no token may be");
    tkz_status status = put_text(&options->specials, content, size, &added, error);
    if (status == TKZ_OK && !added)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "special", TKZ__NO_OFFSET,
                              "the special token \"%.*s\" is given twice",
                              (int)(size < 64 ? size : 64), content);
    if (status == TKZ_OK)
        status = put_text(&options->forbidden, content, size, NULL, error);
    return status;
}

tkz_status tkz_bpe_options_forbid(tkz_bpe_options *options, const char *text, size_t size,
                                  tkz_error *error)
{
    if (size == 0)
        return refuse(error, "forbid", "an empty text cannot be forbidden");
    if (tkz__byte_map_find(&options->specials, text, size) != NULL)
        return refuse(error, "forbid", "a special token cannot be forbidden");
    uint64_t *is_said;
    tkz_status status = tkz__byte_map_insert(&options->forbidden, text, size, &is_said, NULL, error);
    if (status == TKZ_OK)
        *is_said = 1;
    return status;
}

tkz_status tkz__bpe_options_reserve(tkz_bpe_options *options, const char *text, size_t size, tkz_error *error)
{
    return put_text(&options->forbidden, text, size, NULL, error);
}

bool tkz__bpe_options_is_forbidden(const tkz_bpe_options *options, const void *text, size_t size)
{
    const uint64_t *is_said = tkz__byte_map_find(&options->forbidden, text, size);
    return is_said != NULL && *is_said != 0;
}

tkz_status tkz_bpe_options_require(tkz_bpe_options *options, const char *characters, size_t size,
                                   tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (tkz_utf8_valid_prefix(characters, size) != size)
        return refuse(error, "require", "required characters must be UTF-8");
    for (size_t at = 0, length; status == TKZ_OK && at < size; at += length) {
        uint32_t character;
        length = tkz__utf8_next(characters + at, size - at, &character);
        status = put_text(&options->required, characters + at, length, NULL, error);
    }
    return status;
}

tkz_status tkz_bpe_options_require_token(tkz_bpe_options *options, const char *token, size_t size, tkz_error *error)
{
    if (size == 0 || tkz_utf8_valid_prefix(token, size) != size)
        return refuse(error, "require_token", "a required token must be UTF-8 of one character or more");
    return put_text(&options->required_tokens, token, size, NULL, error);
}

/* ---- What goes together ------------------------------------------------------ */

/* Texts that no token may be, but that there is a token for in any case. */
static tkz_status check_forbidden(const tkz_bpe_options *options, tkz_error *error)
{
    for (size_t i = 0; i < options->required.count; i++) {
        const tkz__byte_map_entry *entry = &options->required.entries[i];
        const uint8_t *text = tkz__byte_map_key(&options->required, entry);
        if (tkz__bpe_options_is_forbidden(options, text, entry->key_size))
            return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "forbid", TKZ__NO_OFFSET,
                                  "the character \"%.*s\" is required and forbidden", (int)entry->key_size,
                                  (const char *)text);
    }
    for (size_t i = 0; options->unit == TKZ_BPE_BYTES && i < options->forbidden.count; i++)
        if (options->forbidden.entries[i].key_size == 1)
            return refuse(error, "forbid", "byte-level BPE has a token for every byte");
    return TKZ_OK;
}

static tkz_status check_bytes(const tkz_bpe_options *options, tkz_error *error)
{
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE)
        return refuse(error, "order", "the order of sentencepiece is one of characters, not bytes");
    if (options->coverage < 1 || options->alphabet_limit > 0 || options->required.count > 0)
        return refuse(error, "coverage",
                      "the alphabet of byte-level BPE is the 256 bytes: coverage, a limit and "
                      "required characters are of characters");
    if (options->split != 0)
        return refuse(error, "split", "rules of scripts, digits and spaces are of characters");
    if (options->byte_fallback)
        return refuse(error, "byte_fallback", "byte-level BPE has every byte already");
    return TKZ_OK;
}

tkz_status tkz__bpe_options_check(const tkz_bpe_options *options, tkz_error *error)
{
    tkz_status status = check_forbidden(options, error);
    if (status != TKZ_OK)
        return status;
    if (options->unit == TKZ_BPE_BYTES)
        return check_bytes(options, error);
    if (options->order == TKZ_BPE_ORDER_RUSTBPE)
        return refuse(error, "order", "the order of rustbpe is one of bytes, not characters");
    if (options->order == TKZ_BPE_ORDER_SENTENCEPIECE) {
        if (options->longest_characters > LONGEST_CHARACTERS)
            return refuse(error, "longest", "pieces of sentencepiece have at most 512 characters");
        if (options->pre_tokenizer != NULL)
            return refuse(error, "pre_tokenizer",
                          "a SentencePiece model cannot hold a pre-tokenizer: it cuts words only "
                          "while training");
    } else if (options->split != 0) {
        return refuse(error, "split",
                      "rules of scripts, digits and spaces are of the order of sentencepiece");
    }
    return TKZ_OK;
}

/* ---- Copies and hashes ---------------------------------------------------------- */

static tkz_status copy_map(tkz__byte_map *to, const tkz__byte_map *from, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < from->count; i++) {
        uint64_t *value;
        status = tkz__byte_map_insert(to, tkz__byte_map_key(from, &from->entries[i]), from->entries[i].key_size, &value,
                                      NULL, error);
        if (status == TKZ_OK)
            *value = from->entries[i].value;
    }
    return status;
}

tkz_status tkz__bpe_options_copy(tkz_bpe_options **copy, const tkz_bpe_options *options,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    tkz_bpe_options *made;
    tkz_status status = tkz_bpe_options_new(&made, allocator, error);
    *copy = made;
    if (status != TKZ_OK)
        return status;
    tkz_bpe_options empty = *made;
    *made = *options;
    made->allocator = empty.allocator;
    made->specials = empty.specials;
    made->required = empty.required;
    made->required_tokens = empty.required_tokens;
    made->forbidden = empty.forbidden;
    made->steps = NULL;
    if (made->longest_bytes == 0)
        made->longest_bytes = LONGEST_BYTES;
    if (made->order == TKZ_BPE_ORDER_SENTENCEPIECE) {
        if (made->longest_characters == 0)
            made->longest_characters = USUAL_CHARACTERS;
        if (!made->is_split_set)
            made->split = TKZ_BPE_SPLIT_SCRIPTS | TKZ_BPE_SPLIT_NUMBERS | TKZ_BPE_SPLIT_SPACES;
    }
    if (options->steps != NULL) {
        made->steps = tkz__duplicate(&made->allocator, options->steps, strlen(options->steps));
        if (made->steps == NULL)
            status = tkz__error_memory(error, strlen(options->steps) + 1);
    }
    if (status == TKZ_OK)
        status = copy_map(&made->specials, &options->specials, error);
    if (status == TKZ_OK)
        status = copy_map(&made->required, &options->required, error);
    if (status == TKZ_OK)
        status = copy_map(&made->required_tokens, &options->required_tokens, error);
    if (status == TKZ_OK)
        status = copy_map(&made->forbidden, &options->forbidden, error);
    if (status != TKZ_OK) {
        tkz_bpe_options_free(made);
        *copy = NULL;
    }
    return status;
}

static tkz_status put_map(tkz__buffer *buffer, const tkz__byte_map *map, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_u64(buffer, map->count, error);
    for (size_t i = 0; status == TKZ_OK && i < map->count; i++) {
        status = tkz__buffer_append_u64(buffer, map->entries[i].key_size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(buffer, tkz__byte_map_key(map, &map->entries[i]),
                                        map->entries[i].key_size, error);
    }
    return status;
}

tkz_status tkz__bpe_options_hash(const tkz_bpe_options *options, uint64_t *hash, tkz_error *error)
{
    uint64_t coverage;
    memcpy(&coverage, &options->coverage, sizeof coverage);
    const uint64_t numbers[] = {
        options->minimum_count,      (uint64_t)options->unit,
        (uint64_t)options->order,    options->longest_bytes,
        options->longest_characters, coverage,
        options->alphabet_limit,     options->split,
        options->byte_fallback};
    tkz__buffer buffer;
    tkz_status status = TKZ_OK;
    tkz__buffer_init(&buffer, &options->allocator);
    for (size_t i = 0; status == TKZ_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        status = tkz__buffer_append_u64(&buffer, numbers[i], error);
    if (status == TKZ_OK)
        status = put_map(&buffer, &options->specials, error);
    if (status == TKZ_OK)
        status = put_map(&buffer, &options->required, error);
    if (status == TKZ_OK)
        status = put_map(&buffer, &options->forbidden, error);
    if (status == TKZ_OK)
        *hash = tkz__hash64(buffer.data, buffer.size);
    tkz__buffer_free(&buffer);
    return status;
}
