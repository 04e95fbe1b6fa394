/* SPDX-License-Identifier: Apache-2.0
 *
 * For steps made of several passes over the whole text: runs one after the other
 * and composes their span maps. Leans on normal_step.
 */
#ifndef TKZ_TEXT_PHASES_H
#define TKZ_TEXT_PHASES_H

#include "text/normal_step.h"

/* As the functions of a kind; `unchanged` may be NULL. */
typedef struct tkz__phase {
    size_t (*unchanged)(const tkz__normal_step *step, const char *text, size_t size);
    tkz_status (*run)(const tkz__normal_step *step, const char *text, size_t size,
                      tkz__edit *edit, tkz_error *error);
} tkz__phase;

/* Appends to the edit what `text` is after all phases, with the map of the whole. */
TKZ_CHECKED tkz_status tkz__run_phases(const tkz__phase *phases, size_t count,
                                       const tkz__normal_step *step, const char *text,
                                       size_t size, tkz__edit *edit, tkz_error *error);

#endif
