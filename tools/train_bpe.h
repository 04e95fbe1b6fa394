/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train --counts: BPE from a table of words, with all that the trainer can do. Leans on
 * the library's trainer and on options.
 */
#ifndef TOOLS_TRAIN_BPE_H
#define TOOLS_TRAIN_BPE_H

#include "tokenize/train.h"
#include "tools/options.h"

/* The options that need a table of words. */
#define TRAIN_BPE_OPTIONS                                                                         \
    {.name = "tiktoken", .type = OPTION_TEXT, .argument = "PATH",                                 \
     .text = "With --counts: file for the tokens and ranks, as tiktoken reads them."},            \
    {.name = "sentencepiece", .type = OPTION_TEXT, .argument = "PATH",                            \
     .text = "With --order sentencepiece: file for the SentencePiece model."},                    \
    {.name = "unit", .type = OPTION_CHOICE, .argument = "UNIT", .default_value = "bytes",         \
     .choices = "bytes|characters", .text = "What merging begins with."},                         \
    {.name = "order", .type = OPTION_CHOICE, .argument = "ORDER", .default_value = "hf",          \
     .choices = "hf|rustbpe|sentencepiece",                                                       \
     .text = "Whose merges: which of two pairs of equal count comes first, and the order of ids."}, \
    {.name = "longest-bytes", .type = OPTION_INTEGER, .argument = "N", .default_value = "0",      \
     .maximum = 65535, .text = "Bytes of the longest token; 0: 65535."},                          \
    {.name = "longest-characters", .type = OPTION_INTEGER, .argument = "N",                       \
     .default_value = "0", .maximum = 65535,                                                      \
     .text = "Characters of the longest token; 0: any number, of sentencepiece 16."},             \
    {.name = "coverage", .type = OPTION_NUMBER, .argument = "SHARE", .default_value = "1",        \
     .lowest = 0.5, .highest = 1,                                                                 \
     .text = "Share of all characters that the alphabet must cover; rarer ones are unknown."},    \
    {.name = "alphabet-limit", .type = OPTION_INTEGER, .argument = "N", .default_value = "0",     \
     .maximum = 1114112, .text = "Most characters of the alphabet; 0: any number."},              \
    {.name = "require", .type = OPTION_TEXT, .argument = "CHARACTERS", .repeatable = true,        \
     .text = "Characters that the alphabet must have."},                                          \
    {.name = "require-token", .type = OPTION_TEXT, .argument = "TOKEN", .repeatable = true,       \
     .text = "A token that the vocabulary has in any case: by itself it is one id. With --counts, or of --model unigram."}, \
    {.name = "require-list", .type = OPTION_TEXT, .argument = "FILE", .repeatable = true,         \
     .text = "The same of each line of a file."},                                                 \
    {.name = "forbid", .type = OPTION_TEXT, .argument = "TEXT", .repeatable = true,               \
     .text = "A text that no token may be."},                                                     \
    {.name = "forbid-list", .type = OPTION_TEXT, .argument = "FILE", .repeatable = true,          \
     .text = "The same of each line of a file."},                                                 \
    {.name = "split", .type = OPTION_TEXT, .argument = "RULES",                                   \
     .text = "With --order sentencepiece: what pieces do not hold together, with commas between: "\
             "scripts, numbers, digits, spaces; keep-spaces allows pieces of spaces alone; none. " \
             "Default: scripts,numbers,spaces."},                                                 \
    {.name = "byte-fallback", .type = OPTION_FLAG,                                                \
     .text = "With --unit characters: 256 tokens for the bytes of unknown characters."},          \
    {.name = "no-dummy-prefix", .type = OPTION_FLAG,                                              \
     .text = "The SentencePiece model puts no space before a text."},                             \
    {.name = "super-words", .type = OPTION_TEXT, .argument = "TABLE",                             \
     .text = "With --counts: a second stage on the words of this .wct table, the same texts cut at "  \
             "fewer borders: its merges cross those that are not there (SuperBPE)."},               \
    {.name = "transition", .type = OPTION_INTEGER, .argument = "N", .minimum = 257,              \
     .maximum = 16777216,                                                                         \
     .text = "With --super-words: ids of the first stage. Default: three quarters of the size."},   \
    {.name = "checkpoint", .type = OPTION_TEXT, .argument = "PATH",                               \
     .text = "Save the state here now and then, and begin with what is saved there. Of --model unigram behind each "  \
             "pruning."},           \
    {.name = "checkpoint-every", .type = OPTION_INTEGER, .argument = "N",                         \
     .default_value = "2000", .minimum = 1, .maximum = 16777216,                                  \
     .text = "Merges between two saved states."}

/* Trains from the table that --counts names and writes all that is asked for. Returns an exit
 * code. */
int train_bpe_table(const struct arguments *arguments);

/* Refuses options that need a table. */
int train_bpe_refuse(const struct arguments *arguments);

/* The trainer's options as the command line says; free them whatever the result. */
tkz_status train_bpe_options(const struct arguments *arguments, tkz_bpe_options **result,
                             tkz_error *error);

/* The rules of --split, with commas between, to the options. */
tkz_status train_bpe_split(tkz_bpe_options *options, const char *rules, tkz_error *error);

/* Is --special given once, empty: no special tokens at all? */
bool wants_no_specials(const struct arguments *arguments);

/* Writes the trained vocabulary of `asked` ids, or of all there are if those are fewer, to all paths
 * that are given. Returns an exit code. */
int train_bpe_write(const struct arguments *arguments, const tkz_bpe_trainer *trainer,
                    uint32_t asked);

/* Writes a SentencePiece model to all paths that are given, as itself and in other formats; for HF
 * tokenizers as `hf_compat` reads it, of tkz_compat. Returns an exit code. */
int train_write_model(const struct arguments *arguments, const tkz_bytes *model, uint32_t asked,
                      int32_t hf_compat);

#endif /* TOOLS_TRAIN_BPE_H */
