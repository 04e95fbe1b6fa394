/* SPDX-License-Identifier: Apache-2.0
 *
 * The filters of HojiChar 0.18.1 (hojichar/filters/document_filters.py) that judge a document and need no network
 * and no other model. Leans on measures and listed_words.
 */
#include "clean/filter.h"
#include "clean/listed_words.h"

#define SOURCE(name) "HojiChar 0.18.1, " name

#define FOUND measures->hojichar

TKZ__VALUE(first_kana, FOUND.first_kana == UINT64_MAX ? TKZ__LARGEST_WHOLE : (double)FOUND.first_kana)
/* The reference compares the count with |text| / 100; count / |text| lies on the same side of 0.01, since a
 * quotient is rounded once and 0.01 is the quotient where they are equal. Of nothing, 0 < 0 is false. */
TKZ__VALUE(kuten, measures->characters == 0
                      ? 1
                      : tkz__share(measures->kinds[TKZ__KIND_MARU], measures->characters))
TKZ__VALUE(board_marks, (double)FOUND.board_marks)
TKZ__VALUE(character_repetition, tkz__share(measures->frequent_5grams, measures->ngrams[5].total))
TKZ__VALUE(special, tkz__share(measures->kinds[TKZ__KIND_HOJICHAR_SPECIAL], measures->characters))
TKZ__VALUE(longest_run, (double)FOUND.longest_run)

static double nouns(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    const tkz__word_measures *words = chosen->parameters[1] != 0 ? &measures->chunks.words : &measures->words;
    return tkz__share(words->nouns, words->tagged - words->marks);
}

/* Of 7-grams of words, the occurrences of those that occur more than once. */
static double word_repetition(const tkz__measures *measures, const tkz__chosen_filter *chosen)
{
    const tkz__ngram_counts *counts = &measures->word_ngrams[7];
    if (chosen->parameters[1] != 0)
        return tkz__share(measures->chunks.repeated, measures->chunks.sequences);
    return tkz__share(counts->total - counts->distinct + counts->repeated, counts->total);
}

TKZ__VALUE(ellipses, tkz__share(FOUND.ellipses, FOUND.lines > 2 ? FOUND.lines - 1 : 1))
TKZ__VALUE(short_lines, tkz__share(FOUND.short_lines, FOUND.lines))

/* A bound of the share serves where it is below the maximum. */
static tkz_status keeps_repetition(tkz__measuring *measuring, const tkz__chosen_filter *chosen, bool *surely,
                                   tkz_error *error)
{
    uint64_t bound;
    *surely = false;
    if (measuring->done & TKZ__MEASURE_NGRAMS)
        return TKZ_OK;
    tkz_status status = tkz__measuring_bound_5grams(measuring, &bound, error);
    uint64_t total = measuring->count >= TKZ__NGRAM_FREQUENT ? measuring->count - TKZ__NGRAM_FREQUENT + 1 : 0;
    *surely = status == TKZ_OK && tkz__share(bound, total) < chosen->parameters[0];
    return status;
}

/* ---- Word lists ---------------------------------------------------------- */

static tkz_status open_list(const tkz__chosen_filter *chosen, void **resource, uint32_t rules,
                            const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__word_list_open((tkz__word_list **)resource, chosen->file,
                               rules | TKZ__WORDS_FIRST | TKZ__WORDS_STRIP, allocator, error);
}

static tkz_status open_words(const tkz__chosen_filter *chosen, void **resource,
                             const tkz_allocator *allocator, tkz_error *error)
{
    bool whole = chosen->parameters[2] != 0;
    return open_list(chosen, resource, whole ? TKZ__WORDS_KATAKANA_WHOLE : 0, allocator, error);
}

static tkz_status open_advertisement(const tkz__chosen_filter *chosen, void **resource,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    return open_list(chosen, resource, 0, allocator, error);
}

static tkz_status count_words(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                              double *value, tkz_error *error)
{
    tkz__word_hits hits;
    tkz_status status = tkz__word_list_find(chosen->resource, measuring, &hits, NULL, error);
    *value = (double)hits.words;
    return status;
}

static tkz_status open_english(const tkz__chosen_filter *chosen, void **resource,
                               const tkz_allocator *allocator, tkz_error *error)
{
    return open_list(chosen, resource, TKZ__WORDS_FOLD, allocator, error);
}

static tkz_status count_english(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                                double *value, tkz_error *error)
{
    tkz__word_hits hits;
    tkz_status status = tkz__word_list_find_english(chosen->resource, measuring, &hits, error);
    *value = (double)hits.words;
    return status;
}

static tkz_status run_span(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                           const tkz__span_sink *sink, tkz_error *error)
{
    const tkz__hojichar_measures *found = &measuring->measures.hojichar;
    (void)chosen;
    return tkz__measuring_add_span(measuring, (size_t)found->longest_run_start,
                                   (size_t)found->longest_run, sink, error);
}

/* ---- The table ----------------------------------------------------------- */

#define CHUNKS "stretches of 100,000 characters are sentences, whatever stands in them"

#define ROW(name, text, unit, class_name, ...)                                                    \
    TKZ__ROW("hojichar_" name, text, unit, SOURCE(class_name), __VA_ARGS__)

