/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands do with files beside corpus runs. Leans on the library's inputs
 * and outputs; every failure is printed, and the exit code returned.
 */
#ifndef TOOLS_FILES_H
#define TOOLS_FILES_H

#include <stdbool.h>

#include "tokenize/io.h"
#include "tokenize/subword.h"
#include "tools/options.h"

/* Refuses to wait for a person to type where no file was named: standard input is a terminal. */
int refuse_terminal_input(const struct arguments *arguments);

/* Refuses to write binary data to a terminal. `path` may be NULL. */
int refuse_terminal_output(const char *path, const char *option);

/* Reads a whole file, decompressed. Free `*data` with free(); a NUL stands behind its `*size`
 * bytes. */
int read_whole(const char *path, char **data, size_t *size);

/* Writes a whole file, which appears under its name only when it is complete. */
int write_whole(const char *path, const void *data, size_t size);

/* Where temporary files go: $TMPDIR, /tmp without one. */
const char *temporary_folder(void);

/* Opens an output, as seekable zstd if its name ends in ".zst". */
int open_output(tkz_output **output, const char *path);

/* Finishes an output (`code` is EXIT_DONE) or takes it back; returns the exit code from then on. */
int close_output(tkz_output *output, int code);

/* What the option compat says, of tkz_compat. */
int32_t chosen_compat(const struct arguments *arguments);

/* Opens a tokenizer as that says; what is wrong with it is a model error. */
int open_tokenizer(tkz_tokenizer **tokenizer, const char *path,
                   const struct arguments *arguments);

#endif /* TOOLS_FILES_H */
