/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a table in memory, for a trainer. Leans on the library's word tables.
 */
#ifndef TOOLS_TRAIN_WORDS_H
#define TOOLS_TRAIN_WORDS_H

#include "tokenize/train.h"
#include "tools/options.h"

struct train_words {
    tkz_word_list words;
    char *data;
    uint64_t *offsets;
    uint64_t *counts;
    size_t size; /* bytes of all words, each once */
    size_t data_capacity;
    size_t capacity;       /* words */
    char *pre_tokenizer;   /* that cut them, by name or by its steps; NULL: none */
    bool has_borders;      /* words ended elsewhere too: by rules of --cut, or at morphemes */
    uint64_t tokens;       /* occurrences */
};

/* Reads the table that --counts names, with --weight. Returns an exit code; release with
 * train_words_free in every case. */
int train_words_read(struct train_words *words, const struct arguments *arguments);
/* The same of a .wct table of this name, without weights of sources. */
int train_words_read_path(struct train_words *words, const struct arguments *arguments,
                          const char *path);

struct corpus_run;

/* Runs a recipe that has input and how words are cut, and reads the words that it counts. Ends the run in every case.
 * Returns an exit code: EXIT_QUARANTINED with words too. Release with train_words_free in every case. */
int train_words_count(struct train_words *words, const struct arguments *arguments, struct corpus_run *run);
void train_words_free(struct train_words *words);

#endif /* TOOLS_TRAIN_WORDS_H */
