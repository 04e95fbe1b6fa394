/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of one sentencepiece model: its own charsmap or named rules, and symbols of the user,
 * which no rule touches (NormalizePrefix of src/normalizer.cc). Leans on charsmap and spm_rules.
 */
#ifndef TKZ_TEXT_SPM_MODEL_RULES_H
#define TKZ_TEXT_SPM_MODEL_RULES_H

#include "text/charsmap.h"
#include "text/spm_rules.h"
#include "text/spm_symbols.h"

/* One flag byte for each character of the basic plane tells what a scan has to know of it. */
#define TKZ__SPM_PLANE 0x10000
#define TKZ__SPM_FIRST_BYTES 4

typedef struct tkz__spm_model_rules {
    const tkz__spm_rules *named; /* where there is no charsmap */
    tkz__charsmap charsmap;      /* a view on what the caller keeps; no units: there is none */
    tkz__spm_symbols symbols;
    uint8_t first[TKZ__SPM_FIRST_BYTES]; /* of symbols, where a scan goes by them */
    uint32_t first_count;                /* 0: it goes by the flags */
    uint8_t flags[TKZ__SPM_PLANE];
} tkz__spm_model_rules;

/* `charsmap` (or NULL, and then `named` is needed) must live as long. `symbols` as
 * tkz__spm_symbols_read has them. Errors: BAD_FORMAT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_model_rules_new(tkz__spm_model_rules **rules,
                                                const tkz__spm_rules *named,
                                                const tkz__charsmap *charsmap, const char *symbols,
                                                size_t symbols_size,
                                                const tkz_allocator *allocator, tkz_error *error);
void tkz__spm_model_rules_free(tkz__spm_model_rules *rules, const tkz_allocator *allocator);

/* As tkz__spm_rules_plain. */
size_t tkz__spm_model_rules_plain(const tkz__spm_model_rules *rules, tkz__spm_spaces spaces,
                                  const char *text, size_t size);

/* As tkz__spm_rules_match; `room` of the piece may be left as it is. */
size_t tkz__spm_model_rules_match(const tkz__spm_model_rules *rules, const char *text, size_t size,
                                  tkz__spm_piece *piece);

#endif
