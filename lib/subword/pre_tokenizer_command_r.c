/* SPDX-License-Identifier: Apache-2.0
 *
 * Digits with individual digits, then ByteLevel: the Sequence of Command R (and of StarCoder and
 * SmolLM). Digits asks the Rust standard library, which has Unicode 17.0. Leans on scan_spaced.h.
 */
#include "subword/pre_tokenizer.h"
#include "subword/scan_spaced.h"

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    return tkz__spaced_rules(state, true);
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_DIGITS, rules)

static const tkz__split_step steps[] = {
    {TKZ__SPLIT_DIGITS, NULL},
    {TKZ__SPLIT_BYTE_LEVEL, NULL},
};

extern const tkz__pre_tokenizer tkz__pre_tokenizer_command_r;
const tkz__pre_tokenizer tkz__pre_tokenizer_command_r = {
    .info = {"command_r",
             "Digits(individual), then 's|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+|"
             " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the steps of Command R: each number alone (those of Unicode 17.0), then the pattern "
             "of gpt2"},
    TKZ__SCAN_FUNCTIONS,
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
};
