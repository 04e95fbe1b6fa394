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

/* What `form` does in a place does not depend on how far into the text it is: random sequences of
 * `pieces` behind fillers of many lengths. */
static inline void check_anywhere(const char *form, const char *const *pieces, size_t count,
                                  uint64_t state)
{
    for (size_t round = 0; round < 3000; round++) {
        char text[1200];
        size_t filler = test_random(&state) % (round % 8 == 0 ? 1100 : 140), size = filler + 1;
        memset(text, 'x', size);
        for (size_t i = test_random(&state) % 12; i > 0; i--) {
            const char *piece = pieces[test_random(&state) % count];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        size_t made_size, expected_size;
        char *made = normal_of(form, text, size, &made_size);
        char *expected = normal_of(form, text + filler, size - filler, &expected_size);
        ck_assert_uint_eq(made_size, filler + expected_size);
        ck_assert_mem_eq(made + filler, expected, expected_size);
        free(expected);
        free(made);
    }
}

#define CHECK_EXAMPLES(rows) check_examples(rows, sizeof(rows) / sizeof *(rows))

#endif
