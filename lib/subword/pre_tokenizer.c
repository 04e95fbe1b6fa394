/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of pre-tokenizers, made by make from the names in Makefile.inc, and
 * the look-up by name, by regular expression, by the steps of a Sequence. Leans on the scanners.
 */
#include "subword/pre_tokenizer.h"

#include <stdbool.h>
#include <string.h>

#define X(name) extern const tkz__pre_tokenizer tkz__pre_tokenizer_##name;
#include "subword/pre_tokenizer_table.inc"
#undef X

static const tkz__pre_tokenizer *const table[] = {
#define X(name) &tkz__pre_tokenizer_##name,
#include "subword/pre_tokenizer_table.inc"
#undef X
};

#define TABLE_SIZE (sizeof table / sizeof table[0])

static bool equals(const char *known, const char *text, size_t size)
{
    return strlen(known) == size && memcmp(known, text, size) == 0;
}

const tkz__pre_tokenizer *tkz__pre_tokenizer_find(const char *name, size_t size)
{
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (equals(table[i]->name, name, size))
            return table[i];
    }
    return NULL;
}

static bool has_pattern(const tkz__pre_tokenizer *one, unsigned dialect, const char *pattern,
                        size_t size)
{
    if ((one->pattern_dialects & dialect) != 0 && equals(one->pattern, pattern, size))
        return true;
    for (size_t i = 0; i < one->spelling_count; i++) {
        if ((one->spellings[i].dialects & dialect) != 0 &&
            equals(one->spellings[i].pattern, pattern, size))
            return true;
    }
    return false;
}

const tkz__pre_tokenizer *tkz__pre_tokenizer_by_dialect(tkz__regex_dialect dialect,
                                                        const char *pattern, size_t size)
{
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (has_pattern(table[i], dialect, pattern, size))
            return table[i];
    }
    return NULL;
}

const tkz__pre_tokenizer *tkz__pre_tokenizer_by_pattern(const char *pattern, size_t size)
{
    return tkz__pre_tokenizer_by_dialect(TKZ__DIALECT_ONIGURUMA, pattern, size);
}

static bool same_steps(const tkz__pre_tokenizer *one, const tkz__split_step *steps, size_t count)
{
    if (one->steps == NULL || one->step_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (one->steps[i].kind != steps[i].kind ||
            (steps[i].kind == TKZ__SPLIT_REGEX &&
             strcmp(one->steps[i].pattern, steps[i].pattern) != 0))
            return false;
    }
    return true;
}

const tkz__pre_tokenizer *tkz__pre_tokenizer_by_steps(const tkz__split_step *steps, size_t count)
{
    if (count == 1 && steps[0].kind == TKZ__SPLIT_REGEX)
        return tkz__pre_tokenizer_by_pattern(steps[0].pattern, strlen(steps[0].pattern));
    if (count == 1 && steps[0].kind == TKZ__SPLIT_BYTE_LEVEL)
        return tkz__pre_tokenizer_find("gpt2", 4);
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (same_steps(table[i], steps, count))
            return table[i];
    }
    return NULL;
}

static size_t take_all(const char *text, size_t size)
{
    (void)text;
    return size;
}

static size_t cut_nothing(const char *text, size_t size, uint32_t *ends, size_t room)
{
    (void)text, (void)room;
    ends[0] = (uint32_t)size;
    return 1;
}

const tkz__pre_tokenizer tkz__pre_tokenizer_none = {
    .info = {"none", "", "none needed", "A text is one chunk."},
    .next = take_all,
    .cut = cut_nothing,
    .is_spelled = true};

tkz__pre_tokenizer tkz__pre_tokenizer_of_steps(const char *steps)
{
    return (tkz__pre_tokenizer){.name = "steps",
                                .pattern = steps,
                                .unicode_version = "as the steps",
                                .description = "Steps of HF tokenizers or tiktoken.",
                                .next = take_all,
                                .cut = cut_nothing,
                                .is_spelled = true};
}

size_t tkz_pre_tokenizer_count(void)
{
    return TABLE_SIZE;
}

const tkz_pre_tokenizer_info *tkz_pre_tokenizer_at(size_t index)
{
    return index < TABLE_SIZE ? &table[index]->info : NULL;
}
