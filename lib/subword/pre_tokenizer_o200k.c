/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of o200k_base and o200k_harmony (GPT-4o, gpt-oss), the same in tiktoken and in HF's
 * files. Leans on scan_cases.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_cases.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__case_rules(state, true, false);
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_CASES, rules)

extern const tkz__pre_tokenizer tkz__pre_tokenizer_o200k;
const tkz__pre_tokenizer tkz__pre_tokenizer_o200k = {
    .info = {"o200k",
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p"
             "{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p"
             "{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
             "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of GPT-4o: words cut before capitals, with one sign or space before them"
             " and a contraction behind them, numbers by three digits, signs, line ends, white spa"
             "ce"},
    TKZ__SCAN_FUNCTIONS,
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
