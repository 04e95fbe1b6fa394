/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of pre-tokenizers, made by make from the names in Makefile.inc, and
 * the look-up by name. Leans on the scanners.
 */
#include "subword/pre_tokenizer.h"

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

const tkz__pre_tokenizer *tkz__pre_tokenizer_find(const char *name, size_t size)
{
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (strlen(table[i]->name) == size && memcmp(table[i]->name, name, size) == 0)
            return table[i];
    }
    return NULL;
}

size_t tkz_pre_tokenizer_count(void)
{
    return TABLE_SIZE;
}

const tkz_pre_tokenizer_info *tkz_pre_tokenizer_at(size_t index)
{
    return index < TABLE_SIZE ? &table[index]->info : NULL;
}
