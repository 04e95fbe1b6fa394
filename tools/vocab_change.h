/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions of `tokenize vocab` that make a vocabulary of others, and what they share. Leans on
 * vocab_actions.h and train_words.h.
 */
#ifndef TOOLS_VOCAB_CHANGE_H
#define TOOLS_VOCAB_CHANGE_H

#include "tokenize/vocabulary.h"
#include "tools/train_words.h"
#include "tools/vocab_actions.h"

#define VOCAB_CHANGE_OPTIONS                                                                      \
    {.name = "counts", .type = OPTION_TEXT, .argument = "TABLE",                                  \
     .text = "extend: the words to go on with; prune: those that say which tokens are rare; "      \
             "merge: of Unigram models, those that all scores are estimated on anew. A table of "  \
             "'tokenize count', whose words the model's own pre-tokenizer cut."},                                                   \
    {.name = "weight", .type = OPTION_TEXT, .argument = "NAME=P/Q", .repeatable = true,           \
     .text = "With a .wct table: counts of source NAME times P/Q."},                              \
    {.name = "add", .type = OPTION_INTEGER, .argument = "N", .default_value = "0",                \
     .maximum = 16777216, .text = "extend: new tokens, at most. Must be given."},                 \
    {.name = "minimum-count", .type = OPTION_INTEGER, .argument = "N", .default_value = "2",      \
     .minimum = 1, .maximum = UINT64_C(9007199254740992),                                         \
     .text = "extend: pairs seen less often are never merged."},                                  \
    {.name = "longest-bytes", .type = OPTION_INTEGER, .argument = "N", .default_value = "0",      \
     .maximum = 65535, .text = "extend: bytes of the longest new token; 0: 65535."},              \
    {.name = "longest-characters", .type = OPTION_INTEGER, .argument = "N",                       \
     .default_value = "0", .maximum = 65535,                                                      \
     .text = "extend: its characters; 0: any number, of a model with U+2581 16. prune: tokens of " \
             "more go."},                \
    {.name = "coverage", .type = OPTION_NUMBER, .argument = "SHARE", .default_value = "0.9995",   \
     .lowest = 0.5, .highest = 1,                                                                 \
     .text = "extend, of models of characters: the share of all characters that the vocabulary "  \
             "must have then; those that it has not come first among the new tokens."},           \
    {.name = "forbid", .type = OPTION_TEXT, .argument = "TEXT", .repeatable = true,               \
     .text = "extend: a text that no new token may be."},                                         \
    {.name = "split", .type = OPTION_TEXT, .argument = "RULES",                                   \
     .text = "extend, of models with U+2581: what new pieces do not hold together, as in "        \
             "'tokenize train'. Default: scripts,numbers,spaces, and digits if the model keeps them "   \
             "apart."},                                                                           \
    {.name = "pad-to", .type = OPTION_INTEGER, .argument = "N", .default_value = "1",             \
     .minimum = 1, .maximum = 65536,                                                              \
     .text = "map: empty rows up to a multiple of N. extend: new tokens up to a number of ids "   \
             "that is one, at least as many as --add says."},                                    \
    {.name = "scores", .type = OPTION_CHOICE, .argument = "HOW",                                  \
     .choices = "below|above|zero|given",                                                         \
     .text = "append, merge: the scores of new pieces. below or above all old ones, the first of "\
             "them the greatest; zero; or as the list or the other model has them. In a BPE the " \
             "greatest merges first. If not given: of Unigram given, of BPE below."},             \
    {.name = "rounds", .type = OPTION_INTEGER, .argument = "N", .default_value = "2",             \
     .minimum = 1, .maximum = 1000,                                                               \
     .text = "merge, with --counts: rounds of expectation maximisation."},                        \
    {.name = "strip-marks", .type = OPTION_FLAG,                                                  \
     .text = "merge: pieces of the other models that are U+2581 before a character of Japanese "  \
             "are taken without it."},                                                            \
    {.name = "size", .letter = 's', .type = OPTION_INTEGER, .argument = "N",                      \
     .default_value = "0", .maximum = 16777216,                                                   \
     .text = "prune, with --counts: so many tokens stay."},                                       \
    {.name = "matching", .type = OPTION_TEXT, .argument = "EXPRESSION",                           \
     .text = "prune: tokens go in which this regular expression finds something."},               \
    {.name = "list", .type = OPTION_TEXT, .argument = "FILE",                                     \
     .text = "prune: the tokens of this list go, one on each line."},                             \
    {.name = "from", .type = OPTION_TEXT, .argument = "FILE", .repeatable = true,                 \
     .text = "extend, in place of --counts: documents whose words are counted first, as the model's own pre-tokenizer cuts "  \
             "them and --boundaries. May be given more than once; - is standard input."},                                \
    {.name = "map", .type = OPTION_TEXT, .argument = "PATH",                                      \
     .text = "prune: write here which old id each new one was: numpy's array if PATH ends in .npy, else text, as map does."}, \
    {.name = "tokens", .type = OPTION_FLAG,                                                       \
     .text = "check: go through the vocabulary too: tokens that do not encode to themselves, "    \
             "that are parts of characters, that stand with and without U+2581; merges that "     \
             "come too early."}

int vocab_extend(const struct arguments *arguments, const char *path);
int vocab_append(const struct arguments *arguments, const char *path);
int vocab_merge(const struct arguments *arguments, const char *path);
int vocab_prune(const struct arguments *arguments, const char *path);
int vocab_map(const struct arguments *arguments, const char *path);

/* The words of --counts, with a complaint if another pre-tokenizer cut them than the model's own.
 * Returns an exit code; release with train_words_free in every case. */
int vocab_read_words(struct train_words *words, const struct arguments *arguments,
                     const tkz_tokenizer *tokenizer);

/* Writes a changed model to --output: in the format of --to, or else that of the file that it was made
 * of, if it is one that is written, or else as a native image. Returns an exit code. */
int vocab_write_changed(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                        const char *path);

/* Writes a map: numpy's array if the name ends in .npy, else text. Returns an exit code. */
int vocab_write_map(const char *target, const tkz_vocabulary_map *map);

/* Refuses what an action cannot do without: --output, and standard output for two things. Returns an
 * exit code. */
int vocab_need_output(const struct arguments *arguments, const char *action);

#endif /* TOOLS_VOCAB_CHANGE_H */
