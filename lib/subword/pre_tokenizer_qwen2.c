/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of Qwen 2, 2.5 and 3, as their tokenizer.json has it: that of Llama 3 with each number
 * alone. Leans on scan_words.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_words.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__word_rules(state, (tkz__word_pattern){.single_numbers = true});
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_WORDS, rules)

extern const tkz__pre_tokenizer tkz__pre_tokenizer_qwen2;
const tkz__pre_tokenizer tkz__pre_tokenizer_qwen2 = {
    .info = {"qwen2",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
             " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of Qwen 2, 2.5 and 3: that of llama3, each number alone"},
    TKZ__SCAN_FUNCTIONS,
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
