/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of Gopher (Rae et al. 2021, arXiv 2112.11446, table A1 and section A.1.1) as datatrove 0.10.1 has
 * them: gopher_quality_filter.py and gopher_repetition_filter.py. Words are those of the boundary source.
 * Leans on measures and document_words.
 */
#include <string.h>

#include "clean/filter.h"

#define QUALITY "datatrove 0.10.1, gopher_quality_filter.py"
#define REPETITION "datatrove 0.10.1, gopher_repetition_filter.py"

#define WORDS measures->words
#define LINES measures->paragraphs

TKZ__VALUE(words, (double)WORDS.plain)
TKZ__VALUE(word_length, tkz__share(WORDS.plain_characters, WORDS.plain))
TKZ__VALUE(hashes, tkz__share(LINES.hashes, WORDS.words))
TKZ__VALUE(ellipses, tkz__share(LINES.ellipses, WORDS.words))
TKZ__VALUE(bullet_lines, tkz__share(LINES.bullet_lines, LINES.split_lines))
TKZ__VALUE(ellipsis_lines, tkz__share(LINES.ellipsis_lines, LINES.split_lines))
TKZ__VALUE(alphabetic, tkz__share(WORDS.alphabetic, WORDS.words))
TKZ__VALUE(repeated_paragraphs, tkz__share(LINES.repeated_paragraphs, LINES.paragraphs))
TKZ__VALUE(repeated_paragraph_characters,
           tkz__share(LINES.repeated_paragraph_characters, measures->characters))
TKZ__VALUE(repeated_lines, tkz__share(LINES.repeated_lines, LINES.lines))
TKZ__VALUE(repeated_line_characters, tkz__share(LINES.repeated_line_characters, measures->characters))

/* ---- Stop words ---------------------------------------------------------- */

/* Those of the paper; and, for Japanese, those of FineWeb-2 (configs/jpn_Jpan.yml, stopwords). */
static const char *const english_words[] = {"the", "be",   "to",   "of",
                                            "and", "that", "have", "with"};
static const char *const japanese_words[] = {"の", "に", "を", "は", "た", "て", "が", "と",
                                             "で", "年", "し", "・", "月", "れ", "さ"};

/* How many of the words stand in the document. */
static double count_words(const tkz__document_words *words, const char *const *list, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += tkz__document_words_have(words, list[i], strlen(list[i]));
    return (double)found;
}

static tkz_status stop_words(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                             double *value, tkz_error *error)
{
    tkz_status status = tkz__document_words_index(&measuring->words, error);
    if (status != TKZ_OK)
        return status;
    *value = chosen->parameters[1] != 0
                 ? count_words(&measuring->words, japanese_words,
                               sizeof japanese_words / sizeof japanese_words[0])
                 : count_words(&measuring->words, english_words,
                               sizeof english_words / sizeof english_words[0]);
    return TKZ_OK;
}

/* ---- Sequences of words -------------------------------------------------- */

/* The first of the most frequent ones, as Counter.most_common(1) takes it: its characters, a space
 * between words included, times how often it occurs, against the characters of the text. */
static tkz_status top_ngram(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                            double *value, tkz_error *error)
{
    uint32_t n = chosen->filter->ngram_order;
    const tkz__ngram_counts *counts = &measuring->measures.word_ngrams[n];
    (void)error;
    *value = 0;
    if (counts->total == 0)
        return TKZ_OK;
    size_t start = (size_t)counts->most_common_start;
    uint64_t length = tkz__document_words_characters(&measuring->words, start, start + n) + n - 1;
    *value = tkz__share(length * counts->most_common, measuring->measures.characters);
    return TKZ_OK;
}

static tkz_status repeated_ngrams(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                                  double *value, tkz_error *error)
{
    uint64_t characters;
    tkz_status status =
        tkz__document_words_repeated(&measuring->words, chosen->filter->ngram_order,
                                     chosen->parameters[1] != 0, &characters, error);
    if (status == TKZ_OK)
        *value = tkz__share(characters, measuring->measures.characters);
    return status;
}

/* ---- The table ----------------------------------------------------------- */

#define TOP(n, limit)                                                                             \
    {.info = {.name = "gopher_top_" #n "gram",                                                    \
              .text = "the most frequent sequence of " #n " words: its characters, one between "  \
                      "words included, times its occurrences, among all characters; above 1 "     \
                      "where it overlaps itself",                                                 \
              .unit = "share",                                                                    \
              .source = REPETITION ", find_top_duplicate",                                        \
              .comparison = TKZ_DROP_ABOVE,                                                       \
              .above = "top_" #n "gram",                                                          \
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(limit))},                                        \
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_WORD_NGRAMS,                                  \
     .ngram_order = n,                                                                            \
     .evaluate = top_ngram}

