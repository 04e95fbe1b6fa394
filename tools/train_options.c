/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of BPE training, from the command line to the trainer. Leans on train_bpe.h.
 */
#include <string.h>

#include "tools/messages.h"
#include "tools/train_bpe.h"

/* The number of a choice in the order of its list "a|b|c". */
static int32_t choice_number(const char *choices, const char *choice)
{
    int32_t number = 0;
    size_t size = strlen(choice);
    for (const char *at = choices;; number++) {
        const char *end = strchr(at, '|');
        size_t length = end == NULL ? strlen(at) : (size_t)(end - at);
        if ((length == size && memcmp(at, choice, size) == 0) || end == NULL)
            return number;
        at = end + 1;
    }
}

tkz_status train_bpe_split(tkz_bpe_options *options, const char *rules, tkz_error *error)
{
    static const struct {
        const char *name;
        uint32_t rule;
    } known[] = {{"none", 0},
                 {"scripts", TKZ_BPE_SPLIT_SCRIPTS},
                 {"numbers", TKZ_BPE_SPLIT_NUMBERS},
                 {"digits", TKZ_BPE_SPLIT_DIGITS},
                 {"spaces", TKZ_BPE_SPLIT_SPACES},
                 {"keep-spaces", TKZ_BPE_KEEP_SPACES}};
    uint32_t split = 0;
    for (const char *at = rules; at != NULL;) {
        const char *end = strchr(at, ',');
        size_t size = end == NULL ? strlen(at) : (size_t)(end - at), i = 0;
        while (i < COUNT_OF(known) &&
               (strlen(known[i].name) != size || memcmp(known[i].name, at, size) != 0))
            i++;
        split |= i < COUNT_OF(known) ? known[i].rule : UINT32_C(1) << 31;
        at = end == NULL ? NULL : end + 1;
    }
    return tkz_bpe_options_set_split(options, split, error);
}

static tkz_status add_specials(const struct arguments *arguments, tkz_bpe_options *options,
                               tkz_error *error)
{
    static const char usual[] = "<|endoftext|>";
    size_t count = option_repeats(arguments, "special");
    tkz_status status = TKZ_OK;
    if (wants_no_specials(arguments))
        return TKZ_OK;
    if (count == 0)
        return tkz_bpe_options_add_special(options, usual, strlen(usual), error);
    for (size_t i = 0; i < count && status == TKZ_OK; i++) {
        const char *special = option_repeat(arguments, "special", i);
        status = tkz_bpe_options_add_special(options, special, strlen(special), error);
    }
    return status;
}

static tkz_status add_texts(const struct arguments *arguments, tkz_bpe_options *options,
                            tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < option_repeats(arguments, "require"); i++) {
        const char *text = option_repeat(arguments, "require", i);
        status = tkz_bpe_options_require(options, text, strlen(text), error);
    }
    return status;
}

static tkz_status set_kinds(const struct arguments *arguments, tkz_bpe_options *options,
                            tkz_error *error)
{
    tkz_status status = tkz_bpe_options_set_unit(
        options, choice_number("bytes|characters", option_text(arguments, "unit")), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_order(
            options,
            choice_number("hf|rustbpe|sentencepiece", option_text(arguments, "order")), error);
    if (status == TKZ_OK && option_given(arguments, "split"))
        status = train_bpe_split(options, option_text(arguments, "split"), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_byte_fallback(options,
                                                   option_given(arguments, "byte-fallback"), error);
    return status;
}

/* The largest of the sizes that are asked for. */
static uint32_t largest_size(const struct arguments *arguments)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct given_option *given = &arguments->given[i];
        if (strcmp(given->info->name, "size") == 0 && given->integer > largest)
            largest = given->integer;
    }
    return (uint32_t)(largest > 0 ? largest : option_integer(arguments, "size"));
}

static tkz_status set_numbers(const struct arguments *arguments, tkz_bpe_options *options,
                              tkz_error *error)
{
    tkz_status status = tkz_bpe_options_set_size(options, largest_size(arguments), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_minimum_count(
            options, option_integer(arguments, "minimum-count"), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_longest(
            options, (uint32_t)option_integer(arguments, "longest-bytes"),
            (uint32_t)option_integer(arguments, "longest-characters"), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_alphabet(
            options, option_number(arguments, "coverage"),
            (uint32_t)option_integer(arguments, "alphabet-limit"), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_memory(options, option_integer(arguments, "memory"), error);
    return status;
}

tkz_status train_bpe_options(const struct arguments *arguments, tkz_bpe_options **result,
                             tkz_error *error)
{
    tkz_status status = tkz_bpe_options_new(result, NULL, error);
    if (status == TKZ_OK)
        status = set_numbers(arguments, *result, error);
    if (status == TKZ_OK)
        status = set_kinds(arguments, *result, error);
    if (status == TKZ_OK)
        status = add_specials(arguments, *result, error);
    return status == TKZ_OK ? add_texts(arguments, *result, error) : status;
}
