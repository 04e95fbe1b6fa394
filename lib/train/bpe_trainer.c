/* SPDX-License-Identifier: Apache-2.0
 *
 * Training of byte-level BPE: options in, tokenizer out. Leans on bpe_merges and
 * on subword's tokenizer builder.
 */
#include <inttypes.h>
#include <string.h>

#include "core/buffer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"
#include "train/bpe_merges.h"

enum { BYTE_COUNT = 256, SMALLEST_SIZE = BYTE_COUNT + 1, LARGEST_SIZE = 16777216 };

struct tkz_bpe_options {
    tkz_allocator allocator;
    uint32_t size;
    uint64_t minimum_count;
    tkz__byte_map specials; /* in order of insertion */
};

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
    tkz__byte_map_init(&made->specials, &memory);
    return TKZ_OK;
}

void tkz_bpe_options_free(tkz_bpe_options *options)
{
    if (options == NULL)
        return;
    tkz__byte_map_free(&options->specials);
    tkz_allocator allocator = options->allocator;
    tkz__release(&allocator, options, sizeof *options);
}

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

tkz_status tkz_bpe_options_add_special(tkz_bpe_options *options, const char *content, size_t size,
                                       tkz_error *error)
{
    /* One byte would be the text of an ordinary token as well, and an exported vocabulary is a map
     * from texts to ids. */
    if (size < 2 || tkz_utf8_valid_prefix(content, size) != size)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "special", TKZ__NO_OFFSET,
                              "a special token must be UTF-8 of two bytes or more");
    uint64_t *value;
    bool added;
    tkz_status status = tkz__byte_map_insert(&options->specials, content, size, &value, &added,
                                             error);
    if (status == TKZ_OK && !added)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "special", TKZ__NO_OFFSET,
                              "the special token \"%.*s\" is given twice",
                              (int)(size < 64 ? size : 64), content);
    return status;
}

/* How the vocabulary was made, for the tokenizer file. Names of pre-tokenizers need no JSON
 * escapes. */
static tkz_status set_provenance(tkz__tokenizer_builder *builder, const tkz_word_counts *counts,
                                 const tkz_bpe_options *options, tkz_error *error)
{
    uint64_t types, tokens;
    tkz__buffer json;
    tkz__buffer_init(&json, &options->allocator);
    tkz_word_counts_totals(counts, &types, &tokens, NULL);
    tkz_status status = tkz__buffer_append_format(
        &json, error,
        "{\"trainer\":\"bpe\",\"size\":%" PRIu32 ",\"minimum_count\":%" PRIu64
        ",\"pre_tokenizer\":\"%s\",\"types\":%" PRIu64 ",\"tokens\":%" PRIu64 "}",
        options->size, options->minimum_count, tkz__word_counts_pre_tokenizer(counts)->name, types,
        tokens);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_provenance(builder, (const char *)json.data, json.size,
                                                       error);
    tkz__buffer_free(&json);
    return status;
}

/* Specials, bytes, merges: the order that gives HF's ids. */
static tkz_status add_tokens(tkz__tokenizer_builder *builder, const tkz_bpe_options *options,
                             const tkz__bpe_merges *merges, tkz_error *error)
{
    uint32_t id = 0;
    const tkz__byte_map *specials = &options->specials;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < specials->count; i++) {
        const tkz__byte_map_entry *entry = &specials->entries[i];
        status = tkz__tokenizer_builder_add_special(
            builder, (const char *)tkz__byte_map_key(specials, entry), entry->key_size, &id,
            error);
    }
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_bytes(builder, error);
    uint32_t expected = (uint32_t)specials->count + BYTE_COUNT;
    for (size_t i = 0; status == TKZ_OK && i < merges->count; i++) {
        status = tkz__tokenizer_builder_add_merge(builder, merges->items[i].left,
                                                  merges->items[i].right, &id, error);
        if (status == TKZ_OK && id != expected++)
            status = tkz__error_set(error, TKZ_STATUS_INTERNAL, NULL, TKZ__NO_OFFSET,
                                    "merge %zu got id %" PRIu32, i, id);
    }
    return status;
}

static tkz_status make_tokenizer(const tkz_word_counts *counts, const tkz_bpe_options *options,
                                 const tkz__bpe_merges *merges, const tkz_allocator *allocator,
                                 tkz_tokenizer **tokenizer, tkz_error *error)
{
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(
        &builder, tkz__word_counts_pre_tokenizer(counts), allocator, error);
    if (status != TKZ_OK)
        return status;
    status = add_tokens(builder, options, merges, error);
    if (status == TKZ_OK)
        status = set_provenance(builder, counts, options, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, error);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_status check_request(const tkz_word_counts *counts, const tkz_bpe_options *options,
                                tkz_error *error)
{
    uint64_t types;
    tkz_word_counts_totals(counts, &types, NULL, NULL);
    if (types == 0)
        return tkz__error_set(error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                              "the table of word counts is empty");
    if (options->specials.count + BYTE_COUNT > options->size)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, "size", TKZ__NO_OFFSET,
                              "a vocabulary of %" PRIu32 " ids has no room for %zu special tokens "
                              "and the %d bytes",
                              options->size, options->specials.count, BYTE_COUNT);
    return TKZ_OK;
}

tkz_status tkz_train_bpe(tkz_word_counts *counts, const tkz_bpe_options *options,
                         const tkz_progress_callback *progress, const tkz_allocator *allocator,
                         tkz_tokenizer **tokenizer, tkz_error *error)
{
    tkz__bpe_words words;
    tkz__bpe_merges merges;
    *tokenizer = NULL;
    tkz_status status = check_request(counts, options, error);
    if (status != TKZ_OK)
        return status;
    tkz__bpe_plan plan = {.first_byte = (uint32_t)options->specials.count,
                          .minimum_count = options->minimum_count,
                          .token_size_limit = TKZ__IMAGE_TOKEN_LIMIT,
                          .reserved = &options->specials};
    plan.merge_limit = options->size - plan.first_byte - BYTE_COUNT;
    status = tkz__bpe_words_init(&words, counts, plan.first_byte, allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__bpe_merges_init(&merges, allocator);
    status = tkz__bpe_merges_find(&merges, &words, &plan, progress, error);
    tkz__bpe_words_free(&words);
    if (status == TKZ_OK)
        status = make_tokenizer(counts, options, &merges, allocator, tokenizer, error);
    tkz__bpe_merges_free(&merges);
    return status;
}
