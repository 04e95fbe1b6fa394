/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker: asks the filters in their order and measures what each needs once. Leans on measuring.
 */
#include "clean/filter_set.h"
#include "core/memory.h"
#include "tokenize/text.h"

struct tkz_cleaner {
    const tkz_filter_set *set;
    tkz__measuring measuring;
    tkz_allocator allocator;
};

tkz_status tkz_cleaner_new(tkz_cleaner **cleaner, const tkz_filter_set *set,
                           const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);

    if (cleaner == NULL || set == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_new",
                              TKZ__NO_OFFSET, "cleaner and set must not be NULL");
    *cleaner = tkz__allocate(&memory, sizeof **cleaner);
    if (*cleaner == NULL)
        return tkz__error_memory(error, sizeof **cleaner);
    (*cleaner)->set = set;
    (*cleaner)->allocator = memory;
    tkz__measuring_init(&(*cleaner)->measuring, set->kinds, set->ngram_orders,
                        set->word_ngram_orders, &memory);
    (*cleaner)->measuring.word_filter = set->word_filter;
    (*cleaner)->measuring.words.counts_nouns = (set->measures & TKZ__MEASURE_OF_NOUNS) != 0;
    return TKZ_OK;
}

void tkz_cleaner_free(tkz_cleaner *cleaner)
{
    if (cleaner == NULL)
        return;
    tkz_allocator memory = cleaner->allocator;
    tkz__measuring_free(&cleaner->measuring);
    tkz__release(&memory, cleaner, sizeof *cleaner);
}

tkz_status tkz_cleaner_set_words(tkz_cleaner *cleaner, const tkz_boundaries *words,
                                 tkz_error *error)
{
    if (cleaner == NULL || (words != NULL && (words->open == NULL || words->find == NULL)))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_set_words",
                              TKZ__NO_OFFSET, "cleaner must not be NULL, words must be a source");
    return tkz__document_words_use(&cleaner->measuring.words, words, error);
}

tkz_status tkz_cleaner_set_url(tkz_cleaner *cleaner, const char *url, size_t size, tkz_error *error)
{
    if (cleaner == NULL || (url == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_set_url", TKZ__NO_OFFSET,
                              "cleaner must not be NULL, nor url with a size");
    size_t valid = size == 0 ? 0 : tkz_utf8_valid_prefix(url, size);
    cleaner->measuring.url = NULL;
    cleaner->measuring.url_size = 0;
    if (valid < size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, NULL, valid,
                              "the URL is not valid UTF-8 from byte %zu on", valid);
    cleaner->measuring.url = url;
    cleaner->measuring.url_size = size;
    return TKZ_OK;
}

/* The one or two values of a filter. */
static tkz_status measure(tkz_cleaner *cleaner, const tkz__chosen_filter *chosen, double *values,
                          tkz_error *error)
{
    const tkz__filter *filter = chosen->filter;
    tkz__measuring *measuring = &cleaner->measuring;
    tkz_status status = tkz__measuring_need(measuring, chosen->measures, error);
    if (status == TKZ_OK && filter->evaluate != NULL)
        status = filter->evaluate(measuring, chosen, values, error);
    else if (status == TKZ_OK)
        values[0] = filter->value(&measuring->measures, chosen);
    if (status == TKZ_OK && filter->second != NULL)
        values[1] = filter->second(&measuring->measures, chosen);
    return status;
}

/* Whether a filter keeps the document. */
static tkz_status judge(tkz_cleaner *cleaner, const tkz__chosen_filter *chosen, bool *keep,
                        tkz_verdict *verdict, tkz_error *error)
{
    double values[2];
    tkz_status status = TKZ_OK;
    *keep = false;
    if (chosen->filter->keeps != NULL)
        status = chosen->filter->keeps(&cleaner->measuring, chosen, keep, error);
    if (status != TKZ_OK || *keep)
        return status;
    status = measure(cleaner, chosen, values, error);
    *keep = status == TKZ_OK && tkz__filter_decide(chosen->filter, values, chosen->parameters, verdict);
    return status;
}

tkz_status tkz_cleaner_judge(tkz_cleaner *cleaner, const char *text, size_t size,
                             tkz_verdict *verdict, tkz_error *error)
{
    if (cleaner == NULL || verdict == NULL || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_judge",
                              TKZ__NO_OFFSET, "cleaner, text and verdict must not be NULL");
    *verdict = (tkz_verdict){.keep = 1};
    tkz_status status = tkz__measuring_start(&cleaner->measuring, text, size, error);
    for (size_t i = 0; i < cleaner->set->count && status == TKZ_OK; i++) {
        const tkz__chosen_filter *chosen = &cleaner->set->chosen[i];
        bool keep;
        status = judge(cleaner, chosen, &keep, verdict, error);
        if (status != TKZ_OK || keep)
            continue;
        verdict->keep = 0;
        verdict->filter_index = (uint32_t)i;
        verdict->filter = chosen->filter->info.name;
        break;
    }
    return status;
}

tkz_status tkz_cleaner_measure(tkz_cleaner *cleaner, const char *text, size_t size,
                               double *values, tkz_error *error)
{
    if (cleaner == NULL || (text == NULL && size > 0) ||
        (values == NULL && cleaner->set->count > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_measure",
                              TKZ__NO_OFFSET, "cleaner, text and values must not be NULL");
    tkz_status status = tkz__measuring_start(&cleaner->measuring, text, size, error);
    for (size_t i = 0; i < cleaner->set->count && status == TKZ_OK; i++) {
        const tkz__chosen_filter *chosen = &cleaner->set->chosen[i];
        status = measure(cleaner, chosen, values + chosen->first_value, error);
    }
    return status;
}

tkz_status tkz_cleaner_spans(tkz_cleaner *cleaner, size_t index,
                             tkz_status (*add)(void *context, size_t start, size_t size,
                                               tkz_error *error),
                             void *context, tkz_error *error)
{
    if (cleaner == NULL || add == NULL || index >= cleaner->set->count)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_spans",
                              TKZ__NO_OFFSET, "cleaner and add must not be NULL, index below %zu",
                              cleaner == NULL ? (size_t)0 : cleaner->set->count);
    const tkz__chosen_filter *chosen = &cleaner->set->chosen[index];
    const tkz__span_sink sink = {context, add};
    if (chosen->filter->spans == NULL)
        return TKZ_OK;
    return chosen->filter->spans(&cleaner->measuring, chosen, &sink, error);
}

tkz_status tkz_cleaner_evidence(tkz_cleaner *cleaner, size_t index, const char **evidence, size_t *size,
                                tkz_error *error)
{
    if (cleaner == NULL || evidence == NULL || size == NULL || index >= cleaner->set->count)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_cleaner_evidence", TKZ__NO_OFFSET,
                              "cleaner, evidence and size must not be NULL, index below %zu",
                              cleaner == NULL ? (size_t)0 : cleaner->set->count);
    const tkz__chosen_filter *chosen = &cleaner->set->chosen[index];
    *evidence = "";
    *size = 0;
    if (chosen->filter->evidence == NULL)
        return TKZ_OK;
    return chosen->filter->evidence(&cleaner->measuring, chosen, evidence, size, error);
}
