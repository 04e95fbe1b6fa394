/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON of a filter set, read and checked, presets unfolded. Leans on filter_set and jansson.
 */
#ifndef TKZ_CLEAN_FILTER_READER_H
#define TKZ_CLEAN_FILTER_READER_H

#include <jansson.h>

#include "clean/filter_set.h"

/* What a set is read from: filters in order, and for messages the element of the user's array that
 * each comes from. */
typedef struct tkz__filter_list {
    json_t *filters;  /* array of objects with a "name" */
    json_t *elements; /* array of integers */
} tkz__filter_list;

/* Parses the text and unfolds presets. Errors: INVALID_RECIPE, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__filter_list_parse(tkz__filter_list *list, const char *json,
                                              size_t size, tkz_error *error);
void tkz__filter_list_free(tkz__filter_list *list);

/* The filter that element `index` names. */
TKZ_CHECKED tkz_status tkz__filter_list_find(const tkz__filter_list *list, size_t index,
                                             const tkz__filter **filter, tkz_error *error);

/* Its parameters: what the object says, defaults elsewhere; `*file` is text of the list's own or NULL.
 * Errors: INVALID_RECIPE, where `where` names the place. */
TKZ_CHECKED tkz_status tkz__filter_list_read(const tkz__filter_list *list, size_t index,
                                             const tkz__filter *filter, double *parameters,
                                             const char **file, tkz_error *error);

#endif
