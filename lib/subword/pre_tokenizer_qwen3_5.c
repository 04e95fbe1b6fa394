/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of Qwen 3.5: that of Qwen 2, where marks are parts of words. Leans on scan_words.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_words.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__word_rules(state, (tkz__word_pattern){.single_numbers = true, .marks = true});
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_CASES, rules)

extern const tkz__pre_tokenizer tkz__pre_tokenizer_qwen3_5;
const tkz__pre_tokenizer tkz__pre_tokenizer_qwen3_5 = {
    .info = {"qwen3_5",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
             " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of Qwen 3.5: that of qwen2, where marks are parts of words"},
    TKZ__SCAN_FUNCTIONS,
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
