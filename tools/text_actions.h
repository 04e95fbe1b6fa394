/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tokenize text` can do. Each action gets the arguments with its own name
 * taken off the operands, and returns an exit code.
 */
#ifndef TOOLS_TEXT_ACTIONS_H
#define TOOLS_TEXT_ACTIONS_H

#include "tokenize/io.h"
#include "tools/json_text.h"
#include "tools/options.h"

int text_normalize(const struct arguments *arguments);
int text_convert(const struct arguments *arguments);
int text_detect(const struct arguments *arguments);
int text_split(const struct arguments *arguments);
int text_inspect(const struct arguments *arguments);

/* Calls `action` with the whole of each file named (standard input if none is), decompressed, until
 * one fails. */
int for_each_text(const struct arguments *arguments,
                  int (*action)(void *context, const char *path, const char *data, size_t size),
                  void *context);

/* The same where the action prints into `text`, which then goes to --output. */
int write_texts(const struct arguments *arguments,
                int (*action)(void *context, const char *path, const char *data, size_t size),
                void *context, struct text *text);

#endif /* TOOLS_TEXT_ACTIONS_H */
