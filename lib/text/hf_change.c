/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk that changes single characters and copies what is between them. Leans on
 * byte_rules and utf8.
 */
#include "text/hf_steps.h"
#include "text/utf8.h"

/* The next character from `at` on that is not kept, or `size`; its length and what it becomes. One
 * that would vanish is kept where the broken bytes around it would then make a character. */
static size_t find_change(const tkz__hf_change *what, const tkz__byte_rules *rules,
                          const void *data, const char *text, size_t at, size_t size,
                          size_t *length, char *target, size_t *target_size)
{
    while (at < size) {
        if (rules != NULL) {
            at = tkz__byte_rules_find(rules, text, at, size);
            if (at == size)
                break;
        }
        uint32_t character;
        *length = tkz__utf8_next(text + at, size - at, &character);
        if (character != TKZ__UTF8_INVALID) {
            *target_size = what->change(data, character, target);
            if (*target_size != TKZ__HF_KEPT &&
                (*target_size != 0 || !tkz__utf8_is_stray(text, at + *length, size)))
                return at;
        }
        at += *length;
    }
    return size;
}

size_t tkz__hf_change_unchanged(const tkz__hf_change *what, const tkz__byte_rules *rules,
                                const void *data, const char *text, size_t size)
{
    char target[TKZ__HF_LONGEST];
    size_t length, target_size;
    return find_change(what, rules, data, text, 0, size, &length, target, &target_size);
}

tkz_status tkz__hf_change_run(const tkz__hf_change *what, const tkz__byte_rules *rules,
                              const void *data, const char *text, size_t size, tkz__edit *edit,
                              tkz_error *error)
{
    char target[TKZ__HF_LONGEST];
    size_t at = 0, length = 0, target_size = 0;
    tkz_status status = TKZ_OK;
    while (at < size && status == TKZ_OK) {
        size_t next = find_change(what, rules, data, text, at, size, &length, target,
                                  &target_size);
        if (next > at)
            status = tkz__edit_copy(edit, text + at, next - at, error);
        if (next < size && status == TKZ_OK)
            status = tkz__edit_replace(edit, length, target, target_size, error);
        at = next < size ? next + length : size;
    }
    return status;
}
