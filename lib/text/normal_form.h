/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a normal form: its chosen steps. Leans on normal_step.
 */
#ifndef TKZ_TEXT_NORMAL_FORM_H
#define TKZ_TEXT_NORMAL_FORM_H

#include "text/normal_step.h"

struct tkz_normal_form {
    tkz__normal_step *steps; /* `count` prepared ones, in the order in which they work */
    size_t count;
    size_t capacity;
    tkz__buffer name;   /* NUL-terminated */
    tkz__arena strings; /* option values */
    tkz_allocator allocator;
};

#endif
