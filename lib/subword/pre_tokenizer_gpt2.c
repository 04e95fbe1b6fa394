/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of GPT-2, which HF's ByteLevel pre-tokenizer applies by default (openai/gpt-2:
 * src/encoder.py) and tiktoken has for gpt2, r50k_base and p50k_base. Leans on scan_spaced.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_spaced.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__spaced_rules(state, false);
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_WORDS, rules)

static const tkz__spelling spellings[] = {
    /* src/encoder.py of GPT-2 */
    {TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
     "'s|'t|'re|'ve|'m|'ll|'d| ?[\\p{L}]+| ?[\\p{N}]+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
    /* tiktoken 0.14 */
    {TKZ__DIALECT_RUST,
     "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|"
     "\\s"},
};

extern const tkz__pre_tokenizer tkz__pre_tokenizer_gpt2;
const tkz__pre_tokenizer tkz__pre_tokenizer_gpt2 = {
    .info = {"gpt2",
             "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of GPT-2: words, numbers and signs, each with one space before it"},
    TKZ__SCAN_FUNCTIONS,
    .spellings = spellings,
    .spelling_count = sizeof spellings / sizeof spellings[0],
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
