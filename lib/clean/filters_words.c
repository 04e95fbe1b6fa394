/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a list where they are words of the text: the morphological analyser says where those begin and end. Leans
 * on listed_words.
 */
#include "clean/filter.h"
#include "clean/listed_words.h"

static tkz_status open_words(const tkz__chosen_filter *chosen, void **resource,
                             const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__word_list_open((tkz__word_list **)resource, chosen->file,
                               TKZ__WORDS_ON_BORDERS | TKZ__WORDS_STRIP, allocator, error);
}

static tkz_status count_words(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                              double *value, tkz_error *error)
{
    tkz__word_hits hits;
    tkz_status status = tkz__word_list_find(chosen->resource, measuring, &hits, NULL, error);
    *value = (double)hits.words;
    return status;
}

static const tkz__filter filters[] = {
    {.info = {.name = "ng_words",
              .text = "words of a list, the longest at each place, that begin where a word of the text begins and end "
                      "where one ends: アス is not found in アスパラガス",
              .unit = "occurrences",
              .source = "ours",
              .comparison = TKZ_DROP_ABOVE,
              .above = "ng_words",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0), TKZ__FILE(TKZ__WORD_LIST_TEXT))},
     .needs_words = true,
     .evaluate = count_words,
     .open = open_words,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
};

extern const tkz__filter_family tkz__filters_words;
const tkz__filter_family tkz__filters_words = {filters, sizeof filters / sizeof filters[0]};