static const tkz__filter filters[] = {
    {ROW("kana_start", "place of the first character of [ぁ-んァ-ン]; 10^15 where there is none",
         "characters before it", "AcceptJapanese", TKZ__MEASURE_HOJICHAR, TKZ_DROP_AT_OR_ABOVE,
         NULL, "no_kana_at_start", first_kana, TKZ__MAXIMUM_COUNT(50))},
    {ROW("kuten", "marks 。 for each character; 1 of the empty text", "share", "DiscardRareKuten",
         TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS, TKZ_DROP_BELOW, "rare_kuten", NULL, kuten,
         TKZ__MINIMUM_SHARE(0.01))},
    {ROW("board_marks", "dates, hyphens, and words and signs of bulletin boards and shops",
         "occurrences", "DiscardBBSComments", TKZ__MEASURE_HOJICHAR, TKZ_DROP_ABOVE, NULL,
         "board_marks", board_marks, TKZ__MAXIMUM_COUNT(14))},
    {ROW("character_repetition",
         "occurrences of the most frequent 5-grams of characters among all: of as many as the root of "
         "the number of distinct ones says, or of those that repeat if these are fewer",
         "share", "CharRepetitionRatioFilter", TKZ__MEASURE_NGRAMS, TKZ_DROP_AT_OR_ABOVE, NULL,
         "character_repetition", character_repetition, TKZ__MAXIMUM_SHARE(0.33)),
     .ngram_order = 5,
     .keeps = keeps_repetition},
    {ROW("special_characters",
         "punctuation of ASCII, white space, listed symbols and emoji among all characters", "share",
         "DiscardTooManySpecialToken", TKZ__MEASURE_LENGTH | TKZ__MEASURE_KINDS, TKZ_DROP_ABOVE,
         NULL, "special_characters", special, TKZ__MAXIMUM_SHARE(0.4))},
    {ROW("run", "length of the longest run of one character", "characters",
         "SingleCharacterRepetitionFilter", TKZ__MEASURE_HOJICHAR, TKZ_DROP_AT_OR_ABOVE, NULL,
         "character_run", longest_run, TKZ__MAXIMUM_COUNT(200)),
     .spans = run_span},
    {ROW("ellipses", "line feeds behind ... or … among all line feeds", "share",
         "DiscardTooManyEndingEllipsis", TKZ__MEASURE_HOJICHAR, TKZ_DROP_ABOVE, NULL,
         "ending_ellipses", ellipses, TKZ__MAXIMUM_SHARE(0.7))},
    {ROW("short_lines", "lines of at most 10 characters among all lines, empty ones included",
         "share", "DiscardTooShortLines", TKZ__MEASURE_HOJICHAR, TKZ_DROP_ABOVE, NULL,
         "short_lines", short_lines, TKZ__MAXIMUM_SHARE(0.5))},
    {.info = {.name = "hojichar_ng_words",
              .text = "words of a list; with whole_katakana, those of katakana alone only where no "
                      "katakana is beside them",
              .unit = "occurrences",
              .source = SOURCE("NgWordsFilterJa"),
              .comparison = TKZ_DROP_ABOVE,
              .above = "ng_words",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0), TKZ__FILE(TKZ__WORD_LIST_TEXT),
                              {"whole_katakana",
                               "a word of katakana is not found within a longer one (ignore_confused)",
                               TKZ_PARAMETER_FLAG, 0, 0, 1})},
     .evaluate = count_words,
     .open = open_words,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
    {.info = {.name = "hojichar_ng_words_en",
              .text = "words of a list, whatever their case, at the beginning or behind a space and before a "
                      "space, a comma, a full stop or the end",
              .unit = "occurrences",
              .source = SOURCE("NgWordsFilterEn"),
              .difference = "only the letters of ASCII are the same in both cases",
              .comparison = TKZ_DROP_ABOVE,
              .above = "ng_words",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(0), TKZ__FILE(TKZ__WORD_LIST_TEXT))},
     .evaluate = count_english,
     .open = open_english,
     .close = tkz__filter_close_words},
    {ROW("word_repetition", "occurrences of those sequences of 7 words that occur more than once among all",
         "share", "WordRepetitionRatioFilter", TKZ__MEASURE_WORD_NGRAMS, TKZ_DROP_AT_OR_ABOVE, NULL,
         "word_repetition", word_repetition, TKZ__MAXIMUM_SHARE(0.4), TKZ__COMPAT(CHUNKS)),
     .info.difference = "words are found line by line, as mecab takes a text, and white space is no word; with compat "
                        "100,000 characters are one sentence, in which line feeds part nothing, no sequence goes "
                        "from one to the next (document_filters.py, _chunk_text), and spaces of full width are words",
     .compat_measures = TKZ__MEASURE_CHUNKS,
     .ngram_order = 7},
    {ROW("nouns", "nouns (名詞) among all words but the marks (補助記号) of a dictionary", "share",
         "DiscardTooManyNouns", TKZ__MEASURE_NOUNS, TKZ_DROP_AT_OR_ABOVE, NULL, "nouns", nouns,
         TKZ__MAXIMUM_SHARE(0.8), TKZ__COMPAT(CHUNKS)),
     .info.difference = "words are found line by line, as mecab takes a text; with compat 100,000 characters are one "
                        "sentence (document_filters.py, _chunk_text). The reference refuses dictionaries other than UniDic; "
                        "in those no word is 補助記号, and marks count as words",
     .compat_measures = TKZ__MEASURE_CHUNK_NOUNS},
    {.info = {.name = "hojichar_advertisements",
              .text = "words of a list, at each place the one that is listed first",
              .unit = "occurrences",
              .source = SOURCE("DiscardAds"),
              .comparison = TKZ_DROP_ABOVE,
              .above = "advertisements",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(14), TKZ__FILE(TKZ__WORD_LIST_TEXT))},
     .evaluate = count_words,
     .open = open_advertisement,
     .close = tkz__filter_close_words,
     .spans = tkz__word_list_spans},
};

extern const tkz__filter_family tkz__filters_hojichar;
const tkz__filter_family tkz__filters_hojichar = {filters, sizeof filters / sizeof filters[0]};
