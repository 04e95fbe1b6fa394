/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of Mistral's tekken files (config.pattern). Leans on scan_cases.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_cases.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__case_rules(state, false, true);
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_CASES, rules)

extern const tkz__pre_tokenizer tkz__pre_tokenizer_tekken;
const tkz__pre_tokenizer tkz__pre_tokenizer_tekken = {
    .info = {"tekken",
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p"
             "{M}]+|"
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p"
             "{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of Mistral's tekken: that of o200k without contractions, each number alo"
             "ne"},
    TKZ__SCAN_FUNCTIONS,
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
