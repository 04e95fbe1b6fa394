/* SPDX-License-Identifier: Apache-2.0
 *
 * Analysing the lines of all files of a command line in several threads. Leans on
 * the printer of sentences.
 */
#ifndef TOOLS_MORPH_BATCHES_H
#define TOOLS_MORPH_BATCHES_H

#include "tokenize/io.h"
#include "tools/morph_printer.h"
#include "tools/options.h"

/* Prints all sentences of the operands (standard input without any) to `output`, in their order.
 * Returns the exit code; failures are printed. */
int morph_analyse_files(const struct arguments *arguments, const struct morph_request *request,
                        tkz_output *output);

#endif /* TOOLS_MORPH_BATCHES_H */
