/* SPDX-License-Identifier: Apache-2.0
 *
 * What every training from a table or of lines has: sizes, memory, checkpoints. Leans on options and files.
 */
#ifndef TOOLS_TRAIN_STEPS_H
#define TOOLS_TRAIN_STEPS_H

#include "tokenize/base.h"
#include "tools/options.h"

/* The sizes that are asked for, ascending, each once; free the list with free(). NULL after a complaint: no memory. */
uint32_t *train_list_sizes(const struct arguments *arguments, size_t *count);

/* With several sizes each path must hold '{size}'. Returns an exit code. */
int train_refuse_paths(const struct arguments *arguments);

/* Says what training takes beside the program itself, if that is not little, and refuses what --memory does not allow, with
 * this hint. Returns an exit code. */
int train_tell_need(const struct arguments *arguments, uint64_t need, const char *what_to_do);

/* Takes in what --checkpoint names, if there is such a file. Returns an exit code. */
int train_restore(const struct arguments *arguments,
                  tkz_status (*restore)(void *trainer, const void *data, size_t size, tkz_error *error), void *trainer);

/* Writes a state to --checkpoint; frees it. `status` is that of saving. Returns an exit code. */
int train_save(const struct arguments *arguments, tkz_status status, tkz_bytes *state, const tkz_error *error);

#endif /* TOOLS_TRAIN_STEPS_H */
