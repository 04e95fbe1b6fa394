/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern that tiktoken 0.14 has for cl100k_base (tiktoken_ext/openai_public.py): that of Llama 3,
 * but white space at the end of the text is one chunk. Leans on scan_words.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_words.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__word_rules(state, (tkz__word_pattern){.whole_at_end = true});
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_WORDS, rules)

static const tkz__spelling spellings[] = {
    /* tiktoken 0.14 */
    {TKZ__DIALECT_RUST,
     "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+|"
     " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"},
};

extern const tkz__pre_tokenizer tkz__pre_tokenizer_cl100k;
const tkz__pre_tokenizer tkz__pre_tokenizer_cl100k = {
    .info = {"cl100k",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
             " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+\\z|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of GPT-4 in tiktoken: that of llama3, but white space at the end of the "
             "text is one chunk"},
    TKZ__SCAN_FUNCTIONS,
    .spellings = spellings,
    .spelling_count = sizeof spellings / sizeof spellings[0],
    .pattern_dialects = TKZ__DIALECT_ONIGURUMA | TKZ__DIALECT_RUST,
};
