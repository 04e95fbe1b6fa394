/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of C4 (Raffel et al. 2020, JMLR 21/140, section 2.2) as datatrove 0.10.1 has them in c4_filters.py
 * (C4QualityFilter): which lines stay, and how many sentences they have. For English: no Japanese line ends as they
 * ask. Leans on c4_text, measuring and char_class.
 */
#include "clean/c4_text.h"
#include "clean/filter.h"
#include "text/char_class.h"

#define SOURCE "datatrove 0.10.1, c4_filters.py, C4QualityFilter"

/* What the lines of a document come to. */
typedef struct c4_counts {
    uint64_t sentences; /* in lines that stay */
    uint64_t lorem_ipsum; /* lines that speak for dropping the document, each by its rule */
    uint64_t braces;
} c4_counts;

/* ---- A line -------------------------------------------------------------- */

static tkz_status cut_citations(tkz__measuring *measuring, const uint32_t *line, size_t size,
                                tkz__c4_line *cut, tkz_error *error)
{
    tkz__buffer *joined = &measuring->joined;
    tkz__buffer_clear(joined);
    tkz_status status = tkz__buffer_reserve(joined, (size + 1) * sizeof *line, error);
    if (status != TKZ_OK)
        return status;
    uint32_t *out = (uint32_t *)(void *)joined->data;
    size_t count = 0;
    for (size_t i = 0; i < size;) {
        size_t citation =
            line[i] == '[' ? tkz__c4_citation(line + i, size - i) : 0;
        if (citation == 0)
            out[count++] = line[i];
        i += citation > 0 ? citation : 1;
    }
    *cut = (tkz__c4_line){out, count};
    return TKZ_OK;
}

static bool has_brace(const tkz__c4_line *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (line->characters[i] == '{')
            return true;
    return false;
}

/* ---- Sentences ----------------------------------------------------------- */

static bool is_terminal(const tkz__character_kinds *kinds, uint32_t character)
{
    return (tkz__character_flags(kinds, character) >> TKZ__KIND_DATATROVE_TERMINAL & 1) != 0;
}

static bool is_initial(const tkz__c4_line *line, size_t at)
{
    return at + 1 < line->size && line->characters[at + 1] == '.' &&
           tkz__char_record(&tkz__class_table_16_0, line->characters[at])->category ==
               TKZ__CATEGORY_LU;
}

/* Where the marks begin that end the sentence from `at` on: behind at least one character, a capital with a dot
 * counting as one, unless there is no other mark in the line. The size of the line: nowhere. */
static size_t find_end(const tkz__character_kinds *kinds, const tkz__c4_line *line, size_t at)
{
    size_t last_initial = line->size;
    while (at < line->size) {
        if (is_initial(line, at)) {
            last_initial = at;
            at++;
        }
        at++;
        if (at < line->size && is_terminal(kinds, line->characters[at]))
            return at;
    }
    return last_initial < line->size ? last_initial + 1 : line->size;
}

/* (?:(?:\p{Lu}\.)|.)+?[marks]+["'”]? of word_tokenizers.py, WhitespaceTokenizer: from left to right. */
static uint64_t count_sentences(const tkz__character_kinds *kinds, const tkz__c4_line *line)
{
    uint64_t count = 0;
    for (size_t at = 0; at < line->size; count++) {
        at = find_end(kinds, line, at);
        if (at == line->size)
            break;
        while (at < line->size && is_terminal(kinds, line->characters[at]))
            at++;
        if (at < line->size && (line->characters[at] == '"' || line->characters[at] == '\'' ||
                                line->characters[at] == 0x201D))
            at++;
    }
    return count;
}

/* ---- A document ---------------------------------------------------------- */

static tkz_status count_line(tkz__measuring *measuring, const uint32_t *line, size_t size,
                             c4_counts *counts, tkz_error *error)
{
    tkz__c4_line cut;
    bool too_long;
    while (size > 0 && tkz__is_python_space(line[0]))
        line++, size--;
    while (size > 0 && tkz__is_python_space(line[size - 1]))
        size--;
    if (tkz__c4_words(line, size, &too_long) < TKZ__C4_LEAST_WORDS || too_long)
        return TKZ_OK;
    tkz_status status = cut_citations(measuring, line, size, &cut, error);
    if (status != TKZ_OK || !tkz__c4_ends_well(&cut))
        return status;
    if (tkz__c4_contains(&cut, "lorem ipsum"))
        counts->lorem_ipsum++;
    else if (tkz__c4_contains(&cut, "javascript"))
        return TKZ_OK;
    else if (has_brace(&cut))
        counts->braces++;
    else if (!tkz__c4_has_policy(&cut))
        counts->sentences += count_sentences(measuring->kinds, &cut);
    return TKZ_OK;
}

static tkz_status count_lines(tkz__measuring *measuring, c4_counts *counts, tkz_error *error)
{
    *counts = (c4_counts){0};
    tkz_status status = tkz__measuring_decode(measuring, error);
    const uint32_t *characters = measuring->characters;
    size_t start = 0;
    for (size_t i = 0; i <= measuring->count && status == TKZ_OK; i++) {
        if (i < measuring->count && !tkz__is_python_line_end(characters[i]))
            continue;
        status = count_line(measuring, characters + start, i - start, counts, error);
        start = i + 1;
    }
    return status;
}

#define EVALUATE(name, member)                                                                    \
    static tkz_status name(tkz__measuring *measuring, const tkz__chosen_filter *chosen,           \
                           double *value, tkz_error *error)                                       \
    {                                                                                             \
        c4_counts counts;                                                                         \
        (void)chosen;                                                                             \
        tkz_status status = count_lines(measuring, &counts, error);                               \
        *value = (double)counts.member;                                                           \
        return status;                                                                            \
    }

EVALUATE(sentences, sentences)
EVALUATE(lorem_ipsum, lorem_ipsum)
EVALUATE(braces, braces)

/* ---- The table ----------------------------------------------------------- */

#define LINES "lines of three words and more, none above 1000 characters, that end in . ? ! \" or ' and not in ..."

static const tkz__filter filters[] = {
    {.info = {.name = "c4_sentences",
              .text = "sentences in " LINES ", without javascript and phrases of policies; citations such as [1] "
                      "aside; for English",
              .unit = "sentences",
              .source = SOURCE,
              .difference = "sentences are cut as datatrove does for languages without a splitter "
                            "(word_tokenizers.py, WhitespaceTokenizer), not by NLTK; lines stay in the text",
              .comparison = TKZ_DROP_BELOW,
              .below = "few_sentences",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(5))},
     .measures = TKZ__MEASURE_KINDS,
     .evaluate = sentences},
    {.info = {.name = "c4_lorem_ipsum",
              .text = "such lines with lorem ipsum",
              .unit = "lines",
              .source = SOURCE,
              .comparison = TKZ_DROP_ABOVE,
              .above = "lorem_ipsum",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0))},
     .measures = TKZ__MEASURE_KINDS,
     .evaluate = lorem_ipsum},
    {.info = {.name = "c4_braces",
              .text = "such lines with {",
              .unit = "lines",
              .source = SOURCE,
              .comparison = TKZ_DROP_ABOVE,
              .above = "braces",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0))},
     .measures = TKZ__MEASURE_KINDS,
     .evaluate = braces},
};

extern const tkz__filter_family tkz__filters_c4;
const tkz__filter_family tkz__filters_c4 = {filters, sizeof filters / sizeof filters[0]};
