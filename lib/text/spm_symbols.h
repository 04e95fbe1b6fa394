/* SPDX-License-Identifier: Apache-2.0
 *
 * The USER_DEFINED symbols of a sentencepiece model, which its normalizer copies as they are: the
 * longest that begins a text, as PrefixMatcher of src/normalizer.cc finds it. Leans on memory.
 */
#ifndef TKZ_TEXT_SPM_SYMBOLS_H
#define TKZ_TEXT_SPM_SYMBOLS_H

#include <stdbool.h>

#include "core/buffer.h"

enum {
    TKZ__SPM_SYMBOL_MATCHES = 64,  /* no more are looked at (src/normalizer.cc, kResultSize) */
    TKZ__SPM_SYMBOL_LONGEST = 8000 /* bytes; a piece is shorter (src/model_interface.cc) */
};

typedef struct tkz__spm_symbol_node {
    uint32_t child;   /* the first; 0: none */
    uint32_t sibling; /* the next; 0: none */
    uint8_t byte;
    bool ends; /* a symbol ends here */
} tkz__spm_symbol_node;

/* A trie. No symbols: no nodes. */
typedef struct tkz__spm_symbols {
    tkz__spm_symbol_node *nodes; /* the root first */
    size_t count;
    size_t capacity;
    uint32_t first[256]; /* the children of the root by their bytes; 0: none */
} tkz__spm_symbols;

/* Appends a symbol to a list of them as an option has it: they stand between spaces, and what is a
 * space, a percent sign or a control character in one is written as "%20". Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_symbols_spell(tkz__buffer *list, const char *symbol, size_t size,
                                              tkz_error *error);

/* Reads such a list; empty: none. Errors: BAD_FORMAT (an empty symbol, "%" without two digits, U+0000,
 * bytes that are no UTF-8), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_symbols_read(tkz__spm_symbols *symbols, const char *list,
                                             size_t size, const tkz_allocator *allocator,
                                             tkz_error *error);
void tkz__spm_symbols_free(tkz__spm_symbols *symbols, const tkz_allocator *allocator);

/* Length of the longest symbol that begins the text, of the TKZ__SPM_SYMBOL_MATCHES shortest; 0:
 * none. */
size_t tkz__spm_symbols_match(const tkz__spm_symbols *symbols, const char *text, size_t size);

/* Do these bytes, at least one, stand in a symbol, one behind the other? Looks at all of them. */
bool tkz__spm_symbols_contain(const tkz__spm_symbols *symbols, const char *text, size_t size);

#endif
