/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of pieces: lines PIECE, or PIECE TAB SCORE. Leans on the library's vocabularies.
 */
#ifndef TOOLS_PIECE_LINES_H
#define TOOLS_PIECE_LINES_H

#include "tokenize/vocabulary.h"

/* Pieces in memory: those of `list` point into the others. */
struct piece_lines {
    tkz_piece_list list;
    char *data;
    uint64_t *offsets;
    double *scores;
};

/* Reads a list; empty lines are no pieces. Returns an exit code, after a message where it is not EXIT_DONE.
 * Release with piece_lines_free in every case. */
int piece_lines_read(struct piece_lines *pieces, const char *path);
void piece_lines_free(struct piece_lines *pieces); /* accepts an all-zero struct */

#endif /* TOOLS_PIECE_LINES_H */
