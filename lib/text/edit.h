/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a step writes: the new text, and, if asked for, the span map back to the
 * old one. Leans on buffer, span_map and arena.
 */
#ifndef TKZ_TEXT_EDIT_H
#define TKZ_TEXT_EDIT_H

#include <string.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/span_map.h"
#include "tokenize/base.h"

typedef struct tkz__edit {
    tkz__buffer *target;
    tkz__span_map *map;   /* NULL: nobody asked */
    tkz__arena *scratch;  /* reset before each step's run */
    uint64_t *counts;     /* of the step's own kinds of changes; NULL: nobody asked */
    bool goes_on_before;  /* the text is a part of one: something comes before it */
    bool goes_on_behind;
    const tkz_boundaries *words; /* where words are; NULL: nobody knows. For steps that need it */
    void *words_worker;
} tkz__edit;

/* Records that `source_size` bytes became the `target_size` bytes just written, for steps that
 * write into `target` themselves. */
static inline tkz_status tkz__edit_record(tkz__edit *edit, uint64_t source_size,
                                          uint64_t target_size, bool identity, tkz_error *error)
{
    if (edit->map == NULL)
        return TKZ_OK;
    return tkz__span_map_append(edit->map, source_size, target_size, identity, error);
}

/* Appends to the target; without a call where it has room, for steps that write a few bytes at a
 * time. */
static inline tkz_status tkz__edit_append(tkz__edit *edit, const char *text, size_t size,
                                          tkz_error *error)
{
    tkz__buffer *target = edit->target;
    if (size == 0)
        return TKZ_OK;
    if (target->capacity - target->size < size)
        return tkz__buffer_append(target, text, size, error);
    memcpy(target->data + target->size, text, size);
    target->size += size;
    return TKZ_OK;
}

/* Counts changes of a kind, by its place among the step's count names. */
static inline void tkz__edit_count(tkz__edit *edit, size_t kind, uint64_t number)
{
    if (edit->counts != NULL)
        edit->counts[kind] += number;
}

/* Copies `size` bytes of the source as they are. */
static inline tkz_status tkz__edit_copy(tkz__edit *edit, const char *text, size_t size,
                                        tkz_error *error)
{
    tkz_status status = tkz__edit_append(edit, text, size, error);
    return status == TKZ_OK ? tkz__edit_record(edit, size, size, true, error) : status;
}

/* Writes `target_size` bytes in place of `source_size` bytes of the source; either may be 0. */
static inline tkz_status tkz__edit_replace(tkz__edit *edit, size_t source_size,
                                           const char *target, size_t target_size,
                                           tkz_error *error)
{
    tkz_status status = tkz__edit_append(edit, target, target_size, error);
    return status == TKZ_OK ? tkz__edit_record(edit, source_size, target_size, false, error)
                            : status;
}

#endif
