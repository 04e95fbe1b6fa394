/* SPDX-License-Identifier: Apache-2.0
 *
 * Named pre-tokenizers: each cuts text into the chunks that merges never cross.
 * Hand-written scanners over pinned class tables; the name fixes pattern and
 * Unicode version. Leans on text.
 */
#ifndef TKZ_SUBWORD_PRE_TOKENIZER_H
#define TKZ_SUBWORD_PRE_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "tokenize/subword.h"

typedef struct tkz__pre_tokenizer {
    union {
        tkz_pre_tokenizer_info info; /* what the public list shows; the same four texts */
        struct {
            const char *name;            /* "llama3" */
            const char *pattern;         /* the regular expression it equals, in the syntax of HF
                                          * tokenizers */
            const char *unicode_version; /* of \p{..} and \s in that reference */
            const char *description;
        };
    };
    /* Length in bytes of the chunk that starts at `text` (size > 0): at least 1, at most size.
     * Invalid bytes form chunks of their own class "not a letter, number or space". `text` is the
     * rest of the document from a chunk border. */
    size_t (*next)(const char *text, size_t size);
} tkz__pre_tokenizer;

/* The pre-tokenizer called `name`, or NULL. The public list is in tokenize/subword.h. */
const tkz__pre_tokenizer *tkz__pre_tokenizer_find(const char *name, size_t size);

#endif
