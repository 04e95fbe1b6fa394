/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions of `tokenize vocab`. Each gets the files behind the action's name and
 * returns an exit code.
 */
#ifndef TOOLS_VOCAB_ACTIONS_H
#define TOOLS_VOCAB_ACTIONS_H

#include "tokenize/subword.h"
#include "tools/options.h"

int vocab_info(const struct arguments *arguments, const char *path);
int vocab_check(const struct arguments *arguments, const char *path);
int vocab_convert(const struct arguments *arguments, const char *path);

/* Opens a model file with the pre-tokenizer that --pre-tokenizer names, if it does. */
int open_model(tkz_tokenizer **tokenizer, const struct arguments *arguments, const char *path);

#endif /* TOOLS_VOCAB_ACTIONS_H */
