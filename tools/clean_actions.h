/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tokenize clean` does besides running a recipe. Each returns an exit code.
 */
#ifndef TOOLS_CLEAN_ACTIONS_H
#define TOOLS_CLEAN_ACTIONS_H

#include <jansson.h>

#include "tokenize/clean.h"
#include "tokenize/morph.h"
#include "tools/options.h"

/* The options that choose filters. `otherwise`: which there are without them. */
#define FILTER_OPTIONS(otherwise)                                                                 \
    {.name = "filter",                                                                            \
     .letter = 'f',                                                                               \
     .type = OPTION_TEXT,                                                                         \
     .argument = "NAME[:PARAMETER=VALUE,...]",                                                    \
     .repeatable = true,                                                                          \
     .text = "Use this filter; the first one that drops a document decides. Without this "        \
             "option: " otherwise "."},                                                           \
    {.name = "preset",                                                                            \
     .letter = 'p',                                                                               \
     .type = OPTION_TEXT,                                                                         \
     .argument = "NAME",                                                                          \
     .repeatable = true,                                                                          \
     .text = "Use the filters of this preset, before those of --filter; see 'tokenize list "      \
             "presets'."},                                                                        \
    {.name = "lists",                                                                             \
     .type = OPTION_TEXT,                                                                         \
     .argument = "DIR",                                                                           \
     .text = "Folder with the word lists that the presets ask for; 'tokenize list presets' says " \
             "which, and where they come from."},                                                 \
    {.name = "dictionary",                                                                        \
     .letter = 'd',                                                                               \
     .type = OPTION_TEXT,                                                                         \
     .argument = "NAME",                                                                          \
     .text = "Where the words are that filters of words count and the editor ng_words asks "      \
             "for: the directory of a compiled MeCab dictionary, or a name such as ipadic; "      \
             "white-space: words are what stands between white space."},                          \
    {.name = "url-key",                                                                           \
     .type = OPTION_TEXT,                                                                         \
     .argument = "KEY",                                                                           \
     .default_value = "url",                                                                      \
     .text = "Member of a JSON record that holds its URL, for filters that look at it, such as "  \
             "swallow_hosts."},                                                                   \
    {.name = "normalize",                                                                         \
     .type = OPTION_TEXT,                                                                         \
     .argument = "FORM",                                                                          \
     .text = "Bring every text to this normal form first, such as ja-v1; see 'tokenize list "     \
             "normalizers'. A text that changes is written anew, all else of its record stays."},         \
    {.name = "edit",                                                                              \
     .letter = 'e',                                                                               \
     .type = OPTION_TEXT,                                                                         \
     .argument = "NAME[:OPTION=VALUE],...",                                                       \
     .text = "Take every text through these editors, in this order, behind the normal form and "  \
             "before the filters, such as swallow_punctuation,pii; see 'tokenize list editors'. " \
             "The summary says how much of each kind they changed."}

#define OPTION_HTML                                                                               \
    {.name = "html",                                                                              \
     .type = OPTION_TEXT,                                                                         \
     .argument = "PATH",                                                                          \
     .text = "Write a page with tables and plots here, which needs nothing but itself: what each " \
             "filter drops, how its values are spread, scripts, sources, samples. All values of " \
             "every document are measured for it."}

/* The recipe's "clean" by these options: presets in their order, then filters; `otherwise` (taken over) where
 * none is given; NULL after a complaint. */
json_t *chosen_filters(const struct arguments *arguments, json_t *otherwise);

/* Makes a filter set out of the recipe's "clean"; complains and returns NULL. */
tkz_filter_set *open_filters(const json_t *filters);

/* The words that a name of --dictionary stands for. The caller frees `*dictionary` behind `*words`, also after a
 * complaint, when it returns false. */
bool open_words(const char *name, tkz_dictionary **dictionary, tkz_boundaries *words);

/* The same by --dictionary, for the filter or editor (`what`) named `needing`; false after a complaint, also where it is not given. */
bool find_words(const struct arguments *arguments, const char *what, const char *needing, tkz_dictionary **dictionary,
                tkz_boundaries *words);

/* Judges documents by the values in files that --scores wrote: a line with the verdict for each. */
int clean_from_scores(const struct arguments *arguments, const json_t *filters);

/* Takes each operand as one document and shows its values, bounds and the places behind them. */
int clean_explain(const struct arguments *arguments, const json_t *filters);

#endif /* TOOLS_CLEAN_ACTIONS_H */