#define REPEATED(n, limit)                                                                        \
    {.info = {.name = "gopher_repeated_" #n "gram",                                               \
              .text = "characters in sequences of " #n " words that occurred before, without "    \
                      "overlap, among all characters",                                            \
              .unit = "share",                                                                    \
              .source = REPETITION ", find_all_duplicate",                                        \
              .difference = "sequences are equal if their words are; with compat if they are "    \
                            "the same text put together (line 63)",                               \
              .comparison = TKZ_DROP_ABOVE,                                                       \
              .above = "repeated_" #n "gram",                                                     \
              TKZ__PARAMETERS(TKZ__MAXIMUM_SHARE(limit),                                          \
                              TKZ__COMPAT("words are put together before they are compared: "     \
                                          "日本 人 is 日 本人"))},                                \
     .measures = TKZ__MEASURE_LENGTH | TKZ__MEASURE_WORDS,                                        \
     .ngram_order = n,                                                                            \
     .evaluate = repeated_ngrams}

#define ROW(name, ...) {TKZ__ROW("gopher_" name, __VA_ARGS__)}

static const tkz__filter filters[] = {
    ROW("words", "words, those of symbols alone left out", "words", QUALITY, TKZ__MEASURE_WORDS,
        TKZ_DROP_BELOW | TKZ_DROP_ABOVE, "few_words", "many_words", words, TKZ__MINIMUM_COUNT(50),
        TKZ__MAXIMUM_COUNT(100000)),
    ROW("word_length", "mean length of those words; 0 without words", "characters", QUALITY,
        TKZ__MEASURE_WORDS, TKZ_DROP_BELOW | TKZ_DROP_ABOVE, "short_words", "long_words",
        word_length, TKZ__MINIMUM_COUNT(3), TKZ__MAXIMUM_COUNT(10)),
    ROW("hashes", "signs # for each word", "signs for each word", QUALITY,
        TKZ__MEASURE_LINES | TKZ__MEASURE_WORDS, TKZ_DROP_ABOVE, NULL, "hashes", hashes,
        TKZ__MAXIMUM_COUNT(0.1)),
    ROW("ellipses", "signs ... and … for each word", "signs for each word", QUALITY,
        TKZ__MEASURE_LINES | TKZ__MEASURE_WORDS, TKZ_DROP_ABOVE, NULL, "ellipses", ellipses,
        TKZ__MAXIMUM_COUNT(0.1)),
    ROW("bullet_lines", "lines that begin with • or - among all lines", "share", QUALITY,
        TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL, "bullet_lines", bullet_lines,
        TKZ__MAXIMUM_SHARE(0.9)),
    ROW("ellipsis_lines", "lines that end in ... or … among all lines", "share", QUALITY,
        TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL, "ellipsis_lines", ellipsis_lines,
        TKZ__MAXIMUM_SHARE(0.3)),
    ROW("alphabetic_words", "words with a letter (L*) among all words", "share", QUALITY,
        TKZ__MEASURE_WORDS, TKZ_DROP_BELOW, "few_alphabetic_words", NULL, alphabetic,
        TKZ__MINIMUM_SHARE(0.8)),
    {.info = {.name = "gopher_stop_words",
              .text = "how many of the words the, be, to, of, and, that, have, with occur; with japanese, "
                      "of の に を は た て が と で 年 し ・ 月 れ さ",
              .unit = "words",
              .source = QUALITY "; with japanese, FineWeb-2, configs/jpn_Jpan.yml",
              .comparison = TKZ_DROP_BELOW,
              .below = "few_stop_words",
              TKZ__PARAMETERS(TKZ__MINIMUM_COUNT(2),
                              {"japanese", "the words of FineWeb-2 for Japanese",
                               TKZ_PARAMETER_FLAG, 0, 0, 1})},
     .measures = TKZ__MEASURE_WORDS,
     .evaluate = stop_words},
    ROW("repeated_paragraphs",
        "paragraphs that repeat an earlier one among all; they are parted by empty lines", "share",
        REPETITION, TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL, "repeated_paragraphs",
        repeated_paragraphs, TKZ__MAXIMUM_SHARE(0.3)),
    ROW("repeated_paragraph_characters", "their characters among those of the text", "share",
        REPETITION, TKZ__MEASURE_LENGTH | TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL,
        "repeated_paragraph_characters", repeated_paragraph_characters, TKZ__MAXIMUM_SHARE(0.2)),
    ROW("repeated_lines", "lines that repeat an earlier one among all, empty ones left out within "
        "the text", "share", REPETITION, TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL,
        "repeated_lines", repeated_lines, TKZ__MAXIMUM_SHARE(0.3)),
    ROW("repeated_line_characters", "their characters among those of the text", "share", REPETITION,
        TKZ__MEASURE_LENGTH | TKZ__MEASURE_LINES, TKZ_DROP_ABOVE, NULL,
        "repeated_line_characters", repeated_line_characters, TKZ__MAXIMUM_SHARE(0.2)),
    TOP(2, 0.20),
    TOP(3, 0.18),
    TOP(4, 0.16),
    REPEATED(5, 0.15),
    REPEATED(6, 0.14),
    REPEATED(7, 0.13),
    REPEATED(8, 0.12),
    REPEATED(9, 0.11),
    REPEATED(10, 0.10),
};

extern const tkz__filter_family tkz__filters_gopher;
const tkz__filter_family tkz__filters_gopher = {filters, sizeof filters / sizeof filters[0]};
