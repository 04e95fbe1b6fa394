/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize train --model unigram: from documents or from a table of words. Leans on the library's
 * trainer and on options.
 */
#ifndef TOOLS_TRAIN_UNIGRAM_H
#define TOOLS_TRAIN_UNIGRAM_H

#include "tools/options.h"

/* By the names that sentencepiece gives them. */
#define TRAIN_UNIGRAM_OPTIONS \
    {.name = "compat", .type = OPTION_CHOICE, .argument = "VERSION", .default_value = "none",     \
     .choices = "none|sentencepiece-0.2.0|sentencepiece-0.2.3",                                   \
     .text = "With --model unigram: pieces and scores of that sentencepiece, one thread of it."}, \
    {.name = "character_coverage", .type = OPTION_TEXT, .argument = "SHARE",                      \
     .default_value = "0.9995",\
     .text = "With --model unigram: share of all characters that the alphabet covers, 0.98 to 1; rarer ones are unknown."}, \
    {.name = "seed_sentencepiece_size", .type = OPTION_TEXT, .argument = "N",                     \
     .default_value = "1000000",\
     .text = "With --model unigram: pieces to begin with; 0: 8 times the vocabulary, at least 100000."}, \
    {.name = "shrinking_factor", .type = OPTION_TEXT, .argument = "SHARE",                        \
     .default_value = "0.75",\
     .text = "With --model unigram: share of the pieces that each pruning leaves, 0.5 to 0.95."}, \
    {.name = "num_sub_iterations", .type = OPTION_TEXT, .argument = "N",                          \
     .default_value = "2",\
     .text = "With --model unigram: rounds of EM between two prunings, 1 to 10."}, \
    {.name = "max_sentencepiece_length", .type = OPTION_TEXT, .argument = "N",                    \
     .default_value = "16",\
     .text = "With --model unigram: characters of the longest piece, 1 to 512."}, \
    {.name = "max_sentence_length", .type = OPTION_TEXT, .argument = "BYTES",                     \
     .default_value = "0",\
     .text = "With --model unigram: lines that are longer are left out and counted; 0: none, with --compat 4192."}, \
    {.name = "split_by_unicode_script", .type = OPTION_CHOICE, .argument = "BOOL",                \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: no piece has two scripts; Han, kana and the prolonged sound mark are one."}, \
    {.name = "split_by_number", .type = OPTION_CHOICE, .argument = "BOOL",                        \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: digits are of a script too."}, \
    {.name = "split_by_whitespace", .type = OPTION_CHOICE, .argument = "BOOL",                    \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: no piece has a space inside."}, \
    {.name = "split_digits", .type = OPTION_CHOICE, .argument = "BOOL",                           \
     .choices = "true|false", .default_value = "false",\
     .text = "With --model unigram: each digit is a piece."}, \
    {.name = "treat_whitespace_as_suffix", .type = OPTION_CHOICE, .argument = "BOOL",             \
     .choices = "true|false", .default_value = "false",\
     .text = "With --model unigram: a space goes with the word before it."}, \
    {.name = "allow_whitespace_only_pieces", .type = OPTION_CHOICE, .argument = "BOOL",           \
     .choices = "true|false", .default_value = "false",\
     .text = "With --model unigram: spaces alone may be a piece."}, \
    {.name = "byte_fallback", .type = OPTION_CHOICE, .argument = "BOOL",                          \
     .choices = "true|false", .default_value = "false",\
     .text = "With --model unigram: 256 tokens for the bytes of unknown characters."}, \
    {.name = "hard_vocab_limit", .type = OPTION_CHOICE, .argument = "BOOL",                       \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: fewer pieces than asked for are an error."}, \
    {.name = "add_dummy_prefix", .type = OPTION_CHOICE, .argument = "BOOL",                       \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: a space is put before each text."}, \
    {.name = "remove_extra_whitespaces", .type = OPTION_CHOICE, .argument = "BOOL",               \
     .choices = "true|false", .default_value = "true",\
     .text = "With --model unigram: spaces at both ends, and those behind another, are removed."}, \
    {.name = "required_chars", .type = OPTION_TEXT, .argument = "CHARACTERS",                     \
     \
     .text = "With --model unigram: characters that the alphabet has in any case."}, \
    {.name = "control_symbols", .type = OPTION_TEXT, .argument = "A,B",                           \
     \
     .text = "With --model unigram: tokens that no text becomes, with commas between."}, \
    {.name = "user_defined_symbols", .type = OPTION_TEXT, .argument = "A,B",                      \
     \
     .text = "With --model unigram: tokens that are always one, with commas between."}, \
    {.name = "unk_id", .type = OPTION_TEXT, .argument = "N",                                      \
     .default_value = "0",\
     .text = "With --model unigram: id of the unknown token."}, \
    {.name = "bos_id", .type = OPTION_TEXT, .argument = "N",                                      \
     .default_value = "1",\
     .text = "With --model unigram: id of the start; -1: none."}, \
    {.name = "eos_id", .type = OPTION_TEXT, .argument = "N",                                      \
     .default_value = "2",\
     .text = "With --model unigram: id of the end; -1: none."}, \
    {.name = "pad_id", .type = OPTION_TEXT, .argument = "N",                                      \
     .default_value = "-1",\
     .text = "With --model unigram: id of padding; -1: none."}, \
    {.name = "unk_piece", .type = OPTION_TEXT, .argument = "TEXT",                                \
     .default_value = "<unk>",\
     .text = "With --model unigram: name of the unknown token."}, \
    {.name = "bos_piece", .type = OPTION_TEXT, .argument = "TEXT",                                \
     .default_value = "<s>",\
     .text = "With --model unigram: name of the start."}, \
    {.name = "eos_piece", .type = OPTION_TEXT, .argument = "TEXT",                                \
     .default_value = "</s>",\
     .text = "With --model unigram: name of the end."}, \
    {.name = "pad_piece", .type = OPTION_TEXT, .argument = "TEXT",                                \
     .default_value = "<pad>",\
     .text = "With --model unigram: name of padding."}, \
    {.name = "unk_surface", .type = OPTION_TEXT, .argument = "TEXT",                              \
     \
     .text = "With --model unigram: what the unknown token decodes to; without this option U+2047 between spaces."}

/* Trains as the command line says and writes all that is asked for. Returns an exit code. */
int train_unigram(const struct arguments *arguments);

/* Refuses options that only Unigram training has. */
int train_unigram_refuse(const struct arguments *arguments);

#endif /* TOOLS_TRAIN_UNIGRAM_H */
