/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab eval: its options, its table and its page. Leans on jansson: all of them show the one
 * report of the library.
 */
#ifndef TOOLS_VOCAB_EVAL_H
#define TOOLS_VOCAB_EVAL_H

#include <jansson.h>

#include "tools/json_text.h"
#include "tools/options.h"

/* Evaluates the models that are the operands behind the first one. */
int vocab_eval(const struct arguments *arguments);

/* Prints the report for people. */
void vocab_eval_print(const json_t *report);

/* Appends the report as a page that needs nothing else. */
void vocab_eval_page(struct text *page, const json_t *report);

/* The result of a domain ("all" for all together) and a model in the report, or NULL. */
const json_t *vocab_eval_result(const json_t *report, const char *domain, const char *model);

/* The value of a figure: a number, the "value" or "rate" of an object; NAN where it is null. */
double vocab_eval_figure(const json_t *result, const char *name);

#define VOCAB_EVAL_OPTIONS                                                                        \
    {.name = "text",                                                                              \
     .type = OPTION_TEXT,                                                                         \
     .argument = "FILE",                                                                          \
     .repeatable = true,                                                                          \
     .text = "eval: a file of texts: JSON lines, lines, or a whole document; '-' is standard "    \
             "input. All of them are the domain 'text'."},                                        \
        {.name = "domain",                                                                        \
         .type = OPTION_TEXT,                                                                     \
         .argument = "NAME=GLOB",                                                                 \
         .repeatable = true,                                                                      \
         .text = "eval: files of texts of one kind. May be given several times, also for one "    \
                 "NAME."},                                                                        \
        {.name = "dictionary",                                                                    \
         .type = OPTION_TEXT,                                                                     \
         .argument = "NAME|DIR",                                                                  \
         .text = "eval: the dictionary whose words tokens are compared with, such as ipadic. "    \
                 "Without one there are no figures of words."},                                   \
        {.name = "reference",                                                                     \
         .type = OPTION_TEXT,                                                                     \
         .argument = "MODEL",                                                                     \
         .text = "eval: the model whose number of tokens is 1 in normalized sequence lengths; "   \
                 "the first one if not given."},                                                  \
        {.name = "alpha",                                                                         \
         .type = OPTION_NUMBER,                                                                   \
         .argument = "A",                                                                         \
         .default_value = "2.5",                                                                  \
         .lowest = 0.001,                                                                         \
         .highest = 100,                                                                          \
         .text = "eval: order of the Rényi entropy."},                                            \
        {.name = "bootstrap",                                                                     \
         .type = OPTION_INTEGER,                                                                  \
         .argument = "N",                                                                         \
         .default_value = "1000",                                                                 \
         .maximum = 100000,                                                                       \
         .text = "eval: resamples of documents for the 95 % intervals; 0: no intervals."},        \
        {.name = "seed",                                                                          \
         .type = OPTION_INTEGER,                                                                  \
         .argument = "N",                                                                         \
         .default_value = "0",                                                                    \
         .maximum = UINT64_MAX,                                                                   \
         .text = "eval: seed of the resamples."},                                                 \
        {.name = "limit",                                                                         \
         .type = OPTION_SIZE,                                                                     \
         .argument = "SIZE",                                                                      \
         .default_value = "0",                                                                    \
         .maximum = UINT64_MAX,                                                                   \
         .text = "eval: read no more of a domain than this, to the end of the frame of some "     \
                 "1 MiB that goes beyond it; 0: all."},                                           \
        {.name = "html",                                                                          \
         .type = OPTION_TEXT,                                                                     \
         .argument = "FILE",                                                                      \
         .text = "eval: write a page with tables and plots that needs no network, in Japanese "   \
                 "and English."},                                                                 \
        {.name = "timing",                                                                        \
         .type = OPTION_FLAG,                                                                     \
         .text = "eval: report how fast each model encoded, which is another number each time."}

#define VOCAB_EVAL_OPTION_NAMES                                                                   \
    " text domain dictionary reference alpha bootstrap seed limit html timing json threads quiet "  \
    "no-progress text-key input-format surrogates "

#endif /* TOOLS_VOCAB_EVAL_H */
