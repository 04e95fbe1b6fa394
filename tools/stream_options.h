/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of commands that write one stream and set records aside.
 */
#ifndef TOOLS_STREAM_OPTIONS_H
#define TOOLS_STREAM_OPTIONS_H

#include "tools/options.h"

#define OPTION_OUTPUT(what)                                                                       \
    {.name = "output", .letter = 'o', .type = OPTION_TEXT, .argument = "PATH",                    \
     .default_value = "-", .text = what}
#define OPTION_BAD                                                                                \
    {.name = "bad", .type = OPTION_TEXT, .argument = "PATH",                                      \
     .text = "Write records that cannot be read here, with place and reason."}
#define OPTION_REJECTS                                                                            \
    {.name = "rejects", .type = OPTION_TEXT, .argument = "PATH",                                  \
     .text = "Write dropped documents here, with the reason."}

/* Whom a tokenizer encodes like. */
#define OPTION_COMPAT                                                                             \
    {.name = "compat", .type = OPTION_CHOICE, .argument = "PROGRAM",                              \
     .choices = "sentencepiece|hf",                                                               \
     .text = "Read Unigram models and BPE of characters to encode as this program does, whatever " \
             "file they are in; the two give other ids in some texts. If not given: as the "      \
             "program whose file it is."}

/* How words are cut for counting and training. */
#define OPTION_PRE_TOKENIZER                                                                      \
    {.name = "pre-tokenizer", .type = OPTION_TEXT, .argument = "NAME",                            \
     .default_value = "llama3",                                                                   \
     .text = "Cuts text into the chunks that merges never cross; see 'tokenize list "             \
             "pre-tokenizers'."}
#define OPTION_BOUNDARIES                                                                         \
    {.name = "boundaries", .type = OPTION_TEXT, .argument = "NAME|DIR",                           \
     .text = "Dictionary whose morpheme boundaries training must not cross, such as ipadic. "     \
             "Encoding with the vocabulary does not need it."}

#endif /* TOOLS_STREAM_OPTIONS_H */
