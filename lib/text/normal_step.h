/* SPDX-License-Identifier: Apache-2.0
 *
 * What a step of a normal form is. Adding a family of steps is a file
 * lib/text/normal_NAME.c that defines tkz__normal_NAME, and its line in Makefile.inc,
 * from which the registry is made. Leans on edit.
 */
#ifndef TKZ_TEXT_NORMAL_STEP_H
#define TKZ_TEXT_NORMAL_STEP_H

#include "core/file_hash.h"
#include "text/edit.h"
#include "tokenize/text.h"

/* One chosen option value, in the order of info.options. Checked against choices and range. */
typedef struct tkz__normal_value {
    int64_t number;   /* of a number; of a choice its index */
    const char *text; /* of a text; lives as long as the form */
    size_t size;
} tkz__normal_value;

typedef struct tkz__normal_step tkz__normal_step;

enum tkz__normal_trait {
    /* A second run changes nothing. Tested on random text for every step that claims it. */
    TKZ__NORMAL_IDEMPOTENT = 1 << 0,
    /* Each stretch of the span map, taken alone, gives its target: what the step does in one place
     * depends on nothing outside the stretch. Tested likewise. */
    TKZ__NORMAL_LOCAL = 1 << 1,
    /* Its spans count even where the text comes out as it was: what was taken away and put there again
     * comes from where the step says. */
    TKZ__NORMAL_OWN_SPANS = 1 << 2,
    /* `run` asks where the words of the text are (tkz__edit.words). */
    TKZ__NORMAL_NEEDS_WORDS = 1 << 3
};

/* A registered step. Static and immutable. */
typedef struct tkz__normal_kind {
    tkz_normal_step_info info;
    uint32_t traits;
    const char *const *count_names; /* what the step counts ("phone"); NULL: nothing */
    size_t count_total;
    const void *data; /* for kinds that share functions: a Unicode version, a rule table */
    /* Builds what `run` needs from the options, once per form. May be NULL. */
    tkz_status (*prepare)(tkz__normal_step *step, const tkz_allocator *allocator,
                          tkz_error *error);
    void (*dispose)(tkz__normal_step *step, const tkz_allocator *allocator);
    /* Length of a prefix that is certain to be copied as it is; `size` only if `run` would change
     * nothing at all. Fast (SIMD on usual text); need not be the longest. May be NULL. */
    size_t (*unchanged)(const tkz__normal_step *step, const char *text, size_t size);
    /* Appends the result for all of `text` to the edit, with its runs. Linear. */
    tkz_status (*run)(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error);
} tkz__normal_kind;

/* A step of a form: a kind with its options. */
struct tkz__normal_step {
    const tkz__normal_kind *kind;
    const tkz__normal_value *values;
    void *state; /* of prepare and dispose */
    char file_hash[TKZ__FILE_HASH_SIZE]; /* of the file that prepare read; "": none */
    size_t first_count; /* among those of the form: documents changed, then count_names */
};

/* What one file registers; the first kind of a name is what the name without version means. */
typedef struct tkz__normal_family {
    const tkz__normal_kind *kinds;
    size_t count;
} tkz__normal_family;

/* Where the names of a chain are looked up, and what they are called in complaints. */
typedef struct tkz__normal_registry {
    const char *what;  /* "step" */
    const char *chain; /* "normal form" */
    const char *topic; /* of `tokenize list`: "normalizers" */
    const tkz__normal_kind *(*at)(size_t index); /* NULL beyond the end */
} tkz__normal_registry;

/* A registered kind; NULL beyond the end. */
const tkz__normal_kind *tkz__normal_kind_at(size_t index);

/* By full name, or by name without version; NULL when there is none. */
const tkz__normal_kind *tkz__normal_kind_find(const tkz__normal_registry *registry,
                                              const char *name, size_t size);

#endif
