/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that options of training give one by one, and files one on each line. Leans on files.
 */
#ifndef TOOLS_TRAIN_TEXTS_H
#define TOOLS_TRAIN_TEXTS_H

#include "tokenize/base.h"
#include "tools/options.h"

typedef tkz_status take_text(void *options, const char *text, size_t size, tkz_error *error);

/* Hands each text of --require-token and each line of the files of --require-list to `require`, then those of --forbid and
 * --forbid-list to `forbid`; empty lines are none, and a CR before the line's end is not of the text. Returns an exit
 * code, after a message where it is not EXIT_DONE. */
int train_take_texts(const struct arguments *arguments, take_text *require, take_text *forbid, void *options);

#endif /* TOOLS_TRAIN_TEXTS_H */
