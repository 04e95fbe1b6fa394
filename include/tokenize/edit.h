/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors: what is cut out of documents or mended in them. An editor is a step that looks at a whole document; chains
 * of editors and of steps of normal forms are tkz_normal_form objects, with spans and counts.
 */
#ifndef TOKENIZE_EDIT_H
#define TOKENIZE_EDIT_H

#include "tokenize/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One registered editor. Static; names are never given another meaning. */
typedef struct tkz_editor_info {
    const tkz_normal_step_info *step; /* name with its version, text, options */
    const char *source;               /* where the definition comes from */
    const char *difference;           /* where it departs from that; NULL: nowhere */
    const char *const *count_names;   /* what it counts, besides documents */
    size_t count_total;
} tkz_editor_info;

TKZ_API size_t tkz_editor_count(void);
TKZ_API int32_t tkz_editor_at(size_t index, tkz_editor_info *info); /* 0 beyond the end */

/* Reads "EDITOR[:OPTION=VALUE]...,EDITOR...", such as "mojibake,swallow_punctuation,pii:phone=keep": names of
 * editors, or of steps of normal forms; otherwise as tkz_normal_form_new. Files that options name are read here.
 * Editors take UTF-8: of a text that is not, what is between the broken bytes is edited. Errors: those of
 * tkz_normal_form_new, and of reading files (OPEN_FAILED, IO, BAD_UTF8, BAD_FORMAT, LIMIT). */
TKZ_API TKZ_CHECKED tkz_status tkz_editors_new(tkz_normal_form **form, const char *editors,
                                               size_t size, const tkz_allocator *allocator,
                                               tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_EDIT_H */
