/* SPDX-License-Identifier: Apache-2.0
 *
 * The boundary source: whoever knows where words begin (a morphological
 * analyser) implements it, whoever needs borders is handed one. Leans on error.
 */
#ifndef TKZ_CORE_BOUNDARY_H
#define TKZ_CORE_BOUNDARY_H

#include "core/error.h"

/* Per-thread: one thread at a time uses a source. */
typedef struct tkz__boundary_source {
    void *context;
    /* Finds the word borders in `text` (UTF-8, `size` bytes). `*ends` is an ascending array of
     * `*count` byte offsets, each the end of a word; the last one is `size` unless size is 0.
     * Owned by the source, valid until its next call. */
    tkz_status (*find)(void *context, const char *text, size_t size, const uint64_t **ends,
                       size_t *count, tkz_error *error);
} tkz__boundary_source;

#endif
