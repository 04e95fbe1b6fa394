/* SPDX-License-Identifier: Apache-2.0
 *
 * The named normalisation rules of sentencepiece (nmt_nfkc, nfkc, nmt_nfkc_cf,
 * nfkc_cf, identity) as of its release 0.2.3, which is Unicode 17.0. Leans on
 * spm_rules_table and utf8.
 */
#ifndef TKZ_TEXT_SPM_RULES_H
#define TKZ_TEXT_SPM_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tkz__spm_rules {
    bool maps;  /* NFKC of characters and of the sequences that compose */
    bool nmt;   /* control characters vanish, odd spaces become U+0020, U+FF5E stays */
    bool folds; /* simple case folding */
} tkz__spm_rules;

/* Which spaces end a stretch that is copied. */
typedef enum tkz__spm_spaces {
    TKZ__SPM_SPACES_COPIED, /* none */
    TKZ__SPM_SPACES_DOUBLE, /* one that another one follows */
    TKZ__SPM_SPACES_ALL
} tkz__spm_spaces;

/* Room for every replacement: the longest is of U+FDFA, 33 bytes. */
#define TKZ__SPM_LONGEST 64

/* What a stretch of text becomes: `text` points into the input, a table or `room`. */
typedef struct tkz__spm_piece {
    const char *text;
    size_t size;
    char room[TKZ__SPM_LONGEST];
} tkz__spm_piece;

/* Length of a prefix of `text` that consists of valid UTF-8, that no rule touches, and behind which
 * no rule that began in it can reach. Neither a leading nor a trailing space is looked at. 2 GB/s
 * and more on Japanese text. Any thread. */
size_t tkz__spm_rules_plain(const tkz__spm_rules *rules, tkz__spm_spaces spaces, const char *text,
                            size_t size);

/* Scans `size` bytes from `text`, the start of a character, of `left` that can be read: sets bits[k]
 * for text[64 * k ...] as tkz__doubtful has them; bytes that are no UTF-8 are doubtful. Any thread. */
void tkz__spm_rules_doubtful(const tkz__spm_rules *rules, tkz__spm_spaces spaces, const char *text,
                             size_t size, size_t left, uint64_t *bits);

/* Whether a rule may begin in the character before `text` (`size` at least 1) and go on here. */
bool tkz__spm_rules_may_join(const tkz__spm_rules *rules, const char *text, size_t size);

/* Applies the rule for the longest sequence at the start of `text` (`size` at least 1), copies a
 * character that has none, and makes U+FFFD of a byte that is no UTF-8. Returns how many bytes of
 * the input that took. */
size_t tkz__spm_rules_match(const tkz__spm_rules *rules, const char *text, size_t size,
                            tkz__spm_piece *piece);

/* Of all prefixes of `text` (valid UTF-8) that have a rule, applies the shortest, which the
 * normalizer Precompiled of HF tokenizers prefers. 0: there is none. */
size_t tkz__spm_rules_match_shortest(const tkz__spm_rules *rules, const char *text, size_t size,
                                     tkz__spm_piece *piece);

/* Simple case folding of Unicode 17.0. */
uint32_t tkz__simple_fold(uint32_t character);

#endif
