/* SPDX-License-Identifier: Apache-2.0
 *
 * For suites of single steps: what a form makes of a text. Leans on testing.h and
 * the public header.
 */
#ifndef TKZ_TESTS_NORMAL_CHECK_H
#define TKZ_TESTS_NORMAL_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/text.h"

/* One row of a table of examples. */
typedef struct normal_example {
    const char *form;
    const char *text;
    const char *expected;
} normal_example;

/* A copy of what `form` makes of `text`, NUL-terminated; free() it. */
static inline char *normal_of(const char *form, const char *text, size_t size, size_t *made)
{
    tkz_normal_form *chain;
    tkz_normalizer *worker;
    tkz_normalized result;
    tkz_error error;
    ck_assert_msg(tkz_normal_form_new(&chain, form, strlen(form), NULL, &error) == TKZ_OK,
                  "%s: %s", form, error.message);
    ck_assert_status(tkz_normalizer_new(&worker, chain, NULL, NULL));
    ck_assert_status(tkz_normalizer_run(worker, text, size, 1, &result, NULL));
    char *copy = malloc(result.size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, result.text, result.size);
    copy[result.size] = '\0';
    *made = result.size;
    tkz_normalizer_free(worker);
    tkz_normal_form_free(chain);
    return copy;
}

static inline void check_example(const normal_example *row)
{
    size_t size;
    char *made = normal_of(row->form, row->text, strlen(row->text), &size);
    ck_assert_msg(strcmp(made, row->expected) == 0, "%s of \"%s\" is \"%s\", not \"%s\"",
                  row->form, row->text, made, row->expected);
    free(made);
}

static inline void check_examples(const normal_example *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_example(&rows[i]);
}

#define CHECK_EXAMPLES(rows) check_examples(rows, sizeof(rows) / sizeof *(rows))

#endif
