/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding added tokens in text, as HF tokenizers does (src/tokenizer/added_vocabulary.rs):
 * the leftmost match first, of those that start there the longest; matches do not
 * overlap. Leans on the image and its trie.
 */
#ifndef TKZ_SUBWORD_ADDED_TOKENS_H
#define TKZ_SUBWORD_ADDED_TOKENS_H

#include "subword/tokenizer_image.h"
#include "text/byte_rules.h"
#include "tokenize/text.h"

/* Immutable, any thread. */
typedef struct tkz__added_finder {
    tkz__buffer nodes; /* a trie of the contents */
    tkz__buffer ends;
    tkz__added_token *tokens; /* what the trie's numbers mean */
    uint32_t count;
    uint32_t ordinary_count; /* of those that are not special: found without being allowed */
    uint32_t flags;          /* of any of them */
    size_t longest;          /* bytes of the longest content that is looked for */
    bool starts[256];        /* bytes that some content starts with */
    uint32_t start_count;    /* how many those are */
    uint8_t last_start;      /* the greatest of them */
    tkz__byte_rules rules;   /* places where a content may start, by its first three bytes */
} tkz__added_finder;

typedef struct tkz__added_match {
    size_t start; /* with the white space that the token takes in; may be before the last end */
    size_t end;
    size_t content; /* where its content starts */
    uint32_t id;
} tkz__added_match;

/* A finder of the added tokens that are looked for in raw text, or (`normalized`) in normalized text;
 * their contents are normalized too then, unless normalizer is NULL. Free with
 * tkz__added_finder_free. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__added_finder_make(tkz__added_finder *finder, const tkz__image *image,
                                              bool normalized, tkz_normalizer *normalizer,
                                              const tkz_allocator *allocator, tkz_error *error);
void tkz__added_finder_free(tkz__added_finder *finder, const tkz_allocator *allocator);

/* The next token whose content starts in text[*at .. limit): true and the match. `*at` is then where
 * the search goes on, which may be before the match's end (HF looks for the next token behind the
 * content, not behind the white space). Special tokens are passed over unless allowed. `taken`: where
 * the last match ended; white space before it is not taken in again. */
bool tkz__added_finder_next(const tkz__added_finder *finder, const char *text, size_t size,
                            size_t limit, bool allow_special, size_t taken, size_t *at,
                            tkz__added_match *match);

/* Whether there is nothing to find. */
bool tkz__added_finder_is_idle(const tkz__added_finder *finder, bool allow_special);

/* Where the white space before text[at] starts that a token there could take in; not before `taken`.
 * `at` itself where no token takes in any. */
size_t tkz__added_finder_reach(const tkz__added_finder *finder, const char *text, size_t at,
                               size_t taken);

#endif
