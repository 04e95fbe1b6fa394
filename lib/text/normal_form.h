/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a normal form: its chosen steps. Leans on normal_step.
 */
#ifndef TKZ_TEXT_NORMAL_FORM_H
#define TKZ_TEXT_NORMAL_FORM_H

#include "text/normal_step.h"

struct tkz_normal_form {
    const tkz__normal_registry *registry;
    tkz__normal_step *steps; /* `count` prepared ones, in the order in which they work */
    size_t count;
    size_t capacity;
    tkz__buffer name;   /* NUL-terminated */
    tkz__arena strings; /* option values, count names */
    const char **count_names; /* "pii-v1.documents", "pii-v1.phone", ... */
    size_t count_total;
    tkz_allocator allocator;
};

/* The texts of the next runs are parts of one, cut where their steps say that it may be cut: something
 * comes before them, behind them. What steps look at the ends of texts for is not there then. */
void tkz__normalizer_take_parts(tkz_normalizer *normalizer, bool before, bool behind);

/* tkz_normal_form_new for the names of a registry, which must outlive the form. Errors: the same. */
TKZ_CHECKED tkz_status tkz__normal_form_read(tkz_normal_form **form,
                                             const tkz__normal_registry *registry,
                                             const char *steps, size_t size,
                                             const tkz_allocator *allocator, tkz_error *error);

#endif
