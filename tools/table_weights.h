/* SPDX-License-Identifier: Apache-2.0
 *
 * --weight NAME=P/Q of commands that read word tables. Leans on the library's word tables.
 */
#ifndef TOOLS_TABLE_WEIGHTS_H
#define TOOLS_TABLE_WEIGHTS_H

#include "tokenize/count.h"
#include "tools/options.h"

/* Gives the sources of `table` the weights that the options name. Returns an exit code, after a
 * message where it is not EXIT_DONE. */
int table_weights_apply(tkz_word_table *table, const struct arguments *arguments);

#endif
