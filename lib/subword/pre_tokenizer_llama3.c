/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of Llama 3, as its tokenizer.json has it; of cl100k in HF's files too. Leans on
 * scan_words.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_words.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__word_rules(state, (tkz__word_pattern){0});
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_WORDS, rules)

static const tkz__spelling spellings[] = {
    /* cl100k in tiktoken 0.4 to 0.7 */
    {TKZ__DIALECT_RUST,
     "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}|"
     " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"},
};

extern const tkz__pre_tokenizer tkz__pre_tokenizer_llama3;
const tkz__pre_tokenizer tkz__pre_tokenizer_llama3 = {
    .info = {"llama3",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
             " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of Llama 3: words with one sign or space before them, numbers by three d"
             "igits, signs, line ends, white space"},
    TKZ__SCAN_FUNCTIONS,
    .spellings = spellings,
    .spelling_count = sizeof spellings / sizeof spellings[0],
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
