/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter "unended_sentences": lists, menus and tables, which are long and have no mark of punctuation. Leans on
 * measures of sentences.
 */
#include "clean/filter.h"

TKZ__VALUE(unended, tkz__share(measures->sentences.unended_characters, measures->sentences.sentences))

/* The bound is that of the mean length of all sentences which ja-web-v1 had: of 854 labelled paragraphs of the web it
 * drops 17 good and 46 bad ones, where that dropped 18 and 50; but of Diet minutes and literature, whose sentences are as
 * long and end, 0.3 % and 0.3 % where it was 5.7 % and 2.5 % (bench/clean_tradeoff.py, doc/quality-score.md). */
static const tkz__filter filters[] = {
    {.info = {.name = "unended_sentences",
              .text = "characters of sentences without 。．！？!? at their end, for each sentence of the text; a sentence ends "
                      "there and at line feeds",
              .unit = "characters",
              .source = "our own: Swallow's sentences (swallow_sentence_length), those that end counted as 0",
              .comparison = TKZ_DROP_ABOVE,
              .above = "unended_sentences",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(147))},
     .measures = TKZ__MEASURE_SENTENCES,
     .value = unended},
};

extern const tkz__filter_family tkz__filters_sentences;
const tkz__filter_family tkz__filters_sentences = {filters, sizeof filters / sizeof filters[0]};
