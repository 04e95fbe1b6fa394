/* SPDX-License-Identifier: Apache-2.0
 *
 * A sequence of characters that normalises as a whole, for unicode_normal only:
 * decomposed, ordered, composed. Leans on arena.
 */
#ifndef TKZ_TEXT_UNICODE_NORMAL_SEQUENCE_H
#define TKZ_TEXT_UNICODE_NORMAL_SEQUENCE_H

#include "core/arena.h"
#include "text/unicode_normal_record.h"

/* Usual sequences stay in `few`; longer ones, which grow by doubling, lie in the arena. */
enum { TKZ__SEQUENCE_FEW = 64 };

typedef struct tkz__sequence {
    uint32_t *points; /* combining class << 24 | character */
    uint32_t *spare;  /* as many, once asked for */
    size_t count;
    size_t capacity;
    size_t spare_capacity;
    const tkz__unicode_target *target;
    tkz__arena *arena;
    uint32_t few[TKZ__SEQUENCE_FEW];
} tkz__sequence;

#define TKZ__SEQUENCE_CHARACTER UINT32_C(0x1FFFFF)

void tkz__sequence_init(tkz__sequence *sequence, const tkz__unicode_target *target,
                        tkz__arena *arena);

/* Appends what the form makes of a valid character, decomposed. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__sequence_add(tkz__sequence *sequence, tkz__glance glance,
                                         tkz_error *error);

/* Brings the whole to the form: orders it by combining class, and composes where the form does.
 * Linear in its length. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__sequence_finish(tkz__sequence *sequence, tkz_error *error);

#endif
