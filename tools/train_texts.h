/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that options of training give one by one, and files one on each line. Leans on files.
 */
#ifndef TOOLS_TRAIN_TEXTS_H
#define TOOLS_TRAIN_TEXTS_H

#include "tokenize/base.h"
#include "tools/options.h"

/* Hands each text of the repeatable option `one` to `take`, then each line of the files that `list` names; empty lines are
 * none, and a CR before the line's end is not of the text. Returns an exit code, after a message where it is not EXIT_DONE. */
int train_each_text(const struct arguments *arguments, const char *one, const char *list,
                    tkz_status (*take)(void *target, const char *text, size_t size, tkz_error *error), void *target);

#endif /* TOOLS_TRAIN_TEXTS_H */
